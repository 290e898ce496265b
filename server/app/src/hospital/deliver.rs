//! Delivery: each event reaches its destination at least once, with the same id and body however often it is sent, the
//! events of one visit in their order.
//!
//! A receiver knows a repetition by `webhook-id`; a FHIR server by the conditions of the transaction. So an event whose
//! outcome is unknown is sent again, unlike anything that goes to the insurance gateway. Whatever is not a 2xx is tried
//! again with a growing pause until the configured hours are over.

use std::time::Duration;

use interop::fhir::{MEDIA_TYPE, OperationOutcome};
use interop::webhook;
use time::Duration as Span;

use super::body::{self, EventBody};
use super::{FhirServer, Webhook};
use crate::app::App;
use crate::keys::{Place, Sealed};
use crate::outbound::{self, OutboundError};
use crate::refusal::Refusal;
use crate::retry;
use crate::store::{DeliveryLease, DeliveryState, Destination};

/// Pause of the task when nothing is due.
const PAUSE: Duration = Duration::from_secs(1);
/// Beyond the time for an answer.
const LEASE: Span = Span::minutes(1);
/// Of an answer that nobody reads but for its codes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Idle,
    Delivered,
    /// Tried again later.
    Postponed,
    GivenUp,
    /// Another worker took the event meanwhile.
    Overtaken,
}

enum Way<'a> {
    Webhook(&'a Webhook),
    Fhir(&'a FhirServer),
}

impl<'a> Way<'a> {
    fn to(app: &'a App, destination: Destination) -> Option<Self> {
        match destination {
            Destination::Webhook => app.link.webhook.as_ref().map(Self::Webhook),
            Destination::Fhir => app.link.fhir.as_ref().map(Self::Fhir),
        }
    }

    fn answer_ms(&self) -> u64 {
        match self {
            Self::Webhook(webhook) => webhook.answer_ms,
            Self::Fhir(server) => server.answer_ms,
        }
    }

    fn give_up_after(&self) -> Span {
        match self {
            Self::Webhook(webhook) => Span::hours(webhook.give_up_hours.into()),
            Self::Fhir(server) => Span::hours(server.give_up_hours.into()),
        }
    }
}

/// Takes one event that is due, if any, and sends it.
pub async fn deliver_once(app: &App, destination: Destination) -> Result<Step, Refusal> {
    let Some(way) = Way::to(app, destination) else { return Ok(Step::Idle) };
    let now = app.now_ms();
    let lease_ms = ms(LEASE) + i64::try_from(way.answer_ms()).unwrap_or(0);
    let mut tx = app.store.begin().await?;
    let lease = tx.lease_hospital_event(destination, now, now + lease_ms).await?;
    tx.commit().await?;
    let Some(lease) = lease else { return Ok(Step::Idle) };
    let row = format!("{}:{}", destination.code(), lease.id);
    let body = match &lease.body {
        Some(body) => Some(body.open(&app.keys, body_place(&row))?),
        None => {
            let made = body::make(app, &lease).await?;
            if let Some(body) = &made {
                let mut tx = app.store.begin().await?;
                if !tx.keep_event_body(&lease, Sealed::seal(&app.keys, body_place(&row), body)).await? {
                    return Ok(Step::Overtaken);
                }
                tx.commit().await?;
            }
            made
        }
    };
    let outcome = match body {
        Some(body) => send(app, &way, &lease, &body).await,
        // The visit is gone: there is nothing to say.
        None => Ok(()),
    };
    settle(app, &lease, &way, outcome).await
}

async fn settle(app: &App, lease: &DeliveryLease, way: &Way<'_>, outcome: Result<(), String>) -> Result<Step, Refusal> {
    let now = app.now_ms();
    let (state, code, due, step) = match outcome {
        Ok(()) => (DeliveryState::Delivered, "delivered".to_owned(), now, Step::Delivered),
        Err(code) if now - lease.event.at >= ms(way.give_up_after()) => {
            (DeliveryState::GivenUp, code, now, Step::GivenUp)
        }
        Err(code) => {
            let pause = retry::DESTINATION.wait_ms(lease.attempts, &mut rand::thread_rng());
            (DeliveryState::Waiting, code, now + pause, Step::Postponed)
        }
    };
    if step != Step::Delivered {
        let destination = lease.destination.code();
        tracing::warn!(destination, event = %lease.id, attempts = lease.attempts, "not delivered: {code}");
    }
    let mut tx = app.store.begin().await?;
    if !tx.settle_hospital_event(lease, state, &code, (now, due)).await? {
        return Ok(Step::Overtaken);
    }
    let visit = Some(lease.event.visit);
    match step {
        Step::Delivered => {
            let detail = format!("{} {}", lease.destination.code(), lease.event.kind.code());
            tx.audit("worker", "hospital_told", visit, &detail, now).await?;
        }
        Step::GivenUp => {
            let detail = format!("{} {} {code}", lease.destination.code(), lease.event.kind.code());
            tx.audit("worker", "hospital_not_told", visit, &detail, now).await?;
        }
        Step::Idle | Step::Postponed | Step::Overtaken => {}
    }
    tx.commit().await?;
    Ok(step)
}

/// A code of what went wrong; never an address, a token or a word of the answer.
async fn send(app: &App, way: &Way<'_>, lease: &DeliveryLease, body: &EventBody) -> Result<(), String> {
    let bytes = body.0.as_bytes().to_vec();
    let request = match way {
        Way::Webhook(webhook) => {
            let (id, sent) = (lease.id.to_string(), app.now().unix_timestamp());
            let signature = webhook::sign(&webhook.secret, &id, sent, &bytes);
            app.link
                .client
                .post(&webhook.url)
                .header("content-type", "application/json")
                .header(webhook::ID_HEADER, &id)
                .header(webhook::TIMESTAMP_HEADER, sent.to_string())
                .header(webhook::SIGNATURE_HEADER, signature)
        }
        Way::Fhir(server) => {
            let request = app.link.client.post(&server.base_url).header("content-type", MEDIA_TYPE);
            let request = request.header("accept", MEDIA_TYPE);
            match &server.token {
                Some(token) => request.bearer_auth(token.as_str()),
                None => request,
            }
        }
    };
    let deadline = Duration::from_millis(way.answer_ms());
    match tokio::time::timeout(deadline, outbound::send(request.body(bytes), MAX_ANSWER_BYTES)).await {
        Ok(Ok((200..=299, _))) => Ok(()),
        Ok(Ok((status, answer))) => {
            let codes = OperationOutcome::codes_in(&answer).join(" ");
            Err(format!("http_{status} {codes}").trim_end().to_owned())
        }
        Ok(Err(OutboundError::NotConnected)) => Err("not_connected".into()),
        Ok(Err(OutboundError::Broken)) => Err("connection_broke".into()),
        Ok(Err(OutboundError::TooLarge)) => Err("answer_too_large".into()),
        Err(_) => Err("timed_out".into()),
    }
}

/// Delivers until the task is dropped.
pub(super) async fn run(app: &App, destination: Destination) {
    if Way::to(app, destination).is_none() {
        return;
    }
    loop {
        match deliver_once(app, destination).await {
            Ok(Step::Delivered) => {}
            // After a failure others would most likely fail too.
            Ok(Step::Idle | Step::Postponed | Step::GivenUp | Step::Overtaken) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::error!("telling the hospital's system failed: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn body_place(row: &str) -> Place<'_> {
    Place { column: "hospital_events.body", row }
}

fn ms(span: Span) -> i64 {
    i64::try_from(span.whole_milliseconds()).unwrap_or(i64::MAX)
}
