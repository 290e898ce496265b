//! News for open pages, as server-sent events: only that something changed. The page then loads itself anew, with the
//! rights of whoever looks at it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::session::Staff;
use super::{Task, page};
use crate::app::App;
use crate::http::Failure;
use crate::queue::Changed;

/// Then the browser asks again, and whether it still may.
const LIFE: Duration = Duration::from_secs(10 * 60);

#[derive(Deserialize)]
pub struct Of {
    /// A department; empty for all.
    #[serde(default)]
    of: String,
}

struct Listening {
    news: Receiver<Changed>,
    of: String,
    until: Instant,
}

pub async fn events(
    State(app): State<App>,
    staff: Staff,
    Query(Of { of }): Query<Of>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    if !staff.may(Task::SeeTheList) {
        page::allowed(&staff, Task::CallPatients)?;
    }
    let listening = Listening { news: app.news.subscribe(), of, until: Instant::now() + LIFE };
    let events = stream::unfold(listening, async |mut listening| {
        let changed = tokio::time::timeout_at(listening.until, listening.changed()).await;
        match changed {
            // Browsers drop an event without data.
            Ok(true) => Some((Ok(Event::default().event("changed").data("look")), listening)),
            Ok(false) | Err(_) => None,
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

impl Listening {
    /// Waits for news of this department; false where the server ends.
    async fn changed(&mut self) -> bool {
        loop {
            match self.news.recv().await {
                Ok(Changed::Queue(key)) if !self.of.is_empty() && key.department.as_str() != self.of => {}
                Ok(Changed::Queue(_) | Changed::Desk) | Err(RecvError::Lagged(_)) => return true,
                Ok(Changed::Closing) | Err(RecvError::Closed) => return false,
            }
        }
    }
}
