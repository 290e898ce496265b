//! What only the right master key opens.

use sqlx::Row;

use super::{Store, StoreError, Tx};
use crate::key_check::KeyRing;
use crate::keys::Sealed;

const RING: &str = "SELECT check_sealed FROM key_checks WHERE facility_code = $1";

impl Store {
    pub(crate) async fn key_ring(&self) -> Result<Option<Sealed<KeyRing>>, StoreError> {
        let row = self.one(self.query(RING)).await?;
        Ok(row.map(|row| row.try_get("check_sealed")).transpose()?.map(Sealed::from_stored))
    }
}

impl Tx {
    pub(crate) async fn key_ring(&mut self) -> Result<Option<Sealed<KeyRing>>, StoreError> {
        let statement = self.query(RING);
        let row = self.one(statement).await?;
        Ok(row.map(|row| row.try_get("check_sealed")).transpose()?.map(Sealed::from_stored))
    }

    /// The first one stands.
    pub(crate) async fn begin_key_ring(&mut self, ring: Sealed<KeyRing>) -> Result<(), StoreError> {
        let sql = "INSERT INTO key_checks (facility_code, check_sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(ring.into_stored());
        self.execute(statement).await.map(drop)
    }

    /// False where another rotation was faster.
    pub(crate) async fn follow_key_ring(
        &mut self,
        before: Sealed<KeyRing>,
        ring: Sealed<KeyRing>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE key_checks SET check_sealed = $2 WHERE facility_code = $1 AND check_sealed = $3";
        let statement = self.query(sql).bind(ring.into_stored()).bind(before.into_stored());
        Ok(self.execute(statement).await? == 1)
    }
}
