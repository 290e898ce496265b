//! The least that a visit can cost: its statements, bare, by as many clients as the server has.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use server::config::Durability;
use server::store::Store;
use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Executor, Row};

use crate::LoadError;
use crate::check_ins::CLIENTS;
use crate::place::{Cluster, DEPARTMENTS, Engine, Place};
use crate::statements::{FIRST_DEPARTMENT, Step, numbered, of_a_visit, script};

const VISITS: u64 = 1_200;
const PGBENCH_SECONDS: &str = "8";

/// Visits a second on a file in the server's folder, through the server's driver with the server's settings: one
/// connection writes, eight read.
pub async fn sqlite(place: &Place) -> Result<f64, LoadError> {
    // Each time a file of its own, as the server's was when it began.
    static FILES: AtomicU64 = AtomicU64::new(0);
    let name = format!("floor-{}.db", FILES.fetch_add(1, Ordering::Relaxed));
    let url = format!("sqlite://{}?mode=rwc", place.folder.path().join(name).display());
    let facility = place.config()?.hospital.facility_code;
    Store::open(&url, Durability::Full, 1, &facility).await?.close().await;
    let pool = |connections| {
        let options = AnyPoolOptions::new().max_connections(connections).test_before_acquire(false);
        options.after_connect(|connection, _| {
            Box::pin(async move {
                let pragmas = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                               PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16384;";
                connection.execute(pragmas).await?;
                Ok(())
            })
        })
    };
    let (write, read) = (pool(1).connect(&url).await?, pool(8).connect(&url).await?);
    let steps = Arc::new(of_a_visit(Engine::Sqlite));
    let next = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (write, read, steps, next) = (write.clone(), read.clone(), steps.clone(), next.clone());
        clients.spawn(async move {
            loop {
                let visit = next.fetch_add(1, Ordering::Relaxed);
                if visit >= VISITS {
                    return Ok::<(), sqlx::Error>(());
                }
                one(&write, &read, &steps, i64::try_from(visit).unwrap_or_default() + 100_000_000_000).await?;
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.map_err(|_| LoadError::Unexpected("a client of the floor broke"))??;
    }
    let rate = VISITS as f64 / begin.elapsed().as_secs_f64();
    write.close().await;
    read.close().await;
    Ok(rate)
}

async fn one(write: &AnyPool, read: &AnyPool, steps: &[Step], visit: i64) -> Result<(), sqlx::Error> {
    let mut kept: Vec<(&'static str, i64)> = vec![("v", visit), ("d", FIRST_DEPARTMENT + visit % DEPARTMENTS as i64)];
    let mut transaction = None;
    for step in steps {
        match (step, &mut transaction) {
            (Step::Begin, _) => transaction = Some(write.begin_with("BEGIN IMMEDIATE").await?),
            (Step::Commit, open) => {
                if let Some(open) = open.take() {
                    open.commit().await?;
                }
            }
            (Step::Run(sql), None) => {
                statement(sql, &kept).fetch_optional(read).await?;
            }
            (Step::Run(sql), Some(open)) => {
                run(sql, &kept, open).await?;
            }
            (Step::Keep(sql, name), Some(open)) => {
                if let Some(row) = run(sql, &kept, open).await? {
                    kept.push((name, row.try_get(*name)?));
                }
            }
            (Step::Keep(..), None) => {}
        }
    }
    Ok(())
}

async fn run(sql: &str, kept: &[(&'static str, i64)], open: &mut AnyConnection) -> Result<Option<AnyRow>, sqlx::Error> {
    statement(sql, kept).fetch_optional(open).await
}

fn statement(sql: &str, kept: &[(&'static str, i64)]) -> Query<'static, Any, AnyArguments> {
    let (sql, names) = numbered(sql);
    let mut statement = sqlx::query(AssertSqlSafe(sql));
    for name in names {
        let value = kept.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        statement = statement.bind(value.unwrap_or_default());
    }
    statement
}

/// Visits a second by `pgbench` on the server's database, each statement prepared as the server's are.
pub fn pgbench(cluster: &Cluster, place: &Place) -> Result<f64, LoadError> {
    let file = place.folder.path().join("visit.pgbench");
    std::fs::write(&file, script())?;
    let clients = CLIENTS.to_string();
    let mut command = Command::new(cluster.program("pgbench"));
    command.args(["-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", PGBENCH_SECONDS, "-f"]).arg(&file);
    command.args(["-h", &cluster.socket(), "-U", "postgres", "bench"]).stderr(Stdio::inherit());
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.filter(|_| output.status.success()).ok_or(LoadError::Unexpected("pgbench gave no figure"))
}
