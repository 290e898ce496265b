//! A reader in memory that speaks CCID messages: the host code above the [`Transport`] is the one that runs on USB.
//!
//! [`SimReader`] is the thing on the desk: a person (a test, a dock) puts cards in, takes them out, pulls the cable.
//! [`SimReader::connect`] is what opening the USB device would give.

mod firmware;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::CcidError;
use crate::reader::Reader;
use crate::transport::{Traffic, Transport, TransportError, UsbId};
use firmware::Firmware;

/// Any card that can lie in the slot.
pub trait CardInSlot {
    /// The answer to reset. Empty: the card stays mute.
    fn atr(&self) -> Vec<u8>;
    /// Power was given or taken: all state of a session is lost.
    fn reset(&mut self);
    /// The response APDU with SW1 SW2; `None` if the card was pulled instead of answering.
    fn apdu(&mut self, command: &[u8]) -> Option<Vec<u8>>;
}

/// What kind of reader it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimOptions {
    pub id: UsbId,
    pub level: SimLevel,
    pub interrupt: InterruptPipe,
    /// Requests for time before each answer of a card.
    pub time_extensions: u8,
    /// dwMaxCCIDMessageLength as claimed. Longer APDUs are chained at extended APDU level.
    pub max_message_length: u32,
    /// The truth behind the claim: longer answers are dropped in silence, as QEMU's reader does.
    pub drops_answers_over: Option<usize>,
    pub interludes: Interludes,
}

/// dwFeatures, by what the host must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimLevel {
    ExtendedApdu,
    ShortApdu,
    /// TPDU level with T=0; the reader takes the parameters from the ATR.
    TpduT0,
    /// TPDU level with T=0; the reader exchanges nothing before the host has set the parameters.
    TpduT0ParametersByHost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterruptPipe {
    Present,
    Absent,
}

/// What comes between command and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interludes {
    None,
    /// A zero-length packet and a message with an old sequence number.
    EmptyAndStale,
}

impl SimOptions {
    /// pid.codes test identity: no quirk knows it.
    const ID: UsbId = UsbId { vendor: 0x1209, product: 0x0001 };

    pub const fn extended_apdu() -> Self {
        Self {
            id: Self::ID,
            level: SimLevel::ExtendedApdu,
            interrupt: InterruptPipe::Present,
            time_extensions: 0,
            max_message_length: 65_554,
            drops_answers_over: None,
            interludes: Interludes::None,
        }
    }

    pub const fn short_apdu() -> Self {
        Self { level: SimLevel::ShortApdu, max_message_length: 271, ..Self::extended_apdu() }
    }

    pub const fn tpdu_t0() -> Self {
        Self { level: SimLevel::TpduT0, max_message_length: 271, ..Self::extended_apdu() }
    }
}

/// The reader on the desk. Clones are the same reader.
#[derive(Clone)]
pub struct SimReader {
    desk: Arc<Desk>,
}

/// A card as the reader holds it.
pub type BoxedCard = Box<dyn CardInSlot + Send>;

struct Desk {
    options: SimOptions,
    class_descriptor: [u8; 54],
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    firmware: Firmware,
    /// Counts plugs: a connection made before an unplug stays dead, as on USB.
    plug: u64,
    plugged: bool,
    bulk_in: VecDeque<Vec<u8>>,
    interrupt_in: VecDeque<Vec<u8>>,
    traffic: Traffic,
}

impl SimReader {
    /// Plugged in, without a card.
    pub fn new(options: SimOptions) -> Self {
        let state = State {
            firmware: Firmware::new(options),
            plug: 0,
            plugged: true,
            bulk_in: VecDeque::new(),
            interrupt_in: VecDeque::new(),
            traffic: Traffic::default(),
        };
        let class_descriptor = firmware::class_descriptor(&options);
        Self { desk: Arc::new(Desk { options, class_descriptor, state: Mutex::new(state), changed: Condvar::new() }) }
    }

    /// What opening the USB device gives.
    pub fn connect(&self) -> Result<SimTransport, CcidError> {
        let state = self.desk.lock();
        if !state.plugged {
            return Err(CcidError::NoReader);
        }
        Ok(SimTransport { desk: Arc::clone(&self.desk), plug: state.plug })
    }

    /// The host's end, ready to use.
    pub fn open(&self) -> Result<Reader, CcidError> {
        Reader::open(self.connect()?)
    }

    /// Puts a card in. A card already there is given back.
    pub fn insert(&self, card: BoxedCard) -> Option<BoxedCard> {
        let mut state = self.desk.lock();
        let before = state.firmware.take_card();
        state.firmware.put_card(card);
        self.desk.card_moved(&mut state);
        before
    }

