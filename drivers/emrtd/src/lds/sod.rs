//! EF.SOD: the document security object, a CMS `SignedData` around the hashes of the data groups
//! (ICAO Doc 9303-10 4.6.2, RFC 5652 5).
//!
//! The signed parts are kept as they were written, because a signature covers bytes, not their meaning. Whether the
//! signature is right and who made it is [`passive_authentication`](crate::passive_authentication)'s to say.

use std::collections::BTreeMap;
use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, OctetStringRef, PrintableStringRef};
use der::{
    Choice, Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Sequence, SliceReader, Tag,
    Tagged, Writer,
};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::certificate::{Certificate, CertificateError};
use crate::hash::HashAlgorithm;
use crate::signature::{SignatureAlgorithm, SignatureError};
use crate::{DataGroup, ElementaryFile};

use super::{LdsError, template};

/// Certificates beside the signature; the standard has one.
const MAX_CERTIFICATES: usize = 4;
const MAX_ATTRIBUTES: usize = 16;

pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-icao-mrtd-security-ldsSecurityObject
pub(crate) const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SodError {
    #[error(transparent)]
    File(#[from] LdsError),
    #[error("EF.SOD is not well-formed DER")]
    Malformed(#[from] der::Error),
    #[error("EF.SOD holds {0}, not signed data")]
    NotSignedData(ObjectIdentifier),
    #[error("EF.SOD signs {0}, not the hashes of data groups")]
    NotSecurityObject(ObjectIdentifier),
    #[error("EF.SOD has {0} signatures, not one")]
    SignatureCount(usize),
    #[error("EF.SOD holds more certificates or attributes than any issuer writes")]
    TooMany,
    #[error("EF.SOD holds no certificate of its signer")]
    SignerMissing,
    #[error("the certificate of the signer")]
    Certificate(#[from] CertificateError),
    #[error("EF.SOD has no signed attributes")]
    AttributesMissing,
    #[error("the signed attributes name another content than EF.SOD holds")]
    ContentType,
    #[error("the hash algorithm {0} is not one of the standard's")]
    UnknownHash(ObjectIdentifier),
    #[error("the signature algorithm")]
    Algorithm(#[from] SignatureError),
    #[error("a hash of {found} bytes where the algorithm gives {expected}")]
    HashLength { expected: usize, found: usize },
    #[error("EF.SOD names {0}, which is no data group, or one twice")]
    Group(u8),
    #[error("version {0} of the security object is not known")]
    Version(u8),
}

#[derive(Clone)]
pub struct Sod {
    hash: HashAlgorithm,
    hashes: BTreeMap<DataGroup, Vec<u8>>,
    lds_version: Option<String>,
    /// The `LDSSecurityObject` as written.
    pub(crate) content: Vec<u8>,
    pub(crate) content_digest: HashAlgorithm,
    pub(crate) message_digest: Vec<u8>,
    /// The signed attributes as written, under the tag of a set (RFC 5652 5.4).
    pub(crate) signed_attributes: Vec<u8>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) signature: Vec<u8>,
    pub(crate) signer: Certificate,
}

impl Sod {
    pub fn parse(bytes: &[u8]) -> Result<Self, SodError> {
        let file = template(ElementaryFile::Sod, bytes)?;
        let content_info = ContentInfo::from_der(file.value)?;
        if content_info.content_type != SIGNED_DATA {
            return Err(SodError::NotSignedData(content_info.content_type));
        }
        let signed_data = content_info.content;
        if signed_data.content.content_type != LDS_SECURITY_OBJECT {
            return Err(SodError::NotSecurityObject(signed_data.content.content_type));
        }
        let content = signed_data.content.content.as_bytes();
        let object = SecurityObject::read(content)?;

        let signatures = list(signed_data.signer_infos, MAX_CERTIFICATES)?;
        let [signature] = signatures[..] else { return Err(SodError::SignatureCount(signatures.len())) };
        let info: SignerInfo<'_> = signature.decode_as()?;
        let content_digest = hash_of(&info.digest_algorithm)?;
        let attributes = info.signed_attributes.ok_or(SodError::AttributesMissing)?;
        let message_digest = message_digest(attributes)?;
        if message_digest.len() != content_digest.digest_bytes() {
            return Err(SodError::HashLength { expected: content_digest.digest_bytes(), found: message_digest.len() });
        }
        Ok(Self {
            hash: object.hash,
            hashes: object.hashes,
            lds_version: object.lds_version,
            content: content.to_vec(),
            content_digest,
            message_digest,
            signed_attributes: attributes.to_der()?,
            algorithm: SignatureAlgorithm::from_identifier(&info.signature_algorithm, Some(content_digest))?,
            signature: info.signature.as_bytes().to_vec(),
            signer: find_signer(&info.signer, signed_data.certificates)?,
        })
    }

    /// As it stands in the file. Nobody vouches for it before passive authentication.
    pub fn signer_certificate(&self) -> &Certificate {
        &self.signer
    }

    /// Which groups the issuer signed: the only list to be believed.
    pub fn data_groups(&self) -> impl Iterator<Item = DataGroup> {
        self.hashes.keys().copied()
    }

    pub fn lists(&self, group: DataGroup) -> bool {
        self.hashes.contains_key(&group)
    }

    pub fn hash_algorithm(&self) -> HashAlgorithm {
        self.hash
    }

    /// Version 1 of the security object says which logical data structure it is, `0107` or `0108`.
    pub fn lds_version(&self) -> Option<&str> {
        self.lds_version.as_deref()
    }

    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    pub fn hash_of(&self, group: DataGroup) -> Option<&[u8]> {
        self.hashes.get(&group).map(Vec::as_slice)
    }
}

/// Hashes of personal data tell persons apart.
impl fmt::Debug for Sod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sod({:?}, {} data groups, {:?})", self.hash, self.hashes.len(), self.algorithm)
    }
}

#[derive(Sequence)]
struct ContentInfo<'a> {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0")]
    content: SignedData<'a>,
}

