//! `SubjectPublicKeyInfo` of certificates, DG14 and DG15: RSA, and elliptic curve keys with named or explicit
//! parameters (RFC 3279 2.3, RFC 5480 2).

use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef, UintRef};
use der::{Decode, Encode, Sequence};
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};

use crate::curve::{CurveError, NamedCurve, Point};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// A few certificates name the padding in the key (RFC 4055 1.2).
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Shorter keys can be factored by the patient; longer ones are no key of a travel document.
pub const MIN_RSA_BITS: usize = 1024;
pub const MAX_RSA_BITS: usize = 8192;

#[derive(Clone, PartialEq, Eq)]
pub enum PublicKey {
    Rsa(RsaPublicKey),
    Ec(Point),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    #[error("the key is not well-formed DER")]
    Malformed(#[from] der::Error),
    #[error("keys of kind {0} are not read here")]
    UnknownAlgorithm(ObjectIdentifier),
    #[error("an RSA key of {0} bits")]
    RsaSize(usize),
    #[error("an RSA key whose modulus or exponent is even")]
    RsaEven,
    #[error("an RSA exponent that is not small")]
    RsaExponent,
    #[error("the curve or the point")]
    Curve(#[from] CurveError),
}

impl PublicKey {
    pub fn from_spki_der(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let info = SubjectPublicKeyInfo::from_der(bytes)?;
        let key = info.subject_public_key.as_bytes().ok_or(der::Tag::BitString.value_error())?;
        match info.algorithm.algorithm {
            RSA_ENCRYPTION | RSASSA_PSS => Self::rsa(key),
            EC_PUBLIC_KEY => {
                let parameters = info.algorithm.parameters.ok_or(CurveError::ParametersMalformed)?.to_der()?;
                let curve = NamedCurve::from_ec_parameters_der(&parameters)?;
                Ok(Self::Ec(Point::decode(curve, key)?))
            }
            other => Err(PublicKeyError::UnknownAlgorithm(other)),
        }
    }

    /// RSA bits, to be held against a policy. `None` for elliptic curves.
    pub fn rsa_bits(&self) -> Option<usize> {
        match self {
            Self::Rsa(key) => Some(key.n().bits()),
            Self::Ec(_) => None,
        }
    }

    fn rsa(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let key = RsaKey::from_der(bytes)?;
        let n = BigUint::from_bytes_be(key.modulus.as_bytes());
        let e = BigUint::from_bytes_be(key.public_exponent.as_bytes());
        if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&n.bits()) {
            return Err(PublicKeyError::RsaSize(n.bits()));
        }
        let odd = |value: &BigUint| value.to_bytes_le()[0] & 1 == 1;
        if !odd(&n) || !odd(&e) {
            return Err(PublicKeyError::RsaEven);
        }
        let key = RsaPublicKey::new_with_max_size(n, e, MAX_RSA_BITS).map_err(|_| PublicKeyError::RsaExponent)?;
        Ok(Self::Rsa(key))
    }
}

/// Keys tell one chip from another.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(key) => write!(f, "PublicKey(RSA, {} bits)", key.n().bits()),
            Self::Ec(point) => write!(f, "PublicKey({:?})", point.curve()),
        }
    }
}

#[derive(Sequence)]
struct SubjectPublicKeyInfo<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    subject_public_key: BitStringRef<'a>,
}

#[derive(Sequence)]
struct AlgorithmIdentifier<'a> {
    algorithm: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

/// RFC 8017 A.1.1
#[derive(Sequence)]
struct RsaKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

/// Writing, for issuers and chips that are simulated.
#[cfg(feature = "sim")]
impl PublicKey {
    pub fn to_spki_der(&self) -> Vec<u8> {
        match self {
            Self::Ec(point) => ec_spki(point, &point.curve().oid().to_der().expect("encodes")),
            Self::Rsa(key) => {
                let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
                let key = || RsaKey { modulus: UintRef::new(&n)?, public_exponent: UintRef::new(&e)? }.to_der();
                spki(RSA_ENCRYPTION, &[5, 0], &key().expect("encodes"))
            }
        }
    }

    /// With explicit parameters where the key has a curve.
    pub fn to_explicit_spki_der(&self) -> Vec<u8> {
        match self {
            Self::Ec(point) => ec_spki(point, &point.curve().to_explicit_parameters_der()),
            Self::Rsa(_) => self.to_spki_der(),
        }
    }
}

#[cfg(feature = "sim")]
fn ec_spki(point: &Point, parameters: &[u8]) -> Vec<u8> {
    spki(EC_PUBLIC_KEY, parameters, &point.encode())
}

#[cfg(feature = "sim")]
fn spki(algorithm: ObjectIdentifier, parameters: &[u8], key: &[u8]) -> Vec<u8> {
    let info = || {
        let algorithm = AlgorithmIdentifier { algorithm, parameters: Some(AnyRef::from_der(parameters)?) };
        SubjectPublicKeyInfo { algorithm, subject_public_key: BitStringRef::from_bytes(key)? }.to_der()
    };
    info().expect("encodes")
}
