//! The three certificates that leave the hospital: giấy chứng sinh (birth), giấy báo tử (death), giấy khám sức khỏe
//! lái xe (driver health).
//!
//! ```text
//! Draft --check--> findings, all at once          what the ward typed
//!   |  parse
//! Certificate --reading--> what the citizen reads and confirms, and its hash
//!   |  with_number                                 drawn by the server when the paper is frozen
//! Numbered --xml / json--> the wire; offline --> the QR on the paper
//! ```
//!
//! The contract is the project's reading of public material on the insurance gateway (portal API, TT 22/2025, TT
//! 25/2025, TT 36/2024). What it marks unconfirmed is a setting here. No clock, no I/O, no randomness. XML
//! signatures are another crate's.

pub mod birth;
pub mod catalogue;
mod certificate;
pub mod death;
mod draft;
pub mod driver;
mod elements;
mod ethnicity;
mod field;
mod finding;
mod free_text;
mod icd10;
mod identity_paper;
mod insurance;
mod kind;
mod lang;
mod licence;
mod moment;
mod nationality;
mod number;
pub mod offline;
mod person;
pub mod questionnaire;
mod reader;
mod reading;
mod settings;
#[cfg(feature = "sim")]
pub mod sim;
mod spoken;
pub mod wire;

pub use birth::BirthCertificate;
pub use certificate::{Certificate, Content, Numbered, NumberingError, check, parse, parse_numbered};
pub use death::DeathNotice;
pub use draft::{Draft, DraftError, MAX_FIELD_CHARACTERS};
pub use driver::DriverHealth;
pub use ethnicity::{EthnicityCode, EthnicityCodeError};
pub use field::{Choice, Field, Form, Need, Offer, Section, field, fields};
pub use finding::{Finding, Level, Rule};
pub use free_text::{FreeText, FreeTextError};
pub use icd10::{Icd10Code, Icd10CodeError};
pub use identity_paper::{IdentityPaper, OldCardNumber, PaperError, PaperKind, PaperNumber, PassportNumber};
pub use insurance::{BhxhCode, BhxhEntry, ChildCard, InsuranceCard, InsuranceError};
pub use kind::Kind;
pub use lang::{Lang, Text};
pub use licence::{Application, ExaminationGroup, LicenceClass, LicenceClasses};
pub use nationality::{NationalityCode, NationalityCodeError};
pub use number::{CertificateNumber, CertificateNumberError};
pub use person::{CardHolder, Role, RoleError, correctable};
pub use reading::{Line, Reading, reading, text_hash};
pub use settings::{AlcoholLimits, ConclusionCodes, ConclusionCodesError, Context, Settings};

pub(crate) use elements::Elements;
