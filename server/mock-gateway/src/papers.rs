//! The fields of the two papers: giấy chứng sinh (GATEWAY.md 1.5.1) and giấy báo tử (1.5.3), in the order of the wire.

use std::sync::LazyLock;

use time::Date;

use crate::layout::Form::{
    Day, Digits, Minute, Nationality, Number, OneOf, PaperNumber, PastDay, Second, TemporaryCard, Text, Weight,
};
use crate::layout::{Field, Form, LayoutFault, Presence, Values, check_elements, fields};
use crate::signature::{Shape, SignedElement};

const SEX: &[&str] = &["1", "2", "3"];
const FLAG: &[&str] = &["0", "1"];
const IDENTITY_PAPER: &[&str] = &["0", "1", "2", "3", "4"];

static BIRTH: LazyLock<Vec<Field>> = LazyLock::new(|| fields(BIRTH_NAMES, of_birth));
static DEATH: LazyLock<Vec<Field>> = LazyLock::new(|| fields(DEATH_NAMES, of_death));

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

/// Whom a field of a birth is about; what is left of its name says how it is filled.
const PEOPLE: [&str; 4] = ["_CHA_NND", "_CHA_MTH", "_NND", "_MTH"];

fn of_birth(name: &str) -> (Presence, Form) {
    let presence = match name {
        "MA_GCS" | "MA_BHXH_NND" | "HOTEN_NND" | "NGAYSINH_NND" | "NGAY_SINH_CON" => Presence::Must,
        _ => Presence::May,
    };
    let form = match PEOPLE.iter().find_map(|person| name.strip_suffix(person)).unwrap_or(name) {
        "MA_GCS" => PaperNumber("GCS"),
        "MA_BHXH" | "MA_TTDV" => Digits(10),
        "MA_THE" | "SO_CCCD" => Text(15),
        "NGAYSINH" | "NGAY_CT" => Day,
        "NGAYCAP_CCCD" => PastDay,
        "MA_DANTOC" | "MATINH_CU_TRU" => Digits(2),
        "MA_QUOCTICH" => Digits(3),
        "MAXA_CU_TRU" => Digits(5),
        "MAHUYEN_CU_TRU" => Text(3),
        "LOAI_GIAYTO" => OneOf(IDENTITY_PAPER),
        "NOICAP_CCCD" | "NOI_CU_TRU" | "NOI_SINH_CON" => Text(1024),
        "MA_THE_TAM" => TemporaryCard,
        "GIOI_TINH_CON" => OneOf(SEX),
        "SO_CON" | "LAN_SINH" | "SO_CON_SONG" => Number(2),
        "CAN_NANG_CON" => Weight,
        "NGAY_SINH_CON" => Second,
        "SINHCON_PHAUTHUAT" | "SINHCON_DUOI32TUAN" | "CAP_LAN_DAU" => OneOf(FLAG),
        "TINH_TRANG_CON" | "GHI_CHU" => Text(4000),
        "SO" | "QUYEN_SO" => Text(200),
        _ => Text(255),
    };
    (presence, form)
}

fn of_death(name: &str) -> (Presence, Form) {
    let presence = match name {
        "MA_GBT" | "HO_TEN" | "NGAY_SINH" | "NGAY_TV" => Presence::Must,
        _ => Presence::May,
    };
    let form = match name {
        "MA_GBT" => PaperNumber("GBT"),
        "MA_HSBA" => Text(100),
        "NGAY_SINH" | "NGAY_CAPGIAYBT" => Day,
        "NGAY_CAP" => PastDay,
        "NGAYGIO_VV" | "NGAY_TV" => Minute,
        "GIOI_TINH" => OneOf(SEX),
        "LOAI_GIAYTO" => OneOf(IDENTITY_PAPER),
        "TINH_TRANG_TV" => OneOf(FLAG),
        "MA_THE" | "SO_GIAYTO" => Text(15),
        "MA_DANTOC" | "MATINH_THUONGTRU" | "MATINH_HIENTAI" => Digits(2),
        "MAHUYEN_THUONGTRU" | "MAHUYEN_HIENTAI" => Text(3),
        "MAXA_THUONGTRU" | "MAXA_HIENTAI" => Digits(5),
        "MA_QUOCTICH" => Nationality,
        "DCHI_THUONGTRU" | "NOI_CAP" | "SO_BAOTU_BD" => Text(250),
        "QUYEN_SO" | "QUYEN_SO_BD" => Text(50),
        "MACSKCB" => Text(5),
        "MA_BHXH" => Digits(10),
        "BENH_ICD10_ID" => Text(10),
        "BENH_ICD10_TEN" => Text(1024),
        _ => Text(255),
    };
    (presence, form)
}

