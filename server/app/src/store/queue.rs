//! The queues: heads, events, and the places that lists read.

use api::{DepartmentCode, TicketNumber, VisitId};
use queue::{CounterId, Entry, Queue, QueueEvent};
use sqlx::Row;
use sqlx::any::AnyRow;
use time::Date;

use super::{Store, StoreError, Tx, day_at, day_text, visit_at};

/// One department on one day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueKey {
    pub department: DepartmentCode,
    pub day: Date,
}

/// Where a visit stands, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    pub visit: VisitId,
    pub ticket: TicketNumber,
    pub state: String,
    pub earned_at: i64,
    pub joined_at: i64,
    pub calls: u8,
    /// Where the patient stands or waits.
    pub counter: Option<CounterId>,
}

/// Did the events find their place?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    Yes,
    /// Another came first: read again, decide again.
    Stale,
}

impl PlaceRow {
    pub fn of(entry: &Entry) -> Self {
        Self {
            visit: entry.visit,
            ticket: entry.ticket,
            state: entry.state.code().to_owned(),
            earned_at: entry.earned.unix_ms(),
            joined_at: entry.joined_at.unix_ms(),
            calls: entry.calls,
            counter: entry.at_counter().or(entry.counter.as_ref()).cloned(),
        }
    }
}

impl Store {
    /// Events behind the first `after`, in their order.
    pub async fn queue_events(&self, key: &QueueKey, after: u64) -> Result<Vec<QueueEvent>, StoreError> {
        let statement = self.query(EVENTS).bind(key.department.as_str().to_owned()).bind(day_text(key.day));
        self.all(statement.bind(signed(after))).await?.iter().map(event).collect()
    }

    /// The last days before `day` on which this department had a queue, oldest first.
    pub async fn queue_days_before(
        &self,
        department: &DepartmentCode,
        day: Date,
        count: u16,
    ) -> Result<Vec<Date>, StoreError> {
        let sql = "SELECT service_day FROM queue_heads WHERE facility_code = $1 AND department = $2 \
                   AND service_day < $3 ORDER BY service_day DESC LIMIT $4";
        let statement = self.query(sql).bind(department.as_str().to_owned()).bind(day_text(day)).bind(i64::from(count));
        let mut days: Vec<Date> =
            self.all(statement).await?.iter().map(|row| day_at(row, "service_day")).collect::<Result<_, _>>()?;
        days.reverse();
        Ok(days)
    }

    /// How far each queue of the day has come: what somebody watches who is not told.
    pub async fn queue_heads(&self, day: Date) -> Result<Vec<(QueueKey, u64)>, StoreError> {
        let sql = "SELECT department, last_seq FROM queue_heads WHERE facility_code = $1 AND service_day = $2";
        let rows = self.all(self.query(sql).bind(day_text(day))).await?;
        rows.iter().map(|row| Ok((QueueKey { department: department_at(row)?, day }, sequence(row)?))).collect()
    }

    pub async fn queue_places(&self, key: &QueueKey) -> Result<Vec<PlaceRow>, StoreError> {
        let sql = "SELECT visit_id, ticket, state, earned_at, joined_at, calls, counter FROM queue_places \
                   WHERE facility_code = $1 AND department = $2 AND service_day = $3 ORDER BY visit_id";
        let statement = self.query(sql).bind(key.department.as_str().to_owned()).bind(day_text(key.day));
        self.all(statement).await?.iter().map(place).collect()
    }

    /// The queue in which a visit stands now, or will stand again.
    pub async fn queue_of(&self, visit: VisitId) -> Result<Option<QueueKey>, StoreError> {
        let row = self.one(self.query(STANDS).bind(visit.to_string())).await?;
        row.as_ref().map(key).transpose()
    }

