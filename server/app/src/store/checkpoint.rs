//! Carries SQLite's write-ahead log into the file beside the commits, not inside one.
//!
//! By itself SQLite checkpoints at the end of a commit that made the log long, and everybody who wants to write waits for
//! two more flushes. A passive checkpoint on a connection of its own holds nobody up (SQLite, "Write-Ahead Logging", 3.1).

use std::time::Duration;

use sqlx::AnyPool;
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(500);

/// Ends with the last store that holds it.
#[derive(Debug)]
pub(super) struct Checkpoints(JoinHandle<()>);

impl Checkpoints {
    pub fn start(pool: AnyPool) -> Self {
        Self(tokio::spawn(async move {
            let mut failing = false;
            loop {
                tokio::time::sleep(EVERY).await;
                if pool.is_closed() {
                    return;
                }
                // The log only grows meanwhile; commits fall back on carrying it themselves.
                let done = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&pool).await;
                if let (Err(error), false) = (&done, failing || pool.is_closed()) {
                    tracing::warn!("the write-ahead log cannot be carried into the file: {error}");
                }
                failing = done.is_err();
            }
        }))
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.0.abort();
    }
}
