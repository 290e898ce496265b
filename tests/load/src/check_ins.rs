//! Visits by the card's code over HTTP: as many a second as there can be, and how long one takes at half of that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::{
    CheckInReply, CheckInRequest, CounterReason, DepartmentCode, DocumentClaim, FaceClaim, IdentificationRequest,
    KIOSK_HEADER, NumberClaim, Payer,
};
use serde::Serialize;
use uuid::Uuid;

use crate::LoadError;
use crate::floor;
use crate::place::{DEPARTMENTS, Engine, KIOSK, Place};

pub const CLIENTS: usize = 16;
const WARMING: usize = 100;
const VISITS: usize = 1_200;
const HALF_LOAD: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub engine: Engine,
    pub clients: usize,
    pub departments: usize,
    pub floor: &'static str,
    /// Before and after the visits.
    pub floor_per_s: [f64; 2],
    pub visits_per_s: f64,
    /// Visits a second over the floor's.
    pub ratio: f64,
    /// Of the check-in, from its request to its ticket, at half of that rate.
    pub check_in: Latency,
    /// Of the whole visit, identification and check-in, from when it was due.
    pub visit: Latency,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Latency {
    fn of(mut took: Vec<Duration>) -> Self {
        took.sort();
        let at = |part: f64| took.get((took.len() as f64 * part) as usize);
        let ms = |took: Option<&Duration>| took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3);
        Self { p50_ms: ms(at(0.5)), p99_ms: ms(at(0.99)) }
    }
}

/// A kiosk's client.
#[derive(Clone)]
pub struct Kiosk {
    client: reqwest::Client,
    base: String,
    key: String,
}

impl Kiosk {
    pub fn new(place: &Place, key: String) -> Self {
        Self { client: reqwest::Client::new(), base: format!("http://{}", place.addr), key }
    }

    async fn put<T: Serialize>(&self, path: &str, visit: Uuid, body: &T) -> Result<reqwest::Response, LoadError> {
        let url = format!("{}{}", self.base, path.replace("{visit}", &visit.to_string()));
        let sent = self.client.put(url).header(KIOSK_HEADER, KIOSK).bearer_auth(&self.key).json(body);
        Ok(sent.send().await?.error_for_status()?)
    }

    pub async fn check_in(&self, department: &DepartmentCode) -> Result<CheckInReply, LoadError> {
        let (department, payer) = (department.clone(), Payer::Undecided);
        let request =
            CheckInRequest { department, payer, counter: Some(CounterReason::NumberOnly), declared: Vec::new() };
        Ok(self.put(api::path::CHECK_IN, Uuid::new_v4(), &request).await?.json().await?)
    }

    /// Identification by the card's code, then the check-in; how long that took.
    async fn visit(&self, department: &DepartmentCode) -> Result<Duration, LoadError> {
        let claim = NumberClaim { number: "085000000017".to_owned(), name: None, birth: None };
        let asked =
            IdentificationRequest { document: DocumentClaim::CardQr(claim), face: FaceClaim::NotAsked, consent: None };
        let visit = Uuid::new_v4();
        self.put(api::path::IDENTIFICATION, visit, &asked).await?.bytes().await?;
        let (department, payer) = (department.clone(), Payer::Undecided);
        let request =
            CheckInRequest { department, payer, counter: Some(CounterReason::NumberOnly), declared: Vec::new() };
        let begin = Instant::now();
        self.put(api::path::CHECK_IN, visit, &request).await?.bytes().await?;
        Ok(begin.elapsed())
    }
}

pub fn department(number: usize) -> Result<DepartmentCode, LoadError> {
    DepartmentCode::parse(&format!("K{number:02}")).map_err(|_| LoadError::Unexpected("a department's code"))
}

pub async fn measure(engine: Engine) -> Result<Report, LoadError> {
    let place = Place::new(engine)?;
    let kiosk = Kiosk::new(&place, place.prepare()?);
    let before = floor_of(&place).await?;
    let (_running, _) = place.start().await?;
    at_once(&kiosk, WARMING).await?;
    let visits_per_s = at_once(&kiosk, VISITS).await?;
    let (visits, check_ins) = at_rate(&kiosk, visits_per_s / 2.0).await?.into_iter().unzip();
    let after = floor_of(&place).await?;
    let ratio = visits_per_s / f64::midpoint(before, after);
    let floor = match engine {
        Engine::Sqlite => {
            "the same statements bare, by 16 clients through the same driver, synchronous=FULL, same folder"
        }
        Engine::Postgres => "pgbench -f with the same statements, 16 clients, the same database with Debian's settings",
    };
    let (clients, departments) = (CLIENTS, DEPARTMENTS);
    Ok(Report {
        engine,
        clients,
        departments,
        floor,
        floor_per_s: [before, after],
        visits_per_s,
        ratio,
        check_in: Latency::of(check_ins),
        visit: Latency::of(visits),
    })
}

async fn floor_of(place: &Place) -> Result<f64, LoadError> {
    match &place.cluster {
        None => floor::sqlite(place).await,
        Some(cluster) => floor::pgbench(cluster, place),
    }
}

/// So many visits by all clients; how many a second.
async fn at_once(kiosk: &Kiosk, visits: usize) -> Result<f64, LoadError> {
    let next = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (kiosk, next) = (kiosk.clone(), next.clone());
        clients.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= visits {
                    return Ok::<(), LoadError>(());
                }
                kiosk.visit(&department(number % DEPARTMENTS + 1)?).await?;
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.map_err(|_| LoadError::Unexpected("a client broke"))??;
    }
    Ok(visits as f64 / begin.elapsed().as_secs_f64())
}

/// Visits that begin when they are due, whether those before are done or not; how long each took from then on, and its
/// check-in alone.
async fn at_rate(kiosk: &Kiosk, per_s: f64) -> Result<Vec<(Duration, Duration)>, LoadError> {
    let count = (HALF_LOAD.as_secs_f64() * per_s) as u32;
    let (begin, apart) = (tokio::time::Instant::now(), HALF_LOAD / count.max(1));
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..count {
        let here = department(number as usize % DEPARTMENTS + 1)?;
        let (kiosk, due) = (kiosk.clone(), begin + apart * number);
        tokio::time::sleep_until(due).await;
        under_way.spawn(async move {
            let check_in = kiosk.visit(&here).await?;
            Ok::<_, LoadError>((due.elapsed(), check_in))
        });
    }
    let mut took = Vec::new();
    while let Some(one) = under_way.join_next().await {
        took.push(one.map_err(|_| LoadError::Unexpected("a client broke"))??);
    }
    Ok(took)
}
