//! Queue, records and outbox of the hospital.
//!
//! [`router`] is what tests call, [`start`] what `tiepdon-server serve` and the stories across crates call.
//! [`finding`] says what a kiosk's evidence proves, [`identify`], [`check_in`] and [`block`] write it down together
//! with what must reach the outside, [`worker`] deals with that, [`staff`] shows it to people.

pub mod alert;
pub mod app;
pub mod audit;
pub mod block;
pub mod board;
pub mod certificate;
pub mod check_in;
pub mod clock;
pub mod config;
pub mod department;
pub mod dispatch;
pub mod eid;
pub mod enrolment;
pub mod failpoint;
pub mod finding;
pub mod first_cost;
mod held_key;
pub mod hospital;
mod http;
pub mod identify;
pub mod insurance;
mod key_check;
pub mod keys;
pub mod kiosk_health;
pub mod operations;
mod outbound;
pub mod paper;
pub mod person;
pub mod phone;
pub mod privacy;
pub mod queue;
pub mod refusal;
pub mod retry;
mod run;
pub mod staff;
pub mod store;
pub mod tls;
pub mod trust;
pub mod worker;

pub use app::{App, Eid, Outside, StartError};
pub use http::{openapi_document, public_router, router};
pub use run::{RunningServer, start};
