//! What people at desks and kiosks do with certificates, beside the certificates themselves.

use api::{ChipEvidence, KioskId, VisitId};
use sqlx::Row;
use time::Date;

use super::visits::visit_row;
use super::{CertificateId, ChallengeUse, Store, StoreError, Tx, VisitRow, day_text, hash_at};
use crate::keys::Sealed;
use crate::paper::{Notes, StoredAnswers, StoredCorrection};

/// A single-use moment of confirmation.
#[derive(Debug, Clone)]
pub struct NonceRow<'a> {
    pub nonce: [u8; 32],
    pub kiosk: &'a KioskId,
    pub visit: VisitId,
    /// A certificate's id, or `questionnaire`.
    pub subject: &'a str,
    pub text_hash: [u8; 32],
    pub given_at: i64,
    pub expires_at: i64,
}

/// What was said beside a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    pub visit: VisitId,
    pub subject: String,
    pub text_hash: [u8; 32],
    pub certificate: CertificateId,
    pub sharing: String,
    /// `signed`, or the code of why the chip did not answer.
    pub chip: String,
    pub at: i64,
}

/// A declaration as it was confirmed.
#[derive(Debug, Clone)]
pub struct DeclarationRow {
    pub certificate: CertificateId,
    pub answers: Sealed<StoredAnswers>,
    pub declared_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationConsent {
    /// `signed`, or the code of why the chip did not answer.
    pub chip: String,
    /// SHA-256 of the answers.
    pub text_hash: [u8; 32],
}

impl Store {
    pub async fn paper_notes(&self, id: CertificateId) -> Result<Option<Sealed<Notes>>, StoreError> {
        let sql = "SELECT notes_sealed FROM paper_notes WHERE facility_code = $1 AND certificate_id = $2";
        let row = self.one(self.query(sql).bind(id.to_string())).await?;
        row.map(|row| Ok(Sealed::from_stored(row.try_get("notes_sealed")?))).transpose()
    }

    /// Visits of a day whose holder was identified at level A or B, the latest first.
    pub async fn identified_on(&self, day: Date, limit: u32) -> Result<Vec<VisitRow>, StoreError> {
        let sql = "SELECT visit_id, kiosk_id, service_day, opened_at, assurance, facts, person_sealed, \
                   entitlement_state, entitlement_sealed, department, payer, counter_reason, check_in_hash, \
                   check_in_reply_sealed, desk_state FROM visits WHERE facility_code = $1 AND service_day = $2 \
                   AND assurance IN ('A', 'B') ORDER BY opened_at DESC LIMIT $3";
        let statement = self.query(sql).bind(day_text(day)).bind(i64::from(limit));
        self.all(statement).await?.iter().map(visit_row).collect()
    }

    /// The raw evidence of a visit, while it is kept.
    pub async fn chip_evidence(&self, visit: VisitId) -> Result<Option<Sealed<ChipEvidence>>, StoreError> {
        let sql = "SELECT evidence_sealed FROM identifications WHERE facility_code = $1 AND visit_id = $2";
        let row = self.one(self.query(sql).bind(visit.to_string())).await?;
        let evidence = row.map(|row| row.try_get::<Option<Vec<u8>>, _>("evidence_sealed")).transpose()?;
        Ok(evidence.flatten().map(Sealed::from_stored))
    }

    pub async fn consent(
        &self,
        visit: VisitId,
        subject: &str,
        text_hash: &[u8; 32],
    ) -> Result<Option<ConsentRow>, StoreError> {
        let sql = "SELECT certificate_id, sharing, chip, at FROM paper_consents WHERE facility_code = $1 \
                   AND visit_id = $2 AND subject = $3 AND text_hash = $4";
        let statement = self.query(sql).bind(visit.to_string()).bind(subject.to_owned()).bind(text_hash.to_vec());
        let Some(row) = self.one(statement).await? else { return Ok(None) };
        let certificate: &str = row.try_get("certificate_id")?;
        Ok(Some(ConsentRow {
            visit,
            subject: subject.to_owned(),
            text_hash: *text_hash,
            certificate: certificate.parse().map_err(|_| StoreError::Stored { column: "certificate_id" })?,
            sharing: row.try_get("sharing")?,
            chip: row.try_get("chip")?,
            at: row.try_get("at")?,
        }))
    }

