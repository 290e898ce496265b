//! E-identity (VNeID): the code goes to the server as opaque text; a configured verifier answers.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Base64;

#[derive(Clone, Serialize, Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct EidRequest {
    pub code: String,
}

/// A confirmed person. The server keeps everything but the portrait, which passes through once.
/// The five ways this fails are problem codes (`eid_*`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EidPerson {
    pub number: String,
    pub name: String,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: String,
    /// JPEG or JPEG 2000, told apart by content.
    pub portrait: Base64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for EidRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EidRequest(..)")
    }
}

impl std::fmt::Debug for EidPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EidPerson(..)")
    }
}

impl Drop for EidPerson {
    fn drop(&mut self) {
        self.number.zeroize();
        self.name.zeroize();
        self.birth.zeroize();
    }
}
