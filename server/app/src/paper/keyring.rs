//! Keys of doctors and midwives, held for their accounts: each signs the frozen bytes, detached. Opened when first
//! needed; a token that is unplugged fails one signature.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use api::Base64;
use xmldsig::{
    DetachedError, KeyError, SigningKey, SoftwareKey, TokenKey, TokenName, TokenSettings, sign_detached,
    verify_detached,
};
use zeroize::Zeroizing;

use crate::app::App;
use crate::certificate::{CertificateError, frozen_of, practitioner_signs};
use crate::clock::HO_CHI_MINH;
use crate::config::{ConfigError, PapersConfig, PractitionerKey};
use crate::keys::Place;
use crate::store::{CertificateId, CertificateRow, MoveError};

/// The keys by login.
#[derive(Default)]
pub struct Keyring(HashMap<String, Held>);

struct Held {
    source: Source,
    open: Mutex<Option<Arc<dyn SigningKey>>>,
}

enum Source {
    Pkcs12 { file: PathBuf, password: Zeroizing<String> },
    Token(TokenSettings),
}

#[derive(Debug, thiserror::Error)]
pub enum PractitionerError {
    #[error("no key is held for this account")]
    NoKey,
    #[error("the key cannot be used")]
    Key(#[source] KeyError),
    #[error("nothing was signed")]
    Signature(#[source] DetachedError),
    #[error("signing was cut off")]
    CutOff,
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Keyring {
    pub fn from_config(config: &PapersConfig) -> Result<Self, ConfigError> {
        let mut held = HashMap::new();
        for practitioner in &config.practitioners {
            let source = match &practitioner.key {
                PractitionerKey::Pkcs12 { pkcs12, password } => {
                    Source::Pkcs12 { file: pkcs12.clone(), password: password.read("papers.practitioners.password")? }
                }
                PractitionerKey::Pkcs11 { module, token, key_label, pin_file } => Source::Token(TokenSettings {
                    module: module.clone(),
                    token: TokenName::Label(token.clone()),
                    key_label: key_label.clone(),
                    pin_file: pin_file.clone(),
                }),
            };
            held.insert(practitioner.login.clone(), Held { source, open: Mutex::default() });
        }
        Ok(Self(held))
    }

    pub fn holds(&self, login: &str) -> bool {
        self.0.contains_key(login)
    }

    /// May block on a device.
    fn key(&self, login: &str) -> Result<Arc<dyn SigningKey>, PractitionerError> {
        let held = self.0.get(login).ok_or(PractitionerError::NoKey)?;
        let mut open = held.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = open.as_ref() {
            return Ok(key.clone());
        }
        let key: Arc<dyn SigningKey> = match &held.source {
            Source::Pkcs12 { file, password } => {
                Arc::new(SoftwareKey::open_pkcs12(file, password).map_err(PractitionerError::Key)?)
            }
            Source::Token(settings) => Arc::new(TokenKey::open(settings.clone()).map_err(PractitionerError::Key)?),
        };
        *open = Some(key.clone());
        Ok(key)
    }
}

/// The practitioner of this login signs the frozen bytes of a certificate.
pub async fn sign(app: &App, id: CertificateId, login: &str) -> Result<(), PractitionerError> {
    let row = app.store.certificate(id).await.map_err(CertificateError::from)?;
    let row = row.ok_or(CertificateError::Move(MoveError::NotFound))?;
    let payload = frozen_of(&app.keys, &row).map_err(CertificateError::from)?.ok_or(CertificateError::NotFrozen)?;
    let (worker, now, login_of) = (app.clone(), app.now(), login.to_owned());
    let signing = tokio::task::spawn_blocking(move || {
        let key = worker.keyring.key(&login_of)?;
        sign_detached(&payload, key.as_ref(), now).map_err(PractitionerError::Signature)
    });
    let signature = signing.await.map_err(|_| PractitionerError::CutOff)??;
    practitioner_signs(app, id, login, &signature).await?;
    Ok(())
}

/// Who signed the bytes that stand now: login, subject of the certificate, moment, fingerprint. Signatures that do not
/// verify are left out.
pub async fn practitioner_seals(
    app: &App,
    row: &CertificateRow,
) -> Result<Vec<(String, print::Seal)>, CertificateError> {
    let (Some(frozen), Some(payload)) = (&row.frozen, frozen_of(&app.keys, row)?) else { return Ok(Vec::new()) };
    let mut seals = Vec::new();
    for signed in app.store.practitioner_signatures(row.id).await? {
        if signed.frozen_hash != frozen.hash {
            continue;
        }
        let signature: Base64 = signed.signature.open(&app.keys, practitioner_place(&row.id.to_string()))?;
        if let Ok(verified) = verify_detached(&payload, &signature.0) {
            let seal = print::Seal {
                what: "Đã ký số".to_owned(),
                when: super::sheet::minute(verified.signing_time().to_offset(HO_CHI_MINH)),
                fingerprint: Some(hex::encode(verified.signer().fingerprint())),
            };
            seals.push((signed.login, seal));
        } else {
            tracing::error!(certificate = %row.id, "a practitioner's signature that is kept does not verify");
        }
    }
    Ok(seals)
}

fn practitioner_place(row: &str) -> Place<'_> {
    Place { column: "practitioner_signatures.signature", row }
}
