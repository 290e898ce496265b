//! From every earlier version to this one, on both engines: nothing that stood in the database is lost, and the tables
//! are those of a fresh one.
//!
//! `tests/versions/NNNN.sql` holds rows as version NNNN wrote them. A version without such a file, or with a table into
//! which no file writes, fails here.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use api::{DepartmentCode, KioskId, VisitId};
use fixture::{TestDatabase, facility};
use server::config::Durability;
use server::store::{CertificateId, ChallengeUse, DeskState, DispatchStep, OutboxKind, QueueKey, Store, StoreError};
use sqlx::any::AnyRow;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, Column, Connection, Row, SqlSafeStr};
use time::macros::date;
use uuid::Uuid;

/// What a version changed on purpose: a call was the desk's matter before there were queues (version 5).
const CHANGED: [(&str, &str); 1] = [("visits", "desk_state")];

#[derive(Clone, Copy, PartialEq)]
enum Words {
    Sqlite,
    Postgres,
}

type Rows = BTreeMap<String, Vec<BTreeMap<String, String>>>;

fn source(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The files as they are released, in order; their names begin with their numbers.
fn migrations(words: Words) -> Vec<Migration> {
    let folder = std::fs::read_dir(source("src/store/migrations")).expect("the folder is there");
    let mut files: Vec<PathBuf> = folder.map(|file| file.expect("is read").path()).collect();
    files.sort();
    let bytes = match words {
        Words::Sqlite => "BLOB",
        Words::Postgres => "BYTEA",
    };
    let migration = |file: &PathBuf| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let (version, name) = name.split_once('_').expect("NNNN_name.sql");
        let sql = std::fs::read_to_string(file).expect("is read").replace("{bytes}", bytes);
        let sql = AssertSqlSafe(sql).into_sql_str();
        let (version, name) = (version.parse().expect("a number"), name.replace('_', " "));
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    };
    files.iter().map(migration).collect()
}

/// `<AB>` is 32 bytes AB, `<AB:8>` are eight.
fn rows_of(version: i64, words: Words) -> String {
    let file = source("tests/versions").join(format!("{version:04}.sql"));
    let text = std::fs::read_to_string(&file);
    let text = text.unwrap_or_else(|_| panic!("version {version} has no rows: write {}", file.display()));
    let mut sql = String::new();
    for (index, part) in text.split('<').enumerate() {
        let Some((byte, rest)) = part.split_once('>').filter(|_| index > 0) else {
            sql.push_str(part);
            continue;
        };
        let (byte, count) = byte.split_once(':').unwrap_or((byte, "32"));
        let bytes = byte.repeat(count.parse().expect("a number"));
        match words {
            Words::Sqlite => sql.push_str(&format!("X'{bytes}'")),
            Words::Postgres => sql.push_str(&format!("'\\x{bytes}'")),
        }
        sql.push_str(rest);
    }
    sql
}

