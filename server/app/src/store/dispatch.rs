//! What a worker signs and sends, and every request it made.
//!
//! A lease gives a row to one worker for a while, and its fence grows with each lease. [`Tx::start_job`] commits *request
//! started* before the first byte leaves: before that mark a lease that ended is taken over, after it the row becomes
//! *unknown* ([`Tx::lapse_jobs`]) and only a person brings it back.

use api::Base64;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::certificates::uuid_at;
use super::{CertificateKind, Store, StoreError, Tx, hash_at, stored_codes};
use crate::keys::Sealed;

stored_codes! {
    /// What is sent.
    DispatchKind {
        Birth = "birth",
        Death = "death",
        Driver = "driver",
        /// The check-in message XML0.
        CheckIn = "check_in",
    }
}

stored_codes! {
    /// Two jobs, so that a token that is unplugged and a network that is down are told apart.
    DispatchStep {
        Sign = "sign",
        Send = "send",
    }
}

stored_codes! {
    JobState {
        /// A worker may take it.
        Ready = "ready",
        /// *Request started* is committed.
        Started = "started",
        Done = "done",
        Unknown = "unknown",
        Refused = "refused",
        /// Taken back or void before anything was sent.
        Cancelled = "cancelled",
    }
}

stored_codes! {
    /// How one request ended.
    AttemptOutcome {
        Accepted = "accepted",
        Refused = "refused",
        /// 401: a token was taken again and the request repeated once.
        TokenRefused = "token_refused",
        NotConnected = "not_connected",
        Unknown = "unknown",
        /// Entered by a person who asked at the gateway.
        FoundAccepted = "found_accepted",
        FoundNotReceived = "found_not_received",
    }
}

#[derive(Debug)]
pub struct NewJob<'a> {
    pub step: DispatchStep,
    /// A certificate, or the visit of a check-in message.
    pub subject: Uuid,
    pub kind: DispatchKind,
    pub natural_key: &'a str,
    pub issue: u32,
    pub body: Sealed<Base64>,
    pub content_hash: [u8; 32],
    /// The first issue, which goes before.
    pub after: Option<Uuid>,
    pub now: i64,
}

/// A row in the hands of one worker.
#[derive(Debug, Clone)]
pub struct JobLease {
    pub step: DispatchStep,
    pub subject: Uuid,
    pub kind: DispatchKind,
    pub natural_key: String,
    pub issue: u32,
    pub body: Sealed<Base64>,
    pub content_hash: [u8; 32],
    pub attempts: u32,
    pub fence: i64,
}

#[derive(Debug, Clone)]
pub struct JobRow {
    pub step: DispatchStep,
    pub subject: Uuid,
    pub kind: DispatchKind,
    pub state: JobState,
    pub natural_key: String,
    pub issue: u32,
    pub content_hash: [u8; 32],
    pub attempts: u32,
    pub due_at: i64,
    pub started_at: Option<i64>,
    pub last_outcome: Option<String>,
}

/// How a lease ends.
#[derive(Debug, Clone, Copy)]
pub struct JobEnd<'a> {
    pub state: JobState,
    pub outcome: &'a str,
    pub now: i64,
    /// When a row that is ready again is due.
    pub due_at: i64,
}

/// One request to the gateway.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    pub id: Uuid,
    pub subject: Uuid,
    pub kind: DispatchKind,
    pub fence: i64,
    /// `worker:<id>`, or the person who looked.
    pub actor: String,
    pub destination: String,
    pub content_hash: [u8; 32],
    pub started_at: i64,
    pub ended_at: Option<i64>,
    pub outcome: Option<AttemptOutcome>,
    pub code: Option<String>,
    /// MaGD, maGiaoDich or UUID.
    pub receipt: Option<String>,
    pub received_at: Option<i64>,
    /// The answer as it came.
    pub answer: Option<Sealed<Base64>>,
}

/// Rows of one kind and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobTally {
    pub step: DispatchStep,
    pub kind: DispatchKind,
    pub state: JobState,
    pub rows: u64,
    pub oldest_due: i64,
}

impl From<CertificateKind> for DispatchKind {
    fn from(kind: CertificateKind) -> Self {
        match kind {
            CertificateKind::Birth => Self::Birth,
            CertificateKind::Death => Self::Death,
            CertificateKind::Driver => Self::Driver,
        }
    }
}

