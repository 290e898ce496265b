//! The queue of one department on one day.
//!
//! ```text
//! Move --Queue::decide--> [QueueEvent] or a Refusal     what somebody wants, and why not
//! [QueueEvent] --Queue::apply--> Queue                  the state is the fold of its events, nothing else
//! Queue --order / ahead_of--> who is called when        for boards, phones, the counter
//! days of events --History::learn--> Estimate           how long it takes, with an interval
//! ```
//!
//! Patients are a visit and a ticket number; nothing here knows a name. No clock, no I/O, no randomness.
//!
//! # Who is called next
//! [`Policy`] holds the numbers; these are the rules.
//! 1. An **emergency** goes first, whoever waits.
//! 2. Everybody else stands in one of two lanes. **Favoured**: priority by law (Luật KCB 15/2023/QH15 Đ3 k2, [`Ground`]);
//!    who comes back to the doctor who sent them away (laboratory, X-ray); who missed the call and returned within
//!    [`Policy::return_minutes`]. **Ordinary**: everybody else. Each lane is in the order of the *earned moment*: when
//!    the patient first took a number, in whatever department. A transfer keeps it, and keeps the class.
//! 3. The head of the favoured lane goes before the head of the ordinary one, but at most
//!    [`Policy::favoured_in_a_row`] times in a row while somebody ordinary waits: counted over the whole queue, and at
//!    each counter for those who wait for that counter.
//! 4. **Ageing**: who has waited [`Policy::ageing_minutes`] is not passed by class any more; between that patient and
//!    the favoured the earned moment alone decides.
//! 5. A patient who waits for one counter ("back to the same doctor", moved to a room) is called there, or anywhere
//!    once that counter has closed.
//! 6. *Skip* puts a patient who did not answer behind the next [`Policy::skip_behind`] calls, with the place kept.
//!    After [`MAX_CALLS`] calls in all it is *no-show*. *Return* within [`Policy::return_minutes`] puts the patient
//!    behind the one being served (favoured lane); later, at the end of the ordinary order or the lane of the class.
//! 7. A call out of order needs an [`OutOfOrder`] reason and does not count for rule 3.
//!
//! # What follows
//! Of the calls by rule that are no emergencies, an ordinary patient with *b* ordinary patients called before is passed
//! by at most [`Policy::overtaking_bound`]`(b)` = 3·(b+1) favoured ones, whatever arrives; *b* never exceeds the number of
//! patients with an earlier earned moment, and those are finitely many. `tests/fairness.rs` proves it by properties.

mod actor;
mod backtest;
mod class;
mod counter;
mod entry;
mod estimate;
mod event;
mod line;
mod moment;
mod moves;
mod policy;
mod queue;

pub use actor::{Actor, ActorError};
pub use backtest::{Backtest, backtest};
pub use class::{Class, Ground, Lane};
pub use counter::{CounterError, CounterId};
pub use entry::{Arrival, Entry, Service, Standing, State};
pub use estimate::{Estimate, History, NOMINAL_COVERAGE, Sample, Situation};
pub use event::{Coming, Enters, How, OutOfOrder, QueueEvent, Then, Through, VoidReason, What};
pub use moment::Moment;
pub use moves::{Move, Refusal};
pub use policy::{MAX_CALLS, Policy};
pub use queue::{Broken, Call, Counter, Queue};
