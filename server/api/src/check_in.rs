//! Department, payer, ticket.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::{AppointmentView, DepartmentCode, EntitlementView, TicketNumber};

/// After the identification; or without one, with the reason why a person looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInRequest {
    pub department: DepartmentCode,
    pub payer: Payer,
    /// Set when a person finishes the check at the counter.
    pub counter: Option<CounterReason>,
    /// Grounds of priority that the patient names; each once. Staff confirm one, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<DeclaredGround>,
}

/// Grounds the law gives (Luật KCB 15/2023/QH15 Đ3 k2) that a patient may name. Emergencies are called, not declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredGround {
    Pregnant,
    SevereDisability,
    WarMerit,
    UnderSix,
    SeventyFiveAndOver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    Insurance,
    SelfPay,
    /// Decided at the counter.
    Undecided,
}

/// Why the visit goes through a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CounterReason {
    NoCard,
    NumberOnly,
    ChildWithoutPortrait,
    FaceDeclined,
    FaceNotMatched,
    FaceUnavailable,
    /// The chip answered as a copy would: its files are there, its keys are not.
    ChipNotGenuine,
    /// A file of the chip is not the one that was signed.
    DocumentAltered,
    SignerExpired,
    /// Policy sends cards with an unknown signer to a person.
    SignerUnknown,
    AccessDowngraded,
    ChipUnreadable,
    /// The chip's number is not the scanned one: the chip wins and a person looks.
    NumberMismatch,
    EidNotConfirmed,
    /// Insurance not valid, or not the right route, and the patient asks a person.
    Insurance,
    AskedForPerson,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInReply {
    pub ticket: TicketView,
    pub entitlement: EntitlementView,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketView {
    pub number: TicketNumber,
    pub department: DepartmentCode,
    #[serde(with = "crate::encoding::day")]
    #[schema(value_type = String, format = Date)]
    pub service_day: Date,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: OffsetDateTime,
    /// Absent offline: nobody knows.
    pub people_ahead: Option<u16>,
    /// Expected wait in minutes, low and high.
    #[schema(value_type = Option<[u16; 2]>)]
    pub wait_minutes: Option<(u16, u16)>,
    pub priority: bool,
    /// For the QR on the paper: opens the ticket's place in the queue on a phone, holds no personal data.
    pub follow_url: Option<String>,
    /// The appointment that this ticket is for. The paper says the time; the place in the queue is everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentView>,
}
