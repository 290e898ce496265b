//! The gateway over HTTP: papers (GATEWAY.md 1.5), driver records (1.7), check-in messages (1.3).
//!
//! What each answer means is decided by [`classify`], which errs on one side: an answer that is not plainly a yes or a no
//! is *unknown*, HTTP 5xx and `MaKetQua` 500 among them (our reading: a server error does not say that nothing was kept).

use std::sync::Arc;
use std::time::Duration;

use api::Base64;
use identity::FacilityCode;
use serde_json::Value;
use time::PrimitiveDateTime;
use time::macros::format_description;
use zeroize::Zeroizing;

use super::carrier::{Carrier, Carrying, Outcome, Parcel, Pass, Reply};
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::insurance::{Account, Silence, facility_of};
use crate::outbound::{self, OutboundError};
use crate::store::DispatchKind;

/// No answer comes near it.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// `MaGD` is `HS_CHUNGTU<maCSKCB>_<GUID>`.
const MAX_RECEIPT_BYTES: usize = 200;
const MAX_CODE_BYTES: usize = 16;

pub struct HttpCarrier {
    client: reqwest::Client,
    /// Of papers and check-ins.
    account: Arc<Account>,
    /// Of the driver service, which has no tokens.
    driver: Option<Arc<Account>>,
    deadline: Duration,
}

impl HttpCarrier {
    pub fn new(account: Arc<Account>, driver: Option<Arc<Account>>, deadline: Duration) -> Self {
        Self { client: outbound::client(), account, driver, deadline }
    }

    fn url(&self, target: &str) -> String {
        if target.starts_with("http://") || target.starts_with("https://") {
            return target.to_owned();
        }
        format!("{}{target}", self.account.base_url())
    }

    fn request(&self, parcel: Parcel<'_>, pass: &Pass) -> Option<reqwest::RequestBuilder> {
        let request = self.client.post(self.url(parcel.target));
        let facility = parcel.facility.as_str();
        let account = &self.account;
        match (parcel.kind, &pass.token) {
            (DispatchKind::Birth | DispatchKind::Death, Some(token)) => {
                // Wrong, it is filed wrongly without a word.
                let kind = if parcel.kind == DispatchKind::Death { "60" } else { "61" };
                let file = base64_text(parcel.body);
                let form = [
                    ("maCskcb", facility),
                    ("token", &token.access_token),
                    ("id_token", &token.id_token),
                    ("username", account.username()),
                    ("password", account.password()),
                    ("loaiHs", kind),
                    ("fileBase64Str", &file),
                ];
                Some(request.form(&form))
            }
            (DispatchKind::CheckIn, Some(token)) => {
                let file = base64_text(parcel.body);
                let form = [
                    ("username", account.username()),
                    ("loaiHoSo", "0"),
                    ("maTinh", parcel.facility.province()),
                    ("maCSKCB", facility),
                    ("fileHSBase64", &file),
                ];
                let headers = request
                    .header("accessToken", &token.access_token)
                    .header("tokenId", &token.id_token)
                    .header("passwordHash", account.password());
                Some(headers.form(&form))
            }
            (DispatchKind::Driver, None) => {
                let driver = self.driver.as_ref()?;
                let headers = request
                    .header("Username", driver.username())
                    .header("Password", driver.password())
                    .header("content-type", "application/json");
                Some(headers.body(parcel.body.to_vec()))
            }
            (DispatchKind::Birth | DispatchKind::Death | DispatchKind::CheckIn, None)
            | (DispatchKind::Driver, Some(_)) => None,
        }
    }
}

