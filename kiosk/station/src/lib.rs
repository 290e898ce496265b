//! One kiosk without its window: the session, the workers of its devices, the server, the disk and the clock.
//!
//! [`Station`] turns reports into [`session::Event`]s and does what the session asks; it decides nothing a patient could
//! notice. The window gives it touches, calls [`Station::pump`] and draws [`Station::screen`]. Which devices are real is
//! chosen by the [`DeviceSet`] that is constructed; with the feature `sim`, `sim::Bench` makes one of simulated
//! devices and keeps the hands that move them.

mod alerts;
mod backlight;
mod clock;
pub mod config;
mod device_set;
mod failure;
mod health;
mod paper;
#[cfg(feature = "sim")]
pub mod sim;
mod station;
mod trust;
mod upkeep;

pub use clock::{Clock, RealTime, TimeSource, service_day};
pub use config::{ConfigError, StationConfig};
pub use device_set::{DeviceSet, DeviceSetError};
pub use devices::Waker;
pub use devices::face_camera::PreviewFrame;
pub use station::{Bell, FaceEngine, Station, StationError};
