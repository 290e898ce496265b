//! Failures as `application/problem+json` (RFC 9457).

use api::{Problem, ProblemCode};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::refusal::Refusal;

/// A failure on its way out.
#[derive(Debug)]
pub struct Failure(pub Problem);

impl Failure {
    pub fn new(status: StatusCode, code: ProblemCode, detail: &str) -> Self {
        Self(Problem { status: status.as_u16(), code, detail: detail.to_owned() })
    }

    pub fn malformed(detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::MalformedBody, detail)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let problem = refusal.problem();
        match &refusal {
            // What failed inside stays inside, and is logged here, where it is handled.
            Refusal::Store(_) | Refusal::Seal(_) | Refusal::Authority(_) => {
                tracing::error!(error = &refusal as &dyn std::error::Error, "{refusal}");
            }
            refused => tracing::info!(code = ?problem.code, "{refused}"),
        }
        Self(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self.0)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

pub async fn not_found() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "there is nothing at this path")
}

pub async fn method_not_allowed() -> Failure {
    let detail = "this path does not take this method";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, ProblemCode::MethodNotAllowed, detail)
}
