//! Certificates and what happened to them. Every change of state goes through [`Tx::apply`], which asks the one table of
//! moves and writes the event beside the change.

use std::fmt;
use std::str::FromStr;

use api::{Base64, KioskId, VisitId};
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{Store, StoreError, Tx, hash_at, optional_hash_at, stored_codes, visit_at};
use crate::certificate::{CertificateState, Move, NextStep, NotAllowed};
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

/// A certificate as it is written first.
#[derive(Debug)]
pub struct NewCertificate<'a> {
    pub id: CertificateId,
    pub kind: CertificateKind,
    /// Rows of one paper share it; a paper of one row has its own id.
    pub paper: CertificateId,
    pub draft: Sealed<Base64>,
    /// Keyed hash of the 12-digit number that the ward entered as confirmer.
    pub confirmer: Option<[u8; 32]>,
    pub people: &'a [([u8; 32], Part)],
    pub replaces: Option<Replacement>,
    pub actor: &'a str,
    pub now: i64,
}

/// The issue that a re-issue replaces: its number is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    pub first: CertificateId,
    /// Of the re-issue: 2 for the second issue.
    pub issue: u32,
    /// Year and number of the first.
    pub number: Option<(i32, u32)>,
}

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

/// Who does a move, when and why.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// `staff:<login>`, `kiosk:<id>`, `hospital system`, `worker` or `command line`.
    pub actor: &'a str,
    pub at: i64,
    /// A code, nothing personal.
    pub why: &'a str,
    /// What a person wrote.
    pub words: Option<Sealed<String>>,
}

#[derive(Debug, Clone)]
pub struct EventRow {
    pub id: Uuid,
    pub at: i64,
    pub actor: String,
    pub way: Move,
    pub from: CertificateState,
    pub to: CertificateState,
    pub why: String,
    pub words: Option<Sealed<String>>,
    pub next_step: NextStep,
}

/// Evidence that a citizen read and agreed.
#[derive(Debug, Clone)]
pub struct ConfirmationRow {
    pub id: Uuid,
    pub certificate: CertificateId,
    pub kiosk: KioskId,
    pub visit: VisitId,
    /// Keyed hash of the number.
    pub person: [u8; 32],
    /// SHA-256 of the text as it stood on the screen.
    pub text_hash: [u8; 32],
    pub confirmed_at: i64,
    /// Derived from the text and the moment; the chip answered it.
    pub challenge: [u8; 8],
    /// The chip's signature; absent where the chip has no active authentication.
    pub answer: Option<Sealed<Base64>>,
}

