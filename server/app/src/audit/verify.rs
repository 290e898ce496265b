//! The chain computed again from its beginning, and compared with checkpoints.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{BEGINNING, Checkpoint, after};
use crate::app::App;
use crate::store::StoreError;

/// Links read at a time.
const LINKS_AT_ONCE: u32 = 2000;

/// The record is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub lines: u64,
    /// Checkpoints that the record agrees with.
    pub checkpoints: usize,
    /// Written, not yet chained. More than a few with a server at work: its task does not run.
    pub unchained: u64,
}

/// The first thing found that nobody could have done by using the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Tampered {
    #[error("line {place} ({id}) is not what was written")]
    Altered { place: i64, id: String },
    #[error("line {place} ({id}) was taken out")]
    Missing { place: i64, id: String },
    #[error("the chain has no line {place}")]
    Gap { place: i64 },
    #[error("the record ends at line {end}; a checkpoint of line {checkpoint} was signed")]
    CutShort { end: i64, checkpoint: i64 },
    #[error("up to line {place} the record is not the one that was signed: it was written anew")]
    Rewritten { place: i64 },
    #[error("line {number} of the checkpoints is not signed by this hospital's key")]
    ForeignCheckpoint { number: usize },
}

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Tampered(#[from] Tampered),
    #[error("the checkpoints in {} cannot be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the whole record.
pub async fn verify(app: &App, checkpoints: Option<&Path>) -> Result<Verdict, VerifyError> {
    let mut signed = match checkpoints {
        Some(path) => read(app, path)?,
        None => BTreeMap::new(),
    };
    let (count, last) = (signed.len(), signed.keys().next_back().copied());
    let facility = app.config.hospital.facility_code.as_str();
    let mut head = BEGINNING;
    loop {
        let links = app.store.audit_links(head.place, LINKS_AT_ONCE).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            if link.place != head.place + 1 {
                return Err(Tampered::Gap { place: head.place + 1 }.into());
            }
            let Some(line) = &link.line else {
                return Err(Tampered::Missing { place: link.place, id: link.id }.into());
            };
            head = after(facility, head, line);
            if head.hash != link.hash {
                return Err(Tampered::Altered { place: link.place, id: link.id }.into());
            }
            if let Some(hash) = signed.remove(&head.place)
                && hash != hex::encode(head.hash)
            {
                return Err(Tampered::Rewritten { place: head.place }.into());
            }
        }
    }
    if let Some(checkpoint) = last.filter(|last| *last > head.place) {
        return Err(Tampered::CutShort { end: head.place, checkpoint }.into());
    }
    let lines = u64::try_from(head.place).unwrap_or_default();
    Ok(Verdict { lines, checkpoints: count, unchained: app.store.audit_unchained().await? })
}

/// Place -> hash. A line that was broken off by a power cut says nothing; one that is whole must be signed by us.
fn read(app: &App, path: &Path) -> Result<BTreeMap<i64, String>, VerifyError> {
    let text = std::fs::read_to_string(path).map_err(|source| VerifyError::File { path: path.to_owned(), source })?;
    let key = app.keys.audit().verifying_key();
    let mut signed = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let Ok(checkpoint) = serde_json::from_str::<Checkpoint>(line) else { continue };
        let ours = checkpoint.facility == app.config.hospital.facility_code.as_str() && checkpoint.is_signed_by(&key);
        if !ours {
            return Err(Tampered::ForeignCheckpoint { number: index + 1 }.into());
        }
        signed.insert(checkpoint.place, checkpoint.hash);
    }
    Ok(signed)
}
