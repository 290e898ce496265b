//! The photographs of two people, and the cards they hold: issued anew for each run, by authorities made at random.

use std::path::{Path, PathBuf};

use camera::sim::Picture;
use emrtd::Fingerprint;
use emrtd::sim::{Person, PortraitImage, SimulatedCard};
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
    #[error(transparent)]
    NoPortrait(#[from] NoPortrait),
}

/// Photographs of two people: on cards, and before the camera.
pub struct Photographs {
    pub a: Vec<PathBuf>,
    pub b: Vec<PathBuf>,
}

impl Photographs {
    pub fn find(folder: &Path) -> Result<Self, DeckError> {
        Ok(Self { a: pictures_in(&folder.join("person-a"), 2)?, b: pictures_in(&folder.join("person-b"), 1)? })
    }

    /// For the camera: not the one that is on the card, where there is another.
    pub fn live(&self, person: &[PathBuf]) -> Result<Vec<Picture>, DeckError> {
        let live = if person.len() > 1 { &person[1..] } else { person };
        live.iter().map(|path| decode(path)).collect()
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

fn decode(path: &Path) -> Result<Picture, DeckError> {
    let bytes = std::fs::read(path).map_err(|source| DeckError::Photographs { path: path.to_owned(), source })?;
    Picture::decode(&bytes).map_err(|source| DeckError::Picture { path: path.to_owned(), source })
}

fn portrait(path: &Path) -> Result<PortraitImage, DeckError> {
    let bytes = std::fs::read(path).map_err(|source| DeckError::Photographs { path: path.to_owned(), source })?;
    card_portrait(&bytes).map_err(|source| DeckError::Picture { path: path.to_owned(), source })
}
