//! All papers that somebody has something to do with, by state and kind, with the countdown of NĐ 63/2024.

use axum::extract::{Query, State};
use axum::response::Response;
use certificates::Kind;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Task;
use super::super::page;
use super::super::session::Staff;
use super::super::text::{Language, Text};
use super::words;
use crate::app::App;
use crate::certificate::CertificateState;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::dispatch::{Halt, Overview, overview};
use crate::http::Failure;
use crate::paper::{OpenPaper, kind_of};
use crate::refusal::Refusal;
use crate::store::CertificateKind;

/// A countdown that ends within this is shown as near.
const NEAR_MS: i64 = 3_600_000;
/// Rows of one state on one page.
const ROWS: u32 = 100;

#[derive(Deserialize)]
pub struct Filter {
    kind: Option<String>,
    state: Option<String>,
    note: Option<String>,
}

/// What is looked at first comes first.
const OPEN: [CertificateState; 9] = [
    CertificateState::OutcomeUnknown,
    CertificateState::Refused,
    CertificateState::SigningFailed,
    CertificateState::Blocked,
    CertificateState::WaitingForCitizen,
    CertificateState::Draft,
    CertificateState::WaitingForSignature,
    CertificateState::WaitingToSend,
    CertificateState::Sending,
];

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeCertificates)?;
    let overview = overview(&app).await.map_err(dispatch_failed)?;
    let kind = filter.kind.as_deref().and_then(|code| CertificateKind::from_stored(code).ok());
    let state = filter.state.as_deref().and_then(|code| CertificateState::from_stored(code).ok());
    let states: Vec<CertificateState> = match state {
        Some(state) => vec![state],
        None => OPEN.to_vec(),
    };
    let mut papers = Vec::new();
    for state in states {
        for row in app.store.certificates_in(state, None, ROWS).await.map_err(Refusal::Store)? {
            if kind.is_none_or(|kind| kind == row.kind) {
                papers.push(OpenPaper::of(&app, row).await.map_err(Refusal::from)?);
            }
        }
    }
    let view = View { app: &app, staff: &staff, language, overview: &overview, kind, state };
    let body = html! {
        main {
            (view.banner())
            @if let Some((look, words)) = filter.note.as_deref().and_then(|code| words::note(code, language)) {
                p class={ "note " (look) } role="status" { (words) }
            }
            h1 { (Text::Certificates.in_language(language)) }
            (view.sending())
            (view.beginning())
            (view.filters())
            div.papers {
                @if papers.is_empty() { p.card.empty { (language.pick("Không có giấy nào ở đây.", "Nothing is here.")) } }
                @for paper in &papers { (view.row(paper)) }
            }
        }
    };
    Ok(page::framed(&app, language, Some(&staff), page::Freshness::Still, body))
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    overview: &'a Overview,
    kind: Option<CertificateKind>,
    state: Option<CertificateState>,
}

