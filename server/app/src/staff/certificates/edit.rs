//! Writing: a new draft, its fields, a person from a chip, a document of the hospital's system.

use std::borrow::Cow;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use certificates::{Draft, Field, Kind, Need, fields, wire};
use identity::CitizenId;
use uuid::Uuid;

use super::super::Task;
use super::super::page;
use super::super::sent::{FormFields, Sent};
use super::super::session::Staff;
use super::words;
use crate::app::App;
use crate::certificate::{By, CertificateError, CertificateState, Why};
use crate::http::{Failure, not_found};
use crate::paper::{self, Notes, OpenPaper};
use crate::refusal::Refusal;
use crate::store::{CertificateId, CertificateKind, MoveError};

pub async fn begin(State(app): State<App>, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::WriteCertificates)?;
    let kind = form.get("kind").and_then(|code| CertificateKind::from_stored(code).ok());
    let kind = kind.ok_or_else(|| Failure::malformed("a certificate is of kind birth, death or driver"))?;
    let draft = prepared(&app, &staff, paper::kind_of(kind));
    write_new(&app, &staff, &draft).await
}

pub async fn import(State(app): State<App>, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::WriteCertificates)?;
    let document = form.text("document").trim();
    let read = wire::portal::read(document.as_bytes())
        .or_else(|_| wire::driver::read_root(document.as_bytes(), &app.certificates.codes.conclusions));
    match read {
        Ok(mut draft) => {
            // A number of another system is drawn here again, from the ranges that both share.
            draft.set(draft.kind().number_field(), "").ok();
            write_new(&app, &staff, &draft).await
        }
        Err(_) => Ok(Redirect::to("/staff/certificates?note=unreadable").into_response()),
    }
}

async fn write_new(app: &App, staff: &Staff, draft: &Draft) -> Result<Response, Failure> {
    let actor = actor(staff);
    let by = By { actor: &actor, why: Why::AsPlanned, words: None };
    let id = paper::begin(app, draft, &Notes::default(), by).await.map_err(Refusal::from)?;
    Ok(Redirect::to(&format!("/staff/certificates/{id}")).into_response())
}

/// What the house knows of every new paper.
fn prepared(app: &App, staff: &Staff, kind: Kind) -> Draft {
    let hospital = &app.config.hospital;
    let today = app.today();
    let today = format!("{:02}/{:02}/{}", today.day(), u8::from(today.month()), today.year());
    let address = app.config.papers.address.as_deref().unwrap_or_default();
    let mut draft = Draft::new(kind);
    let known: &[(&str, &str)] = match kind {
        Kind::Birth => &[("NGAY_CT", &today), ("CAP_LAN_DAU", "1"), ("NGUOI_GHI_PHIEU", &staff.name)],
        Kind::Death => &[
            ("NGAY_CAPGIAYBT", &today),
            ("NGUOI_GHIGIAY", &staff.name),
            ("MACSKCB", hospital.facility_code.as_str()),
            ("DIACHI_CSKCB", address),
        ],
        Kind::Driver => &[("IDBENHVIEN", hospital.facility_code.as_str()), ("BENHVIEN", &hospital.name_vi)],
    };
    for (code, text) in known {
        // What is too long for a draft is entered by a person.
        draft.set(code, text).ok();
    }
    draft
}

pub async fn save(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    let Some(mut open) = to_change(&app, &staff, id).await? else { return Ok(back(id, "not_allowed")) };
    for field in fields(open.draft.kind()) {
        if field.need == Need::Drawn || open.notes.locked.contains(field.code) {
            continue;
        }
        if let Some(text) = typed(&form, field) {
            let changed = open.draft.get(field.code) != text.trim();
            open.draft.set(field.code, &text).map_err(|error| Failure::malformed(&error.to_string()))?;
            if changed && !text.trim().is_empty() {
                open.notes.proposed.remove(field.code);
            }
        }
    }
    for (name, chosen) in form.iter() {
        if let Some(code) = name.strip_prefix("accept:") {
            accept(&app, &mut open, code, chosen);
        }
    }
    if let Some(number) = form.get("confirmer") {
        let number = number.trim();
        open.notes.confirmer = CitizenId::parse(number).ok().map(|number| number.as_str().to_owned());
    }
    let revision = form.get("revision").and_then(|text| text.parse().ok()).unwrap_or(0);
    write(&app, &staff, &open, revision, "saved").await
}

