//! Coming and going.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::account::password_is_right;
use super::page;
use super::sent::Sent;
use super::session::{self, Opening};
use super::text::{Language, Text};
use crate::app::App;
use crate::http::{Failure, Peer};
use crate::refusal::Refusal;
use crate::store::SignInStep;

#[derive(Deserialize)]
pub struct LoginForm {
    login: String,
    password: String,
}

#[derive(Deserialize)]
pub struct LanguageForm {
    to: String,
}

pub async fn form(State(app): State<App>, language: Language) -> Response {
    page(&app, language, None).into_response()
}

pub async fn submit(
    State(app): State<App>,
    language: Language,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(mut form) = form.map_err(|_| Failure::malformed("a login form has the fields login and password"))?;
    let password = Zeroizing::new(std::mem::take(&mut form.password));
    let senders = [format!("address {}", peer.address), format!("login {}", form.login)];
    if !senders.iter().all(|sender| app.login_limit.admits(sender, app.now_ms())) {
        let page = page(&app, language, Some(Text::TooManyAttempts));
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    if !password_is_right(&app, &form.login, password).await.map_err(Refusal::Store)? {
        tracing::warn!("a staff login was refused");
        return Ok((StatusCode::UNAUTHORIZED, page(&app, language, Some(Text::WrongPassword))).into_response());
    }
    let role = app.store.staff(&form.login).await.map_err(Refusal::Store)?.map(|row| row.role);
    let factor = app.store.factor(&form.login).await.map_err(Refusal::Store)?;
    let required = role.is_some_and(|role| app.config.sign_in.second_factor.contains(&role));
    let (step, next) = match factor.and_then(|factor| factor.confirmed_at) {
        Some(_) => (SignInStep::Code, "/staff/second-factor"),
        None if required => (SignInStep::Enrol, "/staff/second-factor/enrol"),
        None => (SignInStep::Full, role.map_or("/staff", super::Role::home)),
    };
    let workstation = session::workstation(&headers);
    let opening = Opening { login: &form.login, step, workstation, until: None, action: "logged_in" };
    let cookies = session::open(&app, opening, peer).await.map_err(Refusal::Store)?;
    form.login.zeroize();
    Ok(session::with_cookies(cookies, Redirect::to(next)))
}

pub async fn leave(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Sent { staff, .. }: Sent,
) -> Result<Response, Failure> {
    staff.leave(&app).await.map_err(Refusal::Store)?;
    Ok(([(header::SET_COOKIE, session::close_cookie(peer))], Redirect::to("/staff/login")).into_response())
}

/// Needs no session: it changes nothing but the words.
pub async fn language(
    Extension(peer): Extension<Peer>,
    form: Result<Form<LanguageForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::malformed("the form has the field to"))?;
    let language = if form.to == "en" { Language::English } else { Language::Vietnamese };
    Ok(([(header::SET_COOKIE, session::language_cookie(language, peer))], Redirect::to("/staff")).into_response())
}

fn page(app: &App, language: Language, complaint: Option<Text>) -> Response {
    let t = |text: Text| text.in_language(language);
    let body = html! {
        main.login {
            form.card method="post" action="/staff/login" {
                h1 { (t(Text::Login)) }
                @if let Some(complaint) = complaint {
                    p.complaint role="alert" { (t(complaint)) }
                }
                label { (t(Text::LoginName)) input name="login" autocomplete="username" autofocus required maxlength="32"; }
                label { (t(Text::Password)) input name="password" type="password" autocomplete="current-password" required maxlength="256"; }
                button.primary { (t(Text::Enter)) }
            }
        }
    };
    page::whole(app, language, None, body)
}
