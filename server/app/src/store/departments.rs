//! Departments and the revision of their list.

use std::collections::{HashMap, HashSet};

use api::DepartmentCode;
use interop::Hours;
use queue::CounterId;
use sqlx::Row;
use sqlx::any::AnyRow;
use time::{Date, Time};

use super::{Statement, Store, StoreError, Tx, day_text};
use crate::department::{Department, Departments};

const REVISION: &str = "SELECT revision FROM department_lists WHERE facility_code = $1";
const DEPARTMENTS: &str = "SELECT code, prefix, name_vi, name_en, rooms, floor, reception, opens, closes, minutes_low, \
    minutes_high, capacity, retired_at FROM departments WHERE facility_code = $1 ORDER BY position, code";
const NUMBERED: &str = "SELECT department FROM counters WHERE facility_code = $1 AND service_day = $2";

impl Store {
    /// 0 where there never were any.
    pub async fn departments_revision(&self) -> Result<u64, StoreError> {
        self.one(self.query(REVISION)).await?.as_ref().map_or(Ok(0), revision)
    }

    /// The revision is never newer than the list.
    pub async fn departments(&self) -> Result<Departments, StoreError> {
        let revision = self.departments_revision().await?;
        listed(revision, &self.all(self.query(DEPARTMENTS)).await?)
    }

    /// Departments that gave numbers on that day, to patients or to kiosks.
    pub async fn departments_with_numbers(&self, day: Date) -> Result<HashSet<DepartmentCode>, StoreError> {
        self.all(self.query(NUMBERED).bind(day_text(day))).await?.iter().map(department).collect()
    }

    /// How many valid numbers each department gave patients on that day.
    pub async fn tickets_given(&self, day: Date) -> Result<HashMap<DepartmentCode, u64>, StoreError> {
        let sql = "SELECT department, COUNT(*) AS given FROM tickets WHERE facility_code = $1 AND service_day = $2 \
                   AND state <> 'void' GROUP BY department";
        let rows = self.all(self.query(sql).bind(day_text(day))).await?;
        rows.iter().map(|row| Ok((department(row)?, given(row)?))).collect()
    }
}

impl Tx {
    /// Locks the list to the end of the transaction; its revision.
    pub async fn lock_departments(&mut self) -> Result<u64, StoreError> {
        let sql = "INSERT INTO department_lists (facility_code, revision) VALUES ($1, 0) \
                   ON CONFLICT (facility_code) DO UPDATE SET revision = department_lists.revision RETURNING revision";
        let row = self.one(self.query(sql)).await?.ok_or(StoreError::Stored { column: "revision" })?;
        revision(&row)
    }

    pub async fn set_departments_revision(&mut self, revision: u64) -> Result<(), StoreError> {
        let sql = "UPDATE department_lists SET revision = $2 WHERE facility_code = $1";
        let revision = i64::try_from(revision).map_err(|_| StoreError::Stored { column: "revision" })?;
        self.execute(self.query(sql).bind(revision)).await.map(drop)
    }

    /// The list of this revision, which is locked.
    pub async fn departments(&mut self, revision: u64) -> Result<Departments, StoreError> {
        listed(revision, &self.all(self.query(DEPARTMENTS)).await?)
    }

    pub async fn departments_with_numbers(&mut self, day: Date) -> Result<HashSet<DepartmentCode>, StoreError> {
        self.all(self.query(NUMBERED).bind(day_text(day))).await?.iter().map(department).collect()
    }

