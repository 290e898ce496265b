//! Chip authentication: ECDH with the chip's static key of DG14 gives new session keys, which only the holder of the
//! private key can use (ICAO Doc 9303-11 6.2).
//!
//! The commands and the change of keys belong to the dialogue with the chip; here are the choice and the keys. The
//! agreed secret is the terminal's, so nobody can check it later from a record. Left out on purpose: agreement
//! modulo a prime.

use const_oid::ObjectIdentifier;
use rand_core::CryptoRngCore;

use crate::curve::{Point, Scalar, agree};
use crate::public_key::PublicKey;
use crate::security_infos::{
    ChipAuthenticationInfo, ChipAuthenticationProtocol, ChipAuthenticationPublicKeyInfo, SecurityInfos,
};
use crate::session_keys::{SessionKeys, SymmetricCipher};

/// A protocol of DG14 with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipAuthentication {
    cipher: SymmetricCipher,
    key: Point,
    key_id: Option<u32>,
}

/// Our half of the agreement.
#[derive(Debug)]
pub struct Agreement {
    /// `04 || x || y`, to be sent.
    pub public: Vec<u8>,
    /// To be used once the chip has accepted the key; a right answer under them is the proof.
    pub keys: SessionKeys,
}

/// The chip answered under the agreed keys. Made by the dialogue with the chip only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipAuthenticated {
    authentication: ChipAuthentication,
}

impl ChipAuthentication {
    /// The strongest protocol of DG14 that has an elliptic curve key; `None` if there is none.
    pub fn choose(options: &SecurityInfos) -> Option<Self> {
        let candidates = options.chip_authentication_keys.iter().flat_map(|key| {
            let infos = options.chip_authentication.iter().filter(|info| info.key_id == key.key_id);
            let mut candidates: Vec<Self> = infos.filter_map(|info| Self::of(Some(info), key)).collect();
            // A key that no protocol names is meant for 3DES (BSI TR-03110-3 A.1.1.2: older chips).
            if candidates.is_empty() && options.chip_authentication.is_empty() {
                candidates.extend(Self::of(None, key));
            }
            candidates
        });
        candidates.max_by_key(|candidate| match candidate.cipher {
            SymmetricCipher::TripleDes => 0,
            SymmetricCipher::Aes128 => 1,
            SymmetricCipher::Aes192 => 2,
            SymmetricCipher::Aes256 => 3,
        })
    }

    pub fn cipher(&self) -> SymmetricCipher {
        self.cipher
    }

    pub fn key(&self) -> &Point {
        &self.key
    }

    /// To be named in MSE where DG14 gives one.
    pub fn key_id(&self) -> Option<u32> {
        self.key_id
    }

    /// id-CA-ECDH with the cipher.
    pub fn protocol(&self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self.cipher {
            SymmetricCipher::TripleDes => "0.4.0.127.0.7.2.2.3.2.1",
            SymmetricCipher::Aes128 => "0.4.0.127.0.7.2.2.3.2.2",
            SymmetricCipher::Aes192 => "0.4.0.127.0.7.2.2.3.2.3",
            SymmetricCipher::Aes256 => "0.4.0.127.0.7.2.2.3.2.4",
        })
    }

    pub fn agree(&self, rng: &mut (impl CryptoRngCore + ?Sized)) -> Agreement {
        let secret = Scalar::random(self.key.curve(), rng);
        let keys = SessionKeys::derive(self.cipher, &agree(&secret, &self.key));
        Agreement { public: secret.public().encode(), keys }
    }

    fn of(info: Option<&ChipAuthenticationInfo>, key: &ChipAuthenticationPublicKeyInfo) -> Option<Self> {
        let cipher = match info.map(|info| info.protocol) {
            Some(ChipAuthenticationProtocol::Ecdh(cipher)) => cipher,
            Some(ChipAuthenticationProtocol::Unknown(_)) => return None,
            None => SymmetricCipher::TripleDes,
        };
        match key.key {
            Some(PublicKey::Ec(point)) => Some(Self { cipher, key: point, key_id: key.key_id }),
            Some(PublicKey::Rsa(_)) | None => None,
        }
    }
}

impl ChipAuthenticated {
    /// To be called when the first answer under the agreed keys had a right MAC, and nowhere else.
    pub(crate) fn answered_under_agreed_keys(authentication: &ChipAuthentication) -> Self {
        Self { authentication: *authentication }
    }

    pub fn cipher(&self) -> SymmetricCipher {
        self.authentication.cipher
    }

    pub(crate) fn authentication(&self) -> &ChipAuthentication {
        &self.authentication
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::NamedCurve;

    fn info(cipher: SymmetricCipher, key_id: Option<u32>) -> ChipAuthenticationInfo {
        ChipAuthenticationInfo { protocol: ChipAuthenticationProtocol::Ecdh(cipher), version: 1, key_id }
    }

    fn key(curve: NamedCurve, key_id: Option<u32>) -> ChipAuthenticationPublicKeyInfo {
        ChipAuthenticationPublicKeyInfo { key: Some(PublicKey::Ec(curve.generator())), key_id }
    }

    #[test]
    fn the_strongest_cipher_that_has_a_key_is_chosen() {
        let options = SecurityInfos {
            chip_authentication: vec![
                info(SymmetricCipher::TripleDes, Some(1)),
                info(SymmetricCipher::Aes128, Some(2)),
                info(SymmetricCipher::Aes256, Some(9)),
            ],
            chip_authentication_keys: vec![key(NamedCurve::P224, Some(1)), key(NamedCurve::P256, Some(2))],
            ..SecurityInfos::default()
        };
        let chosen = ChipAuthentication::choose(&options).expect("one that fits");
        assert_eq!((chosen.cipher(), chosen.key_id()), (SymmetricCipher::Aes128, Some(2)));
        assert_eq!(chosen.key().curve(), NamedCurve::P256);
    }

    #[test]
    fn a_key_alone_means_triple_des_and_no_key_means_nothing() {
        let chip_authentication_keys = vec![key(NamedCurve::P224, None)];
        let options = SecurityInfos { chip_authentication_keys, ..SecurityInfos::default() };
        assert_eq!(ChipAuthentication::choose(&options).map(|c| c.cipher()), Some(SymmetricCipher::TripleDes));
        let chip_authentication = vec![info(SymmetricCipher::Aes128, None)];
        let options = SecurityInfos { chip_authentication, ..SecurityInfos::default() };
        assert_eq!(ChipAuthentication::choose(&options), None);
    }

    #[test]
    fn both_sides_come_to_the_same_keys() {
        let mut rng = rand::thread_rng();
        let secret = Scalar::random(NamedCurve::BrainpoolP256r1, &mut rng);
        let chip = ChipAuthentication { cipher: SymmetricCipher::Aes256, key: secret.public(), key_id: None };
        let agreement = chip.agree(&mut rng);
        let ours = Point::decode(NamedCurve::BrainpoolP256r1, &agreement.public).expect("a point");
        let theirs = SessionKeys::derive(SymmetricCipher::Aes256, &agree(&secret, &ours));
        assert_eq!(agreement.keys.mac.mac(b"9303"), theirs.mac.mac(b"9303"));
    }
}
