//! Why a document could not be read, in the words of what happened.

use time::Date;

use crate::active_authentication::ActiveAuthenticationError;
use crate::apdu::{ApduError, StatusWord};
use crate::bac::BacError;
use crate::document::DocumentError;
use crate::file::ElementaryFile;
use crate::pace::PaceError;
use crate::passive_authentication::PassiveAuthenticationError;
use crate::secure_messaging::SecureMessagingError;
use crate::tlv::TlvError;
use crate::transceive::TransceiveError;
use crate::trust::SignerError;

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
    #[error("the chip announces no PACE, and the policy allows no BAC")]
    NoPace,
    /// Falling back to BAC here would be a downgrade.
    #[error("the chip announces PACE, but no form of it that is spoken here")]
    PaceUnsupported,
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
    #[error("{file} is not what the issuer signed")]
    DataGroupAltered { file: ElementaryFile },
    #[error("the issuer's signature is wrong")]
    SignatureInvalid(#[source] PassiveAuthenticationError),
    #[error("the signer's certificate expired on {0}")]
    SignerExpired(Date),
    #[error("the signer is refused")]
    SignerRefused(#[source] SignerError),
    /// Someone took the announcement of PACE away, to have BAC used.
    #[error("the signed announcement of PACE is not the one the chip made")]
    AccessDowngraded,
    #[error("the files of the chip are not those of a document")]
    Document(#[source] DocumentError),
    #[error("the chip is not the one that was issued: a copy")]
    ChipNotGenuine(#[from] ChipNotGenuine),
}

/// How a chip failed to prove that it is the one whose files were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChipNotGenuine {
    #[error("it refuses active authentication ({0}), whose key was signed")]
    ActiveAuthenticationRefused(StatusWord),
    #[error("active authentication failed")]
    ActiveAuthentication(#[source] ActiveAuthenticationError),
    #[error("it refuses chip authentication ({0}), whose key was signed")]
    ChipAuthenticationRefused(StatusWord),
    #[error("it cannot use the keys of chip authentication")]
    ChipAuthenticationKeys,
}

impl From<DocumentError> for ReadError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::PassiveAuthentication(failure) => match failure {
                PassiveAuthenticationError::GroupAltered(group) => {
                    Self::DataGroupAltered { file: ElementaryFile::DataGroup(group) }
                }
                PassiveAuthenticationError::Signer(SignerError::Expired(date)) => Self::SignerExpired(date),
                PassiveAuthenticationError::Signer(refused) => Self::SignerRefused(refused),
                failure @ (PassiveAuthenticationError::ContentAltered
                | PassiveAuthenticationError::Signature(_)
                | PassiveAuthenticationError::GroupUnsigned(_)) => Self::SignatureInvalid(failure),
            },
            DocumentError::AccessDowngraded => Self::AccessDowngraded,
            DocumentError::ActiveAuthentication(
                failure @ (ActiveAuthenticationError::SignatureWrong | ActiveAuthenticationError::SignatureMalformed),
            ) => Self::ChipNotGenuine(ChipNotGenuine::ActiveAuthentication(failure)),
            error => Self::Document(error),
        }
    }
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
