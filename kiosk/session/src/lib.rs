//! What happens to one patient: state, event, effect, screen. No Bevy, no I/O, no clock.
//!
//! [`Event`]s come from the station and its devices, [`Effect`]s go back to them; [`screen::Screen`] is what the
//! window draws.

mod effect;
mod event;
mod moment;
mod policy;
pub mod screen;
mod settings;
mod timeouts;

pub use effect::{Effect, FollowCode, MaskedName, Portrait, TicketPaper};
pub use event::{
    AlertOutcome, ChallengeOrigin, ChipFailure, Device, DeviceStatus, Event, FaceId, OfflineFailure, OfflineNumber,
    PrintFailure, ReadingId, ServerFailure,
};
pub use moment::Moment;
pub use policy::{AssurancePolicy, AssurancePolicyError, LevelPolicy, NumberFrom, Shows, StaffCheck, UnknownSigner};
pub use settings::{Bilingual, EidRoute, Settings};
pub use timeouts::Timeouts;
