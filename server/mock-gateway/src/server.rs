//! The gateway's state and its routes.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::certificates::{Certificates, Fingerprint};
use crate::control::{Counts, OfKey, OpenSession, OpenedSession, SeenRefusal, SetFault, Summary};
use crate::eid::{CODE_LIFETIME, ResolveRequest, SessionTerms, Verifier};
use crate::fault::{Fault, Faults, SILENCE, Service};
use crate::form::{self, Fields};
use crate::listener;
use crate::page::{self, SeenLookup};
use crate::record::{Kind, Record};
use crate::script::{Fate, FaultScript, Play};
use crate::settings::{Settings, TokenRule};
use crate::store::{KeyCount, Store, StoreError};
use crate::token::{self, Token};
use crate::upload::{Refused, Rules};
use crate::world::World;
use crate::{check_in, driver, upload};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// Base64 and percent signs make four bytes of three, and twelve of three at worst.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// The page shows this many; older ones are counted, not kept.
const KEPT: usize = 200;

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

struct Mutable {
    tokens: Vec<Token>,
    faults: Faults,
    play: Play,
    certificates: Certificates,
    verifier: Verifier,
    counts: Counts,
    lookups: Vec<SeenLookup>,
    refusals: Vec<SeenRefusal>,
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
            .route("/", get(show))
            .route("/api/token/take", post(take_token))
            .route("/api/egw/KQNhanLichSuKCB2024", post(look_up))
            .route("/api/qd130/checkInKcbQd3176", post(receive_check_in))
            .route("/api/hososuckhoe/guiGiayToDienTu", post(receive_paper))
            .route("/api/hssk/gksk", post(receive_driver))
            .route("/v1/resolve", post(resolve_eid))
            .route("/mock/faults", post(set_fault).delete(clear_faults))
            .route("/mock/script", put(set_script))
            .route("/mock/records", get(records))
            .route("/mock/summary", get(summary))
            .route("/mock/refusals", get(refusals))
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

    pub(crate) fn refuses(&self) -> bool {
        let now = self.now();
        self.state().play.refuses(now)
    }

    fn fate(&self, service: Service) -> Fate {
        let now = self.now();
        let mut state = self.state();
        state.counts.requests += 1;
        let scripted = state.play.next(service, now);
        Fate { fault: state.faults.strike(service).or(scripted.fault), ..scripted }
    }

    /// The token that `access` and `id` name, if it is good now; a fault may end it in this moment.
    fn token(&self, access: &str, id: &str, password: &str, fault: Option<Fault>) -> Option<Token> {
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

    fn rules(&self) -> Rules {
        let Settings { algorithms, max_file_bytes, .. } = self.0.settings;
        Rules { algorithms, max_file_bytes, now: self.now() }
    }

    /// The register's word on who signed, then durably into the store.
    async fn take(&self, record: Record, code: &'static str) -> Result<(), Refused> {
        if let Some(certificate) = record.certificate
            && !self.state().certificates.admits(&record.account_facility, certificate)
        {
            return Err(Refused::new(code, format!("certificate {certificate} is not the facility's")));
        }
        self.0.store.append(record).await.map_err(|error| Refused::new("500", error))
    }

    fn note_refusal(&self, service: Service, refused: &Refused) {
        let seen = SeenRefusal {
            at: self.now().format(&Rfc3339).unwrap_or_default(),
            service,
            code: refused.code,
            reason: refused.reason.clone(),
        };
        keep(&mut self.state().refusals, seen);
    }
}

/// A refusal in the words of the service.
fn refusal(service: Service, code: &str) -> Value {
    match service {
        Service::Papers => upload::refusal(code),
        Service::Driver => driver::refusal(match code {
            "401" => "Tài khoản không hợp lệ",
            _ => "Lỗi hệ thống",
        }),
        Service::Token | Service::Entitlement | Service::CheckIn | Service::Eid => json!({"maKetQua": code}),
    }
}

/// Waits as the script says; then faults that answer without doing anything.
async fn fail_before(service: Service, fate: Fate) -> Option<Response> {
    if !fate.latency.is_zero() {
        tokio::time::sleep(fate.latency).await;
    }
    match fate.fault? {
        Fault::Slow { ms } => {
            tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
            None
        }
        Fault::AnswerLost | Fault::CutAfter | Fault::HalfAnswer | Fault::BadGateway | Fault::TokenExpired => None,
        Fault::CutBefore => Some(listener::cut()),
        Fault::Down => Some(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        Fault::Silent => {
            tokio::time::sleep(SILENCE).await;
            Some(StatusCode::GATEWAY_TIMEOUT.into_response())
        }
        Fault::Unauthorised => Some(Json(refusal(service, "401")).into_response()),
        Fault::ServerError => Some(Json(refusal(service, "500")).into_response()),
        Fault::Garbage => Some(Html("<html><body>Service temporarily moved</body>").into_response()),
        Fault::WrongJson => Some(Json(json!({"Message": "An error has occurred."})).into_response()),
        Fault::TooMany { retry_after_s } => {
            Some((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, retry_after_s.to_string())]).into_response())
        }
    }
}

