//! The hospital's own system beyond its bearer key: webhook, FHIR server, HL7 listener.

use std::net::{IpAddr, SocketAddr};

use interop::fhir::Systems;
use interop::hl7::{Settings, Trigger};
use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretSource};
use crate::clock::HO_CHI_MINH;

/// Where events of visits are posted, signed (Standard Webhooks).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    pub url: String,
    /// `whsec_` and base64.
    pub secret: SecretSource,
    #[serde(default = "default_answer_ms")]
    pub answer_ms: u64,
    /// After so many hours without an answer an event is given up.
    #[serde(default = "default_give_up_hours")]
    pub give_up_hours: u32,
}

/// FHIR R4: which URIs the hospital's identifiers have, and a server to write to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirConfig {
    pub systems: SystemsConfig,
    pub server: Option<FhirServerConfig>,
}

/// URIs of identifier systems. No Vietnamese profile fixes them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemsConfig {
    pub citizen: String,
    pub insurance: String,
    pub patient: String,
    pub department: String,
    pub visit: String,
    pub ticket: String,
    pub appointment: String,
    pub facility: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirServerConfig {
    pub base_url: String,
    /// Presented as a bearer token.
    pub token: Option<SecretSource>,
    #[serde(default = "default_answer_ms")]
    pub answer_ms: u64,
    #[serde(default = "default_give_up_hours")]
    pub give_up_hours: u32,
}

/// HL7 v2 over MLLP.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hl7Config {
    pub listen: SocketAddr,
    /// Addresses besides this machine that may speak, in clear. Empty, only loopback is listened on.
    #[serde(default)]
    pub plain_peers: Vec<IpAddr>,
    /// CX-5 of a citizen number.
    #[serde(default = "default_citizen_types")]
    pub citizen_types: Vec<String>,
    /// CX-5 of an insurance number.
    #[serde(default = "default_insurance_types")]
    pub insurance_types: Vec<String>,
    /// Messages that say that the first cost of a visit arose.
    #[serde(default = "default_first_cost")]
    pub first_cost: Vec<String>,
}

impl WebhookConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        carries_personal_data(&self.url, "webhook.url")
    }
}

impl FhirConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.server.as_ref().map_or(Ok(()), |server| carries_personal_data(&server.base_url, "fhir.server.base_url"))
    }
}

impl SystemsConfig {
    pub fn to_systems(&self) -> Systems {
        let Self { citizen, insurance, patient, department, visit, ticket, appointment, facility } = self.clone();
        Systems { citizen, insurance, patient, department, visit, ticket, appointment, facility }
    }
}

impl Hl7Config {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !self.listen.ip().is_loopback() && self.plain_peers.is_empty() {
            return Err(ConfigError::Hl7Listen);
        }
        self.to_settings().map(drop)
    }

    pub fn to_settings(&self) -> Result<Settings, ConfigError> {
        let triggers = self.first_cost.iter().map(|text| text.parse::<Trigger>());
        Ok(Settings {
            local: HO_CHI_MINH,
            citizen_types: self.citizen_types.clone(),
            insurance_types: self.insurance_types.clone(),
            first_cost: triggers.collect::<Result<_, _>>().map_err(|_| ConfigError::Hl7Trigger)?,
        })
    }
}

/// Names and numbers travel there: in clear on this machine only.
fn carries_personal_data(url: &str, what: &'static str) -> Result<(), ConfigError> {
    let local = ["http://127.0.0.1", "http://[::1]", "http://localhost"].iter().any(|base| {
        url.strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']) && !rest.contains('@'))
    });
    if local || url.starts_with("https://") { Ok(()) } else { Err(ConfigError::NotPrivate(what)) }
}

fn default_answer_ms() -> u64 {
    10_000
}

fn default_give_up_hours() -> u32 {
    24
}

fn default_citizen_types() -> Vec<String> {
    Settings::at(HO_CHI_MINH).citizen_types
}

fn default_insurance_types() -> Vec<String> {
    Settings::at(HO_CHI_MINH).insurance_types
}

fn default_first_cost() -> Vec<String> {
    vec!["DFT^P03".into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_data_leaves_this_machine_encrypted_only() {
        for url in ["https://his.example/hook", "http://127.0.0.1:9000/x", "http://localhost", "http://[::1]:1"] {
            assert!(carries_personal_data(url, "webhook.url").is_ok(), "{url}");
        }
        for url in
            ["http://his.example", "http://127.0.0.1.his.example", "http://localhost:1@his.example", "ftp://x", ""]
        {
            assert!(carries_personal_data(url, "webhook.url").is_err(), "{url}");
        }
    }
}
