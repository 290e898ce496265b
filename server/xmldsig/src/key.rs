//! A key that signs, wherever it lives: [`SoftwareKey`](crate::SoftwareKey) from a PKCS#12 file,
//! [`TokenKey`](crate::TokenKey) behind PKCS#11.

use std::path::PathBuf;

use thiserror::Error;

use crate::certificate::{Certificate, CertificateError};

/// How a key signs. SHA-1 is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2).
    RsaSha256,
    /// ECDSA on P-256 with SHA-256; the signature is r || s, 64 bytes (XMLDSig 1.1 6.4.3).
    EcdsaP256Sha256,
}

/// A private key with the certificates that name its owner.
pub trait SigningKey: Send + Sync {
    /// The certificates: the signer's, then its issuers as far as they are known.
    fn certificate_chain(&self) -> &[Certificate];

    /// How the key signs; always what the signer's certificate says.
    fn algorithm(&self) -> Algorithm;

    /// Signs the message (which the key, or its driver, hashes). May block on a device.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

impl<K: SigningKey + ?Sized> SigningKey for std::sync::Arc<K> {
    fn certificate_chain(&self) -> &[Certificate] {
        (**self).certificate_chain()
    }

    fn algorithm(&self) -> Algorithm {
        (**self).algorithm()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        (**self).sign(message)
    }
}

/// Why a key did not sign. None of these is a failure of the network: what could not be signed was not sent.
#[derive(Debug, Error)]
pub enum KeyError {
    #[error("the file {} could not be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("not a PKCS#12 file that this program reads")]
    Pkcs12(#[source] crate::pkcs12::Pkcs12Error),
    #[error("the password does not open the key")]
    WrongPassword,
    #[error("the private key is neither RSA nor ECDSA P-256, or damaged")]
    UnsupportedKey,
    #[error("the certificate does not belong to the private key")]
    NotThisCertificate,
    #[error(transparent)]
    Certificate(#[from] CertificateError),

    #[error("the PKCS#11 module {} could not be loaded", module.display())]
    Module {
        module: PathBuf,
        #[source]
        source: cryptoki::error::Error,
    },
    #[error("the token \"{token}\" is not plugged in")]
    TokenAbsent { token: String },
    #[error("more than one token is named \"{token}\"")]
    TokenAmbiguous { token: String },
    #[error("the token refused the PIN; the same PIN is not tried again, so that the token is not locked")]
    WrongPin,
    #[error("the token allows one last PIN; a person has to give it with the token's own program")]
    LastPinTry,
    #[error("the token's PIN is locked; the token's issuer unlocks it")]
    PinLocked,
    #[error("the token's PIN must be changed before it signs")]
    PinExpired,
    #[error("the token has no such key named \"{label}\"")]
    KeyAbsent { label: String },
    #[error("the token has more than one such key named \"{label}\"")]
    KeyAmbiguous { label: String },
    #[error("the token has no certificate for the key named \"{label}\"")]
    CertificateAbsent { label: String },
    #[error("the token's HMAC-SHA256 is not 32 bytes long")]
    CodeLength,
    #[error("the token failed")]
    Token(#[source] cryptoki::error::Error),
}
