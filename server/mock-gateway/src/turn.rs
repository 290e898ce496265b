//! One request's turn: what the levers and the script have for it, and how its answer leaves.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::fault::{Fault, SILENCE, Service};
use crate::{driver, listener, upload};

/// A refusal in the words of the service.
pub(crate) fn refusal(service: Service, code: &str) -> Value {
    match service {
        Service::Papers => upload::refusal(code),
        Service::Driver => driver::refusal(match code {
            "401" => "Tài khoản không hợp lệ",
            "205" => "Dữ liệu không hợp lệ",
            _ => "Lỗi hệ thống",
        }),
        Service::Token | Service::Entitlement | Service::CheckIn | Service::Eid => json!({"maKetQua": code}),
    }
}

/// One request's fate. What it asks is done at once; the answer leaves when it is due, so that the mock's own work is
/// inside the latency it plays, and a client that dies waiting dies after the effect.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    pub service: Service,
    pub fault: Option<Fault>,
    pub due: Instant,
}

impl Turn {
    /// Faults that answer without doing anything.
    pub async fn fail(self) -> Option<Response> {
        let response = match self.fault? {
            Fault::Slow { .. }
            | Fault::AnswerLost
            | Fault::CutAfter
            | Fault::HalfAnswer
            | Fault::BadGateway
            | Fault::TokenExpired => return None,
            Fault::CutBefore => listener::cut(),
            Fault::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Fault::Silent => {
                tokio::time::sleep(SILENCE).await;
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
            Fault::Unauthorised => Json(refusal(self.service, "401")).into_response(),
            Fault::ServerError => Json(refusal(self.service, "500")).into_response(),
            Fault::BadContent => Json(refusal(self.service, "205")).into_response(),
            Fault::Garbage => Html("<html><body>Service temporarily moved</body>").into_response(),
            Fault::WrongJson => Json(json!({"Message": "An error has occurred."})).into_response(),
            Fault::TooMany { retry_after_s } => {
                (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, retry_after_s.to_string())]).into_response()
            }
        };
        tokio::time::sleep_until(self.due).await;
        Some(response)
    }

    /// The answer to what was done, if it leaves.
    pub async fn answer(self, reply: Value) -> Response {
        tokio::time::sleep_until(self.due).await;
        match self.fault {
            Some(Fault::AnswerLost) => {
                tokio::time::sleep(SILENCE).await;
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
            Some(Fault::CutAfter) => listener::cut(),
            Some(Fault::HalfAnswer) => listener::half(reply.to_string().as_bytes()),
            Some(Fault::BadGateway) => StatusCode::BAD_GATEWAY.into_response(),
            _ => Json(reply).into_response(),
        }
    }
}
