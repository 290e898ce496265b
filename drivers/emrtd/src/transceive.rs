//! The one thing this crate asks of a reader: carry an APDU to the card and bring the answer back.

use crate::apdu::ApduCapability;

/// A card in a reader. One APDU at a time.
pub trait Transceive {
    /// Sends one command APDU and returns response data followed by SW1 SW2. The reader deals with `61xx` and `6Cxx`
    /// at T=0, waits as long as the card asks, and gives up in its own good time.
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError>;

    /// What reader and card can carry together.
    fn capability(&self) -> ApduCapability;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransceiveError {
    #[error("the card was taken out")]
    CardRemoved,
    #[error("the reader was unplugged")]
    ReaderGone,
    #[error("the card did not answer in time")]
    TimedOut,
    /// What the reader complains about, in the words of its standard; never content.
    #[error("the reader reports a fault: {0}")]
    Reader(&'static str),
}

impl<T: Transceive + ?Sized> Transceive for &mut T {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        (**self).transceive(command)
    }

    fn capability(&self) -> ApduCapability {
        (**self).capability()
    }
}

impl<T: Transceive + ?Sized> Transceive for Box<T> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        (**self).transceive(command)
    }

    fn capability(&self) -> ApduCapability {
        (**self).capability()
    }
}
