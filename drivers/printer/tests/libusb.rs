//! The contract of all printers over real libusb and `rusb`, on a device that umockdev puts into sysfs and usbdevfs. The
//! fixture is the card reader's (`drivers/ccid/tests/libusb/usbfs.c`): it carries bulk transfers for whatever device the
//! descriptors describe.
//!
//! Needs the packages umockdev, libumockdev-dev and a C compiler. No test harness: this program runs itself again inside
//! the testbed, because the testbed is a matter of the whole process. Not carried there: the class's control requests
//! (GET_DEVICE_ID, GET_PORT_STATUS); the fixture stalls them, as some printers do.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    io::{self, Read, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use printer::{
    Link, LinkError, Patience, Printer, PrinterError,
    sim::SimHandle,
    usb::{self, KernelDriver, Selector},
};

mod suite;
use suite::{Bench, STORIES};

const TWO_WAY: &str = "--inside-the-testbed-two-way";
const ONE_WAY: &str = "--inside-the-testbed-one-way";

/// All stories take some seconds; a testbed that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

const PATIENCE: Patience =
    Patience { status: Duration::from_secs(1), step: Duration::from_millis(500), stall: Duration::from_secs(1) };

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(TWO_WAY) => {
            keeps_the_contract();
            return ExitCode::SUCCESS;
        }
        Some(ONE_WAY) => {
            a_printer_that_can_only_listen_is_refused();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let fixture = build_fixture();
    let mut failed = false;
    for (name, role, protocol) in
        [("a printer on USB keeps the contract", TWO_WAY, 2), ("a printer that can only listen is refused", ONE_WAY, 1)]
    {
        let passed = run_in_testbed(&fixture, role, protocol);
        eprintln!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed |= !passed;
    }
    let _ = std::fs::remove_file(&fixture);
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn build_fixture() -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("usbfs-{}", std::process::id()));
    let flags = Command::new("pkg-config")
        .args(["--cflags", "--libs", "umockdev-1.0", "gio-2.0"])
        .output()
        .expect("pkg-config is installed (package pkg-config)");
    assert!(flags.status.success(), "umockdev is installed (packages umockdev and libumockdev-dev)");
    let built = Command::new("cc")
        .args(["-O1", "-o"])
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../ccid/tests/libusb/usbfs.c"))
        .args(String::from_utf8_lossy(&flags.stdout).split_whitespace())
        .status()
        .expect("a C compiler is installed (package gcc)");
    assert!(built.success(), "usbfs.c compiles");
    program
}

