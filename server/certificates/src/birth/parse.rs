//! From draft to certificate, with every finding.

use identity::Sex;
use time::PrimitiveDateTime;

use super::{
    BirthCertificate, BirthWeight, Child, Delivery, Father, Gestation, IssueRound, Surrogacy, SurrogateFather, Woman,
};
use crate::reader::{Flag, Needed, PaperCodes, Reader, count, flag, free_text, name, sex};
use crate::{BhxhCode, BhxhEntry, ChildCard, InsuranceCard, Rule, moment};

/// The elements of a woman's block.
struct WomanCodes {
    bhxh: &'static str,
    card: &'static str,
    name: &'static str,
    born: &'static str,
    ethnicity: &'static str,
    nationality: &'static str,
    paper: PaperCodes,
    residence: &'static str,
    province: &'static str,
    commune: &'static str,
}

struct FatherCodes {
    name: &'static str,
    born: &'static str,
    ethnicity: &'static str,
    paper: PaperCodes,
}

const MOTHER: WomanCodes = WomanCodes {
    bhxh: "MA_BHXH_NND",
    card: "MA_THE_NND",
    name: "HOTEN_NND",
    born: "NGAYSINH_NND",
    ethnicity: "MA_DANTOC_NND",
    nationality: "MA_QUOCTICH_NND",
    paper: PaperCodes {
        kind: "LOAI_GIAYTO_NND",
        number: "SO_CCCD_NND",
        issued: "NGAYCAP_CCCD_NND",
        issuer: "NOICAP_CCCD_NND",
    },
    residence: "NOI_CU_TRU_NND",
    province: "MATINH_CU_TRU",
    commune: "MAXA_CU_TRU",
};

const SURROGATE: WomanCodes = WomanCodes {
    bhxh: "MA_BHXH_MTH",
    card: "MA_THE_MTH",
    name: "HOTEN_MTH",
    born: "NGAYSINH_MTH",
    ethnicity: "MA_DANTOC_MTH",
    nationality: "MA_QUOCTICH_MTH",
    paper: PaperCodes {
        kind: "LOAI_GIAYTO_MTH",
        number: "SO_CCCD_MTH",
        issued: "NGAYCAP_CCCD_MTH",
        issuer: "NOICAP_CCCD_MTH",
    },
    residence: "NOI_CU_TRU_MTH",
    province: "MATINH_CU_TRU_MTH",
    commune: "MAXA_CU_TRU_MTH",
};

const FATHER: FatherCodes = FatherCodes {
    name: "HO_TEN_CHA",
    born: "NGAYSINH_CHA_NND",
    ethnicity: "MA_DANTOC_CHA_NND",
    paper: PaperCodes {
        kind: "LOAI_GIAYTO_CHA_NND",
        number: "SO_CCCD_CHA_NND",
        issued: "NGAYCAP_CCCD_CHA_NND",
        issuer: "NOICAP_CCCD_CHA_NND",
    },
};

const SURROGATE_FATHER: FatherCodes = FatherCodes {
    name: "HO_TEN_CHA_MTH",
    born: "NGAYSINH_CHA_MTH",
    ethnicity: "MA_DANTOC_CHA_MTH",
    paper: PaperCodes {
        kind: "LOAI_GIAYTO_CHA_MTH",
        number: "SO_CCCD_CHA_MTH",
        issued: "NGAYCAP_CCCD_CHA_MTH",
        issuer: "NOICAP_CCCD_CHA_MTH",
    },
};

/// XML9 row 28: what GHI_CHU says when the birth was by surgery or before 32 weeks.
pub fn expected_note(delivery: Delivery, gestation: Gestation) -> Option<&'static str> {
    match (delivery, gestation) {
        (Delivery::WithoutSurgery, Gestation::From32Weeks) => None,
        (Delivery::Surgery, Gestation::From32Weeks) => Some("Sinh con phải phẫu thuật"),
        (Delivery::WithoutSurgery, Gestation::Under32Weeks) => Some("Sinh con dưới 32 tuần tuổi"),
        (Delivery::Surgery, Gestation::Under32Weeks) => Some("Phẫu thuật, sinh con dưới 32 tuần tuổi"),
    }
}

