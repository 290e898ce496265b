//! What the session asks of the world. The station does it and answers with an [`crate::Event`].

use std::fmt;

use api::papers::Call;
use api::{AlertKind, CheckInRequest, Hex8, IdentificationRequest, TicketNumber, VisitId};
use emrtd::AccessKey;
use face::PortraitHash;
use zeroize::Zeroizing;

use crate::event::{FaceId, PapersAskId, ReadingId};

pub enum Effect {
    /// Answered by `ChallengeReady`, whatever the server does.
    FetchChallenge {
        visit: VisitId,
        reading: ReadingId,
    },
    /// Answered by `ChipProgress` and one `ChipRead` or `ChipFailed`.
    ReadChip {
        reading: ReadingId,
        key: AccessKey,
        challenge: Hex8,
    },
    /// The reading is given up; its answers no longer count.
    StopReading,
    /// Opens the camera. Answered by `FaceHint` and `FaceCounted`, and one `FaceDecided` or `FaceUnavailable`.
    StartFace {
        face: FaceId,
        portrait: Portrait,
    },
    /// Closes the camera and blackens the preview.
    StopFace,
    /// Answered by `EidAnswer`.
    VerifyEid {
        visit: VisitId,
        code: Zeroizing<String>,
    },
    /// Answered by `Identified`.
    Identify {
        visit: VisitId,
        request: Box<IdentificationRequest>,
    },
    /// Answered by `CheckedIn`. The same visit may be asked again: it is one ticket.
    CheckIn {
        visit: VisitId,
        request: CheckInRequest,
    },
    /// The server is away: take a number of the block, keep the check-in sealed. Answered by `OfflineNumber`.
    TakeOfflineNumber {
        visit: VisitId,
        check_in: CheckInRequest,
        /// Absent when nothing was shown, or when the server has it already.
        identification: Option<Box<IdentificationRequest>>,
    },
    /// Answered by `PapersAnswer`.
    AskPapers {
        visit: VisitId,
        ask: PapersAskId,
        call: Box<Call>,
    },
    /// The chip signs a challenge once more. Answered by one `ChipAnswered` or `ChipFailed`; given up by `StopReading`.
    AskChip {
        reading: ReadingId,
        key: AccessKey,
        challenge: Hex8,
    },
    /// Answered by `Printed` or `PrintFailed`.
    Print(Box<TicketPaper>),
    /// Answered by `Printed` or `PrintFailed`.
    PrintSlip(Box<SlipPaper>),
    /// Answered by `AlertAnswered`.
    Alert {
        kind: AlertKind,
        visit: Option<VisitId>,
    },
    /// Answered by `Departments`.
    RefreshDepartments,
    /// A card is left in the reader: call its owner back.
    Ring,
    StopRing,
    /// The visit is over: every device and worker drops what it holds of it.
    Forget,
}

/// The portrait to match against, as the chip or the verifier gave it. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    /// JPEG or JPEG 2000, told apart by content.
    pub image: Zeroizing<Vec<u8>>,
    /// Of the file it was taken from: what a match is bound to.
    pub hash: PortraitHash,
}

/// The paper, in the language the patient chose: final strings only. Holds nothing personal but a masked name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPaper {
    pub hospital: String,
    /// Over the number.
    pub number_label: String,
    pub number: TicketNumber,
    pub department: String,
    /// Room and floor, or where the counter is.
    pub place: String,
    /// Label and value: time, people ahead, wait.
    pub facts: Vec<(String, String)>,
    /// What is still open, and priority: each a line of its own.
    pub notes: Vec<String>,
    /// Label and masked name.
    pub holder: Option<(String, MaskedName)>,
    /// For the QR: the place in the queue on a phone, no personal data.
    pub follow: Option<FollowCode>,
    /// Last lines: date and time.
    pub footer: Vec<String>,
}

/// The slip of one's own certificate, in the language the patient chose: where it stands, never the certificate itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SlipPaper {
    pub hospital: String,
    /// What it is: "Giấy chứng sinh".
    pub title: String,
    /// As printed on the certificate, or that it has none yet.
    pub number: String,
    /// In a few words, then what happens next.
    pub state: String,
    pub next: String,
    /// Label and value: the gateway's code and time.
    pub facts: Vec<(String, String)>,
    pub holder: Option<(String, MaskedName)>,
    /// For the QR: the public page that verifies it.
    pub verification: Option<FollowCode>,
    pub footer: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowCode {
    pub url: String,
    pub caption: String,
}

/// A name with stars in it; even that stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedName(pub(crate) String);

impl MaskedName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Effect {
    /// For logs: what is to be done, never with what.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FetchChallenge { .. } => "fetch_challenge",
            Self::ReadChip { .. } => "read_chip",
            Self::StopReading => "stop_reading",
            Self::StartFace { .. } => "start_face",
            Self::StopFace => "stop_face",
            Self::VerifyEid { .. } => "verify_eid",
            Self::Identify { .. } => "identify",
            Self::CheckIn { .. } => "check_in",
            Self::TakeOfflineNumber { .. } => "take_offline_number",
            Self::AskPapers { .. } => "ask_papers",
            Self::AskChip { .. } => "ask_chip",
            Self::Print(_) => "print",
            Self::PrintSlip(_) => "print_slip",
            Self::Alert { .. } => "alert",
            Self::RefreshDepartments => "refresh_departments",
            Self::Ring => "ring",
            Self::StopRing => "stop_ring",
            Self::Forget => "forget",
        }
    }
}

/// The name only: codes, portraits and evidence stay out of logs.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Effect({})", self.name())
    }
}

impl fmt::Debug for SlipPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlipPaper(..)")
    }
}

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({} bytes)", self.image.len())
    }
}

impl fmt::Debug for MaskedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskedName(..)")
    }
}
