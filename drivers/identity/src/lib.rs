//! What a document says about a person, before any protocol.
//!
//! Values are parsed once, at the edge, into types that cannot be wrong; none of them prints its content.
//! Sources: the citizen card, its chip and QR codes (`domain/CARD.md`), health-insurance cards
//! (`domain/HOSPITAL.md` 3.1). Left out on purpose: everything that needs a catalogue (provinces, communes).

mod citizen_id;
mod date;
mod document_number;
mod facility;
mod insurance;
mod name;
pub mod qr;
mod sex;

pub use citizen_id::{CitizenId, CitizenIdError};
pub use date::{DocumentDate, DocumentDateError};
pub use document_number::{DocumentNumber, DocumentNumberError};
pub use facility::{FacilityCode, FacilityCodeError};
pub use insurance::{InsuranceNumber, InsuranceNumberError};
pub use name::{NameComparison, PersonName, PersonNameError};
pub use sex::Sex;
