//! Tells open pages that something changed. What this process changed it says at once; what another process changed it
//! sees within [`PAUSE`], by looking how far the queues have come.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::broadcast;

use crate::app::App;
use crate::department;
use crate::store::{QueueKey, StoreError};

/// Between two looks at what other processes did.
const PAUSE: Duration = Duration::from_millis(500);
/// A page that is further behind than this looks at everything anew.
const KEPT: usize = 256;

/// What changed; a page decides whether it cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Queue(QueueKey),
    /// A call for a person came or was answered, or the list of those to be verified changed.
    Desk,
    /// The server ends: open pages let go.
    Closing,
}

pub struct News(broadcast::Sender<Changed>);

impl Default for News {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl News {
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.0.subscribe()
    }

    pub fn queue_changed(&self, key: QueueKey) {
        self.tell(Changed::Queue(key));
    }

    pub fn desk_changed(&self) {
        self.tell(Changed::Desk);
    }

    pub(crate) fn closing(&self) {
        self.tell(Changed::Closing);
    }

    fn tell(&self, changed: Changed) {
        // No page is open: nobody needs to know.
        drop(self.0.send(changed));
    }
}

/// What was seen at the last look.
#[derive(Default)]
struct Seen {
    heads: HashMap<QueueKey, u64>,
    desk: [i64; 3],
}

/// Looks until the task is dropped; only while a page is open.
pub async fn watch(app: App) {
    let mut seen = Seen::default();
    loop {
        tokio::time::sleep(PAUSE).await;
        if app.news.0.receiver_count() == 0 {
            continue;
        }
        let looked = match department::look(&app).await {
            Ok(()) => look(&app, &mut seen).await,
            Err(error) => Err(error),
        };
        if let Err(error) = looked {
            tracing::error!("looking for news failed: {error}");
        }
    }
}

async fn look(app: &App, seen: &mut Seen) -> Result<(), StoreError> {
    let heads = app.store.queue_heads(app.today()).await?;
    seen.heads.retain(|key, _| key.day == app.today());
    for (key, last) in heads {
        if seen.heads.insert(key.clone(), last) != Some(last) {
            app.news.queue_changed(key);
        }
    }
    let desk = app.store.desk_mark(app.today()).await?;
    if std::mem::replace(&mut seen.desk, desk) != desk {
        app.news.desk_changed();
    }
    Ok(())
}
