//! The hospital, its departments and their hours.

use api::DepartmentCode;
use identity::FacilityCode;
use serde::{Deserialize, Serialize};
use time::Time;

use super::text;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalConfig {
    #[serde(with = "text::facility")]
    pub facility_code: FacilityCode,
    pub name_vi: String,
    pub name_en: String,
    /// Facilities of first registration that count as the right route (đúng tuyến) besides our own.
    #[serde(default, with = "text::facilities")]
    pub accepted_facilities: Vec<FacilityCode>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentConfig {
    pub code: DepartmentCode,
    /// The capital letter of its ticket numbers; no two departments share one.
    pub prefix: char,
    pub name_vi: String,
    pub name_en: String,
    pub rooms: String,
    pub floor: String,
    /// The counter that the counter route leads to. Exactly one.
    #[serde(default)]
    pub reception: bool,
    /// Always open without it.
    pub hours: Option<OpeningHours>,
    /// Minutes one patient takes, low and high; without it no waiting time is promised.
    pub minutes_per_patient: Option<(u16, u16)>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    #[serde(with = "text::hour_minute")]
    pub from: Time,
    #[serde(with = "text::hour_minute")]
    pub to: Time,
}

impl DepartmentConfig {
    pub fn is_open_at(&self, local: Time) -> bool {
        self.hours.is_none_or(|hours| hours.from <= local && local < hours.to)
    }
}
