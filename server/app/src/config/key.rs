//! Where a signing key is: the facility's, or one doctor's or midwife's.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SecretSource;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum KeyConfig {
    /// In a file.
    Pkcs12 { pkcs12: PathBuf, password: SecretSource },
    /// On a token or HSM.
    Pkcs11 {
        /// The driver's shared library.
        module: PathBuf,
        token_label: String,
        key_label: String,
        /// Read at each login.
        pin_file: PathBuf,
    },
}
