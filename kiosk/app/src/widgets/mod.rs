//! The controls of the screen, one a file. They hold no truth: each is drawn from a part of `session::screen::Screen`.

pub mod badge;
pub mod big_number;
pub mod camera;
pub mod checklist;
pub mod dialog;
pub mod emergency;
pub mod facts;
pub mod header;
pub mod key;
pub mod keyboard;
pub mod keypad;
pub mod notice;
pub mod picture;
pub mod progress;
pub mod qr;
pub mod row;
pub mod stepper;
pub mod tile;
