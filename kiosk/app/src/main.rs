//! `tiepdon-kiosk`: reads the configuration and opens the window.

use clap::Parser;
use kiosk::closed::ClosedStation;
use kiosk::config::KioskConfig;
use kiosk::window::{WindowOptions, run_window};
use std::error::Error;
use std::path::PathBuf;

/// The self-service reception kiosk.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The kiosk's configuration.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let config = KioskConfig::read(&arguments.config)?;
    run_window(
        Box::new(ClosedStation::new()),
        WindowOptions {
            placement: config.window.placement(),
            fonts: config.window.fonts_folder(),
            #[cfg(feature = "dock")]
            dock: None,
        },
    )?;
    Ok(())
}
