//! Boards in the halls: current and next numbers, the last calls, and the voice that calls.
//!
//! ```text
//! queues of the day --BoardView::of--> what is shown --page--> HTML --events--> every open screen
//! calls of the day --Hall::listen--> one announcement at a time --sound--> WAV
//! ```
//! [`Boards`] is what a process knows; [`run`] keeps it up to date. A screen gets the whole picture at each change, so
//! that nothing is missed by reconnecting, and a sign of life between: where this process cannot read the queues, it
//! gives none, and the screens say that they are not live. Served on the public listener: numbers and places only, and
//! masked names where the hospital decided so.

mod hall;
mod page;
mod routes;
mod settings;
mod sound;
pub mod stream;
mod view;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use announce::{Manner, Voice, VoiceError};
use api::{DepartmentCode, VisitId};
use queue::{Entry, Moment, Queue};
use sha2::{Digest, Sha256};
use time::Date;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Semaphore, watch};

use crate::app::App;
use crate::config::Config;
use crate::department::{Department, Departments};
use crate::keys::SealError;
use crate::queue::{Changed, Promise, QueueError};
use crate::store::StoreError;

pub use hall::{Hall, Spoken};
pub use page::flower;
pub use routes::routes;
pub use settings::{BoardConfig, BoardGroup, BoardNames, SpokenLanguage};
pub use view::{BoardView, Called, Current, Names, Next, PlaceKind, Presence, Row, Section, announcement};

/// Screens and phones that may watch one process at a time.
const MAX_WATCHERS: usize = 8_000;
/// Calls wait for their turn, and minutes go by: a look at what is known.
const LOOK: Duration = Duration::from_secs(1);
/// The queues themselves are read this often even when nobody says that they changed.
const READ_MS: i64 = 3_000;
/// Without having read them so lately, nothing that is shown may be called live.
const STALE_MS: i64 = 9_000;
/// What was foretold is foretold again after so long, though nothing happened.
const FORETELL_MS: i64 = 30_000;

/// One process's knowledge of the day, shared by every screen and phone it serves.
pub struct Boards {
    voice: Option<Voice>,
    manner: Manner,
    /// Changes when page, style or script do.
    version: String,
    halls: Mutex<HashMap<DepartmentCode, Hall>>,
    names: Mutex<Names>,
    pictures: RwLock<HashMap<DepartmentCode, watch::Sender<Arc<Picture>>>>,
    day: watch::Sender<Arc<Day>>,
    looked_at_ms: AtomicI64,
    watchers: Arc<Semaphore>,
}

/// The queues as they were at one moment.
pub struct Day {
    pub date: Date,
    pub departments: HashMap<DepartmentCode, Line>,
}

#[derive(Clone)]
pub struct Line {
    pub queue: Arc<Queue>,
    /// How many are called before each who waits, and how long that takes.
    pub promises: Arc<HashMap<VisitId, Promise>>,
    foretold: Moment,
}

/// Why the boards are not live.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("a name cannot be read")]
    Name(#[from] SealError),
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// Which queues are read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    All,
    At(HashSet<DepartmentCode>),
}

/// What a screen shows, as it is sent.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// Of its content: a screen that has it needs nothing.
    pub id: String,
    pub html: String,
    pub spoken: Option<Spoken>,
}

impl Boards {
    pub fn open(config: &Config, departments: &Departments, today: Date) -> Result<Self, VoiceError> {
        let board = &config.board;
        let voice =
            board.voice.as_deref().map(|folder| Voice::open(folder, board.recordings.as_deref())).transpose()?;
        let nothing = Day { date: today, departments: HashMap::new() };
        let boards = Self {
            voice,
            manner: board.manner(),
            version: version(),
            halls: Mutex::default(),
            names: Mutex::default(),
            pictures: RwLock::default(),
            day: watch::Sender::new(Arc::new(nothing)),
            looked_at_ms: AtomicI64::new(i64::MIN),
            watchers: Arc::new(Semaphore::new(MAX_WATCHERS)),
        };
        boards.hang(config, departments);
        Ok(boards)
    }

    /// A board for each department and group that has none yet. Departments come in the course of the day; none goes.
    fn hang(&self, config: &Config, departments: &Departments) {
        let codes = departments.all().map(|department| &department.code);
        let codes = codes.chain(config.board.groups.iter().map(|group| &group.code));
        let mut pictures = self.pictures.write().unwrap_or_else(PoisonError::into_inner);
        for code in codes {
            if !pictures.contains_key(code) {
                pictures.insert(code.clone(), watch::Sender::new(Arc::default()));
            }
        }
    }

