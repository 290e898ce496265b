//! Is the record whole, as a page may ask it: computed from the beginning, and remembered for a while.

use std::sync::{Mutex, PoisonError};

use super::checkpoint::{Checkpoint, CheckpointError, last_checkpoint};
use super::verify::{Tampered, Verdict, VerifyError, verify};
use crate::app::App;

/// Reading the whole record takes a while: not at every look.
const REMEMBERED_MS: i64 = 10 * 60_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub at: i64,
    pub verdict: Result<Verdict, Tampered>,
    pub checkpoint: Option<Checkpoint>,
}

#[derive(Debug, thiserror::Error)]
pub enum StandingError {
    #[error(transparent)]
    Verify(VerifyError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// How the record stood when this process last computed it.
#[derive(Debug, Default)]
pub struct LastStanding(Mutex<Option<Standing>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshly {
    Now,
    IfOld,
}

pub async fn standing(app: &App, freshly: Freshly) -> Result<Standing, StandingError> {
    let now = app.now_ms();
    let known = app.audit_standing.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let (Some(known), Freshly::IfOld) = (known, freshly)
        && (0..REMEMBERED_MS).contains(&(now - known.at))
    {
        return Ok(known);
    }
    let checkpoint = last_checkpoint(app).await?;
    // A file that was never begun holds nothing to compare with.
    let file = app.config.audit.checkpoints.as_deref().filter(|_| checkpoint.is_some());
    let verdict = match verify(app, file).await {
        Ok(verdict) => Ok(verdict),
        Err(VerifyError::Tampered(tampered)) => Err(tampered),
        Err(error @ (VerifyError::File { .. } | VerifyError::Store(_))) => return Err(StandingError::Verify(error)),
    };
    let standing = Standing { at: now, verdict, checkpoint };
    *app.audit_standing.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(standing.clone());
    Ok(standing)
}
