//! Electronic machine-readable travel documents (ICAO Doc 9303): access, secure messaging, files, authentication.
//!
//! No I/O, no clock, no randomness: a reader comes in as [`Transceive`], dates and random bytes as arguments.

mod access_key;
pub mod active_authentication;
pub mod apdu;
pub mod bac;
mod certificate;
mod challenge;
pub mod chip;
pub mod chip_authentication;
pub mod curve;
mod document;
mod error;
mod file;
pub mod hash;
pub mod lds;
pub mod mrz;
pub mod pace;
pub mod passive_authentication;
mod proof;
pub mod public_key;
mod read;
mod read_binary;
mod recheck;
pub mod secure_messaging;
pub mod security_infos;
pub mod session_keys;
mod signature;
#[cfg(feature = "sim")]
pub mod sim;
pub mod tlv;
mod transceive;
mod trust;

pub use access_key::{Access, AccessKey, AccessKeyKind, CardAccessNumber, CardAccessNumberError, MrzKey};
pub use apdu::{ApduCapability, ApduError, CommandApdu, ResponseApdu, StatusWord};
pub use bac::BacError;
pub use certificate::{Certificate, CertificateError, Fingerprint, FingerprintError};
pub use challenge::Challenge;
pub use document::{ChipFiles, Document, DocumentError, Evidence, Fact};
pub use error::{ChipNotGenuine, ReadError};
pub use file::{DataGroup, ElementaryFile};
pub use hash::HashAlgorithm;
pub use lds::{Dg13, Portrait, PortraitFormat};
pub use mrz::{Mrz, MrzError, MrzExpiry, MrzField, MrzForm};
pub use pace::{DomainReference, PaceError, PaceParameters};
pub use proof::{ChipAnswers, ChipProofs, DocumentRead, Genuine, Verified};
pub use public_key::{PublicKey, PublicKeyError};
pub use read::{BacPolicy, Progress, ReadRequest, answer_challenge, read_document};
pub use recheck::{ChipAuthenticity, Rechecked, recheck};
pub use secure_messaging::{SecureMessaging, SecureMessagingError};
pub use session_keys::{SessionKeys, SymmetricCipher, SymmetricKey};
pub use signature::{SignatureAlgorithm, SignatureError};
pub use transceive::{Transceive, TransceiveError};
pub use trust::{RevocationPolicy, SignerError, SignerTrust, TrustPolicy, TrustStore, TrustStoreError};
