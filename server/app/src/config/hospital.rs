//! The hospital, its departments and their hours.

use api::DepartmentCode;
use identity::FacilityCode;
use interop::Hours;
use serde::{Deserialize, Serialize};
use time::Time;

use super::text;
use crate::department::Wanted;

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
    /// As written on the doors, divided by commas.
    pub rooms: String,
    pub floor: String,
    /// The counter that the counter route leads to. Exactly one.
    #[serde(default)]
    pub reception: bool,
    /// Always open without it.
    pub hours: Option<OpeningHours>,
    /// Minutes one patient takes, low and high; without it no waiting time is promised.
    pub minutes_per_patient: Option<(u16, u16)>,
    /// Numbers in a day; without it as many as come.
    pub capacity: Option<u16>,
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
    pub fn to_wanted(&self) -> Wanted {
        Wanted {
            code: self.code.clone(),
            prefix: Some(self.prefix),
            name_vi: self.name_vi.clone(),
            name_en: self.name_en.clone(),
            rooms: self.rooms.split(',').map(|room| room.trim().to_owned()).collect(),
            floor: Some(self.floor.clone()).filter(|floor| !floor.is_empty()),
            reception: self.reception,
            hours: self.hours.map(|OpeningHours { from, to }| Hours { from, to }),
            minutes_per_patient: self.minutes_per_patient,
            capacity: self.capacity.map(u32::from),
        }
    }
}
