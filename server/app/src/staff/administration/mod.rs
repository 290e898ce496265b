//! What "Administration" leads to: one page that lists every section the account may open, and the sections of this folder.

pub mod audit;
pub mod duty;
pub mod kiosks;
pub mod person;
pub mod trust;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use time::Date;

use super::Task;
use super::page::{self, Freshness};
use super::session::Staff;
use super::text::Language;
use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::http::Failure;

pub const PAGE: &str = "/staff/administration";

/// A section: who may open it, where it is, its name and what it is for, in Vietnamese and English.
struct Section {
    task: Task,
    href: &'static str,
    name: [&'static str; 2],
    about: [&'static str; 2],
}

/// In the order of the page. A new section of the administration is an entry here.
const SECTIONS: &[Section] = &[
    Section {
        task: Task::AdministerStaff,
        href: "/staff/people",
        name: ["Nhân viên", "Staff"],
        about: ["Tài khoản, vai trò, mã xác thực", "Accounts, roles, second factors"],
    },
    Section {
        task: Task::AdministerDepartments,
        href: "/staff/departments",
        name: ["Khoa, phòng", "Departments"],
        about: ["Phòng, giờ nhận bệnh nhân, số lượt mỗi ngày", "Rooms, hours, numbers a day"],
    },
    Section {
        task: Task::AdministerKiosks,
        href: kiosks::PAGE,
        name: ["Kiosk", "Kiosks"],
        about: [
            "Máy nào hoạt động, máy nào im lặng; đăng ký và thu hồi",
            "Which are at work, which are silent; enrol, revoke",
        ],
    },
    Section {
        task: Task::SeeSigners,
        href: trust::PAGE,
        name: ["Kho tin cậy", "Trust store"],
        about: [
            "Cơ quan cấp thẻ, chứng thư ký thẻ đã gặp và đã ghim",
            "Issuing authorities, signers met and pinned here",
        ],
    },
    Section {
        task: Task::AdministerDuty,
        href: duty::PAGE,
        name: ["Người trực tra cứu BHYT", "Duty officers"],
        about: [
            "Kiosk tra cứu thẻ BHYT bằng tên ai, lúc nào",
            "In whose name kiosks ask the insurance portal, and when",
        ],
    },
    Section {
        task: Task::AnswerPersons,
        href: person::PAGE,
        name: ["Dữ liệu cá nhân", "Personal data"],
        about: ["Một người hỏi: đang lưu gì về tôi; trích xuất, xoá", "What is held about one person; given, erased"],
    },
    Section {
        task: Task::SearchAudit,
        href: audit::PAGE,
        name: ["Nhật ký", "Audit record"],
        about: ["Ai đã làm gì, lúc nào; nhật ký còn nguyên vẹn không", "Who did what and when; is the record whole"],
    },
];

pub fn title(language: Language) -> &'static str {
    language.pick("Quản trị", "Administration")
}

/// Is there anything for this account?
pub fn is_for(staff: &Staff) -> bool {
    SECTIONS.iter().any(|section| staff.may(section.task))
}

pub async fn list(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    let pick = |[vi, en]: [&'static str; 2]| language.pick(vi, en);
    let open: Vec<_> = SECTIONS.iter().filter(|section| staff.may(section.task)).collect();
    if open.is_empty() {
        return Err(page::may_not());
    }
    let body = html! {
        main {
            h1 { (title(language)) }
            ul.sections {
                @for section in open {
                    li { a.card href=(section.href) { strong { (pick(section.name)) } span { (pick(section.about)) } } }
                }
            }
        }
    };
    Ok(page::framed(&app, language, Some(&staff), Freshness::Still, body))
}

/// The way back from a section.
fn back(language: Language) -> Markup {
    html! { p.back { a href=(PAGE) { "← " (title(language)) } } }
}

/// "23/11/2026".
fn day(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year())
}

/// "08:05 23/11/2026", local time.
fn moment(ms: i64) -> String {
    let local = from_unix_ms(ms).to_offset(HO_CHI_MINH);
    format!("{:02}:{:02} {}", local.hour(), local.minute(), day(local.date()))
}

/// How long ago, in the largest unit that says it, and when.
fn long_ago(ms: i64, now: i64, language: Language) -> String {
    let minutes = (now - ms).max(0) / 60_000;
    let ago = match (minutes, language) {
        (0, Language::Vietnamese) => "vừa xong".to_owned(),
        (0, Language::English) => "just now".to_owned(),
        (1..120, Language::Vietnamese) => format!("{minutes} phút trước"),
        (1..120, Language::English) => format!("{minutes} min ago"),
        (120..2880, Language::Vietnamese) => format!("{} giờ trước", minutes / 60),
        (120..2880, Language::English) => format!("{} h ago", minutes / 60),
        (_, Language::Vietnamese) => format!("{} ngày trước", minutes / 1440),
        (_, Language::English) => format!("{} days ago", minutes / 1440),
    };
    format!("{ago} ({})", moment(ms))
}
