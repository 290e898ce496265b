//! What was received, kept over restarts: one JSON line per record in an append-only file, synced before the answer
//! goes out. Requests that wait together share one sync.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use serde::Serialize;
use tokio::sync::oneshot;
use tracing::{error, warn};

use crate::record::{Issue, Kind, Record};

/// A record's line is some hundred bytes; more is not ours.
const MAX_LINE_BYTES: usize = 16 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store {path} cannot be used: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the store {0} is in use by another process")]
    InUse(PathBuf),
    #[error("line {line} of the store {path} is no record")]
    Line { path: PathBuf, line: usize },
    #[error("the store does not take records any more")]
    Stopped,
}

/// What the gateway holds under one natural key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyCount {
    pub kind: Kind,
    pub key: String,
    pub facility: String,
    pub records: usize,
    /// Different contents among them.
    pub contents: usize,
    /// How many say they are the first issue.
    pub first_issues: usize,
}

impl KeyCount {
    /// The same certificate had more than one effect.
    pub fn doubled(&self) -> bool {
        self.records > self.contents || self.first_issues > 1
    }
}

/// Records that the real gateway would lose without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WronglyFiled {
    pub misattributed: usize,
    pub misfiled: usize,
}

#[derive(Default)]
struct Ledger {
    records: Vec<Record>,
    by_key: HashMap<(Kind, String), Vec<usize>>,
}

impl Ledger {
    fn insert(&mut self, record: Record) {
        self.by_key.entry((record.kind, record.key.clone())).or_default().push(self.records.len());
        self.records.push(record);
    }

    fn count(&self, (kind, key): &(Kind, String), places: &[usize]) -> KeyCount {
        let records: Vec<&Record> = places.iter().map(|place| &self.records[*place]).collect();
        KeyCount {
            kind: *kind,
            key: key.clone(),
            facility: records.first().map(|r| r.facility.clone()).unwrap_or_default(),
            records: records.len(),
            contents: records.iter().map(|r| r.content_sha256.as_str()).collect::<HashSet<_>>().len(),
            first_issues: records.iter().filter(|r| r.issue == Issue::First).count(),
        }
    }
}

struct Waiting {
    record: Record,
    done: oneshot::Sender<()>,
}

/// The records, in memory alone or on disk too.
pub(crate) struct Store {
    ledger: Arc<Mutex<Ledger>>,
    journal: Option<mpsc::Sender<Waiting>>,
}

impl Store {
    /// Forgotten with the process.
    pub fn in_memory() -> Self {
        Self { ledger: Arc::default(), journal: None }
    }