pub(crate) fn parse(reader: &mut Reader<'_>) -> Option<BirthCertificate> {
    let patient_code = reader.optional("MA_BN", free_text);
    let voucher_code = reader.optional("MA_CT", free_text);
    let serial = reader.optional("SO_SERI", free_text);
    let mother = woman(reader, &MOTHER);
    let child = child(reader);
    let father = father(reader, &FATHER);
    let surrogate = surrogacy(reader);
    let child_card = reader.optional("MA_THE_TAM", |text| ChildCard::parse(text).map_err(|_| Rule::BadChildCard));
    let attendant = reader.required("NGUOI_DO_DE", name);
    let writer = reader.required("NGUOI_GHI_PHIEU", name);
    let head_code = reader.required("MA_TTDV", |text| BhxhCode::parse(text).map_err(|_| Rule::BadBhxhCode));
    let head = reader.optional("THU_TRUONG_DVI", name);
    let issued = reader.past_day("NGAY_CT");
    let register_number = reader.required("SO", free_text);
    let register_book = reader.required("QUYEN_SO", free_text);
    let round = reader.required("CAP_LAN_DAU", flag).map(|flag| match flag {
        Flag::Yes => IssueRound::First,
        Flag::No => IssueRound::Again,
    });
    reader.number(issued);

    let born = child.as_ref().map(|child| child.born);
    reader.in_order(born.map(PrimitiveDateTime::date), issued, "NGAY_CT");
    if let (Some(mother), Some(born)) = (&mother, born) {
        compare_mother(reader, mother, born);
    }
    match &child_card {
        Some(None) => reader.report(Rule::NoInsuranceCard, "MA_THE_TAM"),
        Some(Some(card)) => {
            let province = mother.as_ref().and_then(|mother| mother.commune).map(|commune| commune.province());
            if province.is_some_and(|province| province.as_str() != card.province()) {
                reader.report(Rule::ChildCardProvince, "MA_THE_TAM");
            }
        }
        None => {}
    }
    if round == Some(IssueRound::Again) && !reader.is_given("MA_GCS") {
        reader.report(Rule::NumberNeeded, "MA_GCS");
    }
    Some(BirthCertificate {
        patient_code: patient_code?,
        voucher_code: voucher_code?,
        serial: serial?,
        mother: mother?,
        father: father?,
        child_card: child_card?,
        child: child?,
        surrogate: surrogate?,
        attendant: attendant?,
        writer: writer?,
        head_code: head_code?,
        head: head?,
        issued: issued?,
        register_number: register_number?,
        register_book: register_book?,
        round: round?,
    })
}

fn woman(reader: &mut Reader<'_>, codes: &WomanCodes) -> Option<Woman> {
    let bhxh = reader.required(codes.bhxh, |text| BhxhEntry::parse(text).map_err(|_| Rule::BadBhxhCode));
    let card = reader.optional(codes.card, |text| InsuranceCard::parse(text).map_err(|_| Rule::BadInsuranceCard));
    let full_name = reader.required(codes.name, name);
    let born = reader.birth_date(codes.born);
    let ethnicity = reader.ethnicity(codes.ethnicity);
    let nationality = reader.nationality(codes.nationality);
    let paper = reader.paper(&codes.paper, Needed::Yes(Rule::Missing));
    let residence = reader.required(codes.residence, free_text);
    // A foreigner may live abroad: state and country in words, no commune.
    let at_home = nationality.is_none_or(|nationality| nationality == reader.context.settings.vietnam);
    let needed = if at_home { Needed::Yes(Rule::Missing) } else { Needed::No };
    let commune = reader.commune(codes.province, codes.commune, needed);

    reader.compare_origin(codes.ethnicity, ethnicity, nationality);
    let paper_known = paper.as_ref().and_then(Option::as_ref);
    reader.compare_number(codes.paper.number, paper_known, born, Some(Sex::Female));
    if let (Some(BhxhEntry::Code(code)), Some(Some(card))) = (&bhxh, &card)
        && card.bhxh_code() != code.as_str()
    {
        reader.report(Rule::CardOfAnother, codes.card);
    }
    Some(Woman {
        bhxh: bhxh?,
        card: card?,
        name: full_name?,
        born: born?,
        ethnicity: ethnicity?,
        nationality: nationality?,
        paper: paper?,
        residence: residence?,
        commune: commune?,
    })
}

fn father(reader: &mut Reader<'_>, codes: &FatherCodes) -> Option<Option<Father>> {
    let full_name = reader.optional(codes.name, name);
    let born = reader.birth_date_if_given(codes.born);
    let ethnicity = reader.ethnicity_if(Needed::No, codes.ethnicity);
    let paper = reader.paper(&codes.paper, Needed::No);
    let (full_name, born, ethnicity, paper) = (full_name?, born?, ethnicity?, paper?);
    reader.compare_number(codes.paper.number, paper.as_ref(), born, Some(Sex::Male));
    match full_name {
        Some(name) => Some(Some(Father { name, born, ethnicity, paper })),
        None if born.is_none() && ethnicity.is_none() && paper.is_none() => Some(None),
        None => {
            reader.report(Rule::FatherWithoutName, codes.name);
            None
        }
    }
}

