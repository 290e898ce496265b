//! `tiepdon-kiosk-enrol`: makes the kiosk's key and gets its first certificate with a code from `tiepdon-server kiosk code`.

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::EnrolmentCode;
use clap::Parser;
use devices::enrolment::enrol;
use station::StationConfig;
use zeroize::Zeroizing;

/// Enrols this kiosk at its server. The code is read from the input.
#[derive(Parser)]
#[command(name = "tiepdon-kiosk-enrol", version)]
struct Arguments {
    /// The kiosk's configuration (kiosk/app/kiosk.example.toml explains every key).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let said = match run(&Arguments::parse().config) {
        Ok(sentence) => writeln!(std::io::stdout(), "{sentence}").map(|()| ExitCode::SUCCESS),
        Err(error) => {
            let mut sentence = error.to_string();
            let mut cause = error.source();
            while let Some(inner) = cause {
                sentence.push_str(&format!(": {inner}"));
                cause = inner.source();
            }
            writeln!(std::io::stderr(), "stopped: {sentence}").map(|()| ExitCode::FAILURE)
        }
    };
    said.unwrap_or(ExitCode::FAILURE)
}

fn run(path: &Path) -> Result<String, Box<dyn Error>> {
    let config = StationConfig::read(path)?;
    let file = config.server.identity_file.as_ref().ok_or("[server] names no identity_file to write")?;
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    let code = EnrolmentCode::parse(&line)?;
    if code.kiosk != config.kiosk {
        return Err(format!("the code is for {}, this is {}", code.kiosk, config.kiosk).into());
    }
    enrol(&config.server.address, &code, config.server.patience())?.write(file)?;
    Ok(format!("{} is enrolled; its key and certificate are in {}", config.kiosk, file.display()))
}
