//! The logical data structure: the files of the chip, parsed (ICAO Doc 9303-10).
//!
//! Every parser takes the whole file as it was read, tag included, and is bounded by
//! [`ElementaryFile::max_bytes`](crate::ElementaryFile::max_bytes).

mod com;
mod dg1;
mod dg13;
mod dg14;
mod dg15;
mod dg2;
mod sod;

use identity::{CitizenIdError, DocumentDateError, PersonNameError};

use crate::ElementaryFile;
use crate::mrz::MrzError;
use crate::public_key::PublicKeyError;
use crate::security_infos::SecurityInfosError;
use crate::tlv::{Tlv, TlvError};

pub use com::Com;
pub use dg1::parse_dg1;
pub use dg2::{Portrait, PortraitFormat, parse_dg2};
pub use dg13::{Dg13, Dg13Expiry, Dg13Field};
pub use dg14::parse_dg14;
pub use dg15::parse_dg15;
#[cfg(feature = "sim")]
pub(crate) use sod::{CONTENT_TYPE, LDS_SECURITY_OBJECT, MESSAGE_DIGEST, SIGNED_DATA};
pub use sod::{Sod, SodError};
#[cfg(any(feature = "sim", test))]
pub use {dg2::encode_dg2, dg13::encode_dg13};

/// A file whose bytes are not what the standard says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LdsError {
    #[error("{file} has {bytes} bytes, more than the {limit} that are taken")]
    TooLarge { file: ElementaryFile, bytes: usize, limit: usize },
    #[error("{file} is malformed")]
    Malformed { file: ElementaryFile, source: TlvError },
    #[error("the version numbers of EF.COM are no digits")]
    Version,
    #[error("the machine-readable zone of DG1")]
    Mrz(#[from] MrzError),
    #[error("DG1 holds no text")]
    MrzNotText,
    #[error("DG2 holds {0} portraits")]
    PortraitCount(usize),
    #[error("the facial record of DG2 is not one of ISO/IEC 19794-5:2005")]
    FacialRecord,
    #[error("the facial record of DG2 ends early")]
    FacialRecordTruncated,
    #[error("the portrait is neither JPEG nor JPEG 2000")]
    PortraitFormat,
    #[error("DG13 has no field for the {0}")]
    DetailMissing(Dg13Field),
    #[error("the {0} of DG13 is no text")]
    DetailNotText(Dg13Field),
    #[error("the number in DG13")]
    Number(#[from] CitizenIdError),
    #[error("the name in DG13")]
    Name(#[from] PersonNameError),
    #[error("the birth date in DG13")]
    Birth(#[from] DocumentDateError),
    #[error("the announcements of DG14")]
    SecurityInfos(#[from] SecurityInfosError),
    #[error("the key of DG15")]
    Key(#[from] PublicKeyError),
}

/// The template that a file consists of, after its size was checked.
fn template(file: ElementaryFile, bytes: &[u8]) -> Result<Tlv<'_>, LdsError> {
    if bytes.len() > file.max_bytes() {
        return Err(LdsError::TooLarge { file, bytes: bytes.len(), limit: file.max_bytes() });
    }
    Tlv::parse_only(bytes, file.tag()).map_err(|source| LdsError::Malformed { file, source })
}
