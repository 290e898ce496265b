//! What a destination is sent: made once, sealed, the same at each repetition.

use std::fmt;

use api::Assurance;
use identity::{DocumentDate, InsuranceNumber, PersonName, Sex};
use interop::PatientNumber;
use interop::fhir::{CheckIn, CoverageOf, EncounterStatus, PersonOf};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::EventKind;
use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::identify::{entitlement_place, visit_person_place};
use crate::insurance::{EntitlementRecord, Verdict};
use crate::person::KnownPerson;
use crate::refusal::Refusal;
use crate::store::{AppointmentRow, DeliveryLease, Destination, VisitRow};

/// JSON as it is sent.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct EventBody(pub String);

/// What is known about the visit of an event.
struct Known {
    row: VisitRow,
    person: Option<KnownPerson>,
    entitlement: Option<EntitlementRecord>,
    appointment: Option<AppointmentRow>,
    checked_in_at: i64,
}

impl Known {
    async fn about(app: &App, lease: &DeliveryLease) -> Result<Option<Self>, Refusal> {
        let visit = lease.event.visit;
        let Some(row) = app.store.visit(visit).await? else { return Ok(None) };
        let place = visit.to_string();
        let person = row.person.as_ref().map(|person| person.open(&app.keys, visit_person_place(&place)));
        let entitlement = row.entitlement.as_ref().map(|record| record.open(&app.keys, entitlement_place(&place)));
        let ticket = app.store.ticket(visit).await?;
        Ok(Some(Self {
            person: person.transpose()?,
            entitlement: entitlement.transpose()?,
            appointment: app.store.appointment_of(visit).await?,
            checked_in_at: ticket.map_or(row.opened_at, |ticket| ticket.issued_at),
            row,
        }))
    }
}

/// None where nothing can be said: the visit is gone, or the destination is not configured any more.
pub(super) async fn make(app: &App, lease: &DeliveryLease) -> Result<Option<EventBody>, Refusal> {
    let Some(known) = Known::about(app, lease).await? else { return Ok(None) };
    let body = match lease.destination {
        Destination::Webhook => Some(webhook(app, lease, &known)),
        Destination::Fhir => fhir(app, lease, &known),
    };
    Ok(body.map(|body| EventBody(body.to_string())))
}

/// `type`, `timestamp`, `data`, as Standard Webhooks proposes. Who it is stands in the first event only.
fn webhook(app: &App, lease: &DeliveryLease, known: &Known) -> Value {
    let event = &lease.event;
    let mut data = json!({
        "visit": event.visit.to_string(),
        "facility": app.config.hospital.facility_code.as_str(),
        "department": event.department.as_str(),
        "service_day": event.day.to_string(),
        "ticket": event.ticket,
    });
    if let Some(counter) = &event.counter {
        data["counter"] = counter.as_str().into();
    }
    if let Some(appointment) = &known.appointment {
        data["appointment"] = appointment.id.as_str().into();
    }
    if event.kind == EventKind::CheckedIn {
        data["assurance"] = json!(known.row.assurance);
        data["payer"] = json!(known.row.payer);
        data["counter_reason"] = json!(known.row.counter_reason);
        if let Some(person) = &known.person {
            data["patient"] =
                json!({ "number": person.number, "name": person.name, "birth": person.birth, "sex": person.sex });
        }
    }
    json!({ "type": format!("visit.{}", event.kind.code()), "timestamp": instant(event.at), "data": data })
}

/// The person only at levels A and B: a number that anybody could have typed must not reach a medical record.
fn fhir(app: &App, lease: &DeliveryLease, known: &Known) -> Option<Value> {
    let systems = app.link.systems.as_ref()?;
    let event = &lease.event;
    let person = known.person.as_ref().filter(|_| match known.row.assurance {
        Assurance::A | Assurance::B => true,
        Assurance::C | Assurance::D => false,
    });
    let number = person.and_then(|person| PatientNumber::parse(&person.number));
    let name = person.and_then(|person| PersonName::parse(person.name.as_deref()?).ok());
    let birth = person.and_then(|person| DocumentDate::parse(person.birth.as_deref()?).ok());
    let sex = person.map(|person| match person.sex {
        1 => Sex::Male,
        2 => Sex::Female,
        _ => Sex::Unspecified,
    });
    let hospital = &app.config.hospital;
    let verdict =
        known.entitlement.as_ref().map(|record| record.verdict(&hospital.facility_code, &hospital.accepted_facilities));
    let card = match verdict {
        Some(Verdict::Accepted { card, .. }) => Some(card),
        Some(Verdict::Refused(_)) | None => None,
    };
    let card_number = card.and_then(|card| InsuranceNumber::parse(card.number()).ok());
    let day = |text: Option<&String>| text.and_then(|text| DocumentDate::parse(text).ok());
    let department = app.department(&event.department);
    let check_in = CheckIn {
        visit: event.visit,
        ticket: &event.ticket,
        facility: &hospital.facility_code,
        department: (&event.department, department.as_ref().map_or("", |department| &department.name_vi)),
        status: status(event.kind),
        checked_in_at: from_unix_ms(known.checked_in_at).to_offset(HO_CHI_MINH),
        at: from_unix_ms(event.at).to_offset(HO_CHI_MINH),
        person: number.as_ref().map(|number| PersonOf { number, name: name.as_ref(), birth, sex }),
        coverage: card.zip(card_number.as_ref()).map(|(known, card)| CoverageOf {
            card,
            from: day(known.valid_from.as_ref()),
            until: day(known.valid_until.as_ref()),
        }),
        appointment: known.appointment.as_ref().map(|appointment| &appointment.id),
    };
    Some(check_in.transaction(systems))
}

fn status(kind: EventKind) -> EncounterStatus {
    match kind {
        EventKind::CheckedIn
        | EventKind::Transferred
        | EventKind::Renumbered
        | EventKind::Called
        | EventKind::Waiting
        | EventKind::Parked => EncounterStatus::Arrived,
        EventKind::Started => EncounterStatus::InProgress,
        EventKind::Finished => EncounterStatus::Finished,
        EventKind::NoShow | EventKind::Cancelled => EncounterStatus::Cancelled,
    }
}

fn instant(ms: i64) -> String {
    from_unix_ms(ms).to_offset(HO_CHI_MINH).format(&Rfc3339).unwrap_or_default()
}

impl fmt::Debug for EventBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventBody(..)")
    }
}
