//! Certificates on A4: [`compose`] sets a draft into the form of its kind, a [`Paper`] says what stands on it, [`pdf`]
//! makes the file.
//!
//! Typography of Vietnamese official papers (NĐ 30/2020/NĐ-CP, annex I: national motto, issuing body, place and date,
//! signatures; A4 with a wide left margin for binding), and the order of the forms of TT 22/2025/TT-BYT, TT 25/2025/TT-BYT
//! and TT 36/2024/TT-BYT. The file is PDF/A-2u (ISO 19005-2): text can be searched and read out, fonts are inside.
//! Nothing is ever clipped: long names and addresses take more lines, and lines take more pages.
//!
//! [`report_pdf`] sets a report of figures on the same sheets, its charts drawn from [`Figure`]s.
//!
//! No I/O but reading the fonts, no clock. Left out on purpose: PAdES signatures inside the file. What is signed is the
//! frozen record; the paper shows who signed it and leads to the proof by its codes.

mod annex;
mod figure;
mod flow;
mod fonts;
mod form;
mod ink;
mod paper;
mod qr;
mod report;
mod sheet;
mod text;

pub use annex::{Annex, AnnexSection, Asked};
pub use figure::{Anchor, Figure, Shape, Strength, Tone};
pub use fonts::{Fonts, MAX_FONT_BYTES};
pub use form::{Issue, Signatures, compose};
pub use paper::{Code, Facility, Line, Paper, Part, Row, Seal, SignatureBox, Standing};
pub use report::{PageWords, Report, ReportPart, ReportTable, report_pdf};

/// What can keep a paper from becoming a file.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    #[error("the font {file} cannot be read")]
    FontUnreadable { file: &'static str, source: std::io::Error },
    #[error("the font {file} has more than {MAX_FONT_BYTES} bytes")]
    FontTooLarge { file: &'static str },
    #[error("{file} is no TrueType or OpenType font")]
    NotAFont { file: &'static str },
    #[error("{bytes} bytes fit into no QR code")]
    CodeTooLong { bytes: usize },
    #[error("the PDF cannot be written: {0}")]
    Writing(String),
}

/// The paper as a PDF/A-2u file.
pub fn pdf(paper: &Paper, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let pages = sheet::pages(paper, fonts)?;
    ink::write(fonts, &pages, &ink::Properties::of(paper))
}
