//! One kiosk without its window: reports in ([`reports`]), events to the session, effects out ([`effects`]).

mod effects;
mod opening;
mod reports;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::{StationConfiguration, VisitId};
use crossbeam_channel::Receiver;
use devices::code_scanner::{CodeScanner, ScannerReport};
use devices::face_camera::{FaceCamera, FaceReport, PreviewFrame};
use devices::offline::{JournalError, KnownServer, OfflineError};
use devices::offline_desk::{OfflineDesk, OfflineReport};
use devices::reader::{CardReader, ReaderReport};
use devices::server_client::ClientError;
use devices::server_lane::{ServerLane, ServerReport, ServerRequest};
use devices::ticket_printer::{PrinterReport, TicketPrinter};
use devices::{Waker, WorkerGone};
use emrtd::BacPolicy;
use onnx::OnnxError;
use printer::LayoutError;
use session::screen::{Action, Screen};
use session::{EidRoute, Event, FaceId, Moment, PapersAskId, ReadingId, Session, Settings};
use time::{Date, OffsetDateTime};

use crate::alerts::Alerts;
use crate::backlight::Backlight;
use crate::clock::{Clock, service_day};
use crate::config::ConfigError;
use crate::health::Health;
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
    health: Health,
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
    offline: Option<(VisitId, Date, OffsetDateTime, Option<String>)>,
    print: Option<u32>,
    /// Of this visit; the session knows which of them still count.
    papers: Vec<PapersAskId>,
}

impl Station {
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

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Station").field("session", &self.session).finish_non_exhaustive()
    }
}
