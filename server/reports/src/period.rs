//! Day, ISO 8601 week, month and quarter in Vietnam, each with the one before it.

use std::fmt;
use std::str::FromStr;

use certificates::Lang;
use serde::Serialize;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset, Weekday};
use utoipa::ToSchema;

/// Asia/Ho_Chi_Minh: UTC+7 without daylight saving time.
pub const VIETNAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => panic!("+07:00 is an offset"),
};

/// Years a period may lie in: the first kiosk is younger, and no clock goes further.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Day,
    Week,
    Month,
    Quarter,
}

/// Written `2026-11-23`, `2026-W48`, `2026-11`, `2026-Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    span: Span,
    first: Date,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period is a day 2026-11-23, a week 2026-W48, a month 2026-11 or a quarter 2026-Q4")]
pub struct PeriodError;

impl Span {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    pub fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Day, Lang::Vi) => "Ngày",
            (Self::Day, Lang::En) => "Day",
            (Self::Week, Lang::Vi) => "Tuần",
            (Self::Week, Lang::En) => "Week",
            (Self::Month, Lang::Vi) => "Tháng",
            (Self::Month, Lang::En) => "Month",
            (Self::Quarter, Lang::Vi) => "Quý",
            (Self::Quarter, Lang::En) => "Quarter",
        }
    }

    /// "tuần trước"
    pub fn before(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Day, Lang::Vi) => "ngày trước",
            (Self::Day, Lang::En) => "the day before",
            (Self::Week, Lang::Vi) => "tuần trước",
            (Self::Week, Lang::En) => "the week before",
            (Self::Month, Lang::Vi) => "tháng trước",
            (Self::Month, Lang::En) => "the month before",
            (Self::Quarter, Lang::Vi) => "quý trước",
            (Self::Quarter, Lang::En) => "the quarter before",
        }
    }
}

impl Period {
    /// The period of this span that holds the day. Days outside the years 2000 to 2199 count as the nearest inside.
    pub fn of(span: Span, day: Date) -> Self {
        let (start, end) = (YEARS.start(), YEARS.end());
        let day = if day.year() < *start {
            Date::from_ordinal_date(*start, 10).unwrap_or(day)
        } else if day.year() > *end {
            Date::from_ordinal_date(*end, 355).unwrap_or(day)
        } else {
            day
        };
        let first = match span {
            Span::Day => day,
            Span::Week => day - Duration::days(i64::from(day.weekday().number_days_from_monday())),
            Span::Month => first_of(day.year(), day.month()),
            Span::Quarter => first_of(day.year(), quarter_month(quarter(day))),
        };
        Self { span, first }
    }

    pub fn span(self) -> Span {
        self.span
    }

    pub fn first(self) -> Date {
        self.first
    }

    pub fn last(self) -> Date {
        match self.span {
            Span::Day => self.first,
            Span::Week => self.first + Duration::days(6),
            Span::Month => end_of(self.first.year(), self.first.month()),
            Span::Quarter => end_of(self.first.year(), self.first.month().nth_next(2)),
        }
    }

    pub fn previous(self) -> Self {
        Self::of(self.span, self.first - Duration::days(1))
    }

    pub fn next(self) -> Self {
        Self::of(self.span, self.last() + Duration::days(1))
    }

    pub fn holds(self, day: Date) -> bool {
        (self.first..=self.last()).contains(&day)
    }

    /// Every day of it, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        let count = (self.last() - self.first).whole_days();
        (0..=count).map(move |day| self.first + Duration::days(day))
    }

    /// From its first moment to the first moment after it, milliseconds since 1970 (UTC).
    pub fn bounds_ms(self) -> (i64, i64) {
        let at = |day: Date| day.midnight().assume_offset(VIETNAM).unix_timestamp() * 1000;
        (at(self.first), at(self.last() + Duration::days(1)))
    }

    /// "Tuần 48/2026 (23/11–29/11)", "Week 48 of 2026 (23–29 Nov)".
    pub fn title(self, lang: Lang) -> String {
        let (first, last) = (self.first, self.last());
        match (self.span, lang) {
            (Span::Day, Lang::Vi) => format!("Ngày {}", day(first, lang)),
            (Span::Day, Lang::En) => day(first, lang),
            (Span::Week, Lang::Vi) => {
                let (year, week, _) = first.to_iso_week_date();
                format!("Tuần {week}/{year} ({} – {})", day(first, lang), day(last, lang))
            }
            (Span::Week, Lang::En) => {
                let (year, week, _) = first.to_iso_week_date();
                format!("Week {week} of {year} ({} – {})", day(first, lang), day(last, lang))
            }
            (Span::Month, Lang::Vi) => format!("Tháng {}/{}", u8::from(first.month()), first.year()),
            (Span::Month, Lang::En) => format!("{} {}", first.month(), first.year()),
            (Span::Quarter, Lang::Vi) => {
                format!("Quý {}/{}", ["I", "II", "III", "IV"][usize::from(quarter(first) - 1)], first.year())
            }
            (Span::Quarter, Lang::En) => format!("Quarter {} of {}", quarter(first), first.year()),
        }
    }
}

