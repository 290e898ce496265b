//! Stories across the crates: a patient before a kiosk in a hospital, everything but the hardware real.
//!
//! [`Scenario`]s are played by `./run demo` (with pictures) and by `./run test` (without a GPU): the same list, the same
//! assertions. The patient of a story sees the screen and nothing else; what came of it is read from the server's own
//! records.

pub mod by_hand;
pub mod certificates;
pub mod deck;
mod driver;
pub mod hospital;
pub mod line;
pub mod papers;
pub mod patient;
pub mod people;
pub mod report;
pub mod scenarios;
pub mod stage;

pub use deck::{Deck, Photographs};
pub use scenarios::{ALL, Played, Scenario};
pub use stage::{Props, Stage, StoryError};
