//! The practitioner's signature over a payload that is frozen and kept: CMS SignedData (RFC 5652) without the
//! content, with the attributes of CAdES-BES (RFC 5126 4.3.1: content type, message digest, signing time, signing
//! certificate).
//!
//! CMS and not XMLDSig, because what is signed is bytes: a payload stays what it is, whether XML, JSON or PDF, with
//! no canonical form between the file that is kept and the digest; `openssl cms -verify` checks it, and a PDF embeds
//! the same structure.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use const_oid::ObjectIdentifier;
use der::asn1::{GeneralizedTime, Null, OctetString, SetOfVec, UtcTime};
use der::{Any, DateTime, Decode as _, DecodeOwned, Encode as _, Sequence};
use sha2::{Digest as _, Sha256};
use spki::AlgorithmIdentifierOwned;
use thiserror::Error;
use time::OffsetDateTime;
use x509_cert::attr::{Attribute, Attributes};
use x509_cert::time::Time;

use crate::certificate::{Certificate, CertificateError};
use crate::key::{Algorithm, KeyError, SigningKey};

/// The largest detached signature, in bytes.
pub const MAX_SIGNATURE_BYTES: usize = 128 << 10;
const MAX_CERTIFICATES: usize = 8;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// Why a payload has no detached signature, or one that is not accepted.
#[derive(Debug, Error)]
pub enum DetachedError {
    #[error("the signature is larger than {MAX_SIGNATURE_BYTES} bytes")]
    TooLarge,
    #[error("not a detached CMS signature")]
    Malformed(#[source] der::Error),
    #[error("the signature has an unexpected or missing {0}")]
    Shape(&'static str),
    #[error("the algorithm {0} is not accepted")]
    Algorithm(ObjectIdentifier),
    #[error("the digest differs: the payload is not the one that was signed")]
    Digest,
    #[error("the signature is not by the key of the signer's certificate")]
    Signature,
    #[error("the signer's certificate")]
    Certificate(#[source] CertificateError),
    #[error("the signing time cannot be written")]
    SigningTime,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<der::Error> for DetachedError {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error)
    }
}

/// Proof: this payload was signed, with the signing time, by the owner of the certificate.
#[derive(Debug)]
pub struct VerifiedPayload<'a> {
    payload: &'a [u8],
    signing_time: OffsetDateTime,
    signer: Certificate,
}

impl<'a> VerifiedPayload<'a> {
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    pub fn signing_time(&self) -> OffsetDateTime {
        self.signing_time
    }

    pub fn signer(&self) -> &Certificate {
        &self.signer
    }
}

/// RFC 5035 5.4.1.1: ESSCertIDv2. The digest is SHA-256 where no algorithm is named.
#[derive(Sequence)]
struct EssCertIdV2 {
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

/// RFC 5035 3: SigningCertificateV2.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certificates: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// Signs the payload; the result is DER, without the payload. `at` is the signing time, signed with it; the
/// certificate must be valid then.
pub fn sign_detached(payload: &[u8], key: &dyn SigningKey, at: OffsetDateTime) -> Result<Vec<u8>, DetachedError> {
    let chain = key.certificate_chain();
    let signer = chain.first().ok_or(DetachedError::Key(KeyError::NotThisCertificate))?;
    signer.valid_at(at).map_err(DetachedError::Certificate)?;

    let attributes = signed_attributes(payload, signer, at)?;
    let value = key.sign(&attributes.to_der()?)?;
    let (signature_algorithm, signature) = match key.algorithm() {
        Algorithm::RsaSha256 => (with_null(RSA_SHA256)?, value),
        Algorithm::EcdsaP256Sha256 => {
            let signature = p256::ecdsa::Signature::from_slice(&value).map_err(|_| DetachedError::Signature)?;
            let algorithm = AlgorithmIdentifierOwned { oid: ECDSA_SHA256, parameters: None };
            (algorithm, signature.to_der().as_bytes().to_vec())
        }
    };
    let tbs = &signer.x509().tbs_certificate;
    let signer_info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer.clone(),
            serial_number: tbs.serial_number.clone(),
        }),
        digest_alg: sha256(),
        signed_attrs: Some(attributes),
        signature_algorithm,
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificates = chain.iter().map(|one| CertificateChoices::Certificate(one.x509().clone()));
    let signed_data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha256()])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(CertificateSet(SetOfVec::try_from(certificates.collect::<Vec<_>>())?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer_info])?),
    };
    let signature = ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed_data)? }.to_der()?;
    let verified = verify_detached(payload, &signature)?;
    if verified.signer() != signer {
        return Err(DetachedError::Key(KeyError::NotThisCertificate));
    }
    Ok(signature)
}

