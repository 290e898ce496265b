//! HL7 v2.3 to 2.5.1 as local hospital systems send it: chapter 2 (messages, delimiters, escapes), chapter 2 appendix C
//! (MLLP), chapter 3 (ADT), 4 and 6 (ORM, DFT), 10 (SIU).

mod ack;
mod charge;
mod encoding;
mod fault;
mod message;
mod mllp;
mod notice;
mod scheduling;
mod timestamp;
mod visit;
mod write;

pub use ack::{Acknowledgement, Verdict, acknowledge, refuse_unreadable};
pub use charge::{Charge, ItemKind};
pub use encoding::Separators;
pub use fault::{Fault, FaultKind, Location};
pub use message::{Component, Field, MAX_MESSAGE_BYTES, Message, ParseError, Repetition, Segment};
pub use mllp::{MllpDecoder, MllpError, frame};
pub use notice::{Notice, Settings, Trigger, TriggerError};
pub use timestamp::{format_moment, parse_moment};
pub use visit::{VisitKey, VisitNotice, VisitStep};
pub use write::{Header, MessageWriter, SegmentWriter, write_appointment, write_visit};