impl Carrier for HttpCarrier {
    fn pass(&self, kind: DispatchKind) -> Carrying<'_, Result<Pass, Silence>> {
        Box::pin(async move {
            match kind {
                DispatchKind::Birth | DispatchKind::Death | DispatchKind::CheckIn => {
                    let token = self.account.token().await?;
                    Ok(Pass { facility: token.facility(), token: Some(token) })
                }
                DispatchKind::Driver => {
                    let driver = self.driver.as_ref().ok_or(Silence::NoAccount)?;
                    Ok(Pass { facility: facility_of(driver.username()), token: None })
                }
            }
        })
    }

    fn renew<'a>(&'a self, kind: DispatchKind, old: &'a Pass) -> Carrying<'a, Result<Pass, Silence>> {
        Box::pin(async move {
            if let Some(token) = &old.token {
                self.account.forget(token).await;
            }
            self.pass(kind).await
        })
    }

    fn carry<'a>(&'a self, parcel: Parcel<'a>, pass: &'a Pass) -> Carrying<'a, Reply> {
        Box::pin(async move {
            let Some(request) = self.request(parcel, pass) else {
                // Nothing was sent: the pass is not of this service.
                return Reply { outcome: Outcome::NotConnected, answer: Vec::new() };
            };
            let sending = tokio::time::timeout(self.deadline, outbound::send(request, MAX_ANSWER_BYTES));
            match sending.await {
                Ok(Ok((status, body))) => {
                    Reply { outcome: classify(parcel.kind, status, &body), answer: body.to_vec() }
                }
                Ok(Err(OutboundError::NotConnected)) => Reply { outcome: Outcome::NotConnected, answer: Vec::new() },
                Ok(Err(OutboundError::Broken)) => Reply::unknown("connection_broke"),
                Ok(Err(OutboundError::TooLarge)) => Reply::unknown("answer_too_large"),
                Err(_) => Reply::unknown("timed_out"),
            }
        })
    }
}

fn base64_text(bytes: &[u8]) -> Zeroizing<String> {
    match serde_json::to_value(Base64(bytes.to_vec())) {
        Ok(Value::String(text)) => Zeroizing::new(text),
        Ok(_) | Err(_) => unreachable!("base64 is a text"),
    }
}

/// What an answer says about the record.
pub(crate) fn classify(kind: DispatchKind, status: u16, body: &[u8]) -> Outcome {
    let unknown = |why: &str| Outcome::Unknown { why: why.to_owned() };
    match status {
        200 => {}
        401 => return Outcome::TokenRefused,
        408 => return unknown("http_408"),
        400..=499 => return Outcome::Refused { code: format!("http_{status}") },
        _ => return unknown(&format!("http_{status}")),
    }
    let Ok(Value::Object(answer)) = serde_json::from_slice::<Value>(body) else { return unknown("garbled") };
    // Names differ in their first letter between services and versions.
    let field = |name: &str| {
        let found = answer.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        match found {
            Some(Value::String(text)) => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        }
    };
    let receipt = |name: &str| field(name).filter(|text| !text.is_empty() && text.len() <= MAX_RECEIPT_BYTES);
    let (code, receipt) = match kind {
        DispatchKind::Birth | DispatchKind::Death => (field("MaKetQua"), receipt("MaGD")),
        DispatchKind::CheckIn => (field("maKetQua"), receipt("maGiaoDich")),
        DispatchKind::Driver => {
            let yes = field("MSG_STATE").map(|state| if state == "1" { "200".to_owned() } else { state });
            (yes, receipt("UUID"))
        }
    };
    let Some(code) = code else { return unknown("garbled") };
    let plain = !code.is_empty() && code.len() <= MAX_CODE_BYTES && code.bytes().all(|b| b.is_ascii_digit());
    match (code.as_str(), receipt) {
        ("200", Some(receipt)) => {
            let received_at = field("ThoiGianTiepNhan").and_then(|text| local_second(&text));
            Outcome::Accepted { receipt, received_at }
        }
        ("200", None) => unknown("no_receipt"),
        ("401", _) => Outcome::TokenRefused,
        ("500", _) => unknown("500"),
        (_, _) if plain => Outcome::Refused { code },
        (_, _) => unknown("garbled"),
    }
}

/// `yyyyMMddHHmmss`, local time.
fn local_second(text: &str) -> Option<i64> {
    let format = format_description!("[year][month][day][hour][minute][second]");
    PrimitiveDateTime::parse(text, format).ok().map(|local| unix_ms(local.assume_offset(HO_CHI_MINH)))
}

/// The destinations of the contract, for kinds of which nobody entered another.
pub(crate) fn built_in_target(kind: DispatchKind) -> &'static str {
    match kind {
        DispatchKind::Birth | DispatchKind::Death => "/api/hososuckhoe/guiGiayToDienTu",
        DispatchKind::Driver => "/api/hssk/gksk",
        DispatchKind::CheckIn => "/api/qd130/checkInKcbQd3176",
    }
}

