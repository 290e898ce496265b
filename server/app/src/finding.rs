//! What the evidence proves about the person: the level of assurance, computed here and never taken from a kiosk.

use api::{
    AccessClaim, Assurance, ChipEvidence, DocumentClaim, FaceClaim, IdentificationRequest, KioskId, NumberClaim,
    VisitId,
};
use emrtd::{Challenge, ChipAuthenticity, DataGroup, Evidence, Fact, SignerTrust};
use identity::{CitizenId, DocumentDate, InsuranceNumber, PersonName, Sex};
use sha2::{Digest, Sha256};
use time::Date;

use crate::app::App;
use crate::clock::unix_ms;
use crate::config::PolicyConfig;
use crate::eid::person_place;
use crate::person::KnownPerson;
use crate::refusal::Refusal;

/// The verdict on one identification.
#[derive(Debug)]
pub struct Finding {
    pub assurance: Assurance,
    pub facts: Vec<String>,
    pub person: Option<KnownPerson>,
    pub chip: Option<ChipFinding>,
    /// The portrait the face was matched against.
    pub portrait: Option<[u8; 32]>,
}

#[derive(Debug, Clone, Copy)]
pub struct ChipFinding {
    pub signer: [u8; 32],
    pub signer_trust: &'static str,
    pub authenticity: &'static str,
    /// Keyed hash of the signed document: tells cards apart without saying whose they are.
    pub card: [u8; 32],
}

/// What stands behind the face claim.
enum Face {
    Matched([u8; 32]),
    Not(&'static str),
}

/// Looks at everything the kiosk sent. Asks nobody outside and writes nothing.
pub async fn examine(
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    request: &IdentificationRequest,
    today: Date,
) -> Result<Finding, Refusal> {
    let face = judge_face(&request.face, &app.config.policy);
    match &request.document {
        DocumentClaim::Chip(evidence) => examine_chip(app, evidence, face, today).await,
        DocumentClaim::Eid => examine_eid(app, kiosk, visit, face).await,
        DocumentClaim::CardQr(claim) | DocumentClaim::InsuranceQr(claim) | DocumentClaim::Typed(claim) => {
            Ok(Finding { facts: vec!["number_only".into()], person: hearsay(claim), ..Finding::at(Assurance::C) })
        }
        DocumentClaim::Nothing => Ok(Finding::at(Assurance::D)),
    }
}

impl Finding {
    fn at(assurance: Assurance) -> Self {
        Self { assurance, facts: Vec::new(), person: None, chip: None, portrait: None }
    }

