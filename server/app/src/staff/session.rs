//! Who is at the page: a cookie that scripts cannot read, a token in each form, a language; how far the sign-in has come, and
//! whether anybody still sits there.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::account::name_place;
use super::text::Language;
use super::{Role, Task};
use crate::app::App;
use crate::http::{Peer, Transport};
use crate::keys::{new_key, parse_key};
use crate::store::{NewStaffSession, SignInStep, StoreError};

const COOKIE: &str = "tiepdon_staff";
const LANGUAGE_COOKIE: &str = "tiepdon_language";
/// Stays when people leave: it names the computer, not a person.
const WORKSTATION_COOKIE: &str = "tiepdon_workstation";
/// A touch is written down when the last one is older.
const TOUCH_MS: i64 = 30_000;

/// Somebody whose password was right; what else is missing says `step`.
pub struct Visitor {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub step: SignInStep,
    /// Nobody has touched the page for too long, or somebody locked it.
    pub locked: bool,
    pub workstation: Option<[u8; 32]>,
    pub expires_at: i64,
    csrf: String,
    token_hash: [u8; 32],
    seen_at: i64,
}

/// Somebody who is signed in and sits there.
pub struct Staff {
    pub login: String,
    pub name: String,
    pub role: Role,
    csrf: String,
    token_hash: [u8; 32],
}

impl Visitor {
    /// For the hidden field of every form.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    pub fn wrote(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    pub async fn leave(&self, app: &App) -> Result<(), StoreError> {
        close(app, &self.token_hash).await
    }

    /// Signed in fully and not locked.
    pub fn is_at_work(&self) -> bool {
        self.step == SignInStep::Full && !self.locked
    }

    /// Where whoever is not at work is sent.
    pub fn missing(&self) -> Option<&'static str> {
        match self.step {
            SignInStep::Code => Some("/staff/second-factor"),
            SignInStep::Enrol => Some("/staff/second-factor/enrol"),
            SignInStep::Full => self.locked.then_some("/staff/locked"),
        }
    }
}

impl Staff {
    pub fn may(&self, task: Task) -> bool {
        self.role.may(task)
    }

    /// For the hidden field of every form.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Did this form come from our own page?
    pub fn wrote(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    pub async fn leave(&self, app: &App) -> Result<(), StoreError> {
        close(app, &self.token_hash).await
    }

    /// The next page is the one that asks for a PIN.
    pub async fn lock(&self, app: &App) -> Result<(), StoreError> {
        app.store.touch_staff_session(&self.token_hash, 0).await
    }
}

async fn close(app: &App, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.close_staff_session(token_hash).await?;
    tx.commit().await
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let to_login = || Redirect::to("/staff/login").into_response();
        let token = cookie(&parts.headers, COOKIE).and_then(parse_key).ok_or_else(to_login)?;
        let token_hash: [u8; 32] = Sha256::digest(token.as_slice()).into();
        let row = app.store.staff_session(&token_hash, app.now_ms()).await.map_err(failed)?.ok_or_else(to_login)?;
        let name = row.name.open(&app.keys, name_place(&row.login)).unwrap_or_else(|_| row.login.clone());
        let idle_ms = i64::from(app.config.sign_in.idle_minutes) * 60_000;
        Ok(Self {
            login: row.login,
            name,
            role: row.role,
            step: row.step,
            locked: app.now_ms() - row.seen_at >= idle_ms,
            workstation: row.workstation,
            expires_at: row.expires_at,
            csrf: row.csrf,
            token_hash,
            seen_at: row.seen_at,
        })
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        if let Some(elsewhere) = visitor.missing() {
            return Err(Redirect::to(elsewhere).into_response());
        }
        let now = app.now_ms();
        if is_touch(parts) && now - visitor.seen_at > TOUCH_MS {
            app.store.touch_staff_session(&visitor.token_hash, now).await.map_err(failed)?;
        }
        let Visitor { login, name, role, csrf, token_hash, .. } = visitor;
        Ok(Self { login, name, role, csrf, token_hash })
    }
}

/// A person did this; a page that looks for news by itself does not count.
fn is_touch(parts: &Parts) -> bool {
    parts.method == Method::POST || parts.headers.get("sec-fetch-user").is_some_and(|value| value == "?1")
}

fn failed(error: StoreError) -> Response {
    crate::http::Failure::from(crate::refusal::Refusal::Store(error)).into_response()
}

impl FromRequestParts<App> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(match cookie(&parts.headers, LANGUAGE_COOKIE) {
            Some("en") => Self::English,
            Some(_) | None => Self::Vietnamese,
        })
    }
}

/// What a new session is about.
pub struct Opening<'a> {
    pub login: &'a str,
    pub step: SignInStep,
    /// The hash of this computer's own cookie; made when there is none.
    pub workstation: Option<[u8; 32]>,
    /// Not longer than the session it comes from.
    pub until: Option<i64>,
    /// In the record.
    pub action: &'static str,
}

/// Opens a session and gives the cookies that carry it.
pub async fn open(app: &App, opening: Opening<'_>, peer: Peer) -> Result<Vec<HeaderValue>, StoreError> {
    let (token, text) = new_key();
    let (_, csrf) = new_key();
    let now = app.now_ms();
    let minutes = i64::from(app.config.policy.staff_session_minutes);
    let expires_at = opening.until.unwrap_or(now + minutes * 60_000);
    let mut cookies = vec![set_cookie(COOKIE, &text, &format!("HttpOnly; Max-Age={}", minutes * 60), peer)];
    let workstation = opening.workstation.unwrap_or_else(|| {
        let (computer, text) = new_key();
        cookies.push(set_cookie(WORKSTATION_COOKIE, &text, "HttpOnly; Max-Age=31536000", peer));
        Sha256::digest(computer.as_slice()).into()
    });
    let session = NewStaffSession {
        token_hash: Sha256::digest(token.as_slice()).into(),
        login: opening.login,
        csrf: &csrf,
        step: opening.step,
        workstation,
        opened_at: now,
        expires_at,
    };
    let mut tx = app.store.begin().await?;
    tx.open_staff_session(session).await?;
    if opening.step == SignInStep::Full {
        if opening.until.is_none() {
            tx.join_workstation(&workstation, opening.login, app.today()).await?;
        }
        tx.audit(&format!("staff:{}", opening.login), opening.action, None, "", now).await?;
    }
    tx.commit().await?;
    Ok(cookies)
}

/// Which computer a request comes from.
pub fn workstation(headers: &HeaderMap) -> Option<[u8; 32]> {
    cookie(headers, WORKSTATION_COOKIE).and_then(parse_key).map(|key| Sha256::digest(key.as_slice()).into())
}

pub fn with_cookies(cookies: Vec<HeaderValue>, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub fn close_cookie(peer: Peer) -> HeaderValue {
    set_cookie(COOKIE, "", "HttpOnly; Max-Age=0", peer)
}

pub fn language_cookie(language: Language, peer: Peer) -> HeaderValue {
    set_cookie(LANGUAGE_COOKIE, language.code(), "HttpOnly; Max-Age=31536000", peer)
}

fn set_cookie(name: &str, value: &str, more: &str, peer: Peer) -> HeaderValue {
    let secure = match peer.transport {
        Transport::Tls | Transport::TlsProxy => "; Secure",
        Transport::Loopback => "",
    };
    let text = format!("{name}={value}; Path=/; SameSite=Strict; {more}{secure}");
    HeaderValue::try_from(text).expect("hexadecimal digits and fixed words")
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