    /// The queue whose doctor waits for this visit to come back.
    pub async fn queue_waiting_for(&self, visit: VisitId) -> Result<Option<QueueKey>, StoreError> {
        let sql = "SELECT department, service_day FROM queue_places WHERE facility_code = $1 AND visit_id = $2 \
                   AND state = 'away'";
        let row = self.one(self.query(sql).bind(visit.to_string())).await?;
        row.as_ref().map(key).transpose()
    }
}

const EVENTS: &str = "SELECT event FROM queue_events WHERE facility_code = $1 AND department = $2 \
    AND service_day = $3 AND seq > $4 ORDER BY seq";
const STANDS: &str = "SELECT department, service_day FROM queue_places WHERE facility_code = $1 AND visit_id = $2 \
    AND state IN ('waiting', 'called', 'in_service', 'parked', 'no_show') ORDER BY joined_at DESC LIMIT 1";

impl Tx {
    /// Locks the queue to the end of the transaction; the sequence number of its last event.
    pub async fn lock_queue(&mut self, key: &QueueKey) -> Result<u64, StoreError> {
        let sql = "INSERT INTO queue_heads (facility_code, department, service_day, last_seq) VALUES ($1, $2, $3, 0) \
                   ON CONFLICT (facility_code, department, service_day) \
                   DO UPDATE SET last_seq = queue_heads.last_seq RETURNING last_seq";
        let statement = self.query(sql).bind(key.department.as_str().to_owned()).bind(day_text(key.day));
        let row = self.one(statement).await?.ok_or(StoreError::Stored { column: "last_seq" })?;
        sequence(&row)
    }

    pub async fn queue_events(&mut self, key: &QueueKey, after: u64) -> Result<Vec<QueueEvent>, StoreError> {
        let statement = self.query(EVENTS).bind(key.department.as_str().to_owned()).bind(day_text(key.day));
        self.all(statement.bind(signed(after))).await?.iter().map(event).collect()
    }

    pub async fn queue_of(&mut self, visit: VisitId) -> Result<Option<QueueKey>, StoreError> {
        let row = self.one(self.query(STANDS).bind(visit.to_string())).await?;
        row.as_ref().map(key).transpose()
    }

    /// Tickets of that day that have no place in its queue: given before there were queues, by an older version.
    pub async fn tickets_without_a_place(&mut self, key: &QueueKey) -> Result<Vec<(VisitId, u16, i64)>, StoreError> {
        let sql = "SELECT visit_id, number, issued_at FROM tickets t WHERE facility_code = $1 AND department = $2 \
                   AND service_day = $3 AND state = 'issued' AND NOT EXISTS (SELECT 1 FROM queue_places p \
                   WHERE p.facility_code = t.facility_code AND p.visit_id = t.visit_id) ORDER BY number";
        let statement = self.query(sql).bind(key.department.as_str().to_owned()).bind(day_text(key.day));
        self.all(statement)
            .await?
            .iter()
            .map(|row| {
                let number = u16::try_from(row.try_get::<i64, _>("number")?);
                let number = number.map_err(|_| StoreError::Stored { column: "number" })?;
                Ok((visit_at(row, "visit_id")?, number, row.try_get("issued_at")?))
            })
            .collect()
    }

