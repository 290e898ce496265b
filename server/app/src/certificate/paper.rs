//! Drafts of the crate `certificates` at this desk: checked, numbered, written in the form that is signed; and drafts
//! that the hospital's own system brings.

use certificates::wire::{self, driver::RootStamp, driver::State, portal};
use certificates::{
    Certificate, CertificateNumber, Context, Draft, Finding, FreeText, Kind, Level, Numbered, Settings,
};
use identity::CitizenId;
use serde_json::{Map, Value};
use time::{OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

use super::desk::{
    By, CertificateError, Checked, Draft as Content, FreezeTo, Freezing, NumberSource, Payload, draft_of, freeze, open,
    save,
};
use crate::app::App;
use crate::clock::HO_CHI_MINH;
use crate::dispatch::DriverPayload;
use crate::store::{CertificateId, CertificateKind, MoveError, Part};

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error("the stored draft is not one this version writes")]
    Draft,
    #[error("findings block it: {}", codes(.0))]
    Findings(Vec<Finding>),
    #[error("the number does not fit the paper")]
    Number,
    #[error("the paper cannot be written in the form of the wire")]
    Wire(#[from] wire::WireError),
}

fn codes(findings: &[Finding]) -> String {
    let blocking = findings.iter().filter(|finding| finding.level() == Level::Block);
    blocking.map(|finding| format!("{} {}", finding.code(), finding.field())).collect::<Vec<_>>().join(", ")
}

pub fn write_draft(draft: &Draft) -> Vec<u8> {
    serde_json::to_vec(draft).expect("a draft is texts under texts")
}

pub fn read_draft(content: &[u8]) -> Result<Draft, PaperError> {
    serde_json::from_slice(content).map_err(|_| PaperError::Draft)
}

/// Every finding of a draft at this moment.
pub fn check(app: &App, draft: &Draft) -> Vec<Finding> {
    let settings = Settings::default();
    certificates::check(draft, &context(app, &settings))
}

/// Whom the paper names by a 12-digit number.
pub fn people_of_draft(draft: &Draft) -> Vec<(CitizenId, Part)> {
    let fields: &[(&str, Part)] = match draft.kind() {
        Kind::Birth => &[("SO_CCCD_NND", Part::Mother), ("SO_CCCD_CHA_NND", Part::Father)],
        Kind::Death => &[("SO_GIAYTO", Part::Deceased)],
        Kind::Driver => &[("SOCMND_PASSPORT", Part::Applicant)],
    };
    let number = |(field, part): &(&str, Part)| Some((CitizenId::parse(draft.get(field)).ok()?, *part));
    fields.iter().filter_map(number).collect()
}

/// Writes a draft of the hospital's own system, with what its check came to.
pub async fn import(
    app: &App,
    draft: &Draft,
    confirmer: Option<&CitizenId>,
    by: By<'_>,
) -> Result<(CertificateId, Vec<Finding>), CertificateError> {
    let (content, people) = (write_draft(draft), people_of_draft(draft));
    let content = Content { content: &content, confirmer, people: &people };
    let kind = match draft.kind() {
        Kind::Birth => CertificateKind::Birth,
        Kind::Death => CertificateKind::Death,
        Kind::Driver => CertificateKind::Driver,
    };
    let findings = check(app, draft);
    let id = open(app, kind, content, by).await?;
    if findings.iter().any(|finding| finding.level() == Level::Block) {
        save(app, id, 1, content, Checked::Blocked, by).await?;
    }
    Ok((id, findings))
}

/// Freezes a paper with the bytes of the contract. The deadline counts from now for a paper of today, and from the
/// beginning of its day for an older one.
pub async fn freeze_paper(
    app: &App,
    paper: CertificateId,
    (number, to): (NumberSource, FreezeTo),
    by: By<'_>,
) -> Result<Vec<CertificateId>, CertificateError> {
    let row = app.store.certificate(paper).await?.ok_or(MoveError::NotFound)?;
    let draft = read_draft(&draft_of(&app.keys, &row)?)?;
    let settings = Settings::default();
    let parsed = certificates::parse(&draft, &context(app, &settings)).map_err(PaperError::Findings)?;
    let now = app.now();
    let day = parsed.issued();
    let issued_at = if day == now.to_offset(HO_CHI_MINH).date() {
        now
    } else {
        day.with_time(Time::MIDNIGHT).assume_offset(HO_CHI_MINH)
    };
    let issue = row.issue;
    freeze(app, paper, Freezing { issued_at, number, to }, by, |_, number| {
        Ok(vec![payload(app, parsed, number, (issue, now))?])
    })
    .await
}

fn payload(
    app: &App,
    certificate: Certificate,
    number: &str,
    (issue, now): (u32, OffsetDateTime),
) -> Result<Payload, PaperError> {
    let number = CertificateNumber::parse(number).map_err(|_| PaperError::Number)?;
    let facility = &app.config.hospital.facility_code;
    let paper = certificate.with_number(number, facility).map_err(|_| PaperError::Number)?;
    match paper.certificate().kind() {
        Kind::Birth | Kind::Death => {
            let document = portal::write(&paper, Uuid::new_v4())?;
            Ok(Payload { variant: String::new(), bytes: document.xml.into_bytes() })
        }
        Kind::Driver => driver_payload(&paper, issue, now),
    }
}

fn driver_payload(paper: &Numbered, issue: u32, now: OffsetDateTime) -> Result<Payload, PaperError> {
    let codes = Settings::default().conclusions;
    let state = if issue > 1 { State::Edit } else { State::Add };
    let stamp = RootStamp {
        uuid: Uuid::new_v4(),
        created: local(now),
        user: FreeText::parse("Tiep Don").expect("a short text"),
        status: FreeText::parse("1").expect("a short text"),
        action: state,
    };
    let root = wire::driver::root(paper, &stamp, &codes)?;
    // SIGNDATA is filled in when the root is signed.
    let body = wire::driver::body(paper, state, b"", &codes)?;
    let record: Map<String, Value> = serde_json::from_str(&body).map_err(|_| PaperError::Draft)?;
    let bytes = serde_json::to_vec(&DriverPayload { record, root }).map_err(|_| PaperError::Draft)?;
    let key = paper.natural_key();
    let variant = key.split_once(' ').map_or_else(String::new, |(_, class)| class.to_owned());
    Ok(Payload { variant, bytes })
}

fn context<'a>(app: &'a App, settings: &'a Settings) -> Context<'a> {
    Context { now: local(app.now()), facility: &app.config.hospital.facility_code, settings }
}

fn local(now: OffsetDateTime) -> PrimitiveDateTime {
    let local = now.to_offset(HO_CHI_MINH);
    PrimitiveDateTime::new(local.date(), local.time())
}
