//! Appointment (and Bundles of them, with the patients and places they refer to).

use api::DepartmentCode;
use identity::{DocumentDate, PersonName, Sex};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Systems;
use super::bundle::{Index, Resources, identifiers, kind, literal};
use super::outcome::{IssueCode, OperationOutcome};
use crate::appointment::room;
use crate::{AppointmentId, AppointmentNotice, Booking, HospitalNumber, Patient, PatientNumber, Told};

/// Every appointment of the body, or everything that is wrong with it.
pub fn read_appointments(bytes: &[u8], systems: &Systems) -> Result<Vec<AppointmentNotice>, OperationOutcome> {
    let resources = Resources::parse(bytes)?;
    let index = resources.index();
    let mut outcome = OperationOutcome::default();
    let mut notices = Vec::new();
    for found in resources.all() {
        match kind(found.resource) {
            "Appointment" => {
                let reading = Reading { resource: found.resource, path: &found.path, index: &index, systems };
                notices.extend(reading.notice(&mut outcome));
            }
            "Patient" | "Location" | "HealthcareService" | "Practitioner" | "PractitionerRole" | "Schedule"
            | "Slot" => {}
            _ => {
                let words =
                    "an Appointment is wanted, or a Bundle of Appointment, Patient, Location and HealthcareService";
                outcome.add(IssueCode::NotSupported, &found.path, words);
            }
        }
    }
    if outcome.is_empty() { Ok(notices) } else { Err(outcome) }
}

struct Reading<'a> {
    resource: &'a Value,
    path: &'a str,
    index: &'a Index<'a>,
    systems: &'a Systems,
}

impl<'a> Reading<'a> {
    fn notice(&self, outcome: &mut OperationOutcome) -> Option<AppointmentNotice> {
        let id = self.id(outcome);
        let told_at = self.resource["meta"]["lastUpdated"].as_str();
        let told_at = match told_at.map(|text| OffsetDateTime::parse(text, &Rfc3339)) {
            Some(Ok(moment)) => Some(moment),
            None => None,
            Some(Err(_)) => {
                self.add(outcome, IssueCode::Value, "meta.lastUpdated", "lastUpdated is not an instant");
                None
            }
        };
        let told = match self.resource["status"].as_str() {
            Some("cancelled" | "entered-in-error") => Some(Told::Cancelled),
            Some("booked") => self.booking(outcome).map(Told::Booked),
            Some("proposed" | "pending" | "waitlist" | "arrived" | "checked-in" | "fulfilled" | "noshow") => {
                let words = "only appointments that are booked, cancelled or entered in error are taken";
                self.add(outcome, IssueCode::BusinessRule, "status", words);
                None
            }
            Some(_) => {
                self.add(outcome, IssueCode::Value, "status", "status is not of the value set AppointmentStatus");
                None
            }
            None => {
                self.add(outcome, IssueCode::Required, "status", "status is missing");
                None
            }
        };
        Some(AppointmentNotice { id: id?, told_at, told: told? })
    }

    fn add(&self, outcome: &mut OperationOutcome, code: IssueCode, element: &str, words: &str) {
        outcome.add(code, &format!("{}.{element}", self.path), words);
    }

    /// The identifier in the hospital's system, else the resource's own id.
    fn id(&self, outcome: &mut OperationOutcome) -> Option<AppointmentId> {
        let identifier = identifiers(self.resource, &self.systems.appointment).next();
        let Some(text) = identifier.or(self.resource["id"].as_str()) else {
            self.add(
                outcome,
                IssueCode::Required,
                "identifier",
                "there is no identifier of the configured system, and no id",
            );
            return None;
        };
        let id = AppointmentId::parse(text.trim()).ok();
        if id.is_none() {
            self.add(outcome, IssueCode::Value, "identifier", "an id has 1 to 64 visible characters of ASCII");
        }
        id
    }

    fn booking(&self, outcome: &mut OperationOutcome) -> Option<Booking> {
        let starts = self.starts(outcome);
        let patient = self.patient(outcome);
        let place = self.place(outcome);
        let ((number, patient), (department, room)) = (patient?, place?);
        Some(Booking { number, patient, department, room, starts: starts? })
    }

    fn starts(&self, outcome: &mut OperationOutcome) -> Option<OffsetDateTime> {
        let Some(text) = self.resource["start"].as_str() else {
            self.add(outcome, IssueCode::Required, "start", "start is missing");
            return None;
        };
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok();
        if moment.is_none() {
            self.add(outcome, IssueCode::Value, "start", "start is not an instant with its offset");
        }
        moment
    }