/// RFC 5652 5.1; the parts whose bytes or order matter are kept closed.
#[derive(Sequence)]
struct SignedData<'a> {
    version: u8,
    digest_algorithms: AnyRef<'a>,
    content: EncapsulatedContentInfo<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    certificates: Option<SetContent<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    crls: Option<SetContent<'a>>,
    signer_infos: SetContent<'a>,
}

#[derive(Sequence)]
struct EncapsulatedContentInfo<'a> {
    content_type: ObjectIdentifier,
    #[asn1(context_specific = "0")]
    content: OctetStringRef<'a>,
}

/// RFC 5652 5.3
#[derive(Sequence)]
struct SignerInfo<'a> {
    version: u8,
    signer: SignerIdentifier<'a>,
    digest_algorithm: AlgorithmIdentifierRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    signed_attributes: Option<SetContent<'a>>,
    signature_algorithm: AlgorithmIdentifierRef<'a>,
    signature: OctetStringRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    unsigned_attributes: Option<SetContent<'a>>,
}

#[derive(Choice)]
enum SignerIdentifier<'a> {
    IssuerAndSerialNumber(IssuerAndSerialNumber<'a>),
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    SubjectKeyIdentifier(OctetStringRef<'a>),
}

#[derive(Sequence)]
struct IssuerAndSerialNumber<'a> {
    issuer: AnyRef<'a>,
    serial_number: AnyRef<'a>,
}

#[derive(Sequence)]
struct Attribute<'a> {
    kind: ObjectIdentifier,
    values: SetContent<'a>,
}

/// 9303-10 4.6.2.2
#[derive(Sequence)]
struct LdsSecurityObject<'a> {
    version: u8,
    hash_algorithm: AlgorithmIdentifierRef<'a>,
    hashes: Vec<DataGroupHash<'a>>,
    lds_version: Option<LdsVersionInfo<'a>>,
}

#[derive(Sequence)]
struct DataGroupHash<'a> {
    number: u8,
    hash: OctetStringRef<'a>,
}

#[derive(Sequence)]
struct LdsVersionInfo<'a> {
    lds_version: PrintableStringRef<'a>,
    unicode_version: PrintableStringRef<'a>,
}

/// A set whose elements stay as written and in the order written.
#[derive(Clone, Copy)]
struct SetContent<'a>(&'a [u8]);

