//! Certificates of invented people (CARD 2.9), as a ward fills them in.

use certificates::{Draft, DraftError, Kind};
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

fn draft(kind: Kind, fields: &[(&str, &str)]) -> Result<Draft, DraftError> {
    fields.iter().try_fold(Draft::new(kind), |draft, (code, text)| draft.with(code, text))
}

fn day(date: Date) -> String {
    date.format(format_description!("[day]/[month]/[year]")).unwrap_or_default()
}

/// The day before: whatever the clock says, it has passed.
fn yesterday(today: Date) -> String {
    day(today.previous_day().unwrap_or(today))
}

/// Of the mother [`people::NGHIEM`], born yesterday, written `today`.
pub fn birth(born: Born<'_>, today: Date) -> Result<Draft, DraftError> {
    let (born_on, day, children) = (yesterday(today), day(today), born.children.to_string());
    let alive = (born.children + 1).to_string();
    let at = format!("{born_on} {}", born.hour);
    draft(
        Kind::Birth,
        &[
            ("SO", "17"),
            ("QUYEN_SO", "01/2026"),
            ("HOTEN_NND", people::NGHIEM.name),
            ("NGAYSINH_NND", people::NGHIEM.birth),
            ("LOAI_GIAYTO_NND", "1"),
            ("SO_CCCD_NND", people::NGHIEM.number),
            ("NGAYCAP_CCCD_NND", "01/02/2022"),
            ("NOICAP_CCCD_NND", "Cục Cảnh sát QLHC về TTXH"),
            ("MA_DANTOC_NND", "01"),
            ("MA_QUOCTICH_NND", "000"),
            ("NOI_CU_TRU_NND", "Số 5 phố Mẫu, phường Hồng Bàng, thành phố Hải Phòng"),
            ("MATINH_CU_TRU", "31"),
            ("MAXA_CU_TRU", "11311"),
            ("MA_BHXH_NND", "0000000025"),
            ("MA_THE_NND", people::NGHIEM.card),
            ("TEN_CON", born.child),
            ("GIOI_TINH_CON", "2"),
            ("NGAY_SINH_CON", &at),
            ("NOI_SINH_CON", "Bệnh viện Đa khoa Mẫu, Hải Phòng"),
            ("CAN_NANG_CON", "2600"),
            ("TINH_TRANG_CON", "khỏe mạnh"),
            ("SO_CON", &children),
            ("LAN_SINH", "2"),
            ("SO_CON_SONG", &alive),
            ("SINHCON_PHAUTHUAT", "0"),
            ("SINHCON_DUOI32TUAN", "0"),
            ("HO_TEN_CHA", people::MAU.name),
            ("NGAYSINH_CHA_NND", people::MAU.birth),
            ("MA_DANTOC_CHA_NND", "01"),
            ("LOAI_GIAYTO_CHA_NND", "1"),
            ("SO_CCCD_CHA_NND", people::MAU.number),
            ("NGUOI_DO_DE", "Lê Thị Hộ Sinh"),
            ("NGUOI_GHI_PHIEU", "Phạm Văn Ghi"),
            ("THU_TRUONG_DVI", "Hoàng Thị Trưởng"),
            ("MA_TTDV", "0000000099"),
            ("NGAY_CT", &day),
            ("CAP_LAN_DAU", "1"),
        ],
    )
}

/// Of somebody who died at the hospital yesterday, written `today`; the relative is [`people::NGHIEM`].
pub fn death(today: Date) -> Result<Draft, DraftError> {
    let day = day(today);
    let (came, died) = (format!("{} 20:10", yesterday(today)), format!("{} 21:45", yesterday(today)));
    draft(
        Kind::Death,
        &[
            ("SO_BAOTU", "4"),
            ("QUYEN_SO", "02"),
            ("HO_TEN", "Nguyễn Văn Thử"),
            ("NGAY_SINH", "1951"),
            ("GIOI_TINH", "1"),
            ("LOAI_GIAYTO", "1"),
            ("SO_GIAYTO", "085051000017"),
            ("NGAY_CAP", "15/01/2021"),
            ("NOI_CAP", "Cục Cảnh sát QLHC về TTXH"),
            ("MA_DANTOC", "01"),
            ("MA_QUOCTICH", "000"),
            ("MA_THE", "HT2310000000017"),
            ("DCHI_THUONGTRU", "Tổ 1"),
            ("MATINH_THUONGTRU", "31"),
            ("MAXA_THUONGTRU", "11311"),
            ("NGAYGIO_VV", &came),
            ("NGAY_TV", &died),
            ("TINH_TRANG_TV", "0"),
            ("NGUYENNHAN_TV", "Nhồi máu cơ tim cấp"),
            ("BENH_ICD10_ID", "I21.9"),
            ("BENH_ICD10_TEN", "Nhồi máu cơ tim cấp, không đặc hiệu"),
            ("NGUOI_THANTHICH", people::NGHIEM.name),
            ("NGUOI_GHIGIAY", "Phạm Văn Ghi"),
            ("TTRUONG_DVI", "Hoàng Thị Trưởng"),
            ("NGAY_CAPGIAYBT", &day),
            ("MACSKCB", "31999"),
            ("DIACHI_CSKCB", "Số 1 phố Mẫu, Hải Phòng"),
        ],
    )
}

/// What the chip and the declaration of [`people::MAU`] leave open, examined and concluded on `today`.
pub fn conclusion(today: Date) -> [(&'static str, String); 11] {
    let day = day(today);
    [
        ("NOICAP", "Cục Cảnh sát QLHC về TTXH".to_owned()),
        ("DIACHITHUONGTRU", "Tổ 1, phường Hồng Bàng, Hải Phòng".to_owned()),
        ("MATINH_THUONGTRU", "31".to_owned()),
        ("MAXA_THUONGTRU", "11311".to_owned()),
        ("NGAYTHANGNAMCAPCMND", "15/01/2021".to_owned()),
        ("HANGBANGLAI", "C1".to_owned()),
        ("NGAYKHAM", day.clone()),
        ("MATUY", "0".to_owned()),
        ("KETLUAN", "FIT".to_owned()),
        ("NGAYKETLUAN", day),
        ("BACSYKETLUAN", "Lê Thị Bác Sĩ".to_owned()),
    ]
}
