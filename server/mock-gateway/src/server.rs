//! The listener and its routes.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, response::Html};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing::info;

use crate::check_in::{self, ReceivedCheckIn};
use crate::control::{Counts, OpenSession, OpenedSession, SetFault};
use crate::eid::{CODE_LIFETIME, ResolveRequest, SessionTerms, Verifier};
use crate::fault::{Fault, Faults, SILENCE, Service};
use crate::form::{self, Fields};
use crate::page::{self, SeenLookup};
use crate::token::{self, Token};
use crate::world::World;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// The page shows this many; older ones are counted, not kept.
const KEPT: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the mock gateway listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// The gateway's state, shared with whoever started it.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    world: World,
    clock: Clock,
    eid_api_key: String,
    state: Mutex<Mutable>,
}

struct Mutable {
    tokens: Vec<Token>,
    faults: Faults,
    verifier: Verifier,
    counts: Counts,
    lookups: Vec<SeenLookup>,
    check_ins: Vec<ReceivedCheckIn>,
}

/// A gateway that answers until it is stopped or dropped.
pub struct RunningGateway {
    pub gateway: Gateway,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

/// Listens on `address` (port 0: any free one).
pub async fn start(gateway: Gateway, address: SocketAddr) -> Result<RunningGateway, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopped) = oneshot::channel();
    let router = gateway.router();
    let task = tokio::spawn(async move {
        let serving = axum::serve(listener, router);
        tokio::select! {
            _ = serving.into_future() => {}
            _ = stopped => {}
        }
    });
    info!(%address, "mock gateway listening");
    Ok(RunningGateway { gateway, address, stop: Some(stop), task })
}

impl RunningGateway {
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the line at once; requests in flight lose their answer.
    pub async fn stop(mut self) -> Gateway {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
        self.gateway.clone()
    }