    /// The queues of the day, and word of each change.
    pub fn day(&self) -> watch::Receiver<Arc<Day>> {
        self.day.subscribe()
    }

    /// None where there is no such board.
    pub fn picture(&self, board: &DepartmentCode) -> Option<watch::Receiver<Arc<Picture>>> {
        let pictures = self.pictures.read().unwrap_or_else(PoisonError::into_inner);
        pictures.get(board).map(watch::Sender::subscribe)
    }

    /// May what this process knows be called live?
    pub fn is_live(&self, now_ms: i64) -> bool {
        let looked = self.looked_at_ms.load(Ordering::Relaxed);
        now_ms.saturating_sub(looked) <= STALE_MS
    }
}

/// The departments that a board shows; none where there is no such board.
fn departments(app: &App, board: &DepartmentCode) -> Option<Vec<Arc<Department>>> {
    match app.config.board.groups.iter().find(|group| group.code == *board) {
        Some(group) => Some(group.departments.iter().filter_map(|code| app.department(code)).collect()),
        None => app.department(board).map(|department| vec![department]),
    }
}

/// Keeps boards and phones up to date, for as long as the process lives.
pub async fn run(app: App) {
    let mut news = app.news.subscribe();
    let (mut failing, mut look) = (false, Look::All);
    loop {
        let again = match refresh(&app, &look).await {
            Ok(again) => {
                failing = false;
                let pause_ms = again.map(|moment| moment.unix_ms().saturating_sub(app.now_ms()).max(20));
                pause_ms.map_or(LOOK, |ms| Duration::from_millis(ms.unsigned_abs()).min(LOOK))
            }
            Err(error) => {
                if !failing {
                    tracing::error!("boards cannot read the queues, and say so: {error}");
                }
                failing = true;
                LOOK
            }
        };
        let read_ms = app.boards.looked_at_ms.load(Ordering::Relaxed);
        let due = failing || !(0..READ_MS).contains(&app.now_ms().saturating_sub(read_ms));
        look = if due { Look::All } else { Look::At(HashSet::new()) };
        tokio::select! {
            () = tokio::time::sleep(again) => {}
            changed = news.recv() => {
                let mut changed = changed.map_err(|error| matches!(error, RecvError::Closed));
                // A transfer changes two queues, a busy minute many: they are read together.
                loop {
                    match changed {
                        Ok(Changed::Queue(key)) => look.add(key.department),
                        Ok(Changed::Desk) => {}
                        Ok(Changed::Closing) | Err(true) => return,
                        Err(false) => look = Look::All,
                    }
                    changed = match news.try_recv() {
                        Ok(changed) => Ok(changed),
                        Err(TryRecvError::Empty) => break,
                        Err(TryRecvError::Closed) => Err(true),
                        Err(TryRecvError::Lagged(_)) => Err(false),
                    };
                }
            }
        }
    }
}

impl Look {
    fn add(&mut self, department: DepartmentCode) {
        match self {
            Self::All => {}
            Self::At(departments) => {
                departments.insert(department);
            }
        }
    }

    fn is_at(&self, department: &DepartmentCode) -> bool {
        match self {
            Self::All => true,
            Self::At(departments) => departments.contains(department),
        }
    }
}

