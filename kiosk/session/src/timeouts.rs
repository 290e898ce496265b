//! How long each thing may take. EN 301 549 wants a time-out warned of and extendable: see `warning_ms`.

use serde::Deserialize;

/// All in milliseconds; what a file leaves out keeps its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// Nobody touched anything: the visit ends. Touches, cards and codes start it again.
    pub idle_ms: u64,
    /// As `idle_ms`, where there is much to read or to type.
    pub reading_ms: u64,
    /// The last part of `idle_ms`, in which "still there?" is asked.
    pub warning_ms: u64,
    /// The ticket stays this long after it was printed.
    pub ticket_ms: u64,
    pub thanks_ms: u64,
    /// Silence of the chip, longest APDU and time extensions included.
    pub chip_ms: u64,
    /// One attempt before the camera.
    pub face_ms: u64,
    /// One answer of the server, which the station's own deadline normally brings first.
    pub server_ms: u64,
    pub print_ms: u64,
    /// Between two looks at a paper that is being sent.
    pub poll_ms: u64,
    /// From "put the card back" to a confirmation without the chip's answer.
    pub put_back_ms: u64,
    /// From "take the card" to the bell.
    pub card_bell_ms: u64,
    /// From "take the card" to calling staff.
    pub card_alert_ms: u64,
    pub help_ms: u64,
    pub emergency_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            idle_ms: 60_000,
            reading_ms: 180_000,
            warning_ms: 20_000,
            ticket_ms: 30_000,
            thanks_ms: 5_000,
            chip_ms: 15_000,
            face_ms: 40_000,
            server_ms: 20_000,
            print_ms: 20_000,
            poll_ms: 2_000,
            put_back_ms: 45_000,
            card_bell_ms: 6_000,
            card_alert_ms: 30_000,
            help_ms: 60_000,
            emergency_ms: 120_000,
        }
    }
}