    /// The latest word of the citizen about the paper that this certificate is, or is one class of.
    pub async fn last_consent(&self, id: CertificateId) -> Result<Option<(String, String, i64)>, StoreError> {
        let sql = "SELECT sharing, chip, at FROM paper_consents WHERE facility_code = $1 AND certificate_id IN \
                   (SELECT certificate_id FROM certificates WHERE facility_code = $1 AND paper_id IN \
                   (SELECT paper_id FROM certificates WHERE facility_code = $1 AND certificate_id = $2)) \
                   AND subject <> 'questionnaire' ORDER BY at DESC LIMIT 1";
        let row = self.one(self.query(sql).bind(id.to_string())).await?;
        row.map(|row| Ok((row.try_get("sharing")?, row.try_get("chip")?, row.try_get("at")?))).transpose()
    }

    pub async fn saved_answers(
        &self,
        person: &[u8; 32],
        not_before: i64,
    ) -> Result<Option<Sealed<StoredAnswers>>, StoreError> {
        let sql = "SELECT answers_sealed FROM saved_answers WHERE facility_code = $1 AND person_hash = $2 \
                   AND saved_at >= $3";
        let row = self.one(self.query(sql).bind(person.to_vec()).bind(not_before)).await?;
        row.map(|row| Ok(Sealed::from_stored(row.try_get("answers_sealed")?))).transpose()
    }

    pub async fn declaration(&self, id: CertificateId) -> Result<Option<DeclarationRow>, StoreError> {
        let sql = "SELECT answers_sealed, declared_at FROM declarations WHERE facility_code = $1 \
                   AND certificate_id = $2";
        let row = self.one(self.query(sql).bind(id.to_string())).await?;
        row.map(|row| {
            let answers = Sealed::from_stored(row.try_get("answers_sealed")?);
            Ok(DeclarationRow { certificate: id, answers, declared_at: row.try_get("declared_at")? })
        })
        .transpose()
    }

    /// How the declaration with this certificate was confirmed.
    pub async fn declaration_consent(&self, id: CertificateId) -> Result<Option<DeclarationConsent>, StoreError> {
        let sql = "SELECT chip, text_hash FROM paper_consents WHERE facility_code = $1 AND certificate_id = $2 \
                   AND subject = 'questionnaire'";
        let row = self.one(self.query(sql).bind(id.to_string())).await?;
        row.map(|row| Ok(DeclarationConsent { chip: row.try_get("chip")?, text_hash: hash_at(&row, "text_hash")? }))
            .transpose()
    }
}

impl Tx {
    pub async fn put_paper_notes(&mut self, id: CertificateId, notes: Sealed<Notes>) -> Result<(), StoreError> {
        let sql = "INSERT INTO paper_notes (facility_code, certificate_id, notes_sealed) VALUES ($1, $2, $3) \
                   ON CONFLICT (facility_code, certificate_id) DO UPDATE SET notes_sealed = $3";
        let statement = self.query(sql).bind(id.to_string()).bind(notes.into_stored());
        self.execute(statement).await.map(drop)
    }

    pub async fn give_nonce(&mut self, row: NonceRow<'_>) -> Result<(), StoreError> {
        let sql = "DELETE FROM paper_nonces WHERE facility_code = $1 AND expires_at < $2";
        let statement = self.query(sql).bind(row.given_at - 86_400_000);
        self.execute(statement).await?;
        let sql = "INSERT INTO paper_nonces (facility_code, nonce, kiosk_id, visit_id, subject, text_hash, given_at, \
                   expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let statement = self
            .query(sql)
            .bind(row.nonce.to_vec())
            .bind(row.kiosk.as_str().to_owned())
            .bind(row.visit.to_string())
            .bind(row.subject.to_owned())
            .bind(row.text_hash.to_vec())
            .bind(row.given_at)
            .bind(row.expires_at);
        self.execute(statement).await.map(drop)
    }

