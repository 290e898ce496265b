//! The crate as its users see it.

mod files;
mod invented;
mod open_data;
mod stays;
