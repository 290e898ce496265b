//! One person: everything that is held about them, by the number they are known under; and its erasure.
//!
//! What leads to a row is a keyed hash of the number, or a visit or paper that such a hash leads to. People who are only
//! named inside another's paper, and have no number there, are not found this way.

use std::collections::{BTreeMap, BTreeSet};

use api::{Base64, VisitId};
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::tables::{Erasure, Ground, TABLES, Table, Whose};
use crate::app::App;
use crate::keys::{SealError, Sealed};
use crate::store::{Cell, Record, StoreError, Tx, stored_codes};

stored_codes! {
    /// Why somebody looks at a whole person.
    Reason {
        /// They asked for it themselves.
        Asked = "asked",
        /// A parent, guardian or heir did.
        Guardian = "guardian",
        /// An authority that may.
        Authority = "authority",
        /// What is held should not have been taken.
        Mistake = "mistake",
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    #[error("a number has 5 to 20 letters and digits")]
    Number,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a sealed value of {table} does not open: was the master key changed?")]
    Sealed { table: &'static str, source: SealError },
}

/// Who asks, and why: stands in the audit record.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub actor: &'a str,
    pub reason: Reason,
}

/// What is held, table by table.
pub struct Dossier {
    pub id: Uuid,
    pub made_at: String,
    pub tables: BTreeMap<&'static str, Vec<Value>>,
    /// Other numbers that stand in it: what was looked up under them is asked for under them.
    pub other_numbers: BTreeSet<String>,
    number: String,
    facility: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub id: Uuid,
    pub erased: BTreeMap<&'static str, u64>,
    pub kept: Vec<Kept>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub table: &'static str,
    pub ground: Ground,
    pub rows: u64,
}

/// What a number leads to.
struct Found {
    hash: Cell,
    today: Vec<Cell>,
    earlier: Vec<Cell>,
    drafts: Vec<Cell>,
    papers: Vec<Cell>,
}

/// As it is looked up: without spaces, capitals.
pub fn parse_number(text: &str) -> Result<String, DossierError> {
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let formed = (5..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
    formed.then_some(number).ok_or(DossierError::Number)
}

/// Everything that is held about the holder of the number. Who asked is written down, with each visit that was shown.
pub async fn export(app: &App, number: &str, asking: Asking<'_>) -> Result<Dossier, DossierError> {
    let number = parse_number(number)?;
    let mut tx = app.store.begin().await?;
    let found = Found::of(app, &mut tx, &number).await?;
    let mut tables = BTreeMap::new();
    let mut other_numbers = BTreeSet::new();
    for table in TABLES {
        let mut rows = Vec::new();
        for record in found.records(&mut tx, table).await? {
            rows.push(opened(app, table, &record)?);
        }
        for row in &rows {
            numbers_in(row, &mut other_numbers);
        }
        if !rows.is_empty() {
            tables.insert(table.name, rows);
        }
    }
    other_numbers.remove(&number);
    let id = Uuid::new_v4();
    let now = app.now_ms();
    for visit in found.today.iter().chain(&found.earlier) {
        tx.audit(asking.actor, "person_shown", visit_of(visit), &id.to_string(), now).await?;
    }
    let rows: usize = tables.values().map(Vec::len).sum();
    let detail = format!("{id} reason={} rows={rows}", asking.reason.code());
    tx.audit(asking.actor, "person_exported", None, &detail, now).await?;
    tx.commit().await?;
    let made_at = app.now().format(&Rfc3339).unwrap_or_default();
    let facility = app.config.hospital.facility_code.as_str().to_owned();
    Ok(Dossier { id, made_at, tables, other_numbers, number, facility })
}

/// Erases what may be erased, in one transaction, and says what is kept and why.
pub async fn erase(app: &App, number: &str, asking: Asking<'_>) -> Result<Erased, DossierError> {
    let number = parse_number(number)?;
    let mut tx = app.store.begin().await?;
    let found = Found::of(app, &mut tx, &number).await?;
    let mut erased: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut kept: BTreeMap<(Ground, &'static str), u64> = BTreeMap::new();
    for table in TABLES {
        for whose in table.whose {
            for (condition, value) in found.to_erase(table, *whose) {
                let rows = match table.erasure {
                    Erasure::Clear(changes) => tx.change_where((table.name, changes), &condition, value).await?,
                    Erasure::Delete | Erasure::WithDraft => tx.delete_where(table.name, &condition, value).await?,
                    Erasure::Nothing | Erasure::Kept(_) => 0,
                };
                *erased.entry(table.name).or_default() += rows;
            }
        }
    }
    for table in TABLES {
        for (ground, rows) in found.left(&mut tx, table).await? {
            *kept.entry((ground, table.name)).or_default() += rows;
        }
    }
    erased.retain(|_, rows| *rows > 0);
    let id = Uuid::new_v4();
    let now = app.now_ms();
    for visit in &found.earlier {
        tx.audit(asking.actor, "person_erased", visit_of(visit), &id.to_string(), now).await?;
    }
    let gone: u64 = erased.values().sum();
    let left: u64 = kept.values().sum();
    let detail = format!("{id} reason={} erased={gone} kept={left}", asking.reason.code());
    tx.audit(asking.actor, "person_erasure", None, &detail, now).await?;
    tx.commit().await?;
    let kept = kept.into_iter().filter(|(_, rows)| *rows > 0);
    let kept = kept.map(|((ground, table), rows)| Kept { table, ground, rows }).collect();
    Ok(Erased { id, erased, kept })
}

/// Takes back what was agreed to for a purpose, in every visit. How many answers that were.
pub async fn withdraw(app: &App, number: &str, purpose: &str, asking: Asking<'_>) -> Result<u64, DossierError> {
    let number = parse_number(number)?;
    let hash = Cell::Bytes(app.keys.keyed_hash("number", number.as_bytes()).to_vec());
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let given = tx.records("consents", "number_hash = $2 AND answer = 'given' AND withdrawn_at IS NULL", hash).await?;
    let mut rows = 0;
    for consent in given.iter().filter(|consent| consent.text("purpose") == Some(purpose)) {
        let Some(visit) = consent.cell("visit_id") else { continue };
        if tx.withdraw_consent(visit.clone(), purpose, asking.actor, now).await? {
            rows += 1;
            tx.audit(asking.actor, "consent_withdrawn", visit_of(visit), purpose, now).await?;
        }
    }
    tx.commit().await?;
    Ok(rows)
}

impl Found {
    async fn of(app: &App, tx: &mut Tx, number: &str) -> Result<Self, StoreError> {
        let hash = Cell::Bytes(app.keys.keyed_hash("number", number.as_bytes()).to_vec());
        let today = Cell::Text(app.today().to_string());
        let visits = tx.records("visits", "number_hash = $2", hash.clone()).await?;
        let consents = tx.records("consents", "number_hash = $2", hash.clone()).await?;
        let day = |record: &Record| record.cell("service_day") == Some(&today);
        let ids = |records: &[&Record]| -> Vec<Cell> {
            let ids: BTreeSet<_> = records.iter().filter_map(|record| record.cell("visit_id").cloned()).collect();
            ids.into_iter().collect()
        };
        let (today, mut earlier): (Vec<&Record>, Vec<&Record>) = visits.iter().partition(|record| day(record));
        // A visit whose person is gone already: its consents still lead there.
        let known = ids(&today);
        earlier.extend(
            consents.iter().filter(|record| record.cell("visit_id").is_some_and(|visit| !known.contains(visit))),
        );
        let mut certificates = BTreeSet::new();
        for (table, column) in [
            ("certificate_people", "person_hash"),
            ("certificates", "confirmer_hash"),
            ("confirmations", "person_hash"),
        ] {
            let records = tx.records(table, &format!("{column} = $2"), hash.clone()).await?;
            certificates.extend(records.iter().filter_map(|record| record.cell("certificate_id").cloned()));
        }
        let (mut drafts, mut papers) = (Vec::new(), Vec::new());
        for id in certificates {
            let discarded = "certificate_id = $2 AND state = 'discarded' AND frozen_at IS NULL AND year IS NULL \
                             AND replaces IS NULL";
            let gone = !tx.records("certificates", discarded, id.clone()).await?.is_empty();
            if gone { drafts.push(id) } else { papers.push(id) }
        }
        Ok(Self { today: ids(&today), earlier: ids(&earlier), hash, drafts, papers })
    }

    /// Conditions that lead to what erasure takes.
    fn to_erase(&self, table: &Table, whose: Whose) -> Vec<(String, Cell)> {
        let each = |column: &str, of: &[Cell]| -> Vec<(String, Cell)> {
            of.iter().map(|value| (format!("{column} = $2"), value.clone())).collect()
        };
        match (table.erasure, whose) {
            (Erasure::Nothing | Erasure::Kept(_), _) => Vec::new(),
            (Erasure::Delete | Erasure::Clear(_), Whose::Number(column)) => {
                vec![(format!("{column} = $2"), self.hash.clone())]
            }
            (Erasure::Delete | Erasure::Clear(_), Whose::Visit(column)) => each(column, &self.earlier),
            (Erasure::WithDraft, Whose::Certificate(column)) => each(column, &self.drafts),
            (Erasure::Delete | Erasure::Clear(_), Whose::Certificate(_) | Whose::Naming(_))
            | (Erasure::WithDraft, Whose::Number(_) | Whose::Visit(_) | Whose::Naming(_)) => Vec::new(),
        }
    }

    /// What is still there of a table, and why.
    async fn left(&self, tx: &mut Tx, table: &Table) -> Result<Vec<(Ground, u64)>, StoreError> {
        let mut left = Vec::new();
        for whose in table.whose {
            let (column, of, ground) = match (table.erasure, *whose) {
                (Erasure::Kept(ground), Whose::Visit(column)) => {
                    (column, [self.today.as_slice(), self.earlier.as_slice()].concat(), ground)
                }
                (Erasure::Kept(ground), Whose::Certificate(column)) => (column, self.papers.clone(), ground),
                (Erasure::Delete | Erasure::Clear(_), Whose::Visit(column)) => {
                    (column, self.today.clone(), Ground::Today)
                }
                (Erasure::WithDraft, Whose::Certificate(column)) => (column, self.papers.clone(), Ground::Paper),
                _ => continue,
            };
            for value in of {
                let rows = tx.records(table.name, &format!("{column} = $2"), value).await?.len();
                left.push((ground, u64::try_from(rows).unwrap_or(u64::MAX)));
            }
        }
        Ok(left)
    }

    /// Every row that is about the person.
    async fn records(&self, tx: &mut Tx, table: &Table) -> Result<Vec<Record>, StoreError> {
        let mut records: Vec<Record> = Vec::new();
        for whose in table.whose {
            let (condition, of) = match *whose {
                Whose::Number(column) => (format!("{column} = $2"), vec![self.hash.clone()]),
                Whose::Visit(column) => {
                    (format!("{column} = $2"), [self.today.as_slice(), self.earlier.as_slice()].concat())
                }
                Whose::Certificate(column) => {
                    (format!("{column} = $2"), [self.drafts.as_slice(), self.papers.as_slice()].concat())
                }
                Whose::Naming(column) => (
                    format!("{column} LIKE '%' || $2 || '%'"),
                    [self.drafts.as_slice(), self.papers.as_slice()].concat(),
                ),
            };
            for value in of {
                for record in tx.records(table.name, &condition, value).await? {
                    if !records.contains(&record) {
                        records.push(record);
                    }
                }
            }
        }
        Ok(records)
    }
}

impl Dossier {
    pub fn rows(&self) -> usize {
        self.tables.values().map(Vec::len).sum()
    }

    /// Purposes that were agreed to and not taken back.
    pub fn given_purposes(&self) -> BTreeSet<&str> {
        let rows = self.tables.get("consents").into_iter().flatten();
        let given = rows.filter(|row| row["answer"] == "given" && row["withdrawn_at"].is_null());
        given.filter_map(|row| row["purpose"].as_str()).collect()
    }

    /// For machines.
    pub fn json(&self) -> Value {
        json!({
            "format": "tiepdon-person-1",
            "dossier": self.id.to_string(),
            "facility": self.facility,
            "number": self.number,
            "made_at": self.made_at,
            "other_numbers": self.other_numbers,
            "tables": self.tables,
        })
    }

    /// For people: a line a value, headed by what the tables are called.
    pub fn lines(&self, title: impl Fn(&'static str) -> String) -> String {
        let mut text = String::new();
        for (table, rows) in &self.tables {
            text.push_str(&format!("{} ({})\n", title(table), rows.len()));
            for row in rows {
                flatten("", row, &mut text);
                text.push('\n');
            }
        }
        text
    }
}

/// What a value of the number's visit is in the audit record.
fn visit_of(cell: &Cell) -> Option<VisitId> {
    match cell {
        Cell::Text(id) => id.parse().ok().map(VisitId),
        Cell::Null | Cell::Integer(_) | Cell::Real(_) | Cell::Bytes(_) => None,
    }
}

fn opened(app: &App, table: &Table, record: &Record) -> Result<Value, DossierError> {
    let mut row = Map::new();
    for (name, cell) in &record.0 {
        if name == "facility_code" {
            continue;
        }
        let sealed = table.sealed.iter().find(|column| column.column == name && column.is_of(record));
        let value = match (sealed, cell) {
            (Some(column), Cell::Bytes(bytes)) if !bytes.is_empty() => {
                let key = column.row_of(record);
                let value = Sealed::<Value>::from_stored(bytes.clone()).open(&app.keys, column.place(&key));
                readable(value.map_err(|source| DossierError::Sealed { table: table.name, source })?)
            }
            (_, Cell::Null) => Value::Null,
            (_, Cell::Integer(value)) => json!(value),
            (_, Cell::Real(value) | Cell::Text(value)) => json!(value),
            (_, Cell::Bytes(value)) => json!(hex::encode(value)),
        };
        row.insert(name.trim_end_matches("_sealed").to_owned(), value);
    }
    Ok(Value::Object(row))
}

/// Papers and messages are sealed as base64 of JSON or XML.
fn readable(value: Value) -> Value {
    let bytes = serde_json::from_value::<Base64>(value.clone()).ok().filter(|bytes| !bytes.0.is_empty());
    match bytes.and_then(|bytes| String::from_utf8(bytes.0.clone()).ok()) {
        Some(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        None => value,
    }
}

/// Numbers of persons and insurance cards: 10 to 15 characters that end in ten digits, under a name that says so.
fn numbers_in(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let named = ["number", "card", "so_cccd", "ma_the_bhyt"].contains(&name.as_str());
                if let Some(text) = value.as_str().filter(|text| named && is_number(text)) {
                    into.insert(text.to_owned());
                }
                numbers_in(value, into);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| numbers_in(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_number(text: &str) -> bool {
    (10..=15).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().rev().take(10).all(|b| b.is_ascii_digit())
}

fn flatten(path: &str, value: &Value, into: &mut String) {
    let under = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&under(name), value, into)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| flatten(&under(&at.to_string()), value, into));
        }
        Value::Null => {}
        Value::String(text) => into.push_str(&format!("  {path}: {text}\n")),
        Value::Bool(_) | Value::Number(_) => into.push_str(&format!("  {path}: {value}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_up_however_it_is_spaced() {
        assert_eq!(parse_number(" 031 085 000 017 ").expect("a number"), "031085000017");
        assert_eq!(parse_number("gd4313100000017").expect("a card"), "GD4313100000017");
        for wrong in ["", "1234", "031-085-000-017", "'; DROP TABLE visits", &"1".repeat(21)] {
            assert!(matches!(parse_number(wrong), Err(DossierError::Number)), "{wrong}");
        }
    }
}
