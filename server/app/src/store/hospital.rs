//! What the hospital's own system tells (appointments, its numbers of visits) and is told (events, leased like the outbox).

use api::{DepartmentCode, VisitId};
use interop::AppointmentId;
use queue::CounterId;
use sqlx::Row;
use sqlx::any::AnyRow;
use time::Date;
use uuid::Uuid;

use super::{QueueKey, Store, StoreError, Tx, day_at, day_text, stored_codes, visit_at};
use crate::hospital::{BookedPatient, EventBody, EventKind};
use crate::keys::Sealed;

stored_codes! {
    AppointmentState {
        Booked = "booked",
        Cancelled = "cancelled",
    }
}

stored_codes! {
    /// Who is told.
    Destination {
        Webhook = "webhook",
        Fhir = "fhir",
    }
}

stored_codes! {
    DeliveryState {
        Waiting = "waiting",
        Delivered = "delivered",
        /// Tried for too long: a person looks.
        GivenUp = "given_up",
    }
}

/// A booking on its way into the database.
#[derive(Debug)]
pub struct NewBooking<'a> {
    pub id: &'a AppointmentId,
    pub told_at: i64,
    pub day: Date,
    pub starts_at: i64,
    pub department: &'a DepartmentCode,
    pub room: Option<&'a str>,
    pub number_hash: [u8; 32],
    pub patient: Sealed<BookedPatient>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentRow {
    pub id: AppointmentId,
    pub state: AppointmentState,
    /// Absent where it was cancelled before it was ever booked here.
    pub place: Option<AppointmentPlace>,
    pub visit: Option<VisitId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentPlace {
    pub department: DepartmentCode,
    pub room: Option<String>,
    pub starts_at: i64,
}

/// One event of a visit, for those who are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HospitalEvent {
    pub visit: VisitId,
    pub kind: EventKind,
    pub department: DepartmentCode,
    pub day: Date,
    /// As on the paper.
    pub ticket: String,
    pub counter: Option<CounterId>,
    pub at: i64,
}

/// An event in the hands of one worker.
#[derive(Debug)]
pub struct DeliveryLease {
    pub destination: Destination,
    pub id: Uuid,
    pub event: HospitalEvent,
    pub body: Option<Sealed<EventBody>>,
    pub attempts: u32,
    pub fence: i64,
}

const APPOINTMENT: &str = "appointment_id, state, department, room, starts_at, visit_id";

impl Store {
    pub async fn appointment(&self, id: &AppointmentId) -> Result<Option<AppointmentRow>, StoreError> {
        let sql = "SELECT {columns} FROM appointments WHERE facility_code = $1 AND appointment_id = $2";
        let row = self.one(self.columns(sql, APPOINTMENT).bind(id.as_str().to_owned())).await?;
        row.as_ref().map(appointment).transpose()
    }

    /// The earliest of that day that waits for the holder of the number.
    pub async fn next_appointment(
        &self,
        number_hash: &[u8; 32],
        day: Date,
    ) -> Result<Option<AppointmentRow>, StoreError> {
        let sql = "SELECT {columns} FROM appointments WHERE facility_code = $1 AND number_hash = $2 AND service_day = $3 \
                   AND state = 'booked' AND visit_id IS NULL ORDER BY starts_at, appointment_id LIMIT 1";
        let statement = self.columns(sql, APPOINTMENT).bind(number_hash.to_vec()).bind(day_text(day));
        self.one(statement).await?.as_ref().map(appointment).transpose()
    }

    pub async fn appointment_of(&self, visit: VisitId) -> Result<Option<AppointmentRow>, StoreError> {
        let sql = "SELECT {columns} FROM appointments WHERE facility_code = $1 AND visit_id = $2 LIMIT 1";
        let row = self.one(self.columns(sql, APPOINTMENT).bind(visit.to_string())).await?;
        row.as_ref().map(appointment).transpose()
    }

