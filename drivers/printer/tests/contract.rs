//! What every printer does, whatever the link: asked of the simulated printer in process, and of the same printer at the
//! far end of a real serial port (a pty), through the serial driver.
#![cfg(feature = "sim")]
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
    EscPos, Fault, PaperStatus, Patience, Printer, PrinterError, Raster, command::disarmed, raster::Area, serial,
    sim::SimHandle,
};
use serialport::{FlowControl, SerialPort, TTYPort};

/// A printer to be asked, and the hands on its paper.
struct Bench {
    printer: Box<dyn Printer>,
    hands: SimHandle,
    far_end: Option<FarEnd>,
}

struct FarEnd {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Keeps the port's name alive between two openings.
    _port: TTYPort,
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
    }
}

fn in_process() -> Bench {
    let hands = SimHandle::new();
    Bench { printer: Box::new(EscPos::new(hands.link(), Patience::default())), hands, far_end: None }
}

fn on_a_serial_port() -> Bench {
    let hands = SimHandle::new();
    let (mut far, near) = TTYPort::pair().unwrap();
    far.set_timeout(Duration::from_millis(2)).unwrap();
    let name = near.name().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let thread = thread::spawn({
        let (hands, stop) = (hands.clone(), Arc::clone(&stop));
        // The far end closes with the thread, and that is how a pty is unplugged.
        move || hands.serve(&mut far, &stop).unwrap()
    });
    let patience = Patience {
        status: Duration::from_millis(300),
        step: Duration::from_millis(300),
        stall: Duration::from_millis(900),
    };
    let printer = serial::open(&name, 115_200, FlowControl::None, patience).unwrap();
    Bench { printer: Box::new(printer), hands, far_end: Some(FarEnd { stop, thread: Some(thread), _port: near }) }
}

fn on_both(story: impl Fn(&mut Bench)) {
    for mut bench in [in_process(), on_a_serial_port()] {
        story(&mut bench);
        assert_eq!(bench.hands.unknown_bytes(), 0, "the host says only what a printer knows");
    }
}

/// A page that fills several bands and is not the same upside down.
fn page(height_dots: u32) -> Raster {
    let mut page = Raster::new(576, height_dots);
    for step in 0..i32::try_from(height_dots).unwrap() / 10 {
        page.fill(Area::new(step * 7 % 500, step * 10, 60, 8));
    }
    page
}

/// The tape begins with the page; what follows is the white margin before the cut.
fn assert_printed(tape: &Raster, page: &Raster) {
    let expected = disarmed(page);
    assert_eq!(tape.width_dots(), 576);
    assert!(tape.rows().starts_with(expected.rows()), "the paper shows another page");
    assert_eq!(tape.black_dots(), expected.black_dots());
}

#[test]
fn what_was_printed_is_what_was_sent() {
    on_both(|bench| {
        for height_dots in [1, 24, 25, 1_000] {
            let page = page(height_dots);
            bench.printer.print(&page).unwrap();
            assert_printed(bench.hands.tapes().last().unwrap(), &page);
        }
        assert_eq!(bench.hands.tapes().len(), 4);
        assert!(bench.hands.received_bytes() > 72_000);
    });
}

#[test]
fn no_paper_is_said_before_anything_is_printed() {
    on_both(|bench| {
        bench.hands.empty_paper();
        assert_eq!(bench.printer.status().unwrap(), PaperStatus::Out);
        assert!(matches!(bench.printer.print(&page(300)), Err(PrinterError::PaperOut)));
        bench.hands.refill();
        assert_eq!(bench.printer.status().unwrap(), PaperStatus::Enough);
        bench.printer.print(&page(300)).unwrap();
        assert_eq!(bench.hands.tapes().len(), 1);
    });
}

#[test]
fn paper_that_ends_in_the_middle_of_a_ticket_is_said_and_the_ticket_comes_once_after_refilling() {
    on_both(|bench| {
        let page = page(1_000);
        bench.hands.paper_left(430);
        assert!(matches!(bench.printer.print(&page), Err(PrinterError::PaperOut)));
        assert!(bench.hands.tapes().is_empty());
        bench.hands.refill();
        bench.printer.print(&page).unwrap();
        let tapes = bench.hands.tapes();
        assert_eq!(tapes.len(), 1);
        assert_printed(&tapes[0], &page);
    });
}

