//! How patients were identified, and why some were sent to a person.

use certificates::{Lang, Text};

use super::people::capital;
use super::{Cell, Section, Table, say};
use crate::chart::{self, Look, Row};
use crate::facts::{ChipOutcome, FaceOutcome};
use crate::report::Report;
use crate::summary::{Count, Summary};
use crate::words;

pub fn assurance(report: &Report, lang: Lang) -> Section {
    let counts = &report.now.assurance;
    let (of_a, all) = (Summary::count(counts, "A"), report.now.check_ins);
    let (share, rest) = (words::percent(of_a, all, lang), words::percent(Summary::count(counts, "B"), all, lang));
    let finding = match (all, lang) {
        (0, _) => nobody(lang),
        (_, Lang::Vi) => format!("{share} đạt mức A (chip tin cậy, khớp mặt), {rest} mức B"),
        (_, Lang::En) => format!("{share} reached level A (trusted chip, face matched), {rest} level B"),
    };
    let codes: Vec<(&str, Text, Look)> = counts
        .iter()
        .map(|count| {
            let look = if count.code == "A" { Look::Main } else { Look::Beside };
            (count.code.as_str(), words::assurance(&count.code), look)
        })
        .collect();
    let topic = Text::new("Mức bảo đảm danh tính", "Level of assurance");
    shares(report, lang, "assurance", topic, finding, &codes, |summary| &summary.assurance)
}

pub fn chip(report: &Report, lang: Lang) -> Section {
    let counts = &report.now.chip;
    let of = |outcome: ChipOutcome| Summary::count(counts, outcome.code());
    let all = report.now.check_ins;
    let trusted = of(ChipOutcome::Trusted) + of(ChipOutcome::Pinned);
    let genuine = trusted + of(ChipOutcome::SignerUnknown);
    let (genuine, trusted) = (words::percent(genuine, all, lang), words::percent(trusted, all, lang));
    let finding = match (all, lang) {
        (0, _) => nobody(lang),
        (_, Lang::Vi) => format!("{genuine} dùng chip được máy chủ xác nhận là thật; {trusted} có bên ký tin cậy"),
        (_, Lang::En) => format!("{genuine} showed a chip the server proved genuine; {trusted} with a trusted signer"),
    };
    let codes: Vec<(&str, Text, Look)> = ChipOutcome::ALL
        .iter()
        .map(|outcome| {
            let look = match outcome {
                ChipOutcome::Trusted | ChipOutcome::Pinned => Look::Main,
                ChipOutcome::NotProven => Look::Bad,
                ChipOutcome::SignerUnknown
                | ChipOutcome::KioskWord
                | ChipOutcome::Eid
                | ChipOutcome::NumberOnly
                | ChipOutcome::Nothing => Look::Beside,
            };
            (outcome.code(), words::chip(*outcome), look)
        })
        .collect();
    let topic = Text::new("Giấy tờ và chip", "Document and chip");
    shares(report, lang, "chip", topic, finding, &codes, |summary| &summary.chip)
}

pub fn face(report: &Report, lang: Lang) -> Section {
    let counts = &report.now.face;
    let of = |outcome: FaceOutcome| Summary::count(counts, outcome.code());
    let (matched, missed) = (of(FaceOutcome::Matched), of(FaceOutcome::NotMatched));
    let compared = matched + missed;
    let share = words::percent(matched, compared, lang);
    let (compared_words, declined) = (words::count(compared, lang), words::count(of(FaceOutcome::Declined), lang));
    let finding = match (compared, lang) {
        (0, _) => say(lang, "Không có lần so khuôn mặt nào trong kỳ", "No face was compared in this period").to_owned(),
        (_, Lang::Vi) => {
            format!("Khớp {share} trong {compared_words} lần so khuôn mặt; {declined} người không đồng ý so")
        }
        (_, Lang::En) => format!("{share} of {compared_words} comparisons matched; {declined} patients declined"),
    };
    let codes: Vec<(&str, Text, Look)> = FaceOutcome::ALL
        .iter()
        .map(|outcome| {
            let look = match outcome {
                FaceOutcome::Matched => Look::Main,
                FaceOutcome::Unavailable => Look::Bad,
                FaceOutcome::NotMatched | FaceOutcome::Declined | FaceOutcome::NoPortrait | FaceOutcome::NotAsked => {
                    Look::Beside
                }
            };
            (outcome.code(), words::face(*outcome), look)
        })
        .collect();
    let topic = Text::new("So khuôn mặt (theo lời kiosk)", "Face comparison (the kiosk's word)");
    shares(report, lang, "face", topic, finding, &codes, |summary| &summary.face)
}

