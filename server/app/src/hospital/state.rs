//! Ticket states that the hospital's system knows: of hospitals that call patients there, not at our counters.
//!
//! Each becomes moves of the queue, by its rules; the same again changes nothing.

use api::VisitId;
use queue::{CounterId, Move, OutOfOrder, State, VoidReason};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::queue::{self as queues, QueueError};
use crate::store::StoreError;

/// Who moves, in the record of the queue.
const MOVER: &str = "hospital-system";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reported {
    /// To a room of the department; it is opened where it was closed.
    Called {
        counter: String,
    },
    Started,
    /// Served. Who was never called here left without it.
    Finished,
    /// Did not come after three calls.
    NoShow,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Moved,
    /// It was so already.
    Unchanged,
}

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("this visit stands in no queue today")]
    NoPlace,
    #[error("the department has no room of that name")]
    NoSuchRoom,
    #[error("the queue does not allow it: {0}")]
    Refused(queue::Refusal),
    #[error(transparent)]
    Queue(QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the moves that lead to the state.
pub async fn report(app: &App, visit: VisitId, reported: &Reported) -> Result<Outcome, ReportError> {
    let place = app.store.last_place_of(visit).await?.filter(|key| key.day == app.today());
    let key = place.ok_or(ReportError::NoPlace)?;
    let department = app.department(&key.department).ok_or(ReportError::NoPlace)?;
    let queue = queues::read(app, &key).await.map_err(ReportError::Queue)?;
    let entry = queue.entry(visit).ok_or(ReportError::NoPlace)?;
    let void = Move::Void { visit, reason: VoidReason::PatientLeft };
    let moves = match (reported, &entry.state) {
        (Reported::Called { counter }, _) => {
            let counter = department.room(counter).ok_or(ReportError::NoSuchRoom)?.clone();
            call(entry.at_counter(), is_open(&queue, &counter), counter, visit)
        }
        (Reported::Started, State::InService { .. })
        | (Reported::Finished, State::Finished { .. } | State::Void)
        | (Reported::NoShow, State::NoShow { .. })
        | (Reported::Cancelled, State::Void) => Vec::new(),
        (Reported::Started, _) => vec![Move::Start { visit }],
        (Reported::Finished, State::Waiting | State::Parked { .. } | State::NoShow { .. })
        | (Reported::Cancelled, _) => vec![void],
        (Reported::Finished, _) => vec![Move::Finish { visit }],
        (Reported::NoShow, _) => vec![Move::NoShow { visit }],
    };
    if moves.is_empty() {
        return Ok(Outcome::Unchanged);
    }
    match queues::make(app, &key.department, &moves, MOVER).await {
        Ok(()) => Ok(Outcome::Moved),
        Err(QueueError::Refused(refused)) => Err(ReportError::Refused(refused)),
        Err(error) => Err(ReportError::Queue(error)),
    }
}

fn call(at: Option<&CounterId>, open: bool, counter: CounterId, visit: VisitId) -> Vec<Move> {
    if at == Some(&counter) {
        return Vec::new();
    }
    let opening = (!open).then(|| Move::OpenCounter { counter: counter.clone() });
    let calling = Move::CallOutOfOrder { visit, counter, reason: OutOfOrder::DoctorAsked };
    opening.into_iter().chain([calling]).collect()
}

fn is_open(queue: &queue::Queue, counter: &CounterId) -> bool {
    queue.counters().any(|(known, state)| known == counter && state.open)
}
