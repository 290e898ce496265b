//! What people do with a certificate, each as one transaction: the move, its event, and what follows of it.
//!
//! A paper is one certificate, or for a driver with several classes one certificate a class; moves at the desk are made
//! with the whole paper. How a paper is frozen is in [`super::freeze`].

use api::Base64;
use identity::CitizenId;

use super::sealed::{draft_place, person_hash, practitioner_place, words_place};
use super::{CertificateState, Move, Why};
use crate::app::App;
use crate::keys::{SealError, Sealed};
use crate::store::{
    CertificateId, CertificateKind, JobState, MoveError, NewCertificate, NumberingError, Part, PractitionerSignature,
    Replacement, StoreError, Transition, Tx,
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

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    Numbering(#[from] NumberingError),
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
    let mut tx = app.store.begin().await?;
    let id = open_in(&mut tx, app, (kind, None), draft, by).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same in a transaction that does more, with the number where somebody else drew one.
pub(crate) async fn open_in(
    tx: &mut Tx,
    app: &App,
    (kind, number): (CertificateKind, Option<(i32, u32)>),
    draft: Draft<'_>,
    by: By<'_>,
) -> Result<CertificateId, StoreError> {
    let id = CertificateId::new();
    write(tx, app, (id, kind, number), draft, None, by).await?;
    tx.audit(by.actor, "certificate_opened", None, &id.to_string(), app.now_ms()).await?;
    Ok(id)
}

/// Writes the draft of a later issue, which keeps the first one's number and waits for it before it is sent. Of a driver's
/// paper with several classes, freezing adds the other classes.
pub async fn reissue(
    app: &App,
    first: CertificateId,
    draft: Draft<'_>,
    by: By<'_>,
) -> Result<CertificateId, CertificateError> {
    let mut tx = app.store.begin().await?;
    let id = reissue_in(&mut tx, app, first, draft, by).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same in a transaction that does more.
pub(crate) async fn reissue_in(
    tx: &mut Tx,
    app: &App,
    first: CertificateId,
    draft: Draft<'_>,
    by: By<'_>,
) -> Result<CertificateId, CertificateError> {
    let id = CertificateId::new();
    let row = tx.certificate(first).await?.ok_or(MoveError::NotFound)?;
    if row.replaced_by.is_some() || row.state == CertificateState::Void {
        return Err(CertificateError::Replaced);
    }
    if row.frozen.is_none() {
        return Err(CertificateError::NotFrozen);
    }
    for sibling in tx.paper(row.paper).await? {
        // A later issue of another class that is still written takes this class along.
        if let Some(later) = sibling.replaced_by
            && tx.certificate(later).await?.is_some_and(|later| later.frozen.is_none() && !later.state.is_settled())
        {
            return Err(CertificateError::Replaced);
        }
    }
    let replaces = Replacement { first, issue: row.issue + 1, number: row.number };
    write(tx, app, (id, row.kind, None), draft, Some((replaces, &row.variant)), by).await?;
    tx.audit(by.actor, "certificate_reissue_opened", None, &format!("{id} for {first}"), app.now_ms()).await?;
    Ok(id)
}

async fn write(
    tx: &mut Tx,
    app: &App,
    (id, kind, number): (CertificateId, CertificateKind, Option<(i32, u32)>),
    draft: Draft<'_>,
    replaces: Option<(Replacement, &str)>,
    by: By<'_>,
) -> Result<(), StoreError> {
    let row = id.to_string();
    tx.open_certificate(NewCertificate {
        id,
        kind,
        paper: id,
        variant: replaces.map_or("", |(_, variant)| variant),
        draft: Sealed::seal(&app.keys, draft_place(&row), &Base64(draft.content.to_vec())),
        confirmer: draft.confirmer.map(|number| person_hash(&app.keys, number)),
        people: &people(app, draft.people),
        replaces: replaces.map(|(replaces, _)| replaces),
        number,
        actor: by.actor,
        now: app.now_ms(),
    })
    .await
}

/// What a saved draft came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    pub state: CertificateState,
    /// Every row of the paper that holds the draft.
    pub rows: Vec<CertificateId>,
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
    let saved = save_in(&mut tx, app, (id, revision), draft, checked, by).await?;
    tx.commit().await?;
    Ok(saved.state)
}

/// The same in a transaction that does more. Rows of one paper hold one draft.
pub(crate) async fn save_in(
    tx: &mut Tx,
    app: &App,
    (id, revision): (CertificateId, i64),
    draft: Draft<'_>,
    checked: Checked,
    by: By<'_>,
) -> Result<Saved, CertificateError> {
    let way = match checked {
        Checked::Clean => Move::Save,
        Checked::Blocked => Move::Block,
    };
    let confirmer = draft.confirmer.map(|number| person_hash(&app.keys, number));
    let people = people(app, draft.people);
    let saved = tx.certificate(id).await?.ok_or(MoveError::NotFound)?;
    if saved.revision != revision {
        return Err(MoveError::Overtaken.into());
    }
    let mut rows = tx.paper(saved.paper).await?;
    rows.retain(|row| row.id == id || matches!(row.state, CertificateState::Draft | CertificateState::Blocked));
    let mut state = saved.state;
    for row in &rows {
        let content = Sealed::seal(&app.keys, draft_place(&row.id.to_string()), &Base64(draft.content.to_vec()));
        if !tx.redraft((row.id, row.revision), content, confirmer).await? {
            return Err(MoveError::Overtaken.into());
        }
        tx.concern(row.id, &people).await?;
        state = tx.apply(row.id, way, transition(app, row.id, by)).await?;
    }
    Ok(Saved { state, rows: rows.into_iter().map(|row| row.id).collect() })
}

/// A draft that was just written has a finding that blocks it.
pub(crate) async fn block_in(tx: &mut Tx, app: &App, id: CertificateId, by: By<'_>) -> Result<(), MoveError> {
    tx.apply(id, Move::Block, transition(app, id, by)).await.map(drop)
}

/// Puts it before the citizen, who may still correct it.
pub async fn ask_citizen(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    each_of(app, paper, Move::AskCitizen, by).await
}

/// A practitioner's detached signatures, each over the frozen bytes of one certificate.
pub async fn practitioner_signs(
    app: &App,
    login: &str,
    signatures: &[(CertificateId, Vec<u8>)],
) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    for (id, signature) in signatures {
        let row = tx.certificate(*id).await?.ok_or(MoveError::NotFound)?;
        let frozen = row.frozen.ok_or(CertificateError::NotFrozen)?;
        tx.record_practitioner_signature(PractitionerSignature {
            certificate: *id,
            login: login.to_owned(),
            frozen_hash: frozen.hash,
            signature: Sealed::seal(&app.keys, practitioner_place(&id.to_string()), &Base64(signature.clone())),
            signed_at: app.now_ms(),
        })
        .await?;
    }
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

/// Gives up a paper with its number. One that the gateway accepted is revoked with us; the gateway knows no such message.
pub async fn void(app: &App, paper: CertificateId, by: By<'_>) -> Result<(), CertificateError> {
    let mut tx = app.store.begin().await?;
    let mut rows = tx.paper(paper).await?;
    rows.retain(|row| !matches!(row.state, CertificateState::Void | CertificateState::Replaced));
    if rows.is_empty() {
        return Err(MoveError::NotFound.into());
    }
    for row in rows {
        tx.apply(row.id, Move::Void, transition(app, row.id, by)).await?;
        if !tx.cancel_jobs(row.id.0, app.now_ms()).await? {
            return Err(CertificateError::Started);
        }
        tx.unlink_reissue(row.id).await?;
    }
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

fn people(app: &App, people: &[(CitizenId, Part)]) -> Vec<([u8; 32], Part)> {
    people.iter().map(|(number, part)| (person_hash(&app.keys, number), *part)).collect()
}
