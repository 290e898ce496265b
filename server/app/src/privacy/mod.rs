//! Personal data as the law wants them kept (Luật 91/2025/QH15): not longer than needed ([`retention`]), shown and erased
//! when their person asks ([`dossier`]); and sealed under another master key when the hospital wants it ([`rotation`]).
//! [`tables`] says for every table what that means.

pub mod dossier;
pub mod retention;
pub mod rotation;
pub mod tables;

pub use retention::{purge, remaining};
pub use rotation::rotate;
