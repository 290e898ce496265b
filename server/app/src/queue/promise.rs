//! How long somebody waits: from the last days where they are known, from the hospital's own words where they are not,
//! and nothing where there are neither.

use std::sync::{Arc, PoisonError};

use api::{DepartmentCode, VisitId};
use queue::{Backtest, History, Moment, Policy, Queue, QueueEvent, Situation};

use super::{QueueError, moment};
use crate::app::App;
use crate::department::Department;
use crate::store::QueueKey;

/// So many past days are learned from.
const DAYS: u16 = 28;
/// So many of them are held out when the estimate is judged.
const HELD_OUT: usize = 7;

/// What a patient may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub ahead: u16,
    /// Minutes, low and high.
    pub minutes: Option<(u16, u16)>,
}

/// For a patient who waits in this queue; nothing for who does not.
pub fn promise(
    app: &App,
    department: &Department,
    queue: &Queue,
    history: &History,
    visit: VisitId,
) -> Option<Promise> {
    let ahead = queue.ahead_of(visit, moment(app), &app.config.queue.policy())?;
    Some(promise_behind(department, queue, history, ahead, moment(app)))
}

/// For somebody ordinary who would come now.
pub fn promise_to_newcomer(app: &App, department: &Department, queue: &Queue, history: &History) -> Promise {
    promise_behind(department, queue, history, queue.waiting(), moment(app))
}

/// For whoever has so many people before them.
pub fn promise_behind(department: &Department, queue: &Queue, history: &History, ahead: usize, now: Moment) -> Promise {
    let estimate = history.estimate(&Situation::behind(queue, ahead, now));
    let ahead = u16::try_from(ahead).unwrap_or(u16::MAX);
    let counters = u16::try_from(queue.open_counters()).unwrap_or(u16::MAX).max(1);
    let configured = || {
        department
            .minutes_per_patient
            .map(|(low, high)| (low.saturating_mul(ahead) / counters, high.saturating_mul(ahead).div_ceil(counters)))
    };
    Promise { ahead, minutes: estimate.map(|estimate| estimate.minutes()).or_else(configured) }
}

/// What the past days of a department teach; read once a day.
pub async fn history(app: &App, department: &DepartmentCode) -> Result<Arc<History>, QueueError> {
    let today = app.today();
    {
        let known = app.queues.histories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((day, history)) = known.get(department)
            && *day == today
        {
            return Ok(history.clone());
        }
    }
    let days = past_days(app, department).await?;
    let (learned, policy) = (department.clone(), app.config.queue.policy());
    let history = tokio::task::spawn_blocking(move || learn(&learned, &days, &policy)).await.unwrap_or_default();
    let history = Arc::new(history);
    let mut known = app.queues.histories.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(department.clone(), (today, history.clone()));
    Ok(history)
}

/// How good the estimate was on the last days, each foretold from those before it.
pub async fn backtest(app: &App, department: &DepartmentCode) -> Result<Option<Backtest>, QueueError> {
    let days = past_days(app, department).await?;
    let (tested, policy) = (department.clone(), app.config.queue.policy());
    let found = tokio::task::spawn_blocking(move || queue::backtest(&tested, &days, HELD_OUT, &policy)).await;
    found.unwrap_or(Ok(None)).map_err(|broken| QueueError::Broken { department: department.clone(), broken })
}

async fn past_days(app: &App, department: &DepartmentCode) -> Result<Vec<Vec<QueueEvent>>, QueueError> {
    let mut days = Vec::new();
    for day in app.store.queue_days_before(department, app.today(), DAYS).await? {
        days.push(app.store.queue_events(&QueueKey { department: department.clone(), day }, 0).await?);
    }
    Ok(days)
}

/// A day whose record is damaged teaches nothing; the others do.
fn learn(department: &DepartmentCode, days: &[Vec<QueueEvent>], policy: &Policy) -> History {
    let sound = days.iter().map(Vec::as_slice).filter(|day| match Queue::replay(department.clone(), *day) {
        Ok(_) => true,
        Err(broken) => {
            tracing::error!(%department, "a past day cannot be replayed: {broken}");
            false
        }
    });
    History::learn(department, sound, policy).unwrap_or_default()
}
