//! What is wrong with a message, where, and by which code of the standard.

use std::fmt;

/// The codes of table 0357 that occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    SegmentSequence,
    RequiredFieldMissing,
    DataType,
    ValueNotFound,
    UnsupportedMessageType,
    UnsupportedEvent,
    UnsupportedProcessingId,
    UnsupportedVersion,
    UnknownKey,
    Internal,
}

/// Segment, its sequence, field and component, as ERL and ELD count them: from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    pub segment: &'static str,
    pub field: usize,
    pub component: Option<usize>,
}

/// One thing that is wrong. Its words repeat nothing of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Fault {
    pub kind: FaultKind,
    pub at: Location,
    pub words: String,
}

/// What follows from a fault: AE may be sent again when it is mended, AR never will be taken (2.9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Error,
    Reject,
}

impl Location {
    pub fn field(segment: &'static str, field: usize) -> Self {
        Self { segment, field, component: None }
    }

    pub fn component(segment: &'static str, field: usize, component: usize) -> Self {
        Self { segment, field, component: Some(component) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.segment, self.field)?;
        self.component.map_or(Ok(()), |component| write!(f, ".{component}"))
    }
}

impl Fault {
    pub fn new(kind: FaultKind, at: Location, words: impl Into<String>) -> Self {
        Self { kind, at, words: words.into() }
    }

    pub(super) fn missing(at: Location) -> Self {
        Self::new(FaultKind::RequiredFieldMissing, at, format!("{at} is missing"))
    }

    pub(super) fn wrong(at: Location, wanted: &str) -> Self {
        Self::new(FaultKind::DataType, at, format!("{at} is not {wanted}"))
    }

    pub(super) fn weight(&self) -> Weight {
        match self.kind {
            FaultKind::UnsupportedMessageType
            | FaultKind::UnsupportedEvent
            | FaultKind::UnsupportedProcessingId
            | FaultKind::UnsupportedVersion => Weight::Reject,
            FaultKind::SegmentSequence
            | FaultKind::RequiredFieldMissing
            | FaultKind::DataType
            | FaultKind::ValueNotFound
            | FaultKind::UnknownKey
            | FaultKind::Internal => Weight::Error,
        }
    }
}

impl FaultKind {
    /// Code and text of table 0357.
    pub(super) fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::SegmentSequence => ("100", "Segment sequence error"),
            Self::RequiredFieldMissing => ("101", "Required field missing"),
            Self::DataType => ("102", "Data type error"),
            Self::ValueNotFound => ("103", "Table value not found"),
            Self::UnsupportedMessageType => ("200", "Unsupported message type"),
            Self::UnsupportedEvent => ("201", "Unsupported event code"),
            Self::UnsupportedProcessingId => ("202", "Unsupported processing id"),
            Self::UnsupportedVersion => ("203", "Unsupported version id"),
            Self::UnknownKey => ("204", "Unknown key identifier"),
            Self::Internal => ("207", "Application internal error"),
        }
    }
}
