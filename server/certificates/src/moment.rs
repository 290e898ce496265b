//! Days and times as the forms and the wire write them. Local time of the hospital (Asia/Ho_Chi_Minh) throughout.
//!
//! The wire writes `yyyyMMdd`, `yyyyMMddHHmm`, `yyyyMMddHHmmss`; people write `dd/MM/yyyy`, browsers
//! `yyyy-MM-ddTHH:mm`. All of them are read; which one is written is the caller's choice ([`Style`]).

use identity::DocumentDate;
use time::{Date, PrimitiveDateTime, Time};

/// Who reads what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// XML of the portal: digits only.
    Xml,
    /// JSON and XML of the driver service, and the forms of staff: `dd/MM/yyyy`.
    Slashes,
}

/// A day with all its parts.
pub(crate) fn day(text: &str) -> Option<Date> {
    document_date(text)?.complete()
}

/// A day whose day, or day and month, may be unknown.
pub(crate) fn document_date(text: &str) -> Option<DocumentDate> {
    let date = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        DocumentDate::parse_compact(text).ok()?
    } else if let Some((year, rest)) = text.split_once('-') {
        let (month, day) = rest.split_once('-')?;
        DocumentDate::parse(&format!("{}/{}/{year}", two(day)?, two(month)?)).ok()?
    } else {
        let parts: Option<Vec<String>> =
            text.split('/').map(|part| if part.len() == 4 { Some(part.to_owned()) } else { two(part) }).collect();
        DocumentDate::parse(&parts?.join("/")).ok()?
    };
    (1850..=2200).contains(&date.year()).then_some(date)
}

fn two(text: &str) -> Option<String> {
    match text.len() {
        1 => Some(format!("0{text}")),
        2 => Some(text.to_owned()),
        _ => None,
    }
}

/// A moment of 12 digits, or of 14 whose seconds are zero.
pub(crate) fn minute(text: &str) -> Option<PrimitiveDateTime> {
    second(text).filter(|moment| moment.second() == 0)
}

/// A moment of 12 or 14 digits, or as people and browsers write it.
pub(crate) fn second(text: &str) -> Option<PrimitiveDateTime> {
    if text.bytes().all(|b| b.is_ascii_digit()) && matches!(text.len(), 12 | 14) {
        return Some(PrimitiveDateTime::new(
            day(&text[..8])?,
            clock(&[&text[8..10], &text[10..12], text.get(12..).unwrap_or("")])?,
        ));
    }
    let (date, time) = text.split_once(['T', ' '])?;
    let mut parts: Vec<&str> = time.trim().split(':').collect();
    if parts.len() == 2 {
        parts.push("");
    }
    Some(PrimitiveDateTime::new(day(date)?, clock(&parts)?))
}

fn clock(parts: &[&str]) -> Option<Time> {
    let [hour, minute, second] = parts else { return None };
    let number = |text: &str| match text.len() {
        0 => Some(0),
        1 | 2 if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    if hour.is_empty() || minute.is_empty() {
        return None;
    }
    Time::from_hms(number(hour)?, number(minute)?, number(second)?).ok()
}

pub(crate) fn write_day(date: Date, style: Style) -> String {
    let (year, month, day) = date.to_calendar_date();
    match style {
        Style::Xml => format!("{year:04}{:02}{day:02}", u8::from(month)),
        Style::Slashes => format!("{day:02}/{:02}/{year:04}", u8::from(month)),
    }
}

/// On the wire an unknown day and month are written 01 (GATEWAY 1.5.3 row 5), in the driver service as well (our
/// reading): read back, that is the first of January. A form keeps what is known.
pub(crate) fn write_document_date(date: DocumentDate, target: Target) -> String {
    match target {
        Target::Form => date.to_dmy(),
        Target::Wire(style) => write_day(date.earliest(), style),
    }
}

/// Where a value is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The editable draft.
    Form,
    Wire(Style),
}

impl Target {
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Form => Style::Slashes,
            Self::Wire(style) => style,
        }
    }
}

pub(crate) fn write_minute(moment: PrimitiveDateTime, style: Style) -> String {
    let day = write_day(moment.date(), style);
    match style {
        Style::Xml => format!("{day}{:02}{:02}", moment.hour(), moment.minute()),
        Style::Slashes => format!("{day} {:02}:{:02}", moment.hour(), moment.minute()),
    }
}

pub(crate) fn write_second(moment: PrimitiveDateTime, style: Style) -> String {
    let minute = write_minute(moment, style);
    match style {
        Style::Xml => format!("{minute}{:02}", moment.second()),
        Style::Slashes => format!("{minute}:{:02}", moment.second()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn a_day_is_read_as_the_wire_people_and_browsers_write_it() {
        for text in ["19920309", "09/03/1992", "9/3/1992", "1992-03-09"] {
            assert_eq!(day(text), Some(date!(1992 - 03 - 09)), "{text}");
        }
        for text in ["", "09031992x", "30/02/1992", "1992", "03/1992", "00010101", "92-03-09", "1992-13-09", "é1992030"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn unknown_parts_stay_unknown_in_the_form_and_become_the_first_on_the_wire() {
        let birth = document_date("1950").expect("year");
        assert_eq!(write_document_date(birth, Target::Form), "1950");
        assert_eq!(write_document_date(birth, Target::Wire(Style::Xml)), "19500101");
        assert_eq!(write_document_date(birth, Target::Wire(Style::Slashes)), "01/01/1950");
        assert_eq!(document_date("19500000").expect("zeros").to_dmy(), "1950");
        assert_eq!(document_date("19500300").expect("zeros").to_dmy(), "03/1950");
    }

    #[test]
    fn a_moment_is_read_and_written_to_the_second() {
        let moment = datetime!(2026-11-22 04:05:06);
        for text in ["20261122040506", "2026-11-22T04:05:06", "22/11/2026 04:05:06", "22/11/2026 4:5:06"] {
            assert_eq!(second(text), Some(moment), "{text}");
        }
        assert_eq!(write_second(moment, Style::Xml), "20261122040506");
        assert_eq!(minute("202611220405"), Some(datetime!(2026-11-22 04:05)));
        assert_eq!(minute("20261122040506"), None);
        for text in ["2026112204", "202611222405", "202611220460", "22/11/2026", "22/11/2026 4", "2026-11-22T", "T"] {
            assert_eq!(second(text), None, "{text}");
        }
    }
}
