//! The fields of the two papers: giấy chứng sinh (GATEWAY.md 1.5.1) and giấy báo tử (1.5.3), in the order of the wire.

use time::Date;

use crate::layout::Form::{
    Day, Digits, Minute, Nationality, Number, OneOf, PaperNumber, PastDay, Second, TemporaryCard, Text, Weight,
};
use crate::layout::{Field, LayoutFault, Presence, Values, check_elements};
use crate::signature::{Shape, SignedElement};

const SEX: &[&str] = &["1", "2", "3"];
const FLAG: &[&str] = &["0", "1"];
const IDENTITY_PAPER: &[&str] = &["0", "1", "2", "3", "4"];

const fn must(name: &'static str, form: crate::layout::Form) -> Field {
    Field { name, presence: Presence::Must, form }
}

const fn may(name: &'static str, form: crate::layout::Form) -> Field {
    Field { name, presence: Presence::May, form }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    Birth,
    Death,
}

impl Paper {
    /// By the root element: the portal files by `loaiHs`, whatever the file is.
    pub fn of(xml: &str) -> Self {
        let start = xml.get(..xml.len().min(2048)).unwrap_or(xml);
        if start.contains("<HSDLGBT") { Self::Death } else { Self::Birth }
    }

    pub fn shape(self) -> Shape {
        match self {
            Self::Birth => Shape::Detached { root: "HSDLGCS", paper: "GIAYCHUNGSINH" },
            Self::Death => Shape::Detached { root: "HSDLGBT", paper: "GIAYBAOTU" },
        }
    }

    /// Number, name of the person for the page (unmasked), and whether it is the first issue.
    pub fn read(self, signed: &SignedElement, today: Date) -> Result<ReadPaper, LayoutFault> {
        match self {
            Self::Birth => {
                let values = check_elements(&BIRTH, signed, today)?;
                Ok(read(&values, "MA_GCS", "HOTEN_NND", values["CAP_LAN_DAU"] != "0"))
            }
            Self::Death => {
                let values = check_elements(&DEATH, signed, today)?;
                let (admitted, died) = (values["NGAYGIO_VV"], values["NGAY_TV"]);
                // Dead on arrival: the time of death may lie before the admission.
                if values["TINH_TRANG_TV"] != "1" && !admitted.is_empty() && died < admitted {
                    return Err(LayoutFault::Disagree("NGAY_TV", "NGAYGIO_VV"));
                }
                Ok(read(&values, "MA_GBT", "HO_TEN", values["SO_BAOTU_BD"].is_empty()))
            }
        }
    }
}

pub(crate) struct ReadPaper {
    pub number: String,
    pub holder: String,
    pub first_issue: bool,
}

fn read(values: &Values<'_>, number: &str, holder: &str, first_issue: bool) -> ReadPaper {
    ReadPaper { number: values[number].to_owned(), holder: values[holder].to_owned(), first_issue }
}