    /// For a paper number whose evidence does not stand: the patient is served, by a person.
    pub fn without_proof(fact: &'static str) -> Self {
        Self { facts: vec![fact.into()], ..Self::at(Assurance::D) }
    }
}

/// The kiosk's word, as far as the hospital's policy believes it.
fn judge_face(claim: &FaceClaim, policy: &PolicyConfig) -> Face {
    match claim {
        FaceClaim::Matched { score, threshold, frames, portrait } => {
            // Written so that a NaN fails.
            let enough = *score >= *threshold && *threshold >= policy.face_threshold && *score <= 1.0;
            if enough && *frames >= policy.face_frames {
                Face::Matched(portrait.0)
            } else {
                Face::Not("face_below_policy")
            }
        }
        FaceClaim::NotMatched { .. } => Face::Not("face_not_matched"),
        FaceClaim::Declined => Face::Not("face_declined"),
        FaceClaim::NoPortrait => Face::Not("no_portrait"),
        FaceClaim::Unavailable => Face::Not("face_unavailable"),
        FaceClaim::NotAsked => Face::Not("face_not_asked"),
    }
}

async fn examine_chip(app: &App, sent: &ChipEvidence, face: Face, today: Date) -> Result<Finding, Refusal> {
    let trust = app.trust().await?;
    let file = |file: &Option<api::Base64>| file.as_ref().map(|file| file.0.clone());
    let evidence = Evidence {
        sod: sent.sod.0.clone(),
        dg1: sent.dg1.0.clone(),
        dg13: file(&sent.dg13),
        dg14: file(&sent.dg14),
        dg15: file(&sent.dg15),
        active_authentication: file(&sent.active_authentication),
    };
    let checked = emrtd::recheck(&evidence, &Challenge::new(sent.challenge.0), &trust, today)
        .map_err(|error| Refusal::EvidenceRefused(chain(&error)))?;

    let mut facts: Vec<String> = checked.facts.iter().map(|fact| chip_fact(*fact).to_owned()).collect();
    if sent.access == AccessClaim::Bac {
        facts.push("bac".into());
    }
    let (signer_trust, signer_known) = match checked.signer {
        SignerTrust::Trusted { .. } => ("trusted", true),
        SignerTrust::Pinned => {
            facts.push("signer_pinned".into());
            ("pinned", true)
        }
        SignerTrust::Unknown { .. } => {
            facts.push("signer_unknown".into());
            ("unknown", false)
        }
    };
    // Only active authentication can be repeated here; a chip that the kiosk vouches for stays below level A, or a
    // stolen kiosk credential could invent it.
    let (authenticity, best) = match (checked.chip, sent.chip_authentication) {
        (ChipAuthenticity::ActiveAuthentication, _) => ("active_authentication", Assurance::A),
        (ChipAuthenticity::KioskWordOnly, true) => {
            facts.push("chip_kiosk_word".into());
            ("kiosk_word", Assurance::B)
        }
        (ChipAuthenticity::KioskWordOnly, false) | (ChipAuthenticity::None, _) => {
            facts.push("chip_not_proven".into());
            ("none", Assurance::C)
        }
    };
    let portrait = match face {
        Face::Not(fact) => {
            facts.push(fact.into());
            None
        }
        Face::Matched(portrait) => match signed_portrait(&evidence.sod) {
            SignedPortrait::Sha256(signed) if signed == portrait => Some(portrait),
            SignedPortrait::Sha256(_) | SignedPortrait::None => {
                facts.push("face_of_another_portrait".into());
                None
            }
            SignedPortrait::OtherHash => {
                facts.push("portrait_not_bound".into());
                Some(portrait)
            }
        },
    };
    let assurance = match (portrait, signer_known) {
        (None, _) => Assurance::C,
        (Some(_), true) => best,
        (Some(_), false) => best.max(Assurance::B),
    };
    let person = KnownPerson {
        number: checked.citizen_id.as_ref().map(|number| number.as_str().to_owned()).unwrap_or_default(),
        name: Some(checked.name.as_str().to_owned()),
        birth: Some(checked.birth.to_dmy()),
        sex: sex_code(checked.sex),
    };
    let chip = ChipFinding {
        signer: *checked.signer_fingerprint.as_bytes(),
        signer_trust,
        authenticity,
        card: app.keys.keyed_hash("card", &Sha256::digest(&evidence.sod)),
    };
    Ok(Finding { assurance, facts, person: Some(person), chip: Some(chip), portrait })
}

async fn examine_eid(app: &App, kiosk: &KioskId, visit: VisitId, face: Face) -> Result<Finding, Refusal> {
    let answer = app.store.eid_answer(visit, kiosk).await?.ok_or(Refusal::EidMissing)?;
    if answer.expires_at <= unix_ms(app.now()) {
        return Err(Refusal::EidExpired);
    }
    let person = answer.person.open(&app.keys, person_place(&visit.to_string()))?;
    let mut facts = vec!["eid".to_owned()];
    let portrait = match face {
        Face::Matched(portrait) if portrait == answer.portrait_hash => Some(portrait),
        Face::Matched(_) => {
            facts.push("face_of_another_portrait".into());
            None
        }
        Face::Not(fact) => {
            facts.push(fact.into());
            None
        }
    };
    let assurance = if portrait.is_some() { Assurance::A } else { Assurance::C };
    Ok(Finding { assurance, facts, person: Some(person), chip: None, portrait })
}

/// A number that nobody proved; what does not parse is left out, never passed on.
fn hearsay(claim: &NumberClaim) -> Option<KnownPerson> {
    let number = CitizenId::parse(&claim.number)
        .map(|number| number.as_str().to_owned())
        .or_else(|_| InsuranceNumber::parse(&claim.number).map(|number| number.as_str().to_owned()))
        .ok()?;
    let name = claim.name.as_deref().and_then(|name| PersonName::parse(name).ok());
    let birth = claim.birth.as_deref().and_then(|birth| DocumentDate::parse(birth).ok());
    Some(KnownPerson {
        number,
        name: name.map(|name| name.as_str().to_owned()),
        birth: birth.map(DocumentDate::to_dmy),
        sex: 3,
    })
}

enum SignedPortrait {
    Sha256([u8; 32]),
    /// The issuer used another hash function: the kiosk's SHA-256 cannot be compared with it.
    OtherHash,
    None,
}

fn signed_portrait(sod: &[u8]) -> SignedPortrait {
    let Ok(sod) = emrtd::lds::Sod::parse(sod) else { return SignedPortrait::None };
    match sod.hash_of(DataGroup::DG2) {
        None => SignedPortrait::None,
        Some(hash) if sod.hash_algorithm() == emrtd::HashAlgorithm::Sha256 => {
            <[u8; 32]>::try_from(hash).map_or(SignedPortrait::None, SignedPortrait::Sha256)
        }
        Some(_) => SignedPortrait::OtherHash,
    }
}

fn chip_fact(fact: Fact) -> &'static str {
    match fact {
        Fact::OpenedByBac => "bac",
        Fact::PaceNotSigned => "pace_not_signed",
        Fact::Sha1 => "sha1",
        Fact::NoRevocationList => "no_revocation_list",
        Fact::RevocationListOutOfDate => "revocation_list_out_of_date",
        Fact::ChipCannotProveItself => "chip_cannot_prove_itself",
        Fact::NoChipAuthentication => "no_chip_authentication",
        Fact::DocumentExpired => "document_expired",
        Fact::NumbersDiffer => "numbers_differ",
        Fact::BirthDatesDiffer => "birth_dates_differ",
    }
}

