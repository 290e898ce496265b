//! A thread that outlives the panics of its driver.

use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use crate::outbox::Closed;

/// Between a panic and the next beginning.
const AFTER_PANIC: Duration = Duration::from_secs(2);
/// Requests that wait. More means that the worker hangs in its device.
pub(crate) const REQUESTS_WAITING: usize = 16;

/// The worker takes no more requests: it has ended, or hangs in its device with its queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the device's worker takes no more requests")]
pub struct WorkerGone;

/// Runs `body` in a thread until nobody listens. A panic in a driver is a fault of that device: `fell` tells of it, and
/// the body begins anew with what it still owns.
pub(crate) fn spawn<S: Send + 'static>(
    name: &'static str,
    mut state: S,
    body: fn(&mut S) -> Result<Infallible, Closed>,
    fell: fn(&mut S) -> Result<(), Closed>,
) -> io::Result<()> {
    let run = move || {
        loop {
            match catch_unwind(AssertUnwindSafe(|| body(&mut state))) {
                Ok(Err(Closed)) => return,
                Ok(Ok(never)) => match never {},
                Err(_) => {
                    tracing::error!(worker = name, "a device worker panicked and begins anew");
                    if fell(&mut state) == Err(Closed) {
                        return;
                    }
                    thread::park_timeout(AFTER_PANIC);
                }
            }
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}