    fn actors(&self) -> impl Iterator<Item = &'a Value> {
        self.resource["participant"].as_array().into_iter().flatten().map(|participant| &participant["actor"])
    }

    fn patient(&self, outcome: &mut OperationOutcome) -> Option<(PatientNumber, Patient)> {
        let mut seen = false;
        for actor in self.actors() {
            let resource = self.index.resolve(self.resource, actor).filter(|resource| kind(resource) == "Patient");
            let is_patient = resource.is_some()
                || actor["type"] == "Patient"
                || literal(actor).is_some_and(|(kind, _)| kind == "Patient");
            if !is_patient {
                continue;
            }
            seen = true;
            let holders = [resource, Some(actor)];
            let number = |system: &str| {
                let mut values = holders.iter().flatten().flat_map(|holder| identifiers(holder, system));
                values.find_map(PatientNumber::parse)
            };
            let number = number(&self.systems.citizen).or_else(|| number(&self.systems.insurance));
            if let Some(number) = number {
                return Some((number, resource.map(|resource| self.particulars(resource)).unwrap_or_default()));
            }
        }
        let words = if seen {
            "the patient has no valid citizen or insurance number of the configured systems"
        } else {
            "no participant is a Patient"
        };
        self.add(outcome, IssueCode::Required, "participant", words);
        None
    }

    fn particulars(&self, patient: &Value) -> Patient {
        let name = patient["name"].as_array().and_then(|names| names.first()).and_then(full_name);
        let sex = match patient["gender"].as_str() {
            Some("male") => Some(Sex::Male),
            Some("female") => Some(Sex::Female),
            Some("other" | "unknown") => Some(Sex::Unspecified),
            Some(_) | None => None,
        };
        Patient {
            hospital_number: identifiers(patient, &self.systems.patient).find_map(HospitalNumber::parse),
            name,
            birth: patient["birthDate"].as_str().and_then(birth),
            sex,
        }
    }

    /// The department, and the room where a place of that kind is named.
    fn place(&self, outcome: &mut OperationOutcome) -> Option<(DepartmentCode, Option<String>)> {
        let (mut department, mut in_room) = (None, None);
        for actor in self.actors() {
            let resource = self.index.resolve(self.resource, actor);
            let (code, room) = match resource {
                Some(resource) if is_room(resource) => {
                    let whole = &resource["partOf"];
                    let code = match self.index.resolve(resource, whole) {
                        Some(whole) => self.code_of(whole),
                        None => self.code_of(whole).or_else(|| code_of_literal(whole)),
                    };
                    (code, resource["name"].as_str().and_then(room))
                }
                Some(resource) if matches!(kind(resource), "Location" | "HealthcareService") => {
                    (self.code_of(resource), None)
                }
                Some(_) => (None, None),
                None => (self.code_of(actor).or_else(|| code_of_literal(actor)), None),
            };
            department = department.or(code);
            in_room = in_room.or(room);
        }
        if department.is_none() {
            let words =
                "no participant is a Location or HealthcareService with a department code of the configured system";
            self.add(outcome, IssueCode::Required, "participant", words);
        }
        department.map(|department| (department, in_room))
    }

    fn code_of(&self, holder: &Value) -> Option<DepartmentCode> {
        identifiers(holder, &self.systems.department).find_map(|code| DepartmentCode::parse(code).ok())
    }
}

/// `Location/K01` whose resource did not come along: its id is taken for the code.
fn code_of_literal(reference: &Value) -> Option<DepartmentCode> {
    let (_, id) = literal(reference).filter(|(kind, _)| matches!(*kind, "Location" | "HealthcareService"))?;
    DepartmentCode::parse(id).ok()
}

/// Location.physicalType `ro`.
pub(super) fn is_room(resource: &Value) -> bool {
    let codings = resource["physicalType"]["coding"].as_array().into_iter().flatten();
    kind(resource) == "Location" && codings.into_iter().any(|coding| coding["code"] == "ro")
}

/// HumanName: its text, else family and given names in Vietnamese order.
fn full_name(name: &Value) -> Option<PersonName> {
    if let Some(text) = name["text"].as_str() {
        return PersonName::parse(text).ok();
    }
    let given = name["given"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<&str> = name["family"].as_str().into_iter().chain(given).collect();
    PersonName::parse(&words.join(" ")).ok()
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn birth(text: &str) -> Option<DocumentDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next().unwrap_or("00"), parts.next().unwrap_or("00"));
    let fits = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
    fits.then(|| DocumentDate::parse_compact(&format!("{year}{month}{day}")).ok()).flatten()
}
