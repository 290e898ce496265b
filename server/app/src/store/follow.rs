//! Which ticket a patient's phone follows: the keyed hash of a random word, and the visit.

use api::VisitId;
use time::Date;

use super::{Store, StoreError, Tx, day_at, day_text, visit_at};
use crate::phone::Followed;

impl Store {
    pub async fn followed(&self, token: &[u8; 32]) -> Result<Option<Followed>, StoreError> {
        let sql = "SELECT visit_id, service_day FROM follow_tokens WHERE facility_code = $1 AND token_hash = $2";
        let row = self.one(self.query(sql).bind(token.to_vec())).await?;
        row.map(|row| Ok(Followed { visit: visit_at(&row, "visit_id")?, service_day: day_at(&row, "service_day")? }))
            .transpose()
    }
}

impl Tx {
    /// A word that leads somewhere already leads there still.
    pub async fn follow(&mut self, token: &[u8; 32], visit: VisitId, service_day: Date) -> Result<(), StoreError> {
        let sql = "INSERT INTO follow_tokens (facility_code, token_hash, visit_id, service_day) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (facility_code, token_hash) DO NOTHING";
        let statement = self.query(sql).bind(token.to_vec()).bind(visit.to_string()).bind(day_text(service_day));
        self.execute(statement).await.map(drop)
    }
}
