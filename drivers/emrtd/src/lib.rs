//! Electronic machine-readable travel documents (ICAO Doc 9303): access, secure messaging, files, authentication.
//!
//! No I/O, no clock, no randomness: a reader comes in as [`Transceive`], dates and random bytes as arguments.

mod access_key;
pub mod apdu;
pub mod bac;
pub mod chip;
pub mod curve;
mod error;
mod file;
pub mod mrz;
pub mod pace;
mod read_binary;
pub mod secure_messaging;
pub mod session_keys;
pub mod tlv;
mod transceive;

pub use access_key::{Access, AccessKey, AccessKeyKind, CardAccessNumber, CardAccessNumberError, MrzKey};
pub use apdu::{ApduCapability, ApduError, CommandApdu, ResponseApdu, StatusWord};
pub use bac::BacError;
pub use error::ReadError;
pub use file::{DataGroup, ElementaryFile};
pub use mrz::{Mrz, MrzError, MrzExpiry, MrzField, MrzForm};
pub use pace::{DomainReference, PaceError, PaceParameters};
pub use secure_messaging::{SecureMessaging, SecureMessagingError};
pub use session_keys::{SessionKeys, SymmetricCipher, SymmetricKey};
pub use transceive::{Transceive, TransceiveError};

pub mod active_authentication;
mod certificate;
mod challenge;
pub mod chip_authentication;
mod document;
mod file;
mod hash;
pub mod lds;
pub mod passive_authentication;
mod proof;
mod public_key;
mod recheck;
pub mod security_infos;
mod signature;
mod trust;

pub use certificate::{Certificate, CertificateError, Fingerprint, FingerprintError};
pub use challenge::Challenge;
pub use document::{ChipFiles, Document, DocumentError, Evidence, Fact};
pub use file::{DataGroup, ElementaryFile};
pub use hash::HashAlgorithm;
pub use lds::{Dg13, Portrait, PortraitFormat};
pub use proof::{ChipAnswers, ChipProofs, DocumentRead, Genuine, Verified};
pub use public_key::{PublicKey, PublicKeyError};
pub use recheck::{ChipAuthenticity, Rechecked, recheck};
pub use signature::{SignatureAlgorithm, SignatureError};
pub use trust::{RevocationPolicy, SignerError, SignerTrust, TrustPolicy, TrustStore, TrustStoreError};
