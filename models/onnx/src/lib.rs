//! The face models on ONNX Runtime, behind [`face::Model`].
//!
//! Nothing is fetched here. `./run setup` has put the runtime library and the models into one folder; each file is
//! compared with its pinned SHA-256 ([`pinned`]) before a byte of it is loaded. A missing or different file is an error
//! that names the command which repairs it; the kiosk then gives numbers by the counter route.
//!
//! MODELS.md beside this crate: origins, licences, tensors, measurements.

pub mod pinned;
pub mod prelu;
mod protobuf;
mod session;

use std::path::{Path, PathBuf};

use face::{Engine, Model, PresentationAttackCrop, PresentationAttackModel};

use crate::pinned::{PinnedFile, REWRITTEN_SFACE_SHA256, RUNTIME, SFACE, YUNET};
use crate::session::{OnnxModel, Runtime};

/// Names the folder of provisioned files where it is not the repository's.
pub const PROVISION_VARIABLE: &str = "TIEPDON_PROVISION";
const PROVISION_FOLDER: &str = ".provision";

#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    #[error("no folder {PROVISION_FOLDER} here or above, and {PROVISION_VARIABLE} is not set: run ./run setup")]
    NotProvisioned,
    #[error("{} is missing: run ./run setup", path.display())]
    Missing { path: PathBuf },
    #[error("{} cannot be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is not the pinned file (SHA-256 differs): delete it and run ./run setup", path.display())]
    Different { path: PathBuf },
    #[error("the ONNX Runtime library cannot be loaded: run ./run setup")]
    Library(#[source] ort::LoadDynamicError),
    #[error("ONNX Runtime refused to start")]
    Start(#[source] ort::Error),
    #[error("ONNX Runtime refused the model {model}")]
    Session {
        model: String,
        #[source]
        source: ort::Error,
    },
    #[error("the model {model} does not take one input of four fixed dimensions")]
    Input { model: String },
    #[error("the embedder's graph cannot be rewritten")]
    Rewrite(#[from] prelu::RewriteError),
    #[error("the embedder's rewritten graph is not the pinned one (SHA-256 differs): a fault of this program")]
    RewrittenDiffers,
    #[error("the models do not fit the face pipeline")]
    Engine(#[from] face::EngineError),
}

/// A presentation-attack network that the hospital supplies.
pub struct SuppliedModel {
    pub path: PathBuf,
    pub sha256: [u8; 32],
    /// Width of the crop it was trained on, in widths of the face's box.
    pub box_scale: f32,
}

/// The folder that `./run setup` filled: from the environment, or the nearest above the current folder or (under
/// cargo) the package's.
pub fn provision_dir() -> Result<PathBuf, OnnxError> {
    let named = std::env::var_os(PROVISION_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(named) = named {
        return std::path::absolute(&named).map_err(|source| OnnxError::Unreadable { path: named, source });
    }
    let starts = [std::env::current_dir().ok(), std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)];
    starts
        .iter()
        .flatten()
        .flat_map(|start| start.ancestors())
        .map(|folder| folder.join(PROVISION_FOLDER))
        .find(|folder| folder.is_dir())
        .ok_or(OnnxError::NotProvisioned)
}

/// The engine for [`face::Matcher`] from the files in `dir`.
pub fn load(dir: &Path) -> Result<Engine, OnnxError> {
    let [detector, embedder] = load_networks(dir)?;
    Ok(Engine::new(detector, embedder)?)
}

/// Detector and embedder as [`load`] gives them to the engine, for measuring what the engine adds to them.
pub fn load_networks(dir: &Path) -> Result<[Box<dyn Model + Send>; 2], OnnxError> {
    let runtime = runtime(dir)?;
    let detector = OnnxModel::open(&runtime, YUNET.name, &YUNET.read(dir)?)?;
    let rewritten = prelu::rewrite(&SFACE.read(dir)?)?;
    if pinned::sha256_hexadecimal(&rewritten) != REWRITTEN_SFACE_SHA256 {
        return Err(OnnxError::RewrittenDiffers);
    }
    let embedder = OnnxModel::open(&runtime, SFACE.name, &rewritten)?;
    Ok([Box::new(detector), Box::new(embedder)])
}

/// The engine with the embedder's graph as published: slower, the measure for the rewritten one.
pub fn load_as_published(dir: &Path) -> Result<Engine, OnnxError> {
    let runtime = runtime(dir)?;
    let detector = OnnxModel::open(&runtime, YUNET.name, &YUNET.read(dir)?)?;
    let embedder = OnnxModel::open(&runtime, SFACE.name, &SFACE.read(dir)?)?;
    Ok(Engine::new(Box::new(detector), Box::new(embedder))?)
}

/// For [`Engine::with_presentation_attack`], run by the runtime in `dir`.
pub fn load_presentation_attack(dir: &Path, models: &[SuppliedModel]) -> Result<PresentationAttackModel, OnnxError> {
    let runtime = runtime(dir)?;
    let mut crops = Vec::with_capacity(models.len());
    for SuppliedModel { path, sha256, box_scale } in models {
        let bytes = pinned::read_verified(path, sha256)?;
        let model = Box::new(OnnxModel::open(&runtime, &path.display().to_string(), &bytes)?);
        crops.push(PresentationAttackCrop { box_scale: *box_scale, model });
    }
    Ok(PresentationAttackModel::new(crops)?)
}

fn runtime(dir: &Path) -> Result<Runtime, OnnxError> {
    // The loader opens the file again by its path: whoever can swap it in between owns the program anyway.
    RUNTIME.read(dir)?;
    Runtime::start(&absolute(dir, &RUNTIME)?)
}

fn absolute(dir: &Path, file: &PinnedFile) -> Result<PathBuf, OnnxError> {
    let path = dir.join(file.path);
    std::path::absolute(&path).map_err(|source| OnnxError::Unreadable { path, source })
}
