//! What hospital information systems speak, as values: appointments, visits, first costs.
//!
//! ```text
//! bytes --hl7::MllpDecoder--> frame --hl7::Message::parse--> hl7::Notice --+
//! JSON  --fhir::read_appointments-----------------------------------------+--> AppointmentNotice, Department, ..
//! CSV   --sheet::read_appointments, sheet::read_departments---------------+
//! a check-in --fhir::CheckIn::transaction--> Bundle;   any event --webhook::sign--> headers
//! ```
//!
//! HL7 v2 2.3 to 2.5.1 (chapters 2, 3, 4, 6, 10), FHIR R4 (4.0.1), RFC 4180 tables, Standard Webhooks 1.0. No clock, no
//! I/O, no randomness: moments come in as arguments, and so does the offset in which a hospital's local times are
//! meant. Everything read has a limit; nothing here prints what it read.
//!
//! Left out on purpose: HL7 v2 in XML, batches (FHS, BHS), UTF-16 and the Japanese sets of MSH-18, FHIR XML, and every
//! resource and segment that a reception desk has no use for. The HL7 parser is ours because those published build a
//! tree of the whole message (some hundred bytes for each separator); this one keeps the text and splits when asked.

mod appointment;
mod department;
pub mod fhir;
pub mod hl7;
mod local_time;
pub mod sheet;
pub mod webhook;

pub use appointment::{
    AppointmentId, AppointmentIdError, AppointmentNotice, Booking, HospitalNumber, NotBookable, Patient, PatientNumber,
    Told,
};
pub use department::{Department, Hours};