fn surrogacy(reader: &mut Reader<'_>) -> Option<Option<Surrogacy>> {
    let given = |reader: &Reader<'_>, section| {
        crate::fields(crate::Kind::Birth).iter().any(|f| f.section == section && reader.is_given(f.code))
    };
    let woman_given = given(reader, crate::Section::SurrogateMother);
    let woman = if woman_given { woman(reader, &SURROGATE).map(Some) } else { Some(None) };
    let person = father(reader, &SURROGATE_FATHER);
    let residence = reader.optional("NOI_CU_TRU_CHA_MTH", free_text);
    let commune = reader.commune("MATINH_CU_TRU_CHA_MTH", "MAXA_CU_TRU_CHA_MTH", Needed::No);
    if given(reader, crate::Section::SurrogateFather) {
        if !woman_given {
            reader.report(Rule::SurrogateFatherAlone, "HOTEN_MTH");
            return None;
        }
        if !reader.is_given("HO_TEN_CHA_MTH") {
            reader.report(Rule::FatherWithoutName, "HO_TEN_CHA_MTH");
        }
    }
    let (person, residence, commune) = (person?, residence?, commune?);
    let father = person.map(|person| SurrogateFather { person, residence, commune });
    Some(woman?.map(|woman| Surrogacy { woman, father }))
}

fn child(reader: &mut Reader<'_>) -> Option<Child> {
    let full_name = reader.optional("TEN_CON", name);
    let sex = reader.required("GIOI_TINH_CON", sex);
    let count_of_birth = reader.required("SO_CON", count(1..=9));
    let confinement = reader.required("LAN_SINH", count(1..=30));
    let living = reader.required("SO_CON_SONG", count(0..=40));
    let weight = reader.required("CAN_NANG_CON", |text| BirthWeight::parse(text).ok_or(Rule::BadWeight));
    let born = reader.past_moment("NGAY_SINH_CON", moment::second);
    let place = reader.required("NOI_SINH_CON", free_text);
    let condition = reader.required("TINH_TRANG_CON", free_text);
    let delivery = reader.required("SINHCON_PHAUTHUAT", flag).map(|flag| match flag {
        Flag::No => Delivery::WithoutSurgery,
        Flag::Yes => Delivery::Surgery,
    });
    let gestation = reader.required("SINHCON_DUOI32TUAN", flag).map(|flag| match flag {
        Flag::No => Gestation::From32Weeks,
        Flag::Yes => Gestation::Under32Weeks,
    });
    let note = reader.optional("GHI_CHU", free_text);

    if let (Some(born_now), Some(1), Some(living)) = (count_of_birth, confinement, living)
        && living > born_now
    {
        reader.report(Rule::MoreLivingThanBorn, "SO_CON_SONG");
    }
    if living == Some(0) {
        reader.report(Rule::NoLivingChild, "SO_CON_SONG");
    }
    if count_of_birth.is_some_and(|count| count > 1) {
        reader.report(Rule::Multiple, "SO_CON");
    }
    if let Some(BirthWeight::Grams(grams)) = weight {
        if !(500..=6000).contains(&grams) {
            reader.report(Rule::UnlikelyWeight, "CAN_NANG_CON");
        } else if gestation == Some(Gestation::Under32Weeks) && grams > 2500 {
            reader.report(Rule::WeightOfTerm, "CAN_NANG_CON");
        }
    }
    let expected = delivery.zip(gestation).and_then(|(delivery, gestation)| expected_note(delivery, gestation));
    match (expected, reader.text("GHI_CHU")) {
        (Some(_), "") => reader.report(Rule::NoteNeeded, "GHI_CHU"),
        (Some(expected), written) if written != expected => reader.report(Rule::NoteDiffers, "GHI_CHU"),
        (Some(_) | None, _) => {}
    }
    Some(Child {
        name: full_name?,
        sex: sex?,
        count: count_of_birth?,
        confinement: confinement?,
        living: living?,
        weight: weight?,
        born: born?,
        place: place?,
        condition: condition?,
        delivery: delivery?,
        gestation: gestation?,
        note: note?,
    })
}

fn compare_mother(reader: &mut Reader<'_>, mother: &Woman, born: PrimitiveDateTime) {
    if mother.born.earliest() > born.date() {
        reader.report(Rule::MotherNotBorn, "NGAYSINH_NND");
    } else if !(12..=60).contains(&mother.born.age_on(born.date())) {
        reader.report(Rule::MotherAge, "NGAYSINH_NND");
    }
    if let Some(issued) = mother.paper.as_ref().and_then(|paper| paper.issued) {
        reader.in_order(Some(mother.born.earliest()), Some(issued), "NGAYCAP_CCCD_NND");
    }
}
