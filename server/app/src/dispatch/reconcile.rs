//! After an outage: unknown outcomes with the evidence beside each, settled in bulk by a person who asked at the gateway.

use std::collections::BTreeMap;

use api::VisitId;
use uuid::Uuid;

use super::send::accepted;
use super::{DispatchError, certificate_of};
use crate::app::App;
use crate::certificate::{By, CertificateState, Move, Why};
use crate::store::{
    AttemptOutcome, AttemptRow, CertificateId, DispatchKind, DispatchStep, JobRow, JobState, MoveError,
};

/// One unknown outcome and what is known about it.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub job: JobRow,
    /// None for a check-in message.
    pub certificate: Option<CertificateId>,
    /// Every request, with when it started, how it ended, and the hash of what was sent.
    pub attempts: Vec<AttemptRow>,
}

/// What a person found out about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The portal holds it under this MaGD or UUID.
    Accepted { receipt: String, received_at: Option<i64> },
    /// The portal does not hold it: it waits to be sent again.
    NotReceived,
}

/// What became of one row of a bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// Not unknown any more: its answer came, or somebody was faster.
    NotUnknown,
    /// Another certificate has this receipt.
    ReceiptTaken,
    /// A receipt is 1 to 200 printable characters.
    ReceiptForm,
}

/// Unknown outcomes of one kind, the oldest first, after the one named.
pub async fn unknown_outcomes(
    app: &App,
    kind: DispatchKind,
    after: Option<(i64, Uuid)>,
    limit: u32,
) -> Result<Vec<Evidence>, DispatchError> {
    let jobs = app.store.jobs_in((DispatchStep::Send, kind, JobState::Unknown), after, limit).await?;
    let mut rows = Vec::with_capacity(jobs.len());
    for job in jobs {
        let attempts = app.store.attempts_of(job.subject).await?;
        rows.push(Evidence { certificate: certificate_of(kind, job.subject), job, attempts });
    }
    Ok(rows)
}

/// Settles each row by itself: one that cannot be settled keeps none of the others from it.
pub async fn reconcile(
    app: &App,
    findings: &BTreeMap<Uuid, Finding>,
    by: By<'_>,
) -> Result<BTreeMap<Uuid, Settled>, DispatchError> {
    let mut settled = BTreeMap::new();
    for (subject, finding) in findings {
        settled.insert(*subject, settle(app, *subject, finding, by).await?);
    }
    Ok(settled)
}

/// A check-in message that was refused is sent again, when a person removed the cause. False where none was refused.
pub async fn send_check_in_again(app: &App, visit: VisitId, by: By<'_>) -> Result<bool, DispatchError> {
    let now = app.now_ms();
    let Some(job) = app.store.job(DispatchStep::Send, visit.0).await? else { return Ok(false) };
    let mut tx = app.store.begin().await?;
    let refused = (JobState::Refused, JobState::Ready);
    if job.kind != DispatchKind::CheckIn || !tx.decide_job(visit.0, refused, by.why.code(), now).await? {
        return Ok(false);
    }
    tx.audit(by.actor, "check_in_sent_again", Some(visit), by.why.code(), now).await?;
    tx.commit().await?;
    Ok(true)
}

async fn settle(app: &App, subject: Uuid, finding: &Finding, by: By<'_>) -> Result<Settled, DispatchError> {
    let Some(job) = app.store.job(DispatchStep::Send, subject).await? else { return Ok(Settled::NotUnknown) };
    let now = app.now_ms();
    let (state, way, outcome, receipt, received_at) = match finding {
        Finding::Accepted { receipt, received_at } => {
            let receipt = receipt.trim();
            if receipt.is_empty() || receipt.len() > 200 || receipt.chars().any(|c| c.is_control()) {
                return Ok(Settled::ReceiptForm);
            }
            if app.store.receipt_is_taken(receipt, subject).await? {
                return Ok(Settled::ReceiptTaken);
            }
            (JobState::Done, Move::FoundAccepted, AttemptOutcome::FoundAccepted, Some(receipt), *received_at)
        }
        Finding::NotReceived => (JobState::Ready, Move::FoundNotReceived, AttemptOutcome::FoundNotReceived, None, None),
    };
    let mut tx = app.store.begin().await?;
    if !tx.decide_job(subject, (JobState::Unknown, state), outcome.code(), now).await? {
        return Ok(Settled::NotUnknown);
    }
    tx.record_attempt(AttemptRow {
        id: Uuid::now_v7(),
        subject,
        kind: job.kind,
        fence: 0,
        actor: by.actor.to_owned(),
        destination: String::new(),
        content_hash: job.content_hash,
        started_at: now,
        ended_at: Some(now),
        outcome: Some(outcome),
        code: Some(by.why.code().to_owned()),
        receipt: receipt.map(str::to_owned),
        received_at,
        answer: None,
    })
    .await?;
    if let Some(id) = certificate_of(job.kind, subject) {
        let why = match (finding, by.why) {
            (_, Why::AsPlanned) if receipt.is_some() => Why::FoundOnPortal,
            (_, Why::AsPlanned) => Why::NotOnPortal,
            (_, why) => why,
        };
        let transition = crate::certificate::transition(app, id, By { why, ..by });
        match tx.apply(id, way, transition).await {
            Ok(CertificateState::Accepted) => {
                let receipt = receipt.map(|receipt| (receipt, received_at.unwrap_or(now)));
                tx.record_outcome(id, None, receipt).await?;
                accepted(&mut tx, id, (by.actor, now)).await?;
            }
            Ok(_) => {}
            Err(MoveError::NotAllowed(_) | MoveError::Overtaken) => return Ok(Settled::NotUnknown),
            Err(error) => return Err(error.into()),
        }
    }
    tx.audit(by.actor, "outcome_reconciled", None, &format!("{subject} {}", outcome.code()), now).await?;
    tx.commit().await?;
    Ok(Settled::Done)
}
