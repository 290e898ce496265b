//! Local dates and times as people and lists write them.

use time::{Date, Month, Time};

/// `dd/MM/yyyy`, `d/M/yyyy` or `yyyy-MM-dd`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, month, year) = if text.contains('/') {
        let mut parts = text.split('/');
        (parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?)
    } else {
        let mut parts = text.split('-');
        let (year, month) = (parts.next()?, parts.next()?);
        (parts.next().filter(|_| parts.next().is_none())?, month, year)
    };
    let year = Some(year).filter(|year| year.len() == 4).and_then(number)?;
    calendar(year, number(month)?, number(day)?)
}

/// `H:mm`, `HH:mm`, `HH:mm:ss`, `7h30` or `7h`.
pub(crate) fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let (hour, rest) = text.split_once([':', 'h', 'H'])?;
    let mut rest = rest.split(':');
    let minute = match rest.next() {
        Some("") if text.ends_with(['h', 'H']) => 0,
        Some(minute) if minute.len() == 2 => number(minute)?,
        _ => return None,
    };
    let second = rest.next().map_or(Some(0), |second| Some(second).filter(|text| text.len() == 2).and_then(number))?;
    if rest.next().is_some() {
        return None;
    }
    let part = |value: u16| u8::try_from(value).ok();
    Time::from_hms(part(number(hour)?)?, part(minute)?, part(second)?).ok()
}

/// Both, with a space or a `T` between.
pub(crate) fn date_and_time(text: &str) -> Option<(Date, Time)> {
    let text = text.trim();
    let (day, clock) = text.split_once([' ', 'T'])?;
    Some((date(day)?, time(clock)?))
}

pub(crate) fn calendar(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

/// Digits only, at most four.
pub(crate) fn number(text: &str) -> Option<u16> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use time::macros::{date as day, time as clock};

    use super::*;

    #[test]
    fn times_are_read_as_vietnamese_lists_write_them() {
        assert_eq!(date_and_time("23/11/2026 07:30"), Some((day!(2026 - 11 - 23), clock!(7:30))));
        assert_eq!(date_and_time("2026-11-23T07:30:00"), Some((day!(2026 - 11 - 23), clock!(7:30))));
        assert_eq!(time("7h30"), Some(clock!(7:30)));
        assert_eq!(time("14h"), Some(clock!(14:00)));
        for wrong in ["", "7", ":", "24:00", "7:3", "7h3x", "07:30:00:00", "07:30:0", "x:00"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
        for wrong in ["", "/", "31/02/2026", "23/11/26", "2026-11", "23/11/2026/1", "-1-2026-01"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
