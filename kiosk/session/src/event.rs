//! What the world tells the session: touches, devices, the server, and time.

use std::fmt;

use api::papers::Reply;
use api::{Base64, CheckInReply, DepartmentView, EidPerson, Hex8, IdentificationReply, ProblemCode, TicketNumber};
use emrtd::{DocumentRead, Progress};
use face::{FaceDecision, QualityHint};
use time::{Date, OffsetDateTime};
use zeroize::Zeroizing;

use crate::screen::Action;

pub enum Event {
    Touched(Action),
    CardInserted,
    CardRemoved,
    /// A whole frame of the scanner. Read with [`identity::qr::Scan`], and wiped.
    Scanned(Zeroizing<Vec<u8>>),

    /// Answers [`crate::Effect::FetchChallenge`]. The station always has one: of the server, of the number block
    /// when the server is away, or of its own making when the block is used up too.
    ChallengeReady {
        reading: ReadingId,
        challenge: Hex8,
        origin: ChallengeOrigin,
    },
    ChipProgress(ReadingId, Progress),
    ChipRead(ReadingId, Box<DocumentRead>),
    ChipFailed(ReadingId, ChipFailure),

    FaceHint(FaceId, QualityHint),
    FaceCounted {
        face: FaceId,
        frames: u8,
        needed: u8,
    },
    FaceDecided(FaceId, FaceDecision),
    /// Camera or model is missing, or the portrait cannot be decoded.
    FaceUnavailable(FaceId),

    /// Answers [`crate::Effect::VerifyEid`].
    EidAnswer(Result<Box<EidPerson>, ServerFailure>),
    /// Answers [`crate::Effect::Identify`].
    Identified(Result<IdentificationReply, ServerFailure>),
    /// Answers [`crate::Effect::RefreshDepartments`]; also sent unasked, whenever the station knows better.
    Departments(Vec<DepartmentView>),
    /// Answers [`crate::Effect::CheckIn`].
    CheckedIn(Result<CheckInReply, ServerFailure>),
    /// Answers [`crate::Effect::TakeOfflineNumber`]: marked used and on disk before it is told.
    OfflineNumber(Result<OfflineNumber, OfflineFailure>),

    /// Answers [`crate::Effect::AskPapers`].
    PapersAnswer(PapersAskId, Result<Box<Reply>, ServerFailure>),
    /// Answers [`crate::Effect::AskChip`], as `ChipFailed` does: the chip's signature over the challenge.
    ChipAnswered(ReadingId, Base64),

    /// Answers [`crate::Effect::Print`] and [`crate::Effect::PrintSlip`].
    Printed,
    PrintFailed(PrintFailure),
    /// Answers [`crate::Effect::Alert`].
    AlertAnswered(AlertOutcome),
    DeviceStatus(Device, DeviceStatus),
    /// Nothing but time. Send one at [`crate::Session::next_deadline`].
    Tick,
}

/// One attempt at reading a chip. Answers that name another are late and are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadingId(pub(crate) u32);

/// One call about papers. Answers that name another are late and are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PapersAskId(pub(crate) u32);

/// One attempt at matching a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FaceId(pub(crate) u32);

/// Who made the challenge of active authentication, and so what the chip's answer is worth to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChallengeOrigin {
    Server,
    /// Came with the block of numbers, valid today.
    Block,
    /// Drawn here, server away and block used up: the server cannot count it.
    Kiosk,
}

/// Why a chip gave no document, in terms that matter to the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChipFailure {
    /// Pulled out before the end.
    CardRemoved,
    /// The six digits, or the key of the machine-readable zone, are not this card's.
    WrongAccessNumber,
    /// A chip without PACE: birth date and expiry as printed are needed.
    NeedsMrzKey,
    /// The files are there, the chip's own key is not: a copy.
    NotGenuine,
    /// A file is not the one that was signed.
    Altered,
    SignerExpired,
    /// Signed, but by nobody the policy lets in (revoked, or not a document signer).
    SignerUntrusted,
    /// The chip hid a stronger way in than it offered.
    Downgraded,
    /// No document, or broken off in the middle.
    Unreadable,
    /// The reader was unplugged.
    ReaderGone,
}

/// Why the server did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerFailure {
    /// Nothing was sent: the connection was refused.
    Away,
    /// Sent, and no answer in time: it may have been done.
    NoAnswer,
    Refused(ProblemCode),
}

/// A number of the block that the kiosk holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineNumber {
    pub number: TicketNumber,
    pub service_day: Date,
    pub issued_at: OffsetDateTime,
    /// For the QR on the paper; leads somewhere once the server has the check-in.
    pub follow_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfflineFailure {
    /// The block of that department has none left for today.
    NoNumbers,
    /// The number could not be marked used on disk: it must not be given.
    NotStored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrintFailure {
    PaperOut,
    CoverOpen,
    /// Unplugged, or silent.
    PrinterGone,
    /// Paper jam, cutter, temperature.
    Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertOutcome {
    /// It rings on the staff page.
    Heard,
    /// The server is away: nobody was told.
    NotHeard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    Reader,
    Camera,
    Printer,
    Scanner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceStatus {
    Up,
    Down,
}

impl Event {
    /// For logs: what happened, never with whom.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Touched(_) => "touched",
            Self::CardInserted => "card_inserted",
            Self::CardRemoved => "card_removed",
            Self::Scanned(_) => "scanned",
            Self::ChallengeReady { .. } => "challenge_ready",
            Self::ChipProgress(..) => "chip_progress",
            Self::ChipRead(..) => "chip_read",
            Self::ChipFailed(..) => "chip_failed",
            Self::FaceHint(..) => "face_hint",
            Self::FaceCounted { .. } => "face_counted",
            Self::FaceDecided(..) => "face_decided",
            Self::FaceUnavailable(_) => "face_unavailable",
            Self::EidAnswer(_) => "eid_answer",
            Self::Identified(_) => "identified",
            Self::Departments(_) => "departments",
            Self::CheckedIn(_) => "checked_in",
            Self::OfflineNumber(_) => "offline_number",
            Self::PapersAnswer(..) => "papers_answer",
            Self::ChipAnswered(..) => "chip_answered",
            Self::Printed => "printed",
            Self::PrintFailed(_) => "print_failed",
            Self::AlertAnswered(_) => "alert_answered",
            Self::DeviceStatus(..) => "device_status",
            Self::Tick => "tick",
        }
    }
}

/// The name only: digits touched, codes, documents and entitlements stay out of logs.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({})", self.name())
    }
}

impl ReadingId {
    /// For logs and for tests of the devices.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl PapersAskId {
    pub fn number(self) -> u32 {
        self.0
    }
}

impl FaceId {
    pub fn number(self) -> u32 {
        self.0
    }
}
