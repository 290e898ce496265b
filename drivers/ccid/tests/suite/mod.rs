//! What every reader must do, whatever carries its messages. Run over the in-process transport (`contract.rs`) and over
//! libusb (`libusb.rs`).

use std::time::Duration;

use ccid::sim::{CardInSlot, SimLevel, SimReader};
use ccid::{ApduLevel, CcidError, Reader, SlotChange};

/// A desk with a simulated reader, and the way a program opens it.
pub struct Bench<'a> {
    pub sim: SimReader,
    pub open: &'a dyn Fn(&SimReader) -> Result<Reader, CcidError>,
}

/// A story and its name.
pub type Story = (&'static str, fn(&Bench<'_>));

pub const STORIES: &[Story] = &[
    ("an_empty_reader_says_so", an_empty_reader_says_so),
    ("a_card_is_noticed_when_it_comes_and_when_it_goes", a_card_is_noticed_when_it_comes_and_when_it_goes),
    ("commands_of_all_four_cases_reach_the_card", commands_of_all_four_cases_reach_the_card),
    (
        "a_file_is_read_in_the_largest_pieces_the_reader_carries",
        a_file_is_read_in_the_largest_pieces_the_reader_carries,
    ),
    ("a_card_wants_power_before_it_talks", a_card_wants_power_before_it_talks),
    ("extended_apdus_are_refused_where_they_do_not_fit", extended_apdus_are_refused_where_they_do_not_fit),
    ("a_malformed_apdu_never_leaves_the_host", a_malformed_apdu_never_leaves_the_host),
    ("a_card_pulled_in_the_middle_of_a_command_is_told_as_removed", a_card_pulled_in_the_middle_of_a_command),
    ("a_card_exchanged_behind_our_back_is_told_as_replaced", a_card_exchanged_behind_our_back),
    ("a_mute_card_is_told_as_mute", a_mute_card_is_told_as_mute),
    ("a_card_with_a_broken_atr_is_refused", a_card_with_a_broken_atr_is_refused),
    ("a_reader_may_be_unplugged_and_opened_again", a_reader_may_be_unplugged_and_opened_again),
    ("more_commands_than_sequence_numbers", more_commands_than_sequence_numbers),
    ("every_byte_is_counted_on_both_sides", every_byte_is_counted_on_both_sides),
];

/// A card with one file. It is not a passport: stories here are about readers.
pub struct FileCard {
    atr: Vec<u8>,
    selected: bool,
}

const FILE_LENGTH: usize = 20_000;

fn file_byte(at: usize) -> u8 {
    (at % 251) as u8
}

impl FileCard {
    pub fn boxed() -> Box<Self> {
        Self::with_atr(&[0x3B, 0x80, 0x80, 0x01, 0x01])
    }

    pub fn with_atr(atr: &[u8]) -> Box<Self> {
        Box::new(Self { atr: atr.to_vec(), selected: false })
    }
}

impl CardInSlot for FileCard {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {
        self.selected = false;
    }

    fn apdu(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let apdu = ccid::CommandApdu::parse(command).expect("the reader passes on whole commands");
        let [_, ins, p1, p2] = apdu.header;
        let mut answer = match ins {
            0xA4 => {
                self.selected = true;
                Vec::new()
            }
            0xB0 if !self.selected => return Some(vec![0x69, 0x86]),
            0xB0 => {
                let offset = usize::from(u16::from_be_bytes([p1, p2]));
                let length = apdu.expected.unwrap_or(0) as usize;
                let end = FILE_LENGTH.min(offset + length);
                (offset..end).map(file_byte).collect()
            }
            // Says what it heard.
            0x86 => apdu.data.to_vec(),
            // Has exactly five bytes.
            0x10 if apdu.expected != Some(5) => return Some(vec![0x6C, 5]),
            0x10 => vec![1, 2, 3, 4, 5],
            // Leaves.
            0xEE => return None,
            _ => return Some(vec![0x6D, 0x00]),
        };
        answer.extend_from_slice(&[0x90, 0x00]);
        Some(answer)
    }
}

const SELECT: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01];
const LEAVE: [u8; 5] = [0x00, 0xEE, 0x00, 0x00, 0x00];
/// For things that have happened already.
const SOON: Duration = Duration::from_secs(5);
/// For things that must not happen.
const NOW: Duration = Duration::from_millis(1);

impl Bench<'_> {
    fn open(&self) -> Reader {
        (self.open)(&self.sim).expect("the reader opens")
    }

    fn with_card(&self) -> Reader {
        self.sim.insert(FileCard::boxed());
        let mut reader = self.open();
        reader.power_on().expect("the card has power");
        reader
    }
}