const ATTEMPT: &str = "attempt_id, subject_id, kind, fence, actor, destination, content_hash, started_at, ended_at, \
    outcome, code, receipt, received_at, answer_sealed";

impl Store {
    pub async fn job(&self, step: DispatchStep, subject: Uuid) -> Result<Option<JobRow>, StoreError> {
        let sql = "SELECT step, subject_id, kind, state, natural_key, issue, content_hash, attempts, due_at, \
                   started_at, last_outcome FROM dispatch_jobs WHERE facility_code = $1 AND step = $2 \
                   AND subject_id = $3";
        let statement = self.query(sql).bind(step.code()).bind(subject.to_string());
        self.one(statement).await?.as_ref().map(job_row).transpose()
    }

    /// Rows in a state, oldest due first, after the one named.
    pub async fn jobs_in(
        &self,
        (step, kind, state): (DispatchStep, DispatchKind, JobState),
        after: Option<(i64, Uuid)>,
        limit: u32,
    ) -> Result<Vec<JobRow>, StoreError> {
        let sql = "SELECT step, subject_id, kind, state, natural_key, issue, content_hash, attempts, due_at, \
                   started_at, last_outcome FROM dispatch_jobs WHERE facility_code = $1 AND step = $2 AND state = $3 \
                   AND kind = $4 AND (due_at > $5 OR (due_at = $5 AND subject_id > $6)) \
                   ORDER BY due_at, subject_id LIMIT $7";
        let (due_at, subject) = after.map_or((i64::MIN, String::new()), |(due_at, id)| (due_at, id.to_string()));
        let statement = self
            .query(sql)
            .bind(step.code())
            .bind(state.code())
            .bind(kind.code())
            .bind(due_at)
            .bind(subject)
            .bind(i64::from(limit));
        self.all(statement).await?.iter().map(job_row).collect()
    }

    pub async fn job_tallies(&self) -> Result<Vec<JobTally>, StoreError> {
        let sql = "SELECT step, kind, state, COUNT(*) AS rows_there, MIN(due_at) AS oldest_due FROM dispatch_jobs \
                   WHERE facility_code = $1 GROUP BY step, kind, state";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok(JobTally {
                    step: DispatchStep::from_stored(row.try_get("step")?)?,
                    kind: DispatchKind::from_stored(row.try_get("kind")?)?,
                    state: JobState::from_stored(row.try_get("state")?)?,
                    rows: row.try_get::<i64, _>("rows_there")?.unsigned_abs(),
                    oldest_due: row.try_get("oldest_due")?,
                })
            })
            .collect()
    }

    /// The signed bytes, as they were or will be sent.
    pub async fn signed_bytes(&self, subject: Uuid) -> Result<Option<Sealed<Base64>>, StoreError> {
        let sql = "SELECT body_sealed FROM dispatch_bodies WHERE facility_code = $1 AND step = 'send' \
                   AND subject_id = $2";
        let row = self.one(self.query(sql).bind(subject.to_string())).await?;
        Ok(row.map(|row| row.try_get("body_sealed")).transpose()?.map(Sealed::from_stored))
    }

    /// Every request for a subject, in order.
    pub async fn attempts_of(&self, subject: Uuid) -> Result<Vec<AttemptRow>, StoreError> {
        let sql = "SELECT {columns} FROM dispatch_attempts WHERE facility_code = $1 AND subject_id = $2 \
                   ORDER BY attempt_id";
        let rows = self.all(self.columns(sql, ATTEMPT).bind(subject.to_string())).await?;
        rows.iter().map(attempt_row).collect()
    }

    /// Subjects other than this one that hold the receipt.
    pub async fn receipt_is_taken(&self, receipt: &str, subject: Uuid) -> Result<bool, StoreError> {
        let sql = "SELECT subject_id FROM dispatch_attempts WHERE facility_code = $1 AND receipt = $2 \
                   AND subject_id <> $3 LIMIT 1";
        Ok(self.one(self.query(sql).bind(receipt.to_owned()).bind(subject.to_string())).await?.is_some())
    }
}

