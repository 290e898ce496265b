//! Reports in, events to the session, effects out to the workers.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::{Base64, EidRequest, Hex8, StationConfiguration, VisitId};
use crossbeam_channel::{Receiver, Sender, bounded};
use devices::code_scanner::{CodeScanner, ScannerReport};
use devices::face_camera::{FaceCamera, FaceReport, Matching, PreviewFrame};
use devices::offline::{JournalError, KnownServer, NumberStore, OfflineError, SealedQueue, VisitLog};
use devices::offline_desk::{OfflineDesk, OfflineReport, OfflineRequest, WithoutServer};
use devices::reader::{Asking, CardReader, ReaderReport, Reading};
use devices::server_client::{ClientError, ServerClient};
use devices::server_lane::{ServerLane, ServerReport, ServerRequest};
use devices::ticket_printer::{PrintJob, PrinterReport, TicketPrinter};
use devices::{Outbox, Waker, WorkerGone};
use emrtd::{BacPolicy, Challenge};
use onnx::OnnxError;
use printer::{LayoutError, Ticket, Typefaces};
use rand::RngCore;
use rand::rngs::OsRng;
use session::screen::{Action, Screen};
use session::{
    AlertOutcome, ChallengeOrigin, ChipFailure, Device, DeviceStatus, Effect, EidRoute, Event, FaceId, Moment,
    OfflineFailure, OfflineNumber, PapersAskId, PrintFailure, ReadingId, ServerFailure, Session, Settings,
};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::alerts::Alerts;
use crate::backlight::Backlight;
use crate::clock::{Clock, service_day};
use crate::config::{ConfigError, StationConfig};
use crate::device_set::DeviceSet;
use crate::failure;
use crate::paper;
use crate::trust::{Trust, TrustError};
use crate::upkeep::{Errand, Upkeep};

/// Reports on their way. A worker that finds no room waits.
const REPORTS_WAITING: usize = 256;
/// Reports taken in one turn: the window must draw now and then.
const MOST_AT_ONCE: usize = 64;
/// A difference between the clocks that is worth a line in the log.
const CLOCKS_DIFFER: time::Duration = time::Duration::minutes(1);

/// The face models, or why there are none: the kiosk then sends faces to a person.
pub type FaceEngine = Result<face::Engine, OnnxError>;

