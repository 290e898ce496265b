//! E-identity (VNeID): the configured verifier's signed answer (docs/eid-verifier.md).
//!
//! The five ways it can fail are named: none configured, verifier down, replayed, expired, shown to another kiosk.

mod http;
mod scripted;

use std::future::Future;
use std::pin::Pin;

use api::{Base64, EidPerson, EidRequest, KioskId, VisitId};
use ed25519_dalek::{Signature, VerifyingKey};
use identity::{CitizenId, DocumentDate, PersonName};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::app::App;
use crate::clock::unix_ms;
use crate::keys::{Place, Sealed};
use crate::person::KnownPerson;
use crate::refusal::Refusal;
use crate::store::EidAnswerRow;

pub use http::HttpVerifier;
pub use scripted::ScriptedVerifier;

/// First part of the signed bytes.
const SIGNED_PREFIX: &[u8] = b"tiepdon-eid-answer-v1\n";
/// The longest code that is passed on.
const MAX_CODE_BYTES: usize = 4096;

/// An answer as the verifier wrote it: nothing of it is believed before [`SignedAnswer::accept`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SignedAnswer {
    pub number: String,
    pub name: String,
    pub birth: String,
    pub portrait: Vec<u8>,
    pub nonce: String,
    pub kiosk: String,
    pub expires_at: String,
    pub signature: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierFailure {
    #[error("the verifier does not answer")]
    Down,
    #[error("the verifier says: replayed")]
    Replayed,
    #[error("the verifier says: expired")]
    Expired,
    #[error("the verifier says: other kiosk")]
    OtherKiosk,
    #[error("the verifier does not know the code, or its answer is not of the documented form")]
    Refused,
}

pub type Resolve<'a> = Pin<Box<dyn Future<Output = Result<SignedAnswer, VerifierFailure>> + Send + 'a>>;

/// Somebody licensed to say whose code it is.
pub trait EidVerifier: Send + Sync {
    fn resolve<'a>(&'a self, code: &'a str, kiosk: &'a KioskId) -> Resolve<'a>;
}

/// An answer whose signature, kiosk and expiry are right.
pub struct AcceptedAnswer {
    number: CitizenId,
    name: PersonName,
    birth: DocumentDate,
    expires_at: OffsetDateTime,
    answer: SignedAnswer,
}

impl SignedAnswer {
    /// What the signature covers: each field after its length, so that no two answers have the same bytes.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let portrait = Sha256::digest(&self.portrait);
        let fields: [&[u8]; 7] = [
            self.number.as_bytes(),
            self.name.as_bytes(),
            self.birth.as_bytes(),
            &portrait,
            self.nonce.as_bytes(),
            self.kiosk.as_bytes(),
            self.expires_at.as_bytes(),
        ];
        let mut bytes = SIGNED_PREFIX.to_vec();
        for field in fields {
            bytes.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }

    pub fn accept(self, key: &VerifyingKey, kiosk: &KioskId, now: OffsetDateTime) -> Result<AcceptedAnswer, Refusal> {
        let signature = Signature::from_slice(&self.signature).map_err(|_| Refusal::EidRefused("signature form"))?;
        key.verify_strict(&self.signed_bytes(), &signature).map_err(|_| Refusal::EidRefused("signature"))?;
        if self.kiosk != kiosk.as_str() {
            return Err(Refusal::EidOtherKiosk);
        }
        let expires_at =
            OffsetDateTime::parse(&self.expires_at, &Rfc3339).map_err(|_| Refusal::EidRefused("expires_at"))?;
        if expires_at <= now {
            return Err(Refusal::EidExpired);
        }
        if !(16..=128).contains(&self.nonce.len()) || !self.nonce.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Refusal::EidRefused("nonce"));
        }
        Ok(AcceptedAnswer {
            number: CitizenId::parse(&self.number).map_err(|_| Refusal::EidRefused("number"))?,
            name: PersonName::parse(&self.name).map_err(|_| Refusal::EidRefused("name"))?,
            birth: DocumentDate::parse(&self.birth).map_err(|_| Refusal::EidRefused("birth"))?,
            expires_at,
            answer: self,
        })
    }
}

impl std::fmt::Debug for SignedAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedAnswer(portrait of {} bytes)", self.portrait.len())
    }
}

/// Asks the verifier about a scanned code and keeps what it says about the person for this visit. The portrait passes
/// to the kiosk once; only its hash is kept.
pub async fn resolve(app: &App, kiosk: &KioskId, visit: VisitId, request: &EidRequest) -> Result<EidPerson, Refusal> {
    let eid = app.eid.as_ref().ok_or(Refusal::EidNotConfigured)?;
    if request.code.is_empty() || request.code.len() > MAX_CODE_BYTES {
        return Err(Refusal::EidRefused("length of the code"));
    }
    let answer = eid.verifier.resolve(&request.code, kiosk).await.map_err(|failure| match failure {
        VerifierFailure::Down => Refusal::EidVerifierDown,
        VerifierFailure::Replayed => Refusal::EidReplayed,
        VerifierFailure::Expired => Refusal::EidExpired,
        VerifierFailure::OtherKiosk => Refusal::EidOtherKiosk,
        VerifierFailure::Refused => Refusal::EidRefused("not a code of this verifier"),
    })?;
    let accepted = answer.accept(&eid.key, kiosk, app.now())?;

    let person = KnownPerson {
        number: accepted.number.as_str().to_owned(),
        name: Some(accepted.name.as_str().to_owned()),
        birth: Some(accepted.birth.to_dmy()),
        sex: 3,
    };
    let row = visit.to_string();
    let stored = EidAnswerRow {
        person: Sealed::seal(&app.keys, person_place(&row), &person),
        portrait_hash: Sha256::digest(&accepted.answer.portrait).into(),
        expires_at: unix_ms(accepted.expires_at),
    };
    let nonce_hash = app.keys.keyed_hash("eid nonce", accepted.answer.nonce.as_bytes());
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    if !tx.record_eid_answer(&nonce_hash, visit, kiosk, stored, now).await? {
        return Err(Refusal::EidReplayed);
    }
    tx.audit(&format!("kiosk:{kiosk}"), "eid_resolved", Some(visit), "", now).await?;
    tx.commit().await?;
    Ok(EidPerson {
        number: person.number.clone(),
        name: accepted.name.as_str().to_owned(),
        birth: accepted.birth.to_dmy(),
        portrait: Base64(accepted.answer.portrait.clone()),
        expires_at: accepted.expires_at,
    })
}

pub(crate) fn person_place(row: &str) -> Place<'_> {
    Place { column: "eid_answers.person", row }
}

/// 64 hexadecimal digits.
pub fn verifying_key(text: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}
