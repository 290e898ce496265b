//! The forms of the wire: what is written, and what of other systems is read.
//!
//! Writing takes only a [`crate::Numbered`]; reading gives a [`crate::Draft`], which the same checks turn into a
//! certificate. Signing is not here: [`portal::write`] leaves CHUKYDONVI empty, [`driver::root`] leaves the enveloped
//! signature out.

pub mod driver;
mod element_text;
pub mod portal;

use crate::{DraftError, Kind};

/// Why a document of another system was not read, or a paper not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("the document has {length} bytes, {max} are read")]
    TooLarge { length: usize, max: usize },
    #[error("the document is not UTF-8")]
    NotUtf8,
    #[error("the document is not well-formed XML")]
    NotXml,
    #[error("the document is not the JSON of the driver service")]
    NotJson,
    #[error("a document type declaration is never read")]
    DocumentType,
    #[error("a processing instruction is never read")]
    ProcessingInstruction,
    #[error("the entity is none of XML's own five")]
    UnknownEntity,
    #[error("the root element is none of HSDLGCS, HSDLGBT and root")]
    UnknownRoot,
    #[error("the document has an element that this paper does not know")]
    UnknownElement,
    #[error("{0} stands twice")]
    Twice(&'static str),
    #[error("an element that holds text has elements inside")]
    Nested,
    #[error("the paper itself is missing in its envelope")]
    NoPaper,
    #[error(transparent)]
    Draft(#[from] DraftError),
    #[error("this form does not carry a paper of kind {0:?}")]
    OtherKind(Kind),
    #[error("one record of the driver service is of one class")]
    SeveralClasses,
    #[error("SIGNDATA is not the Base64 of a signed root")]
    SignData,
    #[error("{0} differs between the body and the signed root")]
    SignedOtherwise(&'static str),
}

/// The largest document that is read. The portal refuses large ones with 1001; a paper has a few kilobytes, its
/// signature a few more.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

fn utf8(bytes: &[u8]) -> Result<&str, WireError> {
    if bytes.len() > MAX_DOCUMENT_BYTES {
        return Err(WireError::TooLarge { length: bytes.len(), max: MAX_DOCUMENT_BYTES });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| WireError::NotUtf8)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
