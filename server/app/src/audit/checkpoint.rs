//! Signed ends of the chain, appended to a file that belongs off this machine: a mounted share, or what a log collector
//! carries away. One JSON object a line.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::store::{HeadRow, StoreError};

/// A line is some 300 bytes; nothing longer is one.
const MAX_LINE_BYTES: u64 = 4096;

/// The chain ended so at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    pub facility: String,
    pub place: i64,
    /// SHA-256, 64 hexadecimal digits.
    pub hash: String,
    /// Milliseconds since 1970 (UTC).
    pub at: i64,
    /// Ed25519 over the rest, 128 hexadecimal digits.
    pub signature: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("{} cannot be read or written", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Checkpoint {
    pub fn sign(key: &SigningKey, facility: &str, head: HeadRow, at: i64) -> Self {
        let (place, hash) = (head.place, hex::encode(head.hash));
        let signature = key.sign(&signed_text(facility, place, &hash, at));
        Self { facility: facility.to_owned(), place, hash, at, signature: hex::encode(signature.to_bytes()) }
    }

    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let mut signature = [0; 64];
        hex::decode_to_slice(&self.signature, &mut signature).is_ok()
            && key
                .verify_strict(
                    &signed_text(&self.facility, self.place, &self.hash, self.at),
                    &Signature::from_bytes(&signature),
                )
                .is_ok()
    }
}

fn signed_text(facility: &str, place: i64, hash: &str, at: i64) -> Vec<u8> {
    format!("tiepdon-audit-checkpoint-v1\n{facility}\n{place}\n{hash}\n{at}").into_bytes()
}

/// What verifies this hospital's checkpoints: to be kept where the file goes.
pub fn public_key(app: &App) -> String {
    hex::encode(app.keys.audit().verifying_key().to_bytes())
}

/// Appends a checkpoint where one is configured, the chain has grown, and the last one is old enough. A line is on the
/// medium before this returns.
pub async fn checkpoint_due(app: &App) -> Result<bool, CheckpointError> {
    let Some(path) = app.config.audit.checkpoints.clone() else { return Ok(false) };
    let Some(head) = app.store.audit_head().await? else { return Ok(false) };
    let now = app.now_ms();
    let every = i64::from(app.config.audit.checkpoint_minutes) * 60_000;
    let checkpoint = Checkpoint::sign(app.keys.audit(), app.config.hospital.facility_code.as_str(), head, now);
    let writing = tokio::task::spawn_blocking(move || {
        let failed = |source| CheckpointError::File { path: path.clone(), source };
        let last = last_line(&path).map_err(failed)?;
        let is_due = last.is_none_or(|last| last.place < head.place && now - last.at >= every);
        if is_due {
            append(&path, &checkpoint).map_err(failed)?;
        }
        Ok(is_due)
    });
    writing.await.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
}

/// The last one in the file; none where no file is configured or begun.
pub async fn last_checkpoint(app: &App) -> Result<Option<Checkpoint>, CheckpointError> {
    let Some(path) = app.config.audit.checkpoints.clone() else { return Ok(None) };
    let reading = tokio::task::spawn_blocking(move || {
        last_line(&path).map_err(|source| CheckpointError::File { path: path.clone(), source })
    });
    reading.await.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
}

/// The last whole line; none in a new file.
fn last_line(path: &Path) -> io::Result<Option<Checkpoint>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(2 * MAX_LINE_BYTES)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let lines = tail.split(|byte| *byte == b'\n').rev();
    Ok(lines.filter(|line| !line.is_empty()).find_map(|line| serde_json::from_slice(line).ok()))
}

fn append(path: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    let mut line = serde_json::to_vec(checkpoint)?;
    line.push(b'\n');
    let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
    // A line that a power cut broke off must not swallow the next one.
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            line.insert(0, b'\n');
        }
    }
    file.write_all(&line)?;
    file.sync_all()
}
