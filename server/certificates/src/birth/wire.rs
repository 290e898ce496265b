//! GIAYCHUNGSINH element by element.

use super::{BirthCertificate, Delivery, Father, Gestation, IssueRound, Woman};
use crate::Elements;
use crate::identity_paper::{IdentityPaper, PaperKind};
use crate::moment::{Target, write_day, write_document_date, write_second};
use crate::reader::sex_code;

/// GATEWAY 1.5.1: 69 elements in this order, all written, empty when unknown.
pub(crate) const ELEMENTS: [&str; 69] = [
    "MA_GCS",
    "MA_BN",
    "MA_CT",
    "SO_SERI",
    "MA_BHXH_NND",
    "MA_THE_NND",
    "HOTEN_NND",
    "NGAYSINH_NND",
    "MA_DANTOC_NND",
    "MA_QUOCTICH_NND",
    "LOAI_GIAYTO_NND",
    "SO_CCCD_NND",
    "NGAYCAP_CCCD_NND",
    "NOICAP_CCCD_NND",
    "NOI_CU_TRU_NND",
    "MATINH_CU_TRU",
    "MAHUYEN_CU_TRU",
    "MAXA_CU_TRU",
    "HO_TEN_CHA",
    "MA_THE_TAM",
    "TEN_CON",
    "GIOI_TINH_CON",
    "SO_CON",
    "LAN_SINH",
    "SO_CON_SONG",
    "CAN_NANG_CON",
    "NGAY_SINH_CON",
    "NOI_SINH_CON",
    "TINH_TRANG_CON",
    "SINHCON_PHAUTHUAT",
    "SINHCON_DUOI32TUAN",
    "GHI_CHU",
    "NGUOI_DO_DE",
    "NGUOI_GHI_PHIEU",
    "MA_TTDV",
    "THU_TRUONG_DVI",
    "NGAY_CT",
    "SO",
    "QUYEN_SO",
    "MA_BHXH_MTH",
    "MA_THE_MTH",
    "HOTEN_MTH",
    "NGAYSINH_MTH",
    "MA_DANTOC_MTH",
    "MA_QUOCTICH_MTH",
    "LOAI_GIAYTO_MTH",
    "SO_CCCD_MTH",
    "NGAYCAP_CCCD_MTH",
    "NOICAP_CCCD_MTH",
    "NOI_CU_TRU_MTH",
    "MATINH_CU_TRU_MTH",
    "MAXA_CU_TRU_MTH",
    "HO_TEN_CHA_MTH",
    "NGAYSINH_CHA_MTH",
    "MA_DANTOC_CHA_MTH",
    "NOI_CU_TRU_CHA_MTH",
    "MATINH_CU_TRU_CHA_MTH",
    "MAXA_CU_TRU_CHA_MTH",
    "LOAI_GIAYTO_CHA_MTH",
    "SO_CCCD_CHA_MTH",
    "NGAYCAP_CCCD_CHA_MTH",
    "NOICAP_CCCD_CHA_MTH",
    "NGAYSINH_CHA_NND",
    "MA_DANTOC_CHA_NND",
    "LOAI_GIAYTO_CHA_NND",
    "SO_CCCD_CHA_NND",
    "NGAYCAP_CCCD_CHA_NND",
    "NOICAP_CCCD_CHA_NND",
    "CAP_LAN_DAU",
];

