//! Where one ticket stands: a function of the day's queues.

use api::{DepartmentCode, TicketNumber, VisitId};
use queue::{CounterId, Entry, MAX_CALLS, Moment, Policy, State};

use crate::board::{Day, PlaceKind};
use crate::department::{Department, Departments};
use crate::queue::Promise;

/// A patient goes from reception to room, laboratory, X-ray and back: more hops than this are a circle.
const MAX_HOPS: usize = 12;

/// What the phone shows. Holds a number and places, nothing about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPlace {
    pub ticket: TicketNumber,
    pub department: DepartmentCode,
    pub stage: Stage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    Waiting {
        ahead: u16,
        /// Minutes, low and high, where something is known.
        minutes: Option<(u16, u16)>,
        /// Called before and did not come: the next calls come first.
        calls: u8,
    },
    /// The one that matters.
    Called {
        kind: PlaceKind,
        place: CounterId,
        times: u8,
        of: u8,
    },
    Inside {
        kind: PlaceKind,
        place: CounterId,
    },
    /// Asked to wait apart, by the patient or by staff.
    Parked,
    Missed {
        /// Minutes left to come back without losing the place.
        minutes_left: u32,
    },
    Done,
    /// The number was taken back.
    Void,
    /// The queue does not know the ticket yet, or not any more.
    Unknown,
}

impl TicketPlace {
    /// From the department where the number was given, wherever the patient was sent since.
    pub fn of(
        departments: &Departments,
        day: &Day,
        given: (TicketNumber, &DepartmentCode, VisitId),
        now: Moment,
        policy: &Policy,
    ) -> Self {
        let (ticket, first, visit) = given;
        let mut code = first.clone();
        for _ in 0..MAX_HOPS {
            let found = day.departments.get(&code).and_then(|line| Some((line, line.queue.entry(visit)?)));
            let (Some((line, entry)), Some(department)) = (found, departments.get(&code)) else { break };
            let next = match &entry.state {
                State::Left { to } | State::Merged { into: to } => Some(to),
                // There or on the way back: the other queue knows.
                State::Away { to, .. } => Some(to),
                State::Waiting
                | State::Called { .. }
                | State::InService { .. }
                | State::Parked { .. }
                | State::NoShow { .. }
                | State::Finished { .. }
                | State::Void => None,
            };
            match next {
                Some(to) => code = to.clone(),
                None => {
                    let promise = line.promises.get(&visit).copied();
                    let stage = stage(department, entry, promise, now, policy);
                    return Self { ticket: entry.ticket, department: code, stage };
                }
            }
        }
        Self { ticket, department: code, stage: Stage::Unknown }
    }
}

fn stage(department: &Department, entry: &Entry, promise: Option<Promise>, now: Moment, policy: &Policy) -> Stage {
    let kind = PlaceKind::of(department);
    match &entry.state {
        State::Waiting => match promise {
            Some(Promise { ahead, minutes }) => Stage::Waiting { ahead, minutes, calls: entry.calls },
            None => Stage::Unknown,
        },
        State::Called { counter, .. } => {
            Stage::Called { kind, place: counter.clone(), times: entry.calls, of: MAX_CALLS }
        }
        State::InService { counter, .. } => Stage::Inside { kind, place: counter.clone() },
        State::Parked { .. } => Stage::Parked,
        State::NoShow { since } => {
            Stage::Missed { minutes_left: policy.return_minutes.saturating_sub(now.minutes_since(*since)) }
        }
        State::Finished { .. } => Stage::Done,
        State::Void => Stage::Void,
        State::Away { .. } | State::Left { .. } | State::Merged { .. } => Stage::Unknown,
    }
}
