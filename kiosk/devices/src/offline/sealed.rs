//! Check-ins made without the server: sealed to its public key (`crypto_box` sealed box), one file each, until it replied.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use api::{Base64, Hex32, OfflineCheckIn, ReconcileRequest, VisitId};
use crypto_box::PublicKey;
use rand::rngs::OsRng;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{OfflineError, disk, replace_file, sync_folder};

/// More than a kiosk gives in days; a disk that nobody empties must not fill up.
const MAX_WAITING: usize = 5_000;
const MAX_FILE_BYTES: u64 = api::MAX_BODY_BYTES as u64;
const SUFFIX: &str = "sealed";
const REFUSED: &str = "refused";

/// Only the server can read it again, this kiosk cannot.
pub fn seal(check_in: &OfflineCheckIn, server: Hex32) -> Result<ReconcileRequest, OfflineError> {
    let plain = Zeroizing::new(serde_json::to_vec(check_in).map_err(OfflineError::Encoding)?);
    let sealed = PublicKey::from(server.0).seal(&mut OsRng, &plain).map_err(|_| OfflineError::SealingFailed)?;
    Ok(ReconcileRequest { visit: check_in.visit, sealed_to: server, sealed: Base64(sealed) })
}

/// The folder of sealed check-ins.
#[derive(Debug)]
pub struct SealedQueue {
    folder: PathBuf,
}

impl SealedQueue {
    pub fn open(folder: &Path) -> Result<Self, OfflineError> {
        let refused = folder.join(REFUSED);
        fs::create_dir_all(&refused).map_err(disk(&refused))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// On the disk when this returns. The same visit again replaces its file.
    pub fn store(&self, request: &ReconcileRequest) -> Result<(), OfflineError> {
        let waiting = self.waiting()?.len();
        if waiting >= MAX_WAITING {
            return Err(OfflineError::QueueFull { waiting });
        }
        let json = serde_json::to_vec(request).map_err(OfflineError::Encoding)?;
        let path = self.path(request.visit);
        replace_file(&path, &json).map_err(disk(&path))
    }

    /// Visits that wait for the server, in the order of their ids.
    pub fn waiting(&self) -> Result<Vec<VisitId>, OfflineError> {
        let mut visits = vec![];
        for entry in fs::read_dir(&self.folder).map_err(disk(&self.folder))? {
            let path = entry.map_err(disk(&self.folder))?.path();
            if path.extension().is_some_and(|extension| extension == SUFFIX) {
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                visits.extend(stem.and_then(|stem| Uuid::parse_str(stem).ok()).map(VisitId));
            }
        }
        visits.sort();
        Ok(visits)
    }

    pub fn load(&self, visit: VisitId) -> Result<ReconcileRequest, OfflineError> {
        let path = self.path(visit);
        let mut json = vec![];
        let file = File::open(&path).map_err(disk(&path))?;
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut json).map_err(disk(&path))?;
        if json.len() as u64 > MAX_FILE_BYTES {
            return Err(OfflineError::NotSealed { path });
        }
        let request = serde_json::from_slice(&json).ok().filter(|request: &ReconcileRequest| request.visit == visit);
        request.ok_or(OfflineError::NotSealed { path })
    }

    /// The server has it.
    pub fn remove(&self, visit: VisitId) -> Result<(), OfflineError> {
        let path = self.path(visit);
        fs::remove_file(&path).and_then(|()| sync_folder(&self.folder)).map_err(disk(&path))
    }

    /// The server will never take it, or it is damaged: kept for a person to look at, and not sent again.
    pub fn set_aside(&self, visit: VisitId) -> Result<(), OfflineError> {
        let path = self.path(visit);
        let aside = self.folder.join(REFUSED).join(file_name(visit));
        fs::rename(&path, aside).and_then(|()| sync_folder(&self.folder)).map_err(disk(&path))
    }

    fn path(&self, visit: VisitId) -> PathBuf {
        self.folder.join(file_name(visit))
    }
}

fn file_name(visit: VisitId) -> String {
    format!("{visit}.{SUFFIX}")
}
