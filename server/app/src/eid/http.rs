//! The verifier over HTTP.

use std::time::Duration;

use api::{Base64, KioskId};
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::{EidVerifier, Resolve, SignedAnswer, VerifierFailure};
use crate::config::{ConfigError, EidConfig};
use crate::outbound::{self, OutboundError};

const MAX_ANSWER_BYTES: usize = 1024 * 1024;

pub struct HttpVerifier {
    client: reqwest::Client,
    url: String,
    api_key: Zeroizing<String>,
    deadline: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    number: String,
    name: String,
    birth: String,
    portrait: Base64,
    nonce: String,
    kiosk: String,
    expires_at: String,
    signature: Base64,
}

#[derive(Deserialize)]
struct RefusalBody {
    error: String,
}

impl HttpVerifier {
    pub fn from_config(config: &EidConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            client: outbound::client(),
            url: format!("{}/v1/resolve", config.base_url.trim_end_matches('/')),
            api_key: config.api_key.read("eid.api_key")?,
            deadline: Duration::from_millis(config.deadline_ms),
        })
    }

    async fn ask(&self, code: &str, kiosk: &KioskId) -> Result<SignedAnswer, VerifierFailure> {
        let body = serde_json::json!({ "code": code, "kiosk": kiosk.as_str() });
        let request = self.client.post(&self.url).bearer_auth(self.api_key.as_str()).json(&body);
        let (status, body) = outbound::send(request, MAX_ANSWER_BYTES).await.map_err(|error| match error {
            OutboundError::NotConnected | OutboundError::Broken => VerifierFailure::Down,
            OutboundError::TooLarge => VerifierFailure::Refused,
        })?;
        if status != 200 {
            return Err(failure(status, &body));
        }
        let mut answer: Answer = serde_json::from_slice(&body).map_err(|_| VerifierFailure::Refused)?;
        Ok(SignedAnswer {
            number: std::mem::take(&mut answer.number),
            name: std::mem::take(&mut answer.name),
            birth: std::mem::take(&mut answer.birth),
            portrait: std::mem::take(&mut answer.portrait.0),
            nonce: std::mem::take(&mut answer.nonce),
            kiosk: std::mem::take(&mut answer.kiosk),
            expires_at: std::mem::take(&mut answer.expires_at),
            signature: std::mem::take(&mut answer.signature.0),
        })
    }
}

impl EidVerifier for HttpVerifier {
    fn resolve<'a>(&'a self, code: &'a str, kiosk: &'a KioskId) -> Resolve<'a> {
        Box::pin(async move {
            tokio::time::timeout(self.deadline, self.ask(code, kiosk)).await.unwrap_or(Err(VerifierFailure::Down))
        })
    }
}

fn failure(status: u16, body: &[u8]) -> VerifierFailure {
    let said = serde_json::from_slice::<RefusalBody>(body).map(|body| body.error).unwrap_or_default();
    match (status, said.as_str()) {
        (_, "replayed") => VerifierFailure::Replayed,
        (_, "expired") => VerifierFailure::Expired,
        (_, "other_kiosk") => VerifierFailure::OtherKiosk,
        (404 | 422, _) => VerifierFailure::Refused,
        (_, _) => VerifierFailure::Down,
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.number.zeroize();
        self.name.zeroize();
        self.birth.zeroize();
    }
}
