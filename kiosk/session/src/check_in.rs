//! Who checks in, with the proof of it: [`CheckIn`] exists only where a document and a face go together, or where it
//! says honestly that a person at the counter decides.

use api::{
    AccessClaim, Assurance, Base64, ChipEvidence, ConsentRecord, CounterReason, DocumentClaim, EidPerson, FaceClaim,
    Hex8, Hex32, IdentificationRequest, NumberClaim,
};
use emrtd::{Access, Document, Genuine, SignerTrust, Verified};
use face::{FaceMatch, PortraitHash};
use identity::qr::{CardQr, InsuranceQr};
use identity::{CitizenId, CitizenIdError, DocumentDate, DocumentDateError, PersonName, PersonNameError};
use zeroize::Zeroizing;

use crate::effect::Portrait;

/// What goes to the server, and what may be said about it while the server is away.
#[derive(Debug)]
pub struct CheckIn {
    request: IdentificationRequest,
    counter: Option<CounterReason>,
    presumed: Presumed,
}

/// This machine's own judgement; the server's replaces it.
#[derive(Debug, Clone)]
pub(crate) struct Presumed {
    pub assurance: Assurance,
    pub name: Option<PersonName>,
}

/// The face was matched against another portrait than this document's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the face was matched against another portrait than this document's")]
pub struct OtherPortrait;

/// A chip that proved itself, the challenge it answered, and the portrait inside.
#[derive(Debug)]
pub struct ChipProof {
    document: Genuine<Document>,
    challenge: Hex8,
}

