//! Ticket numbers: per department and day, from one counter row; blocks for kiosks; reconciliations.

use api::{DepartmentCode, KioskId, ReconcileReply, VisitId};
use sqlx::Row;
use time::Date;

use super::{Store, StoreError, Tx, day_at, day_text, hash_at, stored_codes, visit_at};
use crate::keys::Sealed;

stored_codes! {
    /// Who gave the number.
    TicketSource {
        Server = "server",
        /// A kiosk, from its block, while the server was away.
        Block = "block",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    pub visit: VisitId,
    pub department: DepartmentCode,
    pub service_day: Date,
    pub number: u16,
    pub issued_at: i64,
}

/// A reconciliation already done.
#[derive(Debug, Clone)]
pub struct Reconciled {
    pub kiosk: String,
    pub content_hash: [u8; 32],
    pub reply: Sealed<ReconcileReply>,
}

impl Store {
    /// The valid ticket of a visit.
    pub async fn ticket(&self, visit: VisitId) -> Result<Option<TicketRow>, StoreError> {
        let row = self.one(self.query(TICKET).bind(visit.to_string())).await?;
        row.as_ref().map(ticket_row).transpose()
    }

    pub async fn reconciliation(&self, visit: VisitId) -> Result<Option<Reconciled>, StoreError> {
        let sql = "SELECT kiosk_id, content_hash, reply_sealed FROM reconciliations \
                   WHERE facility_code = $1 AND visit_id = $2";
        let row = self.one(self.query(sql).bind(visit.to_string())).await?;
        row.map(|row| {
            Ok(Reconciled {
                kiosk: row.try_get("kiosk_id")?,
                content_hash: hash_at(&row, "content_hash")?,
                reply: Sealed::from_stored(row.try_get("reply_sealed")?),
            })
        })
        .transpose()
    }
}

const TICKET: &str = "SELECT visit_id, department, service_day, number, issued_at FROM tickets \
    WHERE facility_code = $1 AND visit_id = $2 AND state <> 'void'";

impl Tx {
    /// Takes `count` numbers and returns the last of them. The counter row stays locked to the end of the
    /// transaction, so that a number is either in a committed row or still to be given.
    pub async fn take_numbers(
        &mut self,
        department: &DepartmentCode,
        day: Date,
        count: u16,
    ) -> Result<i64, StoreError> {
        let sql = "INSERT INTO counters (facility_code, department, service_day, last_number) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (facility_code, department, service_day) \
                   DO UPDATE SET last_number = counters.last_number + excluded.last_number RETURNING last_number";
        let statement = self.query(sql).bind(department.as_str().to_owned()).bind(day_text(day)).bind(i64::from(count));
        let row = self.one(statement).await?.ok_or(StoreError::Stored { column: "last_number" })?;
        Ok(row.try_get("last_number")?)
    }

    pub async fn issue_ticket(
        &mut self,
        ticket: &TicketRow,
        kiosk: &KioskId,
        source: TicketSource,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO tickets (facility_code, department, service_day, number, visit_id, kiosk_id, issued_at, \
                   source, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'issued')";
        let statement = self
            .query(sql)
            .bind(ticket.department.as_str().to_owned())
            .bind(day_text(ticket.service_day))
            .bind(i64::from(ticket.number))
            .bind(ticket.visit.to_string())
            .bind(kiosk.as_str().to_owned())
            .bind(ticket.issued_at)
            .bind(source.code());
        self.execute(statement).await.map(drop)
    }

    pub async fn ticket(&mut self, visit: VisitId) -> Result<Option<TicketRow>, StoreError> {
        let row = self.one(self.query(TICKET).bind(visit.to_string())).await?;
        row.as_ref().map(ticket_row).transpose()
    }

    pub async fn void_ticket(&mut self, visit: VisitId, reason: &'static str) -> Result<(), StoreError> {
        let sql = "UPDATE tickets SET state = 'void', void_reason = $3 WHERE facility_code = $1 AND visit_id = $2 \
                   AND state <> 'void'";
        let statement = self.query(sql).bind(visit.to_string()).bind(reason);
        self.execute(statement).await.map(drop)
    }

    pub async fn finish_ticket(&mut self, visit: VisitId) -> Result<(), StoreError> {
        let sql = "UPDATE tickets SET state = 'finished' WHERE facility_code = $1 AND visit_id = $2 \
                   AND state = 'issued'";
        let statement = self.query(sql).bind(visit.to_string());
        self.execute(statement).await.map(drop)
    }

    pub async fn reserve(
        &mut self,
        department: &DepartmentCode,
        day: Date,
        number: u16,
        kiosk: &KioskId,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO block_numbers (facility_code, department, service_day, number, kiosk_id, reserved_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let statement = self
            .query(sql)
            .bind(department.as_str().to_owned())
            .bind(day_text(day))
            .bind(i64::from(number))
            .bind(kiosk.as_str().to_owned())
            .bind(now);
        self.execute(statement).await.map(drop)
    }

    /// Was this number reserved for this kiosk, and does no other visit hold it?
    pub async fn number_is_the_kiosk_s(
        &mut self,
        (department, day, number): (&DepartmentCode, Date, u16),
        kiosk: &KioskId,
        visit: VisitId,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT b.number FROM block_numbers b WHERE b.facility_code = $1 AND b.department = $2 \
                   AND b.service_day = $3 AND b.number = $4 AND b.kiosk_id = $5 AND NOT EXISTS \
                   (SELECT 1 FROM tickets t WHERE t.facility_code = b.facility_code AND t.department = b.department \
                   AND t.service_day = b.service_day AND t.number = b.number AND t.visit_id <> $6)";
        let statement = self
            .query(sql)
            .bind(department.as_str().to_owned())
            .bind(day_text(day))
            .bind(i64::from(number))
            .bind(kiosk.as_str().to_owned())
            .bind(visit.to_string());
        Ok(self.one(statement).await?.is_some())
    }

    /// False where the visit was reconciled before.
    pub async fn record_reconciliation(
        &mut self,
        visit: VisitId,
        kiosk: &KioskId,
        content_hash: &[u8; 32],
        reply: Sealed<ReconcileReply>,
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO reconciliations (facility_code, visit_id, kiosk_id, content_hash, reply_sealed, \
                   reconciled_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(visit.to_string())
            .bind(kiosk.as_str().to_owned())
            .bind(content_hash.to_vec())
            .bind(reply.into_stored())
            .bind(now);
        Ok(self.execute(statement).await? == 1)
    }
}

fn ticket_row(row: &sqlx::any::AnyRow) -> Result<TicketRow, StoreError> {
    Ok(TicketRow {
        visit: visit_at(row, "visit_id")?,
        department: DepartmentCode::parse(row.try_get("department")?)
            .map_err(|_| StoreError::Stored { column: "department" })?,
        service_day: day_at(row, "service_day")?,
        number: u16::try_from(row.try_get::<i64, _>("number")?).map_err(|_| StoreError::Stored { column: "number" })?,
        issued_at: row.try_get("issued_at")?,
    })
}
