//! Queue, records and outbox of the hospital.
//!
//! [`config`] and [`clock`] come in from outside, [`store`] keeps, [`insurance`] asks the assessment gateway.

pub mod clock;
pub mod config;
pub mod insurance;
pub mod keys;
mod outbound;
pub mod person;
pub mod staff;
pub mod store;
