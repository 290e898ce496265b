//! Days and times in the words of a person.

use identity::DocumentDate;
use time::{Date, Month, PrimitiveDateTime};

use crate::Lang;

/// "09 tháng 03 năm 1992" or "9 March 1992"; unknown parts are left out.
pub(crate) fn spoken(date: DocumentDate, lang: Lang) -> String {
    let year = date.year();
    match (lang, date.month(), date.day()) {
        (Lang::Vi, Some(month), Some(day)) => format!("ngày {day:02} tháng {month:02} năm {year}"),
        (Lang::Vi, Some(month), None) => format!("tháng {month:02} năm {year}"),
        (Lang::Vi, None, _) => format!("năm {year}"),
        (Lang::En, Some(month), Some(day)) => format!("{day} {} {year}", month_name(month)),
        (Lang::En, Some(month), None) => format!("{} {year}", month_name(month)),
        (Lang::En, None, _) => format!("{year}"),
    }
}

pub(crate) fn spoken_day(date: Date, lang: Lang) -> String {
    spoken(DocumentDate::from_date(date), lang)
}

/// "14 giờ 05 phút, ngày ..." or "14:05 on ...".
pub(crate) fn spoken_moment(moment: PrimitiveDateTime, lang: Lang) -> String {
    let day = spoken_day(moment.date(), lang);
    match lang {
        Lang::Vi => format!("{:02} giờ {:02} phút, {day}", moment.hour(), moment.minute()),
        Lang::En => format!("{:02}:{:02} on {day}", moment.hour(), moment.minute()),
    }
}

fn month_name(month: u8) -> String {
    Month::try_from(month).map(|month| month.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_date_is_spoken_in_words() {
        let birth = DocumentDate::parse("09/03/1992").expect("date");
        assert_eq!(spoken(birth, Lang::Vi), "ngày 09 tháng 03 năm 1992");
        assert_eq!(spoken(birth, Lang::En), "9 March 1992");
        assert_eq!(
            spoken_moment(datetime!(2026-11-22 04:05:06), Lang::Vi),
            "04 giờ 05 phút, ngày 22 tháng 11 năm 2026"
        );
    }
}