impl View<'_> {
    fn banner(&self) -> Markup {
        html! {
            @for alarm in &self.overview.alarms {
                p.alarm role="alert" { (words::alarm(alarm, self.language)) }
            }
        }
    }

    fn sending(&self) -> Markup {
        let halt = self.overview.halt;
        let switchable = matches!(halt, None | Some(Halt::Switch)) && self.staff.may(Task::ThrowSwitch);
        let (position, key) = match halt {
            None => ("off", self.language.pick("Tạm dừng gửi", "Stop sending")),
            Some(Halt::NotConfigured | Halt::Switch | Halt::File) => {
                ("on", self.language.pick("Cho gửi lại", "Resume sending"))
            }
        };
        html! {
            div.card.sending {
                span.tag.ok[halt.is_none()].danger[halt.is_some()] { (words::halt(halt, self.language)) }
                @if self.staff.may(Task::Reconcile) {
                    a href="/staff/certificates/unknown" { (self.language.pick("Đối soát kết quả chưa rõ", "Reconcile unknown outcomes")) }
                }
                span.space {}
                @if switchable {
                    form.inline method="post" action="/staff/certificates/switch" {
                        (page::token(self.staff))
                        input type="hidden" name="position" value=(position);
                        label { (self.language.pick("Lý do", "Reason")) " " input name="why" required maxlength="200"; }
                        button.refuse[halt.is_none()] { (key) }
                    }
                }
            }
        }
    }

    fn beginning(&self) -> Markup {
        if !self.staff.may(Task::WriteCertificates) {
            return html! {};
        }
        html! {
            div.card.begin {
                form.inline method="post" action="/staff/certificates" {
                    (page::token(self.staff))
                    strong { (self.language.pick("Lập giấy mới:", "New:")) }
                    @for kind in Kind::ALL {
                        button.primary name="kind" value=(crate::paper::kind_code(kind).code()) { (kind.title().say(words::lang(self.language))) }
                    }
                }
                details {
                    summary { (self.language.pick("Nhập từ XML của phần mềm bệnh viện", "Import the hospital system's XML")) }
                    form method="post" action="/staff/certificates/import" {
                        (page::token(self.staff))
                        textarea name="document" rows="6" required aria-label="XML" {}
                        button { (self.language.pick("Nhập", "Import")) }
                    }
                }
            }
        }
    }

    fn filters(&self) -> Markup {
        let count = |state: CertificateState| -> u64 {
            let here = |kind: &CertificateKind| self.kind.is_none_or(|wanted| wanted == *kind);
            self.overview
                .certificates
                .iter()
                .filter(|(kind, one, _)| *one == state && here(kind))
                .map(|(_, _, n)| n)
                .sum()
        };
        let href = |kind: Option<CertificateKind>, state: Option<CertificateState>| {
            let mut parts = Vec::new();
            if let Some(kind) = kind {
                parts.push(format!("kind={}", kind.code()));
            }
            if let Some(state) = state {
                parts.push(format!("state={}", state.code()));
            }
            format!("/staff/certificates?{}", parts.join("&"))
        };
        html! {
            nav.filters aria-label=(self.language.pick("Lọc", "Filter")) {
                div {
                    a.on[self.kind.is_none()] href=(href(None, self.state)) { (self.language.pick("Mọi loại", "All kinds")) }
                    @for kind in CertificateKind::ALL {
                        a.on[self.kind == Some(*kind)] href=(href(Some(*kind), self.state)) { (kind_of(*kind).title().say(words::lang(self.language))) }
                    }
                }
                div {
                    a.on[self.state.is_none()] href=(href(self.kind, None)) { (self.language.pick("Cần xử lý", "Open")) }
                    @for state in CertificateState::ALL {
                        @let n = count(*state);
                        @if n > 0 {
                            a.on[self.state == Some(*state)] href=(href(self.kind, Some(*state))) { (words::state(*state, self.language)) " " span.count { (n) } }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, paper: &OpenPaper) -> Markup {
        let row = &paper.row;
        let lang = words::lang(self.language);
        let name = match row.kind {
            CertificateKind::Birth => ["TEN_CON", "HOTEN_NND"],
            CertificateKind::Death => ["HO_TEN", ""],
            CertificateKind::Driver => ["HOTEN", "HANGBANGLAI"],
        };
        let who: Vec<&str> = name.iter().map(|code| paper.draft.get(code)).filter(|text| !text.is_empty()).collect();
        html! {
            a.card.paper href={ "/staff/certificates/" (row.id) } {
                span.kind {
                    (kind_of(row.kind).title().say(lang))
                    small { (row.natural_key.as_deref().unwrap_or(self.language.pick("chưa có số", "no number yet"))) @if row.issue > 1 { " · " (self.language.pick("cấp lại", "re-issue")) } }
                }
                span.who { @if who.is_empty() { "—" } @else { (who.join(" · ")) } small { (since(row.state_at)) } }
                span.where {
                    span class={ "tag " (words::look(row.state)) } { (words::state(row.state, self.language)) }
                    @if let Some(code) = &row.outcome_code { " " span.tag.danger { (words::outcome(code, self.language)) } }
                    (countdown(row.deadline_at.filter(|_| !row.state.is_settled()), self.app.now_ms(), self.language))
                    small { (words::next(row.state.next_step(), self.language)) }
                }
            }
        }
    }
}

/// How long is left of the four working hours, in the office's time on the clock.
pub fn countdown(deadline: Option<i64>, now: i64, language: Language) -> Markup {
    let Some(deadline) = deadline else { return html! {} };
    let left = deadline - now;
    let minutes = left.abs() / 60_000;
    let long = match language {
        Language::Vietnamese => format!("{} giờ {:02} phút", minutes / 60, minutes % 60),
        Language::English => format!("{} h {:02} min", minutes / 60, minutes % 60),
    };
    let (look, words) = match (left < 0, left < NEAR_MS) {
        (true, _) => ("danger", language.pick("Quá hạn", "Overdue by")),
        (false, true) => ("warn", language.pick("Còn", "Left")),
        (false, false) => ("", language.pick("Còn", "Left")),
    };
    html! { " " span class={ "tag " (look) } { (words) " " (long) } }
}

pub fn since(ms: i64) -> String {
    let local = from_unix_ms(ms).to_offset(HO_CHI_MINH);
    format!("{:02}/{:02} {:02}:{:02}", local.day(), u8::from(local.month()), local.hour(), local.minute())
}

pub fn dispatch_failed(error: crate::dispatch::DispatchError) -> Failure {
    match error {
        crate::dispatch::DispatchError::Store(error) => Refusal::Store(error).into(),
        crate::dispatch::DispatchError::Seal(error) => Refusal::Seal(error).into(),
        crate::dispatch::DispatchError::Move(error) => {
            Refusal::from(crate::certificate::CertificateError::from(error)).into()
        }
    }
}
