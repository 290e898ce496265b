//! What went wrong in a device, in the words that the session has for it. Each map names every case.

use api::ProblemCode;
use devices::offline::OfflineError;
use devices::server_client::ServerError;
use devices::ticket_printer::Condition;
use emrtd::ReadError;
use session::{ChipFailure, DeviceStatus, OfflineFailure, PrintFailure, ServerFailure};

pub fn of_chip(error: &ReadError) -> ChipFailure {
    match error {
        ReadError::CardRemoved => ChipFailure::CardRemoved,
        ReadError::ReaderGone => ChipFailure::ReaderGone,
        ReadError::WrongAccessKey(_) => ChipFailure::WrongAccessNumber,
        ReadError::MrzKeyNeeded => ChipFailure::NeedsMrzKey,
        ReadError::ChipNotGenuine(_) => ChipFailure::NotGenuine,
        ReadError::DataGroupAltered { .. } | ReadError::SignatureInvalid(_) => ChipFailure::Altered,
        ReadError::SignerExpired(_) => ChipFailure::SignerExpired,
        ReadError::SignerRefused(_) => ChipFailure::SignerUntrusted,
        ReadError::AccessDowngraded => ChipFailure::Downgraded,
        ReadError::TimedOut
        | ReadError::ReaderFault(_)
        | ReadError::Apdu(_)
        | ReadError::NotADocument(_)
        | ReadError::NoPace
        | ReadError::PaceUnsupported
        | ReadError::Pace(_)
        | ReadError::Bac(_)
        | ReadError::MacMismatch
        | ReadError::SecureMessaging(_)
        | ReadError::FileMissing { .. }
        | ReadError::AccessDenied { .. }
        | ReadError::FileRefused { .. }
        | ReadError::FileTooLarge { .. }
        | ReadError::FileTruncated { .. }
        | ReadError::MoreThanAsked { .. }
        | ReadError::FileMalformed { .. }
        | ReadError::Document(_) => ChipFailure::Unreadable,
    }
}

pub fn of_server(error: &ServerError) -> ServerFailure {
    match error {
        ServerError::Away(_) => ServerFailure::Away,
        ServerError::Problem(problem) => ServerFailure::Refused(problem.code),
        ServerError::NoAnswer(_)
        | ServerError::BrokenOff(_)
        | ServerError::NotOfThisApi { .. }
        | ServerError::TooLarge => ServerFailure::NoAnswer,
    }
}

pub fn of_offline(error: &OfflineError) -> OfflineFailure {
    match error {
        OfflineError::NoNumbers => OfflineFailure::NoNumbers,
        OfflineError::OtherDepartment
        | OfflineError::NoSealingKey
        | OfflineError::SealingFailed
        | OfflineError::Encoding(_)
        | OfflineError::Journal(_)
        | OfflineError::Disk { .. }
        | OfflineError::NotSealed { .. }
        | OfflineError::QueueFull { .. } => OfflineFailure::NotStored,
    }
}

pub fn of_printer(condition: Condition) -> PrintFailure {
    match condition {
        Condition::PaperOut => PrintFailure::PaperOut,
        Condition::CoverOpen => PrintFailure::CoverOpen,
        Condition::Gone => PrintFailure::PrinterGone,
        Condition::Fault | Condition::Ready => PrintFailure::Fault,
    }
}

/// A printer without paper is there: asked to print, it says exactly what it lacks, and prints at once when that is brought.
pub fn printer_status(condition: Condition) -> DeviceStatus {
    match condition {
        Condition::Ready | Condition::PaperOut | Condition::CoverOpen | Condition::Fault => DeviceStatus::Up,
        Condition::Gone => DeviceStatus::Down,
    }
}

/// Will the server ever take this offline check-in?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// The same bytes get the same answer: a person must look.
    Never,
    /// The trouble is the server's or the line's.
    Later,
}

pub fn prospect(error: &ServerError) -> Prospect {
    let ServerError::Problem(problem) = error else { return Prospect::Later };
    match problem.code {
        ProblemCode::MalformedBody
        | ProblemCode::BodyTooLarge
        | ProblemCode::VisitConflict
        | ProblemCode::ChallengeUnknown
        | ProblemCode::ChallengeExpired
        | ProblemCode::ChallengeUsed
        | ProblemCode::EvidenceRefused
        | ProblemCode::DepartmentUnknown
        | ProblemCode::NumberNotReserved
        | ProblemCode::SealBroken => Prospect::Never,
        ProblemCode::KioskNotAdmitted
        | ProblemCode::EnrolmentRefused
        | ProblemCode::CertificateRequestRefused
        | ProblemCode::NotPermitted
        | ProblemCode::NotFound
        | ProblemCode::MethodNotAllowed
        | ProblemCode::DepartmentClosed
        | ProblemCode::DepartmentFull
        | ProblemCode::NumbersExhausted
        | ProblemCode::EidNotConfigured
        | ProblemCode::EidVerifierDown
        | ProblemCode::EidReplayed
        | ProblemCode::EidExpired
        | ProblemCode::EidOtherKiosk
        | ProblemCode::EidRefused
        | ProblemCode::PapersNotPermitted
        | ProblemCode::PaperUnknown
        | ProblemCode::PaperChanged
        | ProblemCode::PaperNotWaiting
        | ProblemCode::CorrectionRefused
        | ProblemCode::QuestionnaireChanged
        | ProblemCode::AnswersIncomplete
        | ProblemCode::TooManyRequests
        | ProblemCode::Internal => Prospect::Later,
    }
}
