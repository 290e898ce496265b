//! What every printer does, whatever the link. A bench says how to open it and where the paper is.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use printer::{Fault, PaperStatus, Printer, PrinterError, Raster, command::disarmed, raster::Area, sim::SimHandle};

/// A printer to be asked, and the hands on its paper.
pub struct Bench<'a> {
    pub hands: SimHandle,
    pub open: &'a dyn Fn() -> Result<Box<dyn Printer>, PrinterError>,
}

impl Bench<'_> {
    fn open(&self) -> Box<dyn Printer> {
        (self.open)().unwrap()
    }
}

/// One story, on a printer of its own.
pub type Story = fn(&Bench<'_>);

pub const STORIES: &[(&str, Story)] = &[
    ("what was printed is what was sent", what_was_printed_is_what_was_sent),
    ("no paper is said before anything is printed", no_paper_is_said_before_anything_is_printed),
    (
        "paper that ends in the middle of a ticket is said and the ticket comes once after refilling",
        paper_that_ends_in_the_middle_of_a_ticket_is_said_and_the_ticket_comes_once_after_refilling,
    ),
    (
        "paper that ends between the last row and the cut is no ticket",
        paper_that_ends_between_the_last_row_and_the_cut_is_no_ticket,
    ),
    (
        "a printer without a clear command still prints the next ticket whole",
        a_printer_without_a_clear_command_still_prints_the_next_ticket_whole,
    ),
    ("a roll near its end still prints", a_roll_near_its_end_still_prints),
    ("an open cover and a blocked cutter have their names", an_open_cover_and_a_blocked_cutter_have_their_names),
    (
        "a printer that dies half way is reported with how far it came",
        a_printer_that_dies_half_way_is_reported_with_how_far_it_came,
    ),
    ("a printer that never answers has printed nothing", a_printer_that_never_answers_has_printed_nothing),
    ("an unplugged printer is gone and can be opened again", an_unplugged_printer_is_gone_and_can_be_opened_again),
    ("a page wider than the paper is refused", a_page_wider_than_the_paper_is_refused),
];

/// A page that fills several bands and is not the same upside down.
fn page(height_dots: u32) -> Raster {
    let mut page = Raster::new(576, height_dots);
    for step in 0..i32::try_from(height_dots).unwrap() / 10 {
        page.fill(Area::new(step * 137 % 510, step * 10, 60, 8));
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

fn what_was_printed_is_what_was_sent(bench: &Bench<'_>) {
    let mut printer = bench.open();
    for height_dots in [1, 24, 25, 1_000] {
        let page = page(height_dots);
        printer.print(&page).unwrap();
        assert_printed(bench.hands.tapes().last().unwrap(), &page);
    }
    assert_eq!(bench.hands.tapes().len(), 4);
    assert!(bench.hands.received_bytes() > 40_000);
}

fn no_paper_is_said_before_anything_is_printed(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.empty_paper();
    assert_eq!(printer.status().unwrap(), PaperStatus::Out);
    assert!(matches!(printer.print(&page(300)), Err(PrinterError::PaperOut)));
    bench.hands.refill();
    assert_eq!(printer.status().unwrap(), PaperStatus::Enough);
    printer.print(&page(300)).unwrap();
    assert_eq!(bench.hands.tapes().len(), 1);
}

fn paper_that_ends_in_the_middle_of_a_ticket_is_said_and_the_ticket_comes_once_after_refilling(bench: &Bench<'_>) {
    let mut printer = bench.open();
    let page = page(1_000);
    bench.hands.paper_left(430);
    assert!(matches!(printer.print(&page), Err(PrinterError::PaperOut)));
    assert!(bench.hands.tapes().is_empty());
    bench.hands.refill();
    printer.print(&page).unwrap();
    let tapes = bench.hands.tapes();
    assert_eq!(tapes.len(), 1);
    assert_printed(&tapes[0], &page);
}

fn paper_that_ends_between_the_last_row_and_the_cut_is_no_ticket(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.paper_left(300);
    assert!(matches!(printer.print(&page(300)), Err(PrinterError::PaperOut)));
    assert!(bench.hands.tapes().is_empty());
}

fn a_printer_without_a_clear_command_still_prints_the_next_ticket_whole(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.forget_clear_command();
    bench.hands.paper_left(430);
    assert!(matches!(printer.print(&page(1_000)), Err(PrinterError::PaperOut)));
    bench.hands.refill();
    let page = page(200);
    printer.print(&page).unwrap();
    let tapes = bench.hands.tapes();
    let ticket = tapes.last().unwrap();
    // The rest of the old one may come out above it; the new one stands under it, whole.
    let rows = disarmed(&page);
    assert!(ticket.rows().windows(rows.rows().len()).any(|part| part == rows.rows()));
}

fn a_roll_near_its_end_still_prints(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.paper_left(5_000);
    assert_eq!(printer.status().unwrap(), PaperStatus::NearEnd);
    printer.print(&page(300)).unwrap();
    assert_eq!(bench.hands.tapes().len(), 1);
}

fn an_open_cover_and_a_blocked_cutter_have_their_names(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.open_cover();
    assert_eq!(printer.status().unwrap(), PaperStatus::CoverOpen);
    assert!(matches!(printer.print(&page(30)), Err(PrinterError::CoverOpen)));
    bench.hands.close_cover();
    bench.hands.block_cutter();
    let refused = printer.print(&page(30));
    assert!(matches!(refused, Err(PrinterError::Stopped(Fault::Cutter))));
    bench.hands.clear_cutter();
    printer.print(&page(30)).unwrap();
}

fn a_printer_that_dies_half_way_is_reported_with_how_far_it_came(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.hang_after(20_000);
    let outcome = printer.print(&page(1_000));
    let Err(PrinterError::TimedOut { written_bytes }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!((18_000..25_000).contains(&written_bytes), "{written_bytes}");
    assert!(bench.hands.tapes().is_empty());
}

fn a_printer_that_never_answers_has_printed_nothing(bench: &Bench<'_>) {
    let mut printer = bench.open();
    bench.hands.hang_after(0);
    let outcome = printer.print(&page(30));
    assert!(matches!(outcome, Err(PrinterError::TimedOut { written_bytes: 0 })), "{outcome:?}");
}

fn an_unplugged_printer_is_gone_and_can_be_opened_again(bench: &Bench<'_>) {
    let mut printer = bench.open();
    printer.print(&page(30)).unwrap();
    bench.hands.unplug();
    let outcome = printer.print(&page(30));
    assert!(matches!(outcome, Err(PrinterError::Gone)), "{outcome:?}");
    drop(printer);
    bench.hands.plug_in();
    bench.open().print(&page(30)).unwrap();
    assert_eq!(bench.hands.tapes().len(), 2);
}

fn a_page_wider_than_the_paper_is_refused(bench: &Bench<'_>) {
    let mut printer = bench.open();
    let outcome = printer.print(&Raster::new(577, 10));
    assert!(matches!(outcome, Err(PrinterError::TooWide { width_dots: 577 })));
}
