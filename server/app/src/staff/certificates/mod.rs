//! Certificates at the desk: list, draft, findings, signatures, history, unknown outcomes, the switch.

mod act;
mod edit;
mod field;
mod list;
mod reconcile;
mod show;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

/// All fields of a draft at their longest, percent-encoded, do not come near it; a document to import may.
const MAX_FORM_BYTES: usize = 2 * 1024 * 1024;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/staff/certificates", get(list::list).post(edit::begin))
        .route("/staff/certificates/import", post(edit::import))
        .route("/staff/certificates/switch", post(act::switch))
        .route("/staff/certificates/unknown", get(reconcile::page).post(reconcile::settle))
        .route("/staff/certificates/{id}", get(show::page).post(edit::save))
        .route("/staff/certificates/{id}/person", post(edit::person))
        .route("/staff/certificates/{id}/pdf", get(show::pdf))
        .route("/staff/certificates/{id}/{way}", post(act::act))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
}