const BIRTH_NAMES: &str = "\
    MA_GCS MA_BN MA_CT SO_SERI MA_BHXH_NND MA_THE_NND HOTEN_NND NGAYSINH_NND MA_DANTOC_NND MA_QUOCTICH_NND \
    LOAI_GIAYTO_NND SO_CCCD_NND NGAYCAP_CCCD_NND NOICAP_CCCD_NND NOI_CU_TRU_NND MATINH_CU_TRU MAHUYEN_CU_TRU \
    MAXA_CU_TRU HO_TEN_CHA MA_THE_TAM TEN_CON GIOI_TINH_CON SO_CON LAN_SINH SO_CON_SONG CAN_NANG_CON \
    NGAY_SINH_CON NOI_SINH_CON TINH_TRANG_CON SINHCON_PHAUTHUAT SINHCON_DUOI32TUAN GHI_CHU NGUOI_DO_DE \
    NGUOI_GHI_PHIEU MA_TTDV THU_TRUONG_DVI NGAY_CT SO QUYEN_SO MA_BHXH_MTH MA_THE_MTH HOTEN_MTH NGAYSINH_MTH \
    MA_DANTOC_MTH MA_QUOCTICH_MTH LOAI_GIAYTO_MTH SO_CCCD_MTH NGAYCAP_CCCD_MTH NOICAP_CCCD_MTH NOI_CU_TRU_MTH \
    MATINH_CU_TRU_MTH MAXA_CU_TRU_MTH HO_TEN_CHA_MTH NGAYSINH_CHA_MTH MA_DANTOC_CHA_MTH NOI_CU_TRU_CHA_MTH \
    MATINH_CU_TRU_CHA_MTH MAXA_CU_TRU_CHA_MTH LOAI_GIAYTO_CHA_MTH SO_CCCD_CHA_MTH NGAYCAP_CCCD_CHA_MTH \
    NOICAP_CCCD_CHA_MTH NGAYSINH_CHA_NND MA_DANTOC_CHA_NND LOAI_GIAYTO_CHA_NND SO_CCCD_CHA_NND \
    NGAYCAP_CCCD_CHA_NND NOICAP_CCCD_CHA_NND CAP_LAN_DAU";

const DEATH_NAMES: &str = "\
    MA_GBT MA_BN MA_HSBA HO_TEN NGAY_SINH GIOI_TINH MA_THE MA_DANTOC MA_QUOCTICH DCHI_THUONGTRU MATINH_THUONGTRU \
    MAHUYEN_THUONGTRU MAXA_THUONGTRU DCHI_HIENTAI MATINH_HIENTAI MAHUYEN_HIENTAI MAXA_HIENTAI LOAI_GIAYTO \
    SO_GIAYTO NGAY_CAP NOI_CAP NGAYGIO_VV NGAY_TV TINH_TRANG_TV NGUYENNHAN_TV NGUOI_THANTHICH NGUOI_GHIGIAY \
    TTRUONG_DVI SO_BAOTU QUYEN_SO NGAY_CAPGIAYBT SO_BAOTU_BD QUYEN_SO_BD MACSKCB DIACHI_CSKCB MA_BHXH \
    BENH_ICD10_ID BENH_ICD10_TEN";
