//! Departments for administrators: the list in its order, one department's form, and lists that come and go as files.
//!
//! Every form carries the revision of the list it was made from; where others changed the list meanwhile, nothing is done
//! and the page says so.

mod form;
mod list;
mod words;

use api::DepartmentCode;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use interop::sheet;
use maud::Markup;
use serde::Deserialize;

use self::form::Draft;
use self::list::Import;
use super::Task;
use super::page::{self, Freshness};
use super::sent::{FormFields, Sent};
use super::session::Staff;
use super::text::Language;
use crate::app::App;
use crate::department::{self, ChangeError, Department, Wanted};
use crate::http::{Failure, not_found};
use crate::refusal::Refusal;

const LIST: &str = "/staff/departments";
/// A list of as many departments as there may be, as a form sends it.
const MAX_LIST_BYTES: usize = 1024 * 1024;

pub fn routes() -> Router<App> {
    let lists = Router::new()
        .route("/staff/departments/import", post(import))
        .route("/staff/departments/replace", post(replace))
        .layer(DefaultBodyLimit::max(MAX_LIST_BYTES));
    Router::new()
        .route(LIST, get(show))
        .route("/staff/departments/list.csv", get(download))
        .route("/staff/departments/list.js", get(script))
        .route("/staff/departments/new", get(new).post(add))
        .route("/staff/departments/{department}", get(edit).post(save))
        .route("/staff/departments/{department}/{way}", post(act))
        .layer(DefaultBodyLimit::max(super::MAX_FORM_BYTES))
        .merge(lists)
}

#[derive(Deserialize)]
struct Said {
    said: Option<String>,
}

async fn show(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Query(Said { said }): Query<Said>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    department::look(&app).await.map_err(Refusal::Store)?;
    let given = app.store.tickets_given(app.today()).await.map_err(Refusal::Store)?;
    let said = said.and_then(|code| words::said(&code, language));
    Ok(framed(&app, language, &staff, list::markup(&app.departments(), &given, &staff, language, said)))
}

async fn download(State(app): State<App>, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    department::look(&app).await.map_err(Refusal::Store)?;
    let csv = sheet::write_departments(&app.departments().to_wanted());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"departments.csv\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, csv).into_response())
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("list.js"))
}

async fn new(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    department::look(&app).await.map_err(Refusal::Store)?;
    let draft = Draft::empty(app.departments().revision());
    Ok(framed(&app, language, &staff, form::markup(&draft, None, &[], &staff, language)))
}

async fn add(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    write(&app, language, &staff, &form, None).await
}

async fn edit(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    department::look(&app).await.map_err(Refusal::Store)?;
    let Some(known) = active(&app, &code) else { return Err(not_found().await) };
    let draft = Draft::of(&known, app.departments().revision());
    Ok(framed(&app, language, &staff, form::markup(&draft, Some(&known.code), &[], &staff, language)))
}

async fn save(
    State(app): State<App>,
    language: Language,
    Path(code): Path<String>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    department::look(&app).await.map_err(Refusal::Store)?;
    let Some(known) = active(&app, &code) else { return Err(not_found().await) };
    write(&app, language, &staff, &form, Some(&known.code)).await
}

/// Adds a department, or gives the one of this code new values; or shows the form again with what is wrong.
async fn write(
    app: &App,
    language: Language,
    staff: &Staff,
    form: &FormFields,
    code: Option<&DepartmentCode>,
) -> Result<Response, Failure> {
    let mut draft = Draft::read(form, code);
    let findings = match draft.wanted() {
        Err(findings) => findings.0,
        Ok(wanted) => match replace_list(app, draft.revision, with(app, wanted, code), staff).await {
            Ok(said) => return Ok(Redirect::to(&format!("{LIST}?said={said}")).into_response()),
            Err(ChangeError::Found(findings)) => findings.seen_from(&draft.code()).0,
            Err(ChangeError::Stale) => {
                department::look(app).await.map_err(Refusal::Store)?;
                draft.revision = app.departments().revision();
                let body = form::markup_of_old(&draft, code, staff, language);
                return Ok(with_status(StatusCode::CONFLICT, framed(app, language, staff, body)));
            }
            Err(ChangeError::Store(error)) => return Err(Refusal::Store(error).into()),
        },
    };
    let body = form::markup(&draft, code, &findings, staff, language);
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, framed(app, language, staff, body)))
}

/// The list with this department in its place, or as the last. A new reception takes the place of the old one.
fn with(app: &App, wanted: Wanted, code: Option<&DepartmentCode>) -> Vec<Wanted> {
    let departments = app.departments();
    let mut list = departments.to_wanted();
    if wanted.reception {
        list.iter_mut().for_each(|other| other.reception = false);
    }
    match list.iter().position(|other| Some(&other.code) == code) {
        Some(place) => list[place] = wanted,
        None => list.push(wanted),
    }
    list
}

