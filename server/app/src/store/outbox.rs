//! What must reach the outside: written in the transaction of the fact, sent by a worker.
//!
//! A lease gives a row to one worker for a while; its fence number grows with each lease, so that a worker that comes
//! back late cannot write over the one that took its row. Asking again (`entitlement`) has no effect outside and may be
//! taken over when a lease ends. The check-in message (`xml0`) stays held until the hospital system releases it.

use api::VisitId;
use sqlx::Row;

use super::{Store, StoreError, Tx, stored_codes, visit_at};

stored_codes! {
    OutboxKind {
        /// An entitlement that the gateway did not answer.
        Entitlement = "entitlement",
        /// The check-in message.
        Xml0 = "xml0",
    }
}

stored_codes! {
    OutboxState {
        Held = "held",
        Ready = "ready",
        Done = "done",
        /// Asked too often without a verdict: a person looks.
        GivenUp = "given_up",
    }
}

/// A row in the hands of one worker.
#[derive(Debug)]
pub struct OutboxLease {
    pub kind: OutboxKind,
    pub visit: VisitId,
    pub payload: Vec<u8>,
    pub attempts: u32,
    pub fence: i64,
}

/// A check-in message that waited for the hospital system's word.
#[derive(Debug)]
pub enum HeldMessage {
    Taken(Vec<u8>),
    TakenBefore,
    Absent,
}

impl Store {
    /// How many rows are in that state.
    pub async fn outbox_count(&self, kind: OutboxKind, state: OutboxState) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS rows_there FROM outbox WHERE facility_code = $1 AND kind = $2 AND state = $3";
        let row = self.one(self.query(sql).bind(kind.code()).bind(state.code())).await?;
        let count = row.map(|row| row.try_get::<i64, _>("rows_there")).transpose()?.unwrap_or(0);
        Ok(count.unsigned_abs())
    }
}

impl Tx {
    /// One row of a kind and visit: writing it twice changes nothing.
    pub async fn post(
        &mut self,
        kind: OutboxKind,
        visit: VisitId,
        state: OutboxState,
        payload: Vec<u8>,
        (now, due_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO outbox (facility_code, kind, visit_id, state, payload_sealed, created_at, due_at, \
                   attempts, fence) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(kind.code())
            .bind(visit.to_string())
            .bind(state.code())
            .bind(payload)
            .bind(now)
            .bind(due_at);
        self.execute(statement).await.map(drop)
    }

    /// Takes a held check-in message, once.
    pub async fn take_held_message(
        &mut self,
        visit: VisitId,
        outcome: &str,
        now: i64,
    ) -> Result<HeldMessage, StoreError> {
        let sql = "UPDATE outbox SET state = 'done', last_outcome = $3, finished_at = $4 WHERE facility_code = $1 \
                   AND kind = 'xml0' AND visit_id = $2 AND state = 'held' RETURNING payload_sealed";
        let statement = self.query(sql).bind(visit.to_string()).bind(outcome.to_owned()).bind(now);
        if let Some(row) = self.one(statement).await? {
            return Ok(HeldMessage::Taken(row.try_get("payload_sealed")?));
        }
        let sql = "SELECT state FROM outbox WHERE facility_code = $1 AND kind = 'xml0' AND visit_id = $2";
        let known = self.one(self.query(sql).bind(visit.to_string())).await?;
        Ok(known.map_or(HeldMessage::Absent, |_| HeldMessage::TakenBefore))
    }

    /// Leases the row that is due the longest.
    pub async fn lease(
        &mut self,
        kind: OutboxKind,
        now: i64,
        lease_until: i64,
    ) -> Result<Option<OutboxLease>, StoreError> {
        let sql = "UPDATE outbox SET lease_until = $4, fence = fence + 1, attempts = attempts + 1 \
                   WHERE facility_code = $1 AND kind = $2 AND visit_id = (SELECT visit_id FROM outbox \
                   WHERE facility_code = $1 AND kind = $2 AND state = 'ready' AND due_at <= $3 \
                   AND (lease_until IS NULL OR lease_until <= $3) ORDER BY due_at, visit_id LIMIT 1 {skip}) \
                   AND state = 'ready' AND (lease_until IS NULL OR lease_until <= $3) \
                   RETURNING visit_id, payload_sealed, attempts, fence";
        let statement = self.leasing(sql).bind(kind.code()).bind(now).bind(lease_until);
        let Some(row) = self.one(statement).await? else { return Ok(None) };
        Ok(Some(OutboxLease {
            kind,
            visit: visit_at(&row, "visit_id")?,
            payload: row.try_get("payload_sealed")?,
            attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
            fence: row.try_get("fence")?,
        }))
    }

    /// Ends a lease with a new state. False where the row is in other hands by now: then nothing else of this
    /// transaction may stand.
    pub async fn settle(
        &mut self,
        lease: &OutboxLease,
        state: OutboxState,
        outcome: &str,
        (now, due_at): (i64, i64),
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE outbox SET state = $5, lease_until = NULL, due_at = $6, last_outcome = $7, finished_at = $8 \
                   WHERE facility_code = $1 AND kind = $2 AND visit_id = $3 AND fence = $4";
        let finished = match state {
            OutboxState::Done | OutboxState::GivenUp => Some(now),
            OutboxState::Held | OutboxState::Ready => None,
        };
        let statement = self
            .query(sql)
            .bind(lease.kind.code())
            .bind(lease.visit.to_string())
            .bind(lease.fence)
            .bind(state.code())
            .bind(due_at)
            .bind(outcome.to_owned())
            .bind(finished);
        Ok(self.execute(statement).await? == 1)
    }
}
