//! The counter: what staff did with a visit, and calls for a person.

use api::{AlertKind, AlertRequest, KioskId, VisitId};
use sqlx::Row;
use time::Date;
use uuid::Uuid;

use super::{DeskState, Store, StoreError, Tx, code_of, day_text, from_code, optional_hash_at};

/// What staff say about a visit on the list of those to be verified. Calling and finishing are the queue's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskMove {
    /// Person and document were compared, and belong together.
    Check,
    NotThisPerson,
}

/// What an observation of a signer needs to know about the visit that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskCase {
    pub signer: Option<[u8; 32]>,
    pub card: Option<[u8; 32]>,
}

#[derive(Debug, Clone)]
pub struct AlertRow {
    pub id: Uuid,
    pub kiosk: String,
    pub kind: AlertKind,
    pub raised_at: i64,
}

impl DeskMove {
    pub fn result(self) -> DeskState {
        match self {
            Self::Check => DeskState::Checked,
            Self::NotThisPerson => DeskState::NotThisPerson,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::NotThisPerson => "not_this_person",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Check, Self::NotThisPerson].into_iter().find(|way| way.code() == code)
    }
}

impl Store {
    /// Calls for a person that nobody answered yet, oldest first.
    pub async fn open_alerts(&self) -> Result<Vec<AlertRow>, StoreError> {
        let sql = "SELECT alert_id, kiosk_id, kind, raised_at FROM alerts WHERE facility_code = $1 \
                   AND answered_at IS NULL ORDER BY raised_at";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok(AlertRow {
                    id: row
                        .try_get::<&str, _>("alert_id")?
                        .parse()
                        .map_err(|_| StoreError::Stored { column: "alert_id" })?,
                    kiosk: row.try_get("kiosk_id")?,
                    kind: from_code(row.try_get("kind")?, "kind")?,
                    raised_at: row.try_get("raised_at")?,
                })
            })
            .collect()
    }

    /// Changes whenever a call for a person comes or is answered, or somebody is compared with a document.
    pub async fn desk_mark(&self, day: Date) -> Result<[i64; 3], StoreError> {
        let calls = "SELECT COUNT(*) AS marks, COALESCE(MAX(raised_at), 0) AS latest FROM alerts \
                     WHERE facility_code = $1 AND answered_at IS NULL";
        let moves = "SELECT COUNT(*) AS marks, COALESCE(MAX(desk_at), 0) AS latest FROM visits \
                     WHERE facility_code = $1 AND service_day = $2 AND desk_state <> 'none'";
        let calls = self.one(self.query(calls)).await?;
        let moves = self.one(self.query(moves).bind(day_text(day))).await?;
        let (Some(calls), Some(moves)) = (calls, moves) else { return Ok([0; 3]) };
        Ok([calls.try_get("marks")?, calls.try_get("latest")?, moves.try_get("latest")?])
    }
}

impl Tx {
    /// Moves a visit that is on the counter's list; nothing where it is not there or already finished.
    pub async fn move_at_desk(
        &mut self,
        visit: VisitId,
        way: DeskMove,
        login: &str,
        now: i64,
    ) -> Result<Option<DeskCase>, StoreError> {
        let sql = "UPDATE visits SET desk_state = $3, desk_login = $4, desk_at = $5, \
                   assurance = CASE WHEN $3 = 'checked' AND assurance <> 'A' THEN 'D' ELSE assurance END \
                   WHERE facility_code = $1 AND visit_id = $2 AND desk_state <> 'none' AND desk_state <> 'finished'";
        let statement =
            self.query(sql).bind(visit.to_string()).bind(way.result().code()).bind(login.to_owned()).bind(now);
        if self.execute(statement).await? == 0 {
            return Ok(None);
        }
        self.tell_desk();
        let sql = "SELECT signer_hash, card_hash FROM identifications WHERE facility_code = $1 AND visit_id = $2 \
                   AND signer_trust = 'unknown'";
        let statement = self.query(sql).bind(visit.to_string());
        Ok(Some(match self.one(statement).await? {
            Some(row) => {
                DeskCase { signer: optional_hash_at(&row, "signer_hash")?, card: optional_hash_at(&row, "card_hash")? }
            }
            None => DeskCase { signer: None, card: None },
        }))
    }

    /// The queue has done with a visit: nobody needs to look any more.
    pub async fn leave_the_desk(&mut self, visit: VisitId, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE visits SET desk_state = 'finished', desk_at = $3 WHERE facility_code = $1 AND visit_id = $2 \
                   AND desk_state <> 'none' AND desk_state <> 'finished'";
        let statement = self.query(sql).bind(visit.to_string()).bind(now);
        if self.execute(statement).await? > 0 {
            self.tell_desk();
        }
        Ok(())
    }

    /// Raises a call once, however often it is sent.
    pub async fn raise_alert(&mut self, alert: &AlertRequest, kiosk: &KioskId, now: i64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO alerts (facility_code, alert_id, kiosk_id, kind, visit_id, raised_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(alert.id.to_string())
            .bind(kiosk.as_str().to_owned())
            .bind(code_of(&alert.kind))
            .bind(alert.visit.map(|visit| visit.to_string()))
            .bind(now);
        self.tell_desk();
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn answer_alert(&mut self, id: Uuid, login: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE alerts SET answered_at = $3, answered_by = $4 WHERE facility_code = $1 AND alert_id = $2 \
                   AND answered_at IS NULL";
        let statement = self.query(sql).bind(id.to_string()).bind(now).bind(login.to_owned());
        self.tell_desk();
        Ok(self.execute(statement).await? == 1)
    }
}
