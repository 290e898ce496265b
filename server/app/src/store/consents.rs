//! What patients agreed to, by purpose.

use api::{ConsentRecord, VisitId};

use super::privacy::Cell;
use super::{StoreError, Tx};

/// Where the question was asked.
const AT_THE_KIOSK: &str = "kiosk";

impl Tx {
    /// The first answer of a visit to a purpose stands.
    pub async fn record_purpose_consent(
        &mut self,
        visit: VisitId,
        consent: &ConsentRecord,
        at: i64,
        number_hash: Option<[u8; 32]>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO consents (facility_code, visit_id, purpose, answer, text_hash, language, channel, at, \
                   number_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(visit.to_string())
            .bind(consent.purpose.code())
            .bind(consent.answer.code())
            .bind(consent.text.0.to_vec())
            .bind(consent.language.code())
            .bind(AT_THE_KIOSK)
            .bind(at)
            .bind(number_hash.map(|hash| hash.to_vec()));
        self.execute(statement).await.map(drop)
    }

    /// Takes a given consent back. What the comparison left in numbers goes with it: score, hash of the portrait.
    pub(crate) async fn withdraw_consent(
        &mut self,
        visit: Cell,
        purpose: &str,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let Cell::Text(visit) = visit else { return Ok(false) };
        let sql = "UPDATE consents SET withdrawn_at = $4, withdrawn_by = $5 WHERE facility_code = $1 AND visit_id = $2 \
                   AND purpose = $3 AND answer = 'given' AND withdrawn_at IS NULL";
        let statement = self.query(sql).bind(visit.clone()).bind(purpose.to_owned()).bind(now).bind(by.to_owned());
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let sql = "UPDATE identifications SET face_score = NULL, portrait_hash = NULL WHERE facility_code = $1 \
                   AND visit_id = $2";
        let statement = self.query(sql).bind(visit);
        self.execute(statement).await.map(|_| true)
    }
}
