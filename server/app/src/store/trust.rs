//! Document signers: how often staff saw their cards, and which ones this hospital pinned.

use api::VisitId;
use sqlx::Row;
use time::Date;

use super::{Store, StoreError, Tx, day_text, hash_at};

/// How well a signer is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerTally {
    pub signer: [u8; 32],
    /// Different cards whose holders staff compared in person.
    pub cards: u32,
    /// Different days on which that happened.
    pub days: u32,
    /// Members of staff who did it.
    pub observers: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedSigner {
    pub signer: [u8; 32],
    pub pinned_at: i64,
    pub pinned_by: String,
    pub cards: u32,
    pub days: u32,
}

impl Store {
    pub async fn signer_tallies(&self) -> Result<Vec<SignerTally>, StoreError> {
        let sql = "SELECT signer_hash, COUNT(*) AS cards, COUNT(DISTINCT service_day) AS days, \
                   COUNT(DISTINCT login) AS observers \
                   FROM signer_observations WHERE facility_code = $1 GROUP BY signer_hash ORDER BY cards DESC";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok(SignerTally {
                    signer: hash_at(row, "signer_hash")?,
                    cards: count(row.try_get("cards")?),
                    days: count(row.try_get("days")?),
                    observers: count(row.try_get("observers")?),
                })
            })
            .collect()
    }

    /// DER, where it was kept.
    pub async fn signer_certificate(&self, signer: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT certificate FROM document_signers WHERE facility_code = $1 AND signer_hash = $2";
        let row = self.one(self.query(sql).bind(signer.to_vec())).await?;
        Ok(row.map(|row| row.try_get("certificate")).transpose()?)
    }

    pub async fn pinned_signers(&self) -> Result<Vec<PinnedSigner>, StoreError> {
        let sql = "SELECT signer_hash, pinned_at, pinned_by, cards, days FROM pinned_signers \
                   WHERE facility_code = $1 ORDER BY pinned_at, signer_hash";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                Ok(PinnedSigner {
                    signer: hash_at(row, "signer_hash")?,
                    pinned_at: row.try_get("pinned_at")?,
                    pinned_by: row.try_get("pinned_by")?,
                    cards: count(row.try_get("cards")?),
                    days: count(row.try_get("days")?),
                })
            })
            .collect()
    }
}

impl Tx {
    /// A card counts once for its signer, however often it is seen.
    pub async fn observe_signer(
        &mut self,
        (signer, card): (&[u8; 32], &[u8; 32]),
        day: Date,
        visit: VisitId,
        login: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO signer_observations (facility_code, signer_hash, card_hash, service_day, visit_id, \
                   login) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(signer.to_vec())
            .bind(card.to_vec())
            .bind(day_text(day))
            .bind(visit.to_string())
            .bind(login.to_owned());
        self.execute(statement).await.map(drop)
    }

    pub async fn keep_signer_certificate(&mut self, signer: &[u8; 32], der: &[u8]) -> Result<(), StoreError> {
        let sql = "INSERT INTO document_signers (facility_code, signer_hash, certificate) VALUES ($1, $2, $3) \
                   ON CONFLICT DO NOTHING";
        let statement = self.query(sql).bind(signer.to_vec()).bind(der.to_vec());
        self.execute(statement).await.map(drop)
    }

    /// False where it was not pinned.
    pub async fn unpin_signer(&mut self, signer: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM pinned_signers WHERE facility_code = $1 AND signer_hash = $2";
        let statement = self.query(sql).bind(signer.to_vec());
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn pin_signer(&mut self, pin: &PinnedSigner) -> Result<(), StoreError> {
        let sql = "INSERT INTO pinned_signers (facility_code, signer_hash, pinned_at, pinned_by, cards, days) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let statement = self
            .query(sql)
            .bind(pin.signer.to_vec())
            .bind(pin.pinned_at)
            .bind(pin.pinned_by.clone())
            .bind(i64::from(pin.cards))
            .bind(i64::from(pin.days));
        self.execute(statement).await.map(drop)
    }
}

fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}
