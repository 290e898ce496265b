//! What a kiosk is told about its hospital.

use crate::screen::Language;
use crate::timeouts::Timeouts;

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub hospital: Bilingual,
    /// The counter as it is called within a sentence: "quầy 1".
    pub counter: Bilingual,
    /// Where it is, seen from this machine: "ngay bên phải máy này".
    pub counter_place: Bilingual,
    pub eid: EidRoute,
    pub papers: PapersSettings,
    pub timeouts: Timeouts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    pub vi: String,
    pub en: String,
}

/// Is an e-identity verifier behind the server?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EidRoute {
    Configured,
    NotConfigured,
}

/// What this kiosk does with certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PapersSettings {
    pub desk: PapersDesk,
    /// Death notices are for a staff-side device or a kiosk that stands apart.
    pub death: DeathNotices,
    /// As it is called within a sentence: "phòng hồ sơ".
    pub office: Bilingual,
    /// Where it is: "tầng 1, phòng 105".
    pub office_place: Bilingual,
}

impl PapersSettings {
    /// Certificates are a matter of people, who are found there.
    pub fn closed(office: Bilingual, office_place: Bilingual) -> Self {
        Self { desk: PapersDesk::Closed, death: DeathNotices::AtTheOffice, office, office_place }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PapersDesk {
    Open,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeathNotices {
    Shown,
    AtTheOffice,
}

impl Bilingual {
    pub fn new(vi: &str, en: &str) -> Self {
        Self { vi: vi.to_owned(), en: en.to_owned() }
    }

    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Vietnamese => &self.vi,
            Language::English => &self.en,
        }
    }
}
