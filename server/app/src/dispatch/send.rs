//! One request, from lease to receipt (GATEWAY.md 1.5.1b). The order is the point of this file.

use std::sync::Arc;

use api::Base64;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::breaker::{Failure, Gate};
use super::carrier::{Carrier, Outcome, Parcel, Pass, Reply};
use super::http::{built_in_target, facility_in};
use super::{DispatchError, answer_place, body_place, certificate_of, halt, move_subject};
use crate::app::App;
use crate::certificate::{CertificateState, Move, Why};
use crate::failpoint;
use crate::insurance::Silence;
use crate::keys::Sealed;
use crate::retry;
use crate::store::{
    AttemptOutcome, AttemptRow, DispatchKind, DispatchStep, JobEnd, JobLease, JobState, MoveError, StoreError, Tx,
};

/// How often the writing of an answer is tried: it exists nowhere else.
const WRITE_TRIES: u32 = 5;

/// Where a kind goes, and whether it may go there now.
struct Road {
    target: String,
    gate: Gate,
}

/// Sends what is due of one kind, up to `limit` rows; says how many it took. `width` requests are under way at a time.
pub async fn send_due(app: &App, kind: DispatchKind, limit: usize) -> Result<usize, DispatchError> {
    let mut lane = Lane::new(app, kind);
    let mut taken = 0;
    while taken < limit {
        let started = lane.fill(limit - taken).await?;
        taken += started;
        if lane.under_way.is_empty() {
            break;
        }
        lane.one_ends().await;
    }
    while !lane.under_way.is_empty() {
        lane.one_ends().await;
    }
    Ok(taken)
}

/// Rows of one kind under way. Few rows are in memory, however many wait.
pub(super) struct Lane {
    app: App,
    kind: DispatchKind,
    leased: Vec<JobLease>,
    pub(super) under_way: JoinSet<()>,
    /// Requests at the gateway at a time.
    permits: Arc<Semaphore>,
    width: usize,
}

impl Lane {
    pub(super) fn new(app: &App, kind: DispatchKind) -> Self {
        let concurrency = app.config.dispatch.as_ref().map_or(1, |config| usize::from(config.concurrency.get()));
        Self {
            app: app.clone(),
            kind,
            leased: Vec::new(),
            under_way: JoinSet::new(),
            permits: Arc::new(Semaphore::new(concurrency)),
            // A few more than are at the gateway: they write their start and their end meanwhile.
            width: concurrency + concurrency.div_ceil(2),
        }
    }

    /// Starts rows until the lane is full, `most` are started, or nothing is due.
    pub(super) async fn fill(&mut self, most: usize) -> Result<usize, DispatchError> {
        let Some(carrier) = self.app.dispatch.carrier.clone() else { return Ok(0) };
        let road = road(&self.app, self.kind).await?;
        let width = match road.gate {
            Gate::Open => self.width,
            Gate::Probe => 1,
            Gate::ClosedUntil(_) => 0,
        };
        if width == 0 || halt(&self.app).await?.is_some() {
            return self.give_back().await;
        }
        if self.under_way.len() >= width || most == 0 {
            return Ok(0);
        }
        if self.leased.is_empty() {
            self.lease(width.min(most)).await?;
        }
        if road.gate == Gate::Probe && !self.leased.is_empty() && !self.is_alive(&*carrier, &road).await? {
            return self.give_back().await;
        }
        let mut started = 0;
        while self.under_way.len() < width && started < most {
            let Some(lease) = self.leased.pop() else { break };
            let (app, carrier, permits) = (self.app.clone(), carrier.clone(), self.permits.clone());
            let target = road.target.clone();
            self.under_way.spawn(async move {
                let subject = lease.subject;
                if let Err(error) = send(&app, &*carrier, lease, &target, &permits).await {
                    tracing::error!(%subject, "sending stopped: {error}");
                }
            });
            started += 1;
        }
        Ok(started)
    }

