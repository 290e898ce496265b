//! The ticket as the patient holds it.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod desk;

use desk::{fact, ticket, typefaces};
use printer::{LayoutError, Raster, text::Pen};
use proptest::prelude::*;

/// First and last row that carry ink.
fn ink_rows(page: &Raster) -> Option<(u32, u32)> {
    let inked: Vec<u32> =
        (0..page.height_dots()).filter(|&y| (0..page.width_dots()).any(|x| page.is_black(x, y))).collect();
    Some((*inked.first()?, *inked.last()?))
}

#[test]
fn the_number_is_at_least_16_mm_high() {
    let mut only_number = ticket();
    only_number.number = "A027".into();
    let with_number = only_number.layout(&typefaces()).unwrap();
    // the tallest run of rows in which the middle of the paper is never all white
    let stroke = |y: u32| (12..564).any(|x| with_number.is_black(x, y));
    let mut tallest = 0;
    let mut run = 0;
    for y in 0..with_number.height_dots() / 2 {
        run = if stroke(y) { run + 1 } else { 0 };
        tallest = tallest.max(run);
    }
    assert!(tallest >= 16 * 8, "{tallest} dots");
}

#[test]
fn marks_above_and_below_stay_within_their_line() {
    let faces = typefaces();
    for face in [&faces.regular, &faces.semi_bold, &faces.extra_bold] {
        for em in [28.0, 34.0, 50.0] {
            let line = face.line("ẪỆỘỮ ặợgyệ Đ Ậ Ằ Ỷ", em).unwrap();
            let mut page = Raster::new(1_152, 400);
            let top = 150;
            face.draw(&mut page, &line, 4, top + line.baseline_dots(), Pen::Black);
            let (first, last) = ink_rows(&page).unwrap();
            let (first, last) = (i32::try_from(first).unwrap(), i32::try_from(last).unwrap());
            assert!(first >= top, "{em}: {} dots over the line", top - first);
            assert!(last < top + line.height_dots(), "{em}: {last} under the line");
        }
    }
}

#[test]
fn decomposed_vietnamese_prints_the_same_dots() {
    let composed = ticket();
    let mut decomposed = ticket();
    decomposed.department = "Kha\u{301}m No\u{323}\u{302}i to\u{302}\u{309}ng ho\u{31b}\u{323}p".into();
    let faces = typefaces();
    assert!(composed.layout(&faces).unwrap() == decomposed.layout(&faces).unwrap());
}

#[test]
fn the_paper_is_full_width_with_white_margins() {
    let page = ticket().layout(&typefaces()).unwrap();
    assert_eq!(page.width_dots(), 576);
    assert!((900..1_700).contains(&page.height_dots()), "{page:?}");
    for y in 0..page.height_dots() {
        assert!((0..8).all(|x| !page.is_black(x, y) && !page.is_black(575 - x, y)), "row {y}");
    }
}

#[test]
fn words_that_do_not_fit_are_wrapped_and_nothing_is_lost() {
    let faces = typefaces();
    let lines = faces.regular.wrap("Trung tâm Y tế khu vực có tên rất dài", 50.0, 300).unwrap();
    assert!(lines.len() > 2);
    assert!(lines.iter().all(|line| line.width_dots() <= 300));
    let word = faces.regular.wrap(&"W".repeat(40), 50.0, 300).unwrap();
    assert!(word.len() > 5 && word.iter().all(|line| line.width_dots() <= 300));
    let kept = faces.regular.wrap("tầng\u{a0}2 tầng\u{a0}2", 50.0, 200).unwrap();
    assert_eq!(kept.len(), 2);
}

#[test]
fn a_ticket_without_anything_but_its_number_is_a_ticket() {
    let mut bare = ticket();
    (bare.facts, bare.notes, bare.footer) = (vec![], vec![], vec![]);
    (bare.holder, bare.qr) = (None, None);
    (bare.hospital, bare.department, bare.place) = Default::default();
    assert!(bare.layout(&typefaces()).unwrap().black_dots() > 5_000);
}

#[test]
fn a_ticket_that_is_too_long_is_refused() {
    let faces = typefaces();
    let mut endless = ticket();
    endless.notes = vec!["Chờ xác nhận BHYT".into(); 200];
    assert!(matches!(endless.layout(&faces), Err(LayoutError::PageTooLong { .. })));
    let mut wordy = ticket();
    wordy.department = "á".repeat(401);
    assert_eq!(wordy.layout(&faces), Err(LayoutError::TextTooLong { chars: 401 }));
}

#[test]
fn debug_of_a_ticket_names_nobody() {
    let shown = format!("{:?} {:?}", ticket(), fact("Người bệnh", "N*** V** A**"));
    assert!(shown.contains("A027") && !shown.contains("N***") && !shown.contains("bv.example"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_words_panic_the_layout(words in proptest::collection::vec(any::<String>(), 6)) {
        let mut odd = ticket();
        odd.number = words[0].clone();
        odd.department = words[1].clone();
        odd.place = words[2].clone();
        odd.facts = vec![fact(&words[3], &words[4])];
        odd.notes = vec![words[5].clone()];
        let _ = odd.layout(&typefaces());
    }
}
