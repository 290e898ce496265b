//! When something that failed is tried again: the one policy of this crate.
//!
//! Exponential with a ceiling, and jitter over the second half of each wait, so that what failed together does not come
//! back together.

use rand::Rng;
use time::Duration;

/// Of machines asking machines where asking has no effect: entitlements, signatures, tokens, refused connections.
pub const PATIENT: Retry = Retry { first: Duration::minutes(1), ceiling: Duration::hours(1) };
/// Of a destination that does not answer.
pub const DESTINATION: Retry = Retry { first: Duration::seconds(2), ceiling: Duration::minutes(5) };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The longest wait after the first failure; doubled after each further one.
    pub first: Duration,
    pub ceiling: Duration,
}

impl Retry {
    /// The wait after `failures` failures in a row, at random between half of it and all of it.
    pub fn wait_ms(self, failures: u32, rng: &mut impl Rng) -> i64 {
        let longest = self.longest_ms(failures);
        rng.gen_range(longest - longest / 2..=longest)
    }

    pub fn longest_ms(self, failures: u32) -> i64 {
        let first = whole_ms(self.first);
        let factor = 1_i64.checked_shl(failures.saturating_sub(1).min(62)).unwrap_or(i64::MAX);
        first.saturating_mul(factor).min(whole_ms(self.ceiling)).max(1)
    }
}

fn whole_ms(span: Duration) -> i64 {
    i64::try_from(span.whole_milliseconds()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_the_ceiling() {
        let longest: Vec<i64> = (0..9).map(|failures| PATIENT.longest_ms(failures) / 60_000).collect();
        assert_eq!(longest, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(PATIENT.longest_ms(u32::MAX), 3_600_000);
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_half_or_longer_than_all(failures in 0_u32..100) {
            let wait = DESTINATION.wait_ms(failures, &mut rand::thread_rng());
            let longest = DESTINATION.longest_ms(failures);
            prop_assert!(wait >= longest / 2 && wait <= longest);
        }
    }
}
