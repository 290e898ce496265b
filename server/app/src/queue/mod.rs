//! The queues of this hospital: read from their events, changed by moves, foretold from past days.
//!
//! [`today`] is what pages read; [`make`] and [`Changes`] are how anything changes; [`promise`] says how long it takes;
//! [`News`] tells pages that something did. The rules are in the crate `queue`.

mod absent;
mod change;
mod news;
mod promise;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use api::{DepartmentCode, TicketNumber};
use queue::{Actor, Broken, CounterId, History, Moment, Queue, QueueEvent, Refusal};
use time::Date;

use crate::app::App;
use crate::department::Department;
use crate::store::{QueueKey, Store, StoreError, Tx};

pub use absent::{sweep, watch_absent};
pub use change::{Changes, finish, make, merge, transfer};
pub use news::{Changed, News, watch};
pub use promise::{Promise, backtest, history, promise, promise_behind, promise_to_newcomer};

/// Why a queue did not change.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    #[error("no such department")]
    DepartmentUnknown,
    #[error("the department takes nobody new any more")]
    DepartmentRetired,
    #[error("others changed the queue again and again: try once more")]
    Contended,
    /// The record does not follow from itself: a person must look.
    #[error("the record of queue {department} is damaged: {broken}")]
    Broken { department: DepartmentCode, broken: Broken },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Queues as far as this process has read them. Only what is committed gets in.
#[derive(Default)]
pub struct Queues {
    known: Mutex<HashMap<QueueKey, Arc<Queue>>>,
    histories: Mutex<HashMap<DepartmentCode, (Date, Arc<History>)>>,
}

/// The queue of a department today, with everything that was committed.
pub async fn today(app: &App, department: &DepartmentCode) -> Result<Arc<Queue>, QueueError> {
    read(app, &QueueKey { department: department.clone(), day: app.today() }).await
}

/// The queue of any day.
pub async fn read(app: &App, key: &QueueKey) -> Result<Arc<Queue>, QueueError> {
    let known = app.queues.known(key);
    let new = app.store.queue_events(key, known.applied()).await?;
    if new.is_empty() {
        return Ok(known);
    }
    let queue = Arc::new(moved_on(&known, &new)?);
    app.queues.learn(key, &queue);
    Ok(queue)
}

/// The whole day's events, for whoever replays them.
pub async fn events(store: &Store, key: &QueueKey) -> Result<Vec<QueueEvent>, QueueError> {
    Ok(store.queue_events(key, 0).await?)
}

/// Counters of a department: its rooms.
pub fn counters(department: &Department) -> Vec<CounterId> {
    department.rooms.clone()
}

pub(crate) fn moment(app: &App) -> Moment {
    Moment::from_unix_ms(app.now_ms())
}

/// `staff:<login>` and the like; a login fits by its own rules.
pub(crate) fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap_or_else(|_| Actor::server())
}

pub(crate) fn ticket(department: &Department, number: u16) -> Result<TicketNumber, api::IdError> {
    TicketNumber::new(department.prefix, number)
}

impl Queues {
    fn known(&self, key: &QueueKey) -> Arc<Queue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned().unwrap_or_else(|| Arc::new(Queue::new(key.department.clone())))
    }

    /// Keeps the furthest state; days that are over are let go.
    fn learn(&self, key: &QueueKey, queue: &Arc<Queue>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|other, _| other.day >= key.day || key.day.to_julian_day() - other.day.to_julian_day() < 2);
        let further = known.get(key).is_none_or(|known| known.applied() < queue.applied());
        if further {
            known.insert(key.clone(), queue.clone());
        }
    }
}

/// The same inside a transaction: sees what the transaction wrote, and keeps it to itself.
async fn read_in(tx: &mut Tx, app: &App, key: &QueueKey) -> Result<Arc<Queue>, QueueError> {
    let known = app.queues.known(key);
    let new = tx.queue_events(key, known.applied()).await?;
    Ok(if new.is_empty() { known } else { Arc::new(moved_on(&known, &new)?) })
}

fn moved_on(known: &Queue, new: &[QueueEvent]) -> Result<Queue, QueueError> {
    let mut queue = known.clone();
    for event in new {
        queue.apply(event).map_err(|broken| QueueError::Broken { department: known.department().clone(), broken })?;
    }
    Ok(queue)
}
