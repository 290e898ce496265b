//! Active authentication: the chip signs our challenge with a key that cannot be copied (ICAO Doc 9303-11 6.1).
//!
//! ECDSA in plain form with the hash that DG14 names, or RSA by ISO/IEC 9796-2 digital signature scheme 1 with
//! partial message recovery. The key comes from DG15, which must have passed passive authentication.

use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};

use crate::challenge::Challenge;
use crate::curve::CurveError;
use crate::curve::ecdsa::{self, EcdsaSignature};
use crate::hash::HashAlgorithm;
use crate::public_key::PublicKey;
use crate::security_infos::SecurityInfos;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActiveAuthenticationError {
    #[error("DG14 names no hash for the elliptic curve key of DG15, or one the standard does not know")]
    HashUnknown,
    #[error("the chip's signature is wrong: it does not hold the key, or signed another challenge")]
    SignatureWrong,
    #[error("the chip's signature is malformed")]
    SignatureMalformed,
}

/// Which hash the chip signed with; made by [`verify`] only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveAuthenticated {
    hash: HashAlgorithm,
}

impl ActiveAuthenticated {
    pub fn hash(self) -> HashAlgorithm {
        self.hash
    }
}

/// `options` is DG14, which a chip with an elliptic curve key must have.
pub fn verify(
    key: &PublicKey,
    options: Option<&SecurityInfos>,
    challenge: &Challenge,
    signature: &[u8],
) -> Result<ActiveAuthenticated, ActiveAuthenticationError> {
    match key {
        PublicKey::Rsa(key) => verify_recovering(key, challenge, signature),
        PublicKey::Ec(point) => {
            let hash = options.and_then(|options| options.active_authentication.first()).and_then(|info| info.hash);
            let hash = hash.ok_or(ActiveAuthenticationError::HashUnknown)?;
            let digest = hash.digest(&[challenge.as_bytes()]);
            let checked = EcdsaSignature::from_plain(point.curve(), signature)
                .and_then(|signature| ecdsa::verify(point, &digest, &signature));
            match checked {
                Ok(()) => Ok(ActiveAuthenticated { hash }),
                Err(CurveError::SignatureMalformed) => Err(ActiveAuthenticationError::SignatureMalformed),
                Err(_) => Err(ActiveAuthenticationError::SignatureWrong),
            }
        }
    }
}

/// ISO/IEC 9796-2 scheme 1: the signature opens to `6A || M1 || H(M1 || RND.IFD) || trailer`.
fn verify_recovering(
    key: &RsaPublicKey,
    challenge: &Challenge,
    signature: &[u8],
) -> Result<ActiveAuthenticated, ActiveAuthenticationError> {
    if signature.len() != key.size() {
        return Err(ActiveAuthenticationError::SignatureMalformed);
    }
    let number = BigUint::from_bytes_be(signature);
    if number >= *key.n() {
        return Err(ActiveAuthenticationError::SignatureMalformed);
    }
    let opened = number.modpow(key.e(), key.n());
    // A signer may give n - s where that is smaller; then the number opened ends in another nibble than C.
    let opened = if opened.to_bytes_le()[0] & 0xF == 0xC { opened } else { key.n() - opened };
    let mut representative = opened.to_bytes_be();
    let zeros = key.size() - representative.len();
    representative.splice(0..0, std::iter::repeat_n(0, zeros));

    let wrong = ActiveAuthenticationError::SignatureWrong;
    let (message, hash) = match representative.as_slice() {
        [rest @ .., 0xBC] => (rest, HashAlgorithm::Sha1),
        [rest @ .., trailer, 0xCC] => (rest, hash_of_trailer(*trailer).ok_or(wrong)?),
        _ => return Err(wrong),
    };
    let (message, digest) = message.split_at_checked(message.len().wrapping_sub(hash.digest_bytes())).ok_or(wrong)?;
    // Header 01, more data 1 (part of the message is not inside), padding ended by A: no padding fits partial recovery.
    let Some((0x6A, recovered)) = message.split_first() else { return Err(wrong) };
    if hash.digest(&[recovered, challenge.as_bytes()]) == digest {
        Ok(ActiveAuthenticated { hash })
    } else {
        Err(wrong)
    }
}

/// ISO/IEC 10118 numbers of the hash functions.
fn hash_of_trailer(trailer: u8) -> Option<HashAlgorithm> {
    match trailer {
        0x33 => Some(HashAlgorithm::Sha1),
        0x34 => Some(HashAlgorithm::Sha256),
        0x35 => Some(HashAlgorithm::Sha512),
        0x36 => Some(HashAlgorithm::Sha384),
        0x38 => Some(HashAlgorithm::Sha224),
        _ => None,
    }
}

