//! A document as a person would describe it: whose it is, the portrait, how it was opened, what is weak about it.

use std::fmt;

use identity::{CitizenId, DocumentDate, PersonName, PersonNameError, Sex};
use sha2::{Digest, Sha256};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::access_key::Access;
use crate::active_authentication::ActiveAuthenticationError;
use crate::hash::HashAlgorithm;
use crate::lds::{Dg13, LdsError, Portrait, Sod, SodError, parse_dg1, parse_dg2, parse_dg14, parse_dg15};
use crate::mrz::{Mrz, MrzExpiry};
use crate::passive_authentication::{self, PassiveAuthenticationError, SodWeakness, VerifiedSod};
use crate::public_key::PublicKey;
use crate::security_infos::{SecurityInfos, SecurityInfosError};
use crate::trust::TrustStore;
use crate::{DataGroup, ElementaryFile};

/// The files of one chip as they were read.
#[derive(Default)]
pub struct ChipFiles {
    /// EF.CardAccess, unsigned; `None` where the chip has none.
    pub card_access: Option<Vec<u8>>,
    pub dg2: Option<Zeroizing<Vec<u8>>>,
    pub evidence: Evidence,
}

/// What the server needs to repeat passive and active authentication: never the portrait. Wiped when dropped; Debug
/// shows lengths only.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Evidence {
    pub sod: Vec<u8>,
    pub dg1: Vec<u8>,
    pub dg13: Option<Vec<u8>>,
    pub dg14: Option<Vec<u8>>,
    pub dg15: Option<Vec<u8>>,
    /// The chip's signature of the challenge.
    pub active_authentication: Option<Vec<u8>>,
}

