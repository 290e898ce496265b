//! Certificates, kiosks, and how good the promised waits were.

use certificates::{Kind, Lang};

use super::{Cell, Section, Table, say};
use crate::chart::{self, Look, Row};
use crate::facts::{Admitted, Contact, DeadlineStanding, Stage};
use crate::period::{day, local};
use crate::report::Report;
use crate::summary::{KioskFigures, Summary};
use crate::words;

pub fn certificates(report: &Report, lang: Lang) -> Section {
    let now = &report.now;
    let stage = |kind: Kind, wanted: Stage| {
        let found = now.certificates.iter().find(|count| count.kind == kind && count.stage == wanted);
        found.map_or(0, |count| count.count)
    };
    let standing = |kind: Kind, wanted: DeadlineStanding| {
        let found = now.deadlines.iter().find(|count| count.kind == kind && count.standing == wanted);
        found.map_or(0, |count| count.count)
    };
    let stages = Stage::ALL.iter().map(|stage| words::stage(*stage).say(lang));
    let standings =
        [DeadlineStanding::InTime, DeadlineStanding::Late, DeadlineStanding::Open, DeadlineStanding::Overdue];
    let headers: Vec<String> = Kind::ALL.iter().map(|kind| short(*kind, lang).to_owned()).collect();
    let mut table = Table::new(&[say(lang, "Tình trạng", "State")]);
    table.headers.extend(headers);
    for (wanted, label) in Stage::ALL.iter().zip(stages) {
        let counts = Kind::ALL.iter().map(|kind| Cell::Count(stage(*kind, *wanted)));
        table.row(std::iter::once(Cell::Words(label.to_owned())).chain(counts));
    }
    for wanted in DeadlineStanding::ALL {
        let label = format!("{}: {}", say(lang, "Hạn gửi", "Deadline"), words::deadline(*wanted).say(lang));
        let counts = Kind::ALL.iter().map(|kind| Cell::Count(standing(*kind, *wanted)));
        table.row(std::iter::once(Cell::Words(label)).chain(counts));
    }
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let under_deadline: u64 = standings.iter().map(|wanted| standing(kind, *wanted)).sum();
        for wanted in standings {
            let count = standing(kind, wanted);
            if count == 0 {
                continue;
            }
            let look = match wanted {
                DeadlineStanding::InTime => Look::Good,
                DeadlineStanding::Late | DeadlineStanding::Overdue => Look::Bad,
                DeadlineStanding::Open | DeadlineStanding::None => Look::Beside,
            };
            rows.push(Row {
                label: format!("{}: {}", short(kind, lang), words::deadline(wanted).say(lang)),
                value: count as f64,
                text: format!("{} · {}", words::count(count, lang), words::percent(count, under_deadline, lang)),
                before: None,
                look,
            });
        }
    }
    Section {
        id: "certificates",
        topic: say(lang, "Giấy chứng nhận theo tình trạng và hạn gửi", "Certificates by state and deadline").to_owned(),
        finding: deadline_words(now, lang),
        figure: (!rows.is_empty()).then(|| chart::bars(&rows, None)),
        table,
        note: Some(
            say(
                lang,
                "Giấy lập trong kỳ, tình trạng lúc lập báo cáo. Hạn gửi: 4 giờ làm việc, NĐ 63/2024/NĐ-CP Điều 25.",
                "Papers written in the period, as they stand now. Deadline: four working hours, Decree 63/2024/NĐ-CP art. 25.",
            )
            .to_owned(),
        ),
    }
}

fn deadline_words(now: &Summary, lang: Lang) -> String {
    let all: u64 = now.certificates.iter().map(|count| count.count).sum();
    let late = now.with_deadline(DeadlineStanding::Late);
    let overdue = now.with_deadline(DeadlineStanding::Overdue);
    let settled = now.with_deadline(DeadlineStanding::InTime) + late;
    let in_time = words::percent(now.with_deadline(DeadlineStanding::InTime), settled, lang);
    let (all_words, overdue_words) = (words::count(all, lang), words::count(overdue, lang));
    match (all, settled, overdue, lang) {
        (0, _, _, _) => {
            say(lang, "Không có giấy nào lập trong kỳ", "No certificate was written in this period").to_owned()
        }
        (_, 0, 0, Lang::Vi) => format!("{all_words} giấy trong kỳ, chưa giấy nào đến hạn"),
        (_, 0, 0, Lang::En) => format!("{all_words} papers, none was due yet"),
        (_, 0, _, Lang::Vi) => format!("{all_words} giấy trong kỳ; {overdue_words} giấy đang quá hạn"),
        (_, 0, _, Lang::En) => format!("{all_words} papers; {overdue_words} are overdue"),
        (_, _, 0, Lang::Vi) => {
            format!("{all_words} giấy trong kỳ, {in_time} gửi đúng hạn, không giấy nào đang quá hạn")
        }
        (_, _, 0, Lang::En) => format!("{all_words} papers, {in_time} settled in time, none is overdue"),
        (_, _, _, Lang::Vi) => {
            format!("{all_words} giấy trong kỳ, {in_time} gửi đúng hạn; {overdue_words} giấy đang quá hạn")
        }
        (_, _, _, Lang::En) => format!("{all_words} papers, {in_time} settled in time; {overdue_words} are overdue"),
    }
}

