//! What is over goes, what a person asks to be erased goes, and it can be shown that it did.

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use fixture::TestDatabase;
use fixture::desk::Browser;
use fixture::hospital::{CONSENT_TEXT, Hospital, MAU, OPENING, card, issuer, of_visit, visit};
use server::clock::ManualClock;
use server::keys::{Place, Sealed, parse_key};
use server::privacy::dossier::{self, Asking, Dossier, Reason};
use server::privacy::retention::{Kind, OF_A_DRAFT, RULES, key_bytes};
use server::privacy::rotation::RotationError;
use server::privacy::tables::{Erasure, Ground, SealedRow, TABLES, Table, Whose};
use server::privacy::{purge, remaining, rotate};
use server::staff::Role;
use server::store::{Cell, HeartbeatRow, Record};
use server::{App, Outside, StartError};
use sha2::{Digest, Sha256};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe, Row};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

const ASKING: Asking<'static> = Asking { actor: "command line:test", reason: Reason::Asked };
/// Nobody's number: a sealed value that holds it is the planted person's.
const NUMBER: &str = "031192000025";

/// A second way to the same file, past the store.
async fn beside(hospital: &Hospital) -> AnyPool {
    let url = format!("sqlite://{}/server.db", hospital.directory.path().display());
    AnyPoolOptions::new().max_connections(1).connect(&url).await.expect("opens")
}

/// One row of a table with a value in every column, made of the table's own definition.
struct Planted {
    columns: Vec<(String, Cell)>,
}

struct Planting {
    visit: String,
    certificate: String,
    day: Date,
    at: OffsetDateTime,
    number: &'static str,
}

impl Planting {
    async fn plant(&self, app: &App, pool: &AnyPool, table: &Table) -> Planted {
        let sql = format!("PRAGMA table_info({})", table.name);
        let definition = sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await.expect("reads");
        let mut columns: Vec<(String, Cell)> = Vec::new();
        for row in &definition {
            let name: String = row.get("name");
            let kind: String = row.get("type");
            columns.push((name.clone(), self.value(app, table, &name, &kind)));
        }
        for column in table.sealed {
            let text = |of: &str| match columns.iter().find(|(name, _)| name == of) {
                Some((_, Cell::Text(text))) => text.clone(),
                Some((_, Cell::Bytes(bytes))) => hex::encode(bytes),
                _ => String::new(),
            };
            if column.only.is_some_and(|(only, value)| text(only) != value) {
                continue;
            }
            let row = match column.row {
                SealedRow::Text(of) | SealedRow::HexOf(of) => text(of),
                SealedRow::Fixed(row) => row.to_owned(),
            };
            let place = Place { column: column.place, row: &row };
            let sealed = Sealed::seal(&app.keys, place, &serde_json::json!({ "number": self.number })).into_stored();
            let at = columns.iter_mut().find(|(name, _)| name == column.column).expect("the column is there");
            at.1 = Cell::Bytes(sealed);
        }
        let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<_> = (1..=names.len()).map(|n| format!("${n}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), places.join(", "));
        let mut statement = sqlx::query(AssertSqlSafe(sql));
        for (_, cell) in &columns {
            statement = match cell.clone() {
                Cell::Null => statement.bind(None::<String>),
                Cell::Integer(value) => statement.bind(value),
                Cell::Real(value) => statement.bind(value.parse::<f64>().expect("a number")),
                Cell::Text(value) => statement.bind(value),
                Cell::Bytes(value) => statement.bind(value),
            };
        }
        statement.execute(pool).await.unwrap_or_else(|error| panic!("{}: {error}", table.name));
        Planted { columns }
    }

    fn value(&self, app: &App, table: &Table, name: &str, kind: &str) -> Cell {
        let number = app.keys.keyed_hash("number", self.number.as_bytes()).to_vec();
        let whose = table.whose.iter().find(|whose| match whose {
            Whose::Number(column) | Whose::Visit(column) | Whose::Certificate(column) | Whose::Naming(column) => {
                *column == name
            }
        });
        match (whose, name, kind) {
            (Some(Whose::Number(_)), ..) => Cell::Bytes(number),
            (_, "number_hash" | "person_hash" | "confirmer_hash", _) => Cell::Bytes(number),
            (Some(Whose::Visit(_)), ..) => Cell::Text(self.visit.clone()),
            (Some(Whose::Certificate(_)), ..) => Cell::Text(self.certificate.clone()),
            (_, "facility_code", _) => Cell::Text("31999".into()),
            (_, "service_day", _) => Cell::Text(self.day.to_string()),
            (_, "state", _) => Cell::Text(if table.name == "certificates" { "discarded" } else { "done" }.into()),
            (_, "kind", _) if table.name.starts_with("dispatch") => Cell::Text("check_in".into()),
            (_, "step", _) => Cell::Text("send".into()),
            (_, "answer", _) if table.name == "consents" => Cell::Text("given".into()),
            // What makes a certificate more than a draft, and a consent taken back.
            (_, "frozen_at" | "year" | "replaces" | "frozen_sealed" | "withdrawn_at", _) => Cell::Null,
            (_, "assurance", _) => Cell::Text("C".into()),
            (_, _, "BIGINT") => {
                Cell::Integer(i64::try_from(self.at.unix_timestamp_nanos() / 1_000_000).expect("a moment"))
            }
            (_, _, "BLOB") => Cell::Bytes(Uuid::new_v4().as_bytes().repeat(2)),
            (_, _, "DOUBLE PRECISION") => Cell::Real("0.5".into()),
            _ => Cell::Text(Uuid::new_v4().to_string()),
        }
    }
}

fn planting(hospital: &Hospital, days_ago: i64) -> Planting {
    let at = hospital.app.now() - time::Duration::days(days_ago);
    let day = hospital.app.today() - time::Duration::days(days_ago);
    Planting { visit: Uuid::new_v4().to_string(), certificate: Uuid::new_v4().to_string(), day, at, number: NUMBER }
}

fn of_patients() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| !table.whose.is_empty())
}

