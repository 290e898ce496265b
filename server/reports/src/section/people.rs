//! How many came, when, and how long it took them.

use certificates::Lang;

use super::{Cell, Section, Table, say, spread_words};
use crate::chart::{self, Column, Look, Range};
use crate::facts::Group;
use crate::report::Report;
use crate::summary::{DepartmentFigures, Spread, Summary};
use crate::words;

pub fn by_hour(report: &Report, lang: Lang) -> Section {
    let (now, before) = (&report.now, &report.before);
    let before_words = report.before_words(lang);
    let busy = |hour: &usize| now.by_hour[*hour] > 0 || before.by_hour[*hour] > 0;
    let (first, last) = ((0..24).find(busy).unwrap_or(7), (0..24).rfind(busy).unwrap_or(16));
    let mut table = Table::new(&[
        say(lang, "Giờ", "Hour"),
        say(lang, "Lượt đăng ký", "Check-ins"),
        say(lang, "Tỷ lệ", "Share"),
        &capital(&before_words),
    ]);
    let columns: Vec<Column> = (first..=last)
        .map(|hour| {
            let (value, before) = (now.by_hour[hour], before.by_hour[hour]);
            table.row([
                Cell::Words(format!("{hour:02}:00–{hour:02}:59")),
                Cell::Count(value),
                Cell::share_of(value, now.check_ins),
                Cell::Count(before),
            ]);
            let text = words::count(value, lang);
            Column { label: hour.to_string(), value, text, before: Some(before) }
        })
        .collect();
    table.row([
        Cell::Words(say(lang, "Tổng", "Total").to_owned()),
        Cell::Count(now.check_ins),
        Cell::share_of(now.check_ins, now.check_ins),
        Cell::Count(before.check_ins),
    ]);
    Section {
        id: "check_ins",
        topic: say(lang, "Lượt đăng ký theo giờ", "Check-ins by hour").to_owned(),
        finding: busiest(report, &before_words, lang),
        figure: Some(chart::columns(&columns, say(lang, "giờ bắt đầu", "starting hour"), Some(&before_words))),
        table,
        note: offline(now, lang),
    }
}

fn busiest(report: &Report, before_words: &str, lang: Lang) -> String {
    let (now, before) = (&report.now, report.before.check_ins);
    if now.check_ins == 0 {
        return say(lang, "Không có lượt đăng ký nào trong kỳ", "No check-in in this period").to_owned();
    }
    let peak = (0..24).rev().max_by_key(|hour| now.by_hour[*hour]).unwrap_or(0);
    let (total, most) = (words::count(now.check_ins, lang), words::count(now.by_hour[peak], lang));
    let share = words::percent(now.by_hour[peak], now.check_ins, lang);
    let before = words::count(before, lang);
    let (from, to) = (peak, peak + 1);
    match lang {
        Lang::Vi => {
            format!("{total} lượt đăng ký ({before_words}: {before}), đông nhất {from}–{to} giờ: {most} lượt ({share})")
        }
        Lang::En => {
            format!("{total} check-ins ({before_words}: {before}), busiest from {from}:00 to {to}:00: {most} ({share})")
        }
    }
}

fn offline(now: &Summary, lang: Lang) -> Option<String> {
    let (number, share) = (words::count(now.from_blocks, lang), words::percent(now.from_blocks, now.check_ins, lang));
    (now.from_blocks > 0).then(|| match lang {
        Lang::Vi => format!("{number} số ({share}) do kiosk cấp từ dải dự trữ khi mất kết nối với máy chủ."),
        Lang::En => format!("Kiosks gave {number} of these numbers ({share}) from their blocks, without the server."),
    })
}

/// Which of the two times a section is about.
#[derive(Clone, Copy)]
enum Time {
    Waiting,
    Service,
}

impl Time {
    fn of(self, figures: &DepartmentFigures) -> Option<Spread> {
        match self {
            Self::Waiting => figures.waiting,
            Self::Service => figures.service,
        }
    }

    fn over_all(self, summary: &Summary) -> Option<Spread> {
        match self {
            Self::Waiting => summary.waiting,
            Self::Service => summary.service,
        }
    }
}

