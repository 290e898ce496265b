//! A check-in, and what becomes of it, as a transaction Bundle of Patient, Coverage and Encounter.
//!
//! Sending it again changes nothing: the Encounter is updated where its visit id is known, Patient and Coverage are made
//! only where their identifier is not known, so that the hospital's own record is never written over.

use std::fmt;

use api::{DepartmentCode, VisitId};
use identity::{DocumentDate, FacilityCode, InsuranceNumber, PersonName, Sex};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::Systems;
use crate::{AppointmentId, PatientNumber};

pub struct CheckIn<'a> {
    pub visit: VisitId,
    /// As on the paper.
    pub ticket: &'a str,
    pub facility: &'a FacilityCode,
    pub department: (&'a DepartmentCode, &'a str),
    pub status: EncounterStatus,
    pub checked_in_at: OffsetDateTime,
    /// When the status became what it is; the end of the encounter where it ended.
    pub at: OffsetDateTime,
    pub person: Option<PersonOf<'a>>,
    pub coverage: Option<CoverageOf<'a>>,
    pub appointment: Option<&'a AppointmentId>,
}

/// Who was identified.
pub struct PersonOf<'a> {
    pub number: &'a PatientNumber,
    pub name: Option<&'a PersonName>,
    pub birth: Option<DocumentDate>,
    pub sex: Option<Sex>,
}

/// A card that the insurance confirmed.
pub struct CoverageOf<'a> {
    pub card: &'a InsuranceNumber,
    pub from: Option<DocumentDate>,
    pub until: Option<DocumentDate>,
}

/// Of the value set EncounterStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncounterStatus {
    Arrived,
    InProgress,
    Finished,
    /// Did not come, left, or the number was void.
    Cancelled,
}

impl EncounterStatus {
    pub fn code(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::InProgress => "in-progress",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    fn is_over(self) -> bool {
        match self {
            Self::Arrived | Self::InProgress => false,
            Self::Finished | Self::Cancelled => true,
        }
    }
}

impl CheckIn<'_> {
    pub fn transaction(&self, systems: &Systems) -> Value {
        let patient_url = url(self.visit, 1);
        let mut entries = Vec::new();
        if let Some(person) = &self.person {
            let system = person.system(systems);
            let condition = condition(system, person.number.as_str());
            entries.push(json!({
                "fullUrl": patient_url,
                "resource": person.patient(systems),
                "request": { "method": "POST", "url": "Patient", "ifNoneExist": condition },
            }));
            if let Some(coverage) = &self.coverage {
                entries.push(json!({
                    "fullUrl": url(self.visit, 2),
                    "resource": coverage.resource(systems, &patient_url),
                    "request": {
                        "method": "POST", "url": "Coverage",
                        "ifNoneExist": condition_of(systems, coverage),
                    },
                }));
            }
        }
        let visit = condition(&systems.visit, &self.visit.to_string());
        entries.push(json!({
            "fullUrl": url(self.visit, 0),
            "resource": self.encounter(systems, &patient_url),
            "request": { "method": "PUT", "url": format!("Encounter?{visit}") },
        }));
        json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries })
    }

    fn encounter(&self, systems: &Systems, patient_url: &str) -> Value {
        let (code, name) = self.department;
        let mut period = json!({ "start": instant(self.checked_in_at) });
        if self.status.is_over() {
            period["end"] = instant(self.at).into();
        }
        let mut encounter = json!({
            "resourceType": "Encounter",
            "identifier": [
                { "use": "official", "system": systems.visit, "value": self.visit.to_string() },
                { "use": "secondary", "system": systems.ticket, "value": self.ticket },
            ],
            "status": self.status.code(),
            "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "ambulatory" },
            "period": period,
            "location": [{ "location": {
                "type": "Location",
                "identifier": { "system": systems.department, "value": code.as_str() },
                "display": name,
            } }],
            "serviceProvider": {
                "type": "Organization",
                "identifier": { "system": systems.facility, "value": self.facility.as_str() },
            },
        });
        if self.person.is_some() {
            encounter["subject"] = json!({ "reference": patient_url });
        }
        if let Some(appointment) = self.appointment {
            encounter["appointment"] = json!([{
                "type": "Appointment",
                "identifier": { "system": systems.appointment, "value": appointment.as_str() },
            }]);
        }
        encounter
    }
}

impl PersonOf<'_> {
    fn system<'a>(&self, systems: &'a Systems) -> &'a str {
        match self.number {
            PatientNumber::Citizen(_) => &systems.citizen,
            PatientNumber::Insurance(_) => &systems.insurance,
        }
    }

    fn patient(&self, systems: &Systems) -> Value {
        let mut patient = json!({
            "resourceType": "Patient",
            "identifier": [{ "use": "official", "system": self.system(systems), "value": self.number.as_str() }],
        });
        if let Some(name) = self.name {
            let mut human = json!({ "use": "official", "text": name.as_str() });
            let mut words = name.as_str().split(' ');
            human["family"] = words.next().into();
            let given: Vec<&str> = words.collect();
            if !given.is_empty() {
                human["given"] = given.into();
            }
            patient["name"] = json!([human]);
        }
        if let Some(birth) = self.birth {
            patient["birthDate"] = date(birth).into();
        }
        if let Some(sex) = self.sex {
            let gender = match sex {
                Sex::Male => "male",
                Sex::Female => "female",
                Sex::Unspecified => "unknown",
            };
            patient["gender"] = gender.into();
        }
        patient
    }
}

impl CoverageOf<'_> {
    fn resource(&self, systems: &Systems, patient_url: &str) -> Value {
        let mut period = serde_json::Map::new();
        for (name, day) in [("start", self.from), ("end", self.until)] {
            if let Some(day) = day {
                period.insert(name.to_owned(), date(day).into());
            }
        }
        let mut coverage = json!({
            "resourceType": "Coverage",
            "identifier": [{ "system": systems.insurance, "value": self.card.as_str() }],
            "status": "active",
            "subscriberId": self.card.as_str(),
            "beneficiary": { "reference": patient_url },
            "payor": [{ "type": "Organization", "display": "Bảo hiểm xã hội Việt Nam" }],
        });
        if !period.is_empty() {
            coverage["period"] = period.into();
        }
        coverage
    }
}

/// The same visit always writes the same references, so that a repeated body is the same body.
fn url(visit: VisitId, part: u8) -> String {
    let mut bytes = *visit.0.as_bytes();
    bytes[15] = bytes[15].wrapping_add(part);
    format!("urn:uuid:{}", Uuid::from_bytes(bytes))
}

fn condition_of(systems: &Systems, coverage: &CoverageOf<'_>) -> String {
    condition(&systems.insurance, coverage.card.as_str())
}

/// `identifier=system|value`, with what would end a part percent-encoded (RFC 3986).
fn condition(system: &str, value: &str) -> String {
    let encode = |text: &str| {
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                    encoded.push(char::from(byte));
                }
                byte => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    };
    format!("identifier={}%7C{}", encode(system), encode(value))
}

fn instant(moment: OffsetDateTime) -> String {
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    whole.format(&Rfc3339).unwrap_or_default()
}

fn date(date: DocumentDate) -> String {
    let mut text = format!("{:04}", date.year());
    for part in [date.month(), date.month().and(date.day())].into_iter().flatten() {
        text.push_str(&format!("-{part:02}"));
    }
    text
}

macro_rules! says_nothing {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })+
    };
}
says_nothing!(CheckIn, PersonOf, CoverageOf);
