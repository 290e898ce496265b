//! From draft to notice, with every finding.

use time::PrimitiveDateTime;

use super::{DeathNotice, FirstIssue, PlaceOfDeath};
use crate::reader::{Flag, Needed, PaperCodes, Reader, flag, free_text, icd10, name, sex};
use crate::{BhxhCode, InsuranceCard, Rule, moment};

const PAPER: PaperCodes =
    PaperCodes { kind: "LOAI_GIAYTO", number: "SO_GIAYTO", issued: "NGAY_CAP", issuer: "NOI_CAP" };

pub(crate) fn parse(reader: &mut Reader<'_>) -> Option<DeathNotice> {
    let patient_code = reader.optional("MA_BN", free_text);
    let record_code = reader.optional("MA_HSBA", free_text);
    let full_name = reader.required("HO_TEN", name);
    let born = reader.birth_date("NGAY_SINH");
    let sex = reader.required("GIOI_TINH", sex);
    let card = reader.optional("MA_THE", |text| InsuranceCard::parse(text).map_err(|_| Rule::BadInsuranceCard));
    let bhxh = reader.optional("MA_BHXH", |text| BhxhCode::parse(text).map_err(|_| Rule::BadBhxhCode));
    let ethnicity = reader.ethnicity("MA_DANTOC");
    let nationality = reader.nationality("MA_QUOCTICH");
    if !reader.is_given(PAPER.kind) {
        reader.report(Rule::Missing, PAPER.kind);
    }
    // 250 characters on this paper, 1024 on the others.
    reader.optional("NOI_CAP", free_text::<250>);
    let paper = reader.paper(&PAPER, Needed::Yes(Rule::Missing));
    let permanent_address = reader.required("DCHI_THUONGTRU", free_text);
    let at_home = nationality.is_none_or(|nationality| nationality == reader.context.settings.vietnam);
    let needed = if at_home { Needed::Yes(Rule::Missing) } else { Needed::No };
    let permanent_commune = reader.commune("MATINH_THUONGTRU", "MAXA_THUONGTRU", needed);
    let current_address = reader.optional("DCHI_HIENTAI", free_text);
    let current_commune = reader.commune("MATINH_HIENTAI", "MAXA_HIENTAI", Needed::No);
    let arrived = reader.past_moment("NGAYGIO_VV", moment::minute);
    let died = reader.past_moment("NGAY_TV", moment::minute);
    let place = reader.optional("TINH_TRANG_TV", flag).map(|flag| match flag {
        Some(Flag::Yes) => PlaceOfDeath::OnTheWay,
        Some(Flag::No) | None => PlaceOfDeath::InCare,
    });
    let cause = reader.required("NGUYENNHAN_TV", free_text);
    let disease = reader.optional("BENH_ICD10_ID", icd10);
    let disease_name = reader.optional("BENH_ICD10_TEN", free_text);
    let relative = reader.required("NGUOI_THANTHICH", free_text);
    let writer = reader.required("NGUOI_GHIGIAY", name);
    let head = reader.required("TTRUONG_DVI", name);
    let register_number = reader.required("SO_BAOTU", free_text);
    let register_book = reader.required("QUYEN_SO", free_text);
    let issued = reader.past_day("NGAY_CAPGIAYBT");
    let first_issue = first_issue(reader);
    let facility = reader.own_facility("MACSKCB");
    let facility_address = reader.required("DIACHI_CSKCB", free_text);
    reader.number(issued);

    reader.compare_origin("MA_DANTOC", ethnicity, nationality);
    reader.compare_number(PAPER.number, paper.as_ref().and_then(Option::as_ref), born, sex);
    if let (Some(Some(code)), Some(Some(card))) = (&bhxh, &card)
        && card.bhxh_code() != code.as_str()
    {
        reader.report(Rule::CardOfAnother, "MA_THE");
    }
    if bhxh == Some(None) {
        reader.report(Rule::NoBhxhCode, "MA_BHXH");
    }
    if card == Some(None) {
        reader.report(Rule::NoInsuranceCard, "MA_THE");
    }
    match place {
        Some(PlaceOfDeath::InCare) => reader.in_order(arrived, died, "NGAY_TV"),
        Some(PlaceOfDeath::OnTheWay) if died.zip(arrived).is_some_and(|(died, arrived)| died > arrived) => {
            reader.report(Rule::ArrivedDeadLater, "NGAY_TV");
        }
        Some(PlaceOfDeath::OnTheWay) | None => {}
    }
    if born.zip(died).is_some_and(|(born, died)| born.earliest() > died.date()) {
        reader.report(Rule::DiedBeforeBorn, "NGAY_TV");
    }
    reader.in_order(died.map(PrimitiveDateTime::date), issued, "NGAY_CAPGIAYBT");
    if let (Some(disease), Some(disease_name)) = (&disease, &disease_name)
        && disease.is_some() != disease_name.is_some()
    {
        reader.report(Rule::CauseCodeAlone, if disease.is_some() { "BENH_ICD10_TEN" } else { "BENH_ICD10_ID" });
    }
    Some(DeathNotice {
        patient_code: patient_code?,
        record_code: record_code?,
        name: full_name?,
        born: born?,
        sex: sex?,
        card: card?,
        bhxh: bhxh?,
        ethnicity: ethnicity?,
        nationality: nationality?,
        paper: paper?,
        permanent_address: permanent_address?,
        permanent_commune: permanent_commune?,
        current_address: current_address?,
        current_commune: current_commune?,
        arrived: arrived?,
        died: died?,
        place: place?,
        cause: cause?,
        disease: disease?,
        disease_name: disease_name?,
        relative: relative?,
        writer: writer?,
        head: head?,
        register_number: register_number?,
        register_book: register_book?,
        issued: issued?,
        first_issue: first_issue?,
        facility: facility?,
        facility_address: facility_address?,
    })
}

fn first_issue(reader: &mut Reader<'_>) -> Option<Option<FirstIssue>> {
    let number = reader.optional("SO_BAOTU_BD", free_text);
    let book = reader.optional("QUYEN_SO_BD", free_text);
    match (number?, book?) {
        (Some(number), Some(book)) => {
            if !reader.is_given("MA_GBT") {
                reader.report(Rule::NumberNeeded, "MA_GBT");
            }
            Some(Some(FirstIssue { number, book }))
        }
        (None, None) => Some(None),
        (Some(_), None) => {
            reader.report(Rule::FirstNumberAlone, "QUYEN_SO_BD");
            None
        }
        (None, Some(_)) => {
            reader.report(Rule::FirstNumberAlone, "SO_BAOTU_BD");
            None
        }
    }
}
