//! Who stands for a certificate: citizens who read and agreed, practitioners who signed.

use api::{Base64, KioskId, VisitId};
use sqlx::Row;
use uuid::Uuid;

use super::certificates::{id_at, uuid_at};
use super::{CertificateId, Store, StoreError, Tx, hash_at, visit_at};
use crate::keys::Sealed;

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

impl Store {
    /// What citizens confirmed of the paper that this certificate is, or is one class of.
    pub async fn confirmations_of(&self, id: CertificateId) -> Result<Vec<ConfirmationRow>, StoreError> {
        let sql = "SELECT confirmation_id, certificate_id, kiosk_id, visit_id, person_hash, text_hash, confirmed_at, \
                   challenge, answer_sealed FROM confirmations WHERE facility_code = $1 AND certificate_id IN \
                   (SELECT certificate_id FROM certificates WHERE facility_code = $1 AND paper_id IN \
                   (SELECT paper_id FROM certificates WHERE facility_code = $1 AND certificate_id = $2)) \
                   ORDER BY confirmed_at, confirmation_id";
        let rows = self.all(self.query(sql).bind(id.to_string())).await?;
        rows.iter()
            .map(|row| {
                let kiosk = KioskId::parse(row.try_get("kiosk_id")?);
                let challenge: Vec<u8> = row.try_get("challenge")?;
                Ok(ConfirmationRow {
                    id: uuid_at(row, "confirmation_id")?,
                    certificate: id_at(row, "certificate_id")?,
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
