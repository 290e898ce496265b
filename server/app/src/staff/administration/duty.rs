//! Duty officers: in whose name kiosks ask the insurance portal for entitlements, and when.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use time::PrimitiveDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::{back, moment};
use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms, unix_ms};
use crate::http::{Failure, not_found};
use crate::insurance::duty::{self, Duty, DutyError};
use crate::refusal::Refusal;
use crate::staff::page::{self, Freshness};
use crate::staff::sent::{FormFields, Sent};
use crate::staff::session::Staff;
use crate::staff::{Language, Task};

pub const PAGE: &str = "/staff/duty-officers";

/// As browsers send `datetime-local` (HTML 2.3.5.5): local time, seconds left out.
const MINUTE: &[time::format_description::BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]");

#[derive(Deserialize)]
pub struct Shown {
    note: Option<String>,
}

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDuty)?;
    let note = match shown.note.as_deref() {
        Some("added") => Some(("ok", language.pick("Đã thêm.", "Added."))),
        Some("ended") => Some(("ok", language.pick("Đã kết thúc ca trực.", "The duty has ended."))),
        Some(_) | None => None,
    };
    duty_page(&app, language, &staff, note, &FormFields::default()).await
}

pub async fn add(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDuty)?;
    let at = |name: &str| {
        let moment = PrimitiveDateTime::parse(form.text(name), MINUTE).ok()?;
        Some(unix_ms(moment.assume_offset(HO_CHI_MINH)))
    };
    let person = (form.text("name"), form.text("number"));
    let added = match at("from").zip(at("until")) {
        Some(span) => duty::add(&app, person, span, &format!("staff:{}", staff.login)).await,
        None => Err(DutyError::Span),
    };
    let complaint = match added {
        Ok(()) => return Ok(Redirect::to(&format!("{PAGE}?note=added")).into_response()),
        Err(DutyError::Span) => language.pick(
            "Ca trực phải kết thúc sau khi bắt đầu, chưa qua và không dài quá một năm.",
            "A duty ends after it begins, is not over, and is no longer than a year.",
        ),
        Err(DutyError::Name) => language.pick("Xin nhập họ và tên.", "Please give the name."),
        Err(DutyError::Number) => {
            language.pick("Số định danh cá nhân gồm 12 chữ số.", "A personal number has 12 digits.")
        }
        Err(DutyError::Store(error)) => return Err(Refusal::Store(error).into()),
        Err(DutyError::Seal(error)) => return Err(Refusal::Seal(error).into()),
    };
    duty_page(&app, language, &staff, Some(("danger", complaint)), &form).await
}

pub async fn end(State(app): State<App>, Path(id): Path<Uuid>, Sent { staff, .. }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDuty)?;
    if !duty::end(&app, id, &format!("staff:{}", staff.login)).await.map_err(Refusal::Store)? {
        return Err(not_found().await);
    }
    Ok(Redirect::to(&format!("{PAGE}?note=ended")).into_response())
}

async fn duty_page(
    app: &App,
    language: Language,
    staff: &Staff,
    note: Option<(&str, &str)>,
    typed: &FormFields,
) -> Result<Response, Failure> {
    let duties = duty::duties(app).await.map_err(|error| match error {
        DutyError::Store(error) => Failure::from(Refusal::Store(error)),
        DutyError::Seal(error) => Refusal::Seal(error).into(),
        DutyError::Span | DutyError::Name | DutyError::Number => {
            tracing::error!("a duty officer in the database is not one: {error}");
            Failure::malformed("a stored duty officer cannot be read")
        }
    })?;
    let view = View { app, staff, language, now: app.now_ms(), typed };
    let title = view.say("Người trực tra cứu BHYT", "Duty officers for insurance look-ups");
    let body = html! {
        main.administration {
            (back(language))
            h1 { (title) }
            p.lead { (view.finding(&duties)) }
            @if let Some((look, words)) = note { p class={ "note " (look) } role=(if look == "danger" { "alert" } else { "status" }) { (words) } }
            (view.form())
            @if duties.is_empty() { p.card.empty { (view.say("Chưa có ca trực nào được nhập.", "No duty was entered.")) } }
            ul.entries { @for duty in &duties { (view.duty(duty, &duties)) } }
        }
    };
    Ok(page::framed(app, language, Some(staff), Freshness::Still, body))
}

