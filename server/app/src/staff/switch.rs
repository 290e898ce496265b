//! Shared computers: a page that nobody touches is locked, and whoever signed in fully at this computer today comes back, or
//! takes over, with badge or login and a PIN. Five wrong PINs, or another day, and the password is needed again. The new
//! session ends when the one before would have: a PIN never makes a day longer.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::account::{login_is_formed, name_place, secret_is_right};
use super::page::{self, Freshness};
use super::sent::Sent;
use super::session::{self, Opening, Staff, Visitor};
use super::text::Language;
use super::words::Word;
use crate::app::App;
use crate::http::{Failure, Peer};
use crate::refusal::Refusal;
use crate::store::{MemberRow, SignInStep};

const MOST_TRIES: i64 = 5;

#[derive(Deserialize)]
pub struct SwitchForm {
    csrf: String,
    who: String,
    pin: String,
}

/// The page that a locked computer shows.
pub async fn locked(State(app): State<App>, language: Language, visitor: Visitor) -> Result<Response, Failure> {
    if visitor.step != SignInStep::Full {
        return Ok(Redirect::to(visitor.missing().unwrap_or("/staff/login")).into_response());
    }
    locked_page(&app, language, &visitor, None).await
}

pub async fn lock(State(app): State<App>, Sent { staff, .. }: Sent) -> Result<Response, Failure> {
    staff.lock(&app).await.map_err(Refusal::Store)?;
    Ok(Redirect::to("/staff/locked").into_response())
}

/// Somebody types or points: the extractor writes it down.
pub async fn active(_: Staff) -> StatusCode {
    StatusCode::NO_CONTENT
}

pub async fn switch(
    State(app): State<App>,
    language: Language,
    visitor: Visitor,
    Extension(peer): Extension<Peer>,
    form: Result<Form<SwitchForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::malformed("the form has the fields csrf, who and pin"))?;
    let pin = Zeroizing::new(form.pin);
    if !visitor.wrote(&form.csrf) {
        return Err(page::not_our_form());
    }
    let (SignInStep::Full, Some(workstation)) = (visitor.step, visitor.workstation) else {
        return Ok(Redirect::to(visitor.missing().unwrap_or("/staff/login")).into_response());
    };
    let member = member(&app, &workstation, form.who.trim()).await?;
    if !pin_is_right(&app, &workstation, member.as_ref(), pin).await? {
        let page = locked_page(&app, language, &visitor, Some(Word::PinWrong)).await?;
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    }
    let Some(member) = member else { return Err(page::not_our_form()) };
    visitor.leave(&app).await.map_err(Refusal::Store)?;
    let opening = Opening {
        login: &member.login,
        step: SignInStep::Full,
        workstation: Some(workstation),
        until: Some(visitor.expires_at),
        action: "switched_in",
    };
    let cookies = session::open(&app, opening, peer).await.map_err(Refusal::Store)?;
    Ok(session::with_cookies(cookies, Redirect::to(member.role.home())))
}

/// Who of today's people at this computer that login or badge is.
async fn member(app: &App, workstation: &[u8; 32], who: &str) -> Result<Option<MemberRow>, Refusal> {
    let login = if login_is_formed(who) { Some(who.to_owned()) } else { None };
    let badge = app.store.badge(&badge_hash(app, who)).await?;
    let members = app.store.members(workstation, app.today()).await?;
    Ok(members.into_iter().find(|member| badge.as_ref().or(login.as_ref()) == Some(&member.login)))
}

/// The try is counted before the PIN is looked at.
async fn pin_is_right(
    app: &App,
    workstation: &[u8; 32],
    member: Option<&MemberRow>,
    pin: Zeroizing<String>,
) -> Result<bool, Refusal> {
    let Some(member) = member else {
        secret_is_right(None, pin).await;
        return Ok(false);
    };
    let mut tx = app.store.begin().await?;
    let may_try = tx.try_pin(workstation, &member.login, MOST_TRIES).await?;
    tx.commit().await?;
    let hash = member.pin_hash.clone().filter(|_| may_try);
    if !secret_is_right(hash, pin).await {
        let mut tx = app.store.begin().await?;
        tx.audit(&format!("staff:{}", member.login), "pin_refused", None, "", app.now_ms()).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    tx.pin_was_right(workstation, &member.login).await?;
    tx.commit().await?;
    Ok(true)
}

pub(super) fn badge_hash(app: &App, badge: &str) -> [u8; 32] {
    app.keys.keyed_hash("staff badge", badge.as_bytes())
}

async fn locked_page(
    app: &App,
    language: Language,
    visitor: &Visitor,
    complaint: Option<Word>,
) -> Result<Response, Failure> {
    let members = match &visitor.workstation {
        Some(workstation) => app.store.members(workstation, app.today()).await.map_err(Refusal::Store)?,
        None => Vec::new(),
    };
    let able = members.iter().filter(|member| member.pin_hash.is_some() && member.tries < MOST_TRIES);
    let names: Vec<_> = able
        .map(|member| (member, member.name.open(&app.keys, name_place(&member.login)).unwrap_or_default()))
        .collect();
    let say = |word: Word| word.say(language);
    let body = html! {
        main.login {
            div.card {
                h1 { (say(Word::Locked)) }
                @if let Some(complaint) = complaint { p.complaint role="alert" { (say(complaint)) } }
                @if !names.is_empty() {
                    form.unlock method="post" action="/staff/switch" {
                        p { (say(Word::LockedLead)) }
                        input type="hidden" name="csrf" value=(visitor.csrf());
                        label {
                            (say(Word::Who))
                            input name="who" list="members" autocomplete="off" autofocus required maxlength="64" value=[names.iter().any(|(member, _)| member.login == visitor.login).then_some(&visitor.login)];
                        }
                        datalist id="members" { @for (member, name) in &names { option value=(member.login) { (name) } } }
                        label { (say(Word::Pin)) input name="pin" type="password" inputmode="numeric" autocomplete="off" required maxlength="12"; }
                        button.primary { (say(Word::Unlock)) }
                    }
                }
                a href="/staff/login" { (say(Word::FullSignIn)) }
            }
        }
    };
    Ok(page::framed(app, language, None, Freshness::Still, body))
}