async fn tables(connection: &mut AnyConnection, words: Words) -> Vec<String> {
    let sql = match words {
        Words::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Words::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = sqlx::query(sql).fetch_all(connection).await.expect("lists");
    let mut names: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    names.retain(|name| !name.starts_with("_sqlx"));
    names.sort();
    names
}

/// Columns and indexes, one a line.
async fn shape(connection: &mut AnyConnection, words: Words) -> BTreeSet<String> {
    let queries = match words {
        Words::Sqlite => [
            "SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || \
             COALESCE(c.dflt_value, '') || ' ' || c.pk AS line FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table'",
            "SELECT sql AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        ],
        Words::Postgres => [
            "SELECT (table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || \
             COALESCE(column_default, ''))::text AS line FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT indexdef::text AS line FROM pg_indexes WHERE schemaname = 'public'",
        ],
    };
    let mut lines = BTreeSet::new();
    for sql in queries {
        let rows = sqlx::query(sql).fetch_all(&mut *connection).await.expect("describes");
        lines.extend(rows.iter().map(|row| row.get::<String, _>("line")));
    }
    lines
}

fn value(row: &AnyRow, column: &str) -> String {
    if let Ok(text) = row.try_get::<Option<String>, _>(column) {
        return format!("{text:?}");
    }
    if let Ok(number) = row.try_get::<Option<i64>, _>(column) {
        return format!("{number:?}");
    }
    if let Ok(number) = row.try_get::<Option<f64>, _>(column) {
        return format!("{number:?}");
    }
    format!("{:?}", row.try_get::<Option<Vec<u8>>, _>(column).expect("one of four types"))
}

async fn everything(connection: &mut AnyConnection, words: Words) -> Rows {
    let mut rows = Rows::new();
    for table in tables(connection, words).await {
        let sql = AssertSqlSafe(format!("SELECT * FROM {table}"));
        let found = sqlx::query(sql).persistent(false).fetch_all(&mut *connection).await.expect("reads");
        let columns = |row: &AnyRow| {
            row.columns().iter().map(|column| (column.name().to_owned(), value(row, column.name()))).collect()
        };
        rows.insert(table, found.iter().map(columns).collect());
    }
    rows
}

/// A database that lived from version 1 to `version`, each of them having written its rows.
async fn lived_until(database: &TestDatabase, words: Words, version: usize) -> Rows {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&database.url).await.expect("connects");
    let migrations = migrations(words);
    for known in 1..=version {
        let migrator = Migrator::with_migrations(migrations[..known].to_vec());
        migrator.run(&mut connection).await.expect("migrates");
        let sql = AssertSqlSafe(rows_of(migrations[known - 1].version, words));
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the rows of that version");
        for (table, rows) in everything(&mut connection, words).await {
            assert!(!rows.is_empty(), "version {known} has no row in {table}: write one into tests/versions");
        }
    }
    let rows = everything(&mut connection, words).await;
    connection.close().await.expect("closes");
    rows
}

async fn open(database: &TestDatabase) -> Result<Store, StoreError> {
    Store::open(&database.url, Durability::Normal, 2, &facility()).await
}

/// Each row of before is there, with the same value in every column that still is.
fn nothing_is_lost(before: &Rows, after: &Rows, version: usize) {
    for (table, rows) in before {
        let Some(found) = after.get(table) else { panic!("{table} of version {version} is gone") };
        for row in rows {
            let same = |other: &BTreeMap<String, String>| {
                row.iter().all(|(column, value)| {
                    let changed = CHANGED.contains(&(table.as_str(), column.as_str()));
                    changed || other.get(column).is_none_or(|new| new == value)
                })
            };
            assert!(found.iter().any(same), "version {version}: {row:?} of {table} is not in {found:?}");
        }
    }
}

fn visit(number: u8) -> VisitId {
    VisitId(Uuid::parse_str(&format!("00000000-0000-4000-8000-{number:012}")).expect("an id"))
}

fn certificate(letter: &str) -> CertificateId {
    CertificateId(Uuid::parse_str(&format!("00000000-0000-4000-8000-0000000000{letter}")).expect("an id"))
}

/// What today's program makes of the rows of the versions up to `version`.
async fn is_read(store: &Store, version: usize) {
    const TODAY: time::Date = date!(2026 - 11 - 23);
    let (kiosk, now) = (KioskId::parse("sanh-1").expect("a kiosk"), 1_795_000_000_000);
    let department = DepartmentCode::parse("K01").expect("a department");
    assert!(store.kiosk_is_admitted(&kiosk, &[1; 32]).await.expect("reads"));
    let row = store.visit(visit(1)).await.expect("reads").expect("is there");
    assert_eq!((row.desk, row.check_in.is_some(), row.person.is_some()), (DeskState::Waiting, true, true));
    assert_eq!(store.visits_at_the_desk(TODAY).await.expect("reads").len(), 1);
    assert!(store.identification(visit(1)).await.expect("reads").is_some());
    assert_eq!(store.ticket(visit(1)).await.expect("reads").map(|ticket| ticket.number), Some(1));
    assert!(store.reconciliation(visit(1)).await.expect("reads").is_some());
    assert!(store.eid_answer(visit(1), &kiosk).await.expect("reads").is_some());
    assert_eq!(store.open_alerts().await.expect("reads").len(), 1);
    assert_eq!(store.signer_tallies().await.expect("reads").len(), 1);
    assert_eq!(store.pinned_signers().await.expect("reads").len(), 1);
    assert!(store.staff("hoa").await.expect("reads").is_some());
    assert!(store.staff_session(&[0x16; 32], now).await.expect("reads").is_some());
    assert_eq!(store.audit_of(visit(1)).await.expect("reads").len(), 1);
    let mut tx = store.begin().await.expect("begins");
    assert_eq!(tx.take_numbers(&department, TODAY, 1).await.expect("a number"), 3, "the numbers go on");
    assert!(tx.lease(OutboxKind::Entitlement, now, now + 1).await.expect("reads").is_some());
    let used = tx.use_challenge([2; 8], &kiosk, visit(1), now).await.expect("reads");
    assert_eq!(used, ChallengeUse::Accepted);
    drop(tx);
    if version >= 2 {
        let accepted = store.certificate(certificate("c1")).await.expect("reads").expect("is there");
        assert_eq!((accepted.receipt.as_deref(), accepted.number), (Some("R1"), Some((2026, 1))));
        let body = store.signed_bytes(certificate("c2").0).await.expect("reads").expect("is there");
        assert_eq!(body.into_stored(), [0x2F; 32], "the signed bytes are what any repeat sends");
        assert!(store.job(DispatchStep::Send, certificate("c2").0).await.expect("reads").is_some());
        assert_eq!(store.attempts_of(certificate("c2").0).await.expect("reads").len(), 1);
        assert_eq!(store.confirmations_of(certificate("c1")).await.expect("reads").len(), 1);
        assert_eq!(store.practitioner_signatures(certificate("c1")).await.expect("reads").len(), 1);
        assert!(store.gateway_token("31999_BV").await.expect("reads").is_some());
        assert!(store.dispatch_switch().await.expect("reads").is_some());
        assert_eq!(store.destinations().await.expect("reads").len(), 1);
    }
    if version >= 3 {
        assert!(store.paper_notes(certificate("c1")).await.expect("reads").is_some());
        assert!(store.declaration(certificate("c1")).await.expect("reads").is_some());
        assert!(store.last_consent(certificate("c1")).await.expect("reads").is_some());
    }
    if version >= 4 {
        assert!(store.given_draft("HIS-17").await.expect("reads").is_some());
    }
    if version >= 5 {
        let key = QueueKey { department: department.clone(), day: date!(2026 - 11 - 22) };
        let events = store.queue_events(&key, 0).await.expect("reads");
        assert_eq!(queue::Queue::replay(department, &events).expect("fits").waiting(), 1);
        assert_eq!(store.queue_places(&key).await.expect("reads").len(), 1);
    }
    if version >= 6 {
        assert_eq!(store.audit_head().await.expect("reads").map(|head| head.place), Some(1));
    }
    if version >= 7 {
        assert!(store.followed(&[0x51; 32]).await.expect("reads").is_some());
    }
    if version >= 9 {
        assert!(store.kiosk_authority().await.expect("reads").is_some());
        assert_eq!(store.kiosk_certificates().await.expect("reads").len(), 1);
    }
    if version >= 10 {
        assert!(store.factor("hoa").await.expect("reads").is_some());
        assert_eq!(store.badge(&[0x5A; 32]).await.expect("reads").as_deref(), Some("lan"));
        assert_eq!(store.accounts().await.expect("reads").len(), 2);
    }
    if version >= 11 {
        let theirs = store.visit_of_hospital_number("HIS-V-1").await.expect("reads");
        assert_eq!(theirs, Some(visit(1)));
    }
}

async fn every_version(engine: fn() -> TestDatabase, words: Words) {
    sqlx::any::install_default_drivers();
    let fresh = engine();
    open(&fresh).await.expect("opens").close().await;
    let mut connection = AnyConnection::connect(&fresh.url).await.expect("connects");
    let wanted = shape(&mut connection, words).await;
    connection.close().await.expect("closes");
    for version in 1..=migrations(words).len() {
        let database = engine();
        let before = lived_until(&database, words, version).await;
        let store = open(&database).await.unwrap_or_else(|error| panic!("version {version}: {error:?}"));
        is_read(&store, version).await;
        store.close().await;
        let mut connection = AnyConnection::connect(&database.url).await.expect("connects");
        assert_eq!(shape(&mut connection, words).await, wanted, "version {version}");
        nothing_is_lost(&before, &everything(&mut connection, words).await, version);
        connection.close().await.expect("closes");
    }
}

async fn a_newer_one(database: TestDatabase, words: Words) {
    open(&database).await.expect("opens").close().await;
    let mut all = migrations(words);
    let known = all.len();
    let newer = AssertSqlSafe("CREATE TABLE of_tomorrow (facility_code TEXT)").into_sql_str();
    all.push(Migration::new(9_000, "of tomorrow".into(), MigrationType::Simple, newer, false));
    let mut connection = AnyConnection::connect(&database.url).await.expect("connects");
    Migrator::with_migrations(all).run(&mut connection).await.expect("migrates");
    connection.close().await.expect("closes");
    let refused = open(&database).await.expect_err("an older program keeps its hands off");
    let sentence = format!(
        "a newer program brought the database to version 9000; this one knows up to {known}: install the newer one"
    );
    assert_eq!(refused.to_string(), sentence);
}

#[tokio::test]
async fn every_earlier_version_on_sqlite_becomes_this_one_with_all_its_rows() {
    every_version(TestDatabase::sqlite, Words::Sqlite).await;
}

#[tokio::test]
async fn every_earlier_version_on_postgres_becomes_this_one_with_all_its_rows() {
    every_version(TestDatabase::postgres, Words::Postgres).await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_with_a_sentence() {
    a_newer_one(TestDatabase::sqlite(), Words::Sqlite).await;
    a_newer_one(TestDatabase::postgres(), Words::Postgres).await;
}

#[tokio::test]
async fn a_released_migration_that_was_edited_is_refused() {
    for (database, words) in [(TestDatabase::sqlite(), Words::Sqlite), (TestDatabase::postgres(), Words::Postgres)] {
        sqlx::any::install_default_drivers();
        let mut edited = migrations(words);
        let sql = format!("{}\nCREATE TABLE beside (id BIGINT);", edited[0].sql.as_str());
        edited[0] = Migration::new(1, "first".into(), MigrationType::Simple, AssertSqlSafe(sql).into_sql_str(), false);
        let mut connection = AnyConnection::connect(&database.url).await.expect("connects");
        Migrator::with_migrations(edited).run(&mut connection).await.expect("migrates");
        connection.close().await.expect("closes");
        assert!(matches!(open(&database).await, Err(StoreError::Migration(_))));
    }
}
