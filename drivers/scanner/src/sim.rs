//! A scanner whose line is in memory: bytes are injected, framing and reading are those of the real one.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ScannerError;
use crate::framing::IdleGap;
use crate::line::{LineScanner, Wire};

/// The scanner on the desk. Clones are the same scanner.
#[derive(Clone, Default)]
pub struct SimScanner {
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    line: VecDeque<u8>,
    unplugged: bool,
    /// Counts unplugs: a scanner opened before one stays dead.
    unplugs: u64,
    sent_bytes: u64,
}

impl SimScanner {
    /// Plugged in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the line; what was sent before is dropped, as the real one does.
    pub fn open(&self, idle_gap: IdleGap) -> Result<LineScanner, ScannerError> {
        let mut state = self.lock();
        if state.unplugged {
            return Err(ScannerError::NotPluggedIn);
        }
        state.line.clear();
        Ok(LineScanner::new(SimWire { desk: Arc::clone(&self.desk), unplugs: state.unplugs }, idle_gap))
    }

    /// Holds a code before the scanner: its bytes and CR.
    pub fn show(&self, payload: &[u8]) {
        self.inject(payload);
        self.inject(b"\r");
    }

    /// Puts bytes on the line as they are. Into an unplugged scanner nothing goes.
    pub fn inject(&self, bytes: &[u8]) {
        let mut state = self.lock();
        if !state.unplugged {
            state.line.extend(bytes);
            state.sent_bytes += bytes.len() as u64;
            self.desk.changed.notify_all();
        }
    }

    pub fn unplug(&self) {
        let mut state = self.lock();
        state.unplugged = true;
        state.unplugs += 1;
        state.line.clear();
        self.desk.changed.notify_all();
    }

    pub fn replug(&self) {
        self.lock().unplugged = false;
    }

    /// Bytes put on the line so far.
    pub fn sent_bytes(&self) -> u64 {
        self.lock().sent_bytes
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.desk.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct SimWire {
    desk: Arc<Desk>,
    unplugs: u64,
}

impl Wire for SimWire {
    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> Result<usize, ScannerError> {
        let state = self.desk.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .desk
            .changed
            .wait_timeout_while(state, timeout, |state| state.unplugs == self.unplugs && state.line.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        if state.unplugs != self.unplugs {
            return Err(ScannerError::Unplugged);
        }
        let length = buffer.len().min(state.line.len());
        for (place, byte) in buffer.iter_mut().zip(state.line.drain(..length)) {
            *place = byte;
        }
        Ok(length)
    }
}
