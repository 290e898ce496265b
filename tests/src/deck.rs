//! The photographs of two people, and the cards they hold: issued anew for each run, by authorities made at random.

use std::path::{Path, PathBuf};

use camera::sim::Picture;
use emrtd::Fingerprint;
use emrtd::sim::{Person, PortraitImage, SimulatedCard};
use face::Engine;
use image::RgbImage;
use station::sim::{CardKind, CardMaker, NoPortrait, card_portrait};
use time::Date;

#[derive(Debug, thiserror::Error)]
pub enum DeckError {
    #[error("the photographs are not there ({path}): run ./run setup, or name a folder with person-a and person-b")]
    Photographs { path: PathBuf, source: std::io::Error },
    #[error("{path} is no picture: {source}")]
    Picture { path: PathBuf, source: image::ImageError },
    #[error("{path} holds {found} photographs, {needed} are needed")]
    TooFew { path: PathBuf, found: usize, needed: usize },
    #[error("no face was found in {path}")]
    NoFace { path: PathBuf },
    #[error("a portrait cannot be encoded: {0}")]
    Portrait(image::ImageError),
    #[error("a picture cannot be shown to the camera: {0}")]
    Frame(#[from] camera::BadFrame),
    #[error("a picture cannot be looked at: {0}")]
    Pixels(#[from] face::PictureError),
    #[error("the face models: {0}")]
    Engine(#[from] face::EngineError),
    #[error(transparent)]
    NoPortrait(#[from] NoPortrait),
}

/// Photographs of two people, as they stand before a camera. The first of each is for the card.
pub struct Photographs {
    pub a: Vec<RgbImage>,
    pub b: Vec<RgbImage>,
    /// Person A's first file, as the e-identity verifier shows it.
    pub eid_portrait: PathBuf,
}

impl Photographs {
    /// `folder` holds `person-a/*.jpg` (2 or more) and `person-b/*.jpg`. Every photograph is cut to its largest face, as
    /// if the person had stepped up to the kiosk.
    pub fn find(folder: &Path, engine: &mut Engine) -> Result<Self, DeckError> {
        let (a, b) = (pictures_in(&folder.join("person-a"), 2)?, pictures_in(&folder.join("person-b"), 1)?);
        let mut faces =
            |paths: &[PathBuf]| paths.iter().map(|path| step_up(path, engine)).collect::<Result<Vec<_>, _>>();
        Ok(Self { a: faces(&a)?, b: faces(&b)?, eid_portrait: a[0].clone() })
    }

    /// For the camera: not the one that is on the card, where there is another.
    pub fn live(&self, person: &[RgbImage]) -> Result<Vec<Picture>, DeckError> {
        let live = if person.len() > 1 { &person[1..] } else { person };
        let picture = |image: &RgbImage| Picture::from_rgb8(image.width(), image.height(), image.as_raw().clone());
        live.iter().map(|image| Ok(picture(image)?)).collect()
    }
}

/// Cards of this run.
pub struct Deck {
    maker: CardMaker,
    portrait_a: PortraitImage,
    portrait_b: PortraitImage,
}

impl Deck {
    pub fn issue(photographs: &Photographs, today: Date) -> Result<Self, DeckError> {
        Ok(Self {
            maker: CardMaker::new(today),
            portrait_a: portrait(&photographs.a[0])?,
            portrait_b: portrait(&photographs.b[0])?,
        })
    }

    /// CSCA certificates for trust stores.
    pub fn authorities(&self) -> Vec<Vec<u8>> {
        vec![self.maker.csca_der().to_vec()]
    }

    pub fn unknown_signer(&self) -> Fingerprint {
        self.maker.unknown_signer()
    }

    /// Person A's card; on a forged one stands the forger's face, person B's.
    pub fn card(&self, kind: CardKind) -> Result<SimulatedCard, DeckError> {
        let portrait = if kind == CardKind::Forged { &self.portrait_b } else { &self.portrait_a };
        Ok(self.maker.make(kind, &Person::nguyen_van_mau(), portrait)?)
    }
}

fn pictures_in(folder: &Path, needed: usize) -> Result<Vec<PathBuf>, DeckError> {
    let missing = |source| DeckError::Photographs { path: folder.to_owned(), source };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(missing)? {
        let path = entry.map_err(missing)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jpg")) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.len() < needed {
        return Err(DeckError::TooFew { path: folder.to_owned(), found: paths.len(), needed });
    }
    Ok(paths)
}

/// The largest face and what is around it, four by three as a camera's frame.
fn step_up(path: &Path, engine: &mut Engine) -> Result<RgbImage, DeckError> {
    let picture_error = |source| DeckError::Picture { path: path.to_owned(), source };
    let whole = image::open(path).map_err(picture_error)?.into_rgb8();
    let (width, height) = whole.dimensions();
    let faces = engine.detect(&face::Picture::from_rgb(width, height, whole.as_raw().clone())?)?;
    let largest = faces.iter().map(|face| face.face_box).max_by(|a, b| a.width.total_cmp(&b.width));
    let Some(face) = largest else { return Err(DeckError::NoFace { path: path.to_owned() }) };
    let cut_height = (FACE_HEIGHTS * face.height).min(height as f32);
    let cut_width = (cut_height * 4.0 / 3.0).min(width as f32);
    let left = (face.x + (face.width - cut_width) / 2.0).clamp(0.0, width as f32 - cut_width);
    let top = (face.y + (face.height - cut_height) / 2.0).clamp(0.0, height as f32 - cut_height);
    let cut = image::imageops::crop_imm(&whole, left as u32, top as u32, cut_width as u32, cut_height as u32);
    Ok(cut.to_image())
}

/// How many faces high a frame is, when somebody stands at arm's length.
const FACE_HEIGHTS: f32 = 2.2;

fn portrait(photograph: &RgbImage) -> Result<PortraitImage, DeckError> {
    let mut jpeg = Vec::new();
    let encoded = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 95).encode_image(photograph);
    encoded.and_then(|()| card_portrait(&jpeg)).map_err(DeckError::Portrait)
}
