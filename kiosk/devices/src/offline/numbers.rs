//! Reserved numbers and challenges of one service day.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use api::{Block, DepartmentCode, Hex8, TicketNumber, VisitId};
use serde::{Deserialize, Serialize};
use time::Date;

use super::journal::{Journal, JournalError};
use super::{OfflineError, disk};

/// What is left for a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    pub day: Date,
    pub numbers: BTreeMap<DepartmentCode, usize>,
    pub challenges: usize,
}

/// The numbers this kiosk may give while the server is away.
pub struct NumberStore {
    folder: PathBuf,
    day: Date,
    journal: Journal,
    book: Book,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    Reserved(Block),
    ChallengeUsed { challenge: Hex8 },
    NumberUsed { department: DepartmentCode, number: TicketNumber, visit: VisitId },
}

/// What the journal says, in memory.
#[derive(Default)]
struct Book {
    free: BTreeMap<DepartmentCode, VecDeque<TicketNumber>>,
    /// Free or used: a number is known once.
    known: BTreeSet<(DepartmentCode, TicketNumber)>,
    given: HashMap<VisitId, (DepartmentCode, TicketNumber)>,
    challenges: VecDeque<Hex8>,
    known_challenges: BTreeSet<[u8; 8]>,
}

impl NumberStore {
    /// Opens the day's journal. One that is damaged before its end is set aside: which of its numbers were given is no
    /// longer known, so none of them is given again.
    pub fn open(folder: &Path, day: Date) -> Result<Self, OfflineError> {
        fs::create_dir_all(folder).map_err(disk(folder))?;
        let path = folder.join(file_name(day));
        let (journal, book) = match read(&path) {
            Err(error @ (JournalError::Damaged { .. } | JournalError::TooLarge { .. })) => {
                tracing::error!(%error, "the journal of numbers is set aside, its numbers are lost for today");
                let aside = free_name(&path);
                fs::rename(&path, &aside).map_err(disk(&path))?;
                read(&path)?
            }
            other => other?,
        };
        remove_other_days(folder, day);
        Ok(Self { folder: folder.to_owned(), day, journal, book })
    }

    pub fn day(&self) -> Date {
        self.day
    }

    /// Another day has begun.
    pub fn turn_to(&mut self, day: Date) -> Result<(), OfflineError> {
        if day != self.day {
            *self = Self::open(&self.folder, day)?;
        }
        Ok(())
    }

    /// Keeps a block. One of another day is worth nothing and is not kept.
    pub fn add(&mut self, block: &Block) -> Result<(), OfflineError> {
        if block.service_day != self.day {
            tracing::warn!(department = %block.department, "a block of another day was not kept");
            return Ok(());
        }
        let record = Record::Reserved(block.clone());
        self.journal.append(&record)?;
        self.book.enter(record);
        Ok(())
    }

    /// Marked used on the disk when this returns.
    pub fn take_challenge(&mut self) -> Result<Option<Hex8>, OfflineError> {
        // Taken out first: after a failed write nobody knows what is on the disk.
        let Some(challenge) = self.book.challenges.pop_front() else { return Ok(None) };
        self.journal.append(&Record::ChallengeUsed { challenge })?;
        Ok(Some(challenge))
    }

    /// Marked used on the disk when this returns. The same visit gets the same number again.
    pub fn take_number(&mut self, visit: VisitId, department: &DepartmentCode) -> Result<TicketNumber, OfflineError> {
        match self.book.given.get(&visit) {
            Some((given, number)) if given == department => return Ok(*number),
            Some(_) => return Err(OfflineError::OtherDepartment),
            None => {}
        }
        let free = self.book.free.get_mut(department).and_then(VecDeque::pop_front);
        let number = free.ok_or(OfflineError::NoNumbers)?;
        let record = Record::NumberUsed { department: department.clone(), number, visit };
        self.journal.append(&record)?;
        self.book.enter(record);
        Ok(number)
    }

    pub fn stock(&self) -> Stock {
        let left = self.book.free.iter().map(|(department, free)| (department.clone(), free.len()));
        Stock { day: self.day, numbers: left.collect(), challenges: self.book.challenges.len() }
    }
}

