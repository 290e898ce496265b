//! One contract for the real scanner on a pseudo-terminal and for the simulated one.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::Write;
use std::time::{Duration, Instant};

use scanner::serial::{self, Port, Settings};
use scanner::sim::SimScanner;
use scanner::{IdleGap, LONGEST_PAYLOAD, LineScanner, Scanner, ScannerError};
use serialport::{SerialPort, TTYPort};

/// A scanner as a person handles it, and the way a program opens it.
trait Bench {
    fn open(&self, idle_gap: IdleGap) -> Result<LineScanner, ScannerError>;
    fn inject(&mut self, bytes: &[u8]);
    fn unplug(&mut self);
    fn replug(&mut self);
}

impl Bench for SimScanner {
    fn open(&self, idle_gap: IdleGap) -> Result<LineScanner, ScannerError> {
        SimScanner::open(self, idle_gap)
    }

    fn inject(&mut self, bytes: &[u8]) {
        SimScanner::inject(self, bytes);
    }

    fn unplug(&mut self) {
        SimScanner::unplug(self);
    }

    fn replug(&mut self) {
        SimScanner::replug(self);
    }
}

/// The other end of the line. The slave stays open here, so that the line does not hang up between two openings.
struct Pty {
    ends: Option<(TTYPort, TTYPort)>,
    path: String,
}

impl Pty {
    fn new() -> Self {
        let (master, slave) = TTYPort::pair().unwrap();
        let path = slave.name().unwrap();
        Self { ends: Some((master, slave)), path }
    }
}

impl Bench for Pty {
    fn open(&self, idle_gap: IdleGap) -> Result<LineScanner, ScannerError> {
        serial::open(&Settings { idle_gap, ..Settings::new(Port::Path(self.path.clone().into())) })
    }

    fn inject(&mut self, bytes: &[u8]) {
        let (master, slave) = self.ends.as_mut().unwrap();
        let expected = slave.bytes_to_read().unwrap() as usize + bytes.len();
        master.write_all(bytes).unwrap();
        // The kernel carries them over in its own time; a flush before that would miss them.
        let end = Instant::now() + SOON;
        while (slave.bytes_to_read().unwrap() as usize) < expected {
            assert!(Instant::now() < end, "the line takes no more");
            std::thread::yield_now();
        }
    }

    fn unplug(&mut self) {
        self.ends = None;
    }

    fn replug(&mut self) {
        *self = Pty::new();
    }
}

const SOON: Duration = Duration::from_secs(5);
const NOW: Duration = Duration::from_millis(20);
/// The card QR of an invented person.
const CARD: &str = "031085000017||Nguyễn Văn Mẫu|15011985|Nam|Phường Ví Dụ, Hải Phòng|05052021";

fn scanned(scanner: &mut LineScanner) -> Vec<u8> {
    scanner.next_payload(SOON).unwrap().expect("a code was read").as_bytes().to_vec()
}

fn a_code_is_read_whole_with_any_line_end(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    for end in ["\r", "\n", "\r\n"] {
        bench.inject(format!("{CARD}{end}").as_bytes());
        assert_eq!(scanned(&mut scanner), CARD.as_bytes());
    }
    assert_eq!(scanner.next_payload(NOW).unwrap(), None);
}

fn two_codes_in_one_breath_come_one_after_the_other(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(b"first\r\nsecond\r\n");
    assert_eq!(scanned(&mut scanner), b"first");
    assert_eq!(scanned(&mut scanner), b"second");
}

fn a_stalled_line_gives_nothing_until_it_goes_on(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(b"half ");
    let start = Instant::now();
    assert_eq!(scanner.next_payload(NOW).unwrap(), None);
    assert!(start.elapsed() >= NOW && start.elapsed() < SOON);
    bench.inject(b"a code\r");
    assert_eq!(scanned(&mut scanner), b"half a code");
}