    /// Takes the card out, also one that has pulled itself ([`CardInSlot::apdu`] gave `None`).
    pub fn remove(&self) -> Option<BoxedCard> {
        let mut state = self.desk.lock();
        let card = state.firmware.take_card();
        self.desk.card_moved(&mut state);
        card
    }

    /// Is a card in the slot? A pulled card is not.
    pub fn holds_card(&self) -> bool {
        self.desk.lock().firmware.holds_card()
    }

    /// Pulls the cable. The card stays where it is, without power.
    pub fn unplug(&self) {
        let mut state = self.desk.lock();
        state.plugged = false;
        state.firmware.power_lost();
        state.bulk_in.clear();
        state.interrupt_in.clear();
        self.desk.changed.notify_all();
    }

    pub fn replug(&self) {
        let mut state = self.desk.lock();
        state.plugged = true;
        state.plug += 1;
        self.desk.changed.notify_all();
    }

    /// Bytes over all pipes and all connections so far.
    pub fn traffic(&self) -> Traffic {
        self.desk.lock().traffic
    }

    pub fn options(&self) -> SimOptions {
        self.desk.options
    }

    /// The 54 bytes of CCID 1.1 section 5.1.
    pub fn class_descriptor(&self) -> &[u8; 54] {
        &self.desk.class_descriptor
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// RDR_to_PC_NotifySlotChange (CCID 1.1 section 6.3.1).
    fn card_moved(&self, state: &mut State) {
        if state.plugged && self.options.interrupt == InterruptPipe::Present {
            let present = u8::from(state.firmware.holds_card());
            state.interrupt_in.push_back(vec![0x50, 0x02 | present]);
        }
        self.changed.notify_all();
    }
}

/// One connection to the simulated reader. Nothing in it waits except for a person's hand: a bulk answer that is not there
/// at once will never come, so reading it times out immediately.
pub struct SimTransport {
    desk: Arc<Desk>,
    plug: u64,
}

/// As the USB transport: 16 KiB a transfer.
const LARGEST_READ: usize = 16 * 1024;

impl SimTransport {
    fn live(&self) -> Result<MutexGuard<'_, State>, TransportError> {
        let state = self.desk.lock();
        if state.plugged && state.plug == self.plug { Ok(state) } else { Err(TransportError::Gone) }
    }
}

impl Transport for SimTransport {
    fn id(&self) -> UsbId {
        self.desk.options.id
    }

    fn class_descriptor(&self) -> &[u8] {
        &self.desk.class_descriptor
    }

    fn write(&mut self, bytes: &[u8], _timeout: Duration) -> Result<(), TransportError> {
        let mut state = self.live()?;
        state.traffic.to_reader_bytes += bytes.len() as u64;
        let had_card = state.firmware.holds_card();
        let answers = state.firmware.message(bytes);
        state.bulk_in.extend(answers);
        if had_card && !state.firmware.holds_card() {
            self.desk.card_moved(&mut state);
        }
        Ok(())
    }

    fn read(&mut self, _timeout: Duration) -> Result<Vec<u8>, TransportError> {
        let mut state = self.live()?;
        let mut transfer = state.bulk_in.pop_front().ok_or(TransportError::TimedOut)?;
        if transfer.len() > LARGEST_READ {
            let rest = transfer.split_off(LARGEST_READ);
            state.bulk_in.push_front(rest);
        }
        state.traffic.from_reader_bytes += transfer.len() as u64;
        Ok(transfer)
    }

    fn has_interrupt(&self) -> bool {
        self.desk.options.interrupt == InterruptPipe::Present
    }

    fn read_interrupt(&mut self, timeout: Duration) -> Result<Vec<u8>, TransportError> {
        let desk = Arc::clone(&self.desk);
        let (mut state, _) = desk
            .changed
            .wait_timeout_while(self.live()?, timeout, |state| {
                state.plugged && state.plug == self.plug && state.interrupt_in.is_empty()
            })
            .unwrap_or_else(PoisonError::into_inner);
        if !state.plugged || state.plug != self.plug {
            return Err(TransportError::Gone);
        }
        let notice = state.interrupt_in.pop_front().ok_or(TransportError::TimedOut)?;
        state.traffic.from_reader_bytes += notice.len() as u64;
        Ok(notice)
    }

    /// Ends early when a card or the cable moves.
    fn pause(&mut self, pause: Duration) {
        let state = self.desk.lock();
        // A spurious early end only makes the host ask once more.
        drop(self.desk.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner));
    }

    fn abort(&mut self, _slot: u8, seq: u8, _timeout: Duration) -> Result<(), TransportError> {
        let mut state = self.live()?;
        state.firmware.abort(seq);
        Ok(())
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        let mut state = self.live()?;
        state.firmware.power_lost();
        state.bulk_in.clear();
        Ok(())
    }
}
