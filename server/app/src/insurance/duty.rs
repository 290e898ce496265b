//! In whose name entitlements are asked for (`hoTenCb`, `cccdCb`; GATEWAY.md 1.2): a person registered on the portal, on duty
//! from when until when. Where nobody is entered for a moment, the configuration says who.

use std::sync::{Arc, OnceLock};

use identity::{CitizenId, PersonName};
use uuid::Uuid;

use super::Silence;
use crate::app::App;
use crate::clock::{SharedClock, unix_ms};
use crate::config::{ConfigError, InsuranceConfig};
use crate::keys::{Keys, Place, SealError, Sealed};
use crate::store::{DutyRow, Store, StoreError};

/// As the portal knows a member of staff.
#[derive(Clone)]
pub struct DutyOfficer {
    pub name: PersonName,
    pub number: CitizenId,
}

/// Who is on duty now.
pub struct DutyRoster {
    configured: DutyOfficer,
    clock: SharedClock,
    shared: OnceLock<(Store, Arc<Keys>)>,
}

/// A duty as the administration's page shows it.
pub struct Duty {
    pub id: String,
    pub officer: DutyOfficer,
    pub from_at: i64,
    pub until_at: i64,
    pub added_by: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    #[error("a duty ends after it begins, within a year, and not in the past")]
    Span,
    #[error("the name is none")]
    Name,
    #[error("a personal number has 12 digits of a birth that can be")]
    Number,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Nobody is on duty for longer without being entered again.
const LONGEST_MS: i64 = 366 * 86_400_000;

impl DutyRoster {
    pub fn from_config(config: &InsuranceConfig, clock: SharedClock) -> Result<Self, ConfigError> {
        let (name, number) = config.duty_officer()?;
        Ok(Self { configured: DutyOfficer { name, number }, clock, shared: OnceLock::new() })
    }

    /// From now on duties stand in this database.
    pub fn share(&self, store: Store, keys: Arc<Keys>) {
        // A roster is given to one server, once.
        let _ = self.shared.set((store, keys));
    }

    pub fn configured(&self) -> &DutyOfficer {
        &self.configured
    }

    pub(super) async fn now(&self) -> Result<DutyOfficer, Silence> {
        let Some((store, keys)) = self.shared.get() else { return Ok(self.configured.clone()) };
        let row = store.duty_at(unix_ms(self.clock.now())).await.map_err(|_| Silence::StoreFailed)?;
        let Some(row) = row else { return Ok(self.configured.clone()) };
        match open(row, keys) {
            Ok(duty) => Ok(duty.officer),
            Err(error) => {
                tracing::error!("the duty officer cannot be read: {error}");
                Err(Silence::StoreFailed)
            }
        }
    }
}

/// Those who are on duty now or later.
pub async fn duties(app: &App) -> Result<Vec<Duty>, DutyError> {
    let rows = app.store.duties_after(app.now_ms()).await?;
    rows.into_iter().map(|row| open(row, &app.keys)).collect()
}

pub async fn add(
    app: &App,
    (name, number): (&str, &str),
    (from_at, until_at): (i64, i64),
    by: &str,
) -> Result<(), DutyError> {
    let name = PersonName::parse(name.trim()).map_err(|_| DutyError::Name)?;
    let number = CitizenId::parse(number.trim()).map_err(|_| DutyError::Number)?;
    let now = app.now_ms();
    if until_at <= from_at || until_at <= now || until_at - from_at > LONGEST_MS {
        return Err(DutyError::Span);
    }
    let id = Uuid::now_v7().to_string();
    let row = DutyRow {
        name: Sealed::seal(&app.keys, name_place(&id), &name.as_str().to_owned()),
        number: Sealed::seal(&app.keys, number_place(&id), &number.as_str().to_owned()),
        id: id.clone(),
        from_at,
        until_at,
        added_by: by.to_owned(),
        ended_by: None,
    };
    let mut tx = app.store.begin().await?;
    tx.add_duty(row, now).await?;
    tx.audit(by, "duty_added", None, &format!("{id} {from_at} {until_at}"), now).await?;
    Ok(tx.commit().await?)
}

/// False where it is over already.
pub async fn end(app: &App, id: Uuid, by: &str) -> Result<bool, StoreError> {
    let (id, now) = (id.to_string(), app.now_ms());
    let mut tx = app.store.begin().await?;
    let ended = tx.end_duty(&id, by, now).await?;
    if ended {
        tx.audit(by, "duty_ended", None, &id, now).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

fn open(row: DutyRow, keys: &Keys) -> Result<Duty, DutyError> {
    let name = PersonName::parse(&row.name.open(keys, name_place(&row.id))?).map_err(|_| DutyError::Name)?;
    let number = CitizenId::parse(&row.number.open(keys, number_place(&row.id))?).map_err(|_| DutyError::Number)?;
    Ok(Duty {
        officer: DutyOfficer { name, number },
        id: row.id,
        from_at: row.from_at,
        until_at: row.until_at,
        added_by: row.added_by,
    })
}

fn name_place(row: &str) -> Place<'_> {
    Place { column: "duty_officers.name", row }
}

fn number_place(row: &str) -> Place<'_> {
    Place { column: "duty_officers.number", row }
}
