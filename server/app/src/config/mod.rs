//! The configuration file (TOML). Unknown keys are refused; secrets stand in files or environment variables,
//! never in the file itself. `server.example.toml` documents every key and is tested against these types.

mod audit;
mod certificates;
mod database;
mod dispatch;
mod hospital;
mod hospital_system;
mod key;
mod operations;
mod outside;
mod papers;
mod policy;
mod queue;
mod retention;
mod secret;
mod sign_in;
mod text;
mod tls;
mod working_time;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use api::DepartmentCode;
use serde::{Deserialize, Serialize};

use crate::board::BoardConfig;
use crate::department::rule::{self, Findings};
use crate::department::{Department, Departments};

pub use self::audit::AuditConfig;
pub use self::queue::QueueConfig;
pub use certificates::{
    AlcoholLimitsConfig, CertificateSettings, CertificatesConfig, ConclusionsConfig, DriverRecordConfig,
    NationalityConfig,
};
pub use database::{DatabaseConfig, Durability};
pub use dispatch::{AccountConfig, DispatchConfig, Sending};
pub use hospital::{DepartmentConfig, HospitalConfig, OpeningHours};
pub use hospital_system::{FhirConfig, FhirServerConfig, Hl7Config, SystemsConfig, WebhookConfig};
pub use key::{KeyConfig, MasterKeyConfig, TokenConfig};
pub use operations::{OpenDataConfig, OperationsConfig};
pub use outside::{EidConfig, HospitalSystemConfig, InsuranceConfig};
pub use papers::{PapersConfig, PractitionerConfig};
pub use policy::{LimitConfig, PinningConfig, PolicyConfig, TrustConfig, UnknownSigner};
pub use retention::RetentionConfig;
pub use secret::{SecretOr, SecretSource};
pub use sign_in::SignInConfig;
pub use tls::{KioskKeys, TlsConfig};
pub use working_time::{WorkingDay, WorkingTimeConfig};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    /// Proxies that end TLS for us. Only their word (`X-Forwarded-Proto: https`) replaces loopback.
    #[serde(default)]
    pub behind_tls_proxy: Vec<IpAddr>,
    /// Our own certificate. With it every listener speaks TLS and nothing else.
    pub tls: Option<TlsConfig>,
    pub database: DatabaseConfig,
    pub master_key: MasterKeyConfig,
    pub hospital: HospitalConfig,
    /// Taken over into the database once; what stands there counts from then on.
    #[serde(default)]
    pub departments: Vec<DepartmentConfig>,
    pub insurance: Option<InsuranceConfig>,
    pub eid: Option<EidConfig>,
    #[serde(default)]
    pub trust: TrustConfig,
    #[serde(default)]
    pub policy: PolicyConfig,
    #[serde(default)]
    pub sign_in: SignInConfig,
    #[serde(default)]
    pub limits: LimitConfig,
    #[serde(default)]
    pub working_time: WorkingTimeConfig,
    pub dispatch: Option<DispatchConfig>,
    pub hospital_system: Option<HospitalSystemConfig>,
    pub webhook: Option<WebhookConfig>,
    pub fhir: Option<FhirConfig>,
    pub hl7: Option<Hl7Config>,
    #[serde(default)]
    pub papers: PapersConfig,
    #[serde(default)]
    pub certificates: CertificatesConfig,
    #[serde(default)]
    pub queue: QueueConfig,
    #[serde(default)]
    pub retention: RetentionConfig,
    #[serde(default)]
    pub audit: AuditConfig,
    #[serde(default)]
    pub board: BoardConfig,
    #[serde(default)]
    pub operations: OperationsConfig,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration file {path} cannot be used", path = path.display())]
    File { path: PathBuf, source: Box<ConfigError> },
    /// The line alone: what stands in it may be a secret.
    #[error("line {line} of the configuration is not as documented: {message}")]
    Form { line: usize, message: String },
    #[error("[[departments]]: {0}")]
    Departments(Findings),
    #[error("cannot read the secret {what}")]
    SecretFile { what: &'static str, source: std::io::Error },
    #[error("the environment variable for the secret {0} is not set")]
    SecretEnv(&'static str),
    #[error("{0} is not 64 hexadecimal digits")]
    Key(&'static str),
    #[error("master_key is not to be had from its token")]
    MasterKey(#[source] xmldsig::KeyError),
    #[error("the duty officer's name or number is not valid")]
    DutyOfficer,
    #[error("{0} is not an http or https URL")]
    Url(&'static str),
    #[error(
        "{0} is not an address of this machine alone: give [tls], or name the proxy that ends TLS in behind_tls_proxy"
    )]
    PlainHttp(&'static str),
    #[error("[tls] and behind_tls_proxy exclude each other")]
    TlsTwice,
    #[error("{0} is to be https, or this machine: names and numbers travel there")]
    NotPrivate(&'static str),
    #[error("webhook.secret is not whsec_ and 24 to 64 bytes in base64")]
    WebhookSecret,
    #[error(
        "hl7.listen is not loopback and hl7.plain_peers is empty: put a TLS proxy before it, or name who may speak in clear"
    )]
    Hl7Listen,
    #[error("hl7.first_cost names messages as DFT^P03")]
    Hl7Trigger,
    #[error("the spans of working_time are not one after another")]
    WorkingTime,
    #[error("papers.driver_department names no department")]
    DriverDepartment,
    #[error("{0}")]
    Board(&'static str),
    #[error("in certificates, a nationality is three digits (and has a name where it is offered)")]
    Nationality,
    #[error("certificates.foreign_ethnicity is not two digits from 01 on")]
    Ethnicity,
    #[error("certificates.conclusions are not three different codes of letters, digits and hyphens")]
    Conclusions,
    #[error("certificates.alcohol_limits are not amounts from 0 to 999.99")]
    AlcoholLimit,
    #[error("certificates.driver_record: user has 1 to 100 characters, status 1 to 20")]
    DriverRecord,
    #[error("retention.{0} is too short: at least a day, and two for follow_tokens")]
    Retention(&'static str),
    #[error("operations.open_data.smallest_count is 3 or more")]
    SmallestCount,
}

impl Config {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|error| ConfigError::File { path: path.to_owned(), source: Box::new(error) })
    }

    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().map_or(text.len(), |span| span.start.min(text.len()));
            let line = text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::Form { line, message: error.message().to_owned() }
        })?;
        config.seed().map_err(ConfigError::Departments)?;
        if let Some(fault) = config.board.fault() {
            return Err(ConfigError::Board(fault));
        }
        config.nothing_travels_in_clear()?;
        if !config.working_time.spans_are_in_order() {
            return Err(ConfigError::WorkingTime);
        }
        if let Some(kind) = config.retention.fault() {
            return Err(ConfigError::Retention(kind));
        }
        config.certificates.to_settings()?;
        config.operations.open_data.as_ref().map(|data| data.threshold()).transpose()?;
        config.webhook.as_ref().map_or(Ok(()), WebhookConfig::check)?;
        config.fhir.as_ref().map_or(Ok(()), FhirConfig::check)?;
        config.hl7.as_ref().map_or(Ok(()), Hl7Config::check)?;
        let urls = [
            ("insurance.base_url", config.insurance.as_ref().map(|insurance| &insurance.base_url)),
            ("eid.base_url", config.eid.as_ref().map(|eid| &eid.base_url)),
            ("papers.public_url", config.papers.public_url.as_ref()),
            ("dispatch.base_url", config.dispatch.as_ref().map(|dispatch| &dispatch.base_url)),
        ];
        for (name, url) in urls {
            if url.is_some_and(|url| !(url.starts_with("http://") || url.starts_with("https://"))) {
                return Err(ConfigError::Url(name));
            }
        }
        Ok(config)
    }

    fn nothing_travels_in_clear(&self) -> Result<(), ConfigError> {
        if self.tls.is_some() {
            return if self.behind_tls_proxy.is_empty() { Ok(()) } else { Err(ConfigError::TlsTwice) };
        }
        let listeners = [("listen", Some(self.listen)), ("papers.public_listen", self.papers.public_listen)];
        let outside = listeners.iter().find(|(_, at)| at.is_some_and(|at| !at.ip().is_loopback()));
        match outside {
            Some((name, _)) if self.behind_tls_proxy.is_empty() => Err(ConfigError::PlainHttp(name)),
            Some(_) | None => Ok(()),
        }
    }

    /// The departments of the file, by the rules of all lists; none is a list too.
    pub fn seed(&self) -> Result<Vec<Department>, Findings> {
        if self.departments.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<_> = self.departments.iter().map(DepartmentConfig::to_wanted).collect();
        let boards: Vec<_> = self.board.groups.iter().map(|group| group.code.clone()).collect();
        rule::check(&wanted, &boards)
    }

    /// Refuses where another table of the file names a department that there never was.
    pub fn names_only(&self, known: &Departments) -> Result<(), ConfigError> {
        let is_unknown = |code: &DepartmentCode| known.get(code).is_none();
        if self.papers.driver_department.as_ref().is_some_and(is_unknown) {
            return Err(ConfigError::DriverDepartment);
        }
        if self.board.groups.iter().flat_map(|group| &group.departments).any(is_unknown) {
            return Err(ConfigError::Board("a group of board.groups names a department that is not there"));
        }
        if self.board.groups.iter().any(|group| known.get(&group.code).is_some()) {
            return Err(ConfigError::Board("a group of board.groups has the code of a department"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EXAMPLE: &str = include_str!("../../server.example.toml");

    /// Every key with its path, as `insurance.base_url`; the tables of an array share theirs.
    fn keys(value: &toml::Value, path: &str, into: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    into.insert(path.clone());
                    keys(value, &path, into);
                }
            }
            toml::Value::Array(values) => values.iter().for_each(|value| keys(value, path, into)),
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_) => {}
        }
    }

    #[test]
    fn the_example_shows_every_key_that_the_types_have() {
        let config = Config::parse(EXAMPLE).expect("the example is valid");
        let (mut of_types, mut of_example) = (BTreeSet::new(), BTreeSet::new());
        keys(&toml::Value::try_from(&config).expect("serialises"), "", &mut of_types);
        keys(&toml::from_str(EXAMPLE).expect("TOML"), "", &mut of_example);
        assert_eq!(of_types, of_example);
        assert!(config.insurance.is_some() && config.eid.is_some());
    }

    #[test]
    fn every_key_of_the_example_is_explained_the_first_time_it_stands_there() {
        let mut explained = false;
        let mut seen = BTreeSet::new();
        let mut table = String::new();
        for line in EXAMPLE.lines() {
            if line.starts_with('#') {
                explained = true;
            } else if line.starts_with('[') {
                table = line.to_owned();
                explained = false;
            } else if let Some((key, _)) = line.split_once('=') {
                let first_time = seen.insert(format!("{table}{key}"));
                assert!(explained || !first_time, "{table} {key} has no comment");
                explained = false;
            }
        }
    }

    #[test]
    fn a_misspelt_key_is_refused_wherever_it_stands() {
        let at_the_top = format!("lisen = \"127.0.0.1:1\"\n{EXAMPLE}");
        assert!(matches!(Config::parse(&at_the_top), Err(ConfigError::Form { .. })));
        let inside = EXAMPLE.replace("durability =", "durabilty =");
        assert!(matches!(Config::parse(&inside), Err(ConfigError::Form { .. })));
        let in_a_default = EXAMPLE.replace("face_frames =", "face_frame =");
        assert!(matches!(Config::parse(&in_a_default), Err(ConfigError::Form { .. })));
    }

    #[test]
    fn departments_that_cannot_be_told_apart_are_refused() {
        let refused = |text: &str, words: &str| {
            let error = Config::parse(text).expect_err("refused");
            assert!(matches!(error, ConfigError::Departments(_)) && error.to_string().contains(words), "{error}");
        };
        refused(
            &EXAMPLE.replace("prefix = \"B\"", "prefix = \"A\""),
            "K01, prefix: Department TIEPDON has this prefix",
        );
        refused(&EXAMPLE.replace("prefix = \"B\"", "prefix = \"b\""), "one capital letter");
        refused(&EXAMPLE.replace("reception = true", "reception = false"), "not 0");
        refused(&EXAMPLE.replace("code = \"TANG1\"", "code = \"K01\""), "A board of the configuration has this code");
    }

    #[test]
    fn departments_may_be_left_to_the_page_of_the_administrators() {
        let mut file: toml::Table = toml::from_str(EXAMPLE).expect("TOML");
        file.remove("departments");
        let config = Config::parse(&file.to_string()).expect("nothing is missing");
        assert_eq!(config.seed(), Ok(Vec::new()));
    }

    #[test]
    fn no_address_of_the_network_is_listened_on_in_clear() {
        let tls =
            "[tls]\ncertificate = \"secrets/server.pem\"\nkey = \"secrets/server.key\"\nkiosk_keys = \"refused\"\n";
        assert!(EXAMPLE.contains("[tls]"));
        let outside = EXAMPLE.replacen("listen = \"127.0.0.1:8080\"", "listen = \"0.0.0.0:8443\"", 1);
        let plain = outside
            .lines()
            .filter(|line| !tls.contains(*line) || line.is_empty())
            .fold(String::new(), |all, line| all + line + "\n");
        assert!(Config::parse(&outside).is_ok());
        assert!(matches!(Config::parse(&plain), Err(ConfigError::PlainHttp("listen"))));
        let proxy = "behind_tls_proxy = [\"10.0.0.2\"]";
        assert!(Config::parse(&plain.replace("behind_tls_proxy = []", proxy)).is_ok());
        assert!(matches!(Config::parse(&outside.replace("behind_tls_proxy = []", proxy)), Err(ConfigError::TlsTwice)));
    }

    #[test]
    fn the_facility_s_key_is_in_a_file_or_on_a_token_and_nowhere_else() {
        let file = "pkcs12 = \"secrets/facility.p12\"";
        assert!(EXAMPLE.contains(file));
        let token = "module = \"/m.so\"\ntoken_label = \"t\"\nkey_label = \"k\"\npin_file = \"p\"";
        let password = "\n# Password of that file.\npassword = { file = \"secrets/facility.password\" }";
        let config = Config::parse(&EXAMPLE.replace(file, token).replace(password, "")).expect("a token");
        let signing = config.dispatch.and_then(|dispatch| dispatch.signing);
        assert!(matches!(signing, Some(KeyConfig::Pkcs11(_))));
        assert!(matches!(Config::parse(&EXAMPLE.replace(file, token)), Err(ConfigError::Form { .. })), "both");
    }

    #[test]
    fn a_department_closes_at_the_minute_written() {
        let config = Config::parse(EXAMPLE).expect("the example is valid");
        let seed = config.seed().expect("the example is valid");
        let department = seed.iter().find(|department| department.hours.is_some()).expect("one has hours");
        let hours = department.hours.expect("hours");
        assert!(department.is_open_at(hours.from));
        assert!(!department.is_open_at(hours.to));
    }
}
