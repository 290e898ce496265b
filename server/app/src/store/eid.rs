//! Answers of the e-identity verifier. The portrait is not among them.

use api::{KioskId, VisitId};
use sqlx::Row;

use super::{Store, StoreError, Tx, hash_at};
use crate::keys::Sealed;
use crate::person::KnownPerson;

#[derive(Debug, Clone)]
pub struct EidAnswerRow {
    pub person: Sealed<KnownPerson>,
    pub portrait_hash: [u8; 32],
    pub expires_at: i64,
}

impl Store {
    /// The latest answer for a visit.
    pub async fn eid_answer(&self, visit: VisitId, kiosk: &KioskId) -> Result<Option<EidAnswerRow>, StoreError> {
        let sql = "SELECT person_sealed, portrait_hash, expires_at FROM eid_answers WHERE facility_code = $1 \
                   AND visit_id = $2 AND kiosk_id = $3 ORDER BY received_at DESC LIMIT 1";
        let row = self.one(self.query(sql).bind(visit.to_string()).bind(kiosk.as_str().to_owned())).await?;
        row.map(|row| {
            Ok(EidAnswerRow {
                person: Sealed::from_stored(row.try_get("person_sealed")?),
                portrait_hash: hash_at(&row, "portrait_hash")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// False where an answer with this nonce was seen before.
    pub async fn record_eid_answer(
        &mut self,
        nonce_hash: &[u8; 32],
        visit: VisitId,
        kiosk: &KioskId,
        answer: EidAnswerRow,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO eid_answers (facility_code, nonce_hash, visit_id, kiosk_id, person_sealed, \
                   portrait_hash, expires_at, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(nonce_hash.to_vec())
            .bind(visit.to_string())
            .bind(kiosk.as_str().to_owned())
            .bind(answer.person.into_stored())
            .bind(answer.portrait_hash.to_vec())
            .bind(answer.expires_at)
            .bind(now);
        Ok(self.execute(statement).await? == 1)
    }
}
