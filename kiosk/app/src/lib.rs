//! The kiosk's screen: Bevy renders [`session::screen::Screen`] at 1080 x 1920 and emits [`session::screen::Action`].
//!
//! palette -> tokens -> widgets -> render: a colour has a name, a name has a use, a widget uses it, a screen is made of
//! widgets. The screen holds no truth of its own and never chooses what comes next; [`bridge`] is the one place where
//! Bevy and the session meet.

pub mod bridge;
mod canvas;
pub mod closed;
pub mod config;
mod contain;
#[cfg(feature = "dock")]
pub mod dock;
pub mod fonts;
pub mod live;
mod look;
pub mod offscreen;
pub mod palette;
mod pictures;
pub mod preview;
pub mod render;
mod scroll;
mod signs;
pub mod tokens;
pub mod touch;
pub mod ui;
mod widgets;
pub mod window;