pub fn waiting(report: &Report, lang: Lang) -> Section {
    let finding = match (report.now.waiting, slowest(report, Time::Waiting)) {
        (Some(all), Some((department, spread))) => {
            let (median, p90) = (words::minutes(all.median_s, lang), words::minutes(spread.p90_s, lang));
            let department = report.department(&department.department, lang);
            match lang {
                Lang::Vi => format!(
                    "Một nửa số người chờ không quá {median}; lâu nhất ở {department}: 1 trên 10 người chờ hơn {p90}"
                ),
                Lang::En => format!(
                    "Half of the patients waited at most {median}; longest in {department}: 1 in 10 waited over {p90}"
                ),
            }
        }
        _ => say(lang, "Chưa có ai được gọi trong kỳ", "Nobody was called in this period").to_owned(),
    };
    let note = say(
        lang,
        "Chờ: từ lúc lấy số (hoặc chuyển đến) đến lần gọi đầu tiên. Trung vị: một nửa chờ ít hơn. 9/10: chín trên mười người chờ ít hơn.",
        "Waiting: from the number (or the transfer) to the first call. Median: half waited less. 9 of 10: nine in ten waited less.",
    );
    by_department(report, lang, Time::Waiting, finding, note)
}

pub fn service(report: &Report, lang: Lang) -> Section {
    let finding = match (report.now.service, slowest(report, Time::Service)) {
        (Some(all), Some((department, spread))) => {
            let (median, longest) = (words::minutes(all.median_s, lang), words::minutes(spread.median_s, lang));
            let department = report.department(&department.department, lang);
            match lang {
                Lang::Vi => format!("Một nửa số lượt phục vụ không quá {median}; lâu nhất ở {department}: {longest}"),
                Lang::En => format!("Half of the services took at most {median}; longest in {department}: {longest}"),
            }
        }
        _ => say(lang, "Chưa có lượt phục vụ nào kết thúc trong kỳ", "No service ended in this period").to_owned(),
    };
    let note = say(
        lang,
        "Phục vụ: từ lúc gọi đến lúc xong, cộng mọi lần ở quầy hoặc phòng của khoa.",
        "Service: from the call to the end, all times at the department's counters together.",
    );
    by_department(report, lang, Time::Service, finding, note)
}

/// The department with the highest p90 of waiting, or the highest median of service.
fn slowest(report: &Report, time: Time) -> Option<(&DepartmentFigures, Spread)> {
    let with_time = report.now.departments.iter().filter_map(|figures| Some((figures, time.of(figures)?)));
    with_time.max_by_key(|(_, spread)| match time {
        Time::Waiting => spread.p90_s,
        Time::Service => spread.median_s,
    })
}

fn by_department(report: &Report, lang: Lang, time: Time, finding: String, note: &str) -> Section {
    let before_words = report.before_words(lang);
    let median = say(lang, "Trung vị (phút)", "Median (min)");
    let before_header = format!("{}: {}", capital(&before_words), median.to_lowercase());
    let mut table = Table::new(&[
        say(lang, "Khoa", "Department"),
        say(lang, "Lượt đăng ký", "Check-ins"),
        say(lang, "Người trong hàng", "In the queue"),
        say(lang, "Đã phục vụ", "Served"),
        say(lang, "Vắng mặt", "No-shows"),
        median,
        say(lang, "9/10 (phút)", "9 of 10 (min)"),
        &before_header,
    ]);
    let mut departments: Vec<&DepartmentFigures> = report.now.departments.iter().collect();
    departments.sort_by_key(|figures| std::cmp::Reverse(time.of(figures).map(|spread| spread.p90_s)));
    let slowest = slowest(report, time).map(|(figures, _)| &figures.department);
    let mut ranges = Vec::new();
    for figures in departments {
        let before = report.before.departments.iter().find(|other| other.department == figures.department);
        let before = before.and_then(|figures| time.of(figures));
        let label = report.department(&figures.department, lang);
        let spread = time.of(figures);
        table.row([
            Cell::Words(label.clone()),
            Cell::Count(figures.check_ins),
            Cell::Count(figures.patients),
            Cell::Count(figures.served),
            Cell::Count(figures.no_shows),
            Cell::minutes_of(spread.map(|spread| spread.median_s)),
            Cell::minutes_of(spread.map(|spread| spread.p90_s)),
            Cell::minutes_of(before.map(|spread| spread.median_s)),
        ]);
        let Some(spread) = spread else { continue };
        ranges.push(Range {
            label,
            median: f64::from(spread.median_s),
            p90: f64::from(spread.p90_s),
            text: spread_words(&spread, lang),
            before: before.map(|spread| f64::from(spread.median_s)),
            look: if slowest == Some(&figures.department) { Look::Main } else { Look::Beside },
        });
    }
    let all = |summary: &Summary| time.over_all(summary);
    table.row([
        Cell::Words(say(lang, "Tất cả", "All").to_owned()),
        Cell::Count(report.now.check_ins),
        Cell::Count(report.now.departments.iter().map(|figures| figures.patients).sum()),
        Cell::Count(report.now.departments.iter().map(|figures| figures.served).sum()),
        Cell::Count(report.now.departments.iter().map(|figures| figures.no_shows).sum()),
        Cell::minutes_of(all(&report.now).map(|spread| spread.median_s)),
        Cell::minutes_of(all(&report.now).map(|spread| spread.p90_s)),
        Cell::minutes_of(all(&report.before).map(|spread| spread.median_s)),
    ]);
    let (id, topic) = match time {
        Time::Waiting => ("waiting", say(lang, "Thời gian chờ theo khoa", "Waiting time by department")),
        Time::Service => ("service", say(lang, "Thời gian phục vụ theo khoa", "Service time by department")),
    };
    Section {
        id,
        topic: topic.to_owned(),
        finding,
        figure: drawn(&ranges, &before_words, lang),
        table,
        note: Some(note.to_owned()),
    }
}

