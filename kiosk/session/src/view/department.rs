//! The tiles of the departments.

use api::{AppointmentView, DepartmentView};

use super::{Draft, Scene, Step, payer};
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Key, KeyWeight, Language, Tile, Tone};
use crate::state::{Choosing, DepartmentNotice};
use crate::words;

/// A line holds about this many characters of a headline (68 px on 968 px).
const HEADLINE_LINE: usize = 26;
/// From this many minutes on a wait is marked as long.
const LONG_WAIT_MINUTES: u16 = 35;

pub(super) fn department(scene: &Scene<'_>, step: &Choosing) -> Draft {
    let headline =
        named(scene, step.known.name.as_deref(), Phrase::DepartmentHeadline, Phrase::DepartmentHeadlinePlain);
    let booked = step.known.appointment.as_ref().and_then(|appointment| appointment_words(scene, appointment));
    let priority = match (step.known.priority, step.known.declared.is_empty()) {
        (Some(_), _) => Some(Phrase::TicketPriority),
        (None, false) => Some(Phrase::PriorityDeclared),
        (None, true) => None,
    };
    let why: Vec<String> = booked.into_iter().chain(priority.map(|phrase| scene.say(phrase))).collect();
    let mut draft = Draft::new(Step::Department, headline, why.join(" "));
    draft.badge = Some(match step.notice {
        DepartmentNotice::Nothing => payer::entitlement_badge(scene, &step.known.entitlement),
        DepartmentNotice::Closed => scene.badge(Tone::Warn, Phrase::DepartmentClosed),
    });
    let tiles = scene.station.choices().map(|department| tile(scene, step, department)).collect();
    draft.body.push(Block::Tiles(tiles));
    let chosen = step.chosen.as_ref().and_then(|code| scene.station.department(code));
    let label = match chosen {
        Some(department) => {
            let name = name(scene, department);
            scene.words.say_with(Phrase::KeyTakeNumber, &[("department", name)])
        }
        None => scene.say(Phrase::KeyTakeNumberNone),
    };
    draft.keys.push(scene.secondary(Phrase::KeyUnknownDepartment, Action::UnknownDepartment));
    if step.known.priority.is_none() {
        draft.keys.push(scene.secondary(Phrase::KeyPriority, Action::OpenPriority));
    }
    draft.keys.push(Key { label, weight: KeyWeight::Primary, enabled: chosen.is_some(), action: Action::TakeNumber });
    draft
}

/// With the name where it may be shown and fits a line of the headline.
pub(super) fn named(scene: &Scene<'_>, name: Option<&String>, with: Phrase, without: Phrase) -> String {
    match name {
        Some(name) if name.chars().count() <= HEADLINE_LINE => scene.words.say_with(with, &[("name", name)]),
        Some(_) | None => scene.say(without),
    }
}

pub(super) fn name<'a>(scene: &Scene<'_>, department: &'a DepartmentView) -> &'a str {
    match scene.language {
        Language::Vietnamese => &department.name_vi,
        Language::English => &department.name_en,
    }
}

/// "Có hẹn 09:30 · Khoa Mắt"; nothing where the department is none of those here.
fn appointment_words(scene: &Scene<'_>, appointment: &AppointmentView) -> Option<String> {
    let department = scene.station.department(&appointment.department)?;
    let values = [("time", &*words::clock(appointment.starts_at)), ("department", name(scene, department))];
    Some(scene.words.say_with(Phrase::DepartmentAppointment, &values))
}

fn tile(scene: &Scene<'_>, step: &Choosing, department: &DepartmentView) -> Tile {
    let enabled = step.known.may_choose(department);
    let place = [("rooms", department.rooms.as_str()), ("floor", department.floor.as_str())];
    Tile {
        title: name(scene, department).to_owned(),
        subtitle: scene.words.say_with(Phrase::TilePlace, &place),
        badge: Some(if enabled {
            waiting(scene, department)
        } else if department.full {
            scene.badge(Tone::Neutral, Phrase::DepartmentFull)
        } else {
            scene.badge(Tone::Neutral, Phrase::DepartmentShut)
        }),
        chosen: step.chosen.as_ref() == Some(&department.code),
        enabled,
        action: Action::ChooseDepartment(department.code.clone()),
    }
}

fn waiting(scene: &Scene<'_>, department: &DepartmentView) -> Badge {
    let people = department.waiting.to_string();
    match department.wait_minutes {
        Some((low, high)) if high > 0 => {
            let values = [("people", &*people), ("low", &*low.to_string()), ("high", &*high.to_string())];
            let tone = if low >= LONG_WAIT_MINUTES { Tone::Warn } else { Tone::Ok };
            Badge { tone, text: scene.words.say_with(Phrase::TileWaitingTime, &values) }
        }
        Some(_) | None => {
            Badge { tone: Tone::Neutral, text: scene.words.say_with(Phrase::TileWaiting, &[("people", &people)]) }
        }
    }
}
