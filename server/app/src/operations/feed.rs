//! The feed: the figures of a period as JSON, for whoever presents the key of `[operations]`.

use api::ProblemCode;
use axum::Json;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use reports::{Feed, Period, Span};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{OperationsError, report};
use crate::app::App;
use crate::http::Failure;
use crate::keys::parse_key;

pub const FEED: &str = "/api/v1/operations";

/// The city's operations centre, or whoever else holds the key.
pub struct Reader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Today without it.
    period: Option<String>,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let presented = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = presented.and_then(|value| value.strip_prefix("Bearer ")).and_then(parse_key);
        let hash: [u8; 32] = Sha256::digest(key.map_or([0; 32], |key| *key)).into();
        match app.operations.feed_key {
            Some(expected) if bool::from(expected.ct_eq(&hash)) => Ok(Self),
            Some(_) | None => {
                let detail = "the feed_key of [operations] in the configuration is wanted";
                Err(Failure::new(StatusCode::UNAUTHORIZED, ProblemCode::NotPermitted, detail))
            }
        }
    }
}

pub async fn feed(
    State(app): State<App>,
    _: Reader,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Feed>, Failure> {
    let Query(asked) = asked.map_err(|_| Failure::malformed("the only question is ?period="))?;
    let period = period(&app, asked.period.as_deref())?;
    Ok(Json(reports::feed(&report(&app, period).await?)))
}

/// What was asked for; today where nothing was.
pub(super) fn period(app: &App, text: Option<&str>) -> Result<Period, Failure> {
    match text {
        None => Ok(Period::of(Span::Day, app.today())),
        Some(text) => text.parse().map_err(|error: reports::PeriodError| Failure::malformed(&error.to_string())),
    }
}

impl From<OperationsError> for Failure {
    fn from(error: OperationsError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::error!("no report: {error}: {cause}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Internal, "the report could not be made")
    }
}
