//! What an issuer puts on a chip, and the ways in which a chip is not what it was issued as.

use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use rsa::RsaPrivateKey;

use crate::access_key::{CardAccessNumber, MrzKey};
use crate::curve::{NamedCurve, Scalar};
use crate::file::ElementaryFile;
use crate::hash::HashAlgorithm;
use crate::session_keys::SymmetricCipher;

/// Files, keys that open the chip, and the chip's own private keys.
#[derive(Clone)]
pub struct Personalised {
    /// EF.CardAccess is among them where the chip has PACE.
    pub files: BTreeMap<ElementaryFile, Vec<u8>>,
    pub can: CardAccessNumber,
    pub mrz: MrzKey,
    pub active_authentication: Option<ActiveAuthenticationKey>,
    pub chip_authentication: Option<ChipAuthenticationKey>,
}

/// The private half of DG15.
#[derive(Clone)]
pub enum ActiveAuthenticationKey {
    /// Signs `r || s` over the hash that DG14 names.
    Ecdsa { secret: Scalar, hash: HashAlgorithm },
    /// Signs by ISO/IEC 9796-2 scheme 1 with SHA-256.
    Rsa(Box<RsaPrivateKey>),
}

/// The private half of the key in DG14.
#[derive(Clone)]
pub struct ChipAuthenticationKey {
    pub secret: Scalar,
    pub cipher: SymmetricCipher,
}

impl Personalised {
    /// A copy of what a reader can see on another blank chip: the private keys stayed behind, so it uses its own.
    pub fn cloned_onto_another_chip(mut self, rng: &mut (impl CryptoRngCore + ?Sized)) -> Self {
        self.active_authentication = self.active_authentication.map(|key| match key {
            ActiveAuthenticationKey::Ecdsa { secret, hash } => {
                ActiveAuthenticationKey::Ecdsa { secret: Scalar::random(secret.curve(), rng), hash }
            }
            // Of another kind: making an RSA key takes seconds, and a wrong signature is wrong in any form.
            ActiveAuthenticationKey::Rsa(_) => ActiveAuthenticationKey::Ecdsa {
                secret: Scalar::random(NamedCurve::P256, rng),
                hash: HashAlgorithm::Sha256,
            },
        });
        self.chip_authentication = self
            .chip_authentication
            .map(|key| ChipAuthenticationKey { secret: Scalar::random(key.secret.curve(), rng), cipher: key.cipher });
        self
    }

    /// A clone that does not even try: its chip knows neither active nor chip authentication.
    pub fn without_private_keys(mut self) -> Self {
        self.active_authentication = None;
        self.chip_authentication = None;
        self
    }

    /// EF.CardAccess taken away, as somebody would who wants the weaker BAC.
    pub fn without_card_access(mut self) -> Self {
        self.files.remove(&ElementaryFile::CardAccess);
        self
    }

    /// One file changed after it was signed.
    pub fn altered(mut self, file: ElementaryFile, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(self.files.entry(file).or_default());
        self
    }
}
