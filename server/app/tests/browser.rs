//! Board and phone in a real browser: what scripts do with what the server says.

mod fixture;

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{CheckInRequest, CounterReason, DepartmentCode, KioskId, Payer};
use fixture::browser::Browser;
use fixture::hospital::{OPENING, config, visit};
use queue::{CounterId, Move};
use server::clock::ManualClock;
use server::{App, Outside, RunningServer, check_in};
use tempfile::TempDir;

/// A server with sockets, whose public page keeps its port over restarts.
struct Site {
    directory: TempDir,
    clock: Arc<ManualClock>,
    running: Option<RunningServer>,
    port: u16,
}

impl Site {
    async fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut site = Self { directory, clock: Arc::new(ManualClock::at(OPENING)), running: None, port: 0 };
        site.start().await;
        site.port = site.running().public_addr.expect("a public page").port();
        site
    }

    async fn start(&mut self) {
        let public = format!(
            "[papers]\npublic_listen = \"127.0.0.1:{}\"\npublic_url = \"http://127.0.0.1:1\"\n[board]\nvoice = \"../../assets/voice\"",
            self.port
        );
        let config = config(&self.directory, None, &public);
        let server = server::start(config, self.clock.clone(), Outside::default()).await.expect("starts");
        self.running = Some(server);
    }

    fn running(&self) -> &RunningServer {
        self.running.as_ref().expect("is running")
    }

    fn app(&self) -> &App {
        &self.running().app
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The path behind the ticket's code.
    async fn take_number(&self) -> String {
        let request = CheckInRequest {
            department: DepartmentCode::parse("K01").expect("a department"),
            payer: Payer::Undecided,
            counter: Some(CounterReason::NoCard),
            declared: Vec::new(),
        };
        let kiosk = KioskId::parse("sanh-1").expect("a kiosk");
        let reply = check_in::check_in(self.app(), &kiosk, visit(), &request).await.expect("a ticket");
        let url = reply.ticket.follow_url.expect("an address");
        url.strip_prefix("http://127.0.0.1:1").expect("ours").to_owned()
    }

    async fn staff(&self, moves: &[Move]) {
        let department = DepartmentCode::parse("K01").expect("a department");
        server::queue::make(self.app(), &department, moves, "staff:lan").await.expect("the queue moves");
    }

    async fn call_next(&self) {
        self.staff(&[Move::CallNext { counter: room() }]).await;
    }
}

fn room() -> CounterId {
    CounterId::parse("101").expect("a room")
}

fn shows(number: &str) -> String {
    format!("document.querySelector('.rows')?.innerText.includes('{number}') ?? false")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_lives_through_calls_a_dead_server_and_its_return() {
    let mut site = Site::open().await;
    let browser = Browser::open().await;
    for _ in 0..40 {
        site.take_number().await;
    }
    site.staff(&[Move::OpenCounter { counter: room() }]).await;
    browser.go(&site.url("/board/K01")).await;
    browser.until("document.querySelector('.rows') !== null").await;
    assert_eq!(browser.value("document.getElementById('lost').hidden").await, true);

    // From the call to the screen.
    let began = Instant::now();
    site.call_next().await;
    browser.until(&shows("B001")).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    browser.until("document.querySelector('.call').innerText.includes('Mời bệnh nhân số B001 vào phòng 101')").await;

    // Many calls later the page is no larger.
    let size = "document.getElementsByTagName('*').length";
    browser.until(&format!("({size}) > 0 && document.querySelectorAll('aside li').length === 1")).await;
    let mut sizes = Vec::new();
    for number in 2..=30 {
        site.staff(&[Move::Start { visit: serving(&site).await }, Move::Finish { visit: serving(&site).await }]).await;
        site.call_next().await;
        browser.until(&shows(&format!("B{number:03}"))).await;
        sizes.push(browser.value(size).await.as_u64().expect("a number"));
    }
    assert_eq!(sizes[8], sizes[28], "{sizes:?}");

    // The server dies: the screen says so, and shows nothing as live.
    drop(site.running.take());
    // What it still has open must not pass for life.
    site.clock.advance(Duration::from_secs(20));
    browser.until("!document.getElementById('lost').hidden && document.body.classList.contains('lost')").await;
    // It comes back: so does the screen, by itself, on the same page.
    browser.value("(window.sameScreen = true)").await;
    site.start().await;
    browser.until("document.getElementById('lost').hidden && !document.body.classList.contains('lost')").await;
    site.staff(&[Move::Start { visit: serving(&site).await }, Move::Finish { visit: serving(&site).await }]).await;
    site.call_next().await;
    browser.until(&shows("B031")).await;
    assert_eq!(browser.value("window.sameScreen").await, true);
}

async fn serving(site: &Site) -> api::VisitId {
    let department = DepartmentCode::parse("K01").expect("a department");
    let queue = server::queue::today(site.app(), &department).await.expect("is read");
    queue.serving(&room()).expect("somebody is called").visit
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_sees_its_call_without_being_touched() {
    let site = Site::open().await;
    let browser = Browser::open().await;
    let path = site.take_number().await;
    browser.go(&site.url(&format!("{path}?lang=en"))).await;
    browser.until("document.querySelector('[data-stage=soon]') !== null").await;
    assert_eq!(browser.value("document.documentElement.lang").await, "en");
    site.staff(&[Move::OpenCounter { counter: room() }, Move::CallNext { counter: room() }]).await;
    browser.until("document.querySelector('h1').innerText === 'You are called to room 101'").await;
    assert_eq!(browser.value("document.getElementById('lost').hidden").await, true);
    // Nothing is wider than the smallest telephone.
    let wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.value(wide).await, false);
}
