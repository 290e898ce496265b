//! The patient's phone: the QR code on the ticket opens its place in the queue, without login and without personal data.
//!
//! [`token`] says who may look, [`place`] what there is to see, [`page`] how it reads in Vietnamese and English.
//! A page keeps itself up to date as boards do ([`crate::board::stream`]), and says so when it does not.

mod page;
mod place;
mod routes;
mod token;

pub use place::{Stage, TicketPlace};
pub use routes::routes;
pub use token::{Followed, follow_base, follow_url, followed};
