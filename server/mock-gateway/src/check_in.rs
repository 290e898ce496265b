//! The check-in message XML0, `checkInKcbQd3176` (GATEWAY.md 1.3).

use axum::http::HeaderMap;
use base64::Engine as _;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use crate::form::Fields;
use crate::record::{self, Issue, Kind, Record};
use crate::token::Token;

/// What the three headers hold: `accessToken`, `tokenId`, `passwordHash`.
pub(crate) fn presented_token(headers: &HeaderMap) -> (&str, &str, &str) {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    (header("accessToken"), header("tokenId"), header("passwordHash"))
}

pub(crate) fn receive(fields: &Fields, token: &Token, now: OffsetDateTime) -> (Value, Option<Record>) {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let facility = field("maCSKCB");
    if field("loaiHoSo") != "0" || facility.len() != 5 || field("maTinh") != facility.get(..2).unwrap_or_default() {
        return (refusal("202", "loaiHoSo, maTinh, maCSKCB"), None);
    }
    let xml = base64::engine::general_purpose::STANDARD
        .decode(field("fileHSBase64"))
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let read = xml.as_deref().and_then(|xml| Some((xml, visit_of(xml)?)));
    let Some((xml, visit)) = read else { return (refusal("205", "fileHSBase64"), None) };
    let file_sha256 = record::file_hash(xml.as_bytes());
    let received = Record {
        at: now,
        kind: Kind::CheckIn,
        filed_as: Kind::CheckIn,
        facility: facility.to_owned(),
        account_facility: token.facility.clone(),
        key: visit.id,
        issue: Issue::First,
        content_sha256: file_sha256.clone(),
        file_sha256,
        receipt: format!("TT_KCB{facility}_{}", Uuid::new_v4()),
        initials: record::initials(&visit.name),
        certificate: None,
    };
    let stamp = now.format(format_description!("[year][month][day][hour][minute][second]")).unwrap_or_default();
    let reply = json!({
        "maKetQua": "200", "maGiaoDich": received.receipt, "thoiGianTiepNhan": stamp, "thongDiep": "",
    });
    (reply, Some(received))
}

fn refusal(code: &str, what: &str) -> Value {
    json!({"maKetQua": code, "maGiaoDich": null, "thoiGianTiepNhan": null, "thongDiep": what})
}

struct Visit {
    id: String,
    name: String,
}

/// `MA_LK` and `HO_TEN` of a message whose mandatory fields are all there.
fn visit_of(xml: &str) -> Option<Visit> {
    const MANDATORY: [&str; 10] = [
        "MA_LK",
        "STT",
        "MA_BN",
        "HO_TEN",
        "NGAY_SINH",
        "GIOI_TINH",
        "MA_DOITUONG_KCB",
        "NGAY_VAO",
        "MA_LOAI_KCB",
        "MA_CSKCB",
    ];
    let document = roxmltree::Document::parse(xml).ok()?;
    let root = document.root_element();
    let row = root.descendants().find(|node| node.has_tag_name("TRANG_THAI_KCB"))?;
    let text = |name: &str| row.children().find(|n| n.has_tag_name(name)).and_then(|n| n.text()).unwrap_or_default();
    let complete = root.has_tag_name("CHI_TIEU_TRANG_THAI_KCB") && MANDATORY.iter().all(|name| !text(name).is_empty());
    complete.then(|| Visit { id: text("MA_LK").to_owned(), name: text("HO_TEN").to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn message() -> String {
        let fields = "<MA_LK>v-1</MA_LK><STT>1</STT><MA_BN>p-1</MA_BN><HO_TEN>Nguyễn Văn Mẫu</HO_TEN>\
            <NGAY_SINH>198501150000</NGAY_SINH><GIOI_TINH>1</GIOI_TINH><MA_DOITUONG_KCB>1.1</MA_DOITUONG_KCB>\
            <NGAY_VAO>202611230800</NGAY_VAO><MA_LOAI_KCB>01</MA_LOAI_KCB><MA_CSKCB>31999</MA_CSKCB>";
        format!(
            "<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB><TRANG_THAI_KCB>{fields}</TRANG_THAI_KCB>\
            </DSACH_TRANG_THAI_KCB><CHUKYDONVI/></CHI_TIEU_TRANG_THAI_KCB>"
        )
    }

    fn send(xml: &str, facility: &str) -> (Value, Option<Record>) {
        let fields = Fields::from([
            ("loaiHoSo".to_owned(), "0".to_owned()),
            ("maTinh".to_owned(), facility[..2].to_owned()),
            ("maCSKCB".to_owned(), facility.to_owned()),
            ("fileHSBase64".to_owned(), base64::engine::general_purpose::STANDARD.encode(xml)),
        ]);
        let token = Token {
            access: String::new(),
            id: String::new(),
            username: "31999_BV".into(),
            facility: "31999".into(),
            expires_at: OffsetDateTime::UNIX_EPOCH,
        };
        receive(&fields, &token, datetime!(2026-11-23 08:00 UTC))
    }

    #[test]
    fn a_complete_message_gets_a_transaction() {
        let (reply, received) = send(&message(), "31999");
        assert_eq!(reply["maKetQua"], "200");
        assert_eq!(reply["thoiGianTiepNhan"], "20261123080000");
        assert_eq!(received.expect("taken").key, "v-1");
    }

    #[test]
    fn an_incomplete_message_is_refused_and_a_foreign_token_is_filed_wrongly() {
        assert_eq!(send(&message().replace("<MA_BN>p-1</MA_BN>", ""), "31999").0["maKetQua"], "205");
        assert_eq!(send("<x", "31999").0["maKetQua"], "205");
        let (reply, received) = send(&message(), "31998");
        assert_eq!(reply["maKetQua"], "200");
        assert!(received.expect("taken").misattributed());
    }
}