const BIRTH: [Field; 69] = [
    must("MA_GCS", PaperNumber("GCS")),
    may("MA_BN", Text(255)),
    may("MA_CT", Text(255)),
    may("SO_SERI", Text(255)),
    must("MA_BHXH_NND", Digits(10)),
    may("MA_THE_NND", Text(15)),
    must("HOTEN_NND", Text(255)),
    must("NGAYSINH_NND", Day),
    may("MA_DANTOC_NND", Digits(2)),
    may("MA_QUOCTICH_NND", Digits(3)),
    may("LOAI_GIAYTO_NND", OneOf(IDENTITY_PAPER)),
    may("SO_CCCD_NND", Text(15)),
    may("NGAYCAP_CCCD_NND", PastDay),
    may("NOICAP_CCCD_NND", Text(1024)),
    may("NOI_CU_TRU_NND", Text(1024)),
    may("MATINH_CU_TRU", Digits(2)),
    may("MAHUYEN_CU_TRU", Text(3)),
    may("MAXA_CU_TRU", Digits(5)),
    may("HO_TEN_CHA", Text(255)),
    may("MA_THE_TAM", TemporaryCard),
    may("TEN_CON", Text(255)),
    may("GIOI_TINH_CON", OneOf(SEX)),
    may("SO_CON", Number(2)),
    may("LAN_SINH", Number(2)),
    may("SO_CON_SONG", Number(2)),
    may("CAN_NANG_CON", Weight),
    must("NGAY_SINH_CON", Second),
    may("NOI_SINH_CON", Text(1024)),
    may("TINH_TRANG_CON", Text(4000)),
    may("SINHCON_PHAUTHUAT", OneOf(FLAG)),
    may("SINHCON_DUOI32TUAN", OneOf(FLAG)),
    may("GHI_CHU", Text(4000)),
    may("NGUOI_DO_DE", Text(255)),
    may("NGUOI_GHI_PHIEU", Text(255)),
    may("MA_TTDV", Digits(10)),
    may("THU_TRUONG_DVI", Text(255)),
    may("NGAY_CT", Day),
    may("SO", Text(200)),
    may("QUYEN_SO", Text(200)),
    may("MA_BHXH_MTH", Digits(10)),
    may("MA_THE_MTH", Text(15)),
    may("HOTEN_MTH", Text(255)),
    may("NGAYSINH_MTH", Day),
    may("MA_DANTOC_MTH", Digits(2)),
    may("MA_QUOCTICH_MTH", Digits(3)),
    may("LOAI_GIAYTO_MTH", OneOf(IDENTITY_PAPER)),
    may("SO_CCCD_MTH", Text(15)),
    may("NGAYCAP_CCCD_MTH", PastDay),
    may("NOICAP_CCCD_MTH", Text(1024)),
    may("NOI_CU_TRU_MTH", Text(1024)),
    may("MATINH_CU_TRU_MTH", Digits(2)),
    may("MAXA_CU_TRU_MTH", Digits(5)),
    may("HO_TEN_CHA_MTH", Text(255)),
    may("NGAYSINH_CHA_MTH", Day),
    may("MA_DANTOC_CHA_MTH", Digits(2)),
    may("NOI_CU_TRU_CHA_MTH", Text(1024)),
    may("MATINH_CU_TRU_CHA_MTH", Digits(2)),
    may("MAXA_CU_TRU_CHA_MTH", Digits(5)),
    may("LOAI_GIAYTO_CHA_MTH", OneOf(IDENTITY_PAPER)),
    may("SO_CCCD_CHA_MTH", Text(15)),
    may("NGAYCAP_CCCD_CHA_MTH", PastDay),
    may("NOICAP_CCCD_CHA_MTH", Text(1024)),
    may("NGAYSINH_CHA_NND", Day),
    may("MA_DANTOC_CHA_NND", Digits(2)),
    may("LOAI_GIAYTO_CHA_NND", OneOf(IDENTITY_PAPER)),
    may("SO_CCCD_CHA_NND", Text(15)),
    may("NGAYCAP_CCCD_CHA_NND", PastDay),
    may("NOICAP_CCCD_CHA_NND", Text(1024)),
    may("CAP_LAN_DAU", OneOf(FLAG)),
];

const DEATH: [Field; 38] = [
    must("MA_GBT", PaperNumber("GBT")),
    may("MA_BN", Text(255)),
    may("MA_HSBA", Text(100)),
    must("HO_TEN", Text(255)),
    must("NGAY_SINH", Day),
    may("GIOI_TINH", OneOf(SEX)),
    may("MA_THE", Text(15)),
    may("MA_DANTOC", Digits(2)),
    may("MA_QUOCTICH", Nationality),
    may("DCHI_THUONGTRU", Text(250)),
    may("MATINH_THUONGTRU", Digits(2)),
    may("MAHUYEN_THUONGTRU", Text(3)),
    may("MAXA_THUONGTRU", Digits(5)),
    may("DCHI_HIENTAI", Text(255)),
    may("MATINH_HIENTAI", Digits(2)),
    may("MAHUYEN_HIENTAI", Text(3)),
    may("MAXA_HIENTAI", Digits(5)),
    may("LOAI_GIAYTO", OneOf(IDENTITY_PAPER)),
    may("SO_GIAYTO", Text(15)),
    may("NGAY_CAP", PastDay),
    may("NOI_CAP", Text(250)),
    may("NGAYGIO_VV", Minute),
    must("NGAY_TV", Minute),
    may("TINH_TRANG_TV", OneOf(FLAG)),
    may("NGUYENNHAN_TV", Text(255)),
    may("NGUOI_THANTHICH", Text(255)),
    may("NGUOI_GHIGIAY", Text(255)),
    may("TTRUONG_DVI", Text(255)),
    may("SO_BAOTU", Text(255)),
    may("QUYEN_SO", Text(50)),
    may("NGAY_CAPGIAYBT", Day),
    may("SO_BAOTU_BD", Text(250)),
    may("QUYEN_SO_BD", Text(50)),
    may("MACSKCB", Text(5)),
    may("DIACHI_CSKCB", Text(255)),
    may("MA_BHXH", Digits(10)),
    may("BENH_ICD10_ID", Text(10)),
    may("BENH_ICD10_TEN", Text(1024)),
];