fn short(kind: Kind, lang: Lang) -> &'static str {
    match (kind, lang) {
        (Kind::Birth, Lang::Vi) => "Chứng sinh",
        (Kind::Birth, Lang::En) => "Birth",
        (Kind::Death, Lang::Vi) => "Báo tử",
        (Kind::Death, Lang::En) => "Death",
        (Kind::Driver, Lang::Vi) => "Lái xe",
        (Kind::Driver, Lang::En) => "Driver",
    }
}

pub fn kiosks(report: &Report, lang: Lang) -> Section {
    let kiosks = &report.now.kiosks;
    let mut table = Table::new(&[
        "Kiosk",
        say(lang, "Lượt đăng ký", "Check-ins"),
        say(lang, "Cấp khi mất mạng", "While offline"),
        say(lang, "Đọc được chip", "Chips read"),
        say(lang, "Không đọc được chip", "Chips unreadable"),
        say(lang, "Thiếu camera", "No camera"),
        say(lang, "Gọi về máy in", "Printer calls"),
        say(lang, "Thẻ bỏ quên", "Cards left"),
        say(lang, "Gọi giúp", "Help calls"),
        say(lang, "Chưa ai đến", "Unanswered"),
        say(lang, "Tín hiệu cuối", "Last sign"),
    ]);
    let most = kiosks.iter().map(trouble).max().unwrap_or(0);
    let mut rows = Vec::new();
    for kiosk in kiosks {
        let last = kiosk.last_sign_at.map_or(Cell::Nothing, |at| Cell::Words(moment(at)));
        table.row([
            Cell::Words(kiosk.kiosk.clone()),
            Cell::Count(kiosk.check_ins),
            Cell::Count(kiosk.from_blocks),
            Cell::Count(kiosk.chips_read),
            Cell::Count(kiosk.chips_unreadable),
            Cell::Count(kiosk.face_unavailable),
            Cell::Count(kiosk.printer_calls),
            Cell::Count(kiosk.cards_left),
            Cell::Count(kiosk.help_calls),
            Cell::Count(kiosk.unanswered),
            last,
        ]);
        let bad = is_silent(kiosk) || trouble(kiosk) * 10 > kiosk.check_ins;
        let look = if bad { Look::Bad } else { Look::Main };
        rows.push(Row {
            label: kiosk.kiosk.clone(),
            value: kiosk.check_ins as f64,
            text: says(kiosk, lang),
            before: None,
            look,
        });
    }
    let silent = kiosks.iter().filter(|kiosk| is_silent(kiosk)).count() as u64;
    let worst = kiosks.iter().max_by_key(|kiosk| trouble(kiosk)).filter(|_| most > 0);
    let (number, silent_words) = (words::count(kiosks.len() as u64, lang), words::count(silent, lang));
    let finding = match (kiosks.is_empty(), silent, worst, lang) {
        (true, _, _, _) => say(lang, "Chưa có kiosk nào", "There is no kiosk yet").to_owned(),
        (_, 1.., _, Lang::Vi) => format!("{silent_words} trên {number} kiosk không có tín hiệu"),
        (_, 1.., _, Lang::En) => format!("{silent_words} of {number} kiosks give no sign"),
        (_, 0, None, Lang::Vi) => format!("Cả {number} kiosk hoạt động, không có sự cố"),
        (_, 0, None, Lang::En) => format!("All {number} kiosks worked without trouble"),
        (_, 0, Some(worst), Lang::Vi) => {
            format!("Cả {number} kiosk hoạt động; nhiều sự cố nhất: {} ({})", worst.kiosk, trouble(worst))
        }
        (_, 0, Some(worst), Lang::En) => {
            format!("All {number} kiosks worked; most trouble at {} ({})", worst.kiosk, trouble(worst))
        }
    };
    Section {
        id: "kiosks",
        topic: say(lang, "Tình trạng kiosk", "Kiosk health").to_owned(),
        finding,
        figure: (!rows.is_empty()).then(|| chart::bars(&rows, None)),
        table,
        note: Some(
            say(
                lang,
                "Thanh: lượt đăng ký. Sự cố: không đọc được chip, thiếu camera, gọi về máy in. Tín hiệu: lượt đăng ký, cuộc gọi, hoặc kiosk tự báo mỗi phút.",
                "Bars: check-ins. Trouble: chips unreadable, no camera, calls about the printer. A sign is a check-in, a call, or the kiosk's own word each minute.",
            )
            .to_owned(),
        ),
    }
}

