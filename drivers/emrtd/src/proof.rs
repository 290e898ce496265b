//! What is proven about a document, as values that only the proof can make.

use std::fmt;
use std::ops::Deref;

use time::Date;

use crate::access_key::Access;
use crate::active_authentication::{self, ActiveAuthenticated};
use crate::certificate::Fingerprint;
use crate::challenge::Challenge;
use crate::chip_authentication::{ChipAuthenticated, ChipAuthentication};
use crate::document::{ChipFiles, Document, DocumentError, Fact, weak_hash};
use crate::public_key::PublicKey;
use crate::trust::{SignerTrust, TrustStore};

/// Passive authentication succeeded: this is what the signer signed. The chip may still be a copy, and the signer
/// may be anyone: see [`Self::signer`].
pub struct Verified<T> {
    value: T,
    signer: SignerTrust,
    signer_fingerprint: Fingerprint,
}

/// Verified, and the chip proved that it holds a key of the verified files. It is still as good as its signer only.
pub struct Genuine<T> {
    verified: Verified<T>,
    proofs: ChipProofs,
}

/// At least one is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipProofs {
    active_authentication: Option<ActiveAuthenticated>,
    chip_authentication: Option<ChipAuthenticated>,
}

/// What the chip answered when it was asked to prove itself.
#[derive(Debug, Default)]
pub struct ChipAnswers {
    /// Its signature of the challenge.
    pub active_authentication: Option<Vec<u8>>,
    pub chip_authentication: Option<ChipAuthenticated>,
}

/// How far a document could be proven.
#[derive(Debug)]
pub enum DocumentRead {
    Genuine(Genuine<Document>),
    /// The issuer gave the chip no key: EF.SOD lists neither DG14 with one nor DG15.
    Verified(Verified<Document>),
}

impl<T> Verified<T> {
    pub fn signer(&self) -> SignerTrust {
        self.signer
    }

    /// Of the document signer's certificate, whoever trusts it.
    pub fn signer_fingerprint(&self) -> Fingerprint {
        self.signer_fingerprint
    }

    pub fn get(&self) -> &T {
        &self.value
    }
}

impl Verified<Document> {
    /// Passive authentication of all files read, and the comparison of EF.CardAccess with what is signed.
    pub fn check(files: ChipFiles, access: Access, trust: &TrustStore, today: Date) -> Result<Self, DocumentError> {
        let (value, sod) = Document::check(files, access, trust, today)?;
        Ok(Self { value, signer: sod.trust, signer_fingerprint: sod.signer })
    }

    /// The key that the chip must prove to hold by active authentication; the signed list decides, not EF.COM.
    pub fn active_authentication_key(&self) -> Option<&PublicKey> {
        self.value.active_authentication_key.as_ref()
    }

    /// The protocol that the chip must run for chip authentication.
    pub fn chip_authentication(&self) -> Option<ChipAuthentication> {
        self.value.options.as_ref().and_then(ChipAuthentication::choose)
    }

    /// Every key that the issuer signed must have been used: one that is left out is a refusal, or else a copy
    /// would only have to stay silent. A chip with both keys may prove itself by active authentication alone.
    pub fn conclude(mut self, challenge: &Challenge, answers: ChipAnswers) -> Result<DocumentRead, DocumentError> {
        let mut facts = vec![];
        let active_authentication = match (self.active_authentication_key(), &answers.active_authentication) {
            (None, _) => None,
            (Some(_), None) => return Err(DocumentError::ActiveAuthenticationMissing),
            (Some(key), Some(signature)) => {
                let options = self.value.options.as_ref();
                let proof = active_authentication::verify(key, options, challenge, signature)?;
                facts.extend(weak_hash(proof.hash()));
                Some(proof)
            }
        };
        let chip_authentication = match self.chip_authentication() {
            Some(asked) => answers.chip_authentication.filter(|proof| *proof.authentication() == asked),
            None => None,
        };
        if active_authentication.is_some() {
            self.value.evidence.active_authentication = answers.active_authentication;
        }
        let proofs = match (active_authentication, chip_authentication) {
            (None, None) if self.chip_authentication().is_some() => {
                return Err(DocumentError::ChipAuthenticationMissing);
            }
            (None, None) => None,
            (active_authentication, chip_authentication) => {
                Some(ChipProofs { active_authentication, chip_authentication })
            }
        };
        if proofs.is_none() {
            facts.push(Fact::ChipCannotProveItself);
        } else if chip_authentication.is_none() {
            facts.push(Fact::NoChipAuthentication);
        }
        self.value.facts.extend(facts);
        self.value.facts.sort();
        self.value.facts.dedup();
        Ok(match proofs {
            Some(proofs) => DocumentRead::Genuine(Genuine { verified: self, proofs }),
            None => DocumentRead::Verified(self),
        })
    }
}

impl<T> Genuine<T> {
    pub fn signer(&self) -> SignerTrust {
        self.verified.signer
    }

    pub fn signer_fingerprint(&self) -> Fingerprint {
        self.verified.signer_fingerprint
    }

    pub fn get(&self) -> &T {
        &self.verified.value
    }

    pub fn proofs(&self) -> ChipProofs {
        self.proofs
    }
}

impl ChipProofs {
    pub fn active_authentication(self) -> Option<ActiveAuthenticated> {
        self.active_authentication
    }

    pub fn chip_authentication(self) -> Option<ChipAuthenticated> {
        self.chip_authentication
    }
}

impl DocumentRead {
    pub fn document(&self) -> &Document {
        match self {
            Self::Genuine(genuine) => genuine.get(),
            Self::Verified(verified) => verified.get(),
        }
    }

    pub fn signer(&self) -> SignerTrust {
        match self {
            Self::Genuine(genuine) => genuine.signer(),
            Self::Verified(verified) => verified.signer(),
        }
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Deref for Genuine<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.verified.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verified").field(&self.value).field(&self.signer).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Genuine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Genuine").field(&self.verified).field(&self.proofs).finish()
    }
}
