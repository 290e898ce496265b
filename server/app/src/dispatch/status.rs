//! How dispatch stands: for the staff page, for whoever watches machines (`/metrics`, Prometheus text format 0.0.4).

use std::fmt::Write as _;

use super::{DispatchError, Halt, halt};
use crate::app::App;
use crate::certificate::CertificateState;
use crate::store::{CertificateKind, DispatchKind, DispatchStep, JobState, JobTally};

/// A worker beats every few seconds; silent for so long, it is stopped.
const STOPPED_MS: i64 = 60_000;
/// A countdown that ends within this is shown as near.
const NEAR_MS: i64 = 3_600_000;

/// What somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// No worker was heard of for so long (milliseconds); None where there never was one.
    WorkerStopped(Option<i64>),
    /// More rows wait than the configuration calls normal.
    Backlog {
        step: DispatchStep,
        kind: DispatchKind,
        rows: u64,
    },
    UnknownOutcomes(u64),
    DeadlinesMissed(u64),
    SigningFailed(u64),
    /// The destination fails and is left alone until then.
    DestinationClosed {
        target: String,
        until: i64,
    },
}

#[derive(Debug, Clone)]
pub struct Overview {
    /// None where sending is on.
    pub halt: Option<Halt>,
    pub certificates: Vec<(CertificateKind, CertificateState, u64)>,
    pub jobs: Vec<JobTally>,
    /// Not settled, and past the four working hours.
    pub deadlines_missed: u64,
    /// Not settled, and within an hour of it.
    pub deadlines_near: u64,
    /// Milliseconds since the latest heartbeat of any worker.
    pub heartbeat_age: Option<i64>,
    pub alarms: Vec<Alarm>,
}

pub async fn overview(app: &App) -> Result<Overview, DispatchError> {
    let now = app.now_ms();
    let certificates = app.store.certificate_counts().await?;
    let jobs = app.store.job_tallies().await?;
    let deadlines_missed = app.store.certificates_due_before(now).await?;
    let deadlines_near = app.store.certificates_due_before(now + NEAR_MS).await? - deadlines_missed;
    let heartbeat_age = app.store.heartbeats().await?.first().map(|beat| now - beat.beat_at);
    let halt = halt(app).await?;

    let mut alarms = Vec::new();
    if heartbeat_age.is_none_or(|age| age > STOPPED_MS) {
        alarms.push(Alarm::WorkerStopped(heartbeat_age));
    }
    let normal = app.config.dispatch.as_ref().map_or(0, |config| u64::from(config.backlog_alarm));
    for tally in jobs.iter().filter(|tally| tally.state == JobState::Ready && tally.rows > normal) {
        alarms.push(Alarm::Backlog { step: tally.step, kind: tally.kind, rows: tally.rows });
    }
    let unknown = jobs.iter().filter(|tally| tally.state == JobState::Unknown).map(|tally| tally.rows).sum();
    if unknown > 0 {
        alarms.push(Alarm::UnknownOutcomes(unknown));
    }
    if deadlines_missed > 0 {
        alarms.push(Alarm::DeadlinesMissed(deadlines_missed));
    }
    let failed = certificates.iter().filter(|(_, state, _)| *state == CertificateState::SigningFailed);
    let failed: u64 = failed.map(|(_, _, rows)| rows).sum();
    if failed > 0 {
        alarms.push(Alarm::SigningFailed(failed));
    }
    for (target, until) in app.dispatch.breakers.closed(now) {
        alarms.push(Alarm::DestinationClosed { target, until });
    }
    Ok(Overview { halt, certificates, jobs, deadlines_missed, deadlines_near, heartbeat_age, alarms })
}

/// The overview as Prometheus reads it. Counts and ages only.
pub async fn metrics(app: &App) -> Result<String, DispatchError> {
    let (overview, now) = (overview(app).await?, app.now_ms());
    let mut page = Page::default();
    page.head("tiepdon_dispatch_sending", "1 where certificates are sent, 0 where sending is halted");
    page.line("tiepdon_dispatch_sending", &[], i64::from(overview.halt.is_none()));
    page.head("tiepdon_certificates", "Certificates by kind and state");
    for (kind, state, rows) in &overview.certificates {
        page.line("tiepdon_certificates", &[("kind", kind.code()), ("state", state.code())], *rows);
    }
    page.head("tiepdon_dispatch_jobs", "Rows to sign and to send by kind and state");
    for tally in &overview.jobs {
        page.line("tiepdon_dispatch_jobs", &labels(tally), tally.rows);
    }
    page.head("tiepdon_dispatch_oldest_due_seconds", "How long the oldest row that waits has been due");
    for tally in overview.jobs.iter().filter(|tally| tally.state == JobState::Ready) {
        let age = (now - tally.oldest_due).max(0) / 1000;
        page.line("tiepdon_dispatch_oldest_due_seconds", &labels(tally)[..2], age);
    }
    page.head("tiepdon_deadlines_missed", "Certificates not settled after the four working hours of ND 63/2024");
    page.line("tiepdon_deadlines_missed", &[], overview.deadlines_missed);
    page.head("tiepdon_deadlines_near", "Certificates not settled within an hour of that deadline");
    page.line("tiepdon_deadlines_near", &[], overview.deadlines_near);
    if let Some(age) = overview.heartbeat_age {
        page.head("tiepdon_worker_heartbeat_age_seconds", "Since the latest sign of life of any worker");
        page.line("tiepdon_worker_heartbeat_age_seconds", &[], age.max(0) / 1000);
    }
    page.head("tiepdon_alarms", "Things somebody must look at");
    page.line("tiepdon_alarms", &[], overview.alarms.len());
    Ok(page.0)
}

fn labels(tally: &JobTally) -> [(&'static str, &'static str); 3] {
    [("step", tally.step.code()), ("kind", tally.kind.code()), ("state", tally.state.code())]
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str) {
        self.write(format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    }

    /// Label values are codes of ours: nothing to escape.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.write(format_args!("{name}{labels} {value}\n"));
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.0.write_fmt(text);
    }
}