    /// Uses a nonce up; `given_at` and `expires_at` of `row` are the moment it must have been given at, and now.
    pub async fn use_nonce(&mut self, row: &NonceRow<'_>) -> Result<ChallengeUse, StoreError> {
        let sql = "SELECT expires_at, used_at FROM paper_nonces WHERE facility_code = $1 AND nonce = $2 \
                   AND kiosk_id = $3 AND visit_id = $4 AND subject = $5 AND text_hash = $6 AND given_at = $7";
        let statement = self
            .query(sql)
            .bind(row.nonce.to_vec())
            .bind(row.kiosk.as_str().to_owned())
            .bind(row.visit.to_string())
            .bind(row.subject.to_owned())
            .bind(row.text_hash.to_vec())
            .bind(row.given_at);
        let Some(found) = self.one(statement).await? else { return Ok(ChallengeUse::Unknown) };
        if found.try_get::<Option<i64>, _>("used_at")?.is_some() {
            return Ok(ChallengeUse::Used);
        }
        if found.try_get::<i64, _>("expires_at")? <= row.expires_at {
            return Ok(ChallengeUse::Expired);
        }
        let sql = "UPDATE paper_nonces SET used_at = $3 WHERE facility_code = $1 AND nonce = $2 AND used_at IS NULL";
        let statement = self.query(sql).bind(row.nonce.to_vec()).bind(row.expires_at);
        Ok(if self.execute(statement).await? == 1 { ChallengeUse::Accepted } else { ChallengeUse::Used })
    }

    /// False where the same was said before.
    pub async fn record_consent(&mut self, row: &ConsentRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO paper_consents (facility_code, visit_id, subject, text_hash, certificate_id, sharing, \
                   chip, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(row.visit.to_string())
            .bind(row.subject.clone())
            .bind(row.text_hash.to_vec())
            .bind(row.certificate.to_string())
            .bind(row.sharing.clone())
            .bind(row.chip.clone())
            .bind(row.at);
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn record_correction(
        &mut self,
        (id, certificate): (uuid::Uuid, CertificateId),
        visit: VisitId,
        person: &[u8; 32],
        correction: Sealed<StoredCorrection>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO paper_corrections (facility_code, correction_id, certificate_id, visit_id, \
                   person_hash, at, correction_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let statement = self
            .query(sql)
            .bind(id.to_string())
            .bind(certificate.to_string())
            .bind(visit.to_string())
            .bind(person.to_vec())
            .bind(now)
            .bind(correction.into_stored());
        self.execute(statement).await.map(drop)
    }

    pub async fn save_answers(
        &mut self,
        person: &[u8; 32],
        answers: Sealed<StoredAnswers>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO saved_answers (facility_code, person_hash, saved_at, answers_sealed) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (facility_code, person_hash) \
                   DO UPDATE SET saved_at = $3, answers_sealed = $4";
        let statement = self.query(sql).bind(person.to_vec()).bind(now).bind(answers.into_stored());
        self.execute(statement).await.map(drop)
    }

    /// Keeps the declaration with its certificate; what was saved on the way goes.
    pub async fn record_declaration(
        &mut self,
        id: CertificateId,
        person: &[u8; 32],
        answers: Sealed<StoredAnswers>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO declarations (facility_code, certificate_id, declared_at, answers_sealed) \
                   VALUES ($1, $2, $3, $4)";
        let statement = self.query(sql).bind(id.to_string()).bind(now).bind(answers.into_stored());
        self.execute(statement).await?;
        let sql = "DELETE FROM saved_answers WHERE facility_code = $1 AND person_hash = $2";
        let statement = self.query(sql).bind(person.to_vec());
        self.execute(statement).await.map(drop)
    }
}
