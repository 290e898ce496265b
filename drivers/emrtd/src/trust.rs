//! Whom this hospital trusts: country signing authorities, document signers pinned after observation, revocation
//! lists. All of it is configuration (the authority of the Vietnamese citizen card is not public).

use std::collections::BTreeSet;

use der::{Decode, Encode};
use time::Date;
use x509_cert::crl::TbsCertList;

use crate::certificate::{Certificate, CertificateError, Fingerprint, Signed, day};
use crate::public_key::MIN_RSA_BITS;
use crate::signature::{SignatureAlgorithm, SignatureError};

/// Bytes of one revocation list.
const MAX_REVOCATION_LIST_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one file of certificates.
const MAX_CERTIFICATES_BYTES: usize = 1024 * 1024;

#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    policy: TrustPolicy,
    authorities: Vec<Certificate>,
    revocation_lists: Vec<RevocationList>,
    pinned: BTreeSet<Fingerprint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustPolicy {
    /// RSA keys of signers and authorities below this are refused; never less than 1024.
    pub minimum_rsa_bits: usize,
    pub revocation: RevocationPolicy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationPolicy {
    /// A list that is there is used; one that is missing or out of date is recorded as a fact.
    UseIfPresent,
    /// A trusted signer needs a current list of its authority.
    Require,
}

/// Who vouches for the signer of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerTrust {
    /// An authority of the store issued it.
    Trusted { csca: Fingerprint },
    /// This hospital pinned it.
    Pinned,
    /// Nobody. The signature is right, but anyone can make a right signature with a key of their own.
    Unknown { signer: Fingerprint },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustStoreError {
    #[error("a file of {0} bytes")]
    TooLarge(usize),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("the file is neither DER nor PEM")]
    Malformed(#[from] der::Error),
    #[error("the certificate {0} is not one of an authority")]
    NotAnAuthority(Fingerprint),
    #[error("the file holds no certificate")]
    Empty,
    #[error("the signature of the revocation list")]
    Signature(#[from] SignatureError),
    #[error("no authority in the store issued the revocation list: load the authorities first")]
    UnknownIssuer,
}

/// Why a signer is refused, whoever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    #[error("the document signer's certificate expired on {0}")]
    Expired(Date),
    #[error("the document signer's certificate is valid from {0} only")]
    NotYetValid(Date),
    #[error("the authority's certificate expired on {0}")]
    AuthorityExpired(Date),
    #[error("the document signer's certificate was revoked")]
    Revoked,
    #[error("no current revocation list, and the policy requires one")]
    RevocationUnknown,
    #[error("the certificate may not sign documents")]
    WrongUse,
    #[error("the certificate names an authority's key that did not sign it")]
    Forged,
    #[error("an RSA key of {bits} bits, and the policy requires {minimum}")]
    WeakKey { bits: usize, minimum: usize },
}

/// What is known of the signer's revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RevocationStatus {
    NotRevoked,
    ListOutOfDate,
    NoList,
}

#[derive(Debug, Clone)]
struct RevocationList {
    issuer: Fingerprint,
    serial_numbers: BTreeSet<Vec<u8>>,
    next_update: Option<Date>,
}

impl Default for TrustPolicy {
    fn default() -> Self {
        Self { minimum_rsa_bits: 2048, revocation: RevocationPolicy::UseIfPresent }
    }
}

impl TrustStore {
    pub fn new(policy: TrustPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// One certificate in DER, or any number in PEM.
    pub fn add_authorities(&mut self, bytes: &[u8]) -> Result<(), TrustStoreError> {
        if bytes.len() > MAX_CERTIFICATES_BYTES {
            return Err(TrustStoreError::TooLarge(bytes.len()));
        }
        let certificates = if is_pem(bytes) {
            let chain = x509_cert::Certificate::load_pem_chain(bytes)?;
            chain.iter().map(Encode::to_der).collect::<Result<Vec<_>, _>>()?
        } else {
            vec![bytes.to_vec()]
        };
        if certificates.is_empty() {
            return Err(TrustStoreError::Empty);
        }
        for bytes in certificates {
            let certificate = Certificate::parse(&bytes)?;
            if !certificate.is_authority() {
                return Err(TrustStoreError::NotAnAuthority(certificate.fingerprint()));
            }
            self.authorities.push(certificate);
        }
        Ok(())
    }

    /// A list in DER or PEM, signed by an authority that is already in the store.
    pub fn add_revocation_list(&mut self, bytes: &[u8]) -> Result<(), TrustStoreError> {
        if bytes.len() > MAX_REVOCATION_LIST_BYTES {
            return Err(TrustStoreError::TooLarge(bytes.len()));
        }
        let decoded = if is_pem(bytes) { Some(der::pem::decode_vec(bytes).map_err(der::Error::from)?.1) } else { None };
        let list = Signed::from_der(decoded.as_deref().unwrap_or(bytes))?;
        let signed = list.content.to_der()?;
        let algorithm = SignatureAlgorithm::from_identifier(&list.algorithm, None)?;
        let signature = list.signature.as_bytes().ok_or(der::Tag::BitString.value_error())?;
        let fields = TbsCertList::from_der(&signed)?;
        let issuer = self
            .authorities
            .iter()
            .find(|authority| {
                authority.fields().subject == fields.issuer
                    && algorithm.verify(authority.key(), &signed, signature).is_ok()
            })
            .ok_or(TrustStoreError::UnknownIssuer)?;
        let revoked = fields.revoked_certificates.unwrap_or_default();
        self.revocation_lists.push(RevocationList {
            issuer: issuer.fingerprint(),
            serial_numbers: revoked.iter().map(|entry| entry.serial_number.as_bytes().to_vec()).collect(),
            next_update: fields.next_update.and_then(day),
        });
        Ok(())
    }

    /// Document signers that this hospital trusts after it compared cards with their holders in person.
    pub fn pin(&mut self, signer: Fingerprint) {
        self.pinned.insert(signer);
    }

    pub fn unpin(&mut self, signer: &Fingerprint) {
        self.pinned.remove(signer);
    }

    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        self.authorities.iter()
    }

