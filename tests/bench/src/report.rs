//! Everything that was measured, as it goes into `report.json`.

use serde::Serialize;

use crate::card::CardReport;
use crate::check_ins::CheckInReport;
use crate::drain::DrainReport;
use crate::machine::Machine;
use crate::matching::FaceReport;
use crate::paperwork::PaperworkReport;
use crate::reducer::SessionReport;
use crate::window::WindowReport;

/// `./run bench` uses the profile that the demonstration and the tests share.
pub const PROFILE: &str = if cfg!(debug_assertions) {
    "dev (own code opt-level 1, cryptography and picture decoding 3; a release build is faster)"
} else {
    "release"
};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub profile: &'static str,
    pub machine: Machine,
    pub card: CardReport,
    pub face: FaceReport,
    pub session: SessionReport,
    pub check_ins: CheckInReport,
    pub paperwork: PaperworkReport,
    pub drain: DrainReport,
    pub window: WindowReport,
}
