//! Certificates as rows: looked up, counted, frozen, settled.

use std::fmt;
use std::str::FromStr;

use api::Base64;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{Store, StoreError, Tx, hash_at, optional_hash_at, stored_codes};
use crate::certificate::CertificateState;
use crate::keys::Sealed;

stored_codes! {
    CertificateKind {
        /// Giấy chứng sinh.
        Birth = "birth",
        /// Giấy báo tử.
        Death = "death",
        /// Giấy khám sức khỏe lái xe.
        Driver = "driver",
    }
}

stored_codes! {
    /// Why a certificate concerns a person.
    Part {
        Mother = "mother",
        Father = "father",
        Deceased = "deceased",
        Relative = "relative",
        Applicant = "applicant",
    }
}

/// The name of a certificate inside this system; never printed, never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateId(pub Uuid);

#[derive(Debug, Clone)]
pub struct CertificateRow {
    pub id: CertificateId,
    pub kind: CertificateKind,
    pub paper: CertificateId,
    pub variant: String,
    pub state: CertificateState,
    pub state_at: i64,
    /// Grows with every change.
    pub revision: i64,
    pub created_at: i64,
    pub created_by: String,
    pub draft: Sealed<Base64>,
    /// The bytes that are signed, with their SHA-256 and the moment.
    pub frozen: Option<FrozenRow>,
    /// Year and number; kept for ever once drawn.
    pub number: Option<(i32, u32)>,
    pub natural_key: Option<String>,
    /// 1 for the first issue.
    pub issue: u32,
    pub confirmer: Option<[u8; 32]>,
    /// The moment of NGAY_CT, and four working hours later.
    pub issued_at: Option<i64>,
    pub deadline_at: Option<i64>,
    /// Code of the gateway's last answer, or our own reason for a refusal.
    pub outcome_code: Option<String>,
    /// MaGD or UUID.
    pub receipt: Option<String>,
    pub received_at: Option<i64>,
    pub replaces: Option<CertificateId>,
    pub replaced_by: Option<CertificateId>,
    /// For the printed QR code; only an issued certificate has one.
    pub token: Option<Sealed<String>>,
}

#[derive(Debug, Clone)]
pub struct FrozenRow {
    pub payload: Sealed<Base64>,
    pub hash: [u8; 32],
    pub at: i64,
}

/// What freezing writes.
#[derive(Debug)]
pub struct Frozen {
    pub payload: Sealed<Base64>,
    pub hash: [u8; 32],
    pub number: (i32, u32),
    /// Licence class of a driver row; empty elsewhere.
    pub variant: String,
    pub natural_key: String,
    pub issued_at: i64,
    /// None for kinds without one.
    pub deadline_at: Option<i64>,
    pub token_hash: [u8; 32],
    pub token: Sealed<String>,
    pub now: i64,
}

impl CertificateId {
    /// Sorts by the moment it is made.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for CertificateId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CertificateId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

const COLUMNS: &str = "certificate_id, kind, paper_id, variant, state, state_at, revision, created_at, created_by, \
    draft_sealed, frozen_sealed, frozen_hash, frozen_at, year, number, natural_key, issue, confirmer_hash, issued_at, \
    deadline_at, outcome_code, receipt, received_at, replaces, replaced_by, token_sealed";

impl Store {
    pub async fn certificate(&self, id: CertificateId) -> Result<Option<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND certificate_id = $2";
        let row = self.one(self.columns(sql, COLUMNS).bind(id.to_string())).await?;
        row.as_ref().map(certificate_row).transpose()
    }