    /// Appends behind the event number `expected`. Several processes may try: one finds the head where it expected it.
    pub async fn append_queue_events(
        &mut self,
        key: &QueueKey,
        expected: u64,
        events: &[QueueEvent],
    ) -> Result<Appended, StoreError> {
        let (department, day) = (key.department.as_str(), day_text(key.day));
        let last = expected + events.len() as u64;
        let moved = if expected == 0 {
            let sql = "INSERT INTO queue_heads (facility_code, department, service_day, last_seq) \
                       VALUES ($1, $2, $3, $4) ON CONFLICT (facility_code, department, service_day) \
                       DO UPDATE SET last_seq = excluded.last_seq WHERE queue_heads.last_seq = 0";
            let statement = self.query(sql).bind(department.to_owned()).bind(day.clone()).bind(signed(last));
            self.execute(statement).await?
        } else {
            let sql = "UPDATE queue_heads SET last_seq = $5 WHERE facility_code = $1 AND department = $2 \
                       AND service_day = $3 AND last_seq = $4";
            let statement = self.query(sql).bind(department.to_owned()).bind(day.clone());
            self.execute(statement.bind(signed(expected)).bind(signed(last))).await?
        };
        if moved == 0 {
            return Ok(Appended::Stale);
        }
        for (seq, event) in (expected + 1..).zip(events) {
            let sql = "INSERT INTO queue_events (facility_code, department, service_day, seq, at, visit_id, event) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let text = serde_json::to_string(event).map_err(|_| StoreError::Stored { column: "event" })?;
            let statement = self
                .query(sql)
                .bind(department.to_owned())
                .bind(day.clone())
                .bind(signed(seq))
                .bind(event.at.unix_ms())
                .bind(event.what.visit().map(|visit| visit.to_string()))
                .bind(text);
            self.execute(statement).await?;
        }
        self.tell_queue(key, last);
        Ok(Appended::Yes)
    }

    /// Brings the places to where the queue went from `before` to `after`.
    pub async fn project_queue(&mut self, key: &QueueKey, before: &Queue, after: &Queue) -> Result<(), StoreError> {
        let sql = "INSERT INTO queue_places (facility_code, department, service_day, visit_id, ticket, state, \
                   earned_at, joined_at, calls, counter) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                   ON CONFLICT (facility_code, department, service_day, visit_id) DO UPDATE SET \
                   ticket = excluded.ticket, state = excluded.state, earned_at = excluded.earned_at, \
                   joined_at = excluded.joined_at, calls = excluded.calls, counter = excluded.counter";
        for entry in after.entries().filter(|entry| before.entry(entry.visit) != Some(entry)) {
            let row = PlaceRow::of(entry);
            let statement = self
                .query(sql)
                .bind(key.department.as_str().to_owned())
                .bind(day_text(key.day))
                .bind(row.visit.to_string())
                .bind(row.ticket.to_string())
                .bind(row.state)
                .bind(row.earned_at)
                .bind(row.joined_at)
                .bind(i64::from(row.calls))
                .bind(row.counter.map(String::from));
            self.execute(statement).await?;
        }
        Ok(())
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn sequence(row: &AnyRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>("last_seq")?).map_err(|_| StoreError::Stored { column: "last_seq" })
}

fn event(row: &AnyRow) -> Result<QueueEvent, StoreError> {
    serde_json::from_str(row.try_get::<&str, _>("event")?).map_err(|_| StoreError::Stored { column: "event" })
}

fn department_at(row: &AnyRow) -> Result<DepartmentCode, StoreError> {
    DepartmentCode::parse(row.try_get("department")?).map_err(|_| StoreError::Stored { column: "department" })
}

fn key(row: &AnyRow) -> Result<QueueKey, StoreError> {
    Ok(QueueKey { department: department_at(row)?, day: day_at(row, "service_day")? })
}

fn place(row: &AnyRow) -> Result<PlaceRow, StoreError> {
    let counter = row.try_get::<Option<String>, _>("counter")?;
    Ok(PlaceRow {
        visit: visit_at(row, "visit_id")?,
        ticket: row.try_get::<&str, _>("ticket")?.parse().map_err(|_| StoreError::Stored { column: "ticket" })?,
        state: row.try_get("state")?,
        earned_at: row.try_get("earned_at")?,
        joined_at: row.try_get("joined_at")?,
        calls: u8::try_from(row.try_get::<i64, _>("calls")?).map_err(|_| StoreError::Stored { column: "calls" })?,
        counter: counter
            .map(|name| CounterId::parse(&name).map_err(|_| StoreError::Stored { column: "counter" }))
            .transpose()?,
    })
}
