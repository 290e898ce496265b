//! Invented people and papers (CARD 2.9), filled in by hand from the tables of the contract.

use certificates::{CertificateNumber, Context, Draft, Kind, Numbered, Settings, parse};
use identity::FacilityCode;
use time::PrimitiveDateTime;
use time::macros::datetime;

pub const NOW: PrimitiveDateTime = datetime!(2026-11-23 09:30);

pub struct Hospital {
    pub facility: FacilityCode,
    pub settings: Settings,
}

impl Hospital {
    pub fn new() -> Self {
        Self { facility: FacilityCode::parse("31999").expect("facility"), settings: Settings::default() }
    }

    pub fn context(&self) -> Context<'_> {
        Context { now: NOW, facility: &self.facility, settings: &self.settings }
    }

    pub fn numbered(&self, draft: &Draft, running: u32) -> Numbered {
        let number = CertificateNumber::new(draft.kind(), running, self.facility.clone(), 2026).expect("number");
        let certificate = parse(draft, &self.context()).expect("a paper without blocking findings");
        certificate.with_number(number, &self.facility).expect("own number")
    }
}

fn draft(kind: Kind, fields: &[(&str, &str)]) -> Draft {
    let mut draft = Draft::new(kind);
    for (code, text) in fields {
        draft.set(code, text).expect("a field of this paper");
    }
    draft
}

pub fn birth() -> Draft {
    draft(
        Kind::Birth,
        &[
            ("SO", "17"),
            ("QUYEN_SO", "01/2026"),
            ("HOTEN_NND", "Trần Thị Thử Nghiệm"),
            ("NGAYSINH_NND", "09/03/1992"),
            ("LOAI_GIAYTO_NND", "1"),
            ("SO_CCCD_NND", "192192000025"),
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
            ("NGAY_SINH_CON", "22/11/2026 04:05"),
            ("NOI_SINH_CON", "Bệnh viện Thử Nghiệm, Hải Phòng"),
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
            ("SO_CCCD_CHA_NND", "085085000017"),
            ("NGUOI_DO_DE", "Lê Thị Hộ Sinh"),
            ("NGUOI_GHI_PHIEU", "Phạm Văn Ghi"),
            ("THU_TRUONG_DVI", "Hoàng Thị Trưởng"),
            ("MA_TTDV", "0000000099"),
            ("NGAY_CT", "23/11/2026"),
            ("CAP_LAN_DAU", "1"),
        ],
    )
}

pub fn death() -> Draft {
    draft(
        Kind::Death,
        &[
            ("SO_BAOTU", "4"),
            ("QUYEN_SO", "02"),
            ("MA_HSBA", "26.001234"),
            ("HO_TEN", "Nguyễn Văn Mẫu"),
            ("NGAY_SINH", "1951"),
            ("GIOI_TINH", "1"),
            ("LOAI_GIAYTO", "1"),
            ("SO_GIAYTO", "085051000017"),
            ("NGAY_CAP", "15/01/2021"),
            ("NOI_CAP", "Cục Cảnh sát QLHC về TTXH"),
            ("MA_DANTOC", "01"),
            ("MA_QUOCTICH", "000"),
            ("MA_THE", "HT2310000000017"),
            ("MA_BHXH", "0000000017"),
            ("DCHI_THUONGTRU", "Tổ 1"),
            ("MATINH_THUONGTRU", "31"),
            ("MAXA_THUONGTRU", "11311"),
            ("NGAYGIO_VV", "20/11/2026 22:10"),
            ("NGAY_TV", "22/11/2026 03:45"),
            ("TINH_TRANG_TV", "0"),
            ("NGUYENNHAN_TV", "Nhồi máu cơ tim cấp"),
            ("BENH_ICD10_ID", "I21.9"),
            ("BENH_ICD10_TEN", "Nhồi máu cơ tim cấp, không đặc hiệu"),
            ("NGUOI_THANTHICH", "Trần Thị Thử Nghiệm"),
            ("NGUOI_GHIGIAY", "Phạm Văn Ghi"),
            ("TTRUONG_DVI", "Hoàng Thị Trưởng"),
            ("NGAY_CAPGIAYBT", "22/11/2026"),
            ("MACSKCB", "31999"),
            ("DIACHI_CSKCB", "Số 1 phố Mẫu, Hải Phòng"),
        ],
    )
}

pub fn driver() -> Draft {
    draft(
        Kind::Driver,
        &[
            ("HOTEN", "Nguyễn Văn Mẫu"),
            ("GIOITINHVAL", "0"),
            ("NGAYSINH", "15/01/1985"),
            ("SOCMND_PASSPORT", "085085000017"),
            ("NGAYTHANGNAMCAPCMND", "15/01/2021"),
            ("NOICAP", "Cục Cảnh sát QLHC về TTXH"),
            ("DIACHITHUONGTRU", "Tổ 1, phường Hồng Bàng, Hải Phòng"),
            ("MATINH_THUONGTRU", "31"),
            ("MAXA_THUONGTRU", "11311"),
            ("MOBILE", "0912345678"),
            ("HANGBANGLAI", "C1"),
            ("NGAYKHAM", "22/11/2026"),
            ("MATUY", "0"),
            ("KETLUAN", "FIT"),
            ("NGAYKETLUAN", "23/11/2026"),
            ("BACSYKETLUAN", "Lê Thị Bác Sĩ"),
            ("IDBENHVIEN", "31999"),
            ("BENHVIEN", "Bệnh viện Thử Nghiệm"),
        ],
    )
}
