//! One counter of one department: whom to call, and what to do with who stands there.
//!
//! Every key is a form with the visit that the page showed at this counter; where that is no longer so, nothing is done
//! and the page says it. So a key pressed twice, or on an old page, moves nobody by mistake.

mod view;
mod words;

use std::sync::Arc;

use api::{DepartmentCode, VisitId};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use queue::{CounterId, Ground, Move, OutOfOrder, Queue, Refusal as Unmoved, Then, VoidReason};
use serde::Deserialize;

use super::Task;
use super::page;
use super::sent::{FormFields, Sent};
use super::session::Staff;
use super::text::Language;
use crate::app::App;
use crate::department::Department;
use crate::http::{Failure, not_found};
use crate::queue::{self as queues, QueueError};
use crate::refusal::Refusal;
use crate::store::DeskMove;
use crate::{check_in, trust};

pub use view::{calls, name};
use words::Way;
pub(super) use words::Word;

/// The counter named in the path, if there is one.
struct Here {
    department: Arc<Department>,
    counter: CounterId,
}

/// Why the last key did nothing.
#[derive(Deserialize)]
pub struct Said {
    said: Option<String>,
}

impl Said {
    pub fn words(&self, language: Language) -> Option<&'static str> {
        words::said(self.said.as_deref()?, language)
    }
}

/// What became of a key.
enum Outcome {
    Done,
    /// The code of a sentence.
    Not(&'static str),
}

pub async fn show(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Path((department, counter)): Path<(String, String)>,
    Query(said): Query<Said>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::CallPatients)?;
    let Some(here) = Here::find(&app, &department, &counter) else { return Err(not_found().await) };
    let body = view::View::open(&app, &here, language, &staff).await?.markup(said.words(language));
    Ok(page::whole(&app, language, Some(&staff), body))
}

pub async fn act(
    State(app): State<App>,
    Path((department, counter, way)): Path<(String, String, String)>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::CallPatients)?;
    let here = Here::find(&app, &department, &counter);
    let (Some(here), Some(way)) = (here, Way::from_code(&way)) else { return Err(not_found().await) };
    match way {
        Way::Check | Way::NotThisPerson => page::allowed(&staff, Task::DecideVisits)?,
        Way::Merge => page::allowed(&staff, Task::MergeQueues)?,
        Way::Open
        | Way::Close
        | Way::Next
        | Way::Recall
        | Way::Start
        | Way::Skip
        | Way::Park
        | Way::Return
        | Way::Finish
        | Way::Transfer
        | Way::Call
        | Way::Ground
        | Way::WalkIn
        | Way::Leave => {}
    }
    let path = here.path();
    let outcome = match here.act(&app, &staff, way, &form).await {
        Ok(outcome) => outcome,
        Err(QueueError::Refused(refused)) => Outcome::Not(refused.code()),
        Err(QueueError::Contended) => Outcome::Not("contended"),
        Err(QueueError::DepartmentRetired) => Outcome::Not("department_retired"),
        Err(error) => return Err(Refusal::from(error).into()),
    };
    Ok(match outcome {
        Outcome::Done => Redirect::to(&path).into_response(),
        Outcome::Not(code) => Redirect::to(&format!("{path}?said={code}")).into_response(),
    })
}

fn visit_of(form: &FormFields) -> Option<VisitId> {
    form.get("visit")?.parse().ok().map(VisitId)
}

impl Here {
    fn find(app: &App, department: &str, counter: &str) -> Option<Self> {
        let department = app.department(&DepartmentCode::parse(department).ok()?)?;
        let counter = queues::counters(&department).into_iter().find(|known| known.as_str() == counter)?;
        Some(Self { department, counter })
    }

    fn path(&self) -> String {
        path_of(&self.department, &self.counter)
    }

    async fn act(&self, app: &App, staff: &Staff, way: Way, form: &FormFields) -> Result<Outcome, QueueError> {
        let by = format!("staff:{}", staff.login);
        let queue = queues::today(app, &self.department.code).await?;
        let current = queue.serving(&self.counter).map(|entry| entry.visit);
        let shown = form.text("current");
        if shown != current.map(|visit| visit.to_string()).unwrap_or_default() {
            return Ok(Outcome::Not("changed"));
        }
        let counter = self.counter.clone();
        let moves = match (way, current) {
            (Way::Open, _) => vec![Move::OpenCounter { counter }],
            (Way::Close, _) => vec![Move::CloseCounter { counter }],
            (Way::Next, current) => {
                queues::finish(app, &self.department.code, current, Some(&counter), &by).await?;
                return Ok(Outcome::Done);
            }
            (Way::Finish, Some(visit)) => {
                queues::finish(app, &self.department.code, Some(visit), None, &by).await?;
                return Ok(Outcome::Done);
            }
            (Way::Recall, Some(visit)) => vec![Move::Recall { visit }],
            (Way::Start, Some(visit)) => vec![Move::Start { visit }],
            (Way::Skip, Some(visit)) => vec![not_here(&queue, visit)],
            (Way::Park, Some(visit)) => vec![Move::Park { visit }],
            (Way::Leave, Some(visit)) => vec![Move::Void { visit, reason: VoidReason::PatientLeft }],
            (Way::Return, _) => match visit_of(form) {
                Some(visit) => vec![Move::Return { visit }],
                None => return Ok(Outcome::Not("unknown_visit")),
            },
            (Way::Call, _) => return self.call(app, &queue, form, &by).await,
            (Way::Transfer, Some(visit)) => return self.transfer(app, visit, form, &by).await,
            (Way::Check, Some(visit)) => return self.check(app, visit, DeskMove::Check, staff).await,
            (Way::NotThisPerson, Some(visit)) => return self.check(app, visit, DeskMove::NotThisPerson, staff).await,
            (Way::Ground, current) => match visit_of(form).or(current) {
                Some(visit) => vec![match form.get("ground").and_then(Ground::from_code) {
                    Some(ground) => Move::ConfirmPriority { visit, ground },
                    None => Move::RefusePriority { visit },
                }],
                None => return Ok(Outcome::Not("not_now")),
            },
            (Way::WalkIn, _) => return self.walk_in(app, form, &by).await,
            (Way::Merge, _) => return self.merge(app, form, &by).await,
            (
                Way::Finish
                | Way::Recall
                | Way::Start
                | Way::Skip
                | Way::Park
                | Way::Leave
                | Way::Transfer
                | Way::Check
                | Way::NotThisPerson,
                None,
            ) => return Ok(Outcome::Not("not_now")),
        };
        queues::make(app, &self.department.code, &moves, &by).await?;
        Ok(Outcome::Done)
    }

