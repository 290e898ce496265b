//! The counter's list, calls for a person, and what staff do with them.

use api::VisitId;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use queue::{CounterId, Move, OutOfOrder, Queue};
use uuid::Uuid;

use super::Task;
use super::login::TokenForm;
use super::page;
use super::session::Staff;
use super::text::{self, Language, Text};
use crate::app::App;
use crate::check_in::CheckInPlace;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::config::DepartmentConfig;
use crate::http::{Failure, not_found};
use crate::identify::{entitlement_place, visit_person_place};
use crate::insurance::Verdict;
use crate::person::KnownPerson;
use crate::queue::{self as queues, QueueError};
use crate::refusal::Refusal;
use crate::store::{AlertRow, DeskMove, DeskState, VisitRow};
use crate::{alert, trust};

/// One visit as the page shows it.
struct Case {
    row: VisitRow,
    person: Option<KnownPerson>,
    insurance: (&'static str, String),
    place: Option<CheckInPlace>,
}

pub async fn list(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    if !staff.may(Task::SeeTheList) {
        return Ok(Redirect::to(staff.role.home()).into_response());
    }
    let body = whole_list(&app, language, &staff).await?;
    Ok(page::whole(&app, language, Some(&staff), body))
}

/// The same as the list: the script takes the parts it needs.
pub async fn calls(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeTheList)?;
    Ok(page::guarded(whole_list(&app, language, &staff).await?))
}

