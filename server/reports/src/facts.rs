//! What is known about a period before anything is counted. No name, no number of a patient: ids of kiosks and codes of
//! departments are all that identifies anything here.

use api::{Assurance, CounterReason, DepartmentCode, KioskId};
use certificates::Kind;
use queue::Backtest;
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that happened in one period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub check_ins: Vec<CheckIn>,
    /// One patient in one department; a visit of several departments has several.
    pub stays: Vec<Stay>,
    pub certificates: Vec<CertificateFact>,
    pub kiosks: Vec<KioskFact>,
    pub forecasts: Vec<ForecastFact>,
}

/// One number given out. Moments are milliseconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    pub at: i64,
    pub department: DepartmentCode,
    pub kiosk: KioskId,
    pub assurance: Assurance,
    pub chip: ChipOutcome,
    pub face: FaceOutcome,
    /// Why a person finishes the check; none where nobody needs to.
    pub counter: Option<CounterReason>,
    pub source: NumberSource,
}

/// Who gave the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberSource {
    Server,
    /// The kiosk, from its block, while the server was away.
    Block,
}

/// How a patient fared in one department ([`stays`](crate::stays())).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub department: DepartmentCode,
    pub joined_at: i64,
    pub group: Group,
    /// From joining to the first call, for who was called.
    pub waited_s: Option<u32>,
    /// At the counter, all times together, for who was served.
    pub served_s: Option<u32>,
    pub end: StayEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StayEnd {
    Served,
    NoShow,
    /// Another number, another queue, left, or still there.
    Other,
}

/// One certificate issued in the period, as it stands when the report is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFact {
    pub kind: Kind,
    pub stage: Stage,
    pub deadline: DeadlineStanding,
}

/// One kiosk, over the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskFact {
    pub kiosk: KioskId,
    /// Admitted when the report is made.
    pub admitted: Admitted,
    /// Is it heard now? Not known of a period that is over.
    pub contact: Contact,
    /// The last sign of it in the period: a check-in, a call, or its own word that it works.
    pub last_sign_at: Option<i64>,
    /// Times it asked for paper or for a mended printer.
    pub printer_calls: u64,
    /// Cards that patients left in it.
    pub cards_left: u64,
    /// Times patients called for help or in an emergency.
    pub help_calls: u64,
    /// From call to answer, of every call that was answered.
    pub answered_s: Vec<u32>,
    pub unanswered: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Admitted {
    Yes,
    Revoked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    Heard,
    /// It said how it is once a minute, and does not any more.
    Silent,
    /// It never said so, or the period is over.
    Unknown,
}

/// How good the promised waits of a department were on days held out.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastFact {
    pub department: DepartmentCode,
    pub backtest: Backtest,
}

/// An enum of which every value has a stable code and stands in a list.
// A code is a `tt`: a `literal` reaches the derive of the schema in a group that it does not look into.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

coded! {
    /// What the server could say about the document, best first.
    ChipOutcome {
        Trusted = "chip_trusted",
        /// This hospital pinned the signer itself.
        Pinned = "chip_pinned",
        /// Genuine chip, signer unknown.
        SignerUnknown = "chip_signer_unknown",
        /// Chip authentication ran at the kiosk, which no record can prove.
        KioskWord = "chip_kiosk_word",
        NotProven = "chip_not_proven",
        /// An e-identity verifier's signed answer.
        Eid = "eid",
        /// A number without a chip: printed code or typed.
        NumberOnly = "number_only",
        /// Nothing was shown, or nothing could be read.
        Nothing = "nothing",
    }
}

coded! {
    FaceOutcome {
        Matched = "matched",
        NotMatched = "not_matched",
        Declined = "declined",
        NoPortrait = "no_portrait",
        Unavailable = "unavailable",
        NotAsked = "not_asked",
    }
}

coded! {
    /// The law's groups (Luật KCB 15/2023/QH15 Đ3 k2), as far as a public report tells them apart.
    Group {
        Emergency = "emergency",
        Priority = "priority",
        Ordinary = "ordinary",
    }
}

coded! {
    /// Where a certificate stands, as management reads it.
    Stage {
        AtDesk = "at_desk",
        WithCitizen = "with_citizen",
        ToSign = "to_sign",
        ToSend = "to_send",
        OutcomeUnknown = "outcome_unknown",
        Refused = "refused",
        Accepted = "accepted",
        /// Replaced by a later issue, given up, or void.
        Ended = "ended",
    }
}

coded! {
    /// The four working hours of NĐ 63/2024/NĐ-CP Đ25.
    DeadlineStanding {
        InTime = "in_time",
        Late = "late",
        /// Not settled, and time is left.
        Open = "open",
        /// Not settled, and the time is over.
        Overdue = "overdue",
        /// The law sets none, or the paper was given up.
        None = "none",
    }
}

impl From<queue::Class> for Group {
    fn from(class: queue::Class) -> Self {
        match class {
            queue::Class::Ordinary => Self::Ordinary,
            queue::Class::Priority(queue::Ground::Emergency) => Self::Emergency,
            queue::Class::Priority(
                queue::Ground::UnderSix
                | queue::Ground::Pregnant
                | queue::Ground::SevereDisability
                | queue::Ground::SeventyFiveAndOver
                | queue::Ground::WarMerit,
            ) => Self::Priority,
        }
    }
}

impl DeadlineStanding {
    /// From the two moments, where there is a deadline.
    pub fn of(deadline_at: Option<i64>, settled_at: Option<i64>, now: i64) -> Self {
        match (deadline_at, settled_at) {
            (None, _) => Self::None,
            (Some(deadline), Some(settled)) if settled <= deadline => Self::InTime,
            (Some(_), Some(_)) => Self::Late,
            (Some(deadline), None) if now <= deadline => Self::Open,
            (Some(_), None) => Self::Overdue,
        }
    }
}
