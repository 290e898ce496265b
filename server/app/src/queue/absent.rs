//! Who was called three times and did not come is a no-show by itself: the counter is free, and the patient may return.

use std::time::Duration;

use queue::{Entry, MAX_CALLS, Move, Queue, State};

use super::{QueueError, make, moment, today};
use crate::app::App;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// The server's own hand in the record.
const ACTOR: &str = "server";

/// Looks until the task is dropped.
pub async fn watch_absent(app: App) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = sweep(&app).await {
            tracing::error!("looking for patients who did not come failed: {error}");
        }
    }
}

/// Everybody whose last call is too long ago. How many there were. Several servers may look at once: one of them makes
/// the move, and to the others it is refused.
pub async fn sweep(app: &App) -> Result<usize, QueueError> {
    let Some(minutes) = app.config.queue.no_show_minutes else { return Ok(0) };
    let mut absent = 0;
    for department in app.departments().all() {
        let queue = today(app, &department.code).await?;
        let late = |entry: &&Entry| called_in_vain(app, &queue, entry, minutes.get());
        for visit in queue.entries().filter(late).map(|entry| entry.visit) {
            match make(app, &department.code, &[Move::NoShow { visit }], ACTOR).await {
                Ok(()) => absent += 1,
                // Staff were quicker.
                Err(QueueError::Refused(_) | QueueError::Contended) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(absent)
}

fn called_in_vain(app: &App, queue: &Queue, entry: &Entry, minutes: u16) -> bool {
    let last = || queue.calls().iter().rev().find(|call| call.visit == entry.visit);
    matches!(entry.state, State::Called { .. })
        && entry.calls >= MAX_CALLS
        && last().is_some_and(|call| moment(app).ms_since(call.at) >= i64::from(minutes) * 60_000)
}
