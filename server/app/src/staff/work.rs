//! Where staff begin: the counters to choose from, those whom a person must look at, calls for a person.

use api::VisitId;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use queue::{CounterId, Move, OutOfOrder, Queue, Refusal as Unmoved};
use uuid::Uuid;

use super::Task;
use super::case::Case;
use super::counter::{self, Said, Word};
use super::page;
use super::sent::Sent;
use super::session::Staff;
use super::text::{Language, Text};
use crate::app::App;
use crate::check_in::CheckInPlace;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::department::Department;
use crate::http::{Failure, not_found};
use crate::queue::{self as queues, QueueError};
use crate::refusal::Refusal;
use crate::store::DeskMove;
use crate::{alert, trust};

pub async fn list(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(said): Query<Said>,
) -> Result<Response, Failure> {
    if !staff.may(Task::SeeTheList) && !staff.may(Task::CallPatients) {
        return Ok(Redirect::to(staff.role.home()).into_response());
    }
    let body = reception(&app, language, &staff, said.words(language)).await?;
    Ok(page::whole(&app, language, Some(&staff), body))
}

pub async fn decide(
    State(app): State<App>,
    Path((visit, way)): Path<(Uuid, String)>,
    Sent { staff, .. }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::DecideVisits)?;
    let visit = VisitId(visit);
    match (DeskMove::from_code(&way), way.as_str()) {
        (Some(way), _) => {
            trust::move_at_desk(&app, visit, way, &staff.login).await.map_err(Refusal::Store)?;
        }
        (None, "call" | "finish") => {
            let moved = match way.as_str() {
                "call" => move_in_queue(&app, visit, &staff, call_to_the_first_counter).await?,
                _ => move_in_queue(&app, visit, &staff, |_, _, visit| vec![Move::Finish { visit }]).await?,
            };
            if let Err(refused) = moved {
                return Ok(Redirect::to(&format!("/staff?said={}", refused.code())).into_response());
            }
        }
        (None, _) => return Err(not_found().await),
    }
    Ok(Redirect::to("/staff").into_response())
}

/// Moves a patient in the queue where the patient stands. A refusal changes nothing, and the page says why.
async fn move_in_queue(
    app: &App,
    visit: VisitId,
    staff: &Staff,
    moves: impl Fn(&Department, &Queue, VisitId) -> Vec<Move>,
) -> Result<Result<(), Unmoved>, Refusal> {
    let Some(key) = app.store.queue_of(visit).await? else { return Ok(Err(Unmoved::UnknownVisit)) };
    let Some(department) = app.department(&key.department) else { return Ok(Err(Unmoved::UnknownVisit)) };
    let queue = queues::read(app, &key).await?;
    let moves = moves(&department, &queue, visit);
    if moves.is_empty() {
        return Ok(Err(Unmoved::CounterClosed));
    }
    match queues::make(app, &key.department, &moves, &format!("staff:{}", staff.login)).await {
        Ok(()) => Ok(Ok(())),
        Err(QueueError::Refused(refused)) => Ok(Err(refused)),
        Err(error) => Err(error.into()),
    }
}

/// To a counter that is open and free, else to one that is still closed.
fn call_to_the_first_counter(department: &Department, queue: &Queue, visit: VisitId) -> Vec<Move> {
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
    Path(id): Path<Uuid>,
    Sent { staff, .. }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AnswerCalls)?;
    alert::answer(&app, id, &staff.login).await.map_err(Refusal::Store)?;
    Ok(Redirect::to("/staff").into_response())
}

async fn reception(app: &App, language: Language, staff: &Staff, said: Option<&str>) -> Result<Markup, Refusal> {
    let t = |text: Text| text.in_language(language);
    let mut places = Vec::new();
    if staff.may(Task::CallPatients) {
        for department in app.departments().all() {
            let queue = queues::today(app, &department.code).await?;
            if !department.is_retired() || queue.entries().any(queue::Entry::stands) {
                places.push((department.clone(), queue));
            }
        }
    }
    let (mut alerts, mut cases) = (Vec::new(), Vec::new());
    if staff.may(Task::SeeTheList) {
        alerts = app.store.open_alerts().await?;
        for row in app.store.visits_at_the_desk(app.today()).await? {
            let place = CheckInPlace::of(app, row.visit, language).await?;
            cases.push((Case::open(app, row, language)?, place));
        }
    }
    Ok(html! {
        main #live data-of="" {
            (counter::calls(&alerts, staff, language))
            @if let Some(said) = said { p.note.warn role="status" { (said) } }
            div #list {
                @if !places.is_empty() {
                    h1 { (Word::ChooseCounter.of(language)) }
                    p.lead { (Word::ChooseLead.of(language)) }
                    div.places {
                        @for (department, queue) in &places { (counters_of(department, queue, language)) }
                    }
                }
                @if staff.may(Task::SeeTheList) {
                    h1 { (Word::ToVerify.of(language)) }
                    p.lead { (t(Text::Lead)) }
                    div.visits {
                        @if cases.is_empty() { p.card.empty { (t(Text::NobodyWaits)) } }
                        @for (case, place) in &cases { (to_verify(case, place.as_ref(), staff, language)) }
                    }
                }
            }
        }
    })
}

fn counters_of(department: &Department, queue: &Queue, language: Language) -> Markup {
    html! {
        section.card {
            h2 { (counter::name(department, language)) }
            p.lead { (Word::Waiting.of(language)) " " b { (queue.waiting()) } }
            div.inline {
                @for counter in queues::counters(department) {
                    @let open = queue.counter(&counter).is_some_and(|counter| counter.open);
                    a.button.quiet[!open] href=(counter::path_of(department, &counter)) {
                        (Word::place(department).of(language)) " " (counter)
                        @if let Some(entry) = queue.serving(&counter) { " · " (entry.ticket) }
                    }
                }
            }
        }
    }
}

fn to_verify(case: &Case, place: Option<&CheckInPlace>, staff: &Staff, language: Language) -> Markup {
    let t = |text: Text| text.in_language(language);
    html! {
        article.card.visit {
            div {
                @if let Some(place) = place {
                    div.number { (place.number) }
                    div.place { (place.department) br; (hour(place.issued_at)) }
                }
            }
            div { (case.markup(language)) }
            @if staff.may(Task::DecideVisits) {
                div.keys {
                    (key(case, "call", "plain", t(Text::Call), staff))
                    (key(case, DeskMove::Check.code(), "primary", t(Text::Check), staff))
                    (key(case, DeskMove::NotThisPerson.code(), "refuse", t(Text::NotThisPerson), staff))
                    (key(case, "finish", "plain", t(Text::Finish), staff))
                }
            }
        }
    }
}

fn key(case: &Case, way: &str, look: &str, words: &str, staff: &Staff) -> Markup {
    html! {
        form method="post" action={ "/staff/visits/" (case.row.visit) "/" (way) } {
            (page::token(staff))
            button class=(look) { (words) }
        }
    }
}

/// Local time, HH:MM.
pub(super) fn hour(ms: i64) -> String {
    let local = from_unix_ms(ms).to_offset(HO_CHI_MINH);
    format!("{:02}:{:02}", local.hour(), local.minute())
}
