//! The whole reading of one document, from the first command to the proofs.

use rand_core::{CryptoRng, RngCore};
use time::Date;
use zeroize::Zeroizing;

use crate::access_key::AccessKey;
use crate::challenge::Challenge;
use crate::chip::{Chip, Secured};
use crate::document::{ChipFiles, DocumentError, Evidence};
use crate::error::ReadError;
use crate::file::{DataGroup, ElementaryFile};
use crate::lds::{Com, Sod, parse_dg15};
use crate::pace::PaceParameters;
use crate::proof::{ChipAnswers, DocumentRead, Verified};
use crate::public_key::PublicKey;
use crate::security_infos::SecurityInfos;
use crate::transceive::Transceive;
use crate::trust::TrustStore;

/// What is needed besides the card.
pub struct ReadRequest<'a> {
    pub key: AccessKey,
    /// From the server, so that it can check the chip's signature itself.
    pub challenge: Challenge,
    pub trust: &'a TrustStore,
    pub today: Date,
    pub bac: BacPolicy,
}

/// BAC is open to guessing from a recording, so its use is a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BacPolicy {
    /// Where the chip announces no PACE at all; the record says so.
    #[default]
    WhereNoPace,
    Never,
}

/// What is being done now, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Access,
    /// Everything but the portrait.
    Personal,
    Portrait {
        read_bytes: usize,
        total_bytes: usize,
    },
    /// The chip proves itself.
    Authenticity,
}

/// Opens the chip, reads its files, verifies what the issuer signed and lets the chip prove itself.
///
/// The card must come fresh from power-on: once the application is selected, a card that refuses SELECT MF no longer shows
/// EF.CardAccess, and that looks like a downgrade. So reset it before each try.
pub fn read_document<T: Transceive>(
    card: T,
    request: ReadRequest<'_>,
    rng: &mut (impl CryptoRng + RngCore),
    progress: &mut dyn FnMut(Progress),
) -> Result<DocumentRead, ReadError> {
    progress(Progress::Access);
    let mut chip = Chip::new(card);
    let card_access = chip.read_card_access()?;
    let mut chip = open(chip, card_access.as_deref(), &request.key, request.bac, rng)?;

    progress(Progress::Personal);
    let com = chip.read_file(ElementaryFile::Com, &mut |_, _| {})?;
    Com::parse(&com).map_err(DocumentError::File)?;
    let sod = chip.read_file(ElementaryFile::Sod, &mut |_, _| {})?;
    // The signed list decides what belongs to the document; EF.COM is anyone's word.
    let listed = Sod::parse(&sod).map_err(DocumentError::Sod)?;
    let evidence = Evidence {
        sod,
        dg1: chip.read_file(ElementaryFile::DG1, &mut |_, _| {})?,
        dg13: read_if_listed(&mut chip, &listed, DataGroup::DG13)?,
        dg14: read_if_listed(&mut chip, &listed, DataGroup::DG14)?,
        dg15: read_if_listed(&mut chip, &listed, DataGroup::DG15)?,
        active_authentication: None,
    };
    let mut dg2 = None;
    if listed.lists(DataGroup::DG2) {
        let mut portrait = |read_bytes, total_bytes| progress(Progress::Portrait { read_bytes, total_bytes });
        dg2 = Some(Zeroizing::new(chip.read_file(ElementaryFile::DG2, &mut portrait)?));
    }

    progress(Progress::Authenticity);
    let files = ChipFiles { card_access, dg2, evidence };
    let document = Verified::check(files, chip.access(), request.trust, request.today)?;
    let mut answers = ChipAnswers::default();
    if let Some(key) = document.active_authentication_key() {
        let signature_bytes = longest_signature(key);
        answers.active_authentication =
            Some(chip.internal_authenticate(request.challenge.as_bytes(), signature_bytes)?);
    }
    if let Some(authentication) = document.chip_authentication() {
        answers.chip_authentication = Some(chip.authenticate_chip(&authentication, rng)?);
    }
    Ok(document.conclude(&request.challenge, answers)?)
}

/// Opens a chip that was read before and lets it sign one more challenge (9303-11 6.1). Nothing is verified here: who holds
/// DG15 of the first reading verifies the signature under it. The card must come fresh from power-on, as for a reading.
pub fn answer_challenge<T: Transceive>(
    card: T,
    key: &AccessKey,
    challenge: &Challenge,
    bac: BacPolicy,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, ReadError> {
    let mut chip = Chip::new(card);
    let card_access = chip.read_card_access()?;
    let mut chip = open(chip, card_access.as_deref(), key, bac, rng)?;
    // Its length decides how long an answer is asked for.
    let dg15 = chip.read_file(ElementaryFile::DG15, &mut |_, _| {})?;
    let signer = parse_dg15(&dg15).map_err(DocumentError::File)?;
    chip.internal_authenticate(challenge.as_bytes(), longest_signature(&signer))
}

/// PACE where the chip announces it; BAC only where it announces none (9303-11 4.2).
fn open<T: Transceive>(
    chip: Chip<T, crate::chip::Connected>,
    card_access: Option<&[u8]>,
    key: &AccessKey,
    bac: BacPolicy,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Chip<T, Secured>, ReadError> {
    let announced = card_access.map(SecurityInfos::parse).transpose().map_err(DocumentError::CardAccess)?;
    if let Some(infos) = announced.filter(|infos| !infos.pace.is_empty()) {
        let parameters = PaceParameters::choose(&infos).ok_or(ReadError::PaceUnsupported)?;
        return chip.pace(parameters, key, rng);
    }
    match (bac, key) {
        (BacPolicy::Never, _) => Err(ReadError::NoPace),
        (BacPolicy::WhereNoPace, AccessKey::Can(_)) => {
            // Only a document is worth asking the patient for more.
            chip.select_application()?;
            Err(ReadError::MrzKeyNeeded)
        }
        (BacPolicy::WhereNoPace, AccessKey::Mrz(key)) => chip.select_application()?.bac(key, rng),
    }
}

fn read_if_listed<T: Transceive>(
    chip: &mut Chip<T, Secured>,
    listed: &Sod,
    group: DataGroup,
) -> Result<Option<Vec<u8>>, ReadError> {
    if !listed.lists(group) {
        return Ok(None);
    }
    chip.read_file(ElementaryFile::DataGroup(group), &mut |_, _| {}).map(Some)
}

fn longest_signature(key: &PublicKey) -> usize {
    match key {
        PublicKey::Rsa(_) => key.rsa_bits().map_or(0, |bits| bits.div_ceil(8)),
        PublicKey::Ec(point) => 2 * point.curve().order_bytes(),
    }
}