/// `23/11/2026`, `23 November 2026`.
pub fn day(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year()),
        Lang::En => format!("{} {} {}", day.day(), day.month(), day.year()),
    }
}

/// `2026-11-23`
pub(crate) fn iso_day(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// Hour of the day in Vietnam, 0 to 23.
pub fn hour_of(unix_ms: i64) -> u8 {
    u8::try_from((unix_ms.div_euclid(3_600_000) + 7).rem_euclid(24)).unwrap_or(0)
}

/// `2026-11-23T08:00:00+07:00`, and the day it falls on.
pub(crate) fn local(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(VIETNAM)
}

fn quarter(day: Date) -> u8 {
    (u8::from(day.month()) - 1) / 3 + 1
}

fn quarter_month(quarter: u8) -> Month {
    Month::January.nth_next((quarter - 1) * 3)
}

fn first_of(year: i32, month: Month) -> Date {
    Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN)
}

fn end_of(year: i32, month: Month) -> Date {
    Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first;
        match self.span {
            Span::Day => f.write_str(&iso_day(first)),
            Span::Week => {
                let (year, week, _) = first.to_iso_week_date();
                write!(f, "{year:04}-W{week:02}")
            }
            Span::Month => write!(f, "{:04}-{:02}", first.year(), u8::from(first.month())),
            Span::Quarter => write!(f, "{:04}-Q{}", first.year(), quarter(first)),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        if text.len() > 10 || !text.is_ascii() {
            return Err(PeriodError);
        }
        let (year, rest) = text.split_once('-').ok_or(PeriodError)?;
        let year: i32 = digits(year, 4)?.into();
        if !YEARS.contains(&year) {
            return Err(PeriodError);
        }
        let wrong = |_| PeriodError;
        let month = |text: &str| {
            let month = u8::try_from(digits(text, 2)?).map_err(|_| PeriodError)?;
            Month::try_from(month).map_err(|_| PeriodError)
        };
        if let Some(week) = rest.strip_prefix('W') {
            let week = u8::try_from(digits(week, 2)?).map_err(|_| PeriodError)?;
            let monday = Date::from_iso_week_date(year, week, Weekday::Monday).map_err(wrong)?;
            return Ok(Self::of(Span::Week, monday));
        }
        if let Some(quarter) = rest.strip_prefix('Q') {
            let quarter = u8::try_from(digits(quarter, 1)?).map_err(|_| PeriodError)?;
            if !(1..=4).contains(&quarter) {
                return Err(PeriodError);
            }
            return Ok(Self::of(Span::Quarter, first_of(year, quarter_month(quarter))));
        }
        match rest.split_once('-') {
            None => Ok(Self::of(Span::Month, first_of(year, month(rest)?))),
            Some((of, day)) => {
                let day = u8::try_from(digits(day, 2)?).map_err(|_| PeriodError)?;
                let date = Date::from_calendar_date(year, month(of)?, day).map_err(wrong)?;
                Ok(Self::of(Span::Day, date))
            }
        }
    }
}

/// Exactly so many digits: no sign, no space.
fn digits(text: &str, count: usize) -> Result<u16, PeriodError> {
    if text.len() != count || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PeriodError);
    }
    text.parse().map_err(|_| PeriodError)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn periods_are_written_as_people_file_them() {
        for (span, written, first, last, before) in [
            (Span::Day, "2026-11-23", date!(2026 - 11 - 23), date!(2026 - 11 - 23), "2026-11-22"),
            (Span::Week, "2026-W48", date!(2026 - 11 - 23), date!(2026 - 11 - 29), "2026-W47"),
            (Span::Month, "2026-11", date!(2026 - 11 - 01), date!(2026 - 11 - 30), "2026-10"),
            (Span::Quarter, "2026-Q4", date!(2026 - 10 - 01), date!(2026 - 12 - 31), "2026-Q3"),
        ] {
            let period = Period::of(span, date!(2026 - 11 - 23));
            assert_eq!(period.to_string(), written);
            assert_eq!((period.first(), period.last()), (first, last));
            assert_eq!(period.previous().to_string(), before);
            assert_eq!(period.previous().next(), period);
        }
    }

    #[test]
    fn the_first_days_of_january_belong_to_the_week_of_the_old_year() {
        let week = Period::of(Span::Week, date!(2027 - 01 - 02));
        assert_eq!(week.to_string(), "2026-W53");
        assert_eq!("2026-W53".parse(), Ok(week));
        assert_eq!("2027-W53".parse::<Period>(), Err(PeriodError), "2027 has 52 weeks");
    }

    #[test]
    fn a_day_begins_at_midnight_in_ho_chi_minh_city() {
        let (from, to) = "2026-11-23".parse::<Period>().expect("a day").bounds_ms();
        assert_eq!(hour_of(from), 0);
        assert_eq!(hour_of(from - 1), 23);
        assert_eq!(to - from, 24 * 3_600_000);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for bad in ["", "2026", "2026-13", "2026-02-30", "2026-Q5", "2026-Q0", "2026-W00", "+026-11", "2026-1", "١٠"]
        {
            assert_eq!(bad.parse::<Period>(), Err(PeriodError), "{bad}");
        }
    }
}