async fn rows_with(pool: &AnyPool, table: &str) -> Vec<Vec<(String, Vec<u8>)>> {
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(pool).await.expect("reads");
    use sqlx::Column;
    rows.iter()
        .map(|row| {
            row.columns()
                .iter()
                .map(|column| {
                    let name = column.name().to_owned();
                    let bytes = row.try_get::<Vec<u8>, _>(column.ordinal()).unwrap_or_default();
                    (name, bytes)
                })
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn every_table_and_every_sealed_column_was_decided_about() {
    let hospital = Hospital::open(None).await;
    let pool = beside(&hospital).await;
    let there = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'");
    let there = there.fetch_all(&pool).await.expect("reads");
    let there: BTreeSet<String> = there.iter().map(|row| row.get("name")).collect();
    let listed: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    assert_eq!(listed.len(), TABLES.len(), "a table stands there twice");
    assert_eq!(listed, there);
    for table in TABLES {
        let definition = sqlx::query(AssertSqlSafe(format!("PRAGMA table_info({})", table.name)));
        let definition = definition.fetch_all(&pool).await.expect("reads");
        let columns: BTreeSet<String> = definition.iter().map(|row| row.get("name")).collect();
        let sealed: BTreeSet<String> = columns.iter().filter(|name| name.ends_with("_sealed")).cloned().collect();
        assert_eq!(table.sealed.iter().map(|column| column.column.to_owned()).collect::<BTreeSet<_>>(), sealed);
        let named = table.key.iter().chain(table.keyed).all(|column| columns.contains(*column));
        assert!(named, "{} has no such column", table.name);
        let ends = RULES.iter().any(|rule| rule.table == table.name)
            || (table.erasure == Erasure::WithDraft && OF_A_DRAFT.contains(&table.name));
        let for_ever =
            matches!(table.erasure, Erasure::Nothing | Erasure::Kept(Ground::NoPerson | Ground::Audit | Ground::Sent));
        assert!(ends || for_ever, "{} is kept for ever, and nobody said why", table.name);
    }
    for kind in Kind::ALL {
        assert!(RULES.iter().any(|rule| rule.kind == *kind), "{}", kind.code());
    }
}

#[tokio::test]
async fn a_person_planted_in_every_table_is_shown_whole_and_after_erasure_nothing_opens_or_is_found() {
    let hospital = Hospital::open(None).await;
    let (app, pool) = (&hospital.app, beside(&hospital).await);
    let earlier = planting(&hospital, 3);
    for table in of_patients() {
        earlier.plant(app, &pool, table).await;
    }
    let shown = dossier::export(app, NUMBER, ASKING).await.expect("exports");
    for table in of_patients() {
        assert!(shown.tables.contains_key(table.name), "{} is not shown", table.name);
        for column in table.sealed.iter().filter(|column| column.column != "frozen_sealed") {
            let opened = shown.tables[table.name]
                .iter()
                .any(|row| row[column.column.trim_end_matches("_sealed")]["number"] == NUMBER);
            let elsewhere = column.only.is_some_and(|(_, value)| value == "sign");
            assert!(opened || elsewhere, "{}.{} is not opened", table.name, column.column);
        }
    }
    assert!(shown.lines(str::to_owned).contains(NUMBER));

    let erased = dossier::erase(app, NUMBER, ASKING).await.expect("erases");
    let kept: BTreeSet<_> = erased.kept.iter().map(|kept| (kept.table, kept.ground)).collect();
    let lawful: BTreeSet<_> = of_patients()
        .filter_map(|table| match table.erasure {
            Erasure::Kept(ground) => Some((table.name, ground)),
            Erasure::Nothing | Erasure::Delete | Erasure::Clear(_) | Erasure::WithDraft => None,
        })
        .collect();
    assert_eq!(kept, lawful, "everything that is kept is named, and nothing else");

    let hash = app.keys.keyed_hash("number", NUMBER.as_bytes()).to_vec();
    for table in of_patients() {
        let may_open = matches!(table.erasure, Erasure::Kept(Ground::Sent));
        for row in rows_with(&pool, table.name).await {
            for (name, bytes) in &row {
                assert_ne!(*bytes, hash, "{}.{name} is still found by the hash", table.name);
                if name.ends_with("_sealed") && !may_open {
                    assert!(bytes.is_empty(), "{}.{name} still holds something", table.name);
                }
            }
        }
    }
    let nothing = dossier::export(app, NUMBER, ASKING).await.expect("exports");
    assert_eq!(nothing.rows(), 0, "{:?}", nothing.tables.keys());
}

#[tokio::test]
async fn visits_of_today_and_papers_are_kept_and_named_and_other_people_lose_nothing() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let today = visit();
    hospital.show_card(today, &card(&issuer)).await.expect("identified");
    let (app, pool) = (&hospital.app, beside(&hospital).await);
    // Another person, whose rows must all be there afterwards.
    let other = planting(&hospital, 3);
    for table in of_patients() {
        other.plant(app, &pool, table).await;
    }
    // A paper that has its number.
    sqlx::query("UPDATE certificates SET state = 'accepted', year = 2026").execute(&pool).await.expect("writes");

    let mine = dossier::export(app, MAU, ASKING).await.expect("exports");
    assert_eq!(mine.tables["visits"].len(), 1);
    assert_eq!(mine.tables["visits"][0]["person"]["number"], MAU);
    assert!(mine.tables["identifications"][0]["evidence"]["sod"].is_string(), "chip evidence is shown");
    let erased = dossier::erase(app, MAU, ASKING).await.expect("erases");
    assert!(erased.kept.iter().any(|kept| (kept.table, kept.ground) == ("visits", Ground::Today)));
    assert_eq!(dossier::export(app, MAU, ASKING).await.expect("exports").tables["visits"].len(), 1);
    // Asked again the next day, it goes.
    hospital.clock.advance(Duration::from_secs(24 * 3600));
    let erased = dossier::erase(app, MAU, ASKING).await.expect("erases");
    assert_eq!(erased.erased["visits"], 1);
    assert!(!dossier::export(app, MAU, ASKING).await.expect("exports").tables.contains_key("visits"));

    let others = dossier::export(app, NUMBER, ASKING).await.expect("exports");
    for table in of_patients() {
        assert!(others.tables.contains_key(table.name), "{} lost a row of somebody else", table.name);
    }
    let erased = dossier::erase(app, NUMBER, ASKING).await.expect("erases");
    assert!(erased.kept.iter().any(|kept| (kept.table, kept.ground) == ("certificates", Ground::Paper)));
    assert!(app.store.audit_of(today).await.expect("reads").iter().any(|(_, action, _)| action == "person_shown"));
}

#[tokio::test]
async fn every_rule_takes_what_is_over_and_leaves_what_is_not() {
    let hospital = Hospital::open(None).await;
    let (app, pool) = (&hospital.app, beside(&hospital).await);
    let ruled = || TABLES.iter().filter(|table| RULES.iter().any(|rule| rule.table == table.name));
    let companions: Vec<&Table> = TABLES.iter().filter(|table| table.name == "dispatch_jobs").collect();
    let old = Planting { number: "031190000041", ..planting(&hospital, 4000) };
    let fresh = planting(&hospital, 0);
    for table in ruled().chain(companions) {
        old.plant(app, &pool, table).await;
        fresh.plant(app, &pool, table).await;
    }
    let due: Vec<_> = remaining(app).await.expect("counts");
    for found in &due {
        assert_eq!(found.rows, 1, "{} in {}", found.kind.code(), found.table);
    }
    let erased = purge(app, "worker").await.expect("purges");
    for kind in Kind::ALL {
        assert!(erased[kind.code()] >= 1, "{} took nothing", kind.code());
    }
    for found in remaining(app).await.expect("counts") {
        assert_eq!(found.rows, 0, "{} is left in {}", found.kind.code(), found.table);
    }
    assert_eq!(purge(app, "worker").await.expect("purges").values().sum::<u64>(), 0);
    // The anonymous visit stays for reports; what is not over is whole.
    for row in rows_with(&pool, "visits").await {
        let of = |wanted: &str| row.iter().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.len());
        assert!(of("facts").is_some());
    }
    assert_eq!(rows_with(&pool, "visits").await.len(), 2);
    assert_eq!(rows_with(&pool, "identifications").await.len(), 2);
    let whole = dossier::export(app, NUMBER, ASKING).await.expect("exports");
    assert_eq!(whole.tables["visits"].len(), 1);
    assert_eq!(whole.tables["visits"][0]["person"]["number"], NUMBER);
    assert!(whole.tables["identifications"][0]["evidence"]["number"] == NUMBER);
}

#[tokio::test]
async fn the_proof_of_a_purge_counts_the_rows_that_went() {
    let hospital = Hospital::open(None).await;
    let (app, pool) = (&hospital.app, beside(&hospital).await);
    let table = TABLES.iter().find(|table| table.name == "eid_answers").expect("a table");
    let mut keys = Vec::new();
    // More than one batch.
    for _ in 0..450 {
        let planted = planting(&hospital, 100).plant(app, &pool, table).await;
        let nonce = planted.columns.iter().find(|(name, _)| name == "nonce_hash").expect("a nonce").clone();
        keys.push(Record(vec![nonce]));
    }
    assert_eq!(purge(app, "command line").await.expect("purges")["eid_answers"], 450);
    let lines = sqlx::query(
        "SELECT detail FROM audit WHERE action = 'purged' AND actor = 'command line' ORDER BY at, audit_id",
    );
    let details: Vec<String> =
        lines.fetch_all(&pool).await.expect("reads").iter().map(|row| row.get("detail")).collect();
    assert_eq!(details.len(), 3, "{details:?}");
    let counted: usize = details
        .iter()
        .map(|detail| {
            let (_, rest) = detail.split_once("rows=").expect("a count");
            rest.split(' ').next().expect("digits").parse::<usize>().expect("a count")
        })
        .sum();
    assert_eq!(counted, 450);
    // Somebody with an older backup can compute the proof of a batch again.
    let mut left: BTreeSet<_> = keys.iter().map(key_bytes).collect();
    assert_eq!(left.len(), 450);
    let proofs: BTreeSet<&str> =
        details.iter().map(|detail| detail.split_once("sha256=").expect("a proof").1).collect();
    assert_eq!(proofs.len(), 3);
    let all = left.iter().fold(Sha256::new(), |hash, key| hash.chain_update(key)).finalize();
    assert!(!proofs.contains(hex::encode(all).as_str()), "a batch proves its own rows only");
    assert!(left.pop_first().is_some());
    assert!(details.iter().all(|detail| !detail.contains(NUMBER)));
}

#[tokio::test]
async fn a_consent_is_kept_with_its_text_shown_to_its_holder_and_can_be_taken_back() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let app = &hospital.app;
    let held = dossier::export(app, MAU, ASKING).await.expect("exports");
    let [consent] = held.tables["consents"].as_slice() else { panic!("one answer") };
    assert_eq!((&consent["purpose"], &consent["answer"]), (&"face_comparison".into(), &"given".into()));
    assert!(consent.to_string().contains(&hex::encode(Sha256::digest(CONSENT_TEXT))), "{consent}");
    assert_eq!(held.given_purposes().into_iter().collect::<Vec<_>>(), ["face_comparison"]);

    assert_eq!(dossier::withdraw(app, MAU, "face_comparison", ASKING).await.expect("withdraws"), 1);
    assert_eq!(dossier::withdraw(app, MAU, "face_comparison", ASKING).await.expect("withdraws"), 0, "once");
    let held = dossier::export(app, MAU, ASKING).await.expect("exports");
    assert!(held.given_purposes().is_empty());
    let identification = &held.tables["identifications"][0];
    assert!(identification["face_score"].is_null() && identification["portrait_hash"].is_null(), "{identification}");
}