    /// The queue in which the visit stands, or stood last.
    pub async fn last_place_of(&self, visit: VisitId) -> Result<Option<QueueKey>, StoreError> {
        let sql = "SELECT department, service_day FROM queue_places WHERE facility_code = $1 AND visit_id = $2 \
                   ORDER BY joined_at DESC, department LIMIT 1";
        let row = self.one(self.query(sql).bind(visit.to_string())).await?;
        row.map(|row| {
            let department = DepartmentCode::parse(row.try_get("department")?)
                .map_err(|_| StoreError::Stored { column: "department" })?;
            Ok(QueueKey { department, day: day_at(&row, "service_day")? })
        })
        .transpose()
    }

    pub async fn visit_of_hospital_number(&self, theirs: &str) -> Result<Option<VisitId>, StoreError> {
        let sql = "SELECT visit_id FROM hospital_visits WHERE facility_code = $1 AND their_number = $2";
        let row = self.one(self.query(sql).bind(theirs.to_owned())).await?;
        row.map(|row| visit_at(&row, "visit_id")).transpose()
    }

    /// Check-ins of that day by the holder of the number.
    pub async fn visits_of_number(&self, number_hash: &[u8; 32], day: Date) -> Result<Vec<VisitId>, StoreError> {
        let sql = "SELECT visit_id FROM visits WHERE facility_code = $1 AND number_hash = $2 AND service_day = $3 \
                   AND check_in_hash IS NOT NULL LIMIT 2";
        let statement = self.query(sql).bind(number_hash.to_vec()).bind(day_text(day));
        self.all(statement).await?.iter().map(|row| visit_at(row, "visit_id")).collect()
    }

    pub async fn delivery_count(&self, destination: Destination, state: DeliveryState) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS rows_there FROM hospital_events WHERE facility_code = $1 AND destination = $2 \
                   AND state = $3";
        let row = self.one(self.query(sql).bind(destination.code()).bind(state.code())).await?;
        let count = row.map(|row| row.try_get::<i64, _>("rows_there")).transpose()?.unwrap_or(0);
        Ok(count.unsigned_abs())
    }
}

impl Tx {
    /// False where something was told about it later than this.
    pub async fn book_appointment(&mut self, new: NewBooking<'_>) -> Result<bool, StoreError> {
        let sql = "INSERT INTO appointments (facility_code, appointment_id, state, told_at, service_day, starts_at, \
                   department, room, number_hash, patient_sealed) VALUES ($1, $2, 'booked', $3, $4, $5, $6, $7, $8, $9) \
                   ON CONFLICT (facility_code, appointment_id) DO UPDATE SET state = excluded.state, \
                   told_at = excluded.told_at, service_day = excluded.service_day, starts_at = excluded.starts_at, \
                   department = excluded.department, room = excluded.room, number_hash = excluded.number_hash, \
                   patient_sealed = excluded.patient_sealed WHERE appointments.told_at <= excluded.told_at";
        let statement = self
            .query(sql)
            .bind(new.id.as_str().to_owned())
            .bind(new.told_at)
            .bind(day_text(new.day))
            .bind(new.starts_at)
            .bind(new.department.as_str().to_owned())
            .bind(new.room.map(str::to_owned))
            .bind(new.number_hash.to_vec())
            .bind(new.patient.into_stored());
        Ok(self.execute(statement).await? == 1)
    }

    /// False where something was told about it later than this.
    pub async fn cancel_appointment(
        &mut self,
        id: &AppointmentId,
        told_at: i64,
        today: Date,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO appointments (facility_code, appointment_id, state, told_at, service_day) \
                   VALUES ($1, $2, 'cancelled', $3, $4) ON CONFLICT (facility_code, appointment_id) DO UPDATE SET \
                   state = excluded.state, told_at = excluded.told_at WHERE appointments.told_at <= excluded.told_at";
        let statement = self.query(sql).bind(id.as_str().to_owned()).bind(told_at).bind(day_text(today));
        Ok(self.execute(statement).await? == 1)
    }

