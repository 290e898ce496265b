//! Certificates at the desk: what a person does with one, and what follows of it. What the papers hold is the business of
//! the crate `certificates`; what is sent, of [`crate::dispatch`].

mod deadline;
mod desk;
mod freeze;
mod paper;
mod sealed;
mod state;

pub(crate) use desk::{block_in, open_in, reissue_in, save_in, transition};
pub(crate) use sealed::{answer_place, draft_place, person_hash, practitioner_place};

pub use deadline::{ALLOWANCE, WorkingTime};
pub use desk::{
    By, CertificateError, Checked, Draft, ask_citizen, discard, open, practitioner_signs, reissue, save, send_again,
    take_back, void,
};
pub use freeze::{FreezeTo, Freezing, NumberSource, Payload, freeze, number_text, release};
pub(crate) use paper::context;
pub use paper::{PaperError, check, freeze_paper, import, people_of_draft, read_draft, write_draft};
pub use sealed::{draft_of, frozen_of, public_token, token_hash, words_of};
pub use state::{CertificateState, Move, NextStep, NotAllowed, Why};
