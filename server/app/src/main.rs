//! `tiepdon-server`: reads the configuration, binds, serves; and what an administrator does by hand.

mod administer;
mod people;

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use api::KioskId;
use clap::{Parser, Subcommand, ValueEnum};
use emrtd::Fingerprint;
use server::app::{App, Outside};
use server::clock::{SharedClock, SystemClock};
use server::config::{Config, MasterKeyConfig, SecretSource};
use server::tls::ServedCertificate;
use server::trust::{PinReason, UnpinReason};
use server::{audit, enrolment, keys, staff, trust};
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use administer::{CertificateCommand, DispatchCommand};
use people::{PersonCommand, PurgeOptions};

#[derive(Parser)]
#[command(name = "tiepdon-server", version, about = "Queue, records and outbox of the hospital")]
struct CommandLine {
    /// The configuration file (server.example.toml explains every key).
    #[arg(long, global = true, default_value = "server.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves kiosks and staff pages until it is told to end.
    Serve,
    /// Kiosks.
    #[command(subcommand)]
    Kiosk(KioskCommand),
    /// Staff accounts.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Document signers that this hospital comes to know.
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Signing and sending.
    #[command(subcommand)]
    Dispatch(DispatchCommand),
    /// Certificates by hand.
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// The record of who did what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Everything about one person.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Erases what was kept long enough, as the worker does every day.
    Purge(PurgeOptions),
    /// Copies the database to a new file while the server is at work (SQLite).
    Backup {
        #[arg(long)]
        to: PathBuf,
    },
    /// Says that the first cost of a visit arose; its JSON (names of the contract) is read from the input.
    FirstCost { visit: String },
    /// Prints a fresh 256-bit key, as the master key is one.
    NewKey,
    /// Seals everything under another master key, in one transaction; every server must have been stopped.
    ChangeMasterKey {
        /// A file with the new key, as `new-key` prints it.
        #[arg(long, required_unless_present = "to_config", conflicts_with = "to_config")]
        to: Option<PathBuf>,
        /// A configuration file whose `master_key` says where the new key is: on a token, for one.
        #[arg(long)]
        to_config: Option<PathBuf>,
    },
    /// Prints the OpenAPI document of the kiosk API.
    Openapi,
}

#[derive(Subcommand)]
enum KioskCommand {
    /// Prints a one-time code, good for 15 minutes, with which a kiosk gets its certificate.
    Code { id: String },
    /// Ends everything that kiosk has, at once.
    Revoke {
        id: String,
        #[arg(long, value_enum, default_value_t = RevocationName::Lost)]
        why: RevocationName,
    },
    /// The certificates.
    List,
    /// Gives a kiosk its key, printed once, for loopback and behind a proxy that ends TLS; an earlier key ends.
    Enrol { id: String },
}

#[derive(Subcommand)]
enum StaffCommand {
    /// Adds an account, or gives a known one a new name, password and role. The password is read from the input.
    Add {
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value_t = RoleName::Receptionist)]
        role: RoleName,
    },
}

#[derive(Subcommand)]
enum TrustCommand {
    /// How many cards of each signer staff compared in person, on how many days.
    Observe,
    /// Trusts a signer from now on. The policy in the configuration says when that is allowed.
    Pin {
        /// SHA-256 of the signer's certificate, 64 hexadecimal digits.
        signer: String,
        /// Who decided it; stands in the record.
        #[arg(long)]
        by: String,
    },
    /// Trusts a signer no more.
    Unpin {
        signer: String,
        #[arg(long)]
        by: String,
        #[arg(long, value_enum)]
        why: UnpinName,
    },
    /// The pinned signers.
    List,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Computes the chain again and says whether the record is whole.
    Verify {
        /// The checkpoints, as they were carried off this machine.
        #[arg(long)]
        checkpoints: Option<PathBuf>,
    },
    /// The public key of the checkpoints (Ed25519), to be kept where they go.
    Key,
}