fn an_empty_reader_says_so(bench: &Bench<'_>) {
    let mut reader = bench.open();
    assert!(!reader.card_present().expect("status"));
    assert!(matches!(reader.power_on(), Err(CcidError::NoCard)));
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::NoCard)));
    assert_eq!(reader.wait_for_change(NOW).expect("status"), None);
}

fn a_card_is_noticed_when_it_comes_and_when_it_goes(bench: &Bench<'_>) {
    let mut reader = bench.open();
    std::thread::scope(|scope| {
        let sim = &bench.sim;
        scope.spawn(move || sim.insert(FileCard::boxed()));
        assert_eq!(reader.wait_for_change(SOON).expect("status"), Some(SlotChange::Inserted));
    });
    assert!(reader.card_present().expect("status"));
    assert_eq!(reader.wait_for_change(NOW).expect("status"), None);
    reader.power_on().expect("the card has power");
    bench.sim.remove();
    assert_eq!(reader.wait_for_change(SOON).expect("status"), Some(SlotChange::Removed));
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::NoCard)));
}

fn commands_of_all_four_cases_reach_the_card(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    // 1: neither data nor Le; 3: data.
    assert_eq!(reader.transmit(&[0x00, 0xA4, 0x00, 0x0C]).expect("case 1"), [0x90, 0x00]);
    assert_eq!(reader.transmit(&SELECT).expect("case 3"), [0x90, 0x00]);
    // 2: Le; a wrong one is corrected by T=0 and reported by APDU readers.
    assert_eq!(reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x03]).expect("case 2"), [0, 1, 2, 0x90, 0x00]);
    let corrected = reader.transmit(&[0x00, 0x10, 0x00, 0x00, 0x00]).expect("case 2 with a wrong Le");
    match reader.apdu_level() {
        ApduLevel::TpduT0 => assert_eq!(corrected, [1, 2, 3, 4, 5, 0x90, 0x00]),
        ApduLevel::Short | ApduLevel::Extended => assert_eq!(corrected, [0x6C, 5]),
    }
    // 4: both, with the longest data the short form has.
    let mut echo = vec![0x00, 0x86, 0x00, 0x00, 0xFF];
    echo.extend((0..255).map(file_byte));
    echo.push(0x00);
    let heard = reader.transmit(&echo).expect("case 4");
    assert_eq!(heard[..255], echo[5..260]);
    assert_eq!(heard[255..], [0x90, 0x00]);
    assert_eq!(reader.transmit(&[0x00, 0xCA, 0x00, 0x00, 0x00]).expect("unknown INS"), [0x6D, 0x00]);
}

fn a_file_is_read_in_the_largest_pieces_the_reader_carries(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    reader.transmit(&SELECT).expect("select");
    let mut file = Vec::new();
    while file.len() < FILE_LENGTH {
        let [high, low] = (file.len() as u16).to_be_bytes();
        let piece = match reader.apdu_level() {
            ApduLevel::Extended => reader.transmit(&[0x00, 0xB0, high, low, 0x00, 0x40, 0x00]),
            ApduLevel::Short | ApduLevel::TpduT0 => reader.transmit(&[0x00, 0xB0, high, low, 0x00]),
        }
        .expect("read binary");
        let (data, sw) = piece.split_at(piece.len() - 2);
        assert_eq!(sw, [0x90, 0x00]);
        file.extend_from_slice(data);
    }
    assert!(file.iter().copied().eq((0..FILE_LENGTH).map(file_byte)));
    if reader.apdu_level() == ApduLevel::Extended {
        // And a long command.
        let mut echo = vec![0x00, 0x86, 0x00, 0x00, 0x00, 0x0A, 0x00];
        echo.extend((0..2560).map(file_byte));
        echo.extend([0x00, 0x00]);
        let heard = reader.transmit(&echo).expect("a long command");
        assert_eq!(heard[..2560], echo[7..2567]);
    }
}

fn a_card_wants_power_before_it_talks(bench: &Bench<'_>) {
    bench.sim.insert(FileCard::boxed());
    let mut reader = bench.open();
    assert!(reader.card_present().expect("status"));
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::CardNotPowered)));
    let atr = reader.power_on().expect("power");
    assert_eq!(atr.as_bytes(), [0x3B, 0x80, 0x80, 0x01, 0x01]);
    reader.transmit(&SELECT).expect("select");
    reader.power_on().expect("power again, from cold");
    assert_eq!(reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x01]).expect("read"), [0x69, 0x86]);
    reader.power_off().expect("power off");
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::CardNotPowered)));
}