    pub(super) async fn one_ends(&mut self) {
        if let Some(Err(error)) = self.under_way.join_next().await {
            tracing::error!("a sending task ended badly: {error}");
        }
    }

    /// Leases go back when nothing may be sent, so that another process may use them when something may.
    async fn give_back(&mut self) -> Result<usize, DispatchError> {
        if !self.leased.is_empty() {
            let mut tx = self.app.store.begin().await?;
            for lease in self.leased.drain(..) {
                tx.release_job(&lease).await?;
            }
            tx.commit().await?;
        }
        Ok(0)
    }

    async fn lease(&mut self, most: usize) -> Result<(), DispatchError> {
        let (app, now) = (&self.app, self.app.now_ms());
        let until = now + lease_ms(app);
        let limit = u32::try_from(most).unwrap_or(u32::MAX);
        let mut tx = app.store.begin().await?;
        let step = (DispatchStep::Send, self.kind);
        self.leased = tx.lease_jobs(step, &app.dispatch.worker, (now, until), limit).await?;
        tx.commit().await?;
        // Taken from the end.
        self.leased.reverse();
        Ok(())
    }

    /// Takes a fresh token before a destination that failed gets a paper: that has no effect there.
    async fn is_alive(&self, carrier: &dyn Carrier, road: &Road) -> Result<bool, DispatchError> {
        let alive = match carrier.pass(self.kind).await {
            Ok(pass) if pass.token.is_some() => carrier.renew(self.kind, &pass).await.map(drop),
            Ok(_) => Ok(()),
            Err(silence) => Err(silence),
        };
        if let Err(silence) = alive {
            self.app.dispatch.breakers.failed(&road.target, Failure::Unreachable, self.app.now_ms());
            tracing::warn!(code = silence.code(), kind = self.kind.code(), "the gateway is not back");
            return Ok(false);
        }
        Ok(true)
    }
}

async fn road(app: &App, kind: DispatchKind) -> Result<Road, StoreError> {
    let now = app.now_ms();
    let entered = app.store.destination(kind, now).await?;
    let target = entered.map_or_else(|| built_in_target(kind).to_owned(), |row| row.target);
    Ok(Road { gate: app.dispatch.breakers.gate(&target, now), target })
}

/// Longer than a row waits for its place, and its request with one repeat.
fn lease_ms(app: &App) -> i64 {
    let deadline = app.config.dispatch.as_ref().map_or(0, |config| config.answer_ms);
    i64::try_from(deadline.saturating_mul(4).saturating_add(2_000)).unwrap_or(i64::MAX)
}

async fn send(
    app: &App,
    carrier: &dyn Carrier,
    lease: JobLease,
    target: &str,
    permits: &Semaphore,
) -> Result<(), DispatchError> {
    failpoint::reach("send.leased");
    let row = lease.subject.to_string();
    let body = lease.body.open(&app.keys, body_place(DispatchStep::Send, &row))?;
    if <[u8; 32]>::from(Sha256::digest(&body.0)) != lease.content_hash {
        return refuse_here(app, &lease, "content_hash_differs").await;
    }
    let pass = match carrier.pass(lease.kind).await {
        Ok(pass) => pass,
        Err(silence) => return postpone(app, &lease, target, silence).await,
    };
    let paper = facility_in(&lease.natural_key);
    let Some(facility) = paper.filter(|paper| pass.facility.as_ref() == Some(paper)) else {
        return refuse_here(app, &lease, "token_facility_differs").await;
    };
    failpoint::reach("send.ready");

    let request = Request { app, lease: &lease, target };
    let Some(mut attempt) = request.start().await? else { return Ok(()) };
    failpoint::reach("send.started");
    // Closed never happens: nobody closes it.
    let permit = permits.acquire().await;
    let parcel = Parcel { kind: lease.kind, facility: &facility, target, body: &body.0 };
    let mut reply = match app.dispatch.breakers.gate(target, app.now_ms()) {
        // It closed while the row waited for its place: not one byte has left.
        Gate::ClosedUntil(_) => Reply { outcome: Outcome::NotConnected, answer: Vec::new() },
        Gate::Open | Gate::Probe => carrier.carry(parcel, &pass).await,
    };
    failpoint::reach("send.answered");
    if reply.outcome == Outcome::TokenRefused {
        (attempt, reply) = request.repeat(carrier, parcel, attempt, reply, &pass).await?;
    }
    drop(permit);
    judge_destination(app, target, &reply.outcome);
    request.settle(attempt, &reply).await?;
    failpoint::reach("send.settled");
    Ok(())
}

