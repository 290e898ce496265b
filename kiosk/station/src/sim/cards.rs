//! Cards of invented people, by name: the honest one, and the ways in which a card is not what it seems.

use std::cell::Cell;
use std::io::Cursor;

use emrtd::sim::{Issuer, IssuerOptions, Options, Person, Personalisation, Personalised, PortraitImage, SimulatedCard};
use emrtd::{
    AccessKey, ApduCapability, BacPolicy, Challenge, DataGroup, ElementaryFile, Fingerprint, Progress, ReadError,
    ReadRequest, Transceive, TransceiveError, TrustStore,
};
use identity::{CitizenId, DocumentDate};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ExtendedColorType, ImageEncoder, ImageError};
use rand::rngs::OsRng;
use time::Date;

/// As portraits in documents are, more or less.
const PORTRAIT: (u32, u32) = (240, 320);
const PORTRAIT_QUALITY: u8 = 85;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    Genuine,
    /// Honest, but of an authority that nobody here knows.
    UnknownSigner,
    /// A genuine card's files on a chip with other keys.
    Clone,
    /// A forger's own authority, signer and chip keys under a victim's data.
    Forged,
    /// A letter of the name changed after it was signed.
    AlteredDg1,
    BacOnly,
    /// Under six, without portrait.
    Child,
    Jpeg2000,
    /// Slips out of the reader in the middle of its portrait, once.
    PulledInDg2,
}

impl CardKind {
    pub const ALL: [Self; 9] = [
        Self::Genuine,
        Self::UnknownSigner,
        Self::Clone,
        Self::Forged,
        Self::AlteredDg1,
        Self::BacOnly,
        Self::Child,
        Self::Jpeg2000,
        Self::PulledInDg2,
    ];

    /// Stable.
    pub fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::UnknownSigner => "unknown signer",
            Self::Clone => "clone",
            Self::Forged => "forged",
            Self::AlteredDg1 => "altered dg1",
            Self::BacOnly => "bac only",
            Self::Child => "child",
            Self::Jpeg2000 => "jpeg2000",
            Self::PulledInDg2 => "pulled in DG2",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// JPEG 2000 is not encoded here: the bytes must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card of that kind needs a portrait in JPEG 2000, and none was given")]
pub struct NoPortrait;

/// Three authorities made at random for this run: one for the trust store, one that nobody knows, and a forger's.
pub struct CardMaker {
    known: Issuer,
    unknown: Issuer,
    forger: Issuer,
    today: Date,
    portrait_jpeg2000: Option<PortraitImage>,
}

impl CardMaker {
    pub fn new(today: Date) -> Self {
        let issuer = || Issuer::new(IssuerOptions::default(), today, &mut OsRng);
        Self { known: issuer(), unknown: issuer(), forger: issuer(), today, portrait_jpeg2000: None }
    }

    /// For [`CardKind::Jpeg2000`].
    pub fn with_jpeg2000(mut self, portrait: PortraitImage) -> Self {
        self.portrait_jpeg2000 = Some(portrait);
        self
    }

    /// Of the authority that a trust store may hold.
    pub fn csca_der(&self) -> &[u8] {
        self.known.csca_der()
    }

    /// For pinning.
    pub fn unknown_signer(&self) -> Fingerprint {
        self.unknown.signer_fingerprint()
    }

    /// `portrait`: of whoever the chip says it belongs to; a child's card and one in JPEG 2000 do without.
    pub fn make(&self, kind: CardKind, person: &Person, portrait: &PortraitImage) -> Result<SimulatedCard, NoPortrait> {
        let usual = Personalisation { portrait: Some(portrait.clone()), ..Personalisation::default() };
        let by = |issuer: &Issuer, how: &Personalisation| issuer.personalise(person, how, &mut OsRng);
        let chip = match kind {
            CardKind::Genuine | CardKind::PulledInDg2 => by(&self.known, &usual),
            CardKind::UnknownSigner => by(&self.unknown, &usual),
            CardKind::Clone => by(&self.known, &usual).cloned_onto_another_chip(&mut OsRng),
            CardKind::Forged => by(&self.forger, &usual),
            CardKind::AlteredDg1 => {
                by(&self.known, &usual).altered(ElementaryFile::DataGroup(DataGroup::DG1), |dg1| change_a_letter(dg1))
            }
            CardKind::BacOnly => by(&self.known, &Personalisation { pace: None, ..usual }),
            CardKind::Child => {
                let child = child(person, self.today);
                self.known.personalise(&child, &Personalisation { portrait: None, ..usual }, &mut OsRng)
            }
            CardKind::Jpeg2000 => {
                let portrait = Some(self.portrait_jpeg2000.clone().ok_or(NoPortrait)?);
                by(&self.known, &Personalisation { portrait, ..usual })
            }
        };
        let pulled_after = (kind == CardKind::PulledInDg2).then(|| self.apdus_to_the_middle_of_dg2(&chip));
        let mut card = SimulatedCard::new(chip, Options::default());
        if let Some(apdus) = pulled_after {
            card.pull_after(apdus);
        }
        Ok(card)
    }