impl FixedTag for SetContent<'_> {
    const TAG: Tag = Tag::Set;
}

impl<'a> DecodeValue<'a> for SetContent<'a> {
    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_slice(header.length).map(Self)
    }
}

impl EncodeValue for SetContent<'_> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.len().try_into()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0)
    }
}

/// The elements of a set.
fn list<'a>(set: SetContent<'a>, limit: usize) -> Result<Vec<AnyRef<'a>>, SodError> {
    let mut reader = SliceReader::new(set.0)?;
    let mut elements = vec![];
    while !reader.is_finished() {
        if elements.len() == limit {
            return Err(SodError::TooMany);
        }
        elements.push(AnyRef::decode(&mut reader)?);
    }
    Ok(elements)
}

struct SecurityObject {
    hash: HashAlgorithm,
    hashes: BTreeMap<DataGroup, Vec<u8>>,
    lds_version: Option<String>,
}

impl SecurityObject {
    fn read(bytes: &[u8]) -> Result<Self, SodError> {
        let object = LdsSecurityObject::from_der(bytes)?;
        if object.version > 1 {
            return Err(SodError::Version(object.version));
        }
        let hash = hash_of(&object.hash_algorithm)?;
        let mut hashes = BTreeMap::new();
        for entry in object.hashes {
            let group = DataGroup::new(entry.number).ok_or(SodError::Group(entry.number))?;
            let value = entry.hash.as_bytes().to_vec();
            if value.len() != hash.digest_bytes() {
                return Err(SodError::HashLength { expected: hash.digest_bytes(), found: value.len() });
            }
            if hashes.insert(group, value).is_some() {
                return Err(SodError::Group(entry.number));
            }
        }
        let lds_version = object.lds_version.map(|info| info.lds_version.as_str().to_owned());
        Ok(Self { hash, hashes, lds_version })
    }
}

fn hash_of(identifier: &AlgorithmIdentifierRef<'_>) -> Result<HashAlgorithm, SodError> {
    HashAlgorithm::from_oid(identifier.oid).ok_or(SodError::UnknownHash(identifier.oid))
}

fn message_digest(attributes: SetContent<'_>) -> Result<Vec<u8>, SodError> {
    let mut content_type = None;
    let mut digest = None;
    for attribute in list(attributes, MAX_ATTRIBUTES)? {
        let attribute: Attribute<'_> = attribute.decode_as()?;
        let values = list(attribute.values, MAX_ATTRIBUTES)?;
        match (attribute.kind, &values[..]) {
            (CONTENT_TYPE, [value]) if content_type.is_none() => {
                content_type = Some(value.decode_as::<ObjectIdentifier>()?);
            }
            (MESSAGE_DIGEST, [value]) if digest.is_none() => {
                digest = Some(value.decode_as::<OctetStringRef<'_>>()?.as_bytes().to_vec());
            }
            (CONTENT_TYPE | MESSAGE_DIGEST, _) => return Err(SodError::AttributesMissing),
            _ => {}
        }
    }
    if content_type.ok_or(SodError::AttributesMissing)? != LDS_SECURITY_OBJECT {
        return Err(SodError::ContentType);
    }
    digest.ok_or(SodError::AttributesMissing)
}

fn find_signer(signer: &SignerIdentifier<'_>, certificates: Option<SetContent<'_>>) -> Result<Certificate, SodError> {
    for certificate in certificates.map(|set| list(set, MAX_CERTIFICATES)).transpose()?.unwrap_or_default() {
        if certificate.tag() != Tag::Sequence {
            continue;
        }
        let certificate = Certificate::parse(&certificate.to_der()?)?;
        let fields = certificate.fields();
        let found = match signer {
            SignerIdentifier::IssuerAndSerialNumber(signer) => {
                fields.issuer.to_der()? == signer.issuer.to_der()?
                    && fields.serial_number.to_der()? == signer.serial_number.to_der()?
            }
            SignerIdentifier::SubjectKeyIdentifier(identifier) => {
                certificate.subject_key_identifier().is_some_and(|own| own == identifier.as_bytes())
            }
        };
        if found {
            return Ok(certificate);
        }
    }
    Err(SodError::SignerMissing)
}
