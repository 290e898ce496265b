//! One kiosk in one hospital, and a patient before it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::VisitId;
use ccid::sim::SimOptions;
use emrtd::sim::SimulatedCard;
use session::screen::{Action, Screen};
use station::sim::{Bench, CameraPace, WireBytes};
use station::{RealTime, Station, StationConfig};

use crate::deck::{Deck, DeckError, Photographs};
use crate::hospital::{Hospital, HospitalError, KIOSK};
use crate::patient::{Card, Deed, Patient, number_on};

/// How long one wait may take on a slow machine before the story is given up.
const PATIENCE: Duration = Duration::from_secs(60);
const PUMP: Duration = Duration::from_millis(20);

#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    #[error(transparent)]
    Hospital(#[from] HospitalError),
    #[error(transparent)]
    Deck(#[from] DeckError),
    #[error("the station: {0}")]
    Station(#[from] station::StationError),
    #[error("the simulated camera: {0}")]
    Camera(#[from] camera::BadFrame),
    #[error("its configuration: {0}")]
    Config(#[from] station::ConfigError),
    #[error("a sample paper: {0}")]
    Draft(#[from] certificates::DraftError),
    #[error("the models: {0}")]
    Models(#[from] onnx::OnnxError),
    #[error("waited {} s for {what}; the screen was \"{screen}\"", PATIENCE.as_secs())]
    NotReached { what: &'static str, screen: &'static str },
    #[error("a file cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

/// What all scenarios of a run share: photographs and the folder of models and fonts.
pub struct Props {
    pub photographs: Photographs,
    pub provision: std::path::PathBuf,
}

/// Where the kiosk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Hall,
    /// In a room of its own: death notices are read here.
    Apart,
}

pub struct Stage {
    // Dropped first: it writes into the hospital's folder.
    pub station: Station,
    pub bench: Bench,
    pub hospital: Hospital,
    pub deck: Arc<Deck>,
    /// Every screen that was shown, the last state of each visit to it.
    pub seen: Vec<Screen>,
    pub visits: Vec<VisitId>,
    pub numbers: Vec<String>,
    pub times_ms: BTreeMap<String, f64>,
    card: Option<SimulatedCard>,
    since: Instant,
}

impl Stage {
    pub fn set(props: &Props, deck: Arc<Deck>, place: Place) -> Result<Self, StoryError> {
        let hospital = Hospital::open(&deck.authorities(), &props.photographs.eid_portrait)?;
        let bench = Bench::new(SimOptions::extended_apdu(), CameraPace::Unpaced)?;
        let station = open_station(&hospital, &deck, &bench, props, place)?;
        let mut stage = Self {
            hospital,
            bench,
            station,
            deck,
            seen: Vec::new(),
            visits: Vec::new(),
            numbers: Vec::new(),
            times_ms: BTreeMap::new(),
            card: None,
            since: Instant::now(),
        };
        stage.until("numbers in stock and the server heard", |stage| {
            stage.station.is_ready_for_offline() && stage.screen().name == "welcome"
        })?;
        Ok(stage)
    }

    pub fn screen(&self) -> Screen {
        self.station.screen().clone()
    }

    /// Lets the kiosk run until `done`.
    pub fn until(&mut self, what: &'static str, mut done: impl FnMut(&mut Self) -> bool) -> Result<(), StoryError> {
        let started = Instant::now();
        loop {
            self.look();
            if done(self) {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                return Err(StoryError::NotReached { what, screen: self.screen().name });
            }
            self.station.pump(PUMP);
        }
    }

    /// Shows a code to the scanner and waits until the screen answers.
    pub fn show_code(&mut self, payload: &str) -> Result<(), StoryError> {
        let before = self.screen();
        self.bench.scan(payload);
        self.until("an answer to the code", |stage| stage.screen() != before)
    }

    /// The patient has this card in the hand, and puts it on the reader when a screen asks for it.
    pub fn hold(&mut self, card: SimulatedCard) {
        self.card = Some(card);
    }

    /// Puts a card on the reader unasked.
    pub fn insert(&mut self, card: SimulatedCard) {
        self.bench.insert_card(card);
    }

    pub fn stand_before_camera(&self, pictures: &[camera::sim::Picture]) {
        self.bench.choose_face(pictures);
    }

    /// The patient does what the screens offer until `done`.
    pub fn play(
        &mut self,
        patient: &mut Patient,
        what: &'static str,
        mut done: impl FnMut(&mut Self) -> bool,
    ) -> Result<(), StoryError> {
        let started = Instant::now();
        loop {
            self.look();
            if done(self) {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                return Err(StoryError::NotReached { what, screen: self.screen().name });
            }
            match patient.look_at(&self.screen(), self.where_the_card_is()) {
                Deed::Touch(action) => self.station.touch(action),
                Deed::TakeCardOut => self.bench.pull_card(),
                Deed::PutCardIn => match self.card.take() {
                    Some(card) => self.bench.insert_card(card),
                    None => self.bench.put_back(),
                },
                Deed::Wait => {}
            }
            self.station.pump(PUMP);
        }
    }

    fn where_the_card_is(&self) -> Card {
        let in_hand = self.card.is_some() || self.bench.with_card(|_| ()).is_some();
        match (self.bench.card_is_in(), in_hand) {
            (true, _) => Card::InReader,
            (false, true) => Card::InHand,
            (false, false) => Card::None,
        }
    }

    /// Until the patient has a number and the kiosk has forgotten the patient.
    pub fn play_to_the_end(&mut self, patient: &mut Patient) -> Result<(), StoryError> {
        let known = self.numbers.len();
        self.play(patient, "a number and the way back to Welcome", |stage| {
            stage.numbers.len() > known && stage.screen().name == "welcome"
        })
    }

    pub fn touch(&mut self, action: Action) {
        self.station.touch(action);
        self.station.pump(Duration::ZERO);
        self.look();
    }

    pub fn last_visit(&self) -> Option<VisitId> {
        self.visits.last().copied()
    }

    pub fn crossed(&self) -> WireBytes {
        self.bench.wire_bytes()
    }

    /// Notes what is on the screen now.
    fn look(&mut self) {
        let screen = self.screen();
        if let Some(visit) = self.station.visit()
            && !self.visits.contains(&visit)
        {
            self.visits.push(visit);
        }
        if let Some(number) = number_on(&screen)
            && self.numbers.last().map(String::as_str) != Some(number)
        {
            self.numbers.push(number.to_owned());
        }
        match self.seen.last_mut() {
            Some(last) if says_the_same(last, &screen) => {
                *last = screen;
            }
            Some(last) => {
                let ms = self.since.elapsed().as_secs_f64() * 1000.0;
                *self.times_ms.entry(last.name.to_owned()).or_insert(0.0) += ms;
                self.since = Instant::now();
                self.seen.push(screen);
            }
            None => self.seen.push(screen),
        }
    }
}

/// Only its progress differs.
fn says_the_same(one: &Screen, other: &Screen) -> bool {
    one.name == other.name
        && one.headline == other.headline
        && one.badge.as_ref().map(|badge| &badge.text) == other.badge.as_ref().map(|badge| &badge.text)
        && one.dialog.is_some() == other.dialog.is_some()
}

/// A station on the bench, connected to the hospital, with the real models.
pub fn open_station(
    hospital: &Hospital,
    deck: &Deck,
    bench: &Bench,
    props: &Props,
    place: Place,
) -> Result<Station, StoryError> {
    let folder = hospital.folder.path();
    std::fs::write(folder.join("kiosk.key"), &hospital.kiosk_key)?;
    let authorities: Vec<String> = (0..deck.authorities().len()).map(|index| format!("\"csca-{index}.der\"")).collect();
    let path = folder.join("kiosk.toml");
    std::fs::write(&path, config(&hospital.base_url(), &props.provision, &authorities.join(", "), place))?;
    let models = onnx::load(&props.provision);
    Ok(Station::start(StationConfig::read(&path)?, bench.device_set(), models, RealTime::clock())?)
}

fn config(address: &str, provision: &Path, authorities: &str, place: Place) -> String {
    format!(
        r#"
kiosk = "{KIOSK}"
state = "kiosk"
provision = {provision:?}
[server]
address = "{address}"
key_file = "kiosk.key"
connect_ms = 2000
answer_ms = 4000
[hospital]
name = {{ vi = "Bệnh viện Đa khoa Mẫu", en = "Sample General Hospital" }}
counter = {{ vi = "quầy 1", en = "counter 1" }}
counter_place = {{ vi = "ngay bên phải máy này", en = "just to the right of this machine" }}
[papers]
office = {{ vi = "phòng hồ sơ", en = "the records office" }}
office_place = {{ vi = "tầng 1, phòng 105", en = "floor 1, room 105" }}
death_notices = "{death_notices}"
[devices]
reader = "sim"
scanner = "sim"
printer = "sim"
camera = "sim"
[trust]
authorities = [{authorities}]
[timeouts]
thanks_ms = 300
chip_ms = 60000
face_ms = 60000
idle_ms = 120000
"#,
        provision = provision.display().to_string(),
        death_notices = match place {
            Place::Hall => "office",
            Place::Apart => "kiosk",
        },
    )
}
