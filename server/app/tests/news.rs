//! Several servers on one PostgreSQL: what one does, the boards of the others show at once, and a cut line loses nothing.

mod fixture;

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{CheckInRequest, DepartmentCode, KioskId, Payer, VisitId};
use fixture::TestDatabase;
use fixture::hospital::{OPENING, visit};
use queue::{CounterId, Move};
use server::clock::ManualClock;
use server::config::SecretOr;
use server::store::{Heard, Note, QueueKey};
use server::{App, Outside, RunningServer};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// Long after every second chance: the slow look, and the boards' own.
const PATIENCE: Duration = Duration::from_secs(30);
const PUBLIC: &str = r#"
[papers]
public_listen = "127.0.0.1:0"
"#;

fn department() -> DepartmentCode {
    DepartmentCode::parse("TIEPDON").expect("a department")
}

fn room() -> CounterId {
    CounterId::parse("1").expect("a room")
}

async fn server(database: &TestDatabase, folder: &TempDir) -> RunningServer {
    let mut config = fixture::hospital::config(folder, None, PUBLIC);
    config.database.url = SecretOr::Plain(database.url.clone());
    server::start(config, Arc::new(ManualClock::at(OPENING)), Outside::default()).await.expect("starts")
}

async fn check_in(app: &App) -> (VisitId, String) {
    let (visit, kiosk) = (visit(), KioskId::parse("sanh-1").expect("a kiosk"));
    let request =
        CheckInRequest { department: department(), payer: Payer::SelfPay, counter: None, declared: Vec::new() };
    let reply = server::check_in::check_in(app, &kiosk, visit, &request).await.expect("a ticket");
    (visit, reply.ticket.number.to_string())
}

/// Calls the next, after whoever stands there; the number that is called.
async fn call(app: &App) -> String {
    let queue = server::queue::today(app, &department()).await.expect("reads");
    let mut moves: Vec<Move> =
        queue.serving(&room()).map(|entry| Move::Finish { visit: entry.visit }).into_iter().collect();
    moves.push(Move::CallNext { counter: room() });
    server::queue::make(app, &department(), &moves, "staff:hoa").await.expect("calls");
    let queue = server::queue::today(app, &department()).await.expect("reads");
    queue.serving(&room()).expect("somebody").ticket.to_string()
}

/// A screen in a hall: everything it was sent.
struct Screen(reqwest::Response, String);

impl Screen {
    async fn of(server: &RunningServer) -> Self {
        let public = server.public_addr.expect("shows boards");
        let response = reqwest::get(format!("http://{public}/board/TIEPDON/events")).await.expect("answers");
        assert!(response.status().is_success());
        Self(response, String::new())
    }

    /// Until the number stands among those called last.
    async fn shows(&mut self, number: &str) {
        let wanted = format!("<b>{number}</b>");
        let called = |shown: &str| shown.rsplit("<aside>").next().is_some_and(|aside| aside.contains(&wanted));
        let found = tokio::time::timeout(PATIENCE, async {
            while !called(&self.1) {
                let part = self.0.chunk().await.expect("goes on").expect("a part");
                self.1.push_str(&String::from_utf8_lossy(&part));
            }
        });
        found.await.unwrap_or_else(|_| panic!("{number} was never shown"));
    }
}

async fn opened(app: &App, patients: usize) {
    for _ in 0..patients {
        check_in(app).await;
    }
    let open = [Move::OpenCounter { counter: room() }];
    server::queue::make(app, &department(), &open, "staff:hoa").await.expect("opens");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_at_one_server_is_at_once_on_the_boards_of_the_other() {
    let (database, folder) = (TestDatabase::postgres(), tempfile::tempdir().expect("a folder"));
    let (one, other) = (server(&database, &folder).await, server(&database, &folder).await);
    opened(&one.app, 10).await;
    let mut screen = Screen::of(&other).await;
    let begin = Instant::now();
    for _ in 0..10 {
        let number = call(&one.app).await;
        screen.shows(&number).await;
    }
    // Whoever only looked every two seconds would need twenty.
    assert!(begin.elapsed() < Duration::from_secs(8), "ten calls took {:?}", begin.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_between_server_and_database_loses_no_call() {
    let (database, folder) = (TestDatabase::postgres(), tempfile::tempdir().expect("a folder"));
    let (one, other) = (server(&database, &folder).await, server(&database, &folder).await);
    opened(&one.app, 10).await;
    let mut screen = Screen::of(&other).await;
    let mut knife = PgConnection::connect(&database.url).await.expect("connects");
    let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE application_name = 'tiepdon news' AND datname = current_database()";
    let mut lines = 0;
    for _ in 0..10 {
        lines += sqlx::query_scalar::<_, i64>(cut).fetch_one(&mut knife).await.expect("cuts");
        let number = call(&one.app).await;
        screen.shows(&number).await;
    }
    assert!(lines > 2, "{lines} lines were cut: both servers listen, and again after a cut");
}

#[test]
fn what_is_committed_is_heard_once_by_the_others_and_nothing_else_is() {
    let database = TestDatabase::postgres();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let (one, other) = (database.open().await, database.open().await);
        let mut hears = other.listener().expect("a URL").expect("PostgreSQL tells");
        let mut itself = one.listener().expect("a URL").expect("PostgreSQL tells");
        assert_eq!(hears.next().await.expect("connects"), Heard::Anew);
        assert_eq!(itself.next().await.expect("connects"), Heard::Anew);
        let key = QueueKey { department: department(), day: fixture::hospital::TODAY };
        let event = |number| {
            let ticket = api::TicketNumber::new('A', number).expect("a number");
            let now = queue::Moment::from_unix_ms(0);
            let arrival = queue::Arrival::new(visit(), ticket, queue::Class::Ordinary, now, queue::Through::Kiosk);
            let policy = queue::Policy::default();
            let queue = queue::Queue::new(department());
            queue.decide(&Move::Join(arrival), now, &queue::Actor::server(), &policy).expect("joins")
        };
        let mut dropped = one.begin().await.expect("begins");
        dropped.append_queue_events(&key, 0, &[event(1)]).await.expect("appends");
        drop(dropped);
        let mut tx = one.begin().await.expect("begins");
        tx.append_queue_events(&key, 0, &[event(1)]).await.expect("appends");
        tx.append_queue_events(&key, 1, &[event(2)]).await.expect("appends");
        tx.commit().await.expect("commits");
        let mut tx = other.begin().await.expect("begins");
        tx.append_queue_events(&key, 2, &[event(3)]).await.expect("appends");
        tx.commit().await.expect("commits");
        let heard = Heard::Notes(vec![Note::Queue { key: key.clone(), last: 2 }]);
        assert_eq!(hears.next().await.expect("hears"), heard, "one note of two appends, none of what was dropped");
        assert_eq!(itself.next().await.expect("hears"), Heard::Notes(vec![Note::Queue { key, last: 3 }]));
    });
}
