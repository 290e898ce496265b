//! Certificates as people see and call them: filled from a chip, read and confirmed at kiosks, signed by practitioners,
//! printed, and verified by whoever holds the paper. How they live and reach the gateway is in [`crate::certificate`] and
//! [`crate::dispatch`].

pub mod citizen;
mod confirm;
mod declaration;
mod declared;
mod given;
mod holder;
mod keyring;
mod public;
mod sheet;
mod siblings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use api::papers::Answer;
use certificates::{Certificate, CertificateNumber, Draft, Kind, Level, Numbered};
use identity::CitizenId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::certificate::{By, CertificateError, Checked, Draft as Content, PaperError};
use crate::certificate::{
    context, draft_of, number_text, open_in, people_of_draft, read_draft, reissue_in, save_in, write_draft,
};
use crate::keys::{Place, Sealed};
use crate::refusal::Refusal;
use crate::store::{CertificateId, CertificateKind, CertificateRow, StoreError, Tx};

pub use confirm::{confirm, give_nonce};
pub use declaration::{questionnaire, save_answers, submit};
pub use declared::{Declared, declared};
pub use given::{GivenAnswer, GivenError, GivenFinding, Reference, take};
pub use holder::{Candidate, candidates, fill};
pub use keyring::{Keyring, PractitionerError, practitioner_seals, sign};
pub use public::{Validity, Verified, published_key, verify};
pub use sheet::{SheetError, pdf};
pub use siblings::{begin_sibling, findings};

/// What the desk knows beside the draft.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notes {
    /// Twelve digits: who reads and confirms.
    pub confirmer: Option<String>,
    /// Fields that a chip filled: nobody types them again (Luật Căn cước 26/2023 Đ20 k3).
    pub locked: BTreeSet<String>,
    /// Commune field -> codes proposed from an address, likeliest first; gone when a person decided.
    pub proposed: BTreeMap<String, Vec<String>>,
    /// What the citizen wants otherwise; the draft takes it over when he or she confirms.
    pub corrected: BTreeMap<String, String>,
    /// Papers of one birth share it.
    pub confinement: Option<Uuid>,
}

/// A correction as it is kept: what stood there, what was proposed.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredCorrection {
    pub field: String,
    pub before: String,
    pub proposed: String,
}

/// Answers of one version of the questions.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredAnswers {
    pub version: String,
    pub answers: Vec<Answer>,
}

/// A paper opened: its row, what it says, what is known beside it.
#[derive(Clone)]
pub struct OpenPaper {
    pub row: CertificateRow,
    pub draft: Draft,
    pub notes: Notes,
}

impl Notes {
    /// Of a paper that this person confirms.
    pub fn of(confirmer: Option<String>, confinement: Option<Uuid>) -> Self {
        Self { confirmer, locked: BTreeSet::new(), proposed: BTreeMap::new(), corrected: BTreeMap::new(), confinement }
    }

    /// Who confirms, if the desk entered somebody.
    pub fn confirmer(&self) -> Option<CitizenId> {
        self.confirmer.as_deref().and_then(|number| CitizenId::parse(number).ok())
    }
}

impl OpenPaper {
    pub async fn find(app: &App, id: CertificateId) -> Result<Option<Self>, CertificateError> {
        match app.store.certificate(id).await? {
            Some(row) => Ok(Some(Self::of(app, row).await?)),
            None => Ok(None),
        }
    }

    pub async fn of(app: &App, row: CertificateRow) -> Result<Self, CertificateError> {
        let draft = read_draft(&draft_of(&app.keys, &row)?)?;
        let notes = app.store.paper_notes(row.id).await?;
        let notes = notes.map(|notes| notes.open(&app.keys, notes_place(&row.id.to_string()))).transpose()?;
        Ok(Self { row, draft, notes: notes.unwrap_or_default() })
    }

    /// The draft with what the citizen wants otherwise.
    pub fn corrected_draft(&self) -> Draft {
        let mut draft = self.draft.clone();
        for (field, value) in &self.notes.corrected {
            // Checked when it was proposed; a field that is gone since is left out.
            draft.set(field, value).ok();
        }
        draft
    }

    /// As it would be signed now; none while a finding blocks it.
    pub fn certificate(&self, app: &App) -> Option<Certificate> {
        parsed(app, &self.corrected_draft())
    }

    pub fn number(&self, app: &App) -> Option<String> {
        let facility = &app.config.hospital.facility_code;
        self.row
            .number
            .filter(|_| self.row.natural_key.is_some())
            .map(|number| number_text(self.row.kind, facility, number))
    }

    /// The certificate with its number, once it has one.
    pub fn numbered(&self, app: &App) -> Option<Numbered> {
        let number = CertificateNumber::parse(&self.number(app)?).ok()?;
        self.certificate(app)?.with_number(number, &app.config.hospital.facility_code).ok()
    }
}

