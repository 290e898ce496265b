//! What happens to one patient: state, event, effect, screen. No Bevy, no I/O, no clock, no randomness.
//!
//! [`Event`]s come from the station and its devices, [`Session::handle`] answers with [`Effect`]s, and
//! [`Session::view`] is what the window draws. Time is an argument; visit ids come from a source given at the start.

mod check_in;
mod effect;
mod event;
mod moment;
mod paper;
mod phrase;
mod policy;
pub mod screen;
mod session;
mod settings;
mod slip;
mod state;
mod timeouts;
mod typing;
mod view;
mod words;

pub use check_in::{CheckIn, ChipProof, EidConfirmed, EidConfirmedError, OtherPortrait};
pub use effect::{Effect, FollowCode, MaskedName, Portrait, SlipPaper, TicketPaper};
pub use event::{
    AlertOutcome, ChallengeOrigin, ChipFailure, Device, DeviceStatus, Event, FaceId, OfflineFailure, OfflineNumber,
    PapersAskId, PrintFailure, ReadingId, ServerFailure,
};
pub use moment::Moment;
pub use policy::{AssurancePolicy, AssurancePolicyError, LevelPolicy, NumberFrom, Shows, StaffCheck, UnknownSigner};
pub use session::Session;
pub use settings::{Bilingual, DeathNotices, EidRoute, PapersDesk, PapersSettings, Settings};
pub use timeouts::Timeouts;
