//! The kiosk authority, one-time codes, and which certificates count.

use api::KioskId;
use sqlx::Row;

use super::{Store, StoreError, Tx};
use crate::keys::Sealed;

pub struct KioskAuthorityRow {
    /// DER.
    pub certificate: Vec<u8>,
    /// PKCS#8 in hexadecimal.
    pub key: Sealed<String>,
}

/// A certificate that counts now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KioskCertificate {
    Fresh,
    Used,
}

#[derive(Debug, Clone)]
pub struct KioskCertificateRow {
    pub serial: String,
    pub kiosk: String,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

impl Store {
    pub async fn kiosk_authority(&self) -> Result<Option<KioskAuthorityRow>, StoreError> {
        let sql = "SELECT certificate, key_sealed FROM kiosk_authority WHERE facility_code = $1";
        let row = self.one(self.query(sql)).await?;
        row.map(|row| {
            let key = Sealed::from_stored(row.try_get("key_sealed")?);
            Ok(KioskAuthorityRow { certificate: row.try_get("certificate")?, key })
        })
        .transpose()
    }

    /// Does this certificate count, as one of that kiosk?
    pub async fn kiosk_certificate(
        &self,
        serial: &str,
        kiosk: &KioskId,
        now: i64,
    ) -> Result<Option<KioskCertificate>, StoreError> {
        let sql = "SELECT first_used_at FROM kiosk_certificates WHERE facility_code = $1 AND serial = $2 \
                   AND kiosk_id = $3 AND expires_at > $4 AND revoked_at IS NULL";
        let statement = self.query(sql).bind(serial.to_owned()).bind(kiosk.as_str().to_owned()).bind(now);
        let row = self.one(statement).await?;
        row.map(|row| {
            let used: Option<i64> = row.try_get("first_used_at")?;
            Ok(used.map_or(KioskCertificate::Fresh, |_| KioskCertificate::Used))
        })
        .transpose()
    }

    pub async fn kiosk_certificates(&self) -> Result<Vec<KioskCertificateRow>, StoreError> {
        let sql = "SELECT serial, kiosk_id, expires_at, revoked_at FROM kiosk_certificates WHERE facility_code = $1 \
                   ORDER BY kiosk_id, issued_at, serial";
        let row = |row: sqlx::any::AnyRow| {
            Ok(KioskCertificateRow {
                serial: row.try_get("serial")?,
                kiosk: row.try_get("kiosk_id")?,
                expires_at: row.try_get("expires_at")?,
                revoked_at: row.try_get("revoked_at")?,
            })
        };
        self.all(self.query(sql)).await?.into_iter().map(row).collect()
    }
}

impl Tx {
    /// Keeps the authority, unless another process was first.
    pub async fn keep_kiosk_authority(&mut self, row: KioskAuthorityRow, now: i64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO kiosk_authority (facility_code, certificate, key_sealed, created_at) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (facility_code) DO NOTHING";
        let statement = self.query(sql).bind(row.certificate).bind(row.key.into_stored()).bind(now);
        Ok(self.execute(statement).await? == 1)
    }

    /// A code; earlier ones of the same kiosk end.
    pub async fn keep_kiosk_code(
        &mut self,
        hash: &[u8; 32],
        kiosk: &KioskId,
        (now, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM kiosk_codes WHERE facility_code = $1 AND (kiosk_id = $2 OR expires_at <= $3)";
        let statement = self.query(sql).bind(kiosk.as_str().to_owned()).bind(now);
        self.execute(statement).await?;
        let sql = "INSERT INTO kiosk_codes (facility_code, code_hash, kiosk_id, made_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        let statement = self.query(sql).bind(hash.to_vec()).bind(kiosk.as_str().to_owned()).bind(now).bind(expires_at);
        self.execute(statement).await.map(drop)
    }

    /// True once, for the kiosk it was made for, in its time.
    pub async fn use_kiosk_code(&mut self, hash: &[u8; 32], kiosk: &KioskId, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE kiosk_codes SET used_at = $4 WHERE facility_code = $1 AND code_hash = $2 AND kiosk_id = $3 \
                   AND used_at IS NULL AND expires_at > $5";
        let statement = self.query(sql).bind(hash.to_vec()).bind(kiosk.as_str().to_owned()).bind(now).bind(now);
        Ok(self.execute(statement).await? == 1)
    }

    pub async fn keep_kiosk_certificate(
        &mut self,
        serial: &str,
        kiosk: &KioskId,
        (now, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO kiosk_certificates (facility_code, serial, kiosk_id, issued_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        let statement =
            self.query(sql).bind(serial.to_owned()).bind(kiosk.as_str().to_owned()).bind(now).bind(expires_at);
        self.execute(statement).await.map(drop)
    }

    /// The new certificate is in use: those before it end. Says how many did.
    pub async fn supersede_kiosk_certificates(
        &mut self,
        serial: &str,
        kiosk: &KioskId,
        now: i64,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE kiosk_certificates SET first_used_at = $3 WHERE facility_code = $1 AND serial = $2 \
                   AND first_used_at IS NULL";
        let statement = self.query(sql).bind(serial.to_owned()).bind(now);
        if self.execute(statement).await? == 0 {
            return Ok(0);
        }
        let sql = "UPDATE kiosk_certificates SET revoked_at = $4 WHERE facility_code = $1 AND kiosk_id = $3 \
                   AND serial <> $2 AND revoked_at IS NULL";
        let statement = self.query(sql).bind(serial.to_owned()).bind(kiosk.as_str().to_owned()).bind(now);
        self.execute(statement).await
    }

    /// Certificates, open codes and the key of a kiosk end at once. Says how many certificates did.
    pub async fn revoke_kiosk(&mut self, kiosk: &KioskId, now: i64) -> Result<u64, StoreError> {
        let id = || kiosk.as_str().to_owned();
        let sql = "DELETE FROM kiosk_codes WHERE facility_code = $1 AND kiosk_id = $2";
        let statement = self.query(sql).bind(id());
        self.execute(statement).await?;
        let sql = "UPDATE kiosks SET revoked_at = $3 WHERE facility_code = $1 AND kiosk_id = $2 AND revoked_at IS NULL";
        let statement = self.query(sql).bind(id()).bind(now);
        self.execute(statement).await?;
        let sql = "UPDATE kiosk_certificates SET revoked_at = $3 WHERE facility_code = $1 AND kiosk_id = $2 \
                   AND revoked_at IS NULL";
        let statement = self.query(sql).bind(id()).bind(now);
        self.execute(statement).await
    }
}