    /// Ties the earliest appointment of that day in that department to the visit.
    pub async fn claim_appointment(
        &mut self,
        number_hash: &[u8; 32],
        day: Date,
        department: &DepartmentCode,
        visit: VisitId,
    ) -> Result<Option<AppointmentRow>, StoreError> {
        let sql = "UPDATE appointments SET visit_id = $5 WHERE facility_code = $1 AND appointment_id = \
                   (SELECT appointment_id FROM appointments WHERE facility_code = $1 AND number_hash = $2 \
                   AND service_day = $3 AND department = $4 AND state = 'booked' \
                   AND (visit_id IS NULL OR visit_id = $5) ORDER BY starts_at, appointment_id LIMIT 1) \
                   RETURNING {columns}";
        let statement = self
            .columns(sql, APPOINTMENT)
            .bind(number_hash.to_vec())
            .bind(day_text(day))
            .bind(department.as_str().to_owned())
            .bind(visit.to_string());
        self.one(statement).await?.as_ref().map(appointment).transpose()
    }

    pub async fn link_hospital_visit(&mut self, theirs: &str, visit: VisitId, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO hospital_visits (facility_code, their_number, visit_id, linked_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (facility_code, their_number) DO UPDATE SET visit_id = excluded.visit_id, \
                   linked_at = excluded.linked_at";
        let statement = self.query(sql).bind(theirs.to_owned()).bind(visit.to_string()).bind(now);
        self.execute(statement).await.map(drop)
    }

    pub async fn post_hospital_event(
        &mut self,
        destination: Destination,
        event: &HospitalEvent,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO hospital_events (facility_code, destination, event_id, visit_id, kind, department, \
                   service_day, ticket, counter, at, state, due_at, attempts, fence) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, 0, 0)";
        let statement = self
            .query(sql)
            .bind(destination.code())
            .bind(Uuid::now_v7().to_string())
            .bind(event.visit.to_string())
            .bind(event.kind.code())
            .bind(event.department.as_str().to_owned())
            .bind(day_text(event.day))
            .bind(event.ticket.clone())
            .bind(event.counter.as_ref().map(|counter| counter.as_str().to_owned()))
            .bind(event.at)
            .bind(now);
        self.execute(statement).await.map(drop)
    }

    /// Leases the event that is due the longest and has none of the same visit before it.
    pub async fn lease_hospital_event(
        &mut self,
        destination: Destination,
        now: i64,
        lease_until: i64,
    ) -> Result<Option<DeliveryLease>, StoreError> {
        let sql = "UPDATE hospital_events SET lease_until = $4, fence = fence + 1, attempts = attempts + 1 \
                   WHERE facility_code = $1 AND destination = $2 AND event_id = (SELECT e.event_id \
                   FROM hospital_events e WHERE e.facility_code = $1 AND e.destination = $2 AND e.state = 'waiting' \
                   AND e.due_at <= $3 AND (e.lease_until IS NULL OR e.lease_until <= $3) AND NOT EXISTS \
                   (SELECT 1 FROM hospital_events b WHERE b.facility_code = $1 AND b.destination = $2 \
                   AND b.visit_id = e.visit_id AND b.state = 'waiting' AND b.event_id < e.event_id) \
                   ORDER BY e.due_at, e.event_id LIMIT 1 {skip}) \
                   AND state = 'waiting' AND (lease_until IS NULL OR lease_until <= $3) \
                   RETURNING event_id, visit_id, kind, department, service_day, ticket, counter, at, attempts, fence, \
                   body_sealed";
        let statement = self.leasing(sql).bind(destination.code()).bind(now).bind(lease_until);
        self.one(statement).await?.as_ref().map(|row| lease(destination, row)).transpose()
    }

