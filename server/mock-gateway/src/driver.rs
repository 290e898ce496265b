//! `POST /api/hssk/gksk`: driver health certificates (GATEWAY.md 1.7). No token: `Username`, `Password` (MD5) in headers.
//!
//! The JSON and the signed `<root>` must say the same. The class of licence is held to its alphabet only, since the
//! lists in use differ (our reading).

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::layout::Form::{Decimal, Digits, DriverNumber, IdentityNumber, LicenceClass, OneOf, SlashedDay, Text};
use crate::layout::{Field, Form, LayoutFault, Presence, Values, check_elements, check_values};
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
    for field in &JSON {
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

const fn must(name: &'static str, form: Form) -> Field {
    Field { name, presence: Presence::Must, form }
}

const fn may(name: &'static str, form: Form) -> Field {
    Field { name, presence: Presence::May, form }
}

const SEX: &[&str] = &["0", "1"];
const FLAG: &[&str] = &["0", "1"];
const CONCLUSION: &[&str] = &["A0-1", "A0-2", "A0-3"];

const JSON: [Field; 26] = [
    must("SO", DriverNumber),
    must("HOTEN", Text(255)),
    must("GIOITINHVAL", OneOf(SEX)),
    must("NGAYSINH", SlashedDay),
    must("DIACHITHUONGTRU", Text(1024)),
    must("MATINH_THUONGTRU", Digits(2)),
    may("MAHUYEN_THUONGTRU", Text(3)),
    must("MAXA_THUONGTRU", Digits(5)),
    must("SOCMND_PASSPORT", IdentityNumber),
    must("NGAYTHANGNAMCAPCMND", SlashedDay),
    must("NOICAP", Text(255)),
    must("IDBENHVIEN", Text(5)),
    must("BENHVIEN", Text(255)),
    may("NGAYKHAM", SlashedDay),
    must("NONGDOCON", Decimal),
    must("DVINONGDOCON", OneOf(FLAG)),
    must("MATUY", OneOf(FLAG)),
    must("NGAYKETLUAN", SlashedDay),
    must("BACSYKETLUAN", Text(255)),
    must("KETLUAN", OneOf(CONCLUSION)),
    must("HANGBANGLAI", LicenceClass),
    may("NGAYKHAMLAI", SlashedDay),
    may("LYDO", Text(1024)),
    may("TINHTRANGBENH", Text(1024)),
    must("STATE", OneOf(&["ADD", "EDIT"])),
    must("SIGNDATA", Text(4 * 1024 * 1024)),
];

const ROOT: [Field; 29] = [
    may("UUID", Text(64)),
    may("CREATEDDATE", Text(32)),
    may("USERCREATE", Text(255)),
    may("STATUS", Text(32)),
    may("ACTION", Text(32)),
    must("SO", DriverNumber),
    must("HOTEN", Text(255)),
    must("NGAYSINH", SlashedDay),
    must("GIOITINHVAL", OneOf(SEX)),
    must("SOCMND_PASSPORT", IdentityNumber),
    must("NGAYTHANGNAMCAPCMD", SlashedDay),
    must("NOICAP", Text(255)),
    may("ECITIZENCODE", Text(64)),
    may("MOBILE", Text(32)),
    may("EMAIL", Text(255)),
    must("DIACHITHUONGTRU", Text(1024)),
    must("MATINH_THUONGTRU", Digits(2)),
    may("MAHUYEN_THUONGTRU", Text(3)),
    must("MAXA_THUONGTRU", Digits(5)),
    must("NONGDOCON", Decimal),
    must("DVINONGDOCON", OneOf(FLAG)),
    must("MATUY", OneOf(FLAG)),
    must("KETLUAN", OneOf(CONCLUSION)),
    must("HANGBANGLAI", LicenceClass),
    must("NGAYKETLUAN", SlashedDay),
    must("BACSYKETLUAN", Text(255)),
    may("NGAYKHAMLAI", SlashedDay),
    may("LYDO", Text(1024)),
    may("TINHTRANGBENH", Text(1024)),
];

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
