//! The gateway's state and its routes.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::certificates::{Certificates, Fingerprint};
use crate::control::{self, Counts, SeenRefusal};
use crate::eid::{CODE_LIFETIME, ResolveRequest, SessionTerms, Verifier};
use crate::fault::{Fault, Faults, Service};
use crate::page::SeenLookup;
use crate::portal;
use crate::record::{Kind, Record};
use crate::script::{FaultScript, Play};
use crate::settings::Settings;
use crate::store::{KeyCount, Store, StoreError};
use crate::token::{self, Token};
use crate::turn::Turn;
use crate::upload::{Refused, Rules};
use crate::world::World;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// Base64 and percent signs make four bytes of three, and twelve of three at worst.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The page shows this many; older ones are counted, not kept.
pub(crate) const KEPT: usize = 200;

/// The gateway's state, shared with whoever started it.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    world: World,
    clock: Clock,
    eid_api_key: String,
    settings: Settings,
    store: Store,
    state: Mutex<Mutable>,
}

/// What changes.
pub(crate) struct Mutable {
    pub tokens: Vec<Token>,
    pub faults: Faults,
    pub play: Play,
    pub certificates: Certificates,
    pub verifier: Verifier,
    pub counts: Counts,
    pub lookups: Vec<SeenLookup>,
    pub refusals: Vec<SeenRefusal>,
}

impl Gateway {
    /// A gateway without faults, that knows no certificate and keeps nothing over restarts. `eid_api_key` is what the
    /// hospital server presents to the e-identity verifier.
    pub fn new(world: World, clock: Clock, eid_api_key: impl Into<String>) -> Self {
        Self::with_store(world, clock, eid_api_key.into(), Settings::default(), Store::in_memory())
    }

    /// As `settings` say; reads what the store holds.
    pub fn open(
        world: World,
        clock: Clock,
        eid_api_key: impl Into<String>,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let store = settings.store.as_deref().map_or_else(|| Ok(Store::in_memory()), Store::open)?;
        Ok(Self::with_store(world, clock, eid_api_key.into(), settings, store))
    }

    fn with_store(world: World, clock: Clock, eid_api_key: String, settings: Settings, store: Store) -> Self {
        let mut certificates = settings.certificates.clone();
        // A certificate that was accepted as a facility's first stays its first.
        for record in store.records() {
            if let Some(certificate) = record.certificate {
                certificates.admits(&record.account_facility, certificate);
            }
        }
        let state = Mutable {
            tokens: Vec::new(),
            faults: Faults::default(),
            play: Play::new(settings.script.clone(), clock()),
            certificates,
            verifier: Verifier::new(),
            counts: Counts::default(),
            lookups: Vec::new(),
            refusals: Vec::new(),
        };
        Self(Arc::new(Inner { world, clock, eid_api_key, settings, store, state: Mutex::new(state) }))
    }

    /// Strikes before whatever the script has for the same request.
    pub fn set_fault(&self, service: Service, fault: Fault, times: Option<u32>) {
        self.state().faults.set(service, fault, times);
    }

    /// Plays `script` from now on, from its first request.
    pub fn set_script(&self, script: FaultScript) {
        let play = Play::new(script, self.now());
        self.state().play = play;
    }

