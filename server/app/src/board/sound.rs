//! The sound of a call, made when it is asked for: clips in memory are copied into a WAV file.
//!
//! The address says everything that is heard, so that any process behind any load balancer can answer it.

use announce::{Announcement, Destination, PlaceName, Standing, chime, compose, encode};
use api::TicketNumber;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::app::App;

pub const CHIME: &str = "/board/audio/chime.wav";
pub const CALL: &str = "/board/audio/call.wav";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallAddress {
    ticket: TicketNumber,
    to: To,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    standing: SpokenStanding,
    /// Of which voice: a browser that kept an older one asks again.
    voice: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum To {
    Room,
    Counter,
    SeeBoard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpokenStanding {
    Ordinary,
    Priority,
}

/// Where the sound of this call is fetched; the chime alone where there is no voice.
pub fn address(app: &App, call: &Announcement) -> String {
    let Some(voice) = &app.boards.voice else { return CHIME.to_owned() };
    let (to, place) = match &call.destination {
        Destination::Room(name) => (To::Room, Some(name)),
        Destination::Counter(name) => (To::Counter, Some(name)),
        Destination::SeeBoard => (To::SeeBoard, None),
    };
    let address = CallAddress {
        ticket: call.ticket,
        to,
        place: place.map(|name| name.as_str().to_owned()),
        standing: match call.standing {
            Standing::Ordinary => SpokenStanding::Ordinary,
            Standing::Priority => SpokenStanding::Priority,
        },
        voice: voice.fingerprint(),
    };
    serde_urlencoded::to_string(&address).map_or_else(|_| CHIME.to_owned(), |query| format!("{CALL}?{query}"))
}

impl CallAddress {
    fn announcement(&self) -> Option<Announcement> {
        let place = self.place.as_deref().map(PlaceName::parse).transpose().ok()?;
        let destination = match (self.to, place) {
            (To::Room, Some(name)) => Destination::Room(name),
            (To::Counter, Some(name)) => Destination::Counter(name),
            (To::SeeBoard, None) => Destination::SeeBoard,
            (To::Room | To::Counter, None) | (To::SeeBoard, Some(_)) => return None,
        };
        let standing = match self.standing {
            SpokenStanding::Ordinary => Standing::Ordinary,
            SpokenStanding::Priority => Standing::Priority,
        };
        Some(Announcement { ticket: self.ticket, destination, standing })
    }
}

pub async fn call(State(app): State<App>, address: Result<Query<CallAddress>, QueryRejection>) -> Response {
    let call = address.ok().and_then(|Query(address)| address.announcement());
    let (Some(call), Some(voice)) = (call, &app.boards.voice) else { return StatusCode::NOT_FOUND.into_response() };
    match compose(&call, voice, &app.boards.manner).map(|sound| sound.to_wav()) {
        Ok(Ok(wav)) => wave(wav),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

pub async fn chime_alone() -> Response {
    match encode(&chime()) {
        Ok(wav) => wave(wav),
        Err(error) => failed(&error),
    }
}

fn wave(wav: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "audio/wav"),
        (header::CACHE_CONTROL, "public, max-age=600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, wav).into_response()
}

fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!("a call cannot be spoken: {error}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
