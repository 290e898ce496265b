//! The database: SQLite or PostgreSQL, chosen by the URL, with the same SQL on both.
//!
//! Types are limited to what both spell alike (TEXT, BIGINT, DOUBLE PRECISION, bytes). Every statement's `$1` is the
//! facility code. Personal columns come and go as [`Sealed`](crate::keys::Sealed); nothing here can open them.

mod admission;
mod audit;
mod audit_search;
mod backup;
mod certificates;
mod checkpoint;
mod consents;
mod departments;
mod desk;
mod dispatch;
mod drafts;
mod duty_officers;
mod eid;
mod evidence;
mod follow;
mod gateway;
mod given;
mod hospital;
mod key_check;
mod kiosk_certificates;
mod kiosk_states;
mod moves;
mod news;
mod numbering;
mod operations;
mod outbox;
mod papers;
mod privacy;
mod queue;
mod sign_in;
mod staff;
mod tickets;
mod trouble;
mod trust;
mod visits;

use std::sync::Arc;

use api::VisitId;
use identity::FacilityCode;
use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Row};
use time::Date;
use time::macros::format_description;

use self::checkpoint::Checkpoints;
use self::news::{Channel, News};
use crate::config::Durability;

pub use self::queue::{Appended, PlaceRow, QueueKey};
pub use admission::ChallengeUse;
pub use audit::{AuditRow, HeadRow, LinkRow};
pub use audit_search::{AuditKey, AuditSearch};
pub use backup::BackupError;
pub use certificates::{CertificateId, CertificateKind, CertificateRow, Frozen, FrozenRow, Part};
pub use desk::{AlertRow, DeskCase, DeskMove};
pub use dispatch::{
    AttemptOutcome, AttemptRow, DispatchKind, DispatchStep, JobEnd, JobLease, JobRow, JobState, JobTally, NewJob,
};
pub use drafts::{NewCertificate, Replacement};
pub use duty_officers::DutyRow;
pub use eid::EidAnswerRow;
pub use evidence::{ConfirmationRow, PractitionerSignature};
pub use gateway::{DestinationRow, HeartbeatRow, SwitchPosition, SwitchRow, TokenRow};
pub use given::GivenDraft;
pub use hospital::{
    AppointmentPlace, AppointmentRow, AppointmentState, DeliveryLease, DeliveryState, Destination, HospitalEvent,
    NewBooking,
};
pub use kiosk_certificates::{KioskAuthorityRow, KioskCertificate, KioskCertificateRow};
pub use kiosk_states::{KioskRow, KioskStateRow};
pub use moves::{EventRow, MoveError, Transition};
pub use news::{Heard, Listener, Note};
pub use numbering::{LAST_NUMBER, NumberOwner, NumberRange, NumberingError};
pub use operations::{CallRow, CheckInRow, HourRow, PaperRow};
pub use outbox::{HeldMessage, OutboxKind, OutboxLease, OutboxState};
pub use papers::{ConsentRow, DeclarationConsent, DeclarationRow, NonceRow};
pub use privacy::{Cell, Record};
pub use sign_in::{AccountRow, FactorRow, MemberRow};
pub use staff::{NewStaffSession, SignInStep, StaffRow, StaffSessionRow};
pub use tickets::{Reconciled, TicketRow, TicketSource};
pub use trouble::Trouble;
pub use trust::{PinnedSigner, SignerTally};
pub use visits::{DeskState, EntitlementState, IdentificationRow, NewVisit, StoredReply, VisitRow};

/// Numbers one after another in the order they were written; never edited once released.
const MIGRATIONS: [(i64, &str, &str); 15] = [
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "certificates", include_str!("migrations/0002_certificates.sql")),
    (3, "papers", include_str!("migrations/0003_papers.sql")),
    (4, "given drafts", include_str!("migrations/0004_given_drafts.sql")),
    (5, "queue", include_str!("migrations/0005_queue.sql")),
    (6, "audit chain", include_str!("migrations/0006_audit_chain.sql")),
    (7, "follow", include_str!("migrations/0007_follow.sql")),
    (8, "dispatch bodies", include_str!("migrations/0008_dispatch_bodies.sql")),
    (9, "kiosk certificates", include_str!("migrations/0009_kiosk_certificates.sql")),
    (10, "sign in", include_str!("migrations/0010_sign_in.sql")),
    (11, "hospital", include_str!("migrations/0011_hospital.sql")),
    (12, "departments", include_str!("migrations/0012_departments.sql")),
    (13, "administration", include_str!("migrations/0013_administration.sql")),
    (14, "privacy", include_str!("migrations/0014_privacy.sql")),
    (15, "key check", include_str!("migrations/0015_key_check.sql")),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, Clone)]
