//! What handlers take: a kiosk that proved itself, a visit id, a body of this version.

use std::pin::Pin;

use api::{KIOSK_HEADER, KioskId, MAX_BODY_BYTES, ProblemCode, VisitId};
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::problem::Failure;
use crate::app::App;
use crate::config::KioskKeys;
use crate::enrolment;
use crate::keys::parse_key;
use crate::refusal::Refusal;
use crate::tls::OverTls;

/// A kiosk whose certificate counts; or whose key is right, where keys do.
pub struct Kiosk(pub KioskId);

/// A kiosk whose certificate counts.
pub struct Certified(pub KioskId);

/// The visit of the path.
pub struct Visit(pub VisitId);

/// A body as JSON, of at most [`MAX_BODY_BYTES`].
pub struct Json<T>(pub T);

impl FromRequestParts<App> for Kiosk {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let over_tls = parts.extensions.get::<OverTls>();
        if over_tls.is_some_and(|tls| tls.kiosk.is_some()) {
            return Ok(Self(Certified::from_request_parts(parts, app).await?.0));
        }
        let keys = app.config.tls.as_ref().map_or(KioskKeys::Accepted, |tls| tls.kiosk_keys);
        if over_tls.is_some() && keys == KioskKeys::Refused {
            return Err(not_admitted());
        }
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let id = text(KIOSK_HEADER).and_then(|id| KioskId::parse(id).ok());
        let key =
            text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer ")).and_then(parse_key);
        let (Some(id), Some(key)) = (id, key) else { return Err(not_admitted()) };
        within_limit(app, &id)?;
        let key_hash = Sha256::digest(key.as_slice()).into();
        match app.store.kiosk_is_admitted(&id, &key_hash).await {
            Ok(true) => Ok(Self(id)),
            Ok(false) => {
                tracing::warn!(kiosk = %id, "a kiosk showed a wrong key");
                Err(not_admitted())
            }
            Err(error) => Err(Refusal::Store(error).into()),
        }
    }
}

impl FromRequestParts<App> for Certified {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let certificate = parts.extensions.get::<OverTls>().and_then(|tls| tls.kiosk.clone());
        let certificate = certificate.ok_or_else(not_admitted)?;
        match enrolment::admitted(app, &certificate).await {
            Ok(Some(id)) => {
                within_limit(app, &id)?;
                Ok(Self(id))
            }
            Ok(None) => {
                tracing::warn!("a kiosk showed a certificate that does not count");
                Err(not_admitted())
            }
            Err(error) => Err(Refusal::Store(error).into()),
        }
    }
}

fn within_limit(app: &App, kiosk: &KioskId) -> Result<(), Failure> {
    if app.kiosk_limit.admits(kiosk.as_str(), app.now_ms()) {
        return Ok(());
    }
    let detail = "too many requests of this kiosk in a minute";
    Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, ProblemCode::TooManyRequests, detail))
}

fn not_admitted() -> Failure {
    let detail = "no kiosk with this certificate, or this id and key: enrol it with `tiepdon-server kiosk code`";
    Failure::new(StatusCode::UNAUTHORIZED, ProblemCode::KioskNotAdmitted, detail)
}

impl FromRequestParts<App> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(id) = Path::<uuid::Uuid>::from_request_parts(parts, app)
            .await
            .map_err(|_| Failure::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "a visit id is a UUID"))?;
        Ok(Self(VisitId(id)))
    }
}

/// A body of at most [`MAX_BODY_BYTES`], in whatever form.
pub struct Bounded(pub Zeroizing<Vec<u8>>);

impl FromRequest<App> for Bounded {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &App) -> Result<Self, Failure> {
        read(request.into_body(), MAX_BODY_BYTES).await.map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &App) -> Result<Self, Failure> {
        let body = read(request.into_body(), MAX_BODY_BYTES).await?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            // serde_json quotes values in its messages; the place is enough, and personal nowhere.
            let (line, column) = (error.line(), error.column());
            Failure::malformed(&format!("not the JSON of this version at line {line}, column {column}"))
        })
    }
}

async fn read(mut body: Body, limit: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(chunk) = frame.map_err(|_| Failure::malformed("the body broke off"))?.into_data() else { continue };
        if bytes.len() + chunk.len() > limit {
            let detail = format!("a body has at most {limit} bytes");
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::BodyTooLarge, &detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
