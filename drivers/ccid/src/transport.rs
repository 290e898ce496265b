//! The pipes between host and reader, and nothing of what flows through them.

use std::fmt;
use std::time::Duration;

/// Three pipes of a CCID interface (CCID 1.1 section 3): bulk out, bulk in and, where the reader has one, interrupt in.
///
/// An implementation opens, claims, reads, writes and times out; it has no `match` on what the bytes say.
pub trait Transport: Send {
    /// Vendor and product, for the quirk table.
    fn id(&self) -> UsbId;

    /// The class descriptor as the device sent it (CCID 1.1 section 5.1).
    fn class_descriptor(&self) -> &[u8];

    /// Writes all of `bytes` to the bulk-out pipe.
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<(), TransportError>;

    /// One bulk-in transfer of at most 16 KiB. Empty is a zero-length packet, not the end of anything.
    fn read(&mut self, timeout: Duration) -> Result<Vec<u8>, TransportError>;

    /// Does the reader tell of card changes by itself?
    fn has_interrupt(&self) -> bool;

    /// One interrupt-in transfer. Called only if [`Transport::has_interrupt`].
    fn read_interrupt(&mut self, timeout: Duration) -> Result<Vec<u8>, TransportError>;

    /// Lets `pause` pass between two questions to a reader without interrupt pipe; may return early.
    fn pause(&mut self, pause: Duration);

    /// The class request ABORT on the control pipe (CCID 1.1 section 5.3.1).
    fn abort(&mut self, slot: u8, seq: u8, timeout: Duration) -> Result<(), TransportError>;

    /// Resets the device, the last thing to try with a reader that no longer answers.
    fn reset(&mut self) -> Result<(), TransportError>;
}

/// What a pipe can answer instead of bytes.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing came, or nothing could be sent, in the time given.
    #[error("nothing moved on the pipe in time")]
    TimedOut,
    /// The device is no longer there.
    #[error("the device is gone")]
    Gone,
    /// The operating system or libusb failed in another way.
    #[error("USB transfer failed")]
    Usb(#[source] rusb::Error),
}

/// idVendor and idProduct.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UsbId {
    #[doc(alias = "idVendor")]
    pub vendor: u16,
    #[doc(alias = "idProduct")]
    pub product: u16,
}

impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)
    }
}

impl fmt::Debug for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes that went over the bulk and interrupt pipes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub to_reader_bytes: u64,
    pub from_reader_bytes: u64,
}
