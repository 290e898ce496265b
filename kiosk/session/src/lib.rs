//! What happens to one patient: state, event, effect, screen. No Bevy, no I/O, no clock.

pub mod screen;
