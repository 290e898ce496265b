//! A mock of the health-insurance assessment gateway, and of an e-identity verifier, for demonstrations and tests.
//!
//! It is written from the public contract (`domain/GATEWAY.md` 1.1 to 1.3, 1.5, 1.7; `docs/eid-verifier.md`) and shares no types
//! with the hospital server's client, so that a misspelt field in the client fails a test. People, cards, staff and
//! accounts come from a file of invented people. It listens on loopback only.
//!
//! It is hostile on purpose. What the real one is said to do, it does: HTTP 200 with a code inside, the same file twice
//! makes two records, a token of one facility files another's papers without a word, a wrong `loaiHs` mis-files, nobody
//! can ask what became of an upload. Signatures are verified with another library than the hospital's signer. A fault
//! script ([`FaultScript`]) or the levers under `/mock/` make it slow, silent, cut, half, wrong, limited or absent. What
//! it received is kept over restarts and counted per certificate, so that a test can see whether one went in twice.
//!
//! Left out: visit files, vouchers, and whatever the contract marks unknown.

mod certificates;
mod check_in;
mod control;
mod driver;
mod eid;
mod entitlement;
mod fault;
mod form;
mod layout;
mod listener;
mod page;
mod papers;
mod portal;
mod record;
mod script;
mod server;
mod settings;
mod signature;
mod store;
mod token;
mod turn;
mod upload;
mod world;

pub use certificates::{Certificates, CertificatesError, Fingerprint, Unregistered};
pub use control::SeenRefusal;
pub use eid::SessionTerms;
pub use fault::{Fault, Service};
pub use listener::{RunningGateway, StartError, start};
pub use record::{Issue, Kind, Record};
pub use script::{FaultScript, ScriptError};
pub use server::{Clock, Gateway};
pub use settings::{DEFAULT_MAX_FILE_BYTES, Settings, TokenRule};
pub use signature::Algorithms;
pub use store::{KeyCount, StoreError};
pub use world::{Account, Person, Staff, World, WorldError};
