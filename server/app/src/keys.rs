//! The hospital's keys: columns sealed at rest, keyed hashes to look sealed values up, and the box that kiosks
//! seal offline check-ins to. All are derived (HKDF-SHA256, RFC 5869) from one 256-bit master key, and from those before
//! it where it was changed.

use std::fmt;
use std::marker::PhantomData;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use identity::FacilityCode;
use rand::RngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// First byte of every sealed value, so that a later key or cipher can be told apart.
const SEAL_VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

pub struct Keys {
    seal: XChaCha20Poly1305,
    /// Of every master key there was, the oldest first.
    lookups: Vec<Zeroizing<[u8; 32]>>,
    offline: crypto_box::SecretKey,
    /// Signs the codes of printed papers, and nothing else.
    papers: certificates::offline::PaperSigningKey,
    /// Signs checkpoints of the audit record, and nothing else.
    audit: ed25519_dalek::SigningKey,
    facility: FacilityCode,
}

/// A place in the database: a sealed value opens only where it was sealed.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub column: &'static str,
    pub row: &'a str,
}

/// `T` as JSON under XChaCha20-Poly1305, bound to facility, column and row.
pub struct Sealed<T> {
    bytes: Vec<u8>,
    content: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the sealed value is of an unknown version or too short")]
    Form,
    #[error("the sealed value does not open here: another key, another row, or altered")]
    Altered,
    #[error("the sealed value opened, but is not of the expected shape")]
    Shape,
}

impl Keys {
    pub fn from_master(master: &[u8; 32], facility: FacilityCode) -> Self {
        Self::of(&[], master, facility)
    }

    /// After master keys were changed. What kiosks, paper and other machines hold stays good: their keys are those of the
    /// first master key. Columns are sealed with the newest; look-ups are hashed with every one in turn, so that a hash can
    /// be carried on without the value.
    pub fn of(earlier: &[Zeroizing<[u8; 32]>], newest: &[u8; 32], facility: FacilityCode) -> Self {
        let first = earlier.first().map_or(newest, |first| &**first);
        let masters = earlier.iter().map(|master| &**master).chain([newest]);
        Self {
            seal: XChaCha20Poly1305::new(derived(newest, b"columns").as_slice().into()),
            lookups: masters.map(|master| derived(master, b"look-up")).collect(),
            offline: crypto_box::SecretKey::from(*derived(first, b"offline check-ins")),
            papers: paper_key(|label| derived(first, label)),
            audit: ed25519_dalek::SigningKey::from_bytes(&derived(first, b"audit checkpoints")),
            facility,
        }
    }

    /// HMAC-SHA256 of a value that has few possibilities, so that the database alone does not reveal it.
    pub fn keyed_hash(&self, purpose: &'static str, value: &[u8]) -> [u8; 32] {
        let (first, later) = self.lookups.split_first().expect("there is a master key");
        let hash = hmac(first, &[purpose.as_bytes(), &[0], value]);
        later.iter().fold(hash, |hash, key| hmac(key, &[&hash]))
    }

    /// A hash of the master keys before the newest, as it is with the newest.
    pub(crate) fn hash_carried_on(&self, hash: &[u8]) -> [u8; 32] {
        hmac(self.lookups.last().expect("there is a master key"), &[hash])
    }

    /// A sealed value, sealed again by `other`.
    pub(crate) fn seal_anew(
        &self,
        place: Place<'_>,
        sealed: &[u8],
        (other, there): (&Self, Place<'_>),
    ) -> Result<Vec<u8>, SealError> {
        Ok(other.sealed(there, &self.opened(place, sealed)?))
    }

    fn sealed(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        rand::rngs::OsRng.fill_bytes(&mut nonce);
        let aad = self.associated_data(place);
        let sealed = self
            .seal
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: &aad })
            .expect("a column is far below the cipher's limit of 256 GiB");
        [&[SEAL_VERSION], nonce.as_slice(), sealed.as_slice()].concat()
    }

    fn opened(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::Form)?;
        if *version != SEAL_VERSION || rest.len() < NONCE_BYTES {
            return Err(SealError::Form);
        }
        let (nonce, sealed) = rest.split_at(NONCE_BYTES);
        let aad = self.associated_data(place);
        let plain = self.seal.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: &aad });
        plain.map(Zeroizing::new).map_err(|_| SealError::Altered)
    }

    /// The X25519 key that offline check-ins are sealed to.
    pub fn offline_public_key(&self) -> [u8; 32] {
        *self.offline.public_key().as_bytes()
    }

    /// Opens a `crypto_box` sealed box.
    pub fn open_offline(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.offline.unseal(sealed).map(Zeroizing::new).map_err(|_| SealError::Altered)
    }

    /// The key of the codes on printed papers.
    pub fn papers(&self) -> &certificates::offline::PaperSigningKey {
        &self.papers
    }

    /// The key of the audit record's checkpoints.
    pub fn audit(&self) -> &ed25519_dalek::SigningKey {
        &self.audit
    }

    fn associated_data(&self, place: Place<'_>) -> Vec<u8> {
        [self.facility.as_str(), place.column, place.row].join("\u{1f}").into_bytes()
    }
}

