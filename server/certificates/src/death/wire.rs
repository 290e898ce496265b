//! GIAYBAOTU element by element.

use super::{DeathNotice, PlaceOfDeath};
use crate::Elements;
use crate::identity_paper::{IdentityPaper, PaperKind};
use crate::moment::{Target, write_day, write_document_date, write_minute};
use crate::reader::sex_code;

/// GATEWAY 1.5.3: 38 elements in this order. (TT25TS writes NGUOI_GHIGIAY before NGUOI_THANTHICH; the contract's
/// order is kept.)
pub(crate) const ELEMENTS: [&str; 38] = [
    "MA_GBT",
    "MA_BN",
    "MA_HSBA",
    "HO_TEN",
    "NGAY_SINH",
    "GIOI_TINH",
    "MA_THE",
    "MA_DANTOC",
    "MA_QUOCTICH",
    "DCHI_THUONGTRU",
    "MATINH_THUONGTRU",
    "MAHUYEN_THUONGTRU",
    "MAXA_THUONGTRU",
    "DCHI_HIENTAI",
    "MATINH_HIENTAI",
    "MAHUYEN_HIENTAI",
    "MAXA_HIENTAI",
    "LOAI_GIAYTO",
    "SO_GIAYTO",
    "NGAY_CAP",
    "NOI_CAP",
    "NGAYGIO_VV",
    "NGAY_TV",
    "TINH_TRANG_TV",
    "NGUYENNHAN_TV",
    "NGUOI_THANTHICH",
    "NGUOI_GHIGIAY",
    "TTRUONG_DVI",
    "SO_BAOTU",
    "QUYEN_SO",
    "NGAY_CAPGIAYBT",
    "SO_BAOTU_BD",
    "QUYEN_SO_BD",
    "MACSKCB",
    "DIACHI_CSKCB",
    "MA_BHXH",
    "BENH_ICD10_ID",
    "BENH_ICD10_TEN",
];

/// Every value that is known. The number is added by the caller.
pub(crate) fn elements(death: &DeathNotice, target: Target) -> Elements {
    let DeathNotice {
        patient_code,
        record_code,
        name,
        born,
        sex,
        card,
        bhxh,
        ethnicity,
        nationality,
        paper,
        permanent_address,
        permanent_commune,
        current_address,
        current_commune,
        arrived,
        died,
        place,
        cause,
        disease,
        disease_name,
        relative,
        writer,
        head,
        register_number,
        register_book,
        issued,
        first_issue,
        facility,
        facility_address,
    } = death;
    let mut out = Elements::default();
    out.maybe("MA_BN", patient_code.as_ref().map(|text| text.as_str()));
    out.maybe("MA_HSBA", record_code.as_ref().map(|text| text.as_str()));
    out.put("HO_TEN", name.as_str());
    out.put("NGAY_SINH", write_document_date(*born, target));
    out.put("GIOI_TINH", sex_code(*sex));
    out.maybe("MA_THE", card.as_ref().map(|card| card.as_str()));
    out.put("MA_DANTOC", ethnicity.to_string());
    out.put("MA_QUOCTICH", nationality.to_string());
    out.put("DCHI_THUONGTRU", permanent_address.as_str());
    out.commune(["MATINH_THUONGTRU", "MAXA_THUONGTRU"], *permanent_commune);
    out.maybe("DCHI_HIENTAI", current_address.as_ref().map(|text| text.as_str()));
    out.commune(["MATINH_HIENTAI", "MAXA_HIENTAI"], *current_commune);
    match paper {
        Some(IdentityPaper { number, issued, issuer }) => {
            out.put("LOAI_GIAYTO", number.kind().code());
            out.put("SO_GIAYTO", number.as_str());
            if let Some(issued) = issued {
                out.put("NGAY_CAP", write_day(*issued, target.style()));
            }
            out.maybe("NOI_CAP", issuer.as_ref().map(|text| text.as_str()));
        }
        None => out.put("LOAI_GIAYTO", PaperKind::NONE_CODE),
    }
    out.put("NGAYGIO_VV", write_minute(*arrived, target.style()));
    out.put("NGAY_TV", write_minute(*died, target.style()));
    out.put(
        "TINH_TRANG_TV",
        match place {
            PlaceOfDeath::InCare => "0",
            PlaceOfDeath::OnTheWay => "1",
        },
    );
    out.put("NGUYENNHAN_TV", cause.as_str());
    out.put("NGUOI_THANTHICH", relative.as_str());
    out.put("NGUOI_GHIGIAY", writer.as_str());
    out.put("TTRUONG_DVI", head.as_str());
    out.put("SO_BAOTU", register_number.as_str());
    out.put("QUYEN_SO", register_book.as_str());
    out.put("NGAY_CAPGIAYBT", write_day(*issued, target.style()));
    if let Some(first) = first_issue {
        out.put("SO_BAOTU_BD", first.number.as_str());
        out.put("QUYEN_SO_BD", first.book.as_str());
    }
    out.put("MACSKCB", facility.as_str());
    out.put("DIACHI_CSKCB", facility_address.as_str());
    out.maybe("MA_BHXH", bhxh.as_ref().map(|code| code.as_str()));
    out.maybe("BENH_ICD10_ID", disease.as_ref().map(|code| code.as_str()));
    out.maybe("BENH_ICD10_TEN", disease_name.as_ref().map(|text| text.as_str()));
    out
}
