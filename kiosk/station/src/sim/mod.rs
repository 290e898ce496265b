//! A bench: one kiosk's devices, simulated, and the hands that move them. The drivers above them are the real ones: CCID
//! messages, ESC/POS, scanner lines and camera frames really flow, and are counted.

mod cards;
mod virtual_time;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use camera::sim::{Motion, Picture, SimCameraHandle};
use camera::{BadFrame, Camera};
use ccid::sim::{SimOptions, SimReader};
use devices::sim::CardInHand;
use emrtd::sim::SimulatedCard;
use printer::sim::SimHandle;
use printer::{EscPos, Patience, Printer, Raster};
use scanner::sim::SimScanner;
use scanner::{IdleGap, Scanner};
use session::{Effect, Event};

use crate::device_set::DeviceSet;

pub use cards::{CardKind, CardMaker, NoPortrait, card_portrait};
pub use virtual_time::VirtualTime;

/// Of the simulated camera.
const FRAME: (u32, u32) = (640, 480);
/// Thirty frames a second.
const FRAME_PACE: Duration = Duration::from_millis(33);

/// What a station is about to be told, or to do.
#[derive(Debug)]
pub enum Happening<'a> {
    Event(&'a Event),
    Effect(&'a Effect),
}

/// See [`crate::Station::watch`].
pub type Witness = Box<dyn FnMut(Happening<'_>) + Send>;

/// The desk with the simulated devices on it. Clones are the same desk.
#[derive(Clone)]
pub struct Bench {
    reader: SimReader,
    scanner: SimScanner,
    printer: SimHandle,
    camera: SimCameraHandle,
    pace: CameraPace,
    /// In the reader, or taken out of it.
    hand: Arc<Mutex<Option<CardInHand>>>,
}

/// How fast the simulated camera gives frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraPace {
    /// As fast as they are looked at.
    Unpaced,
    /// As a real one: for people who watch.
    Real,
}

/// What went over the wires so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WireBytes {
    pub ccid_to_reader: u64,
    pub ccid_from_reader: u64,
    pub scanner: u64,
    pub escpos: u64,
    pub camera_frames: u64,
    pub camera: u64,
}

impl Bench {
    /// Everything plugged in, no card, a new roll, and nobody before the camera.
    pub fn new(reader: SimOptions, pace: CameraPace) -> Result<Self, BadFrame> {
        Ok(Self {
            reader: SimReader::new(reader),
            scanner: SimScanner::new(),
            printer: SimHandle::new(),
            camera: SimCameraHandle::new(FRAME.0, FRAME.1, Motion::Alive { seed: 1 })?,
            pace,
            hand: Arc::new(Mutex::new(None)),
        })
    }

    pub fn device_set(&self) -> DeviceSet {
        let Self { reader, scanner, printer, camera, pace, hand: _ } = self.clone();
        DeviceSet {
            reader: Box::new(move || reader.open()),
            scanner: Box::new(move || Ok(Box::new(scanner.open(IdleGap::Ignored)?) as Box<dyn Scanner>)),
            printer: Box::new(move || {
                Ok(Box::new(EscPos::new(printer.link(), Patience::default())) as Box<dyn Printer>)
            }),
            camera: Box::new(move || {
                let open = match pace {
                    CameraPace::Unpaced => camera.open()?,
                    // Stands for the exposure of a real sensor.
                    CameraPace::Real => camera.open_paced(Box::new(|| thread::sleep(FRAME_PACE)))?,
                };
                Ok(Box::new(open) as Box<dyn Camera>)
            }),
        }
    }

    /// Puts a card in; one that was there is taken away.
    pub fn insert_card(&self, card: SimulatedCard) {
        let card = CardInHand::new(card);
        *self.hand() = Some(card.clone());
        self.reader.insert(Box::new(card));
    }

    /// Takes the card out and keeps it in the hand.
    pub fn pull_card(&self) {
        self.reader.remove();
    }

    /// The card that was taken out, or that slipped, goes in again.
    pub fn put_back(&self) {
        let hand = self.hand();
        if let Some(card) = hand.as_ref() {
            // A card that slipped out still hangs in the slot.
            self.reader.remove();
            card.with(SimulatedCard::reinsert);
            self.reader.insert(Box::new(card.clone()));
        }
    }

    pub fn card_is_in(&self) -> bool {
        self.reader.holds_card()
    }

    /// The card in the reader, or in the hand.
    pub fn with_card<T>(&self, look: impl FnOnce(&mut SimulatedCard) -> T) -> Option<T> {
        self.hand().as_ref().map(|card| card.with(look))
    }

    /// Holds a code before the scanner.
    pub fn scan(&self, text: &str) {
        self.scanner.show(text.as_bytes());
    }

    /// Somebody steps before the camera; no pictures: nobody.
    pub fn choose_face(&self, pictures: &[Picture]) {
        self.camera.show(pictures);
    }

    pub fn empty_paper(&self) {
        self.printer.empty_paper();
    }

    pub fn refill_paper(&self) {
        self.printer.refill();
    }

    /// Each paper that was cut, oldest first.
    pub fn tapes(&self) -> Vec<Raster> {
        self.printer.tapes()
    }

    pub fn reader(&self) -> &SimReader {
        &self.reader
    }

    pub fn scanner(&self) -> &SimScanner {
        &self.scanner
    }

    pub fn printer(&self) -> &SimHandle {
        &self.printer
    }

    pub fn camera(&self) -> &SimCameraHandle {
        &self.camera
    }

    pub fn wire_bytes(&self) -> WireBytes {
        let ccid = self.reader.traffic();
        WireBytes {
            ccid_to_reader: ccid.to_reader_bytes,
            ccid_from_reader: ccid.from_reader_bytes,
            scanner: self.scanner.sent_bytes(),
            escpos: self.printer.received_bytes(),
            camera_frames: self.camera.frames(),
            camera: self.camera.bytes(),
        }
    }

    fn hand(&self) -> MutexGuard<'_, Option<CardInHand>> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("wire_bytes", &self.wire_bytes()).finish_non_exhaustive()
    }
}