/// A practitioner's detached signature over the frozen payload.
#[derive(Debug, Clone)]
pub struct PractitionerSignature {
    pub certificate: CertificateId,
    pub login: String,
    pub frozen_hash: [u8; 32],
    pub signature: Sealed<Base64>,
    pub signed_at: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("no such certificate")]
    NotFound,
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("somebody else changed this certificate meanwhile")]
    Overtaken,
    #[error(transparent)]
    Store(#[from] StoreError),
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

    pub async fn events_of(&self, id: CertificateId) -> Result<Vec<EventRow>, StoreError> {
        let sql = "SELECT event_id, at, actor, move, from_state, to_state, why, words_sealed, next_step \
                   FROM certificate_events WHERE facility_code = $1 AND certificate_id = $2 ORDER BY event_id";
        let rows = self.all(self.query(sql).bind(id.to_string())).await?;
        rows.iter()
            .map(|row| {
                Ok(EventRow {
                    id: uuid_at(row, "event_id")?,
                    at: row.try_get("at")?,
                    actor: row.try_get("actor")?,
                    way: Move::from_stored(row.try_get("move")?)?,
                    from: CertificateState::from_stored(row.try_get("from_state")?)?,
                    to: CertificateState::from_stored(row.try_get("to_state")?)?,
                    why: row.try_get("why")?,
                    words: row.try_get::<Option<Vec<u8>>, _>("words_sealed")?.map(Sealed::from_stored),
                    next_step: NextStep::from_stored(row.try_get("next_step")?)?,
                })
            })
            .collect()
    }

    pub async fn confirmations_of(&self, id: CertificateId) -> Result<Vec<ConfirmationRow>, StoreError> {
        let sql = "SELECT confirmation_id, kiosk_id, visit_id, person_hash, text_hash, confirmed_at, challenge, \
                   answer_sealed FROM confirmations WHERE facility_code = $1 AND certificate_id = $2 \
                   ORDER BY confirmed_at, confirmation_id";
        let rows = self.all(self.query(sql).bind(id.to_string())).await?;
        rows.iter()
            .map(|row| {
                let kiosk = KioskId::parse(row.try_get("kiosk_id")?);
                let challenge: Vec<u8> = row.try_get("challenge")?;
                Ok(ConfirmationRow {
                    id: uuid_at(row, "confirmation_id")?,
                    certificate: id,
                    kiosk: kiosk.map_err(|_| StoreError::Stored { column: "kiosk_id" })?,
                    visit: visit_at(row, "visit_id")?,
                    person: hash_at(row, "person_hash")?,
                    text_hash: hash_at(row, "text_hash")?,
                    confirmed_at: row.try_get("confirmed_at")?,
                    challenge: challenge.try_into().map_err(|_| StoreError::Stored { column: "challenge" })?,
                    answer: row.try_get::<Option<Vec<u8>>, _>("answer_sealed")?.map(Sealed::from_stored),
                })
            })
            .collect()
    }

    pub async fn practitioner_signatures(&self, id: CertificateId) -> Result<Vec<PractitionerSignature>, StoreError> {
        let sql = "SELECT login, frozen_hash, signature_sealed, signed_at FROM practitioner_signatures \
                   WHERE facility_code = $1 AND certificate_id = $2 ORDER BY signed_at, login";
        let rows = self.all(self.query(sql).bind(id.to_string())).await?;
        rows.iter()
            .map(|row| {
                Ok(PractitionerSignature {
                    certificate: id,
                    login: row.try_get("login")?,
                    frozen_hash: hash_at(row, "frozen_hash")?,
                    signature: Sealed::from_stored(row.try_get("signature_sealed")?),
                    signed_at: row.try_get("signed_at")?,
                })
            })
            .collect()
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

    /// Writes a draft and the people it concerns. A re-issue is linked with its first.
    pub async fn open_certificate(&mut self, new: NewCertificate<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO certificates (facility_code, certificate_id, kind, paper_id, variant, state, state_at, \
                   revision, created_at, created_by, draft_sealed, year, number, issue, confirmer_hash, replaces) \
                   VALUES ($1, $2, $3, $4, '', 'draft', $5, 1, $5, $6, $7, $8, $9, $10, $11, $12)";
        let number = new.replaces.and_then(|replaces| replaces.number);
        let statement = self
            .query(sql)
            .bind(new.id.to_string())
            .bind(new.kind.code())
            .bind(new.paper.to_string())
            .bind(new.now)
            .bind(new.actor.to_owned())
            .bind(new.draft.into_stored())
            .bind(number.map(|(year, _)| i64::from(year)))
            .bind(number.map(|(_, number)| i64::from(number)))
            .bind(new.replaces.map_or(1, |replaces| i64::from(replaces.issue)))
            .bind(new.confirmer.map(|hash| hash.to_vec()))
            .bind(new.replaces.map(|replaces| replaces.first.to_string()));
        self.execute(statement).await?;
        if let Some(replaces) = new.replaces {
            let sql = "UPDATE certificates SET replaced_by = $3 WHERE facility_code = $1 AND certificate_id = $2";
            let statement = self.query(sql).bind(replaces.first.to_string()).bind(new.id.to_string());
            self.execute(statement).await?;
        }
        self.concern(new.id, new.people).await
    }

    /// Whom the certificate concerns.
    pub async fn people_of(&mut self, id: CertificateId) -> Result<Vec<([u8; 32], Part)>, StoreError> {
        let sql = "SELECT person_hash, part FROM certificate_people WHERE facility_code = $1 AND certificate_id = $2 \
                   ORDER BY part, person_hash";
        let statement = self.query(sql).bind(id.to_string());
        let rows = self.all(statement).await?;
        rows.iter().map(|row| Ok((hash_at(row, "person_hash")?, Part::from_stored(row.try_get("part")?)?))).collect()
    }

    /// Whom the certificate concerns, from now on.
    pub async fn concern(&mut self, id: CertificateId, people: &[([u8; 32], Part)]) -> Result<(), StoreError> {
        let sql = "DELETE FROM certificate_people WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.query(sql).bind(id.to_string());
        self.execute(statement).await?;
        for (person, part) in people {
            let sql = "INSERT INTO certificate_people (facility_code, certificate_id, person_hash, part) \
                       VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let statement = self.query(sql).bind(id.to_string()).bind(person.to_vec()).bind(part.code());
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Writes another draft. False where the row is not at that revision any more.
    pub async fn redraft(
        &mut self,
        (id, revision): (CertificateId, i64),
        draft: Sealed<Base64>,
        confirmer: Option<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE certificates SET draft_sealed = $4, confirmer_hash = $5 WHERE facility_code = $1 \
                   AND certificate_id = $2 AND revision = $3";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(revision)
            .bind(draft.into_stored())
            .bind(confirmer.map(|hash| hash.to_vec()));
        Ok(self.execute(statement).await? == 1)
    }

    /// Does one move and writes its event.
    pub async fn apply(
        &mut self,
        id: CertificateId,
        way: Move,
        transition: Transition<'_>,
    ) -> Result<CertificateState, MoveError> {
        let sql = "SELECT state, revision FROM certificates WHERE facility_code = $1 AND certificate_id = $2";
        let statement = self.query(sql).bind(id.to_string());
        let row = self.one(statement).await?.ok_or(MoveError::NotFound)?;
        let from = CertificateState::from_stored(row.try_get("state").map_err(StoreError::from)?)?;
        let revision: i64 = row.try_get("revision").map_err(StoreError::from)?;
        let to = from.after(way)?;
        let sql = "UPDATE certificates SET state = $4, state_at = $5, revision = revision + 1, settled_at = $6 \
                   WHERE facility_code = $1 AND certificate_id = $2 AND revision = $3";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(revision)
            .bind(to.code())
            .bind(transition.at)
            .bind(to.is_settled().then_some(transition.at));
        if self.execute(statement).await? == 0 {
            return Err(MoveError::Overtaken);
        }
        let sql = "INSERT INTO certificate_events (facility_code, event_id, certificate_id, at, actor, move, \
                   from_state, to_state, why, words_sealed, next_step) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let statement = self
            .query(sql)
            .bind(Uuid::now_v7().to_string())
            .bind(id.to_string())
            .bind(transition.at)
            .bind(transition.actor.to_owned())
            .bind(way.code())
            .bind(from.code())
            .bind(to.code())
            .bind(transition.why.to_owned())
            .bind(transition.words.map(Sealed::into_stored))
            .bind(to.next_step().code());
        self.execute(statement).await?;
        Ok(to)
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

    /// A re-issue that was given up leaves its first as it was.
    pub async fn unlink_reissue(&mut self, reissue: CertificateId) -> Result<(), StoreError> {
        let sql = "UPDATE certificates SET replaced_by = NULL WHERE facility_code = $1 AND replaced_by = $2";
        let statement = self.query(sql).bind(reissue.to_string());
        self.execute(statement).await.map(drop)
    }

    pub async fn record_confirmation(&mut self, row: ConfirmationRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO confirmations (facility_code, confirmation_id, certificate_id, kiosk_id, visit_id, \
                   person_hash, text_hash, confirmed_at, challenge, answer_sealed) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(row.id.to_string())
            .bind(row.certificate.to_string())
            .bind(row.kiosk.as_str().to_owned())
            .bind(row.visit.to_string())
            .bind(row.person.to_vec())
            .bind(row.text_hash.to_vec())
            .bind(row.confirmed_at)
            .bind(row.challenge.to_vec())
            .bind(row.answer.map(Sealed::into_stored));
        self.execute(statement).await.map(drop)
    }

    /// The same practitioner signs the same bytes once.
    pub async fn record_practitioner_signature(&mut self, row: PractitionerSignature) -> Result<(), StoreError> {
        let sql = "INSERT INTO practitioner_signatures (facility_code, certificate_id, login, frozen_hash, \
                   signature_sealed, signed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(row.certificate.to_string())
            .bind(row.login)
            .bind(row.frozen_hash.to_vec())
            .bind(row.signature.into_stored())
            .bind(row.signed_at);
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
