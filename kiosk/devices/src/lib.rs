//! Worker threads over the drivers and the server: everything a kiosk waits for, off the thread that draws.
//!
//! Each worker owns one blocking driver, takes requests over a bounded channel and reports through an [`Outbox`], in its
//! own words; it knows neither session nor window. Unplugging is normal: a worker says that its device is down, opens it
//! again with growing pauses and says when it is up. No worker spins: each waits in its driver or on its channel.
//!
//! * [`reader`]: the chip card, through `ccid` and `emrtd`. [`code_scanner`], [`ticket_printer`]: codes and paper.
//! * [`face_camera`]: camera and face matching; frames and embeddings die there.
//! * [`enrolment`]: the kiosk's own key and certificate.
//! * [`server_client`], [`server_lane`]: the server's API, typed.
//! * [`offline`], [`offline_desk`]: numbers and sealed check-ins for the time without the server.
//!
//! Left out on purpose: what any of it means for a patient (`session`), and which device is where (`station`).

mod backoff;
pub mod code_scanner;
pub mod enrolment;
pub mod face_camera;
pub mod offline;
pub mod offline_desk;
mod outbox;
pub mod reader;
pub mod server_client;
pub mod server_lane;
#[cfg(feature = "sim")]
pub mod sim;
pub mod ticket_printer;
mod worker;

pub use outbox::{Closed, Outbox, Waker};
pub use worker::WorkerGone;
