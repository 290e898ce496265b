//! What the hospital's own information system tells us: first costs, and drafts of certificates. It presents a bearer
//! key of its own.

use api::ProblemCode;
use axum::Json as Reply;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use certificates::Draft;
use identity::CitizenId;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::extract::{Bounded, Json, Visit};
use super::problem::Failure;
use super::{Peer, Transport};
use crate::app::App;
use crate::certificate::{By, CertificateError, Why};
use crate::first_cost::{self, FirstCost, FirstCostError};
use crate::keys::parse_key;
use crate::paper::{self, GivenAnswer, GivenError, Reference};
use crate::refusal::Refusal;
use crate::store::{CertificateId, NumberingError, StoreError};

pub const FIRST_COST: &str = "/hospital-system/v1/visits/{visit}/first-cost";
pub const DRAFTS: &str = "/hospital-system/v1/certificates";
pub const CERTIFICATE: &str = "/hospital-system/v1/certificates/{certificate}";
pub const METRICS: &str = "/metrics";

const IDEMPOTENCY_KEY: &str = "idempotency-key";
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
    /// The same as the header `Idempotency-Key`.
    reference: Option<String>,
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
    Bounded(body): Bounded,
) -> Result<Reply<GivenAnswer>, Failure> {
    let form = text(&headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let new = if form.starts_with("application/xml") || form.starts_with("text/xml") {
        let draft = certificates::wire::portal::read(&body).map_err(|error| Failure::malformed(&error.to_string()))?;
        NewDraft { draft, confirmer: None, reference: None }
    } else {
        serde_json::from_slice(&body).map_err(|_| Failure::malformed("not a draft of this version"))?
    };
    let reference = reference(text(&headers, IDEMPOTENCY_KEY), new.reference.as_deref())?;
    let confirmer = new.confirmer.as_deref().map(CitizenId::parse).transpose();
    let confirmer = confirmer.map_err(|_| Failure::malformed("confirmer is not a 12-digit number"))?;
    let by = By { actor: ACTOR, why: Why::AsPlanned, words: None };
    Ok(Reply(paper::take(&app, &new.draft, confirmer.as_ref(), &reference, by).await?))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What the draft is repeated under: in the header or in the body, the same where it stands in both.
fn reference(header: Option<&str>, body: Option<&str>) -> Result<Reference, Failure> {
    let text = match (header, body) {
        (Some(header), Some(body)) if header != body => {
            return Err(Failure::malformed("Idempotency-Key and reference are two different texts"));
        }
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => {
            let wanted = "a draft needs a reference that its repetition has too: the header Idempotency-Key, or reference in the body";
            return Err(Failure::malformed(wanted));
        }
    };
    Reference::parse(text).ok_or_else(|| Failure::malformed("a reference is 1 to 200 visible characters of ASCII"))
}

pub async fn certificate_state(
    State(app): State<App>,
    _: HospitalSystem,
    id: Result<Path<uuid::Uuid>, PathRejection>,
) -> Result<Reply<Value>, Failure> {
    let Ok(Path(id)) = id else {
        return Err(Failure::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "a certificate's id is a UUID"));
    };
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
        Transport::Tls if peer.address.is_loopback() => {}
        Transport::Tls | Transport::TlsProxy => {
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

impl From<GivenError> for Failure {
    fn from(error: GivenError) -> Self {
        match error {
            GivenError::Certificate(CertificateError::Numbering(NumberingError::Store(error))) => store_failed(error),
            GivenError::Certificate(CertificateError::Numbering(error)) => Self::malformed(&error.to_string()),
            GivenError::Certificate(error) => error.into(),
            error @ (GivenError::OtherDraft | GivenError::NumberTaken(_)) => {
                Self::new(StatusCode::CONFLICT, ProblemCode::NotPermitted, &error.to_string())
            }
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