/// Something weaker than the best, kept in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The chip was opened by BAC, whose keys can be guessed from a recording.
    OpenedByBac,
    /// The announcement of PACE that was used is not among the signed ones.
    PaceNotSigned,
    /// A hash or signature that the proof rests on uses SHA-1.
    Sha1,
    /// No revocation list of the signer's authority was at hand.
    NoRevocationList,
    RevocationListOutOfDate,
    /// The issuer gave this chip no key to prove itself with: its files may be a copy.
    ChipCannotProveItself,
    /// The chip has a key for active authentication only: the session stays under the keys of the access protocol.
    NoChipAuthentication,
    /// The card's own expiry date is past.
    DocumentExpired,
    /// DG13 and the machine-readable zone hold different numbers; the number of DG13 counts.
    NumbersDiffer,
    /// DG13 and the machine-readable zone hold different birth dates; the date of DG13 counts.
    BirthDatesDiffer,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("EF.SOD")]
    Sod(#[from] SodError),
    #[error("a file of the chip")]
    File(#[from] LdsError),
    #[error("EF.CardAccess")]
    CardAccess(#[source] SecurityInfosError),
    #[error("passive authentication")]
    PassiveAuthentication(#[from] PassiveAuthenticationError),
    #[error("the issuer signed {0}, and it was not read")]
    GroupMissing(DataGroup),
    /// Someone between us and the chip took the announcement away, to have the weaker way used.
    #[error("the signed announcement of PACE is not the one in EF.CardAccess")]
    AccessDowngraded,
    #[error("the name in the machine-readable zone")]
    Name(#[from] PersonNameError),
    #[error("the chip has a key for active authentication and did not use it")]
    ActiveAuthenticationMissing,
    #[error("active authentication")]
    ActiveAuthentication(#[from] ActiveAuthenticationError),
    #[error("the chip has a key for chip authentication and did not use it")]
    ChipAuthenticationMissing,
}

/// Only within [`Verified`](crate::Verified): there is no document that nobody checked.
pub struct Document {
    holder: Holder,
    portrait: Option<Portrait>,
    portrait_hash: Option<[u8; 32]>,
    access: Access,
    pub(crate) facts: Vec<Fact>,
    pub(crate) evidence: Evidence,
    pub(crate) options: Option<SecurityInfos>,
    pub(crate) active_authentication_key: Option<PublicKey>,
}

impl Document {
    /// DG13's, else the one in the machine-readable zone of a Vietnamese card.
    pub fn citizen_id(&self) -> Option<&CitizenId> {
        self.holder.citizen_id.as_ref()
    }

    /// DG13's Vietnamese spelling, else the letters of the machine-readable zone.
    pub fn name(&self) -> &PersonName {
        &self.holder.name
    }

    /// DG13's four-digit year wins: 1923 is not 2023.
    pub fn birth(&self) -> DocumentDate {
        self.holder.birth
    }

    pub fn sex(&self) -> Sex {
        self.holder.sex
    }

    pub fn mrz(&self) -> &Mrz {
        &self.holder.mrz
    }

    pub fn details(&self) -> Option<&Dg13> {
        self.holder.details.as_ref()
    }

    /// A child's card has none.
    pub fn portrait(&self) -> Option<&Portrait> {
        self.portrait.as_ref()
    }

    /// SHA-256 of the verified DG2, which ties a face match to this document.
    pub fn portrait_hash(&self) -> Option<[u8; 32]> {
        self.portrait_hash
    }

    pub fn access(&self) -> Access {
        self.access
    }

    /// In order, each once.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Checks everything but the chip itself.
    pub(crate) fn check(
        files: ChipFiles,
        access: Access,
        trust: &TrustStore,
        today: Date,
    ) -> Result<(Self, VerifiedSod), DocumentError> {
        let ChipFiles { card_access, dg2, evidence } = files;
        let checked = CheckedFiles::check(&evidence, dg2.as_deref().map(Vec::as_slice), trust, today)?;
        let CheckedFiles { sod, verified, holder, options, active_authentication_key, mut facts } = checked;
        if sod.lists(DataGroup::DG2) && dg2.is_none() {
            return Err(DocumentError::GroupMissing(DataGroup::DG2));
        }
        facts.extend(judge_access(access, card_access.as_deref(), options.as_ref())?);
        facts.sort();
        facts.dedup();
        let document = Self {
            holder,
            portrait: dg2.as_deref().map(|file| parse_dg2(file)).transpose()?,
            portrait_hash: dg2.as_deref().map(|file| Sha256::digest(file).into()),
            access,
            facts,
            evidence,
            options,
            active_authentication_key,
        };
        Ok((document, verified))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("access", &self.access)
            .field("portrait", &self.portrait)
            .field("facts", &self.facts)
            .field("evidence", &self.evidence)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |file: &Option<Vec<u8>>| file.as_ref().map(Vec::len);
        f.debug_struct("Evidence")
            .field("sod", &self.sod.len())
            .field("dg1", &self.dg1.len())
            .field("dg13", &length(&self.dg13))
            .field("dg14", &length(&self.dg14))
            .field("dg15", &length(&self.dg15))
            .field("active_authentication", &length(&self.active_authentication))
            .finish()
    }
}

impl fmt::Debug for ChipFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipFiles(DG2 {:?} bytes, {:?})", self.dg2.as_ref().map(|file| file.len()), self.evidence)
    }
}

/// Whose document it is.
pub(crate) struct Holder {
    pub citizen_id: Option<CitizenId>,
    pub name: PersonName,
    pub birth: DocumentDate,
    pub sex: Sex,
    pub mrz: Mrz,
    pub details: Option<Dg13>,
}

/// What passive authentication covers, the same at the kiosk and at the server.
pub(crate) struct CheckedFiles {
    pub sod: Sod,
    pub verified: VerifiedSod,
    pub holder: Holder,
    pub options: Option<SecurityInfos>,
    pub active_authentication_key: Option<PublicKey>,
    pub facts: Vec<Fact>,
}

impl CheckedFiles {
    pub fn check(
        evidence: &Evidence,
        dg2: Option<&[u8]>,
        trust: &TrustStore,
        today: Date,
    ) -> Result<Self, DocumentError> {
        let sod = Sod::parse(&evidence.sod)?;
        let read = [
            (DataGroup::DG1, Some(evidence.dg1.as_slice())),
            (DataGroup::DG2, dg2),
            (DataGroup::DG13, evidence.dg13.as_deref()),
            (DataGroup::DG14, evidence.dg14.as_deref()),
            (DataGroup::DG15, evidence.dg15.as_deref()),
        ];
        // Hashing comes before parsing: what nobody signed is not worth looking into, but must not be huge either.
        for (group, file) in &read {
            let limit = ElementaryFile::DataGroup(*group).max_bytes();
            if let Some(file) = file.filter(|file| file.len() > limit) {
                let file_name = ElementaryFile::DataGroup(*group);
                return Err(LdsError::TooLarge { file: file_name, bytes: file.len(), limit }.into());
            }
            // The server never has DG2; the kiosk asks for it separately.
            if file.is_none() && sod.lists(*group) && *group != DataGroup::DG2 {
                return Err(DocumentError::GroupMissing(*group));
            }
        }
        let groups: Vec<_> = read.into_iter().filter_map(|(group, file)| Some((group, file?))).collect();
        let verified = passive_authentication::verify(&sod, &groups, trust, today)?;

        let mut facts: Vec<Fact> = verified
            .weaknesses
            .iter()
            .map(|weakness| match weakness {
                SodWeakness::Sha1 => Fact::Sha1,
                SodWeakness::NoRevocationList => Fact::NoRevocationList,
                SodWeakness::RevocationListOutOfDate => Fact::RevocationListOutOfDate,
            })
            .collect();
        let mrz = parse_dg1(&evidence.dg1, today)?;
        match mrz.expiry {
            MrzExpiry::On(date) if date.latest() < today => facts.push(Fact::DocumentExpired),
            MrzExpiry::On(_) | MrzExpiry::Never => {}
        }
        // Other states put other things into DG13.
        let details = evidence.dg13.as_deref().filter(|_| mrz.issuer == "VNM").map(Dg13::parse).transpose()?;
        let holder = Holder::of(mrz, details, &mut facts)?;
        Ok(Self {
            options: evidence.dg14.as_deref().map(parse_dg14).transpose()?,
            active_authentication_key: evidence.dg15.as_deref().map(parse_dg15).transpose()?,
            sod,
            verified,
            holder,
            facts,
        })
    }
}

impl Holder {
    fn of(mrz: Mrz, details: Option<Dg13>, facts: &mut Vec<Fact>) -> Result<Self, DocumentError> {
        let from_zone = mrz.citizen_id();
        let Some(details) = details else {
            let name = Zeroizing::new(format!("{} {}", mrz.primary_name, mrz.secondary_name));
            return Ok(Self {
                citizen_id: from_zone,
                name: PersonName::parse(name.trim())?,
                birth: mrz.birth,
                sex: mrz.sex,
                details: None,
                mrz,
            });
        };
        if from_zone.is_some_and(|number| number != details.number) {
            facts.push(Fact::NumbersDiffer);
        }
        // The zone has no century, so only what it writes can differ.
        if mrz.birth.to_mrz() != details.birth.to_mrz() {
            facts.push(Fact::BirthDatesDiffer);
        }
        Ok(Self {
            citizen_id: Some(details.number.clone()),
            name: details.name.clone(),
            birth: details.birth,
            sex: details.sex.unwrap_or(mrz.sex),
            mrz,
            details: Some(details),
        })
    }
}

/// EF.CardAccess is unsigned, so what it says is compared with DG14 (9303-11 4.4.1, 9.2).
fn judge_access(
    access: Access,
    card_access: Option<&[u8]>,
    signed: Option<&SecurityInfos>,
) -> Result<Option<Fact>, DocumentError> {
    let announced = card_access.map(SecurityInfos::parse).transpose().map_err(DocumentError::CardAccess)?;
    let announced = announced.map(|infos| infos.pace).unwrap_or_default();
    let signed = signed.map(|infos| infos.pace.as_slice()).unwrap_or_default();
    if !signed.iter().all(|info| announced.contains(info)) {
        return Err(DocumentError::AccessDowngraded);
    }
    Ok(match access {
        Access::Bac => Some(Fact::OpenedByBac),
        Access::Pace { .. } if announced.iter().any(|info| !signed.contains(info)) => Some(Fact::PaceNotSigned),
        Access::Pace { .. } => None,
    })
}

/// SHA-1 in the chip's own signature.
pub(crate) fn weak_hash(hash: HashAlgorithm) -> Option<Fact> {
    (hash == HashAlgorithm::Sha1).then_some(Fact::Sha1)
}
