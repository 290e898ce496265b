//! The check-in message XML0 (GATEWAY.md 1.3): held since the check-in, written when the hospital's system says that the
//! first cost of the visit arose, signed and sent like a certificate. Not for emergencies.
//!
//! The contract shows no `Id` in this message; our signature refers to one on DSACH_TRANG_THAI_KCB (our reading).

use api::{Base64, VisitId};
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::PrimitiveDateTime;
use time::macros::format_description;

use crate::app::App;
use crate::check_in::CheckInMessage;
use crate::dispatch::body_place;
use crate::identify::outbox_place;
use crate::keys::{SealError, Sealed};
use crate::store::{DispatchKind, DispatchStep, HeldMessage, NewJob, StoreError};

/// MA_DOITUONG_KCB of an emergency.
const EMERGENCY: &str = "2";

/// What only the hospital's system knows of the message, with the names of the contract. Texts that are absent are sent
/// empty.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "SCREAMING_SNAKE_CASE", default)]
pub struct FirstCost {
    pub ma_bn: String,
    pub ma_doituong_kcb: String,
    pub ma_loai_kcb: String,
    pub ngay_vao_noi_tru: String,
    pub ly_do_vnt: String,
    pub ma_ly_do_vnt: String,
    pub ma_dich_vu: String,
    pub ten_dich_vu: String,
    pub ma_thuoc: String,
    pub ten_thuoc: String,
    pub ma_vat_tu: String,
    pub ten_vat_tu: String,
    /// `yyyyMMddHHmm`
    pub ngay_yl: String,
    pub du_phong: String,
}

/// What became of the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// It will be signed and sent.
    Queued,
    /// An emergency sends none.
    NotForEmergencies,
    /// The signal came before.
    ReleasedBefore,
}

