//! The second factor: asked for after the password, added with a QR code, replaced once by each recovery code.
//!
//! A code is good once (RFC 6238 5.2), whichever session it was typed into.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use rand::RngCore;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::page::{self, Freshness};
use super::session::{self, Opening, Visitor};
use super::text::{Language, Text};
use super::totp;
use super::words::Word;
use crate::app::App;
use crate::http::{Failure, Peer};
use crate::keys::{Place, Sealed};
use crate::refusal::Refusal;
use crate::store::SignInStep;

const RECOVERY_CODES: usize = 10;
/// 80 bits each.
const RECOVERY_BYTES: usize = 10;

#[derive(Deserialize)]
pub struct CodeForm {
    csrf: String,
    code: String,
}

type Answer = Result<Response, Failure>;

pub async fn ask(State(app): State<App>, language: Language, visitor: Visitor) -> Response {
    match visitor.step {
        SignInStep::Code => code_page(&app, language, &visitor, None),
        SignInStep::Enrol => Redirect::to("/staff/second-factor/enrol").into_response(),
        SignInStep::Full => Redirect::to(visitor.role.home()).into_response(),
    }
}

pub async fn answer(
    State(app): State<App>,
    language: Language,
    visitor: Visitor,
    Extension(peer): Extension<Peer>,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Answer {
    let code = own_code(&visitor, form)?;
    if visitor.step != SignInStep::Code {
        return Ok(Redirect::to(visitor.missing().unwrap_or(visitor.role.home())).into_response());
    }
    if let Some((status, complaint)) = complaint(&app, language, &visitor, &code, Codes::AppOrRecovery).await? {
        return Ok((status, code_page(&app, language, &visitor, Some(complaint))).into_response());
    }
    let cookies = signed_in(&app, &visitor, peer).await?;
    Ok(session::with_cookies(cookies, Redirect::to(visitor.role.home())))
}

pub async fn enrolment(State(app): State<App>, language: Language, visitor: Visitor) -> Answer {
    if let Some(elsewhere) = not_here(&app, &visitor).await? {
        return Ok(elsewhere);
    }
    enrolment_page(&app, language, &visitor, None).await
}

pub async fn enrol(
    State(app): State<App>,
    language: Language,
    visitor: Visitor,
    Extension(peer): Extension<Peer>,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Answer {
    let code = own_code(&visitor, form)?;
    if let Some(elsewhere) = not_here(&app, &visitor).await? {
        return Ok(elsewhere);
    }
    if let Some((status, complaint)) = complaint(&app, language, &visitor, &code, Codes::App).await? {
        return Ok((status, enrolment_page(&app, language, &visitor, Some(complaint)).await?).into_response());
    }
    let codes: Vec<Zeroizing<String>> = (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect();
    let hashes: Vec<_> = codes.iter().map(|code| recovery_hash(&app, &visitor.login, code)).collect();
    let now = app.now_ms();
    let mut tx = app.store.begin().await.map_err(Refusal::Store)?;
    tx.confirm_factor(&visitor.login, &hashes, now).await.map_err(Refusal::Store)?;
    let actor = format!("staff:{}", visitor.login);
    tx.audit(&actor, "second_factor_added", None, "", now).await.map_err(Refusal::Store)?;
    tx.commit().await.map_err(Refusal::Store)?;
    let cookies = signed_in(&app, &visitor, peer).await?;
    let say = |word: Word| word.say(language);
    let body = html! {
        main.login {
            div.card {
                h1 { (say(Word::RecoveryCodes)) }
                p { (say(Word::RecoveryLead)) }
                ul.codes { @for code in &codes { li { code { (grouped(code)) } } } }
                a.button href=(visitor.role.home()) { (say(Word::Continue)) }
            }
        }
    };
    Ok(session::with_cookies(cookies, page::framed(&app, language, None, Freshness::Still, body)))
}

/// A fresh session in place of the half one: what was seen before the second factor opens nothing after it.
async fn signed_in(app: &App, visitor: &Visitor, peer: Peer) -> Result<Vec<axum::http::HeaderValue>, Refusal> {
    visitor.leave(app).await?;
    let opening = Opening {
        login: &visitor.login,
        step: SignInStep::Full,
        workstation: visitor.workstation,
        until: None,
        action: "logged_in",
    };
    Ok(session::open(app, opening, peer).await?)
}

/// Where somebody belongs who may not add an app now.
async fn not_here(app: &App, visitor: &Visitor) -> Result<Option<Response>, Refusal> {
    if visitor.step != SignInStep::Enrol && !visitor.is_at_work() {
        let there = visitor.missing().unwrap_or("/staff/login");
        return Ok(Some(Redirect::to(there).into_response()));
    }
    let has_one = app.store.factor(&visitor.login).await?.is_some_and(|factor| factor.confirmed_at.is_some());
    Ok(has_one.then(|| Redirect::to("/staff/account").into_response()))
}

fn own_code(visitor: &Visitor, form: Result<Form<CodeForm>, FormRejection>) -> Result<Zeroizing<String>, Failure> {
    let Form(form) = form.map_err(|_| Failure::malformed("the form has the fields csrf and code"))?;
    if !visitor.wrote(&form.csrf) {
        return Err(page::not_our_form());
    }
    Ok(Zeroizing::new(form.code))
}

/// Which codes open the way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codes {
    App,
    AppOrRecovery,
}

/// Why a code does not count, in words for the page; None where it does.
async fn complaint(
    app: &App,
    language: Language,
    visitor: &Visitor,
    code: &str,
    codes: Codes,
) -> Result<Option<(StatusCode, &'static str)>, Refusal> {
    let login = &visitor.login;
    if !app.factor_limit.admits(login, app.now_ms()) {
        return Ok(Some((StatusCode::TOO_MANY_REQUESTS, Text::TooManyAttempts.in_language(language))));
    }
    let right = app_code_is_right(app, login, code).await?
        || (codes == Codes::AppOrRecovery && recovery(app, login, code).await?);
    if right {
        return Ok(None);
    }
    refused(app, login).await?;
    Ok(Some((StatusCode::UNAUTHORIZED, Word::CodeWrong.say(language))))
}

async fn app_code_is_right(app: &App, login: &str, typed: &str) -> Result<bool, Refusal> {
    let Some(factor) = app.store.factor(login).await? else { return Ok(false) };
    let secret = secret(app, login, &factor.secret)?;
    let Some(step) = totp::step_of(&secret, typed, app.now().unix_timestamp()) else { return Ok(false) };
    let mut tx = app.store.begin().await?;
    let fresh = tx.use_factor_step(login, step).await?;
    tx.commit().await?;
    Ok(fresh)
}

async fn recovery(app: &App, login: &str, typed: &str) -> Result<bool, Refusal> {
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let code = Zeroizing::new(code);
    let mut tx = app.store.begin().await?;
    let right = tx.use_recovery_code(login, &recovery_hash(app, login, &code), app.now_ms()).await?;
    if right {
        tx.audit(&format!("staff:{login}"), "recovery_code_used", None, "", app.now_ms()).await?;
    }
    tx.commit().await?;
    Ok(right)
}

async fn refused(app: &App, login: &str) -> Result<(), Refusal> {
    tracing::warn!("a second factor was refused");
    let mut tx = app.store.begin().await?;
    tx.audit(&format!("staff:{login}"), "second_factor_refused", None, "", app.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn secret(app: &App, login: &str, sealed: &Sealed<String>) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let text = Zeroizing::new(sealed.open(&app.keys, place(login))?);
    Ok(Zeroizing::new(hex::decode(text.as_str()).unwrap_or_default()))
}

fn place(login: &str) -> Place<'_> {
    Place { column: "staff_factors.secret", row: login }
}

fn new_recovery_code() -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; RECOVERY_BYTES]);
    rand::rngs::OsRng.fill_bytes(bytes.as_mut_slice());
    Zeroizing::new(totp::base32(bytes.as_slice()))
}

