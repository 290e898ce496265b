//! `tiepdon-load`: the real server under load, on both engines, each figure beside the least that its work can cost,
//! measured in the same run. Writes `load.json`. The program measured lies beside this one.

mod check_ins;
mod floor;
mod place;
mod statements;
mod watchers;
mod week;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use serde::Serialize;

use crate::place::Engine;

/// Measures check-ins beside their bare statements, open boards and phones, the start, and a week.
#[derive(Debug, Parser)]
#[command(name = "tiepdon-load")]
struct Arguments {
    /// Receives load.json.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// Measures only these parts.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Days of the simulated week.
    #[arg(long, default_value_t = 7)]
    days: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Sqlite,
    Postgres,
    Watchers,
    Week,
}

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("a file, a program or a connection")]
    Io(#[from] std::io::Error),
    #[error("the server's answer")]
    Http(#[from] reqwest::Error),
    #[error("the server's configuration")]
    Config(#[from] server::config::ConfigError),
    #[error("the server cannot start")]
    Start(#[from] server::StartError),
    #[error("the server's database")]
    Store(#[from] server::store::StoreError),
    #[error("a queue")]
    Queue(#[from] server::queue::QueueError),
    #[error("the database")]
    Database(#[from] sqlx::Error),
    #[error("the report is no JSON")]
    Json(#[from] serde_json::Error),
    #[error("a measurement went wrong: {0}")]
    Unexpected(&'static str),
}

#[derive(Debug, Default, Serialize)]
struct Report {
    profile: &'static str,
    /// Runnable programs over the last minute, before and after.
    load: [String; 2],
    check_ins: Vec<check_ins::Report>,
    watchers: Option<watchers::Report>,
    week: Option<week::Report>,
}

const PROFILE: &str = if cfg!(debug_assertions) { "dev (own code opt-level 1)" } else { "release" };

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut cause: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = cause {
                eprintln!("stopped: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), LoadError> {
    let wanted = |part: Part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut report = Report { profile: PROFILE, load: [load(), String::new()], ..Report::default() };
    for (part, engine) in [(Part::Sqlite, Engine::Sqlite), (Part::Postgres, Engine::Postgres)] {
        if wanted(part) {
            eprintln!("measuring: check-ins on {engine:?}");
            report.check_ins.push(check_ins::measure(engine).await?);
        }
    }
    if wanted(Part::Watchers) {
        eprintln!("measuring: boards and phones");
        report.watchers = Some(watchers::measure().await?);
    }
    if wanted(Part::Week) {
        eprintln!("measuring: a week");
        report.week = Some(week::measure(arguments.days).await?);
    }
    report.load[1] = load();
    std::fs::create_dir_all(&arguments.out)?;
    let path = arguments.out.join("load.json");
    let text = serde_json::to_string_pretty(&report)?;
    std::fs::write(&path, &text)?;
    eprintln!("{text}\nwritten: {}", path.display());
    Ok(())
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
