//! The audit record cannot be rewritten unnoticed.
//!
//! Lines are written in the transaction of what they tell ([`Tx::audit`](crate::store::Tx::audit)); a task chains them a
//! moment later, so that busy transactions do not wait for each other's hash:
//! ```text
//! hash(n) = SHA-256("tiepdon-audit-v1", facility, n, hash(n-1), line n)     every part with its length before it
//! ```
//! Now and then the end of the chain is signed (Ed25519, a key derived from the master key) and appended to a file that
//! belongs off this machine: [`checkpoint`]. [`verify`] finds a line that was altered or taken out, and, with those
//! checkpoints, a record that was cut short or written anew as a whole. What can still be taken out unseen is what was
//! written in the moment before it was chained.

mod checkpoint;
mod search;
mod standing;
mod verify;

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::store::{AuditRow, HeadRow, StoreError};

pub use checkpoint::{Checkpoint, CheckpointError, checkpoint_due, last_checkpoint, public_key};
pub use search::{MOST_LINES, PAGE_LINES, Question, QuestionError, all, page};
pub use standing::{Freshly, LastStanding, Standing, StandingError, standing};
pub use verify::{Tampered, Verdict, VerifyError, verify};

/// Lines chained in one transaction.
const LINES_AT_ONCE: u32 = 500;
/// A transaction that began before the last chained line may commit so long after it.
const LATE_MS: i64 = 15 * 60 * 1000;
/// Pause of the task between two looks.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(2);
/// The chain hangs on this.
const BEGINNING: HeadRow = HeadRow { place: 0, hash: [0; 32] };

/// Which lines are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All that were ever left over: once at the start.
    Everything,
    Lately,
}

/// Chains what was written since. Says how many lines; none where another process is at it.
pub async fn chain(app: &App, reach: Reach) -> Result<usize, StoreError> {
    let mut tx = app.store.begin().await?;
    let mut head = tx.audit_head().await?.unwrap_or(BEGINNING);
    let since = match reach {
        Reach::Everything => i64::MIN,
        Reach::Lately => app.now_ms() - LATE_MS,
    };
    let lines = tx.audit_to_chain(since, LINES_AT_ONCE).await?;
    if lines.is_empty() {
        return Ok(0);
    }
    for line in &lines {
        head = after(app.config.hospital.facility_code.as_str(), head, line);
        if !tx.chain_audit(head.place, &line.id, &head.hash).await? {
            // Dropped: the other process's links stand.
            return Ok(0);
        }
    }
    tx.commit().await?;
    Ok(lines.len())
}

/// Chains and signs checkpoints until it is dropped.
pub async fn run(app: App) {
    let mut reach = Reach::Everything;
    loop {
        match chain(&app, reach).await {
            Ok(0) => reach = Reach::Lately,
            Ok(_) => continue,
            Err(error) => tracing::error!("the audit record was not chained: {error}"),
        }
        if let Err(error) = checkpoint_due(&app).await {
            tracing::error!(error = &error as &dyn std::error::Error, "no checkpoint of the audit record was written");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The chain one line further.
fn after(facility: &str, head: HeadRow, line: &AuditRow) -> HeadRow {
    let place = head.place + 1;
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(b"tiepdon-audit-v1");
    part(facility.as_bytes());
    part(&place.to_be_bytes());
    part(&head.hash);
    part(line.id.as_bytes());
    part(&line.at.to_be_bytes());
    part(line.actor.as_bytes());
    part(line.action.as_bytes());
    match &line.visit {
        Some(visit) => part(visit.as_bytes()),
        None => part(b""),
    }
    part(line.detail.as_bytes());
    HeadRow { place, hash: hash.finalize().into() }
}
