//! Check-ins a second, durable on SQLite (`synchronous=FULL`), beside the rate of one-row commits on the same file.
//!
//! Real HTTP on loopback, several kiosks at a time, no insurance gateway. A visit with a chip is three requests
//! (challenge, identification, check-in) with the passive and active authentication on the server; a visit by the
//! card's code is two. Chips are read before the clock starts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use api::{
    CheckInRequest, CounterReason, DocumentClaim, FaceClaim, IdentificationRequest, KioskId, NumberClaim, Payer,
    VisitId,
};
use devices::server_client::{KioskKey, Patience, ServerClient};
use serde::Serialize;
use server::clock::{SharedClock, SystemClock};
use server::{Outside, RunningServer, keys};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use uuid::Uuid;

use crate::BenchError;
use crate::cardholder::Cardholder;
use crate::visit::{Visitor, department_code, walk};

const KIOSKS: usize = 4;
const VISITS_BY_CODE: usize = 400;
const VISITS_BY_CHIP: usize = 60;
const BARE_COMMITS: usize = 400;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckInReport {
    pub kiosks: usize,
    pub journal: &'static str,
    pub floor: &'static str,
    /// One-row commits a second on the same file, before and after the visits.
    pub bare_commits_per_s: [f64; 2],
    pub by_code: Rate,
    pub by_chip_and_face: Rate,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    pub visits: usize,
    /// Transactions that the server commits for one visit.
    pub commits_a_visit: f64,
    pub visits_per_s: f64,
    /// Visits a second over bare commits a second.
    pub ratio: f64,
}

struct Reception {
    runtime: tokio::runtime::Runtime,
    server: RunningServer,
    client: ServerClient,
    folder: tempfile::TempDir,
}

/// What one kiosk sends for one visit.
struct Prepared {
    visit: VisitId,
    identification: IdentificationRequest,
    check_in: CheckInRequest,
}

pub fn measure(holder: &mut Cardholder, visitor: &Visitor<'_>) -> Result<CheckInReport, BenchError> {
    let reception = Reception::open(&holder.authority())?;
    let before = reception.bare_commits()?;

    let mut by_code = Vec::new();
    for _ in 0..VISITS_BY_CODE {
        by_code.push(Prepared {
            visit: VisitId(Uuid::new_v4()),
            identification: IdentificationRequest {
                document: DocumentClaim::CardQr(NumberClaim {
                    number: "085000000017".to_owned(),
                    name: None,
                    birth: None,
                }),
                face: FaceClaim::NotAsked,
                consent: None,
            },
            check_in: CheckInRequest {
                department: department_code()?,
                payer: Payer::Undecided,
                counter: Some(CounterReason::NumberOnly),
                declared: Vec::new(),
            },
        });
    }
    let code_seconds = reception.serve(&by_code)?;

    // A challenge lives for minutes; all visits are over in less.
    let mut by_chip = Vec::new();
    for _ in 0..VISITS_BY_CHIP {
        let visit = VisitId(Uuid::new_v4());
        let challenge = reception.client.challenge(visit)?.challenge.0;
        let walked = walk(holder, visitor, visit, challenge)?;
        by_chip.push(Prepared { visit, identification: *walked.identification, check_in: walked.check_in });
    }
    let chip_seconds = reception.serve(&by_chip)?;
    let after = reception.bare_commits()?;

    let bare = f64::midpoint(before, after);
    let rate = |visits: usize, seconds: f64, commits_a_visit: f64| {
        let visits_per_s = visits as f64 / seconds;
        Rate { visits, commits_a_visit, visits_per_s, ratio: visits_per_s / bare }
    };
    Ok(CheckInReport {
        kiosks: KIOSKS,
        journal: "WAL, synchronous=FULL",
        floor: "commits of one row of 200 bytes, one connection, the same file",
        bare_commits_per_s: [before, after],
        by_code: rate(VISITS_BY_CODE, code_seconds, 2.0),
        by_chip_and_face: rate(VISITS_BY_CHIP, chip_seconds, 2.0),
    })
}

