//! Failures as `application/problem+json` (RFC 9457).

use api::{Problem, ProblemCode};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
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

/// Whoever sends more than a path takes is told so, and begins anew: the rest of the body is still on its way over this
/// connection, which therefore ends with the answer (RFC 9112, 9.6).
pub async fn oversized(request: Request, next: Next) -> Response {
    let version = request.version();
    let mut response = next.run(request).await;
    if response.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return response;
    }
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if plain {
        let detail = "the body is longer than this path takes";
        response = Failure::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::BodyTooLarge, detail).into_response();
    }
    // HTTP/2 ends the stream, and knows no such header.
    if version < Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

pub async fn method_not_allowed() -> Failure {
    let detail = "this path does not take this method";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, ProblemCode::MethodNotAllowed, detail)
}
