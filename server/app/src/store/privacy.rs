//! Rows of any table, by the list in [`crate::privacy::tables`]: counted and erased when their days are over, read and
//! erased for one person, sealed and hashed anew under another master key. Names of tables and columns, and conditions, are
//! text of this program; values are bound.

use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AssertSqlSafe, Column, Row, ValueRef};

use super::{Statement, Store, StoreError, Tx};

/// One value of a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Null,
    Integer(i64),
    /// As it is written.
    Real(String),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row with the names of its columns.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(pub Vec<(String, Cell)>);

impl Record {
    pub fn cell(&self, column: &str) -> Option<&Cell> {
        self.0.iter().find(|(name, _)| name == column).map(|(_, cell)| cell)
    }

    pub(crate) fn replace(&mut self, column: &str, cell: Cell) {
        if let Some((_, there)) = self.0.iter_mut().find(|(name, _)| name == column) {
            *there = cell;
        }
    }

    /// That a row has these values, bound from this place on.
    fn conditions(&self, first: usize) -> String {
        (first..).zip(&self.0).map(|(at, (column, _))| format!(" AND {column} = ${at}")).collect()
    }

    pub fn text(&self, column: &str) -> Option<&str> {
        match self.cell(column) {
            Some(Cell::Text(text)) => Some(text),
            Some(Cell::Null | Cell::Integer(_) | Cell::Real(_) | Cell::Bytes(_)) | None => None,
        }
    }
}

impl Store {
    /// The keys of up to `limit` rows for which the condition holds.
    pub(crate) async fn keys_of(
        &self,
        (table, key): (&str, &[&str]),
        condition: &str,
        value: Cell,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let columns = key.join(", ");
        let sql = format!("SELECT {columns} FROM {table} WHERE facility_code = $1 AND {condition} LIMIT {limit}");
        self.all(bound(self.statement(sql), value)).await?.iter().map(record).collect()
    }

    pub(crate) async fn count(&self, table: &str, condition: &str, value: Cell) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) AS rows_there FROM {table} WHERE facility_code = $1 AND {condition}");
        let row = self.one(bound(self.statement(sql), value)).await?;
        Ok(row.map(|row| row.try_get::<i64, _>("rows_there")).transpose()?.unwrap_or(0).unsigned_abs())
    }

    fn statement(&self, sql: String) -> Statement {
        sqlx::query(AssertSqlSafe(sql)).bind(self.facility.to_string())
    }
}

impl Tx {
    /// Rows for which the condition holds; `$2` is its value.
    pub(crate) async fn records(
        &mut self,
        table: &str,
        condition: &str,
        value: Cell,
    ) -> Result<Vec<Record>, StoreError> {
        let statement = self.statement(format!("SELECT * FROM {table} WHERE facility_code = $1 AND {condition}"));
        self.all(bound(statement, value)).await?.iter().map(record).collect()
    }

    /// How many rows went.
    pub(crate) async fn delete_where(&mut self, table: &str, condition: &str, value: Cell) -> Result<u64, StoreError> {
        let statement = self.statement(format!("DELETE FROM {table} WHERE facility_code = $1 AND {condition}"));
        self.execute(bound(statement, value)).await
    }

    /// How many rows were changed.
    pub(crate) async fn change_where(
        &mut self,
        (table, changes): (&str, &str),
        condition: &str,
        value: Cell,
    ) -> Result<u64, StoreError> {
        let sql = format!("UPDATE {table} SET {changes} WHERE facility_code = $1 AND {condition}");
        let statement = self.statement(sql);
        self.execute(bound(statement, value)).await
    }

    /// One row by its key, if the condition (whose value is `$2`) still holds: deleted, or changed as `changes` says.
    pub(crate) async fn end_row(
        &mut self,
        (table, changes): (&str, Option<&str>),
        condition: &str,
        value: Cell,
        key: &Record,
    ) -> Result<bool, StoreError> {
        let verb = match changes {
            None => format!("DELETE FROM {table}"),
            Some(changes) => format!("UPDATE {table} SET {changes}"),
        };
        let sql = format!("{verb} WHERE facility_code = $1 AND {condition}{}", key.conditions(3));
        let statement = bound(self.statement(sql), value);
        let statement = key.0.iter().fold(statement, |statement, (_, cell)| bound(statement, cell.clone()));
        Ok(self.execute(statement).await? == 1)
    }

    /// The keys of all rows.
    pub(crate) async fn all_keys(&mut self, (table, key): (&str, &[&str])) -> Result<Vec<Record>, StoreError> {
        // Of a table with one row the key is the facility's own.
        let columns = if key.is_empty() { "facility_code".to_owned() } else { key.join(", ") };
        let statement = self.statement(format!("SELECT {columns} FROM {table} WHERE facility_code = $1"));
        self.all(statement).await?.iter().map(record).collect()
    }

    pub(crate) async fn row(&mut self, table: &str, key: &Record) -> Result<Option<Record>, StoreError> {
        let sql = format!("SELECT * FROM {table} WHERE facility_code = $1{}", key.conditions(2));
        let statement = key.0.iter().fold(self.statement(sql), |statement, (_, cell)| bound(statement, cell.clone()));
        self.one(statement).await?.as_ref().map(record).transpose()
    }

    pub(crate) async fn change_row(
        &mut self,
        table: &str,
        changed: &[(&'static str, Vec<u8>)],
        key: &Record,
    ) -> Result<(), StoreError> {
        let columns: Vec<_> = (2..).zip(changed).map(|(at, (column, _))| format!("{column} = ${at}")).collect();
        let conditions = key.conditions(columns.len() + 2);
        let sql = format!("UPDATE {table} SET {} WHERE facility_code = $1{conditions}", columns.join(", "));
        let statement = changed.iter().fold(self.statement(sql), |statement, (_, bytes)| statement.bind(bytes.clone()));
        let statement = key.0.iter().fold(statement, |statement, (_, cell)| bound(statement, cell.clone()));
        self.execute(statement).await.map(drop)
    }

    fn statement(&self, sql: String) -> Statement {
        sqlx::query(AssertSqlSafe(sql)).bind(self.facility.to_string())
    }
}

fn bound(statement: Statement, cell: Cell) -> Statement {
    match cell {
        Cell::Null => statement.bind(None::<String>),
        Cell::Integer(value) => statement.bind(value),
        Cell::Real(value) | Cell::Text(value) => statement.bind(value),
        Cell::Bytes(value) => statement.bind(value),
    }
}

fn record(row: &AnyRow) -> Result<Record, StoreError> {
    let cells = row.columns().iter().map(|column| Ok((column.name().to_owned(), cell(row, column.ordinal())?)));
    cells.collect::<Result<_, StoreError>>().map(Record)
}

fn cell(row: &AnyRow, at: usize) -> Result<Cell, StoreError> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().kind();
    Ok(match kind {
        AnyTypeInfoKind::Null => Cell::Null,
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            Cell::Integer(row.try_get(at)?)
        }
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => Cell::Real(row.try_get::<f64, _>(at)?.to_string()),
        AnyTypeInfoKind::Text => Cell::Text(row.try_get(at)?),
        AnyTypeInfoKind::Blob => Cell::Bytes(row.try_get(at)?),
        AnyTypeInfoKind::Bool => return Err(StoreError::Stored { column: "a boolean" }),
    })
}
