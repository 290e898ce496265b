//! The configuration file (TOML). Unknown keys are refused; secrets stand in files or environment variables,
//! never in the file itself. `server.example.toml` documents every key and is tested against these types.

mod audit;
mod queue;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use api::DepartmentCode;
use identity::{CitizenId, FacilityCode, PersonName};
use serde::{Deserialize, Serialize};
use time::macros::time;
use time::{Date, Time, Weekday};
use zeroize::Zeroizing;

use crate::certificate::WorkingTime;

pub use self::audit::AuditConfig;
pub use self::queue::QueueConfig;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    /// Proxies that end TLS for us. Only their word (`X-Forwarded-Proto: https`) replaces loopback.
    #[serde(default)]
    pub behind_tls_proxy: Vec<IpAddr>,
    pub database: DatabaseConfig,
    pub master_key: SecretSource,
    pub hospital: HospitalConfig,
    pub departments: Vec<DepartmentConfig>,
    pub insurance: Option<InsuranceConfig>,
    pub eid: Option<EidConfig>,
    #[serde(default)]
    pub trust: TrustConfig,
    #[serde(default)]
    pub policy: PolicyConfig,
    #[serde(default)]
    pub limits: LimitConfig,
    #[serde(default)]
    pub working_time: WorkingTimeConfig,
    pub dispatch: Option<DispatchConfig>,
    pub hospital_system: Option<HospitalSystemConfig>,
    #[serde(default)]
    pub papers: PapersConfig,
    #[serde(default)]
    pub queue: QueueConfig,
    #[serde(default)]
    pub audit: AuditConfig,
}

/// Where a secret is read from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    File(PathBuf),
    Env(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    pub url: SecretOr,
    #[serde(default)]
    pub durability: Durability,
    #[serde(default = "default_connections")]
    pub connections: u32,
}

/// A plain text, or a secret: a PostgreSQL URL holds a password, a SQLite path does not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretOr {
    Plain(String),
    Secret(SecretSource),
}

/// SQLite's `synchronous`. PostgreSQL keeps its own setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Nothing that was answered is lost when the power fails.
    #[default]
    Full,
    /// The last moments may be lost when the power fails, never when the program does.
    Normal,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalConfig {
    #[serde(with = "text::facility")]
    pub facility_code: FacilityCode,
    pub name_vi: String,
    pub name_en: String,
    /// Facilities of first registration that count as the right route (đúng tuyến) besides our own.
    #[serde(default, with = "text::facilities")]
    pub accepted_facilities: Vec<FacilityCode>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentConfig {
    pub code: DepartmentCode,
    /// The capital letter of its ticket numbers; no two departments share one.
    pub prefix: char,
    pub name_vi: String,
    pub name_en: String,
    pub rooms: String,
    pub floor: String,
    /// The counter that the counter route leads to. Exactly one.
    #[serde(default)]
    pub reception: bool,
    /// Always open without it.
    pub hours: Option<OpeningHours>,
    /// Minutes one patient takes, low and high; without it no waiting time is promised.
    pub minutes_per_patient: Option<(u16, u16)>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningHours {
    #[serde(with = "text::hour_minute")]
    pub from: Time,
    #[serde(with = "text::hour_minute")]
    pub to: Time,
}

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

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustConfig {
    /// CSCA certificates, DER or PEM.
    pub csca_files: Vec<PathBuf>,
    pub pinning: PinningConfig,
}

/// When a document signer may be pinned: cards whose holders staff compared in person.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PinningConfig {
    pub cards: u32,
    pub days: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    pub unknown_signer: UnknownSigner,
    /// Below this the kiosk's match is not believed.
    pub face_threshold: f32,
    pub face_frames: u8,
    /// Raw chip evidence is sealed, and purged after so many days.
    pub evidence_days: u16,
    pub challenge_seconds: u32,
    pub staff_session_minutes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownSigner {
    #[default]
    AcceptWithFact,
    Counter,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    pub kiosk_requests_per_minute: u32,
    pub logins_per_minute: u32,
    /// Of one address that verifies papers.
    pub verifications_per_minute: u32,
}

/// Certificates as people see them: on paper, at kiosks, on the public page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PapersConfig {
    /// The folder with the files of Be Vietnam Pro. Without it nothing is printed.
    pub fonts: Option<PathBuf>,
    /// Where anyone who holds a paper verifies it: a listener of its own, without staff pages and kiosks.
    pub public_listen: Option<SocketAddr>,
    /// How the world reaches that listener: what the printed codes lead to.
    pub public_url: Option<String>,
    /// The body above the hospital, as papers name it.
    pub authority: Option<String>,
    pub address: Option<String>,
    /// Before the date of issue.
    pub place: String,
    /// Where drivers are examined. Without it the kiosks offer no questionnaire.
    pub driver_department: Option<DepartmentCode>,
    /// How long after the identification a citizen may read and confirm.
    pub confirm_minutes: u32,
    /// How long answers are kept that were not submitted.
    pub answers_days: u16,
    pub practitioners: Vec<PractitionerConfig>,
}

/// The key of one doctor or midwife, held for the account of that login.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PractitionerConfig {
    pub login: String,
    pub key: PractitionerKey,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum PractitionerKey {
    Pkcs12 {
        pkcs12: PathBuf,
        password: SecretSource,
    },
    /// On a token or HSM: the driver's library, the token's label, the key's label, a file with the PIN.
    Pkcs11 {
        module: PathBuf,
        token: String,
        key_label: String,
        pin_file: PathBuf,
    },
}

/// Signing and sending certificates and check-in messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchConfig {
    #[serde(default)]
    pub sending: Sending,
    /// No default: the real gateway is reached only where somebody wrote it down.
    pub base_url: String,
    /// Account for papers and check-ins, `<facility>_BV`.
    pub username: String,
    pub password: SecretSource,
    /// Account for driver records; without it they wait.
    pub driver: Option<AccountConfig>,
    /// Requests under way at a time, to each service.
    #[serde(default = "default_concurrency")]
    pub concurrency: NonZeroU8,
    /// How long an answer is waited for.
    #[serde(default = "default_answer_ms")]
    pub answer_ms: u64,
    /// More rows than this waiting for one step are an alarm.
    #[serde(default = "default_backlog_alarm")]
    pub backlog_alarm: u32,
    /// While this file exists, nothing is sent.
    pub kill_switch: Option<PathBuf>,
    pub signing: Option<SigningConfig>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    On,
    #[default]
    Off,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    pub username: String,
    pub password: SecretSource,
}

