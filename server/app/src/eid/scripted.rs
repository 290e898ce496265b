//! A verifier with answers laid ready, signed with a key of its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use api::KioskId;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use super::{EidVerifier, Resolve, SignedAnswer, VerifierFailure};

pub struct ScriptedVerifier {
    key: SigningKey,
    answers: Mutex<HashMap<String, Result<SignedAnswer, VerifierFailure>>>,
}

impl Default for ScriptedVerifier {
    fn default() -> Self {
        Self { key: SigningKey::from_bytes(&crate::keys::new_key().0), answers: Mutex::default() }
    }
}

impl ScriptedVerifier {
    pub fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    /// Signs the answer and gives it to whoever shows this code.
    pub fn answers(&self, code: &str, mut answer: SignedAnswer) {
        answer.signature = self.key.sign(&answer.signed_bytes()).to_bytes().to_vec();
        self.says(code, Ok(answer));
    }

    /// Gives an answer as it is, or fails.
    pub fn says(&self, code: &str, outcome: Result<SignedAnswer, VerifierFailure>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned(), outcome);
    }
}

impl EidVerifier for ScriptedVerifier {
    fn resolve<'a>(&'a self, code: &'a str, _kiosk: &'a KioskId) -> Resolve<'a> {
        let outcome = self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(code).cloned();
        Box::pin(std::future::ready(outcome.unwrap_or(Err(VerifierFailure::Refused))))
    }
}
