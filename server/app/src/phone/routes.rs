//! The phone's page over HTTP.

use std::sync::{Arc, LazyLock};

use api::TicketNumber;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use queue::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::page::{self, Message};
use super::place::TicketPlace;
use super::token::{Followed, followed};
use crate::app::App;
use crate::board::Day;
use crate::board::stream::{self, Watched};
use crate::staff::Language;
use crate::store::{StoreError, TicketRow};

const STYLE: &str = include_str!("phone.css");
const SCRIPT: &str = include_str!("phone.js");

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/t/{token}", get(show))
        .route("/t/{token}/events", get(events))
        .route("/t/phone.css", get(style))
        .route("/t/phone.js", get(script))
}

#[derive(Deserialize)]
struct Wish {
    lang: Option<String>,
    after: Option<String>,
}

/// The link's language, else the phone's first, else Vietnamese.
fn language(wish: &Wish, headers: &HeaderMap) -> Language {
    let phone = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = |list: &str| list.get(..2).map(str::to_ascii_lowercase);
    match wish.lang.as_deref().map(str::to_owned).or_else(|| phone.and_then(first)) {
        Some(code) if code != Language::Vietnamese.code() => Language::English,
        Some(_) | None => Language::Vietnamese,
    }
}

/// One ticket that is followed.
struct Phone {
    number: TicketNumber,
    ticket: TicketRow,
    language: Language,
}

enum Found {
    Ticket(TicketNumber, TicketRow),
    Expired,
    Nothing,
}

async fn find(app: &App, token: &str) -> Result<Found, StoreError> {
    let Some(Followed { visit, service_day }) = followed(app, token).await? else { return Ok(Found::Nothing) };
    if service_day != app.today() {
        return Ok(Found::Expired);
    }
    let Some(ticket) = app.store.ticket(visit).await? else { return Ok(Found::Nothing) };
    let prefix = app.department(&ticket.department).map(|department| department.prefix);
    let number = prefix.and_then(|prefix| TicketNumber::new(prefix, ticket.number).ok());
    Ok(number.map_or(Found::Nothing, |number| Found::Ticket(number, ticket)))
}

async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let language = language(&wish, &headers);
    let told = |status, what| guarded(status, page::message(&app.config, &token, language, &what));
    match find(&app, &token).await {
        Ok(Found::Ticket(number, ticket)) => {
            let phone = Phone { number, ticket, language };
            let day = app.boards.day().borrow().clone();
            let live = phone.live(&app, &day);
            guarded(StatusCode::OK, page::whole(&app.config, &token, language, &VERSION, &live))
        }
        Ok(Found::Expired) => told(StatusCode::GONE, Message::Expired),
        Ok(Found::Nothing) => told(StatusCode::NOT_FOUND, Message::Unknown),
        Err(error) => {
            tracing::error!("a followed ticket cannot be read: {error}");
            told(StatusCode::INTERNAL_SERVER_ERROR, Message::Broken)
        }
    }
}

async fn events(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let language = language(&wish, &headers);
    match find(&app, &token).await {
        Ok(Found::Ticket(number, ticket)) => {
            let after = stream::after(&headers, wish.after.as_deref());
            stream::events(&app, Phone { number, ticket, language }, app.boards.day(), after)
        }
        // 204 tells a browser not to come again (WHATWG HTML 9.2.3).
        Ok(Found::Expired | Found::Nothing) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!("a followed ticket cannot be read: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Phone {
    fn live(&self, app: &App, day: &Day) -> Markup {
        if self.ticket.service_day == day.date {
            page::live(&app.departments(), &self.place(app, day), self.language)
        } else {
            page::card(&Message::Expired, self.language)
        }
    }

    fn place(&self, app: &App, day: &Day) -> TicketPlace {
        let now = Moment::from_unix_ms(app.now_ms());
        let given = (self.number, &self.ticket.department, self.ticket.visit);
        TicketPlace::of(&app.departments(), day, given, now, &app.config.queue.policy())
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    version: &'a str,
    html: &'a str,
}

impl Watched for Phone {
    type State = Arc<Day>;

    fn event(&mut self, app: &App, day: &Arc<Day>, sent: &str) -> Option<(String, Event)> {
        let html = self.live(app, day).into_string();
        let id = hex::encode(&Sha256::digest(html.as_bytes())[..8]);
        if id == sent {
            return None;
        }
        let shown = Shown { version: &VERSION, html: &html };
        Event::default().event("place").json_data(&shown).ok().map(|event| (id, event))
    }
}

/// Changes when page, style or script do.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION"), STYLE, SCRIPT] {
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..6])
});

async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

fn guarded(status: StatusCode, markup: Markup) -> Response {
    let mut response = (status, markup).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        // The address is the secret: no other site learns it.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}
