//! The frame of every page, its headers, and the check of every form.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Task;
use super::administration;
use super::session::Staff;
use super::text::{Language, Text};
use super::words::Word;
use crate::app::App;
use crate::http::Failure;

/// Nothing from elsewhere, no frames, no inline script or style.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub fn whole(app: &App, language: Language, staff: Option<&Staff>, body: Markup) -> Response {
    framed(app, language, staff, Freshness::Live, body)
}

/// Does the page look for news by itself?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Live,
    /// Somebody types here: it must not move.
    Still,
}

pub fn framed(app: &App, language: Language, staff: Option<&Staff>, freshness: Freshness, body: Markup) -> Response {
    let at_a_counter = |staff: &Staff| staff.may(Task::SeeTheList) || staff.may(Task::CallPatients);
    let live = staff.is_some_and(|staff| freshness == Freshness::Live && at_a_counter(staff));
    let t = |text: Text| text.in_language(language);
    let hospital = &app.config.hospital;
    let name = match language {
        Language::Vietnamese => &hospital.name_vi,
        Language::English => &hospital.name_en,
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if let Some(title) = heading(&body) { (title) " · " } (name) }
                link rel="stylesheet" href="/staff/style.css";
                @if live { noscript { meta http-equiv="refresh" content="20"; } }
                @if live { script src="/staff/live.js" defer {} }
                @if staff.is_some() { script src="/staff/idle.js" defer data-minutes=(app.config.sign_in.idle_minutes) {} }
            }
            body {
                header {
                    span.flower aria-hidden="true" {}
                    strong { (name) }
                    @if let Some(staff) = staff {
                        nav {
                            @if at_a_counter(staff) { a href="/staff" { (t(Text::Title)) } }
                            @if staff.may(Task::SeeCertificates) {
                                a href="/staff/certificates" { (t(Text::Certificates)) }
                            }
                            @if staff.may(Task::SeeOperations) {
                                a href="/staff/operations" { (t(Text::Operations)) }
                            }
                            @if administration::is_for(staff) {
                                a href=(administration::PAGE) { (administration::title(language)) }
                            }
                        }
                    }
                    span.space {}
                    form method="post" action="/staff/language" {
                        button.quiet name="to" value=(language.other().code()) { (language.other().own_name()) }
                    }
                    @if let Some(staff) = staff {
                        a.who href="/staff/account" { (staff.name) }
                        form method="post" action="/staff/lock" id="lock" {
                            (token(staff))
                            button.quiet { (Word::Lock.say(language)) }
                        }
                        form method="post" action="/staff/logout" {
                            (token(staff))
                            button.quiet { (t(Text::Leave)) }
                        }
                    }
                }
                (body)
            }
        }
    };
    guarded(markup)
}

/// What the page calls itself is its title too: for tabs, bookmarks and screen readers (WCAG 2.2, 2.4.2).
fn heading(body: &Markup) -> Option<Markup> {
    let (_, rest) = body.0.split_once("<h1")?;
    let (_, rest) = rest.split_once('>')?;
    let (heading, _) = rest.split_once("</h1>")?;
    let mut words = String::new();
    // Text stands before the first tag and behind each.
    for part in heading.split('<').enumerate() {
        let text = match part {
            (0, text) => text,
            (_, tag) => tag.split_once('>').map_or("", |(_, text)| text),
        };
        words.push_str(text);
    }
    let words = words.trim();
    (!words.is_empty()).then(|| PreEscaped(words.to_owned()))
}

/// Markup with the headers that keep it private and alone.
pub fn guarded(markup: Markup) -> Response {
    let mut response = markup.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The hidden field that says the form is ours.
pub fn token(staff: &Staff) -> Markup {
    html! { input type="hidden" name="csrf" value=(staff.csrf()); }
}

/// Refuses what the role may not do.
pub fn allowed(staff: &Staff, task: Task) -> Result<(), Failure> {
    if staff.may(task) { Ok(()) } else { Err(may_not()) }
}

pub fn may_not() -> Failure {
    refused("this account may not do that")
}

pub fn unreadable_form() -> Failure {
    refused("the form cannot be read: load the page again")
}

pub fn not_our_form() -> Failure {
    refused("the form does not carry this session's token: load the page again")
}

fn refused(detail: &str) -> Failure {
    Failure::new(StatusCode::FORBIDDEN, api::ProblemCode::NotPermitted, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_called_by_its_first_heading() {
        let of = |body: Markup| heading(&body).map(|title| title.0);
        assert_eq!(of(html! { main { h1 { "Phòng " (2) } h1 { "B" } } }).as_deref(), Some("Phòng 2"));
        assert_eq!(of(html! { h1.wide { "A & " b { "B" } } }).as_deref(), Some("A &amp; B"));
        assert_eq!(of(html! { main { p { "no heading" } } }), None);
        assert_eq!(of(html! { h1 {} }), None);
    }
}