/// Where the facility's key is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum SigningConfig {
    /// In a file.
    Pkcs12 { pkcs12: PathBuf, password: SecretSource },
    /// On a token or HSM.
    Pkcs11 {
        /// The driver's shared library.
        module: PathBuf,
        token_label: String,
        key_label: String,
        /// Read at each login.
        pin_file: PathBuf,
    },
}

/// The hospital's own information system, which signals first costs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalSystemConfig {
    /// 64 hexadecimal digits, presented as a bearer key.
    pub key: SecretSource,
}

/// When the office works: the four working hours of NĐ 63/2024 are counted in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingTimeConfig {
    pub spans: Vec<OpeningHours>,
    pub weekdays: Vec<WorkingDay>,
    #[serde(with = "text::days")]
    pub holidays: Vec<Date>,
    #[serde(with = "text::days")]
    pub extra_days: Vec<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkingDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

fn default_connections() -> u32 {
    8
}

fn default_deadline_ms() -> u64 {
    2500
}

fn default_concurrency() -> NonZeroU8 {
    NonZeroU8::new(8).expect("8 is not 0")
}

fn default_answer_ms() -> u64 {
    30_000
}

fn default_backlog_alarm() -> u32 {
    200
}

impl Sending {
    pub fn is_on(self) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Default for PinningConfig {
    fn default() -> Self {
        Self { cards: 20, days: 5 }
    }
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            unknown_signer: UnknownSigner::AcceptWithFact,
            face_threshold: 0.45,
            face_frames: 3,
            evidence_days: 30,
            challenge_seconds: 300,
            staff_session_minutes: 480,
        }
    }
}

impl Default for WorkingTimeConfig {
    fn default() -> Self {
        let span = |from, to| OpeningHours { from, to };
        Self {
            spans: vec![span(time!(7:30), time!(11:30)), span(time!(13:30), time!(17:00))],
            weekdays: vec![
                WorkingDay::Monday,
                WorkingDay::Tuesday,
                WorkingDay::Wednesday,
                WorkingDay::Thursday,
                WorkingDay::Friday,
            ],
            holidays: Vec::new(),
            extra_days: Vec::new(),
        }
    }
}

impl WorkingTimeConfig {
    pub fn to_working_time(&self) -> WorkingTime {
        WorkingTime {
            spans: self.spans.iter().map(|span| (span.from, span.to)).collect(),
            weekdays: self.weekdays.iter().copied().map(Weekday::from).collect(),
            holidays: self.holidays.iter().copied().collect(),
            extra_days: self.extra_days.iter().copied().collect(),
        }
    }

