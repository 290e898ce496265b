//! Server-sent events (WHATWG HTML 9.2): what changed, with an id to go on from, and a sign of life between.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Interval, MissedTickBehavior};

use crate::app::App;

/// A screen that hears nothing for twice this long says so.
const BEAT: Duration = Duration::from_secs(5);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ID_CHARS: usize = 64;

/// What somebody watches: the present state of it as an event, or none where it is what `sent` names.
pub trait Watched: Send + 'static {
    type State: Clone + Send + Sync + 'static;

    fn event(&mut self, app: &App, state: &Self::State, sent: &str) -> Option<(String, Event)>;
}

struct Watching<W: Watched> {
    app: App,
    watched: W,
    changes: watch::Receiver<W::State>,
    beat: Interval,
    sent: String,
    /// One of so many; given back when the screen goes.
    _seat: OwnedSemaphorePermit,
}

/// The stream from `after` on; 503 where too many watch already.
pub fn events<W: Watched>(app: &App, watched: W, mut changes: watch::Receiver<W::State>, after: String) -> Response {
    let Ok(seat) = app.boards.watchers.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")]).into_response();
    };
    // What stands now is looked at first.
    changes.mark_changed();
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watching = Watching { app: app.clone(), watched, changes, beat, sent: after, _seat: seat };
    let mut response = Sse::new(stream::unfold(watching, next)).into_response();
    // Proxies that collect before they send would make a live board a slow one.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The id a screen last saw: the browser's own header, else what the script asks for.
pub fn after(headers: &HeaderMap, asked: Option<&str>) -> String {
    let header = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    header.or(asked).unwrap_or_default().chars().take(ID_CHARS).collect()
}

async fn next<W: Watched>(mut watching: Watching<W>) -> Option<(Result<Event, Infallible>, Watching<W>)> {
    loop {
        tokio::select! {
            biased;
            changed = watching.changes.changed() => {
                changed.ok()?;
                let state = watching.changes.borrow_and_update().clone();
                let event = watching.watched.event(&watching.app, &state, &watching.sent);
                if let Some((id, event)) = event {
                    watching.sent.clone_from(&id);
                    return Some((Ok(event.id(id)), watching));
                }
            }
            _ = watching.beat.tick() => {
                let now = watching.app.now();
                // Silence is the honest answer of a process that cannot read the queues.
                if watching.app.boards.is_live(watching.app.now_ms()) {
                    let event = Event::default().event("beat").data(super::page::clock(now));
                    return Some((Ok(event), watching));
                }
            }
        }
    }
}
