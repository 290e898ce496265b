//! One's own account: second factor, PIN and badge.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::account::{hashed, password_is_right};
use super::page::{self, Freshness};
use super::session::Staff;
use super::switch::badge_hash;
use super::text::{Language, Text};
use super::words::{self, Word};
use crate::app::App;
use crate::http::Failure;
use crate::refusal::Refusal;

const PIN_DIGITS: std::ops::RangeInclusive<usize> = 6..=12;
const MAX_BADGE_BYTES: usize = 64;

#[derive(Deserialize)]
pub struct PinForm {
    csrf: String,
    password: String,
    pin: String,
    #[serde(default)]
    badge: String,
}

/// Said above the form.
enum Note {
    Good(&'static str),
    Bad(&'static str),
}

pub async fn show(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    account_page(&app, language, &staff, None).await
}

pub async fn set_pin(
    State(app): State<App>,
    language: Language,
    staff: Staff,
    form: Result<Form<PinForm>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(form) = form.map_err(|_| Failure::malformed("the form has csrf, password, pin and badge"))?;
    let (password, pin) = (Zeroizing::new(form.password), Zeroizing::new(form.pin));
    if !staff.wrote(&form.csrf) {
        return Err(page::not_our_form());
    }
    let complain = async |status: StatusCode, words: &'static str| {
        let page = account_page(&app, language, &staff, Some(Note::Bad(words))).await?;
        Ok((status, page).into_response())
    };
    if !app.login_limit.admits(&format!("login {}", staff.login), app.now_ms()) {
        return complain(StatusCode::TOO_MANY_REQUESTS, Text::TooManyAttempts.in_language(language)).await;
    }
    if !password_is_right(&app, &staff.login, password).await.map_err(Refusal::Store)? {
        return complain(StatusCode::UNAUTHORIZED, Text::WrongPassword.in_language(language)).await;
    }
    let badge = form.badge.trim();
    if !pin_fits(&pin) || badge.len() > MAX_BADGE_BYTES {
        return complain(StatusCode::UNPROCESSABLE_ENTITY, Word::PinForm.say(language)).await;
    }
    let pin_hash = hashed(pin).await.map_err(|error| {
        tracing::error!("{error}");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, api::ProblemCode::Internal, "the PIN cannot be hashed")
    })?;
    let mut tx = app.store.begin().await.map_err(Refusal::Store)?;
    tx.set_pin(&staff.login, pin_hash).await.map_err(Refusal::Store)?;
    let badge_is_free =
        badge.is_empty() || tx.set_badge(&staff.login, &badge_hash(&app, badge)).await.map_err(Refusal::Store)?;
    if !badge_is_free {
        drop(tx);
        return complain(StatusCode::CONFLICT, Word::BadgeTaken.say(language)).await;
    }
    tx.audit(&format!("staff:{}", staff.login), "pin_set", None, "", app.now_ms()).await.map_err(Refusal::Store)?;
    tx.commit().await.map_err(Refusal::Store)?;
    account_page(&app, language, &staff, Some(Note::Good(Word::Saved.say(language)))).await
}

/// What everybody tries first is refused.
fn pin_fits(pin: &str) -> bool {
    let digits = pin.as_bytes();
    let steps: Vec<i16> = digits.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    let in_a_row =
        steps.first().is_some_and(|first| (-1..=1).contains(first) && steps.iter().all(|step| step == first));
    PIN_DIGITS.contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && !in_a_row
}

async fn account_page(app: &App, language: Language, staff: &Staff, note: Option<Note>) -> Result<Response, Failure> {
    let factor = app.store.factor(&staff.login).await.map_err(Refusal::Store)?;
    let has_factor = factor.is_some_and(|factor| factor.confirmed_at.is_some());
    let say = |word: Word| word.say(language);
    let body = html! {
        main.own {
            h1 { (say(Word::Account)) }
            p.lead { (staff.name) " · " (staff.login) " · " (words::role(staff.role, language)) }
            @match note {
                Some(Note::Good(words)) => p.note.ok role="status" { (words) },
                Some(Note::Bad(words)) => p.complaint role="alert" { (words) },
                None => {}
            }
            div.card {
                h2 { (say(Word::SecondFactor)) }
                @if has_factor {
                    p { (say(Word::FactorOn)) }
                } @else {
                    p { (say(Word::FactorOff)) }
                    a.button href="/staff/second-factor/enrol" { (say(Word::Begin)) }
                }
            }
            form.card method="post" action="/staff/account/pin" {
                h2 { (say(Word::PinTitle)) }
                p { (say(Word::PinLead)) }
                (page::token(staff))
                label { (say(Word::Pin)) input name="pin" type="password" inputmode="numeric" autocomplete="off" required maxlength="12"; }
                label { (say(Word::Badge)) input name="badge" autocomplete="off" maxlength="64"; }
                label { (say(Word::CurrentPassword)) input name="password" type="password" autocomplete="current-password" required maxlength="256"; }
                button.primary { (say(Word::Save)) }
            }
        }
    };
    Ok(page::framed(app, language, Some(staff), Freshness::Still, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_six_digits_that_are_not_the_first_guess() {
        for fits in ["194837", "110203", "123455", "907214365812"] {
            assert!(pin_fits(fits), "{fits}");
        }
        for guess in ["", "12345", "123456", "987654", "000000", "19483a", "1948370000000"] {
            assert!(!pin_fits(guess), "{guess}");
        }
    }
}
