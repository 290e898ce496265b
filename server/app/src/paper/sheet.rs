//! A certificate on A4: its fields, who stands for it, and the codes that lead back here.

use api::Base64;
use print::{Code, Facility, Issue, Seal, Signatures, Standing, compose};
use time::OffsetDateTime;
use xmldsig::{verify_enveloped, verify_paper};

use super::declared::annex;
use super::public::{Validity, statement, validity};
use super::{OpenPaper, practitioner_seals};
use crate::app::App;
use crate::certificate::{CertificateError, public_token};
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::dispatch::body_place;
use crate::keys::SealError;
use crate::staff::name_of;
use crate::store::{CertificateKind, DispatchStep, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("papers.fonts is not configured")]
    NoFonts,
    #[error(transparent)]
    Print(#[from] print::PrintError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("printing was cut off")]
    CutOff,
}

impl From<StoreError> for SheetError {
    fn from(error: StoreError) -> Self {
        Self::Certificate(error.into())
    }
}

impl From<SealError> for SheetError {
    fn from(error: SealError) -> Self {
        Self::Certificate(error.into())
    }
}

/// The paper as a PDF file. Before the facility signed it, it says that it is a draft.
pub async fn pdf(app: &App, paper: &OpenPaper) -> Result<Vec<u8>, SheetError> {
    let fonts = app.fonts.clone().ok_or(SheetError::NoFonts)?;
    let sheet = sheet(app, paper).await?;
    let printing = tokio::task::spawn_blocking(move || print::pdf(&sheet, &fonts));
    Ok(printing.await.map_err(|_| SheetError::CutOff)??)
}

async fn sheet(app: &App, paper: &OpenPaper) -> Result<print::Paper, SheetError> {
    let hospital = &app.config.hospital;
    let papers = &app.config.papers;
    let row = &paper.row;
    let validity = validity(row.state);
    let mut practitioners = Vec::new();
    for (login, seal) in practitioner_seals(app, row).await? {
        practitioners.push((name_of(app, &login).await?.unwrap_or(login), seal));
    }
    let citizen = app.store.confirmations_of(row.id).await?.last().map(|confirmed| Seal {
        what: if confirmed.answer.is_some() {
            "Đã xác nhận tại kiosk bằng thẻ căn cước".to_owned()
        } else {
            "Đã xác nhận tại kiosk".to_owned()
        },
        when: minute(from_unix_ms(confirmed.confirmed_at).to_offset(HO_CHI_MINH)),
        fingerprint: Some(hex::encode(confirmed.text_hash)),
    });
    let standing = match validity {
        None => Standing::Draft,
        Some(Validity::Replaced) => Standing::Withdrawn("ĐÃ ĐƯỢC THAY THẾ – KHÔNG CÒN GIÁ TRỊ".to_owned()),
        Some(Validity::Revoked) => Standing::Withdrawn("ĐÃ THU HỒI – KHÔNG CÒN GIÁ TRỊ".to_owned()),
        Some(Validity::Issued) if row.issue > 1 => Standing::Reissued(format!("(Cấp lại lần {})", row.issue - 1)),
        Some(Validity::Issued) => Standing::Issued,
    };
    let (codes, verification) = match validity {
        Some(_) => codes(app, paper)?,
        None => (Vec::new(), Vec::new()),
    };
    let mut issue = Issue {
        facility: Facility {
            authority: papers.authority.clone(),
            name: hospital.name_vi.clone(),
            code: hospital.facility_code.as_str().to_owned(),
            address: papers.address.clone(),
        },
        number: paper.number(app),
        standing,
        place: papers.place.clone(),
        signatures: Signatures { citizen, practitioners, facility: facility_seal(app, paper).await? },
        codes,
        verification,
        annex: None,
        made_at: app.now().to_offset(HO_CHI_MINH),
    };
    let draft = paper.corrected_draft();
    if row.kind == CertificateKind::Driver {
        issue.annex = annex(app, row, (draft.get("HOTEN"), &papers.place)).await?;
    }
    Ok(compose(&draft, &app.certificates.codes, issue))
}

fn codes(app: &App, paper: &OpenPaper) -> Result<(Vec<Code>, Vec<String>), SheetError> {
    let mut codes = Vec::new();
    let mut words = Vec::new();
    if let (Some(url), Some(token)) = (&app.config.papers.public_url, public_token(&app.keys, &paper.row)?) {
        let link = format!("{}/v/{token}", url.trim_end_matches('/'));
        words.push("Quét mã thứ nhất để biết giấy này còn giá trị hay đã được thay thế, thu hồi.".to_owned());
        words.push(link.clone());
        codes.push(Code { caption: "Kiểm tra trực tuyến".to_owned(), content: link });
    }
    if let Some(statement) = statement(app, paper) {
        codes.push(Code {
            caption: "Kiểm tra ngoại tuyến".to_owned(), content: statement.sign(app.keys.papers())
        });
        words.push(
            "Mã còn lại mang chữ ký số của cơ sở tại thời điểm cấp, kiểm tra bằng khóa công khai của cơ sở.".to_owned(),
        );
    }
    Ok((codes, words))
}

/// The facility's signature as it went, or will go, on the wire.
async fn facility_seal(app: &App, paper: &OpenPaper) -> Result<Option<Seal>, SheetError> {
    let id = paper.row.id;
    let Some(sealed) = app.store.signed_bytes(id.0).await? else { return Ok(None) };
    let bytes = sealed.open(&app.keys, body_place(DispatchStep::Send, &id.to_string()))?;
    let seal = match paper.row.kind {
        CertificateKind::Birth | CertificateKind::Death => {
            verify_paper(&bytes.0).ok().map(|paper| (paper.signing_time(), paper.signer().fingerprint()))
        }
        CertificateKind::Driver => root_of(&bytes.0)
            .and_then(|root| verify_enveloped(&root).ok())
            .map(|root| (root.claimed_signing_time(), root.signer().fingerprint())),
    };
    Ok(seal.map(|(at, fingerprint)| Seal {
        what: "Đã ký số bằng chứng thư của cơ sở".to_owned(),
        when: minute(at.to_offset(HO_CHI_MINH)),
        fingerprint: Some(hex::encode(fingerprint)),
    }))
}

/// SIGNDATA of a driver record.
fn root_of(record: &[u8]) -> Option<Vec<u8>> {
    let record: serde_json::Value = serde_json::from_slice(record).ok()?;
    let mut root: Base64 = serde_json::from_value(record.get("SIGNDATA")?.clone()).ok()?;
    Some(std::mem::take(&mut root.0))
}

/// `dd/MM/yyyy HH:mm`
pub(super) fn minute(local: OffsetDateTime) -> String {
    let (date, time) = (local.date(), local.time());
    let month = u8::from(date.month());
    format!("{:02}/{month:02}/{} {:02}:{:02}", date.day(), date.year(), time.hour(), time.minute())
}
