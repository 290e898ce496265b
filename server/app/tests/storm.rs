//! Three servers on one PostgreSQL in bad weather: one after another is killed (SIGKILL) and started again, and all
//! connections to the database are cut at random moments, while kiosks check in, a counter calls, certificates are sent
//! and screens watch. No number is lost or doubled, no certificate doubled, and the boards of those that live catch up
//! within two seconds.
//!
//! `TIEPDON_STORM_SECONDS=N` sets how long (`./run proof`: minutes).

mod fixture;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::{CheckInReply, CheckInRequest, DepartmentCode, KIOSK_HEADER, Payer, VisitId};
use certificates::sim;
use fixture::TestDatabase;
use fixture::desk::PASSWORD;
use fixture::gateway::{USERNAME, calm, judge_deaths, mock_gateway};
use fixture::hospital::{enrol, of_visit, visit};
use gateway::{Fault, RunningGateway, Service};
use queue::{CounterId, Move};
use rand::Rng;
use reqwest::StatusCode;
use server::certificate::{self, By, FreezeTo, NumberSource, Why};
use server::clock::SystemClock;
use server::config::{Config, SecretOr};
use server::staff::{self, Role};
use server::store::{CertificateId, QueueKey};
use server::{App, Outside};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::net::UnixStream;
use tokio::task::{AbortHandle, JoinSet};
use xmldsig::{Algorithm, sim::Signer};
use zeroize::Zeroizing;

const SERVERS: usize = 3;
const KIOSKS: usize = 4;
/// How late a board may be.
const CATCH_UP: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(90);

fn department() -> DepartmentCode {
    DepartmentCode::parse("TIEPDON").expect("a department")
}