#[tokio::test]
async fn erased_visits_answer_no_kiosk_and_reports_still_count_them() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let (visit, card) = (visit(), card(&issuer));
    hospital.show_card(visit, &card).await.expect("identified");
    let request = api::CheckInRequest {
        department: api::DepartmentCode::parse("K01").expect("a department"),
        payer: api::Payer::Insurance,
        counter: None,
        declared: Vec::new(),
    };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<api::CheckInReply>(axum::http::Method::PUT, &path, &request).await.expect("a ticket");
    hospital.clock.advance(Duration::from_secs(24 * 3600));
    dossier::erase(&hospital.app, MAU, ASKING).await.expect("erases");
    let again = hospital.call::<api::CheckInReply>(axum::http::Method::PUT, &path, &request).await;
    assert_eq!(again.expect_err("nothing to say").code, api::ProblemCode::VisitConflict);
    let again = hospital.show_card(visit, &card).await;
    assert_eq!(again.expect_err("nothing to say").code, api::ProblemCode::VisitConflict);
    let row = hospital.app.store.visit(visit).await.expect("reads").expect("the visit stays");
    assert!(row.person.is_none() && row.department.is_some());
}

#[tokio::test]
async fn the_records_office_shows_and_erases_a_person_and_others_may_not() {
    let hospital = Hospital::open(None).await;
    let pool = beside(&hospital).await;
    let reception = Browser::of(&hospital, "tiep", Role::Receptionist).await;
    let office = Browser::of(&hospital, "ho.so", Role::RecordsOffice).await;
    let earlier = planting(&hospital, 3);
    for table in of_patients() {
        earlier.plant(&hospital.app, &pool, table).await;
    }
    assert_eq!(reception.get("/staff/person").await.status, 403);
    let fields = [("number", NUMBER), ("reason", "asked")];
    assert_eq!(reception.post("/staff/person/show", &fields).await.status, 403);
    assert!(office.get("/staff/person").await.text().contains("Dữ liệu cá nhân"));
    let shown = office.post("/staff/person/show", &fields).await.text();
    assert!(shown.contains(NUMBER) && shown.contains("Lượt đến"), "{shown}");
    let file = office.post("/staff/person/file", &fields).await;
    assert_eq!(file.content_type, "application/json");
    let file: serde_json::Value = serde_json::from_slice(&file.body).expect("JSON");
    assert_eq!(file["tables"]["visits"][0]["person"]["number"], NUMBER);
    let wrong = office.post("/staff/person/show", &[("number", "1-2"), ("reason", "asked")]).await;
    assert!(wrong.text().contains("5 đến 20"));
    assert_eq!(office.post("/staff/person/show", &[("number", NUMBER)]).await.status, 422, "a reason is given");
    let gone = office.post("/staff/person/erase", &fields).await.text();
    assert!(gone.contains("Được giữ lại") && gone.contains("Nhật ký"));
    let after = office.post("/staff/person/show", &fields).await.text();
    assert!(after.contains("Không lưu gì về số này"));
}

