//! A chip that answers APDUs byte for byte: access control is enforced, PACE, BAC, secure messaging, active and chip
//! authentication really run. What is simulated is the silicon, not the protocol.
//!
//! Its files are signed by a certificate authority made at random for each run; no trust store of a product
//! knows it. Nothing here sleeps: the time that a real contactless link would take is added up.

mod card;
mod der_writer;
mod issuer;
mod link;
mod pace;
mod person;
mod personalised;
mod rng;
mod secure_channel;
mod signing_key;

pub use card::{Interface, Options, Profile, SimulatedCard};
pub use issuer::{
    ActiveAuthenticationKind, Issuer, IssuerKeys, IssuerOptions, Personalisation, PortraitImage, SignerStanding,
    SignerValidity,
};
pub use link::{LinkSpeed, Traffic};
pub use person::Person;
pub use personalised::{ActiveAuthenticationKey, ChipAuthenticationKey, Personalised};
pub use rng::SeededRng;
