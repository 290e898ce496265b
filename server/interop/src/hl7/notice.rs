//! What a message tells: one of the few things a reception desk needs to know.

use std::borrow::Cow;
use std::str::FromStr;

use api::DepartmentCode;
use identity::{DocumentDate, PersonName, Sex};
use time::UtcOffset;

use super::charge::{self, Charge};
use super::fault::{Fault, FaultKind, Location};
use super::message::{Message, Repetition, Segment};
use super::scheduling;
use super::visit::{self, VisitNotice};
use crate::appointment::room;
use crate::{AppointmentNotice, HospitalNumber, Patient, PatientNumber};

/// Versions of this standard that are one message to us.
const VERSIONS: [&str; 5] = ["2.3", "2.3.1", "2.4", "2.5", "2.5.1"];
/// 20 in the standard; systems are found that write UUIDs.
const MAX_CONTROL_ID: usize = 64;

/// What differs from hospital to hospital.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Of times without an offset.
    pub local: UtcOffset,
    /// CX-5 (table 0203) of a citizen number. Unconfirmed: no Vietnamese profile fixes it.
    pub citizen_types: Vec<String>,
    /// CX-5 of an insurance number.
    pub insurance_types: Vec<String>,
    /// Messages that say that the first cost of a visit arose.
    pub first_cost: Vec<Trigger>,
}

impl Settings {
    pub fn at(local: UtcOffset) -> Self {
        Self {
            local,
            citizen_types: ["NI", "NNVNM"].map(str::to_owned).into(),
            insurance_types: ["HC", "SN"].map(str::to_owned).into(),
            first_cost: vec![Trigger { code: "DFT".into(), event: "P03".into() }],
        }
    }
}

/// Message code and event of MSH-9, written `DFT^P03`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub code: String,
    pub event: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trigger is written as DFT^P03: message code and event, three characters each")]
pub struct TriggerError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// SIU^S12 to S15, S17.
    Appointment(AppointmentNotice),
    /// ADT^A03, A04, A08, A11.
    Visit(VisitNotice),
    /// Whatever [`Settings::first_cost`] names.
    FirstCost(Charge),
}

impl FromStr for Trigger {
    type Err = TriggerError;

    fn from_str(text: &str) -> Result<Self, TriggerError> {
        let (code, event) = text.split_once('^').ok_or(TriggerError)?;
        let fits = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !(fits(code) && fits(event)) {
            return Err(TriggerError);
        }
        Ok(Self { code: code.to_owned(), event: event.to_owned() })
    }
}

impl Notice {
    pub fn read(message: &Message, settings: &Settings) -> Result<Self, Fault> {
        header(message)?;
        let (code, event) = message.kind();
        if settings.first_cost.iter().any(|trigger| trigger.code == code && trigger.event == event) {
            return charge::read(message, settings).map(Self::FirstCost);
        }
        let unsupported = |kind, component| {
            let taken = "taken are ADT^A03, A04, A08, A11, SIU^S12 to S15, S17 and the first cost's trigger";
            Err(Fault::new(kind, Location::component("MSH", 9, component), taken))
        };
        match code.as_ref() {
            "ADT" => match visit::step(&event) {
                Some(step) => visit::read(message, step, settings).map(Self::Visit),
                None => unsupported(FaultKind::UnsupportedEvent, 2),
            },
            "SIU" => match event.as_ref() {
                "S12" | "S13" | "S14" => scheduling::read_booking(message, settings).map(Self::Appointment),
                "S15" | "S17" => scheduling::read_cancellation(message, settings).map(Self::Appointment),
                _ => unsupported(FaultKind::UnsupportedEvent, 2),
            },
            _ => unsupported(FaultKind::UnsupportedMessageType, 1),
        }
    }
}

fn header(message: &Message) -> Result<(), Fault> {
    let control_id = message.control_id();
    if control_id.trim().is_empty() {
        return Err(Fault::missing(Location::field("MSH", 10)));
    }
    if control_id.chars().count() > MAX_CONTROL_ID {
        return Err(Fault::wrong(Location::field("MSH", 10), "a control id of at most 64 characters"));
    }
    let version = Location::field("MSH", 12);
    if !VERSIONS.contains(&message.version().as_ref()) {
        return Err(Fault::new(FaultKind::UnsupportedVersion, version, "MSH-12 is not one of 2.3 to 2.5.1"));
    }
    match message.header().field(11).first().component(1).text().as_ref() {
        "P" | "" => Ok(()),
        _ => {
            let words = "only production messages (MSH-11 P) are taken";
            Err(Fault::new(FaultKind::UnsupportedProcessingId, Location::field("MSH", 11), words))
        }
    }
}