fn silence_ends_a_code_where_the_scanner_sends_no_line_end(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::EndsPayload(NOW)).unwrap();
    bench.inject(b"no line end");
    assert_eq!(scanned(&mut scanner), b"no line end");
}

fn a_line_longer_than_any_code_is_dropped_and_the_next_is_read(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(&[b'x'; LONGEST_PAYLOAD + 1]);
    assert!(matches!(scanner.next_payload(SOON), Err(ScannerError::Oversize)));
    bench.inject(b"tail\rgood\r");
    assert_eq!(scanned(&mut scanner), b"good");
}

fn every_byte_value_but_the_line_ends_passes_unchanged(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    let bytes: Vec<u8> = (0..=255).filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    bench.inject(&bytes);
    bench.inject(b"\n");
    assert_eq!(scanned(&mut scanner), bytes);
}

fn what_was_scanned_before_opening_is_dropped(bench: &mut dyn Bench) {
    bench.inject(b"the patient before\r");
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(b"this patient\r");
    assert_eq!(scanned(&mut scanner), b"this patient");
}

fn unplugging_is_told_and_the_scanner_opens_again(bench: &mut dyn Bench) {
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(b"before\r");
    assert_eq!(scanned(&mut scanner), b"before");
    bench.unplug();
    assert!(matches!(scanner.next_payload(SOON), Err(ScannerError::Unplugged)));
    assert!(matches!(scanner.next_payload(SOON), Err(ScannerError::Unplugged)));
    drop(scanner);
    assert!(matches!(bench.open(IdleGap::Ignored), Err(ScannerError::NotPluggedIn)));
    bench.replug();
    let mut scanner = bench.open(IdleGap::Ignored).unwrap();
    bench.inject(b"after\r");
    assert_eq!(scanned(&mut scanner), b"after");
}

const STORIES: &[fn(&mut dyn Bench)] = &[
    a_code_is_read_whole_with_any_line_end,
    two_codes_in_one_breath_come_one_after_the_other,
    a_stalled_line_gives_nothing_until_it_goes_on,
    silence_ends_a_code_where_the_scanner_sends_no_line_end,
    a_line_longer_than_any_code_is_dropped_and_the_next_is_read,
    every_byte_value_but_the_line_ends_passes_unchanged,
    what_was_scanned_before_opening_is_dropped,
    unplugging_is_told_and_the_scanner_opens_again,
];

#[test]
fn the_real_scanner_on_a_pseudo_terminal_keeps_the_contract() {
    for story in STORIES {
        story(&mut Pty::new());
    }
}

#[test]
fn the_simulated_scanner_keeps_the_contract() {
    for story in STORIES {
        story(&mut SimScanner::new());
    }
}

#[test]
fn a_port_that_does_not_exist_is_not_plugged_in() {
    let missing = Port::Path("/dev/tiepdon-no-such-scanner".into());
    assert!(matches!(serial::open(&Settings::new(missing)), Err(ScannerError::NotPluggedIn)));
    // No device has this identity: 0 is not given to vendors.
    let missing = Port::Usb { vendor: 0, product: 0 };
    assert!(matches!(serial::open(&Settings::new(missing)), Err(ScannerError::NotPluggedIn)));
}

#[test]
fn a_port_in_use_is_busy() {
    let pty = Pty::new();
    let first = pty.open(IdleGap::Ignored).unwrap();
    assert!(matches!(pty.open(IdleGap::Ignored), Err(ScannerError::Busy)));
    drop(first);
    pty.open(IdleGap::Ignored).unwrap();
}

#[test]
fn a_shown_code_ends_with_cr_and_its_bytes_are_counted() {
    let sim = SimScanner::new();
    let mut scanner = sim.open(IdleGap::Ignored).unwrap();
    sim.show(CARD.as_bytes());
    assert_eq!(scanned(&mut scanner), CARD.as_bytes());
    assert_eq!(sim.sent_bytes(), CARD.len() as u64 + 1);
}