/// What a chip with an RSA key answers.
#[cfg(any(feature = "sim", test))]
pub(crate) fn sign_recovering(
    key: &rsa::RsaPrivateKey,
    challenge: &Challenge,
    rng: &mut (impl rand_core::CryptoRngCore + ?Sized),
) -> Vec<u8> {
    use rsa::traits::PrivateKeyParts;
    let hash = HashAlgorithm::Sha256;
    let mut recovered = vec![0; key.size() - 3 - hash.digest_bytes()];
    rng.fill_bytes(&mut recovered);
    let digest = hash.digest(&[&recovered, challenge.as_bytes()]);
    let representative = [&[0x6A][..], &recovered, &digest, &[0x34, 0xCC]].concat();
    let signature = BigUint::from_bytes_be(&representative).modpow(key.d(), key.n()).to_bytes_be();
    [vec![0; key.size() - signature.len()], signature].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{NamedCurve, Scalar};
    use crate::security_infos::ActiveAuthenticationInfo;
    use proptest::prelude::*;
    use rsa::RsaPrivateKey;

    const CHALLENGE: Challenge = Challenge::new(*b"12345678");

    fn options(hash: HashAlgorithm) -> SecurityInfos {
        let active_authentication = vec![ActiveAuthenticationInfo { hash: Some(hash) }];
        SecurityInfos { active_authentication, ..SecurityInfos::default() }
    }

    #[test]
    fn a_chip_with_an_rsa_key_proves_itself_for_one_challenge_only() {
        let mut rng = rand::thread_rng();
        let key = RsaPrivateKey::new(&mut rng, 1024).expect("a key");
        let public = PublicKey::Rsa(key.to_public_key());
        let mut signature = sign_recovering(&key, &CHALLENGE, &mut rng);
        let proof = verify(&public, None, &CHALLENGE, &signature).expect("a right signature");
        assert_eq!(proof.hash(), HashAlgorithm::Sha256);
        let other = Challenge::new(*b"12345679");
        let wrong = Some(ActiveAuthenticationError::SignatureWrong);
        assert_eq!(verify(&public, None, &other, &signature).err(), wrong);

        // n - s is the same signature to ISO/IEC 9796-2.
        let mirrored = (key.n() - BigUint::from_bytes_be(&signature)).to_bytes_be();
        if mirrored.len() == key.size() {
            assert!(verify(&public, None, &CHALLENGE, &mirrored).is_ok());
        }
        signature[60] ^= 1;
        assert!(verify(&public, None, &CHALLENGE, &signature).is_err());
        let malformed = Some(ActiveAuthenticationError::SignatureMalformed);
        assert_eq!(verify(&public, None, &CHALLENGE, &signature[1..]).err(), malformed);
        assert_eq!(verify(&public, None, &CHALLENGE, &[0xFF; 128]).err(), malformed);
        assert_eq!(verify(&public, None, &CHALLENGE, &[0; 128]).err(), wrong);
    }

    #[test]
    fn sha1_with_the_one_byte_trailer_is_taken() {
        use rsa::traits::PrivateKeyParts;
        let key = RsaPrivateKey::new(&mut rand::thread_rng(), 1024).expect("a key");
        let recovered = [7; 106];
        let digest = HashAlgorithm::Sha1.digest(&[&recovered, CHALLENGE.as_bytes()]);
        let representative = [&[0x6A][..], &recovered, &digest, &[0xBC]].concat();
        let signature = BigUint::from_bytes_be(&representative).modpow(key.d(), key.n()).to_bytes_be();
        let signature = [vec![0; 128 - signature.len()], signature].concat();
        let proof = verify(&PublicKey::Rsa(key.to_public_key()), None, &CHALLENGE, &signature);
        assert_eq!(proof.map(ActiveAuthenticated::hash), Ok(HashAlgorithm::Sha1));
    }

    #[test]
    fn a_chip_with_an_elliptic_curve_key_signs_with_the_hash_of_dg14() {
        let mut rng = rand::thread_rng();
        let curve = NamedCurve::BrainpoolP256r1;
        let secret = Scalar::random(curve, &mut rng);
        let public = PublicKey::Ec(secret.public());
        let digest = HashAlgorithm::Sha256.digest(&[CHALLENGE.as_bytes()]);
        let signature = ecdsa::sign(&secret, &digest, &mut rng).to_plain();
        let check =
            |options: Option<&SecurityInfos>, signature: &[u8]| verify(&public, options, &CHALLENGE, signature).err();
        assert_eq!(check(Some(&options(HashAlgorithm::Sha256)), &signature), None);
        let wrong = Some(ActiveAuthenticationError::SignatureWrong);
        assert_eq!(check(Some(&options(HashAlgorithm::Sha384)), &signature), wrong);
        assert_eq!(check(None, &signature), Some(ActiveAuthenticationError::HashUnknown));
        let malformed = Some(ActiveAuthenticationError::SignatureMalformed);
        assert_eq!(check(Some(&options(HashAlgorithm::Sha256)), &signature[..63]), malformed);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_signature_panics(signature in prop::collection::vec(any::<u8>(), 0..130), fitting: bool) {
            let n = BigUint::from_bytes_be(&[0xC5; 128]);
            let rsa = PublicKey::Rsa(RsaPublicKey::new(n, BigUint::from(3_u8)).expect("a key"));
            let ec = PublicKey::Ec(NamedCurve::P256.generator());
            let mut signature = signature;
            if fitting {
                signature.resize(128, 0);
            }
            let _ = verify(&rsa, None, &CHALLENGE, &signature);
            let _ = verify(&ec, Some(&options(HashAlgorithm::Sha256)), &CHALLENGE, &signature);
        }
    }
}
