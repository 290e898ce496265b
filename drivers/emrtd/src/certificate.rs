//! X.509 certificates of document signers (DSC) and country signing authorities (CSCA), ICAO Doc 9303-12 7.1.
//!
//! The signed part is kept as it was written, because a signature covers bytes, not their meaning.

use std::fmt;

use der::asn1::{AnyRef, BitStringRef};
use der::referenced::OwnedToRef;
use der::{Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime};
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::public_key::{PublicKey, PublicKeyError};
use crate::signature::{SignatureAlgorithm, SignatureError};

pub const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;

#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    fields: TbsCertificate,
    algorithm: SignatureAlgorithm,
    signature: Vec<u8>,
    key: PublicKey,
}

/// SHA-256 of the whole certificate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("a certificate of {0} bytes")]
    TooLarge(usize),
    #[error("the certificate is not well-formed DER")]
    Malformed(#[from] der::Error),
    #[error("the certificate's key")]
    Key(#[from] PublicKeyError),
    #[error("the certificate's signature algorithm")]
    Algorithm(#[from] SignatureError),
    #[error("the certificate names one signature algorithm inside and another outside")]
    AlgorithmsDiffer,
    #[error("the certificate's validity is no span of calendar days")]
    Validity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits")]
pub struct FingerprintError;

impl Certificate {
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > MAX_CERTIFICATE_BYTES {
            return Err(CertificateError::TooLarge(bytes.len()));
        }
        let outer = Signed::from_der(bytes)?;
        let signed = outer.content.to_der()?;
        let fields = TbsCertificate::from_der(&signed)?;
        if fields.signature.owned_to_ref() != outer.algorithm {
            return Err(CertificateError::AlgorithmsDiffer);
        }
        let certificate = Self {
            der: bytes.to_vec(),
            algorithm: SignatureAlgorithm::from_identifier(&outer.algorithm, None)?,
            signature: outer.signature.as_bytes().ok_or(der::Tag::BitString.value_error())?.to_vec(),
            key: PublicKey::from_spki_der(&fields.subject_public_key_info.to_der()?)?,
            signed,
            fields,
        };
        if certificate.valid_days().is_none() {
            return Err(CertificateError::Validity);
        }
        Ok(certificate)
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.der).into())
    }

    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// RFC 4514: "CN=CSCA,C=VN".
    pub fn subject(&self) -> String {
        self.fields.subject.to_string()
    }

    pub fn issuer(&self) -> String {
        self.fields.issuer.to_string()
    }

    pub fn not_before(&self) -> Date {
        self.valid_days().map_or(Date::MAX, |days| days.0)
    }

    pub fn not_after(&self) -> Date {
        self.valid_days().map_or(Date::MIN, |days| days.1)
    }

    /// Is this certificate signed by `issuer`'s key? Names and dates are the caller's to judge.
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<(), SignatureError> {
        self.algorithm.verify(&issuer.key, &self.signed, &self.signature)
    }

    /// Does the name of its issuer say so?
    pub(crate) fn names_issuer(&self, issuer: &Self) -> bool {
        self.fields.issuer == issuer.fields.subject
    }

    /// Does the key identifier of its issuer say so?
    pub(crate) fn names_issuer_key(&self, issuer: &Self) -> bool {
        let authority = self.extension::<AuthorityKeyIdentifier>().and_then(|authority| authority.key_identifier);
        let subject = issuer.extension::<SubjectKeyIdentifier>();
        matches!((authority, subject), (Some(authority), Some(subject)) if authority == subject.0)
    }

    pub(crate) fn is_authority(&self) -> bool {
        self.extension::<BasicConstraints>().is_some_and(|constraints| constraints.ca)
    }

    /// A certificate that limits its key's use must allow signatures (9303-12 table 6); a limit that cannot be read
    /// forbids them.
    pub(crate) fn may_sign_documents(&self) -> bool {
        match self.fields.get::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, usage)| usage.digital_signature()),
            Err(_) => false,
        }
    }

    pub(crate) fn fields(&self) -> &TbsCertificate {
        &self.fields
    }

    pub(crate) fn subject_key_identifier(&self) -> Option<Vec<u8>> {
        self.extension::<SubjectKeyIdentifier>().map(|identifier| identifier.0.as_bytes().to_vec())
    }

    fn extension<'a, T: Decode<'a> + const_oid::AssociatedOid>(&'a self) -> Option<T> {
        self.fields.get::<T>().ok().flatten().map(|(_, extension)| extension)
    }

    fn valid_days(&self) -> Option<(Date, Date)> {
        let validity = &self.fields.validity;
        Some((day(validity.not_before)?, day(validity.not_after)?))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl Fingerprint {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits, colons and spaces between them allowed.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .map(|c| c.to_digit(16).map(|digit| digit as u8).ok_or(FingerprintError))
            .collect::<Result<_, _>>()?;
        let bytes: Vec<u8> =
            digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        if digits.len() != 64 {
            return Err(FingerprintError);
        }
        bytes.try_into().map(Self).map_err(|_| FingerprintError)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `SEQUENCE { content, algorithm, signature }`, the frame of certificates and revocation lists.
#[derive(Sequence)]
pub(crate) struct Signed<'a> {
    pub content: AnyRef<'a>,
    pub algorithm: AlgorithmIdentifierRef<'a>,
    pub signature: BitStringRef<'a>,
}

pub(crate) fn day(time: x509_cert::time::Time) -> Option<Date> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok().map(OffsetDateTime::date)
}