pub struct Store {
    /// One connection on SQLite, whose writers come one after another anyway: they queue here, in order.
    write: AnyPool,
    read: AnyPool,
    engine: Engine,
    facility: Arc<str>,
    channel: Channel,
    _checkpoints: Option<Arc<Checkpoints>>,
}

/// One transaction. Dropped without [`Tx::commit`], nothing happened.
pub struct Tx {
    inner: sqlx::Transaction<'static, Any>,
    facility: Arc<str>,
    engine: Engine,
    /// For the other processes, where the engine carries it to them.
    news: Option<News>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database URL starts neither with sqlite: nor with postgres:")]
    UnknownEngine,
    #[error("{}", Trouble::of(.0).map_or("the database did not do what it was asked", Trouble::sentence))]
    Database(#[from] sqlx::Error),
    #[error("{}", Trouble::of(.0).map_or("the tables cannot be brought to this version", Trouble::sentence))]
    Migration(#[source] MigrateError),
    #[error(
        "a newer program brought the database to version {found}; this one knows up to {known}: install the newer one"
    )]
    Newer { found: i64, known: i64 },
    #[error("a stored value of {column} is not one this version writes")]
    Stored { column: &'static str },
}

impl Store {
    /// Opens the database and brings its tables to this version.
    pub async fn open(
        url: &str,
        durability: Durability,
        connections: u32,
        facility: &FacilityCode,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (engine, bytes) = match url.split(':').next() {
            Some("sqlite") => (Engine::Sqlite, "BLOB"),
            Some("postgres" | "postgresql") => (Engine::Postgres, "BYTEA"),
            Some(_) | None => return Err(StoreError::UnknownEngine),
        };
        let (read, write) = match engine {
            Engine::Postgres => {
                let pool = AnyPoolOptions::new().max_connections(connections).connect(url).await?;
                (pool.clone(), pool)
            }
            Engine::Sqlite => {
                // A pool would try again and again, and say in the end that nobody answers.
                let mut first = AnyConnection::connect(url).await?;
                // The last of them writes, and fails where nothing may be written.
                first
                    .execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA user_version = 0;")
                    .await?;
                first.close().await?;
                let write = sqlite_pool(1, durability).connect(url).await?;
                (sqlite_pool(connections, durability).connect(url).await?, write)
            }
        };
        let migrations = MIGRATIONS.map(|(version, description, sql)| {
            let sql = AssertSqlSafe(sql.replace("{bytes}", bytes));
            let sql = sqlx::SqlSafeStr::into_sql_str(sql);
            Migration::new(version, description.into(), MigrationType::Simple, sql, false)
        });
        let known = migrations.iter().map(|migration| migration.version).max().unwrap_or_default();
        let migrated = Migrator::with_migrations(migrations.into()).run(&write).await;
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(found) if found > known => StoreError::Newer { found, known },
            error => StoreError::Migration(error),
        })?;
        let checkpoints = (engine == Engine::Sqlite).then(|| Arc::new(Checkpoints::start(read.clone())));
        let channel = Channel::of(facility.as_str());
        Ok(Self { write, read, engine, facility: facility.as_str().into(), channel, _checkpoints: checkpoints })
    }

    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let (inner, news) = match self.engine {
            // A deferred transaction that turns to writing can fail as busy in the middle; this one waits at the start.
            Engine::Sqlite => (self.write.begin_with("BEGIN IMMEDIATE").await?, None),
            Engine::Postgres => (self.write.begin().await?, Some(self.channel.news())),
        };
        Ok(Tx { inner, facility: self.facility.clone(), engine: self.engine, news })
    }

    /// Does the database answer?
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    fn query(&self, sql: &'static str) -> Statement {
        sqlx::query(sql).bind(self.facility.to_string())
    }

    /// A query whose `{columns}` stands for a list that several queries share.
    fn columns(&self, sql: &'static str, columns: &'static str) -> Statement {
        with_columns(sql, columns).bind(self.facility.to_string())
    }

    async fn one(&self, statement: Statement) -> Result<Option<AnyRow>, StoreError> {
        Ok(statement.fetch_optional(&self.read).await?)
    }

    async fn all(&self, statement: Statement) -> Result<Vec<AnyRow>, StoreError> {
        Ok(statement.fetch_all(&self.read).await?)
    }
}

