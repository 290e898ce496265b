//! Reading a PKCS#12 file (RFC 7292): one private key with certificates, protected by a password.
//!
//! The integrity check is by password (4, HMAC with the key of appendix B); contents are plain or encrypted by PBES2
//! (RFC 8018: what OpenSSL 3 and the systems of today write), or by the old schemes of appendix C, which files of
//! certification authorities still use. Public-key privacy modes, CRLs and secrets are left out on purpose. A file in
//! BER with indefinite lengths is refused: exporting it once more with a current program makes DER of it.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut as _, InnerIvInit as _, KeyInit as _};
use cms::content_info::ContentInfo;
use cms::encrypted_data::EncryptedData;
use const_oid::ObjectIdentifier;
use der::asn1::{ContextSpecific, OctetString};
use der::{Decode as _, Encode as _, Sequence};
use hmac::digest::core_api::BlockSizeUser;
use hmac::digest::{Digest, FixedOutputReset};
use hmac::{Mac as _, SimpleHmac};
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use pkcs12::mac_data::MacData;
use pkcs12::pfx::Pfx;
use pkcs12::safe_bag::SafeBag;
use spki::AlgorithmIdentifierOwned;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::KeyError;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 256 << 10;
/// The most rounds of a key derivation: a file must not keep the program busy for minutes.
const MAX_ROUNDS: u32 = 5_000_000;
/// The most certificates that are read.
const MAX_CERTIFICATES: usize = 16;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// Why the file was not read; a wrong password is an error of its own ([`KeyError::WrongPassword`]).
#[derive(Debug, Error)]
pub enum Pkcs12Error {
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("the file is not DER as PKCS#12 wants it")]
    Malformed(#[source] der::Error),
    #[error("the file has no integrity check by password")]
    NoMac,
    #[error("the file uses the algorithm {0}, which this program does not read")]
    Algorithm(ObjectIdentifier),
    #[error("the file asks for more than {MAX_ROUNDS} rounds of key derivation")]
    TooManyRounds,
    #[error("what is encrypted in the file does not decrypt")]
    Damaged,
    #[error("the file has no private key")]
    NoKey,
    #[error("the file has more than one private key")]
    SeveralKeys,
    #[error("the file has more than {MAX_CERTIFICATES} certificates")]
    TooManyCertificates,
}

