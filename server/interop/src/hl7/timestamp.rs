//! TS and DTM (2.A.22, 2.A.77): `YYYYMMDDHHMM[SS[.S[S[S[S]]]]][+/-ZZZZ]`.

use time::{OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::local_time::{calendar, number};

/// A moment to the minute at least. Without an offset it is meant in `local`.
pub fn parse_moment(text: &str, local: UtcOffset) -> Option<OffsetDateTime> {
    let text = text.trim();
    if !text.is_ascii() || text.len() > 24 {
        return None;
    }
    let (clock, offset) = match text.find(['+', '-']) {
        Some(at) => (&text[..at], offset(&text[at..])?),
        None => (text, local),
    };
    let (whole, fraction) = clock.split_once('.').map_or((clock, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction_fits = fraction.is_none_or(|digits| {
        whole.len() == 14 && (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if !matches!(whole.len(), 12 | 14) || !fraction_fits {
        return None;
    }
    let part = |from: usize, to: usize| number(whole.get(from..to)?);
    let small = |from: usize, to: usize| part(from, to).and_then(|value| u8::try_from(value).ok());
    let date = calendar(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let second = if whole.len() == 14 { small(12, 14)? } else { 0 };
    let time = Time::from_hms(small(8, 10)?, small(10, 12)?, second).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(offset))
}

fn offset(text: &str) -> Option<UtcOffset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..).filter(|digits| digits.len() == 4)?;
    let (hours, minutes) = (number(&digits[..2])?, number(&digits[2..])?);
    let hours = i8::try_from(hours).ok().filter(|hours| *hours <= 14)?;
    let minutes = i8::try_from(minutes).ok().filter(|minutes| *minutes < 60)?;
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

/// `YYYYMMDDHHMMSS+ZZZZ`.
pub fn format_moment(moment: OffsetDateTime, local: UtcOffset) -> String {
    let moment = moment.to_offset(local);
    let (date, time) = (moment.date(), moment.time());
    let (hours, minutes, _) = local.as_hms();
    let sign = if local.is_negative() { '-' } else { '+' };
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}{sign}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        hours.unsigned_abs(),
        minutes.unsigned_abs()
    )
}

#[cfg(test)]
mod tests {
    use time::macros::{datetime, offset as zone};

    use super::*;

    #[test]
    fn a_moment_is_read_with_and_without_its_offset() {
        let local = zone!(+7);
        let eight = datetime!(2026-11-23 08:00 +7);
        for text in
            ["202611230800", "20261123080000", "20261123080000.000", "20261123010000+0000", "20261122200000-0500"]
        {
            assert_eq!(parse_moment(text, local), Some(eight), "{text}");
        }
        assert_eq!(parse_moment(&format_moment(eight, local), zone!(-5)), Some(eight));
        for wrong in [
            "",
            "20261123",
            "202611230",
            "202613230800",
            "202611232400",
            "20261123080000.",
            "202611230800.1",
            "202611230800+7",
            "202611230800+9900",
            "2026112308000x",
            "ngày mai",
            "+0700",
        ] {
            assert_eq!(parse_moment(wrong, local), None, "{wrong}");
        }
    }
}
