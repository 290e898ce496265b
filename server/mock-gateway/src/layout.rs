//! Which fields a record has, in which order, and the form of each (GATEWAY.md 1.5.1, 1.5.3, 1.7).
//!
//! The first mistake is the answer, as at the portal, which says 205 and no more; the field's name goes to the mock's
//! own page only. Mandatory are the few fields that the portal is known to insist on ("practical must-haves"); whatever
//! else is filled must have its documented form. Districts are not looked at: they were abolished.

use std::collections::HashMap;

use time::{Date, Month};

use crate::signature::SignedElement;

/// The form a filled field must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// At most this many characters.
    Text(usize),
    Digits(usize),
    /// Digits, this many at most.
    Number(usize),
    /// yyyyMMdd.
    Day,
    /// yyyyMMdd, not in the future.
    PastDay,
    /// yyyyMMddHHmm.
    Minute,
    /// yyyyMMddHHmmss.
    Second,
    /// dd/MM/yyyy.
    SlashedDay,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// `NNNNN.GCS.FFFFF.YY`, with this in the middle.
    PaperNumber(&'static str),
    /// `NNNNN/GKSKLX/FFFFF/YY`.
    DriverNumber,
    /// Grams, or "Không cân".
    Weight,
    /// `TE1` and 12 digits.
    TemporaryCard,
    /// Two digits, or three as today.
    Nationality,
    /// 9 or 12 digits, or a passport: a capital and digits.
    IdentityNumber,
    /// A driving licence class as old and new law write them.
    LicenceClass,
    /// Decimal, with a point.
    Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Must,
    May,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    pub presence: Presence,
    pub form: Form,
}

/// Names in the order of the wire with spaces between, and of each name whether it must be filled and how.
pub(crate) fn fields(names: &'static str, rule: fn(&str) -> (Presence, Form)) -> Vec<Field> {
    let field = |name: &'static str| {
        let (presence, form) = rule(name);
        Field { name, presence, form }
    };
    names.split_whitespace().map(field).collect()
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum LayoutFault {
    #[error("element {position} should be {expected}")]
    Order { position: usize, expected: &'static str },
    #[error("{count} elements, not {expected}")]
    Count { count: usize, expected: usize },
    #[error("{0} is empty")]
    Missing(&'static str),
    #[error("{0} is not of its form")]
    Form(&'static str),
    #[error("{0} does not agree with {1}")]
    Disagree(&'static str, &'static str),
}

/// Values by field name.
pub(crate) type Values<'a> = HashMap<&'static str, &'a str>;

/// The elements of `signed` are exactly those of `fields`, in their order, each of its form.
pub(crate) fn check_elements<'a>(
    fields: &'static [Field],
    signed: &'a SignedElement,
    today: Date,
) -> Result<Values<'a>, LayoutFault> {
    let leaves = signed.leaves();
    let mut values = Values::new();
    for (position, (field, (name, value))) in fields.iter().zip(leaves).enumerate() {
        if name != field.name {
            return Err(LayoutFault::Order { position: position + 1, expected: field.name });
        }
        values.insert(field.name, value.as_str());
    }
    if leaves.len() != fields.len() {
        return Err(LayoutFault::Count { count: leaves.len(), expected: fields.len() });
    }
    check_values(fields, &values, today)?;
    Ok(values)
}

/// Each value is of its field's form; a field that is absent counts as empty.
pub(crate) fn check_values(fields: &'static [Field], values: &Values<'_>, today: Date) -> Result<(), LayoutFault> {
    for field in fields {
        let value = values.get(field.name).copied().unwrap_or_default();
        if value.is_empty() {
            if field.presence == Presence::Must {
                return Err(LayoutFault::Missing(field.name));
            }
        } else if !field.form.fits(value, today) {
            return Err(LayoutFault::Form(field.name));
        }
    }
    Ok(())
}

impl Form {
    fn fits(self, value: &str, today: Date) -> bool {
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Text(most) => value.chars().count() <= most && !value.chars().any(|c| c == '\0'),
            Self::Digits(count) => digits(value, count),
            Self::Number(most) => value.len() <= most && digits(value, value.len()),
            Self::Day => day(value).is_some(),
            Self::PastDay => day(value).is_some_and(|day| day <= today),
            Self::Minute => digits(value, 12) && instant(value),
            Self::Second => digits(value, 14) && instant(value),
            Self::SlashedDay => slashed_day(value).is_some(),
            Self::OneOf(values) => values.contains(&value),
            Self::PaperNumber(kind) => {
                let parts: Vec<&str> = value.split('.').collect();
                matches!(parts[..], [number, middle, facility, year]
                    if digits(number, 5) && middle == kind && digits(facility, 5) && digits(year, 2))
            }
            Self::DriverNumber => {
                let parts: Vec<&str> = value.split('/').collect();
                let word = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                matches!(parts[..], [number, "GKSKLX", facility, year]
                    if digits(number, 5) && word(facility) && digits(year, 2))
            }
            Self::Weight => value == "Không cân" || (digits(value, value.len()) && value.len() <= 5),
            Self::TemporaryCard => value.strip_prefix("TE1").is_some_and(|rest| digits(rest, 12)),
            Self::Nationality => digits(value, 2) || digits(value, 3),
            Self::IdentityNumber => {
                let passport = value.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
                    && (7..=9).contains(&value.len())
                    && value.bytes().skip(1).all(|b| b.is_ascii_digit());
                digits(value, 9) || digits(value, 12) || passport
            }
            Self::LicenceClass => {
                let mut letters = value.bytes();
                value.len() <= 4
                    && letters.next().is_some_and(|b| (b'A'..=b'F').contains(&b))
                    && letters.all(|b| b.is_ascii_digit() || b == b'E' || b == b'.')
            }
            Self::Decimal => value.len() <= 10 && value.parse::<f64>().is_ok_and(|n| n.is_finite() && n >= 0.0),
        }
    }
}