pub fn reasons(report: &Report, lang: Lang) -> Section {
    let (now, all) = (&report.now, report.now.check_ins);
    let share = words::percent(now.sent_to_a_person, all, lang);
    let finding = match (now.counter_reasons.first(), lang) {
        (None, _) => say(lang, "Không ai phải gặp nhân viên", "Nobody was sent to a person").to_owned(),
        (Some(first), _) => {
            let (reason, number) = (words::reason(&first.code).say(lang), words::count(first.count, lang));
            match lang {
                Lang::Vi => format!("{share} số người cần gặp nhân viên, nhiều nhất: {} ({number})", lower(reason)),
                Lang::En => format!("{share} were sent to a person, most often: {} ({number})", lower(reason)),
            }
        }
    };
    let codes: Vec<(&str, Text, Look)> = now
        .counter_reasons
        .iter()
        .enumerate()
        .map(|(index, count)| {
            let look = if index == 0 { Look::Main } else { Look::Beside };
            (count.code.as_str(), words::reason(&count.code), look)
        })
        .collect();
    let topic = Text::new("Lý do cần gặp nhân viên", "Why patients were sent to a person");
    shares(report, lang, "counter", topic, finding, &codes, |summary| &summary.counter_reasons)
}

fn nobody(lang: Lang) -> String {
    say(lang, "Không có lượt đăng ký nào trong kỳ", "No check-in in this period").to_owned()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Counts by code: each bar with its number and share. What never came in either period is left out of the chart.
fn shares(
    report: &Report,
    lang: Lang,
    id: &'static str,
    topic: Text,
    finding: String,
    codes: &[(&str, Text, Look)],
    of: impl Fn(&Summary) -> &Vec<Count>,
) -> Section {
    let (all, all_before) = (report.now.check_ins, report.before.check_ins);
    let before_words = report.before_words(lang);
    let before_header = format!("{}: {}", capital(&before_words), say(lang, "tỷ lệ", "share"));
    let mut table = Table::new(&[
        topic.say(lang),
        say(lang, "Lượt đăng ký", "Check-ins"),
        say(lang, "Tỷ lệ", "Share"),
        &before_header,
    ]);
    let mut rows = Vec::new();
    for (code, words_of, look) in codes {
        let (count, before) = (Summary::count(of(&report.now), code), Summary::count(of(&report.before), code));
        let label = words_of.say(lang).to_owned();
        table.row([
            Cell::Words(label.clone()),
            Cell::Count(count),
            Cell::share_of(count, all),
            Cell::share_of(before, all_before),
        ]);
        if count == 0 && before == 0 {
            continue;
        }
        let text = format!("{} · {}", words::count(count, lang), words::percent(count, all, lang));
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let before = (all_before > 0).then(|| share(before, all_before));
        rows.push(Row { label, value: share(count, all), text, before, look: *look });
    }
    let key = format!("{before_words}, {}", say(lang, "tỷ lệ", "share"));
    let key = (all_before > 0).then_some(key.as_str());
    let figure = (!rows.is_empty()).then(|| chart::bars(&rows, key));
    Section { id, topic: topic.say(lang).to_owned(), finding, figure, table, note: None }
}