fn run_in_testbed(fixture: &Path, role: &str, protocol: u8) -> bool {
    let descriptors: String = usb_descriptors(protocol).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut testbed = Command::new("umockdev-wrapper")
        .arg(fixture)
        .arg(descriptors)
        .arg(std::env::current_exe().unwrap())
        .arg(role)
        .spawn()
        .expect("umockdev-wrapper is installed (package umockdev)");
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(status) = testbed.try_wait().unwrap() {
            return status.success();
        }
        if Instant::now() > end {
            let _ = testbed.kill();
            let _ = testbed.wait();
            return false;
        }
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Device, configuration, interface and endpoint descriptors (USB 2.0, 9.6; printer class 1.1, 4.1). Protocol 1 can only
/// listen, 2 answers.
fn usb_descriptors(protocol: u8) -> Vec<u8> {
    let mut endpoints = vec![7, 5, 0x01, 2, 0, 2, 0];
    if protocol == 2 {
        endpoints.extend([7, 5, 0x82, 2, 0, 2, 0]);
    }
    let endpoint_count = u8::try_from(endpoints.len() / 7).unwrap();
    let total = u8::try_from(9 + 9 + endpoints.len()).unwrap();
    let mut bytes = vec![18, 1, 0, 2, 0, 0, 0, 64, 0xB8, 0x04, 0x28, 0x0E, 0, 1, 0, 0, 0, 1];
    bytes.extend([9, 2, total, 0, 1, 1, 0, 0x80, 50]);
    bytes.extend([9, 4, 0, 0, endpoint_count, 7, 1, protocol, 0]);
    bytes.extend(endpoints);
    bytes
}

fn a_printer_that_can_only_listen_is_refused() {
    let opened = usb::open(Selector::default(), KernelDriver::Detach, PATIENCE);
    assert!(matches!(opened, Err(PrinterError::OneWay { .. })));
}

fn keeps_the_contract() {
    let socket = io::stdin().as_fd().try_clone_to_owned().unwrap();
    let mut cable = UnixStream::from(socket);
    let plugged = Arc::new(Mutex::new(Plug::new()));
    let behind = Arc::clone(&plugged);
    thread::spawn(move || while carry(&mut cable, &behind).is_ok() {});

    let printer = Selector { vendor_id: Some(0x04B8), product_id: None };
    a_kernel_driver_lets_go_for_as_long_as_the_printer_is_open(printer);
    for (name, story) in STORIES {
        eprintln!("{name}");
        let plug = Plug::new();
        let hands = plug.hands.clone();
        *plugged.lock().unwrap() = plug;
        story(&Bench {
            hands: hands.clone(),
            open: &|| Ok(Box::new(usb::open(printer, KernelDriver::Detach, PATIENCE)?) as Box<dyn Printer>),
        });
        assert_eq!(hands.unknown_bytes(), 0, "{name}: the host says only what a printer knows");
    }
}

fn a_kernel_driver_lets_go_for_as_long_as_the_printer_is_open(printer: Selector) {
    let left_alone = || usb::open(printer, KernelDriver::Leave, PATIENCE);
    assert!(matches!(left_alone(), Err(PrinterError::NotOpened { .. })));
    let open = usb::open(printer, KernelDriver::Detach, PATIENCE).unwrap();
    drop(open);
    assert!(matches!(left_alone(), Err(PrinterError::NotOpened { .. })));
}

/// What the cable ends in.
struct Plug {
    hands: SimHandle,
    /// The rest of a bulk-out transfer that the printer has no room for yet.
    waiting: Vec<u8>,
}

impl Plug {
    fn new() -> Self {
        Self { hands: SimHandle::new(), waiting: Vec::new() }
    }

    fn ask(&mut self, what: u8, bytes: &[u8]) -> Result<Vec<u8>, i32> {
        let mut link = self.hands.link();
        let errno = |error: LinkError| match error {
            LinkError::Gone => ENODEV,
            LinkError::Io(_) => EPIPE,
        };
        match what {
            b'W' => {
                if self.waiting.is_empty() {
                    self.waiting = bytes.to_vec();
                }
                let taken = link.write(&self.waiting, Duration::ZERO).map_err(errno)?;
                self.waiting.drain(..taken);
                if self.waiting.is_empty() { Ok(Vec::new()) } else { Err(EAGAIN) }
            }
            b'R' => {
                let mut answer = [0; 64];
                match link.read(&mut answer, Duration::ZERO).map_err(errno)? {
                    0 => Err(EAGAIN),
                    count => Ok(answer[..count].to_vec()),
                }
            }
            _ => Err(EPIPE),
        }
    }
}

const EAGAIN: i32 = -11;
const ENODEV: i32 = -19;
const EPIPE: i32 = -32;

/// Answers one question of `usbfs.c`.
fn carry(cable: &mut UnixStream, plug: &Mutex<Plug>) -> io::Result<()> {
    let mut head = [0; 5];
    cable.read_exact(&mut head)?;
    let mut bytes = vec![0; u32::from_ne_bytes([head[1], head[2], head[3], head[4]]) as usize];
    cable.read_exact(&mut bytes)?;
    match plug.lock().unwrap().ask(head[0], &bytes) {
        Ok(answer) => {
            cable.write_all(&i32::try_from(answer.len()).unwrap().to_ne_bytes())?;
            cable.write_all(&answer)
        }
        Err(errno) => cable.write_all(&errno.to_ne_bytes()),
    }
}
