//! The private keys of a simulated issuer.

use const_oid::ObjectIdentifier;
use rand_core::CryptoRngCore;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::der_writer::{algorithm, bit_string, context, integer, sequence};
use super::issuer::IssuerKeys;
use crate::curve::{Scalar, ecdsa};
use crate::hash::HashAlgorithm;
use crate::public_key::PublicKey;

const RSA_BITS: usize = 2048;
const NULL: [u8; 2] = [5, 0];

pub enum SigningKey {
    Ecdsa(Scalar),
    EcdsaExplicitParameters(Scalar),
    RsaPkcs1(Box<RsaPrivateKey>),
    RsaPss(Box<RsaPrivateKey>),
}

impl SigningKey {
    pub fn random(kind: IssuerKeys, rng: &mut (impl CryptoRngCore + ?Sized)) -> Self {
        let mut rsa = || Box::new(RsaPrivateKey::new(rng, RSA_BITS).expect("a key of that size"));
        match kind {
            IssuerKeys::RsaPkcs1 => Self::RsaPkcs1(rsa()),
            IssuerKeys::RsaPss => Self::RsaPss(rsa()),
            IssuerKeys::Ecdsa(curve) => Self::Ecdsa(Scalar::random(curve, rng)),
            IssuerKeys::EcdsaExplicitParameters(curve) => Self::EcdsaExplicitParameters(Scalar::random(curve, rng)),
        }
    }

    pub fn spki_der(&self) -> Vec<u8> {
        match self {
            Self::Ecdsa(secret) => PublicKey::Ec(secret.public()).to_spki_der(),
            Self::EcdsaExplicitParameters(secret) => PublicKey::Ec(secret.public()).to_explicit_spki_der(),
            Self::RsaPkcs1(key) | Self::RsaPss(key) => PublicKey::Rsa(key.to_public_key()).to_spki_der(),
        }
    }

    /// `AlgorithmIdentifier` of its signatures.
    pub fn algorithm_der(&self, hash: HashAlgorithm) -> Vec<u8> {
        let named = |oid: &str, parameters: &[u8]| algorithm(ObjectIdentifier::new_unwrap(oid), parameters);
        match self {
            Self::Ecdsa(_) | Self::EcdsaExplicitParameters(_) => match hash {
                HashAlgorithm::Sha1 => named("1.2.840.10045.4.1", &[]),
                HashAlgorithm::Sha224 => named("1.2.840.10045.4.3.1", &[]),
                HashAlgorithm::Sha256 => named("1.2.840.10045.4.3.2", &[]),
                HashAlgorithm::Sha384 => named("1.2.840.10045.4.3.3", &[]),
                HashAlgorithm::Sha512 => named("1.2.840.10045.4.3.4", &[]),
            },
            Self::RsaPkcs1(_) => match hash {
                HashAlgorithm::Sha1 => named("1.2.840.113549.1.1.5", &NULL),
                HashAlgorithm::Sha224 => named("1.2.840.113549.1.1.14", &NULL),
                HashAlgorithm::Sha256 => named("1.2.840.113549.1.1.11", &NULL),
                HashAlgorithm::Sha384 => named("1.2.840.113549.1.1.12", &NULL),
                HashAlgorithm::Sha512 => named("1.2.840.113549.1.1.13", &NULL),
            },
            Self::RsaPss(_) => {
                let hash_identifier = algorithm(hash.oid(), &NULL);
                let mask = named("1.2.840.113549.1.1.8", &hash_identifier);
                let salt = integer(u32::try_from(hash.digest_bytes()).expect("a short digest"));
                let parameters = [context(0, &hash_identifier), context(1, &mask), context(2, &salt)];
                named("1.2.840.113549.1.1.10", &sequence(&parameters))
            }
        }
    }

    pub fn sign(&self, message: &[u8], hash: HashAlgorithm, rng: &mut (impl CryptoRngCore + ?Sized)) -> Vec<u8> {
        let digest = hash.digest(&[message]);
        match self {
            Self::Ecdsa(secret) | Self::EcdsaExplicitParameters(secret) => ecdsa::sign(secret, &digest, rng).to_der(),
            Self::RsaPkcs1(key) => {
                let scheme = match hash {
                    HashAlgorithm::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
                    HashAlgorithm::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.sign(scheme, &digest).expect("the digest fits the key")
            }
            Self::RsaPss(key) => {
                let scheme = match hash {
                    HashAlgorithm::Sha1 => Pss::new::<Sha1>(),
                    HashAlgorithm::Sha224 => Pss::new::<Sha224>(),
                    HashAlgorithm::Sha256 => Pss::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pss::new::<Sha384>(),
                    HashAlgorithm::Sha512 => Pss::new::<Sha512>(),
                };
                let mut rng = rng;
                key.sign_with_rng(&mut rng, scheme, &digest).expect("the digest fits the key")
            }
        }
    }

    /// `SEQUENCE { content, algorithm, signature }`
    pub fn signed_der(&self, content: &[u8], hash: HashAlgorithm, rng: &mut (impl CryptoRngCore + ?Sized)) -> Vec<u8> {
        let signature = self.sign(content, hash, rng);
        sequence(&[content.to_vec(), self.algorithm_der(hash), bit_string(&signature)])
    }
}
