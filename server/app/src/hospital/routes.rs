//! What the hospital's system posts: appointments and ticket states. It presents the key of `[hospital_system]`.

use api::ProblemCode;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use interop::fhir::{self, OperationOutcome, Systems};
use interop::sheet::{self, Findings};
use interop::{AppointmentId, AppointmentNotice};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::state::{ReportError, Reported, report};
use super::{ImportError, departments, take};
use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::http::{Failure, HospitalSystem, JsonBody, VisitPath, not_found};
use crate::queue::QueueError;
use crate::refusal::Refusal;

pub const APPOINTMENTS: &str = "/hospital-system/v1/appointments";
pub const APPOINTMENT: &str = "/hospital-system/v1/appointments/{appointment}";
pub const DEPARTMENTS: &str = "/hospital-system/v1/departments";
pub const STATE: &str = "/hospital-system/v1/visits/{visit}/state";

pub fn routes() -> Router<App> {
    Router::new()
        .route(
            APPOINTMENTS,
            post(take_appointments).layer(DefaultBodyLimit::max(sheet::MAX_BYTES.max(fhir::MAX_BYTES))),
        )
        .route(APPOINTMENT, get(appointment))
        .route(
            DEPARTMENTS,
            get(departments::read)
                .put(departments::replace)
                .layer(DefaultBodyLimit::max(sheet::MAX_BYTES.max(fhir::MAX_BYTES))),
        )
        .route(STATE, post(ticket_state))
}

async fn take_appointments(
    State(app): State<App>,
    _: HospitalSystem,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let notices = match media_type(&headers) {
        "text/csv" => match sheet::read_appointments(&body, HO_CHI_MINH) {
            Ok(notices) => notices,
            Err(findings) => return Ok(found_wrong(&listed(&findings), findings.more)),
        },
        fhir::MEDIA_TYPE | "application/json" => match read_fhir(&app, &body)? {
            Ok(notices) => notices,
            Err(outcome) => return Ok(outcome_response(&outcome)),
        },
        _ => {
            let detail = "appointments come as text/csv or application/fhir+json";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::MalformedBody, detail));
        }
    };
    match take(&app, &notices).await {
        Ok(import) => Ok(Json(import).into_response()),
        Err(ImportError::Store(error)) => Err(Refusal::Store(error).into()),
        Err(ImportError::DepartmentsUnknown(unknown)) => {
            let findings: Vec<Value> = unknown
                .iter()
                .map(|(id, department)| {
                    json!({
                        "appointment": id.as_str(), "department": department.as_str(), "code": "department_unknown",
                        "vi": "Bệnh viện không có khoa này. Hãy sửa mã khoa, hoặc khai báo khoa.",
                        "en": "The hospital has no such department. Mend the code, or configure the department.",
                    })
                })
                .collect();
            Ok(found_wrong(&findings, 0))
        }
    }
}

fn read_fhir(app: &App, body: &[u8]) -> Result<Result<Vec<AppointmentNotice>, OperationOutcome>, Failure> {
    Ok(fhir::read_appointments(body, systems(app)?))
}

pub(super) fn systems(app: &App) -> Result<&Systems, Failure> {
    let detail = "the table [fhir] of the configuration has to say which identifier systems are which";
    app.link.systems.as_ref().ok_or_else(|| Failure::malformed(detail))
}

/// Without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    form.split(';').next().unwrap_or_default().trim()
}

fn listed(findings: &Findings) -> Vec<Value> {
    let listed = findings.findings.iter().map(|finding| {
        let (vi, en) = finding.wrong.words();
        json!({ "line": finding.line, "column": finding.column, "code": finding.wrong.code(), "vi": vi, "en": en })
    });
    listed.collect()
}

/// RFC 9457 with every finding beside the usual members. Nothing was taken.
pub(super) fn found_wrong(findings: &[Value], more: usize) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let problem = json!({
        "status": status.as_u16(), "code": ProblemCode::MalformedBody,
        "detail": "nothing was taken: each finding says where and what to do", "findings": findings, "more": more,
    });
    typed(status, &problem, "application/problem+json")
}

pub(super) fn outcome_response(outcome: &OperationOutcome) -> Response {
    typed(StatusCode::UNPROCESSABLE_ENTITY, &outcome.to_json(), fhir::MEDIA_TYPE)
}

fn typed(status: StatusCode, body: &Value, media_type: &'static str) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

async fn appointment(
    State(app): State<App>,
    _: HospitalSystem,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let Ok(id) = AppointmentId::parse(&id) else { return Err(not_found().await) };
    let Some(row) = app.store.appointment(&id).await.map_err(Refusal::Store)? else { return Err(not_found().await) };
    let mut known = json!({ "appointment": row.id.as_str(), "state": row.state.code() });
    if let Some(place) = &row.place {
        known["department"] = place.department.as_str().into();
        known["room"] = json!(place.room);
        let starts = from_unix_ms(place.starts_at).to_offset(HO_CHI_MINH);
        known["starts_at"] = starts.format(&Rfc3339).unwrap_or_default().into();
    }
    known["visit"] = json!(row.visit);
    Ok(Json(known))
}

async fn ticket_state(
    State(app): State<App>,
    _: HospitalSystem,
    VisitPath(visit): VisitPath,
    JsonBody(reported): JsonBody<Reported>,
) -> Result<Json<Value>, Failure> {
    let outcome = report(&app, visit, &reported).await?;
    Ok(Json(json!({ "visit": visit.to_string(), "outcome": outcome })))
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        let (status, code) = match error {
            ReportError::Store(error) => return Refusal::Store(error).into(),
            ReportError::Queue(QueueError::Contended) => (StatusCode::SERVICE_UNAVAILABLE, ProblemCode::Internal),
            ReportError::Queue(error) => return Refusal::from(error).into(),
            ReportError::NoPlace => (StatusCode::NOT_FOUND, ProblemCode::NotFound),
            ReportError::NoSuchRoom => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::MalformedBody),
            ReportError::Refused(_) => (StatusCode::CONFLICT, ProblemCode::NotPermitted),
        };
        Self::new(status, code, &error.to_string())
    }
}