impl From<der::Error> for Pkcs12Error {
    fn from(error: der::Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<Pkcs12Error> for KeyError {
    fn from(error: Pkcs12Error) -> Self {
        Self::Pkcs12(error)
    }
}

pub(crate) struct Contents {
    /// PKCS#8.
    pub private_key: Zeroizing<Vec<u8>>,
    /// X.509, in the file's order.
    pub certificates: Vec<Vec<u8>>,
}

/// PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 3).
#[derive(Sequence)]
struct EncryptedPrivateKeyInfo {
    algorithm: AlgorithmIdentifierOwned,
    data: OctetString,
}

/// RFC 7292 4.2.3, with the value as it stands.
#[derive(Sequence)]
struct CertBag {
    kind: ObjectIdentifier,
    value: ContextSpecific<OctetString>,
}

/// RFC 7292 C: pkcs-12PbeParams.
#[derive(Sequence)]
struct PbeParameters {
    salt: OctetString,
    rounds: u32,
}

pub(crate) fn decode(file: &[u8], password: &str) -> Result<Contents, KeyError> {
    if file.len() > MAX_BYTES {
        return Err(Pkcs12Error::TooLarge.into());
    }
    let password = Password::new(password);
    let pfx = Pfx::from_der(file).map_err(Pkcs12Error::from)?;
    let safe = plain_data(&pfx.auth_safe)?;
    check_mac(&safe, &pfx.mac_data.ok_or(Pkcs12Error::NoMac)?, &password)?;

    let mut contents = Opened::default();
    for info in Vec::<ContentInfo>::from_der(&safe).map_err(Pkcs12Error::from)? {
        let bags = match info.content_type {
            DATA => plain_data(&info)?,
            ENCRYPTED_DATA => {
                let data: EncryptedData = info.content.decode_as().map_err(Pkcs12Error::from)?;
                let encrypted = data.enc_content_info;
                let bytes = encrypted.encrypted_content.ok_or(Pkcs12Error::Damaged)?;
                decrypt(&encrypted.content_enc_alg, bytes.as_bytes(), &password)?
            }
            other => return Err(Pkcs12Error::Algorithm(other).into()),
        };
        for bag in Vec::<SafeBag>::from_der(&bags).map_err(Pkcs12Error::from)? {
            contents.take(bag, &password)?;
        }
    }
    Ok(Contents { private_key: contents.private_key.ok_or(Pkcs12Error::NoKey)?, certificates: contents.certificates })
}

#[derive(Default)]
struct Opened {
    private_key: Option<Zeroizing<Vec<u8>>>,
    certificates: Vec<Vec<u8>>,
}

impl Opened {
    /// RFC 7292 4.2.
    fn take(&mut self, bag: SafeBag, password: &Password) -> Result<(), Pkcs12Error> {
        let value = Zeroizing::new(bag.bag_value);
        match bag.bag_id {
            pkcs12::PKCS_12_KEY_BAG_OID => {
                let key = ContextSpecific::<der::AnyRef<'_>>::from_der(&value)?;
                self.take_key(Zeroizing::new(key.value.to_der()?))
            }
            pkcs12::PKCS_12_PKCS8_KEY_BAG_OID => {
                let shrouded = ContextSpecific::<EncryptedPrivateKeyInfo>::from_der(&value)?.value;
                self.take_key(decrypt(&shrouded.algorithm, shrouded.data.as_bytes(), password)?)
            }
            pkcs12::PKCS_12_CERT_BAG_OID => {
                let bag = ContextSpecific::<CertBag>::from_der(&value)?.value;
                if bag.kind != X509_CERTIFICATE {
                    return Err(Pkcs12Error::Algorithm(bag.kind));
                }
                if self.certificates.len() == MAX_CERTIFICATES {
                    return Err(Pkcs12Error::TooManyCertificates);
                }
                self.certificates.push(bag.value.value.into_bytes());
                Ok(())
            }
            // A CRL or a secret beside the key takes nothing away from it.
            _ => Ok(()),
        }
    }

    fn take_key(&mut self, key: Zeroizing<Vec<u8>>) -> Result<(), Pkcs12Error> {
        if self.private_key.replace(key).is_some() {
            return Err(Pkcs12Error::SeveralKeys);
        }
        Ok(())
    }
}

/// The password in the two forms that the two generations of schemes want.
struct Password {
    utf8: Zeroizing<Vec<u8>>,
    /// UTF-16, big-endian, with a final zero (RFC 7292 B.1).
    bmp: Zeroizing<Vec<u8>>,
}

impl Password {
    fn new(password: &str) -> Self {
        let mut bmp = Zeroizing::new(Vec::with_capacity(password.len() * 2 + 2));
        for unit in password.encode_utf16().chain([0]) {
            bmp.extend_from_slice(&unit.to_be_bytes());
        }
        Self { utf8: Zeroizing::new(password.as_bytes().to_vec()), bmp }
    }
}

fn plain_data(info: &ContentInfo) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    if info.content_type != DATA {
        return Err(Pkcs12Error::Algorithm(info.content_type));
    }
    let bytes: OctetString = info.content.decode_as()?;
    Ok(Zeroizing::new(bytes.into_bytes()))
}

/// RFC 7292 4 and B.4. A wrong password shows here.
fn check_mac(safe: &[u8], data: &MacData, password: &Password) -> Result<(), KeyError> {
    let rounds = u32::try_from(data.iterations).unwrap_or_default();
    check_rounds(rounds)?;
    let salt = data.mac_salt.as_bytes();
    let expected = data.mac.digest.as_bytes();
    let fits = match data.mac.algorithm.oid {
        SHA1 => mac_fits::<sha1::Sha1>(safe, expected, password, salt, data.iterations),
        SHA256 => mac_fits::<sha2::Sha256>(safe, expected, password, salt, data.iterations),
        SHA384 => mac_fits::<sha2::Sha384>(safe, expected, password, salt, data.iterations),
        SHA512 => mac_fits::<sha2::Sha512>(safe, expected, password, salt, data.iterations),
        other => return Err(Pkcs12Error::Algorithm(other).into()),
    };
    fits.then_some(()).ok_or(KeyError::WrongPassword)
}

fn mac_fits<D>(safe: &[u8], expected: &[u8], password: &Password, salt: &[u8], rounds: i32) -> bool
where
    D: Digest + FixedOutputReset + BlockSizeUser + Clone,
{
    let length = <D as Digest>::output_size();
    let key = Zeroizing::new(derive_key::<D>(&password.bmp, salt, Pkcs12KeyType::Mac, rounds, length));
    <SimpleHmac<D> as hmac::Mac>::new_from_slice(&key)
        .is_ok_and(|mac| mac.chain_update(safe).verify_slice(expected).is_ok())
}

fn check_rounds(rounds: u32) -> Result<(), Pkcs12Error> {
    (1..=MAX_ROUNDS).contains(&rounds).then_some(()).ok_or(Pkcs12Error::TooManyRounds)
}

fn decrypt(
    algorithm: &AlgorithmIdentifierOwned,
    bytes: &[u8],
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    match algorithm.oid {
        PBES2 => pbes2(algorithm, bytes, password),
        pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC => {
            let (key, iv) = pbe_key(algorithm, password, 24)?;
            let cipher = des::TdesEde3::new_from_slice(&key).map_err(|_| Pkcs12Error::Damaged)?;
            cbc_decrypt(cipher, &iv, bytes)
        }
        pkcs12::PKCS_12_PBE_WITH_SHAAND128_BIT_RC2_CBC => {
            let (key, iv) = pbe_key(algorithm, password, 16)?;
            cbc_decrypt(rc2::Rc2::new_with_eff_key_len(&key, 128), &iv, bytes)
        }
        pkcs12::PKCS_12_PBEWITH_SHAAND40_BIT_RC2_CBC => {
            let (key, iv) = pbe_key(algorithm, password, 5)?;
            cbc_decrypt(rc2::Rc2::new_with_eff_key_len(&key, 40), &iv, bytes)
        }
        other => Err(Pkcs12Error::Algorithm(other)),
    }
}

fn pbes2(
    algorithm: &AlgorithmIdentifierOwned,
    bytes: &[u8],
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let encoded = algorithm.to_der()?;
    let scheme = pkcs5::EncryptionScheme::from_der(&encoded)?;
    let parameters = scheme.pbes2().ok_or(Pkcs12Error::Algorithm(algorithm.oid))?;
    // Only PBKDF2: scrypt in a file says how much memory we spend, and no program writes it into PKCS#12.
    let kdf = parameters.kdf.pbkdf2().ok_or(Pkcs12Error::Algorithm(parameters.kdf.oid()))?;
    check_rounds(kdf.iteration_count)?;
    let plain = scheme.decrypt(&password.utf8, bytes).map_err(|_| Pkcs12Error::Damaged)?;
    Ok(Zeroizing::new(plain))
}

type Derived = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>);

