//! `POST /api/hssk/gksk`: driver health certificates (GATEWAY.md 1.7). No token: `Username`, `Password` (MD5) in headers.
//!
//! The JSON and the signed `<root>` must say the same. The class of licence is held to its alphabet only, since the
//! lists in use differ (our reading).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::layout::Form::{Decimal, Digits, DriverNumber, IdentityNumber, LicenceClass, OneOf, SlashedDay, Text};
use crate::layout::{Field, Form, LayoutFault, Presence, Values, check_elements, check_values, fields};
use crate::record::{self, Issue, Kind, Record};
use crate::signature::{self, Shape};
use crate::upload::{Refused, Rules};

const SHAPE: Shape = Shape::Enveloped { root: "root" };

/// Judges the body of a request whose account is good; trust in the certificate is the register's.
pub(crate) fn judge(body: &[u8], account_facility: &str, rules: Rules) -> Result<Accepted, Refused> {
    if body.len() > rules.max_file_bytes * 2 {
        return Err(Refused::new("0", "the request is too large"));
    }
    let refused = |fault: &dyn fmt::Display| Refused::new("0", fault);
    let Flat(given) = serde_json::from_slice(body).map_err(|_| refused(&"not a flat JSON object, or a name twice"))?;
    if given.keys().any(|name| !JSON.iter().any(|field| field.name == name)) {
        return Err(refused(&"a field that is not of the contract"));
    }
    let value = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let values: Values<'_> = JSON.iter().map(|field| (field.name, value(field.name))).collect();
    let today = rules.local_now().date();
    check_values(&JSON, &values, today).map_err(|fault| refused(&fault))?;
    // A conclusion "fit with re-examination" needs its date (our reading).
    if values["KETLUAN"] == "A0-3" && values["NGAYKHAMLAI"].is_empty() {
        return Err(refused(&LayoutFault::Missing("NGAYKHAMLAI")));
    }
    let file = STANDARD.decode(values["SIGNDATA"]).map_err(|_| refused(&"SIGNDATA is not base64"))?;
    let xml = std::str::from_utf8(&file).map_err(|_| refused(&"SIGNDATA is not UTF-8"))?;
    let xml = xml.trim_start_matches('\u{feff}');
    let signed = signature::verify(xml, SHAPE, rules.algorithms, rules.now).map_err(|fault| refused(&fault))?;
    let root = check_elements(&ROOT, &signed, today).map_err(|fault| refused(&fault))?;
    agree(&values, &root).map_err(|fault| refused(&fault))?;
    // Whatever is said of the person and the conclusion; not the signature over it.
    let content: Vec<&str> = JSON.iter().map(|f| f.name).filter(|n| !matches!(*n, "SIGNDATA" | "STATE")).collect();
    let record = Record {
        at: rules.now,
        kind: Kind::Driver,
        filed_as: Kind::Driver,
        facility: values["IDBENHVIEN"].to_owned(),
        account_facility: account_facility.to_owned(),
        key: format!("{} {}", values["SO"], values["HANGBANGLAI"]),
        issue: if values["STATE"] == "ADD" { Issue::First } else { Issue::Again },
        content_sha256: record::content_hash(content.iter().map(|name| (*name, values[name]))),
        file_sha256: record::file_hash(&file),
        receipt: Uuid::new_v4().to_string(),
        initials: record::initials(values["HOTEN"]),
        certificate: Some(signed.certificate()),
    };
    let reply = json!({
        "MSG_STATE": "1", "MSG_TEXT": "Thành công", "IDBENHVIEN": values["IDBENHVIEN"], "SO": values["SO"],
        "UUID": record.receipt, "BENHVIEN": values["BENHVIEN"],
    });
    Ok(Accepted { record, reply })
}

pub(crate) struct Accepted {
    pub record: Record,
    pub reply: Value,
}

pub(crate) fn refusal(text: &str) -> Value {
    json!({"MSG_STATE": "0", "MSG_TEXT": text, "IDBENHVIEN": null, "SO": null, "UUID": null, "BENHVIEN": null})
}

/// Fields that both forms have say the same in both.
fn agree(json: &Values<'_>, root: &Values<'_>) -> Result<(), LayoutFault> {
    for field in JSON.iter() {
        if root.get(in_root(field.name)).is_some_and(|signed| *signed != json[field.name]) {
            return Err(LayoutFault::Disagree(field.name, "what is signed"));
        }
    }
    Ok(())
}

/// The signed form misspells one name.
fn in_root(name: &str) -> &str {
    if name == "NGAYTHANGNAMCAPCMND" { "NGAYTHANGNAMCAPCMD" } else { name }
}

