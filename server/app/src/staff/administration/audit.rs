//! The audit record searched by a person: by days, actor, action and id; and whether it is whole.

use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use time::Date;
use time::macros::format_description;

use super::{back, long_ago, moment};
use crate::app::App;
use crate::audit::{self, Freshly, Question, QuestionError, Standing, StandingError};
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::http::Failure;
use crate::refusal::Refusal;
use crate::staff::page::{self, Freshness};
use crate::staff::sent::Sent;
use crate::staff::session::Staff;
use crate::staff::{Language, Task};
use crate::store::{AuditKey, AuditRow};

pub const PAGE: &str = "/staff/audit";
pub const FILE: &str = "/staff/audit/lines.csv";
pub const VERIFY: &str = "/staff/audit/verify";

const DAY: &[time::format_description::BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    to: String,
    actor: String,
    action: String,
    about: String,
    /// The key of the page before: `{at}.{id}`.
    behind: String,
}

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SearchAudit)?;
    let standing = audit::standing(&app, Freshly::IfOld).await?;
    let question = asked.question(app.today());
    let found = match &question {
        Ok(question) => {
            let by = format!("staff:{}", staff.login);
            Some(audit::page(&app, question, asked.key().as_ref(), &by).await.map_err(Refusal::Store)?)
        }
        Err(_) => None,
    };
    let view = View { app: &app, staff: &staff, language, asked: &asked };
    let title = view.say("Nhật ký", "Audit record");
    let body = html! {
        main.administration {
            (back(language))
            h1 { (title) }
            (view.standing(&standing))
            (view.form(question.as_ref().ok()))
            @match (&question, &found) {
                (Ok(question), Some((lines, next))) => (view.lines(question, lines, next.as_ref())),
                (Err(error), _) => p.note.danger role="alert" { (view.complaint(*error)) },
                (Ok(_), None) => {}
            }
        }
    };
    Ok(page::framed(&app, language, Some(&staff), Freshness::Still, body))
}

pub async fn verify(State(app): State<App>, Sent { staff, .. }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SearchAudit)?;
    audit::standing(&app, Freshly::Now).await?;
    Ok(Redirect::to(PAGE).into_response())
}

/// RFC 4180 in UTF-8, moments in RFC 3339.
pub async fn file(State(app): State<App>, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SearchAudit)?;
    let question = asked.question(app.today()).map_err(|error| Failure::malformed(&error.to_string()))?;
    let lines = audit::all(&app, &question, &format!("staff:{}", staff.login)).await.map_err(Refusal::Store)?;
    let mut text = String::from("\u{feff}at,actor,action,visit,detail\r\n");
    for line in &lines {
        let at = from_unix_ms(line.at).to_offset(HO_CHI_MINH);
        let at = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        let visit = line.visit.as_deref().unwrap_or_default();
        let cells = [at.as_str(), &line.actor, &line.action, visit, &line.detail].map(cell);
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let name = format!("attachment; filename=\"audit-{}-{}.csv\"", question.first, question.last);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, text).into_response())
}

/// In quotes, and no formula to a spreadsheet.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

impl Asked {
    fn question(&self, today: Date) -> Result<Question, QuestionError> {
        let day = |text: &str| match text.trim() {
            "" => Ok(today),
            text => Date::parse(text, DAY).map_err(|_| QuestionError::Days),
        };
        Question::parse((day(&self.from)?, day(&self.to)?), &self.actor, &self.action, &self.about)
    }

    /// Anything else than a key of ours begins at the newest line.
    fn key(&self) -> Option<AuditKey> {
        let (at, id) = self.behind.split_once('.')?;
        Some(AuditKey { at: at.parse().ok()?, id: id.to_owned() })
    }
}

/// The same question as a link.
fn link(page: &str, question: &Question, behind: Option<&AuditKey>) -> String {
    let actor = question.actor().replace(' ', "+");
    let behind = behind.map_or(String::new(), |key| format!("&behind={}.{}", key.at, key.id));
    let (first, last) = (question.first, question.last);
    format!(
        "{page}?from={first}&to={last}&actor={actor}&action={}&about={}{behind}",
        question.action(),
        question.about()
    )
}

impl From<StandingError> for Failure {
    fn from(error: StandingError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the audit record was not verified");
        let detail = "the audit record could not be verified: look into the log";
        Self::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, api::ProblemCode::Internal, detail)
    }
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    asked: &'a Asked,
}

