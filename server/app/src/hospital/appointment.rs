//! Appointments: taken from the hospital's system, proposed at the kiosk, tied to the visit at check-in.

use std::fmt;

use api::{AppointmentView, DepartmentCode, VisitId};
use interop::{AppointmentId, AppointmentNotice, Told};
use serde::{Deserialize, Serialize};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::ACTOR;
use crate::app::App;
use crate::clock::{from_unix_ms, service_day, unix_ms};
use crate::finding::Finding;
use crate::insurance::EntitlementRecord;
use crate::keys::{Place, Sealed};
use crate::person::KnownPerson;
use crate::store::{AppointmentRow, NewBooking, StoreError, Tx};

/// The most rows written in one transaction: others wait for no longer than that takes.
const AT_ONCE: usize = 500;

/// What the hospital said about the patient, as it is kept (sealed) with the appointment.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct BookedPatient {
    pub number: String,
    pub hospital_number: Option<String>,
    pub name: Option<String>,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: Option<String>,
}

/// What became of what was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Import {
    /// Booked, changed or cancelled, or told again.
    pub taken: usize,
    /// Something was told about them later.
    pub outdated: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing was taken. Their ids and departments, the first of them.
    #[error("appointments name departments that this hospital does not have")]
    DepartmentsUnknown(Vec<(AppointmentId, DepartmentCode)>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes what the hospital tells about appointments. The same again changes nothing; what was told later wins. Every
/// department must be known, else nothing is taken.
pub async fn take(app: &App, notices: &[AppointmentNotice]) -> Result<Import, ImportError> {
    let departments = app.departments();
    let unknown = notices.iter().filter_map(|notice| match &notice.told {
        Told::Booked(booking) if !departments.takes_patients(&booking.department) => {
            Some((notice.id.clone(), booking.department.clone()))
        }
        Told::Booked(_) | Told::Cancelled => None,
    });
    let unknown: Vec<_> = unknown.take(100).collect();
    if !unknown.is_empty() {
        return Err(ImportError::DepartmentsUnknown(unknown));
    }
    let mut import = Import::default();
    for some in notices.chunks(AT_ONCE) {
        let mut tx = app.store.begin().await?;
        for notice in some {
            if take_one(&mut tx, app, notice).await? {
                import.taken += 1;
            } else {
                import.outdated += 1;
            }
        }
        let detail = format!("{} told", some.len());
        tx.audit(ACTOR, "appointments_told", None, &detail, app.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(import)
}

async fn take_one(tx: &mut Tx, app: &App, notice: &AppointmentNotice) -> Result<bool, StoreError> {
    // A moment in the future would shut out what is told until then.
    let told_at = notice.told_at.map_or(app.now_ms(), |told_at| unix_ms(told_at).min(app.now_ms()));
    let booking = match &notice.told {
        Told::Cancelled => return tx.cancel_appointment(&notice.id, told_at, app.today()).await,
        Told::Booked(booking) => booking,
    };
    let patient = BookedPatient {
        number: booking.number.as_str().to_owned(),
        hospital_number: booking.patient.hospital_number.as_ref().map(|number| number.as_str().to_owned()),
        name: booking.patient.name.as_ref().map(|name| name.as_str().to_owned()),
        birth: booking.patient.birth.map(|birth| birth.to_dmy()),
    };
    tx.book_appointment(NewBooking {
        id: &notice.id,
        told_at,
        day: service_day(booking.starts),
        starts_at: unix_ms(booking.starts),
        department: &booking.department,
        room: booking.room.as_deref(),
        number_hash: app.keys.keyed_hash("number", patient.number.as_bytes()),
        patient: Sealed::seal(&app.keys, patient_place(notice.id.as_str()), &patient),
    })
    .await
}

/// The next appointment of today of whom the evidence shows; nothing below level B, where nothing that is known about a
/// number may be shown.
pub(crate) async fn proposed(
    app: &App,
    finding: &Finding,
    entitlement: Option<&EntitlementRecord>,
) -> Result<Option<AppointmentView>, StoreError> {
    let Some(person) = finding.person.as_ref().filter(|_| is_proven(finding.assurance)) else { return Ok(None) };
    let mut next: Option<AppointmentRow> = None;
    for hash in hashes(app, person, entitlement) {
        let found = app.store.next_appointment(&hash, app.today()).await?;
        let starts = |row: &AppointmentRow| row.place.as_ref().map(|place| place.starts_at);
        if next.as_ref().is_none_or(|next| found.as_ref().is_some_and(|found| starts(found) < starts(next))) {
            next = found.or(next);
        }
    }
    Ok(next.as_ref().and_then(view))
}

/// Ties the appointment in this department, if there is one, to the visit that checks in.
pub(crate) async fn claim(
    tx: &mut Tx,
    app: &App,
    (person, entitlement): (&KnownPerson, Option<&EntitlementRecord>),
    (department, day): (&DepartmentCode, Date),
    visit: VisitId,
) -> Result<Option<AppointmentView>, StoreError> {
    for hash in hashes(app, person, entitlement) {
        if let Some(row) = tx.claim_appointment(&hash, day, department, visit).await? {
            return Ok(view(&row));
        }
    }
    Ok(None)
}

fn is_proven(assurance: api::Assurance) -> bool {
    match assurance {
        api::Assurance::A | api::Assurance::B => true,
        api::Assurance::C | api::Assurance::D => false,
    }
}

/// Of the number that was shown, and of the insurance card that the gateway confirmed: the hospital may have booked by
/// either, and by a card's 15 characters or its 10-digit code.
fn hashes(app: &App, person: &KnownPerson, entitlement: Option<&EntitlementRecord>) -> Vec<[u8; 32]> {
    let card = entitlement.and_then(|record| record.new_card.as_ref().or(record.card.as_ref()));
    let card = card.map(|card| card.number());
    let code = card.filter(|card| card.len() == 15).map(|card| &card[5..]);
    let mut numbers = vec![person.number.as_str()];
    numbers.extend([card, code].into_iter().flatten());
    numbers.dedup();
    numbers.into_iter().map(|number| app.keys.keyed_hash("number", number.as_bytes())).collect()
}

fn view(row: &AppointmentRow) -> Option<AppointmentView> {
    let place = row.place.as_ref()?;
    let (department, room) = (place.department.clone(), place.room.clone());
    Some(AppointmentView { department, starts_at: from_unix_ms(place.starts_at), room })
}

fn patient_place(row: &str) -> Place<'_> {
    Place { column: "appointments.patient", row }
}

impl fmt::Debug for BookedPatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BookedPatient(..)")
    }
}