    /// Runs until the process ends.
    pub async fn forever(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Gateway {
    /// `eid_api_key` is what the hospital server presents to the e-identity verifier.
    pub fn new(world: World, clock: Clock, eid_api_key: impl Into<String>) -> Self {
        let state = Mutable {
            tokens: Vec::new(),
            faults: Faults::default(),
            verifier: Verifier::new(),
            counts: Counts::default(),
            lookups: Vec::new(),
            check_ins: Vec::new(),
        };
        Self(Arc::new(Inner { world, clock, eid_api_key: eid_api_key.into(), state: Mutex::new(state) }))
    }

    pub fn set_fault(&self, service: Service, fault: Fault, times: Option<u32>) {
        self.state().faults.set(service, fault, times);
    }

    pub fn clear_faults(&self) {
        self.state().faults.clear();
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
            .route("/", get(show))
            .route("/api/token/take", post(take_token))
            .route("/api/egw/KQNhanLichSuKCB2024", post(look_up))
            .route("/api/qd130/checkInKcbQd3176", post(receive_check_in))
            .route("/v1/resolve", post(resolve_eid))
            .route("/mock/faults", post(set_fault).delete(clear_faults))
            .route("/mock/eid/sessions", post(open_session))
            .route("/mock/eid/public-key", get(public_key))
            .route("/mock/received", get(received))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, Mutable> {
        // A panicking handler must not take the mock down with it: the state holds no invariant across fields.
        self.0.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn now(&self) -> OffsetDateTime {
        (self.0.clock)()
    }

    fn strike(&self, service: Service) -> Option<Fault> {
        let mut state = self.state();
        state.counts.requests += 1;
        state.faults.strike(service)
    }

    fn token(&self, access: &str, id: &str) -> Option<Token> {
        let now = self.now();
        self.state().tokens.iter().find(|t| t.access == access && t.id == id && t.expires_at > now).cloned()
    }
}

/// Faults that answer without doing anything.
async fn fail_before(fault: Option<Fault>) -> Option<Response> {
    match fault? {
        Fault::Slow { ms } => {
            tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
            None
        }
        Fault::AnswerLost => None,
        Fault::Down => Some(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        Fault::Silent => {
            tokio::time::sleep(SILENCE).await;
            Some(StatusCode::GATEWAY_TIMEOUT.into_response())
        }
        Fault::Unauthorised => Some(Json(json!({"maKetQua": "401"})).into_response()),
        Fault::ServerError => Some(Json(json!({"maKetQua": "500"})).into_response()),
        Fault::Garbage => Some(Html("<html><body>Service temporarily moved</body>").into_response()),
    }
}

async fn answer(fault: Option<Fault>, reply: Value) -> Response {
    if fault == Some(Fault::AnswerLost) {
        tokio::time::sleep(SILENCE).await;
    }
    Json(reply).into_response()
}

async fn take_token(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = gateway.strike(Service::Token);
    if let Some(response) = fail_before(fault).await {
        return response;
    }
    let Some(fields) = form::read(&headers, &body) else { return Json(json!({"maKetQua": "500"})).into_response() };
    let (reply, token) = token::take(&gateway.0.world, &fields, gateway.now());
    if let Some(token) = token {
        let now = gateway.now();
        let mut state = gateway.state();
        state.tokens.retain(|old| old.expires_at > now);
        state.tokens.push(token);
        state.counts.tokens_given += 1;
    }
    answer(fault, reply).await
}

async fn look_up(
    State(gateway): State<Gateway>,
    Query(query): Query<Fields>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = gateway.strike(Service::Entitlement);
    if let Some(response) = fail_before(fault).await {
        return response;
    }
    let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let authorised = gateway.token(field("token"), field("id_token")).is_some_and(|token| {
        let account = gateway.0.world.account(&token.username);
        token.username == field("username")
            && account.is_some_and(|account| token::password_matches(&account.password, field("password")))
    });
    if !authorised {
        return Json(json!({"maKetQua": "401"})).into_response();
    }
    let Some(fields) = form::read(&headers, &body) else { return Json(json!({"maKetQua": "205"})).into_response() };
    let now = gateway.now();
    let reply = crate::entitlement::look_up(&gateway.0.world, &fields, now.date());
    let key = fields.get("maThe").map(String::as_str).unwrap_or_default();
    let seen = SeenLookup {
        at: now.format(&Rfc3339).unwrap_or_default(),
        masked_key: format!("…{}", key.get(key.len().saturating_sub(3)..).unwrap_or_default()),
        officer: fields.get("hoTenCb").cloned().unwrap_or_default(),
        result: reply["maKetQua"].as_str().unwrap_or_default().to_owned(),
    };
    {
        let mut state = gateway.state();
        state.counts.lookups += 1;
        keep(&mut state.lookups, seen);
    }
    answer(fault, reply).await
}

async fn receive_check_in(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = gateway.strike(Service::CheckIn);
    if let Some(response) = fail_before(fault).await {
        return response;
    }
    let (access, id, password) = check_in::presented_token(&headers);
    let token = gateway.token(access, id).filter(|token| {
        let account = gateway.0.world.account(&token.username);
        account.is_some_and(|account| token::password_matches(&account.password, password))
    });
    let Some(token) = token else { return Json(json!({"maKetQua": "401"})).into_response() };
    let Some(fields) = form::read(&headers, &body) else { return Json(json!({"maKetQua": "500"})).into_response() };
    let (reply, received) = check_in::receive(&fields, &token, gateway.now());
    if let Some(received) = received {
        let mut state = gateway.state();
        state.counts.check_ins += 1;
        keep(&mut state.check_ins, received);
    }
    answer(fault, reply).await
}

async fn resolve_eid(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let refuse = |status: u16, error: &str| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({"error": error}))).into_response()
    };
    let fault = gateway.strike(Service::Eid);
    match fault {
        Some(Fault::Unauthorised) => return refuse(401, "not_authorised"),
        Some(Fault::ServerError) => return refuse(500, "internal"),
        _ => {}
    }
    if let Some(response) = fail_before(fault).await {
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
        Some(reply) => answer(fault, reply).await,
        None => refuse(404, "unknown"),
    }
}

async fn set_fault(State(gateway): State<Gateway>, Json(wanted): Json<SetFault>) -> StatusCode {
    gateway.set_fault(wanted.service, wanted.fault, wanted.times);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(gateway): State<Gateway>) -> StatusCode {
    gateway.clear_faults();
    StatusCode::NO_CONTENT
}

async fn open_session(State(gateway): State<Gateway>, Json(wanted): Json<OpenSession>) -> Json<OpenedSession> {
    let lifetime = wanted.seconds.map(Duration::seconds);
    let terms = wanted.terms.unwrap_or(SessionTerms::Honest);
    Json(OpenedSession { code: gateway.open_eid_session(&wanted.number, &wanted.kiosk, lifetime, terms) })
}

async fn public_key(State(gateway): State<Gateway>) -> String {
    hex::encode(gateway.eid_public_key())
}

async fn received(State(gateway): State<Gateway>) -> Json<Counts> {
    Json(gateway.state().counts.clone())
}

async fn show(State(gateway): State<Gateway>) -> maud::Markup {
    let state = gateway.state();
    page::render(&state.counts, &state.lookups, &state.check_ins, &state.faults.list())
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() == KEPT {
        list.remove(0);
    }
    list.push(item);
}
