//! The board over HTTP.

use std::sync::Arc;

use api::DepartmentCode;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::page::{self, Look};
use super::stream::{self, Watched};
use super::{Picture, departments, sound};
use crate::app::App;

pub(super) const STYLE: &str = include_str!("board.css");
pub(super) const SCRIPT: &str = include_str!("board.js");

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    media-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/board/{board}", get(show))
        .route("/board/{board}/events", get(events))
        .route("/board/board.css", get(style))
        .route("/board/board.js", get(script))
        .route("/board/regular.ttf", get(regular))
        .route("/board/semibold.ttf", get(semibold))
        .route("/board/extrabold.ttf", get(extrabold))
        .route(sound::CALL, get(sound::call))
        .route(sound::CHIME, get(sound::chime_alone))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    look: Look,
    /// The id of the last event seen.
    after: Option<String>,
}

async fn show(State(app): State<App>, Path(board): Path<String>, Query(wish): Query<Wish>) -> Response {
    let code = DepartmentCode::parse(&board).ok();
    let names = code.as_ref().and_then(|code| names(&app, code));
    let picture = code.as_ref().and_then(|code| app.boards.picture(code));
    let (Some(code), Some((name_vi, name_en)), Some(picture)) = (code, names, picture) else {
        return (StatusCode::NOT_FOUND, "no such board").into_response();
    };
    let frame = page::Frame {
        hospital_vi: &app.config.hospital.name_vi,
        name_vi: &name_vi,
        name_en: &name_en,
        code: code.as_str(),
        look: wish.look,
        version: &app.boards.version,
    };
    let html = picture.borrow().html.clone();
    let mut response = page::whole(&frame, &maud::PreEscaped(html), app.now()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn names(app: &App, code: &DepartmentCode) -> Option<(String, String)> {
    let group = app.config.board.groups.iter().find(|group| group.code == *code);
    match group {
        Some(group) => Some((group.name_vi.clone(), group.name_en.clone())),
        None => {
            departments(app, code)?.first().map(|department| (department.name_vi.clone(), department.name_en.clone()))
        }
    }
}

/// A screen.
struct Screen;

/// What the script gets.
#[derive(Serialize)]
struct Shown<'a> {
    version: &'a str,
    html: &'a str,
    at: String,
    say: Option<Say<'a>>,
}

#[derive(Serialize)]
struct Say<'a> {
    id: &'a str,
    ticket: String,
    audio: String,
    lasts_ms: u64,
    /// How long ago it began: a screen that comes late does not begin to speak into the next call.
    age_ms: i64,
}

impl Watched for Screen {
    type State = Arc<Picture>;

    fn event(&mut self, app: &App, picture: &Arc<Picture>, sent: &str) -> Option<(String, Event)> {
        if picture.id == sent || picture.id.is_empty() {
            return None;
        }
        let say = picture.spoken.as_ref().map(|spoken| Say {
            id: &spoken.id,
            ticket: spoken.announcement.ticket.to_string(),
            audio: sound::address(app, &spoken.announcement),
            lasts_ms: u64::try_from(spoken.lasts.as_millis()).unwrap_or(u64::MAX),
            age_ms: app.now_ms().saturating_sub(spoken.began_ms).max(0),
        });
        let shown = Shown { version: &app.boards.version, html: &picture.html, at: page::clock(app.now()), say };
        let event = Event::default().event("board").json_data(&shown).ok()?;
        Some((picture.id.clone(), event))
    }
}

async fn events(
    State(app): State<App>,
    Path(board): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let picture = DepartmentCode::parse(&board).ok().and_then(|code| app.boards.picture(&code));
    match picture {
        Some(picture) => stream::events(&app, Screen, picture, stream::after(&headers, wish.after.as_deref())),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        // A page that reloads itself for a newer version must not get the older style.
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

async fn regular(State(app): State<App>) -> Response {
    font(&app, "BeVietnamPro-Regular.ttf").await
}

async fn semibold(State(app): State<App>) -> Response {
    font(&app, "BeVietnamPro-SemiBold.ttf").await
}

async fn extrabold(State(app): State<App>) -> Response {
    font(&app, "BeVietnamPro-ExtraBold.ttf").await
}

/// From the folder that the papers are printed with; a screen without it uses a font of its own.
async fn font(app: &App, file: &'static str) -> Response {
    let Some(folder) = &app.config.papers.fonts else { return StatusCode::NOT_FOUND.into_response() };
    let path = folder.join(file);
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    match read {
        Ok(Ok(bytes)) => {
            let headers = [(header::CONTENT_TYPE, "font/ttf"), (header::CACHE_CONTROL, "public, max-age=86400")];
            (headers, bytes).into_response()
        }
        Ok(Err(_)) | Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
