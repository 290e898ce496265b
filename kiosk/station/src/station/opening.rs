//! A station is put together: its workers, their common way back, what they read from disk.

use std::sync::{Arc, Mutex, PoisonError};

use api::VisitId;
use crossbeam_channel::{Sender, bounded};
use devices::code_scanner::CodeScanner;
use devices::face_camera::FaceCamera;
use devices::offline::{KnownServer, NumberStore, SealedQueue, VisitLog};
use devices::offline_desk::OfflineDesk;
use devices::reader::CardReader;
use devices::server_client::ServerClient;
use devices::server_lane::ServerLane;
use devices::ticket_printer::TicketPrinter;
use devices::{Outbox, Waker};
use printer::Typefaces;
use session::{Device, DeviceStatus, EidRoute, Event, Session, Settings};
use uuid::Uuid;

use crate::alerts::Alerts;
use crate::backlight::Backlight;
use crate::clock::{Clock, service_day};
use crate::config::{Credential, StationConfig};
use crate::device_set::DeviceSet;
use crate::health::Health;
use crate::trust::Trust;
use crate::upkeep::Upkeep;

use super::{Bell, Expected, FaceEngine, REPORTS_WAITING, Report, Station, StationError, Workers};

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
            health: Health::new(camera),
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

fn server_client(config: &StationConfig) -> Result<ServerClient, StationError> {
    let authority = config.server_authority()?;
    let (server, authority) = (&config.server, authority.as_deref());
    Ok(match config.credential()? {
        Credential::Identity { identity, file } => {
            ServerClient::certified(&server.address, identity, &file, authority, server.patience())?
        }
        Credential::Key(key) => ServerClient::new(&server.address, &config.kiosk, &key, authority, server.patience())?,
    })
}

fn typefaces(config: &StationConfig) -> Result<Typefaces, StationError> {
    let provision = config.provision_dir().map_err(StationError::Provision)?;
    let weight = |name: &str| {
        let path = provision.join("fonts").join(format!("BeVietnamPro-{name}.ttf"));
        std::fs::read(&path).map_err(|source| StationError::Font { path, source })
    };
    Ok(Typefaces::parse(weight("Regular")?, weight("SemiBold")?, weight("ExtraBold")?)?)
}