fn recovery_hash(app: &App, login: &str, code: &str) -> [u8; 32] {
    let value = Zeroizing::new(format!("{login}\u{1f}{code}"));
    app.keys.keyed_hash("recovery code", value.as_bytes())
}

fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..code.len()).step_by(4).map(|at| &code[at..code.len().min(at + 4)]).collect();
    groups.join(" ")
}

fn code_page(app: &App, language: Language, visitor: &Visitor, complaint: Option<&str>) -> Response {
    let say = |word: Word| word.say(language);
    let body = html! {
        main.login {
            form.card method="post" action="/staff/second-factor" {
                h1 { (say(Word::SecondFactor)) }
                p { (say(Word::SecondFactorLead)) }
                (code_field(visitor, language, complaint))
                button.primary { (say(Word::Continue)) }
            }
        }
    };
    page::framed(app, language, None, Freshness::Still, body)
}

fn code_field(visitor: &Visitor, language: Language, complaint: Option<&str>) -> Markup {
    html! {
        @if let Some(complaint) = complaint { p.complaint role="alert" { (complaint) } }
        input type="hidden" name="csrf" value=(visitor.csrf());
        label { (Word::Code.say(language)) input name="code" autocomplete="one-time-code" autofocus required maxlength="32"; }
    }
}

async fn enrolment_page(app: &App, language: Language, visitor: &Visitor, complaint: Option<&str>) -> Answer {
    let mut fresh = Zeroizing::new([0; totp::SECRET_BYTES]);
    rand::rngs::OsRng.fill_bytes(fresh.as_mut_slice());
    let sealed = Sealed::seal(&app.keys, place(&visitor.login), &hex::encode(fresh.as_slice()));
    let mut tx = app.store.begin().await.map_err(Refusal::Store)?;
    tx.offer_factor(&visitor.login, sealed).await.map_err(Refusal::Store)?;
    tx.commit().await.map_err(Refusal::Store)?;
    let factor = app.store.factor(&visitor.login).await.map_err(Refusal::Store)?;
    let Some(factor) = factor else { return Err(crate::http::not_found().await) };
    let secret = secret(app, &visitor.login, &factor.secret)?;
    let hospital = &app.config.hospital;
    let uri = Zeroizing::new(totp::uri(&secret, &hospital.name_en, &visitor.login));
    let key = Zeroizing::new(totp::base32(&secret));
    let say = |word: Word| word.say(language);
    let body = html! {
        main.login {
            form.card method="post" action="/staff/second-factor/enrol" {
                h1 { (say(Word::Enrol)) }
                p { (say(Word::EnrolLead)) }
                @if let Some(picture) = picture(&uri, say(Word::Enrol)) { (picture) }
                p { (say(Word::EnrolByHand)) " " code { (grouped(&key)) } }
                (code_field(visitor, language, complaint))
                button.primary { (say(Word::Continue)) }
            }
        }
    };
    Ok(page::framed(app, language, None, Freshness::Still, body))
}

/// A QR code (ISO/IEC 18004) as one path; the quiet zone of four modules is in the frame.
fn picture(content: &str, name: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4)).collect();
    let side = width + 8;
    Some(html! {
        svg.qr role="img" aria-label=(name) viewBox=(format!("0 0 {side} {side}")) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}
