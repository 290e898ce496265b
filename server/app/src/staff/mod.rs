//! Pages for the people at the counter.

mod role;

pub use role::{Role, Task};