    /// Reads what `path` holds, creating it, and appends from now on. A torn last line, which a crash may leave before
    /// any answer went out, is cut off.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: path.to_owned(), source };
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::InUse(path.to_owned())),
            Err(std::fs::TryLockError::Error(source)) => return Err(io(source)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        if whole < bytes.len() {
            warn!(bytes = bytes.len() - whole, "the store's last line is torn: cut off");
            file.set_len(whole as u64).map_err(io)?;
            file.sync_all().map_err(io)?;
        }
        file.seek(SeekFrom::End(0)).map_err(io)?;
        let mut ledger = Ledger::default();
        for (index, line) in bytes[..whole].split(|b| *b == b'\n').filter(|line| !line.is_empty()).enumerate() {
            let record = (line.len() <= MAX_LINE_BYTES).then(|| serde_json::from_slice(line).ok()).flatten();
            let record = record.ok_or_else(|| StoreError::Line { path: path.to_owned(), line: index + 1 })?;
            ledger.insert(record);
        }
        let ledger = Arc::new(Mutex::new(ledger));
        let (journal, waiting) = mpsc::channel();
        let shared = Arc::clone(&ledger);
        std::thread::Builder::new()
            .name("gateway-store".to_owned())
            .spawn(move || {
                if let Err(failure) = write_all(&mut file, &waiting, &shared) {
                    error!(%failure, "the store cannot be written: nothing is accepted any more");
                }
            })
            .map_err(io)?;
        Ok(Self { ledger, journal: Some(journal) })
    }

    /// Returns when the record is durable.
    pub async fn append(&self, record: Record) -> Result<(), StoreError> {
        let Some(journal) = &self.journal else {
            lock(&self.ledger).insert(record);
            return Ok(());
        };
        let (done, written) = oneshot::channel();
        journal.send(Waiting { record, done }).map_err(|_| StoreError::Stopped)?;
        written.await.map_err(|_| StoreError::Stopped)
    }

    pub fn records(&self) -> Vec<Record> {
        lock(&self.ledger).records.clone()
    }

    pub fn of_key(&self, kind: Kind, key: &str) -> Vec<Record> {
        let ledger = lock(&self.ledger);
        let places = ledger.by_key.get(&(kind, key.to_owned()));
        places.into_iter().flatten().map(|place| ledger.records[*place].clone()).collect()
    }

    /// One line per natural key, in the order of kind and key.
    pub fn keys(&self) -> Vec<KeyCount> {
        let ledger = lock(&self.ledger);
        let mut keys: Vec<KeyCount> = ledger.by_key.iter().map(|(key, places)| ledger.count(key, places)).collect();
        keys.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
        keys
    }

    /// How many records per facility and kind.
    pub fn totals(&self) -> BTreeMap<(String, Kind), usize> {
        let mut totals = BTreeMap::new();
        for record in &lock(&self.ledger).records {
            *totals.entry((record.facility.clone(), record.kind)).or_default() += 1;
        }
        totals
    }

    pub fn wrongly_filed(&self) -> WronglyFiled {
        let ledger = lock(&self.ledger);
        WronglyFiled {
            misattributed: ledger.records.iter().filter(|r| r.misattributed()).count(),
            misfiled: ledger.records.iter().filter(|r| r.misfiled()).count(),
        }
    }

    /// The last `count` records, newest first.
    pub fn latest(&self, count: usize) -> Vec<Record> {
        lock(&self.ledger).records.iter().rev().take(count).cloned().collect()
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends when the store is dropped; on a failure the waiting requests see the channel close.
fn write_all(file: &mut File, waiting: &mpsc::Receiver<Waiting>, ledger: &Mutex<Ledger>) -> std::io::Result<()> {
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Waiting> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let mut lines = Vec::new();
        for one in &batch {
            serde_json::to_writer(&mut lines, &one.record)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_data()?;
        for Waiting { record, done } in batch {
            lock(ledger).insert(record);
            // A request that was cut meanwhile has its record all the same.
            let _ = done.send(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn record(key: &str, content: &str, issue: Issue) -> Record {
        Record {
            at: datetime!(2026-11-23 08:00 UTC),
            kind: Kind::Birth,
            filed_as: Kind::Birth,
            facility: "31999".into(),
            account_facility: "31999".into(),
            key: key.into(),
            issue,
            content_sha256: content.into(),
            file_sha256: String::new(),
            receipt: "r".into(),
            initials: String::new(),
            certificate: None,
        }
    }

    #[tokio::test]
    async fn records_outlive_the_process_and_a_torn_line_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("received.jsonl");
        let store = Store::open(&path).unwrap();
        store.append(record("1", "a", Issue::First)).await.unwrap();
        assert!(matches!(Store::open(&path), Err(StoreError::InUse(_))));
        drop(store);
        // The writer lets go of the file a moment after the store is dropped.
        let reopen = || loop {
            match Store::open(&path) {
                Err(StoreError::InUse(_)) => std::thread::yield_now(),
                other => break other,
            }
        };
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":\"2026").unwrap();
        let store = reopen().unwrap();
        assert_eq!(store.records(), [record("1", "a", Issue::First)]);
        store.append(record("2", "b", Issue::First)).await.unwrap();
        drop(store);
        assert_eq!(reopen().unwrap().records().len(), 2);
        std::fs::write(&path, "rubbish\n").unwrap();
        assert!(matches!(reopen(), Err(StoreError::Line { line: 1, .. })));
    }

    #[tokio::test]
    async fn the_same_certificate_twice_is_doubled_and_a_new_issue_is_not() {
        let store = Store::in_memory();
        for (key, content, issue) in [
            ("once", "a", Issue::First),
            ("twice", "b", Issue::First),
            ("twice", "b", Issue::First),
            ("issued again", "c", Issue::First),
            ("issued again", "d", Issue::Again),
            ("first issue twice", "e", Issue::First),
            ("first issue twice", "f", Issue::First),
        ] {
            store.append(record(key, content, issue)).await.unwrap();
        }
        let doubled: Vec<String> = store.keys().into_iter().filter(KeyCount::doubled).map(|k| k.key).collect();
        assert_eq!(doubled, ["first issue twice", "twice"]);
        assert_eq!(store.of_key(Kind::Birth, "twice").len(), 2);
        assert_eq!(store.totals()[&("31999".to_owned(), Kind::Birth)], 7);
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            let _ = Store::open(file.path());
        }
    }
}