#[tokio::test]
async fn postgresql_follows_the_same_rules() {
    let database = TestDatabase::postgres();
    let directory = tempfile::tempdir().expect("a directory");
    let mut config = fixture::hospital::config(&directory, None, "");
    config.database = toml::from_str(&format!("url = \"{}\"", database.url)).expect("a database");
    let clock = Arc::new(ManualClock::at(OPENING));
    let app = App::open(config.clone(), clock.clone(), Outside::default()).await.expect("opens");
    let found = remaining(&app).await.expect("counts");
    assert!(found.iter().all(|due| due.rows == 0));
    purge(&app, "worker").await.expect("purges");
    let mut tx = app.store.begin().await.expect("begins");
    let kiosk = api::KioskId::parse("sanh-1").expect("a kiosk");
    let old = app.today() - time::Duration::days(60);
    tx.give_challenge([1; 8], &kiosk, None, old, (app.now_ms(), app.now_ms())).await.expect("writes");
    tx.commit().await.expect("commits");
    assert_eq!(purge(&app, "worker").await.expect("purges")["challenges"], 1);
    assert_eq!(dossier::export(&app, NUMBER, ASKING).await.expect("exports").rows(), 0);
    dossier::erase(&app, NUMBER, ASKING).await.expect("erases");

    let password = zeroize::Zeroizing::new("mot mat khau dai".to_owned());
    server::staff::add(&app, "hoa", "Lê Thị Hoà", password, Role::Head).await.expect("adds");
    assert!(rotate(&app, &[21; 32], "command line").await.expect("changes").values >= 1);
    app.store.close().await;
    std::fs::write(directory.path().join("master.key"), hex::encode([21; 32])).expect("writes");
    let app = App::open(config, clock, Outside::default()).await.expect("opens");
    let account = app.store.accounts().await.expect("reads").remove(0);
    let place = Place { column: "staff.name", row: "hoa" };
    assert_eq!(account.name.open(&app.keys, place).expect("opens"), "Lê Thị Hoà");
    app.store.close().await;
}

