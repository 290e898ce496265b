//! Retention by hand, and what one person may ask for.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use server::App;
use server::privacy::dossier::{self, Asking, Reason};
use server::privacy::{purge, remaining};

use super::{Outcome, say};

#[derive(Args)]
pub struct PurgeOptions {
    /// Says what would go, and erases nothing.
    #[arg(long, conflicts_with = "verify")]
    dry_run: bool,
    /// Fails if anything is left that should be gone.
    #[arg(long)]
    verify: bool,
}

#[derive(Subcommand)]
pub enum PersonCommand {
    /// Writes everything that is held about the holder of a number to a new file (JSON).
    Export {
        /// Personal number, or number of an insurance card. Without it, it is read from the input.
        number: Option<String>,
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        asking: AskingOptions,
    },
    /// Erases what may be erased, and says what is kept and why.
    Erase {
        /// Personal number, or number of an insurance card. Without it, it is read from the input.
        number: Option<String>,
        #[command(flatten)]
        asking: AskingOptions,
    },
}

#[derive(Args)]
pub struct AskingOptions {
    #[arg(long, value_enum)]
    reason: ReasonName,
    /// Who does it; stands in the record.
    #[arg(long)]
    by: String,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ReasonName {
    Asked,
    Guardian,
    Authority,
    Mistake,
}

pub async fn run_purge(app: &App, options: PurgeOptions) -> Outcome {
    if !options.dry_run && !options.verify {
        for (kind, rows) in purge(app, "command line").await? {
            say(&format!("{kind}: {rows} erased"))?;
        }
        return Ok(());
    }
    let mut rows = 0;
    for due in remaining(app).await? {
        rows += due.rows;
        say(&format!("{} {}: {} of {} and before", due.kind.code(), due.table, due.rows, due.until))?;
    }
    match rows {
        0 => say("nothing is kept longer than it may be"),
        _ if options.verify => {
            Err(format!("{rows} rows are older than they may be: run `tiepdon-server purge`").into())
        }
        _ => say(&format!("{rows} rows would go")),
    }
}

pub async fn run_person(app: &App, command: PersonCommand) -> Outcome {
    match command {
        PersonCommand::Export { number, to, asking } => {
            let number = typed(number)?;
            let actor = format!("command line:{}", asking.by);
            let found = dossier::export(app, &number, asking.of(&actor)).await?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&to)?;
            serde_json::to_writer_pretty(&mut file, &found.json())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            say(&format!("{}: {} rows in {}", found.id, found.rows(), to.display()))?;
            if !found.other_numbers.is_empty() {
                say("other numbers stand in it: ask for them too")?;
            }
            Ok(())
        }
        PersonCommand::Erase { number, asking } => {
            let number = typed(number)?;
            let actor = format!("command line:{}", asking.by);
            let erased = dossier::erase(app, &number, asking.of(&actor)).await?;
            for (table, rows) in &erased.erased {
                say(&format!("erased {table}: {rows}"))?;
            }
            for kept in &erased.kept {
                say(&format!("kept {}: {} ({})", kept.table, kept.rows, kept.ground.why()))?;
            }
            say(&erased.id.to_string())
        }
    }
}

/// A number on the command line stands in the list of processes and in the shell's history.
fn typed(number: Option<String>) -> Result<String, std::io::Error> {
    match number {
        Some(number) => Ok(number),
        None => Ok(super::read_password()?.to_string()),
    }
}

impl AskingOptions {
    fn of<'a>(&self, actor: &'a str) -> Asking<'a> {
        let reason = match self.reason {
            ReasonName::Asked => Reason::Asked,
            ReasonName::Guardian => Reason::Guardian,
            ReasonName::Authority => Reason::Authority,
            ReasonName::Mistake => Reason::Mistake,
        };
        Asking { actor, reason }
    }
}
