//! What an administrator or the records office does with certificates by hand.

use std::io::Read;

use clap::{Subcommand, ValueEnum};
use server::App;
use server::certificate::{self, By, FreezeTo, NumberSource, Why};
use server::clock::{HO_CHI_MINH, unix_ms};
use server::dispatch;
use server::first_cost::{self, FirstCost};
use server::store::{CertificateKind, DestinationRow, DispatchKind, NumberOwner, NumberRange, SwitchPosition};
use time::macros::format_description;
use time::{Date, Time};

use super::{Outcome, say};

/// No signal of a first cost comes near it.
const MAX_INPUT_BYTES: u64 = 64 * 1024;

#[derive(Subcommand)]
pub enum DispatchCommand {
    /// What waits, what failed, who is at work.
    Status,
    /// Stops sending in every process of this hospital.
    Stop {
        #[arg(long)]
        by: String,
        #[arg(long)]
        why: String,
    },
    /// Resumes it.
    Resume {
        #[arg(long)]
        by: String,
        #[arg(long)]
        why: String,
    },
    /// From that day on a kind goes to another path or URL.
    Destination {
        #[arg(value_enum)]
        kind: DispatchKindName,
        /// YYYY-MM-DD, local time.
        #[arg(long)]
        from: String,
        #[arg(long)]
        target: String,
        #[arg(long)]
        by: String,
    },
    /// The destinations that were entered.
    Destinations,
}

#[derive(Subcommand)]
pub enum CertificateCommand {
    /// Freezes a checked draft and hands it to be signed and sent.
    Freeze {
        id: String,
        #[arg(long)]
        by: String,
        /// Why no citizen is asked: a code as `nobody_to_ask`, `relative_absent`, `foundling`.
        #[arg(long, default_value = "nobody_to_ask")]
        why: String,
    },
    /// Says who gives which numbers of a kind and year.
    Range {
        #[arg(value_enum)]
        kind: CertificateKindName,
        year: i32,
        first: u32,
        last: u32,
        #[arg(long, value_enum)]
        owner: OwnerName,
        #[arg(long)]
        by: String,
    },
    /// The ranges of a kind and year. Without any, all numbers are ours.
    Ranges {
        #[arg(value_enum)]
        kind: CertificateKindName,
        year: i32,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DispatchKindName {
    Birth,
    Death,
    Driver,
    CheckIn,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum CertificateKindName {
    Birth,
    Death,
    Driver,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum OwnerName {
    Ours,
    HospitalSystem,
}

pub async fn run_dispatch(app: &App, command: DispatchCommand) -> Outcome {
    match command {
        DispatchCommand::Status => say(dispatch::metrics(app).await?.trim_end()),
        DispatchCommand::Stop { by, why } => {
            dispatch::throw_switch(app, SwitchPosition::Off, &actor(&by), &why).await?;
            say("nothing is sent from now on")
        }
        DispatchCommand::Resume { by, why } => {
            dispatch::throw_switch(app, SwitchPosition::On, &actor(&by), &why).await?;
            say("the switch is on")
        }
        DispatchCommand::Destination { kind, from, target, by } => {
            let day = Date::parse(&from, format_description!("[year]-[month]-[day]"))?;
            let valid_from = unix_ms(day.with_time(Time::MIDNIGHT).assume_offset(HO_CHI_MINH));
            let row = DestinationRow { kind: kind.into(), valid_from, target, entered_by: actor(&by) };
            dispatch::enter_destination(app, &row).await?;
            say(&format!("{} goes to {} from {from} on", row.kind.code(), row.target))
        }
        DispatchCommand::Destinations => {
            for row in app.store.destinations().await? {
                let from = server::clock::from_unix_ms(row.valid_from).to_offset(HO_CHI_MINH).date();
                say(&format!("{}  from {from}  {}  by {}", row.kind.code(), row.target, row.entered_by))?;
            }
            Ok(())
        }
    }
}

pub async fn run_certificate(app: &App, command: CertificateCommand) -> Outcome {
    match command {
        CertificateCommand::Freeze { id, by, why } => {
            let (actor, why) = (actor(&by), Why::from_stored(&why)?);
            let by = By { actor: &actor, why, words: None };
            let to = (NumberSource::Drawn, FreezeTo::Sign);
            for id in certificate::freeze_paper(app, id.parse()?, to, by).await? {
                say(&id.to_string())?;
            }
            Ok(())
        }
        CertificateCommand::Range { kind, year, first, last, owner, by } => {
            let mut tx = app.store.begin().await?;
            let range = NumberRange { first, last, owner: owner.into() };
            tx.assign_range(kind.into(), year, range, (&actor(&by), app.now_ms())).await?;
            tx.audit(&actor(&by), "number_range", None, &format!("{year} {first}-{last}"), app.now_ms()).await?;
            Ok(tx.commit().await?)
        }
        CertificateCommand::Ranges { kind, year } => {
            for NumberRange { first, last, owner } in app.store.number_ranges(kind.into(), year).await? {
                say(&format!("{first}-{last}  {}", owner.code()))?;
            }
            Ok(())
        }
    }
}

/// The first-cost signal by hand: its JSON is read from the input.
pub async fn signal_first_cost(app: &App, visit: &str) -> Outcome {
    let mut text = Vec::new();
    std::io::stdin().lock().take(MAX_INPUT_BYTES).read_to_end(&mut text)?;
    let cost: FirstCost = serde_json::from_slice(&text)?;
    let visit = api::VisitId(visit.parse()?);
    let release = first_cost::release(app, visit, &cost, "command line").await?;
    say(&format!("{release:?}"))
}

fn actor(by: &str) -> String {
    format!("command line:{by}")
}

impl From<DispatchKindName> for DispatchKind {
    fn from(kind: DispatchKindName) -> Self {
        match kind {
            DispatchKindName::Birth => Self::Birth,
            DispatchKindName::Death => Self::Death,
            DispatchKindName::Driver => Self::Driver,
            DispatchKindName::CheckIn => Self::CheckIn,
        }
    }
}

impl From<CertificateKindName> for CertificateKind {
    fn from(kind: CertificateKindName) -> Self {
        match kind {
            CertificateKindName::Birth => Self::Birth,
            CertificateKindName::Death => Self::Death,
            CertificateKindName::Driver => Self::Driver,
        }
    }
}

impl From<OwnerName> for NumberOwner {
    fn from(owner: OwnerName) -> Self {
        match owner {
            OwnerName::Ours => Self::Ours,
            OwnerName::HospitalSystem => Self::HospitalSystem,
        }
    }
}
