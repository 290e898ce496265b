//! In whose name kiosks ask for entitlements, and when.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Tx};
use crate::keys::Sealed;

pub struct DutyRow {
    pub id: String,
    pub name: Sealed<String>,
    pub number: Sealed<String>,
    /// From this moment up to, not including, the other.
    pub from_at: i64,
    pub until_at: i64,
    pub added_by: String,
    pub ended_by: Option<String>,
}

const COLUMNS: &str = "duty_id, name_sealed, number_sealed, from_at, until_at, added_by, ended_by";

impl Store {
    /// On duty at that moment; of several the one who began last.
    pub async fn duty_at(&self, at: i64) -> Result<Option<DutyRow>, StoreError> {
        let sql = "SELECT {columns} FROM duty_officers WHERE facility_code = $1 AND from_at <= $2 AND until_at > $2 \
                   ORDER BY from_at DESC, duty_id DESC LIMIT 1";
        self.one(self.columns(sql, COLUMNS).bind(at)).await?.as_ref().map(duty).transpose()
    }

    /// All that end after a moment, in their order.
    pub async fn duties_after(&self, at: i64) -> Result<Vec<DutyRow>, StoreError> {
        let sql = "SELECT {columns} FROM duty_officers WHERE facility_code = $1 AND until_at > $2 \
                   ORDER BY from_at, duty_id LIMIT 500";
        self.all(self.columns(sql, COLUMNS).bind(at)).await?.iter().map(duty).collect()
    }
}

impl Tx {
    /// The id of whoever is on duty at that moment.
    pub async fn duty_id_at(&mut self, at: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT duty_id FROM duty_officers WHERE facility_code = $1 AND from_at <= $2 AND until_at > $2 \
                   ORDER BY from_at DESC, duty_id DESC LIMIT 1";
        let statement = self.query(sql).bind(at);
        Ok(self.one(statement).await?.map(|row| row.try_get("duty_id")).transpose()?)
    }

    pub async fn add_duty(&mut self, row: DutyRow, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO duty_officers (facility_code, duty_id, name_sealed, number_sealed, from_at, until_at, \
                   added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let statement = self
            .query(sql)
            .bind(row.id)
            .bind(row.name.into_stored())
            .bind(row.number.into_stored())
            .bind(row.from_at)
            .bind(row.until_at)
            .bind(row.added_by)
            .bind(now);
        self.execute(statement).await.map(drop)
    }

    /// Ends a duty that is not over; one that did not begin never does. False where there is none.
    pub async fn end_duty(&mut self, id: &str, by: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE duty_officers SET until_at = $3, ended_by = $4, ended_at = $3 \
                   WHERE facility_code = $1 AND duty_id = $2 AND until_at > $3";
        let statement = self.query(sql).bind(id.to_owned()).bind(now).bind(by.to_owned());
        Ok(self.execute(statement).await? == 1)
    }
}

fn duty(row: &AnyRow) -> Result<DutyRow, StoreError> {
    Ok(DutyRow {
        id: row.try_get("duty_id")?,
        name: Sealed::from_stored(row.try_get("name_sealed")?),
        number: Sealed::from_stored(row.try_get("number_sealed")?),
        from_at: row.try_get("from_at")?,
        until_at: row.try_get("until_at")?,
        added_by: row.try_get("added_by")?,
        ended_by: row.try_get("ended_by")?,
    })
}
