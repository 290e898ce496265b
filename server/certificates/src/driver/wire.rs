//! The fields of the driver service's JSON and of its signed `<root>`.

use super::{AlcoholMedium, DriverHealth, DrugTest, Outcome};
use crate::Elements;
use crate::identity_paper::IdentityPaper;
use crate::moment::{Target, write_day, write_document_date};

/// GATEWAY 1.7: the JSON body in the order of the table. MAHUYEN_THUONGTRU is empty since 01/07/2025.
pub(crate) const BODY: [&str; 26] = [
    "SO",
    "HOTEN",
    "GIOITINHVAL",
    "NGAYSINH",
    "DIACHITHUONGTRU",
    "MATINH_THUONGTRU",
    "MAHUYEN_THUONGTRU",
    "MAXA_THUONGTRU",
    "SOCMND_PASSPORT",
    "NGAYTHANGNAMCAPCMND",
    "NOICAP",
    "IDBENHVIEN",
    "BENHVIEN",
    "NGAYKHAM",
    "NONGDOCON",
    "DVINONGDOCON",
    "MATUY",
    "NGAYKETLUAN",
    "BACSYKETLUAN",
    "KETLUAN",
    "HANGBANGLAI",
    "NGAYKHAMLAI",
    "LYDO",
    "TINHTRANGBENH",
    "STATE",
    "SIGNDATA",
];

/// GATEWAY 1.7: the signed XML.
pub(crate) const ROOT: [&str; 29] = [
    "UUID",
    "CREATEDDATE",
    "USERCREATE",
    "STATUS",
    "ACTION",
    "SO",
    "HOTEN",
    "NGAYSINH",
    "GIOITINHVAL",
    "SOCMND_PASSPORT",
    "NGAYTHANGNAMCAPCMD",
    "NOICAP",
    "ECITIZENCODE",
    "MOBILE",
    "EMAIL",
    "DIACHITHUONGTRU",
    "MATINH_THUONGTRU",
    "MAHUYEN_THUONGTRU",
    "MAXA_THUONGTRU",
    "NONGDOCON",
    "DVINONGDOCON",
    "MATUY",
    "KETLUAN",
    "HANGBANGLAI",
    "NGAYKETLUAN",
    "BACSYKETLUAN",
    "NGAYKHAMLAI",
    "LYDO",
    "TINHTRANGBENH",
];

/// The field an element of `<root>` holds: the day of issue is misspelt there (sic), and must be.
pub(crate) fn root_name(element: &str) -> &str {
    match element {
        "NGAYTHANGNAMCAPCMD" => "NGAYTHANGNAMCAPCMND",
        same => same,
    }
}

/// Every value that is known. The number is added by the caller; KETLUAN holds the draft's word, the wire code is a
/// setting.
pub(crate) fn elements(driver: &DriverHealth, target: Target) -> Elements {
    let DriverHealth {
        name,
        sex,
        born,
        paper: IdentityPaper { number, issued, issuer },
        address,
        commune,
        citizen_code,
        mobile,
        email,
        examined,
        alcohol,
        drugs,
        concluded,
        doctor,
        outcome,
        classes,
        reason,
        condition,
        facility,
        facility_name,
    } = driver;
    let day = |date| write_day(date, target.style());
    let mut out = Elements::default();
    out.put("HOTEN", name.as_str());
    out.put("GIOITINHVAL", sex.code());
    out.put("NGAYSINH", write_document_date(*born, target));
    out.put("SOCMND_PASSPORT", number.as_str());
    if let Some(issued) = issued {
        out.put("NGAYTHANGNAMCAPCMND", day(*issued));
    }
    out.maybe("NOICAP", issuer.as_ref().map(|text| text.as_str()));
    out.put("DIACHITHUONGTRU", address.as_str());
    out.commune(["MATINH_THUONGTRU", "MAXA_THUONGTRU"], Some(*commune));
    out.maybe("ECITIZENCODE", citizen_code.as_ref().map(|text| text.as_str()));
    out.maybe("MOBILE", mobile.as_ref().map(|phone| phone.as_str()));
    out.maybe("EMAIL", email.as_ref().map(|email| email.as_str()));
    if let Some(examined) = examined {
        out.put("NGAYKHAM", day(*examined));
    }
    match (alcohol, target) {
        (Some(alcohol), _) => {
            out.put("NONGDOCON", alcohol.amount.to_string());
            out.put(
                "DVINONGDOCON",
                match alcohol.medium {
                    AlcoholMedium::Blood => "0",
                    AlcoholMedium::Breath => "1",
                },
            );
        }
        (None, Target::Form) => {}
        // The service demands both; 0 stands for "not tested".
        (None, Target::Wire(_)) => {
            out.put("NONGDOCON", "0");
            out.put("DVINONGDOCON", "0");
        }
    }
    out.put(
        "MATUY",
        match drugs {
            DrugTest::Negative => "0",
            DrugTest::Positive => "1",
        },
    );
    out.put("NGAYKETLUAN", day(*concluded));
    out.put("BACSYKETLUAN", doctor.as_str());
    out.put("KETLUAN", outcome.verdict().as_str());
    if let Outcome::Reexamine { on } = outcome {
        out.put("NGAYKHAMLAI", day(*on));
    }
    out.put("HANGBANGLAI", classes.to_string());
    out.maybe("LYDO", reason.as_ref().map(|text| text.as_str()));
    out.maybe("TINHTRANGBENH", condition.as_ref().map(|text| text.as_str()));
    out.put("IDBENHVIEN", facility.as_str());
    out.put("BENHVIEN", facility_name.as_str());
    out
}
