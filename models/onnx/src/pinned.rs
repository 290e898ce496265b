//! The one table of files that may be loaded, and the comparison.

use std::io::ErrorKind;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::OnnxError;

pub struct PinnedFile {
    pub name: &'static str,
    /// Below the provisioned folder.
    pub path: &'static str,
    /// Lower-case hexadecimal, as `sha256sum` prints it.
    pub sha256: &'static str,
}

pub const RUNTIME: PinnedFile = PinnedFile {
    name: "ONNX Runtime 1.32.0",
    path: "onnxruntime/libonnxruntime.so.1.32.0",
    sha256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
};
pub const YUNET: PinnedFile = PinnedFile {
    name: "YuNet 2023mar",
    path: "models/face_detection_yunet_2023mar.onnx",
    sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
};
pub const SFACE: PinnedFile = PinnedFile {
    name: "SFace 2021dec",
    path: "models/face_recognition_sface_2021dec.onnx",
    sha256: "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
};

/// Of SFace after [`crate::prelu::rewrite`]: what is run.
pub const REWRITTEN_SFACE_SHA256: &str = "293bf76d64d629d578ce32b2df9cc8c28d461c60f33b442723c238f1c45e387f";

impl PinnedFile {
    /// The contents, once they are the pinned ones.
    pub(crate) fn read(&self, dir: &Path) -> Result<Vec<u8>, OnnxError> {
        let path = dir.join(self.path);
        let bytes = read(&path)?;
        if sha256_hexadecimal(&bytes) == self.sha256 { Ok(bytes) } else { Err(OnnxError::Different { path }) }
    }
}

pub(crate) fn read_verified(path: &Path, sha256: &[u8; 32]) -> Result<Vec<u8>, OnnxError> {
    let bytes = read(path)?;
    if Sha256::digest(&bytes)[..] == sha256[..] {
        Ok(bytes)
    } else {
        Err(OnnxError::Different { path: path.to_path_buf() })
    }
}

/// As `sha256sum` prints it.
pub fn sha256_hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, OnnxError> {
    std::fs::read(path).map_err(|source| {
        let path = path.to_path_buf();
        match source.kind() {
            ErrorKind::NotFound => OnnxError::Missing { path },
            _ => OnnxError::Unreadable { path, source },
        }
    })
}