/// What was typed into a field; of one that takes several values, all that were chosen.
fn typed<'a>(form: &'a FormFields, field: &Field) -> Option<Cow<'a, str>> {
    match field.form {
        certificates::Form::LicenceClasses => {
            let mut chosen = form.all(field.code).peekable();
            chosen.peek()?;
            Some(chosen.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ").into())
        }
        _ => form.get(field.code).map(Cow::Borrowed),
    }
}

/// The paper, while it may be changed.
async fn to_change(app: &App, staff: &Staff, id: Uuid) -> Result<Option<OpenPaper>, Failure> {
    page::allowed(staff, Task::WriteCertificates)?;
    let open = find(app, id).await?;
    let editable = is_editable(open.row.state);
    Ok(editable.then_some(open))
}

async fn write(
    app: &App,
    staff: &Staff,
    open: &OpenPaper,
    revision: i64,
    done: &'static str,
) -> Result<Response, Failure> {
    let (id, actor) = (open.row.id.0, actor(staff));
    let by = By { actor: &actor, why: Why::AsPlanned, words: None };
    match paper::write(app, open, revision, by).await {
        Ok(_) => Ok(back(id, done)),
        Err(error) => refused(id, error),
    }
}

/// A person confirmed what the address means: commune and province together.
fn accept(app: &App, open: &mut OpenPaper, code: &str, chosen: &str) {
    let offered = open.notes.proposed.get(code).is_some_and(|codes| codes.iter().any(|one| one == chosen));
    let commune = certificates::catalogue::CommuneCode::parse(chosen, app.today());
    let field = certificates::field(open.draft.kind(), code);
    if let (true, Ok(commune), Some(field)) = (offered, commune, field)
        && let certificates::Form::Commune { province } = field.form
    {
        // Codes of the catalogue are short.
        open.draft.set(province, commune.province().as_str()).ok();
        open.draft.set(code, commune.as_str()).ok();
        open.notes.proposed.remove(code);
    }
}

pub async fn person(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    let Some(mut open) = to_change(&app, &staff, id).await? else { return Ok(back(id, "not_allowed")) };
    let role = words::roles(open.draft.kind()).iter().copied();
    let role = role.into_iter().find(|role| form.get("role") == Some(words::role_code(*role)));
    let visit = form.get("visit").and_then(|visit| visit.parse().ok()).map(api::VisitId);
    let (Some(role), Some(visit)) = (role, visit) else { return Ok(back(id, "nobody")) };
    if !paper::fill(&app, (&mut open.draft, &mut open.notes), role, visit).await? {
        return Ok(back(id, "nobody"));
    }
    let revision = open.row.revision;
    write(&app, &staff, &open, revision, "filled").await
}

pub fn is_editable(state: CertificateState) -> bool {
    matches!(state, CertificateState::Draft | CertificateState::Blocked)
}

pub async fn find(app: &App, id: Uuid) -> Result<OpenPaper, Failure> {
    match OpenPaper::find(app, CertificateId(id)).await.map_err(Refusal::from)? {
        Some(paper) => Ok(paper),
        None => Err(not_found().await),
    }
}

pub fn actor(staff: &Staff) -> String {
    format!("staff:{}", staff.login)
}

pub fn back(id: Uuid, note: &str) -> Response {
    Redirect::to(&format!("/staff/certificates/{id}?note={note}")).into_response()
}

/// Back to the paper with what was in the way; failures inside stay inside.
pub fn refused(id: Uuid, error: CertificateError) -> Result<Response, Failure> {
    let note = match &error {
        CertificateError::Move(MoveError::Overtaken) => "overtaken",
        CertificateError::Paper(_) | CertificateError::Build(_) | CertificateError::Variants => "blocked",
        CertificateError::Store(_) | CertificateError::Seal(_) | CertificateError::Move(MoveError::Store(_)) => {
            return Err(Refusal::from(error).into());
        }
        CertificateError::Move(MoveError::NotFound | MoveError::NotAllowed(_))
        | CertificateError::Numbering(_)
        | CertificateError::NotFrozen
        | CertificateError::Frozen
        | CertificateError::Replaced
        | CertificateError::Started
        | CertificateError::HasNumber => "not_allowed",
    };
    tracing::info!(certificate = %id, note, "a step at the desk was refused: {error}");
    Ok(back(id, note))
}
