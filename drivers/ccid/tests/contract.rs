//! The contract over the in-process transport, for every kind of reader; and what only a simulated reader can be made to do.

use ccid::sim::{Interludes, InterruptPipe, SimLevel, SimOptions, SimReader};
use ccid::{ApduLevel, CcidError, Reader, UsbId};

mod suite;
use suite::{Bench, FileCard, STORIES};

fn keeps_the_contract(options: SimOptions) {
    for (name, story) in STORIES {
        eprintln!("{name}, {options:?}");
        story(&Bench { sim: SimReader::new(options), open: &SimReader::open });
    }
}

#[test]
fn an_extended_apdu_reader_keeps_the_contract() {
    keeps_the_contract(SimOptions::extended_apdu());
}

#[test]
fn a_short_apdu_reader_keeps_the_contract() {
    keeps_the_contract(SimOptions::short_apdu());
}

#[test]
fn a_tpdu_reader_keeps_the_contract() {
    keeps_the_contract(SimOptions::tpdu_t0());
}

#[test]
fn a_tpdu_reader_that_is_told_the_parameters_keeps_the_contract() {
    keeps_the_contract(SimOptions { level: SimLevel::TpduT0ParametersByHost, ..SimOptions::tpdu_t0() });
}

#[test]
fn readers_without_interrupt_pipe_keep_the_contract() {
    for options in [SimOptions::extended_apdu(), SimOptions::short_apdu(), SimOptions::tpdu_t0()] {
        keeps_the_contract(SimOptions { interrupt: InterruptPipe::Absent, ..options });
    }
}

#[test]
fn readers_that_ask_for_time_keep_the_contract() {
    for options in [SimOptions::extended_apdu(), SimOptions::short_apdu(), SimOptions::tpdu_t0()] {
        keeps_the_contract(SimOptions { time_extensions: 7, ..options });
    }
}

#[test]
fn readers_that_send_empty_and_stale_messages_keep_the_contract() {
    for options in [SimOptions::extended_apdu(), SimOptions::short_apdu(), SimOptions::tpdu_t0()] {
        keeps_the_contract(SimOptions { interludes: Interludes::EmptyAndStale, ..options });
    }
}

#[test]
fn a_reader_that_chains_in_small_parts_keeps_the_contract() {
    for max_message_length in [64, 271, 1024] {
        keeps_the_contract(SimOptions { max_message_length, ..SimOptions::extended_apdu() });
    }
}

#[test]
fn a_reader_that_lies_about_its_length_is_stepped_down_to_short_apdus() {
    let sim = SimReader::new(SimOptions { drops_answers_over: Some(374), ..SimOptions::extended_apdu() });
    sim.insert(FileCard::boxed());
    let mut reader = sim.open().expect("open");
    reader.power_on().expect("power");
    let select = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01];
    reader.transmit(&select).expect("select");

    let long = reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00, 0x04, 0x00]);
    assert!(matches!(long, Err(CcidError::SteppedDown)), "{long:?}");
    assert_eq!(reader.apdu_level(), ApduLevel::Short);
    assert_eq!(reader.limits().answer_bytes, 258);

    // The session with the card is over; a new one works, and stays short.
    assert!(matches!(reader.transmit(&select), Err(CcidError::CardNotPowered)));
    reader.power_on().expect("power");
    reader.transmit(&select).expect("select");
    assert_eq!(reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00]).expect("read").len(), 258);
    assert_eq!(reader.apdu_level(), ApduLevel::Short);
}

#[test]
fn a_short_exchange_without_answer_times_out_and_the_reader_recovers() {
    let sim = SimReader::new(SimOptions { drops_answers_over: Some(100), ..SimOptions::short_apdu() });
    sim.insert(FileCard::boxed());
    let mut reader = sim.open().expect("open");
    reader.power_on().expect("power");
    reader.transmit(&[0x00, 0xA4, 0x00, 0x0C]).expect("select");
    assert!(matches!(reader.transmit(&[0x00, 0xB0, 0, 0, 0]), Err(CcidError::TimedOut { .. })));
    assert!(reader.card_present().expect("the reader listens again"));
    reader.power_on().expect("power");
    reader.transmit(&[0x00, 0xA4, 0x00, 0x0C]).expect("select");
    assert_eq!(reader.transmit(&[0x00, 0xB0, 0, 0, 10]).expect("read").len(), 12);
}

#[test]
fn a_reader_known_to_lie_is_never_asked_for_extended_apdus() {
    let acr1281 = UsbId { vendor: 0x072F, product: 0x2224 };
    let sim = SimReader::new(SimOptions { id: acr1281, ..SimOptions::extended_apdu() });
    assert_eq!(sim.open().expect("open").apdu_level(), ApduLevel::Short);
    let acr1252 = UsbId { vendor: 0x072F, product: 0x223B };
    let sim = SimReader::new(SimOptions { id: acr1252, ..SimOptions::extended_apdu() });
    assert_eq!(sim.open().expect("open").limits().answer_bytes, 4096);
}

#[test]
fn a_slot_that_the_reader_does_not_have_is_refused() {
    let sim = SimReader::new(SimOptions::short_apdu());
    let opened = Reader::open_slot(sim.connect().expect("plugged in"), 1);
    assert!(matches!(opened, Err(CcidError::NoSuchSlot { slot: 1, last: 0 })));
}

#[test]
fn a_connection_made_before_an_unplug_stays_dead() {
    let sim = SimReader::new(SimOptions::short_apdu());
    let mut reader = sim.open().expect("open");
    sim.unplug();
    assert!(matches!(sim.open(), Err(CcidError::NoReader)));
    sim.replug();
    assert!(matches!(reader.card_present(), Err(CcidError::ReaderGone)));
    assert!(!sim.open().expect("open again").card_present().expect("status"));
}
