//! Places where a crash is most telling, for tests that kill the real program there. Compiled only with the feature
//! `failpoints`; a release has none.
//!
//! `TIEPDON_FAILPOINT=name[:n]` stops the thread that reaches the place for the n-th time, after it wrote a file of that
//! name into the folder `TIEPDON_FAILPOINT_DIR`: whoever waits for that file then kills the process.

/// Every place, in the order in which a certificate passes them.
pub const PLACES: [&str; 14] = [
    "declare.written",
    "declare.committed",
    "freeze.written",
    "freeze.committed",
    "sign.leased",
    "sign.signed",
    "sign.committed",
    "send.leased",
    "send.ready",
    "send.started",
    "send.answered",
    "send.token_refused",
    "send.repeating",
    "send.settled",
];

#[cfg(feature = "failpoints")]
pub(crate) fn reach(place: &'static str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static WANTED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static REACHED: AtomicU32 = AtomicU32::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("TIEPDON_FAILPOINT").ok()?;
        let (name, count) = text.split_once(':').map_or((text.as_str(), 1), |(name, n)| (name, n.parse().unwrap_or(1)));
        Some((name.to_owned(), count))
    });
    let Some((name, count)) = wanted else { return };
    if name != place || REACHED.fetch_add(1, Ordering::SeqCst) + 1 != *count {
        return;
    }
    if let Some(folder) = std::env::var_os("TIEPDON_FAILPOINT_DIR") {
        // Without the file nobody comes to kill us, and the test that waits for it says so.
        let _ = std::fs::write(std::path::Path::new(&folder).join(place), b"");
    }
    loop {
        std::thread::park();
    }
}

#[cfg(not(feature = "failpoints"))]
#[inline]
pub(crate) fn reach(_place: &'static str) {}
