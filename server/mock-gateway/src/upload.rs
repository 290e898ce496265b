//! `POST /api/hososuckhoe/guiGiayToDienTu`: birth certificates and death notices (GATEWAY.md 1.5).
//!
//! The answer is a code and nothing else; why, stands on the mock's page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::FacilityCode;
use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::form::Fields;
use crate::papers::Paper;
use crate::record::{self, Issue, Kind, Record};
use crate::signature::{self, Algorithms};

/// A refusal: the code for the sender, the reason for the page. It names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub code: &'static str,
    pub reason: String,
}

impl Refused {
    pub fn new(code: &'static str, reason: impl ToString) -> Self {
        Self { code, reason: reason.to_string() }
    }
}

/// What the portal holds files to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub algorithms: Algorithms,
    pub max_file_bytes: usize,
    pub now: OffsetDateTime,
}

impl Rules {
    pub fn local_now(&self) -> OffsetDateTime {
        self.now.to_offset(VIETNAM)
    }
}

const VIETNAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Judges a request whose token is good; trust in the certificate is the register's.
pub(crate) fn judge(fields: &Fields, account_facility: &str, rules: Rules) -> Result<Record, Refused> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let facility = FacilityCode::parse(field("maCskcb")).map_err(|error| Refused::new("205", error))?;
    let filed_as = match field("loaiHs") {
        "60" => Kind::Death,
        "61" => Kind::Birth,
        _ => return Err(Refused::new("205", "loaiHs")),
    };
    let file = field("fileBase64Str");
    if file.len() / 4 * 3 > rules.max_file_bytes + 3 {
        return Err(Refused::new("1001", "fileBase64Str is too large"));
    }
    let bytes = STANDARD.decode(file).map_err(|_| Refused::new("205", "fileBase64Str is not base64"))?;
    if bytes.len() > rules.max_file_bytes {
        return Err(Refused::new("1001", "fileBase64Str is too large"));
    }
    let xml = std::str::from_utf8(&bytes).map_err(|_| Refused::new("205", "the file is not UTF-8"))?;
    let xml = xml.trim_start_matches('\u{feff}');
    let paper = Paper::of(xml);
    let signed = signature::verify(xml, paper.shape(), rules.algorithms, rules.now)
        .map_err(|error| Refused::new("205", error))?;
    let read = paper.read(&signed, rules.local_now().date()).map_err(|error| Refused::new("205", error))?;
    Ok(Record {
        at: rules.now,
        kind: match paper {
            Paper::Birth => Kind::Birth,
            Paper::Death => Kind::Death,
        },
        filed_as,
        receipt: format!("HS_CHUNGTU{}_{}", facility.as_str(), Uuid::new_v4()),
        facility: facility.as_str().to_owned(),
        account_facility: account_facility.to_owned(),
        key: read.number,
        issue: if read.first_issue { Issue::First } else { Issue::Again },
        content_sha256: record::content_hash(signed.leaves().iter().map(|(n, v)| (n.as_str(), v.as_str()))),
        file_sha256: record::file_hash(&bytes),
        initials: record::initials(&read.holder),
        certificate: Some(signed.certificate()),
    })
}

pub(crate) fn reply(accepted: &Record) -> Value {
    json!({"MaKetQua": "200", "MaGD": accepted.receipt, "ThoiGianTiepNhan": stamp(accepted.at)})
}

pub(crate) fn refusal(code: &str) -> Value {
    json!({"MaKetQua": code, "MaGD": null, "ThoiGianTiepNhan": null})
}

/// yyyyMMddHHmmss in Vietnam.
fn stamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(VIETNAM);
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const RULES: Rules =
        Rules { algorithms: Algorithms::Modern, max_file_bytes: 100, now: datetime!(2026-11-23 20:00 UTC) };

    fn refused(changes: &[(&str, &str)]) -> &'static str {
        let mut fields = Fields::from(
            [("maCskcb", "31999"), ("loaiHs", "61"), ("fileBase64Str", "PGEvPg==")].map(|(k, v)| (k.into(), v.into())),
        );
        fields.extend(changes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        judge(&fields, "31999", RULES).expect_err("refused").code
    }

    #[test]
    fn what_is_too_large_is_1001_and_what_is_no_signed_paper_is_205() {
        assert_eq!(refused(&[]), "205");
        assert_eq!(refused(&[("maCskcb", "x")]), "205");
        assert_eq!(refused(&[("loaiHs", "39")]), "205");
        assert_eq!(refused(&[("fileBase64Str", "%%%")]), "205");
        assert_eq!(refused(&[("fileBase64Str", &STANDARD.encode([0xff; 90]))]), "205");
        assert_eq!(refused(&[("fileBase64Str", &STANDARD.encode([b'x'; 101]))]), "1001");
        assert_eq!(refused(&[("fileBase64Str", &"x".repeat(10_000))]), "1001");
    }

    #[test]
    fn the_stamp_is_vietnamese_time() {
        assert_eq!(stamp(RULES.now), "20261124030000");
        assert_eq!(RULES.local_now().date(), time::macros::date!(2026 - 11 - 24));
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            refused(&[("fileBase64Str", &STANDARD.encode(bytes))]);
        }
    }
}