    /// The rows of one paper, in the order of their making.
    pub async fn paper(&self, paper: CertificateId) -> Result<Vec<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND paper_id = $2 \
                   ORDER BY certificate_id";
        let rows = self.all(self.columns(sql, COLUMNS).bind(paper.to_string())).await?;
        rows.iter().map(certificate_row).collect()
    }

    /// Up to `limit` certificates in a state, those longest in it first, after the one named (moment, id).
    pub async fn certificates_in(
        &self,
        state: CertificateState,
        after: Option<(i64, CertificateId)>,
        limit: u32,
    ) -> Result<Vec<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND state = $2 \
                   AND (state_at > $3 OR (state_at = $3 AND certificate_id > $4)) \
                   ORDER BY state_at, certificate_id LIMIT $5";
        let (at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (at, id.to_string()));
        let statement = self.columns(sql, COLUMNS).bind(state.code()).bind(at).bind(id).bind(i64::from(limit));
        self.all(statement).await?.iter().map(certificate_row).collect()
    }

    /// Certificates that name this person, or that this person is to confirm; newest first.
    pub async fn certificates_for(&self, person: &[u8; 32], limit: u32) -> Result<Vec<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND (confirmer_hash = $2 \
                   OR certificate_id IN (SELECT certificate_id FROM certificate_people \
                   WHERE facility_code = $1 AND person_hash = $2)) ORDER BY certificate_id DESC LIMIT $3";
        let statement = self.columns(sql, COLUMNS).bind(person.to_vec()).bind(i64::from(limit));
        self.all(statement).await?.iter().map(certificate_row).collect()
    }

    /// The certificate that a printed QR code names.
    pub async fn certificate_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND token_hash = $2";
        let row = self.one(self.columns(sql, COLUMNS).bind(token_hash.to_vec())).await?;
        row.as_ref().map(certificate_row).transpose()
    }

    pub async fn certificate_by_natural_key(
        &self,
        kind: CertificateKind,
        natural_key: &str,
        issue: u32,
    ) -> Result<Option<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND kind = $2 AND natural_key = $3 \
                   AND issue = $4";
        let statement =
            self.columns(sql, COLUMNS).bind(kind.code()).bind(natural_key.to_owned()).bind(i64::from(issue));
        self.one(statement).await?.as_ref().map(certificate_row).transpose()
    }

    /// How many certificates of each kind stand in each state; pairs without any are left out.
    pub async fn certificate_counts(&self) -> Result<Vec<(CertificateKind, CertificateState, u64)>, StoreError> {
        let sql = "SELECT kind, state, COUNT(*) AS rows_there FROM certificates WHERE facility_code = $1 \
                   GROUP BY kind, state";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    CertificateKind::from_stored(row.try_get("kind")?)?,
                    CertificateState::from_stored(row.try_get("state")?)?,
                    row.try_get::<i64, _>("rows_there")?.unsigned_abs(),
                ))
            })
            .collect()
    }

    /// Certificates that are not settled and whose deadline ends before `until`.
    pub async fn certificates_due_before(&self, until: i64) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS rows_there FROM certificates WHERE facility_code = $1 AND settled_at IS NULL \
                   AND deadline_at < $2";
        let row = self.one(self.query(sql).bind(until)).await?;
        Ok(row.map(|row| row.try_get::<i64, _>("rows_there")).transpose()?.unwrap_or(0).unsigned_abs())
    }
}

