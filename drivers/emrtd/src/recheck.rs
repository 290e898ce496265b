//! The server's own look at the evidence: it repeats passive and active authentication, so that a stolen kiosk
//! credential cannot invent a chip.
//!
//! Chip authentication cannot be repeated, because its secret was the terminal's. The portrait stays in the kiosk.

use std::fmt;

use identity::{CitizenId, DocumentDate, PersonName, Sex};
use time::Date;

use crate::active_authentication;
use crate::certificate::Fingerprint;
use crate::challenge::Challenge;
use crate::chip_authentication::ChipAuthentication;
use crate::document::{CheckedFiles, DocumentError, Evidence, Fact, weak_hash};
use crate::lds::Dg13;
use crate::trust::{SignerTrust, TrustStore};

pub struct Rechecked {
    pub signer: SignerTrust,
    pub signer_fingerprint: Fingerprint,
    pub chip: ChipAuthenticity,
    /// Those that the evidence shows; how the chip was opened is the kiosk's word.
    pub facts: Vec<Fact>,
    pub citizen_id: Option<CitizenId>,
    pub name: PersonName,
    pub birth: DocumentDate,
    pub sex: Sex,
    pub details: Option<Dg13>,
}

impl fmt::Debug for Rechecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rechecked")
            .field("signer", &self.signer)
            .field("chip", &self.chip)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChipAuthenticity {
    /// Proven again, for the challenge that the server gave.
    ActiveAuthentication,
    /// The chip has a key for chip authentication only; that it used it is the kiosk's word.
    KioskWordOnly,
    /// The issuer gave the chip no key.
    None,
}

pub fn recheck(
    evidence: &Evidence,
    challenge: &Challenge,
    trust: &TrustStore,
    today: Date,
) -> Result<Rechecked, DocumentError> {
    let CheckedFiles { verified, holder, options, active_authentication_key, mut facts, .. } =
        CheckedFiles::check(evidence, None, trust, today)?;
    let chip = match (active_authentication_key, &evidence.active_authentication) {
        (Some(key), Some(signature)) => {
            let proof = active_authentication::verify(&key, options.as_ref(), challenge, signature)?;
            facts.extend(weak_hash(proof.hash()));
            ChipAuthenticity::ActiveAuthentication
        }
        (Some(_), None) => return Err(DocumentError::ActiveAuthenticationMissing),
        (None, _) if options.as_ref().and_then(ChipAuthentication::choose).is_some() => ChipAuthenticity::KioskWordOnly,
        (None, _) => {
            facts.push(Fact::ChipCannotProveItself);
            ChipAuthenticity::None
        }
    };
    facts.sort();
    facts.dedup();
    Ok(Rechecked {
        signer: verified.trust,
        signer_fingerprint: verified.signer,
        chip,
        facts,
        citizen_id: holder.citizen_id,
        name: holder.name,
        birth: holder.birth,
        sex: holder.sex,
        details: holder.details,
    })
}
