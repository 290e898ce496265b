//! What processes on one PostgreSQL tell each other: a notification (LISTEN/NOTIFY) in the transaction of the change, so
//! that it is heard when the change can be read, and never where nothing changed. A channel is one hospital's; what is
//! said are codes and numbers. SQLite has nothing of the kind: there whoever wants to know looks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::DepartmentCode;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use time::Date;

use super::{DAY, Engine, QueueKey, Store, StoreError, Tx, day_text};

/// PostgreSQL carries 8,000 bytes; a line here has less than 70.
const MOST_QUEUES: usize = 100;
/// How long a lost connection may take to come back before that is an error to be told.
const CONNECTING: Duration = Duration::from_secs(5);
/// What `pg_stat_activity` shows.
const NAME: &str = "tiepdon news";

/// What another process changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// So far has this queue come.
    Queue { key: QueueKey, last: u64 },
    /// Calls for a person, or the list of those to be verified.
    Desk,
    /// More than could be said, or by a program that says more than this one knows.
    Anything,
}

/// What a listener has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Notes(Vec<Note>),
    /// It listens from now on; what was said before was not heard.
    Anew,
}

/// One process's connection that hears what the others commit.
pub struct Listener {
    options: PgConnectOptions,
    channel: Arc<str>,
    process: u32,
    connection: Option<PgListener>,
}

/// What a transaction will have to say.
#[derive(Debug)]
pub(super) struct News {
    channel: Arc<str>,
    process: u32,
    queues: BTreeMap<QueueKey, u64>,
    desk: bool,
}

/// Where this process speaks, and as whom: its own words are no news to it.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    name: Arc<str>,
    process: u32,
}

impl Channel {
    pub(super) fn of(facility: &str) -> Self {
        Self { name: format!("tiepdon_{facility}").into(), process: rand::random() }
    }

    pub(super) fn news(&self) -> News {
        News { channel: self.name.clone(), process: self.process, queues: BTreeMap::new(), desk: false }
    }
}

impl Store {
    /// None where the engine tells nothing.
    pub fn listener(&self) -> Result<Option<Listener>, StoreError> {
        match self.engine {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => {
                let options = PgConnectOptions::from_url(&self.write.connect_options().database_url)?;
                let (channel, process) = (self.channel.name.clone(), self.channel.process);
                Ok(Some(Listener { options: options.application_name(NAME), channel, process, connection: None }))
            }
        }
    }
}

impl Tx {
    pub(super) fn tell_queue(&mut self, key: &QueueKey, last: u64) {
        if let Some(news) = &mut self.news {
            news.queues.insert(key.clone(), last);
        }
    }

    pub(super) fn tell_desk(&mut self) {
        if let Some(news) = &mut self.news {
            news.desk = true;
        }
    }

    /// Puts into the transaction what is to be heard when it commits.
    pub(super) async fn speak(&mut self) -> Result<(), StoreError> {
        let said = self.news.as_ref().and_then(|news| Some((news.channel.to_string(), news.payload()?)));
        let Some((channel, payload)) = said else { return Ok(()) };
        // The value of the function is void, which not every driver can read.
        let statement = sqlx::query("SELECT pg_notify($1, $2) IS NULL AS told").bind(channel).bind(payload);
        statement.execute(&mut *self.inner).await?;
        Ok(())
    }
}

impl Listener {
    /// Waits for news. After an error, and after [`Listener::hang_up`], it connects again.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        let Some(connection) = &mut self.connection else {
            let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
            let pool = pool.acquire_timeout(CONNECTING).connect_with(self.options.clone()).await?;
            let mut connection = PgListener::connect_with(&pool).await?;
            connection.listen(&self.channel).await?;
            self.connection = Some(connection);
            return Ok(Heard::Anew);
        };
        loop {
            match connection.try_recv().await {
                Ok(Some(notification)) => {
                    if let Some(notes) = read(notification.payload(), self.process) {
                        return Ok(Heard::Notes(notes));
                    }
                }
                // The connection was lost, and listens again by now.
                Ok(None) => return Ok(Heard::Anew),
                Err(error) => {
                    self.connection = None;
                    return Err(error.into());
                }
            }
        }
    }

    /// Whoever has reason to think that the line is dead.
    pub fn hang_up(&mut self) {
        self.connection = None;
    }
}

impl News {
    /// One line names the process, each further one a thing that changed.
    fn payload(&self) -> Option<String> {
        if self.queues.is_empty() && !self.desk {
            return None;
        }
        let mut text = format!("{:08x}", self.process);
        if self.queues.len() > MOST_QUEUES {
            text.push_str("\nanything");
            return Some(text);
        }
        for (key, last) in &self.queues {
            text.push_str(&format!("\nqueue {} {} {last}", key.department, day_text(key.day)));
        }
        if self.desk {
            text.push_str("\ndesk");
        }
        Some(text)
    }
}

/// None where this process said it itself.
fn read(payload: &str, own: u32) -> Option<Vec<Note>> {
    let mut lines = payload.lines();
    if lines.next().and_then(|process| u32::from_str_radix(process, 16).ok()) == Some(own) {
        return None;
    }
    Some(lines.map(|line| note(line).unwrap_or(Note::Anything)).collect())
}

fn note(line: &str) -> Option<Note> {
    let words: Vec<&str> = line.splitn(5, ' ').collect();
    match words.as_slice() {
        ["desk"] => Some(Note::Desk),
        ["queue", department, day, last] => Some(Note::Queue {
            key: QueueKey { department: DepartmentCode::parse(department).ok()?, day: Date::parse(day, DAY).ok()? },
            last: last.parse().ok()?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    fn key(code: &str) -> QueueKey {
        QueueKey { department: DepartmentCode::parse(code).expect("a code"), day: date!(2026 - 11 - 23) }
    }

    #[test]
    fn what_one_process_says_another_reads_and_itself_passes_over() {
        let channel = Channel { name: "tiepdon_31999".into(), process: 7 };
        let mut news = channel.news();
        assert_eq!(news.payload(), None, "nothing changed, nothing is said");
        news.queues.insert(key("K01"), 17);
        news.desk = true;
        let payload = news.payload().expect("something");
        assert_eq!(payload, "00000007\nqueue K01 2026-11-23 17\ndesk");
        assert_eq!(read(&payload, 8), Some(vec![Note::Queue { key: key("K01"), last: 17 }, Note::Desk]));
        assert_eq!(read(&payload, 7), None);
    }

    #[test]
    fn the_longest_there_is_fits_into_a_notification() {
        let mut news = Channel { name: "tiepdon_31999".into(), process: u32::MAX }.news();
        for number in 0..MOST_QUEUES {
            news.queues.insert(key(&format!("K{number:015}")), u64::MAX);
        }
        news.desk = true;
        assert!(news.payload().expect("something").len() < 8_000);
        news.queues.insert(key("ONE-MORE"), 1);
        assert_eq!(read(&news.payload().expect("something"), 0), Some(vec![Note::Anything]));
    }

    #[test]
    fn what_is_not_understood_means_that_anything_may_have_changed() {
        for line in
            ["queue K01", "queue k01 2026-11-23 1", "queue K01 2026-13-01 1", "queue K01 2026-11-23 -1", "", "x y"]
        {
            assert_eq!(read(&format!("1\n{line}\n"), 0), Some(vec![Note::Anything]), "{line}");
        }
        assert_eq!(read("", 0), Some(vec![]));
    }

    proptest! {
        #[test]
        fn no_notification_panics(payload in "\\PC*(\n(queue|desk)? ?\\PC*){0,4}", own: u32) {
            let _ = read(&payload, own);
        }
    }
}