/// The answer to what was done, if it leaves.
async fn answer(fate: Fate, reply: Value) -> Response {
    match fate.fault {
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

async fn take_token(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let fate = gateway.fate(Service::Token);
    if let Some(response) = fail_before(Service::Token, fate).await {
        return response;
    }
    let Some(fields) = form::read(&headers, &body) else { return Json(json!({"maKetQua": "500"})).into_response() };
    let (reply, token) = token::take(&gateway.0.world, &fields, gateway.now());
    if let Some(token) = token {
        let now = gateway.now();
        let mut state = gateway.state();
        let newest_only = gateway.0.settings.tokens == TokenRule::NewestOnly;
        state.tokens.retain(|old| old.expires_at > now && !(newest_only && old.username == token.username));
        if fate.fault != Some(Fault::TokenExpired) {
            state.tokens.push(token);
        }
        state.counts.tokens_given += 1;
    }
    answer(fate, reply).await
}

async fn look_up(
    State(gateway): State<Gateway>,
    Query(query): Query<Fields>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fate = gateway.fate(Service::Entitlement);
    if let Some(response) = fail_before(Service::Entitlement, fate).await {
        return response;
    }
    let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let token = gateway.token(field("token"), field("id_token"), field("password"), fate.fault);
    if token.is_none_or(|token| token.username != field("username")) {
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
    answer(fate, reply).await
}

async fn receive_check_in(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let fate = gateway.fate(Service::CheckIn);
    if let Some(response) = fail_before(Service::CheckIn, fate).await {
        return response;
    }
    let (access, id, password) = check_in::presented_token(&headers);
    let Some(token) = gateway.token(access, id, password, fate.fault) else {
        return Json(refusal(Service::CheckIn, "401")).into_response();
    };
    let Some(fields) = form::read(&headers, &body) else {
        return Json(refusal(Service::CheckIn, "500")).into_response();
    };
    let (reply, received) = check_in::receive(&fields, &token, gateway.now());
    if let Some(record) = received {
        if let Err(refused) = gateway.take(record, "500").await {
            gateway.note_refusal(Service::CheckIn, &refused);
            return Json(refusal(Service::CheckIn, refused.code)).into_response();
        }
        gateway.state().counts.check_ins += 1;
    }
    answer(fate, reply).await
}

async fn receive_paper(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let fate = gateway.fate(Service::Papers);
    if let Some(response) = fail_before(Service::Papers, fate).await {
        return response;
    }
    match take_paper(&gateway, &headers, body, fate.fault).await {
        Ok(reply) => answer(fate, reply).await,
        Err(refused) => {
            gateway.note_refusal(Service::Papers, &refused);
            answer(fate, upload::refusal(refused.code)).await
        }
    }
}

async fn take_paper(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    fault: Option<Fault>,
) -> Result<Value, Refused> {
    let body = body.map_err(|_| Refused::new("1001", "the request is too large"))?;
    let fields = form::read_form(headers, &body).ok_or_else(|| Refused::new("500", "not form-urlencoded"))?;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let token = gateway.token(field("token"), field("id_token"), field("password"), fault);
    let token = token.filter(|token| token.username == field("username"));
    let token = token.ok_or_else(|| Refused::new("401", "token, id_token, username, password"))?;
    let rules = gateway.rules();
    let record = off_the_runtime(move || upload::judge(&fields, &token.facility, rules)).await?;
    let reply = upload::reply(&record);
    gateway.take(record, "205").await?;
    gateway.state().counts.papers += 1;
    Ok(reply)
}

async fn receive_driver(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let fate = gateway.fate(Service::Driver);
    if let Some(response) = fail_before(Service::Driver, fate).await {
        return response;
    }
    match take_driver(&gateway, &headers, body, fate.fault).await {
        Ok(reply) => answer(fate, reply).await,
        Err(refused) => {
            gateway.note_refusal(Service::Driver, &refused);
            answer(fate, driver::refusal(&refused.reason)).await
        }
    }
}

async fn take_driver(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    fault: Option<Fault>,
) -> Result<Value, Refused> {
    let body = body.map_err(|_| Refused::new("0", "the request is too large"))?;
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let account = gateway.0.world.account(header("Username")).filter(|account| {
        // There is no token to expire here: the account itself is refused this once.
        !account.locked
            && token::password_matches(&account.password, header("Password"))
            && fault != Some(Fault::TokenExpired)
    });
    let account = account.ok_or_else(|| Refused::new("0", "Tài khoản không hợp lệ"))?;
    if !header("content-type").starts_with("application/json") {
        return Err(Refused::new("0", "not application/json"));
    }
    let (facility, rules) = (account.facility.clone(), gateway.rules());
    let accepted = off_the_runtime(move || driver::judge(&body, &facility, rules)).await?;
    gateway.take(accepted.record, "0").await?;
    gateway.state().counts.drivers += 1;
    Ok(accepted.reply)
}

/// Signatures are arithmetic: other requests are not held up by it.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Refused::new("500", "the check ended early"))?
}

async fn resolve_eid(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let refuse = |status: u16, error: &str| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({"error": error}))).into_response()
    };
    let fate = gateway.fate(Service::Eid);
    match fate.fault {
        Some(Fault::Unauthorised) => return refuse(401, "not_authorised"),
        Some(Fault::ServerError) => return refuse(500, "internal"),
        _ => {}
    }
    if let Some(response) = fail_before(Service::Eid, fate).await {
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
        Some(reply) => answer(fate, reply).await,
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

async fn set_script(State(gateway): State<Gateway>, text: String) -> Response {
    match FaultScript::parse(&text) {
        Ok(script) => {
            gateway.set_script(script);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

async fn records(State(gateway): State<Gateway>, Query(of): Query<OfKey>) -> Json<Vec<Record>> {
    Json(gateway.records_of(of.kind, &of.key))
}

async fn summary(State(gateway): State<Gateway>) -> Json<Summary> {
    Json(Summary::of(&gateway.0.store))
}

async fn refusals(State(gateway): State<Gateway>) -> Json<Vec<SeenRefusal>> {
    Json(gateway.refusals())
}

async fn show(State(gateway): State<Gateway>) -> maud::Markup {
    let summary = Summary::of(&gateway.0.store);
    let latest = gateway.0.store.latest(KEPT);
    let state = gateway.state();
    page::render(&page::Shown {
        counts: &state.counts,
        summary: &summary,
        latest: &latest,
        refusals: &state.refusals,
        lookups: &state.lookups,
        faults: &state.faults.list(),
    })
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() == KEPT {
        list.remove(0);
    }
    list.push(item);
}
