//! Another master key: everything sealed is sealed anew, everything looked up by keyed hash is hashed on, in one transaction,
//! while no server is at work.
//!
//! What kiosks, paper and other machines hold must stay good: the keys of offline boxes, of printed codes and of the audit
//! record's checkpoints are still those of the first master key. It and those between are kept, sealed under the newest, in
//! the key ring ([`crate::key_check`]). Who has an earlier master key and the database opens nothing and finds nobody.

use time::Duration;

use super::tables::{TABLES, Table};
use crate::app::App;
use crate::clock::unix_ms;
use crate::config::ConfigError;
use crate::key_check::KeyRing;
use crate::keys::{Keys, SealError};
use crate::store::{Cell, Record, StoreError, Tx};

/// A server that sends says every few seconds that it is at work.
const AT_WORK: Duration = Duration::minutes(2);
/// Done by hand, last.
const KEY_RING: &str = "key_checks";

#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    #[error("a server is at work on this database, or ended less than two minutes ago: stop every server first")]
    ServerAtWork,
    #[error("the new master key is the one in use, or was in use before: make one with `tiepdon-server new-key`")]
    UsedBefore,
    #[error("the master key was changed by another process meanwhile: nothing was changed by this one")]
    Overtaken,
    #[error("a sealed value of {table} does not open: nothing was changed")]
    Sealed { table: &'static str, source: SealError },
    #[error("the master key in use")]
    Master(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotated {
    pub values: u64,
    pub hashes: u64,
}

/// Seals and hashes everything anew. Until it commits the old key is the key, from then on the new one: a process that is
/// killed in between has changed nothing.
pub async fn rotate(app: &App, new: &[u8; 32], actor: &str) -> Result<Rotated, RotationError> {
    let facility = &app.config.hospital.facility_code;
    let old = &*app.config.master_key.read()?;
    let mut tx = app.store.begin().await?;
    let before = tx.key_ring().await?.ok_or(RotationError::Overtaken)?;
    let ring = KeyRing::open(&before, old, facility).map_err(|_| RotationError::Overtaken)?;
    if new == old || ring.contains(new) {
        return Err(RotationError::UsedBefore);
    }
    if tx.beats_since(unix_ms(app.now() - AT_WORK)).await? > 0 {
        return Err(RotationError::ServerAtWork);
    }
    let ring = ring.with(old);
    let keys = ring.keys(new, facility.clone());
    if !tx.follow_key_ring(before, ring.seal(&keys)).await? {
        return Err(RotationError::Overtaken);
    }
    let mut rotated = Rotated::default();
    for table in TABLES.iter().filter(|table| !table.sealed.is_empty() || !table.keyed.is_empty()) {
        if table.name != KEY_RING {
            anew(&mut tx, table, (&app.keys, &keys), &mut rotated).await?;
        }
    }
    let detail = format!("values={} hashes={}", rotated.values, rotated.hashes);
    tx.audit(actor, "master_key_changed", None, &detail, app.now_ms()).await?;
    tx.commit().await?;
    Ok(rotated)
}

async fn anew(
    tx: &mut Tx,
    table: &'static Table,
    (old, new): (&Keys, &Keys),
    rotated: &mut Rotated,
) -> Result<(), RotationError> {
    // All keys first: hashes among them change on the way.
    for key in tx.all_keys((table.name, table.key)).await? {
        let Some(before) = tx.row(table.name, &key).await? else { continue };
        let mut after = before.clone();
        let mut changed: Vec<(&'static str, Vec<u8>)> = Vec::new();
        for column in table.keyed {
            if let Some(hash) = bytes(&before, column) {
                let hash = new.hash_carried_on(hash).to_vec();
                after.replace(column, Cell::Bytes(hash.clone()));
                changed.push((column, hash));
                rotated.hashes += 1;
            }
        }
        for column in table.sealed.iter().filter(|column| column.is_of(&before)) {
            let Some(sealed) = bytes(&before, column.column) else { continue };
            let (from, to) = (column.row_of(&before), column.row_of(&after));
            let sealed = old
                .seal_anew(column.place(&from), sealed, (new, column.place(&to)))
                .map_err(|source| RotationError::Sealed { table: table.name, source })?;
            changed.push((column.column, sealed));
            rotated.values += 1;
        }
        if !changed.is_empty() {
            tx.change_row(table.name, &changed, &key).await?;
        }
    }
    Ok(())
}

/// What was erased is empty.
fn bytes<'a>(record: &'a Record, column: &str) -> Option<&'a [u8]> {
    match record.cell(column) {
        Some(Cell::Bytes(bytes)) if !bytes.is_empty() => Some(bytes),
        Some(_) | None => None,
    }
}