/// Writes a new paper with its notes.
pub async fn begin(app: &App, draft: &Draft, notes: &Notes, by: By<'_>) -> Result<CertificateId, CertificateError> {
    let mut tx = app.store.begin().await?;
    let id = begin_in(&mut tx, app, (draft, None), notes, by).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same in a transaction that does more, with the number where somebody else drew one.
pub(crate) async fn begin_in(
    tx: &mut Tx,
    app: &App,
    (draft, number): (&Draft, Option<(i32, u32)>),
    notes: &Notes,
    by: By<'_>,
) -> Result<CertificateId, StoreError> {
    let (content, people) = (write_draft(draft), people_of_draft(draft));
    let confirmer = notes.confirmer();
    let content = Content { content: &content, confirmer: confirmer.as_ref(), people: &people };
    let id = open_in(tx, app, (kind_code(draft.kind()), number), content, by).await?;
    put_notes(tx, app, id, notes).await?;
    Ok(id)
}

/// Writes the draft of a later issue with its notes.
pub async fn begin_reissue(
    app: &App,
    first: CertificateId,
    draft: &Draft,
    notes: &Notes,
    by: By<'_>,
) -> Result<CertificateId, CertificateError> {
    let (content, people) = (write_draft(draft), people_of_draft(draft));
    let confirmer = notes.confirmer();
    let content = Content { content: &content, confirmer: confirmer.as_ref(), people: &people };
    let mut tx = app.store.begin().await?;
    let id = reissue_in(&mut tx, app, first, content, by).await?;
    put_notes(&mut tx, app, id, notes).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes what the desk changed, with what its check comes to.
pub async fn write(
    app: &App,
    paper: &OpenPaper,
    revision: i64,
    by: By<'_>,
) -> Result<crate::certificate::CertificateState, CertificateError> {
    let (content, people) = (write_draft(&paper.draft), people_of_draft(&paper.draft));
    let confirmer = paper.notes.confirmer();
    let content = Content { content: &content, confirmer: confirmer.as_ref(), people: &people };
    let found = findings(app, paper).await?;
    let blocked = found.iter().any(|finding| finding.level() == Level::Block);
    let checked = if blocked { Checked::Blocked } else { Checked::Clean };
    let mut tx = app.store.begin().await?;
    let saved = save_in(&mut tx, app, (paper.row.id, revision), content, checked, by).await?;
    for row in saved.rows {
        put_notes(&mut tx, app, row, &paper.notes).await?;
    }
    tx.commit().await?;
    Ok(saved.state)
}

pub(crate) async fn put_notes(tx: &mut Tx, app: &App, id: CertificateId, notes: &Notes) -> Result<(), StoreError> {
    if let Some(confinement) = notes.confinement {
        tx.join_confinement(confinement, id).await?;
    }
    tx.put_paper_notes(id, Sealed::seal(&app.keys, notes_place(&id.to_string()), notes)).await
}

pub fn kind_of(kind: CertificateKind) -> Kind {
    match kind {
        CertificateKind::Birth => Kind::Birth,
        CertificateKind::Death => Kind::Death,
        CertificateKind::Driver => Kind::Driver,
    }
}

pub fn kind_code(kind: Kind) -> CertificateKind {
    match kind {
        Kind::Birth => CertificateKind::Birth,
        Kind::Death => CertificateKind::Death,
        Kind::Driver => CertificateKind::Driver,
    }
}

fn parsed(app: &App, draft: &Draft) -> Option<Certificate> {
    certificates::parse(draft, &context(app)).ok()
}

pub(crate) fn notes_place(row: &str) -> Place<'_> {
    Place { column: "paper_notes.notes", row }
}

pub(crate) fn correction_place(row: &str) -> Place<'_> {
    Place { column: "paper_corrections.correction", row }
}

pub(crate) fn saved_answers_place(row: &str) -> Place<'_> {
    Place { column: "saved_answers.answers", row }
}

pub(crate) fn declaration_place(row: &str) -> Place<'_> {
    Place { column: "declarations.answers", row }
}

impl From<CertificateError> for Refusal {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Store(error) => Self::Store(error),
            CertificateError::Seal(error) => Self::Seal(error),
            CertificateError::Move(crate::store::MoveError::Store(error)) => Self::Store(error),
            CertificateError::Paper(PaperError::Findings(_)) => Self::PaperChanged,
            CertificateError::Move(_)
            | CertificateError::Paper(_)
            | CertificateError::Numbering(_)
            | CertificateError::NotFrozen
            | CertificateError::Frozen
            | CertificateError::Replaced
            | CertificateError::Started
            | CertificateError::HasNumber
            | CertificateError::Build(_)
            | CertificateError::Variants => Self::PaperNotWaiting,
        }
    }
}

/// Personal: Debug counts.
impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Notes({} locked, {} corrected)", self.locked.len(), self.corrected.len())
    }
}

impl fmt::Debug for OpenPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenPaper({}, {})", self.row.id, self.row.state.code())
    }
}

impl fmt::Debug for StoredCorrection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredCorrection({})", self.field)
    }
}

impl fmt::Debug for StoredAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredAnswers({} answers)", self.answers.len())
    }
}
