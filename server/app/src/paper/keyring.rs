//! Keys of doctors and midwives, held for their accounts: each signs the frozen bytes, detached.

use std::collections::HashMap;
use std::sync::Arc;

use api::Base64;
use xmldsig::{DetachedError, KeyError, SigningKey, sign_detached, verify_detached};

use crate::app::App;
use crate::certificate::{CertificateError, frozen_of, practitioner_place, practitioner_signs};
use crate::clock::HO_CHI_MINH;
use crate::config::{ConfigError, PapersConfig, PractitionerConfig};
use crate::held_key::HeldKey;
use crate::store::{CertificateId, CertificateRow, MoveError};

/// The keys by login.
#[derive(Default)]
pub struct Keyring(HashMap<String, HeldKey>);

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
        let held = |practitioner: &PractitionerConfig| -> Result<_, ConfigError> {
            let key = HeldKey::from_config(&practitioner.key, "papers.practitioners.password")?;
            Ok((practitioner.login.clone(), key))
        };
        config.practitioners.iter().map(held).collect::<Result<_, _>>().map(Self)
    }

    pub fn holds(&self, login: &str) -> bool {
        self.0.contains_key(login)
    }

    /// May block on a device.
    fn key(&self, login: &str) -> Result<Arc<dyn SigningKey>, PractitionerError> {
        let held = self.0.get(login).ok_or(PractitionerError::NoKey)?;
        held.key().map_err(PractitionerError::Key)
    }
}

/// The practitioner of this login signs the frozen bytes of a paper, of each of its classes.
pub async fn sign(app: &App, id: CertificateId, login: &str) -> Result<(), PractitionerError> {
    let row = app.store.certificate(id).await.map_err(CertificateError::from)?;
    let row = row.ok_or(CertificateError::Move(MoveError::NotFound))?;
    let mut payloads = Vec::new();
    for row in app.store.paper(row.paper).await.map_err(CertificateError::from)? {
        if let Some(payload) = frozen_of(&app.keys, &row).map_err(CertificateError::from)? {
            payloads.push((row.id, payload));
        }
    }
    if payloads.is_empty() {
        return Err(CertificateError::NotFrozen.into());
    }
    let (worker, now, login_of) = (app.clone(), app.now(), login.to_owned());
    let signing = tokio::task::spawn_blocking(move || {
        let key = worker.keyring.key(&login_of)?;
        let sign = |(id, payload): &(CertificateId, Vec<u8>)| -> Result<_, PractitionerError> {
            Ok((*id, sign_detached(payload, key.as_ref(), now).map_err(PractitionerError::Signature)?))
        };
        payloads.iter().map(sign).collect::<Result<Vec<_>, _>>()
    });
    let signatures = signing.await.map_err(|_| PractitionerError::CutOff)??;
    practitioner_signs(app, login, &signatures).await?;
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
