//! What people do with a certificate, each as one transaction: the move, its event, and what follows of it.
//!
//! A paper is one certificate, or for a driver with several classes one certificate a class; moves at the desk are made
//! with the whole paper. Freezing draws the number, makes the bytes and, where nothing is left to wait for, posts the
//! signing job, all in one transaction.

use api::{Base64, KioskId, VisitId};
use identity::{CitizenId, FacilityCode};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CertificateState, Move, Why};
use crate::app::App;
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::dispatch::body_place;
use crate::failpoint;
use crate::keys::{Keys, Place, SealError, Sealed};
use crate::store::{
    CertificateId, CertificateKind, CertificateRow, ConfirmationRow, DispatchKind, DispatchStep, EventRow, Frozen,
    JobState, MoveError, NewCertificate, NewJob, NumberingError, Part, PractitionerSignature, Replacement, StoreError,
    Transition, Tx,
};

/// Who does it and why.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// `staff:<login>`, `kiosk:<id>`, `hospital system` or `command line`.
    pub actor: &'a str,
    pub why: Why,
    /// In the person's own words; sealed.
    pub words: Option<&'a str>,
}

/// What the desk, the hospital's system or an import wrote.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    pub content: &'a [u8],
    /// Who may read and confirm it at a kiosk.
    pub confirmer: Option<&'a CitizenId>,
    pub people: &'a [(CitizenId, Part)],
}

/// What the check of a draft came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Nothing that blocks.
    Clean,
    Blocked,
}

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

