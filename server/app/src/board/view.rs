//! What a board shows: a function of its queues.

use std::collections::{HashMap, HashSet};

use announce::{Announcement, Destination, PlaceName, Standing};
use api::{TicketNumber, VisitId};
use queue::{Call, Class, CounterId, Entry, Moment, Policy, Queue, State};

use crate::department::Department;

/// Numbers announced as next, for one department.
const NEXT: usize = 5;
const LAST: usize = 5;

/// Names that may be shown, masked already.
pub type Names = HashMap<VisitId, String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardView {
    pub sections: Vec<Section>,
    /// The last calls of all sections, the newest first, each number once.
    pub last: Vec<Called>,
}

/// One department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name_vi: String,
    pub name_en: String,
    pub kind: PlaceKind,
    /// Open rooms or counters, in the order of their numbers.
    pub rows: Vec<Row>,
    pub next: Vec<Next>,
    pub waiting: usize,
}

/// What people of that department are called to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    Room,
    Counter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub place: CounterId,
    pub current: Option<Current>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    pub ticket: TicketNumber,
    pub standing: Standing,
    pub presence: Presence,
    pub name: Option<String>,
}

/// Is the patient still expected?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Called,
    Inside,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub ticket: TicketNumber,
    pub standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    pub ticket: TicketNumber,
    pub place: CounterId,
    pub kind: PlaceKind,
    pub at: Moment,
}

impl BoardView {
    /// The departments in the order of the board, each with its queue.
    pub fn of(departments: &[(&Department, &Queue)], names: &Names, now: Moment, policy: &Policy) -> Self {
        let sections =
            departments.iter().map(|(department, queue)| Section::of(department, queue, names, now, policy)).collect();
        let mut calls: Vec<Called> = departments
            .iter()
            .flat_map(|(department, queue)| {
                // As many of each as could be among the last; recalls of one number stand there once.
                queue.calls().iter().rev().filter(|call| is_shown(queue, call.visit)).take(LAST * 3).map(|call| {
                    Called {
                        ticket: call.ticket,
                        place: call.counter.clone(),
                        kind: PlaceKind::of(department),
                        at: call.at,
                    }
                })
            })
            .collect();
        calls.sort_by_key(|call| std::cmp::Reverse(call.at));
        let mut seen = HashSet::new();
        calls.retain(|call| seen.insert(call.ticket));
        calls.truncate(LAST);
        Self { sections, last: calls }
    }
}

impl Section {
    fn of(department: &Department, queue: &Queue, names: &Names, now: Moment, policy: &Policy) -> Self {
        let shown = queue.counters().filter(|(_, counter)| counter.open || counter.serving.is_some());
        let mut rows: Vec<Row> = shown
            .map(|(place, _)| Row {
                place: place.clone(),
                current: queue.serving(place).and_then(|entry| Current::of(entry, names)),
            })
            .collect();
        rows.sort_by_key(|row| door(&row.place));
        let order = queue.order(now, policy);
        let next =
            order.iter().take(NEXT).map(|entry| Next { ticket: entry.ticket, standing: standing(entry) }).collect();
        Self {
            name_vi: department.name_vi.clone(),
            name_en: department.name_en.clone(),
            kind: PlaceKind::of(department),
            rows,
            next,
            waiting: order.len(),
        }
    }
}

impl PlaceKind {
    pub fn of(department: &Department) -> Self {
        if department.reception { Self::Counter } else { Self::Room }
    }
}

impl Current {
    fn of(entry: &Entry, names: &Names) -> Option<Self> {
        let presence = match &entry.state {
            State::Called { .. } => Presence::Called,
            State::InService { .. } => Presence::Inside,
            State::Waiting
            | State::Parked { .. }
            | State::NoShow { .. }
            | State::Away { .. }
            | State::Finished { .. }
            | State::Left { .. }
            | State::Merged { .. }
            | State::Void => return None,
        };
        let name = names.get(&entry.visit).cloned();
        Some(Self { ticket: entry.ticket, standing: standing(entry), presence, name })
    }
}

/// The call as the hall hears it; none where the patient is not expected any more.
pub fn announcement(department: &Department, queue: &Queue, call: &Call) -> Option<Announcement> {
    let entry = queue.entry(call.visit)?;
    if !matches!(&entry.state, State::Called { counter, .. } if *counter == call.counter) {
        return None;
    }
    let destination = match (PlaceName::parse(call.counter.as_str()), PlaceKind::of(department)) {
        (Ok(name), PlaceKind::Room) => Destination::Room(name),
        (Ok(name), PlaceKind::Counter) => Destination::Counter(name),
        (Err(_), PlaceKind::Room | PlaceKind::Counter) => Destination::SeeBoard,
    };
    Some(Announcement { ticket: entry.ticket, destination, standing: standing(entry) })
}

/// Whose number was a mistake is not shown as called.
fn is_shown(queue: &Queue, visit: VisitId) -> bool {
    queue.entry(visit).is_some_and(|entry| entry.state != State::Void)
}

fn standing(entry: &Entry) -> Standing {
    match entry.class {
        Class::Priority(_) => Standing::Priority,
        Class::Ordinary => Standing::Ordinary,
    }
}

/// Rooms in the order of their numbers: 9, 10, 101, 101A.
fn door(place: &CounterId) -> (String, u64, String) {
    let text = place.as_str();
    let letters: String = text.chars().take_while(|c| !c.is_ascii_digit()).collect();
    let rest = &text[letters.len()..];
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let tail = rest[digits.len()..].to_owned();
    (letters, digits.parse().unwrap_or(u64::MAX), tail)
}
