//! Twins and more at the desk: what only shows beside the papers of the other children of the same birth.

use certificates::{BirthCertificate, Content, Draft, Finding, Kind};
use identity::CitizenId;
use uuid::Uuid;

use super::{OpenPaper, parsed};
use crate::app::App;
use crate::certificate::{CertificateError, CertificateState, check, person_hash};
use crate::store::{CertificateId, CertificateKind, CertificateRow};

/// The newest papers of one mother that are looked at.
const MAX_PAPERS: u32 = 50;

/// Every finding of a paper at this moment, those beside its siblings among them.
pub async fn findings(app: &App, paper: &OpenPaper) -> Result<Vec<Finding>, CertificateError> {
    let mut findings = check(app, &paper.draft);
    findings.extend(beside_siblings(app, &paper.draft, paper.notes.confinement, Some(&paper.row)).await?);
    Ok(findings)
}

/// Findings that only show beside the papers of the other children. None while the draft itself is blocked, or a sibling's
/// paper: there is nothing yet to compare.
pub(super) async fn beside_siblings(
    app: &App,
    draft: &Draft,
    confinement: Option<Uuid>,
    row: Option<&CertificateRow>,
) -> Result<Vec<Finding>, CertificateError> {
    let Some(own) = birth(app, draft) else { return Ok(Vec::new()) };
    let mut others = Vec::new();
    for other in candidates(app, draft, confinement).await? {
        // An earlier or later issue of this paper is the same child.
        let same = row
            .is_some_and(|row| other.id == row.id || row.replaces == Some(other.id) || other.replaces == Some(row.id));
        if same || !stands(other.state) || other.replaced_by.is_some() {
            continue;
        }
        let other = OpenPaper::of(app, other).await?;
        others.extend(birth(app, &other.corrected_draft()));
    }
    Ok(own.check_siblings(&others.iter().map(AsRef::as_ref).collect::<Vec<&BirthCertificate>>()))
}

/// Papers that the desk wrote for the same confinement, and births of the same mother.
async fn candidates(
    app: &App,
    draft: &Draft,
    confinement: Option<Uuid>,
) -> Result<Vec<CertificateRow>, CertificateError> {
    let mut rows = Vec::new();
    if let Ok(mother) = CitizenId::parse(draft.get("SO_CCCD_NND")) {
        rows = app.store.certificates_for(&person_hash(&app.keys, &mother), MAX_PAPERS).await?;
        rows.retain(|row| row.kind == CertificateKind::Birth);
    }
    if let Some(confinement) = confinement {
        for id in app.store.papers_of_confinement(confinement).await? {
            if !rows.iter().any(|row| row.id == id) {
                rows.extend(app.store.certificate(id).await?);
            }
        }
    }
    Ok(rows)
}

fn birth(app: &App, draft: &Draft) -> Option<Box<BirthCertificate>> {
    if draft.kind() != Kind::Birth {
        return None;
    }
    match parsed(app, draft)?.content() {
        Content::Birth(birth) => Some(birth.clone()),
        Content::Death(_) | Content::Driver(_) => None,
    }
}

fn stands(state: CertificateState) -> bool {
    !matches!(state, CertificateState::Replaced | CertificateState::Discarded | CertificateState::Void)
}

/// A paper like `first` for another child of the same birth: everything of the mother and the confinement, nothing of the
/// child.
pub async fn begin_sibling(
    app: &App,
    first: &OpenPaper,
    by: crate::certificate::By<'_>,
) -> Result<CertificateId, CertificateError> {
    let mut draft = first.draft.clone();
    for code in OF_THE_CHILD {
        // Every one is a field of a birth.
        draft.set(code, "").map_err(|_| CertificateError::Variants)?;
    }
    let mut notes = first.notes.clone();
    notes.confinement.get_or_insert_with(Uuid::now_v7);
    let mut tx = app.store.begin().await?;
    super::put_notes(&mut tx, app, first.row.id, &notes).await?;
    notes.corrected.clear();
    let id = super::begin_in(&mut tx, app, (&draft, None), &notes, by).await?;
    tx.commit().await?;
    Ok(id)
}

const OF_THE_CHILD: [&str; 9] = [
    "MA_GCS",
    "SO",
    "SO_SERI",
    "TEN_CON",
    "GIOI_TINH_CON",
    "CAN_NANG_CON",
    "NGAY_SINH_CON",
    "TINH_TRANG_CON",
    "MA_THE_TAM",
];
