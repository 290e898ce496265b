//! The signature algorithms of document signers and certificate authorities (ICAO Doc 9303-12 4.1.6):
//! RSASSA-PKCS1-v1_5, RSASSA-PSS (RFC 4055), ECDSA (RFC 5758).

use const_oid::ObjectIdentifier;
use der::Sequence;
use der::asn1::AnyRef;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::curve::ecdsa::{self, EcdsaSignature};
use crate::hash::HashAlgorithm;
use crate::public_key::PublicKey;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    RsaPkcs1(HashAlgorithm),
    /// The mask generation uses the same hash (9303-12 4.1.6.1 asks no other).
    RsaPss {
        hash: HashAlgorithm,
        salt_bytes: u16,
    },
    Ecdsa(HashAlgorithm),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("signature algorithm {0} is not one of the standard's")]
    UnknownAlgorithm(ObjectIdentifier),
    #[error("the parameters of the signature algorithm are malformed")]
    Parameters,
    #[error("RSASSA-PSS with two different hash functions")]
    MixedHashes,
    #[error("the key is of another kind than the signature")]
    KeyKind,
    #[error("the signature is wrong")]
    Wrong,
}

impl SignatureAlgorithm {
    /// `digest` is the digest algorithm named beside it in a `SignerInfo`: plain `rsaEncryption` leaves it there.
    pub fn from_identifier(
        identifier: &AlgorithmIdentifierRef<'_>,
        digest: Option<HashAlgorithm>,
    ) -> Result<Self, SignatureError> {
        let unknown = SignatureError::UnknownAlgorithm(identifier.oid);
        if identifier.oid == RSASSA_PSS {
            return Self::pss(identifier.parameters);
        }
        if identifier.oid == RSA_ENCRYPTION {
            return digest.map(Self::RsaPkcs1).ok_or(unknown);
        }
        let hash_of = |known: &[(&str, HashAlgorithm); 5]| {
            known.iter().find(|(oid, _)| ObjectIdentifier::new_unwrap(oid) == identifier.oid).map(|(_, hash)| *hash)
        };
        hash_of(&RSA_PKCS1).map(Self::RsaPkcs1).or_else(|| hash_of(&ECDSA).map(Self::Ecdsa)).ok_or(unknown)
    }

    pub fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } | Self::Ecdsa(hash) => hash,
        }
    }

    pub fn verify(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let digest = self.hash().digest(&[message]);
        match (self, key) {
            (Self::RsaPkcs1(hash), PublicKey::Rsa(key)) => verify_pkcs1(key, hash, &digest, signature),
            (Self::RsaPss { hash, salt_bytes }, PublicKey::Rsa(key)) => {
                verify_pss(key, hash, salt_bytes.into(), &digest, signature)
            }
            (Self::Ecdsa(_), PublicKey::Ec(point)) => EcdsaSignature::from_der(point.curve(), signature)
                .and_then(|signature| ecdsa::verify(point, &digest, &signature))
                .map_err(|_| SignatureError::Wrong),
            (Self::RsaPkcs1(_) | Self::RsaPss { .. }, PublicKey::Ec(_)) | (Self::Ecdsa(_), PublicKey::Rsa(_)) => {
                Err(SignatureError::KeyKind)
            }
        }
    }

    fn pss(parameters: Option<AnyRef<'_>>) -> Result<Self, SignatureError> {
        let malformed = |_| SignatureError::Parameters;
        let parameters: PssParameters<'_> =
            parameters.ok_or(SignatureError::Parameters)?.decode_as().map_err(malformed)?;
        let hash_of = |identifier: Option<AlgorithmIdentifierRef<'_>>| match identifier {
            None => Ok(HashAlgorithm::Sha1),
            Some(identifier) => {
                HashAlgorithm::from_oid(identifier.oid).ok_or(SignatureError::UnknownAlgorithm(identifier.oid))
            }
        };
        let hash = hash_of(parameters.hash)?;
        let mask_hash = match parameters.mask_generation {
            None => HashAlgorithm::Sha1,
            Some(mask) if mask.oid == MGF1 => {
                let inner = mask.parameters.ok_or(SignatureError::Parameters)?;
                hash_of(Some(inner.decode_as().map_err(malformed)?))?
            }
            Some(mask) => return Err(SignatureError::UnknownAlgorithm(mask.oid)),
        };
        if mask_hash != hash {
            return Err(SignatureError::MixedHashes);
        }
        let salt_bytes = parameters.salt_length.unwrap_or(20);
        if salt_bytes > MAX_SALT_BYTES || parameters.trailer_field.is_some_and(|trailer| trailer != 1) {
            return Err(SignatureError::Parameters);
        }
        Ok(Self::RsaPss { hash, salt_bytes })
    }
}

const MAX_SALT_BYTES: u16 = 512;
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const RSA_PKCS1: [(&str, HashAlgorithm); 5] = [
    ("1.2.840.113549.1.1.5", HashAlgorithm::Sha1),
    ("1.2.840.113549.1.1.14", HashAlgorithm::Sha224),
    ("1.2.840.113549.1.1.11", HashAlgorithm::Sha256),
    ("1.2.840.113549.1.1.12", HashAlgorithm::Sha384),
    ("1.2.840.113549.1.1.13", HashAlgorithm::Sha512),
];
const ECDSA: [(&str, HashAlgorithm); 5] = [
    ("1.2.840.10045.4.1", HashAlgorithm::Sha1),
    ("1.2.840.10045.4.3.1", HashAlgorithm::Sha224),
    ("1.2.840.10045.4.3.2", HashAlgorithm::Sha256),
    ("1.2.840.10045.4.3.3", HashAlgorithm::Sha384),
    ("1.2.840.10045.4.3.4", HashAlgorithm::Sha512),
];

/// RFC 4055 3.1
#[derive(Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", optional = "true")]
    hash: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", optional = "true")]
    mask_generation: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", optional = "true")]
    salt_length: Option<u16>,
    #[asn1(context_specific = "3", optional = "true")]
    trailer_field: Option<u8>,
}

fn verify_pkcs1(
    key: &RsaPublicKey,
    hash: HashAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let scheme = match hash {
        HashAlgorithm::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
        HashAlgorithm::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
        HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    key.verify(scheme, digest, signature).map_err(|_| SignatureError::Wrong)
}

fn verify_pss(
    key: &RsaPublicKey,
    hash: HashAlgorithm,
    salt_bytes: usize,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let scheme = match hash {
        HashAlgorithm::Sha1 => Pss::new_with_salt::<Sha1>(salt_bytes),
        HashAlgorithm::Sha224 => Pss::new_with_salt::<Sha224>(salt_bytes),
        HashAlgorithm::Sha256 => Pss::new_with_salt::<Sha256>(salt_bytes),
        HashAlgorithm::Sha384 => Pss::new_with_salt::<Sha384>(salt_bytes),
        HashAlgorithm::Sha512 => Pss::new_with_salt::<Sha512>(salt_bytes),
    };
    key.verify(scheme, digest, signature).map_err(|_| SignatureError::Wrong)
}