/// The facility of a natural key: `00001.GCS.31999.26`, `00001/GKSKLX/31999/26 B2`, `31999:<visit>`.
pub(crate) fn facility_in(natural_key: &str) -> Option<FacilityCode> {
    if let Some((facility, _)) = natural_key.split_once(':') {
        return FacilityCode::parse(facility).ok();
    }
    let mut parts = natural_key.split(['.', '/']);
    FacilityCode::parse(parts.nth(2)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(kind: DispatchKind, body: &str) -> Outcome {
        classify(kind, 200, body.as_bytes())
    }

    fn unknown(why: &str) -> Outcome {
        Outcome::Unknown { why: why.into() }
    }

    #[test]
    fn a_yes_needs_a_receipt_and_a_no_its_code() {
        let birth = DispatchKind::Birth;
        let yes = r#"{"MaKetQua":"200","MaGD":"HS_CHUNGTU31999_x","ThoiGianTiepNhan":"20261123080000"}"#;
        let Outcome::Accepted { receipt, received_at } = of(birth, yes) else { panic!("a yes") };
        assert_eq!((receipt.as_str(), received_at), ("HS_CHUNGTU31999_x", Some(1_795_395_600_000)));
        assert_eq!(
            of(birth, r#"{"MaKetQua":200,"MaGD":"x"}"#),
            Outcome::Accepted { receipt: "x".into(), received_at: None }
        );
        assert_eq!(of(birth, r#"{"MaKetQua":"200","MaGD":""}"#), unknown("no_receipt"));
        assert_eq!(of(birth, r#"{"MaKetQua":"205"}"#), Outcome::Refused { code: "205".into() });
        assert_eq!(of(birth, r#"{"maKetQua":"1001"}"#), Outcome::Refused { code: "1001".into() });
        assert_eq!(of(birth, r#"{"maKetQua":"401"}"#), Outcome::TokenRefused);
        let driver = DispatchKind::Driver;
        let yes = r#"{"MSG_STATE":"1","MSG_TEXT":"ok","UUID":"u"}"#;
        assert_eq!(of(driver, yes), Outcome::Accepted { receipt: "u".into(), received_at: None });
        assert_eq!(of(driver, r#"{"MSG_STATE":"0","UUID":null}"#), Outcome::Refused { code: "0".into() });
        let check_in = r#"{"maKetQua":"200","maGiaoDich":"TT"}"#;
        assert_eq!(of(DispatchKind::CheckIn, check_in), Outcome::Accepted { receipt: "TT".into(), received_at: None });
    }

    #[test]
    fn whatever_is_neither_leaves_the_outcome_unknown() {
        for body in ["", "<html>", "{}", "[]", r#"{"MaKetQua":"OK"}"#, r#"{"MaKetQua":null}"#, r#"{"MaGD":"x"}"#] {
            assert_eq!(of(DispatchKind::Death, body), unknown("garbled"), "{body}");
        }
        assert_eq!(of(DispatchKind::Death, r#"{"MaKetQua":"500"}"#), unknown("500"));
        for (status, expected) in [
            (500, unknown("http_500")),
            (502, unknown("http_502")),
            (302, unknown("http_302")),
            (204, unknown("http_204")),
            (408, unknown("http_408")),
            (429, Outcome::Refused { code: "http_429".into() }),
            (413, Outcome::Refused { code: "http_413".into() }),
            (401, Outcome::TokenRefused),
        ] {
            assert_eq!(classify(DispatchKind::Birth, status, b""), expected, "{status}");
        }
    }

    #[test]
    fn the_facility_stands_in_every_natural_key() {
        for key in ["00001.GCS.31999.26", "00001/GKSKLX/31999/26 B2", "31999:0197"] {
            assert_eq!(facility_in(key).expect(key).as_str(), "31999");
        }
        assert!(facility_in("00001.GCS").is_none() && facility_in("").is_none());
    }

    proptest! {
        #[test]
        fn no_answer_panics(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
            for kind in DispatchKind::ALL {
                classify(*kind, status, &body);
            }
        }

        #[test]
        fn no_natural_key_panics(key in ".{0,40}") {
            facility_in(&key);
        }
    }
}
