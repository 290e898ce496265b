//! The contract over real libusb and `rusb`, on a device that umockdev puts into sysfs and usbdevfs (`libusb/usbfs.c`).
//!
//! Needs the packages umockdev, libumockdev-dev and a C compiler. No test harness: this program runs itself again inside
//! the testbed, once for each kind of reader, because the testbed is a matter of the whole process.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ccid::sim::{Interludes, InterruptPipe, SimOptions, SimReader, SimTransport};
use ccid::usb::{self, KernelDriver, Selector};
use ccid::{ApduLevel, CcidError, Reader, Transport, TransportError, UsbId};

mod suite;
use suite::{Bench, FileCard, STORIES};

const INSIDE: &str = "--inside-the-testbed";
/// All stories of one reader take a second.
const PATIENCE: Duration = Duration::from_secs(60);

fn variants() -> Vec<(&'static str, SimOptions)> {
    vec![
        ("an extended APDU reader", SimOptions::extended_apdu()),
        ("a short APDU reader", SimOptions::short_apdu()),
        ("a TPDU reader", SimOptions::tpdu_t0()),
        (
            "a reader that chains, asks for time and sends stale messages",
            SimOptions {
                max_message_length: 512,
                time_extensions: 3,
                interludes: Interludes::EmptyAndStale,
                ..SimOptions::extended_apdu()
            },
        ),
        (
            "a reader without interrupt pipe",
            SimOptions { interrupt: InterruptPipe::Absent, ..SimOptions::extended_apdu() },
        ),
        (
            "a reader that lies about its length",
            SimOptions { drops_answers_over: Some(374), ..SimOptions::extended_apdu() },
        ),
    ]
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if let (Some(INSIDE), Some(index)) = (arguments.next().as_deref(), arguments.next()) {
        let index: usize = index.parse().expect("an index");
        inside(variants()[index].1);
        return ExitCode::SUCCESS;
    }
    let fixture = build_fixture();
    let mut failed = 0;
    for (index, (name, options)) in variants().into_iter().enumerate() {
        let verdict = if run_in_testbed(&fixture, index, &options) { "ok" } else { "FAILED" };
        eprintln!("test {name} over libusb keeps the contract ... {verdict}");
        failed += usize::from(verdict != "ok");
    }
    let _ = std::fs::remove_file(&fixture);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn build_fixture() -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("usbfs-{}", std::process::id()));
    let flags = Command::new("pkg-config")
        .args(["--cflags", "--libs", "umockdev-1.0", "gio-2.0"])
        .output()
        .expect("pkg-config is installed (package pkg-config)");
    assert!(flags.status.success(), "umockdev is installed (packages umockdev and libumockdev-dev)");
    let built = Command::new("cc")
        .args(["-O1", "-Wall", "-Wextra", "-o"])
        .arg(&program)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/libusb/usbfs.c"))
        .args(String::from_utf8_lossy(&flags.stdout).split_whitespace())
        .status()
        .expect("a C compiler is installed (package gcc)");
    assert!(built.success(), "usbfs.c compiles");
    program
}

