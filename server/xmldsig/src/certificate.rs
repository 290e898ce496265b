//! The certificate of a signer (RFC 5280): its key, its validity, its names. Whether anybody vouches for it is the
//! caller's question: this crate says who signed, by certificate, not whether that certificate is the right one.

use std::fmt;

use der::{Decode as _, Encode as _};
use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use time::OffsetDateTime;

use crate::key::Algorithm;

/// The shortest RSA modulus that signs or is accepted, in bits.
pub const MIN_RSA_BITS: usize = 2048;
/// The largest certificate, in bytes of DER.
pub const MAX_CERTIFICATE_BYTES: usize = 16 << 10;

/// Why a certificate cannot stand for a signer.
#[derive(Debug, Error)]
pub enum CertificateError {
    #[error("not an X.509 certificate")]
    Malformed(#[source] der::Error),
    #[error("the certificate is larger than {MAX_CERTIFICATE_BYTES} bytes")]
    TooLarge,
    #[error("the certificate's key is neither RSA nor ECDSA P-256")]
    UnsupportedKey,
    #[error("the certificate's RSA key has {bits} bits, {MIN_RSA_BITS} are the least")]
    KeyTooShort { bits: usize },
    #[error("the certificate is valid from {from} only")]
    NotYetValid { from: OffsetDateTime },
    #[error("the certificate expired at {until}")]
    Expired { until: OffsetDateTime },
}

/// An X.509 certificate with a key that this crate verifies with.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
    key: PublicKey,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

#[derive(Clone)]
pub(crate) enum PublicKey {
    Rsa(RsaPublicKey),
    P256(VerifyingKey),
}

impl Certificate {
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge);
        }
        let parsed = x509_cert::Certificate::from_der(der).map_err(CertificateError::Malformed)?;
        let tbs = &parsed.tbs_certificate;
        let key = PublicKey::from_spki(&tbs.subject_public_key_info.to_der().map_err(CertificateError::Malformed)?)?;
        let not_before = instant(tbs.validity.not_before)?;
        let not_after = instant(tbs.validity.not_after)?;
        Ok(Self { der: der.to_vec(), parsed, key, not_before, not_after })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The subject as RFC 4514 writes it.
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate.subject.to_string()
    }

    /// The issuer as RFC 4514 writes it.
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate.issuer.to_string()
    }

    /// The serial number in hexadecimal.
    pub fn serial(&self) -> String {
        let bytes = self.parsed.tbs_certificate.serial_number.as_bytes();
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// SHA-256 of the certificate: what to pin it by.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The algorithm that this certificate's key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.key {
            PublicKey::Rsa(_) => Algorithm::RsaSha256,
            PublicKey::P256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    /// Whether the certificate is valid at that time.
    pub fn valid_at(&self, at: OffsetDateTime) -> Result<(), CertificateError> {
        if at < self.not_before {
            return Err(CertificateError::NotYetValid { from: self.not_before });
        }
        if at > self.not_after {
            return Err(CertificateError::Expired { until: self.not_after });
        }
        Ok(())
    }

    /// Whether this certificate's key made the signature of the message; an ECDSA signature is r || s.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = Sha256::digest(message);
        match &self.key {
            PublicKey::Rsa(key) => key.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature).is_ok(),
            PublicKey::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()),
        }
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn x509(&self) -> &x509_cert::Certificate {
        &self.parsed
    }

    /// Whether the other certificate's subject is this one's issuer.
    pub(crate) fn names_as_issuer(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate.issuer == other.parsed.tbs_certificate.subject
    }

    pub(crate) fn is_self_issued(&self) -> bool {
        self.names_as_issuer(self)
    }
}

/// The signer's certificate first, then issuer after issuer as far as the others reach.
pub(crate) fn chain_from(signer: Certificate, mut others: Vec<Certificate>) -> Vec<Certificate> {
    let mut chain = vec![signer];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        let Some(at) = others.iter().position(|other| last.names_as_issuer(other)) else {
            break;
        };
        chain.push(others.swap_remove(at));
    }
    chain
}

impl PublicKey {
    /// The key of a DER SubjectPublicKeyInfo.
    pub(crate) fn from_spki(der: &[u8]) -> Result<Self, CertificateError> {
        let spki = spki::SubjectPublicKeyInfoRef::from_der(der).map_err(CertificateError::Malformed)?;
        if let Ok(key) = VerifyingKey::try_from(spki.clone()) {
            return Ok(Self::P256(key));
        }
        let key = RsaPublicKey::try_from(spki).map_err(|_| CertificateError::UnsupportedKey)?;
        let bits = key.n().bits();
        if bits < MIN_RSA_BITS {
            return Err(CertificateError::KeyTooShort { bits });
        }
        Ok(Self::Rsa(key))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// The serial number only: the subject of a practitioner's certificate is a person.
impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({})", self.serial())
    }
}

fn instant(time: x509_cert::time::Time) -> Result<OffsetDateTime, CertificateError> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs());
    seconds
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or_else(|| CertificateError::Malformed(der::Tag::GeneralizedTime.value_error()))
}
