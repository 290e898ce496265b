//! The audit record, and the chain over it. How the chain hangs together is in [`crate::audit`].

use api::VisitId;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{Store, StoreError, Tx, hash_at};

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub id: String,
    pub at: i64,
    /// `kiosk:<id>`, `staff:<login>`, `worker` or `command line`.
    pub actor: String,
    pub action: String,
    pub visit: Option<String>,
    /// Codes, nothing personal.
    pub detail: String,
}

/// A place in the chain. The line it names may be gone: then somebody took it out.
#[derive(Debug, Clone)]
pub struct LinkRow {
    pub place: i64,
    pub id: String,
    pub hash: [u8; 32],
    pub line: Option<AuditRow>,
}

/// Where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadRow {
    pub place: i64,
    pub hash: [u8; 32],
}

impl Store {
    /// Actions of the audit record in order: for people who ask what happened.
    pub async fn audit_of(&self, visit: VisitId) -> Result<Vec<(String, String, String)>, StoreError> {
        let sql = "SELECT actor, action, detail FROM audit WHERE facility_code = $1 AND visit_id = $2 ORDER BY at";
        let rows = self.all(self.query(sql).bind(visit.to_string())).await?;
        rows.iter().map(|row| Ok((row.try_get("actor")?, row.try_get("action")?, row.try_get("detail")?))).collect()
    }

    pub async fn audit_head(&self) -> Result<Option<HeadRow>, StoreError> {
        self.one(self.query(HEAD)).await?.as_ref().map(head_row).transpose()
    }

    /// Up to `limit` links after a place, each with its line.
    pub async fn audit_links(&self, after: i64, limit: u32) -> Result<Vec<LinkRow>, StoreError> {
        let sql = "SELECT c.place, c.audit_id AS link_id, c.hash, a.audit_id, a.at, a.actor, a.action, a.visit_id, a.detail \
                   FROM audit_chain c LEFT JOIN audit a ON a.facility_code = c.facility_code AND a.audit_id = c.audit_id \
                   WHERE c.facility_code = $1 AND c.place > $2 ORDER BY c.place LIMIT $3";
        let rows = self.all(self.query(sql).bind(after).bind(i64::from(limit))).await?;
        let link = |row: &AnyRow| {
            let known: Option<String> = row.try_get("audit_id")?;
            Ok(LinkRow {
                place: row.try_get("place")?,
                id: row.try_get("link_id")?,
                hash: hash_at(row, "hash")?,
                line: known.map(|_| audit_row(row)).transpose()?,
            })
        };
        rows.iter().map(link).collect()
    }

    /// Lines that no link names.
    pub async fn audit_unchained(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS lines FROM audit a WHERE a.facility_code = $1 AND NOT EXISTS (SELECT 1 FROM \
                   audit_chain c WHERE c.facility_code = a.facility_code AND c.audit_id = a.audit_id)";
        let row = self.one(self.query(sql)).await?;
        let lines = row.map(|row| row.try_get::<i64, _>("lines")).transpose()?.unwrap_or_default();
        Ok(u64::try_from(lines).unwrap_or_default())
    }
}

const HEAD: &str = "SELECT place, hash FROM audit_chain WHERE facility_code = $1 ORDER BY place DESC LIMIT 1";

impl Tx {
    /// `actor` is `kiosk:<id>`, `staff:<login>`, `worker` or `command line`; `detail` holds codes, nothing personal.
    pub async fn audit(
        &mut self,
        actor: &str,
        action: &'static str,
        visit: Option<VisitId>,
        detail: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (facility_code, audit_id, at, actor, action, visit_id, detail) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let statement = self
            .query(sql)
            .bind(Uuid::now_v7().to_string())
            .bind(now)
            .bind(actor.to_owned())
            .bind(action)
            .bind(visit.map(|visit| visit.to_string()))
            .bind(detail.to_owned());
        self.execute(statement).await.map(drop)
    }

    pub async fn audit_head(&mut self) -> Result<Option<HeadRow>, StoreError> {
        let statement = self.query(HEAD);
        self.one(statement).await?.as_ref().map(head_row).transpose()
    }

    /// Up to `limit` lines since a moment that no link names yet, in their order.
    pub async fn audit_to_chain(&mut self, since: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT a.audit_id, a.at, a.actor, a.action, a.visit_id, a.detail FROM audit a \
                   WHERE a.facility_code = $1 AND a.at >= $2 AND NOT EXISTS (SELECT 1 FROM audit_chain c \
                   WHERE c.facility_code = a.facility_code AND c.audit_id = a.audit_id) \
                   ORDER BY a.at, a.audit_id LIMIT $3";
        let statement = self.query(sql).bind(since).bind(i64::from(limit));
        self.all(statement).await?.iter().map(audit_row).collect()
    }

    /// False where another process put a link at this place, or chained this line.
    pub async fn chain_audit(&mut self, place: i64, id: &str, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "INSERT INTO audit_chain (facility_code, place, audit_id, hash) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(place).bind(id.to_owned()).bind(hash.to_vec());
        Ok(self.execute(statement).await? == 1)
    }
}

fn head_row(row: &AnyRow) -> Result<HeadRow, StoreError> {
    Ok(HeadRow { place: row.try_get("place")?, hash: hash_at(row, "hash")? })
}

pub(super) fn audit_row(row: &AnyRow) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.try_get("audit_id")?,
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        visit: row.try_get("visit_id")?,
        detail: row.try_get("detail")?,
    })
}