fn run_in_testbed(fixture: &Path, index: usize, options: &SimOptions) -> bool {
    let descriptors: String = usb_descriptors(options).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut testbed = Command::new("umockdev-wrapper")
        .arg(fixture)
        .arg(descriptors)
        .arg(std::env::current_exe().expect("this program"))
        .args([INSIDE, &index.to_string()])
        .spawn()
        .expect("umockdev-wrapper is installed (package umockdev)");
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = testbed.try_wait().expect("the testbed is our child") {
            return status.success();
        }
        if Instant::now() > end {
            let _ = testbed.kill();
            let _ = testbed.wait();
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Device, configuration, interface, class and endpoint descriptors (USB 2.0 section 9.6).
fn usb_descriptors(options: &SimOptions) -> Vec<u8> {
    let [vendor_low, vendor_high] = options.id.vendor.to_le_bytes();
    let [product_low, product_high] = options.id.product.to_le_bytes();
    let endpoints = options.endpoints();
    let mut interface = vec![9, 4, 0, 0, endpoints.len() as u8, 0x0B, 0, 0, 0];
    interface.extend_from_slice(SimReader::new(*options).class_descriptor());
    for &address in endpoints {
        let (kind, size, interval) = if address == 0x83 { (3, 8u16, 16) } else { (2, 512, 0) };
        let [low, high] = size.to_le_bytes();
        interface.extend_from_slice(&[7, 5, address, kind, low, high, interval]);
    }
    let [low, high] = (9 + interface.len() as u16).to_le_bytes();
    let mut bytes =
        vec![18, 1, 0, 2, 0, 0, 0, 64, vendor_low, vendor_high, product_low, product_high, 0, 1, 0, 0, 0, 1];
    bytes.extend_from_slice(&[9, 2, low, high, 1, 1, 0, 0x80, 50]);
    bytes.extend_from_slice(&interface);
    bytes
}

fn inside(options: SimOptions) {
    let socket = std::io::stdin().as_fd().try_clone_to_owned().expect("the testbed gave a socket");
    let mut cable = UnixStream::from(socket);
    let plug = Arc::new(Mutex::new(Plug { sim: SimReader::new(options), transport: None }));
    let behind = Arc::clone(&plug);
    std::thread::spawn(move || while carry(&mut cable, &behind).is_ok() {});
    let new_reader = || {
        let sim = SimReader::new(options);
        *plug.lock().expect("the cable never panics") = Plug { sim: sim.clone(), transport: None };
        sim
    };
    let open = |_: &SimReader| usb::open(Selector::Any, KernelDriver::Detach);

    let listed = usb::list_readers().expect("libusb lists");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, options.id);
    a_kernel_driver_lets_go_for_as_long_as_the_reader_is_open(options);
    a_reader_that_is_not_there_is_not_opened(options);
    if options.drops_answers_over.is_some() {
        a_lie_is_found_out(&new_reader(), &open);
        return;
    }
    for (name, story) in STORIES {
        eprintln!("{name}");
        story(&Bench { sim: new_reader(), open: &open });
    }
}

fn a_kernel_driver_lets_go_for_as_long_as_the_reader_is_open(options: SimOptions) {
    let id = Selector::Id(options.id);
    assert!(matches!(usb::open(id, KernelDriver::Leave), Err(CcidError::ReaderBusy)));
    let reader = usb::open(id, KernelDriver::Detach).expect("the driver lets go");
    usb::open(Selector::At { bus: 1, address: 1 }, KernelDriver::Leave).expect("no driver holds it");
    drop(reader);
    assert!(matches!(usb::open(id, KernelDriver::Leave), Err(CcidError::ReaderBusy)));
}

fn a_reader_that_is_not_there_is_not_opened(options: SimOptions) {
    let other = UsbId { product: options.id.product + 1, ..options.id };
    for selector in [Selector::Id(other), Selector::At { bus: 1, address: 2 }] {
        assert!(matches!(usb::open(selector, KernelDriver::Detach), Err(CcidError::NoReader)));
    }
}

/// Time-out, ABORT on the control pipe and on bulk out, step down: all of it over libusb.
fn a_lie_is_found_out(sim: &SimReader, open: &dyn Fn(&SimReader) -> Result<Reader, CcidError>) {
    sim.insert(FileCard::boxed());
    let mut reader = open(sim).expect("open");
    reader.power_on().expect("power");
    reader.transmit(&[0x00, 0xA4, 0x00, 0x0C]).expect("select");
    let long = reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00, 0x04, 0x00]);
    assert!(matches!(long, Err(CcidError::SteppedDown)), "{long:?}");
    assert_eq!(reader.apdu_level(), ApduLevel::Short);
    reader.power_on().expect("power");
    reader.transmit(&[0x00, 0xA4, 0x00, 0x0C]).expect("select");
    assert_eq!(reader.transmit(&[0x00, 0xB0, 0x00, 0x00, 0x00]).expect("read").len(), 258);
}

/// What the cable ends in.
struct Plug {
    sim: SimReader,
    transport: Option<SimTransport>,
}

const EAGAIN: i32 = -11;
const ESHUTDOWN: i32 = -108;

/// Answers one question of `usbfs.c`.
fn carry(cable: &mut UnixStream, plug: &Mutex<Plug>) -> std::io::Result<()> {
    let mut head = [0; 5];
    cable.read_exact(&mut head)?;
    let mut bytes = vec![0; u32::from_ne_bytes([head[1], head[2], head[3], head[4]]) as usize];
    cable.read_exact(&mut bytes)?;
    let mut plug = plug.lock().expect("no story panics while holding it");
    match plug.ask(head[0], &bytes) {
        Ok(bytes) => {
            cable.write_all(&(bytes.len() as i32).to_ne_bytes())?;
            cable.write_all(&bytes)
        }
        Err(TransportError::TimedOut) => cable.write_all(&EAGAIN.to_ne_bytes()),
        Err(TransportError::Gone | TransportError::Usb(_)) => {
            plug.transport = None;
            cable.write_all(&ESHUTDOWN.to_ne_bytes())
        }
    }
}

impl Plug {
    fn ask(&mut self, what: u8, bytes: &[u8]) -> Result<Vec<u8>, TransportError> {
        const NOW: Duration = Duration::ZERO;
        let transport = match &mut self.transport {
            Some(transport) => transport,
            none => none.insert(self.sim.connect().map_err(|_| TransportError::Gone)?),
        };
        match what {
            b'W' => transport.write(bytes, NOW).map(|()| Vec::new()),
            b'R' => transport.read(NOW),
            b'I' => transport.read_interrupt(NOW),
            // wValue of the setup packet: slot in the low byte, sequence number in the high one.
            b'A' => transport.abort(bytes[2], bytes[3], NOW).map(|()| Vec::new()),
            other => panic!("unknown question {other}"),
        }
    }
}
