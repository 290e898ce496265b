//! Whose signature under a document is believed: the authorities in the kiosk's files, and the signers that the hospital
//! pinned at its server.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emrtd::{Fingerprint, TrustPolicy, TrustStore, TrustStoreError};

use crate::config::TrustConfig;

const MAX_FILE_BYTES: u64 = 8 << 20;

#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{} cannot be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is nothing to trust", path.display())]
    Refused {
        path: PathBuf,
        #[source]
        source: TrustStoreError,
    },
}

/// The files' part stays, the server's part comes and goes.
pub(crate) struct Trust {
    of_files: TrustStore,
    current: Arc<TrustStore>,
}

impl Trust {
    pub fn read(config: &TrustConfig) -> Result<Self, TrustError> {
        let policy = TrustPolicy { revocation: config.revocation.into(), ..TrustPolicy::default() };
        let mut store = TrustStore::new(policy);
        // Authorities first: a list is believed only under the name of one.
        for path in &config.authorities {
            let refused = |source| TrustError::Refused { path: path.clone(), source };
            store.add_authorities(&content(path)?).map_err(refused)?;
        }
        for path in &config.revocation_lists {
            let refused = |source| TrustError::Refused { path: path.clone(), source };
            store.add_revocation_list(&content(path)?).map_err(refused)?;
        }
        Ok(Self { current: Arc::new(store.clone()), of_files: store })
    }

    pub fn pin(&mut self, signers: &[api::Hex32]) {
        let mut store = self.of_files.clone();
        for signer in signers {
            store.pin(Fingerprint::from_bytes(signer.0));
        }
        self.current = Arc::new(store);
    }

    pub fn current(&self) -> Arc<TrustStore> {
        Arc::clone(&self.current)
    }
}

fn content(path: &Path) -> Result<Vec<u8>, TrustError> {
    let unreadable = |source| TrustError::Unreadable { path: path.to_owned(), source };
    let mut bytes = vec![];
    File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