/// The same hospital with this master key in its file.
async fn with_master(hospital: &Hospital, master: &[u8; 32]) -> Result<App, StartError> {
    std::fs::write(hospital.directory.path().join("master.key"), hex::encode(master)).expect("writes");
    App::open(hospital.app.config.clone(), hospital.clock.clone(), Outside::default()).await
}

/// What was sealed, opened; without the hashes, which are others afterwards.
fn opened(held: &Dossier) -> BTreeMap<&'static str, Vec<serde_json::Value>> {
    let tables = held.tables.iter().map(|(name, rows)| {
        let table = TABLES.iter().find(|table| table.name == *name).expect("is listed");
        let rows = rows.iter().map(|row| {
            let mut row = row.clone();
            table.keyed.iter().for_each(|column| drop(row.as_object_mut().and_then(|row| row.remove(*column))));
            row
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(ToString::to_string);
        (*name, rows)
    });
    tables.filter(|(name, _)| *name != "audit").collect()
}

#[tokio::test]
async fn under_another_master_key_everything_opens_and_everybody_is_found_and_the_old_one_is_refused() {
    let hospital = Hospital::open(None).await;
    let pool = beside(&hospital).await;
    let planting = planting(&hospital, 3);
    for table in of_patients() {
        planting.plant(&hospital.app, &pool, table).await;
    }
    let password = zeroize::Zeroizing::new("mot mat khau dai".to_owned());
    server::staff::add(&hospital.app, "hoa", "Lê Thị Hoà", password, Role::Head).await.expect("adds");
    let before = opened(&dossier::export(&hospital.app, NUMBER, ASKING).await.expect("exports"));
    let first = *parse_key(&std::fs::read_to_string(hospital.directory.path().join("master.key")).expect("reads"))
        .expect("a key");
    let offline = hospital.app.keys.offline_public_key();

    let mut app = hospital.app.clone();
    let mut old = first;
    for master in [[21; 32], [22; 32]] {
        let done = rotate(&app, &master, "command line").await.expect("changes");
        assert!(done.values > 20 && done.hashes > 10, "{done:?}");
        assert!(matches!(with_master(&hospital, &old).await, Err(StartError::OtherKey(_))));
        app = with_master(&hospital, &master).await.expect("opens");
        assert_eq!(opened(&dossier::export(&app, NUMBER, ASKING).await.expect("exports")), before);
        let account = app.store.accounts().await.expect("reads").remove(0);
        let place = Place { column: "staff.name", row: "hoa" };
        assert_eq!(account.name.open(&app.keys, place).expect("opens"), "Lê Thị Hoà");
        assert_eq!(app.keys.offline_public_key(), offline, "what kiosks sealed can be opened");
        old = master;
    }
    for known in [first, [21; 32], [22; 32]] {
        assert!(matches!(rotate(&app, &known, "command line").await, Err(RotationError::UsedBefore)));
    }
    // What is planted afterwards is found beside what was there before.
    dossier::erase(&app, NUMBER, ASKING).await.expect("erases");
    let audit = server::audit::verify(&app, None).await;
    assert!(audit.is_ok(), "{audit:?}");
}

#[tokio::test]
async fn a_change_of_the_master_key_that_cannot_be_finished_changes_nothing() {
    let hospital = Hospital::open(None).await;
    let (app, pool) = (&hospital.app, beside(&hospital).await);
    for table in of_patients() {
        planting(&hospital, 3).plant(app, &pool, table).await;
    }
    let before = opened(&dossier::export(app, NUMBER, ASKING).await.expect("exports"));
    let whole = sqlx::query("SELECT body_sealed FROM hospital_events").fetch_one(&pool).await.expect("reads");
    sqlx::query("UPDATE hospital_events SET body_sealed = $1")
        .bind(vec![1_u8; 64])
        .execute(&pool)
        .await
        .expect("writes");
    let stopped = rotate(app, &[21; 32], "command line").await;
    assert!(matches!(stopped, Err(RotationError::Sealed { table: "hospital_events", .. })), "{stopped:?}");
    let body: Vec<u8> = whole.get("body_sealed");
    sqlx::query("UPDATE hospital_events SET body_sealed = $1").bind(body).execute(&pool).await.expect("writes");
    assert_eq!(opened(&dossier::export(app, NUMBER, ASKING).await.expect("exports")), before);

    let mut tx = app.store.begin().await.expect("begins");
    let beat = HeartbeatRow { worker: "w".into(), started_at: app.now_ms(), beat_at: app.now_ms() };
    tx.beat(&beat, 0).await.expect("beats");
    tx.commit().await.expect("commits");
    assert!(matches!(rotate(app, &[21; 32], "command line").await, Err(RotationError::ServerAtWork)));
    hospital.clock.advance(Duration::from_secs(180));
    rotate(app, &[21; 32], "command line").await.expect("changes");
}
