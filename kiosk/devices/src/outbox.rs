//! The way back from a worker: a bounded channel, and a nudge for whoever sleeps beside it.

use std::fmt;
use std::sync::Arc;

use crossbeam_channel::Sender;

/// Called after each report; wakes the window's loop. Must return at once.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

/// Where a worker's reports go. A full channel makes the worker wait: it is the listener's pace that counts.
pub struct Outbox<R>(Box<dyn Fn(R) -> Result<(), Closed> + Send>);

/// Nobody listens any more; the worker ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Waker {
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// For a listener that sleeps on the channel itself.
    pub fn none() -> Self {
        Self::new(|| {})
    }

    pub fn wake(&self) {
        (self.0)();
    }
}

impl<R: 'static> Outbox<R> {
    /// Several workers may share one channel, each wrapping its reports.
    pub fn new<T: Send + 'static>(reports: Sender<T>, waker: Waker, wrap: impl Fn(R) -> T + Send + 'static) -> Self {
        Self(Box::new(move |report| {
            reports.send(wrap(report)).map_err(|_| Closed)?;
            waker.wake();
            Ok(())
        }))
    }

    pub(crate) fn send(&self, report: R) -> Result<(), Closed> {
        (self.0)(report)
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker")
    }
}
