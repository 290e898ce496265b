//! HTTP: the kiosks' JSON and the staff's pages. Handlers extract, call one domain function, and map its error.

mod extract;
mod hospital_system;
mod kiosk;
pub mod limit;
mod openapi;
mod papers;
mod problem;
mod public;
mod transport;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post, put};

use crate::app::App;
use crate::{hospital, operations, staff};

pub(crate) use extract::{Json as JsonBody, Visit as VisitPath};
pub(crate) use hospital_system::HospitalSystem;
pub use openapi::document as openapi_document;
pub(crate) use problem::{Failure, not_found};
pub use public::router as public_router;
pub(crate) use transport::{Peer, Transport};

/// The whole server as one value: what `serve` runs and what tests call.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route(api::path::CONFIGURATION, get(kiosk::configuration))
        .route(api::path::DEPARTMENTS, get(kiosk::departments))
        .route(api::path::CHALLENGE, post(kiosk::challenge))
        .route(api::path::IDENTIFICATION, put(kiosk::identification))
        .route(api::path::CHECK_IN, put(kiosk::check_in))
        .route(api::path::EID, post(kiosk::eid))
        .route(api::path::BLOCKS, post(kiosk::blocks))
        .route(api::path::RECONCILIATIONS, post(kiosk::reconciliations))
        .route(api::path::ALERTS, post(kiosk::alerts))
        .route(api::path::HEARTBEATS, post(kiosk::heartbeats))
        .route(api::path::ENROLMENT, post(kiosk::enrolment))
        .route(api::path::RENEWAL, post(kiosk::renewal));
    let hospital_system = Router::new()
        .route(hospital_system::FIRST_COST, post(hospital_system::first_cost))
        .route(hospital_system::DRAFTS, post(hospital_system::new_draft))
        .route(hospital_system::CERTIFICATE, get(hospital_system::certificate_state))
        .route(hospital_system::METRICS, get(hospital_system::metrics));
    Router::new()
        .merge(api)
        .merge(papers::routes())
        .merge(hospital_system)
        .merge(
            staff::routes()
                .merge(operations::staff_routes())
                .route_layer(middleware::from_fn_with_state(app.clone(), staff::told_as_a_page)),
        )
        .route(operations::FEED, get(operations::feed))
        .merge(hospital::routes::routes())
        .route_layer(middleware::from_fn_with_state(app.clone(), transport::refuse_plain_http))
        .route(api::path::HEALTH, get(kiosk::health))
        .route(api::path::OPENAPI, get(openapi::get))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(middleware::from_fn(problem::oversized))
        .with_state(app)
}