pub fn groups(report: &Report, lang: Lang) -> Section {
    let before_words = report.before_words(lang);
    let median = say(lang, "Trung vị (phút)", "Median (min)");
    let before_header = format!("{}: {}", capital(&before_words), median.to_lowercase());
    let mut table = Table::new(&[
        say(lang, "Nhóm", "Group"),
        say(lang, "Người trong hàng", "In the queue"),
        median,
        say(lang, "9/10 (phút)", "9 of 10 (min)"),
        &before_header,
    ]);
    let mut ranges = Vec::new();
    for figures in &report.now.groups {
        let before = report.before.groups.iter().find(|other| other.group == figures.group);
        let before = before.and_then(|figures| figures.waiting);
        let label = words::group(figures.group).say(lang).to_owned();
        table.row([
            Cell::Words(label.clone()),
            Cell::Count(figures.patients),
            Cell::minutes_of(figures.waiting.map(|spread| spread.median_s)),
            Cell::minutes_of(figures.waiting.map(|spread| spread.p90_s)),
            Cell::minutes_of(before.map(|spread| spread.median_s)),
        ]);
        let Some(spread) = figures.waiting else { continue };
        ranges.push(Range {
            label,
            median: f64::from(spread.median_s),
            p90: f64::from(spread.p90_s),
            text: spread_words(&spread, lang),
            before: before.map(|spread| f64::from(spread.median_s)),
            look: if figures.group == Group::Priority { Look::Main } else { Look::Beside },
        });
    }
    let of = |wanted: Group| {
        let figures = report.now.groups.iter().find(|figures| figures.group == wanted);
        figures.and_then(|figures| figures.waiting).map(|spread| words::minutes(spread.median_s, lang))
    };
    let finding = match (of(Group::Priority), of(Group::Ordinary), lang) {
        (Some(priority), Some(ordinary), Lang::Vi) => {
            format!("Người được ưu tiên chờ {priority}, người khác chờ {ordinary} (trung vị)")
        }
        (Some(priority), Some(ordinary), Lang::En) => {
            format!("Patients with priority waited {priority}, others {ordinary} (medians)")
        }
        (None, Some(_) | None, _) => {
            say(lang, "Không có người ưu tiên nào được gọi trong kỳ", "Nobody with priority was called").to_owned()
        }
        (Some(_), None, _) => {
            say(lang, "Chỉ có người ưu tiên được gọi trong kỳ", "Only patients with priority were called").to_owned()
        }
    };
    Section {
        id: "priority",
        topic: say(lang, "Thời gian chờ theo nhóm ưu tiên", "Waiting time by priority group").to_owned(),
        finding,
        figure: drawn(&ranges, &before_words, lang),
        table,
        note: Some(
            say(lang, "Nhóm theo Luật KCB 15/2023/QH15, Điều 3.", "Groups of Law 15/2023/QH15, article 3.").to_owned(),
        ),
    }
}

fn drawn(ranges: &[Range], before_words: &str, lang: Lang) -> Option<print::Figure> {
    let key = match lang {
        Lang::Vi => ("một nửa trong", "9 trên 10 người trong"),
        Lang::En => ("half within", "9 of 10 within"),
    };
    let before = format!("{before_words}, {}", say(lang, "trung vị", "median"));
    (!ranges.is_empty()).then(|| chart::ranges(ranges, key, Some(&before)))
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