pub async fn decide(
    State(app): State<App>,
    staff: Staff,
    Path((visit, way)): Path<(Uuid, String)>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Response, Failure> {
    page::own_form(&staff, form)?;
    page::allowed(&staff, Task::DecideVisits)?;
    let visit = VisitId(visit);
    match (DeskMove::from_code(&way), way.as_str()) {
        (Some(way), _) => {
            trust::move_at_desk(&app, visit, way, &staff.login).await.map_err(Refusal::Store)?;
        }
        (None, "call") => move_in_queue(&app, visit, &staff, call_to_the_first_counter).await?,
        (None, "finish") => move_in_queue(&app, visit, &staff, |_, _, visit| vec![Move::Finish { visit }]).await?,
        (None, _) => return Err(not_found().await),
    }
    Ok(Redirect::to("/staff").into_response())
}

/// Moves a patient in the queue where the patient stands. A refusal changes nothing: the page shows how things stand.
async fn move_in_queue(
    app: &App,
    visit: VisitId,
    staff: &Staff,
    moves: impl Fn(&DepartmentConfig, &Queue, VisitId) -> Vec<Move>,
) -> Result<(), Refusal> {
    let Some(key) = app.store.queue_of(visit).await? else { return Ok(()) };
    let Some(department) = app.config.department(&key.department) else { return Ok(()) };
    let queue = queues::read(app, &key).await?;
    let moves = moves(department, &queue, visit);
    match queues::make(app, &key.department, &moves, &format!("staff:{}", staff.login)).await {
        Ok(()) => Ok(()),
        Err(QueueError::Refused(refused)) => {
            tracing::info!(%visit, "not moved: {refused}");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// To a counter that is open and free, else to one that is still closed.
fn call_to_the_first_counter(department: &DepartmentConfig, queue: &Queue, visit: VisitId) -> Vec<Move> {
    let counters = queues::counters(department);
    let free = |wanted: &&CounterId| queue.counter(wanted).is_some_and(|at| at.open && at.serving.is_none());
    let shut = |wanted: &&CounterId| queue.counter(wanted).is_none_or(|at| !at.open);
    let call = |counter: &CounterId| Move::CallOutOfOrder {
        visit,
        counter: counter.clone(),
        reason: OutOfOrder::Verification,
    };
    match (counters.iter().find(free), counters.iter().find(shut), counters.first()) {
        (Some(counter), _, _) => vec![call(counter)],
        (None, Some(counter), _) => vec![Move::OpenCounter { counter: counter.clone() }, call(counter)],
        (None, None, Some(busy)) => vec![call(busy)],
        (None, None, None) => Vec::new(),
    }
}

pub async fn answer_call(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<Uuid>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Response, Failure> {
    page::own_form(&staff, form)?;
    page::allowed(&staff, Task::AnswerCalls)?;
    alert::answer(&app, id, &staff.login).await.map_err(Refusal::Store)?;
    Ok(Redirect::to("/staff").into_response())
}

pub async fn signers(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::SeeSigners)?;
    let t = |text: Text| text.in_language(language);
    let tallies = trust::observed(&app).await.map_err(Refusal::Store)?;
    let pinned = app.store.pinned_signers().await.map_err(Refusal::Store)?;
    let needed = app.config.trust.pinning;
    let body = html! {
        main {
            h1 { (t(Text::Signers)) }
            p.lead { (t(Text::SignersLead)) }
            div.card {
                @if tallies.is_empty() { p.empty { (t(Text::NoSigner)) } } @else {
                    table {
                        thead { tr { th { (t(Text::Signer)) } th { (t(Text::Cards)) } th { (t(Text::Days)) } th { (t(Text::State)) } } }
                        tbody {
                            @for tally in &tallies {
                                tr {
                                    td.hash { (hex::encode(tally.signer)) }
                                    td { (tally.cards) " / " (needed.cards) }
                                    td { (tally.days) " / " (needed.days) }
                                    td {
                                        @if pinned.iter().any(|pinned| pinned.signer == tally.signer) {
                                            span.tag.ok { (t(Text::Pinned)) }
                                        } @else if tally.cards >= needed.cards && tally.days >= needed.days {
                                            span.tag { (t(Text::ReadyToPin)) }
                                        } @else {
                                            span.tag.warn { (t(Text::StillLearning)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(page::whole(&app, language, Some(&staff), body))
}

async fn whole_list(app: &App, language: Language, staff: &Staff) -> Result<Markup, Refusal> {
    let t = |text: Text| text.in_language(language);
    let alerts = app.store.open_alerts().await?;
    let mut cases = Vec::new();
    for row in app.store.visits_at_the_desk(app.today()).await? {
        cases.push(Case::open(app, row, language).await?);
    }
    Ok(html! {
        main {
            div #calls role="alert" aria-live="assertive" {
                // Emergencies first, whenever they came.
                @for alert in alerts.iter().filter(|alert| alert.kind == api::AlertKind::Emergency) {
                    (call(alert, staff, language))
                }
                @for alert in alerts.iter().filter(|alert| alert.kind != api::AlertKind::Emergency) {
                    (call(alert, staff, language))
                }
            }
            h1 { (t(Text::Title)) }
            p.lead { (t(Text::Lead)) }
            div.visits #list {
                @if cases.is_empty() { p.card.empty { (t(Text::NobodyWaits)) } }
                @for case in &cases { (case.markup(staff, language)) }
            }
        }
    })
}

fn call(alert: &AlertRow, staff: &Staff, language: Language) -> Markup {
    let emergency = alert.kind == api::AlertKind::Emergency;
    html! {
        div.call.emergency[emergency] {
            span.what { (text::call(alert.kind, language)) }
            span.where { (alert.kiosk) " · " (hour(alert.raised_at)) }
            form method="post" action={ "/staff/calls/" (alert.id) } {
                (page::token(staff))
                button { (Text::IAmGoing.in_language(language)) }
            }
        }
    }
}

impl Case {
    async fn open(app: &App, row: VisitRow, language: Language) -> Result<Self, Refusal> {
        let key = row.visit.to_string();
        let person = row.person.as_ref().map(|person| person.open(&app.keys, visit_person_place(&key))).transpose()?;
        let record = row.entitlement.as_ref().map(|record| record.open(&app.keys, entitlement_place(&key)));
        let hospital = &app.config.hospital;
        let insurance = match record.transpose()? {
            None => ("warn", text::entitlement(row.entitlement_state, language).to_owned()),
            Some(record) => match record.verdict(&hospital.facility_code, &hospital.accepted_facilities) {
                Verdict::Accepted { route, .. } => {
                    let right = route == crate::insurance::Route::Right;
                    (if right { "ok" } else { "warn" }, text::valid_insurance(right, language).to_owned())
                }
                Verdict::Refused(code) => ("danger", format!("{} {code}", text::refused_insurance(language))),
            },
        };
        let place = CheckInPlace::of(app, row.visit, language).await?;
        Ok(Self { row, person, insurance, place })
    }

    fn markup(&self, staff: &Staff, language: Language) -> Markup {
        let t = |text: Text| text.in_language(language);
        let row = &self.row;
        let proven = match row.assurance {
            api::Assurance::A | api::Assurance::B => true,
            api::Assurance::C => false,
            api::Assurance::D => row.desk == DeskState::Checked,
        };
        html! {
            article.card.visit {
                div {
                    @if let Some(place) = &self.place {
                        div.number { (place.number) }
                        div.place { (place.department) br; (hour(place.issued_at)) }
                    }
                }
                div {
                    div.name {
                        @match &self.person {
                            Some(person) => {
                                (person.name.as_deref().unwrap_or(t(Text::NameUnknown)))
                                small {
                                    @if let Some(birth) = &person.birth { " · " (t(Text::Born)) " " (birth) }
                                    " · " (person.masked_number())
                                    @if !proven { " · " (t(Text::Unproven)) }
                                }
                            }
                            None => { (t(Text::NameUnknown)) }
                        }
                    }
                    @if let Some(reason) = row.counter_reason { p.why { (text::reason(reason, language)) } }
                    div.tags {
                        span.tag { (text::desk(row.desk, language)) }
                        span.tag { (text::assurance(row.assurance, language)) }
                        span class={ "tag " (self.insurance.0) } { (self.insurance.1) }
                        @for fact in row.facts.iter().filter_map(|code| text::fact(code, language)) {
                            span.tag.warn { (fact) }
                        }
                    }
                }
                @if staff.may(Task::DecideVisits) {
                    div.keys {
                        (self.key("call", "plain", t(Text::Call), staff))
                        (self.key(DeskMove::Check.code(), "primary", t(Text::Check), staff))
                        (self.key(DeskMove::NotThisPerson.code(), "refuse", t(Text::NotThisPerson), staff))
                        (self.key("finish", "plain", t(Text::Finish), staff))
                    }
                }
            }
        }
    }

    fn key(&self, way: &str, look: &str, words: &str, staff: &Staff) -> Markup {
        html! {
            form method="post" action={ "/staff/visits/" (self.row.visit) "/" (way) } {
                (page::token(staff))
                button class=(look) { (words) }
            }
        }
    }
}

/// Local time, HH:MM.
fn hour(ms: i64) -> String {
    let local = from_unix_ms(ms).to_offset(HO_CHI_MINH);
    format!("{:02}:{:02}", local.hour(), local.minute())
}
