//! What only the right master key opens.

use sqlx::Row;

use super::{Store, StoreError, Tx};
use crate::keys::Sealed;

impl Store {
    pub async fn key_check(&self) -> Result<Option<Sealed<String>>, StoreError> {
        let sql = "SELECT check_sealed FROM key_checks WHERE facility_code = $1";
        let row = self.one(self.query(sql)).await?;
        Ok(row.map(|row| row.try_get("check_sealed")).transpose()?.map(Sealed::from_stored))
    }
}

impl Tx {
    /// The first one stands.
    pub async fn keep_key_check(&mut self, check: Sealed<String>) -> Result<(), StoreError> {
        let sql = "INSERT INTO key_checks (facility_code, check_sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(check.into_stored());
        self.execute(statement).await.map(drop)
    }
}
