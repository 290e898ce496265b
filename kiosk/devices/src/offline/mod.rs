//! What a kiosk keeps on disk for the time without its server: reserved numbers, challenges, and sealed check-ins.
//!
//! A number is marked used and on the disk *before* it is handed out, and is never handed out twice, whatever
//! crashes; the same visit always gets the same number. Check-ins are sealed to the server's public key before they
//! touch the disk and are deleted only after the server's reply.
//!
//! One service day, one journal (`numbers-2026-11-23.journal`); blocks of other days are worth nothing.

mod journal;
mod known;
mod numbers;
mod sealed;
mod visits;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use journal::JournalError;
pub use known::KnownServer;
pub use numbers::{NumberStore, Stock};
pub use sealed::{SealedQueue, seal};
pub use visits::VisitLog;

#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    #[error("no number of this department is left for today")]
    NoNumbers,
    /// The number was marked used for another department in the same visit: a visit has one.
    #[error("this visit has a number of another department")]
    OtherDepartment,
    #[error("no key of the server is known to seal a check-in to")]
    NoSealingKey,
    #[error("the server's key is not one that can be sealed to")]
    SealingFailed,
    #[error("a check-in cannot be written as JSON")]
    Encoding(#[source] serde_json::Error),
    #[error("the journal of numbers")]
    Journal(#[from] JournalError),
    #[error("{} cannot be read or written", path.display())]
    Disk {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is no sealed check-in", path.display())]
    NotSealed { path: PathBuf },
    #[error("{waiting} sealed check-ins wait already")]
    QueueFull { waiting: usize },
}

/// Whole and on the disk, or as it was before.
fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = File::create(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn disk(path: &Path) -> impl FnOnce(io::Error) -> OfflineError + '_ {
    move |source| OfflineError::Disk { path: path.to_owned(), source }
}

/// A new or removed name survives a power cut only when its folder is synced too.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
