//! Accounts, for administrators: who has one, one-time links for new people, and the end of second factors and accounts.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::account::{login_is_formed, name_place};
use super::page::{self, Freshness};
use super::sent::Sent;
use super::session::Staff;
use super::setup::{Earlier, make_link};
use super::text::{Language, Text};
use super::words::{self, Word};
use super::{Role, Task};
use crate::app::App;
use crate::http::{Failure, not_found};
use crate::refusal::Refusal;

pub async fn list(State(app): State<App>, language: Language, staff: Staff) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerStaff)?;
    people_page(&app, language, &staff, None).await
}

pub async fn invite(
    State(app): State<App>,
    language: Language,
    Sent { staff, form }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerStaff)?;
    let role = form.get("role").and_then(Role::from_code);
    let role = role.ok_or_else(|| Failure::malformed("the form has the field role"))?;
    let by = format!("staff:{}", staff.login);
    let link = make_link(&app, role, &by, Earlier::Keep).await.map_err(Refusal::Store)?;
    people_page(&app, language, &staff, Some(&link)).await
}

pub async fn act(
    State(app): State<App>,
    Path((login, way)): Path<(String, String)>,
    Sent { staff, .. }: Sent,
) -> Result<Response, Failure> {
    page::allowed(&staff, Task::AdministerStaff)?;
    if !login_is_formed(&login) {
        return Err(not_found().await);
    }
    let now = app.now_ms();
    let mut tx = app.store.begin().await.map_err(Refusal::Store)?;
    let action = match way.as_str() {
        "end-factor" => {
            tx.end_factor(&login).await.map_err(Refusal::Store)?;
            "second_factor_ended"
        }
        // The last administrator cannot lock the door from outside: nobody ends their own account.
        "end" if login != staff.login => {
            tx.disable_staff(&login, now).await.map_err(Refusal::Store)?;
            "staff_ended"
        }
        _ => return Err(not_found().await),
    };
    tx.audit(&format!("staff:{}", staff.login), action, None, &login, now).await.map_err(Refusal::Store)?;
    tx.commit().await.map_err(Refusal::Store)?;
    Ok(Redirect::to("/staff/people").into_response())
}

async fn people_page(app: &App, language: Language, staff: &Staff, link: Option<&str>) -> Result<Response, Failure> {
    let accounts = app.store.accounts().await.map_err(Refusal::Store)?;
    let say = |word: Word| word.say(language);
    let way = |login: &str, way: &str| format!("/staff/people/{login}/{way}");
    let body = html! {
        main {
            h1 { (say(Word::People)) }
            p.lead { (say(Word::PeopleLead)) }
            @if let Some(link) = link {
                div.note.ok role="status" { p { (say(Word::LinkOnce)) } p.hash { (link) } }
            }
            form.card.begin method="post" action="/staff/people/invite" {
                (page::token(staff))
                label.inline { strong { (say(Word::InviteLead)) }
                    select name="role" aria-label=(say(Word::RoleTitle)) {
                        @for role in Role::ALL { option value=(role.code()) { (words::role(role, language)) } }
                    }
                }
                button.primary { (say(Word::Invite)) }
            }
            div.card.wide tabindex="0" role="region" aria-label=(say(Word::People)) {
                table {
                    thead { tr {
                        th { (Text::LoginName.in_language(language)) } th { (say(Word::Name)) } th { (say(Word::RoleTitle)) }
                        th { (say(Word::SecondFactor)) } th { (Text::State.in_language(language)) }
                    } }
                    tbody { @for account in &accounts { tr {
                        td { (account.login) }
                        td { (account.name.open(&app.keys, name_place(&account.login)).unwrap_or_default()) }
                        td { (words::role(account.role, language)) }
                        td { @if account.has_factor && !account.disabled {
                            form method="post" action=(way(&account.login, "end-factor")) { (page::token(staff)) button { (say(Word::EndFactor)) } }
                        } @else { "–" } }
                        td { @if account.disabled { (say(Word::Ended)) } @else if account.login != staff.login {
                            form method="post" action=(way(&account.login, "end")) { (page::token(staff)) button.refuse { (say(Word::EndAccount)) } }
                        } }
                    } } }
                }
            }
        }
    };
    Ok(page::framed(app, language, Some(staff), Freshness::Still, body))
}
