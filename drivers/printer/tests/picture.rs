//! Bytes to paper: a real ticket through the ESC/POS conversation into a picture.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod desk;

use printer::{Printer, sim};

#[test]
fn a_ticket_comes_out_as_a_picture_of_paper() {
    let (mut printer, hands) = sim::printer();
    printer.print(&desk::page()).unwrap();
    let tapes = hands.tapes();
    let picture = sim::png(&tapes[0]).unwrap();
    let decoded = image::load_from_memory(&picture).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (576, tapes[0].height_dots()));
    // beside the other build products, for people to look at
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("ticket.png"), picture).unwrap();
}