#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the trust store")]
    Trust(#[from] TrustError),
    #[error("the server's address or key")]
    Server(#[from] ClientError),
    #[error("{} cannot be read", path.display())]
    ServerAuthority {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the state folder")]
    State(#[from] OfflineError),
    #[error("the log of visits")]
    Visits(#[from] JournalError),
    #[error("the provisioned folder is missing: run ./run setup")]
    Provision(#[source] OnnxError),
    #[error("the font {} cannot be read: run ./run setup", path.display())]
    Font {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("a font of the ticket is broken: run ./run setup")]
    Typeface(#[from] LayoutError),
    #[error("a worker thread cannot be started")]
    Thread(#[from] io::Error),
}

/// One kiosk without its window.
pub struct Station {
    session: Session,
    settings: Settings,
    clock: Clock,
    /// Server's wall clock less ours.
    skew: time::Duration,
    shown: Screen,
    reports: Receiver<Report>,
    waker: Arc<Mutex<Waker>>,
    workers: Workers,
    expected: Expected,
    jobs: u32,
    trust: Trust,
    bac: BacPolicy,
    upkeep: Upkeep,
    alerts: Alerts,
    bell: Bell,
    backlight: Option<Backlight>,
    #[cfg(feature = "sim")]
    witness: Option<crate::sim::Witness>,
}

/// Should a forgotten card be heard?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bell {
    Silent,
    Ringing,
}

enum Report {
    Reader(ReaderReport),
    Scanner(ScannerReport),
    Printer(PrinterReport),
    Face(FaceReport),
    Server(ServerReport),
    Offline(OfflineReport),
}

struct Workers {
    reader: CardReader,
    _scanner: CodeScanner,
    printer: TicketPrinter,
    face: FaceCamera,
    visits: ServerLane,
    /// Calls for help never stand behind a slow answer.
    alerts: ServerLane,
    background: ServerLane,
    offline: OfflineDesk,
}

/// The questions whose answers still count. Everything else is late and is dropped.
#[derive(Default)]
struct Expected {
    visit: Option<VisitId>,
    challenge: Option<(VisitId, ReadingId)>,
    reading: Option<ReadingId>,
    face: Option<FaceId>,
    eid: Option<VisitId>,
    identified: Option<VisitId>,
    checked_in: Option<VisitId>,
    offline: Option<(VisitId, Date, OffsetDateTime)>,
    print: Option<u32>,
    /// Of this visit; the session knows which of them still count.
    papers: Vec<PapersAskId>,
}

impl Station {
    /// Starts all workers. The first [`Station::pump`] may already have reports.
    pub fn start(
        config: StationConfig,
        devices: DeviceSet,
        models: FaceEngine,
        clock: Clock,
    ) -> Result<Self, StationError> {
        let client = server_client(&config)?;
        let typefaces = typefaces(&config)?;
        let policy = config.assurance_policy()?;
        let match_policy = config.match_policy()?;
        let mut trust = Trust::read(&config.trust)?;
        let now = clock.moment();

        let numbers = NumberStore::open(&config.state.join("numbers"), service_day(clock.now()))?;
        let sealed = SealedQueue::open(&config.state.join("sealed"))?;
        let known_path = config.state.join("server.json");
        let known = KnownServer::read(&known_path)?;
        let (visits, broken_off) = VisitLog::open(&config.state.join("visits.journal"))?;
        for visit in broken_off {
            tracing::warn!(%visit, "this visit was under way when the kiosk stopped");
        }

        let (sender, reports) = bounded(REPORTS_WAITING);
        let waker = Arc::new(Mutex::new(Waker::none()));
        let line = Line { sender, waker: Arc::clone(&waker) };
        let camera = match &models {
            Ok(_) => DeviceStatus::Up,
            Err(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "no face models: faces go to the counter");
                DeviceStatus::Down
            }
        };
        let face = FaceCamera::start(devices.camera, models.ok(), match_policy, line.to(Report::Face), line.waker());
        let workers = Workers {
            reader: CardReader::start(devices.reader, line.to(Report::Reader))?,
            _scanner: CodeScanner::start(devices.scanner, line.to(Report::Scanner))?,
            printer: TicketPrinter::start(devices.printer, typefaces, line.to(Report::Printer))?,
            face: face?,
            visits: ServerLane::start_for_visits("visits", client.clone(), visits, line.to(Report::Server))?,
            alerts: ServerLane::start("alerts", client.clone(), line.to(Report::Server))?,
            background: ServerLane::start("upkeep", client, line.to(Report::Server))?,
            offline: OfflineDesk::start(numbers, sealed, known_path, line.to(Report::Offline))?,
        };

        let backlight = config.devices.backlight.clone().map(Backlight::open).transpose().unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the panel's light stays as it is");
            None
        });
        let papers = config.papers_settings();
        let settings = Settings {
            hospital: config.hospital.name.into(),
            counter: config.hospital.counter.into(),
            counter_place: config.hospital.counter_place.into(),
            eid: EidRoute::NotConfigured,
            papers,
            timeouts: config.timeouts,
        };
        if let Some(known) = &known {
            trust.pin(&known.configuration.pinned_signers);
        }
        let session = Session::new(settings.clone(), policy, || VisitId(Uuid::now_v7()));
        let mut station = Self {
            shown: session.view(now),
            session,
            settings,
            clock,
            skew: time::Duration::ZERO,
            reports,
            waker,
            workers,
            expected: Expected::default(),
            jobs: 0,
            trust,
            bac: config.trust.bac.into(),
            upkeep: Upkeep::new(known.clone(), now),
            alerts: Alerts::default(),
            bell: Bell::Silent,
            backlight,
            #[cfg(feature = "sim")]
            witness: None,
        };
        station.dispatch(Event::DeviceStatus(Device::Camera, camera));
        if let Some(known) = known {
            station.learn(known);
        }
        station.look();
        Ok(station)
    }

    /// `waker` is called from the workers' threads whenever there is something to pump or to preview.
    pub fn wake_with(&mut self, waker: Waker) {
        *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = waker;
    }

    /// A key was touched. The next [`Station::pump`] tells what follows.
    pub fn touch(&mut self, action: Action) {
        self.dispatch(Event::Touched(action));
    }

    /// Takes what the workers report, for at most `wait` if there is nothing, and lets time pass. True if the screen
    /// changed since the last call.
    pub fn pump(&mut self, wait: Duration) -> bool {
        self.be_on_time();
        let asleep = self.next_deadline().and_then(|deadline| self.clock.until(deadline));
        let wait = asleep.map_or(wait, |asleep| asleep.min(wait));
        let first = self.reports.recv_timeout(wait);
        for report in first.into_iter().chain(self.reports.clone().try_iter()).take(MOST_AT_ONCE) {
            self.take(report);
        }
        self.be_on_time();
        self.look()
    }

    /// As it was at the last pump.
    pub fn screen(&self) -> &Screen {
        &self.shown
    }

    /// The camera's newest picture that was not taken yet.
    pub fn preview(&mut self) -> Option<PreviewFrame> {
        self.workers.face.preview()
    }

    /// When to pump even if nobody wakes: a time-out, a counted second. `None` where time does not pass by itself.
    pub fn next_wake(&self) -> Option<Instant> {
        let asleep = self.next_deadline().and_then(|deadline| self.clock.until(deadline))?;
        Instant::now().checked_add(asleep)
    }

    pub fn bell(&self) -> Bell {
        self.bell
    }

    /// The visit under way.
    pub fn visit(&self) -> Option<VisitId> {
        self.session.visit()
    }

    /// Asks the server for everything anew with the next pump.
    pub fn refresh(&mut self) {
        self.upkeep.at_once(self.clock.moment());
    }

    /// May the server go away now? Its words and numbers of every department are on the disk.
    pub fn is_ready_for_offline(&self) -> bool {
        self.upkeep.is_stocked()
    }

    /// What the server said last.
    pub fn server(&self) -> Option<&KnownServer> {
        self.upkeep.known()
    }

    /// Sees every event and effect before it happens. For stories and measurements only: they hold everything about a
    /// person.
    #[cfg(feature = "sim")]
    pub fn watch(&mut self, witness: crate::sim::Witness) {
        self.witness = Some(witness);
    }

    fn look(&mut self) -> bool {
        let screen = self.session.view(self.clock.moment());
        let changed = screen != self.shown;
        if let Some(backlight) = &mut self.backlight
            && let Err(error) = backlight.follow(screen.mood)
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "the panel's light stays as it is");
        }
        self.shown = screen;
        changed
    }

    fn next_deadline(&self) -> Option<Moment> {
        let session = self.session.next_deadline();
        [session, self.upkeep.due(), self.alerts.due()].into_iter().flatten().min()
    }

    fn be_on_time(&mut self) {
        let now = self.clock.moment();
        if self.session.next_deadline().is_some_and(|deadline| deadline <= now) {
            self.dispatch(Event::Tick);
        }
        if self.upkeep.due().is_some_and(|due| due <= now) {
            let errand = self.upkeep.begin();
            self.run_errands(vec![errand]);
        }
        for request in self.alerts.again(now) {
            // An alert that finds no room is asked again in its turn.
            let _ = self.workers.alerts.ask(ServerRequest::Alert(request));
        }
    }

    /// What the wall clock says, put right by the server's.
    fn now(&self) -> OffsetDateTime {
        self.clock.now() + self.skew
    }

    fn today(&self) -> Date {
        service_day(self.now())
    }

    fn dispatch(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            #[cfg(feature = "sim")]
            if let Some(witness) = &mut self.witness {
                witness(crate::sim::Happening::Event(&event));
            }
            let now = self.clock.moment();
            for effect in self.session.handle(event, now) {
                #[cfg(feature = "sim")]
                if let Some(witness) = &mut self.witness {
                    witness(crate::sim::Happening::Effect(&effect));
                }
                events.extend(self.run(effect));
            }
        }
    }

    /// Some effects are answered at once: those that could not even be asked for.
    fn run(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::FetchChallenge { visit, reading } => {
                self.expected.visit = Some(visit);
                self.expected.challenge = Some((visit, reading));
                match self.workers.visits.ask(ServerRequest::Challenge { visit }) {
                    Ok(()) => None,
                    Err(WorkerGone) => self.challenge_without_server(),
                }
            }
            Effect::ReadChip { reading, key, challenge } => {
                let request = Reading {
                    id: reading.number(),
                    key,
                    challenge: Challenge::new(challenge.0),
                    trust: self.trust.current(),
                    today: self.today(),
                    bac: self.bac,
                };
                self.expected.reading = Some(reading);
                let gone = self.workers.reader.read(request).is_err();
                gone.then_some(Event::ChipFailed(reading, ChipFailure::ReaderGone))
            }
            Effect::StopReading => {
                self.stop_reading();
                None
            }
            Effect::StartFace { face, portrait } => {
                self.expected.face = Some(face);
                let matching = Matching { id: face.number(), portrait: portrait.image, hash: portrait.hash };
                let gone = self.workers.face.start_matching(matching).is_err();
                gone.then_some(Event::FaceUnavailable(face))
            }
            Effect::StopFace => {
                self.stop_face();
                None
            }
            Effect::VerifyEid { visit, code } => {
                self.expected.visit = Some(visit);
                self.expected.eid = Some(visit);
                let request = EidRequest { code: code.to_string() };
                let asked = self.workers.visits.ask(ServerRequest::Eid { visit, request });
                asked.is_err().then_some(Event::EidAnswer(Err(ServerFailure::Away)))
            }
            Effect::Identify { visit, request } => {
                self.expected.visit = Some(visit);
                self.expected.identified = Some(visit);
                let asked = self.workers.visits.ask(ServerRequest::Identify { visit, request });
                asked.is_err().then_some(Event::Identified(Err(ServerFailure::Away)))
            }
            Effect::CheckIn { visit, request } => {
                self.expected.visit = Some(visit);
                self.expected.checked_in = Some(visit);
                let asked = self.workers.visits.ask(ServerRequest::CheckIn { visit, request });
                asked.is_err().then_some(Event::CheckedIn(Err(ServerFailure::Away)))
            }
            Effect::TakeOfflineNumber { visit, check_in, identification } => {
                let (today, now) = (self.today(), self.now());
                self.expected.visit = Some(visit);
                // Its ticket, should it still come, is voided when the paper's number comes home.
                self.expected.checked_in = None;
                self.expected.offline = Some((visit, today, now));
                let sealed_to = self.upkeep.known().map(|known| known.configuration.sealing_key);
                let identification = identification.map(|identification| *identification);
                let patient = WithoutServer { visit, check_in, identification, sealed_to, today, now };
                let asked = self.workers.offline.ask(OfflineRequest::TakeNumber(Box::new(patient)));
                asked.is_err().then_some(Event::OfflineNumber(Err(OfflineFailure::NotStored)))
            }
            Effect::AskPapers { visit, ask, call } => {
                self.expected.visit = Some(visit);
                self.expected.papers.push(ask);
                let request = ServerRequest::Papers { visit, ask: ask.number(), call };
                let asked = self.workers.visits.ask(request);
                asked.is_err().then_some(Event::PapersAnswer(ask, Err(ServerFailure::Away)))
            }
            Effect::AskChip { reading, key, challenge } => {
                let asking =
                    Asking { id: reading.number(), key, challenge: Challenge::new(challenge.0), bac: self.bac };
                self.expected.reading = Some(reading);
                let gone = self.workers.reader.ask(asking).is_err();
                gone.then_some(Event::ChipFailed(reading, ChipFailure::ReaderGone))
            }
            Effect::Print(paper) => self.print(paper::ticket(*paper)),
            Effect::PrintSlip(slip) => self.print(paper::slip(*slip)),
            Effect::Alert { kind, visit } => {
                let request = self.alerts.call(kind, visit, self.clock.moment());
                let asked = self.workers.alerts.ask(ServerRequest::Alert(request));
                asked.is_err().then_some(Event::AlertAnswered(AlertOutcome::NotHeard))
            }
            Effect::RefreshDepartments => {
                let asked = self.workers.background.ask(ServerRequest::Departments);
                asked.is_err().then(|| self.departments_as_known())
            }
            Effect::Ring => {
                self.bell = Bell::Ringing;
                None
            }
            Effect::StopRing => {
                self.bell = Bell::Silent;
                None
            }
            Effect::Forget => {
                self.forget();
                None
            }
        }
    }

    fn print(&mut self, ticket: Ticket) -> Option<Event> {
        self.jobs = self.jobs.wrapping_add(1);
        self.expected.print = Some(self.jobs);
        let gone = self.workers.printer.print(PrintJob { id: self.jobs, ticket }).is_err();
        gone.then_some(Event::PrintFailed(PrintFailure::PrinterGone))
    }

    fn forget(&mut self) {
        self.stop_reading();
        self.stop_face();
        if let Some(visit) = std::mem::take(&mut self.expected).visit {
            // The log of visits only tells what was broken off; a full lane leaves one line too many.
            let _ = self.workers.visits.ask(ServerRequest::Finish { visit });
        }
    }

    fn stop_reading(&mut self) {
        self.workers.reader.stop_reading();
        self.expected.reading = None;
        self.expected.challenge = None;
    }

    fn stop_face(&mut self) {
        self.workers.face.stop();
        self.expected.face = None;
    }

    fn take(&mut self, report: Report) {
        let event = match report {
            Report::Reader(report) => self.of_reader(report),
            Report::Scanner(report) => Some(match report {
                ScannerReport::Up => Event::DeviceStatus(Device::Scanner, DeviceStatus::Up),
                ScannerReport::Down => Event::DeviceStatus(Device::Scanner, DeviceStatus::Down),
                ScannerReport::Scanned(code) => Event::Scanned(code.0),
            }),
            Report::Printer(report) => self.of_printer(report),
            Report::Face(report) => self.of_face(report),
            Report::Server(report) => self.of_server(report),
            Report::Offline(report) => self.of_offline(report),
        };
        if let Some(event) = event {
            self.dispatch(event);
        }
    }

    fn of_reader(&mut self, report: ReaderReport) -> Option<Event> {
        match report {
            ReaderReport::Up => Some(Event::DeviceStatus(Device::Reader, DeviceStatus::Up)),
            ReaderReport::Down => {
                // A worker that fell over its driver has not answered.
                if let Some(reading) = self.expected.reading.take() {
                    self.dispatch(Event::ChipFailed(reading, ChipFailure::ReaderGone));
                }
                Some(Event::DeviceStatus(Device::Reader, DeviceStatus::Down))
            }
            ReaderReport::CardInserted => Some(Event::CardInserted),
            ReaderReport::CardRemoved => Some(Event::CardRemoved),
            ReaderReport::Progress { reading, progress } => {
                let reading = self.expected.reading.filter(|expected| expected.number() == reading)?;
                Some(Event::ChipProgress(reading, progress))
            }
            ReaderReport::Read { reading, result } => {
                let reading = self.expected.reading.take_if(|expected| expected.number() == reading)?;
                Some(match result {
                    Ok(document) => Event::ChipRead(reading, document),
                    Err(error) => {
                        tracing::info!(error = &error as &dyn std::error::Error, "a chip was not read");
                        Event::ChipFailed(reading, failure::of_chip(&error))
                    }
                })
            }
            ReaderReport::Answered { asking, result } => {
                let reading = self.expected.reading.take_if(|expected| expected.number() == asking)?;
                Some(match result {
                    Ok(signature) => Event::ChipAnswered(reading, Base64(signature)),
                    Err(error) => {
                        tracing::info!(error = &error as &dyn std::error::Error, "a chip did not sign");
                        Event::ChipFailed(reading, failure::of_chip(&error))
                    }
                })
            }
        }
    }

    fn of_printer(&mut self, report: PrinterReport) -> Option<Event> {
        match report {
            PrinterReport::Condition(condition) => {
                Some(Event::DeviceStatus(Device::Printer, failure::printer_status(condition)))
            }
            PrinterReport::Printed { job } => {
                self.expected.print.take_if(|expected| *expected == job)?;
                Some(Event::Printed)
            }
            PrinterReport::NotPrinted { job, error } => {
                self.expected.print.take_if(|expected| *expected == job)?;
                Some(Event::PrintFailed(failure::of_printer(error.condition())))
            }
        }
    }

    fn of_face(&mut self, report: FaceReport) -> Option<Event> {
        let expected = |matching: u32| move |face: &FaceId| face.number() == matching;
        match report {
            FaceReport::Hint { matching, hint } => {
                let face = self.expected.face.filter(expected(matching))?;
                Some(Event::FaceHint(face, hint))
            }
            FaceReport::Counted { matching, frames, needed } => {
                let face = self.expected.face.filter(expected(matching))?;
                Some(Event::FaceCounted { face, frames, needed })
            }
            FaceReport::Decided { matching, decision } => {
                let face = self.expected.face.filter(expected(matching))?;
                self.expected.face = None;
                Some(Event::FaceDecided(face, decision))
            }
            FaceReport::Unavailable { matching, fault: _ } => {
                let face = self.expected.face.filter(expected(matching))?;
                self.expected.face = None;
                Some(Event::FaceUnavailable(face))
            }
        }
    }

    fn of_server(&mut self, report: ServerReport) -> Option<Event> {
        let now = self.clock.moment();
        match report {
            ServerReport::Challenge { visit, answer } => {
                let (_, reading) = self.expected.challenge.filter(|(expected, _)| *expected == visit)?;
                match answer {
                    Ok(reply) => self.challenge_ready(reading, reply.challenge, ChallengeOrigin::Server),
                    Err(error) => {
                        tracing::info!(%error, "no challenge of the server");
                        self.challenge_without_server()
                    }
                }
            }
            ServerReport::Eid { visit, answer } => {
                self.expected.eid.take_if(|expected| *expected == visit)?;
                Some(Event::EidAnswer(answer.map_err(|error| told(&error))))
            }
            ServerReport::Identified { visit, answer } => {
                self.expected.identified.take_if(|expected| *expected == visit)?;
                Some(Event::Identified(answer.map_err(|error| told(&error))))
            }
            ServerReport::Papers { ask, answer } => {
                let at = self.expected.papers.iter().position(|expected| expected.number() == ask)?;
                let ask = self.expected.papers.swap_remove(at);
                Some(Event::PapersAnswer(ask, answer.map_err(|error| told(&error))))
            }
            ServerReport::CheckedIn { visit, answer } => {
                self.expected.checked_in.take_if(|expected| *expected == visit)?;
                Some(Event::CheckedIn(answer.map_err(|error| told(&error))))
            }
            ServerReport::Alerted { id, answer } => {
                self.alerts.answered(id, answer.is_ok(), now).map(Event::AlertAnswered)
            }
            ServerReport::Departments(answer) => {
                let errands = self.upkeep.departments(answer.as_deref(), self.today(), now);
                self.run_errands(errands);
                Some(answer.map_or_else(|_| self.departments_as_known(), Event::Departments))
            }
            ServerReport::Configuration(answer) => {
                if let Ok(configuration) = &answer {
                    self.set_clock(configuration);
                }
                let errands = self.upkeep.configuration(answer, now);
                self.run_errands(errands);
                None
            }
            ServerReport::Block { request: _, answer } => {
                let errands = self.upkeep.block(answer, self.today(), now);
                self.run_errands(errands);
                None
            }
            ServerReport::Reconciled { visit, answer } => {
                let errands = self.upkeep.reconciled(visit, answer, now);
                self.run_errands(errands);
                None
            }
        }
    }

    fn of_offline(&mut self, report: OfflineReport) -> Option<Event> {
        let now = self.clock.moment();
        match report {
            OfflineReport::Stock(stock) => {
                self.upkeep.stock(stock);
                None
            }
            OfflineReport::Challenge { visit, challenge } => {
                let (_, reading) = self.expected.challenge.filter(|(expected, _)| *expected == visit)?;
                match challenge {
                    Ok(Some(challenge)) => self.challenge_ready(reading, challenge, ChallengeOrigin::Block),
                    Ok(None) => self.challenge_of_ours(reading),
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "no challenge of the block");
                        self.challenge_of_ours(reading)
                    }
                }
            }
            OfflineReport::Number { visit, number } => {
                let (_, service_day, issued_at) = self.expected.offline.take_if(|(expected, ..)| *expected == visit)?;
                Some(Event::OfflineNumber(match number {
                    Ok(number) => {
                        self.upkeep.hurry(now);
                        Ok(OfflineNumber { number, service_day, issued_at })
                    }
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "no number of the block");
                        Err(failure::of_offline(&error))
                    }
                }))
            }
            OfflineReport::Waiting(request) => {
                let errands = self.upkeep.waiting(request.map(|request| *request), now);
                self.run_errands(errands);
                None
            }
        }
    }

    fn challenge_ready(&mut self, reading: ReadingId, challenge: Hex8, origin: ChallengeOrigin) -> Option<Event> {
        self.expected.challenge = None;
        Some(Event::ChallengeReady { reading, challenge, origin })
    }

    fn challenge_without_server(&mut self) -> Option<Event> {
        let (visit, reading) = self.expected.challenge?;
        let today = self.today();
        match self.workers.offline.ask(OfflineRequest::TakeChallenge { visit, today }) {
            Ok(()) => None,
            Err(WorkerGone) => self.challenge_of_ours(reading),
        }
    }

    fn challenge_of_ours(&mut self, reading: ReadingId) -> Option<Event> {
        let mut challenge = [0; 8];
        OsRng.fill_bytes(&mut challenge);
        self.challenge_ready(reading, Hex8(challenge), ChallengeOrigin::Kiosk)
    }

    fn departments_as_known(&self) -> Event {
        Event::Departments(self.upkeep.known().map(|known| known.departments.clone()).unwrap_or_default())
    }

    fn run_errands(&mut self, errands: Vec<Errand>) {
        for errand in errands {
            let asked = match errand {
                Errand::Server(request) => self.workers.background.ask(request),
                Errand::Offline(request) => self.workers.offline.ask(request),
                Errand::Learned(known) => {
                    self.learn(*known);
                    Ok(())
                }
            };
            if asked == Err(WorkerGone) {
                self.upkeep.stuck(self.clock.moment());
            }
        }
    }

    fn learn(&mut self, known: KnownServer) {
        let KnownServer { configuration, departments } = known;
        self.settings.hospital.vi = configuration.hospital_vi;
        self.settings.hospital.en = configuration.hospital_en;
        self.settings.eid = if configuration.eid { EidRoute::Configured } else { EidRoute::NotConfigured };
        self.session.configure(self.settings.clone());
        self.trust.pin(&configuration.pinned_signers);
        self.dispatch(Event::Departments(departments));
    }

    /// A kiosk without its own sense of time keeps the server's.
    fn set_clock(&mut self, configuration: &StationConfiguration) {
        let skew = configuration.server_time - self.clock.now();
        if (skew - self.skew).abs() > CLOCKS_DIFFER {
            tracing::warn!(seconds = skew.whole_seconds(), "this kiosk's clock is not the server's");
        }
        self.skew = skew;
    }
}

