//! Two-dimensional code scanner on a serial line or USB CDC-ACM ("virtual COM port").
//!
//! The scanner gives bytes; what they say is for `identity`. [`Scanner`] is the interface, [`serial`] the real device,
//! `sim` (feature) a line in memory. Both share the framing ([`Framer`], pure) and the reading loop.
//!
//! Left out on purpose: keyboard-wedge scanners (their bytes would land in any window), commands to the scanner, and
//! symbology prefixes, which are a setting of the device.

mod framing;
mod line;
mod payload;
pub mod serial;
#[cfg(feature = "sim")]
pub mod sim;

use std::time::Duration;

pub use framing::{Frame, Framer, IdleGap, LONGEST_PAYLOAD};
pub use line::LineScanner;
pub use payload::Payload;

/// A scanner that is open.
pub trait Scanner: Send {
    /// The next code that is read, or `None` if there was none in time.
    fn next_payload(&mut self, timeout: Duration) -> Result<Option<Payload>, ScannerError>;
}

#[derive(Debug, thiserror::Error)]
pub enum ScannerError {
    /// No such port, or no port with this vendor and product.
    #[error("the scanner is not plugged in")]
    NotPluggedIn,
    /// It was plugged in and is no longer; open it again when it is back.
    #[error("the scanner was unplugged")]
    Unplugged,
    #[error("the scanner's port is in use by another program")]
    Busy,
    #[error("no permission to open the scanner's port")]
    Forbidden,
    /// More bytes than any code holds, without an end. Dropped up to the next line end; the scanner goes on.
    #[error("a line longer than {LONGEST_PAYLOAD} bytes was dropped")]
    Oversize,
    #[error("the serial port failed")]
    Port(#[source] std::io::Error),
}
