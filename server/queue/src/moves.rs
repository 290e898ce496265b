//! What somebody wants of the queue, and the event it becomes or the reason why not.

use api::{DepartmentCode, TicketNumber, VisitId};

use crate::{
    Actor, Arrival, Coming, CounterId, Enters, Ground, How, Moment, OutOfOrder, Policy, Queue, QueueEvent, Standing,
    State, Then, VoidReason, What,
};

/// One move. Each becomes exactly one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    Join(Arrival),
    Renumber {
        visit: VisitId,
        ticket: TicketNumber,
    },
    ConfirmPriority {
        visit: VisitId,
        ground: Ground,
    },
    RefusePriority {
        visit: VisitId,
    },
    CallNext {
        counter: CounterId,
    },
    CallOutOfOrder {
        visit: VisitId,
        counter: CounterId,
        reason: OutOfOrder,
    },
    Recall {
        visit: VisitId,
    },
    Skip {
        visit: VisitId,
    },
    Park {
        visit: VisitId,
    },
    Return {
        visit: VisitId,
    },
    /// After the third call.
    NoShow {
        visit: VisitId,
    },
    Start {
        visit: VisitId,
    },
    Finish {
        visit: VisitId,
    },
    /// The other department's queue takes [`Queue::departing`] in the same transaction.
    TransferOut {
        visit: VisitId,
        to: DepartmentCode,
        then: Then,
    },
    MoveTo {
        visit: VisitId,
        counter: CounterId,
    },
    OpenCounter {
        counter: CounterId,
    },
    CloseCounter {
        counter: CounterId,
    },
    /// The other queue takes [`Queue::leaving`] in the same transaction.
    MergeInto {
        into: DepartmentCode,
    },
    Void {
        visit: VisitId,
        reason: VoidReason,
    },
}

/// Why a move is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this queue does not know the visit")]
    UnknownVisit,
    #[error("the visit stands in this queue already")]
    AlreadyHere,
    #[error("not while the visit is {state}")]
    NotNow { state: &'static str },
    #[error("the visit stands at counter {0}")]
    AtCounter(CounterId),
    #[error("nobody waits for this counter")]
    NobodyWaits,
    #[error("the counter is not open")]
    CounterClosed,
    #[error("the counter is open already")]
    CounterOpen,
    #[error("the counter has visit {0} before it")]
    CounterBusy(VisitId),
    #[error("called three times already: no-show comes next")]
    CallsUsedUp,
    #[error("called less than three times: call again, or skip")]
    CallsLeft,
    #[error("this is the same department")]
    SameDepartment,
    #[error("the queue was merged into {0}")]
    Merged(DepartmentCode),
}

impl Queue {
    /// The event that this move is now, or at the last event's moment where the clock was put back; nothing has happened
    /// until it is applied.
    pub fn decide(&self, wanted: &Move, now: Moment, by: &Actor, policy: &Policy) -> Result<QueueEvent, Refusal> {
        let now = now.max(self.latest());
        let what = match wanted {
            Move::Join(arrival) => self.join(arrival),
            Move::Renumber { visit, ticket } => What::Renumbered { visit: *visit, ticket: *ticket },
            Move::ConfirmPriority { visit, ground } => What::PriorityConfirmed { visit: *visit, ground: *ground },
            Move::RefusePriority { visit } => What::PriorityRefused { visit: *visit },
            Move::CallNext { counter } => {
                let next = self.next(counter, now, policy);
                // A counter that cannot call anybody says that first.
                let Some(next) = next else {
                    self.fits(&What::CounterClosed { counter: counter.clone() })?;
                    return Err(Refusal::NobodyWaits);
                };
                What::Called { visit: next.visit, counter: counter.clone(), how: How::Rule(next.lane()) }
            }
            Move::CallOutOfOrder { visit, counter, reason } => {
                What::Called { visit: *visit, counter: counter.clone(), how: How::OutOfOrder(*reason) }
            }
            Move::Recall { visit } => What::Recalled { visit: *visit },
            Move::Skip { visit } => What::Skipped { visit: *visit, behind: policy.skip_behind },
            Move::Park { visit } => What::Parked { visit: *visit },
            Move::Return { visit } => What::Returned { visit: *visit, coming: self.coming(*visit, now, policy) },
            Move::NoShow { visit } => What::NoShow { visit: *visit },
            Move::Start { visit } => What::Started { visit: *visit },
            Move::Finish { visit } => What::Finished { visit: *visit },
            Move::TransferOut { visit, to, then } => {
                What::TransferredOut { visit: *visit, to: to.clone(), then: *then }
            }
            Move::MoveTo { visit, counter } => What::Moved { visit: *visit, counter: counter.clone() },
            Move::OpenCounter { counter } => What::CounterOpened { counter: counter.clone() },
            Move::CloseCounter { counter } => What::CounterClosed { counter: counter.clone() },
            Move::MergeInto { into } => What::MergedInto { into: into.clone() },
            Move::Void { visit, reason } => What::Voided { visit: *visit, reason: *reason },
        };
        self.fits(&what)?;
        Ok(QueueEvent::new(now, by.clone(), what))
    }

    /// Decides and applies: for whoever makes several moves at once.
    pub fn make(&mut self, wanted: &Move, now: Moment, by: &Actor, policy: &Policy) -> Result<QueueEvent, Refusal> {
        let event = self.decide(wanted, now, by, policy)?;
        self.apply(&event).map_err(|broken| broken.refusal)?;
        Ok(event)
    }

    /// Who was sent away to come back stands ahead of newcomers, and waits for the same doctor.
    fn join(&self, arrival: &Arrival) -> What {
        let away = self.entries.get(&arrival.visit).and_then(|entry| match &entry.state {
            State::Away { counter, .. } => Some((counter.clone(), entry.earned)),
            _ => None,
        });
        let (standing, counter, earned) = match (away, arrival.enters) {
            (Some((counter, earned)), Enters::Waiting) => (Standing::Back, counter, earned.min(arrival.earned)),
            (Some(_), Enters::Parked { .. } | Enters::NoShow { .. }) | (None, _) => {
                (Standing::Newcomer, None, arrival.earned)
            }
        };
        What::Joined {
            visit: arrival.visit,
            ticket: arrival.ticket,
            class: arrival.class,
            claims: arrival.claims.clone(),
            earned,
            standing,
            counter,
            through: arrival.through.clone(),
            enters: arrival.enters,
        }
    }

    fn coming(&self, visit: VisitId, now: Moment, policy: &Policy) -> Coming {
        let since = self.entries.get(&visit).and_then(crate::Entry::absent_since);
        match since {
            Some(since) if now.ms_since(since) <= i64::from(policy.return_minutes) * 60_000 => Coming::InTime,
            Some(_) | None => Coming::TooLate,
        }
    }
}

impl Refusal {
    /// The stable code, for pages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownVisit => "unknown_visit",
            Self::AlreadyHere => "already_here",
            Self::NotNow { .. } => "not_now",
            Self::AtCounter(_) => "at_counter",
            Self::NobodyWaits => "nobody_waits",
            Self::CounterClosed => "counter_closed",
            Self::CounterOpen => "counter_open",
            Self::CounterBusy(_) => "counter_busy",
            Self::CallsUsedUp => "calls_used_up",
            Self::CallsLeft => "calls_left",
            Self::SameDepartment => "same_department",
            Self::Merged(_) => "merged",
        }
    }
}
