//! Open screens and phones on one process: how much memory they take, and when they hear of a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::LoadError;
use crate::check_ins::{Kiosk, department};
use crate::place::{DEPARTMENTS, Engine, LOGIN, PASSWORD, Place};

const BOARDS: usize = 500;
const PHONES: usize = 5_000;
/// Each is followed by several phones.
const TICKETS: usize = 1_000;
const CALLS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub boards: usize,
    pub phones: usize,
    pub start_ms: f64,
    pub resident_mib_before: f64,
    pub resident_mib_watched: f64,
    /// After the calls, of which each is sent to all screens of its department and to all its phones.
    pub resident_mib_after: f64,
    /// From the key at the counter to the number on a board's stream, with all of them open: median and worst.
    pub key_to_board_ms: [f64; 2],
}

pub fn resident_mib(process: u32) -> Result<f64, LoadError> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<f64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.map(|kib| kib / 1024.0).ok_or(LoadError::Unexpected("the process tells no memory"))
}

/// The counter's browser.
struct Counter {
    client: reqwest::Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl Counter {
    async fn open(place: &Place) -> Result<Self, LoadError> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let base = format!("http://{}", place.addr);
        let form = [("login", LOGIN), ("password", PASSWORD)];
        let answer = client.post(format!("{base}/staff/login")).form(&form).send().await?;
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()?.split(';').next());
        let cookie = cookie.ok_or(LoadError::Unexpected("nobody could log in"))?.to_owned();
        let mut counter = Self { client, base, cookie, csrf: String::new() };
        let page = counter.page().await?;
        let csrf = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.get(..64));
        csrf.ok_or(LoadError::Unexpected("the counter's page has no token"))?.clone_into(&mut counter.csrf);
        counter.act("open", "").await?;
        Ok(counter)
    }

    async fn page(&self) -> Result<String, LoadError> {
        let page = self.client.get(format!("{}/staff/counter/K01/101", self.base)).header("cookie", &self.cookie);
        Ok(page.send().await?.text().await?)
    }

    async fn act(&self, way: &str, current: &str) -> Result<(), LoadError> {
        let form = [("csrf", self.csrf.as_str()), ("current", current)];
        let sent = self.client.post(format!("{}/staff/counter/K01/101/{way}", self.base));
        let answer = sent.header("cookie", &self.cookie).form(&form).send().await?;
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or("?");
        if to.contains('?') { Err(LoadError::Unexpected("the counter refused a key")) } else { Ok(()) }
    }

    async fn call(&self) -> Result<(), LoadError> {
        let page = self.page().await?;
        let current = page.split_once("name=\"current\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        self.act("next", current.unwrap_or_default()).await
    }
}

/// One open stream; each event that names something is counted.
async fn watch(place: &Place, path: String, event: &'static str, seen: Arc<AtomicUsize>) -> Result<Watcher, LoadError> {
    let mut stream = TcpStream::connect(place.public).await?;
    let asked = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(asked.as_bytes()).await?;
    Ok(Watcher { stream, event, seen })
}

struct Watcher {
    stream: TcpStream,
    event: &'static str,
    seen: Arc<AtomicUsize>,
}

impl Watcher {
    async fn run(mut self) {
        let mut bytes = [0; 8192];
        while let Ok(count) = self.stream.read(&mut bytes).await
            && count > 0
        {
            let text = String::from_utf8_lossy(&bytes[..count]);
            self.seen.fetch_add(text.matches(self.event).count(), Ordering::Relaxed);
        }
    }
}

/// The screen that is looked at.
struct Screen(reqwest::Response, String);

impl Screen {
    async fn open(place: &Place) -> Result<Self, LoadError> {
        Ok(Self(reqwest::get(format!("http://{}/board/K01/events", place.public)).await?, String::new()))
    }

    /// Who stands first among those called last, by the next picture.
    async fn last_called(&mut self) -> Result<String, LoadError> {
        loop {
            while let Some((event, rest)) = self.1.split_once("\n\n") {
                let called =
                    event.split_once("<aside>").map(|(_, aside)| aside.split("<b>").nth(1).unwrap_or_default());
                let called = called.map(|text| text.split('<').next().unwrap_or_default().to_owned());
                self.1 = rest.to_owned();
                if let Some(called) = called {
                    return Ok(called);
                }
            }
            let part = self.0.chunk().await?.ok_or(LoadError::Unexpected("the board's stream ended"))?;
            self.1.push_str(&String::from_utf8_lossy(&part));
        }
    }
}

async fn until(seen: &AtomicUsize, wanted: usize) -> Result<(), LoadError> {
    let begin = Instant::now();
    while seen.load(Ordering::Relaxed) < wanted {
        if begin.elapsed() > PATIENCE {
            return Err(LoadError::Unexpected("screens were not told"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

pub async fn measure() -> Result<Report, LoadError> {
    let place = Place::new(Engine::Sqlite)?;
    let kiosk = Kiosk::new(&place, place.prepare()?);
    let (running, start) = place.start().await?;
    let mut urls = Vec::new();
    for number in 0..TICKETS {
        let reply = kiosk.check_in(&department(number % DEPARTMENTS + 1)?).await?;
        urls.push(reply.ticket.follow_url.ok_or(LoadError::Unexpected("a ticket has no address"))?);
    }
    let counter = Counter::open(&place).await?;
    let resident_mib_before = resident_mib(running.0.id())?;
    let (boards, phones) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut open = JoinSet::new();
    for number in 0..BOARDS {
        let path = format!("/board/K{:02}/events", number % DEPARTMENTS + 1);
        open.spawn(watch(&place, path, "event: board", boards.clone()).await?.run());
    }
    for number in 0..PHONES {
        let token = urls[number % TICKETS].rsplit('/').next().unwrap_or_default();
        open.spawn(watch(&place, format!("/t/{token}/events"), "event: place", phones.clone()).await?.run());
    }
    // Each is told first what stands now.
    until(&boards, BOARDS).await?;
    until(&phones, PHONES).await?;
    let resident_mib_watched = resident_mib(running.0.id())?;
    let mut took = Vec::new();
    let mut screen = Screen::open(&place).await?;
    let mut last = screen.last_called().await?;
    for _ in 0..CALLS {
        let begin = Instant::now();
        counter.call().await?;
        let mut shown = last.clone();
        while shown == last {
            shown = screen.last_called().await?;
        }
        took.push(begin.elapsed());
        last = shown;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    took.sort();
    let ms = |took: Option<&Duration>| took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3);
    Ok(Report {
        boards: BOARDS,
        phones: PHONES,
        start_ms: start.as_secs_f64() * 1e3,
        resident_mib_before,
        resident_mib_watched,
        resident_mib_after: resident_mib(running.0.id())?,
        key_to_board_ms: [ms(took.get(CALLS / 2)), ms(took.last())],
    })
}
