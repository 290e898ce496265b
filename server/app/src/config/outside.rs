//! Services outside that kiosks wait for, and the hospital's own information system.

use identity::{CitizenId, PersonName};
use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretSource};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InsuranceConfig {
    /// No default: the real gateway is reached only where somebody wrote it down.
    pub base_url: String,
    pub username: String,
    pub password: SecretSource,
    #[serde(default = "default_deadline_ms")]
    pub deadline_ms: u64,
    /// The staff member in whose name the kiosks ask (`hoTenCb`), registered on the portal beforehand.
    pub duty_officer_name: String,
    /// His or her personal number (`cccdCb`).
    pub duty_officer_number: SecretSource,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EidConfig {
    pub base_url: String,
    pub api_key: SecretSource,
    /// Ed25519, 64 hexadecimal digits.
    pub public_key: String,
    #[serde(default = "default_deadline_ms")]
    pub deadline_ms: u64,
}

/// The hospital's own information system, which signals first costs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalSystemConfig {
    /// 64 hexadecimal digits, presented as a bearer key.
    pub key: SecretSource,
}

fn default_deadline_ms() -> u64 {
    2500
}

impl InsuranceConfig {
    pub fn duty_officer(&self) -> Result<(PersonName, CitizenId), ConfigError> {
        let name = PersonName::parse(&self.duty_officer_name).map_err(|_| ConfigError::DutyOfficer)?;
        let number = self.duty_officer_number.read("insurance.duty_officer_number")?;
        let number = CitizenId::parse(&number).map_err(|_| ConfigError::DutyOfficer)?;
        Ok((name, number))
    }
}
