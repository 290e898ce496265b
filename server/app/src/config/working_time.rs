//! When the office works.

use serde::{Deserialize, Serialize};
use time::macros::time;
use time::{Date, Weekday};

use super::{OpeningHours, text};
use crate::certificate::WorkingTime;

/// When the office works: the four working hours of NĐ 63/2024 are counted in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingTimeConfig {
    pub spans: Vec<OpeningHours>,
    pub weekdays: Vec<WorkingDay>,
    #[serde(with = "text::days")]
    pub holidays: Vec<Date>,
    #[serde(with = "text::days")]
    pub extra_days: Vec<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkingDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Default for WorkingTimeConfig {
    fn default() -> Self {
        let span = |from, to| OpeningHours { from, to };
        Self {
            spans: vec![span(time!(7:30), time!(11:30)), span(time!(13:30), time!(17:00))],
            weekdays: vec![
                WorkingDay::Monday,
                WorkingDay::Tuesday,
                WorkingDay::Wednesday,
                WorkingDay::Thursday,
                WorkingDay::Friday,
            ],
            holidays: Vec::new(),
            extra_days: Vec::new(),
        }
    }
}

impl WorkingTimeConfig {
    pub fn to_working_time(&self) -> WorkingTime {
        WorkingTime {
            spans: self.spans.iter().map(|span| (span.from, span.to)).collect(),
            weekdays: self.weekdays.iter().copied().map(Weekday::from).collect(),
            holidays: self.holidays.iter().copied().collect(),
            extra_days: self.extra_days.iter().copied().collect(),
        }
    }

    /// Each span ends after it begins, and begins when the one before has ended.
    pub(super) fn spans_are_in_order(&self) -> bool {
        let inside = self.spans.iter().all(|span| span.from < span.to);
        inside && self.spans.windows(2).all(|pair| pair[0].to <= pair[1].from)
    }
}

impl From<WorkingDay> for Weekday {
    fn from(day: WorkingDay) -> Self {
        match day {
            WorkingDay::Monday => Self::Monday,
            WorkingDay::Tuesday => Self::Tuesday,
            WorkingDay::Wednesday => Self::Wednesday,
            WorkingDay::Thursday => Self::Thursday,
            WorkingDay::Friday => Self::Friday,
            WorkingDay::Saturday => Self::Saturday,
            WorkingDay::Sunday => Self::Sunday,
        }
    }
}
