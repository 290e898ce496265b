//! Dates as documents write them: parts may be unknown, and a machine-readable zone has two-digit years.

use std::fmt;

use time::{Date, Month};
use zeroize::Zeroize;

/// A date that may lack its day, or its day and month.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Zeroize)]
pub struct DocumentDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentDateError {
    #[error("a date is written dd/MM/yyyy, ddMMyyyy, MM/yyyy, MMyyyy or yyyy")]
    Form,
    #[error("there is no such day in the calendar")]
    NoSuchDay,
}

impl DocumentDate {
    /// `dd/MM/yyyy`, `MM/yyyy`, `yyyy`, or the same without the strokes (card QR).
    pub fn parse(text: &str) -> Result<Self, DocumentDateError> {
        let text = text.trim();
        let digits: String = match text.matches('/').count() {
            0 => text.to_owned(),
            strokes => {
                let lengths: Vec<usize> = text.split('/').map(str::len).collect();
                let expected: &[usize] = if strokes == 2 { &[2, 2, 4] } else { &[2, 4] };
                if lengths != expected {
                    return Err(DocumentDateError::Form);
                }
                text.replace('/', "")
            }
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DocumentDateError::Form);
        }
        let number = |part: &str| part.parse::<u16>().map_err(|_| DocumentDateError::Form);
        match digits.len() {
            8 => Self::from_parts(number(&digits[4..])?, Some(number(&digits[2..4])?), Some(number(&digits[..2])?)),
            6 => Self::from_parts(number(&digits[2..])?, Some(number(&digits[..2])?), None),
            4 => Self::from_parts(number(&digits)?, None, None),
            _ => Err(DocumentDateError::Form),
        }
    }

    /// `yyyyMMdd` with `00` for unknown parts (the form of the insurance gateway).
    pub fn parse_compact(text: &str) -> Result<Self, DocumentDateError> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DocumentDateError::Form);
        }
        let number = |part: &str| part.parse::<u16>().map_err(|_| DocumentDateError::Form);
        let known = |value: u16| (value != 0).then_some(value);
        Self::from_parts(number(&text[..4])?, known(number(&text[4..6])?), known(number(&text[6..])?))
    }

    /// A birth date `yyMMdd` of a machine-readable zone (ICAO Doc 9303-3 4.8): unknown parts are `<<`, and the
    /// century is the latest one in which the person is already born on `today`. A holder of 100 years or more
    /// is therefore read a century late: where the chip has DG13, its four-digit year wins.
    pub fn parse_mrz_birth(text: &str, today: Date) -> Result<Self, DocumentDateError> {
        let (yy, month, day) = mrz_parts(text)?;
        let this_century = (today.year() / 100 * 100) as u16;
        let candidate = Self::from_parts(this_century + yy, month, day);
        match candidate {
            Ok(date) if date.earliest() <= today => Ok(date),
            _ => Self::from_parts(this_century - 100 + yy, month, day),
        }
    }

    /// An expiry date `yyMMdd` of a machine-readable zone: the century that lies nearest to `today`
    /// (from 50 years before to 49 after). The citizen card writes `991231` for "không thời hạn"
    /// (recalled, unconfirmed): see [`Self::is_mrz_without_expiry`].
    pub fn parse_mrz_expiry(text: &str, today: Date) -> Result<Self, DocumentDateError> {
        let (yy, month, day) = mrz_parts(text)?;
        let base = today.year() / 100 * 100;
        let mut year = base + i32::from(yy);
        if year - today.year() > 49 {
            year -= 100;
        } else if today.year() - year > 50 {
            year += 100;
        }
        Self::from_parts(year as u16, month, day)
    }

    pub fn is_mrz_without_expiry(text: &str) -> bool {
        text == "991231"
    }

    pub fn from_date(date: Date) -> Self {
        Self { year: date.year() as u16, month: Some(date.month() as u8), day: Some(date.day()) }
    }

    fn from_parts(year: u16, month: Option<u16>, day: Option<u16>) -> Result<Self, DocumentDateError> {
        let part = |value: u16| u8::try_from(value).map_err(|_| DocumentDateError::NoSuchDay);
        let month = month.map(part).transpose()?;
        let day = if month.is_some() { day.map(part).transpose()? } else { None };
        if year == 0 {
            return Err(DocumentDateError::NoSuchDay);
        }
        calendar(year, month.unwrap_or(1), day.unwrap_or(1)).ok_or(DocumentDateError::NoSuchDay)?;
        Ok(Self { year, month, day })
    }

    pub fn year(self) -> u16 {
        self.year
    }

    pub fn month(self) -> Option<u8> {
        self.month
    }

    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// The full date, if every part is known.
    pub fn complete(self) -> Option<Date> {
        calendar(self.year, self.month?, self.day?)
    }

    /// The first day it can mean.
    pub fn earliest(self) -> Date {
        calendar(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::MIN)
    }

    /// The last day it can mean.
    pub fn latest(self) -> Date {
        let month = self.month.unwrap_or(12);
        let last_day = || (28..=31).rev().find_map(|day| calendar(self.year, month, day));
        match self.day {
            Some(day) => calendar(self.year, month, day).unwrap_or(Date::MAX),
            None => last_day().unwrap_or(Date::MAX),
        }
    }

    /// Completed years on `today`, counted from the latest day the date can mean, so that an unknown day never
    /// makes a person older than proven.
    pub fn age_on(self, today: Date) -> u16 {
        let born = self.latest();
        let before_birthday = (today.month() as u8, today.day()) < (born.month() as u8, born.day());
        u16::try_from(today.year() - born.year() - i32::from(before_birthday)).unwrap_or(0)
    }

    /// Do the known parts of both agree?
    pub fn agrees_with(self, other: Self) -> bool {
        let same = |a: Option<u8>, b: Option<u8>| a.is_none() || b.is_none() || a == b;
        self.year == other.year && same(self.month, other.month) && same(self.day, other.day)
    }

    /// `yyMMdd` as a machine-readable zone writes it, `<<` for unknown parts.
    pub fn to_mrz(self) -> String {
        let part = |value: Option<u8>| value.map_or_else(|| "<<".to_owned(), |v| format!("{v:02}"));
        format!("{:02}{}{}", self.year % 100, part(self.month), part(self.day))
    }

    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`, as people and the insurance gateway read it.
    pub fn to_dmy(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{day:02}/{month:02}/{:04}", self.year),
            (Some(month), None) => format!("{month:02}/{:04}", self.year),
            (None, _) => format!("{:04}", self.year),
        }
    }
}

/// A date can be a birth date: content stays out of logs.
impl fmt::Debug for DocumentDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentDate(..)")
    }
}

fn calendar(year: u16, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(i32::from(year), Month::try_from(month).ok()?, day).ok()
}

fn mrz_parts(text: &str) -> Result<(u16, Option<u16>, Option<u16>), DocumentDateError> {
    if text.len() != 6 || !text.is_ascii() {
        return Err(DocumentDateError::Form);
    }
    let part = |slice: &str| -> Result<Option<u16>, DocumentDateError> {
        match slice {
            "<<" => Ok(None),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map(Some).map_err(|_| DocumentDateError::Form)
            }
            _ => Err(DocumentDateError::Form),
        }
    };
    let year = part(&text[..2])?.ok_or(DocumentDateError::Form)?;
    Ok((year, part(&text[2..4])?, part(&text[4..6])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);

    fn dmy(text: &str) -> DocumentDate {
        DocumentDate::parse(text).expect("valid date")
    }

    #[test]
    fn the_card_qr_may_leave_out_day_or_month() {
        assert_eq!(dmy("15011985").to_dmy(), "15/01/1985");
        assert_eq!(dmy("15/01/1985").to_dmy(), "15/01/1985");
        assert_eq!(dmy("011985").to_dmy(), "01/1985");
        assert_eq!(dmy("1985").to_dmy(), "1985");
        assert_eq!(DocumentDate::parse("1/1/1985"), Err(DocumentDateError::Form));
        assert_eq!(DocumentDate::parse("30021985"), Err(DocumentDateError::NoSuchDay));
        assert_eq!(DocumentDate::parse("00000000"), Err(DocumentDateError::NoSuchDay));
    }

    #[test]
    fn a_two_digit_birth_year_is_never_in_the_future() {
        assert_eq!(DocumentDate::parse_mrz_birth("850115", TODAY).expect("valid").year(), 1985);
        assert_eq!(DocumentDate::parse_mrz_birth("230101", TODAY).expect("valid").year(), 2023);
        assert_eq!(DocumentDate::parse_mrz_birth("261231", TODAY).expect("valid").year(), 1926);
        assert_eq!(DocumentDate::parse_mrz_birth("85<<<<", TODAY).expect("valid").to_mrz(), "85<<<<");
    }

    #[test]
    fn an_expiry_lies_near_today() {
        assert_eq!(DocumentDate::parse_mrz_expiry("450115", TODAY).expect("valid").year(), 2045);
        assert_eq!(DocumentDate::parse_mrz_expiry("991231", TODAY).expect("valid").year(), 1999);
        assert!(DocumentDate::is_mrz_without_expiry("991231"));
    }

    #[test]
    fn an_unknown_day_never_makes_a_person_older_than_proven() {
        assert_eq!(dmy("1951").age_on(TODAY), 74);
        assert_eq!(dmy("23/11/1951").age_on(TODAY), 75);
        assert_eq!(dmy("24/11/1951").age_on(TODAY), 74);
        assert_eq!(dmy("29/02/2020").age_on(date!(2026 - 02 - 28)), 5);
    }

    #[test]
    fn unknown_parts_agree_with_anything() {
        assert!(dmy("1985").agrees_with(dmy("15/01/1985")));
        assert!(!dmy("02/1985").agrees_with(dmy("15/01/1985")));
    }
}
