//! `tiepdon-kiosk`: reads the configuration, starts the station, opens the window.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kiosk::bridge::Station;
use kiosk::closed::ClosedStation;
use kiosk::config::KioskConfig;
use kiosk::live::LiveStation;
use kiosk::window::{WindowOptions, run_window};
use station::{DeviceSet, RealTime, StationConfig};

/// The self-service reception kiosk.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The kiosk's configuration (kiosk/app/kiosk.example.toml explains every key).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(&Arguments::parse().config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut sentence = error.to_string();
            let mut cause = error.source();
            while let Some(inner) = cause {
                sentence.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            eprintln!("stopped: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: &Path) -> Result<(), Box<dyn Error>> {
    let kiosk = KioskConfig::read(path)?;
    let fonts = kiosk.fonts_folder()?;
    let config = StationConfig::read(path)?;
    let station: Box<dyn Station> = match open(config) {
        Ok(station) => Box::new(station),
        Err(error) => {
            // The panel must not stay dark: it sends patients to the counter.
            tracing::error!(%error, "the kiosk cannot start");
            Box::new(ClosedStation::new())
        }
    };
    run_window(
        station,
        WindowOptions {
            placement: kiosk.window.placement(),
            fonts,
            #[cfg(feature = "dock")]
            dock: None,
        },
    )?;
    Ok(())
}

fn open(config: StationConfig) -> Result<LiveStation, Box<dyn Error>> {
    let devices = DeviceSet::real(&config.devices)?;
    // Without models the kiosk still gives numbers through the counter route; the station says so in the log.
    let models = config.provision_dir().and_then(|folder| onnx::load(&folder));
    Ok(LiveStation::new(station::Station::start(config, devices, models, RealTime::clock())?))
}