fn sex_code(sex: Sex) -> u8 {
    match sex {
        Sex::Male => 1,
        Sex::Female => 2,
        Sex::Unspecified => 3,
    }
}

/// The error and what caused it: names of checks and files, no content.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use api::Hex32;

    use super::*;

    fn matched(score: f32, threshold: f32, frames: u8) -> FaceClaim {
        FaceClaim::Matched { score, threshold, frames, portrait: Hex32([1; 32]) }
    }

    #[test]
    fn a_kiosk_cannot_lower_the_threshold_of_the_hospital() {
        let policy = PolicyConfig::default();
        assert!(matches!(judge_face(&matched(0.6, 0.45, 3), &policy), Face::Matched(_)));
        for claim in [
            matched(0.44, 0.45, 3),
            matched(0.6, 0.3, 3),
            matched(0.6, 0.45, 2),
            matched(f32::NAN, 0.45, 3),
            matched(0.6, f32::NAN, 3),
            matched(f32::INFINITY, 0.45, 3),
        ] {
            assert!(matches!(judge_face(&claim, &policy), Face::Not("face_below_policy")), "{claim:?}");
        }
    }

    #[test]
    fn a_claim_that_is_no_number_is_nobody() {
        let claim = |number: &str| NumberClaim { number: number.into(), name: None, birth: Some("rubbish".into()) };
        assert!(hearsay(&claim("' OR 1=1")).is_none());
        let person = hearsay(&claim("085000000017")).expect("a number");
        assert_eq!((person.number.as_str(), person.birth.as_deref()), ("085000000017", None));
    }
}
