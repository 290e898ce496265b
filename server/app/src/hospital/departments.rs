//! The hospital's system brings the list of departments, and reads it.

use api::ProblemCode;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use interop::{fhir, sheet};
use serde_json::{Value, json};

use super::ACTOR;
use super::routes::{found_wrong, media_type, outcome_response, systems};
use crate::app::App;
use crate::department::{self, Altered, ChangeError, Lines, Told};
use crate::http::{Failure, HospitalSystem};
use crate::refusal::Refusal;

/// As CSV, in the form in which it may come back.
pub async fn read(State(app): State<App>, _: HospitalSystem) -> Result<Response, Failure> {
    department::look(&app).await.map_err(Refusal::Store)?;
    let csv = sheet::write_departments(&app.departments().to_wanted());
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv).into_response())
}

/// The whole list, which takes the place of the old one. The same again changes nothing.
pub async fn replace(
    State(app): State<App>,
    _: HospitalSystem,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    department::look(&app).await.map_err(Refusal::Store)?;
    let known = app.departments();
    let lines: Lines = match media_type(&headers) {
        "text/csv" => match department::read_csv(&body) {
            Ok(lines) => lines,
            Err((findings, more)) => return Ok(found_wrong(&listed(&findings), more)),
        },
        fhir::MEDIA_TYPE | "application/json" => match fhir::read_departments(&body, systems(&app)?) {
            Ok(wanted) => department::completed(&known, wanted).into_iter().map(|wanted| (0, wanted)).collect(),
            Err(outcome) => return Ok(outcome_response(&outcome)),
        },
        _ => {
            let detail = "departments come as text/csv or application/fhir+json";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::MalformedBody, detail));
        }
    };
    let wanted: Vec<_> = lines.iter().map(|(_, wanted)| wanted.clone()).collect();
    match department::replace(&app, known.revision(), &wanted, ACTOR).await {
        Ok(plan) => {
            let codes = |codes: &[api::DepartmentCode]| json!(codes);
            let altered = |some: &[Altered]| -> Value { some.iter().map(|one| json!(one.code)).collect() };
            Ok(Json(json!({
                "revision": app.departments().revision(), "added": codes(&plan.added),
                "changed": altered(&plan.changed), "returned": altered(&plan.returned),
                "retired": codes(&plan.retired), "reordered": plan.reordered,
            }))
            .into_response())
        }
        Err(ChangeError::Found(findings)) => {
            let of_a_file: Lines = lines.into_iter().filter(|(line, _)| *line > 0).collect();
            Ok(found_wrong(&listed(&department::told(&findings, &of_a_file)), 0))
        }
        Err(error @ ChangeError::Stale) => {
            Err(Failure::new(StatusCode::CONFLICT, ProblemCode::NotPermitted, &error.to_string()))
        }
        Err(ChangeError::Store(error)) => Err(Refusal::Store(error).into()),
    }
}

fn listed(findings: &[Told]) -> Vec<Value> {
    let listed = findings.iter().map(|finding| {
        json!({
            "line": finding.line, "column": finding.column, "code": finding.code, "vi": finding.vi, "en": finding.en,
        })
    });
    listed.collect()
}
