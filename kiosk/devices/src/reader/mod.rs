//! The reader worker: watches the slot, reads a chip when asked.

mod slot;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ccid::{CcidError, Reader, SlotChange};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use emrtd::{AccessKey, BacPolicy, Challenge, DocumentRead, Progress, ReadError, ReadRequest, TrustStore};
use rand::rngs::OsRng;
use time::Date;

use crate::backoff::Backoff;
use crate::outbox::{Closed, Outbox};
use crate::worker::{self, REQUESTS_WAITING, WorkerGone};
use slot::{Wanted, transceive_error};

pub use slot::CcidSlot;

/// How long a request may wait while the slot is watched.
const WATCH: Duration = Duration::from_millis(100);
/// The portrait's progress is told in so many steps, not once for each of a hundred answers.
const PORTRAIT_STEPS: usize = 20;

/// Opens the reader; called again whenever it is gone.
pub type OpenReader = Box<dyn FnMut() -> Result<Reader, CcidError> + Send>;

/// One chip to be read.
pub struct Reading {
    /// Comes back with every report.
    pub id: u32,
    pub key: AccessKey,
    pub challenge: Challenge,
    pub trust: Arc<TrustStore>,
    pub today: Date,
    pub bac: BacPolicy,
}

/// One more signature of a chip that was read before.
pub struct Asking {
    /// Comes back with the report.
    pub id: u32,
    pub key: AccessKey,
    pub challenge: Challenge,
    pub bac: BacPolicy,
}

#[derive(Debug)]
pub enum ReaderReport {
    /// Open and watched.
    Up,
    /// Not there, or lost; looked for again and again.
    Down,
    CardInserted,
    CardRemoved,
    Progress {
        reading: u32,
        progress: Progress,
    },
    /// Once for each reading that was not given up.
    Read {
        reading: u32,
        result: Result<Box<DocumentRead>, ReadError>,
    },
    /// Once for each asking that was not given up: the chip's signature.
    Answered {
        asking: u32,
        result: Result<Vec<u8>, ReadError>,
    },
}

enum Request {
    Read(Reading),
    Ask(Asking),
}

/// What a request came to.
enum Outcome {
    Read(Result<Box<DocumentRead>, ReadError>),
    Answered(Result<Vec<u8>, ReadError>),
}

/// The worker's handle. Dropping it ends the worker.
#[derive(Debug)]
pub struct CardReader {
    requests: Sender<Request>,
    wanted: Arc<Wanted>,
}

impl CardReader {
    pub fn start(open: OpenReader, outbox: Outbox<ReaderReport>) -> io::Result<Self> {
        let (requests, inbox) = bounded(REQUESTS_WAITING);
        let wanted = Arc::new(Wanted::default());
        let watch =
            Watch { open, outbox, inbox, wanted: Arc::clone(&wanted), state: State::Unknown, card_inside: false };
        worker::spawn("reader", watch, Watch::run, Watch::fell)?;
        Ok(Self { requests, wanted })
    }

    /// Gives up an earlier reading.
    pub fn read(&self, reading: Reading) -> Result<(), WorkerGone> {
        self.wanted.set(reading.id);
        self.requests.try_send(Request::Read(reading)).map_err(|_| WorkerGone)
    }

    /// Gives up an earlier reading too.
    pub fn ask(&self, asking: Asking) -> Result<(), WorkerGone> {
        self.wanted.set(asking.id);
        self.requests.try_send(Request::Ask(asking)).map_err(|_| WorkerGone)
    }

    /// After the APDU under way nothing more is sent, and nothing is reported.
    pub fn stop_reading(&self) {
        self.wanted.clear();
    }
}

impl Drop for CardReader {
    fn drop(&mut self) {
        self.wanted.clear();
    }
}

struct Watch {
    open: OpenReader,
    outbox: Outbox<ReaderReport>,
    inbox: Receiver<Request>,
    wanted: Arc<Wanted>,
    /// What was told last.
    state: State,
    card_inside: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unknown,
    Up,
    Down,
}

