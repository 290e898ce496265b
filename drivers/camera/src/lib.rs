//! Camera frames.
