//! Accounts without default passwords: a link that is good once and for a day, in which whoever opens it chooses login and
//! password. The first start prints the first administrator's; administrators make the others.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use rand::RngCore;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Role;
use super::account::{hashed, login_is_formed, name_place, password_fits};
use super::page::{self, Freshness};
use super::text::{Language, Text};
use super::words::{self, Word};
use crate::app::App;
use crate::http::{Failure, Peer};
use crate::keys::Sealed;
use crate::refusal::Refusal;
use crate::store::{StaffRow, StoreError};

const LINK_MS: i64 = 24 * 60 * 60 * 1000;
const TOKEN_BYTES: usize = 16;
const MAX_NAME_CHARACTERS: usize = 100;

#[derive(Deserialize)]
pub struct AccountForm {
    login: String,
    name: String,
    password: String,
    again: String,
}

/// The path for the first administrator, where nobody has an account; a path that was printed before ends.
pub async fn first_link(app: &App) -> Result<Option<Zeroizing<String>>, StoreError> {
    if app.store.has_staff().await? {
        return Ok(None);
    }
    make_link(app, Role::Administrator, "server", Earlier::End).await.map(Some)
}

/// What becomes of links for the same role that nobody used yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Earlier {
    Keep,
    End,
}

pub(super) async fn make_link(
    app: &App,
    role: Role,
    by: &str,
    earlier: Earlier,
) -> Result<Zeroizing<String>, StoreError> {
    let mut token = Zeroizing::new([0; TOKEN_BYTES]);
    rand::rngs::OsRng.fill_bytes(token.as_mut_slice());
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    if earlier == Earlier::End {
        tx.end_staff_links(role).await?;
    }
    tx.keep_staff_link(&Sha256::digest(token.as_slice()).into(), role, (now, now + LINK_MS)).await?;
    tx.audit(by, "staff_link_made", None, role.code(), now).await?;
    tx.commit().await?;
    let token = Zeroizing::new(hex::encode(token.as_slice()));
    Ok(Zeroizing::new(format!("/staff/setup/{}", token.as_str())))
}

pub async fn form(
    State(app): State<App>,
    language: Language,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let Some((_, role)) = good(&app, peer, &token).await? else { return Ok(gone(&app, language)) };
    Ok(setup_page(&app, language, &token, role, None))
}

pub async fn submit(
    State(app): State<App>,
    language: Language,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    form: Result<Form<AccountForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::malformed("the form has login, name, password and again"))?;
    let (password, again) = (Zeroizing::new(form.password), Zeroizing::new(form.again));
    let Some((hash, role)) = good(&app, peer, &token).await? else { return Ok(gone(&app, language)) };
    let name = form.name.trim();
    let complaint = if !login_is_formed(&form.login) {
        Some(Word::LoginForm)
    } else if name.is_empty() || name.chars().count() > MAX_NAME_CHARACTERS {
        Some(Word::NameMissing)
    } else if !password_fits(&password) {
        Some(Word::PasswordForm)
    } else if *password != *again {
        Some(Word::PasswordsDiffer)
    } else {
        None
    };
    if let Some(complaint) = complaint {
        let page = setup_page(&app, language, &token, role, Some(complaint));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let password_hash = hashed(password).await.map_err(|error| {
        tracing::error!("{error}");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, api::ProblemCode::Internal, "the password cannot be hashed")
    })?;
    let name = Sealed::seal(&app.keys, name_place(&form.login), &name.to_owned());
    let row = StaffRow { login: form.login.clone(), name, password_hash, role };
    Ok(match create(&app, &hash, row).await.map_err(Refusal::Store)? {
        Created::Done => Redirect::to("/staff/login").into_response(),
        Created::LinkGone => gone(&app, language),
        Created::LoginTaken => {
            let page = setup_page(&app, language, &token, role, Some(Word::LoginTaken));
            (StatusCode::CONFLICT, page).into_response()
        }
    })
}

enum Created {
    Done,
    LinkGone,
    LoginTaken,
}

/// Link and account in one transaction: a link that made nothing is not used up.
async fn create(app: &App, link: &[u8; 32], row: StaffRow) -> Result<Created, StoreError> {
    let now = app.now_ms();
    let (login, role) = (row.login.clone(), row.role);
    let mut tx = app.store.begin().await?;
    if !tx.use_staff_link(link, now).await? {
        return Ok(Created::LinkGone);
    }
    if !tx.add_new_staff(row, now).await? {
        return Ok(Created::LoginTaken);
    }
    tx.audit(&format!("staff:{login}"), "staff_added", None, &format!("{login} {}", role.code()), now).await?;
    tx.commit().await?;
    Ok(Created::Done)
}

/// The hash of a link that is good, and the role it makes. Guessing is limited by address.
async fn good(app: &App, peer: Peer, token: &str) -> Result<Option<([u8; 32], Role)>, Failure> {
    if !app.login_limit.admits(&format!("link {}", peer.address), app.now_ms()) {
        let detail = "too many attempts: wait a minute";
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, api::ProblemCode::TooManyRequests, detail));
    }
    let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
    if hex::decode_to_slice(token, bytes.as_mut_slice()).is_err() {
        return Ok(None);
    }
    let hash = Sha256::digest(bytes.as_slice()).into();
    let role = app.store.staff_link(&hash, app.now_ms()).await.map_err(Refusal::Store)?;
    Ok(role.map(|role| (hash, role)))
}

fn gone(app: &App, language: Language) -> Response {
    let body = html! {
        main.login { div.card { h1 { (Word::SetUp.say(language)) } p.complaint { (Word::SetUpGone.say(language)) } } }
    };
    (StatusCode::NOT_FOUND, page::framed(app, language, None, Freshness::Still, body)).into_response()
}

fn setup_page(app: &App, language: Language, token: &str, role: Role, complaint: Option<Word>) -> Response {
    let say = |word: Word| word.say(language);
    let text = |text: Text| text.in_language(language);
    let body = html! {
        main.login {
            form.card method="post" action=(format!("/staff/setup/{token}")) {
                h1 { (say(Word::SetUp)) }
                p { (say(Word::SetUpLead)) " " strong { (words::role(role, language)) } }
                @if let Some(complaint) = complaint { p.complaint role="alert" { (say(complaint)) } }
                label { (text(Text::LoginName)) input name="login" autocomplete="username" autofocus required maxlength="32"; small { (say(Word::LoginForm)) } }
                label { (say(Word::Name)) input name="name" autocomplete="name" required maxlength="100"; }
                label { (text(Text::Password)) input name="password" type="password" autocomplete="new-password" required maxlength="256"; small { (say(Word::PasswordForm)) } }
                label { (say(Word::PasswordAgain)) input name="again" type="password" autocomplete="new-password" required maxlength="256"; }
                button.primary { (say(Word::Create)) }
            }
        }
    };
    page::framed(app, language, None, Freshness::Still, body)
}