impl Book {
    fn enter(&mut self, record: Record) {
        match record {
            Record::Reserved(block) => {
                for number in block.numbers {
                    if self.known.insert((block.department.clone(), number)) {
                        self.free.entry(block.department.clone()).or_default().push_back(number);
                    }
                }
                for challenge in block.challenges {
                    if self.known_challenges.insert(challenge.0) {
                        self.challenges.push_back(challenge);
                    }
                }
            }
            Record::ChallengeUsed { challenge } => {
                self.known_challenges.insert(challenge.0);
                self.challenges.retain(|free| *free != challenge);
            }
            Record::NumberUsed { department, number, visit } => {
                if let Some(free) = self.free.get_mut(&department) {
                    free.retain(|free| *free != number);
                }
                self.known.insert((department.clone(), number));
                self.given.insert(visit, (department, number));
            }
        }
    }
}

impl std::fmt::Debug for NumberStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumberStore").field("day", &self.day).field("stock", &self.stock()).finish_non_exhaustive()
    }
}

fn read(path: &Path) -> Result<(Journal, Book), JournalError> {
    let mut book = Book::default();
    let journal = Journal::open(path, |record| book.enter(record))?;
    Ok((journal, book))
}

const PREFIX: &str = "numbers-";
const SUFFIX: &str = ".journal";

fn file_name(day: Date) -> String {
    format!("{PREFIX}{day}{SUFFIX}")
}

fn free_name(path: &Path) -> PathBuf {
    (1_u32..)
        .map(|count| path.with_extension(format!("damaged-{count}")))
        .find(|name| !name.exists())
        .unwrap_or_else(|| path.with_extension("damaged"))
}

/// Numbers of past days serve nobody; journals of days to come (a clock that was wrong) are left alone.
fn remove_other_days(folder: &Path, day: Date) {
    let today = file_name(day);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) && name < today.as_str() {
            // What cannot be removed today is tried again tomorrow.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;
    use uuid::Uuid;

    const TODAY: Date = date!(2026 - 11 - 23);

    fn block(department: &DepartmentCode, numbers: std::ops::RangeInclusive<u16>) -> Block {
        Block {
            department: department.clone(),
            service_day: TODAY,
            challenges: numbers.clone().map(|number| Hex8(u64::from(number).to_be_bytes())).collect(),
            numbers: numbers.map(|number| TicketNumber::new('A', number).expect("a number")).collect(),
        }
    }

    #[test]
    fn wherever_the_journal_was_cut_by_a_crash_nothing_that_was_handed_out_is_free_again() {
        let kiosk = tempfile::tempdir().expect("a folder");
        let department = DepartmentCode::parse("K01").expect("a code");
        // What was handed out, and how long the journal was when it was.
        let (mut numbers, mut challenges) = (vec![], vec![]);
        let mut store = NumberStore::open(kiosk.path(), TODAY).expect("opens");
        store.add(&block(&department, 1..=4)).expect("kept");
        for visit in 1..=3 {
            let number = store.take_number(VisitId(Uuid::from_u128(visit)), &department).expect("a number");
            numbers.push((number, length(kiosk.path())));
            let challenge = store.take_challenge().expect("written").expect("a challenge");
            challenges.push((challenge, length(kiosk.path())));
        }
        store.add(&block(&department, 5..=6)).expect("kept");
        let number = store.take_number(VisitId(Uuid::from_u128(4)), &department).expect("a number");
        numbers.push((number, length(kiosk.path())));
        drop(store);

        let path = kiosk.path().join(file_name(TODAY));
        let whole = fs::read(&path).expect("readable");
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).expect("written");
            let after_crash = NumberStore::open(kiosk.path(), TODAY).expect("opens").book;
            let free: Vec<_> = after_crash.free.get(&department).into_iter().flatten().copied().collect();
            assert_eq!(free.iter().collect::<BTreeSet<_>>().len(), free.len(), "cut at {cut}");
            for (number, told_at) in &numbers {
                assert!(*told_at > cut || !free.contains(number), "{number} twice, cut at {cut}");
            }
            for (challenge, told_at) in &challenges {
                assert!(*told_at > cut || !after_crash.challenges.contains(challenge), "challenge twice, cut at {cut}");
            }
        }
    }

    fn length(folder: &Path) -> usize {
        fs::read(folder.join(file_name(TODAY))).expect("readable").len()
    }
}
