//! Pages for the people at the counter: server-rendered, usable without JavaScript.

mod account;
mod administration;
mod case;
mod certificates;
mod counter;
mod departments;
mod live;
mod login;
mod own;
mod page;
mod people;
mod refused;
mod role;
mod second_factor;
mod sent;
mod session;
mod setup;
mod style;
mod switch;
mod text;
pub mod totp;
mod words;
mod work;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use self::administration::{audit, duty, kiosks, person, trust};
use crate::app::App;

pub use account::{AccountError, add};
pub(crate) use account::{name_of, name_place};
pub(crate) use page::{Freshness, allowed, framed};
pub(crate) use refused::told_as_a_page;
pub use role::{Role, Task};
pub(crate) use session::Staff;
pub use setup::first_link;
pub use text::Language;

/// No form of these pages comes near it.
const MAX_FORM_BYTES: usize = 16 * 1024;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(async || axum::response::Redirect::to("/staff")))
        .route("/staff", get(work::list))
        .route("/staff/login", get(login::form).post(login::submit))
        .route("/staff/logout", post(login::leave))
        .route("/staff/setup/{token}", get(setup::form).post(setup::submit))
        .route("/staff/second-factor", get(second_factor::ask).post(second_factor::answer))
        .route("/staff/second-factor/enrol", get(second_factor::enrolment).post(second_factor::enrol))
        .route("/staff/locked", get(switch::locked))
        .route("/staff/lock", post(switch::lock))
        .route("/staff/switch", post(switch::switch))
        .route("/staff/active", post(switch::active))
        .route("/staff/account", get(own::show))
        .route("/staff/account/pin", post(own::set_pin))
        .route(administration::PAGE, get(administration::list))
        .route(kiosks::PAGE, get(kiosks::list).post(kiosks::admit))
        .route("/staff/kiosks/{kiosk}/revoke", post(kiosks::revoke))
        .route("/staff/people", get(people::list))
        .route("/staff/people/invite", post(people::invite))
        .route("/staff/people/{login}/{way}", post(people::act))
        .route(person::PAGE, get(person::form))
        .route("/staff/person/show", post(person::show))
        .route("/staff/person/file", post(person::file))
        .route("/staff/person/erase", post(person::erase))
        .route("/staff/person/withdraw", post(person::withdraw))
        .route("/staff/idle.js", get(style::idle))
        .route("/staff/language", post(login::language))
        .route("/staff/visits/{visit}/{way}", post(work::decide))
        .route("/staff/events", get(live::events))
        .route("/staff/counter/{department}/{counter}", get(counter::show))
        .route("/staff/counter/{department}/{counter}/{way}", post(counter::act))
        .route("/staff/calls/{id}", post(work::answer_call))
        .route(trust::PAGE, get(trust::list))
        .route("/staff/trust/{signer}/{way}", post(trust::act))
        .route(duty::PAGE, get(duty::list).post(duty::add))
        .route("/staff/duty-officers/{id}/end", post(duty::end))
        .route(audit::PAGE, get(audit::list))
        .route(audit::FILE, get(audit::file))
        .route(audit::VERIFY, post(audit::verify))
        .route("/staff/style.css", get(style::css))
        .route("/staff/live.js", get(style::script))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .merge(certificates::routes())
        .merge(departments::routes())
}
