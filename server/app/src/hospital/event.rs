//! Which events of the queues the hospital's system is told.

use queue::{Queue, QueueEvent, Through, What};

use crate::store::{HospitalEvent, QueueKey, stored_codes};

stored_codes! {
    /// What happened to a visit, in the words of the webhook.
    EventKind {
        CheckedIn = "checked_in",
        /// Stands in another department now.
        Transferred = "transferred",
        /// Another number for the same place.
        Renumbered = "renumbered",
        Called = "called",
        Started = "started",
        /// Waits again: skipped, or returned.
        Waiting = "waiting",
        Parked = "parked",
        NoShow = "no_show",
        Finished = "finished",
        /// The number is void.
        Cancelled = "cancelled",
    }
}

/// None for what is nobody's concern outside: counters, priority, and the leaving half of a transfer.
pub(crate) fn told(key: &QueueKey, queue: &Queue, event: &QueueEvent) -> Option<HospitalEvent> {
    let mut counter = None;
    let kind = match &event.what {
        What::Joined { through: Through::Kiosk | Through::Appointment | Through::WalkIn, .. } => EventKind::CheckedIn,
        What::Joined { through: Through::Transfer(_) | Through::Merge(_), .. } => EventKind::Transferred,
        What::Renumbered { .. } => EventKind::Renumbered,
        What::Called { counter: at, .. } => {
            counter = Some(at.clone());
            EventKind::Called
        }
        What::Recalled { visit } | What::Started { visit } => {
            counter = queue.entry(*visit).and_then(|entry| entry.at_counter()).cloned();
            if matches!(event.what, What::Started { .. }) { EventKind::Started } else { EventKind::Called }
        }
        What::Skipped { .. } | What::Returned { .. } | What::Moved { .. } => EventKind::Waiting,
        What::Parked { .. } => EventKind::Parked,
        What::NoShow { .. } => EventKind::NoShow,
        What::Finished { .. } => EventKind::Finished,
        What::Voided { .. } => EventKind::Cancelled,
        What::PriorityConfirmed { .. }
        | What::PriorityRefused { .. }
        | What::TransferredOut { .. }
        | What::CounterOpened { .. }
        | What::CounterClosed { .. }
        | What::MergedInto { .. } => return None,
    };
    let visit = event.what.visit()?;
    Some(HospitalEvent {
        visit,
        kind,
        department: key.department.clone(),
        day: key.day,
        ticket: queue.entry(visit)?.ticket.to_string(),
        counter,
        at: event.at.unix_ms(),
    })
}