impl Tx {
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.speak().await?;
        Ok(self.inner.commit().await?)
    }

    fn query(&self, sql: &'static str) -> Statement {
        sqlx::query(sql).bind(self.facility.to_string())
    }

    fn columns(&self, sql: &'static str, columns: &'static str) -> Statement {
        with_columns(sql, columns).bind(self.facility.to_string())
    }

    /// A lease, whose `{skip}` ends the query for rows that are due: what another process is just taking is passed over
    /// instead of waited for. SQLite has one writer at a time, and nobody to pass over.
    fn leasing(&self, sql: &'static str) -> Statement {
        let skip = match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
        };
        sqlx::query(AssertSqlSafe(sql.replace("{skip}", skip))).bind(self.facility.to_string())
    }

    /// Rows affected.
    async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(statement.execute(&mut *self.inner).await?.rows_affected())
    }

    async fn one(&mut self, statement: Statement) -> Result<Option<AnyRow>, StoreError> {
        Ok(statement.fetch_optional(&mut *self.inner).await?)
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<AnyRow>, StoreError> {
        Ok(statement.fetch_all(&mut *self.inner).await?)
    }
}

type Statement = Query<'static, Any, AnyArguments>;

fn with_columns(sql: &'static str, columns: &'static str) -> Statement {
    sqlx::query(AssertSqlSafe(sql.replace("{columns}", columns)))
}

/// The log is carried over by [`Checkpoints`]; a commit does it only when that has fallen behind by 64 MiB.
fn sqlite_pool(connections: u32, durability: Durability) -> AnyPoolOptions {
    let pragmas = match durability {
        Durability::Full => {
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16384;"
        }
        Durability::Normal => {
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
             PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 16384;"
        }
    };
    // A connection to a file does not break while nobody uses it: to ask before each use would only cost time. But after a
    // write that failed SQLite has rolled back by itself, and the driver still counts the transaction: such a connection
    // refuses whatever comes next.
    let options = AnyPoolOptions::new().max_connections(connections).test_before_acquire(false);
    let options = options.before_acquire(|connection, _| {
        let usable = !connection.is_in_transaction();
        Box::pin(async move { Ok(usable) })
    });
    options.after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(pragmas).await?;
            Ok(())
        })
    })
}

const DAY: &[time::format_description::BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

fn day_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month() as u8, day.day())
}

fn day_at(row: &AnyRow, column: &'static str) -> Result<Date, StoreError> {
    Date::parse(row.try_get::<&str, _>(column)?, DAY).map_err(|_| StoreError::Stored { column })
}

fn visit_at(row: &AnyRow, column: &'static str) -> Result<VisitId, StoreError> {
    row.try_get::<&str, _>(column)?.parse().map(VisitId).map_err(|_| StoreError::Stored { column })
}

fn hash_at(row: &AnyRow, column: &'static str) -> Result<[u8; 32], StoreError> {
    row.try_get::<Vec<u8>, _>(column)?.try_into().map_err(|_| StoreError::Stored { column })
}

fn optional_hash_at(row: &AnyRow, column: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
    row.try_get::<Option<Vec<u8>>, _>(column)?
        .map(|bytes| bytes.try_into().map_err(|_| StoreError::Stored { column }))
        .transpose()
}

/// The stable code of a value of the wire crate ("asked_for_person"), as it also stands in the database.
fn code_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(_) | Err(_) => unreachable!("enums without fields are strings"),
    }
}

fn from_code<T: serde::de::DeserializeOwned>(code: String, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(code)).map_err(|_| StoreError::Stored { column })
}

/// An enum kept as a code in one column.
macro_rules! stored_codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn from_stored(code: &str) -> Result<Self, $crate::store::StoreError> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::store::StoreError::Stored { column: stringify!($name) }),
                }
            }
        }
    };
}
pub(crate) use stored_codes;
