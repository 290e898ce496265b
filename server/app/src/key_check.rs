//! Is this the master key with which the database was written? With another one every sealed value would fail where it is
//! read, and every number would be hashed as somebody else's.

use crate::app::StartError;
use crate::keys::{Keys, Place, Sealed};
use crate::staff::name_place;
use crate::store::Store;

const CHECK: Place<'static> = Place { column: "key_checks.check", row: "key" };

/// Refuses another key than the one that was there first.
pub async fn verify(store: &Store, keys: &Keys) -> Result<(), StartError> {
    if let Some(check) = store.key_check().await? {
        return check.open(keys, CHECK).map(drop).map_err(StartError::OtherKey);
    }
    // A database from before there was a check: somebody's name tells as much.
    if let Some(account) = store.accounts().await?.first() {
        account.name.open(keys, name_place(&account.login)).map_err(StartError::OtherKey)?;
    }
    let mut tx = store.begin().await?;
    tx.keep_key_check(Sealed::seal(keys, CHECK, &"the master key".to_owned())).await?;
    tx.commit().await?;
    // Of several servers that begin at once with different keys, one is right.
    match store.key_check().await? {
        Some(check) => check.open(keys, CHECK).map(drop).map_err(StartError::OtherKey),
        None => Ok(()),
    }
}
