//! Is this the master key with which the database was written? With another one every sealed value would fail where it is
//! read, and every number would be hashed as somebody else's. What tells is a sealed row, which also keeps the master keys
//! that were before ([`crate::privacy::rotate`]).

use identity::FacilityCode;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::app::StartError;
use crate::keys::{Keys, Place, SealError, Sealed};
use crate::staff::name_place;
use crate::store::Store;

pub(crate) const CHECK: Place<'static> = Place { column: "key_checks.check", row: "key" };

/// The master keys before this one, the oldest first.
#[derive(Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct KeyRing {
    earlier: Vec<[u8; 32]>,
}

impl KeyRing {
    /// With a newer master key, after which this one is an earlier one.
    pub fn with(&self, master: &[u8; 32]) -> Self {
        Self { earlier: self.earlier.iter().copied().chain([*master]).collect() }
    }

    pub fn keys(&self, newest: &[u8; 32], facility: FacilityCode) -> Keys {
        let earlier: Vec<_> = self.earlier.iter().map(|master| Zeroizing::new(*master)).collect();
        Keys::of(&earlier, newest, facility)
    }

    pub fn contains(&self, master: &[u8; 32]) -> bool {
        self.earlier.contains(master)
    }

    pub fn seal(&self, keys: &Keys) -> Sealed<Self> {
        Sealed::seal(keys, CHECK, self)
    }

    /// Opened with the newest master key alone.
    pub fn open(sealed: &Sealed<Self>, newest: &[u8; 32], facility: &FacilityCode) -> Result<Self, SealError> {
        sealed.open(&Keys::from_master(newest, facility.clone()), CHECK)
    }
}

/// The keys of a database, and nothing with another master key than the one with which it was written.
pub async fn open(store: &Store, master: &[u8; 32], facility: &FacilityCode) -> Result<Keys, StartError> {
    if store.key_ring().await?.is_none() {
        begin(store, &Keys::from_master(master, facility.clone())).await?;
    }
    // Of several servers that begin at once with different keys, one is right.
    let ring = match store.key_ring().await? {
        Some(sealed) => KeyRing::open(&sealed, master, facility).map_err(StartError::OtherKey)?,
        None => KeyRing::default(),
    };
    Ok(ring.keys(master, facility.clone()))
}

async fn begin(store: &Store, keys: &Keys) -> Result<(), StartError> {
    // A database from before there was a check: somebody's name tells as much.
    if let Some(account) = store.accounts().await?.first() {
        account.name.open(keys, name_place(&account.login)).map_err(StartError::OtherKey)?;
    }
    let mut tx = store.begin().await?;
    tx.begin_key_ring(KeyRing::default().seal(keys)).await?;
    tx.commit().await?;
    Ok(())
}
