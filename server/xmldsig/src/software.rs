//! A private key in this process's memory, wiped when it is dropped.

use std::fmt;
use std::path::Path;

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::DecodePrivateKey as _;
use rand_core::OsRng;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::certificate::{Certificate, PublicKey, chain_from};
use crate::key::{Algorithm, KeyError, SigningKey};
use crate::pkcs12;

/// A private key with its certificates, from a PKCS#12 file or from PKCS#8.
pub struct SoftwareKey {
    secret: Secret,
    chain: Vec<Certificate>,
}

/// Both kinds wipe themselves on drop.
enum Secret {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
}

impl SoftwareKey {
    /// Reads a PKCS#12 file (RFC 7292) of one private key with its certificate, and maybe the issuers'.
    pub fn open_pkcs12(path: &Path, password: &str) -> Result<Self, KeyError> {
        let file = std::fs::File::open(path).and_then(|mut file| {
            use std::io::Read as _;
            let mut bytes = Zeroizing::new(Vec::new());
            let limit = pkcs12::MAX_BYTES as u64 + 1;
            file.by_ref().take(limit).read_to_end(&mut bytes).map(|_| bytes)
        });
        let file = file.map_err(|source| KeyError::File { path: path.to_owned(), source })?;
        Self::from_pkcs12(&file, password)
    }

    /// The same from the file's bytes.
    pub fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, KeyError> {
        let contents = pkcs12::decode(file, password)?;
        // An issuer with a key of another kind is left out; it is the key's own certificate that must be readable.
        let (mut certificates, mut unreadable) = (Vec::new(), None);
        for der in &contents.certificates {
            match Certificate::from_der(der) {
                Ok(certificate) => certificates.push(certificate),
                Err(error) => unreadable = Some(error),
            }
        }
        match (Self::from_pkcs8(&contents.private_key, certificates), unreadable) {
            (Err(KeyError::NotThisCertificate), Some(error)) => Err(KeyError::Certificate(error)),
            (result, _) => result,
        }
    }

    /// A PKCS#8 private key with certificates in any order; one of them must be the key's.
    pub fn from_pkcs8(private_key: &[u8], mut certificates: Vec<Certificate>) -> Result<Self, KeyError> {
        let secret = Secret::from_pkcs8(private_key)?;
        let own = certificates
            .iter()
            .position(|certificate| secret.belongs_to(certificate.key()))
            .ok_or(KeyError::NotThisCertificate)?;
        let signer = certificates.swap_remove(own);
        Ok(Self { secret, chain: chain_from(signer, certificates) })
    }
}

impl SigningKey for SoftwareKey {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::Rsa(_) => Algorithm::RsaSha256,
            Secret::P256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let digest = Sha256::digest(message);
        match &self.secret {
            // Random numbers blind the exponentiation: its time says nothing about the key.
            Secret::Rsa(key) => key
                .sign_with_rng(&mut OsRng, Pkcs1v15Sign::new::<Sha256>(), &digest)
                .map_err(|_| KeyError::UnsupportedKey),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&digest).map_err(|_| KeyError::UnsupportedKey)?;
                Ok(signature.to_bytes().to_vec())
            }
        }
    }
}

impl Secret {
    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(der) {
            return Ok(Self::P256(key));
        }
        let key = RsaPrivateKey::from_pkcs8_der(der).map_err(|_| KeyError::UnsupportedKey)?;
        Ok(Self::Rsa(Box::new(key)))
    }

    fn belongs_to(&self, public: &PublicKey) -> bool {
        match (self, public) {
            (Self::Rsa(key), PublicKey::Rsa(public)) => key.to_public_key() == *public,
            (Self::P256(key), PublicKey::P256(public)) => key.verifying_key() == public,
            (Self::Rsa(_), PublicKey::P256(_)) | (Self::P256(_), PublicKey::Rsa(_)) => false,
        }
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SoftwareKey({:?}, {:?})", self.algorithm(), self.chain.first())
    }
}
