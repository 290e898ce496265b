//! Kiosks and the challenges given to them.

use api::{KioskId, VisitId};
use sqlx::Row;
use subtle::ConstantTimeEq;
use time::Date;

use super::{Store, StoreError, Tx, day_text};

/// What became of a challenge that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeUse {
    Accepted,
    Unknown,
    Expired,
    Used,
}

impl Store {
    /// Is this the key of that kiosk? Takes the same time for every wrong key.
    pub async fn kiosk_is_admitted(&self, kiosk: &KioskId, key_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "SELECT key_hash FROM kiosks WHERE facility_code = $1 AND kiosk_id = $2 AND revoked_at IS NULL";
        let row = self.one(self.query(sql).bind(kiosk.as_str().to_owned())).await?;
        let stored = row.map(|row| row.try_get::<Vec<u8>, _>("key_hash")).transpose()?.unwrap_or_else(|| vec![0; 32]);
        Ok(stored.ct_eq(key_hash).into())
    }
}

impl Tx {
    /// Enrols a kiosk, or gives it a new key.
    pub async fn enrol_kiosk(&mut self, kiosk: &KioskId, key_hash: &[u8; 32], now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO kiosks (facility_code, kiosk_id, key_hash, enrolled_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (facility_code, kiosk_id) DO UPDATE SET key_hash = excluded.key_hash, \
                   enrolled_at = excluded.enrolled_at, revoked_at = NULL";
        let statement = self.query(sql).bind(kiosk.as_str().to_owned()).bind(key_hash.to_vec()).bind(now);
        self.execute(statement).await.map(drop)
    }

    /// Keeps a challenge: for one visit, or (with a block) for any visit of the kiosk on that day.
    pub async fn give_challenge(
        &mut self,
        challenge: [u8; 8],
        kiosk: &KioskId,
        visit: Option<VisitId>,
        service_day: Date,
        (issued_at, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO challenges (facility_code, challenge, kiosk_id, visit_id, service_day, issued_at, \
                   expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let statement = self
            .query(sql)
            .bind(challenge.to_vec())
            .bind(kiosk.as_str().to_owned())
            .bind(visit.map(|visit| visit.to_string()))
            .bind(day_text(service_day))
            .bind(issued_at)
            .bind(expires_at);
        self.execute(statement).await.map(drop)
    }

    /// Uses a challenge up. `at` is when the chip answered: now, or for an offline check-in the end of its day.
    pub async fn use_challenge(
        &mut self,
        challenge: [u8; 8],
        kiosk: &KioskId,
        visit: VisitId,
        at: i64,
    ) -> Result<ChallengeUse, StoreError> {
        let sql = "UPDATE challenges SET used_at = $6, used_by = $4 WHERE facility_code = $1 AND challenge = $2 \
                   AND kiosk_id = $3 AND (visit_id IS NULL OR visit_id = $4) AND expires_at > $5 AND used_at IS NULL";
        let statement = self
            .query(sql)
            .bind(challenge.to_vec())
            .bind(kiosk.as_str().to_owned())
            .bind(visit.to_string())
            .bind(at)
            .bind(at);
        if self.execute(statement).await? == 1 {
            return Ok(ChallengeUse::Accepted);
        }
        let sql = "SELECT expires_at, used_at FROM challenges WHERE facility_code = $1 AND challenge = $2 \
                   AND kiosk_id = $3 AND (visit_id IS NULL OR visit_id = $4)";
        let statement =
            self.query(sql).bind(challenge.to_vec()).bind(kiosk.as_str().to_owned()).bind(visit.to_string());
        Ok(match self.one(statement).await? {
            None => ChallengeUse::Unknown,
            Some(row) if row.try_get::<Option<i64>, _>("used_at")?.is_some() => ChallengeUse::Used,
            Some(_) => ChallengeUse::Expired,
        })
    }
}
