//! A folder of clips with a manifest that pins them, and a second folder whose recordings win.
//!
//! `manifest.toml` says of each clip its file, its words and its SHA-256, so that a damaged or half-copied voice is
//! found when the server starts. A person's recording is put under the same file name into the folder of recordings:
//! it is held to the same form (16-bit PCM, mono, 16 kHz), and is not pinned.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Clip, WavError, wav};

pub const MANIFEST: &str = "manifest.toml";
/// 15 seconds at 16 kHz, and the header.
pub const MAX_CLIP_BYTES: u64 = 500_000;
const MAX_MANIFEST_BYTES: u64 = 200_000;

/// All clips in memory, about a megabyte.
pub struct Voice {
    clips: BTreeMap<Clip, Vec<i16>>,
    /// Of everything that can be heard: changes when a recording does.
    fingerprint: [u8; 32],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who or what speaks.
    pub made_by: String,
    pub clip: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub file: String,
    pub text: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("{path} cannot be read")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path} has more than {limit} bytes")]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{path} is no manifest: {source}")]
    Manifest { path: PathBuf, source: Box<toml::de::Error> },
    #[error("the manifest does not name the clip {file} ({text:?})")]
    NotInManifest { file: &'static str, text: &'static str },
    #[error("{path} is not the file that the manifest names: its SHA-256 differs")]
    Altered { path: PathBuf },
    #[error("{path} cannot be used: {source}")]
    Wav { path: PathBuf, source: WavError },
    #[error("the clip {file} ({text:?}) is missing")]
    Missing { file: &'static str, text: &'static str },
}

impl Voice {
    /// Every clip of the folder, each replaced by the one of the same name among the recordings where there is one.
    pub fn open(folder: &Path, recordings: Option<&Path>) -> Result<Self, VoiceError> {
        let path = folder.join(MANIFEST);
        let text = String::from_utf8_lossy(&read(&path, MAX_MANIFEST_BYTES)?).into_owned();
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| VoiceError::Manifest { path, source: Box::new(error) })?;
        let mut clips = BTreeMap::new();
        for clip in Clip::ALL {
            let recording = recordings.map(|recordings| recordings.join(clip.file())).filter(|path| path.exists());
            let samples = match recording {
                Some(path) => decoded(&path, &read(&path, MAX_CLIP_BYTES)?)?,
                None => pinned(folder, *clip, &manifest)?,
            };
            clips.insert(*clip, samples);
        }
        Ok(Self::of(clips))
    }

    /// A voice that is already in memory.
    pub fn of_clips(clips: impl IntoIterator<Item = (Clip, Vec<i16>)>) -> Self {
        Self::of(clips.into_iter().collect())
    }

    fn of(clips: BTreeMap<Clip, Vec<i16>>) -> Self {
        let mut hash = Sha256::new();
        for (clip, samples) in &clips {
            hash.update(clip.file().as_bytes());
            hash.update((samples.len() as u64).to_le_bytes());
            samples.iter().for_each(|sample| hash.update(sample.to_le_bytes()));
        }
        Self { clips, fingerprint: hash.finalize().into() }
    }

    /// Names this voice: sounds kept under an older fingerprint are out of date.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.fingerprint[..8])
    }

    pub fn samples(&self, clip: Clip) -> Result<&[i16], VoiceError> {
        let missing = VoiceError::Missing { file: clip.file(), text: clip.text() };
        self.clips.get(&clip).map(Vec::as_slice).ok_or(missing)
    }
}

fn pinned(folder: &Path, clip: Clip, manifest: &Manifest) -> Result<Vec<i16>, VoiceError> {
    let (file, text) = (clip.file(), clip.text());
    let entry = manifest.clip.iter().find(|entry| entry.file == file);
    let entry = entry.ok_or(VoiceError::NotInManifest { file, text })?;
    let path = folder.join(file);
    if !path.exists() {
        return Err(VoiceError::Missing { file, text });
    }
    let bytes = read(&path, MAX_CLIP_BYTES)?;
    if hex::encode(Sha256::digest(&bytes)) != entry.sha256 {
        return Err(VoiceError::Altered { path });
    }
    decoded(&path, &bytes)
}

fn decoded(path: &Path, bytes: &[u8]) -> Result<Vec<i16>, VoiceError> {
    wav::decode(bytes).map_err(|source| VoiceError::Wav { path: path.to_owned(), source })
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, VoiceError> {
    use std::io::Read;
    let unreadable = |source| VoiceError::Unreadable { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit { Err(VoiceError::TooLarge { path: path.to_owned(), limit }) } else { Ok(bytes) }
}
