//! Numbers of certificates, `NNNNN` a kind and year (GATEWAY.md 1.5.1 MA_GCS, 1.5.3 MA_GBT, 1.7 SO).
//!
//! A number is drawn in the transaction that freezes its certificate: rolled back, it was never drawn; committed, it is
//! used for ever. Where the hospital's own system gives numbers too, ranges say who gives which.

use sqlx::Row;

use super::{CertificateKind, Store, StoreError, Tx, stored_codes};

/// Five digits.
pub const LAST_NUMBER: u32 = 99_999;

stored_codes! {
    /// Who gives the numbers of a range.
    NumberOwner {
        Ours = "ours",
        HospitalSystem = "hospital_system",
    }
}

/// Numbers `first ..= last` of one kind and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRange {
    pub first: u32,
    pub last: u32,
    pub owner: NumberOwner,
}

#[derive(Debug, thiserror::Error)]
pub enum NumberingError {
    #[error("no number of this kind is left for {0}: assign another range")]
    Exhausted(i32),
    #[error("{0} is not a number of the hospital system's ranges")]
    NotTheirs(u32),
    #[error("a range has a first number from 1 up to its last, at most 99999")]
    RangeForm,
    #[error("the range touches numbers of another range, or numbers that were drawn already")]
    RangeTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    pub async fn number_ranges(&self, kind: CertificateKind, year: i32) -> Result<Vec<NumberRange>, StoreError> {
        let rows = self.all(self.query(RANGES).bind(kind.code()).bind(i64::from(year))).await?;
        rows.iter().map(range).collect()
    }
}

const RANGES: &str = "SELECT first_number, last_number, owner FROM number_ranges WHERE facility_code = $1 \
    AND kind = $2 AND year = $3 ORDER BY first_number";

impl Tx {
    /// The next of our numbers. Others that draw wait for the end of this transaction.
    pub async fn draw_number(&mut self, kind: CertificateKind, year: i32) -> Result<u32, NumberingError> {
        let last = self.lock_counter(kind, year).await?;
        let ranges = self.ranges(kind, year).await?;
        let next = if ranges.is_empty() {
            last + 1
        } else {
            let ours = ranges.iter().filter(|range| range.owner == NumberOwner::Ours && range.last > last);
            ours.map(|range| range.first.max(last + 1)).min().ok_or(NumberingError::Exhausted(year))?
        };
        if next > LAST_NUMBER {
            return Err(NumberingError::Exhausted(year));
        }
        let sql = "UPDATE number_counters SET last_number = $4 WHERE facility_code = $1 AND kind = $2 AND year = $3";
        let statement = self.query(sql).bind(kind.code()).bind(i64::from(year)).bind(i64::from(next));
        self.execute(statement).await?;
        Ok(next)
    }

    /// A number that the hospital's own system gave: only one of its ranges.
    pub async fn check_given_number(
        &mut self,
        kind: CertificateKind,
        year: i32,
        number: u32,
    ) -> Result<(), NumberingError> {
        let ranges = self.ranges(kind, year).await?;
        let theirs = ranges
            .iter()
            .any(|range| range.owner == NumberOwner::HospitalSystem && (range.first..=range.last).contains(&number));
        theirs.then_some(()).ok_or(NumberingError::NotTheirs(number))
    }

    /// Says who gives which numbers. Ranges never overlap, and one for the hospital's system leaves out what we drew.
    pub async fn assign_range(
        &mut self,
        kind: CertificateKind,
        year: i32,
        new: NumberRange,
        (actor, now): (&str, i64),
    ) -> Result<(), NumberingError> {
        if new.first == 0 || new.first > new.last || new.last > LAST_NUMBER {
            return Err(NumberingError::RangeForm);
        }
        self.lock_counter(kind, year).await?;
        let ranges = self.ranges(kind, year).await?;
        let overlaps = ranges.iter().any(|range| range.first <= new.last && new.first <= range.last);
        if overlaps || (new.owner == NumberOwner::HospitalSystem && self.is_drawn(kind, year, new).await?) {
            return Err(NumberingError::RangeTaken);
        }
        let sql = "INSERT INTO number_ranges (facility_code, kind, year, first_number, last_number, owner, \
                   assigned_at, assigned_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let statement = self
            .query(sql)
            .bind(kind.code())
            .bind(i64::from(year))
            .bind(i64::from(new.first))
            .bind(i64::from(new.last))
            .bind(new.owner.code())
            .bind(now)
            .bind(actor.to_owned());
        self.execute(statement).await?;
        Ok(())
    }

    async fn is_drawn(&mut self, kind: CertificateKind, year: i32, range: NumberRange) -> Result<bool, StoreError> {
        let sql = "SELECT number FROM certificates WHERE facility_code = $1 AND kind = $2 AND year = $3 \
                   AND number >= $4 AND number <= $5 LIMIT 1";
        let statement = self
            .query(sql)
            .bind(kind.code())
            .bind(i64::from(year))
            .bind(i64::from(range.first))
            .bind(i64::from(range.last));
        Ok(self.one(statement).await?.is_some())
    }

    async fn lock_counter(&mut self, kind: CertificateKind, year: i32) -> Result<u32, StoreError> {
        let sql = "INSERT INTO number_counters (facility_code, kind, year, last_number) VALUES ($1, $2, $3, 0) \
                   ON CONFLICT (facility_code, kind, year) DO UPDATE SET last_number = number_counters.last_number \
                   RETURNING last_number";
        let statement = self.query(sql).bind(kind.code()).bind(i64::from(year));
        let row = self.one(statement).await?.ok_or(StoreError::Stored { column: "last_number" })?;
        number_at(&row, "last_number")
    }

    async fn ranges(&mut self, kind: CertificateKind, year: i32) -> Result<Vec<NumberRange>, StoreError> {
        let statement = self.query(RANGES).bind(kind.code()).bind(i64::from(year));
        self.all(statement).await?.iter().map(range).collect()
    }
}

fn number_at(row: &sqlx::any::AnyRow, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Stored { column })
}

fn range(row: &sqlx::any::AnyRow) -> Result<NumberRange, StoreError> {
    Ok(NumberRange {
        first: number_at(row, "first_number")?,
        last: number_at(row, "last_number")?,
        owner: NumberOwner::from_stored(row.try_get("owner")?)?,
    })
}
