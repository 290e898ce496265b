//! ESC/POS receipt printer, 80 mm paper: 72 mm of it printable, 576 dots at 203 dpi.
//!
//! A page is a picture. The printer's own fonts have no Vietnamese, so text is set here, from the typeface the caller
//! brings, into a 1-bit [`Raster`], and only pictures, feeds, cuts and questions go over the wire.
//!
//! * [`raster`], [`text`], [`qr`], [`ticket`]: the page; pure.
//! * [`command`], [`status`]: bytes to the printer and back, after the ESC/POS command reference that printer makers
//!   share; pure.
//! * [`EscPos`]: the one conversation, over any [`Link`]; it reads no clock.
//! * [`serial`], [`usb`]: the links to real printers. `sim` (feature): a printer that turns the bytes back into paper.
//!
//! Left out on purpose: the printer's own fonts and code pages, its QR command (models differ in which versions they
//! know; a raster is the same everywhere), cash drawers, logos kept in the printer.

pub mod command;
pub mod escpos;
pub mod link;
pub mod qr;
pub mod raster;
pub mod serial;
#[cfg(feature = "sim")]
pub mod sim;
pub mod status;
pub mod text;
pub mod ticket;
pub mod usb;

use std::io;

pub use escpos::{EscPos, Patience};
pub use link::{Link, LinkError};
pub use raster::{PAPER_WIDTH_DOTS, Raster};
pub use status::{Fault, PaperStatus};
pub use text::{LayoutError, Typeface};
pub use ticket::{Fact, QrBlock, Ticket, Typefaces};

/// What a kiosk wants from its printer.
pub trait Printer: Send {
    /// Prints and cuts one page. `Ok` only after the printer answered a question that stands *behind* the cut in its
    /// queue; bytes that were merely handed over are never called printed.
    fn print(&mut self, page: &Raster) -> Result<(), PrinterError>;

    /// How the paper is now.
    fn status(&mut self) -> Result<PaperStatus, PrinterError>;
}

impl<P: Printer + ?Sized> Printer for Box<P> {
    fn print(&mut self, page: &Raster) -> Result<(), PrinterError> {
        (**self).print(page)
    }

    fn status(&mut self) -> Result<PaperStatus, PrinterError> {
        (**self).status()
    }
}

/// Why there is no ticket.
#[derive(Debug, thiserror::Error)]
pub enum PrinterError {
    /// The roll is empty. What was printed of this page, if anything, ends in the middle.
    #[error("the paper roll is empty")]
    PaperOut,
    #[error("the cover is open")]
    CoverOpen,
    #[error("the printer stopped by itself: {0}")]
    Stopped(Fault),
    /// Unplugged, or switched off. Open it again.
    #[error("the printer is gone")]
    Gone,
    /// The printer is there and says nothing. `written_bytes` of this page were taken by the link: with 0 nothing can
    /// have been printed; with more, part of the page or all of it may lie in the tray.
    #[error("the printer did not answer in time, after {written_bytes} bytes of the page")]
    TimedOut { written_bytes: usize },
    /// Something answers, but it does not speak ESC/POS.
    #[error("{bytes} bytes came back that are no ESC/POS status")]
    NotEscPos { bytes: usize },
    #[error("the page is {width_dots} dots wide, the paper {PAPER_WIDTH_DOTS}")]
    TooWide { width_dots: u32 },
    #[error("no printer could be opened at {place}")]
    NotOpened {
        place: String,
        #[source]
        source: io::Error,
    },
    /// A printer that can only listen cannot confirm a page, so it is refused.
    #[error("the printer at {place} cannot answer questions (no bulk-in endpoint)")]
    OneWay { place: String },
    #[error("reading from or writing to the printer failed")]
    Io(#[source] io::Error),
}

impl From<LinkError> for PrinterError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Gone => Self::Gone,
            LinkError::Io(source) => Self::Io(source),
        }
    }
}
