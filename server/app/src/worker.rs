//! The worker: asks the gateway again where it was silent, and purges what is over, once a day.
//!
//! Safe to run twice, and in several processes: rows are leased. Asking has no effect outside, so a lease that ended
//! may be taken over. The check-in message is never sent from here: it is held until the hospital system releases it.

use std::time::Duration;

use time::Duration as Span;

use crate::app::App;
use crate::identify::{entitlement_place, log_silence, outbox_place};
use crate::insurance::EntitlementQuery;
use crate::keys::Sealed;
use crate::privacy;
use crate::refusal::Refusal;
use crate::retry;
use crate::store::{OutboxKind, OutboxLease, OutboxState};

/// Longer than any deadline of the gateway.
const LEASE: Span = Span::minutes(2);
/// After this many silences (about a day) a person looks.
const MAX_ATTEMPTS: u32 = 28;
/// Pause of the background task when nothing is due.
const PAUSE: Duration = Duration::from_secs(5);

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Idle,
    Confirmed,
    /// Still silent: asked again later.
    Postponed,
    GivenUp,
    /// Another worker took the row meanwhile.
    Overtaken,
}

/// Takes one row that is due, if any, and deals with it.
pub async fn run_once(app: &App) -> Result<Step, Refusal> {
    let Some(gateway) = &app.insurance else { return Ok(Step::Idle) };
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let lease = tx.lease(OutboxKind::Entitlement, now, now + ms(LEASE)).await?;
    tx.commit().await?;
    let Some(mut lease) = lease else { return Ok(Step::Idle) };

    let row = lease.visit.to_string();
    let query = Sealed::<EntitlementQuery>::from_stored(std::mem::take(&mut lease.payload));
    let query = query.open(&app.keys, outbox_place(&row))?;
    let answer = gateway.look_up(&query).await;

    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let (state, outcome, due, step) = match &answer {
        Ok(record) => (OutboxState::Done, record.code.to_string(), now, Step::Confirmed),
        Err(silence) if lease.attempts >= MAX_ATTEMPTS => {
            (OutboxState::GivenUp, silence.code().to_owned(), now, Step::GivenUp)
        }
        Err(silence) => (OutboxState::Ready, silence.code().to_owned(), now + back_off_ms(&lease), Step::Postponed),
    };
    if !tx.settle(&lease, state, &outcome, (now, due)).await? {
        return Ok(Step::Overtaken);
    }
    match answer {
        Ok(record) => {
            tx.record_entitlement(lease.visit, Sealed::seal(&app.keys, entitlement_place(&row), &record)).await?;
        }
        Err(silence) => log_silence(silence),
    }
    let duty = tx.duty_id_at(now).await?.unwrap_or_else(|| "configured".to_owned());
    let detail = format!("{outcome} {duty}");
    tx.audit("worker", "entitlement_asked_for_duty_officer", Some(lease.visit), &detail, now).await?;
    tx.commit().await?;
    Ok(step)
}

/// Steps until the task is dropped.
pub async fn run(app: App) {
    let mut purged_on = None;
    loop {
        if purged_on != Some(app.today()) {
            match privacy::purge(&app, "worker").await {
                Ok(_) => purged_on = Some(app.today()),
                Err(error) => tracing::error!("purging failed: {error}"),
            }
        }
        let idle = match run_once(&app).await {
            Ok(step) => step == Step::Idle,
            Err(error) => {
                tracing::error!("the worker's step failed: {error}");
                true
            }
        };
        if idle {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn back_off_ms(lease: &OutboxLease) -> i64 {
    retry::PATIENT.wait_ms(lease.attempts, &mut rand::thread_rng())
}

fn ms(span: Span) -> i64 {
    i64::try_from(span.whole_milliseconds()).unwrap_or(i64::MAX)
}
