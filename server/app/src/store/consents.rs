//! What patients agreed to, by purpose.

use api::VisitId;

use super::privacy::Cell;
use super::{StoreError, Tx};

/// One answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEntry {
    pub visit: VisitId,
    /// Codes of [`api::ConsentRecord`].
    pub purpose: String,
    pub answer: String,
    pub language: String,
    pub channel: &'static str,
    /// SHA-256 of the text that was shown.
    pub text: Option<[u8; 32]>,
    pub at: i64,
    pub number_hash: Option<[u8; 32]>,
}

impl Tx {
    /// The first answer of a visit to a purpose stands.
    pub async fn record_purpose_consent(&mut self, entry: ConsentEntry) -> Result<(), StoreError> {
        let sql = "INSERT INTO consents (facility_code, visit_id, purpose, answer, text_hash, language, channel, at, \
                   number_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(entry.visit.to_string())
            .bind(entry.purpose)
            .bind(entry.answer)
            .bind(entry.text.map(|hash| hash.to_vec()))
            .bind(entry.language)
            .bind(entry.channel)
            .bind(entry.at)
            .bind(entry.number_hash.map(|hash| hash.to_vec()));
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
