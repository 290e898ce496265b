//! The mock e-identity verifier (`docs/eid-verifier.md`): codes are opened by the control page, resolved once, signed.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::Person;

/// How the verifier treats one code. An honest one refuses what it must; a careless one signs whatever it is asked,
/// so that the server's own checks can be seen at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionTerms {
    Honest,
    Careless,
    /// Signs with a key nobody knows.
    ForeignKey,
}

/// A code shown on somebody's phone.
#[derive(Debug, Clone)]
struct Session {
    number: String,
    kiosk: String,
    nonce: String,
    expires_at: OffsetDateTime,
    terms: SessionTerms,
    used: bool,
}

pub(crate) struct Verifier {
    key: SigningKey,
    sessions: HashMap<String, Session>,
}

/// `POST /v1/resolve`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveRequest {
    pub code: String,
    pub kiosk: String,
}

/// Status and `error` of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unknown,
    OtherKiosk,
    Expired,
    Replayed,
}

impl Refusal {
    pub fn status_and_error(self) -> (u16, &'static str) {
        match self {
            Self::Unknown => (404, "unknown"),
            Self::OtherKiosk => (403, "other_kiosk"),
            Self::Expired => (410, "expired"),
            Self::Replayed => (409, "replayed"),
        }
    }
}

impl Verifier {
    pub fn new() -> Self {
        Self { key: SigningKey::generate(&mut rand::rngs::OsRng), sessions: HashMap::new() }
    }

    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Opens a session for `number`, shown to `kiosk`, and returns the code.
    pub fn open(&mut self, number: &str, kiosk: &str, expires_at: OffsetDateTime, terms: SessionTerms) -> String {
        let code = format!("VNEID.{}.{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let session = Session {
            number: number.to_owned(),
            kiosk: kiosk.to_owned(),
            nonce: Uuid::new_v4().simple().to_string(),
            expires_at,
            terms,
            used: false,
        };
        self.sessions.insert(code.clone(), session);
        code
    }

    /// The number a code stands for, if it may be resolved now; marks it used.
    pub fn admit(&mut self, request: &ResolveRequest, now: OffsetDateTime) -> Result<String, Refusal> {
        let session = self.sessions.get_mut(&request.code).ok_or(Refusal::Unknown)?;
        if session.terms == SessionTerms::Honest {
            if session.kiosk != request.kiosk {
                return Err(Refusal::OtherKiosk);
            }
            if session.expires_at <= now {
                return Err(Refusal::Expired);
            }
            if session.used {
                return Err(Refusal::Replayed);
            }
        }
        session.used = true;
        Ok(session.number.clone())
    }

    /// The signed answer for a code that was admitted.
    pub fn answer(&self, code: &str, person: &Person, portrait: &[u8]) -> Option<Value> {
        let session = self.sessions.get(code)?;
        let expires_at =
            session.expires_at.to_offset(time::UtcOffset::UTC).truncate_to_second().format(&Rfc3339).ok()?;
        let portrait_hash = Sha256::digest(portrait);
        let mut signed = b"tiepdon-eid-answer-v1\n".to_vec();
        let fields: [&[u8]; 7] = [
            person.number.as_bytes(),
            person.name.as_bytes(),
            person.birth.as_bytes(),
            &portrait_hash,
            session.nonce.as_bytes(),
            session.kiosk.as_bytes(),
            expires_at.as_bytes(),
        ];
        for field in fields {
            signed.extend_from_slice(&u32::try_from(field.len()).ok()?.to_be_bytes());
            signed.extend_from_slice(field);
        }
        let signature = match session.terms {
            SessionTerms::Honest | SessionTerms::Careless => self.key.sign(&signed),
            SessionTerms::ForeignKey => SigningKey::generate(&mut rand::rngs::OsRng).sign(&signed),
        };
        Some(json!({
            "number": person.number, "name": person.name, "birth": person.birth,
            "portrait": STANDARD.encode(portrait), "nonce": session.nonce, "kiosk": session.kiosk,
            "expires_at": expires_at, "signature": STANDARD.encode(signature.to_bytes()),
        }))
    }
}

/// How long a phone shows a code.
pub(crate) const CODE_LIFETIME: Duration = Duration::minutes(2);

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-23 01:00:00.25 UTC);

    fn ask(code: &str, kiosk: &str) -> ResolveRequest {
        ResolveRequest { code: code.to_owned(), kiosk: kiosk.to_owned() }
    }

    #[test]
    fn an_honest_verifier_answers_once_in_time_and_to_the_right_kiosk() {
        let mut verifier = Verifier::new();
        let code = verifier.open("085000000017", "k1", NOW + CODE_LIFETIME, SessionTerms::Honest);
        assert_eq!(verifier.admit(&ask(&code, "k2"), NOW), Err(Refusal::OtherKiosk));
        assert_eq!(verifier.admit(&ask(&code, "k1"), NOW + CODE_LIFETIME), Err(Refusal::Expired));
        assert_eq!(verifier.admit(&ask(&code, "k1"), NOW), Ok("085000000017".to_owned()));
        assert_eq!(verifier.admit(&ask(&code, "k1"), NOW), Err(Refusal::Replayed));
        assert_eq!(verifier.admit(&ask("VNEID.x", "k1"), NOW), Err(Refusal::Unknown));
    }

    #[test]
    fn the_signature_covers_what_the_contract_says() {
        let world = crate::World::parse(crate::world::tests::SAMPLE).expect("valid");
        let person = world.find("085000000017").expect("known");
        let mut verifier = Verifier::new();
        let code = verifier.open(&person.number, "k1", NOW + CODE_LIFETIME, SessionTerms::Honest);
        let answer = verifier.answer(&code, person, b"portrait").expect("signed");
        assert_eq!(answer["expires_at"], "2026-11-23T01:02:00Z");
        let text = |name: &str| answer[name].as_str().expect("text").to_owned();
        let hash = Sha256::digest(b"portrait");
        let mut bytes = b"tiepdon-eid-answer-v1\n".to_vec();
        for field in [
            text("number").as_bytes(),
            text("name").as_bytes(),
            text("birth").as_bytes(),
            &hash[..],
            text("nonce").as_bytes(),
            text("kiosk").as_bytes(),
            text("expires_at").as_bytes(),
        ] {
            bytes.extend_from_slice(&(field.len() as u32).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        let signature = Signature::from_slice(&STANDARD.decode(text("signature")).expect("base64")).expect("64 bytes");
        let key = VerifyingKey::from_bytes(&verifier.public_key()).expect("a key");
        assert!(key.verify(&bytes, &signature).is_ok());
    }
}