/// Not heard now, or without any sign in a period that is over.
fn is_silent(kiosk: &KioskFigures) -> bool {
    match (kiosk.admitted, kiosk.contact) {
        (Admitted::Yes, Contact::Silent) => true,
        (Admitted::Yes, Contact::Heard) => false,
        (Admitted::Yes, Contact::Unknown) | (Admitted::Revoked, _) => kiosk.last_sign_at.is_none(),
    }
}

fn trouble(kiosk: &KioskFigures) -> u64 {
    kiosk.chips_unreadable + kiosk.face_unavailable + kiosk.printer_calls
}

fn says(kiosk: &KioskFigures, lang: Lang) -> String {
    let number = words::count(kiosk.check_ins, lang);
    let trouble = words::count(trouble(kiosk), lang);
    match (kiosk.admitted, is_silent(kiosk), lang) {
        (Admitted::Revoked, _, Lang::Vi) => format!("{number} · đã thu hồi"),
        (Admitted::Revoked, _, Lang::En) => format!("{number} · revoked"),
        (Admitted::Yes, true, Lang::Vi) => format!("{number} · không có tín hiệu"),
        (Admitted::Yes, true, Lang::En) => format!("{number} · no sign"),
        (Admitted::Yes, false, Lang::Vi) => format!("{number} · {trouble} sự cố"),
        (Admitted::Yes, false, Lang::En) => format!("{number} · {trouble} troubles"),
    }
}

/// "16:42 23/11/2026", the same in both languages: it stands in a narrow column.
fn moment(unix_ms: i64) -> String {
    let Ok(at) = time::OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1000)) else { return String::new() };
    let at = local(at);
    format!("{:02}:{:02} {}", at.hour(), at.minute(), day(at.date(), Lang::Vi))
}

pub fn forecast(report: &Report, lang: Lang) -> Section {
    let mut table = Table::new(&[
        say(lang, "Khoa", "Department"),
        say(lang, "Ngày thử", "Days held out"),
        say(lang, "Người", "Patients"),
        say(lang, "Sai số (phút)", "Error (min)"),
        say(lang, "Đếm người trước, chia quầy (phút)", "People ahead by counters (min)"),
        say(lang, "Đếm người trước (phút)", "People ahead (min)"),
        say(lang, "Trong khoảng đã báo", "Inside the interval"),
        say(lang, "Độ rộng khoảng (phút)", "Interval width (min)"),
    ]);
    let minutes = |seconds: f64| Cell::Minutes(seconds / 60.0);
    for forecast in &report.now.forecasts {
        table.row([
            Cell::Words(report.department(&forecast.department, lang)),
            Cell::Count(forecast.days),
            Cell::Count(forecast.patients),
            minutes(forecast.mae_s),
            minutes(forecast.shared_position_mae_s),
            minutes(forecast.position_mae_s),
            Cell::Share(forecast.coverage),
            minutes(forecast.width_s),
        ]);
    }
    let note = say(
        lang,
        "Mỗi ngày thử được dự báo chỉ từ các ngày trước nó. Sai số: trung bình của độ lệch tuyệt đối. Khoảng đã báo phải đúng cho 80 % người bệnh.",
        "Each day held out is foretold from the days before it only. Error: mean absolute error. The interval is meant to hold for 80% of patients.",
    );
    let topic = say(lang, "Dự báo thời gian chờ có đúng không", "Is the promised wait right").to_owned();
    let Some(all) = report.now.forecast() else {
        let finding = say(lang, "Chưa đủ ngày để thử dự báo", "Too few past days to test the forecast").to_owned();
        return Section { id: "forecast", topic, finding, figure: None, table, note: Some(note.to_owned()) };
    };
    let unit = say(lang, "phút", "min");
    let text = |seconds: f64| format!("{}\u{a0}{unit}", words::decimal(seconds / 60.0, lang));
    let row = |label: &str, seconds: f64, look| Row {
        label: label.to_owned(),
        value: seconds,
        text: text(seconds),
        before: None,
        look,
    };
    let rows = [
        row(say(lang, "Dự báo của hệ thống", "This system's forecast"), all.mae_s, Look::Main),
        row(say(lang, "Đếm người, chia số quầy", "People ahead by counters"), all.shared_position_mae_s, Look::Beside),
        row(say(lang, "Đếm người phía trước", "People ahead"), all.position_mae_s, Look::Beside),
    ];
    let inside = words::percent((all.coverage * 1000.0).round() as u64, 1000, lang);
    let (error, simple) = (text(all.mae_s), text(all.position_mae_s));
    let finding = match lang {
        Lang::Vi => {
            format!("Dự báo lệch trung bình {error} (cách đếm người: {simple}); {inside} người chờ trong khoảng đã báo")
        }
        Lang::En => format!(
            "The forecast is off by {error} on average (counting people: {simple}); {inside} waited inside the interval"
        ),
    };
    Section {
        id: "forecast",
        topic,
        finding,
        figure: Some(chart::bars(&rows, None)),
        table,
        note: Some(note.to_owned()),
    }
}