pub(super) fn required<'a>(message: &'a Message, name: &'static str) -> Result<Segment<'a>, Fault> {
    message.segment(name).ok_or_else(|| {
        Fault::new(
            FaultKind::SegmentSequence,
            Location { segment: name, field: 0, component: None },
            format!("there is no {name}"),
        )
    })
}

/// PID, and IN1-36 for the insurance number.
pub(super) fn patient(message: &Message, settings: &Settings) -> Result<(Option<PatientNumber>, Patient), Fault> {
    let pid = required(message, "PID")?;
    let (mut citizen, mut insured, mut hospital_number) = (None, None, None);
    for identifier in pid.field(3).repetitions() {
        let (number, kind) = (identifier.component(1).text(), identifier.component(5).text());
        if number.trim().is_empty() {
            continue;
        }
        let parsed = |wanted| {
            PatientNumber::parse(&number).ok_or_else(|| Fault::wrong(Location::component("PID", 3, 1), wanted))
        };
        if settings.citizen_types.iter().any(|one| *one == kind) {
            let number = parsed("a citizen number of 12 digits")?;
            if let PatientNumber::Insurance(_) = number {
                return Err(Fault::wrong(Location::component("PID", 3, 1), "a citizen number of 12 digits"));
            }
            citizen = Some(number);
        } else if settings.insurance_types.iter().any(|one| *one == kind) {
            insured = Some(parsed("an insurance number")?);
        } else if hospital_number.is_none() {
            let number = HospitalNumber::parse(&number);
            let at = Location::component("PID", 3, 1);
            hospital_number =
                Some(number.ok_or_else(|| Fault::wrong(at, "a patient number of at most 64 characters"))?);
        }
    }
    if insured.is_none() {
        let policy = message.segment("IN1").map(|in1| in1.field(36).first().component(1).text()).unwrap_or_default();
        insured = PatientNumber::parse(&policy).filter(|number| matches!(number, PatientNumber::Insurance(_)));
    }
    let patient = Patient { hospital_number, name: name(pid)?, birth: birth(pid)?, sex: sex(pid)? };
    Ok((citizen.or(insured), patient))
}

/// XPN: family, given, middle. In Vietnamese order; systems that know one name only write it into the first.
fn name(pid: Segment<'_>) -> Result<Option<PersonName>, Fault> {
    let name = pid.field(5).first();
    let [family, given, middle] = [1, 2, 3].map(|number| name.component(number).text());
    let whole = [family, middle, given]
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if whole.is_empty() {
        return Ok(None);
    }
    let at = Location::field("PID", 5);
    PersonName::parse(&whole).map(Some).map_err(|_| Fault::wrong(at, "a name of at most 255 characters"))
}

/// A year, a month or a day; what comes after the day is left.
fn birth(pid: Segment<'_>) -> Result<Option<DocumentDate>, Fault> {
    let text = pid.field(7).first().component(1).text();
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.get(..8).unwrap_or(text);
    let parsed = DocumentDate::parse_compact(&format!("{digits:0<8}"));
    let fits = matches!(text.len(), 4 | 6) || text.len() >= 8;
    parsed.ok().filter(|_| fits).map(Some).ok_or_else(|| Fault::wrong(Location::field("PID", 7), "a date YYYY[MM[DD]]"))
}

/// Table 0001.
fn sex(pid: Segment<'_>) -> Result<Option<Sex>, Fault> {
    match pid.field(8).first().component(1).text().trim() {
        "" => Ok(None),
        "M" => Ok(Some(Sex::Male)),
        "F" => Ok(Some(Sex::Female)),
        "O" | "U" | "A" | "N" => Ok(Some(Sex::Unspecified)),
        _ => Err(Fault::new(
            FaultKind::ValueNotFound,
            Location::field("PID", 8),
            "PID-8 is not of table 0001 (M, F, O, U, A, N)",
        )),
    }
}

/// PL: point of care and room. `at` is the field it stands in.
pub(super) fn place(location: Repetition<'_>, at: Location) -> Result<Option<(DepartmentCode, Option<String>)>, Fault> {
    let code = location.component(1).text();
    if code.trim().is_empty() {
        return Ok(None);
    }
    let code = DepartmentCode::parse(code.trim()).map_err(|_| {
        Fault::wrong(Location { component: Some(1), ..at }, "a department code (A-Z, 0-9, _ and -, at most 16)")
    })?;
    Ok(Some((code, room(&location.component(2).text()))))
}

/// What is there, or None.
pub(super) fn filled(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(text).filter(|text| !text.trim().is_empty())
}
