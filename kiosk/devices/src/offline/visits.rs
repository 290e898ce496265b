//! Visit ids, on the disk before anything is sent under them: after a crash the kiosk still knows what it may have begun.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use api::VisitId;
use serde::{Deserialize, Serialize};

use super::journal::{Journal, JournalError};

/// Finished visits are forgotten when the log has so many.
const REWRITE_AFTER: usize = 2_000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Begun(VisitId),
    Finished(VisitId),
}

/// Holds ids only.
pub struct VisitLog {
    path: PathBuf,
    journal: Journal,
    under_way: HashSet<VisitId>,
    records: usize,
}

impl VisitLog {
    /// The log, and the visits that were under way when the kiosk stopped; they are finished now.
    pub fn open(path: &Path) -> Result<(Self, Vec<VisitId>), JournalError> {
        let mut left = HashSet::new();
        let read = Journal::open(path, |record| match record {
            Record::Begun(visit) => {
                left.insert(visit);
            }
            Record::Finished(visit) => {
                left.remove(&visit);
            }
        });
        match read {
            Ok(_) | Err(JournalError::Damaged { .. } | JournalError::TooLarge { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut left: Vec<VisitId> = left.into_iter().collect();
        left.sort();
        Ok((Self::anew(path)?, left))
    }

    /// On the disk when this returns.
    pub fn begin(&mut self, visit: VisitId) -> Result<(), JournalError> {
        if self.under_way.contains(&visit) {
            return Ok(());
        }
        if self.records >= REWRITE_AFTER && self.under_way.is_empty() {
            *self = Self::anew(&self.path)?;
        }
        self.journal.append(&Record::Begun(visit))?;
        self.records += 1;
        self.under_way.insert(visit);
        Ok(())
    }

    pub fn finish(&mut self, visit: VisitId) -> Result<(), JournalError> {
        if self.under_way.remove(&visit) {
            self.journal.append(&Record::Finished(visit))?;
            self.records += 1;
        }
        Ok(())
    }

    fn anew(path: &Path) -> Result<Self, JournalError> {
        let opening = |source| JournalError::Open { path: path.to_owned(), source };
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(opening(error)),
            Ok(()) | Err(_) => {}
        }
        let journal = Journal::open(path, |_: Record| {})?;
        Ok(Self { path: path.to_owned(), journal, under_way: HashSet::new(), records: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_that_was_under_way_is_told_once_after_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visits.journal");
        let [finished, broken_off] = [1, 2].map(|number| VisitId(uuid::Uuid::from_u128(number)));
        let (mut log, left) = VisitLog::open(&path).expect("opens");
        assert_eq!(left, []);
        log.begin(finished).expect("written");
        log.begin(broken_off).expect("written");
        log.finish(finished).expect("written");
        drop(log);
        assert_eq!(VisitLog::open(&path).expect("opens").1, [broken_off]);
        assert_eq!(VisitLog::open(&path).expect("opens").1, []);
    }
}
