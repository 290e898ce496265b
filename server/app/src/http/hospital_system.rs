//! What the hospital's own information system tells us: first costs, and drafts of certificates. It presents a bearer
//! key of its own.

use api::ProblemCode;
use axum::Json as Reply;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use certificates::{Draft, Level};
use identity::CitizenId;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::extract::{Json, Visit};
use super::problem::Failure;
use super::{Peer, Transport};
use crate::app::App;
use crate::certificate::{self, By, CertificateError, Why};
use crate::first_cost::{self, FirstCost, FirstCostError};
use crate::keys::parse_key;
use crate::paper;
use crate::refusal::Refusal;
use crate::store::{CertificateId, StoreError};

pub const FIRST_COST: &str = "/hospital-system/v1/visits/{visit}/first-cost";
pub const DRAFTS: &str = "/hospital-system/v1/certificates";
pub const CERTIFICATE: &str = "/hospital-system/v1/certificates/{certificate}";
pub const METRICS: &str = "/metrics";

const ACTOR: &str = "hospital system";

/// The hospital's system, whose key is right.
pub struct HospitalSystem;

/// A draft as JSON; the other form is the XML of the wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDraft {
    draft: Draft,
    /// 12 digits.
    confirmer: Option<String>,
}

impl FromRequestParts<App> for HospitalSystem {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let presented = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = presented.and_then(|value| value.strip_prefix("Bearer ")).and_then(parse_key);
        let hash: [u8; 32] = Sha256::digest(key.map_or([0; 32], |key| *key)).into();
        match app.hospital_system {
            Some(expected) if bool::from(expected.ct_eq(&hash)) => Ok(Self),
            Some(_) | None => {
                let detail = "the key of [hospital_system] in the configuration is wanted";
                Err(Failure::new(StatusCode::UNAUTHORIZED, ProblemCode::NotPermitted, detail))
            }
        }
    }
}

pub async fn first_cost(
    State(app): State<App>,
    _: HospitalSystem,
    visit: Visit,
    Json(cost): Json<FirstCost>,
) -> Result<Reply<Value>, Failure> {
    let release = first_cost::release(&app, visit.0, &cost, ACTOR).await?;
    Ok(Reply(json!({ "visit": visit.0.to_string(), "outcome": release })))
}

pub async fn new_draft(
    State(app): State<App>,
    _: HospitalSystem,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply<Value>, Failure> {
    let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let new = if form.starts_with("application/xml") || form.starts_with("text/xml") {
        let draft = certificates::wire::portal::read(&body).map_err(|error| Failure::malformed(&error.to_string()))?;
        NewDraft { draft, confirmer: None }
    } else {
        serde_json::from_slice(&body).map_err(|_| Failure::malformed("not a draft of this version"))?
    };
    let confirmer = new.confirmer.as_deref().map(CitizenId::parse).transpose();
    let confirmer = confirmer.map_err(|_| Failure::malformed("confirmer is not a 12-digit number"))?;
    let by = By { actor: ACTOR, why: Why::AsPlanned, words: None };
    let (id, findings) = certificate::import(&app, &new.draft, confirmer.as_ref(), by).await?;
    // The desk shows who confirms, and keeps that person when it saves.
    let notes = paper::Notes::of(confirmer.map(|number| number.as_str().to_owned()), None);
    paper::write_notes(&app, id, &notes).await.map_err(Refusal::Store)?;
    let findings: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let blocks = finding.level() == Level::Block;
            json!({ "code": finding.code(), "field": finding.field(), "blocks": blocks })
        })
        .collect();
    Ok(Reply(json!({ "certificate": id.to_string(), "findings": findings })))
}

pub async fn certificate_state(
    State(app): State<App>,
    _: HospitalSystem,
    Path(id): Path<uuid::Uuid>,
) -> Result<Reply<Value>, Failure> {
    let row = app.store.certificate(CertificateId(id)).await.map_err(Refusal::Store)?;
    let Some(row) = row else {
        return Err(Failure::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "no such certificate"));
    };
    Ok(Reply(json!({
        "certificate": id.to_string(), "kind": row.kind.code(), "state": row.state.code(),
        "next_step": row.state.next_step().code(), "number": row.natural_key, "issue": row.issue,
        "outcome_code": row.outcome_code, "receipt": row.receipt, "received_at_ms": row.received_at,
        "deadline_at_ms": row.deadline_at,
    })))
}

/// For whoever watches machines, from this machine only.
pub async fn metrics(
    State(app): State<App>,
    peer: axum::Extension<Peer>,
) -> Result<([(header::HeaderName, &'static str); 1], String), Failure> {
    match peer.transport {
        Transport::Loopback => {}
        Transport::TlsProxy => {
            let detail = "metrics are answered on loopback only";
            return Err(Failure::new(StatusCode::FORBIDDEN, ProblemCode::NotPermitted, detail));
        }
    }
    let page = crate::dispatch::metrics(&app).await.map_err(|error| {
        tracing::error!("metrics failed: {error}");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Internal, "the database failed")
    })?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page))
}

impl From<FirstCostError> for Failure {
    fn from(error: FirstCostError) -> Self {
        match error {
            FirstCostError::Store(error) => Refusal::Store(error).into(),
            FirstCostError::Seal(error) => Refusal::Seal(error).into(),
            FirstCostError::NoMessage => {
                Self::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "no check-in message is held for this visit")
            }
            FirstCostError::Missing(_)
            | FirstCostError::TooLong(_)
            | FirstCostError::Form(_)
            | FirstCostError::NoCost => Self::malformed(&error.to_string()),
        }
    }
}

impl From<CertificateError> for Failure {
    fn from(error: CertificateError) -> Self {
        match error {
            CertificateError::Store(error) => Refusal::Store(error).into(),
            CertificateError::Seal(error) => Refusal::Seal(error).into(),
            CertificateError::Move(crate::store::MoveError::Store(error)) => store_failed(error),
            refused => Self::new(StatusCode::CONFLICT, ProblemCode::NotPermitted, &refused.to_string()),
        }
    }
}

fn store_failed(error: StoreError) -> Failure {
    Refusal::Store(error).into()
}
