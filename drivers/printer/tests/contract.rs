//! The contract of all printers: on the simulated printer in process, on a link that takes a few bytes at a time, and on
//! the same printer at the far end of a real serial port (a pty), through the serial driver. Over USB: `libusb.rs`.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use printer::{
    EscPos, Link, LinkError, PaperStatus, Patience, Printer, PrinterError, Raster, serial,
    sim::{SimHandle, SimLink},
};
use serialport::{FlowControl, SerialPort, TTYPort};

mod suite;
use suite::{Bench, STORIES};

type Opened = Result<Box<dyn Printer>, PrinterError>;

fn keeps_the_contract(open: &dyn Fn(&SimHandle) -> Opened) {
    for (name, story) in STORIES {
        eprintln!("{name}");
        let hands = SimHandle::new();
        story(&Bench { hands: hands.clone(), open: &|| open(&hands) });
        assert_eq!(hands.unknown_bytes(), 0, "{name}: the host says only what a printer knows");
    }
}

#[test]
fn the_simulated_printer_keeps_the_contract() {
    keeps_the_contract(&|hands| Ok(Box::new(EscPos::new(hands.link(), Patience::default()))));
}

/// Takes one to seven bytes of what is offered.
struct Dripping {
    link: SimLink,
    turn: usize,
}

impl Link for Dripping {
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<usize, LinkError> {
        self.turn += 1;
        let most = 1 + self.turn % 7;
        self.link.write(&bytes[..bytes.len().min(most)], timeout)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, LinkError> {
        self.link.read(buffer, timeout)
    }
}

#[test]
fn a_link_that_takes_a_few_bytes_at_a_time_keeps_the_contract() {
    keeps_the_contract(&|hands| {
        let link = Dripping { link: hands.link(), turn: 0 };
        Ok(Box::new(EscPos::new(link, Patience::default())))
    });
}

const SERIAL_PATIENCE: Patience =
    Patience { status: Duration::from_secs(1), step: Duration::from_millis(500), stall: Duration::from_secs(1) };

/// A printer with its far end: the port hangs up when the far end stops.
struct OnAPort {
    printer: Box<dyn Printer>,
    stop: Arc<AtomicBool>,
    far_end: Option<JoinHandle<()>>,
}

impl OnAPort {
    fn open(hands: &SimHandle) -> Result<Self, PrinterError> {
        let (mut far, near) = TTYPort::pair().unwrap();
        far.set_timeout(Duration::from_millis(2)).unwrap();
        let printer = serial::open(&near.name().unwrap(), 115_200, FlowControl::None, SERIAL_PATIENCE)?;
        drop(near);
        let stop = Arc::new(AtomicBool::new(false));
        let far_end = thread::spawn({
            let (hands, stop) = (hands.clone(), Arc::clone(&stop));
            // An error is a hang-up of the host, who comes back on another port.
            move || drop(hands.serve(&mut far, &stop))
        });
        Ok(Self { printer: Box::new(printer), stop, far_end: Some(far_end) })
    }
}

impl Printer for OnAPort {
    fn print(&mut self, page: &Raster) -> Result<(), PrinterError> {
        self.printer.print(page)
    }

    fn status(&mut self) -> Result<PaperStatus, PrinterError> {
        self.printer.status()
    }
}

impl Drop for OnAPort {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.far_end.take().map(JoinHandle::join);
    }
}

#[test]
fn a_printer_on_a_serial_port_keeps_the_contract() {
    keeps_the_contract(&|hands| Ok(Box::new(OnAPort::open(hands)?)));
}

#[test]
fn a_device_that_speaks_something_else_is_no_printer() {
    let (mut far, near) = TTYPort::pair().unwrap();
    let name = near.name().unwrap();
    let patience = Patience { status: Duration::from_millis(200), ..Patience::default() };
    let mut printer = serial::open(&name, 9_600, FlowControl::None, patience).unwrap();
    let chatter = thread::spawn(move || {
        use std::io::{Read, Write};
        far.set_timeout(Duration::from_secs(5)).unwrap();
        far.read_exact(&mut [0; 3]).unwrap();
        // lower-case letters with the top bit set
        far.write_all(&[0xE1; 200]).unwrap();
        far
    });
    let outcome = printer.status();
    assert!(matches!(outcome, Err(PrinterError::NotEscPos { .. })), "{outcome:?}");
    chatter.join().unwrap();
}
