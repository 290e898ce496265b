//! What goes wrong around a server: a full disk, a file that may not be written, a database that somebody holds, a
//! configuration that was written by half. Each is said in a sentence, nothing is lost, and the server goes on by itself.

mod fixture;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{CheckInReply, CheckInRequest, DepartmentCode, KIOSK_HEADER, Payer, Problem, VisitId};
use fixture::hospital::{config, enrol, of_visit, visit};
use reqwest::{Response, StatusCode};
use server::clock::SystemClock;
use server::config::{Config, Durability, SecretOr};
use server::{App, Outside, staff};
use sqlx::{Connection, Executor};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A server's folder, and one kiosk that it knows.
struct House {
    folder: TempDir,
    config: Config,
    key: String,
    client: reqwest::Client,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(&folder, None, "");
        // As in a hospital: what was answered is on the disk.
        config.database.durability = Durability::Full;
        let app = App::open(config.clone(), Arc::new(SystemClock), Outside::default()).await.expect("opens");
        let key = enrol(&app, "sanh-1").await;
        app.store.close().await;
        config.listen = free_address();
        Self { folder, config, key, client: reqwest::Client::new() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_config(&self) {
        let text = toml::to_string(&self.config).expect("serialises");
        std::fs::write(self.file("server.toml"), text).expect("writes");
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiepdon-server"));
        command.arg("--config").arg(self.file("server.toml")).arg("serve").stdin(Stdio::null());
        command
    }

    /// For a server that refuses to start: what it says.
    fn refusal(&self) -> String {
        let Output { status, stderr, .. } = self.command().output().expect("runs");
        assert!(!status.success(), "it started");
        String::from_utf8_lossy(&stderr).into_owned()
    }

    /// Starts with at most `kilobytes` in any file, as on a disk that fills up.
    async fn serve(&self, kilobytes: Option<u64>) -> Server {
        self.write_config();
        let mut command = self.command();
        if let Some(kilobytes) = kilobytes {
            // The soft limit alone, which may be lifted again; the signal that comes with it is ignored, as on a disk.
            let blocks = kilobytes * 2;
            let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\"");
            let mut limited = Command::new("sh");
            limited.arg("-c").arg(script).arg("sh").arg(command.get_program()).args(command.get_args());
            limited.stdin(Stdio::null());
            command = limited;
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the server starts");
        let server = Server(child);
        let began = Instant::now();
        loop {
            let url = format!("http://{}{}", self.config.listen, api::path::HEALTH);
            if self.client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return server;
            }
            assert!(began.elapsed() < PATIENCE, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn check_in(&self, visit: VisitId) -> Response {
        let request = CheckInRequest {
            department: DepartmentCode::parse("TIEPDON").expect("a department"),
            payer: Payer::SelfPay,
            counter: None,
            declared: Vec::new(),
        };
        let url = format!("http://{}{}", self.config.listen, of_visit(api::path::CHECK_IN, visit));
        let sent = self.client.put(url).header(KIOSK_HEADER, "sanh-1").bearer_auth(&self.key).json(&request);
        sent.send().await.expect("the server answers")
    }

    async fn ticket(&self, visit: VisitId) -> CheckInReply {
        let answer = self.check_in(visit).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.expect("a ticket")
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already where it ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    listener.local_addr().expect("an address")
}

#[tokio::test]
async fn a_full_disk_is_said_and_once_there_is_room_everybody_is_served_with_nothing_lost() {
    let house = House::new().await;
    let server = house.serve(Some(1024)).await;
    let mut given = Vec::new();
    let refused = loop {
        let visit = visit();
        let answer = house.check_in(visit).await;
        if answer.status() != StatusCode::OK {
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.headers()["retry-after"], "5");
            let problem: Problem = answer.json().await.expect("a problem");
            assert!(problem.detail.contains("its disk is full or failing: nothing was recorded"), "{}", problem.detail);
            break visit;
        }
        given.push((visit, answer.json::<CheckInReply>().await.expect("a ticket").ticket.number));
        assert!(given.len() < 2_000, "the disk never filled");
    };
    assert!(!given.is_empty(), "some were served before");
    let lifted = Command::new("prlimit").arg(format!("--pid={}", server.0.id())).arg("--fsize=unlimited").status();
    assert!(lifted.expect("util-linux is there").success());
    let late = house.ticket(refused).await.ticket.number;
    assert!(given.iter().all(|(_, number)| *number != late), "no number twice");
    for (visit, number) in &given {
        assert_eq!(house.ticket(*visit).await.ticket.number, *number, "the same again");
    }
    drop(server);
    let _server = house.serve(None).await;
    assert_eq!(house.ticket(refused).await.ticket.number, late, "after a restart, too");
    let mut numbers: Vec<_> = given.iter().map(|(_, number)| *number).chain([late]).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), given.len() + 1);
}

#[tokio::test]
async fn whoever_waits_for_a_database_that_is_held_is_served_when_it_is_let_go() {
    let house = House::new().await;
    let _server = house.serve(None).await;
    let url = format!("sqlite://{}", house.file("server.db").display());
    let mut holder = sqlx::SqliteConnection::connect(&url).await.expect("opens");
    holder.execute("BEGIN IMMEDIATE").await.expect("holds");
    let visit = visit();
    let asking = house.check_in(visit);
    tokio::pin!(asking);
    // It waits: reading goes on meanwhile.
    let health = house.client.get(format!("http://{}{}", house.config.listen, api::path::HEALTH)).send();
    tokio::select! {
        answer = &mut asking => panic!("answered while the database was held: {}", answer.status()),
        health = health => assert!(health.expect("answers").status().is_success()),
    }
    holder.execute("ROLLBACK").await.expect("lets go");
    assert_eq!(asking.await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_may_not_be_written_or_is_none_is_named_with_what_to_do() {
    let mut house = House::new().await;
    let file = house.file("server.db");
    house.config.database.url = SecretOr::Plain(format!("sqlite://{}?mode=ro", file.display()));
    house.write_config();
    let said = house.refusal();
    assert!(said.contains("may not be written") && said.contains("the right to write"), "{said}");

    let missing = house.file("nowhere").join("server.db");
    house.config.database.url = SecretOr::Plain(format!("sqlite://{}?mode=rwc", missing.display()));
    house.write_config();
    let said = house.refusal();
    assert!(said.contains("cannot be opened: is the folder there"), "{said}");

    std::fs::write(house.file("other.db"), vec![0x5a; 8192]).expect("writes");
    let other = house.file("other.db");
    house.config.database.url = SecretOr::Plain(format!("sqlite://{}?mode=rwc", other.display()));
    house.write_config();
    let said = house.refusal();
    assert!(said.contains("restore the newest backup"), "{said}");
}

#[tokio::test]
async fn a_configuration_written_by_half_is_named_by_file_and_line_and_shows_no_secret() {
    let mut house = House::new().await;
    house.config.database.url = SecretOr::Plain("postgres://tiepdon:geheim@db/tiepdon".into());
    let whole = toml::to_string(&house.config).expect("serialises");
    let at = whole.find("geheim").expect("the password") + 3;
    std::fs::write(house.file("server.toml"), &whole[..at]).expect("writes");
    let said = house.refusal();
    assert!(said.contains("server.toml") && said.contains("line "), "{said}");
    assert!(!said.contains("geh"), "{said}");

    std::fs::remove_file(house.file("server.toml")).expect("removes");
    let said = house.refusal();
    assert!(said.contains("server.toml") && said.contains("cannot be read"), "{said}");
}

#[tokio::test]
async fn another_master_key_is_refused_in_a_sentence_and_the_right_one_serves_as_before() {
    let house = House::new().await;
    let open = || App::open(house.config.clone(), Arc::new(SystemClock), Outside::default());
    let app = open().await.expect("opens");
    let password = zeroize::Zeroizing::new("mot mat khau dai".to_owned());
    staff::add(&app, "hoa", "Lê Thị Hoà", password, staff::Role::Receptionist).await.expect("adds");
    app.store.close().await;
    let right = std::fs::read(house.file("master.key")).expect("reads");
    let known = house.serve(None).await;
    let ticket = house.ticket(visit()).await;
    drop(known);

    let sentence = "the database was written with another master key: set `master_key` to the one it was written with";
    std::fs::write(house.file("master.key"), "77".repeat(32)).expect("writes");
    assert!(house.refusal().contains(sentence), "{}", house.refusal());
    // As a program without the check left it.
    let url = house.config.database.url().expect("a URL");
    let mut beside = sqlx::SqliteConnection::connect(&url).await.expect("connects");
    beside.execute("DELETE FROM key_checks").await.expect("deletes");
    assert!(house.refusal().contains(sentence), "{}", house.refusal());
    let checks = sqlx::query("SELECT 1 FROM key_checks").fetch_all(&mut beside).await.expect("reads");
    assert!(checks.is_empty(), "a wrong key leaves no check of its own");
    drop(beside);

    std::fs::write(house.file("master.key"), right).expect("writes");
    let _server = house.serve(None).await;
    assert_ne!(house.ticket(visit()).await.ticket.number, ticket.ticket.number);
}
