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