#[derive(Debug, thiserror::Error)]
pub enum FirstCostError {
    #[error("no check-in message is held for this visit")]
    NoMessage,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is too long")]
    TooLong(&'static str),
    #[error("{0} is not of its form")]
    Form(&'static str),
    #[error("a first service, medicine or supply is named by code and name")]
    NoCost,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FirstCost {
    /// The limits of the contract's table.
    fn check(&self) -> Result<(), FirstCostError> {
        let sizes: [(&'static str, &str, usize); 14] = [
            ("MA_BN", &self.ma_bn, 100),
            ("MA_DOITUONG_KCB", &self.ma_doituong_kcb, 4),
            ("MA_LOAI_KCB", &self.ma_loai_kcb, 2),
            ("NGAY_VAO_NOI_TRU", &self.ngay_vao_noi_tru, 12),
            ("LY_DO_VNT", &self.ly_do_vnt, 1024),
            ("MA_LY_DO_VNT", &self.ma_ly_do_vnt, 5),
            ("MA_DICH_VU", &self.ma_dich_vu, 50),
            ("TEN_DICH_VU", &self.ten_dich_vu, 1024),
            ("MA_THUOC", &self.ma_thuoc, 255),
            ("TEN_THUOC", &self.ten_thuoc, 1024),
            ("MA_VAT_TU", &self.ma_vat_tu, 255),
            ("TEN_VAT_TU", &self.ten_vat_tu, 1024),
            ("NGAY_YL", &self.ngay_yl, 12),
            ("DU_PHONG", &self.du_phong, 1024),
        ];
        for (name, text, size) in sizes {
            if text.chars().count() > size {
                return Err(FirstCostError::TooLong(name));
            }
            if text.chars().any(char::is_control) {
                return Err(FirstCostError::Form(name));
            }
        }
        for (name, text, _) in [sizes[0], sizes[1], sizes[2], sizes[12]] {
            if text.trim().is_empty() {
                return Err(FirstCostError::Missing(name));
            }
        }
        let digits_and_dots = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !digits_and_dots(&self.ma_doituong_kcb) {
            return Err(FirstCostError::Form("MA_DOITUONG_KCB"));
        }
        if self.ma_loai_kcb.len() != 2 || !digits_and_dots(&self.ma_loai_kcb) {
            return Err(FirstCostError::Form("MA_LOAI_KCB"));
        }
        if !is_minute(&self.ngay_yl) {
            return Err(FirstCostError::Form("NGAY_YL"));
        }
        if !self.ngay_vao_noi_tru.is_empty() {
            if !is_minute(&self.ngay_vao_noi_tru) {
                return Err(FirstCostError::Form("NGAY_VAO_NOI_TRU"));
            }
            if self.ly_do_vnt.is_empty() {
                return Err(FirstCostError::Missing("LY_DO_VNT"));
            }
        }
        let named = |code: &str, name: &str| !code.is_empty() && !name.is_empty();
        let any = named(&self.ma_dich_vu, &self.ten_dich_vu)
            || named(&self.ma_thuoc, &self.ten_thuoc)
            || named(&self.ma_vat_tu, &self.ten_vat_tu);
        any.then_some(()).ok_or(FirstCostError::NoCost)
    }
}

fn is_minute(text: &str) -> bool {
    let format = format_description!("[year][month][day][hour][minute]");
    text.len() == 12 && PrimitiveDateTime::parse(text, format).is_ok()
}

/// The signal: writes the message and posts it to be signed, in one transaction. The same signal twice sends once.
pub async fn release(app: &App, visit: VisitId, cost: &FirstCost, actor: &str) -> Result<Release, FirstCostError> {
    cost.check()?;
    let now = app.now_ms();
    let row = visit.to_string();
    let emergency = cost.ma_doituong_kcb == EMERGENCY;
    let outcome = if emergency { "emergency" } else { "released" };
    let mut tx = app.store.begin().await?;
    let payload = match tx.take_held_message(visit, outcome, now).await? {
        HeldMessage::Taken(payload) => payload,
        HeldMessage::TakenBefore => return Ok(Release::ReleasedBefore),
        HeldMessage::Absent => return Err(FirstCostError::NoMessage),
    };
    tx.audit(actor, "first_cost", Some(visit), outcome, now).await?;
    if emergency {
        tx.commit().await?;
        return Ok(Release::NotForEmergencies);
    }
    let message = Sealed::<CheckInMessage>::from_stored(payload).open(&app.keys, outbox_place(&row))?;
    let xml = write(&message, cost).into_bytes();
    let content_hash = Sha256::digest(&xml).into();
    tx.post_job(NewJob {
        step: DispatchStep::Sign,
        subject: visit.0,
        kind: DispatchKind::CheckIn,
        natural_key: &format!("{}:{visit}", app.config.hospital.facility_code.as_str()),
        issue: 1,
        body: Sealed::seal(&app.keys, body_place(DispatchStep::Sign, &row), &Base64(xml)),
        content_hash,
        after: None,
        now,
    })
    .await?;
    tx.commit().await?;
    Ok(Release::Queued)
}

/// The 26 elements in the order of the contract, and an empty slot for the signature.
fn write(message: &CheckInMessage, cost: &FirstCost) -> String {
    let sex = message.gioi_tinh.to_string();
    let elements: [(&str, &str); 26] = [
        ("MA_LK", &message.ma_lk),
        ("STT", "1"),
        ("MA_BN", &cost.ma_bn),
        ("HO_TEN", &message.ho_ten),
        ("SO_CCCD", &message.so_cccd),
        ("NGAY_SINH", &message.ngay_sinh),
        ("GIOI_TINH", &sex),
        ("MA_THE_BHYT", &message.ma_the_bhyt),
        ("MA_DKBD", &message.ma_dkbd),
        ("GT_THE_TU", &message.gt_the_tu),
        ("GT_THE_DEN", &message.gt_the_den),
        ("MA_DOITUONG_KCB", &cost.ma_doituong_kcb),
        ("NGAY_VAO", &message.ngay_vao),
        ("NGAY_VAO_NOI_TRU", &cost.ngay_vao_noi_tru),
        ("LY_DO_VNT", &cost.ly_do_vnt),
        ("MA_LY_DO_VNT", &cost.ma_ly_do_vnt),
        ("MA_LOAI_KCB", &cost.ma_loai_kcb),
        ("MA_CSKCB", &message.ma_cskcb),
        ("MA_DICH_VU", &cost.ma_dich_vu),
        ("TEN_DICH_VU", &cost.ten_dich_vu),
        ("MA_THUOC", &cost.ma_thuoc),
        ("TEN_THUOC", &cost.ten_thuoc),
        ("MA_VAT_TU", &cost.ma_vat_tu),
        ("TEN_VAT_TU", &cost.ten_vat_tu),
        ("NGAY_YL", &cost.ngay_yl),
        ("DU_PHONG", &cost.du_phong),
    ];
    let id = format!("Id-{}", message.ma_lk);
    let mut writer = Writer::new(Vec::new());
    let mut put = |event: Event<'_>| {
        let written = writer.write_event(event);
        debug_assert!(written.is_ok(), "a vector takes every byte");
    };
    put(Event::Start(BytesStart::new("CHI_TIEU_TRANG_THAI_KCB")));
    put(Event::Start(BytesStart::new("DSACH_TRANG_THAI_KCB").with_attributes([("Id", id.as_str())])));
    put(Event::Start(BytesStart::new("TRANG_THAI_KCB")));
    for (name, text) in elements {
        put(Event::Start(BytesStart::new(name)));
        put(Event::Text(BytesText::new(text)));
        put(Event::End(BytesEnd::new(name)));
    }
    put(Event::End(BytesEnd::new("TRANG_THAI_KCB")));
    put(Event::End(BytesEnd::new("DSACH_TRANG_THAI_KCB")));
    put(Event::Empty(BytesStart::new("CHUKYDONVI")));
    put(Event::End(BytesEnd::new("CHI_TIEU_TRANG_THAI_KCB")));
    String::from_utf8(writer.into_inner()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost() -> FirstCost {
        FirstCost {
            ma_bn: "BN-1".into(),
            ma_doituong_kcb: "1.1".into(),
            ma_loai_kcb: "01".into(),
            ma_dich_vu: "02.1895".into(),
            ten_dich_vu: "Khám <Nội> & tim".into(),
            ngay_yl: "202611230815".into(),
            ..FirstCost::default()
        }
    }

    #[test]
    fn each_rule_of_the_table_is_held() {
        assert!(cost().check().is_ok());
        type Change = fn(&mut FirstCost);
        let wrong: [(Change, &str); 9] = [
            (|cost| cost.ma_bn.clear(), "MA_BN is missing"),
            (|cost| cost.ma_doituong_kcb = "x".into(), "MA_DOITUONG_KCB is not of its form"),
            (|cost| cost.ma_loai_kcb = "1".into(), "MA_LOAI_KCB is not of its form"),
            (|cost| cost.ngay_yl = "202613230815".into(), "NGAY_YL is not of its form"),
            (|cost| cost.ngay_vao_noi_tru = "202611230900".into(), "LY_DO_VNT is missing"),
            (|cost| cost.ten_dich_vu.clear(), "a first service, medicine or supply is named by code and name"),
            (|cost| cost.ten_thuoc = "x".repeat(1025), "TEN_THUOC is too long"),
            (|cost| cost.ma_bn = "a\u{0}".into(), "MA_BN is not of its form"),
            (|cost| cost.ngay_yl.clear(), "NGAY_YL is missing"),
        ];
        for (change, said) in wrong {
            let mut cost = cost();
            change(&mut cost);
            assert_eq!(cost.check().expect_err(said).to_string(), said);
        }
    }

    #[test]
    fn the_message_has_every_element_in_order_and_escapes_its_texts() {
        let message = CheckInMessage {
            ma_lk: "v".into(),
            ho_ten: "Nguyễn Văn Mẫu".into(),
            so_cccd: String::new(),
            ngay_sinh: "198501150000".into(),
            gioi_tinh: 1,
            ma_the_bhyt: String::new(),
            ma_dkbd: String::new(),
            gt_the_tu: String::new(),
            gt_the_den: String::new(),
            ngay_vao: "202611230800".into(),
            ma_cskcb: "31999".into(),
        };
        let xml = write(&message, &cost());
        assert!(
            xml.starts_with("<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB Id=\"Id-v\"><TRANG_THAI_KCB><MA_LK>v<")
        );
        assert!(xml.contains("<TEN_DICH_VU>Khám &lt;Nội&gt; &amp; tim</TEN_DICH_VU><MA_THUOC></MA_THUOC>"));
        assert!(xml.ends_with("</DSACH_TRANG_THAI_KCB><CHUKYDONVI/></CHI_TIEU_TRANG_THAI_KCB>"));
        assert_eq!(xml.matches("</").count(), 26 + 3);
    }
}
