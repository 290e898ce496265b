//! The signing job: frozen bytes in, signed bytes out, kept as they will be sent.
//!
//! Signing has no effect outside, so that a lease that ended is taken over and a failure is tried again without end; the
//! certificate says *signing failed* meanwhile.

use api::Base64;
use sha2::{Digest, Sha256};

use super::{DispatchError, body_place, certificate_of, move_subject};
use crate::app::App;
use crate::certificate::{CertificateState, Move};
use crate::failpoint;
use crate::keys::Sealed;
use crate::retry;
use crate::store::{DispatchKind, DispatchStep, JobEnd, JobLease, JobState, NewJob};

/// Longer than a batch takes on a slow token; one that takes longer is signed twice and kept once.
const LEASE_MS: i64 = 10_000;
const BATCH: u32 = 8;

/// Signs what is due of one kind; says how many rows it dealt with.
pub async fn sign_due(app: &App, kind: DispatchKind) -> Result<usize, DispatchError> {
    if app.dispatch.signer.is_none() {
        return Ok(0);
    }
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let worker = &app.dispatch.worker;
    let leases = tx.lease_jobs((DispatchStep::Sign, kind), worker, (now, now + LEASE_MS), BATCH).await?;
    tx.commit().await?;
    for lease in &leases {
        failpoint::reach("sign.leased");
        sign(app, lease).await?;
    }
    Ok(leases.len())
}

async fn sign(app: &App, lease: &JobLease) -> Result<(), DispatchError> {
    let Some(signer) = app.dispatch.signer.clone() else { return Ok(()) };
    let row = lease.subject.to_string();
    let payload = lease.body.open(&app.keys, body_place(DispatchStep::Sign, &row))?;
    let (kind, at) = (lease.kind, app.now());
    // A token takes its time: not on a thread that others wait for.
    let signing = tokio::task::spawn_blocking(move || signer.sign(kind, &payload.0, at));
    let signed = signing.await.map_err(|_| crate::keys::SealError::Shape)?;
    failpoint::reach("sign.signed");

    let now = app.now_ms();
    let actor = format!("worker:{}", app.dispatch.worker);
    let mut tx = app.store.begin().await?;
    match signed {
        Ok(signed) => {
            let end = JobEnd { state: JobState::Done, outcome: "signed", now, due_at: now };
            if !tx.finish_job(lease, end).await? {
                return Ok(());
            }
            let after = match certificate_of(kind, lease.subject) {
                Some(id) => tx.certificate(id).await?.and_then(|row| row.replaces),
                None => None,
            };
            tx.post_job(NewJob {
                step: DispatchStep::Send,
                subject: lease.subject,
                kind,
                natural_key: &lease.natural_key,
                issue: lease.issue,
                content_hash: Sha256::digest(&signed).into(),
                body: Sealed::seal(&app.keys, body_place(DispatchStep::Send, &row), &Base64(signed)),
                after: after.map(|first| first.0),
                now,
            })
            .await?;
            move_subject(&mut tx, (kind, lease.subject), Move::Signed, (&actor, "signed", now)).await?;
        }
        Err(failure) => {
            let wait = retry::PATIENT.wait_ms(lease.attempts, &mut rand::thread_rng());
            let code = failure.code();
            let end = JobEnd { state: JobState::Ready, outcome: code, now, due_at: now + wait };
            if !tx.finish_job(lease, end).await? {
                return Ok(());
            }
            // Said once, not with every attempt.
            let first_failure = match certificate_of(kind, lease.subject) {
                Some(id) => {
                    tx.certificate(id).await?.is_some_and(|row| row.state == CertificateState::WaitingForSignature)
                }
                None => false,
            };
            if first_failure {
                move_subject(&mut tx, (kind, lease.subject), Move::SignFailed, (&actor, code, now)).await?;
            }
            tracing::warn!(subject = %lease.subject, code, attempts = lease.attempts, "signing failed: {failure}");
        }
    }
    tx.commit().await?;
    failpoint::reach("sign.committed");
    Ok(())
}
