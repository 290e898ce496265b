//! Drafts by the reference that the hospital's own system repeats them under, and papers of one confinement.

use sqlx::Row;
use uuid::Uuid;

use super::certificates::id_at;
use super::{CertificateId, CertificateKind, Store, StoreError, Tx, hash_at};

/// A draft that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenDraft {
    pub reference: String,
    /// Keyed.
    pub body_hash: [u8; 32],
    pub certificate: CertificateId,
    /// Ids and codes as they were answered.
    pub answer: String,
    pub at: i64,
}

impl Store {
    pub async fn given_draft(&self, reference: &str) -> Result<Option<GivenDraft>, StoreError> {
        let sql = "SELECT body_hash, certificate_id, answer, at FROM given_drafts WHERE facility_code = $1 \
                   AND reference = $2";
        let row = self.one(self.query(sql).bind(reference.to_owned())).await?;
        row.map(|row| {
            Ok(GivenDraft {
                reference: reference.to_owned(),
                body_hash: hash_at(&row, "body_hash")?,
                certificate: id_at(&row, "certificate_id")?,
                answer: row.try_get("answer")?,
                at: row.try_get("at")?,
            })
        })
        .transpose()
    }

    pub async fn papers_of_confinement(&self, confinement: Uuid) -> Result<Vec<CertificateId>, StoreError> {
        let sql = "SELECT certificate_id FROM confinement_papers WHERE facility_code = $1 AND confinement_id = $2 \
                   ORDER BY certificate_id";
        let rows = self.all(self.query(sql).bind(confinement.to_string())).await?;
        rows.iter().map(|row| id_at(row, "certificate_id")).collect()
    }
}

impl Tx {
    /// False where the reference was used before.
    pub async fn record_given_draft(&mut self, row: &GivenDraft) -> Result<bool, StoreError> {
        let sql = "INSERT INTO given_drafts (facility_code, reference, body_hash, certificate_id, answer, at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(row.reference.clone())
            .bind(row.body_hash.to_vec())
            .bind(row.certificate.to_string())
            .bind(row.answer.clone())
            .bind(row.at);
        Ok(self.execute(statement).await? == 1)
    }

    /// Another paper has this number, frozen or not.
    pub async fn number_is_taken(
        &mut self,
        kind: CertificateKind,
        (year, number): (i32, u32),
    ) -> Result<bool, StoreError> {
        let sql = "SELECT certificate_id FROM certificates WHERE facility_code = $1 AND kind = $2 AND year = $3 \
                   AND number = $4 AND state <> 'discarded' LIMIT 1";
        let statement = self.query(sql).bind(kind.code()).bind(i64::from(year)).bind(i64::from(number));
        Ok(self.one(statement).await?.is_some())
    }

    pub async fn join_confinement(&mut self, confinement: Uuid, id: CertificateId) -> Result<(), StoreError> {
        let sql = "INSERT INTO confinement_papers (facility_code, confinement_id, certificate_id) \
                   VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(confinement.to_string()).bind(id.to_string());
        self.execute(statement).await.map(drop)
    }
}