    /// No faults any more, set or scripted.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
        self.set_script(FaultScript::default());
    }

    /// As a facility does on the portal's page.
    pub fn register_certificate(&self, facility: &str, certificate: Fingerprint) {
        self.state().certificates.register(facility, certificate);
    }

    /// Everything received, oldest first.
    pub fn records(&self) -> Vec<Record> {
        self.0.store.records()
    }

    /// What was received under one natural key.
    pub fn records_of(&self, kind: Kind, key: &str) -> Vec<Record> {
        self.0.store.of_key(kind, key)
    }

    /// One count per natural key, in the order of kind and key.
    pub fn keys(&self) -> Vec<KeyCount> {
        self.0.store.keys()
    }

    /// Certificates that had more than one effect.
    pub fn doubled(&self) -> Vec<KeyCount> {
        self.keys().into_iter().filter(KeyCount::doubled).collect()
    }

    /// Why uploads were refused, newest last; the sender learns a code only.
    pub fn refusals(&self) -> Vec<SeenRefusal> {
        self.state().refusals.clone()
    }

    /// The verifier's Ed25519 public key.
    pub fn eid_public_key(&self) -> [u8; 32] {
        self.state().verifier.public_key()
    }

    /// A code as the phone of the person with `number` would show to `kiosk`.
    pub fn open_eid_session(
        &self,
        number: &str,
        kiosk: &str,
        lifetime: Option<Duration>,
        terms: SessionTerms,
    ) -> String {
        let expires_at = (self.0.clock)() + lifetime.unwrap_or(CODE_LIFETIME);
        self.state().verifier.open(number, kiosk, expires_at, terms)
    }

    pub fn lookups(&self) -> u32 {
        self.state().counts.lookups
    }

    pub fn check_ins(&self) -> u32 {
        self.state().counts.check_ins
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(control::show))
            .route("/api/token/take", post(portal::take_token))
            .route("/api/egw/KQNhanLichSuKCB2024", post(portal::look_up))
            .route("/api/qd130/checkInKcbQd3176", post(portal::receive_check_in))
            .route("/api/hososuckhoe/guiGiayToDienTu", post(portal::receive_paper))
            .route("/api/hssk/gksk", post(portal::receive_driver))
            .route("/v1/resolve", post(resolve_eid))
            .route("/mock/faults", post(control::set_fault).delete(control::clear_faults))
            .route("/mock/script", put(control::set_script))
            .route("/mock/records", get(control::records))
            .route("/mock/summary", get(control::summary))
            .route("/mock/refusals", get(control::refusals))
            .route("/mock/eid/sessions", post(control::open_session))
            .route("/mock/eid/public-key", get(control::public_key))
            .route("/mock/received", get(control::received))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, Mutable> {
        // A panicking handler must not take the mock down with it: the state holds no invariant across fields.
        self.0.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn world(&self) -> &World {
        &self.0.world
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.0.clock)()
    }

    pub(crate) fn refuses(&self) -> bool {
        let now = self.now();
        self.state().play.refuses(now)
    }

    pub(crate) fn turn(&self, service: Service) -> Turn {
        let now = self.now();
        let mut state = self.state();
        state.counts.requests += 1;
        let scripted = state.play.next(service, now);
        let fault = state.faults.strike(service).or(scripted.fault);
        let slower = match fault {
            Some(Fault::Slow { ms }) => std::time::Duration::from_millis(ms),
            _ => std::time::Duration::ZERO,
        };
        Turn { service, fault, due: Instant::now() + scripted.latency + slower }
    }

    /// The token that `access` and `id` name, if it is good now; a fault may end it in this moment.
    pub(crate) fn token(&self, access: &str, id: &str, password: &str, fault: Option<Fault>) -> Option<Token> {
        let now = self.now();
        let mut state = self.state();
        let place = state.tokens.iter().position(|t| t.access == access && t.id == id && t.expires_at > now)?;
        if fault == Some(Fault::TokenExpired) {
            state.tokens.remove(place);
            return None;
        }
        let token = state.tokens[place].clone();
        let account = self.0.world.account(&token.username)?;
        token::password_matches(&account.password, password).then_some(token)
    }

    pub(crate) fn rules(&self) -> Rules {
        let Settings { algorithms, max_file_bytes, .. } = self.0.settings;
        Rules { algorithms, max_file_bytes, now: self.now() }
    }

    /// The register's word on who signed, then durably into the store.
    pub(crate) async fn take(&self, record: Record, code: &'static str) -> Result<(), Refused> {
        if let Some(certificate) = record.certificate
            && !self.state().certificates.admits(&record.account_facility, certificate)
        {
            return Err(Refused::new(code, format!("certificate {certificate} is not the facility's")));
        }
        self.0.store.append(record).await.map_err(|error| Refused::new("500", error))
    }

    pub(crate) fn note_refusal(&self, service: Service, refused: &Refused) {
        let seen = SeenRefusal {
            at: self.now().format(&Rfc3339).unwrap_or_default(),
            service,
            code: refused.code,
            reason: refused.reason.clone(),
        };
        keep(&mut self.state().refusals, seen);
    }
}

async fn resolve_eid(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let refuse = |status: u16, error: &str| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({"error": error}))).into_response()
    };
    let turn = gateway.turn(Service::Eid);
    match turn.fault {
        Some(Fault::Unauthorised) => return refuse(401, "not_authorised"),
        Some(Fault::ServerError) => return refuse(500, "internal"),
        _ => {}
    }
    if let Some(response) = turn.fail().await {
        return response;
    }
    let authorisation = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if authorisation.strip_prefix("Bearer ") != Some(gateway.0.eid_api_key.as_str()) {
        return refuse(401, "not_authorised");
    }
    let Ok(request) = serde_json::from_slice::<ResolveRequest>(&body) else { return refuse(422, "unknown") };
    let now = gateway.now();
    let number = match gateway.state().verifier.admit(&request, now) {
        Ok(number) => number,
        Err(refusal) => {
            let (status, error) = refusal.status_and_error();
            return refuse(status, error);
        }
    };
    let Some(person) = gateway.0.world.find(&number) else { return refuse(404, "unknown") };
    let portrait = match &person.portrait {
        Some(path) => std::fs::read(path).ok(),
        None => None,
    };
    let Some(portrait) = portrait else { return refuse(500, "no portrait") };
    let reply = {
        let mut state = gateway.state();
        state.counts.eid_resolved += 1;
        state.verifier.answer(&request.code, person, &portrait)
    };
    match reply {
        Some(reply) => turn.answer(reply).await,
        None => refuse(404, "unknown"),
    }
}

/// Adds to a list that the page shows, dropping the oldest.
pub(crate) fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() == KEPT {
        list.remove(0);
    }
    list.push(item);
}
