//! HealthcareService and Location: departments and their rooms.

use api::DepartmentCode;
use serde_json::Value;
use time::Time;

use super::Systems;
use super::appointment::is_room;
use super::bundle::{Found, Index, Resources, identifiers, kind};
use super::outcome::{IssueCode, OperationOutcome};
use crate::appointment::room;
use crate::local_time::time;
use crate::{Department, Hours};

/// The departments of the body in its order. A Location of type room belongs to the Location it is part of, or to the
/// HealthcareService that names it.
pub fn read_departments(bytes: &[u8], systems: &Systems) -> Result<Vec<Department>, OperationOutcome> {
    let resources = Resources::parse(bytes)?;
    let index = resources.index();
    let mut outcome = OperationOutcome::default();
    let mut departments: Vec<Department> = Vec::new();
    let all = resources.all();
    for found in all.iter().filter(|found| !is_room(found.resource)) {
        match kind(found.resource) {
            "HealthcareService" | "Location" => {
                let Some(department) = department(found, systems, &mut outcome) else { continue };
                if departments.iter().any(|known| known.code == department.code) {
                    let words = "another resource of this body has the same department code";
                    outcome.add(IssueCode::BusinessRule, &format!("{}.identifier", found.path), words);
                    continue;
                }
                departments.push(department);
            }
            _ => outcome.add(IssueCode::NotSupported, &found.path, "a HealthcareService or a Location is wanted"),
        }
    }
    for found in &all {
        place_rooms(found, &index, systems, &mut departments);
    }
    if outcome.is_empty() { Ok(departments) } else { Err(outcome) }
}

fn department(found: &Found<'_>, systems: &Systems, outcome: &mut OperationOutcome) -> Option<Department> {
    let resource = found.resource;
    let code = code_of(resource, systems);
    if code.is_none() {
        let words = "there is no department code of the configured system (A-Z, 0-9, _ and -, at most 16)";
        outcome.add(IssueCode::Required, &format!("{}.identifier", found.path), words);
    }
    let name = resource["name"].as_str().map(str::trim).filter(|name| (1..=200).contains(&name.chars().count()));
    if name.is_none() {
        outcome.add(IssueCode::Required, &format!("{}.name", found.path), "a name of 1 to 200 characters is wanted");
    }
    let hours = hours(found, outcome);
    let (code, name) = (code?, name?);
    let english = resource["alias"].as_array().and_then(|alias| alias.first()).and_then(Value::as_str).map(str::trim);
    let english = english.filter(|name| (1..=200).contains(&name.chars().count())).unwrap_or(name);
    Some(Department {
        code,
        prefix: None,
        name_vi: name.to_owned(),
        name_en: english.to_owned(),
        rooms: Vec::new(),
        floor: None,
        reception: false,
        hours,
        minutes_per_patient: None,
        capacity: None,
    })
}

/// One span a day is what a department here can have.
fn hours(found: &Found<'_>, outcome: &mut OperationOutcome) -> Option<Hours> {
    let spans = found.resource["availableTime"].as_array()?;
    let mut known: Option<Hours> = None;
    for (index, span) in spans.iter().enumerate() {
        if span["allDay"] == true {
            return None;
        }
        let path = format!("{}.availableTime[{index}]", found.path);
        let at = |name: &str| span[name].as_str().and_then(clock);
        let (Some(from), Some(to)) = (at("availableStartTime"), at("availableEndTime")) else {
            outcome.add(IssueCode::Value, &path, "a start and an end hh:mm:ss are wanted, or allDay");
            continue;
        };
        let hours = Hours { from, to };
        if from >= to || known.is_some_and(|known| known != hours) {
            outcome.add(
                IssueCode::BusinessRule,
                &path,
                "one span of opening hours, the same on all days, is what is kept",
            );
        }
        known = Some(hours);
    }
    known
}

fn clock(text: &str) -> Option<Time> {
    time(text.get(..8).unwrap_or(text))
}

fn place_rooms(found: &Found<'_>, index: &Index<'_>, systems: &Systems, departments: &mut [Department]) {
    let of = |location: &Value| location["name"].as_str().and_then(room);
    let mut put = |holder: Option<&Value>, name: Option<String>| {
        let code = holder.and_then(|holder| code_of(holder, systems));
        let department = code.and_then(|code| departments.iter_mut().find(|department| department.code == code));
        if let (Some(department), Some(name)) = (department, name)
            && !department.rooms.contains(&name)
        {
            department.rooms.push(name);
        }
    };
    if is_room(found.resource) {
        put(index.resolve(found.resource, &found.resource["partOf"]), of(found.resource));
    }
    for location in found.resource["location"].as_array().into_iter().flatten() {
        let location = index.resolve(found.resource, location).filter(|location| is_room(location));
        put(Some(found.resource), location.and_then(of));
    }
}

fn code_of(resource: &Value, systems: &Systems) -> Option<DepartmentCode> {
    identifiers(resource, &systems.department).find_map(|code| DepartmentCode::parse(code).ok())
}
