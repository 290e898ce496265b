//! An outbox that drains: signed certificates sent to the mock gateway at 50 ms latency, beside what the configured
//! concurrency permits at most.
//!
//! The server's own sender on SQLite (`synchronous=FULL`) and the mock gateway over HTTP on loopback, on the same
//! machine: every certificate is signed with RSA-2048, every signature verified by the gateway. Preparing and signing
//! are not in the drain's time. The memory is that of this process, which holds both. Beside the certificates that drain,
//! the outbox is filled up to [`WAITING`] rows: copies of signed ones that are due on another day.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use e2e::papers;
use gateway::{Certificates, Fault, Fingerprint, Gateway, Service, Unregistered};
use serde::Serialize;
use server::certificate::{self, By, CertificateState, FreezeTo, NumberSource, Why};
use server::clock::{SharedClock, SystemClock};
use server::store::DispatchKind;
use server::{App, Outside, dispatch};
use sqlx::{Connection, Row, SqliteConnection};
use time::{Duration, OffsetDateTime, UtcOffset};
use xmldsig::sim::Signer;

use crate::BenchError;
use crate::check_ins;
use crate::window::resident_mib;

const LATENCY_MS: u64 = 50;
const CONCURRENCY: u32 = 8;
/// Rows of the outbox while memory is read and while it drains.
const WAITING: u32 = 100_000;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrainReport {
    pub certificates: u32,
    pub latency_ms: u64,
    pub concurrency: u32,
    /// Imported, checked, numbered and frozen.
    pub frozen_per_s: f64,
    /// By one worker.
    pub signed_per_s: f64,
    pub drained_per_s: f64,
    pub floor: &'static str,
    pub permitted_per_s: f64,
    /// Drained over permitted.
    pub ratio: f64,
    /// Records at the gateway beyond one for each certificate.
    pub doubled: usize,
    pub accepted: u64,
    pub resident_mib_before: f64,
    /// Rows of the outbox, those that drain among them.
    pub waiting: u32,
    /// While all of them wait.
    pub resident_mib_waiting: f64,
    pub resident_mib_drained: f64,
}

pub fn measure(certificates: NonZeroU32) -> Result<DrainReport, BenchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(BenchError::Reception)?;
    runtime.block_on(drain(certificates.get()))
}

async fn drain(count: u32) -> Result<DrainReport, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Reception)?;
    let now = OffsetDateTime::now_utc();
    let (before, after) = (now - Duration::days(1), now + Duration::days(30));
    let signer = Signer::new(xmldsig::Algorithm::RsaSha256, "CN=Benh vien Da khoa Mau,C=VN", before, after);
    let mock = gateway(&signer)?;
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let running = gateway::start(mock.clone(), address).await?;

    let write = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content);
    write("facility.p12", &signer.pkcs12("bench")).map_err(BenchError::Reception)?;
    write("facility.password", b"bench").map_err(BenchError::Reception)?;
    write("gateway.password", b"mock-password").map_err(BenchError::Reception)?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let config = check_ins::config(folder.path(), None).map_err(BenchError::Reception)?;
    let config = format!(
        r#"{config}
[dispatch]
sending = "on"
base_url = "{url}"
username = "31999_BV"
password = {{ file = "{password}" }}
concurrency = {CONCURRENCY}
[dispatch.signing]
pkcs12 = "{p12}"
password = {{ file = "{p12_password}" }}
"#,
        url = running.base_url(),
        password = path("gateway.password"),
        p12 = path("facility.p12"),
        p12_password = path("facility.password"),
    );
    let clock: SharedClock = Arc::new(SystemClock);
    let config = server::config::Config::parse(&config)?;
    let outside = Outside::from_config(&config, &clock)?;
    let app = App::open(config, clock, outside).await?;

    let resident = || resident_mib(std::process::id()).unwrap_or(f64::NAN);
    let resident_mib_before = resident();
    let (started, kind) = (Instant::now(), DispatchKind::Death);
    freeze(&app, count).await?;
    let frozen_per_s = f64::from(count) / started.elapsed().as_secs_f64();
    let started = Instant::now();
    while dispatch::sign_due(&app, kind).await? > 0 {}
    let signed_per_s = f64::from(count) / started.elapsed().as_secs_f64();
    let waiting = fill_up(folder.path(), WAITING).await?;
    let resident_mib_waiting = resident();

    mock.set_fault(Service::Papers, Fault::Slow { ms: LATENCY_MS }, None);
    let started = Instant::now();
    dispatch::send_due(&app, kind, usize::MAX).await?;
    let drained_per_s = f64::from(count) / started.elapsed().as_secs_f64();
    let resident_mib_drained = resident();
    let counts = app.store.certificate_counts().await?;
    let accepted = counts.iter().filter(|(_, state, _)| *state == CertificateState::Accepted);
    let accepted = accepted.map(|(_, _, rows)| rows).sum();
    let doubled = mock.doubled().len();
    app.store.close().await;
    running.stop().await;
    let permitted_per_s = f64::from(CONCURRENCY) * 1000.0 / LATENCY_MS as f64;
    Ok(DrainReport {
        certificates: count,
        latency_ms: LATENCY_MS,
        concurrency: CONCURRENCY,
        frozen_per_s,
        signed_per_s,
        drained_per_s,
        floor: "concurrency over latency",
        permitted_per_s,
        ratio: drained_per_s / permitted_per_s,
        doubled,
        accepted,
        resident_mib_before,
        waiting,
        resident_mib_waiting,
        resident_mib_drained,
    })
}

