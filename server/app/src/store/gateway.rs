//! What the processes of one hospital agree on about the gateway: the token, the destinations, the kill switch, and who
//! is at work.

use sqlx::Row;
use uuid::Uuid;

use super::{DispatchKind, Store, StoreError, Tx, stored_codes};
use crate::insurance::Token;
use crate::keys::Sealed;

stored_codes! {
    SwitchPosition {
        On = "on",
        Off = "off",
    }
}

#[derive(Debug)]
pub struct TokenRow {
    pub generation: i64,
    /// None where taking it failed.
    pub token: Option<Sealed<Token>>,
    pub good_until: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationRow {
    pub kind: DispatchKind,
    pub valid_from: i64,
    /// A path on the gateway's host, or a whole URL.
    pub target: String,
    pub entered_by: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRow {
    pub at: i64,
    pub actor: String,
    pub position: SwitchPosition,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatRow {
    pub worker: String,
    pub started_at: i64,
    pub beat_at: i64,
}

impl Store {
    pub async fn gateway_token(&self, account: &str) -> Result<Option<TokenRow>, StoreError> {
        let sql = "SELECT generation, token_sealed, good_until FROM gateway_tokens WHERE facility_code = $1 \
                   AND account = $2";
        let row = self.one(self.query(sql).bind(account.to_owned())).await?;
        row.map(|row| {
            Ok(TokenRow {
                generation: row.try_get("generation")?,
                token: row.try_get::<Option<Vec<u8>>, _>("token_sealed")?.map(Sealed::from_stored),
                good_until: row.try_get("good_until")?,
            })
        })
        .transpose()
    }

    /// Where a kind goes at a moment; None where only the built-in destination is known.
    pub async fn destination(&self, kind: DispatchKind, at: i64) -> Result<Option<DestinationRow>, StoreError> {
        let sql = "SELECT kind, valid_from, target, entered_by FROM destinations WHERE facility_code = $1 \
                   AND kind = $2 AND valid_from <= $3 ORDER BY valid_from DESC LIMIT 1";
        let row = self.one(self.query(sql).bind(kind.code()).bind(at)).await?;
        row.as_ref().map(destination_row).transpose()
    }

    pub async fn destinations(&self) -> Result<Vec<DestinationRow>, StoreError> {
        let sql = "SELECT kind, valid_from, target, entered_by FROM destinations WHERE facility_code = $1 \
                   ORDER BY kind, valid_from";
        self.all(self.query(sql)).await?.iter().map(destination_row).collect()
    }

    /// The latest word of a person about sending.
    pub async fn dispatch_switch(&self) -> Result<Option<SwitchRow>, StoreError> {
        let sql = "SELECT at, actor, position, why FROM dispatch_switches WHERE facility_code = $1 \
                   ORDER BY switch_id DESC LIMIT 1";
        let row = self.one(self.query(sql)).await?;
        row.map(|row| {
            Ok(SwitchRow {
                at: row.try_get("at")?,
                actor: row.try_get("actor")?,
                position: SwitchPosition::from_stored(row.try_get("position")?)?,
                why: row.try_get("why")?,
            })
        })
        .transpose()
    }

    /// The latest first.
    pub async fn heartbeats(&self) -> Result<Vec<HeartbeatRow>, StoreError> {
        let sql = "SELECT worker_id, started_at, beat_at FROM worker_heartbeats WHERE facility_code = $1 \
                   ORDER BY beat_at DESC LIMIT 100";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok(HeartbeatRow {
                    worker: row.try_get("worker_id")?,
                    started_at: row.try_get("started_at")?,
                    beat_at: row.try_get("beat_at")?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Takes the right to take a token; false where another process has it, or has a newer token by now.
    pub async fn hold_token(
        &mut self,
        account: &str,
        process: &str,
        generation: i64,
        (now, lease_until): (i64, i64),
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO gateway_tokens (facility_code, account, generation, good_until) \
                   VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(account.to_owned());
        self.execute(statement).await?;
        let sql = "UPDATE gateway_tokens SET holder = $3, lease_until = $6 WHERE facility_code = $1 AND account = $2 \
                   AND generation = $4 AND (lease_until IS NULL OR lease_until <= $5)";
        let statement = self
            .query(sql)
            .bind(account.to_owned())
            .bind(process.to_owned())
            .bind(generation)
            .bind(now)
            .bind(lease_until);
        Ok(self.execute(statement).await? == 1)
    }

    /// Writes what was taken, and gives the right back.
    pub async fn keep_token(&mut self, account: &str, process: &str, row: TokenRow) -> Result<(), StoreError> {
        let sql = "UPDATE gateway_tokens SET generation = $4, token_sealed = $5, good_until = $6, holder = NULL, \
                   lease_until = NULL WHERE facility_code = $1 AND account = $2 AND holder = $3";
        let statement = self
            .query(sql)
            .bind(account.to_owned())
            .bind(process.to_owned())
            .bind(row.generation)
            .bind(row.token.map(Sealed::into_stored))
            .bind(row.good_until);
        self.execute(statement).await.map(drop)
    }

    /// From `valid_from` on, the kind goes there.
    pub async fn enter_destination(&mut self, row: &DestinationRow, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO destinations (facility_code, kind, valid_from, target, entered_at, entered_by) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (facility_code, kind, valid_from) DO UPDATE \
                   SET target = excluded.target, entered_at = excluded.entered_at, entered_by = excluded.entered_by";
        let statement = self
            .query(sql)
            .bind(row.kind.code())
            .bind(row.valid_from)
            .bind(row.target.clone())
            .bind(now)
            .bind(row.entered_by.clone());
        self.execute(statement).await.map(drop)
    }

    pub async fn throw_dispatch_switch(&mut self, row: &SwitchRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO dispatch_switches (facility_code, switch_id, at, actor, position, why) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let statement = self
            .query(sql)
            .bind(Uuid::now_v7().to_string())
            .bind(row.at)
            .bind(row.actor.clone())
            .bind(row.position.code())
            .bind(row.why.clone());
        self.execute(statement).await.map(drop)
    }

    /// A worker is at work. Workers that were silent for longer than `forget_before` are forgotten.
    pub async fn beat(&mut self, row: &HeartbeatRow, forget_before: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO worker_heartbeats (facility_code, worker_id, started_at, beat_at) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (facility_code, worker_id) DO UPDATE \
                   SET beat_at = excluded.beat_at";
        let statement = self.query(sql).bind(row.worker.clone()).bind(row.started_at).bind(row.beat_at);
        self.execute(statement).await?;
        let sql = "DELETE FROM worker_heartbeats WHERE facility_code = $1 AND beat_at < $2";
        let statement = self.query(sql).bind(forget_before);
        self.execute(statement).await.map(drop)
    }
}

impl Tx {
    /// How many workers said since then that they are at work.
    pub(crate) async fn beats_since(&mut self, since: i64) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS beats FROM worker_heartbeats WHERE facility_code = $1 AND beat_at >= $2";
        let statement = self.query(sql).bind(since);
        let row = self.one(statement).await?;
        Ok(row.map(|row| row.try_get("beats")).transpose()?.unwrap_or(0))
    }
}

fn destination_row(row: &sqlx::any::AnyRow) -> Result<DestinationRow, StoreError> {
    Ok(DestinationRow {
        kind: DispatchKind::from_stored(row.try_get("kind")?)?,
        valid_from: row.try_get("valid_from")?,
        target: row.try_get("target")?,
        entered_by: row.try_get("entered_by")?,
    })
}
