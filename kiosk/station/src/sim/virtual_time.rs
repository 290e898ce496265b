//! Time that passes when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use session::Moment;
use time::OffsetDateTime;

use crate::clock::TimeSource;

/// Clones are the same clock.
#[derive(Debug, Clone)]
pub struct VirtualTime {
    began: OffsetDateTime,
    ms: Arc<AtomicU64>,
}

impl VirtualTime {
    pub fn from(began: OffsetDateTime) -> Self {
        Self { began, ms: Arc::new(AtomicU64::new(0)) }
    }

    pub fn advance(&self, by: Duration) {
        self.ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

impl TimeSource for VirtualTime {
    fn moment(&self) -> Moment {
        Moment::from_ms(self.ms.load(Ordering::SeqCst))
    }

    fn now(&self) -> OffsetDateTime {
        self.began + Duration::from_millis(self.moment().as_ms())
    }

    fn until(&self, moment: Moment) -> Option<Duration> {
        (moment <= self.moment()).then_some(Duration::ZERO)
    }
}
