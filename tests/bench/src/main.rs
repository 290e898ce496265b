//! `tiepdon-bench`: measures the parts of one patient's walk and writes `report.json` and `plot.png`.
//!
//! Each number stands beside the least that its work can cost, measured in the same run: what is published is the ratio,
//! not a promise. Medians of several runs with least and most. What cannot be measured on this machine is named as
//! missing, with the reason.

mod card;
mod cardholder;
mod check_ins;
mod drain;
mod machine;
mod matching;
mod paperwork;
mod plot;
mod reducer;
mod report;
mod sample;
mod visit;
mod window;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use emrtd::ElementaryFile;
use face::PortraitHash;

use crate::cardholder::AccessProtocol;
use crate::report::Report;
use crate::visit::Visitor;

/// Measures chip reading, face pipeline, session, check-ins and the kiosk's window.
#[derive(Debug, Parser)]
#[command(name = "tiepdon-bench")]
struct Arguments {
    /// Receives report.json and plot.png.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// How many certificates wait before the outbox drains.
    #[arg(long, default_value = "10000")]
    papers: NonZeroU32,
}

#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("the chip could not be read")]
    Read(#[from] emrtd::ReadError),
    #[error("the simulated issuer is not accepted by a trust store")]
    Trust(#[from] emrtd::TrustStoreError),
    #[error("the invented person has no access number")]
    AccessNumber(#[from] emrtd::CardAccessNumberError),
    #[error("the face models cannot be used")]
    Models(#[from] onnx::OnnxError),
    #[error("the face pipeline failed")]
    Face(#[from] face::EngineError),
    #[error("a portrait cannot be used")]
    Portrait(#[from] face::PortraitError),
    #[error("a photograph is not one to measure with: {0:?}")]
    Photograph(face::QualityHint),
    #[error("the photographs in {} cannot be read: run ./run setup", folder.display())]
    Photographs {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("a picture cannot be written")]
    Picture(#[from] image::ImageError),
    #[error("the font {} cannot be used: run ./run setup", .0.display())]
    Font(PathBuf),
    #[error("{} cannot be written", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the report is no JSON")]
    Json(#[from] serde_json::Error),
    #[error("the reception of the measurement cannot be set up")]
    Reception(#[source] std::io::Error),
    #[error("the server's configuration")]
    Config(#[from] server::config::ConfigError),
    #[error("the server cannot start")]
    Server(#[from] server::StartError),
    #[error("the server's database")]
    Store(#[from] server::store::StoreError),
    #[error("the kiosk's client")]
    Client(#[from] devices::server_client::ClientError),
    #[error("the server's answer")]
    Answer(#[from] devices::server_client::ServerError),
    #[error("the mock gateway cannot start")]
    Gateway(#[from] gateway::StartError),
    #[error("the mock gateway's store")]
    GatewayStore(#[from] gateway::StoreError),
    #[error("a certificate")]
    Certificate(#[from] server::certificate::CertificateError),
    #[error("sending")]
    Dispatch(#[from] server::dispatch::DispatchError),
    #[error("a certificate cannot be signed")]
    Sign(#[from] xmldsig::SignError),
    #[error("a signature does not verify")]
    Verify(#[from] xmldsig::VerifyError),
    #[error("the database file")]
    Database(#[from] sqlx::Error),
    #[error("a measurement went wrong: {0}")]
    Unexpected(&'static str),
}

const NO_RUN: BenchError = BenchError::Unexpected("no run was made");

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stopped: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let write_error = |path: &std::path::Path| {
        let path = path.to_owned();
        move |source| BenchError::Write { path, source }
    };
    std::fs::create_dir_all(&arguments.out).map_err(write_error(&arguments.out))?;
    let provision = onnx::provision_dir()?;
    let machine = machine::Machine::read();
    step(1, "faces");
    let mut watched = matching::Watched::load(&provision)?;
    let photographs = matching::Photographs::read(&provision)?;
    let portrait = photographs.chip_portrait(&mut watched)?;
    let face = matching::measure(&mut watched, &photographs, &portrait.image)?;
    step(2, "chip");
    let today = time::OffsetDateTime::now_utc().date();
    let mut holder = cardholder::Cardholder::new(portrait, today)?;
    let card = card::measure(&mut holder)?;
    step(3, "session");
    let chip = holder.chip(AccessProtocol::PaceByCan);
    let dg2 = chip.files.get(&ElementaryFile::DG2).ok_or(BenchError::Unexpected("the chip has no portrait"))?;
    let hash = PortraitHash::of_file(dg2);
    let image = holder.portrait().image.clone();
    let matched = matching::matched(&mut watched, &photographs, &image, hash)?;
    let visitor = Visitor { chip: &chip, face: &matched, code: holder.code() };
    let session = reducer::measure(&mut holder, &visitor)?;
    step(4, "check-ins");
    let check_ins = check_ins::measure(&mut holder, &visitor)?;
    step(5, "certificates");
    let paperwork = paperwork::measure()?;
    step(6, "outbox");
    let drain = drain::measure(arguments.papers)?;
    step(7, "window");
    let window = window::measure(&provision)?;
    let report = Report {
        profile: report::PROFILE,
        machine: machine.after(),
        card,
        face,
        session,
        check_ins,
        paperwork,
        drain,
        window,
    };

    let json = arguments.out.join("report.json");
    std::fs::write(&json, serde_json::to_vec_pretty(&report)?).map_err(write_error(&json))?;
    let png = arguments.out.join("plot.png");
    plot::draw(&report, &provision)?.save(&png)?;
    eprintln!("written: {} and {}", json.display(), png.display());
    Ok(())
}

const STEPS: u32 = 7;

fn step(number: u32, what: &str) {
    eprintln!("[{number}/{STEPS}] measuring: {what}");
}

fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
