//! How a kiosk gets its certificate: with a one-time code the first time, with the certificate it has from then on.
//! The private key is made by the kiosk and never leaves it; requests carry PKCS#10 (RFC 2986).

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Base64, KioskId};

const SECRET_BYTES: usize = 16;
const FINGERPRINT_BYTES: usize = 32;

/// What the operator carries from server to kiosk: `<kiosk>.<secret, 32 hex digits>.<SHA-256 of the server's certificate>`.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    pub kiosk: KioskId,
    pub secret: EnrolmentSecret,
    /// The kiosk speaks to a server that shows this certificate, and to no other.
    pub server: [u8; FINGERPRINT_BYTES],
}

/// 128 random bits, good once and for minutes.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, ToSchema)]
#[schema(value_type = String)]
pub struct EnrolmentSecret(pub [u8; SECRET_BYTES]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an enrolment code is a kiosk id, 32 and 64 hexadecimal digits, with a dot between")]
pub struct EnrolmentCodeError;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    pub kiosk: KioskId,
    pub secret: EnrolmentSecret,
    /// PKCS#10, DER, of a P-256 key.
    pub request: Base64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewalRequest {
    /// PKCS#10, DER, of another P-256 key.
    pub request: Base64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuedCertificate {
    /// DER.
    pub certificate: Base64,
    /// From then on the kiosk asks for the next.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub renew_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: OffsetDateTime,
}

impl EnrolmentCode {
    pub fn parse(text: &str) -> Result<Self, EnrolmentCodeError> {
        let mut parts = text.trim().split('.');
        let (Some(kiosk), Some(secret), Some(server), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(EnrolmentCodeError);
        };
        let mut code = Self {
            kiosk: KioskId::parse(kiosk).map_err(|_| EnrolmentCodeError)?,
            secret: EnrolmentSecret([0; SECRET_BYTES]),
            server: [0; FINGERPRINT_BYTES],
        };
        hex::decode_to_slice(secret, &mut code.secret.0).map_err(|_| EnrolmentCodeError)?;
        hex::decode_to_slice(server, &mut code.server).map_err(|_| EnrolmentCodeError)?;
        Ok(code)
    }

    /// As it is shown to the operator.
    pub fn text(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(hex::encode(self.secret.0));
        Zeroizing::new(format!("{}.{}.{}", self.kiosk, secret.as_str(), hex::encode(self.server)))
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolmentCode").field("kiosk", &self.kiosk).finish_non_exhaustive()
    }
}

impl fmt::Debug for EnrolmentSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentSecret(..)")
    }
}

impl Serialize for EnrolmentSecret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for EnrolmentSecret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut secret = Self([0; SECRET_BYTES]);
        hex::decode_to_slice(text.as_str(), &mut secret.0)
            .map_err(|_| serde::de::Error::custom("expected 32 hex digits"))?;
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code() -> EnrolmentCode {
        let kiosk = KioskId::parse("sanh-a-1").expect("valid");
        EnrolmentCode { kiosk, secret: EnrolmentSecret([7; 16]), server: [9; 32] }
    }

    #[test]
    fn a_code_survives_being_written_down_and_shows_its_secret_nowhere_else() {
        assert_eq!(EnrolmentCode::parse(&format!(" {}\n", code().text().as_str())), Ok(code()));
        assert!(!format!("{:?} {:?}", code(), code().secret).contains("07"));
        let json = serde_json::to_string(&code().secret).expect("serialises");
        assert_eq!(serde_json::from_str::<EnrolmentSecret>(&json).expect("parses"), code().secret);
    }

    #[test]
    fn a_code_that_is_cut_or_has_more_is_none() {
        let text = code().text();
        for wrong in
            ["", "sanh-a-1", &text[1..text.len() - 1], &format!("{}.00", text.as_str()), &text.replace('.', "-")]
        {
            assert_eq!(EnrolmentCode::parse(wrong), Err(EnrolmentCodeError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = EnrolmentCode::parse(&text);
        }
    }
}