    /// Somebody by their number, for a reason.
    async fn call(&self, app: &App, queue: &Queue, form: &FormFields, by: &str) -> Result<Outcome, QueueError> {
        let number = form.text("number").trim().to_uppercase();
        let known = |entry: &&queue::Entry| entry.stands() && entry.ticket.to_string() == number;
        let visit = visit_of(form).or_else(|| queue.entries().find(known).map(|entry| entry.visit));
        let reason = form.get("reason").and_then(OutOfOrder::from_code);
        let (Some(visit), Some(reason)) = (visit, reason) else { return Ok(Outcome::Not("unknown_visit")) };
        let call = Move::CallOutOfOrder { visit, counter: self.counter.clone(), reason };
        queues::make(app, &self.department.code, &[call], by).await?;
        Ok(Outcome::Done)
    }

    /// `to` is a department, with what follows, or `room` another counter of this one.
    async fn transfer(&self, app: &App, visit: VisitId, form: &FormFields, by: &str) -> Result<Outcome, QueueError> {
        let here = &self.department.code;
        let (room, to) = form.get("to").map_or((None, None), |to| match to.split_once(':') {
            Some(("room", room)) => (CounterId::parse(room).ok(), None),
            Some(("back", code)) => (None, DepartmentCode::parse(code).ok().map(|to| (to, Then::ComesBack))),
            Some(("away", code)) => (None, DepartmentCode::parse(code).ok().map(|to| (to, Then::Leaves))),
            Some(_) | None => (None, None),
        });
        match (room.filter(|room| queues::counters(&self.department).contains(room)), to) {
            (Some(counter), _) => queues::make(app, here, &[Move::MoveTo { visit, counter }], by).await?,
            (None, Some((to, then))) => queues::transfer(app, here, visit, &to, then, by).await?,
            (None, None) => return Ok(Outcome::Not("not_now")),
        }
        Ok(Outcome::Done)
    }

    /// Who was compared with the document is being served.
    async fn check(&self, app: &App, visit: VisitId, way: DeskMove, staff: &Staff) -> Result<Outcome, QueueError> {
        let on_the_list = trust::move_at_desk(app, visit, way, &staff.login).await?;
        if !on_the_list {
            return Ok(Outcome::Not("not_now"));
        }
        let start = [Move::Start { visit }];
        match queues::make(app, &self.department.code, &start, &format!("staff:{}", staff.login)).await {
            Ok(()) | Err(QueueError::Refused(Unmoved::NotNow { .. })) => Ok(Outcome::Done),
            Err(error) => Err(error),
        }
    }

    async fn walk_in(&self, app: &App, form: &FormFields, by: &str) -> Result<Outcome, QueueError> {
        let Ok(reply) = check_in::walk_in(app, &self.department.code).await else {
            return Ok(Outcome::Not("no_number"));
        };
        if let Some(ground) = form.get("ground").and_then(Ground::from_code) {
            let queue = queues::today(app, &self.department.code).await?;
            let given = queue.entries().find(|entry| entry.ticket == reply.ticket.number && entry.stands());
            if let Some(visit) = given.map(|entry| entry.visit) {
                let confirm = [Move::ConfirmPriority { visit, ground }];
                queues::make(app, &self.department.code, &confirm, by).await?;
            }
        }
        Ok(Outcome::Done)
    }

    async fn merge(&self, app: &App, form: &FormFields, by: &str) -> Result<Outcome, QueueError> {
        match form.get("to").and_then(|to| DepartmentCode::parse(to).ok()) {
            Some(into) => queues::merge(app, &self.department.code, &into, by).await?,
            None => return Ok(Outcome::Not("not_now")),
        }
        Ok(Outcome::Done)
    }
}

/// A room's name may have spaces and marks (RFC 3986 2.1).
pub(super) fn path_of(department: &Department, counter: &CounterId) -> String {
    let mut path = format!("/staff/counter/{}/", department.code);
    for byte in counter.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

/// Behind the next ones; after the third call, a no-show.
fn not_here(queue: &Queue, visit: VisitId) -> Move {
    match queue.entry(visit) {
        Some(entry) if entry.calls >= queue::MAX_CALLS => Move::NoShow { visit },
        Some(_) | None => Move::Skip { visit },
    }
}