fn derived(master: &[u8; 32], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let hkdf = Hkdf::<Sha256>::new(Some(b"tiepdon-server"), master);
    hkdf.expand(label, key.as_mut_slice()).expect("32 bytes are less than 255 hash lengths");
    key
}

fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// A scalar of P-256. All but one in 2^32 derived values are one; then the next is taken.
fn paper_key(derive: impl Fn(&[u8]) -> Zeroizing<[u8; 32]>) -> certificates::offline::PaperSigningKey {
    let scalars = (0_u8..=255).map(|attempt| derive(&[b"papers ".as_slice(), &[attempt]].concat()));
    let mut keys = scalars.filter_map(|scalar| certificates::offline::PaperSigningKey::from_bytes(&scalar).ok());
    keys.next().expect("256 derived values in a row outside the group's order do not happen")
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl<T: Serialize + DeserializeOwned> Sealed<T> {
    pub fn seal(keys: &Keys, place: Place<'_>, value: &T) -> Self {
        let plain = Zeroizing::new(serde_json::to_vec(value).expect("stored shapes have string keys only"));
        Self { bytes: keys.sealed(place, &plain), content: PhantomData }
    }

    pub fn open(&self, keys: &Keys, place: Place<'_>) -> Result<T, SealError> {
        serde_json::from_slice(&keys.opened(place, &self.bytes)?).map_err(|_| SealError::Shape)
    }
}

impl<T> Sealed<T> {
    pub fn from_stored(bytes: Vec<u8>) -> Self {
        Self { bytes, content: PhantomData }
    }

    pub fn into_stored(self) -> Vec<u8> {
        self.bytes
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_stored(self.bytes.clone())
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.bytes.len())
    }
}

/// Reads a 256-bit key written as 64 hexadecimal digits.
pub fn parse_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), key.as_mut_slice()).ok().map(|()| key)
}

/// A fresh 256-bit key and its hexadecimal form.
pub fn new_key() -> (Zeroizing<[u8; 32]>, Zeroizing<String>) {
    let mut key = Zeroizing::new([0; 32]);
    rand::rngs::OsRng.fill_bytes(key.as_mut_slice());
    let mut bytes = *key;
    let text = Zeroizing::new(hex::encode(bytes));
    bytes.zeroize();
    (key, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(master: u8) -> Keys {
        Keys::from_master(&[master; 32], FacilityCode::parse("31999").expect("a code"))
    }

    const HERE: Place<'static> = Place { column: "visits.person", row: "1" };

    #[test]
    fn a_sealed_value_opens_only_in_its_own_row_and_with_its_own_key() {
        let keys = keys(1);
        let sealed = Sealed::seal(&keys, HERE, &"Nguyễn Văn Mẫu".to_owned());
        assert_eq!(sealed.open(&keys, HERE).as_deref(), Ok("Nguyễn Văn Mẫu"));
        assert_eq!(sealed.open(&keys, Place { row: "2", ..HERE }), Err(SealError::Altered));
        assert_eq!(sealed.open(&keys, Place { column: "visits.other", ..HERE }), Err(SealError::Altered));
        assert_eq!(sealed.open(&self::keys(2), HERE), Err(SealError::Altered));
        let mut altered = sealed.into_stored();
        *altered.last_mut().expect("not empty") ^= 1;
        assert_eq!(Sealed::<String>::from_stored(altered).open(&keys, HERE), Err(SealError::Altered));
        assert_eq!(Sealed::<String>::from_stored(vec![1, 2]).open(&keys, HERE), Err(SealError::Form));
        assert_eq!(Sealed::<String>::from_stored(Vec::new()).open(&keys, HERE), Err(SealError::Form));
    }

    #[test]
    fn keyed_hashes_of_different_purposes_do_not_meet() {
        let keys = keys(1);
        assert_eq!(keys.keyed_hash("number", b"085000000017"), keys.keyed_hash("number", b"085000000017"));
        assert_ne!(keys.keyed_hash("number", b"085000000017"), keys.keyed_hash("nonce", b"085000000017"));
        assert_ne!(keys.keyed_hash("number", b"085000000017"), self::keys(2).keyed_hash("number", b"085000000017"));
    }

    #[test]
    fn an_offline_box_opens_with_the_server_s_key_only() {
        let keys = keys(1);
        let public = crypto_box::PublicKey::from(keys.offline_public_key());
        let sealed = public.seal(&mut rand::rngs::OsRng, b"offline").expect("seals");
        assert_eq!(keys.open_offline(&sealed).expect("opens").as_slice(), b"offline");
        assert_eq!(self::keys(2).open_offline(&sealed).err(), Some(SealError::Altered));
        assert_eq!(keys.open_offline(b"short").err(), Some(SealError::Altered));
    }
}