/// Verifies the detached signature of the payload.
pub fn verify_detached<'a>(payload: &'a [u8], signature: &[u8]) -> Result<VerifiedPayload<'a>, DetachedError> {
    if signature.len() > MAX_SIGNATURE_BYTES {
        return Err(DetachedError::TooLarge);
    }
    let info = ContentInfo::from_der(signature)?;
    if info.content_type != SIGNED_DATA {
        return Err(DetachedError::Shape("content type"));
    }
    let data: SignedData = info.content.decode_as()?;
    if data.encap_content_info.econtent_type != DATA || data.encap_content_info.econtent.is_some() {
        return Err(DetachedError::Shape("content"));
    }
    let [signer_info] = data.signer_infos.0.as_slice() else {
        return Err(DetachedError::Shape("number of signers"));
    };
    if signer_info.digest_alg.oid != SHA256 {
        return Err(DetachedError::Algorithm(signer_info.digest_alg.oid));
    }
    let signer = signer(&data, signer_info)?;
    let attributes = signer_info.signed_attrs.as_ref().ok_or(DetachedError::Shape("signed attributes"))?;

    // RFC 5652 5.4: the attributes are signed as a SET, not with the tag they have in the structure.
    let message = attributes.to_der()?;
    if !signer.verifies(&message, &plain_signature(signer_info, signer.algorithm())?) {
        return Err(DetachedError::Signature);
    }
    let content_type: ObjectIdentifier = attribute(attributes, CONTENT_TYPE, "content type")?;
    let digest: OctetString = attribute(attributes, MESSAGE_DIGEST, "message digest")?;
    let certificates: SigningCertificateV2 = attribute(attributes, SIGNING_CERTIFICATE, "signing certificate")?;
    let signing_time: Time = attribute(attributes, SIGNING_TIME, "signing time")?;
    if content_type != DATA {
        return Err(DetachedError::Shape("content type"));
    }
    if digest.as_bytes() != Sha256::digest(payload).as_slice() {
        return Err(DetachedError::Digest);
    }
    // The first is the signer's (RFC 5035 5.4.1).
    let named = certificates.certificates.first().ok_or(DetachedError::Shape("signing certificate"))?;
    if let Some(other) = named.hash_algorithm.as_ref().filter(|algorithm| algorithm.oid != SHA256) {
        return Err(DetachedError::Algorithm(other.oid));
    }
    if named.hash.as_bytes() != signer.fingerprint() {
        return Err(DetachedError::Shape("signing certificate"));
    }
    let seconds = i64::try_from(signing_time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let signing_time = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| DetachedError::SigningTime)?;
    signer.valid_at(signing_time).map_err(DetachedError::Certificate)?;
    Ok(VerifiedPayload { payload, signing_time, signer })
}

/// The certificate that the signer is named by.
fn signer(data: &SignedData, info: &SignerInfo) -> Result<Certificate, DetachedError> {
    let SignerIdentifier::IssuerAndSerialNumber(named) = &info.sid else {
        return Err(DetachedError::Shape("signer identifier"));
    };
    let certificates = data.certificates.as_ref().ok_or(DetachedError::Shape("certificate"))?;
    if certificates.0.len() > MAX_CERTIFICATES {
        return Err(DetachedError::Shape("number of certificates"));
    }
    for choice in certificates.0.iter() {
        let CertificateChoices::Certificate(x509) = choice else { continue };
        let tbs = &x509.tbs_certificate;
        if tbs.issuer == named.issuer && tbs.serial_number == named.serial_number {
            return Certificate::from_der(&x509.to_der()?).map_err(DetachedError::Certificate);
        }
    }
    Err(DetachedError::Shape("certificate"))
}

/// The signature as keys give it: ECDSA in CMS is DER (RFC 5753 7.2).
fn plain_signature(info: &SignerInfo, algorithm: Algorithm) -> Result<Vec<u8>, DetachedError> {
    let bytes = info.signature.as_bytes();
    match (algorithm, info.signature_algorithm.oid) {
        (Algorithm::RsaSha256, RSA | RSA_SHA256) => Ok(bytes.to_vec()),
        (Algorithm::EcdsaP256Sha256, ECDSA_SHA256) => {
            let signature = p256::ecdsa::Signature::from_der(bytes).map_err(|_| DetachedError::Signature)?;
            Ok(signature.to_bytes().to_vec())
        }
        (Algorithm::RsaSha256 | Algorithm::EcdsaP256Sha256, other) => Err(DetachedError::Algorithm(other)),
    }
}

/// The one value of the one attribute of that type.
fn attribute<T: DecodeOwned>(
    attributes: &Attributes,
    kind: ObjectIdentifier,
    name: &'static str,
) -> Result<T, DetachedError> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == kind);
    let (Some(only), None) = (found.next(), found.next()) else {
        return Err(DetachedError::Shape(name));
    };
    let [value] = only.values.as_slice() else {
        return Err(DetachedError::Shape(name));
    };
    Ok(T::from_der(&value.to_der()?)?)
}

fn signed_attributes(payload: &[u8], signer: &Certificate, at: OffsetDateTime) -> Result<Attributes, DetachedError> {
    let certificate = SigningCertificateV2 {
        certificates: vec![EssCertIdV2 {
            hash_algorithm: None,
            hash: OctetString::new(signer.fingerprint().as_slice())?,
            issuer_serial: None,
        }],
        policies: None,
    };
    let digest = OctetString::new(Sha256::digest(payload).as_slice())?;
    let values = [
        (CONTENT_TYPE, Any::from(DATA)),
        (MESSAGE_DIGEST, Any::encode_from(&digest)?),
        (SIGNING_TIME, signing_time(at)?),
        (SIGNING_CERTIFICATE, Any::encode_from(&certificate)?),
    ];
    let mut attributes = Attributes::new();
    for (oid, value) in values {
        attributes.insert(Attribute { oid, values: SetOfVec::try_from(vec![value])? })?;
    }
    Ok(attributes)
}

/// RFC 5652 11.3: UTCTime to the end of 2049, GeneralizedTime after.
fn signing_time(at: OffsetDateTime) -> Result<Any, DetachedError> {
    let seconds = u64::try_from(at.unix_timestamp()).map_err(|_| DetachedError::SigningTime)?;
    let at = DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))?;
    match UtcTime::from_date_time(at) {
        Ok(time) => Ok(Any::encode_from(&time)?),
        Err(_) => Ok(Any::encode_from(&GeneralizedTime::from_date_time(at))?),
    }
}

fn sha256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SHA256, parameters: None }
}

fn with_null(oid: ObjectIdentifier) -> Result<AlgorithmIdentifierOwned, DetachedError> {
    Ok(AlgorithmIdentifierOwned { oid, parameters: Some(Any::encode_from(&Null)?) })
}