fn room() -> CounterId {
    CounterId::parse("1").expect("a room")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From one to the other, in milliseconds.
async fn pause(from: u64, to: u64) {
    let ms = rand::thread_rng().gen_range(from..to);
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Between the servers and PostgreSQL.
struct Proxy {
    port: u16,
    lines: Arc<Mutex<Vec<AbortHandle>>>,
    cuts: AtomicU32,
}

impl Proxy {
    async fn before(socket: PathBuf) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let lines: Arc<Mutex<Vec<AbortHandle>>> = Arc::default();
        let known = lines.clone();
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let socket = socket.clone();
                let line = tokio::spawn(async move {
                    if let Ok(mut to) = UnixStream::connect(socket).await {
                        // Whoever hangs up first ends it.
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
                let mut known = locked(&known);
                known.retain(|line| !line.is_finished());
                known.push(line.abort_handle());
            }
        });
        Self { port, lines, cuts: AtomicU32::new(0) }
    }

    /// In the middle of whatever is said.
    fn cut(&self) {
        for line in locked(&self.lines).drain(..) {
            if !line.is_finished() {
                line.abort();
                self.cuts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// What the screens at one server have shown.
#[derive(Default)]
struct Shown {
    /// Grows with each connection; odd while one is open.
    line: u64,
    called: HashMap<String, Instant>,
}

/// One of the servers: a place where the program runs again and again.
struct Place {
    config: PathBuf,
    addr: SocketAddr,
    public: SocketAddr,
    child: Mutex<Option<Child>>,
    shown: Mutex<Shown>,
}

impl Place {
    fn start(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiepdon-server"));
        command.arg("--config").arg(&self.config).arg("serve").stdin(Stdio::null()).stdout(Stdio::null());
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).expect("a log");
        command.stderr(log).env("RUST_LOG", "error").env_remove("TIEPDON_FAILPOINT");
        *locked(&self.child) = Some(command.spawn().expect("the server starts"));
    }

    fn log(&self) -> PathBuf {
        self.config.with_extension("log")
    }

    /// What it complained about last.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.join("\n")
    }

    /// SIGKILL.
    fn kill(&self) {
        if let Some(mut child) = locked(&self.child).take() {
            // Gone already where it ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn has_ended(&self) -> bool {
        locked(&self.child).as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    async fn answers(&self, client: &reqwest::Client) -> bool {
        let health = client.get(format!("http://{}{}", self.addr, api::path::HEALTH)).send().await;
        health.is_ok_and(|answer| answer.status().is_success())
    }

    /// Until it answers; what could not open its database because the line was cut is started again. Says how often.
    async fn comes_up(&self, client: &reqwest::Client) -> u32 {
        let (begin, mut again) = (Instant::now(), 0);
        while !self.answers(client).await {
            assert!(begin.elapsed() < PATIENCE, "the server at {} does not come up", self.addr);
            if self.has_ended() {
                again += 1;
                self.start();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        again
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.kill();
    }
}

struct House {
    _database: TestDatabase,
    _folder: TempDir,
    gateway: RunningGateway,
    proxy: Proxy,
    places: Vec<Arc<Place>>,
    /// On a line of its own that nobody cuts: the ward, and the judge.
    app: App,
    client: reqwest::Client,
}

/// Two addresses that nobody uses.
fn addresses() -> (SocketAddr, SocketAddr) {
    let free = || TcpListener::bind("127.0.0.1:0").expect("a port");
    let (one, other) = (free(), free());
    (one.local_addr().expect("an address"), other.local_addr().expect("an address"))
}

impl House {
    async fn new() -> Self {
        let (database, folder) = (TestDatabase::postgres(), tempfile::tempdir().expect("a folder"));
        let now = OffsetDateTime::now_utc();
        let year = time::Duration::days(365);
        let signer = Signer::new(Algorithm::RsaSha256, "CN=Bệnh viện Đa khoa Mẫu", now - year, now + year);
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, content: &[u8]| std::fs::write(path(name), content).expect("writes");
        write("facility.p12", &signer.pkcs12("p12-password"));
        write("facility.password", b"p12-password");
        write("gateway.password", fixture::gateway::PASSWORD.as_bytes());
        let gateway = mock_gateway(&signer).await;
        gateway.gateway.set_fault(Service::Papers, Fault::Slow { ms: 40 }, None);
        let more = format!(
            r#"
[dispatch]
sending = "on"
base_url = "{url}"
username = "{USERNAME}"
password = {{ file = "{password}" }}
answer_ms = 600
[dispatch.signing]
pkcs12 = "{p12}"
password = {{ file = "{p12_password}" }}
"#,
            url = gateway.base_url(),
            password = path("gateway.password").display(),
            p12 = path("facility.p12").display(),
            p12_password = path("facility.password").display(),
        );
        let (place, socket) = database.url.split_once("?host=").expect("a socket");
        let name = place.rsplit('/').next().expect("a name");
        let proxy = Proxy::before(PathBuf::from(socket).join(".s.PGSQL.5432")).await;
        let through = format!("postgres://postgres@127.0.0.1:{}/{name}?sslmode=disable", proxy.port);
        let config = |url: &str| -> Config {
            let mut config = fixture::hospital::config(&folder, None, &more);
            config.database.url = SecretOr::Plain(url.to_owned());
            config.limits.kiosk_requests_per_minute = 1_000_000;
            config.limits.watch_requests_per_minute = 1_000_000;
            config
        };
        let app = App::open(config(&database.url), Arc::new(SystemClock), Outside::default()).await.expect("opens");
        let mut places = Vec::new();
        for number in 0..SERVERS {
            let mut config = config(&through);
            let (addr, public) = addresses();
            (config.listen, config.papers.public_listen) = (addr, Some(public));
            let file = path(&format!("server-{number}.toml"));
            std::fs::write(&file, toml::to_string(&config).expect("serialises")).expect("writes");
            let (child, shown) = (Mutex::new(None), Mutex::default());
            places.push(Arc::new(Place { config: file, addr, public, child, shown }));
        }
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(Duration::from_secs(5)).build().expect("a client");
        Self { _database: database, _folder: folder, gateway, proxy, places, app, client }
    }

    fn any(&self) -> &Arc<Place> {
        &self.places[rand::thread_rng().gen_range(0..self.places.len())]
    }

    fn key(&self) -> QueueKey {
        QueueKey { department: department(), day: self.app.today() }
    }
}

/// Asks one server after another until one gives a ticket, as a kiosk behind a load balancer does.
async fn ticket(world: &House, (kiosk, key): (&str, &str), visit: VisitId) -> String {
    let request =
        CheckInRequest { department: department(), payer: Payer::SelfPay, counter: None, declared: Vec::new() };
    let begin = Instant::now();
    loop {
        assert!(begin.elapsed() < PATIENCE, "nobody gives a ticket");
        let url = format!("http://{}{}", world.any().addr, of_visit(api::path::CHECK_IN, visit));
        let asked = world.client.put(url).header(KIOSK_HEADER, kiosk).bearer_auth(key).json(&request);
        match asked.send().await {
            Ok(answer) if answer.status().is_success() => {
                if let Ok(reply) = answer.json::<CheckInReply>().await {
                    return reply.ticket.number.to_string();
                }
            }
            Ok(answer) if answer.status().is_client_error() => {
                panic!("{}: {}", answer.status(), answer.text().await.unwrap_or_default())
            }
            Ok(_) | Err(_) => pause(20, 120).await,
        }
    }
}

/// One kiosk: patient after patient, and every third time the same question again at another server.
async fn kiosk(world: Arc<House>, name: String, key: String, over: Arc<AtomicBool>) -> Vec<(VisitId, String)> {
    let mut given = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let visit = visit();
        let number = ticket(&world, (&name, &key), visit).await;
        if given.len() % 3 == 0 {
            assert_eq!(ticket(&world, (&name, &key), visit).await, number, "asked again, the same ticket");
        }
        given.push((visit, number));
        pause(10, 60).await;
    }
    given
}

/// A screen at one server, which connects again whenever it is cut off.
async fn screen(place: Arc<Place>) {
    let client = reqwest::Client::new();
    loop {
        let answer = client.get(format!("http://{}/board/TIEPDON/events", place.public)).send().await;
        if let Ok(mut answer) = answer
            && answer.status() == StatusCode::OK
        {
            locked(&place.shown).line += 1;
            let mut read = String::new();
            while let Ok(Some(part)) = answer.chunk().await {
                read.push_str(&String::from_utf8_lossy(&part));
                while let Some((event, rest)) = read.split_once("\n\n") {
                    let called = event.split_once("<aside>").map_or("", |(_, aside)| aside);
                    let mut shown = locked(&place.shown);
                    for number in called.split("<b>").skip(1).filter_map(|text| text.split_once("</b>")) {
                        shown.called.entry(number.0.to_owned()).or_insert_with(Instant::now);
                    }
                    drop(shown);
                    read = rest.to_owned();
                }
            }
            locked(&place.shown).line += 1;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The counter's browser; its session is known to every server.
struct Browser {
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn of(world: &House) -> Self {
        let password = Zeroizing::new(PASSWORD.to_owned());
        staff::add(&world.app, "hoa", "Lê Thị Hoà", password, Role::Receptionist).await.expect("adds");
        let at = |path: &str| format!("http://{}{path}", world.places[0].addr);
        let form = [("login", "hoa"), ("password", PASSWORD)];
        let answer = world.client.post(at("/staff/login")).form(&form).send().await.expect("answers");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie");
        let cookie = cookie.to_owned();
        let page = world.client.get(at("/staff/counter/TIEPDON/1")).header("cookie", &cookie).send().await;
        let page = page.expect("answers").text().await.expect("a page");
        let csrf = page.split_once("name=\"csrf\" value=\"").expect("a token").1[..64].to_owned();
        Self { cookie, csrf }
    }

    /// Calls the next at that server; the number and the moment where it says that it did.
    async fn call(&self, world: &House, place: &Place) -> Option<(String, Instant)> {
        let queue = server::queue::today(&world.app, &department()).await.expect("reads");
        let current = queue.serving(&room()).map(|entry| entry.visit.to_string()).unwrap_or_default();
        let form = [("csrf", self.csrf.as_str()), ("current", current.as_str())];
        let url = format!("http://{}/staff/counter/TIEPDON/1/next", place.addr);
        let answer = world.client.post(url).header("cookie", &self.cookie).form(&form).send().await.ok()?;
        let answered = Instant::now();
        let to = answer.headers().get("location")?.to_str().ok()?;
        if to.contains('?') {
            return None;
        }
        let queue = server::queue::today(&world.app, &department()).await.expect("reads");
        queue.serving(&room()).map(|entry| (entry.ticket.to_string(), answered))
    }
}

/// How late the boards of the living were, and how many calls that was measured at.
#[derive(Default)]
struct Lateness(Vec<Duration>);

/// Calls at a server, and waits until every other whose screen stays connected shows it.
async fn counter(world: Arc<House>, browser: Browser, over: Arc<AtomicBool>) -> (u32, Lateness) {
    let (mut calls, mut late) = (0, Lateness::default());
    while !over.load(Ordering::Relaxed) {
        pause(100, 300).await;
        let at = world.any().clone();
        let lines: Vec<u64> = world.places.iter().map(|place| locked(&place.shown).line).collect();
        let Some((number, called)) = browser.call(&world, &at).await else { continue };
        calls += 1;
        for (place, line) in
            world.places.iter().zip(lines).filter(|(place, line)| place.addr != at.addr && line % 2 == 1)
        {
            loop {
                let (now, seen) = {
                    let shown = locked(&place.shown);
                    (shown.line, shown.called.get(&number).copied())
                };
                if now != line {
                    break;
                }
                if let Some(seen) = seen {
                    late.0.push(seen.saturating_duration_since(called));
                    break;
                }
                if called.elapsed() > PATIENCE {
                    panic!("{number} is not on the board at {} after {:?}", place.addr, called.elapsed());
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
    (calls, late)
}

/// Certificates are written and frozen; the servers sign and send them.
async fn ward(world: Arc<House>, over: Arc<AtomicBool>) -> Vec<CertificateId> {
    let mut ids = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let by = By { actor: "test", why: Why::NobodyToAsk, words: None };
        let draft = sim::death(OffsetDateTime::now_utc().to_offset(server::clock::HO_CHI_MINH).date());
        let (id, _) = certificate::import(&world.app, &draft, None, by).await.expect("imports");
        let to = (NumberSource::Drawn, FreezeTo::Sign);
        certificate::freeze_paper(&world.app, id, to, by).await.expect("freezes");
        ids.push(id);
        pause(100, 300).await;
    }
    ids
}

/// What the weather did.
#[derive(Default)]
struct Weather {
    kills: u32,
    /// Programs that gave up at their start because the line was cut.
    again: u32,
}

async fn weather(world: Arc<House>, over: Arc<AtomicBool>) -> Weather {
    let mut seen = Weather::default();
    let cutting = async {
        while !over.load(Ordering::Relaxed) {
            pause(300, 2_500).await;
            world.proxy.cut();
        }
    };
    let killing = async {
        while !over.load(Ordering::Relaxed) {
            pause(1_500, 3_500).await;
            for place in &world.places {
                assert!(!place.has_ended(), "a server that once answered ended by itself: {}", place.last_words());
            }
            let place = world.any();
            place.kill();
            seen.kills += 1;
            pause(100, 600).await;
            place.start();
            seen.again += place.comes_up(&world.client).await;
        }
    };
    tokio::join!(cutting, killing);
    seen
}

/// Every answered check-in stands under its number, and the numbers have neither doubles nor gaps.
async fn judge_numbers(world: &House, given: &[(VisitId, String)]) {
    let mut numbers: BTreeMap<time::Date, BTreeSet<u16>> = BTreeMap::new();
    for (visit, number) in given {
        let row = world.app.store.ticket(*visit).await.expect("reads").expect("an answered check-in is there");
        assert_eq!(format!("A{:03}", row.number), *number);
        assert!(numbers.entry(row.service_day).or_default().insert(row.number), "{number} twice");
    }
    for (day, numbers) in numbers {
        let last = numbers.last().copied().unwrap_or_default();
        assert_eq!(usize::from(last), numbers.len(), "{day}: a number was lost");
    }
}

/// The record of the queue follows from itself: each patient joined once and was called by one number.
async fn judge_queue(world: &House) -> usize {
    let events = world.app.store.queue_events(&world.key(), 0).await.expect("reads");
    let queue = queue::Queue::replay(department(), &events).expect("the record follows from itself");
    let called: BTreeSet<_> = queue.calls().iter().map(|call| call.visit).collect();
    assert_eq!(called.len(), queue.calls().len(), "nobody is called as next twice");
    called.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_in_a_storm_lose_no_number_double_no_certificate_and_their_boards_catch_up() {
    let seconds = std::env::var("TIEPDON_STORM_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let world = Arc::new(House::new().await);
    for place in &world.places {
        place.start();
    }
    for place in &world.places {
        place.comes_up(&world.client).await;
    }
    let open = [Move::OpenCounter { counter: room() }];
    server::queue::make(&world.app, &department(), &open, "staff:hoa").await.expect("opens");
    let browser = Browser::of(&world).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut screens = JoinSet::new();
    for place in &world.places {
        screens.spawn(screen(place.clone()));
    }
    let mut kiosks = JoinSet::new();
    for number in 0..KIOSKS {
        let name = format!("sanh-{number}");
        let key = enrol(&world.app, &name).await;
        kiosks.spawn(kiosk(world.clone(), name, key, over.clone()));
    }
    let calling = tokio::spawn(counter(world.clone(), browser, over.clone()));
    let writing = tokio::spawn(ward(world.clone(), over.clone()));
    let raging = tokio::spawn(weather(world.clone(), over.clone()));
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    over.store(true, Ordering::Relaxed);
    let weather = raging.await.expect("no panic");
    let mut given = Vec::new();
    while let Some(tickets) = kiosks.join_next().await {
        given.extend(tickets.expect("no panic"));
    }
    let ids = writing.await.expect("no panic");
    let (calls, late) = calling.await.expect("no panic");
    calm(&world.app).await;
    judge_numbers(&world, &given).await;
    let called = judge_queue(&world).await;
    let (accepted, unknown) = judge_deaths(&world.app, &world.gateway, &ids).await;
    let mut late = late.0;
    late.sort();
    let worst = late.last().copied().unwrap_or_default();
    let median = late.get(late.len() / 2).copied().unwrap_or_default();
    let report = format!(
        "{seconds} s, {} kills, {} lines to the database cut, {} starts given up: {} tickets, 0 lost, 0 doubled; \
         {called} called; {accepted} certificates accepted once, {unknown} unknown, 0 doubled; {} boards watched at \
         {calls} calls: late by {} ms (median), {} ms (worst)\n",
        weather.kills,
        world.proxy.cuts.load(Ordering::Relaxed),
        weather.again,
        given.len(),
        late.len(),
        median.as_millis(),
        worst.as_millis(),
    );
    std::io::stderr().write_all(report.as_bytes()).expect("writes");
    assert!(given.len() > 20 && calls > 2 && !late.is_empty() && !ids.is_empty() && weather.kills > 1);
    assert!(worst <= CATCH_UP, "a board was late by {worst:?}");
    world.app.store.close().await;
    drop(screens);
}