/// Reads the queues and renews what is shown and heard. Returns when to look again, if a call waits for its turn.
pub async fn refresh(app: &App, look: &Look) -> Result<Option<Moment>, BoardError> {
    let (boards, now) = (&app.boards, Moment::from_unix_ms(app.now_ms()));
    let policy = app.config.queue.policy();
    let known = boards.day.borrow().clone();
    let listed = app.departments();
    boards.hang(&app.config, &listed);
    let mut lines = HashMap::new();
    for department in listed.all() {
        let old = known.departments.get(&department.code).filter(|_| known.date == app.today());
        let queue = match old {
            Some(line) if !look.is_at(&department.code) => line.queue.clone(),
            Some(_) | None => crate::queue::today(app, &department.code).await?,
        };
        let same =
            old.filter(|line| line.queue.applied() == queue.applied() && now.ms_since(line.foretold) < FORETELL_MS);
        let line = match same {
            Some(line) => line.clone(),
            None => foretell(app, department, queue, now).await?,
        };
        lines.insert(department.code.clone(), line);
    }
    let names = names(app, &lines).await?;
    let mut again: Option<Moment> = None;
    let pictures = boards.pictures.read().unwrap_or_else(PoisonError::into_inner);
    for (code, sender) in pictures.iter() {
        let Some(departments) = departments(app, code) else { continue };
        let shown: Vec<(&Department, &Queue)> = departments
            .iter()
            .filter_map(|department| lines.get(&department.code).map(|line| (&**department, &*line.queue)))
            // In a group a retired one is seen as long as somebody stands there.
            .filter(|(department, queue)| {
                departments.len() == 1 || !department.is_retired() || queue.entries().any(Entry::stands)
            })
            .collect();
        let (spoken, next) = {
            let mut halls = boards.halls.lock().unwrap_or_else(PoisonError::into_inner);
            let hall = halls.entry(code.clone()).or_insert_with(|| Hall::new(&boards.manner, now));
            let next = hall.listen(&shown, boards.voice.as_ref(), &boards.manner, now);
            (hall.spoken().cloned(), next)
        };
        again = match (again, next) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let picture = Picture::of(&BoardView::of(&shown, &names, now, &policy), spoken);
        sender.send_if_modified(|known| {
            let new = known.id != picture.id;
            if new {
                *known = Arc::new(picture);
            }
            new
        });
    }
    drop(pictures);
    match look {
        Look::All => boards.looked_at_ms.store(now.unix_ms(), Ordering::Relaxed),
        Look::At(_) => {}
    }
    let day = Day { date: app.today(), departments: lines };
    boards.day.send_if_modified(|known| {
        let new = !known.is_like(&day);
        if new {
            *known = Arc::new(day);
        }
        new
    });
    Ok(again)
}

async fn foretell(app: &App, department: &Department, queue: Arc<Queue>, now: Moment) -> Result<Line, QueueError> {
    let history = crate::queue::history(app, &department.code).await?;
    let order = queue.order(now, &app.config.queue.policy());
    let promises = order
        .iter()
        .enumerate()
        .map(|(ahead, entry)| (entry.visit, crate::queue::promise_behind(department, &queue, &history, ahead, now)));
    let promises = Arc::new(promises.collect());
    Ok(Line { queue, promises, foretold: now })
}

/// Masked names of those who stand at a counter, where the hospital shows them.
async fn names(app: &App, lines: &HashMap<DepartmentCode, Line>) -> Result<Names, BoardError> {
    match app.config.board.names {
        BoardNames::None => return Ok(Names::new()),
        BoardNames::Masked => {}
    }
    let mut names = Names::new();
    let known = app.boards.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for line in lines.values() {
        for entry in line.queue.counters().filter_map(|(counter, _)| line.queue.serving(counter)) {
            let name = match known.get(&entry.visit) {
                Some(name) => Some(name.clone()),
                None => crate::check_in::masked_name(app, entry.visit).await?,
            };
            names.extend(name.map(|name| (entry.visit, name)));
        }
    }
    *app.boards.names.lock().unwrap_or_else(PoisonError::into_inner) = names.clone();
    Ok(names)
}

impl Day {
    /// Nothing was read or foretold anew.
    fn is_like(&self, other: &Self) -> bool {
        let same = |(code, line): (&DepartmentCode, &Line)| {
            let as_before = |other: &Line| {
                // Two changes may fall into one millisecond.
                line.foretold == other.foretold && line.queue.applied() == other.queue.applied()
            };
            other.departments.get(code).is_some_and(as_before)
        };
        self.date == other.date
            && self.departments.len() == other.departments.len()
            && self.departments.iter().all(same)
    }
}

impl Picture {
    fn of(view: &BoardView, spoken: Option<Spoken>) -> Self {
        let html = page::live(view, spoken.as_ref()).into_string();
        let mut hash = Sha256::new();
        hash.update(html.as_bytes());
        hash.update(spoken.as_ref().map(|spoken| spoken.id.as_bytes()).unwrap_or_default());
        Self { id: hex::encode(&hash.finalize()[..8]), html, spoken }
    }
}

fn version() -> String {
    let mut hash = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION"), routes::STYLE, routes::SCRIPT] {
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..6])
}
