//! HL7 FHIR R4 (4.0.1), JSON, of the few resources a reception desk needs: Appointment, Location and HealthcareService are
//! read; Patient, Coverage and Encounter are written as a transaction; OperationOutcome says what is wrong.
//!
//! Which URI stands for which kind of number is a setting ([`Systems`]): no Vietnamese profile fixes them.

mod appointment;
mod bundle;
mod check_in;
mod department;
mod outcome;

pub use appointment::read_appointments;
pub use check_in::{CheckIn, CoverageOf, EncounterStatus, PersonOf};
pub use department::read_departments;
pub use outcome::{Issue, IssueCode, OperationOutcome};

/// The longest body that is read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most entries of a Bundle.
pub const MAX_ENTRIES: usize = 20_000;
/// The media type of all of it.
pub const MEDIA_TYPE: &str = "application/fhir+json";

/// URIs of identifier systems, as this hospital uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Systems {
    /// The 12-digit personal number.
    pub citizen: String,
    /// The insurance card's number or code.
    pub insurance: String,
    /// The hospital's number of the patient.
    pub patient: String,
    /// Codes of departments.
    pub department: String,
    /// Our ids of visits.
    pub visit: String,
    /// Numbers on tickets.
    pub ticket: String,
    /// The hospital's ids of appointments.
    pub appointment: String,
    /// Facility codes of the insurance.
    pub facility: String,
}
