//! A signer made up at random, for tests, the demo and the bench: its key is new each time and nobody vouches for its
//! certificate.

pub mod soft_token;

use std::str::FromStr as _;
use std::time::{Duration, SystemTime};

use cms::content_info::{CmsVersion, ContentInfo};
use cms::encrypted_data::EncryptedData;
use cms::enveloped_data::EncryptedContentInfo;
use const_oid::ObjectIdentifier;
use der::asn1::{Null, OctetString};
use der::pem::LineEnding;
use der::{Any, Decode as _, Encode as _, EncodePem as _};
use hmac::{Hmac, Mac as _};
use p256::ecdsa::signature::Keypair as _;
use p256::pkcs8::EncodePrivateKey as _;
use pkcs12::kdf::{Pkcs12KeyType, derive_key_utf8};
use rand_core::{OsRng, RngCore as _};
use rsa::RsaPrivateKey;
use sha2::Sha256;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use time::OffsetDateTime;
use x509_cert::builder::{Builder as _, CertificateBuilder, Profile};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};
use zeroize::Zeroizing;

use crate::certificate::{Certificate, MIN_RSA_BITS};
use crate::key::Algorithm;
use crate::software::SoftwareKey;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ROUNDS: u16 = 2048;

/// A private key and its certificate.
pub struct Signer {
    private_key: Zeroizing<Vec<u8>>,
    certificate: Certificate,
    issuer: Option<Certificate>,
}

/// A certification authority.
pub struct Authority {
    key: PrivateKey,
    subject: Name,
    certificate: Certificate,
}

impl Authority {
    /// # Panics
    /// As [`Signer::new`].
    pub fn new(subject: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let key = PrivateKey::new(Algorithm::RsaSha256);
        let subject = name(subject);
        let validity = validity(not_before, not_after);
        let certificate = key.certify(Profile::Root, key.public(), subject.clone(), validity);
        Self { key, subject, certificate }
    }

    /// A new key with a certificate from this authority.
    ///
    /// # Panics
    /// As [`Signer::new`].
    pub fn issue(
        &self,
        algorithm: Algorithm,
        subject: &str,
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
    ) -> Signer {
        let key = PrivateKey::new(algorithm);
        let validity = validity(not_before, not_after);
        let certificate = self.key.certify(leaf(self.subject.clone()), key.public(), name(subject), validity);
        Signer { private_key: key.pkcs8(), certificate, issuer: Some(self.certificate.clone()) }
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub fn certificate_pem(&self) -> String {
        pem(&self.certificate)
    }
}

impl Signer {
    /// A self-signed one. `subject` as RFC 4514 writes it, `CN=...,C=VN`.
    ///
    /// # Panics
    /// When the subject is not one, or the times are not ones of a certificate: the caller wrote them.
    pub fn new(algorithm: Algorithm, subject: &str, not_before: OffsetDateTime, not_after: OffsetDateTime) -> Self {
        let key = PrivateKey::new(algorithm);
        let subject = name(subject);
        let validity = validity(not_before, not_after);
        let certificate = key.certify(leaf(subject.clone()), key.public(), subject, validity);
        Self { private_key: key.pkcs8(), certificate, issuer: None }
    }

    /// The key, ready to sign.
    pub fn key(&self) -> SoftwareKey {
        let certificates = self.certificates().into_iter().cloned().collect();
        SoftwareKey::from_pkcs8(&self.private_key, certificates).expect("a new key has its certificate")
    }

    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn certificates(&self) -> Vec<&Certificate> {
        [Some(&self.certificate), self.issuer.as_ref()].into_iter().flatten().collect()
    }

    /// The private key as PKCS#8.
    pub fn pkcs8(&self) -> &[u8] {
        &self.private_key
    }

    /// The private key as PKCS#8 in PEM.
    pub fn pkcs8_pem(&self) -> Zeroizing<String> {
        let document = p256::pkcs8::SecretDocument::try_from(self.private_key.as_slice());
        document.and_then(|document| document.to_pem("PRIVATE KEY", LineEnding::LF)).expect("a new key has an encoding")
    }

    pub fn certificate_pem(&self) -> String {
        pem(&self.certificate)
    }

    /// A PKCS#12 file with all of it (RFC 7292; PBES2 with AES-256, HMAC-SHA-256).
    pub fn pkcs12(&self, password: &str) -> Vec<u8> {
        self.encode_pkcs12(password).expect("a new key has a file")
    }

