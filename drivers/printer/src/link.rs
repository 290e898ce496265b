//! The wire to a printer, whatever it is made of: bytes out, bytes in, time-outs. It knows no command.

use std::{io, time::Duration};

/// A two-way byte stream with time-outs.
pub trait Link: Send {
    /// Hands over the beginning of `bytes`: how many were taken, 0 if none within `timeout`.
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<usize, LinkError>;

    /// What has come in: how many bytes, 0 if none within `timeout`.
    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, LinkError>;

    /// The port's own opinion, where there is one beside the byte stream (USB printer class 1.1, 4.2.2).
    fn port_status(&mut self, timeout: Duration) -> Result<Option<PortStatus>, LinkError> {
        let _ = timeout;
        Ok(None)
    }
}

impl<L: Link + ?Sized> Link for Box<L> {
    fn write(&mut self, bytes: &[u8], timeout: Duration) -> Result<usize, LinkError> {
        (**self).write(bytes, timeout)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, LinkError> {
        (**self).read(buffer, timeout)
    }

    fn port_status(&mut self, timeout: Duration) -> Result<Option<PortStatus>, LinkError> {
        (**self).port_status(timeout)
    }
}

/// GET_PORT_STATUS of the USB printer class, 1.1, table 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortStatus {
    pub paper_empty: bool,
    pub selected: bool,
    pub error: bool,
}

impl PortStatus {
    /// The byte of the parallel port that the class copied: bit 5 paper empty, bit 4 select, bit 3 *not* error.
    #[must_use]
    pub fn from_byte(byte: u8) -> Self {
        Self { paper_empty: byte & 0x20 != 0, selected: byte & 0x10 != 0, error: byte & 0x08 == 0 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the device is gone")]
    Gone,
    #[error("the link failed")]
    Io(#[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_status_18h_is_a_printer_without_complaint() {
        let fine = PortStatus::from_byte(0x18);
        assert!(fine.selected && !fine.paper_empty && !fine.error);
        assert!(PortStatus::from_byte(0x38).paper_empty);
        assert!(PortStatus::from_byte(0x10).error);
    }
}
