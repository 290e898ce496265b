//! A moment: milliseconds since 1970 (UTC), as the database keeps it.

use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Asia/Ho_Chi_Minh: UTC+7 without daylight saving time.
const HO_CHI_MINH_MS: i64 = 7 * 60 * MINUTE_MS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// How long after `earlier`; 0 where a clock went backwards.
    pub fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }

    pub fn minutes_since(self, earlier: Self) -> u32 {
        u32::try_from(self.ms_since(earlier) / MINUTE_MS).unwrap_or(u32::MAX)
    }

    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Minutes since local midnight, with their fraction.
    pub(crate) fn local_minute(self) -> f64 {
        let ms = self.0.saturating_add(HO_CHI_MINH_MS).rem_euclid(DAY_MS);
        ms as f64 / MINUTE_MS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_backwards_gives_no_time_at_all() {
        let (early, late) = (Moment::from_unix_ms(0), Moment::from_unix_ms(150_000));
        assert_eq!((late.minutes_since(early), early.minutes_since(late)), (2, 0));
        assert_eq!(Moment::from_unix_ms(i64::MIN).ms_since(late), 0);
    }

    #[test]
    fn the_local_day_begins_seven_hours_before_the_one_in_greenwich() {
        assert!((Moment::from_unix_ms(0).local_minute() - 420.0).abs() < 1e-9);
        assert!(Moment::from_unix_ms(-HO_CHI_MINH_MS).local_minute().abs() < 1e-9);
    }
}