/// Copies waiting rows until there are `rows`, due in a month. Says how many wait.
async fn fill_up(folder: &Path, rows: u32) -> Result<u32, BenchError> {
    let url = format!("sqlite://{}?mode=rw", folder.join("tiepdon.db").display());
    let mut connection = SqliteConnection::connect(&url).await?;
    sqlx::query("PRAGMA busy_timeout = 60000").execute(&mut connection).await?;
    let copy = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < $1), \
                signed AS (SELECT * FROM dispatch_jobs WHERE step = 'send' AND state = 'ready' LIMIT 1) \
                INSERT INTO dispatch_jobs (facility_code, step, subject_id, kind, state, natural_key, issue, \
                content_hash, after_subject, created_at, due_at, attempts, fence) \
                SELECT facility_code, step, 'copy-' || n, kind, state, natural_key || '-' || n, issue, \
                content_hash, after_subject, created_at, due_at + 2592000000, attempts, fence FROM copies, signed";
    let copy_bodies = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < $1), \
                       signed AS (SELECT * FROM dispatch_bodies WHERE step = 'send' LIMIT 1) \
                       INSERT INTO dispatch_bodies (facility_code, step, subject_id, body_sealed) \
                       SELECT facility_code, step, 'copy-' || n, body_sealed FROM copies, signed";
    let count = "SELECT COUNT(*) AS rows FROM dispatch_jobs WHERE step = 'send' AND state = 'ready'";
    let waiting = async |connection: &mut SqliteConnection| -> Result<u32, BenchError> {
        let row = sqlx::query(count).fetch_one(connection).await?;
        u32::try_from(row.try_get::<i64, _>("rows")?).map_err(|_| BenchError::Unexpected("rows are a small number"))
    };
    let missing = rows.saturating_sub(waiting(&mut connection).await?);
    if missing > 0 {
        sqlx::query(copy).bind(missing).execute(&mut connection).await?;
        sqlx::query(copy_bodies).bind(missing).execute(&mut connection).await?;
    }
    // What the copies left in the log is not the drain's to carry into the file.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    waiting(&mut connection).await
}

fn gateway(signer: &Signer) -> Result<Gateway, BenchError> {
    let account = gateway::Account {
        username: "31999_BV".to_owned(),
        password: "mock-password".to_owned(),
        facility: "31999".to_owned(),
        locked: false,
    };
    let world = gateway::World { account: vec![account], staff: Vec::new(), person: Vec::new() };
    let mut certificates = Certificates::new(Unregistered::Refused);
    certificates.register("31999", Fingerprint::of(signer.certificate().der()));
    let settings = gateway::Settings { certificates, ..gateway::Settings::default() };
    Ok(Gateway::open(world, Arc::new(OffsetDateTime::now_utc), "bench", settings)?)
}

async fn freeze(app: &App, count: u32) -> Result<(), BenchError> {
    let vietnam = UtcOffset::from_hms(7, 0, 0).map_err(|_| BenchError::Unexpected("+7 is an offset"))?;
    let today = OffsetDateTime::now_utc().to_offset(vietnam).date();
    let draft = papers::death(today).map_err(|_| BenchError::Unexpected("the sample has a field too many"))?;
    let by = By { actor: "bench", why: Why::NobodyToAsk, words: None };
    for _ in 0..count {
        let (id, _) = certificate::import(app, &draft, None, by).await?;
        certificate::freeze_paper(app, id, (NumberSource::Drawn, FreezeTo::Sign), by).await?;
    }
    Ok(())
}
