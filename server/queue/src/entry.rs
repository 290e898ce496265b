//! One patient in the queue.

use api::{DepartmentCode, TicketNumber, VisitId};
use serde::{Deserialize, Serialize};

use crate::{Class, CounterId, Enters, Ground, Lane, Moment, Through};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub visit: VisitId,
    pub ticket: TicketNumber,
    pub class: Class,
    /// Declared, not confirmed.
    pub claims: Vec<Ground>,
    /// When the patient first took a number: the place in the lane.
    pub earned: Moment,
    pub joined_at: Moment,
    pub through: Through,
    pub standing: Standing,
    /// Waits for this counter only.
    pub counter: Option<CounterId>,
    /// How often called, over all.
    pub calls: u8,
    pub state: State,
    /// Not before the queue has made so many calls: after a skip.
    pub(crate) held_until: u64,
}

/// What a patient has behind them in this queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Newcomer,
    /// Was here, was sent elsewhere, comes back to the same doctor.
    Back,
    /// Missed the call, or paused, and returned in time.
    InTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Waiting,
    Called {
        counter: CounterId,
        at: Moment,
    },
    InService {
        counter: CounterId,
        called_at: Moment,
        since: Moment,
    },
    Parked {
        since: Moment,
    },
    NoShow {
        since: Moment,
    },
    /// In another department, and comes back.
    Away {
        to: DepartmentCode,
        counter: Option<CounterId>,
    },
    Finished {
        at: Moment,
    },
    /// In another department for good.
    Left {
        to: DepartmentCode,
    },
    Merged {
        into: DepartmentCode,
    },
    Void,
}

/// One patient served: what a pace is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub visit: VisitId,
    pub counter: CounterId,
    pub called_at: Moment,
    pub ended_at: Moment,
}

/// What a patient brings along to another queue: the place earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub visit: VisitId,
    pub ticket: TicketNumber,
    pub class: Class,
    pub claims: Vec<Ground>,
    pub earned: Moment,
    pub through: Through,
    pub enters: Enters,
}

impl Arrival {
    /// Somebody new, with the number just taken.
    pub fn new(visit: VisitId, ticket: TicketNumber, class: Class, earned: Moment, through: Through) -> Self {
        Self { visit, ticket, class, claims: Vec::new(), earned, through, enters: Enters::Waiting }
    }
}

impl Entry {
    pub fn lane(&self) -> Lane {
        match (self.class, self.standing) {
            (Class::Priority(Ground::Emergency), _) => Lane::Emergency,
            (Class::Priority(_), _) | (Class::Ordinary, Standing::Back | Standing::InTime) => Lane::Favoured,
            (Class::Ordinary, Standing::Newcomer) => Lane::Ordinary,
        }
    }

    /// The counter at which this patient stands now.
    pub fn at_counter(&self) -> Option<&CounterId> {
        match &self.state {
            State::Called { counter, .. } | State::InService { counter, .. } => Some(counter),
            State::Waiting
            | State::Parked { .. }
            | State::NoShow { .. }
            | State::Away { .. }
            | State::Finished { .. }
            | State::Left { .. }
            | State::Merged { .. }
            | State::Void => None,
        }
    }

    /// Is here, or is expected at the next call: in one queue at a time.
    pub fn stands(&self) -> bool {
        match self.state {
            State::Waiting
            | State::Called { .. }
            | State::InService { .. }
            | State::Parked { .. }
            | State::NoShow { .. } => true,
            State::Away { .. } | State::Finished { .. } | State::Left { .. } | State::Merged { .. } | State::Void => {
                false
            }
        }
    }

    /// Since when paused or not come, for who may still return.
    pub fn absent_since(&self) -> Option<Moment> {
        match self.state {
            State::Parked { since } | State::NoShow { since } => Some(since),
            State::Waiting
            | State::Called { .. }
            | State::InService { .. }
            | State::Away { .. }
            | State::Finished { .. }
            | State::Left { .. }
            | State::Merged { .. }
            | State::Void => None,
        }
    }

    /// The order in a lane.
    pub(crate) fn place(&self) -> (Moment, TicketNumber, VisitId) {
        (self.earned, self.ticket, self.visit)
    }

    pub(crate) fn is_over(&self) -> bool {
        match self.state {
            State::Finished { .. } | State::Left { .. } | State::Merged { .. } | State::Void => true,
            State::Waiting
            | State::Called { .. }
            | State::InService { .. }
            | State::Parked { .. }
            | State::NoShow { .. }
            | State::Away { .. } => false,
        }
    }
}

impl State {
    /// The stable code, for lists and tables.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called { .. } => "called",
            Self::InService { .. } => "in_service",
            Self::Parked { .. } => "parked",
            Self::NoShow { .. } => "no_show",
            Self::Away { .. } => "away",
            Self::Finished { .. } => "finished",
            Self::Left { .. } => "left",
            Self::Merged { .. } => "merged",
            Self::Void => "void",
        }
    }
}
