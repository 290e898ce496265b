//! Digital signatures of the facility and of the practitioner: XML Signature (W3C xmldsig-core1 over Canonical XML
//! 1.0) in the two shapes of the insurance gateway's contract, a detached signature (CMS, RFC 5652) over bytes that
//! are kept, and the keys that make them.
//!
//! The crate knows XML and keys. It knows no field of a certificate of birth, death or health, and not who is to be
//! believed: a proof names its signer by certificate, and the caller decides about it. It has no clock: the signing
//! time is an argument. Only the keys touch the world, one a file, the other a token. Left out on purpose: XAdES,
//! time stamps of an authority, revocation, other canonicalizations, SHA-1.

mod c14n;
mod certificate;
mod detached;
mod document;
mod key;
mod pkcs12;
mod sign;
#[cfg(feature = "sim")]
pub mod sim;
mod software;
mod token;
mod verify;
mod xmldsig;

pub use certificate::{Certificate, CertificateError, MIN_RSA_BITS};
pub use detached::{DetachedError, VerifiedPayload, sign_detached, verify_detached};
pub use document::XmlError;
pub use key::{Algorithm, KeyError, SigningKey};
pub use pkcs12::Pkcs12Error;
pub use sign::{SignError, sign_enveloped, sign_paper};
pub use software::SoftwareKey;
pub use token::{TokenKey, TokenName, TokenSettings, token_hmac_sha256};
pub use verify::{Signed, Step, VerifiedDocument, VerifiedPaper, VerifyError, verify_enveloped, verify_paper};
