//! The screen as patients meet it: fingers without a GPU, pictures without a window.

mod picture;
mod samples;
mod touch;