    /// How many valid numbers this department gave patients on that day.
    pub async fn tickets_given(&mut self, department: &DepartmentCode, day: Date) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS given FROM tickets WHERE facility_code = $1 AND department = $2 \
                   AND service_day = $3 AND state <> 'void'";
        let statement = self.query(sql).bind(department.as_str().to_owned()).bind(day_text(day));
        self.one(statement).await?.as_ref().map_or(Ok(0), given)
    }

    /// Adds the department at this place of the list, or gives the one of its code these values.
    pub async fn write_department(&mut self, position: usize, department: &Department) -> Result<(), StoreError> {
        let sql = "INSERT INTO departments (facility_code, code, position, prefix, name_vi, name_en, rooms, floor, \
                   reception, opens, closes, minutes_low, minutes_high, capacity, retired_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                   ON CONFLICT (facility_code, code) DO UPDATE SET position = excluded.position, \
                   prefix = excluded.prefix, name_vi = excluded.name_vi, name_en = excluded.name_en, \
                   rooms = excluded.rooms, floor = excluded.floor, reception = excluded.reception, \
                   opens = excluded.opens, closes = excluded.closes, minutes_low = excluded.minutes_low, \
                   minutes_high = excluded.minutes_high, capacity = excluded.capacity, \
                   retired_at = excluded.retired_at";
        let statement: Statement = self
            .query(sql)
            .bind(department.code.as_str().to_owned())
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .bind(department.prefix.to_string())
            .bind(department.name_vi.clone())
            .bind(department.name_en.clone())
            .bind(department.doors())
            .bind(department.floor.clone())
            .bind(i64::from(department.reception))
            .bind(department.hours.map(|hours| seconds(hours.from)))
            .bind(department.hours.map(|hours| seconds(hours.to)))
            .bind(department.minutes_per_patient.map(|(low, _)| i64::from(low)))
            .bind(department.minutes_per_patient.map(|(_, high)| i64::from(high)))
            .bind(department.capacity.map(i64::from))
            .bind(department.retired_at);
        self.execute(statement).await.map(drop)
    }
}

fn revision(row: &AnyRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>("revision")?).map_err(|_| StoreError::Stored { column: "revision" })
}

fn given(row: &AnyRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>("given")?).map_err(|_| StoreError::Stored { column: "given" })
}

fn department(row: &AnyRow) -> Result<DepartmentCode, StoreError> {
    DepartmentCode::parse(row.try_get("department")?).map_err(|_| StoreError::Stored { column: "department" })
}

fn listed(revision: u64, rows: &[AnyRow]) -> Result<Departments, StoreError> {
    Ok(Departments::new(revision, rows.iter().map(one).collect::<Result<_, _>>()?))
}

fn one(row: &AnyRow) -> Result<Department, StoreError> {
    let stored = |column| StoreError::Stored { column };
    let small = |column: &'static str| -> Result<Option<u16>, StoreError> {
        let value = row.try_get::<Option<i64>, _>(column)?;
        value.map(|value| u16::try_from(value).map_err(|_| stored(column))).transpose()
    };
    let clock = |column: &'static str| -> Result<Option<Time>, StoreError> {
        let value = row.try_get::<Option<i64>, _>(column)?;
        value.map(|value| time_of(value).ok_or(stored(column))).transpose()
    };
    let mut prefix = row.try_get::<&str, _>("prefix")?.chars();
    let rooms = row.try_get::<&str, _>("rooms")?.split(", ").map(CounterId::parse);
    Ok(Department {
        code: DepartmentCode::parse(row.try_get("code")?).map_err(|_| stored("code"))?,
        prefix: prefix.next().filter(|_| prefix.next().is_none()).ok_or(stored("prefix"))?,
        name_vi: row.try_get("name_vi")?,
        name_en: row.try_get("name_en")?,
        rooms: rooms.collect::<Result<_, _>>().map_err(|_| stored("rooms"))?,
        floor: row.try_get("floor")?,
        reception: row.try_get::<i64, _>("reception")? != 0,
        hours: clock("opens")?.zip(clock("closes")?).map(|(from, to)| Hours { from, to }),
        minutes_per_patient: small("minutes_low")?.zip(small("minutes_high")?),
        capacity: small("capacity")?,
        retired_at: row.try_get("retired_at")?,
    })
}

fn seconds(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn time_of(seconds: i64) -> Option<Time> {
    let part = |value: i64| u8::try_from(value).ok();
    Time::from_hms(part(seconds / 3600)?, part(seconds / 60 % 60)?, part(seconds % 60)?).ok()
}