fn extended_apdus_are_refused_where_they_do_not_fit(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    let answer = reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00, 0x10, 0x00]);
    match reader.apdu_level() {
        ApduLevel::Extended => assert_eq!(answer.expect("the card answers"), [0x69, 0x86]),
        ApduLevel::Short | ApduLevel::TpduT0 => assert!(matches!(answer, Err(CcidError::ExtendedApduNotPossible))),
    }
}

fn a_malformed_apdu_never_leaves_the_host(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    let before = bench.sim.traffic();
    for wrong in [&[][..], &[0x00, 0xB0], &[0x00, 0xB0, 0, 0, 5, 1], &[0x00, 0xB0, 0, 0, 0, 1]] {
        assert!(matches!(reader.transmit(wrong), Err(CcidError::MalformedApdu { .. })));
    }
    assert_eq!(bench.sim.traffic().to_reader_bytes, before.to_reader_bytes);
}

fn a_card_pulled_in_the_middle_of_a_command(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    assert!(matches!(reader.transmit(&LEAVE), Err(CcidError::CardRemoved)));
    assert!(!reader.card_present().expect("status"));
    let card = bench.sim.remove().expect("the card lies on the desk");
    bench.sim.insert(card);
    assert_eq!(reader.wait_for_change(SOON).expect("status"), Some(SlotChange::Inserted));
    reader.power_on().expect("power");
    assert_eq!(reader.transmit(&SELECT).expect("select"), [0x90, 0x00]);
}

fn a_card_exchanged_behind_our_back(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    if bench.sim.options().level == SimLevel::TpduT0 {
        // This reader calls a card active that was never powered: the exchange fails instead.
        bench.sim.insert(FileCard::boxed());
        assert!(matches!(reader.transmit(&SELECT), Err(CcidError::CardMute)));
    } else {
        bench.sim.insert(FileCard::boxed());
        assert_eq!(reader.wait_for_change(SOON).expect("status"), Some(SlotChange::Replaced));
    }
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::CardNotPowered)));
    reader.power_on().expect("power");
    assert_eq!(reader.transmit(&SELECT).expect("select"), [0x90, 0x00]);
}

fn a_mute_card_is_told_as_mute(bench: &Bench<'_>) {
    bench.sim.insert(FileCard::with_atr(&[]));
    let mut reader = bench.open();
    assert!(matches!(reader.power_on(), Err(CcidError::CardMute)));
    bench.sim.insert(FileCard::boxed());
    reader.power_on().expect("a better card works");
}

fn a_card_with_a_broken_atr_is_refused(bench: &Bench<'_>) {
    bench.sim.insert(FileCard::with_atr(&[0x3B, 0x80, 0x80, 0x01, 0x77]));
    let mut reader = bench.open();
    assert!(matches!(reader.power_on(), Err(CcidError::Atr(ccid::AtrError::BadTck))));
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::CardNotPowered)));
    if reader.apdu_level() == ApduLevel::TpduT0 {
        bench.sim.insert(FileCard::with_atr(&[0x3B, 0x80, 0x01, 0x81]));
        assert!(matches!(reader.power_on(), Err(CcidError::ProtocolNotSupported { protocol: 1 })));
    }
}

fn a_reader_may_be_unplugged_and_opened_again(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    reader.transmit(&SELECT).expect("select");
    bench.sim.unplug();
    assert!(matches!(reader.transmit(&SELECT), Err(CcidError::ReaderGone)));
    assert!(matches!(reader.wait_for_change(SOON), Err(CcidError::ReaderGone)));
    drop(reader);
    bench.sim.replug();
    let mut reader = bench.open();
    assert!(reader.card_present().expect("status"));
    reader.power_on().expect("power");
    assert_eq!(reader.transmit(&SELECT).expect("select"), [0x90, 0x00]);
}

fn more_commands_than_sequence_numbers(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    for _ in 0..300 {
        assert_eq!(reader.transmit(&SELECT).expect("select"), [0x90, 0x00]);
    }
}

fn every_byte_is_counted_on_both_sides(bench: &Bench<'_>) {
    let mut reader = bench.with_card();
    reader.transmit(&SELECT).expect("select");
    assert_eq!(reader.traffic(), bench.sim.traffic());
    assert!(reader.traffic().to_reader_bytes > 17 && reader.traffic().from_reader_bytes > 12);
}
