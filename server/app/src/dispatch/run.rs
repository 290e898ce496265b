//! The worker's tasks: one a kind and step, so that no kind and no destination waits for another; a heartbeat; and the
//! end of rows whose worker did not come back.

use std::time::Duration;

use super::send::Lane;
use super::{DispatchError, certificate_of, sign_due};
use crate::app::App;
use crate::certificate::Move;
use crate::store::{DispatchKind, HeartbeatRow, StoreError, Transition};

/// Pause of a task when nothing is due.
const PAUSE: Duration = Duration::from_millis(500);
const BEAT: Duration = Duration::from_secs(5);
/// A worker that was silent for so long is forgotten.
const FORGET_MS: i64 = 24 * 3600 * 1000;

/// Signs and sends until the task is dropped.
pub async fn run(app: App) {
    let mut tasks = tokio::task::JoinSet::new();
    for kind in DispatchKind::ALL.iter().copied() {
        let (signing, sending) = (app.clone(), app.clone());
        tasks.spawn(async move {
            loop {
                let done = sign_due(&signing, kind).await;
                pause_if_idle(done.map(|rows| rows > 0), "signing").await;
            }
        });
        tasks.spawn(async move {
            let mut lane = Lane::new(&sending, kind);
            loop {
                let filled = lane.fill(usize::MAX).await;
                if lane.under_way.is_empty() {
                    pause_if_idle(filled.map(|rows| rows > 0), "sending").await;
                } else {
                    if let Err(error) = filled {
                        tracing::error!("sending failed: {error}");
                    }
                    lane.one_ends().await;
                }
            }
        });
    }
    let started_at = app.now_ms();
    tasks.spawn(async move {
        loop {
            if let Err(error) = beat(&app, started_at).await {
                tracing::error!("the worker's heartbeat failed: {error}");
            }
            if let Err(error) = lapse(&app).await {
                tracing::error!("settling lost requests failed: {error}");
            }
            tokio::time::sleep(BEAT).await;
        }
    });
    // None of them ends by itself: what ends, panicked.
    while let Some(Err(error)) = tasks.join_next().await {
        tracing::error!("a worker's task ended: {error}");
    }
}

async fn pause_if_idle(worked: Result<bool, DispatchError>, what: &'static str) {
    match worked {
        Ok(true) => return,
        Ok(false) => {}
        Err(error) => tracing::error!("{what} failed: {error}"),
    }
    tokio::time::sleep(PAUSE).await;
}

/// Says that this process is at work.
pub async fn beat(app: &App, started_at: i64) -> Result<(), StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let row = HeartbeatRow { worker: app.dispatch.worker.clone(), started_at, beat_at: now };
    tx.beat(&row, now - FORGET_MS).await?;
    tx.commit().await
}

/// Requests whose worker did not come back: nobody knows what became of them. Says how many.
pub async fn lapse(app: &App) -> Result<usize, DispatchError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let lost = tx.lapse_jobs(now).await?;
    for (kind, subject) in &lost {
        tx.attempts_lost(*subject, now).await?;
        if let Some(id) = certificate_of(*kind, *subject) {
            let why = "worker_lost";
            tx.apply(id, Move::LoseSight, Transition { actor: "worker", at: now, why, words: None }).await?;
            tx.record_outcome(id, Some(why), None).await?;
        }
        tracing::error!(%subject, kind = kind.code(), "outcome unknown: the worker did not come back");
    }
    tx.commit().await?;
    Ok(lost.len())
}