impl Tx {
    /// Writes a job. One that was cancelled is written anew; any other stays as it is, and the answer is false.
    pub async fn post_job(&mut self, new: NewJob<'_>) -> Result<bool, StoreError> {
        let sql = "INSERT INTO dispatch_jobs (facility_code, step, subject_id, kind, state, natural_key, issue, \
                   content_hash, after_subject, created_at, due_at, attempts, fence) \
                   VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7, $8, $9, $9, 0, 0) \
                   ON CONFLICT (facility_code, step, subject_id) DO UPDATE SET state = 'ready', \
                   natural_key = excluded.natural_key, issue = excluded.issue, \
                   content_hash = excluded.content_hash, after_subject = excluded.after_subject, \
                   due_at = excluded.due_at, attempts = 0, fence = dispatch_jobs.fence + 1, lease_until = NULL, \
                   started_at = NULL, finished_at = NULL, last_outcome = NULL \
                   WHERE dispatch_jobs.state = 'cancelled'";
        let statement = self
            .query(sql)
            .bind(new.step.code())
            .bind(new.subject.to_string())
            .bind(new.kind.code())
            .bind(new.natural_key.to_owned())
            .bind(i64::from(new.issue))
            .bind(new.content_hash.to_vec())
            .bind(new.after.map(|after| after.to_string()))
            .bind(new.now);
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO dispatch_bodies (facility_code, step, subject_id, body_sealed) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (facility_code, step, subject_id) DO UPDATE SET body_sealed = excluded.body_sealed";
        let statement =
            self.query(sql).bind(new.step.code()).bind(new.subject.to_string()).bind(new.body.into_stored());
        self.execute(statement).await?;
        Ok(true)
    }

