//! The reading loop that the real and the simulated scanner share.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::framing::{Frame, Framer, IdleGap};
use crate::payload::Payload;
use crate::{Scanner, ScannerError};

const LARGEST_READ: usize = 512;
/// A read asked for no time at all still looks once.
const SHORTEST_READ: Duration = Duration::from_millis(1);

/// Where bytes come from.
pub(crate) trait Wire: Send {
    /// Bytes read into `buffer`; zero if none came in time.
    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, ScannerError>;
}

/// A scanner on a line.
pub struct LineScanner {
    wire: Box<dyn Wire>,
    framer: Framer,
    /// Bounded by what one read can hold.
    ready: VecDeque<Frame>,
}

impl LineScanner {
    pub(crate) fn new(wire: impl Wire + 'static, idle_gap: IdleGap) -> Self {
        Self { wire: Box::new(wire), framer: Framer::new(idle_gap), ready: VecDeque::new() }
    }
}

impl Scanner for LineScanner {
    fn next_payload(&mut self, timeout: Duration) -> Result<Option<Payload>, ScannerError> {
        let mut buffer = Zeroizing::new([0; LARGEST_READ]);
        let mut now = Instant::now();
        let end = now + timeout;
        loop {
            match self.ready.pop_front() {
                Some(Frame::Payload(payload)) => return Ok(Some(payload)),
                Some(Frame::Oversize) => return Err(ScannerError::Oversize),
                None => {}
            }
            if let Some(payload) = self.framer.idle(now) {
                return Ok(Some(payload));
            }
            let left = end.saturating_duration_since(now);
            let wait = self.framer.until_idle(now).map_or(left, |idle| idle.min(left));
            let length = self.wire.read(&mut buffer[..], wait.max(SHORTEST_READ))?;
            now = Instant::now();
            let bytes = buffer.get(..length).unwrap_or_default();
            self.ready.extend(self.framer.push(bytes, now));
            // A line that never ends must not hold its reader for ever.
            if self.ready.is_empty() && now >= end {
                return Ok(None);
            }
        }
    }
}

impl std::fmt::Debug for LineScanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineScanner({:?})", self.framer)
    }
}
