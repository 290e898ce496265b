//! Which certificate signs for which facility, as the portal's registration page keeps it: by fingerprint, no chains.

use std::collections::{HashMap, HashSet};
use std::fmt;

use identity::FacilityCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 of a certificate's DER.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// 64 hexadecimal digits, with or without colons.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.replace(':', ""), &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits are wanted"))
    }
}

/// What happens to a certificate nobody registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unregistered {
    #[default]
    Refused,
    /// The first certificate of a facility without one is taken as registered: for demonstrations and tests.
    FirstAccepted,
}

/// The register.
#[derive(Debug, Clone, Default)]
pub struct Certificates {
    known: HashMap<String, HashSet<Fingerprint>>,
    unregistered: Unregistered,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    #[error("the certificates file is not what it should be: {0}")]
    Form(#[from] toml::de::Error),
    #[error("certificate {index} in the certificates file: {reason}")]
    Facility { index: usize, reason: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    certificate: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    facility: String,
    sha256: Fingerprint,
}

impl Certificates {
    pub fn new(unregistered: Unregistered) -> Self {
        Self { known: HashMap::new(), unregistered }
    }

    /// `[[certificate]]` tables with `facility` and `sha256`.
    pub fn parse(text: &str, unregistered: Unregistered) -> Result<Self, CertificatesError> {
        let file: File = toml::from_str(text)?;
        let mut certificates = Self::new(unregistered);
        for (index, row) in file.certificate.into_iter().enumerate() {
            FacilityCode::parse(&row.facility)
                .map_err(|error| CertificatesError::Facility { index, reason: error.to_string() })?;
            certificates.register(&row.facility, row.sha256);
        }
        Ok(certificates)
    }

    pub fn register(&mut self, facility: &str, certificate: Fingerprint) {
        self.known.entry(facility.to_owned()).or_default().insert(certificate);
    }

    /// Whether `certificate`, whose signature was found valid, signs for `facility`; may register it.
    pub(crate) fn admits(&mut self, facility: &str, certificate: Fingerprint) -> bool {
        let known = self.known.get(facility);
        match self.unregistered {
            _ if known.is_some_and(|set| set.contains(&certificate)) => true,
            Unregistered::FirstAccepted if known.is_none() => {
                self.register(facility, certificate);
                true
            }
            Unregistered::Refused | Unregistered::FirstAccepted => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_registers_certificates_per_facility_and_names_its_mistakes() {
        let print = Fingerprint::of(b"a certificate");
        let text = format!("[[certificate]]\nfacility = '31999'\nsha256 = '{print}'");
        let mut register = Certificates::parse(&text, Unregistered::Refused).expect("valid");
        assert!(register.admits("31999", print));
        assert!(!register.admits("31998", print));
        assert!(!register.admits("31999", Fingerprint::of(b"another")));
        assert!(
            Certificates::parse("[[certificate]]\nfacility = '31999'\nsha256 = 'ab'", Unregistered::Refused).is_err()
        );
        let bad = Certificates::parse(&text.replace("31999", "x"), Unregistered::Refused);
        assert!(matches!(bad, Err(CertificatesError::Facility { index: 0, .. })));
    }

    #[test]
    fn the_first_certificate_of_a_facility_is_taken_only_where_that_is_switched_on() {
        let (first, second) = (Fingerprint::of(b"1"), Fingerprint::of(b"2"));
        let mut register = Certificates::new(Unregistered::FirstAccepted);
        assert!(register.admits("31999", first) && register.admits("31999", first));
        assert!(!register.admits("31999", second));
        assert!(register.admits("31998", second));
    }
}