impl Tx {
    pub async fn certificate(&mut self, id: CertificateId) -> Result<Option<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.columns(sql, COLUMNS).bind(id.to_string());
        self.one(statement).await?.as_ref().map(certificate_row).transpose()
    }

    pub async fn paper(&mut self, paper: CertificateId) -> Result<Vec<CertificateRow>, StoreError> {
        let sql = "SELECT {columns} FROM certificates WHERE facility_code = $1 AND paper_id = $2 \
                   ORDER BY certificate_id";
        let statement = self.columns(sql, COLUMNS).bind(paper.to_string());
        self.all(statement).await?.iter().map(certificate_row).collect()
    }

    /// Writes the bytes that will be signed. The number, once written, stays.
    pub async fn record_frozen(&mut self, id: CertificateId, frozen: Frozen) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET frozen_sealed = $3, frozen_hash = $4, frozen_at = $5, year = $6, \
                   number = $7, natural_key = $8, issued_at = $9, deadline_at = $10, \
                   token_sealed = CASE WHEN token_hash IS NULL THEN $12 ELSE token_sealed END, \
                   token_hash = COALESCE(token_hash, $11), variant = $13 \
                   WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(frozen.payload.into_stored())
            .bind(frozen.hash.to_vec())
            .bind(frozen.now)
            .bind(i64::from(frozen.number.0))
            .bind(i64::from(frozen.number.1))
            .bind(frozen.natural_key)
            .bind(frozen.issued_at)
            .bind(frozen.deadline_at)
            .bind(frozen.token_hash.to_vec())
            .bind(frozen.token.into_stored())
            .bind(frozen.variant);
        self.execute(statement).await.map(drop)
    }

    /// The frozen bytes go; the number and the printed token stay.
    pub async fn thaw(&mut self, id: CertificateId) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET frozen_sealed = NULL, frozen_hash = NULL, frozen_at = NULL \
                   WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.query(sql).bind(id.to_string());
        self.execute(statement).await.map(drop)
    }

    /// What the gateway, or a person who asked there, said last.
    pub async fn record_outcome(
        &mut self,
        id: CertificateId,
        code: Option<&str>,
        receipt: Option<(&str, i64)>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET outcome_code = $3, receipt = COALESCE($4, receipt), \
                   received_at = COALESCE($5, received_at) WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(code.map(str::to_owned))
            .bind(receipt.map(|(receipt, _)| receipt.to_owned()))
            .bind(receipt.map(|(_, at)| at));
        self.execute(statement).await.map(drop)
    }
}

pub(super) fn uuid_at(row: &AnyRow, column: &'static str) -> Result<Uuid, StoreError> {
    row.try_get::<&str, _>(column)?.parse().map_err(|_| StoreError::Stored { column })
}

pub(super) fn id_at(row: &AnyRow, column: &'static str) -> Result<CertificateId, StoreError> {
    uuid_at(row, column).map(CertificateId)
}

fn optional_id_at(row: &AnyRow, column: &'static str) -> Result<Option<CertificateId>, StoreError> {
    let text = row.try_get::<Option<String>, _>(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Stored { column })).transpose()
}

fn certificate_row(row: &AnyRow) -> Result<CertificateRow, StoreError> {
    let small = |column: &'static str| -> Result<Option<u32>, StoreError> {
        let value = row.try_get::<Option<i64>, _>(column)?;
        value.map(|value| u32::try_from(value).map_err(|_| StoreError::Stored { column })).transpose()
    };
    let year = small("year")?.map(|year| i32::try_from(year).map_err(|_| StoreError::Stored { column: "year" }));
    let frozen = match (row.try_get::<Option<Vec<u8>>, _>("frozen_sealed")?, row.try_get("frozen_at")?) {
        (Some(payload), Some(at)) => {
            Some(FrozenRow { payload: Sealed::from_stored(payload), hash: hash_at(row, "frozen_hash")?, at })
        }
        (Some(_), None) | (None, Some(_)) | (None, None) => None,
    };
    Ok(CertificateRow {
        id: id_at(row, "certificate_id")?,
        kind: CertificateKind::from_stored(row.try_get("kind")?)?,
        paper: id_at(row, "paper_id")?,
        variant: row.try_get("variant")?,
        state: CertificateState::from_stored(row.try_get("state")?)?,
        state_at: row.try_get("state_at")?,
        revision: row.try_get("revision")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        draft: Sealed::from_stored(row.try_get("draft_sealed")?),
        frozen,
        number: year.transpose()?.zip(small("number")?),
        natural_key: row.try_get("natural_key")?,
        issue: small("issue")?.unwrap_or(1),
        confirmer: optional_hash_at(row, "confirmer_hash")?,
        issued_at: row.try_get("issued_at")?,
        deadline_at: row.try_get("deadline_at")?,
        outcome_code: row.try_get("outcome_code")?,
        receipt: row.try_get("receipt")?,
        received_at: row.try_get("received_at")?,
        replaces: optional_id_at(row, "replaces")?,
        replaced_by: optional_id_at(row, "replaced_by")?,
        token: row.try_get::<Option<Vec<u8>>, _>("token_sealed")?.map(Sealed::from_stored),
    })
}
