//! Certificates at the desk: what a person does with one, and what follows of it. What the papers hold is the business of
//! the crate `certificates`; what is sent, of [`crate::dispatch`].

mod deadline;
mod desk;
mod paper;
mod state;

pub(crate) use desk::{person_hash, transition};

pub use deadline::{ALLOWANCE, WorkingTime};
pub use desk::{
    By, CertificateError, Checked, Confirmation, Draft, FreezeTo, Freezing, NumberSource, Payload, ask_citizen,
    confirm, confirmation_challenge, discard, draft_of, freeze, frozen_of, number_text, open, practitioner_signs,
    public_token, reissue, release, save, send_again, take_back, token_hash, void, words_of,
};
pub use paper::{PaperError, check, freeze_paper, import, people_of_draft, read_draft, write_draft};
pub use state::{CertificateState, Move, NextStep, NotAllowed, Why};