/// Every value that is known. The number is added by the caller.
pub(crate) fn elements(birth: &BirthCertificate, target: Target) -> Elements {
    let BirthCertificate {
        patient_code,
        voucher_code,
        serial,
        mother,
        father,
        child_card,
        child,
        surrogate,
        attendant,
        writer,
        head_code,
        head,
        issued,
        register_number,
        register_book,
        round,
    } = birth;
    let mut out = Elements::default();
    out.maybe("MA_BN", patient_code.as_ref().map(|text| text.as_str()));
    out.maybe("MA_CT", voucher_code.as_ref().map(|text| text.as_str()));
    out.maybe("SO_SERI", serial.as_ref().map(|text| text.as_str()));
    woman(&mut out, mother, "NND", ["MATINH_CU_TRU", "MAXA_CU_TRU"], target);
    if let Some(father) = father {
        out.put("HO_TEN_CHA", father.name.as_str());
        self::father(&mut out, father, "CHA_NND", target);
    }
    out.maybe("MA_THE_TAM", child_card.as_ref().map(|card| card.as_str()));
    out.maybe("TEN_CON", child.name.as_ref().map(|name| name.as_str()));
    out.put("GIOI_TINH_CON", sex_code(child.sex));
    out.put("SO_CON", child.count.to_string());
    out.put("LAN_SINH", child.confinement.to_string());
    out.put("SO_CON_SONG", child.living.to_string());
    out.put("CAN_NANG_CON", child.weight.to_string());
    out.put("NGAY_SINH_CON", write_second(child.born, target.style()));
    out.put("NOI_SINH_CON", child.place.as_str());
    out.put("TINH_TRANG_CON", child.condition.as_str());
    out.put(
        "SINHCON_PHAUTHUAT",
        match child.delivery {
            Delivery::WithoutSurgery => "0",
            Delivery::Surgery => "1",
        },
    );
    out.put(
        "SINHCON_DUOI32TUAN",
        match child.gestation {
            Gestation::From32Weeks => "0",
            Gestation::Under32Weeks => "1",
        },
    );
    out.maybe("GHI_CHU", child.note.as_ref().map(|note| note.as_str()));
    out.put("NGUOI_DO_DE", attendant.as_str());
    out.put("NGUOI_GHI_PHIEU", writer.as_str());
    out.put("MA_TTDV", head_code.as_str());
    out.maybe("THU_TRUONG_DVI", head.as_ref().map(|name| name.as_str()));
    out.put("NGAY_CT", write_day(*issued, target.style()));
    out.put("SO", register_number.as_str());
    out.put("QUYEN_SO", register_book.as_str());
    if let Some(surrogate) = surrogate {
        woman(&mut out, &surrogate.woman, "MTH", ["MATINH_CU_TRU_MTH", "MAXA_CU_TRU_MTH"], target);
        if let Some(father) = &surrogate.father {
            out.put("HO_TEN_CHA_MTH", father.person.name.as_str());
            self::father(&mut out, &father.person, "CHA_MTH", target);
            out.maybe("NOI_CU_TRU_CHA_MTH", father.residence.as_ref().map(|text| text.as_str()));
            out.commune(["MATINH_CU_TRU_CHA_MTH", "MAXA_CU_TRU_CHA_MTH"], father.commune);
        }
    }
    out.put(
        "CAP_LAN_DAU",
        match round {
            IssueRound::First => "1",
            IssueRound::Again => "0",
        },
    );
    out
}

fn woman(out: &mut Elements, woman: &Woman, block: &str, places: [&'static str; 2], target: Target) {
    let Woman { bhxh, card, name, born, ethnicity, nationality, paper, residence, commune } = woman;
    out.put_in("MA_BHXH", block, bhxh.as_str());
    if let Some(card) = card {
        out.put_in("MA_THE", block, card.as_str());
    }
    out.put_in("HOTEN", block, name.as_str());
    out.put_in("NGAYSINH", block, write_document_date(*born, target));
    out.put_in("MA_DANTOC", block, ethnicity.to_string());
    out.put_in("MA_QUOCTICH", block, nationality.to_string());
    identity_paper(out, paper.as_ref(), block, target);
    if paper.is_none() {
        out.put_in("LOAI_GIAYTO", block, PaperKind::NONE_CODE);
    }
    out.put_in("NOI_CU_TRU", block, residence.as_str());
    out.commune(places, *commune);
}

fn father(out: &mut Elements, father: &Father, block: &str, target: Target) {
    if let Some(born) = father.born {
        out.put_in("NGAYSINH", block, write_document_date(born, target));
    }
    if let Some(ethnicity) = father.ethnicity {
        out.put_in("MA_DANTOC", block, ethnicity.to_string());
    }
    identity_paper(out, father.paper.as_ref(), block, target);
}

fn identity_paper(out: &mut Elements, paper: Option<&IdentityPaper>, block: &str, target: Target) {
    let Some(IdentityPaper { number, issued, issuer }) = paper else { return };
    out.put_in("LOAI_GIAYTO", block, number.kind().code());
    out.put_in("SO_CCCD", block, number.as_str());
    if let Some(issued) = issued {
        out.put_in("NGAYCAP_CCCD", block, write_day(*issued, target.style()));
    }
    if let Some(issuer) = issuer {
        out.put_in("NOICAP_CCCD", block, issuer.as_str());
    }
}