/// Why watching one open reader ends.
enum End {
    Closed,
    ReaderLost,
}

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl Watch {
    fn run(&mut self) -> Result<Infallible, Closed> {
        loop {
            let mut reader = self.opened()?;
            match self.watch(&mut reader) {
                End::Closed => return Err(Closed),
                End::ReaderLost => self.tell(State::Down)?,
            }
        }
    }

    fn fell(&mut self) -> Result<(), Closed> {
        self.tell(State::Down)
    }

    /// Until the reader is there. Readings asked for meanwhile fail at once.
    fn opened(&mut self) -> Result<Reader, Closed> {
        let mut backoff = Backoff::new();
        loop {
            match (self.open)() {
                Ok(reader) => return Ok(reader),
                Err(error) if self.state != State::Down => {
                    tracing::warn!(%error, "the reader cannot be opened");
                    self.tell(State::Down)?;
                }
                Err(_) => {}
            }
            match self.inbox.recv_timeout(backoff.next()) {
                Ok(request) => self.answer(request.id(), request.failed(ReadError::ReaderGone))?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Closed),
            }
        }
    }

    fn watch(&mut self, reader: &mut Reader) -> End {
        if let Err(end) = self.begin(reader) {
            return end;
        }
        loop {
            let turn = match self.inbox.try_recv() {
                Ok(request) => self.serve(reader, &request),
                Err(TryRecvError::Empty) => self.look(reader),
                Err(TryRecvError::Disconnected) => Err(End::Closed),
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    /// A card that lay in the reader before and lies there now may be another one.
    fn begin(&mut self, reader: &mut Reader) -> Result<(), End> {
        self.tell(State::Up)?;
        if self.card_inside {
            self.card(false)?;
        }
        let present = reader.card_present().map_err(|error| lost(&error))?;
        Ok(self.card(present)?)
    }

    fn look(&mut self, reader: &mut Reader) -> Result<(), End> {
        match reader.wait_for_change(WATCH).map_err(|error| lost(&error))? {
            None => {}
            Some(SlotChange::Inserted) => self.card(true)?,
            Some(SlotChange::Removed) => self.card(false)?,
            Some(SlotChange::Replaced) => {
                self.card(false)?;
                self.card(true)?;
            }
        }
        Ok(())
    }

    /// Tells changes only.
    fn card(&mut self, inside: bool) -> Result<(), Closed> {
        if self.card_inside == inside {
            return Ok(());
        }
        self.card_inside = inside;
        self.outbox.send(if inside { ReaderReport::CardInserted } else { ReaderReport::CardRemoved })
    }

    fn serve(&mut self, reader: &mut Reader, request: &Request) -> Result<(), End> {
        let (mut outcome, fault) = self.run_on(reader, request)?;
        if fault.as_ref().is_some_and(deserves_another_try) && self.wanted.is(request.id()) {
            tracing::info!(reading = request.id(), "the card is powered on again and asked anew");
            (outcome, _) = self.run_on(reader, request)?;
        }
        let pulled = matches!(outcome.error(), Some(ReadError::CardRemoved));
        let reader_lost = matches!(outcome.error(), Some(ReadError::ReaderGone));
        self.answer(request.id(), outcome)?;
        if reader_lost {
            return Err(End::ReaderLost);
        }
        if pulled {
            self.card(false)?;
        }
        // A chip that was read has nothing more to say; without power its session is over.
        let present = match reader.card_present() {
            Ok(true) => reader.power_off().and_then(|()| reader.card_present()),
            absent_or_fault => absent_or_fault,
        };
        let present = present.map_err(|error| lost(&error))?;
        Ok(self.card(present)?)
    }

    fn run_on(&self, reader: &mut Reader, request: &Request) -> Result<Attempt, Closed> {
        let mut slot = match CcidSlot::power_on(reader, &self.wanted, request.id()) {
            Ok(slot) => slot,
            Err(fault) => return Ok((request.failed(transceive_error(&fault).into()), Some(fault))),
        };
        let outcome = match request {
            Request::Read(reading) => self.read(&mut slot, reading)?,
            Request::Ask(Asking { key, challenge, bac, .. }) => {
                Outcome::Answered(emrtd::answer_challenge(&mut slot, key, challenge, *bac, &mut OsRng))
            }
        };
        Ok((outcome, slot.into_fault()))
    }

    fn read(&self, slot: &mut CcidSlot<'_>, reading: &Reading) -> Result<Outcome, Closed> {
        let mut closed = Ok(());
        let mut told = None;
        let mut progress = |progress: Progress| {
            let step = step(progress);
            if closed.is_ok() && told != Some(step) && self.wanted.is(reading.id) {
                told = Some(step);
                closed = self.outbox.send(ReaderReport::Progress { reading: reading.id, progress });
            }
        };
        let request = ReadRequest {
            key: reading.key.clone(),
            challenge: reading.challenge,
            trust: &reading.trust,
            today: reading.today,
            bac: reading.bac,
        };
        let result = emrtd::read_document(slot, request, &mut OsRng, &mut progress);
        closed?;
        Ok(Outcome::Read(result.map(Box::new)))
    }

    fn answer(&self, id: u32, outcome: Outcome) -> Result<(), Closed> {
        if !self.wanted.is(id) {
            return Ok(());
        }
        self.wanted.clear();
        self.outbox.send(match outcome {
            Outcome::Read(result) => ReaderReport::Read { reading: id, result },
            Outcome::Answered(result) => ReaderReport::Answered { asking: id, result },
        })
    }

    fn tell(&mut self, state: State) -> Result<(), Closed> {
        if self.state == state {
            return Ok(());
        }
        self.state = state;
        match state {
            State::Up => self.outbox.send(ReaderReport::Up),
            State::Down => self.outbox.send(ReaderReport::Down),
            State::Unknown => Ok(()),
        }
    }
}

type Attempt = (Outcome, Option<CcidError>);

impl Request {
    fn id(&self) -> u32 {
        match self {
            Self::Read(reading) => reading.id,
            Self::Ask(asking) => asking.id,
        }
    }

    fn failed(&self, error: ReadError) -> Outcome {
        match self {
            Self::Read(_) => Outcome::Read(Err(error)),
            Self::Ask(_) => Outcome::Answered(Err(error)),
        }
    }
}

impl Outcome {
    fn error(&self) -> Option<&ReadError> {
        match self {
            Self::Read(result) => result.as_ref().err(),
            Self::Answered(result) => result.as_ref().err(),
        }
    }
}

fn deserves_another_try(fault: &CcidError) -> bool {
    matches!(fault, CcidError::SteppedDown | CcidError::TimedOut { .. } | CcidError::CardMute)
}

/// A reader that fails while nothing is asked of it is opened anew, whatever it says.
fn lost(error: &CcidError) -> End {
    tracing::warn!(%error, "the reader is lost");
    End::ReaderLost
}

fn step(progress: Progress) -> (u8, usize) {
    match progress {
        Progress::Access => (0, 0),
        Progress::Personal => (1, 0),
        Progress::Portrait { read_bytes, total_bytes } => (2, PORTRAIT_STEPS * read_bytes / total_bytes.max(1)),
        Progress::Authenticity => (3, 0),
    }
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asking({})", self.id)
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({})", self.id)
    }
}