    /// Counted in a reading of the same card.
    fn apdus_to_the_middle_of_dg2(&self, chip: &Personalised) -> u64 {
        let apdus = Cell::new(0);
        let card = Counted { card: SimulatedCard::new(chip.clone(), Options::default()), apdus: &apdus };
        let request = ReadRequest {
            key: AccessKey::Can(chip.can.clone()),
            challenge: Challenge::new([0; 8]),
            trust: &TrustStore::default(),
            today: self.today,
            bac: BacPolicy::default(),
        };
        let middle = Cell::new(0);
        let mut progress = |progress| match progress {
            Progress::Portrait { read_bytes, total_bytes } if 2 * read_bytes <= total_bytes => middle.set(apdus.get()),
            Progress::Portrait { .. } | Progress::Access | Progress::Personal | Progress::Authenticity => {}
        };
        let read: Result<_, ReadError> = emrtd::read_document(card, request, &mut OsRng, &mut progress);
        if let Err(error) = read {
            tracing::error!(%error, "a genuine simulated card cannot be read");
        }
        middle.get()
    }
}

/// A photograph as a document's portrait: the middle of it, upright, JPEG.
pub fn card_portrait(photograph: &[u8]) -> Result<PortraitImage, ImageError> {
    let picture = image::load_from_memory(photograph)?.into_rgb8();
    let (width, height) = picture.dimensions();
    let crop_width = width.min(height * PORTRAIT.0 / PORTRAIT.1).max(1);
    let crop_height = height.min(width * PORTRAIT.1 / PORTRAIT.0).max(1);
    let (left, top) = ((width - crop_width) / 2, (height - crop_height) / 2);
    let crop = image::imageops::crop_imm(&picture, left, top, crop_width, crop_height).to_image();
    let small = image::imageops::resize(&crop, PORTRAIT.0, PORTRAIT.1, FilterType::CatmullRom);
    let mut jpeg = Cursor::new(vec![]);
    JpegEncoder::new_with_quality(&mut jpeg, PORTRAIT_QUALITY).write_image(
        small.as_raw(),
        PORTRAIT.0,
        PORTRAIT.1,
        ExtendedColorType::Rgb8,
    )?;
    Ok(PortraitImage { image: jpeg.into_inner(), width: 240, height: 320 })
}

/// The same name, four years old, with a number that fits.
fn child(person: &Person, today: Date) -> Person {
    let year = today.year() - 4;
    let birth = DocumentDate::parse(&format!("02/03/{year}"));
    let number = CitizenId::parse(&format!("0312{:02}000041", year % 100));
    match (birth, number) {
        (Ok(birth), Ok(number)) => person.clone().born(birth).with_number(number),
        (birth, number) => unreachable!("an invented child: {:?} {:?}", birth.err(), number.err()),
    }
}

/// In the name of the machine-readable zone, which stands last.
fn change_a_letter(dg1: &mut [u8]) {
    if let Some(letter) = dg1.iter_mut().rev().find(|byte| byte.is_ascii_uppercase()) {
        *letter = if *letter == b'A' { b'B' } else { b'A' };
    }
}

/// A card whose APDUs are counted from outside.
struct Counted<'a> {
    card: SimulatedCard,
    apdus: &'a Cell<u64>,
}

impl Transceive for Counted<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let answer = self.card.transceive(command);
        self.apdus.set(self.card.traffic().apdus);
        answer
    }

    fn capability(&self) -> ApduCapability {
        self.card.capability()
    }
}

impl std::fmt::Debug for CardMaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardMaker")
    }
}