fn judge_destination(app: &App, target: &str, outcome: &Outcome) {
    let (breakers, now) = (&app.dispatch.breakers, app.now_ms());
    match outcome {
        Outcome::Accepted { .. } | Outcome::TokenRefused => breakers.succeeded(target),
        // A rate limit is an answer, but more requests only make it worse.
        Outcome::Refused { code } if code == "http_429" => breakers.failed(target, Failure::Unreachable, now),
        Outcome::Refused { .. } => breakers.succeeded(target),
        Outcome::NotConnected => breakers.failed(target, Failure::Unreachable, now),
        Outcome::Unknown { .. } => breakers.failed(target, Failure::Unclear, now),
    }
}

/// No token, so nothing can be sent: the row waits.
async fn postpone(app: &App, lease: &JobLease, target: &str, silence: Silence) -> Result<(), DispatchError> {
    let now = app.now_ms();
    app.dispatch.breakers.failed(target, Failure::Unreachable, now);
    let mut tx = app.store.begin().await?;
    let wait = retry::DESTINATION.wait_ms(lease.attempts, &mut rand::thread_rng());
    let end = JobEnd { state: JobState::Ready, outcome: silence.code(), now, due_at: now + wait };
    tx.finish_job(lease, end).await?;
    tx.commit().await?;
    tracing::warn!(code = silence.code(), kind = lease.kind.code(), "no token");
    Ok(())
}

/// A refusal of our own, before anything was started: a person looks.
async fn refuse_here(app: &App, lease: &JobLease, code: &str) -> Result<(), DispatchError> {
    let now = app.now_ms();
    let actor = format!("worker:{}", app.dispatch.worker);
    let mut tx = app.store.begin().await?;
    if tx.finish_job(lease, JobEnd { state: JobState::Refused, outcome: code, now, due_at: now }).await? {
        move_subject(&mut tx, (lease.kind, lease.subject), Move::Refuse, (&actor, code, now)).await?;
        if let Some(id) = certificate_of(lease.kind, lease.subject) {
            tx.record_outcome(id, Some(code), None).await?;
        }
        tx.commit().await?;
        tracing::error!(subject = %lease.subject, code, "not sent");
    }
    Ok(())
}

struct Request<'a> {
    app: &'a App,
    lease: &'a JobLease,
    target: &'a str,
}