/// A person a licensed verifier confirmed; the server holds the signed answer.
#[derive(Debug)]
pub struct EidConfirmed {
    name: PersonName,
    portrait: Portrait,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EidConfirmedError {
    #[error("the verifier's number: {0}")]
    Number(#[from] CitizenIdError),
    #[error("the verifier's name: {0}")]
    Name(#[from] PersonNameError),
    #[error("the verifier's birth date: {0}")]
    Birth(#[from] DocumentDateError),
}

impl CheckIn {
    /// The best there is: a genuine chip, and the person whose portrait it holds.
    pub fn new(chip: ChipProof, face: FaceMatch) -> Result<Self, OtherPortrait> {
        if chip.document.portrait_hash() != Some(*face.portrait_hash().as_bytes()) {
            return Err(OtherPortrait);
        }
        let assurance = match chip.document.signer() {
            SignerTrust::Trusted { .. } | SignerTrust::Pinned => Assurance::A,
            SignerTrust::Unknown { .. } => Assurance::B,
        };
        let presumed = Presumed { assurance, name: Some(chip.document.name().clone()) };
        let request = IdentificationRequest { document: chip.claim(), face: matched(&face), consent: None };
        Ok(Self { request, counter: None, presumed })
    }

    /// The licensed verifier's answer, and the person whose portrait it holds.
    pub fn confirmed(person: EidConfirmed, face: FaceMatch) -> Result<Self, OtherPortrait> {
        if person.portrait.hash != face.portrait_hash() {
            return Err(OtherPortrait);
        }
        let presumed = Presumed { assurance: Assurance::A, name: Some(person.name) };
        Ok(Self {
            request: IdentificationRequest { document: DocumentClaim::Eid, face: matched(&face), consent: None },
            counter: None,
            presumed,
        })
    }

    /// A number nobody proved.
    pub fn number_only(document: DocumentClaim) -> Self {
        Self {
            request: IdentificationRequest { document, face: FaceClaim::NotAsked, consent: None },
            counter: None,
            presumed: Presumed { assurance: Assurance::C, name: None },
        }
    }

    /// The honest other way: a person finishes the check.
    pub fn at_counter(reason: CounterReason, document: DocumentClaim, face: FaceClaim) -> Self {
        Self {
            request: IdentificationRequest { document, face, consent: None },
            counter: Some(reason),
            presumed: Presumed { assurance: Assurance::D, name: None },
        }
    }

    /// With what the patient answered before a face was compared.
    pub fn with_consent(mut self, consent: Option<ConsentRecord>) -> Self {
        self.request.consent = consent;
        self
    }

    pub fn identification(&self) -> &IdentificationRequest {
        &self.request
    }

    /// Set where a person at the counter decides.
    pub fn counter(&self) -> Option<CounterReason> {
        self.counter
    }

    pub(crate) fn presumed(&self) -> &Presumed {
        &self.presumed
    }
}

impl ChipProof {
    pub fn new(document: Genuine<Document>, challenge: Hex8) -> Self {
        Self { document, challenge }
    }

    pub fn document(&self) -> &Document {
        self.document.get()
    }

    /// What to match against; a child's card has none.
    pub fn portrait(&self) -> Option<Portrait> {
        let portrait = self.document.portrait()?;
        let hash = PortraitHash::new(self.document.portrait_hash()?);
        Some(Portrait { image: Zeroizing::new(portrait.image().to_vec()), hash })
    }

    pub fn claim(&self) -> DocumentClaim {
        let chip_authentication = self.document.proofs().chip_authentication().is_some();
        DocumentClaim::Chip(evidence(self.document.get(), self.challenge, chip_authentication))
    }
}

impl EidConfirmed {
    pub fn parse(person: &EidPerson) -> Result<Self, EidConfirmedError> {
        CitizenId::parse(&person.number)?;
        DocumentDate::parse(&person.birth)?;
        let image = Zeroizing::new(person.portrait.0.clone());
        let portrait = Portrait { hash: PortraitHash::of_file(&image), image };
        Ok(Self { name: PersonName::parse(&person.name)?, portrait })
    }

    pub fn portrait(&self) -> &Portrait {
        &self.portrait
    }
}

/// A document whose chip has no key to prove itself with: evidence for a person.
pub(crate) fn unproven_claim(document: &Verified<Document>, challenge: Hex8) -> DocumentClaim {
    DocumentClaim::Chip(evidence(document.get(), challenge, false))
}

pub(crate) fn card_claim(card: &CardQr) -> DocumentClaim {
    DocumentClaim::CardQr(NumberClaim {
        number: card.number.as_str().to_owned(),
        name: Some(card.name.as_str().to_owned()),
        birth: Some(card.birth.to_dmy()),
    })
}

pub(crate) fn insurance_claim(card: &InsuranceQr) -> DocumentClaim {
    DocumentClaim::InsuranceQr(NumberClaim {
        number: card.number.as_str().to_owned(),
        name: Some(card.name.as_str().to_owned()),
        birth: Some(card.birth.to_dmy()),
    })
}

pub(crate) fn typed_claim(number: &CitizenId) -> DocumentClaim {
    DocumentClaim::Typed(NumberClaim { number: number.as_str().to_owned(), name: None, birth: None })
}

fn matched(face: &FaceMatch) -> FaceClaim {
    FaceClaim::Matched {
        score: face.score(),
        threshold: face.threshold(),
        frames: face.frames(),
        portrait: Hex32(*face.portrait_hash().as_bytes()),
    }
}

fn evidence(document: &Document, challenge: Hex8, chip_authentication: bool) -> ChipEvidence {
    let file = |bytes: &Vec<u8>| Base64(bytes.clone());
    let evidence = document.evidence();
    ChipEvidence {
        sod: file(&evidence.sod),
        dg1: file(&evidence.dg1),
        dg13: evidence.dg13.as_ref().map(file),
        dg14: evidence.dg14.as_ref().map(file),
        dg15: evidence.dg15.as_ref().map(file),
        challenge,
        active_authentication: evidence.active_authentication.as_ref().map(file),
        chip_authentication,
        access: match document.access() {
            Access::Pace { .. } => AccessClaim::Pace,
            Access::Bac => AccessClaim::Bac,
        },
    }
}
