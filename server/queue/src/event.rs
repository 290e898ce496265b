//! What happened: the only thing that is kept. Version 1 of the stored form; a later one is read beside it.

use api::{DepartmentCode, TicketNumber, VisitId};
use serde::{Deserialize, Serialize};

use crate::{Actor, Class, CounterId, Ground, Lane, Moment, Standing};

/// One event of the queue of a department and day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueEvent {
    v: Version,
    pub at: Moment,
    pub by: Actor,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    Joined {
        visit: VisitId,
        ticket: TicketNumber,
        class: Class,
        /// Declared at the kiosk, to be confirmed at the counter.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        claims: Vec<Ground>,
        /// When the patient first took a number.
        earned: Moment,
        standing: Standing,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counter: Option<CounterId>,
        through: Through,
        enters: Enters,
    },
    /// Another number for the same place: the one on paper wins.
    Renumbered {
        visit: VisitId,
        ticket: TicketNumber,
    },
    PriorityConfirmed {
        visit: VisitId,
        ground: Ground,
    },
    /// No ground was found; the patient stands as everybody.
    PriorityRefused {
        visit: VisitId,
    },
    Called {
        visit: VisitId,
        counter: CounterId,
        how: How,
    },
    Recalled {
        visit: VisitId,
    },
    Skipped {
        visit: VisitId,
        /// So many further calls.
        behind: u16,
    },
    Parked {
        visit: VisitId,
    },
    Returned {
        visit: VisitId,
        coming: Coming,
    },
    NoShow {
        visit: VisitId,
    },
    Started {
        visit: VisitId,
    },
    Finished {
        visit: VisitId,
    },
    /// To another department.
    TransferredOut {
        visit: VisitId,
        to: DepartmentCode,
        then: Then,
    },
    /// To another room of this department, with the place kept.
    Moved {
        visit: VisitId,
        counter: CounterId,
    },
    CounterOpened {
        counter: CounterId,
    },
    CounterClosed {
        counter: CounterId,
    },
    /// Everyone who waits stands in another queue from now on, and so does everyone who comes.
    MergedInto {
        into: DepartmentCode,
    },
    Voided {
        visit: VisitId,
        reason: VoidReason,
    },
}

/// By which way a patient joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    Kiosk,
    Appointment,
    /// Staff gave the number.
    WalkIn,
    Transfer(DepartmentCode),
    Merge(DepartmentCode),
}

/// As what a patient joins: a merge brings those who are away for a while, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enters {
    Waiting,
    Parked { since: Moment },
    NoShow { since: Moment },
}

/// How a patient came to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was their turn.
    Rule(Lane),
    OutOfOrder(OutOfOrder),
}

/// Why somebody is called out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfOrder {
    /// The patient's condition became worse.
    Condition,
    DoctorAsked,
    /// A person must look at the papers before anything else.
    Verification,
    /// Interpreter, companion or vehicle is there now only.
    Companion,
    /// Something went wrong before, and this mends it.
    Mend,
}

/// Where a patient who returns stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coming {
    /// In time: behind the one being served.
    InTime,
    /// Too late: at the end.
    TooLate,
}

/// What follows a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Back to the same doctor, with results.
    ComesBack,
    /// This department is done.
    Leaves,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// The kiosk gave another number while the server was away.
    PaperNumberWins,
    /// The same patient holds another number.
    SamePatient,
    PatientLeft,
    StaffMistake,
}

impl OutOfOrder {
    pub const ALL: [Self; 5] = [Self::Condition, Self::DoctorAsked, Self::Verification, Self::Companion, Self::Mend];

    pub fn code(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::DoctorAsked => "doctor_asked",
            Self::Verification => "verification",
            Self::Companion => "companion",
            Self::Mend => "mend",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl VoidReason {
    pub const ALL: [Self; 4] = [Self::PaperNumberWins, Self::SamePatient, Self::PatientLeft, Self::StaffMistake];

    pub fn code(self) -> &'static str {
        match self {
            Self::PaperNumberWins => "paper_number_wins",
            Self::SamePatient => "same_patient",
            Self::PatientLeft => "patient_left",
            Self::StaffMistake => "staff_mistake",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl QueueEvent {
    pub fn new(at: Moment, by: Actor, what: What) -> Self {
        Self { v: Version, at, by, what }
    }
}

impl What {
    /// Whom it is about; a counter's and the queue's own events are about nobody.
    pub fn visit(&self) -> Option<VisitId> {
        match self {
            Self::Joined { visit, .. }
            | Self::Renumbered { visit, .. }
            | Self::PriorityConfirmed { visit, .. }
            | Self::PriorityRefused { visit }
            | Self::Called { visit, .. }
            | Self::Recalled { visit }
            | Self::Skipped { visit, .. }
            | Self::Parked { visit }
            | Self::Returned { visit, .. }
            | Self::NoShow { visit }
            | Self::Started { visit }
            | Self::Finished { visit }
            | Self::TransferredOut { visit, .. }
            | Self::Moved { visit, .. }
            | Self::Voided { visit, .. } => Some(*visit),
            Self::CounterOpened { .. } | Self::CounterClosed { .. } | Self::MergedInto { .. } => None,
        }
    }

    /// The stable code, also the key of its stored form.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "joined",
            Self::Renumbered { .. } => "renumbered",
            Self::PriorityConfirmed { .. } => "priority_confirmed",
            Self::PriorityRefused { .. } => "priority_refused",
            Self::Called { .. } => "called",
            Self::Recalled { .. } => "recalled",
            Self::Skipped { .. } => "skipped",
            Self::Parked { .. } => "parked",
            Self::Returned { .. } => "returned",
            Self::NoShow { .. } => "no_show",
            Self::Started { .. } => "started",
            Self::Finished { .. } => "finished",
            Self::TransferredOut { .. } => "transferred_out",
            Self::Moved { .. } => "moved",
            Self::CounterOpened { .. } => "counter_opened",
            Self::CounterClosed { .. } => "counter_closed",
            Self::MergedInto { .. } => "merged_into",
            Self::Voided { .. } => "voided",
        }
    }
}

/// Stands for the number 1; any other is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = &'static str;
    fn try_from(version: u8) -> Result<Self, Self::Error> {
        if version == 1 { Ok(Self) } else { Err("an event of another version") }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}
