//! Freezing: the number is drawn, the bytes are fixed and, where nothing is left to wait for, the signing job is posted, all
//! in one transaction.

use std::collections::BTreeSet;

use api::Base64;
use identity::FacilityCode;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::desk::{By, CertificateError, transition};
use super::sealed::{draft_place, frozen_place, token_hash, token_place};
use super::{CertificateState, Move, Why};
use crate::app::App;
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::dispatch::body_place;
use crate::failpoint;
use crate::keys::Sealed;
use crate::paper::notes_place;
use crate::store::{
    CertificateId, CertificateKind, CertificateRow, DispatchKind, DispatchStep, Frozen, MoveError, NewCertificate,
    NewJob, Replacement, Tx,
};

/// Where the number comes from. A re-issue, and a paper that was taken back, keep theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberSource {
    Drawn,
    /// By the hospital's own system, from its ranges.
    Given(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeTo {
    /// Frozen so that practitioners can sign and the citizen reads what they signed; [`release`] follows.
    AskCitizen,
    Sign,
}

#[derive(Debug, Clone, Copy)]
pub struct Freezing {
    /// The moment of NGAY_CT.
    pub issued_at: OffsetDateTime,
    pub number: NumberSource,
    pub to: FreezeTo,
}

/// The bytes of one certificate as they will be signed.
#[derive(Clone)]
pub struct Payload {
    /// Licence class of a driver record; empty elsewhere.
    pub variant: String,
    pub bytes: Vec<u8>,
}

/// Draws the number, makes the bytes, and goes on. `build` gets the draft and the number as it is written.
pub async fn freeze<F>(
    app: &App,
    paper: CertificateId,
    freezing: Freezing,
    by: By<'_>,
    build: F,
) -> Result<Vec<CertificateId>, CertificateError>
where
    F: FnOnce(&[u8], &str) -> Result<Vec<Payload>, Box<dyn std::error::Error + Send + Sync>>,
{
    let mut tx = app.store.begin().await?;
    let mut open: Vec<CertificateRow> = tx.paper(paper).await?;
    open.retain(|row| matches!(row.state, CertificateState::Draft | CertificateState::WaitingForCitizen));
    let first = open.first().cloned().ok_or(MoveError::NotFound)?;
    if open.iter().any(|row| row.frozen.is_some()) {
        return Err(CertificateError::Frozen);
    }
    let year = freezing.issued_at.to_offset(HO_CHI_MINH).year();
    let number = match (first.number, freezing.number) {
        (Some(kept), _) => kept,
        (None, NumberSource::Drawn) => (year, tx.draw_number(first.kind, year).await?),
        (None, NumberSource::Given(number)) => {
            tx.check_given_number(first.kind, year, number).await?;
            (year, number)
        }
    };
    let written = number_text(first.kind, &app.config.hospital.facility_code, number);
    let draft = first.draft.open(&app.keys, draft_place(&first.id.to_string()))?;
    let payloads = build(&draft.0, &written).map_err(CertificateError::Build)?;
    let variants: BTreeSet<&str> = payloads.iter().map(|payload| payload.variant.as_str()).collect();
    if payloads.is_empty() || variants.len() != payloads.len() {
        return Err(CertificateError::Variants);
    }

    let mut frozen = Vec::with_capacity(payloads.len());
    for payload in &payloads {
        let row = match place(&open, payload, &variants) {
            Some(index) => open.remove(index),
            None => sibling(&mut tx, app, (&first, &payload.variant), &draft, by).await?,
        };
        freeze_row(&mut tx, app, (&row, payload), (number, &written), freezing, by).await?;
        frozen.push(row.id);
    }
    let dropped = By { why: Why::ClassDropped, words: None, ..by };
    for row in open {
        tx.apply(row.id, Move::Void, transition(app, row.id, dropped)).await?;
        tx.unlink_reissue(row.id).await?;
    }
    tx.audit(by.actor, "certificate_frozen", None, &format!("{paper} {written}"), app.now_ms()).await?;
    failpoint::reach("freeze.written");
    tx.commit().await?;
    failpoint::reach("freeze.committed");
    Ok(frozen)
}

/// The row of this class; else one of a class that is not wanted any more and that replaces nothing.
fn place(open: &[CertificateRow], payload: &Payload, wanted: &BTreeSet<&str>) -> Option<usize> {
    let unwanted = |row: &CertificateRow| row.replaces.is_none() && !wanted.contains(row.variant.as_str());
    open.iter().position(|row| row.variant == payload.variant).or_else(|| open.iter().position(unwanted))
}

/// The row of one more class of the same paper. In a later issue it replaces the row of that class in the earlier one.
async fn sibling(
    tx: &mut Tx,
    app: &App,
    (first, variant): (&CertificateRow, &str),
    draft: &Base64,
    by: By<'_>,
) -> Result<CertificateRow, CertificateError> {
    let id = CertificateId::new();
    let row = id.to_string();
    let people = tx.people_of(first.id).await?;
    let replaces = match first.replaces {
        Some(earlier) => earlier_of_class(tx, earlier, variant).await?,
        None => None,
    };
    tx.open_certificate(NewCertificate {
        id,
        kind: first.kind,
        paper: first.paper,
        variant,
        draft: Sealed::seal(&app.keys, draft_place(&row), draft),
        confirmer: first.confirmer,
        people: &people,
        replaces,
        number: first.number,
        actor: by.actor,
        now: app.now_ms(),
    })
    .await?;
    if let Some(notes) = app.store.paper_notes(first.id).await? {
        let notes = notes.open(&app.keys, notes_place(&first.id.to_string()))?;
        tx.put_paper_notes(id, Sealed::seal(&app.keys, notes_place(&row), &notes)).await?;
    }
    if first.state == CertificateState::WaitingForCitizen {
        tx.apply(id, Move::AskCitizen, transition(app, id, by)).await?;
    }
    Ok(tx.certificate(id).await?.ok_or(MoveError::NotFound)?)
}

/// What a new row of a class replaces: that class of the paper that `earlier` is of.
async fn earlier_of_class(
    tx: &mut Tx,
    earlier: CertificateId,
    variant: &str,
) -> Result<Option<Replacement>, CertificateError> {
    let earlier = tx.certificate(earlier).await?.ok_or(MoveError::NotFound)?;
    let rows = tx.paper(earlier.paper).await?;
    let of_class = |row: &&CertificateRow| row.variant == variant && row.state != CertificateState::Void;
    match rows.iter().find(of_class) {
        Some(row) if row.replaced_by.is_some() => Err(CertificateError::Replaced),
        Some(row) => Ok(Some(Replacement { first: row.id, issue: row.issue + 1, number: row.number })),
        None => Ok(None),
    }
}

async fn freeze_row(
    tx: &mut Tx,
    app: &App,
    (row, payload): (&CertificateRow, &Payload),
    (number, written): ((i32, u32), &str),
    freezing: Freezing,
    by: By<'_>,
) -> Result<(), CertificateError> {
    let id = row.id.to_string();
    let natural_key = match payload.variant.as_str() {
        "" => written.to_owned(),
        class => format!("{written} {class}"),
    };
    let token = new_token();
    // NĐ 63/2024 Đ25 names births and deaths.
    let deadline_at = match row.kind {
        CertificateKind::Birth | CertificateKind::Death => Some(unix_ms(app.working_time.deadline(freezing.issued_at))),
        CertificateKind::Driver => None,
    };
    tx.record_frozen(
        row.id,
        Frozen {
            payload: Sealed::seal(&app.keys, frozen_place(&id), &Base64(payload.bytes.clone())),
            hash: Sha256::digest(&payload.bytes).into(),
            number,
            variant: payload.variant.clone(),
            natural_key,
            issued_at: unix_ms(freezing.issued_at),
            deadline_at,
            token_hash: token_hash(&app.keys, &token),
            token: Sealed::seal(&app.keys, token_place(&id), &token),
            now: app.now_ms(),
        },
    )
    .await?;
    match (freezing.to, row.state) {
        (FreezeTo::AskCitizen, CertificateState::WaitingForCitizen) => Ok(()),
        (FreezeTo::AskCitizen, _) => {
            tx.apply(row.id, Move::AskCitizen, transition(app, row.id, by)).await?;
            Ok(())
        }
        (FreezeTo::Sign, _) => hand_to_signing(tx, app, row.id, by).await,
    }
}

/// A frozen paper goes on to be signed: the citizen confirmed, or the records office passes it on with a reason.
pub async fn release(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let rows = tx.paper(paper).await?;
    let waiting: Vec<_> = rows.iter().filter(|row| row.state == CertificateState::WaitingForCitizen).collect();
    if waiting.is_empty() {
        let row = rows.first().ok_or(MoveError::NotFound)?;
        row.state.after(Move::Freeze).map_err(MoveError::from)?;
    }
    for row in waiting {
        hand_to_signing(&mut tx, app, row.id, by).await?;
    }
    Ok(tx.commit().await?)
}

async fn hand_to_signing(tx: &mut Tx, app: &App, id: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    tx.apply(id, Move::Freeze, transition(app, id, by)).await?;
    let row = tx.certificate(id).await?.ok_or(MoveError::NotFound)?;
    let (Some(frozen), Some(natural_key)) = (&row.frozen, &row.natural_key) else {
        return Err(CertificateError::NotFrozen);
    };
    let name = id.to_string();
    let payload = frozen.payload.open(&app.keys, frozen_place(&name))?;
    tx.post_job(NewJob {
        step: DispatchStep::Sign,
        subject: id.0,
        kind: DispatchKind::from(row.kind),
        natural_key,
        issue: row.issue,
        body: Sealed::seal(&app.keys, body_place(DispatchStep::Sign, &name), &payload),
        content_hash: frozen.hash,
        after: None,
        now: app.now_ms(),
    })
    .await?;
    Ok(())
}

/// `NNNNN.GCS.FFFFF.YY`, `NNNNN.GBT.FFFFF.YY` or `NNNNN/GKSKLX/FFFFF/YY`.
pub fn number_text(kind: CertificateKind, facility: &FacilityCode, (year, number): (i32, u32)) -> String {
    let (facility, year) = (facility.as_str(), year.rem_euclid(100));
    match kind {
        CertificateKind::Birth => format!("{number:05}.GCS.{facility}.{year:02}"),
        CertificateKind::Death => format!("{number:05}.GBT.{facility}.{year:02}"),
        CertificateKind::Driver => format!("{number:05}/GKSKLX/{facility}/{year:02}"),
    }
}

fn new_token() -> String {
    let mut token = [0; 16];
    rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut token);
    hex::encode(token)
}
