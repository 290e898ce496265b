//! Every change of a certificate's state: [`Tx::apply`] asks the one table of moves and writes the event beside the change.

use sqlx::Row;
use uuid::Uuid;

use super::certificates::uuid_at;
use super::{CertificateId, Store, StoreError, Tx};
use crate::certificate::{CertificateState, Move, NextStep, NotAllowed};
use crate::keys::Sealed;

/// Who does a move, when and why.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// `staff:<login>`, `kiosk:<id>`, `hospital system`, `worker` or `command line`.
    pub actor: &'a str,
    pub at: i64,
    /// A code, nothing personal.
    pub why: &'a str,
    /// What a person wrote.
    pub words: Option<Sealed<String>>,
}

#[derive(Debug, Clone)]
pub struct EventRow {
    pub id: Uuid,
    pub at: i64,
    pub actor: String,
    pub way: Move,
    pub from: CertificateState,
    pub to: CertificateState,
    pub why: String,
    pub words: Option<Sealed<String>>,
    pub next_step: NextStep,
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("no such certificate")]
    NotFound,
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("somebody else changed this certificate meanwhile")]
    Overtaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    pub async fn events_of(&self, id: CertificateId) -> Result<Vec<EventRow>, StoreError> {
        let sql = "SELECT event_id, at, actor, move, from_state, to_state, why, words_sealed, next_step \
                   FROM certificate_events WHERE facility_code = $1 AND certificate_id = $2 ORDER BY event_id";
        let rows = self.all(self.query(sql).bind(id.to_string())).await?;
        rows.iter()
            .map(|row| {
                Ok(EventRow {
                    id: uuid_at(row, "event_id")?,
                    at: row.try_get("at")?,
                    actor: row.try_get("actor")?,
                    way: Move::from_stored(row.try_get("move")?)?,
                    from: CertificateState::from_stored(row.try_get("from_state")?)?,
                    to: CertificateState::from_stored(row.try_get("to_state")?)?,
                    why: row.try_get("why")?,
                    words: row.try_get::<Option<Vec<u8>>, _>("words_sealed")?.map(Sealed::from_stored),
                    next_step: NextStep::from_stored(row.try_get("next_step")?)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Does one move and writes its event.
    pub async fn apply(
        &mut self,
        id: CertificateId,
        way: Move,
        transition: Transition<'_>,
    ) -> Result<CertificateState, MoveError> {
        let sql = "SELECT state, revision FROM certificates WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.query(sql).bind(id.to_string());
        let row = self.one(statement).await?.ok_or(MoveError::NotFound)?;
        let from = CertificateState::from_stored(row.try_get("state").map_err(StoreError::from)?)?;
        let revision: i64 = row.try_get("revision").map_err(StoreError::from)?;
        let to = from.after(way)?;
        let sql = "UPDATE certificates SET state = $4, state_at = $5, revision = revision + 1, settled_at = $6 \
                   WHERE facility_code = $1 AND certificate_id = $2 AND revision = $3";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(revision)
            .bind(to.code())
            .bind(transition.at)
            .bind(to.is_settled().then_some(transition.at));
        if self.execute(statement).await? == 0 {
            return Err(MoveError::Overtaken);
        }
        let sql = "INSERT INTO certificate_events (facility_code, event_id, certificate_id, at, actor, move, \
                   from_state, to_state, why, words_sealed, next_step) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let statement = self
            .query(sql)
            .bind(Uuid::now_v7().to_string())
            .bind(id.to_string())
            .bind(transition.at)
            .bind(transition.actor.to_owned())
            .bind(way.code())
            .bind(from.code())
            .bind(to.code())
            .bind(transition.why.to_owned())
            .bind(transition.words.map(Sealed::into_stored))
            .bind(to.next_step().code());
        self.execute(statement).await?;
        Ok(to)
    }
}
