//! The injected clock, and the service day of a Vietnamese hospital.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Date, OffsetDateTime, UtcOffset};

/// Asia/Ho_Chi_Minh: UTC+7 without daylight saving time since 1975.
pub const HO_CHI_MINH: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => panic!("+07:00 is an offset"),
};

pub trait Clock: Send + Sync {
    /// The present moment in UTC.
    fn now(&self) -> OffsetDateTime;
}

pub type SharedClock = Arc<dyn Clock>;

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Virtual time for tests and rehearsals: stands still until moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn at(moment: OffsetDateTime) -> Self {
        Self(AtomicI64::new(unix_ms(moment)))
    }

    pub fn advance(&self, by: std::time::Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// As a machine whose clock is set anew.
    pub fn put_back(&self, by: std::time::Duration) {
        self.0.fetch_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// The day a ticket number belongs to.
pub fn service_day(moment: OffsetDateTime) -> Date {
    moment.to_offset(HO_CHI_MINH).date()
}

/// Milliseconds since 1970, as the database keeps moments.
pub fn unix_ms(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub fn from_unix_ms(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn the_service_day_changes_at_midnight_in_ho_chi_minh_city() {
        assert_eq!(service_day(datetime!(2026-11-23 16:59:59 UTC)), date!(2026 - 11 - 23));
        assert_eq!(service_day(datetime!(2026-11-23 17:00 UTC)), date!(2026 - 11 - 24));
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(datetime!(2026-11-23 01:00 UTC));
        clock.advance(std::time::Duration::from_secs(90));
        assert_eq!(clock.now(), datetime!(2026-11-23 01:01:30 UTC));
    }
}
