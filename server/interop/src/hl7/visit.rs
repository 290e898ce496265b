//! ADT (chapter 3): a visit in the hospital's own system.

use api::{DepartmentCode, VisitId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::fault::{Fault, FaultKind, Location};
use super::message::Message;
use super::notice::{Settings, patient, place, required};
use super::scheduling::told_at;
use crate::{Patient, PatientNumber};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitNotice {
    pub step: VisitStep,
    pub key: VisitKey,
    pub told_at: Option<OffsetDateTime>,
    pub number: Option<PatientNumber>,
    pub patient: Patient,
    /// PV1-3.
    pub department: Option<DepartmentCode>,
    pub room: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitStep {
    /// A04.
    Registered,
    /// A08.
    Updated,
    /// A11.
    Cancelled,
    /// A03: the visit ended.
    Ended,
}

/// By which ids a message names a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitKey {
    /// Ours, as our events carry it; with theirs where the message has both.
    Ours { visit: VisitId, theirs: Option<String> },
    /// PV1-19, 1 to 64 characters.
    Theirs(String),
}

impl VisitKey {
    pub fn theirs(&self) -> Option<&str> {
        match self {
            Self::Ours { theirs, .. } => theirs.as_deref(),
            Self::Theirs(theirs) => Some(theirs),
        }
    }
}

pub(super) fn step(event: &str) -> Option<VisitStep> {
    Some(match event {
        "A03" => VisitStep::Ended,
        "A04" => VisitStep::Registered,
        "A08" => VisitStep::Updated,
        "A11" => VisitStep::Cancelled,
        _ => return None,
    })
}

impl VisitStep {
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Ended => "A03",
            Self::Registered => "A04",
            Self::Updated => "A08",
            Self::Cancelled => "A11",
        }
    }
}

pub(super) fn read(message: &Message, step: VisitStep, settings: &Settings) -> Result<VisitNotice, Fault> {
    let key = key(message)?;
    let (number, patient) = patient(message, settings)?;
    let at = Location::field("PV1", 3);
    let place = place(required(message, "PV1")?.field(3).first(), at)?;
    let (department, room) = place.map_or((None, None), |(department, room)| (Some(department), room));
    Ok(VisitNotice { step, key, told_at: told_at(message, settings)?, number, patient, department, room })
}

/// PV1-50 (alternate visit id) holds our id where the sender keeps it there; PV1-19 (visit number) holds ours or theirs.
pub(super) fn key(message: &Message) -> Result<VisitKey, Fault> {
    let pv1 = required(message, "PV1")?;
    let text = |number: usize| pv1.field(number).first().component(1).text().trim().to_owned();
    let (number, alternate) = (text(19), text(50));
    let ours = |text: &str| Uuid::try_parse(text).ok().filter(|_| text.len() == 36).map(VisitId);
    let theirs = |text: String| Some(text).filter(|text| !text.is_empty());
    if let Some(visit) = ours(&alternate) {
        return Ok(VisitKey::Ours { visit, theirs: theirs(number).map(checked).transpose()? });
    }
    if let Some(visit) = ours(&number) {
        return Ok(VisitKey::Ours { visit, theirs: None });
    }
    theirs(number).map(checked).transpose()?.map(VisitKey::Theirs).ok_or_else(|| {
        Fault::new(FaultKind::RequiredFieldMissing, Location::field("PV1", 19), "PV1-19 and PV1-50 name no visit")
    })
}

fn checked(number: String) -> Result<String, Fault> {
    let fits = number.chars().count() <= 64 && !number.chars().any(char::is_control);
    if fits {
        Ok(number)
    } else {
        Err(Fault::wrong(Location::field("PV1", 19), "a visit number of at most 64 characters"))
    }
}
