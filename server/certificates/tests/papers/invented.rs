//! Invented papers of one moment, and the hospital they are of.

use certificates::{CertificateNumber, Context, Draft, Numbered, Settings, parse, sim};
use identity::FacilityCode;
use time::PrimitiveDateTime;
use time::macros::datetime;

pub const NOW: PrimitiveDateTime = datetime!(2026-11-23 09:30);

pub struct Hospital {
    pub facility: FacilityCode,
    pub settings: Settings,
}

impl Hospital {
    pub fn new() -> Self {
        Self { facility: FacilityCode::parse("31999").expect("facility"), settings: Settings::default() }
    }

    pub fn context(&self) -> Context<'_> {
        Context { now: NOW, facility: &self.facility, settings: &self.settings }
    }

    pub fn numbered(&self, draft: &Draft, running: u32) -> Numbered {
        let number = CertificateNumber::new(draft.kind(), running, self.facility.clone(), 2026).expect("number");
        let certificate = parse(draft, &self.context()).expect("a paper without blocking findings");
        certificate.with_number(number, &self.facility).expect("own number")
    }
}

pub fn birth() -> Draft {
    sim::birth(NOW.date())
}

pub fn death() -> Draft {
    sim::death(NOW.date())
}

pub fn driver() -> Draft {
    sim::driver(NOW.date())
}