impl Reception {
    fn open(authority: &[u8]) -> Result<Self, BenchError> {
        let io = BenchError::Reception;
        let folder = tempfile::tempdir().map_err(io)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(io)?;
        let config = config(folder.path(), Some(authority)).map_err(io)?;
        let config = server::config::Config::parse(&config)?;
        let clock: SharedClock = Arc::new(SystemClock);
        let server = runtime.block_on(server::start(config, clock, Outside::default()))?;
        let (key, text) = keys::new_key();
        let kiosk = KioskId::parse("bench-1").map_err(|_| BenchError::Unexpected("bench-1 is no kiosk id"))?;
        let enrolled = runtime.block_on(async {
            let mut tx = server.app.store.begin().await?;
            tx.enrol_kiosk(&kiosk, &Sha256::digest(key.as_slice()).into(), server.app.now_ms()).await?;
            tx.commit().await
        });
        enrolled?;
        let key = KioskKey::parse(&text).map_err(|_| BenchError::Unexpected("a key of the server is no key"))?;
        let client = ServerClient::new(&format!("http://{}", server.addr), &kiosk, &key, None, Patience::default())?;
        Ok(Self { runtime, server, client, folder })
    }

    /// All visits by all kiosks; how many seconds they took.
    fn serve(&self, visits: &[Prepared]) -> Result<f64, BenchError> {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        std::thread::scope(|scope| {
            let kiosks: Vec<_> = (0..KIOSKS)
                .map(|_| {
                    scope.spawn(|| {
                        let client = self.client.clone();
                        while let Some(visit) = visits.get(next.fetch_add(1, Ordering::Relaxed)) {
                            client.identify(visit.visit, &visit.identification)?;
                            client.check_in(visit.visit, &visit.check_in)?;
                        }
                        Ok::<(), BenchError>(())
                    })
                })
                .collect();
            for kiosk in kiosks {
                kiosk.join().map_err(|_| BenchError::Unexpected("a kiosk of the measurement broke"))??;
            }
            Ok::<(), BenchError>(())
        })?;
        Ok(start.elapsed().as_secs_f64())
    }

    /// One-row commits a second on the server's own file.
    fn bare_commits(&self) -> Result<f64, BenchError> {
        let path = self.folder.path().join("tiepdon.db");
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
        let seconds = self.runtime.block_on(async {
            let mut connection: SqliteConnection = options.connect().await?;
            sqlx::query("CREATE TABLE IF NOT EXISTS bench_floor (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
                .execute(&mut connection)
                .await?;
            let row = [7_u8; 200];
            let start = Instant::now();
            for _ in 0..BARE_COMMITS {
                sqlx::query("INSERT INTO bench_floor (content) VALUES ($1)")
                    .bind(row.as_slice())
                    .execute(&mut connection)
                    .await?;
            }
            let seconds = start.elapsed().as_secs_f64();
            connection.close().await?;
            Ok::<f64, sqlx::Error>(seconds)
        })?;
        Ok(BARE_COMMITS as f64 / seconds)
    }
}

impl Drop for Reception {
    fn drop(&mut self) {
        let store = self.server.app.store.clone();
        self.runtime.block_on(async move { store.close().await });
    }
}

/// A server on SQLite in `folder`.
pub fn config(folder: &Path, authority: Option<&[u8]>) -> std::io::Result<String> {
    let master = folder.join("master.key");
    std::fs::write(&master, keys::new_key().1.as_bytes())?;
    let csca = folder.join("csca.der");
    if let Some(authority) = authority {
        std::fs::write(&csca, authority)?;
    }
    let csca_files = if authority.is_some() { format!("{csca:?}") } else { String::new() };
    Ok(format!(
        r#"
listen = "127.0.0.1:0"
master_key = {{ file = {master:?} }}
[database]
url = "sqlite://{database}?mode=rwc"
durability = "full"
[hospital]
facility_code = "31999"
name_vi = "Bệnh viện Đa khoa Mẫu"
name_en = "Sample General Hospital"
[[departments]]
code = "K01"
prefix = "A"
name_vi = "Nội tổng hợp"
name_en = "General medicine"
rooms = "101"
floor = "1"
reception = true
[limits]
kiosk_requests_per_minute = 1000000
[trust]
csca_files = [{csca_files}]
"#,
        database = folder.join("tiepdon.db").display(),
    ))
}