    fn encode_pkcs12(&self, password: &str) -> der::Result<Vec<u8>> {
        let (algorithm, shrouded) = encrypted(&self.private_key, password)?;
        let key_bag = sequence(&[
            pkcs12::PKCS_12_PKCS8_KEY_BAG_OID.to_der()?,
            explicit(&sequence(&[algorithm.to_der()?, octets(&shrouded)?])?)?,
        ])?;
        let mut bags = Vec::new();
        for certificate in self.certificates() {
            let value = explicit(&octets(certificate.der())?)?;
            let bag = explicit(&sequence(&[X509_CERTIFICATE.to_der()?, value])?)?;
            bags.push(sequence(&[pkcs12::PKCS_12_CERT_BAG_OID.to_der()?, bag])?);
        }
        let (algorithm, hidden) = encrypted(&sequence(&bags)?, password)?;
        let certificates = EncryptedData {
            version: CmsVersion::V0,
            enc_content_info: EncryptedContentInfo {
                content_type: DATA,
                content_enc_alg: algorithm,
                encrypted_content: Some(OctetString::new(hidden)?),
            },
            unprotected_attrs: None,
        };
        let safe = sequence(&[
            ContentInfo { content_type: ENCRYPTED_DATA, content: Any::encode_from(&certificates)? }.to_der()?,
            plain(&sequence(&[key_bag])?)?.to_der()?,
        ])?;
        let salt = random::<8>();
        let key =
            Zeroizing::new(derive_key_utf8::<Sha256>(password, &salt, Pkcs12KeyType::Mac, i32::from(ROUNDS), 32)?);
        let mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| der::ErrorKind::Failed)?;
        let mac = mac.chain_update(&safe).finalize().into_bytes();
        let digest_info = sequence(&[
            AlgorithmIdentifierOwned { oid: SHA256, parameters: Some(Any::encode_from(&Null)?) }.to_der()?,
            octets(&mac)?,
        ])?;
        let mac_data = sequence(&[digest_info, octets(&salt)?, ROUNDS.to_der()?])?;
        sequence(&[3_u8.to_der()?, plain(&safe)?.to_der()?, mac_data])
    }
}

enum PrivateKey {
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
    P256(p256::ecdsa::SigningKey),
}

impl PrivateKey {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::RsaSha256 => {
                let key = RsaPrivateKey::new(&mut OsRng, MIN_RSA_BITS).expect("a modulus of that length exists");
                Self::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key)))
            }
            Algorithm::EcdsaP256Sha256 => Self::P256(p256::ecdsa::SigningKey::random(&mut OsRng)),
        }
    }

    fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = match self {
            Self::Rsa(key) => key.to_pkcs8_der(),
            Self::P256(key) => key.to_pkcs8_der(),
        };
        Zeroizing::new(document.expect("a new key has an encoding").as_bytes().to_vec())
    }

    fn public(&self) -> SubjectPublicKeyInfoOwned {
        let spki = match self {
            Self::Rsa(key) => SubjectPublicKeyInfoOwned::from_key(key.verifying_key()),
            Self::P256(key) => SubjectPublicKeyInfoOwned::from_key(*key.verifying_key()),
        };
        spki.expect("a new key has an encoding")
    }

    fn certify(
        &self,
        profile: Profile,
        public: SubjectPublicKeyInfoOwned,
        subject: Name,
        validity: Validity,
    ) -> Certificate {
        let serial = SerialNumber::new(&random::<16>()).expect("16 bytes are a serial number");
        let built = match self {
            Self::Rsa(key) => CertificateBuilder::new(profile, serial, validity, subject, public, &**key)
                .and_then(|builder| builder.build::<rsa::pkcs1v15::Signature>()),
            Self::P256(key) => CertificateBuilder::new(profile, serial, validity, subject, public, key)
                .and_then(|builder| builder.build::<p256::ecdsa::DerSignature>()),
        };
        let der = built.expect("known parts make a certificate").to_der();
        Certificate::from_der(&der.expect("a certificate has an encoding")).expect("a new certificate is one")
    }
}

fn leaf(issuer: Name) -> Profile {
    Profile::Leaf { issuer, enable_key_agreement: false, enable_key_encipherment: false }
}

fn name(subject: &str) -> Name {
    Name::from_str(subject).expect("the subject is one")
}

fn validity(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Validity {
    let instant = |at: OffsetDateTime| {
        let since = Duration::from_secs(at.unix_timestamp().unsigned_abs());
        Time::try_from(SystemTime::UNIX_EPOCH + since).expect("the time is one of a certificate")
    };
    Validity { not_before: instant(not_before), not_after: instant(not_after) }
}

fn pem(certificate: &Certificate) -> String {
    certificate.x509().to_pem(LineEnding::LF).expect("a certificate has an encoding")
}

/// PBES2 (RFC 8018 6.2).
fn encrypted(plain: &[u8], password: &str) -> der::Result<(AlgorithmIdentifierOwned, Vec<u8>)> {
    let (salt, iv) = (random::<16>(), random::<16>());
    let parameters = pkcs5::pbes2::Parameters::pbkdf2_sha256_aes256cbc(u32::from(ROUNDS), &salt, &iv)
        .map_err(|_| der::ErrorKind::Failed)?;
    let scheme = pkcs5::EncryptionScheme::from(parameters);
    let bytes = scheme.encrypt(password, plain).map_err(|_| der::ErrorKind::Failed)?;
    Ok((AlgorithmIdentifierOwned::from_der(&scheme.to_der()?)?, bytes))
}

fn plain(content: &[u8]) -> der::Result<ContentInfo> {
    Ok(ContentInfo { content_type: DATA, content: Any::encode_from(&OctetString::new(content)?)? })
}

fn sequence(parts: &[Vec<u8>]) -> der::Result<Vec<u8>> {
    Any::new(der::Tag::Sequence, parts.concat())?.to_der()
}

fn octets(bytes: &[u8]) -> der::Result<Vec<u8>> {
    OctetString::new(bytes)?.to_der()
}

fn explicit(inner: &[u8]) -> der::Result<Vec<u8>> {
    let tag = der::Tag::ContextSpecific { constructed: true, number: der::TagNumber::N0 };
    Any::new(tag, inner)?.to_der()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    // A serial number is positive and its first byte not zero.
    bytes[0] = bytes[0] & 0x3f | 0x40;
    bytes
}
