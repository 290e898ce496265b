//! The deadline of NĐ 63/2024 Đ25: birth and death data signed and sent within four working hours after the paper.
//!
//! Working hours, the days that have them, holidays and the days worked in exchange are settings: the decree does not
//! list them, and each year's holidays are announced. Without any configured span the four hours are counted around the
//! clock, which is never later than any other reading.

use std::collections::BTreeSet;

use time::{Date, Duration, OffsetDateTime, Time, Weekday};

use crate::clock::HO_CHI_MINH;

/// Four working hours.
pub const ALLOWANCE: Duration = Duration::hours(4);
/// A year without one working hour is a mistake in the settings, not a long holiday.
const MAX_DAYS: u32 = 366;

/// When the office works, local time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingTime {
    /// Spans of a working day, in order, apart from each other.
    pub spans: Vec<(Time, Time)>,
    pub weekdays: Vec<Weekday>,
    pub holidays: BTreeSet<Date>,
    /// Days worked in exchange for another.
    pub extra_days: BTreeSet<Date>,
}

impl WorkingTime {
    pub fn works_on(&self, day: Date) -> bool {
        self.extra_days.contains(&day) || (self.weekdays.contains(&day.weekday()) && !self.holidays.contains(&day))
    }

    /// The moment by which a paper of `issued_at` must have been sent.
    pub fn deadline(&self, issued_at: OffsetDateTime) -> OffsetDateTime {
        self.after(issued_at, ALLOWANCE)
    }

    /// `issued_at` plus that much working time.
    fn after(&self, issued_at: OffsetDateTime, allowance: Duration) -> OffsetDateTime {
        let local = issued_at.to_offset(HO_CHI_MINH);
        let mut left = allowance;
        let mut day = local.date();
        for _ in 0..MAX_DAYS {
            if self.works_on(day) {
                for (from, to) in &self.spans {
                    let from = day.with_time(*from).assume_offset(HO_CHI_MINH).max(local);
                    let to = day.with_time(*to).assume_offset(HO_CHI_MINH);
                    if to > from {
                        if to - from >= left {
                            return from + left;
                        }
                        left -= to - from;
                    }
                }
            }
            let Some(next) = day.next_day() else { break };
            day = next;
        }
        local + allowance
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime, time};

    use super::*;

    fn office() -> WorkingTime {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        WorkingTime {
            spans: vec![(time!(7:30), time!(11:30)), (time!(13:30), time!(17:00))],
            weekdays: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            holidays: BTreeSet::from([date!(2026 - 11 - 24)]),
            extra_days: BTreeSet::from([date!(2026 - 11 - 28)]),
        }
    }

    #[test]
    fn four_hours_stop_at_lunch_at_night_on_holidays_and_at_weekends() {
        for (issued, deadline) in [
            // Monday morning, before and during work.
            (datetime!(2026-11-23 06:00 +7), datetime!(2026-11-23 11:30 +7)),
            (datetime!(2026-11-23 08:30 +7), datetime!(2026-11-23 14:30 +7)),
            // At lunch.
            (datetime!(2026-11-23 12:00 +7), datetime!(2026-11-25 08:00 +7)),
            // Monday evening: Tuesday is a holiday.
            (datetime!(2026-11-23 20:00 +7), datetime!(2026-11-25 11:30 +7)),
            // Friday afternoon: Saturday is worked in exchange.
            (datetime!(2026-11-27 16:00 +7), datetime!(2026-11-28 10:30 +7)),
            // A week later Saturday is free.
            (datetime!(2026-12-04 16:00 +7), datetime!(2026-12-07 10:30 +7)),
        ] {
            assert_eq!(office().deadline(issued), deadline, "{issued}");
        }
    }

    #[test]
    fn an_office_without_hours_gets_the_earliest_reading() {
        let issued = datetime!(2026-11-23 20:00 +7);
        assert_eq!(WorkingTime::default().deadline(issued), datetime!(2026-11-24 00:00 +7));
        let never = WorkingTime { weekdays: Vec::new(), extra_days: BTreeSet::new(), ..office() };
        assert_eq!(never.deadline(issued), datetime!(2026-11-24 00:00 +7));
    }

    proptest! {
        #[test]
        fn a_later_paper_never_has_an_earlier_deadline(start in 0_i64..400_000, step in 0_i64..5_000) {
            let first = datetime!(2026-10-01 00:00 +7) + Duration::minutes(start % 80_000);
            let second = first + Duration::minutes(step);
            let (early, late) = (office().deadline(first), office().deadline(second));
            prop_assert!(early <= late);
            prop_assert!(early >= first + ALLOWANCE);
        }
    }
}
