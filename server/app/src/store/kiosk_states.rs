//! What each kiosk said of itself last, and which kiosks there are.

use api::{DeviceHealth, Heartbeat, KioskId, SoftwareVersion};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, Tx, code_of, from_code};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskStateRow {
    pub kiosk: KioskId,
    pub heard_at: i64,
    pub heartbeat: Heartbeat,
}

/// A kiosk that was ever admitted, by key or by certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskRow {
    pub kiosk: KioskId,
    pub enrolled_at: i64,
    /// Nothing of it counts since then.
    pub revoked_at: Option<i64>,
}

impl Store {
    pub async fn kiosk_states(&self) -> Result<Vec<KioskStateRow>, StoreError> {
        let sql = "SELECT kiosk_id, heard_at, version, reader, scanner, printer, camera, disk, unsent FROM kiosk_states \
                   WHERE facility_code = $1 ORDER BY kiosk_id";
        self.all(self.query(sql)).await?.iter().map(state).collect()
    }

    pub async fn kiosks(&self) -> Result<Vec<KioskRow>, StoreError> {
        let sql = "SELECT kiosk_id, MIN(since) AS enrolled_at, MAX(until) AS revoked_at, \
                   SUM(CASE WHEN until IS NULL THEN 1 ELSE 0 END) AS counting FROM (\
                   SELECT kiosk_id, enrolled_at AS since, revoked_at AS until FROM kiosks WHERE facility_code = $1 \
                   UNION ALL SELECT kiosk_id, issued_at AS since, revoked_at AS until FROM kiosk_certificates \
                   WHERE facility_code = $1) AS admissions GROUP BY kiosk_id ORDER BY kiosk_id";
        let rows = self.all(self.query(sql)).await?;
        rows.iter()
            .map(|row| {
                let counting: i64 = row.try_get("counting")?;
                let revoked_at: Option<i64> = row.try_get("revoked_at")?;
                Ok(KioskRow {
                    kiosk: kiosk(row)?,
                    enrolled_at: row.try_get("enrolled_at")?,
                    revoked_at: revoked_at.filter(|_| counting == 0),
                })
            })
            .collect()
    }
}

impl Tx {
    /// Replaces what that kiosk said before.
    pub async fn keep_kiosk_state(
        &mut self,
        kiosk: &KioskId,
        heartbeat: &Heartbeat,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO kiosk_states (facility_code, kiosk_id, heard_at, version, reader, scanner, printer, \
                   camera, disk, unsent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                   ON CONFLICT (facility_code, kiosk_id) DO UPDATE SET heard_at = excluded.heard_at, \
                   version = excluded.version, reader = excluded.reader, scanner = excluded.scanner, \
                   printer = excluded.printer, camera = excluded.camera, disk = excluded.disk, \
                   unsent = excluded.unsent";
        let statement = self
            .query(sql)
            .bind(kiosk.as_str().to_owned())
            .bind(now)
            .bind(heartbeat.version.as_str().to_owned())
            .bind(code_of(&heartbeat.reader))
            .bind(code_of(&heartbeat.scanner))
            .bind(code_of(&heartbeat.printer))
            .bind(code_of(&heartbeat.camera))
            .bind(code_of(&heartbeat.disk))
            .bind(i64::from(heartbeat.unsent));
        self.execute(statement).await.map(drop)
    }
}

fn state(row: &AnyRow) -> Result<KioskStateRow, StoreError> {
    let health = |column: &'static str| -> Result<DeviceHealth, StoreError> { from_code(row.try_get(column)?, column) };
    let version = SoftwareVersion::parse(row.try_get("version")?);
    let unsent: i64 = row.try_get("unsent")?;
    Ok(KioskStateRow {
        kiosk: kiosk(row)?,
        heard_at: row.try_get("heard_at")?,
        heartbeat: Heartbeat {
            version: version.map_err(|_| StoreError::Stored { column: "version" })?,
            reader: health("reader")?,
            scanner: health("scanner")?,
            printer: health("printer")?,
            camera: health("camera")?,
            disk: health("disk")?,
            unsent: u32::try_from(unsent).map_err(|_| StoreError::Stored { column: "unsent" })?,
        },
    })
}

fn kiosk(row: &AnyRow) -> Result<KioskId, StoreError> {
    KioskId::parse(row.try_get("kiosk_id")?).map_err(|_| StoreError::Stored { column: "kiosk_id" })
}