/// RFC 7292 B.3: the key and the initial vector of an old scheme.
fn pbe_key(algorithm: &AlgorithmIdentifierOwned, password: &Password, length: usize) -> Result<Derived, Pkcs12Error> {
    let parameters = algorithm.parameters.as_ref().ok_or(Pkcs12Error::Damaged)?;
    let parameters: PbeParameters = parameters.decode_as()?;
    check_rounds(parameters.rounds)?;
    let rounds = i32::try_from(parameters.rounds).map_err(|_| Pkcs12Error::TooManyRounds)?;
    let derive = |kind, length| {
        let salt = parameters.salt.as_bytes();
        Zeroizing::new(derive_key::<sha1::Sha1>(&password.bmp, salt, kind, rounds, length))
    };
    Ok((derive(Pkcs12KeyType::EncryptionKey, length), derive(Pkcs12KeyType::Iv, 8)))
}

fn cbc_decrypt<C>(cipher: C, iv: &[u8], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error>
where
    C: cbc::cipher::BlockCipher + cbc::cipher::BlockDecryptMut,
{
    let decryptor = cbc::Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| Pkcs12Error::Damaged)?;
    let plain = decryptor.decrypt_padded_vec_mut::<Pkcs7>(bytes).map_err(|_| Pkcs12Error::Damaged)?;
    Ok(Zeroizing::new(plain))
}