#[derive(Clone, Copy, ValueEnum)]
enum UnpinName {
    /// A forged card was signed by it.
    ForgedCard,
    /// By whoever issued it.
    Withdrawn,
    Mistake,
}

#[derive(Clone, Copy, ValueEnum)]
enum RevocationName {
    /// Or stolen.
    Lost,
    /// Somebody may have read its key.
    Opened,
    Replaced,
    Retired,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Volunteer,
    Receptionist,
    Supervisor,
    /// Doctor or midwife.
    Practitioner,
    RecordsOffice,
    Head,
    Auditor,
    Administrator,
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(CommandLine::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref()),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    tracing::error!("{text}");
    ExitCode::FAILURE
}

async fn run(line: CommandLine) -> Outcome {
    let clock: SharedClock = Arc::new(SystemClock);
    let config = || Config::read(&line.config);
    // The command line works on the database only: nobody outside is asked.
    let app = async || -> Result<App, Box<dyn std::error::Error>> {
        Ok(App::open(config()?, clock.clone(), Outside::default()).await?)
    };
    match line.command {
        Command::Serve => {
            let config = config()?;
            let outside = Outside::from_config(&config, &clock)?;
            let server = server::start(config, clock, outside).await?;
            match staff::first_link(&server.app).await {
                Ok(Some(path)) => {
                    let scheme = if server.app.config.tls.is_some() { "https" } else { "http" };
                    say(&format!(
                        "nobody has an account yet: open {scheme}://{}{} within 24 hours",
                        server.addr,
                        path.as_str()
                    ))?;
                }
                Ok(None) => {}
                // It serves already: a database that stumbles now is no reason to end.
                Err(error) => tracing::error!("whether anybody has an account cannot be read: {error}"),
            }
            tokio::signal::ctrl_c().await?;
            server.shutdown().await;
            Ok(())
        }
        Command::Kiosk(command) => run_kiosk(&app().await?, command).await,
        Command::Staff(StaffCommand::Add { login, name, role }) => {
            let password = read_password()?;
            staff::add(&app().await?, &login, &name, password, role.into()).await?;
            say(&format!("{login} can log in"))
        }
        Command::Trust(command) => run_trust(&app().await?, command).await,
        Command::Dispatch(command) => administer::run_dispatch(&app().await?, command).await,
        Command::Certificate(command) => administer::run_certificate(&app().await?, command).await,
        Command::Audit(command) => run_audit(&app().await?, command).await,
        Command::Person(command) => people::run_person(&app().await?, command).await,
        Command::Purge(options) => people::run_purge(&app().await?, options).await,
        Command::Backup { to } => {
            app().await?.store.backup(&to).await?;
            say(&format!("{} holds the database; it opens with the same master key only", to.display()))
        }
        Command::FirstCost { visit } => administer::signal_first_cost(&app().await?, &visit).await,
        Command::ChangeMasterKey { to, to_config } => {
            let app = app().await?;
            let (new, value) = match (to, to_config) {
                (_, Some(config)) => (Config::read(&config)?.master_key, format!("that of {}", config.display())),
                (Some(file), None) => {
                    let value = format!("the content of {}", file.display());
                    (MasterKeyConfig::Secret(SecretSource::File(file)), value)
                }
                (None, None) => return Err("say where the new key is: --to or --to-config".into()),
            };
            let done = server::privacy::rotate(&app, &*new.read()?, "command line").await?;
            app.store.close().await;
            say(&format!("{} values sealed and {} look-ups hashed anew", done.values, done.hashes))?;
            say(&format!("set master_key to {value}; keep the old key with the backups made with it"))
        }
        Command::NewKey => say(&keys::new_key().1),
        Command::Openapi => say(&serde_json::to_string_pretty(&server::openapi_document())?),
    }
}

