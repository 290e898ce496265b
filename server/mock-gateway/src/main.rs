//! `tiepdon-gateway`: the mock gateway alone.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use gateway::{
    Algorithms, Certificates, DEFAULT_MAX_FILE_BYTES, FaultScript, Gateway, Settings, TokenRule, Unregistered, World,
    start,
};
use serde::Deserialize;
use time::OffsetDateTime;

/// A mock of the health-insurance assessment gateway and of an e-identity verifier, on loopback.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The settings (server/mock-gateway/gateway.example.toml shows every key).
    #[arg(long)]
    config: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// Loopback address and port.
    listen: SocketAddr,
    /// The people file, beside this one unless absolute.
    people: PathBuf,
    /// What the hospital server presents to the e-identity verifier.
    eid_api_key: String,
    /// Where received records are kept; none: forgotten with the process.
    store: Option<PathBuf>,
    /// The facilities' certificates.
    certificates: Option<PathBuf>,
    #[serde(default)]
    unregistered_certificates: Unregistered,
    #[serde(default)]
    signature_algorithms: Algorithms,
    #[serde(default)]
    tokens: TokenRule,
    max_file_bytes: Option<usize>,
    /// The fault script.
    faults: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not what it should be: {source}")]
    Config { path: PathBuf, source: toml::de::Error },
    #[error(transparent)]
    World(#[from] gateway::WorldError),
    #[error(transparent)]
    Certificates(#[from] gateway::CertificatesError),
    #[error(transparent)]
    Script(#[from] gateway::ScriptError),
    #[error(transparent)]
    Store(#[from] gateway::StoreError),
    #[error(transparent)]
    Start(#[from] gateway::StartError),
    #[error("the runtime cannot start: {0}")]
    Runtime(std::io::Error),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tiepdon-gateway: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let read =
        |path: PathBuf| std::fs::read_to_string(&path).map_err(|source| Failure::Read { path: path.clone(), source });
    let config: Config = toml::from_str(&read(arguments.config.clone())?)
        .map_err(|source| Failure::Config { path: arguments.config.clone(), source })?;
    let folder = arguments.config.parent().map(PathBuf::from).unwrap_or_default();
    let world = World::parse(&read(folder.join(&config.people))?)?;
    let unregistered = config.unregistered_certificates;
    let settings = Settings {
        store: config.store.map(|path| folder.join(path)),
        certificates: match config.certificates {
            Some(path) => Certificates::parse(&read(folder.join(path))?, unregistered)?,
            None => Certificates::new(unregistered),
        },
        algorithms: config.signature_algorithms,
        max_file_bytes: config.max_file_bytes.unwrap_or(DEFAULT_MAX_FILE_BYTES),
        tokens: config.tokens,
        script: match config.faults {
            Some(path) => FaultScript::parse(&read(folder.join(path))?)?,
            None => FaultScript::default(),
        },
    };
    let gateway = Gateway::open(world, Arc::new(OffsetDateTime::now_utc), config.eid_api_key, settings)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Runtime)?;
    runtime.block_on(async {
        let running = start(gateway, config.listen).await?;
        eprintln!("mock gateway on {} (open it in a browser); stop with Ctrl-C", running.base_url());
        tokio::select! {
            () = running.forever() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}
