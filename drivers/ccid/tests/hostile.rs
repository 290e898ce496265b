//! Readers that misbehave on the wire. Each ends in a named error, in bounded time, and never in a panic.

use std::collections::VecDeque;
use std::time::Duration;

use ccid::sim::{SimOptions, SimReader};
use ccid::{CcidError, CommandName, MessageError, Reader, Transport, TransportError, UsbId};
use proptest::prelude::*;

/// Answers the n-th message it gets with the n-th list of transfers, with the sequence number put in.
struct Script {
    class_descriptor: [u8; 54],
    answers: VecDeque<Vec<Vec<u8>>>,
    /// Repeated for ever once the answers are used up.
    refrain: Vec<Vec<u8>>,
    waiting: VecDeque<Vec<u8>>,
}

/// Stands for the sequence number of the command in a scripted transfer, at its place in the header.
const SEQ: u8 = 0x5E;

impl Script {
    fn new(answers: Vec<Vec<Vec<u8>>>, refrain: Vec<Vec<u8>>) -> Self {
        let class_descriptor = *SimReader::new(SimOptions::extended_apdu()).class_descriptor();
        Self { class_descriptor, answers: answers.into(), refrain, waiting: VecDeque::new() }
    }
}

impl Transport for Script {
    fn id(&self) -> UsbId {
        UsbId { vendor: 0x1209, product: 0x0001 }
    }

    fn class_descriptor(&self) -> &[u8] {
        &self.class_descriptor
    }

    fn write(&mut self, bytes: &[u8], _timeout: Duration) -> Result<(), TransportError> {
        let mut transfers = self.answers.pop_front().unwrap_or_else(|| self.refrain.clone());
        for transfer in &mut transfers {
            if transfer.get(6) == Some(&SEQ) {
                transfer[6] = bytes[6];
            }
        }
        self.waiting.extend(transfers);
        Ok(())
    }

    fn read(&mut self, _timeout: Duration) -> Result<Vec<u8>, TransportError> {
        self.waiting.pop_front().ok_or(TransportError::TimedOut)
    }

    fn has_interrupt(&self) -> bool {
        true
    }

    fn read_interrupt(&mut self, _timeout: Duration) -> Result<Vec<u8>, TransportError> {
        self.waiting.pop_front().ok_or(TransportError::TimedOut)
    }

    fn pause(&mut self, _pause: Duration) {}

    fn abort(&mut self, _slot: u8, _seq: u8, _timeout: Duration) -> Result<(), TransportError> {
        // As a reader without the request does: it stalls.
        Err(TransportError::Usb(rusb::Error::Pipe))
    }

    fn reset(&mut self) -> Result<(), TransportError> {
        self.waiting.clear();
        Ok(())
    }
}

/// A bulk-in message.
fn message(kind: u8, status: u8, error: u8, specific: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&(data.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&[0, SEQ, status, error, specific]);
    bytes.extend_from_slice(data);
    bytes
}

fn slot_status() -> Vec<u8> {
    message(0x81, 0, 0, 0, &[])
}

fn atr() -> Vec<u8> {
    message(0x80, 0, 0, 0, &[0x3B, 0x80, 0x80, 0x01, 0x01])
}

/// A reader with a powered card, whose answers to XfrBlock are scripted.
fn powered(answers: Vec<Vec<Vec<u8>>>) -> Reader {
    let mut script = vec![vec![slot_status()], vec![atr()]];
    script.extend(answers);
    let mut reader = Reader::open(Script::new(script, vec![slot_status()])).expect("open");
    reader.power_on().expect("power");
    reader
}

const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x10];

fn transmitted(answers: Vec<Vec<Vec<u8>>>) -> CcidError {
    powered(answers).transmit(&READ).expect_err("no answer can be made of this")
}

#[test]
fn a_reader_that_asks_for_time_without_end_is_given_up() {
    let more_time = message(0x80, 0x80, 0xFF, 0, &[]);
    let error = transmitted(vec![vec![more_time; 5000]]);
    assert!(matches!(error, CcidError::TimedOut { command: CommandName::XfrBlock }), "{error:?}");
}

#[test]
fn a_reader_that_sends_only_stale_messages_is_given_up() {
    let mut stale = slot_status();
    stale[6] = 0xEE;
    let error = transmitted(vec![vec![stale; 5000]]);
    assert!(matches!(error, CcidError::TimedOut { .. }), "{error:?}");
    let error = transmitted(vec![vec![Vec::new(); 5000]]);
    assert!(matches!(error, CcidError::TimedOut { .. }), "{error:?}");
}

#[test]
fn an_answer_for_another_slot_is_not_ours() {
    let mut other = message(0x80, 0, 0, 0, &[0x90, 0x00]);
    other[5] = 1;
    assert!(matches!(transmitted(vec![vec![other]]), CcidError::TimedOut { .. }));
}

#[test]
fn a_message_cut_into_transfers_is_put_together() {
    let whole = message(0x80, 0, 0, 0, &[1, 2, 3, 4, 0x90, 0x00]);
    let parts = vec![whole[..11].to_vec(), whole[11..12].to_vec(), whole[12..].to_vec()];
    assert_eq!(powered(vec![parts]).transmit(&READ).expect("whole"), [1, 2, 3, 4, 0x90, 0x00]);
}