async fn run_kiosk(app: &App, command: KioskCommand) -> Outcome {
    match command {
        KioskCommand::Code { id } => {
            let tls = app.config.tls.as_ref().ok_or("kiosks enrol over TLS: give the server [tls] first")?;
            let server = ServedCertificate::open(tls)?.fingerprint();
            let code = enrolment::make_code(app, &KioskId::parse(&id)?, server, "command line").await?;
            say(&code.text())
        }
        KioskCommand::Revoke { id, why } => {
            let ended = enrolment::revoke(app, &KioskId::parse(&id)?, why.into(), "command line").await?;
            say(&format!("{ended} certificates ended; nothing of {id} is accepted"))
        }
        KioskCommand::List => {
            for row in app.store.kiosk_certificates().await? {
                let until = server::clock::from_unix_ms(row.expires_at).date();
                let state = if row.revoked_at.is_some() { "ended" } else { "counts" };
                say(&format!("{}  {}  until {until}  {state}", row.kiosk, row.serial))?;
            }
            Ok(())
        }
        KioskCommand::Enrol { id } => say(&enrolment::make_key(app, &KioskId::parse(&id)?, "command line").await?),
    }
}

async fn run_trust(app: &App, command: TrustCommand) -> Outcome {
    match command {
        TrustCommand::Observe => {
            let needed = app.config.trust.pinning;
            for tally in trust::observed(app).await? {
                let signer = Fingerprint::from_bytes(tally.signer);
                say(&format!(
                    "{signer}  {} of {} cards, {} of {} days",
                    tally.cards, needed.cards, tally.days, needed.days
                ))?;
            }
        }
        TrustCommand::Pin { signer, by } => {
            let pinned = trust::pin(app, &Fingerprint::parse(&signer)?, PinReason::Compared, &by).await?;
            say(&format!("pinned, known by {} cards on {} days", pinned.cards, pinned.days))?;
        }
        TrustCommand::Unpin { signer, by, why } => {
            let was_pinned = trust::unpin(app, &Fingerprint::parse(&signer)?, why.into(), &by).await?;
            say(if was_pinned { "not trusted any more" } else { "it was not pinned" })?;
        }
        TrustCommand::List => {
            for pinned in app.store.pinned_signers().await? {
                let signer = Fingerprint::from_bytes(pinned.signer);
                say(&format!("{signer}  by {} ({} cards, {} days)", pinned.pinned_by, pinned.cards, pinned.days))?;
            }
        }
    }
    Ok(())
}

async fn run_audit(app: &App, command: AuditCommand) -> Outcome {
    match command {
        AuditCommand::Verify { checkpoints } => {
            let whole = audit::verify(app, checkpoints.as_deref()).await?;
            let (lines, agreed, fresh) = (whole.lines, whole.checkpoints, whole.unchained);
            say(&format!("whole: {lines} lines, {agreed} checkpoints agree, {fresh} lines not chained yet"))
        }
        AuditCommand::Key => say(&audit::public_key(app)),
    }
}

fn read_password() -> Result<Zeroizing<String>, std::io::Error> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn say(text: &str) -> Outcome {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

impl From<UnpinName> for UnpinReason {
    fn from(why: UnpinName) -> Self {
        match why {
            UnpinName::ForgedCard => Self::ForgedCard,
            UnpinName::Withdrawn => Self::Withdrawn,
            UnpinName::Mistake => Self::Mistake,
        }
    }
}

impl From<RevocationName> for enrolment::Revocation {
    fn from(why: RevocationName) -> Self {
        match why {
            RevocationName::Lost => Self::Lost,
            RevocationName::Opened => Self::Opened,
            RevocationName::Replaced => Self::Replaced,
            RevocationName::Retired => Self::Retired,
        }
    }
}

impl From<RoleName> for staff::Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Volunteer => Self::Volunteer,
            RoleName::Receptionist => Self::Receptionist,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::Practitioner => Self::Practitioner,
            RoleName::RecordsOffice => Self::RecordsOffice,
            RoleName::Head => Self::Head,
            RoleName::Auditor => Self::Auditor,
            RoleName::Administrator => Self::Administrator,
        }
    }
}
