//! What reports are made of: counts and codes of whole periods, nothing personal, nothing sealed.

use api::{AlertKind, Assurance, CounterReason, DepartmentCode, KioskId};
use sqlx::Row;
use sqlx::any::AnyRow;
use time::Date;

use super::{CertificateKind, QueueKey, Store, StoreError, TicketSource, day_at, day_text, from_code};
use crate::certificate::CertificateState;

/// One check-in, as its records say. Codes of the identification are absent where nobody was identified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckInRow {
    pub at: i64,
    pub department: DepartmentCode,
    pub kiosk: KioskId,
    pub assurance: Assurance,
    pub counter_reason: Option<CounterReason>,
    pub source: TicketSource,
    pub document: Option<String>,
    pub signer_trust: Option<String>,
    pub authenticity: Option<String>,
    pub face: Option<String>,
}

/// Check-ins of a department in one hour of one day in Vietnam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourRow {
    pub department: DepartmentCode,
    pub day: Date,
    pub hour: u8,
    pub check_ins: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    pub kind: CertificateKind,
    pub state: CertificateState,
    pub deadline_at: Option<i64>,
    pub settled_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    pub kiosk: KioskId,
    pub kind: AlertKind,
    pub raised_at: i64,
    pub answered_at: Option<i64>,
}

/// A number that was given while the server was away counts when it was given, not when the server heard of it.
macro_rules! given_at {
    () => {
        "COALESCE(t.issued_at, v.checked_in_at)"
    };
}

impl Store {
    /// From the first to the last day, both included.
    pub async fn check_ins_of(&self, (first, last): (Date, Date)) -> Result<Vec<CheckInRow>, StoreError> {
        let sql = concat!(
            "SELECT v.kiosk_id, v.assurance, v.department, v.counter_reason, ",
            given_at!(),
            " AS given_at, COALESCE(t.source, 'server') AS source, i.document, i.signer_trust, i.authenticity, i.face \
             FROM visits v \
             LEFT JOIN tickets t ON t.facility_code = v.facility_code AND t.visit_id = v.visit_id \
             AND t.state <> 'void' \
             LEFT JOIN identifications i ON i.facility_code = v.facility_code AND i.visit_id = v.visit_id \
             WHERE v.facility_code = $1 AND v.service_day >= $2 AND v.service_day <= $3 \
             AND v.checked_in_at IS NOT NULL AND v.department IS NOT NULL"
        );
        let statement = self.query(sql).bind(day_text(first)).bind(day_text(last));
        self.all(statement).await?.iter().map(check_in).collect()
    }

    /// The same as counts by department, day and hour in Asia/Ho_Chi_Minh (UTC+7).
    pub async fn check_ins_by_hour(&self, (first, last): (Date, Date)) -> Result<Vec<HourRow>, StoreError> {
        let sql = concat!(
            "SELECT v.department, v.service_day, ((",
            given_at!(),
            " / 3600000 + 7) % 24) AS given_hour, COUNT(*) AS check_ins FROM visits v \
             LEFT JOIN tickets t ON t.facility_code = v.facility_code AND t.visit_id = v.visit_id \
             AND t.state <> 'void' \
             WHERE v.facility_code = $1 AND v.service_day >= $2 AND v.service_day <= $3 \
             AND v.checked_in_at IS NOT NULL AND v.department IS NOT NULL \
             GROUP BY v.department, v.service_day, given_hour"
        );
        let statement = self.query(sql).bind(day_text(first)).bind(day_text(last));
        self.all(statement).await?.iter().map(hour).collect()
    }

    /// The day of the first visit, where there was one.
    pub async fn first_service_day(&self) -> Result<Option<Date>, StoreError> {
        let sql = "SELECT service_day FROM visits WHERE facility_code = $1 ORDER BY service_day LIMIT 1";
        let row = self.one(self.query(sql)).await?;
        row.as_ref().map(|row| day_at(row, "service_day")).transpose()
    }

    /// Queues of all departments from the first to the last day.
    pub async fn queues_of(&self, (first, last): (Date, Date)) -> Result<Vec<QueueKey>, StoreError> {
        let sql = "SELECT department, service_day FROM queue_heads WHERE facility_code = $1 AND service_day >= $2 \
                   AND service_day <= $3 ORDER BY department, service_day";
        let rows = self.all(self.query(sql).bind(day_text(first)).bind(day_text(last))).await?;
        rows.iter().map(|row| Ok(QueueKey { department: department(row)?, day: day_at(row, "service_day")? })).collect()
    }

    /// Certificates written from one moment up to another.
    pub async fn papers_of(&self, (from, to): (i64, i64)) -> Result<Vec<PaperRow>, StoreError> {
        let sql = "SELECT kind, state, deadline_at, settled_at FROM certificates WHERE facility_code = $1 \
                   AND created_at >= $2 AND created_at < $3";
        let rows = self.all(self.query(sql).bind(from).bind(to)).await?;
        rows.iter()
            .map(|row| {
                Ok(PaperRow {
                    kind: CertificateKind::from_stored(row.try_get("kind")?)?,
                    state: CertificateState::from_stored(row.try_get("state")?)?,
                    deadline_at: row.try_get("deadline_at")?,
                    settled_at: row.try_get("settled_at")?,
                })
            })
            .collect()
    }

    /// Calls for a person from one moment up to another.
    pub async fn calls_of(&self, (from, to): (i64, i64)) -> Result<Vec<CallRow>, StoreError> {
        let sql = "SELECT kiosk_id, kind, raised_at, answered_at FROM alerts WHERE facility_code = $1 \
                   AND raised_at >= $2 AND raised_at < $3";
        let rows = self.all(self.query(sql).bind(from).bind(to)).await?;
        rows.iter()
            .map(|row| {
                Ok(CallRow {
                    kiosk: kiosk(row)?,
                    kind: from_code(row.try_get("kind")?, "kind")?,
                    raised_at: row.try_get("raised_at")?,
                    answered_at: row.try_get("answered_at")?,
                })
            })
            .collect()
    }
}

fn check_in(row: &AnyRow) -> Result<CheckInRow, StoreError> {
    let reason = row.try_get::<Option<String>, _>("counter_reason")?;
    Ok(CheckInRow {
        at: row.try_get("given_at")?,
        department: department(row)?,
        kiosk: kiosk(row)?,
        assurance: from_code(row.try_get("assurance")?, "assurance")?,
        counter_reason: reason.map(|code| from_code(code, "counter_reason")).transpose()?,
        source: TicketSource::from_stored(row.try_get("source")?)?,
        document: row.try_get("document")?,
        signer_trust: row.try_get("signer_trust")?,
        authenticity: row.try_get("authenticity")?,
        face: row.try_get("face")?,
    })
}

fn hour(row: &AnyRow) -> Result<HourRow, StoreError> {
    let number = |column: &'static str| row.try_get::<i64, _>(column);
    Ok(HourRow {
        department: department(row)?,
        day: day_at(row, "service_day")?,
        hour: u8::try_from(number("given_hour")?).map_err(|_| StoreError::Stored { column: "given_hour" })?,
        check_ins: u64::try_from(number("check_ins")?).map_err(|_| StoreError::Stored { column: "check_ins" })?,
    })
}

fn department(row: &AnyRow) -> Result<DepartmentCode, StoreError> {
    DepartmentCode::parse(row.try_get("department")?).map_err(|_| StoreError::Stored { column: "department" })
}

fn kiosk(row: &AnyRow) -> Result<KioskId, StoreError> {
    KioskId::parse(row.try_get("kiosk_id")?).map_err(|_| StoreError::Stored { column: "kiosk_id" })
}
