//! Bytes to paper: a real ticket through the ESC/POS conversation into a picture.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod desk;

use desk::{fact, ticket, typefaces};
use printer::{Printer, Raster, Ticket, sim};

/// The ticket on paper; its picture lies beside the other build products, for people to look at.
fn printed(ticket: &Ticket, name: &str) -> Raster {
    let (mut printer, hands) = sim::printer();
    printer.print(&ticket.layout(&typefaces()).unwrap()).unwrap();
    let tape = hands.tapes().pop().unwrap();
    eprintln!("{name}: {} bytes for {} dots of paper", hands.received_bytes(), tape.height_dots());
    let picture = sim::png(&tape).unwrap();
    let decoded = image::load_from_memory(&picture).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (576, tape.height_dots()));
    std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), picture).unwrap();
    tape
}

/// What a phone reads in the picture.
fn read_by_a_phone(paper: &Raster) -> String {
    let (width, height) = (paper.width_dots() as usize, paper.height_dots() as usize);
    let luma = paper.to_luma();
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| luma[y * width + x]);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1, "one code on the paper");
    codes[0].decode().unwrap().1
}

#[test]
fn a_phone_reads_the_code_on_the_paper() {
    let ticket = ticket();
    let paper = printed(&ticket, "ticket.png");
    assert_eq!(read_by_a_phone(&paper), ticket.qr.unwrap().payload);
}

#[test]
fn long_words_and_many_notes_leave_a_ticket_that_can_be_read() {
    let mut crowded = ticket();
    crowded.hospital = "Bệnh viện Hữu nghị Đa khoa khu vực miền núi phía Bắc".into();
    crowded.number = "UT-1027".into();
    crowded.department = "Phòng khám Ngoại Chấn thương chỉnh hình và Bỏng".into();
    crowded.place = "Nhà\u{a0}A2, phòng\u{a0}1204, tầng\u{a0}12, cánh phía Đông".into();
    crowded.facts = vec![
        fact("Giờ dự kiến được gọi", "10:25–11:35"),
        fact("Đang chờ phía trước", "126 người"),
        fact("Estimated time", "10:25–11:35"),
    ];
    crowded.notes =
        vec!["Chờ xác nhận BHYT".into(), "Chưa so được khuôn mặt: mời đến quầy 3, nhân viên sẽ giúp".into()];
    crowded.footer = vec!["Thứ Hai 23/11/2026 · 07:42".into(), "Mã lượt: 7F3K-22QX".into()];
    let paper = printed(&crowded, "ticket-crowded.png");
    assert_eq!(read_by_a_phone(&paper), crowded.qr.unwrap().payload);
    let mut plain = ticket();
    plain.qr = None;
    plain.notes.clear();
    printed(&plain, "ticket-plain.png");
}
