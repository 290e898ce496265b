//! A report as it leaves the house: the same figures in every form, in both languages, also when nothing happened.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use certificates::Lang;
use print::Fonts;
use proptest::prelude::*;
use reports::{Cell, Period, Span, Spread, Summary, csv, feed, pdf, svg, xlsx};
use time::macros::datetime;

use crate::invented;

const MADE: time::OffsetDateTime = datetime!(2026-12-01 08:00 +7);

fn fonts() -> Fonts {
    Fonts::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.provision/fonts")).expect("fonts")
}

/// In the build folder, where somebody can look at it.
fn kept(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes)).expect("a file");
    path
}

fn text_of(pdf: &Path) -> String {
    let output =
        Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().expect("pdftotext (poppler-utils)");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_paper_says_what_was_found_in_both_languages() {
    for (lang, name, words) in [
        (Lang::Vi, "report-vi.pdf", ["1.240 lượt đăng ký", "Khoa Nội tim mạch", "Trang 1/"]),
        (Lang::En, "report-en.pdf", ["1,240 check-ins", "Cardiology", "Page 1 of"]),
    ] {
        let report = invented::report("2026-11", MADE);
        let path = kept(name, &pdf(&report, lang, &fonts()).expect("a PDF"));
        let text = text_of(&path);
        for word in words {
            assert!(text.contains(word), "{word} is missing in {name}: {text}");
        }
    }
}

#[test]
fn a_period_in_which_nothing_happened_is_reported_as_such() {
    let report = invented::nothing("2026-11-22", MADE);
    for lang in [Lang::Vi, Lang::En] {
        let bytes = pdf(&report, lang, &fonts()).expect("a PDF");
        kept(&format!("nothing-{lang:?}.pdf"), &bytes);
        xlsx(&report, lang).expect("an XLSX");
        for section in report.sections(lang) {
            assert!(!section.finding.is_empty(), "{}", section.id);
        }
    }
    let sections = report.sections(Lang::Vi);
    assert_eq!(sections[0].finding, "Không có lượt đăng ký nào trong kỳ");
}

#[test]
fn every_form_shows_the_same_total() {
    let report = invented::report("2026-W48", MADE);
    let csv = String::from_utf8(csv(&report, Lang::En).expect("a CSV")).expect("UTF-8");
    assert!(csv.starts_with('\u{FEFF}'));
    assert!(csv.contains("2026-W48,check_ins,Check-ins by hour,Total,Check-ins,1240\r\n"), "{csv}");
    let feed = serde_json::to_value(feed(&report)).expect("JSON");
    assert_eq!(feed["version"], 1);
    assert_eq!(feed["figures"]["check_ins"], 1240);
    assert_eq!(feed["period"]["id"], "2026-W48");
    assert_eq!(feed["previous_period"]["id"], "2026-W47");
    assert_eq!(feed["made_at"], "2026-12-01T08:00:00+07:00");
    let sections = report.sections(Lang::Vi);
    let total = sections[0].table.rows.last().expect("a total");
    assert_eq!(total[1], Cell::Count(1240));
}

#[test]
fn a_spreadsheet_opens_with_a_sheet_for_every_section() {
    let report = invented::report("2026-Q4", MADE);
    for lang in [Lang::Vi, Lang::En] {
        let bytes = xlsx(&report, lang).expect("an XLSX");
        kept(&format!("report-{lang:?}.xlsx"), &bytes);
        // Names of a ZIP archive's files stand in it as they are.
        let holds = |name: &str| bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(holds("xl/worksheets/sheet12.xml"), "a summary and eleven sections");
        assert!(holds("xl/charts/chart1.xml"));
    }
    let again = xlsx(&report, Lang::Vi).expect("an XLSX");
    assert_eq!(xlsx(&report, Lang::Vi).expect("an XLSX"), again, "no clock and no chance is in it");
}

#[test]
fn charts_stay_inside_their_frame_and_speak_for_themselves() {
    for (lang, made_at) in [(Lang::Vi, MADE), (Lang::En, datetime!(2026-11-20 11:00 +7))] {
        let report = invented::report("2026-11", made_at);
        let mut page = "<!doctype html><meta charset=utf-8><body style='max-width:720px;margin:24px auto;\
             font-family:\"Be Vietnam Pro\"'>"
            .to_owned();
        for section in report.sections(lang) {
            page.push_str(&format!("<p><b>{}</b><br>{}</p>", section.topic, section.finding));
            let Some(figure) = &section.figure else { continue };
            let drawn = svg(figure, section.id, &section.finding);
            assert!(drawn.contains("role=\"img\"") && drawn.contains(&format!("id=\"{}-title\"", section.id)));
            assert!(!drawn.contains("style="), "the pages forbid inline style");
            for shape in &figure.shapes {
                if let print::Shape::Bar { x, y, width, height, .. } = shape {
                    assert!(*x >= 0.0 && *y >= 0.0 && x + width <= figure.width && y + height <= figure.height);
                }
            }
            page.push_str(&drawn);
        }
        kept(&format!("charts-{lang:?}.html"), page.as_bytes());
    }
}

#[test]
fn a_period_that_goes_on_is_never_shown_as_complete() {
    let report = invented::report("2026-11", datetime!(2026-11-30 23:59 +7));
    assert!(report.made(Lang::Vi).starts_with("Kỳ chưa kết thúc"));
    assert!(report.sections(Lang::En)[0].finding.contains("all of the month before"));
    assert!(!feed(&report).period.complete);
    let report = invented::report("2026-11", datetime!(2026-12-01 00:00 +7));
    assert!(feed(&report).period.complete);
}

#[test]
fn tallies_add_up_to_the_check_ins() {
    let now = invented::report("2026-11", MADE).now;
    let sum = |counts: &[reports::Count]| counts.iter().map(|count| count.count).sum::<u64>();
    assert_eq!(sum(&now.assurance), now.check_ins);
    assert_eq!(sum(&now.chip), now.check_ins);
    assert_eq!(sum(&now.face), now.check_ins);
    assert_eq!(sum(&now.counter_reasons), now.sent_to_a_person);
    assert_eq!(now.by_hour.iter().sum::<u64>(), now.check_ins);
    assert_eq!(now.departments.iter().map(|one| one.check_ins).sum::<u64>(), now.check_ins);
    assert_eq!(now.kiosks.iter().map(|one| one.check_ins).sum::<u64>(), now.check_ins);
    assert_eq!(
        Summary::count(&now.assurance, "A") + Summary::count(&now.assurance, "B"),
        now.check_ins - now.sent_to_a_person
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_of_periods_fall(text in "\\PC{0,24}") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn a_period_reads_back_as_it_is_written_and_its_neighbours_touch_it(day in -200_000_i64..200_000, span in 0_usize..4) {
        let day = time::macros::date!(2026-11-23) + time::Duration::days(day);
        let period = Period::of(Span::ALL[span], day);
        prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
        if (2001..2199).contains(&period.first().year()) {
            prop_assert_eq!(period.previous().last() + time::Duration::days(1), period.first());
            prop_assert_eq!(period.next().first(), period.last() + time::Duration::days(1));
            prop_assert_eq!(period.bounds_ms().1, period.next().bounds_ms().0);
            prop_assert_eq!(period.days().count() as i64, (period.bounds_ms().1 - period.bounds_ms().0) / 86_400_000);
        }
    }

    #[test]
    fn half_take_no_longer_than_the_median_and_nine_of_ten_no_longer_than_p90(seconds in prop::collection::vec(0_u32..9_000, 1..80)) {
        let spread = Spread::of(seconds.iter().copied()).expect("somebody");
        let within = |most: u32| seconds.iter().filter(|one| **one <= most).count();
        prop_assert!(within(spread.median_s) * 2 >= seconds.len());
        prop_assert!(within(spread.p90_s) * 10 >= seconds.len() * 9);
        prop_assert!(spread.median_s <= spread.p90_s);
        prop_assert!(seconds.contains(&spread.median_s) && seconds.contains(&spread.p90_s));
    }
}
