//! Papers of invented people, as a ward fills them in: for tests and demonstrations (feature `sim`; no release has it). Each
//! has no finding at the facility 31999 on the day it is made for. Nobody here exists.

use time::{Date, Duration};

use crate::{Draft, Kind};

/// Of the mother Trần Thị Thử Nghiệm (031192000025) and the father Nguyễn Văn Mẫu (031085000017): a daughter born the day
/// before `today`, alone in her confinement.
pub fn birth(today: Date) -> Draft {
    let born = format!("{} 04:05", slashed(today - Duration::days(1)));
    draft(
        Kind::Birth,
        &[
            ("SO", "17"),
            ("QUYEN_SO", "01/2026"),
            ("HOTEN_NND", "Trần Thị Thử Nghiệm"),
            ("NGAYSINH_NND", "09/03/1992"),
            ("LOAI_GIAYTO_NND", "1"),
            ("SO_CCCD_NND", "031192000025"),
            ("NGAYCAP_CCCD_NND", "01/02/2022"),
            ("NOICAP_CCCD_NND", "Cục Cảnh sát QLHC về TTXH"),
            ("MA_DANTOC_NND", "01"),
            ("MA_QUOCTICH_NND", "000"),
            ("NOI_CU_TRU_NND", "Số 5 phố Mẫu, phường Hồng Bàng, thành phố Hải Phòng"),
            ("MATINH_CU_TRU", "31"),
            ("MAXA_CU_TRU", "11311"),
            ("MA_BHXH_NND", "0000000025"),
            ("MA_THE_NND", "GD4310000000025"),
            ("TEN_CON", "Nguyễn Thử Nghiệm An"),
            ("GIOI_TINH_CON", "2"),
            ("NGAY_SINH_CON", &born),
            ("NOI_SINH_CON", "Bệnh viện Đa khoa Mẫu, Hải Phòng"),
            ("CAN_NANG_CON", "3100"),
            ("TINH_TRANG_CON", "khỏe mạnh"),
            ("SO_CON", "1"),
            ("LAN_SINH", "2"),
            ("SO_CON_SONG", "2"),
            ("SINHCON_PHAUTHUAT", "0"),
            ("SINHCON_DUOI32TUAN", "0"),
            ("MA_THE_TAM", "TE1310000000031"),
            ("HO_TEN_CHA", "Nguyễn Văn Mẫu"),
            ("NGAYSINH_CHA_NND", "15/01/1985"),
            ("MA_DANTOC_CHA_NND", "01"),
            ("LOAI_GIAYTO_CHA_NND", "1"),
            ("SO_CCCD_CHA_NND", "031085000017"),
            ("NGUOI_DO_DE", "Lê Thị Hộ Sinh"),
            ("NGUOI_GHI_PHIEU", "Phạm Văn Ghi"),
            ("THU_TRUONG_DVI", "Hoàng Thị Trưởng"),
            ("MA_TTDV", "0000000099"),
            ("NGAY_CT", &slashed(today)),
            ("CAP_LAN_DAU", "1"),
        ],
    )
}

/// Of Nguyễn Văn Thử, who died the day before `today`.
pub fn death(today: Date) -> Draft {
    let came = format!("{} 22:10", slashed(today - Duration::days(3)));
    let died = format!("{} 03:45", slashed(today - Duration::days(1)));
    draft(
        Kind::Death,
        &[
            ("SO_BAOTU", "4"),
            ("QUYEN_SO", "02"),
            ("MA_HSBA", "26.001234"),
            ("HO_TEN", "Nguyễn Văn Thử"),
            ("NGAY_SINH", "1951"),
            ("GIOI_TINH", "1"),
            ("LOAI_GIAYTO", "1"),
            ("SO_GIAYTO", "031051000017"),
            ("NGAY_CAP", "15/01/2021"),
            ("NOI_CAP", "Cục Cảnh sát QLHC về TTXH"),
            ("MA_DANTOC", "01"),
            ("MA_QUOCTICH", "000"),
            ("MA_THE", "HT2310000000017"),
            ("MA_BHXH", "0000000017"),
            ("DCHI_THUONGTRU", "Tổ 1"),
            ("MATINH_THUONGTRU", "31"),
            ("MAXA_THUONGTRU", "11311"),
            ("NGAYGIO_VV", &came),
            ("NGAY_TV", &died),
            ("TINH_TRANG_TV", "0"),
            ("NGUYENNHAN_TV", "Nhồi máu cơ tim cấp"),
            ("BENH_ICD10_ID", "I21.9"),
            ("BENH_ICD10_TEN", "Nhồi máu cơ tim cấp, không đặc hiệu"),
            ("NGUOI_THANTHICH", "Trần Thị Thử Nghiệm"),
            ("NGUOI_GHIGIAY", "Phạm Văn Ghi"),
            ("TTRUONG_DVI", "Hoàng Thị Trưởng"),
            ("NGAY_CAPGIAYBT", &slashed(today)),
            ("MACSKCB", "31999"),
            ("DIACHI_CSKCB", "Số 1 phố Mẫu, Hải Phòng"),
        ],
    )
}

/// Of Nguyễn Văn Mẫu (031085000017), examined the day before and found fit for class C1 on `today`.
pub fn driver(today: Date) -> Draft {
    draft(
        Kind::Driver,
        &[
            ("HOTEN", "Nguyễn Văn Mẫu"),
            ("GIOITINHVAL", "0"),
            ("NGAYSINH", "15/01/1985"),
            ("SOCMND_PASSPORT", "031085000017"),
            ("NGAYTHANGNAMCAPCMND", "15/01/2021"),
            ("NOICAP", "Cục Cảnh sát QLHC về TTXH"),
            ("DIACHITHUONGTRU", "Tổ 1, phường Hồng Bàng, Hải Phòng"),
            ("MATINH_THUONGTRU", "31"),
            ("MAXA_THUONGTRU", "11311"),
            ("MOBILE", "0912345678"),
            ("HANGBANGLAI", "C1"),
            ("NGAYKHAM", &slashed(today - Duration::days(1))),
            ("MATUY", "0"),
            ("KETLUAN", "FIT"),
            ("NGAYKETLUAN", &slashed(today)),
            ("BACSYKETLUAN", "Lê Thị Bác Sĩ"),
            ("IDBENHVIEN", "31999"),
            ("BENHVIEN", "Bệnh viện Đa khoa Mẫu"),
        ],
    )
}

/// The draft with these fields said otherwise.
///
/// # Panics
/// On a field that the paper does not have.
pub fn with(mut draft: Draft, fields: &[(&str, &str)]) -> Draft {
    for (code, text) in fields {
        draft.set(code, text).expect("a field of this paper");
    }
    draft
}

fn draft(kind: Kind, fields: &[(&str, &str)]) -> Draft {
    with(Draft::new(kind), fields)
}

fn slashed(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year())
}