/// The first eight digits as a day of the calendar.
fn day(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    date(text.get(..4)?, text.get(4..6)?, text.get(6..)?)
}

fn slashed_day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('/').collect();
    let [day, month, year] = parts[..] else { return None };
    ((day.len(), month.len(), year.len()) == (2, 2, 4)).then(|| date(year, month, day))?
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// 12 or 14 digits.
fn instant(digits: &str) -> bool {
    let at_most = |range: std::ops::Range<usize>, most: u8| {
        digits.get(range).is_none_or(|part| part.parse::<u8>().is_ok_and(|n| n <= most))
    };
    digits.get(..8).and_then(day).is_some() && at_most(8..10, 23) && at_most(10..12, 59) && at_most(12..14, 59)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);
    const EVERY_FORM: [Form; 18] = [
        Form::Text(3),
        Form::Digits(3),
        Form::Number(3),
        Form::Day,
        Form::PastDay,
        Form::Minute,
        Form::Second,
        Form::SlashedDay,
        Form::OneOf(&["a"]),
        Form::PaperNumber("GCS"),
        Form::DriverNumber,
        Form::Weight,
        Form::TemporaryCard,
        Form::Nationality,
        Form::IdentityNumber,
        Form::LicenceClass,
        Form::Decimal,
        Form::Text(0),
    ];

    #[test]
    fn each_form_knows_its_own() {
        let cases = [
            (Form::PaperNumber("GCS"), "00004.GCS.31999.26", "00004.GBT.31999.26"),
            (Form::PaperNumber("GBT"), "00004.GBT.31999.26", "0004.GBT.31999.26"),
            (Form::DriverNumber, "00001/GKSKLX/34001/25", "00001/GKSK/34001/25"),
            (Form::Day, "20240229", "20230229"),
            (Form::PastDay, "20261123", "20261124"),
            (Form::Minute, "202611232359", "202611232400"),
            (Form::Second, "20261123235959", "202611232359"),
            (Form::SlashedDay, "29/02/2024", "29/2/2024"),
            (Form::Weight, "Không cân", "3,6 kg"),
            (Form::TemporaryCard, "TE1310000000074", "TE2310000000074"),
            (Form::Nationality, "000", "0"),
            (Form::IdentityNumber, "B1234567", "12345678"),
            (Form::LicenceClass, "B0.1", "b1"),
            (Form::Decimal, "0.25", "NaN"),
        ];
        for (form, good, bad) in cases {
            assert!(form.fits(good, TODAY), "{form:?} {good}");
            assert!(!form.fits(bad, TODAY), "{form:?} {bad}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(value in "\\PC*|[0-9/.]{0,15}") {
            for form in EVERY_FORM {
                form.fits(&value, TODAY);
            }
            let _ = slashed_day(&value);
        }
    }
}