    /// Keeps the body before it is sent. False where the event is in other hands by now.
    pub async fn keep_event_body(
        &mut self,
        lease: &DeliveryLease,
        body: Sealed<EventBody>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE hospital_events SET body_sealed = $5 WHERE facility_code = $1 AND destination = $2 \
                   AND event_id = $3 AND fence = $4";
        let statement = self.query(sql).bind(lease.destination.code()).bind(lease.id.to_string()).bind(lease.fence);
        Ok(self.execute(statement.bind(body.into_stored())).await? == 1)
    }

    /// Ends a lease. False where the event is in other hands by now. What has arrived needs its body no more.
    pub async fn settle_hospital_event(
        &mut self,
        lease: &DeliveryLease,
        state: DeliveryState,
        outcome: &str,
        (now, due_at): (i64, i64),
    ) -> Result<bool, StoreError> {
        let sql = match state {
            DeliveryState::Delivered => {
                "UPDATE hospital_events SET state = $5, lease_until = NULL, due_at = $6, last_outcome = $7, \
                 finished_at = $8, body_sealed = NULL WHERE facility_code = $1 AND destination = $2 \
                 AND event_id = $3 AND fence = $4"
            }
            DeliveryState::Waiting | DeliveryState::GivenUp => {
                "UPDATE hospital_events SET state = $5, lease_until = NULL, due_at = $6, last_outcome = $7, \
                 finished_at = $8 WHERE facility_code = $1 AND destination = $2 AND event_id = $3 AND fence = $4"
            }
        };
        let finished = match state {
            DeliveryState::Waiting => None,
            DeliveryState::Delivered | DeliveryState::GivenUp => Some(now),
        };
        let statement = self
            .query(sql)
            .bind(lease.destination.code())
            .bind(lease.id.to_string())
            .bind(lease.fence)
            .bind(state.code())
            .bind(due_at)
            .bind(outcome.to_owned())
            .bind(finished);
        Ok(self.execute(statement).await? == 1)
    }
}

fn appointment(row: &AnyRow) -> Result<AppointmentRow, StoreError> {
    let department = row.try_get::<Option<String>, _>("department")?;
    let department = department.map(|code| DepartmentCode::parse(&code)).transpose();
    let department = department.map_err(|_| StoreError::Stored { column: "department" })?;
    let starts_at = row.try_get::<Option<i64>, _>("starts_at")?;
    let room = row.try_get("room")?;
    let visit = row.try_get::<Option<String>, _>("visit_id")?;
    let visit = visit.map(|id| id.parse().map(VisitId)).transpose();
    Ok(AppointmentRow {
        id: AppointmentId::parse(row.try_get("appointment_id")?)
            .map_err(|_| StoreError::Stored { column: "appointment_id" })?,
        state: AppointmentState::from_stored(row.try_get("state")?)?,
        place: department.zip(starts_at).map(|(department, starts_at)| AppointmentPlace {
            department,
            room,
            starts_at,
        }),
        visit: visit.map_err(|_| StoreError::Stored { column: "visit_id" })?,
    })
}

fn lease(destination: Destination, row: &AnyRow) -> Result<DeliveryLease, StoreError> {
    let counter = row.try_get::<Option<String>, _>("counter")?;
    let event = HospitalEvent {
        visit: visit_at(row, "visit_id")?,
        kind: EventKind::from_stored(row.try_get("kind")?)?,
        department: DepartmentCode::parse(row.try_get("department")?)
            .map_err(|_| StoreError::Stored { column: "department" })?,
        day: day_at(row, "service_day")?,
        ticket: row.try_get("ticket")?,
        counter: counter
            .map(|name| CounterId::parse(&name).map_err(|_| StoreError::Stored { column: "counter" }))
            .transpose()?,
        at: row.try_get("at")?,
    };
    Ok(DeliveryLease {
        destination,
        id: row.try_get::<&str, _>("event_id")?.parse().map_err(|_| StoreError::Stored { column: "event_id" })?,
        event,
        body: row.try_get::<Option<Vec<u8>>, _>("body_sealed")?.map(Sealed::from_stored),
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?).unwrap_or(u32::MAX),
        fence: row.try_get("fence")?,
    })
}