struct View<'a> {
    app: &'a App,
    staff: &'a Staff,
    language: Language,
    now: i64,
    typed: &'a FormFields,
}

impl View<'_> {
    fn say(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    /// Of several the one who began last.
    fn on_duty<'d>(&self, duties: &'d [Duty]) -> Option<&'d Duty> {
        duties.iter().rfind(|duty| duty.from_at <= self.now)
    }

    fn finding(&self, duties: &[Duty]) -> String {
        let configured = self.app.roster.as_ref().map(|roster| roster.configured().name.as_str());
        match (self.on_duty(duties), configured, self.language) {
            (Some(duty), _, Language::Vietnamese) => format!("Đang trực: {}.", duty.officer.name.as_str()),
            (Some(duty), _, Language::English) => format!("On duty: {}.", duty.officer.name.as_str()),
            (None, Some(name), Language::Vietnamese) => {
                format!("Không có ai trong lịch lúc này: kiosk tra cứu bằng tên trong cấu hình, {name}.")
            }
            (None, Some(name), Language::English) => {
                format!("Nobody is entered for now: kiosks ask in the name of the configuration, {name}.")
            }
            (None, None, _) => self
                .say(
                    "Chưa cấu hình cổng giám định: không có gì được tra.",
                    "No gateway is configured: nothing is asked.",
                )
                .to_owned(),
        }
    }

    fn form(&self) -> Markup {
        let say = |vi, en| self.say(vi, en);
        let minute = |ms: i64| from_unix_ms(ms).to_offset(HO_CHI_MINH).format(MINUTE).unwrap_or_default();
        let or = |name: &str, preset: String| match self.typed.text(name) {
            "" => preset,
            typed => typed.to_owned(),
        };
        html! {
            form.card.begin.search method="post" action=(PAGE) {
                (page::token(self.staff))
                label { (say("Họ và tên", "Full name")) input name="name" required maxlength="100" autocomplete="off" value=(self.typed.text("name")); }
                label { (say("Số định danh đã đăng ký trên cổng", "Personal number, registered on the portal"))
                    input name="number" required inputmode="numeric" pattern="[0-9]{12}" maxlength="12" autocomplete="off" value=(self.typed.text("number"));
                }
                label { (say("Từ lúc", "From")) input type="datetime-local" name="from" required value=(or("from", minute(self.now))); }
                label { (say("Đến lúc", "Until")) input type="datetime-local" name="until" required value=(or("until", minute(self.now + 8 * 3_600_000))); }
                button.primary { (say("Thêm", "Add")) }
            }
        }
    }

    fn duty(&self, duty: &Duty, duties: &[Duty]) -> Markup {
        let number = duty.officer.number.as_str();
        let (look, state) = match (self.on_duty(duties).is_some_and(|on| on.id == duty.id), duty.from_at <= self.now) {
            (true, _) => ("ok", self.say("Đang trực", "On duty")),
            (false, true) => ("still", self.say("Đã có người thay", "Relieved")),
            (false, false) => ("", self.say("Sắp tới", "To come")),
        };
        html! {
            li.card.entry {
                div.entryhead { h2 { (duty.officer.name.as_str()) } span class={ "tag " (look) } { (state) } }
                dl {
                    div { dt { (self.say("Số định danh", "Personal number")) } dd { "••••••••" (number.get(8..).unwrap_or_default()) } }
                    div { dt { (self.say("Từ", "From")) } dd { (moment(duty.from_at)) } }
                    div { dt { (self.say("Đến", "Until")) } dd { (moment(duty.until_at)) } }
                    div { dt { (self.say("Người nhập", "Entered by")) } dd { (duty.added_by.trim_start_matches("staff:")) } }
                }
                form method="post" action={ (PAGE) "/" (duty.id) "/end" } {
                    (page::token(self.staff))
                    button.refuse { (self.say("Kết thúc", "End")) }
                }
            }
        }
    }
}