impl Request<'_> {
    fn actor(&self) -> String {
        format!("worker:{}", self.app.dispatch.worker)
    }

    fn attempt(&self) -> AttemptRow {
        AttemptRow {
            id: Uuid::now_v7(),
            subject: self.lease.subject,
            kind: self.lease.kind,
            fence: self.lease.fence,
            actor: self.actor(),
            destination: self.target.to_owned(),
            content_hash: self.lease.content_hash,
            started_at: self.app.now_ms(),
            ended_at: None,
            outcome: None,
            code: None,
            receipt: None,
            received_at: None,
            answer: None,
        }
    }

    /// *Request started*. None where the row was taken back or taken over: then nothing is sent.
    async fn start(&self) -> Result<Option<AttemptRow>, DispatchError> {
        let (app, now) = (self.app, self.app.now_ms());
        let attempt = self.attempt();
        let mut tx = app.store.begin().await?;
        if !tx.start_job(self.lease, now, now + lease_ms(app)).await? {
            return Ok(None);
        }
        let subject = (self.lease.kind, self.lease.subject);
        match move_subject(&mut tx, subject, Move::Start, (&self.actor(), "started", now)).await {
            Ok(()) => {}
            // Void, or somebody works on it: the row is not ours to send.
            Err(MoveError::NotAllowed(_) | MoveError::Overtaken | MoveError::NotFound) => return Ok(None),
            Err(MoveError::Store(error)) => return Err(error.into()),
        }
        tx.record_attempt(attempt.clone()).await?;
        tx.commit().await?;
        Ok(Some(attempt))
    }

    /// 401 is an explicit answer: nothing was kept. A new token, and exactly one repeat of the same bytes.
    async fn repeat(
        &self,
        carrier: &dyn Carrier,
        parcel: Parcel<'_>,
        mut refused: AttemptRow,
        reply: Reply,
        pass: &Pass,
    ) -> Result<(AttemptRow, Reply), DispatchError> {
        self.end_attempt(&mut refused, &reply);
        failpoint::reach("send.token_refused");
        let renewed = match carrier.renew(parcel.kind, pass).await {
            Ok(renewed) if renewed.facility.as_ref() == Some(parcel.facility) => renewed,
            Ok(_) => {
                let outcome = Outcome::Refused { code: "token_facility_differs".into() };
                return Ok((refused, Reply { outcome, answer: Vec::new() }));
            }
            Err(silence) => {
                tracing::warn!(code = silence.code(), "no new token after 401");
                return Ok((refused, Reply { outcome: Outcome::NotConnected, answer: Vec::new() }));
            }
        };
        let second = self.attempt();
        let mut tx = self.app.store.begin().await?;
        tx.record_attempt(refused).await?;
        tx.record_attempt(second.clone()).await?;
        tx.commit().await?;
        failpoint::reach("send.repeating");
        let mut reply = carrier.carry(parcel, &renewed).await;
        if reply.outcome == Outcome::TokenRefused {
            reply.outcome = Outcome::Refused { code: "401".into() };
        }
        Ok((second, reply))
    }

    fn end_attempt(&self, attempt: &mut AttemptRow, reply: &Reply) {
        attempt.ended_at = Some(self.app.now_ms());
        let (outcome, code, receipt, received_at) = match &reply.outcome {
            Outcome::Accepted { receipt, received_at } => {
                (AttemptOutcome::Accepted, None, Some(receipt.clone()), *received_at)
            }
            Outcome::Refused { code } => (AttemptOutcome::Refused, Some(code.clone()), None, None),
            Outcome::TokenRefused => (AttemptOutcome::TokenRefused, Some("401".to_owned()), None, None),
            Outcome::NotConnected => (AttemptOutcome::NotConnected, None, None, None),
            Outcome::Unknown { why } => (AttemptOutcome::Unknown, Some(why.clone()), None, None),
        };
        attempt.outcome = Some(outcome);
        attempt.code = code;
        attempt.receipt = receipt;
        attempt.received_at = received_at;
        if !reply.answer.is_empty() {
            let row = attempt.id.to_string();
            attempt.answer = Some(Sealed::seal(&self.app.keys, answer_place(&row), &Base64(reply.answer.clone())));
        }
    }

    /// Writes what came of it. The answer exists only here, so that a database that is busy is asked again.
    async fn settle(&self, mut attempt: AttemptRow, reply: &Reply) -> Result<(), DispatchError> {
        // A 401 whose repeat could not be made ends as it was answered.
        if attempt.outcome.is_none() {
            self.end_attempt(&mut attempt, reply);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.write(&attempt, reply).await {
                Ok(()) => return Ok(()),
                Err(error) if tries >= WRITE_TRIES => return Err(error),
                Err(error) => {
                    tracing::warn!(subject = %self.lease.subject, tries, "writing an answer failed: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(100 << tries)).await;
                }
            }
        }
    }

    async fn write(&self, attempt: &AttemptRow, reply: &Reply) -> Result<(), DispatchError> {
        let (app, lease, now) = (self.app, self.lease, self.app.now_ms());
        let (state, way) = match &reply.outcome {
            Outcome::Accepted { .. } => (JobState::Done, Move::Accept),
            Outcome::Refused { .. } => (JobState::Refused, Move::Refuse),
            Outcome::NotConnected | Outcome::TokenRefused => (JobState::Ready, Move::NotSent),
            Outcome::Unknown { .. } => (JobState::Unknown, Move::LoseSight),
        };
        let why = match &reply.outcome {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Refused { code } => code,
            Outcome::NotConnected | Outcome::TokenRefused => "not_connected",
            Outcome::Unknown { why } => why,
        };
        let wait = retry::DESTINATION.wait_ms(lease.attempts, &mut rand::thread_rng());
        let due_at = if state == JobState::Ready { now + wait } else { now };
        let mut tx = app.store.begin().await?;
        let ours = tx.finish_job(lease, JobEnd { state, outcome: why, now, due_at }).await?;
        let moved = match ours {
            true => self.move_certificate(&mut tx, way, why, reply).await?,
            false => false,
        };
        if !moved {
            // A person decided meanwhile, or the row was given up as lost and this says nothing certain: what was
            // answered stands beside it as evidence.
            drop(tx);
            let mut tx = app.store.begin().await?;
            tx.record_attempt(attempt.clone()).await?;
            tx.commit().await?;
            return Ok(());
        }
        tx.record_attempt(attempt.clone()).await?;
        if let Outcome::Accepted { receipt, .. } = &reply.outcome {
            tracing::info!(subject = %lease.subject, kind = lease.kind.code(), receipt, "accepted");
        } else {
            tracing::warn!(subject = %lease.subject, kind = lease.kind.code(), why, "not accepted");
        }
        tx.commit().await?;
        Ok(())
    }

    /// False where the certificate's state does not allow it any more.
    async fn move_certificate(&self, tx: &mut Tx, way: Move, why: &str, reply: &Reply) -> Result<bool, DispatchError> {
        let Some(id) = certificate_of(self.lease.kind, self.lease.subject) else { return Ok(true) };
        let now = self.app.now_ms();
        let subject = (self.lease.kind, self.lease.subject);
        match move_subject(tx, subject, way, (&self.actor(), why, now)).await {
            Ok(()) => {}
            Err(MoveError::NotAllowed(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        match &reply.outcome {
            Outcome::Accepted { receipt, received_at } => {
                tx.record_outcome(id, None, Some((receipt, received_at.unwrap_or(now)))).await?;
                accepted(tx, id, (&self.actor(), now)).await?;
            }
            Outcome::Refused { code } => tx.record_outcome(id, Some(code), None).await?,
            Outcome::Unknown { why } => tx.record_outcome(id, Some(why), None).await?,
            Outcome::NotConnected | Outcome::TokenRefused => {}
        }
        Ok(true)
    }
}

/// A later issue that was accepted replaces its first.
pub(super) async fn accepted(
    tx: &mut Tx,
    id: crate::store::CertificateId,
    (actor, at): (&str, i64),
) -> Result<(), MoveError> {
    let Some(first) = tx.certificate(id).await?.and_then(|row| row.replaces) else { return Ok(()) };
    let replaced = tx.certificate(first).await?.map(|row| row.state);
    if let Some(CertificateState::Accepted | CertificateState::Refused) = replaced {
        let why = Why::LaterIssueAccepted.code();
        tx.apply(first, Move::Replace, crate::store::Transition { actor, at, why, words: None }).await?;
    }
    Ok(())
}
