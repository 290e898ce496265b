//! An appointment, however the hospital told us of it.

use std::fmt;

use api::DepartmentCode;
use identity::{CitizenId, DocumentDate, InsuranceNumber, PersonName, Sex};
use time::OffsetDateTime;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The hospital's own id of an appointment, 1 to 64 visible ASCII characters. The same id again is the same
/// appointment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppointmentId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an appointment's id is 1 to 64 visible characters of ASCII")]
pub struct AppointmentIdError;

/// What the hospital says about one appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentNotice {
    pub id: AppointmentId,
    /// When the hospital's system said it; what it said later wins. None where the form has no such moment.
    pub told_at: Option<OffsetDateTime>,
    pub told: Told,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Booked(Booking),
    /// Cancelled, deleted, or entered in error.
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub number: PatientNumber,
    pub patient: Patient,
    pub department: DepartmentCode,
    /// As written on the door, 1 to 32 characters.
    pub room: Option<String>,
    pub starts: OffsetDateTime,
}

/// The number by which the patient will be recognised at check-in.
#[derive(Clone, PartialEq, Eq)]
pub enum PatientNumber {
    Citizen(CitizenId),
    Insurance(InsuranceNumber),
}

/// What else is said about the patient. All of it may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Patient {
    pub hospital_number: Option<HospitalNumber>,
    pub name: Option<PersonName>,
    pub birth: Option<DocumentDate>,
    pub sex: Option<Sex>,
}

/// The patient's number in the hospital's system (mã bệnh nhân), 1 to 64 characters.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct HospitalNumber(String);

/// Why something cannot be an appointment here, apart from its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBookable {
    #[error("there is no citizen number and no insurance number: the patient could not be recognised")]
    NoNumber,
    #[error("the appointment has no department")]
    NoDepartment,
    #[error("the appointment has no time")]
    NoTime,
}

impl AppointmentId {
    pub fn parse(text: &str) -> Result<Self, AppointmentIdError> {
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(AppointmentIdError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PatientNumber {
    /// 12 digits are a citizen's number, 10 digits or 15 characters an insurance number.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let citizen = CitizenId::parse(text).map(Self::Citizen).ok();
        citizen.or_else(|| InsuranceNumber::parse(text).map(Self::Insurance).ok())
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Citizen(number) => number.as_str(),
            Self::Insurance(number) => number.as_str(),
        }
    }
}

impl HospitalNumber {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A room as written on the door.
pub(crate) fn room(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=32).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

macro_rules! says_nothing {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })+
    };
}
says_nothing!(PatientNumber, Patient, HospitalNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_by_its_form_and_never_printed() {
        let citizen = PatientNumber::parse(" 031085000017 ").expect("a citizen's number");
        assert!(matches!(citizen, PatientNumber::Citizen(_)));
        let insured = PatientNumber::parse("GD4313100000017").expect("an insurance number");
        assert!(matches!(insured, PatientNumber::Insurance(_)));
        assert!(PatientNumber::parse("31085000017").is_none());
        assert_eq!(format!("{citizen:?} {insured:?}"), "PatientNumber(..) PatientNumber(..)");
    }

    #[test]
    fn an_id_has_no_spaces_and_an_end() {
        assert!(AppointmentId::parse("LH-2026/001").is_ok());
        for wrong in ["", "a b", "ế", &"x".repeat(65)] {
            assert_eq!(AppointmentId::parse(wrong), Err(AppointmentIdError));
        }
    }
}
