//! An append-only file of records: each line is a checksum, a record in JSON, and a line end. A record counts once its
//! line is whole and synced; a torn last line is what a crash leaves, and is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::sync_folder;

/// A busy day's numbers take a hundredth of it.
const MAX_JOURNAL_BYTES: u64 = 16 << 20;
/// A block of 50 numbers and challenges takes 2 kB.
const MAX_RECORD_BYTES: usize = 64 << 10;
/// Hexadecimal digits of the truncated SHA-256 before each record.
const CHECKSUM_DIGITS: usize = 16;

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Where the last good record ends.
    end: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sound,
    /// A write failed and its traces could not be cut off: nothing may be appended behind them.
    Torn,
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{} cannot be opened", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} cannot be written", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} is damaged before its end, at byte {at}", path.display())]
    Damaged { path: PathBuf, at: u64 },
    #[error("{} has {bytes} bytes, more than {MAX_JOURNAL_BYTES}", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    #[error("a record of {bytes} bytes is longer than {MAX_RECORD_BYTES}")]
    RecordTooLong { bytes: usize },
    #[error("an earlier write to {} failed half-way", path.display())]
    Torn { path: PathBuf },
    #[error("a record cannot be written as JSON")]
    Encoding(#[source] serde_json::Error),
}

impl Journal {
    /// Opens or makes the file, and gives all whole records to `each`, oldest first.
    pub fn open<R: DeserializeOwned>(path: &Path, mut each: impl FnMut(R)) -> Result<Self, JournalError> {
        let opening = |source| JournalError::Open { path: path.to_owned(), source };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(opening)?;
        path.parent().map_or(Ok(()), sync_folder).map_err(opening)?;
        let bytes = file.metadata().map_err(opening)?.len();
        if bytes > MAX_JOURNAL_BYTES {
            return Err(JournalError::TooLarge { path: path.to_owned(), bytes });
        }
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(opening)?;
        let mut end = 0;
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            match parse(line) {
                Some(record) => each(record),
                None if end + line.len() == content.len() => break,
                None => return Err(JournalError::Damaged { path: path.to_owned(), at: end as u64 }),
            }
            end += line.len();
        }
        let mut journal = Self { path: path.to_owned(), file, end: end as u64, state: State::Sound };
        if end < content.len() {
            tracing::warn!(torn_bytes = content.len() - end, "the journal ended in the middle of a record");
            journal.cut_off().map_err(opening)?;
        }
        Ok(journal)
    }

    /// Ok: the record is on the disk.
    pub fn append(&mut self, record: &impl Serialize) -> Result<(), JournalError> {
        if self.state == State::Torn {
            return Err(JournalError::Torn { path: self.path.clone() });
        }
        let line = line(record)?;
        if let Err(source) = self.write(&line) {
            self.state = if self.cut_off().is_ok() { State::Sound } else { State::Torn };
            return Err(JournalError::Write { path: self.path.clone(), source });
        }
        self.end += line.len() as u64;
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(line)?;
        self.file.sync_data()
    }

    fn cut_off(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()
    }
}

fn line(record: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let json = serde_json::to_vec(record).map_err(JournalError::Encoding)?;
    if json.len() > MAX_RECORD_BYTES {
        return Err(JournalError::RecordTooLong { bytes: json.len() });
    }
    let mut line = checksum(&json).into_bytes();
    line.push(b' ');
    line.extend(json);
    line.push(b'\n');
    Ok(line)
}

fn parse<R: DeserializeOwned>(line: &[u8]) -> Option<R> {
    let (sum, rest) = line.split_at_checked(CHECKSUM_DIGITS)?;
    let json = rest.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    if json.len() > MAX_RECORD_BYTES || checksum(json).as_bytes() != sum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

fn checksum(json: &[u8]) -> String {
    let mut digits = hex::encode(Sha256::digest(json));
    digits.truncate(CHECKSUM_DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(path: &Path) -> Result<Vec<u32>, JournalError> {
        let mut records = vec![];
        Journal::open(path, |record| records.push(record)).map(|_| records)
    }

    fn written(numbers: std::ops::Range<u32>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        let mut journal = Journal::open(&path, |_: u32| {}).expect("opens");
        for number in numbers {
            journal.append(&number).expect("written");
        }
        (folder, path)
    }

    #[test]
    fn a_torn_last_record_is_cut_off_and_writing_goes_on_behind_the_whole_ones() {
        let (_folder, path) = written(0..3);
        let whole = std::fs::read(&path).expect("readable");
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("written");
            let kept = read(&path).expect("readable");
            let mut journal = Journal::open(&path, |_: u32| {}).expect("opens");
            journal.append(&99_u32).expect("written");
            drop(journal);
            let expected: Vec<u32> = kept.into_iter().chain([99]).collect();
            assert_eq!(read(&path).expect("readable"), expected, "cut at {cut}");
        }
    }

    #[test]
    fn damage_before_the_end_is_named_and_nothing_behind_it_is_believed() {
        let (_folder, path) = written(0..3);
        let mut bytes = std::fs::read(&path).expect("readable");
        bytes[CHECKSUM_DIGITS + 1] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        assert!(matches!(read(&path), Err(JournalError::Damaged { at: 0, .. })));
    }

    #[test]
    fn a_journal_larger_than_any_day_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        File::create(&path).and_then(|file| file.set_len(MAX_JOURNAL_BYTES + 1)).expect("made");
        assert!(matches!(read(&path), Err(JournalError::TooLarge { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("journal");
            std::fs::write(&path, bytes).expect("written");
            let _ = read(&path);
        }
    }
}
