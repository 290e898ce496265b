//! Drafts of the crate `certificates` at this desk: checked, numbered, written in the form that is signed; and drafts
//! that the hospital's own system brings.

use std::collections::BTreeSet;

use certificates::wire::{self, driver::RootStamp, driver::State, portal};
use certificates::{
    Certificate, CertificateNumber, Content as CertificateContent, Context, Draft, Finding, Kind, Level, Numbered,
};
use identity::CitizenId;
use serde_json::{Map, Value};
use time::{OffsetDateTime, PrimitiveDateTime, Time};
use uuid::Uuid;

use super::CertificateState;
use super::desk::{By, CertificateError, Draft as Content, block_in, open_in};
use super::freeze::{FreezeTo, Freezing, NumberSource, Payload, freeze};
use super::sealed::draft_of;
use crate::app::App;
use crate::clock::HO_CHI_MINH;
use crate::dispatch::DriverPayload;
use crate::paper::kind_code;
use crate::store::{CertificateId, CertificateRow, MoveError, Part};

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
    certificates::check(draft, &context(app))
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

/// Writes a draft with what its check came to.
pub async fn import(
    app: &App,
    draft: &Draft,
    confirmer: Option<&CitizenId>,
    by: By<'_>,
) -> Result<(CertificateId, Vec<Finding>), CertificateError> {
    let (content, people) = (write_draft(draft), people_of_draft(draft));
    let content = Content { content: &content, confirmer, people: &people };
    let findings = check(app, draft);
    let mut tx = app.store.begin().await?;
    let id = open_in(&mut tx, app, (kind_code(draft.kind()), None), content, by).await?;
    if findings.iter().any(|finding| finding.level() == Level::Block) {
        block_in(&mut tx, app, id, by).await?;
    }
    tx.commit().await?;
    Ok((id, findings))
}

/// Freezes a paper with the bytes of the contract. The deadline counts from now for a paper of today, and from the
/// beginning of its day for an older one. A driver's paper becomes one record for each class.
pub async fn freeze_paper(
    app: &App,
    paper: CertificateId,
    (number, to): (NumberSource, FreezeTo),
    by: By<'_>,
) -> Result<Vec<CertificateId>, CertificateError> {
    let rows = app.store.paper(paper).await?;
    let open =
        |row: &&CertificateRow| matches!(row.state, CertificateState::Draft | CertificateState::WaitingForCitizen);
    let row = rows.iter().find(open).or(rows.first()).ok_or(MoveError::NotFound)?;
    let draft = read_draft(&draft_of(&app.keys, row)?)?;
    let parsed = certificates::parse(&draft, &context(app)).map_err(PaperError::Findings)?;
    let now = app.now();
    let day = parsed.issued();
    let issued_at = if day == now.to_offset(HO_CHI_MINH).date() {
        now
    } else {
        day.with_time(Time::MIDNIGHT).assume_offset(HO_CHI_MINH)
    };
    let known = classes_there(app, row).await?;
    let freezing = Freezing { issued_at, number, to };
    freeze(app, paper, freezing, by, |_, number| Ok(payloads(app, parsed, number, &known)?)).await
}

/// Licence classes of earlier issues that the gateway has, or may have: its record is changed, not added.
async fn classes_there(app: &App, row: &CertificateRow) -> Result<BTreeSet<String>, CertificateError> {
    let mut there = BTreeSet::new();
    let mut earlier = row.replaces;
    while let Some(id) = earlier {
        let row = app.store.certificate(id).await?.ok_or(MoveError::NotFound)?;
        for row in app.store.paper(row.paper).await? {
            let never = matches!(row.state, CertificateState::Refused | CertificateState::Void);
            if row.receipt.is_some() || !never {
                there.insert(row.variant);
            }
        }
        earlier = row.replaces;
    }
    Ok(there)
}

fn payloads(
    app: &App,
    certificate: Certificate,
    number: &str,
    there: &BTreeSet<String>,
) -> Result<Vec<Payload>, PaperError> {
    let number = CertificateNumber::parse(number).map_err(|_| PaperError::Number)?;
    let facility = &app.config.hospital.facility_code;
    let paper = certificate.with_number(number, facility).map_err(|_| PaperError::Number)?;
    let payload = |record: &Numbered| -> Result<Payload, PaperError> {
        match record.certificate().content() {
            CertificateContent::Birth(_) | CertificateContent::Death(_) => {
                let document = portal::write(record, Uuid::new_v4())?;
                Ok(Payload { variant: String::new(), bytes: document.xml.into_bytes() })
            }
            CertificateContent::Driver(driver) => {
                let class = driver.classes.to_string();
                let state = if there.contains(&class) { State::Edit } else { State::Add };
                driver_payload(app, record, state, class)
            }
        }
    };
    paper.records().iter().map(payload).collect()
}

/// The record of one class.
fn driver_payload(app: &App, record: &Numbered, state: State, class: String) -> Result<Payload, PaperError> {
    let settings = &app.certificates;
    let codes = &settings.codes.conclusions;
    let stamp = RootStamp {
        uuid: Uuid::new_v4(),
        created: local(app.now()),
        user: settings.record_user.clone(),
        status: settings.record_status.clone(),
        action: state,
    };
    let root = wire::driver::root(record, &stamp, codes)?;
    // SIGNDATA is filled in when the root is signed.
    let body = wire::driver::body(record, state, b"", codes)?;
    let record: Map<String, Value> = serde_json::from_str(&body).map_err(|_| PaperError::Draft)?;
    let bytes = serde_json::to_vec(&DriverPayload { record, root }).map_err(|_| PaperError::Draft)?;
    Ok(Payload { variant: class, bytes })
}

/// What papers are read with at this moment.
pub fn context(app: &App) -> Context<'_> {
    let (facility, settings) = (&app.config.hospital.facility_code, &app.certificates.codes);
    Context { now: local(app.now()), facility, settings }
}

fn local(now: OffsetDateTime) -> PrimitiveDateTime {
    let local = now.to_offset(HO_CHI_MINH);
    PrimitiveDateTime::new(local.date(), local.time())
}
