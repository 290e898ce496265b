//! How a kiosk is: told once a minute, so that a silent or broken one is known before a patient stands there.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::IdError;

/// Replaces what the same kiosk told before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    pub version: SoftwareVersion,
    pub reader: DeviceHealth,
    pub scanner: DeviceHealth,
    pub printer: DeviceHealth,
    pub camera: DeviceHealth,
    /// The disk that keeps numbers and check-ins for the time without the server.
    pub disk: DeviceHealth,
    /// Check-ins on that disk that the server does not have yet.
    pub unsent: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceHealth {
    /// Nothing asked it for anything since the kiosk was started.
    Unknown,
    Working,
    PaperOut,
    CoverOpen,
    /// There, and does not do its work.
    Faulty,
    Missing,
}

impl DeviceHealth {
    pub const ALL: [Self; 6] =
        [Self::Unknown, Self::Working, Self::PaperOut, Self::CoverOpen, Self::Faulty, Self::Missing];
}

/// Printable ASCII without spaces, 1 to 32 characters: "0.1.0".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[!-~]{1,32}$")]
pub struct SoftwareVersion(String);

impl SoftwareVersion {
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Version) }
    }

    /// All parts of a release have one version.
    pub fn of_this_build() -> Self {
        Self(env!("CARGO_PKG_VERSION").to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SoftwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SoftwareVersion {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<SoftwareVersion> for String {
    fn from(version: SoftwareVersion) -> Self {
        version.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_short_and_printable() {
        assert!(SoftwareVersion::parse("0.1.0-rc.1+g1234567").is_ok());
        for wrong in ["", "0.1 0", "0.1\n", "phiên bản", &"1".repeat(33)] {
            assert_eq!(SoftwareVersion::parse(wrong), Err(IdError::Version), "{wrong}");
        }
    }

    #[test]
    fn devices_are_told_by_code() {
        let codes = DeviceHealth::ALL.map(|health| serde_json::to_string(&health).expect("JSON"));
        let wanted =
            ["unknown", "working", "paper_out", "cover_open", "faulty", "missing"].map(|code| format!("{code:?}"));
        assert_eq!(codes, wanted);
    }
}