/// A JSON object of strings and numbers, every name once.
struct Flat(HashMap<String, String>);

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Flat;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a flat object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flat, A::Error> {
                let mut fields = HashMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    let text = match value {
                        Value::String(text) => text,
                        Value::Number(number) => number.to_string(),
                        Value::Null => String::new(),
                        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(A::Error::custom("flat")),
                    };
                    if fields.insert(name, text).is_some() {
                        return Err(A::Error::custom("a name twice"));
                    }
                }
                Ok(Flat(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

static JSON: LazyLock<Vec<Field>> = LazyLock::new(|| fields(JSON_NAMES, rule));
static ROOT: LazyLock<Vec<Field>> = LazyLock::new(|| fields(ROOT_NAMES, rule));

const SEX: &[&str] = &["0", "1"];
const FLAG: &[&str] = &["0", "1"];
const CONCLUSION: &[&str] = &["A0-1", "A0-2", "A0-3"];

fn rule(name: &str) -> (Presence, Form) {
    let presence = match name {
        "MAHUYEN_THUONGTRU" | "NGAYKHAM" | "NGAYKHAMLAI" | "LYDO" | "TINHTRANGBENH" | "UUID" | "CREATEDDATE"
        | "USERCREATE" | "STATUS" | "ACTION" | "ECITIZENCODE" | "MOBILE" | "EMAIL" => Presence::May,
        _ => Presence::Must,
    };
    let form = match name {
        "SO" => DriverNumber,
        "GIOITINHVAL" => OneOf(SEX),
        "NGAYSINH" | "NGAYTHANGNAMCAPCMND" | "NGAYTHANGNAMCAPCMD" | "NGAYKHAM" | "NGAYKETLUAN" | "NGAYKHAMLAI" => {
            SlashedDay
        }
        "MATINH_THUONGTRU" => Digits(2),
        "MAHUYEN_THUONGTRU" => Text(3),
        "MAXA_THUONGTRU" => Digits(5),
        "SOCMND_PASSPORT" => IdentityNumber,
        "IDBENHVIEN" => Text(5),
        "NONGDOCON" => Decimal,
        "DVINONGDOCON" | "MATUY" => OneOf(FLAG),
        "KETLUAN" => OneOf(CONCLUSION),
        "HANGBANGLAI" => LicenceClass,
        "DIACHITHUONGTRU" | "LYDO" | "TINHTRANGBENH" => Text(1024),
        "STATE" => OneOf(&["ADD", "EDIT"]),
        "SIGNDATA" => Text(4 * 1024 * 1024),
        "UUID" | "ECITIZENCODE" => Text(64),
        "CREATEDDATE" | "STATUS" | "ACTION" | "MOBILE" => Text(32),
        _ => Text(255),
    };
    (presence, form)
}

const JSON_NAMES: &str = "\
    SO HOTEN GIOITINHVAL NGAYSINH DIACHITHUONGTRU MATINH_THUONGTRU MAHUYEN_THUONGTRU MAXA_THUONGTRU \
    SOCMND_PASSPORT NGAYTHANGNAMCAPCMND NOICAP IDBENHVIEN BENHVIEN NGAYKHAM NONGDOCON DVINONGDOCON MATUY \
    NGAYKETLUAN BACSYKETLUAN KETLUAN HANGBANGLAI NGAYKHAMLAI LYDO TINHTRANGBENH STATE SIGNDATA";

const ROOT_NAMES: &str = "\
    UUID CREATEDDATE USERCREATE STATUS ACTION SO HOTEN NGAYSINH GIOITINHVAL SOCMND_PASSPORT NGAYTHANGNAMCAPCMD \
    NOICAP ECITIZENCODE MOBILE EMAIL DIACHITHUONGTRU MATINH_THUONGTRU MAHUYEN_THUONGTRU MAXA_THUONGTRU NONGDOCON \
    DVINONGDOCON MATUY KETLUAN HANGBANGLAI NGAYKETLUAN BACSYKETLUAN NGAYKHAMLAI LYDO TINHTRANGBENH";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Algorithms;
    use proptest::prelude::*;
    use time::macros::datetime;

    const RULES: Rules =
        Rules { algorithms: Algorithms::Modern, max_file_bytes: 10_000, now: datetime!(2026-11-23 08:00 UTC) };

    fn reason(body: &str) -> String {
        judge(body.as_bytes(), "31999", RULES).err().expect("refused").reason
    }

    #[test]
    fn a_request_that_is_not_of_the_contract_is_refused_with_its_reason() {
        assert!(reason("[]").contains("flat"));
        assert!(reason("{\"SO\":\"1\",\"SO\":\"1\"}").contains("twice"));
        assert!(reason("{\"SO\":{}}").contains("flat"));
        assert!(reason("{\"NGAYTHANGNAMCAPCMD\":\"\"}").contains("not of the contract"));
        assert!(reason("{\"SO\":\"00001/GKSKLX/34001/25\"}").contains("HOTEN is empty"));
        assert!(reason("{\"SO\":\"1/GKSKLX/34001/25\"}").contains("SO is not of its form"));
    }

    proptest! {
        #[test]
        fn no_body_panics(body in "\\PC*|\\{(\"[A-Z]{1,4}\":\"\\PC{0,5}\",?){0,4}\\}") {
            prop_assert!(judge(body.as_bytes(), "31999", RULES).is_err());
        }
    }
}