#[test]
fn a_message_shorter_than_it_says_is_no_answer() {
    let mut short = message(0x80, 0, 0, 0, &[0x90, 0x00]);
    short[1] = 9;
    assert!(matches!(transmitted(vec![vec![short.clone()]]), CcidError::TimedOut { .. }));
    let error = transmitted(vec![vec![short, Vec::new()]]);
    assert!(matches!(error, CcidError::Message { source: MessageError::DataMissing { declared: 9, found: 2 }, .. }));
}

#[test]
fn a_message_longer_than_any_answer_is_refused_before_it_is_read() {
    let mut long = message(0x80, 0, 0, 0, &[]);
    long[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = transmitted(vec![vec![long]]);
    assert!(matches!(error, CcidError::Message { source: MessageError::TooLong { .. }, .. }), "{error:?}");
}

#[test]
fn an_answer_of_another_type_is_refused() {
    let error = transmitted(vec![vec![message(0x82, 0, 0, 0, &[0x90, 0x00])]]);
    assert!(matches!(error, CcidError::Message { source: MessageError::WrongType { found: 0x82, .. }, .. }));
}

#[test]
fn an_answer_without_status_word_is_refused() {
    assert!(matches!(
        transmitted(vec![vec![message(0x80, 0, 0, 0, &[0x90])]]),
        CcidError::MalformedAnswer { length: 1 }
    ));
}

#[test]
fn a_chain_that_does_not_end_is_cut() {
    let begins = vec![message(0x80, 0, 0, 1, &[1; 60_000])];
    let goes_on = vec![message(0x80, 0, 0, 3, &[1; 60_000])];
    let error = transmitted(vec![begins.clone(), goes_on]);
    assert!(matches!(error, CcidError::Message { source: MessageError::ChainTooLong, .. }), "{error:?}");
    let empty = vec![message(0x80, 0, 0, 3, &[])];
    let error = transmitted(vec![begins.clone(), empty]);
    assert!(matches!(error, CcidError::Message { source: MessageError::ChainTooLong, .. }), "{error:?}");
    let nonsense = vec![message(0x80, 0, 0, 7, &[1])];
    let error = transmitted(vec![begins, nonsense]);
    assert!(matches!(error, CcidError::Message { source: MessageError::ReservedChain(7), .. }), "{error:?}");
}

#[test]
fn a_slot_that_is_always_busy_is_told_as_refused() {
    let busy = vec![message(0x80, 0x40, 0xE0, 0, &[])];
    assert!(matches!(powered(vec![busy.clone(); 30]).transmit(&READ), Err(CcidError::ReaderRefused { .. })));
    assert!(matches!(Reader::open(Script::new(Vec::new(), busy)), Err(CcidError::ReaderRefused { .. })));
}

#[test]
fn a_slot_that_was_busy_for_a_moment_answers() {
    let busy = vec![message(0x80, 0x40, 0xE0, 0, &[])];
    let answer = vec![message(0x80, 0, 0, 0, &[7, 0x90, 0x00])];
    assert_eq!(powered(vec![busy.clone(), busy, answer]).transmit(&READ).expect("answer"), [7, 0x90, 0x00]);
}

#[test]
fn after_rubbish_the_reader_is_reset_and_used_again() {
    // The answer is rubbish, and so is the answer to the Abort; then all is well.
    let rubbish = vec![message(0x80, 0x03, 0, 0, &[])];
    let mut reader = powered(vec![rubbish.clone(), rubbish]);
    assert!(matches!(reader.transmit(&READ), Err(CcidError::Message { .. })));
    assert!(matches!(reader.transmit(&READ), Err(CcidError::CardNotPowered)));
    assert!(reader.card_present().expect("status"));
}

#[test]
fn class_descriptors_that_cannot_be_served_are_refused() {
    let mut script = Script::new(Vec::new(), vec![slot_status()]);
    script.class_descriptor[40..44].copy_from_slice(&0u32.to_le_bytes());
    assert!(matches!(Reader::open(script), Err(CcidError::CharacterLevelNotSupported)));
    let mut script = Script::new(Vec::new(), vec![slot_status()]);
    script.class_descriptor[0] = 9;
    assert!(matches!(Reader::open(script), Err(CcidError::Descriptor(_))));
}

fn transfer() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        // Likelier to be believed: type, status, error, chain and data of the right shape.
        (0x80u8..0x84, any::<u8>(), any::<u8>(), 0u8..5, proptest::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(kind, status, error, specific, data)| message(kind, status, error, specific, &data)),
    ]
}

proptest! {
    #[test]
    fn no_reader_can_make_the_host_panic_or_hang(
        answers in proptest::collection::vec(proptest::collection::vec(transfer(), 0..4), 0..12),
        refrain in proptest::collection::vec(transfer(), 0..3),
        level in prop_oneof![Just(1u32), Just(2), Just(4)],
    ) {
        let mut script = Script::new(answers, refrain);
        script.class_descriptor[40..44].copy_from_slice(&(level << 16 | 0x48).to_le_bytes());
        if let Ok(mut reader) = Reader::open(script) {
            let _ = reader.power_on();
            let _ = reader.transmit(&READ);
            let _ = reader.transmit(&[0x00, 0x86, 0x00, 0x00, 0x01, 0x07, 0x00]);
            let _ = reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00, 0x04, 0x00]);
            let _ = reader.wait_for_change(Duration::ZERO);
            let _ = reader.power_off();
        }
    }
}
