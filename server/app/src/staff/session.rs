//! Who is at the page: a cookie that scripts cannot read, a token in each form, a language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::account::name_place;
use super::text::Language;
use super::{Role, Task};
use crate::app::App;
use crate::http::{Peer, Transport};
use crate::keys::{new_key, parse_key};
use crate::store::StoreError;

const COOKIE: &str = "tiepdon_staff";
const LANGUAGE_COOKIE: &str = "tiepdon_language";

/// Somebody who logged in.
pub struct Staff {
    pub login: String,
    pub name: String,
    pub role: Role,
    csrf: String,
    token_hash: [u8; 32],
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
        let mut tx = app.store.begin().await?;
        tx.close_staff_session(&self.token_hash).await?;
        tx.commit().await
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let to_login = || Redirect::to("/staff/login").into_response();
        let token = cookie(&parts.headers, COOKIE).and_then(parse_key).ok_or_else(to_login)?;
        let token_hash: [u8; 32] = Sha256::digest(token.as_slice()).into();
        let row = app
            .store
            .staff_session(&token_hash, app.now_ms())
            .await
            .map_err(|error| crate::http::Failure::from(crate::refusal::Refusal::Store(error)).into_response())?;
        let row = row.ok_or_else(to_login)?;
        let name = row.name.open(&app.keys, name_place(&row.login)).unwrap_or_else(|_| row.login.clone());
        Ok(Self { login: row.login, name, role: row.role, csrf: row.csrf, token_hash })
    }
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

/// Opens a session and gives the cookie that carries it.
pub async fn open(app: &App, login: &str, peer: Peer) -> Result<HeaderValue, StoreError> {
    let (token, text) = new_key();
    let (_, csrf) = new_key();
    let now = app.now_ms();
    let minutes = i64::from(app.config.policy.staff_session_minutes);
    let mut tx = app.store.begin().await?;
    let token_hash = Sha256::digest(token.as_slice()).into();
    tx.open_staff_session(&token_hash, login, &csrf, (now, now + minutes * 60_000)).await?;
    tx.audit(&format!("staff:{login}"), "logged_in", None, "", now).await?;
    tx.commit().await?;
    Ok(set_cookie(COOKIE, &text, &format!("HttpOnly; Max-Age={}", minutes * 60), peer))
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
