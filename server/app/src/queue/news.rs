//! Tells open pages that something changed. What this process changed it says at once. What another process changed it
//! hears from PostgreSQL ([`Listener`]); where there is no such thing, and lest something was missed, it looks how far
//! the queues have come.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};

use crate::app::App;
use crate::department;
use crate::store::{Heard, Listener, Note, QueueKey, StoreError};

/// Between two looks at what other processes did, where nobody tells.
const PAUSE: Duration = Duration::from_millis(500);
/// The same where PostgreSQL tells: what a connection swallowed is seen after this.
const NET: Duration = Duration::from_secs(2);
/// After so many looks in a row that found what was not heard, the line is taken for dead.
const LATE_LOOKS: u32 = 3;
/// Between two tries to listen.
const AGAIN: Duration = Duration::from_millis(250);
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

pub struct News {
    pages: broadcast::Sender<Changed>,
    told: Mutex<Told>,
}

/// How far pages were told.
#[derive(Default)]
struct Told {
    queues: HashMap<QueueKey, u64>,
    desk: [i64; 3],
}

impl Default for News {
    fn default() -> Self {
        Self { pages: broadcast::channel(KEPT).0, told: Mutex::default() }
    }
}

impl News {
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.pages.subscribe()
    }

    /// The queue has come to its event number `last`, whoever says so first. False where that was known.
    pub fn queue_reached(&self, key: QueueKey, last: u64) -> bool {
        let further = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let yesterday = key.day.previous_day().unwrap_or(key.day);
            told.queues.retain(|other, _| other.day >= yesterday);
            told.queues.get(&key).is_none_or(|known| *known < last) && {
                told.queues.insert(key.clone(), last);
                true
            }
        };
        if further {
            self.tell(Changed::Queue(key));
        }
        further
    }

    pub fn desk_changed(&self) {
        self.tell(Changed::Desk);
    }

    fn desk_reached(&self, mark: [i64; 3]) {
        let before = std::mem::replace(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner).desk, mark);
        if before != mark {
            self.desk_changed();
        }
    }

    pub(crate) fn closing(&self) {
        self.tell(Changed::Closing);
    }

    fn tell(&self, changed: Changed) {
        // No page is open: nobody needs to know.
        drop(self.pages.send(changed));
    }
}

/// Brings what other processes did to this one's pages, until the task is dropped.
pub async fn watch(app: App) {
    match app.store.listener() {
        Ok(Some(listener)) => {
            let dead = Notify::new();
            tokio::join!(listen(&app, listener, &dead), keep_looking(&app, NET, Some(&dead)));
        }
        Ok(None) => keep_looking(&app, PAUSE, None).await,
        Err(error) => {
            tracing::error!("other processes cannot be listened to: {error}");
            keep_looking(&app, PAUSE, None).await;
        }
    }
}

/// Looks again and again while a page is open; says on `dead` that nothing is heard of what it sees.
async fn keep_looking(app: &App, pause: Duration, dead: Option<&Notify>) {
    let mut late = 0;
    loop {
        tokio::time::sleep(pause).await;
        if app.news.pages.receiver_count() == 0 {
            continue;
        }
        let looked = match department::look(app).await {
            Ok(()) => look(app).await,
            Err(error) => Err(error),
        };
        match looked {
            Ok(Looked::FoundNews) => late += 1,
            Ok(Looked::AllKnown) => late = 0,
            Err(error) => tracing::error!("looking for news failed: {error}"),
        }
        if let Some(dead) = dead.filter(|_| late >= LATE_LOOKS) {
            late = 0;
            dead.notify_one();
        }
    }
}

async fn listen(app: &App, mut listener: Listener, dead: &Notify) {
    let mut deaf = false;
    loop {
        let heard = tokio::select! {
            heard = listener.next() => heard,
            () = dead.notified() => {
                listener.hang_up();
                continue;
            }
        };
        let known = match heard {
            Ok(Heard::Notes(notes)) => take(app, notes).await,
            Ok(Heard::Anew) => {
                if deaf {
                    tracing::info!("other processes are heard again");
                }
                deaf = false;
                look(app).await.map(drop)
            }
            Err(error) => {
                if !deaf {
                    tracing::warn!("other processes are not heard; their changes are seen within {NET:?}: {error}");
                }
                deaf = true;
                tokio::time::sleep(AGAIN).await;
                Ok(())
            }
        };
        if let Err(error) = known {
            tracing::error!("looking for news failed: {error}");
        }
    }
}

async fn take(app: &App, notes: Vec<Note>) -> Result<(), StoreError> {
    for note in notes {
        match note {
            Note::Queue { key, last } => {
                app.news.queue_reached(key, last);
            }
            Note::Desk => app.news.desk_changed(),
            Note::Anything => {
                look(app).await?;
            }
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    AllKnown,
    /// A queue has come further than anybody said.
    FoundNews,
}

async fn look(app: &App) -> Result<Looked, StoreError> {
    let mut looked = Looked::AllKnown;
    for (key, last) in app.store.queue_heads(app.today()).await? {
        if app.news.queue_reached(key, last) {
            looked = Looked::FoundNews;
        }
    }
    app.news.desk_reached(app.store.desk_mark(app.today()).await?);
    Ok(looked)
}