    /// Leases up to `limit` rows of one kind that are due, the longest due first. A re-issue waits for its first.
    pub async fn lease_jobs(
        &mut self,
        (step, kind): (DispatchStep, DispatchKind),
        worker: &str,
        (now, lease_until): (i64, i64),
        limit: u32,
    ) -> Result<Vec<JobLease>, StoreError> {
        // `state || ''`: these rows are found by their key. By the index on states SQLite would read everything that waits,
        // a hundred thousand rows for eight leases.
        let sql = "UPDATE dispatch_jobs SET lease_until = $5, fence = fence + 1, attempts = attempts + 1, \
                   worker_id = $6 WHERE facility_code = $1 AND step = $2 AND subject_id IN (SELECT j.subject_id \
                   FROM dispatch_jobs j WHERE j.facility_code = $1 AND j.step = $2 AND j.state = 'ready' \
                   AND j.kind = $3 AND j.due_at <= $4 AND (j.lease_until IS NULL OR j.lease_until <= $4) \
                   AND (j.after_subject IS NULL OR NOT EXISTS (SELECT 1 FROM dispatch_jobs p \
                   WHERE p.facility_code = $1 AND p.subject_id = j.after_subject \
                   AND p.state || '' IN ('ready', 'started', 'unknown'))) ORDER BY j.due_at, j.subject_id LIMIT $7 {skip}) \
                   AND state || '' = 'ready' AND (lease_until IS NULL OR lease_until <= $4) \
                   RETURNING step, subject_id, kind, natural_key, issue, content_hash, attempts, fence, due_at, \
                   (SELECT b.body_sealed FROM dispatch_bodies b WHERE b.facility_code = dispatch_jobs.facility_code \
                   AND b.step = dispatch_jobs.step AND b.subject_id = dispatch_jobs.subject_id) AS body_sealed";
        let statement = self
            .leasing(sql)
            .bind(step.code())
            .bind(kind.code())
            .bind(now)
            .bind(lease_until)
            .bind(worker.to_owned())
            .bind(i64::from(limit));
        let rows = self.all(statement).await?;
        let mut leases = rows
            .iter()
            .map(|row| Ok((row.try_get::<i64, _>("due_at")?, lease_row(row)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        leases.sort_by_key(|(due_at, lease)| (*due_at, lease.subject));
        Ok(leases.into_iter().map(|(_, lease)| lease).collect())
    }

    /// *Request started*. False where the row is in other hands, or was taken back: then nothing may be sent.
    pub async fn start_job(&mut self, lease: &JobLease, now: i64, lease_until: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE dispatch_jobs SET state = 'started', started_at = $5, lease_until = $6 \
                   WHERE facility_code = $1 AND step = $2 AND subject_id = $3 AND fence = $4 AND state = 'ready'";
        let statement = self
            .query(sql)
            .bind(lease.step.code())
            .bind(lease.subject.to_string())
            .bind(lease.fence)
            .bind(now)
            .bind(lease_until);
        Ok(self.execute(statement).await? == 1)
    }

    /// Ends a lease. False where the row is in other hands by now: then nothing else of this transaction may stand. A row
    /// that became unknown meanwhile is still ours: an answer that comes late is an answer.
    pub async fn finish_job(&mut self, lease: &JobLease, end: JobEnd<'_>) -> Result<bool, StoreError> {
        let sql = "UPDATE dispatch_jobs SET state = $5, lease_until = NULL, due_at = $6, last_outcome = $7, \
                   finished_at = $8, started_at = CASE WHEN $5 = 'ready' THEN NULL ELSE started_at END \
                   WHERE facility_code = $1 AND step = $2 AND subject_id = $3 AND fence = $4 \
                   AND state IN ('ready', 'started', 'unknown')";
        let finished = match end.state {
            JobState::Done | JobState::Refused | JobState::Cancelled => Some(end.now),
            JobState::Ready | JobState::Started | JobState::Unknown => None,
        };
        let statement = self
            .query(sql)
            .bind(lease.step.code())
            .bind(lease.subject.to_string())
            .bind(lease.fence)
            .bind(end.state.code())
            .bind(end.due_at)
            .bind(end.outcome.to_owned())
            .bind(finished);
        Ok(self.execute(statement).await? == 1)
    }

    /// Gives a lease back before anything was started.
    pub async fn release_job(&mut self, lease: &JobLease) -> Result<(), StoreError> {
        let sql = "UPDATE dispatch_jobs SET lease_until = NULL, attempts = attempts - 1 WHERE facility_code = $1 \
                   AND step = $2 AND subject_id = $3 AND fence = $4 AND state = 'ready'";
        let statement = self.query(sql).bind(lease.step.code()).bind(lease.subject.to_string()).bind(lease.fence);
        self.execute(statement).await.map(drop)
    }

    /// Started rows whose worker did not come back: nobody knows. Returns them.
    pub async fn lapse_jobs(&mut self, now: i64) -> Result<Vec<(DispatchKind, Uuid)>, StoreError> {
        let sql = "UPDATE dispatch_jobs SET state = 'unknown', lease_until = NULL, last_outcome = 'worker_lost' \
                   WHERE facility_code = $1 AND step = 'send' AND state = 'started' AND lease_until <= $2 \
                   RETURNING kind, subject_id";
        let rows = self.all(self.query(sql).bind(now)).await?;
        rows.iter()
            .map(|row| Ok((DispatchKind::from_stored(row.try_get("kind")?)?, uuid_at(row, "subject_id")?)))
            .collect()
    }

    /// Cancels what has not started. False where a request has.
    pub async fn cancel_jobs(&mut self, subject: Uuid, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE dispatch_jobs SET state = 'cancelled', finished_at = $3, lease_until = NULL \
                   WHERE facility_code = $1 AND subject_id = $2 AND state IN ('ready', 'refused')";
        let statement = self.query(sql).bind(subject.to_string()).bind(now);
        self.execute(statement).await?;
        let sql = "SELECT subject_id FROM dispatch_jobs WHERE facility_code = $1 AND subject_id = $2 \
                   AND state IN ('started', 'unknown')";
        Ok(self.one(self.query(sql).bind(subject.to_string())).await?.is_none())
    }

    /// A person ends what no machine may: an unknown outcome, or a refusal whose cause is gone. False where the row is not
    /// in that state.
    pub async fn decide_job(
        &mut self,
        subject: Uuid,
        (from, to): (JobState, JobState),
        outcome: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE dispatch_jobs SET state = $4, due_at = $5, last_outcome = $6, fence = fence + 1, \
                   attempts = 0, lease_until = NULL, started_at = CASE WHEN $4 = 'ready' THEN NULL ELSE started_at END, \
                   finished_at = CASE WHEN $4 = 'ready' THEN NULL ELSE $5 END \
                   WHERE facility_code = $1 AND step = 'send' AND subject_id = $2 AND state = $3";
        let statement = self
            .query(sql)
            .bind(subject.to_string())
            .bind(from.code())
            .bind(to.code())
            .bind(now)
            .bind(outcome.to_owned());
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn record_attempt(&mut self, row: AttemptRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO dispatch_attempts (facility_code, attempt_id, subject_id, kind, fence, actor, \
                   destination, content_hash, started_at, ended_at, outcome, code, receipt, received_at, answer_sealed) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                   ON CONFLICT (facility_code, attempt_id) DO UPDATE SET ended_at = excluded.ended_at, \
                   outcome = excluded.outcome, code = excluded.code, receipt = excluded.receipt, \
                   received_at = excluded.received_at, answer_sealed = excluded.answer_sealed";
        let statement = self
            .query(sql)
            .bind(row.id.to_string())
            .bind(row.subject.to_string())
            .bind(row.kind.code())
            .bind(row.fence)
            .bind(row.actor)
            .bind(row.destination)
            .bind(row.content_hash.to_vec())
            .bind(row.started_at)
            .bind(row.ended_at)
            .bind(row.outcome.map(AttemptOutcome::code))
            .bind(row.code)
            .bind(row.receipt)
            .bind(row.received_at)
            .bind(row.answer.map(Sealed::into_stored));
        self.execute(statement).await.map(drop)
    }

    /// The latest request for a subject that has no answer, marked unknown now.
    pub async fn attempts_lost(&mut self, subject: Uuid, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE dispatch_attempts SET outcome = 'unknown', code = 'worker_lost', ended_at = $3 \
                   WHERE facility_code = $1 AND subject_id = $2 AND outcome IS NULL";
        let statement = self.query(sql).bind(subject.to_string()).bind(now);
        self.execute(statement).await.map(drop)
    }
}

fn count_at(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(u32::MAX))
}

fn lease_row(row: &AnyRow) -> Result<JobLease, StoreError> {
    Ok(JobLease {
        step: DispatchStep::from_stored(row.try_get("step")?)?,
        subject: uuid_at(row, "subject_id")?,
        kind: DispatchKind::from_stored(row.try_get("kind")?)?,
        natural_key: row.try_get("natural_key")?,
        issue: count_at(row, "issue")?,
        body: Sealed::from_stored(row.try_get("body_sealed")?),
        content_hash: hash_at(row, "content_hash")?,
        attempts: count_at(row, "attempts")?,
        fence: row.try_get("fence")?,
    })
}

fn job_row(row: &AnyRow) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        step: DispatchStep::from_stored(row.try_get("step")?)?,
        subject: uuid_at(row, "subject_id")?,
        kind: DispatchKind::from_stored(row.try_get("kind")?)?,
        state: JobState::from_stored(row.try_get("state")?)?,
        natural_key: row.try_get("natural_key")?,
        issue: count_at(row, "issue")?,
        content_hash: hash_at(row, "content_hash")?,
        attempts: count_at(row, "attempts")?,
        due_at: row.try_get("due_at")?,
        started_at: row.try_get("started_at")?,
        last_outcome: row.try_get("last_outcome")?,
    })
}

fn attempt_row(row: &AnyRow) -> Result<AttemptRow, StoreError> {
    let outcome = row.try_get::<Option<String>, _>("outcome")?;
    Ok(AttemptRow {
        id: uuid_at(row, "attempt_id")?,
        subject: uuid_at(row, "subject_id")?,
        kind: DispatchKind::from_stored(row.try_get("kind")?)?,
        fence: row.try_get("fence")?,
        actor: row.try_get("actor")?,
        destination: row.try_get("destination")?,
        content_hash: hash_at(row, "content_hash")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        outcome: outcome.map(|code| AttemptOutcome::from_stored(&code)).transpose()?,
        code: row.try_get("code")?,
        receipt: row.try_get("receipt")?,
        received_at: row.try_get("received_at")?,
        answer: row.try_get::<Option<Vec<u8>>, _>("answer_sealed")?.map(Sealed::from_stored),
    })
}