    /// Each span ends after it begins, and begins when the one before has ended.
    fn spans_are_in_order(&self) -> bool {
        let inside = self.spans.iter().all(|span| span.from < span.to);
        inside && self.spans.windows(2).all(|pair| pair[0].to <= pair[1].from)
    }
}

impl From<WorkingDay> for Weekday {
    fn from(day: WorkingDay) -> Self {
        match day {
            WorkingDay::Monday => Self::Monday,
            WorkingDay::Tuesday => Self::Tuesday,
            WorkingDay::Wednesday => Self::Wednesday,
            WorkingDay::Thursday => Self::Thursday,
            WorkingDay::Friday => Self::Friday,
            WorkingDay::Saturday => Self::Saturday,
            WorkingDay::Sunday => Self::Sunday,
        }
    }
}

impl Default for PapersConfig {
    fn default() -> Self {
        Self {
            fonts: None,
            public_listen: None,
            public_url: None,
            authority: None,
            address: None,
            place: String::new(),
            driver_department: None,
            confirm_minutes: 15,
            answers_days: 7,
            practitioners: Vec::new(),
        }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self { kiosk_requests_per_minute: 600, logins_per_minute: 10, verifications_per_minute: 30 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration is not as documented: {0}")]
    Form(Box<toml::de::Error>),
    #[error("no department is configured")]
    NoDepartment,
    #[error("exactly one department has reception = true, not {0}")]
    Reception(usize),
    #[error("departments {0} and {1} share a code or a prefix")]
    DepartmentsAlike(DepartmentCode, DepartmentCode),
    #[error("the prefix of department {0} is not one capital letter A-Z")]
    Prefix(DepartmentCode),
    #[error("cannot read the secret {what}")]
    SecretFile { what: &'static str, source: std::io::Error },
    #[error("the environment variable for the secret {0} is not set")]
    SecretEnv(&'static str),
    #[error("{0} is not 64 hexadecimal digits")]
    Key(&'static str),
    #[error("the duty officer's name or number is not valid")]
    DutyOfficer,
    #[error("{0} is not an http or https URL")]
    Url(&'static str),
    #[error("the spans of working_time are not one after another")]
    WorkingTime,
    #[error("papers.driver_department names no department")]
    DriverDepartment,
}

impl Config {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Form(Box::new(error)))?;
        config.departments_are_distinct()?;
        if config.papers.driver_department.as_ref().is_some_and(|code| config.department(code).is_none()) {
            return Err(ConfigError::DriverDepartment);
        }
        if !config.working_time.spans_are_in_order() {
            return Err(ConfigError::WorkingTime);
        }
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

    pub fn department(&self, code: &DepartmentCode) -> Option<&DepartmentConfig> {
        self.departments.iter().find(|department| department.code == *code)
    }

    fn departments_are_distinct(&self) -> Result<(), ConfigError> {
        if self.departments.is_empty() {
            return Err(ConfigError::NoDepartment);
        }
        let receptions = self.departments.iter().filter(|department| department.reception).count();
        if receptions != 1 {
            return Err(ConfigError::Reception(receptions));
        }
        for (index, department) in self.departments.iter().enumerate() {
            if !department.prefix.is_ascii_uppercase() {
                return Err(ConfigError::Prefix(department.code.clone()));
            }
            let twin = self.departments[..index]
                .iter()
                .find(|other| other.code == department.code || other.prefix == department.prefix);
            if let Some(twin) = twin {
                return Err(ConfigError::DepartmentsAlike(twin.code.clone(), department.code.clone()));
            }
        }
        Ok(())
    }
}

impl DepartmentConfig {
    pub fn is_open_at(&self, local: Time) -> bool {
        self.hours.is_none_or(|hours| hours.from <= local && local < hours.to)
    }
}

impl SecretSource {
    pub fn read(&self, what: &'static str) -> Result<Zeroizing<String>, ConfigError> {
        let text = match self {
            Self::File(path) => {
                std::fs::read_to_string(path).map_err(|source| ConfigError::SecretFile { what, source })?
            }
            Self::Env(name) => std::env::var(name).map_err(|_| ConfigError::SecretEnv(what))?,
        };
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    pub fn read_key(&self, what: &'static str) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        crate::keys::parse_key(&self.read(what)?).ok_or(ConfigError::Key(what))
    }
}

impl DatabaseConfig {
    pub fn url(&self) -> Result<Zeroizing<String>, ConfigError> {
        match &self.url {
            SecretOr::Plain(url) => Ok(Zeroizing::new(url.clone())),
            SecretOr::Secret(source) => source.read("database.url"),
        }
    }
}

impl InsuranceConfig {
    pub fn duty_officer(&self) -> Result<(PersonName, CitizenId), ConfigError> {
        let name = PersonName::parse(&self.duty_officer_name).map_err(|_| ConfigError::DutyOfficer)?;
        let number = self.duty_officer_number.read("insurance.duty_officer_number")?;
        let number = CitizenId::parse(&number).map_err(|_| ConfigError::DutyOfficer)?;
        Ok((name, number))
    }
}

/// How values that are more than text stand in the file.
mod text {
    pub mod facility {
        use identity::FacilityCode;
        use serde::{Deserialize, Deserializer, Serializer, de::Error};

        pub fn serialize<S: Serializer>(code: &FacilityCode, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(code.as_str())
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FacilityCode, D::Error> {
            FacilityCode::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
        }
    }

    pub mod facilities {
        use identity::FacilityCode;
        use serde::{Deserialize, Deserializer, Serializer, de::Error};

        pub fn serialize<S: Serializer>(codes: &[FacilityCode], serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(codes.iter().map(FacilityCode::as_str))
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FacilityCode>, D::Error> {
            let codes = Vec::<String>::deserialize(deserializer)?;
            codes.iter().map(|code| FacilityCode::parse(code).map_err(D::Error::custom)).collect()
        }
    }

    pub mod days {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};
        use time::Date;
        use time::macros::format_description;

        pub fn serialize<S: Serializer>(days: &[Date], serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(days.iter().map(ToString::to_string))
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
            let days = Vec::<String>::deserialize(deserializer)?;
            let parse = |day: &String| Date::parse(day, format_description!("[year]-[month]-[day]"));
            days.iter().map(|day| parse(day).map_err(|_| D::Error::custom("a day is written YYYY-MM-DD"))).collect()
        }
    }

    pub mod hour_minute {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};
        use time::Time;
        use time::macros::format_description;

        pub fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
            let text = String::deserialize(deserializer)?;
            Time::parse(&text, format_description!("[hour]:[minute]"))
                .map_err(|_| D::Error::custom("a time of day is written HH:MM"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EXAMPLE: &str = include_str!("../server.example.toml");

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
        assert!(matches!(Config::parse(&at_the_top), Err(ConfigError::Form(_))));
        let inside = EXAMPLE.replace("durability =", "durabilty =");
        assert!(matches!(Config::parse(&inside), Err(ConfigError::Form(_))));
        let in_a_default = EXAMPLE.replace("face_frames =", "face_frame =");
        assert!(matches!(Config::parse(&in_a_default), Err(ConfigError::Form(_))));
    }

    #[test]
    fn departments_that_cannot_be_told_apart_are_refused() {
        let alike = EXAMPLE.replace("prefix = \"B\"", "prefix = \"A\"");
        assert!(matches!(Config::parse(&alike), Err(ConfigError::DepartmentsAlike(..))));
        let small = EXAMPLE.replace("prefix = \"B\"", "prefix = \"b\"");
        assert!(matches!(Config::parse(&small), Err(ConfigError::Prefix(_))));
        let none = EXAMPLE.replace("reception = true", "reception = false");
        assert!(matches!(Config::parse(&none), Err(ConfigError::Reception(0))));
    }

    #[test]
    fn the_facility_s_key_is_in_a_file_or_on_a_token_and_nowhere_else() {
        let file = "pkcs12 = \"secrets/facility.p12\"";
        assert!(EXAMPLE.contains(file));
        let token = "module = \"/m.so\"\ntoken_label = \"t\"\nkey_label = \"k\"\npin_file = \"p\"";
        let password = "\n# Password of that file.\npassword = { file = \"secrets/facility.password\" }";
        let config = Config::parse(&EXAMPLE.replace(file, token).replace(password, "")).expect("a token");
        let signing = config.dispatch.and_then(|dispatch| dispatch.signing);
        assert!(matches!(signing, Some(SigningConfig::Pkcs11 { .. })));
        assert!(matches!(Config::parse(&EXAMPLE.replace(file, token)), Err(ConfigError::Form(_))), "both");
    }

    #[test]
    fn a_department_closes_at_the_minute_written() {
        let config = Config::parse(EXAMPLE).expect("the example is valid");
        let department = config.departments.iter().find(|d| d.hours.is_some()).expect("one has hours");
        let hours = department.hours.expect("hours");
        assert!(department.is_open_at(hours.from));
        assert!(!department.is_open_at(hours.to));
    }
}
