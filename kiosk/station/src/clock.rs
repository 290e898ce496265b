//! Two clocks: one that only grows, for what is waited for, and the one on the wall, for what is written down.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use session::Moment;
use time::macros::offset;
use time::{Date, OffsetDateTime, UtcOffset};

/// Asia/Ho_Chi_Minh has no daylight saving time.
const HERE: UtcOffset = offset!(+7);

/// Where time comes from.
pub trait TimeSource: Send + Sync {
    fn moment(&self) -> Moment;

    /// In the zone of the hospital.
    fn now(&self) -> OffsetDateTime;

    /// How long to sleep until then; `None` where it does not come by itself.
    fn until(&self, moment: Moment) -> Option<Duration>;
}

pub type Clock = Arc<dyn TimeSource>;

/// The computer's clocks.
#[derive(Clone, Copy)]
pub struct RealTime {
    started: Instant,
}

/// The day that numbers and signatures are judged by.
pub fn service_day(now: OffsetDateTime) -> Date {
    now.to_offset(HERE).date()
}

impl RealTime {
    pub fn clock() -> Clock {
        Arc::new(Self { started: Instant::now() })
    }
}

impl TimeSource for RealTime {
    fn moment(&self) -> Moment {
        Moment::from_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc().to_offset(HERE)
    }

    fn until(&self, moment: Moment) -> Option<Duration> {
        Some(Duration::from_millis(moment.as_ms()).saturating_sub(self.started.elapsed()))
    }
}

impl fmt::Debug for RealTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RealTime")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn the_service_day_begins_at_midnight_in_the_hospital() {
        assert_eq!(service_day(datetime!(2026-11-22 16:59 UTC)), date!(2026 - 11 - 22));
        assert_eq!(service_day(datetime!(2026-11-22 17:00 UTC)), date!(2026 - 11 - 23));
    }
}
