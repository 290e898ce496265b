//! Minimal Lower Layer Protocol, release 1 (chapter 2, appendix C.4): `0B`, the message, `1C 0D`.
//!
//! The block's own characters cannot stand inside a message, which is UTF-8 or a superset of ASCII. A stream that says
//! otherwise is out of step: the connection is to be closed, and the sender, who has no acknowledgement, sends again.

use std::fmt;

use zeroize::Zeroizing;

use super::message::MAX_MESSAGE_BYTES;

const START: u8 = 0x0B;
const END: u8 = 0x1C;
const RETURN: u8 = 0x0D;

/// Takes bytes as they come and gives whole messages. Keeps at most one unfinished message.
#[derive(Default)]
pub struct MllpDecoder {
    content: Zeroizing<Vec<u8>>,
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Outside,
    Inside,
    /// The end was seen; its carriage return comes.
    Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MllpError {
    #[error("bytes that belong to no block")]
    OutsideBlock,
    #[error("a block began inside another")]
    StartInside,
    #[error("a block's end was not followed by a carriage return")]
    BrokenEnd,
    #[error("a block has more than {MAX_MESSAGE_BYTES} bytes")]
    TooLong,
}

impl MllpDecoder {
    /// Appends every message that is whole now. After an error nothing more is to be read.
    pub fn push(&mut self, bytes: &[u8], messages: &mut Vec<Zeroizing<Vec<u8>>>) -> Result<(), MllpError> {
        for &byte in bytes {
            self.at = match (self.at, byte) {
                (At::Outside, START) => At::Inside,
                // Some senders put line ends between blocks.
                (At::Outside, RETURN | b'\n') => At::Outside,
                (At::Outside, _) => return Err(MllpError::OutsideBlock),
                (At::Inside, START) => return Err(MllpError::StartInside),
                (At::Inside, END) => At::Ending,
                (At::Inside, byte) => {
                    if self.content.len() == MAX_MESSAGE_BYTES {
                        return Err(MllpError::TooLong);
                    }
                    self.grow();
                    self.content.push(byte);
                    At::Inside
                }
                (At::Ending, RETURN) => {
                    messages.push(std::mem::take(&mut self.content));
                    At::Outside
                }
                (At::Ending, _) => return Err(MllpError::BrokenEnd),
            };
        }
        Ok(())
    }

    /// Is a message begun and not whole?
    pub fn is_inside(&self) -> bool {
        self.at != At::Outside
    }

    /// A vector that grows by itself would leave its old bytes behind.
    fn grow(&mut self) {
        if self.content.len() == self.content.capacity() {
            let mut larger =
                Zeroizing::new(Vec::with_capacity((self.content.len() * 2).clamp(1024, MAX_MESSAGE_BYTES)));
            larger.extend_from_slice(&self.content);
            self.content = larger;
        }
    }
}

impl fmt::Debug for MllpDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MllpDecoder({:?}, {} bytes)", self.at, self.content.len())
    }
}

/// A message as a block.
pub fn frame(message: &[u8]) -> Vec<u8> {
    [&[START], message, &[END, RETURN]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunks: &[&[u8]]) -> Result<Vec<Vec<u8>>, MllpError> {
        let (mut decoder, mut messages) = (MllpDecoder::default(), Vec::new());
        for chunk in chunks {
            decoder.push(chunk, &mut messages)?;
        }
        Ok(messages.iter().map(|message| message.to_vec()).collect())
    }

    #[test]
    fn a_message_is_whole_wherever_the_stream_was_cut() {
        let stream = [frame(b"MSH|1"), b"\r\n".to_vec(), frame(b"MSH|2")].concat();
        let whole = vec![b"MSH|1".to_vec(), b"MSH|2".to_vec()];
        assert_eq!(all(&[&stream]), Ok(whole.clone()));
        for cut in 0..=stream.len() {
            assert_eq!(all(&[&stream[..cut], &stream[cut..]]), Ok(whole.clone()));
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(all(&bytes), Ok(whole));
    }

    #[test]
    fn a_stream_out_of_step_is_an_error_by_name() {
        assert_eq!(all(&[b"MSH|"]), Err(MllpError::OutsideBlock));
        assert_eq!(all(&[b"\x0BMSH|\x0BMSH|"]), Err(MllpError::StartInside));
        assert_eq!(all(&[b"\x0BMSH|\x1CX"]), Err(MllpError::BrokenEnd));
        assert_eq!(all(&[b"\x0B", &vec![b'x'; MAX_MESSAGE_BYTES + 1]]), Err(MllpError::TooLong));
        assert!(all(&[b"\x0B", &vec![b'x'; MAX_MESSAGE_BYTES], b"\x1C\r"]).is_ok());
    }
}