/// A citizen's confirmation as the kiosk brings it.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub kiosk: KioskId,
    pub visit: VisitId,
    pub text_hash: [u8; 32],
    pub confirmed_at: OffsetDateTime,
    /// The chip's answer to [`confirmation_challenge`].
    pub answer: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    Numbering(#[from] NumberingError),
    #[error("a person with this number neither is the confirmer nor stands on the paper")]
    NotConcerned,
    #[error("it is not frozen: there are no bytes to sign")]
    NotFrozen,
    #[error("it was frozen with its bytes: take it back to change it")]
    Frozen,
    #[error("it is replaced by a later issue, or being replaced")]
    Replaced,
    #[error("a request for it was started: only its outcome can follow")]
    Started,
    #[error("a number was drawn for it: it can become void, not be discarded")]
    HasNumber,
    #[error("the draft does not make a paper")]
    Build(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// With every finding, warnings among them.
    #[error(transparent)]
    Paper(#[from] super::paper::PaperError),
    #[error("the draft makes no certificate, or two of one class")]
    Variants,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a new draft.
pub async fn open(
    app: &App,
    kind: CertificateKind,
    draft: Draft<'_>,
    by: By<'_>,
) -> Result<CertificateId, CertificateError> {
    let id = CertificateId::new();
    let mut tx = app.store.begin().await?;
    write(&mut tx, app, (id, kind), draft, None, by).await?;
    tx.audit(by.actor, "certificate_opened", None, &id.to_string(), app.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes the draft of a later issue, which keeps the first one's number and waits for it before it is sent.
pub async fn reissue(
    app: &App,
    first: CertificateId,
    draft: Draft<'_>,
    by: By<'_>,
) -> Result<CertificateId, CertificateError> {
    let id = CertificateId::new();
    let mut tx = app.store.begin().await?;
    let row = tx.certificate(first).await?.ok_or(MoveError::NotFound)?;
    if row.replaced_by.is_some() || row.state == CertificateState::Void {
        return Err(CertificateError::Replaced);
    }
    if row.frozen.is_none() {
        return Err(CertificateError::NotFrozen);
    }
    let replaces = Replacement { first, issue: row.issue + 1, number: row.number };
    write(&mut tx, app, (id, row.kind), draft, Some(replaces), by).await?;
    tx.audit(by.actor, "certificate_reissue_opened", None, &format!("{id} for {first}"), app.now_ms()).await?;
    tx.commit().await?;
    Ok(id)
}

async fn write(
    tx: &mut Tx,
    app: &App,
    (id, kind): (CertificateId, CertificateKind),
    draft: Draft<'_>,
    replaces: Option<Replacement>,
    by: By<'_>,
) -> Result<(), StoreError> {
    let row = id.to_string();
    tx.open_certificate(NewCertificate {
        id,
        kind,
        paper: id,
        draft: Sealed::seal(&app.keys, draft_place(&row), &Base64(draft.content.to_vec())),
        confirmer: draft.confirmer.map(|number| person_hash(&app.keys, number)),
        people: &people(app, draft.people),
        replaces,
        actor: by.actor,
        now: app.now_ms(),
    })
    .await
}

/// Writes a changed draft and what its check came to. `revision` is the one that was read.
pub async fn save(
    app: &App,
    id: CertificateId,
    revision: i64,
    draft: Draft<'_>,
    checked: Checked,
    by: By<'_>,
) -> Result<CertificateState, CertificateError> {
    let mut tx = app.store.begin().await?;
    let row = id.to_string();
    let content = Sealed::seal(&app.keys, draft_place(&row), &Base64(draft.content.to_vec()));
    let confirmer = draft.confirmer.map(|number| person_hash(&app.keys, number));
    if !tx.redraft((id, revision), content, confirmer).await? {
        return Err(MoveError::Overtaken.into());
    }
    tx.concern(id, &people(app, draft.people)).await?;
    let way = match checked {
        Checked::Clean => Move::Save,
        Checked::Blocked => Move::Block,
    };
    let state = tx.apply(id, way, transition(app, id, by)).await?;
    tx.commit().await?;
    Ok(state)
}

/// Puts it before the citizen, who may still correct it.
pub async fn ask_citizen(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    each_of(app, paper, Move::AskCitizen, by).await
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
    let variants: std::collections::BTreeSet<&str> = payloads.iter().map(|payload| payload.variant.as_str()).collect();
    if payloads.is_empty() || variants.len() != payloads.len() {
        return Err(CertificateError::Variants);
    }

    let mut frozen = Vec::with_capacity(payloads.len());
    for payload in &payloads {
        let place = open.iter().position(|row| row.variant == payload.variant).or_else(|| {
            // A row of a class that is not wanted any more serves another, before one is added.
            open.iter().position(|row| !variants.contains(row.variant.as_str()))
        });
        let row = match place {
            Some(index) => open.remove(index),
            None => sibling(&mut tx, app, &first, &draft, by).await?,
        };
        freeze_row(&mut tx, app, (&row, payload), (number, &written), freezing, by).await?;
        frozen.push(row.id);
    }
    let dropped = By { why: Why::ClassDropped, words: None, ..by };
    for row in open {
        tx.apply(row.id, Move::Void, transition(app, row.id, dropped)).await?;
    }
    tx.audit(by.actor, "certificate_frozen", None, &format!("{paper} {written}"), app.now_ms()).await?;
    failpoint::reach("freeze.written");
    tx.commit().await?;
    failpoint::reach("freeze.committed");
    Ok(frozen)
}

/// Another row of the same paper.
async fn sibling(
    tx: &mut Tx,
    app: &App,
    first: &CertificateRow,
    draft: &Base64,
    by: By<'_>,
) -> Result<CertificateRow, CertificateError> {
    let id = CertificateId::new();
    let row = id.to_string();
    let people = tx.people_of(first.id).await?;
    tx.open_certificate(NewCertificate {
        id,
        kind: first.kind,
        paper: first.paper,
        draft: Sealed::seal(&app.keys, draft_place(&row), draft),
        confirmer: first.confirmer,
        people: &people,
        replaces: None,
        actor: by.actor,
        now: app.now_ms(),
    })
    .await?;
    if first.state == CertificateState::WaitingForCitizen {
        tx.apply(id, Move::AskCitizen, transition(app, id, by)).await?;
    }
    Ok(tx.certificate(id).await?.ok_or(MoveError::NotFound)?)
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

/// Keeps a citizen's confirmation: evidence for the record, whatever state the certificate is in. Who confirms is either
/// the confirmer that the ward entered, or a person on the paper.
pub async fn confirm(
    app: &App,
    id: CertificateId,
    number: &CitizenId,
    confirmation: &Confirmation,
) -> Result<(), CertificateError> {
    let person = person_hash(&app.keys, number);
    let mut tx = app.store.begin().await?;
    let row = tx.certificate(id).await?.ok_or(MoveError::NotFound)?;
    let on_paper = tx.people_of(id).await?.iter().any(|(hash, _)| *hash == person);
    if row.confirmer != Some(person) && !on_paper {
        return Err(CertificateError::NotConcerned);
    }
    let confirmation_id = Uuid::now_v7();
    let answer = confirmation
        .answer
        .as_ref()
        .map(|answer| Sealed::seal(&app.keys, answer_place(&confirmation_id.to_string()), &Base64(answer.clone())));
    tx.record_confirmation(ConfirmationRow {
        id: confirmation_id,
        certificate: id,
        kiosk: confirmation.kiosk.clone(),
        visit: confirmation.visit,
        person,
        text_hash: confirmation.text_hash,
        confirmed_at: unix_ms(confirmation.confirmed_at),
        challenge: confirmation_challenge(id, &confirmation.text_hash, unix_ms(confirmation.confirmed_at)),
        answer,
    })
    .await?;
    let actor = format!("kiosk:{}", confirmation.kiosk);
    tx.audit(&actor, "certificate_confirmed", Some(confirmation.visit), &id.to_string(), app.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// A practitioner's detached signature over the frozen bytes.
pub async fn practitioner_signs(
    app: &App,
    id: CertificateId,
    login: &str,
    signature: &[u8],
) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let row = tx.certificate(id).await?.ok_or(MoveError::NotFound)?;
    let frozen = row.frozen.ok_or(CertificateError::NotFrozen)?;
    tx.record_practitioner_signature(PractitionerSignature {
        certificate: id,
        login: login.to_owned(),
        frozen_hash: frozen.hash,
        signature: Sealed::seal(&app.keys, practitioner_place(&id.to_string()), &Base64(signature.to_vec())),
        signed_at: app.now_ms(),
    })
    .await?;
    Ok(tx.commit().await?)
}

/// Back to the desk before it was signed.
pub async fn take_back(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let rows = tx.paper(paper).await?;
    let open: Vec<_> = rows.iter().filter(|row| !row.state.is_settled()).collect();
    if open.is_empty() {
        let row = rows.first().ok_or(MoveError::NotFound)?;
        row.state.after(Move::TakeBack).map_err(MoveError::from)?;
    }
    for row in open {
        tx.apply(row.id, Move::TakeBack, transition(app, row.id, by)).await?;
        tx.cancel_jobs(row.id.0, app.now_ms()).await?;
        tx.thaw(row.id).await?;
    }
    Ok(tx.commit().await?)
}

/// Gives up a paper that never had a number.
pub async fn discard(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    for row in tx.paper(paper).await? {
        // A re-issue holds its first one's number, and has none of its own until it is frozen.
        if row.natural_key.is_some() {
            return Err(CertificateError::HasNumber);
        }
        tx.apply(row.id, Move::Discard, transition(app, row.id, by)).await?;
        tx.unlink_reissue(row.id).await?;
    }
    Ok(tx.commit().await?)
}

/// Gives up one certificate with its number. One that the gateway accepted is revoked with us; the gateway knows no such
/// message.
pub async fn void(app: &App, id: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    tx.apply(id, Move::Void, transition(app, id, by)).await?;
    if !tx.cancel_jobs(id.0, app.now_ms()).await? {
        return Err(CertificateError::Started);
    }
    tx.unlink_reissue(id).await?;
    Ok(tx.commit().await?)
}

/// Sends the same signed bytes again after a refusal whose cause is gone (an account, a size limit).
pub async fn send_again(app: &App, id: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let row = tx.certificate(id).await?.ok_or(MoveError::NotFound)?;
    if row.replaced_by.is_some() {
        return Err(CertificateError::Replaced);
    }
    tx.apply(id, Move::SendAgain, transition(app, id, by)).await?;
    if !tx.decide_job(id.0, (JobState::Refused, JobState::Ready), by.why.code(), app.now_ms()).await? {
        return Err(MoveError::Overtaken.into());
    }
    Ok(tx.commit().await?)
}

/// One move for every row of a paper.
async fn each_of(app: &App, paper: CertificateId, way: Move, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let rows = tx.paper(paper).await?;
    if rows.is_empty() {
        return Err(MoveError::NotFound.into());
    }
    for row in rows.iter().filter(|row| !row.state.is_settled()) {
        tx.apply(row.id, way, transition(app, row.id, by)).await?;
    }
    Ok(tx.commit().await?)
}

pub(crate) fn transition<'a>(app: &App, id: CertificateId, by: By<'a>) -> Transition<'a> {
    let words = by.words.map(|words| Sealed::seal(&app.keys, words_place(&id.to_string()), &words.to_owned()));
    Transition { actor: by.actor, at: app.now_ms(), why: by.why.code(), words }
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

/// What the chip answers when its holder confirms: bound to the certificate, the text and the moment.
pub fn confirmation_challenge(id: CertificateId, text_hash: &[u8; 32], confirmed_at_ms: i64) -> [u8; 8] {
    let hash = Sha256::new()
        .chain_update(b"tiepdon-confirmation-v1\n")
        .chain_update(id.0.as_bytes())
        .chain_update(text_hash)
        .chain_update(confirmed_at_ms.to_be_bytes())
        .finalize();
    let mut challenge = [0; 8];
    challenge.copy_from_slice(&hash[..8]);
    challenge
}

/// The draft as it was written.
pub fn draft_of(keys: &Keys, row: &CertificateRow) -> Result<Vec<u8>, SealError> {
    Ok(std::mem::take(&mut row.draft.open(keys, draft_place(&row.id.to_string()))?.0))
}

/// The bytes that are signed.
pub fn frozen_of(keys: &Keys, row: &CertificateRow) -> Result<Option<Vec<u8>>, SealError> {
    let frozen = row.frozen.as_ref();
    let opened = frozen.map(|frozen| frozen.payload.open(keys, frozen_place(&row.id.to_string()))).transpose()?;
    Ok(opened.map(|mut payload| std::mem::take(&mut payload.0)))
}

/// What a person wrote beside a move.
pub fn words_of(keys: &Keys, id: CertificateId, event: &EventRow) -> Result<Option<String>, SealError> {
    event.words.as_ref().map(|words| words.open(keys, words_place(&id.to_string()))).transpose()
}

/// The token of the printed QR code: 32 hexadecimal digits.
pub fn public_token(keys: &Keys, row: &CertificateRow) -> Result<Option<String>, SealError> {
    row.token.as_ref().map(|token| token.open(keys, token_place(&row.id.to_string()))).transpose()
}

/// What a presented token is looked up by.
pub fn token_hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.keyed_hash("certificate token", token.as_bytes())
}

fn new_token() -> String {
    let mut token = [0; 16];
    rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, &mut token);
    hex::encode(token)
}

/// The hash that visits are looked up by too.
pub(crate) fn person_hash(keys: &Keys, number: &CitizenId) -> [u8; 32] {
    keys.keyed_hash("number", number.as_str().as_bytes())
}

fn people(app: &App, people: &[(CitizenId, Part)]) -> Vec<([u8; 32], Part)> {
    people.iter().map(|(number, part)| (person_hash(&app.keys, number), *part)).collect()
}

fn draft_place(row: &str) -> Place<'_> {
    Place { column: "certificates.draft", row }
}

fn frozen_place(row: &str) -> Place<'_> {
    Place { column: "certificates.frozen", row }
}

fn token_place(row: &str) -> Place<'_> {
    Place { column: "certificates.token", row }
}

fn words_place(row: &str) -> Place<'_> {
    Place { column: "certificate_events.words", row }
}

fn answer_place(row: &str) -> Place<'_> {
    Place { column: "confirmations.answer", row }
}

fn practitioner_place(row: &str) -> Place<'_> {
    Place { column: "practitioner_signatures.signature", row }
}
