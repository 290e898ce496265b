//! Certificates of invented people, as a ward of the demonstration fills them in.

use certificates::{Draft, DraftError, sim};
use time::Date;
use time::macros::format_description;

use crate::people;

/// What a ward knows of one birth.
#[derive(Debug, Clone, Copy)]
pub struct Born<'a> {
    pub child: &'a str,
    /// Of how many in this confinement.
    pub children: u8,
    pub hour: &'a str,
}

/// The day before: whatever the clock says, it has passed.
fn yesterday(today: Date) -> String {
    today.previous_day().unwrap_or(today).format(format_description!("[day]/[month]/[year]")).unwrap_or_default()
}

/// Of the mother [`people::NGHIEM`] and the father [`people::MAU`], born yesterday, written `today`.
pub fn birth(born: Born<'_>, today: Date) -> Result<Draft, DraftError> {
    sim::birth(today)
        .with("MA_THE_NND", people::NGHIEM.card)?
        .with("MA_THE_TAM", "")?
        .with("TEN_CON", born.child)?
        .with("NGAY_SINH_CON", &format!("{} {}", yesterday(today), born.hour))?
        .with("CAN_NANG_CON", "2600")?
        .with("SO_CON", &born.children.to_string())?
        .with("SO_CON_SONG", &(born.children + 1).to_string())
}

/// Of somebody who died at the hospital yesterday, written `today`; the relative is [`people::NGHIEM`].
pub fn death(today: Date) -> Result<Draft, DraftError> {
    sim::death(today).with("NGAY_TV", &format!("{} 21:45", yesterday(today)))
}

/// What the chip and the declaration of [`people::MAU`] leave open, examined yesterday and concluded on `today`.
pub fn conclusion(today: Date) -> [(&'static str, String); 11] {
    let examined = sim::driver(today);
    [
        "NOICAP",
        "DIACHITHUONGTRU",
        "MATINH_THUONGTRU",
        "MAXA_THUONGTRU",
        "NGAYTHANGNAMCAPCMND",
        "HANGBANGLAI",
        "NGAYKHAM",
        "MATUY",
        "KETLUAN",
        "NGAYKETLUAN",
        "BACSYKETLUAN",
    ]
    .map(|code| (code, examined.get(code).to_owned()))
}
