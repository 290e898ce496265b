//! A mock of the health-insurance assessment gateway, and of an e-identity verifier, for demonstrations and tests.
//!
//! It is written from the public contract (`domain/GATEWAY.md` 1.1 to 1.3; `docs/eid-verifier.md`) and shares no types
//! with the hospital server's client, so that a misspelt field in the client fails a test. People, cards, staff and
//! accounts come from a file of invented people. Every service can be made slow, silent, down, unauthorised, wrong or
//! talkative nonsense on demand. It listens on loopback only.
//!
//! Left out: visit files and certificates (they come with the certificates), and whatever the contract marks unknown.

mod check_in;
mod control;
mod eid;
mod entitlement;
mod fault;
mod form;
mod page;
mod server;
mod token;
mod world;

pub use eid::SessionTerms;
pub use fault::{Fault, Service};
pub use server::{Clock, Gateway, RunningGateway, StartError, start};
pub use world::{Account, Person, Staff, World, WorldError};
