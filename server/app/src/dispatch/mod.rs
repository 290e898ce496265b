//! Signing and sending: what is frozen reaches the gateway exactly once, or is known to be unknown.
//!
//! [`sign_due`] and [`send_due`] each take one kind of row a little further; [`run`] keeps doing so. Sending is off until
//! the configuration turns it on, and a person or a file can stop it at any moment. The order of one request (lease,
//! token, facilities agree, *request started* committed, first byte, answer, receipt committed) stands in `send.rs`, and
//! nowhere else may a byte leave. What came of it is in `http.rs`; what people do with the rest in `reconcile.rs`.

mod breaker;
mod carrier;
mod http;
mod reconcile;
mod run;
mod scripted;
mod send;
mod sign;
mod signer;
mod status;

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::keys::{Place, SealError};
use crate::store::{DestinationRow, DispatchKind, DispatchStep, MoveError, StoreError, SwitchPosition, SwitchRow, Tx};

pub use breaker::{Breakers, Failure, Gate};
pub use carrier::{Carrier, Carrying, Outcome, Parcel, Pass, Reply};
pub use http::HttpCarrier;
pub use reconcile::{Evidence, Finding, Settled, reconcile, send_check_in_again, unknown_outcomes};
pub use run::{beat, lapse, run};
pub use scripted::{Carried, ScriptedCarrier, ScriptedSigner};
pub use send::send_due;
pub use sign::sign_due;
pub use signer::{DriverPayload, FacilitySigner, Signer, SigningFailure};
pub use status::{Alarm, Overview, metrics, overview};

/// What sends, with its state in this process.
pub struct Dispatch {
    pub signer: Option<Arc<dyn Signer>>,
    pub carrier: Option<Arc<dyn Carrier>>,
    pub breakers: Breakers,
    /// Of this process.
    pub worker: String,
}

/// Why nothing is sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The configuration does not turn it on.
    NotConfigured,
    /// A person threw the switch.
    Switch,
    /// The kill switch's file is there.
    File,
}

#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Dispatch {
    pub fn new(signer: Option<Arc<dyn Signer>>, carrier: Option<Arc<dyn Carrier>>) -> Self {
        Self { signer, carrier, breakers: Breakers::default(), worker: Uuid::now_v7().to_string() }
    }
}

impl Halt {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Switch => "switch",
            Self::File => "file",
        }
    }
}

/// None where sending is on.
pub async fn halt(app: &App) -> Result<Option<Halt>, StoreError> {
    let Some(config) = app.config.dispatch.as_ref().filter(|config| config.sending.is_on()) else {
        return Ok(Some(Halt::NotConfigured));
    };
    if config.kill_switch.as_ref().is_some_and(|file: &PathBuf| file.exists()) {
        return Ok(Some(Halt::File));
    }
    let switch = app.store.dispatch_switch().await?;
    Ok(switch.filter(|switch| switch.position == SwitchPosition::Off).map(|_| Halt::Switch))
}

/// Stops or resumes sending in every process of this hospital.
pub async fn throw_switch(app: &App, position: SwitchPosition, actor: &str, why: &str) -> Result<(), StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let row = SwitchRow { at: now, actor: actor.to_owned(), position, why: why.to_owned() };
    tx.throw_dispatch_switch(&row).await?;
    tx.audit(actor, "dispatch_switch", None, position.code(), now).await?;
    tx.commit().await
}

/// From a moment on, a kind goes to another path or URL.
pub async fn enter_destination(app: &App, row: &DestinationRow) -> Result<(), StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    tx.enter_destination(row, now).await?;
    let detail = format!("{} {} {}", row.kind.code(), row.valid_from, row.target);
    tx.audit(&row.entered_by, "destination_entered", None, &detail, now).await?;
    tx.commit().await
}

/// The certificate of a job, unless it is the visit of a check-in message.
pub(crate) fn certificate_of(kind: DispatchKind, subject: Uuid) -> Option<crate::store::CertificateId> {
    match kind {
        DispatchKind::Birth | DispatchKind::Death | DispatchKind::Driver => Some(crate::store::CertificateId(subject)),
        DispatchKind::CheckIn => None,
    }
}

/// Moves the certificate of a job, if it has one.
async fn move_subject(
    tx: &mut Tx,
    (kind, subject): (DispatchKind, Uuid),
    way: crate::certificate::Move,
    (actor, why, at): (&str, &str, i64),
) -> Result<(), MoveError> {
    if let Some(id) = certificate_of(kind, subject) {
        let transition = crate::store::Transition { actor, at, why, words: None };
        tx.apply(id, way, transition).await?;
    }
    Ok(())
}

pub(crate) fn body_place(step: DispatchStep, row: &str) -> Place<'_> {
    let column = match step {
        DispatchStep::Sign => "dispatch_jobs.sign",
        DispatchStep::Send => "dispatch_jobs.send",
    };
    Place { column, row }
}

fn answer_place(row: &str) -> Place<'_> {
    Place { column: "dispatch_attempts.answer", row }
}
