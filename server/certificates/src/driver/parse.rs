//! From draft to certificate, with every finding.

use super::{
    Alcohol, AlcoholAmount, AlcoholMedium, DriverHealth, DriverSex, DrugTest, Email, Outcome, Phone, Verdict,
    twelve_months_after,
};
use crate::identity_paper::{IdentityPaper, PaperNumber};
use crate::reader::{Needed, Read, Reader, day, free_text, name};
use crate::{LicenceClass, LicenceClasses, Rule};

pub(crate) fn parse(reader: &mut Reader<'_>) -> Option<DriverHealth> {
    let full_name = reader.required("HOTEN", name);
    let sex = reader.required("GIOITINHVAL", |text| match text {
        "0" => Ok(DriverSex::Male),
        "1" => Ok(DriverSex::Female),
        _ => Err(Rule::BadSex),
    });
    let born = reader.birth_date("NGAYSINH");
    let number = reader.required("SOCMND_PASSPORT", |text| PaperNumber::infer(text).map_err(|_| Rule::BadPaperNumber));
    let issued = reader.past_day("NGAYTHANGNAMCAPCMND");
    reader.optional("NOICAP", free_text::<255>);
    let issuer = reader.required("NOICAP", free_text);
    let paper = (|| Some(IdentityPaper { number: number?, issued: Some(issued?), issuer: Some(issuer?) }))();
    let address = reader.required("DIACHITHUONGTRU", free_text);
    let commune = reader.commune("MATINH_THUONGTRU", "MAXA_THUONGTRU", Needed::Yes(Rule::Missing)).flatten();
    let citizen_code = reader.optional("ECITIZENCODE", free_text);
    let mobile = reader.optional("MOBILE", |text| Phone::parse(text).ok_or(Rule::BadContact));
    let email = reader.optional("EMAIL", |text| Email::parse(text).ok_or(Rule::BadContact));
    let examined = reader.past_day_if(Needed::No, "NGAYKHAM");
    let alcohol = alcohol(reader);
    let drugs = reader.required("MATUY", |text| match text {
        "0" => Ok(DrugTest::Negative),
        "1" => Ok(DrugTest::Positive),
        _ => Err(Rule::BadFlag),
    });
    let concluded = reader.past_day("NGAYKETLUAN");
    let doctor = reader.required("BACSYKETLUAN", name);
    let verdict = reader.required("KETLUAN", |text| Verdict::parse(text).ok_or(Rule::NotAChoice));
    let outcome = outcome(reader, verdict);
    let classes = reader.required("HANGBANGLAI", |text| LicenceClasses::parse(text).ok_or(Rule::NotAChoice));
    let reason = reader.optional("LYDO", free_text);
    let condition = reader.optional("TINHTRANGBENH", free_text);
    let facility = reader.own_facility("IDBENHVIEN");
    let facility_name = reader.required("BENHVIEN", free_text);
    reader.number(concluded);

    reader.compare_number("SOCMND_PASSPORT", paper.as_ref(), born, sex.map(DriverSex::sex));
    reader.in_order(examined.flatten(), concluded, "NGAYKETLUAN");
    if let (Some(Outcome::Reexamine { on }), Some(concluded)) = (outcome, concluded)
        && on <= concluded
    {
        reader.report(Rule::EndBeforeStart, "NGAYKHAMLAI");
    }
    if verdict == Some(Verdict::Fit) {
        if drugs == Some(DrugTest::Positive) {
            reader.report(Rule::FitWithDrugs, "KETLUAN");
        }
        let limits = reader.context.settings.alcohol_limits;
        if alcohol.flatten().is_some_and(|alcohol| limits.exceeded_by(alcohol)) {
            reader.report(Rule::FitWithAlcohol, "KETLUAN");
        }
    } else if verdict.is_some() && reason == Some(None) {
        reader.report(Rule::ReasonMissing, "LYDO");
    }
    if let (Some(born), Some(classes), Some(concluded)) = (born, &classes, concluded)
        && classes.iter().map(LicenceClass::minimum_age).any(|age| born.age_on(concluded) < age)
    {
        reader.report(Rule::UnderAge, "HANGBANGLAI");
    }
    if concluded.is_some_and(|concluded| twelve_months_after(concluded) < reader.context.today()) {
        reader.report(Rule::Expired, "NGAYKETLUAN");
    }
    Some(DriverHealth {
        name: full_name?,
        sex: sex?,
        born: born?,
        paper: paper?,
        address: address?,
        commune: commune?,
        citizen_code: citizen_code?,
        mobile: mobile?,
        email: email?,
        examined: examined?,
        alcohol: alcohol?,
        drugs: drugs?,
        concluded: concluded?,
        doctor: doctor?,
        outcome: outcome?,
        classes: classes?,
        reason: reason?,
        condition: condition?,
        facility: facility?,
        facility_name: facility_name?,
    })
}

/// Nothing, "0" and "0.00" all say that nothing was found or tested: the portal expects 0 for both.
fn alcohol(reader: &mut Reader<'_>) -> Option<Option<Alcohol>> {
    let amount = reader.optional("NONGDOCON", |text| AlcoholAmount::parse(text).ok_or(Rule::BadAlcohol));
    let medium = reader.optional("DVINONGDOCON", |text| -> Read<AlcoholMedium> {
        match text {
            "0" => Ok(AlcoholMedium::Blood),
            "1" => Ok(AlcoholMedium::Breath),
            _ => Err(Rule::NotAChoice),
        }
    });
    match (amount?, medium?) {
        (None | Some(AlcoholAmount::ZERO), _) => Some(None),
        (Some(amount), Some(medium)) => Some(Some(Alcohol { amount, medium })),
        (Some(_), None) => {
            reader.report(Rule::AlcoholUnit, "DVINONGDOCON");
            None
        }
    }
}

fn outcome(reader: &mut Reader<'_>, verdict: Option<Verdict>) -> Option<Outcome> {
    let on = reader.optional("NGAYKHAMLAI", day);
    match (verdict?, on?) {
        (Verdict::Fit, None) => Some(Outcome::Fit),
        (Verdict::Unfit, None) => Some(Outcome::Unfit),
        (Verdict::Reexamine, Some(on)) => Some(Outcome::Reexamine { on }),
        (Verdict::Fit | Verdict::Unfit, Some(_)) => {
            reader.report(Rule::ReexaminationUnasked, "NGAYKHAMLAI");
            None
        }
        (Verdict::Reexamine, None) => {
            reader.report(Rule::ReexaminationDate, "NGAYKHAMLAI");
            None
        }
    }
}