async fn act(
    State(app): State<App>,
    language: Language,
    Path((code, way)): Path<(String, String)>,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    let departments = app.departments();
    let Some(known) = DepartmentCode::parse(&code).ok().and_then(|code| departments.get(&code)) else {
        return Err(not_found().await);
    };
    let mut list = departments.to_wanted();
    let place = list.iter().position(|one| one.code == known.code);
    match (way.as_str(), place) {
        ("up", Some(place)) => list.swap(place.saturating_sub(1), place),
        ("down", Some(place)) => {
            let last = list.len() - 1;
            list.swap(place, last.min(place + 1));
        }
        ("retire", Some(place)) => {
            list.remove(place);
        }
        ("return", None) => list.push(Wanted { reception: false, ..known.to_wanted() }),
        // Others were quicker: the list shows how things stand.
        ("up" | "down" | "retire", None) | ("return", Some(_)) => {}
        _ => return Err(not_found().await),
    }
    match replace_list(&app, revision(&form), list, &staff).await {
        Ok(said) => Ok(Redirect::to(&format!("{LIST}?said={said}")).into_response()),
        Err(ChangeError::Stale) => Ok(Redirect::to(&format!("{LIST}?said=stale")).into_response()),
        Err(ChangeError::Found(findings)) => {
            let told = department::told(&findings, &[]);
            let body = list::refused(&told, language);
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, framed(&app, language, &staff, body)))
        }
        Err(ChangeError::Store(error)) => Err(Refusal::Store(error).into()),
    }
}

/// What a list would change, before it does.
async fn import(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    let text = form.text("list");
    let import = look_through(&app, text).await?;
    let status = match &import {
        Import::Wrong { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Import::Planned { .. } => StatusCode::OK,
    };
    let body = list::preview(&import, text, &app.departments(), &staff, language);
    Ok(with_status(status, framed(&app, language, &staff, body)))
}

/// The list that was looked at, and agreed to.
async fn replace(State(app): State<App>, language: Language, Sent { staff, form }: Sent) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerDepartments)?;
    let text = form.text("list");
    if let Ok(lines) = department::read_csv(text.as_bytes()) {
        let list = lines.into_iter().map(|(_, wanted)| wanted).collect();
        match replace_list(&app, revision(&form), list, &staff).await {
            Ok(said) => return Ok(Redirect::to(&format!("{LIST}?said={said}")).into_response()),
            Err(ChangeError::Stale | ChangeError::Found(_)) => {}
            Err(ChangeError::Store(error)) => return Err(Refusal::Store(error).into()),
        }
    }
    // Things are no longer as they were shown: they are shown again.
    let import = look_through(&app, text).await?;
    let body = list::preview(&import, text, &app.departments(), &staff, language);
    Ok(with_status(StatusCode::CONFLICT, framed(&app, language, &staff, body)))
}

async fn look_through(app: &App, text: &str) -> Result<Import, Failure> {
    let lines = match department::read_csv(text.as_bytes()) {
        Ok(lines) => lines,
        Err((findings, more)) => return Ok(Import::Wrong { findings, more }),
    };
    let wanted: Vec<Wanted> = lines.iter().map(|(_, wanted)| wanted.clone()).collect();
    match department::preview(app, &wanted).await {
        Ok((revision, plan)) => Ok(Import::Planned { revision, plan }),
        Err(ChangeError::Found(findings)) => {
            Ok(Import::Wrong { findings: department::told(&findings, &lines), more: 0 })
        }
        Err(ChangeError::Store(error)) => Err(Refusal::Store(error).into()),
        Err(ChangeError::Stale) => Err(Failure::malformed("the departments are changing: try again")),
    }
}

/// The code of what is said afterwards.
async fn replace_list(app: &App, revision: u64, list: Vec<Wanted>, staff: &Staff) -> Result<&'static str, ChangeError> {
    let plan = department::replace(app, revision, &list, &format!("staff:{}", staff.login)).await?;
    Ok(if plan.is_empty() { "unchanged" } else { "saved" })
}

fn active(app: &App, code: &str) -> Option<std::sync::Arc<Department>> {
    let code = DepartmentCode::parse(code).ok()?;
    app.department(&code).filter(|department| !department.is_retired())
}

fn revision(form: &FormFields) -> u64 {
    form.text("revision").parse().unwrap_or(0)
}

fn framed(app: &App, language: Language, staff: &Staff, body: Markup) -> Response {
    page::framed(app, language, Some(staff), Freshness::Still, body)
}

fn with_status(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response
}