/// The workers' common way back.
struct Line {
    sender: Sender<Report>,
    waker: Arc<Mutex<Waker>>,
}

impl Line {
    fn to<R: 'static>(&self, wrap: fn(R) -> Report) -> Outbox<R> {
        Outbox::new(self.sender.clone(), self.waker(), wrap)
    }

    /// Whoever is to be woken at that moment.
    fn waker(&self) -> Waker {
        let waker = Arc::clone(&self.waker);
        Waker::new(move || waker.lock().unwrap_or_else(PoisonError::into_inner).clone().wake())
    }
}

fn told(error: &devices::server_client::ServerError) -> ServerFailure {
    tracing::warn!(error = error as &dyn std::error::Error, "the server did not do what it was asked");
    failure::of_server(error)
}

fn server_client(config: &StationConfig) -> Result<ServerClient, StationError> {
    let key = config.kiosk_key()?;
    let authority = match &config.server.authority_file {
        Some(path) => {
            let unreadable = |source| StationError::ServerAuthority { path: path.clone(), source };
            Some(std::fs::read(path).map_err(unreadable)?)
        }
        None => None,
    };
    let server = &config.server;
    Ok(ServerClient::new(&server.address, &config.kiosk, &key, authority.as_deref(), server.patience())?)
}

fn typefaces(config: &StationConfig) -> Result<Typefaces, StationError> {
    let provision = config.provision_dir().map_err(StationError::Provision)?;
    let weight = |name: &str| {
        let path = provision.join("fonts").join(format!("BeVietnamPro-{name}.ttf"));
        std::fs::read(&path).map_err(|source| StationError::Font { path, source })
    };
    Ok(Typefaces::parse(weight("Regular")?, weight("SemiBold")?, weight("ExtraBold")?)?)
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Station").field("session", &self.session).finish_non_exhaustive()
    }
}
