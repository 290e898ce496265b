//! What a person is told when something was not done: a page with the way back, where a program gets the problem itself.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use maud::html;

use super::page;
use super::text::{Language, Text};
use crate::app::App;

pub async fn told_as_a_page(State(app): State<App>, language: Language, request: Request, next: Next) -> Response {
    let by_a_browser = asks_for_a_page(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
    if !by_a_browser || is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let body = html! {
        main.refused {
            div.card {
                h1 { (words(status, language)) }
                p { a.button href="/staff" { (Text::Back.in_language(language)) } }
            }
        }
    };
    let mut told = page::whole(&app, language, None, body);
    *told.status_mut() = status;
    told
}

/// Browsers name it first when somebody follows a link or sends a form; scripts ask for anything.
fn asks_for_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.starts_with("text/html"))
}

fn words(status: StatusCode, language: Language) -> &'static str {
    let text = match status {
        StatusCode::FORBIDDEN => Text::MayNot,
        StatusCode::NOT_FOUND => Text::NotThere,
        StatusCode::PAYLOAD_TOO_LARGE => Text::TooLong,
        status if status.is_server_error() => Text::Failed,
        _ => Text::NotDone,
    };
    text.in_language(language)
}
