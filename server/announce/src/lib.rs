//! What the hall hears when a patient is called: [`Announcement`] is the call as a value, [`words`](Announcement::words)
//! its sentence, [`Voice`] the clips it is put together from, [`compose`] the sound, [`CallQueue`] the order in which
//! sounds wait for each other.
//!
//! Wording after the calls in use in Vietnamese hospitals ("Mời bệnh nhân số .. vào phòng .."). A call holds a ticket
//! number and a place, and has no field for a name, a birth date or a diagnosis. Numbers are spoken as northern
//! Vietnamese does: *mười lăm*, *hai mươi mốt*, *một trăm linh năm*; see [`number`].
//!
//! Pure but for reading the clip files: no clock (moments come in as arguments), no threads, no sockets. The command
//! `tiepdon-voice` makes the clips once with espeak-ng; each can be replaced by a person's recording.
//! Left out on purpose: speech synthesis at run time. A clip that exists was heard by somebody; a synthesiser in the
//! server would be one more thing that fails while patients wait.

mod announcement;
mod chime;
mod clip;
pub mod number;
mod place;
mod queue;
mod sound;
mod voice;
mod wav;

pub use announcement::{Announcement, Destination, Standing};
pub use chime::chime;
pub use clip::{Clip, Language};
pub use place::{PlaceError, PlaceName};
pub use queue::{CallQueue, Called, MAX_WAITING, Turn};
pub use sound::{Manner, Part, RATE_HZ, Sound, compose, parts};
pub use voice::{Entry, MANIFEST, MAX_CLIP_BYTES, Manifest, Voice, VoiceError};
pub use wav::{WavError, encode};
