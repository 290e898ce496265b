//! A department as a list or a FHIR server describes it.

use api::DepartmentCode;
use time::Time;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    pub code: DepartmentCode,
    /// The capital letter of its ticket numbers. Lists have it, FHIR does not.
    pub prefix: Option<char>,
    pub name_vi: String,
    /// The Vietnamese name where no other is given.
    pub name_en: String,
    /// As written on the doors.
    pub rooms: Vec<String>,
    pub floor: Option<String>,
    pub reception: bool,
    /// Always open without it.
    pub hours: Option<Hours>,
    /// Minutes one patient takes, low and high.
    pub minutes_per_patient: Option<(u16, u16)>,
    /// Patients in a day.
    pub capacity: Option<u32>,
}

/// From the first minute on, up to and without the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub from: Time,
    pub to: Time,
}