    /// Judges a certificate whose key made a right signature on `today`.
    pub(crate) fn judge(
        &self,
        signer: &Certificate,
        today: Date,
    ) -> Result<(SignerTrust, RevocationStatus), SignerError> {
        if !signer.may_sign_documents() {
            return Err(SignerError::WrongUse);
        }
        self.check_key(signer)?;
        if today > signer.not_after() {
            return Err(SignerError::Expired(signer.not_after()));
        }
        if today < signer.not_before() {
            return Err(SignerError::NotYetValid(signer.not_before()));
        }
        let fingerprint = signer.fingerprint();
        let Some(authority) = self.authority_of(signer)? else {
            let trust = if self.pinned.contains(&fingerprint) {
                SignerTrust::Pinned
            } else {
                SignerTrust::Unknown { signer: fingerprint }
            };
            return Ok((trust, RevocationStatus::NoList));
        };
        self.check_key(authority)?;
        if today > authority.not_after() {
            return Err(SignerError::AuthorityExpired(authority.not_after()));
        }
        let status = self.revocation(signer, authority, today)?;
        match (self.policy.revocation, status) {
            (RevocationPolicy::Require, RevocationStatus::NoList | RevocationStatus::ListOutOfDate) => {
                Err(SignerError::RevocationUnknown)
            }
            (RevocationPolicy::Require, RevocationStatus::NotRevoked) | (RevocationPolicy::UseIfPresent, _) => {
                Ok((SignerTrust::Trusted { csca: authority.fingerprint() }, status))
            }
        }
    }

    /// An authority may have followed itself under the same name with another key: only a certificate that names
    /// the very key is forged if that key did not sign it.
    fn authority_of(&self, signer: &Certificate) -> Result<Option<&Certificate>, SignerError> {
        for authority in &self.authorities {
            let names_key = signer.names_issuer_key(authority);
            if !names_key && !signer.names_issuer(authority) {
                continue;
            }
            match signer.verify_issued_by(authority) {
                Ok(()) => return Ok(Some(authority)),
                Err(_) if names_key => return Err(SignerError::Forged),
                Err(_) => {}
            }
        }
        Ok(None)
    }

    fn check_key(&self, certificate: &Certificate) -> Result<(), SignerError> {
        let minimum = self.policy.minimum_rsa_bits.max(MIN_RSA_BITS);
        match certificate.key().rsa_bits() {
            Some(bits) if bits < minimum => Err(SignerError::WeakKey { bits, minimum }),
            Some(_) | None => Ok(()),
        }
    }

    fn revocation(
        &self,
        signer: &Certificate,
        authority: &Certificate,
        today: Date,
    ) -> Result<RevocationStatus, SignerError> {
        let serial_number = signer.fields().serial_number.as_bytes();
        let issuer = authority.fingerprint();
        let mut status = RevocationStatus::NoList;
        for list in self.revocation_lists.iter().filter(|list| list.issuer == issuer) {
            if list.serial_numbers.contains(serial_number) {
                return Err(SignerError::Revoked);
            }
            if list.next_update.is_some_and(|next| today <= next) {
                status = RevocationStatus::NotRevoked;
            } else if status == RevocationStatus::NoList {
                status = RevocationStatus::ListOutOfDate;
            }
        }
        Ok(status)
    }
}

fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).any(|window| window == b"-----BEGIN ")
}
