//! `tiepdon-demo`: plays every scenario on simulated devices and leaves a report, a picture of each screen and the tickets;
//! with a display, opens the kiosk to use by hand.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use e2e::report::Report;
use e2e::{Deck, Photographs, Played, Props, scenarios};
use kiosk::offscreen::Offscreen;
use time::OffsetDateTime;

/// Plays the scenarios of a hospital kiosk on simulated devices.
#[derive(Parser)]
struct Arguments {
    /// Where report.json, screens and tickets go.
    #[arg(long, default_value = "target/demo")]
    out: PathBuf,
    /// Two people's photographs: person-a/*.jpg (2 or more) and person-b/*.jpg.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// Render off screen only. Chosen by itself when there is no display.
    #[arg(long)]
    headless: bool,
    /// Play this scenario only (its name in the report); may be repeated.
    #[arg(long)]
    only: Vec<String>,
    /// Leave the scenarios out and open the window at once.
    #[arg(long)]
    by_hand: bool,
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("\nA scenario differs from what is expected; report.json says where.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\ntiepdon-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let provision = onnx::provision_dir()?;
    let folder = arguments.photos.clone().unwrap_or_else(|| provision.join("photos"));
    let photographs = Photographs::find(&folder, &mut onnx::load(&provision)?)?;
    let deck = Arc::new(Deck::issue(&photographs, OffsetDateTime::now_utc().date())?);
    let props = Props { photographs, provision };
    let passed = if arguments.by_hand { true } else { play(arguments, &props, &deck)? };
    let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if display && !arguments.headless {
        eprintln!(
            "\nThe kiosk is open: use it with mouse or finger; the drawer beside it moves cards, codes, faces, paper and lines."
        );
        e2e::by_hand::open(&props, deck)?;
    }
    Ok(passed)
}

fn play(arguments: &Arguments, props: &Props, deck: &Arc<Deck>) -> Result<bool, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(&arguments.out)?;
    let mut painter = Offscreen::new(&props.provision.join("fonts"))?;
    let mut report = Report { scenarios: Vec::new() };
    let wanted: Vec<_> = scenarios::ALL
        .iter()
        .filter(|scenario| arguments.only.is_empty() || arguments.only.iter().any(|name| name == scenario.name))
        .collect();
    for (index, scenario) in wanted.iter().enumerate() {
        eprint!("[{:>2}/{}] {:<26}", index + 1, wanted.len(), scenario.name);
        let mut played = scenario.run(props, deck);
        keep(arguments, &mut painter, &mut played)?;
        let found = &played.report;
        let verdict = if found.differences.is_empty() { "as expected" } else { "DIFFERS" };
        eprintln!(
            "{verdict}: {}, level {}, number {}",
            found.outcome,
            found.assurance.as_deref().unwrap_or("-"),
            found.ticket.as_deref().unwrap_or("-"),
        );
        for difference in &found.differences {
            eprintln!("        {difference}");
        }
        report.scenarios.push(played.report);
    }
    let path = arguments.out.join("report.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&report)?)?;
    eprintln!("\n{} holds the report, the screens and the tickets.", arguments.out.display());
    Ok(report.passed())
}

/// Pictures of what was seen and printed. The camera's frames are not among them: nothing of a face is written.
fn keep(arguments: &Arguments, painter: &mut Offscreen, played: &mut Played) -> Result<(), Box<dyn std::error::Error>> {
    let folder = arguments.out.join(&played.report.name);
    // Pictures of an earlier run would tell another story.
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    for (index, (screen, entry)) in played.screens.iter().zip(&mut played.report.screens).enumerate() {
        let dialog = if screen.dialog.is_some() { "-dialog" } else { "" };
        let name = format!("{:02}-{}{dialog}.png", index + 1, screen.name);
        std::fs::write(folder.join(&name), painter.render_png(screen, None)?)?;
        entry.png = Some(format!("{}/{name}", played.report.name));
    }
    for (index, ticket) in played.tickets.iter().enumerate() {
        std::fs::write(folder.join(format!("ticket-{}.png", index + 1)), printer::sim::png(ticket)?)?;
    }
    Ok(())
}