impl View<'_> {
    fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    fn standing(&self, standing: &Standing) -> Markup {
        let ago = |at: i64| long_ago(at, self.app.now_ms(), self.language);
        html! {
            div.card.sending {
                @match &standing.verdict {
                    Ok(verdict) => {
                        span.tag.ok { (self.say("Nguyên vẹn", "Whole")) }
                        span { @match self.language {
                            Language::Vietnamese => { (verdict.lines) " dòng đã kiểm tra " (ago(standing.at)) },
                            Language::English => { (verdict.lines) " lines verified " (ago(standing.at)) },
                        } }
                    },
                    Err(tampered) => {
                        span.tag.danger { (self.say("Đã bị sửa", "Tampered with")) }
                        strong lang="en" { (tampered) }
                    },
                }
                span { (self.checkpoint(standing, &ago)) }
                span.space {}
                form method="post" action=(VERIFY) {
                    (page::token(self.staff))
                    button { (self.say("Kiểm tra lại", "Verify now")) }
                }
            }
        }
    }

    fn checkpoint(&self, standing: &Standing, ago: &dyn Fn(i64) -> String) -> String {
        match (&standing.checkpoint, &self.app.config.audit.checkpoints) {
            (Some(checkpoint), _) => {
                format!("{} {}", self.say("Mốc ký cuối:", "Last signed checkpoint:"), ago(checkpoint.at))
            }
            (None, Some(_)) => self.say("Chưa có mốc ký nào.", "No checkpoint was signed yet.").to_owned(),
            (None, None) => self
                .say(
                    "Chưa cấu hình nơi cất mốc ký ([audit] checkpoints).",
                    "No place for signed checkpoints is configured ([audit] checkpoints).",
                )
                .to_owned(),
        }
    }

    fn form(&self, question: Option<&Question>) -> Markup {
        let shown = |day: Option<Date>, typed: &str| day.map_or(typed.to_owned(), |day| day.to_string());
        html! {
            form.card.begin.search method="get" action=(PAGE) {
                label { (self.say("Từ ngày", "From")) input type="date" name="from" value=(shown(question.map(|q| q.first), &self.asked.from)); }
                label { (self.say("Đến ngày", "To")) input type="date" name="to" value=(shown(question.map(|q| q.last), &self.asked.to)); }
                label { (self.say("Ai", "Actor")) input name="actor" value=(self.asked.actor) maxlength="64" autocomplete="off" placeholder="staff:…, kiosk:…"; }
                label { (self.say("Việc", "Action")) input name="action" value=(self.asked.action) maxlength="64" autocomplete="off" placeholder="kiosk_revoked"; }
                label.id { (self.say("Mã lượt khám hoặc giấy", "Id of a visit or paper")) input name="about" value=(self.asked.about) maxlength="40" autocomplete="off"; }
                button.primary { (self.say("Tìm", "Search")) }
            }
        }
    }

    fn complaint(&self, error: QuestionError) -> &'static str {
        match error {
            QuestionError::Days => {
                self.say("Ngày chưa đúng: từ ngày không sau đến ngày.", "The first day is after the last, or is none.")
            }
            QuestionError::Actor => self.say(
                "“Ai” là tên đăng nhập hoặc mã kiosk, không phải họ tên.",
                "An actor is a login or a kiosk's id, not a name.",
            ),
            QuestionError::Action => self.say(
                "“Việc” là mã gồm a-z và gạch dưới, ví dụ kiosk_revoked.",
                "An action is a code of a-z and _, such as kiosk_revoked.",
            ),
            QuestionError::About => self.say(
                "Mã là UUID của lượt khám hoặc của giấy, không phải số định danh.",
                "An id is the UUID of a visit or a paper, not a personal number.",
            ),
        }
    }

    fn lines(&self, question: &Question, lines: &[AuditRow], next: Option<&AuditKey>) -> Markup {
        if lines.is_empty() {
            return html! { p.card.empty { (self.say("Không có dòng nào như vậy.", "No line is like that.")) } };
        }
        html! {
            p.files { a.button.quiet href=(link(FILE, question, None)) download { "CSV" } }
            div.card.wide tabindex="0" role="region" aria-label=(self.say("Nhật ký", "Audit record")) {
                table.record {
                    thead { tr {
                        th { (self.say("Lúc", "When")) } th { (self.say("Ai", "Actor")) } th { (self.say("Việc", "Action")) }
                        th { (self.say("Lượt khám", "Visit")) } th { (self.say("Chi tiết", "Detail")) }
                    } }
                    tbody { @for line in lines { tr {
                        td { (moment(line.at)) }
                        td { (line.actor) }
                        td { (line.action) }
                        td.hash { (line.visit.as_deref().unwrap_or_default()) }
                        td { (line.detail) }
                    } } }
                }
            }
            @if let Some(next) = next {
                p.files { a.button.quiet href=(link(PAGE, question, Some(next))) rel="next" { (self.say("Cũ hơn →", "Older →")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        assert_eq!(cell("A \"B\", C"), "\"A \"\"B\"\", C\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