#[test]
fn paper_that_ends_between_the_last_row_and_the_cut_is_no_ticket() {
    on_both(|bench| {
        bench.hands.paper_left(300);
        assert!(matches!(bench.printer.print(&page(300)), Err(PrinterError::PaperOut)));
        assert!(bench.hands.tapes().is_empty());
    });
}

#[test]
fn a_printer_without_a_clear_command_still_prints_the_next_ticket_whole() {
    on_both(|bench| {
        bench.hands.forget_clear_command();
        bench.hands.paper_left(430);
        assert!(matches!(bench.printer.print(&page(1_000)), Err(PrinterError::PaperOut)));
        bench.hands.refill();
        let page = page(200);
        bench.printer.print(&page).unwrap();
        let tapes = bench.hands.tapes();
        let ticket = tapes.last().unwrap();
        // The rest of the old one may come out above it; the new one stands under it, whole.
        let rows = disarmed(&page);
        assert!(ticket.rows().windows(rows.rows().len()).any(|part| part == rows.rows()));
    });
}

#[test]
fn a_roll_near_its_end_still_prints() {
    on_both(|bench| {
        bench.hands.paper_left(5_000);
        assert_eq!(bench.printer.status().unwrap(), PaperStatus::NearEnd);
        bench.printer.print(&page(300)).unwrap();
        assert_eq!(bench.hands.tapes().len(), 1);
    });
}

#[test]
fn an_open_cover_and_a_blocked_cutter_have_their_names() {
    on_both(|bench| {
        bench.hands.open_cover();
        assert_eq!(bench.printer.status().unwrap(), PaperStatus::CoverOpen);
        assert!(matches!(bench.printer.print(&page(30)), Err(PrinterError::CoverOpen)));
        bench.hands.close_cover();
        bench.hands.block_cutter();
        let refused = bench.printer.print(&page(30));
        assert!(matches!(refused, Err(PrinterError::Stopped(Fault::Cutter))));
        bench.hands.clear_cutter();
        bench.printer.print(&page(30)).unwrap();
    });
}

#[test]
fn a_printer_that_dies_half_way_is_reported_with_how_far_it_came() {
    on_both(|bench| {
        bench.hands.hang_after(20_000);
        let outcome = bench.printer.print(&page(1_000));
        let Err(PrinterError::TimedOut { written_bytes }) = outcome else {
            panic!("{outcome:?}");
        };
        assert!((18_000..25_000).contains(&written_bytes), "{written_bytes}");
        assert!(bench.hands.tapes().is_empty());
    });
}

#[test]
fn a_printer_that_never_answers_has_printed_nothing() {
    on_both(|bench| {
        bench.hands.hang_after(0);
        let outcome = bench.printer.print(&page(30));
        assert!(matches!(outcome, Err(PrinterError::TimedOut { written_bytes: 0 })), "{outcome:?}");
    });
}

#[test]
fn an_unplugged_printer_is_gone_and_can_be_opened_again() {
    on_both(|bench| {
        bench.printer.print(&page(30)).unwrap();
        bench.hands.unplug();
        if let Some(mut far_end) = bench.far_end.take() {
            far_end.thread.take().map(JoinHandle::join);
        }
        let outcome = bench.printer.print(&page(30));
        assert!(matches!(outcome, Err(PrinterError::Gone)), "{outcome:?}");
        bench.hands.plug_in();
        let mut again = EscPos::new(bench.hands.link(), Patience::default());
        again.print(&page(30)).unwrap();
        assert_eq!(bench.hands.tapes().len(), 2);
    });
}

#[test]
fn a_page_wider_than_the_paper_is_refused() {
    on_both(|bench| {
        let outcome = bench.printer.print(&Raster::new(577, 10));
        assert!(matches!(outcome, Err(PrinterError::TooWide { width_dots: 577 })));
    });
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
