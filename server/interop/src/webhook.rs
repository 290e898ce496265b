//! Signed webhooks after the Standard Webhooks specification 1.0: `webhook-id`, `webhook-timestamp`,
//! `webhook-signature: v1,<base64>`, an HMAC-SHA256 over `id.timestamp.body`.
//!
//! Left out on purpose: the asymmetric form (`v1a`).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub const ID_HEADER: &str = "webhook-id";
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
pub const SIGNATURE_HEADER: &str = "webhook-signature";

/// Seconds that sender's and receiver's clocks may be apart: the usual tolerance.
pub const TOLERANCE_SECONDS: i64 = 300;

const PREFIX: &str = "whsec_";
/// Signatures in one header: one for each secret while they are changed over.
const MAX_SIGNATURES: usize = 16;

/// 24 to 64 bytes, written `whsec_` and base64.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("a webhook secret is whsec_ and 24 to 64 bytes in base64")]
    Secret,
    #[error("webhook-timestamp is not a number of seconds since 1970")]
    Timestamp,
    #[error("webhook-timestamp is too far in the past")]
    TooOld,
    #[error("webhook-timestamp is too far in the future")]
    TooNew,
    #[error("no signature of webhook-signature is right")]
    Signature,
}

impl Secret {
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let text = text.trim();
        let bytes = text.strip_prefix(PREFIX).and_then(|base64| STANDARD.decode(base64).ok());
        let bytes = bytes.ok_or(WebhookError::Secret)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(WebhookError::Secret) }
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The value of `webhook-signature`. `timestamp` is seconds since 1970; `id` holds no full stop.
pub fn sign(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(secret.mac(id, timestamp, body).finalize().into_bytes()))
}

/// Was this sent by somebody who knows one of the secrets, and about now? A receiver still has to remember ids: a
/// repeated event has the same one.
pub fn verify(
    secrets: &[Secret],
    (id, timestamp, signatures): (&str, &str, &str),
    body: &[u8],
    now: i64,
) -> Result<(), WebhookError> {
    let digits = (1..=15).contains(&timestamp.len()) && timestamp.bytes().all(|b| b.is_ascii_digit());
    let sent: i64 =
        Some(timestamp).filter(|_| digits).and_then(|text| text.parse().ok()).ok_or(WebhookError::Timestamp)?;
    if now.saturating_sub(sent) > TOLERANCE_SECONDS {
        return Err(WebhookError::TooOld);
    }
    if sent.saturating_sub(now) > TOLERANCE_SECONDS {
        return Err(WebhookError::TooNew);
    }
    let given = signatures.split(' ').take(MAX_SIGNATURES).filter_map(|signature| signature.strip_prefix("v1,"));
    let given: Vec<Vec<u8>> = given.filter_map(|base64| STANDARD.decode(base64).ok()).collect();
    let right = secrets.iter().any(|secret| {
        let expected = secret.mac(id, sent, body).finalize().into_bytes();
        given.iter().any(|given| bool::from(given.as_slice().ct_eq(expected.as_slice())))
    });
    right.then_some(()).ok_or(WebhookError::Signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const SENT: i64 = 1_614_265_330;

    fn secret() -> Secret {
        Secret::parse(SECRET).expect("a secret")
    }

    fn check(timestamp: &str, signatures: &str, body: &[u8], now: i64) -> Result<(), WebhookError> {
        verify(&[secret()], (ID, timestamp, signatures), body, now)
    }

    #[test]
    fn the_example_of_the_specification_is_signed_alike() {
        assert_eq!(sign(&secret(), ID, SENT, BODY), SIGNATURE);
        assert_eq!(check("1614265330", SIGNATURE, BODY, SENT), Ok(()));
    }

    #[test]
    fn another_body_id_time_or_secret_is_not_believed() {
        let wrong = Err(WebhookError::Signature);
        assert_eq!(check("1614265330", SIGNATURE, b"{}", SENT), wrong);
        assert_eq!(check("1614265331", SIGNATURE, BODY, SENT), wrong);
        assert_eq!(verify(&[secret()], ("other", "1614265330", SIGNATURE), BODY, SENT), wrong);
        assert_eq!(verify(&[], (ID, "1614265330", SIGNATURE), BODY, SENT), wrong);
        for signatures in ["", "v1", "v1,", "v1,x", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1,AAAA"] {
            assert_eq!(check("1614265330", signatures, BODY, SENT), wrong, "{signatures}");
        }
        let several = format!("v1a,AAAA v1,AAAA {SIGNATURE}");
        assert_eq!(check("1614265330", &several, BODY, SENT), Ok(()));
        let many = format!("{}{SIGNATURE}", "v1,AAAA ".repeat(MAX_SIGNATURES));
        assert_eq!(check("1614265330", &many, BODY, SENT), wrong);
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_more() {
        assert_eq!(check("1614265330", SIGNATURE, BODY, SENT + 300), Ok(()));
        assert_eq!(check("1614265330", SIGNATURE, BODY, SENT - 300), Ok(()));
        assert_eq!(check("1614265330", SIGNATURE, BODY, SENT + 301), Err(WebhookError::TooOld));
        assert_eq!(check("1614265330", SIGNATURE, BODY, SENT - 301), Err(WebhookError::TooNew));
        for timestamp in ["", "-1", "+1614265330", "1e9", "9999999999999999"] {
            assert_eq!(check(timestamp, SIGNATURE, BODY, SENT), Err(WebhookError::Timestamp));
        }
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_printed() {
        for wrong in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(Secret::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", secret()), "Secret(..)");
    }
}
