//! From the events of a queue: who waited how long, and was served how long.

use std::collections::BTreeMap;

use api::{DepartmentCode, VisitId};
use queue::{Broken, Enters, Moment, Queue, QueueEvent, State, What};

use crate::facts::{Stay, StayEnd};

/// One entry a patient and department, in the order of joining. A patient who comes back from the laboratory is the same
/// stay: the wait is the first one, the time at the counter is the sum. A call that was never closed counts as no service.
pub fn stays(department: &DepartmentCode, events: &[QueueEvent]) -> Result<Vec<Stay>, Broken> {
    let mut queue = Queue::new(department.clone());
    let mut waits: BTreeMap<VisitId, Wait> = BTreeMap::new();
    for event in events {
        queue.apply(event)?;
        match &event.what {
            What::Joined { visit, enters: Enters::Waiting, .. } => {
                waits.entry(*visit).or_insert(Wait { joined_at: event.at, called_at: None });
            }
            What::Called { visit, .. } => {
                if let Some(wait) = waits.get_mut(visit) {
                    wait.called_at.get_or_insert(event.at);
                }
            }
            What::Joined { .. }
            | What::Renumbered { .. }
            | What::PriorityConfirmed { .. }
            | What::PriorityRefused { .. }
            | What::Recalled { .. }
            | What::Skipped { .. }
            | What::Parked { .. }
            | What::Returned { .. }
            | What::NoShow { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::TransferredOut { .. }
            | What::Moved { .. }
            | What::CounterOpened { .. }
            | What::CounterClosed { .. }
            | What::MergedInto { .. }
            | What::Voided { .. } => {}
        }
    }
    let mut served: BTreeMap<VisitId, i64> = BTreeMap::new();
    for service in queue.services() {
        *served.entry(service.visit).or_default() += service.ended_at.ms_since(service.called_at);
    }
    let mut stays: Vec<Stay> = waits
        .iter()
        .filter_map(|(visit, wait)| {
            let entry = queue.entry(*visit)?;
            let served_s = served.get(visit).map(|ms| seconds(*ms));
            let end = match entry.state {
                State::Void => return None,
                State::NoShow { .. } => StayEnd::NoShow,
                State::Finished { .. } | State::Left { .. } | State::Away { .. } if served_s.is_some() => {
                    StayEnd::Served
                }
                State::Waiting
                | State::Called { .. }
                | State::InService { .. }
                | State::Parked { .. }
                | State::Away { .. }
                | State::Finished { .. }
                | State::Left { .. }
                | State::Merged { .. } => StayEnd::Other,
            };
            Some(Stay {
                department: department.clone(),
                joined_at: wait.joined_at.unix_ms(),
                group: entry.class.into(),
                waited_s: wait.called_at.map(|at| seconds(at.ms_since(wait.joined_at))),
                served_s,
                end,
            })
        })
        .collect();
    stays.sort_by_key(|stay| stay.joined_at);
    Ok(stays)
}

struct Wait {
    joined_at: Moment,
    called_at: Option<Moment>,
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0) / 1000).unwrap_or(u32::MAX)
}
