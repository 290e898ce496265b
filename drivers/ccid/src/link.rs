//! The one loop that sends every command: sequence numbers, assembly of messages from transfers, time extensions.

use std::time::{Duration, Instant};

use crate::message::{
    Abort, Command, CommandStatus, ErrorCode, HEADER_LENGTH, IccStatus, LONGEST_MESSAGE, Message, MessageError,
    Notification,
};
use crate::transport::{Traffic, Transport, TransportError};

/// Writing a command of 64 KiB at full speed takes less than a tenth of this.
const WRITE_WAIT: Duration = Duration::from_secs(2);
/// The answer to an Abort comes from the reader alone.
const ABORT_WAIT: Duration = Duration::from_secs(1);
/// However often the card asks for time, one command ends here.
const LONGEST_COMMAND: Duration = Duration::from_secs(60);
/// Messages of earlier commands, empty packets and requests for time that one command tolerates.
const MOST_INTERLUDES: usize = 2000;

/// One slot of one reader.
pub(crate) struct Link {
    transport: Box<dyn Transport>,
    slot: u8,
    seq: u8,
    traffic: Traffic,
}

/// Why a command has no response.
#[derive(Debug)]
pub(crate) enum LinkError {
    TimedOut,
    Failed { icc: IccStatus, error: ErrorCode },
    Message(MessageError),
    Transport(TransportError),
}

impl Link {
    pub fn new(transport: Box<dyn Transport>, slot: u8) -> Self {
        Self { transport, slot, seq: 0, traffic: Traffic::default() }
    }

    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    pub fn has_interrupt(&self) -> bool {
        self.transport.has_interrupt()
    }

    pub fn pause(&mut self, pause: Duration) {
        self.transport.pause(pause);
    }

    /// Sends `command` and waits for its answer, `wait` from the last sign of life.
    pub fn send<C: Command>(&mut self, command: &C, wait: Duration) -> Result<C::Response, LinkError> {
        self.seq = self.seq.wrapping_add(1);
        self.send_numbered(command, wait)
    }

    /// CCID 1.1 section 5.3.1: ABORT on the control pipe and Abort on bulk out, with one sequence number. Whatever the
    /// reader still had to say about the aborted command is read and dropped.
    pub fn recover(&mut self) -> Result<(), LinkError> {
        self.seq = self.seq.wrapping_add(1);
        match self.transport.abort(self.slot, self.seq, ABORT_WAIT) {
            Err(TransportError::Gone) => return Err(TransportError::Gone.into()),
            // Readers without the request stall it; the bulk message may do.
            Ok(()) | Err(TransportError::TimedOut | TransportError::Usb(_)) => {}
        }
        match self.send_numbered(&Abort, ABORT_WAIT) {
            // "Command not supported" proves as well that the reader listens again.
            Ok(_) | Err(LinkError::Failed { .. }) => Ok(()),
            Err(LinkError::Transport(TransportError::Gone)) => Err(TransportError::Gone.into()),
            Err(LinkError::TimedOut | LinkError::Message(_) | LinkError::Transport(_)) => Ok(self.transport.reset()?),
        }
    }

    /// A notification, or `None` if none came in time.
    pub fn notification(&mut self, wait: Duration) -> Result<Option<Notification>, LinkError> {
        match self.transport.read_interrupt(wait) {
            Ok(bytes) => {
                self.traffic.from_reader_bytes += bytes.len() as u64;
                // A notification only says "look now": one that makes no sense says no more than none.
                Ok(Notification::parse(&bytes).ok())
            }
            Err(TransportError::TimedOut) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn send_numbered<C: Command>(&mut self, command: &C, wait: Duration) -> Result<C::Response, LinkError> {
        let bytes = command.encode(self.slot, self.seq);
        self.transport.write(&bytes, WRITE_WAIT)?;
        self.traffic.to_reader_bytes += bytes.len() as u64;

        let end = Instant::now() + LONGEST_COMMAND;
        let mut patience = wait;
        for _ in 0..MOST_INTERLUDES {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let Some(bytes) = self.message(patience.min(left))? else { continue };
            match sort::<C>(&bytes, self.slot, self.seq)? {
                Arrival::Stale => {}
                Arrival::MoreTime { multiplier } => patience = wait * u32::from(multiplier.max(1)),
                Arrival::Failed { icc, error } => return Err(LinkError::Failed { icc, error }),
                Arrival::Answer(message) => return Ok(C::parse(message.reply)?),
            }
        }
        Err(LinkError::TimedOut)
    }

    /// Reads transfers until one message is whole. `None` is a zero-length packet or the unreadable rest of an old message.
    fn message(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, LinkError> {
        let mut bytes = self.read(wait)?;
        if bytes.len() < HEADER_LENGTH {
            return Ok(None);
        }
        let Some(length) = Message::declared_length(&bytes) else { return Ok(None) };
        let length = length?;
        debug_assert!(length <= LONGEST_MESSAGE);
        while bytes.len() < length {
            let more = self.read(wait)?;
            if more.is_empty() {
                return Err(MessageError::DataMissing {
                    declared: (length - HEADER_LENGTH) as u64,
                    found: bytes.len() - HEADER_LENGTH,
                }
                .into());
            }
            bytes.extend_from_slice(&more);
        }
        Ok(Some(bytes))
    }

    fn read(&mut self, wait: Duration) -> Result<Vec<u8>, LinkError> {
        let bytes = self.transport.read(wait)?;
        self.traffic.from_reader_bytes += bytes.len() as u64;
        Ok(bytes)
    }
}

/// What a whole message means for the command under way.
enum Arrival {
    /// It belongs to an earlier command or another slot.
    Stale,
    MoreTime {
        multiplier: u8,
    },
    Failed {
        icc: IccStatus,
        error: ErrorCode,
    },
    Answer(Message),
}

fn sort<C: Command>(bytes: &[u8], slot: u8, seq: u8) -> Result<Arrival, MessageError> {
    let message = Message::parse(bytes)?;
    if message.slot != slot || message.seq != seq {
        return Ok(Arrival::Stale);
    }
    match message.status {
        CommandStatus::MoreTime { multiplier } => Ok(Arrival::MoreTime { multiplier }),
        // A failure may come as a plain SlotStatus whatever was asked (6.2.2).
        CommandStatus::Failed(error) => Ok(Arrival::Failed { icc: message.reply.icc, error }),
        CommandStatus::Processed if message.message_type == C::RESPONSE_TYPE => Ok(Arrival::Answer(message)),
        CommandStatus::Processed => Err(MessageError::WrongType { command: C::NAME, found: message.message_type }),
    }
}

impl From<MessageError> for LinkError {
    fn from(error: MessageError) -> Self {
        LinkError::Message(error)
    }
}

impl From<TransportError> for LinkError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::TimedOut => LinkError::TimedOut,
            other @ (TransportError::Gone | TransportError::Usb(_)) => LinkError::Transport(other),
        }
    }
}
