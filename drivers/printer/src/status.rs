//! Questions to the printer, each with its answer: `DLE EOT n` (real time: answered at once, whatever is queued) and
//! `GS r 1` (queued: answered when everything before it is done). ESC/POS command reference.
//!
//! Every answer is one byte, and its fixed bits tell the two kinds apart: 0xx1xx10 to `DLE EOT`, 0xx0xxxx to `GS r`.

use std::fmt;

/// How the paper is, in the order of what a person should see first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperStatus {
    Enough,
    /// Some metres are left: tell staff, print on.
    NearEnd,
    Out,
    CoverOpen,
    Stopped(Fault),
}

/// Why a printer stopped by itself (`DLE EOT 3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The cutter is blocked: open the cover, take out the paper jam.
    Cutter,
    /// Too hot, or the voltage is off; comes back by itself.
    Temporary,
    /// A person must mend it: a jam at the head, for instance.
    Recoverable,
    /// The printer needs service.
    Unrecoverable,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cutter => "the cutter is blocked",
            Self::Temporary => "too hot or voltage off, recovers by itself",
            Self::Recoverable => "a mechanical error that a person can clear",
            Self::Unrecoverable => "an error that needs service",
        })
    }
}

impl PaperStatus {
    /// One sentence out of the three answers. A cover that stands open explains the missing paper, so it comes first.
    #[must_use]
    pub fn from_answers(offline: OfflineCause, error: ErrorCause, paper: PaperSensor) -> Self {
        if offline.cover_open {
            Self::CoverOpen
        } else if paper.out || offline.paper_end {
            Self::Out
        } else if let Some(fault) = error.fault {
            Self::Stopped(fault)
        } else if paper.near_end {
            Self::NearEnd
        } else {
            Self::Enough
        }
    }
}

/// A question with its bytes, its answer and the parser of the answer.
pub trait Query {
    type Answer;
    const REQUEST: &'static [u8];
    /// The answer in a byte that [`AnswerByte::parse`] found to be of this kind.
    fn read(bits: u8) -> Self::Answer;
}

/// `DLE EOT 2`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfflineCause {
    pub cover_open: bool,
    pub paper_end: bool,
}

impl Query for OfflineCause {
    type Answer = Self;
    const REQUEST: &'static [u8] = &[0x10, 0x04, 2];

    fn read(bits: u8) -> Self {
        Self { cover_open: bits & 0x04 != 0, paper_end: bits & 0x20 != 0 }
    }
}

/// `DLE EOT 3`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorCause {
    pub fault: Option<Fault>,
}

impl Query for ErrorCause {
    type Answer = Self;
    const REQUEST: &'static [u8] = &[0x10, 0x04, 3];

    fn read(bits: u8) -> Self {
        let fault = if bits & 0x20 != 0 {
            Some(Fault::Unrecoverable)
        } else if bits & 0x08 != 0 {
            Some(Fault::Cutter)
        } else if bits & 0x04 != 0 {
            Some(Fault::Recoverable)
        } else if bits & 0x40 != 0 {
            Some(Fault::Temporary)
        } else {
            None
        };
        Self { fault }
    }
}

/// `DLE EOT 4`. A sensor reports with two bits; cheap printers set one of them only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaperSensor {
    pub near_end: bool,
    pub out: bool,
}

impl Query for PaperSensor {
    type Answer = Self;
    const REQUEST: &'static [u8] = &[0x10, 0x04, 4];

    fn read(bits: u8) -> Self {
        Self { near_end: bits & 0x0C != 0, out: bits & 0x60 != 0 }
    }
}

/// `GS r 1`: stands in the queue like a picture does, so its answer says that all before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence;

impl Fence {
    pub const REQUEST: &'static [u8] = &[0x1D, b'r', 1];
}

/// One byte from the printer, told apart by its fixed bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerByte {
    /// To a `DLE EOT`, with all its bits.
    RealTime(u8),
    /// To a [`Fence`].
    Fence,
}

impl AnswerByte {
    /// `None`: no answer to anything that we ask.
    #[must_use]
    pub fn parse(byte: u8) -> Option<Self> {
        if byte & 0b1001_0011 == 0b0001_0010 {
            Some(Self::RealTime(byte))
        } else if byte & 0b1001_0000 == 0 {
            Some(Self::Fence)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(offline: u8, error: u8, paper: u8) -> PaperStatus {
        PaperStatus::from_answers(OfflineCause::read(offline), ErrorCause::read(error), PaperSensor::read(paper))
    }

    #[test]
    fn a_printer_at_rest_answers_12h_to_everything() {
        assert_eq!(status(0x12, 0x12, 0x12), PaperStatus::Enough);
    }

    #[test]
    fn each_cause_has_its_name() {
        assert_eq!(status(0x12, 0x12, 0x1E), PaperStatus::NearEnd);
        assert_eq!(status(0x32, 0x12, 0x7E), PaperStatus::Out);
        assert_eq!(status(0x12, 0x12, 0x72), PaperStatus::Out);
        assert_eq!(status(0x52, 0x1A, 0x12), PaperStatus::Stopped(Fault::Cutter));
        assert_eq!(status(0x52, 0x32, 0x12), PaperStatus::Stopped(Fault::Unrecoverable));
        assert_eq!(status(0x52, 0x52, 0x12), PaperStatus::Stopped(Fault::Temporary));
        assert_eq!(status(0x52, 0x16, 0x12), PaperStatus::Stopped(Fault::Recoverable));
    }

    #[test]
    fn an_open_cover_is_named_before_the_paper_that_it_hides() {
        assert_eq!(status(0x36, 0x12, 0x7E), PaperStatus::CoverOpen);
    }

    #[test]
    fn every_byte_is_one_kind_of_answer_or_none() {
        for byte in 0..=u8::MAX {
            let fixed_real_time = byte & 1 == 0 && byte & 2 != 0 && byte & 0x10 != 0 && byte < 0x80;
            match AnswerByte::parse(byte) {
                Some(AnswerByte::RealTime(bits)) => assert!(fixed_real_time && bits == byte),
                Some(AnswerByte::Fence) => assert!(byte & 0x90 == 0),
                None => assert!(!fixed_real_time && byte & 0x90 != 0),
            }
        }
        // flow control is no answer
        assert_eq!(AnswerByte::parse(0x11), None);
        assert_eq!(AnswerByte::parse(0x13), None);
    }
}
