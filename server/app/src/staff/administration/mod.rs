//! What "Administration" leads to: every section the account may open, and the sections of this folder.

use axum::extract::State;
use axum::response::Response;
use maud::html;

use super::Task;
use super::page::{self, Freshness};
use super::session::Staff;
use super::text::Language;
use crate::app::App;
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
        task: Task::SeeSigners,
        href: "/staff/signers",
        name: ["Chứng thư ký thẻ", "Document signers"],
        about: ["Những chứng thư mà bệnh viện đã gặp và đã ghim", "Signers seen and pinned here"],
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
