//! Why a document could not be read, in the words of what happened.

use crate::apdu::{ApduError, StatusWord};
use crate::bac::BacError;
use crate::file::ElementaryFile;
use crate::pace::PaceError;
use crate::secure_messaging::SecureMessagingError;
use crate::tlv::TlvError;
use crate::transceive::TransceiveError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    // The card and the reader.
    #[error("the card was taken out")]
    CardRemoved,
    #[error("the reader was unplugged")]
    ReaderGone,
    #[error("the card did not answer in time")]
    TimedOut,
    #[error("the reader reports a fault: {0}")]
    ReaderFault(&'static str),
    #[error("the chip's answer, or a command for it, does not fit the reader")]
    Apdu(#[from] ApduError),

    // Getting in.
    #[error("this chip holds no travel document application ({0})")]
    NotADocument(StatusWord),
    /// The card access number or the machine-readable zone is not this chip's.
    #[error("the chip refuses the key ({0})")]
    WrongAccessKey(StatusWord),
    #[error("the chip has no PACE, and only the key of the machine-readable zone opens it")]
    MrzKeyNeeded,
    #[error("the chip announces no PACE that we speak, and the policy allows no BAC")]
    PaceNotOffered,
    #[error("PACE failed")]
    Pace(#[source] PaceError),
    #[error("BAC failed")]
    Bac(#[source] BacError),
    #[error("secure messaging failed: a response's MAC is wrong")]
    MacMismatch,
    #[error("secure messaging failed")]
    SecureMessaging(#[source] SecureMessagingError),

    // Files.
    #[error("{file} is not on the chip")]
    FileMissing { file: ElementaryFile },
    #[error("the chip denies {file} ({status})")]
    AccessDenied { file: ElementaryFile, status: StatusWord },
    #[error("the chip does not give {file} ({status})")]
    FileRefused { file: ElementaryFile, status: StatusWord },
    #[error("{file} announces {announced_bytes} bytes, more than the limit")]
    FileTooLarge { file: ElementaryFile, announced_bytes: usize },
    #[error("{file} ends after {read_bytes} of {announced_bytes} bytes")]
    FileTruncated { file: ElementaryFile, read_bytes: usize, announced_bytes: usize },
    #[error("the chip sends more of {file} than was asked")]
    MoreThanAsked { file: ElementaryFile },
    #[error("{file} is malformed")]
    FileMalformed { file: ElementaryFile, source: TlvError },

    // Proofs.
    #[error("the chip refuses active authentication ({0})")]
    ActiveAuthenticationRefused(StatusWord),
    #[error("the chip refuses chip authentication ({0})")]
    ChipAuthenticationRefused(StatusWord),
}

impl From<TransceiveError> for ReadError {
    fn from(error: TransceiveError) -> Self {
        match error {
            TransceiveError::CardRemoved => Self::CardRemoved,
            TransceiveError::ReaderGone => Self::ReaderGone,
            TransceiveError::TimedOut => Self::TimedOut,
            TransceiveError::Reader(fault) => Self::ReaderFault(fault),
        }
    }
}

impl From<SecureMessagingError> for ReadError {
    fn from(error: SecureMessagingError) -> Self {
        match error {
            SecureMessagingError::MacMismatch => Self::MacMismatch,
            other => Self::SecureMessaging(other),
        }
    }
}

impl From<PaceError> for ReadError {
    fn from(error: PaceError) -> Self {
        match error {
            PaceError::KeyRefused(status) => Self::WrongAccessKey(status),
            other => Self::Pace(other),
        }
    }
}

impl From<BacError> for ReadError {
    fn from(error: BacError) -> Self {
        match error {
            BacError::Refused(status) => Self::WrongAccessKey(status),
            other => Self::Bac(other),
        }
    }
}
