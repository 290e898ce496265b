//! How the kiosks are: what each said of itself last, and since when one is silent.

use std::collections::BTreeMap;

use api::{DeviceHealth, Heartbeat, KioskId};

use crate::app::App;
use crate::store::{KioskRow, KioskStateRow, StoreError};

/// A kiosk that was ever admitted.
#[derive(Debug, Clone)]
pub struct KioskView {
    pub kiosk: KioskId,
    pub enrolled_at: i64,
    pub revoked_at: Option<i64>,
    pub contact: Contact,
    /// The end of its certificate that counts, where it has one.
    pub certificate_until: Option<i64>,
    pub last: Option<KioskStateRow>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// Heard within the minutes of `operations.kiosk_silent_minutes`.
    Heard,
    Silent,
    /// It never said how it is.
    Never,
    Revoked,
}

impl KioskView {
    /// Devices that need a person.
    pub fn is_troubled(&self) -> bool {
        let last = self.last.as_ref().map(|row| &row.heartbeat);
        last.is_some_and(|heartbeat| devices(heartbeat).into_iter().any(needs_a_person))
    }
}

/// Keeps what a kiosk says of itself. Not a line of the audit record: it would be most of it.
pub async fn hear(app: &App, kiosk: &KioskId, heartbeat: &Heartbeat) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.keep_kiosk_state(kiosk, heartbeat, app.now_ms()).await?;
    tx.commit().await
}

/// All kiosks by name.
pub async fn overview(app: &App) -> Result<Vec<KioskView>, StoreError> {
    let now = app.now_ms();
    let mut states: BTreeMap<KioskId, KioskStateRow> =
        app.store.kiosk_states().await?.into_iter().map(|row| (row.kiosk.clone(), row)).collect();
    let mut ends: BTreeMap<String, i64> = BTreeMap::new();
    for row in app.store.kiosk_certificates().await? {
        if row.revoked_at.is_none() {
            let end = ends.entry(row.kiosk).or_insert(row.expires_at);
            *end = row.expires_at.max(*end);
        }
    }
    let kiosks = app.store.kiosks().await?;
    let view = |row: KioskRow| {
        let last = states.remove(&row.kiosk);
        let contact = match (&row.revoked_at, &last) {
            (Some(_), _) => Contact::Revoked,
            (None, None) => Contact::Never,
            (None, Some(last)) if is_silent(app, last.heard_at, now) => Contact::Silent,
            (None, Some(_)) => Contact::Heard,
        };
        KioskView {
            certificate_until: ends.get(row.kiosk.as_str()).copied(),
            kiosk: row.kiosk,
            enrolled_at: row.enrolled_at,
            revoked_at: row.revoked_at,
            contact,
            last,
        }
    };
    Ok(kiosks.into_iter().map(view).collect())
}

pub fn is_silent(app: &App, heard_at: i64, now: i64) -> bool {
    now - heard_at > i64::from(app.config.operations.kiosk_silent_minutes) * 60_000
}

/// Reader, scanner, printer, camera, disk.
pub fn devices(heartbeat: &Heartbeat) -> [DeviceHealth; 5] {
    [heartbeat.reader, heartbeat.scanner, heartbeat.printer, heartbeat.camera, heartbeat.disk]
}

pub fn needs_a_person(health: DeviceHealth) -> bool {
    match health {
        DeviceHealth::Unknown | DeviceHealth::Working => false,
        DeviceHealth::PaperOut | DeviceHealth::CoverOpen | DeviceHealth::Faulty | DeviceHealth::Missing => true,
    }
}
