//! A kiosk's configuration: `kiosk.toml`, every key documented in `kiosk/app/kiosk.example.toml`, unknown keys refused.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use api::KioskId;
use ccid::UsbId;
use ccid::usb::Selector;
use devices::enrolment::{IdentityError, KioskIdentity};
use devices::server_client::{KioskKey, KioskKeyError, Patience};
use emrtd::{BacPolicy, RevocationPolicy};
use face::{LivenessPolicy, MatchPolicy, PolicyError};
use scanner::IdleGap;
use scanner::serial::Port;
use serde::Deserialize;
use session::{AssurancePolicy, AssurancePolicyError, Bilingual, DeathNotices, PapersDesk, PapersSettings, Timeouts};
use zeroize::Zeroizing;

const MAX_CONFIG_BYTES: u64 = 256 << 10;
const MAX_KEY_FILE_BYTES: u64 = 1024;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationConfig {
    /// As enrolled at the server.
    pub kiosk: KioskId,
    /// The folder for numbers, sealed check-ins and the server's last words. Holds nothing readable about people.
    pub state: PathBuf,
    /// The folder that `./run setup` filled: models, runtime, fonts. Default: found as `onnx` finds it.
    #[serde(default)]
    pub provision: Option<PathBuf>,
    /// TOML of [`AssurancePolicy`]. Default: its defaults.
    #[serde(default)]
    pub policy: Option<PathBuf>,
    pub server: ServerConfig,
    pub hospital: HospitalConfig,
    /// Default: certificates are the records office's, not this kiosk's.
    #[serde(default)]
    pub papers: Option<PapersConfig>,
    pub devices: DevicesConfig,
    #[serde(default)]
    pub trust: TrustConfig,
    #[serde(default)]
    pub face: FaceConfig,
    #[serde(default)]
    pub timeouts: Timeouts,
    /// The window's own section, which the window reads.
    #[serde(default)]
    pub window: toml::Table,
}

/// What the kiosk shows its server.
#[derive(Debug)]
pub enum Credential {
    Identity {
        identity: KioskIdentity,
        /// Where its successors are kept.
        file: PathBuf,
    },
    Key(KioskKey),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// `https://host[:port]`; plain http on this machine only.
    pub address: String,
    /// The kiosk's key and certificate, as `tiepdon-kiosk-enrol` writes them.
    #[serde(default)]
    pub identity_file: Option<PathBuf>,
    /// 64 hexadecimal digits: for a server on this machine or behind a proxy, in place of a certificate.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// PEM certificates of the hospital's own authority, instead of the system's.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    #[serde(default = "connect_ms")]
    pub connect_ms: u64,
    #[serde(default = "answer_ms")]
    pub answer_ms: u64,
}

/// What a patient reads before the server has said its own name, and where the counter is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalConfig {
    pub name: Words,
    /// Within a sentence: "quầy 1".
    pub counter: Words,
    /// Seen from this machine: "ngay bên phải máy này".
    pub counter_place: Words,
}

/// Certificates at this kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PapersConfig {
    /// The records office, within a sentence: "phòng hồ sơ".
    pub office: Words,
    /// "tầng 1, phòng 105".
    pub office_place: Words,
    #[serde(default)]
    pub death_notices: DeathNoticesAt,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeathNoticesAt {
    /// For a kiosk that stands apart.
    Kiosk,
    #[default]
    Office,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub vi: String,
    pub en: String,
}

/// Where each device is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevicesConfig {
    pub reader: ReaderPlace,
    pub scanner: ScannerPlace,
    /// 8N1; means nothing on USB.
    #[serde(default = "scanner_baud")]
    pub scanner_baud: u32,
    /// Silence that ends a code, for scanners that send no line end.
    #[serde(default)]
    pub scanner_idle_gap_ms: Option<u64>,
    pub printer: PrinterPlace,
    #[serde(default = "printer_baud")]
    pub printer_baud: u32,
    pub camera: CameraPlace,
    /// The panel's folder of `/sys/class/backlight`: private screens are dim. Default: the light stays as it is.
    #[serde(default)]
    pub backlight: Option<PathBuf>,
}

/// `usb`, `usb:08e6:4433`, or `sim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ReaderPlace {
    Usb(Selector),
    Sim,
}

/// `/dev/ttyACM0`, `usb:1eab:1d06`, or `sim`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ScannerPlace {
    Serial(Port),
    Sim,
}

/// `usb`, `usb:04b8:0e28`, `/dev/ttyUSB0`, or `sim`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum PrinterPlace {
    Usb { vendor: Option<u16>, product: Option<u16> },
    Serial(PathBuf),
    Sim,
}

/// `/dev/video0`, or `sim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum CameraPlace {
    Video(u32),
    Sim,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no place of a {device}: write {forms}")]
pub struct PlaceError {
    device: &'static str,
    forms: &'static str,
    text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrustConfig {
    /// Certificates of country signing authorities, DER or PEM.
    pub authorities: Vec<PathBuf>,
    pub revocation_lists: Vec<PathBuf>,
    pub revocation: Revocation,
    pub bac: Bac,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    #[default]
    UseIfPresent,
    Require,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bac {
    #[default]
    WhereNoPace,
    Never,
}

/// What is left out keeps the interim policy of `face`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaceConfig {
    pub threshold: Option<f32>,
    pub frames: Option<u8>,
    pub liveness: Liveness,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    #[default]
    Recorded,
    Required,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{} cannot be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is larger than {limit_bytes} bytes", path.display())]
    TooLarge { path: PathBuf, limit_bytes: u64 },
    #[error("{} is not the configuration of a kiosk", path.display())]
    Malformed {
        path: PathBuf,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("{} is no assurance policy", path.display())]
    Policy {
        path: PathBuf,
        #[source]
        source: Box<AssurancePolicyError>,
    },
    #[error("{} is no key of a kiosk", path.display())]
    Key {
        path: PathBuf,
        #[source]
        source: KioskKeyError,
    },
    #[error("{} is no identity of a kiosk: enrol it with tiepdon-kiosk-enrol", path.display())]
    Identity {
        path: PathBuf,
        #[source]
        source: IdentityError,
    },
    #[error("[server] has either identity_file or key_file")]
    Credential,
    #[error("[face]")]
    Face(#[from] PolicyError),
}

impl StationConfig {
    /// Relative paths in the file are those of its folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = text_of(path, MAX_CONFIG_BYTES)?;
        let malformed = |source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) };
        let mut config: Self = toml::from_str(&text).map_err(malformed)?;
        config.anchor(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    pub fn assurance_policy(&self) -> Result<AssurancePolicy, ConfigError> {
        let Some(path) = &self.policy else { return Ok(AssurancePolicy::default()) };
        let text = text_of(path, MAX_CONFIG_BYTES)?;
        AssurancePolicy::parse(&text)
            .map_err(|source| ConfigError::Policy { path: path.clone(), source: Box::new(source) })
    }

    /// How this kiosk proves itself to the server.
    pub fn credential(&self) -> Result<Credential, ConfigError> {
        match (&self.server.identity_file, &self.server.key_file) {
            (Some(path), None) => {
                let identity = KioskIdentity::read(path);
                let identity = identity.map_err(|source| ConfigError::Identity { path: path.clone(), source })?;
                Ok(Credential::Identity { identity, file: path.clone() })
            }
            (None, Some(path)) => KioskKey::parse(&text_of(path, MAX_KEY_FILE_BYTES)?)
                .map(Credential::Key)
                .map_err(|source| ConfigError::Key { path: path.clone(), source }),
            (Some(_), Some(_)) | (None, None) => Err(ConfigError::Credential),
        }
    }

    /// PEM of the hospital's own authority, where one is configured.
    pub fn server_authority(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        let Some(path) = &self.server.authority_file else { return Ok(None) };
        let text = text_of(path, MAX_CONFIG_BYTES)?;
        Ok(Some(text.as_bytes().to_vec()))
    }

    /// The configured folder, or as `onnx` finds it.
    pub fn provision_dir(&self) -> Result<PathBuf, onnx::OnnxError> {
        self.provision.clone().map_or_else(onnx::provision_dir, Ok)
    }

    pub fn match_policy(&self) -> Result<MatchPolicy, ConfigError> {
        let interim = MatchPolicy::default();
        let liveness = match self.face.liveness {
            Liveness::Recorded => LivenessPolicy::Recorded,
            Liveness::Required => LivenessPolicy::Required,
        };
        let threshold = self.face.threshold.unwrap_or(interim.threshold());
        Ok(MatchPolicy::new(threshold, self.face.frames.unwrap_or(interim.frames()), liveness)?)
    }

    fn anchor(&mut self, folder: &Path) {
        let server = &mut self.server;
        let server = [&mut server.authority_file, &mut server.identity_file, &mut server.key_file];
        let optional = [&mut self.provision, &mut self.policy].into_iter().chain(server);
        let lists = self.trust.authorities.iter_mut().chain(&mut self.trust.revocation_lists);
        for path in [&mut self.state].into_iter().chain(optional.flatten()).chain(lists) {
            *path = folder.join(&*path);
        }
    }
}

impl ServerConfig {
    pub fn patience(&self) -> Patience {
        let ms = Duration::from_millis;
        Patience { connect: ms(self.connect_ms), answer: ms(self.answer_ms) }
    }
}

impl DevicesConfig {
    pub fn idle_gap(&self) -> IdleGap {
        self.scanner_idle_gap_ms.map_or(IdleGap::Ignored, |ms| IdleGap::EndsPayload(Duration::from_millis(ms)))
    }
}

impl StationConfig {
    /// What the session is told about papers.
    pub fn papers_settings(&self) -> PapersSettings {
        match self.papers.clone() {
            Some(PapersConfig { office, office_place, death_notices }) => PapersSettings {
                desk: PapersDesk::Open,
                death: match death_notices {
                    DeathNoticesAt::Kiosk => DeathNotices::Shown,
                    DeathNoticesAt::Office => DeathNotices::AtTheOffice,
                },
                office: office.into(),
                office_place: office_place.into(),
            },
            None => {
                let hospital = self.hospital.clone();
                PapersSettings::closed(hospital.counter.into(), hospital.counter_place.into())
            }
        }
    }
}

impl From<Words> for Bilingual {
    fn from(words: Words) -> Self {
        Self { vi: words.vi, en: words.en }
    }
}

impl From<Revocation> for RevocationPolicy {
    fn from(revocation: Revocation) -> Self {
        match revocation {
            Revocation::UseIfPresent => Self::UseIfPresent,
            Revocation::Require => Self::Require,
        }
    }
}

impl From<Bac> for BacPolicy {
    fn from(bac: Bac) -> Self {
        match bac {
            Bac::WhereNoPace => Self::WhereNoPace,
            Bac::Never => Self::Never,
        }
    }
}

const SIM: &str = "sim";
const USB: &str = "usb";

impl FromStr for ReaderPlace {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text {
            SIM => Ok(Self::Sim),
            USB => Ok(Self::Usb(Selector::Any)),
            _ => usb_id(text)
                .map(|(vendor, product)| Self::Usb(Selector::Id(UsbId { vendor, product })))
                .ok_or_else(|| misplaced("card reader", "\"usb\", \"usb:08e6:4433\" or \"sim\"", text)),
        }
    }
}

impl FromStr for ScannerPlace {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text {
            SIM => Ok(Self::Sim),
            path if path.starts_with('/') => Ok(Self::Serial(Port::Path(path.into()))),
            _ => usb_id(text)
                .map(|(vendor, product)| Self::Serial(Port::Usb { vendor, product }))
                .ok_or_else(|| misplaced("scanner", "\"/dev/ttyACM0\", \"usb:1eab:1d06\" or \"sim\"", text)),
        }
    }
}

impl FromStr for PrinterPlace {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text {
            SIM => Ok(Self::Sim),
            USB => Ok(Self::Usb { vendor: None, product: None }),
            path if path.starts_with('/') => Ok(Self::Serial(path.into())),
            _ => usb_id(text)
                .map(|(vendor, product)| Self::Usb { vendor: Some(vendor), product: Some(product) })
                .ok_or_else(|| misplaced("printer", "\"usb\", \"usb:04b8:0e28\", \"/dev/ttyUSB0\" or \"sim\"", text)),
        }
    }
}

impl FromStr for CameraPlace {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let video = || text.strip_prefix("/dev/video")?.parse().ok().map(Self::Video);
        match text {
            SIM => Ok(Self::Sim),
            _ => video().ok_or_else(|| misplaced("camera", "\"/dev/video0\" or \"sim\"", text)),
        }
    }
}

macro_rules! from_string {
    ($($place:ty),*) => {
        $(impl TryFrom<String> for $place {
            type Error = PlaceError;

            fn try_from(text: String) -> Result<Self, PlaceError> {
                text.parse()
            }
        })*
    };
}

from_string!(ReaderPlace, ScannerPlace, PrinterPlace, CameraPlace);

/// `usb:VVVV:PPPP`, hexadecimal.
fn usb_id(text: &str) -> Option<(u16, u16)> {
    let (vendor, product) = text.strip_prefix("usb:")?.split_once(':')?;
    let four_digits = |digits: &str| {
        let fits = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    Some((four_digits(vendor)?, four_digits(product)?))
}

fn misplaced(device: &'static str, forms: &'static str, text: &str) -> PlaceError {
    PlaceError { device, forms, text: text.to_owned() }
}

fn text_of(path: &Path, limit_bytes: u64) -> Result<Zeroizing<String>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit_bytes + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > limit_bytes {
        return Err(ConfigError::TooLarge { path: path.to_owned(), limit_bytes });
    }
    Ok(text)
}

fn connect_ms() -> u64 {
    2_000
}

fn answer_ms() -> u64 {
    6_000
}

fn scanner_baud() -> u32 {
    115_200
}

fn printer_baud() -> u32 {
    115_200
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXAMPLE: &str = include_str!("../../app/kiosk.example.toml");

    fn example() -> StationConfig {
        toml::from_str(EXAMPLE).expect("the example is a configuration")
    }

    #[test]
    fn the_example_is_a_configuration_and_names_real_devices() {
        let config = example();
        assert_eq!(config.devices.reader, ReaderPlace::Usb(Selector::Any));
        assert_eq!(config.devices.camera, CameraPlace::Video(0));
        assert_eq!(config.timeouts, Timeouts::default());
        assert_eq!(config.match_policy().expect("a policy"), MatchPolicy::default());
    }

    #[test]
    fn every_key_that_is_commented_out_in_the_example_is_a_key() {
        let everything: String = EXAMPLE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .flat_map(|line| [line, "\n"])
            .collect();
        assert_ne!(everything, EXAMPLE);
        toml::from_str::<StationConfig>(&everything).expect("every documented key exists");
    }

    #[test]
    fn an_unknown_key_is_refused_in_every_section() {
        for section in ["[server]", "[hospital]", "[devices]"] {
            let text = EXAMPLE.replace(section, &format!("{section}\nno_such_key = 1"));
            assert_ne!(text, EXAMPLE);
            assert!(toml::from_str::<StationConfig>(&text).is_err(), "{section}");
        }
        assert!(toml::from_str::<StationConfig>(&format!("no_such_key = 1\n{EXAMPLE}")).is_err());
    }

    #[test]
    fn places_are_named_as_people_write_them() {
        assert_eq!("sim".parse(), Ok(ReaderPlace::Sim));
        let id = UsbId { vendor: 0x08E6, product: 0x4433 };
        assert_eq!("usb:08e6:4433".parse(), Ok(ReaderPlace::Usb(Selector::Id(id))));
        assert_eq!("usb:1eab:1D06".parse(), Ok(ScannerPlace::Serial(Port::Usb { vendor: 0x1EAB, product: 0x1D06 })));
        assert_eq!("/dev/ttyUSB0".parse(), Ok(PrinterPlace::Serial("/dev/ttyUSB0".into())));
        assert_eq!("/dev/video2".parse(), Ok(CameraPlace::Video(2)));
        for text in ["", "usb:", "usb:08e6", "usb:8e6:4433", "usb:08e6:4433:1", "/dev/video", "+1"] {
            assert!(text.parse::<CameraPlace>().is_err() && text.parse::<ReaderPlace>().is_err(), "{text}");
        }
    }

    #[test]
    fn files_are_looked_for_beside_the_configuration() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.toml");
        let identity = "identity_file = \"/etc/tiepdon/kiosk.pem\"";
        assert!(EXAMPLE.contains(identity));
        std::fs::write(&path, EXAMPLE.replace(identity, "key_file = \"kiosk.key\"")).expect("written");
        let config = StationConfig::read(&path).expect("readable");
        let key_file = config.server.key_file.clone().expect("named");
        assert_eq!(key_file, folder.path().join("kiosk.key"));
        assert!(matches!(config.credential(), Err(ConfigError::Unreadable { .. })));
        std::fs::write(&key_file, "not a key").expect("written");
        assert!(matches!(config.credential(), Err(ConfigError::Key { .. })));
        std::fs::write(&key_file, "0f".repeat(32)).expect("written");
        assert!(matches!(config.credential(), Ok(Credential::Key(_))));
        let both =
            StationConfig { server: ServerConfig { identity_file: Some(key_file), ..config.server.clone() }, ..config };
        assert!(matches!(both.credential(), Err(ConfigError::Credential)));
        let other = StationConfig { server: ServerConfig { key_file: None, ..both.server.clone() }, ..both };
        assert!(matches!(other.credential(), Err(ConfigError::Identity { .. })));
        std::fs::write(&path, vec![b'#'; MAX_CONFIG_BYTES as usize + 1]).expect("written");
        assert!(matches!(StationConfig::read(&path), Err(ConfigError::TooLarge { .. })));
    }

    #[test]
    fn a_face_policy_below_what_was_measured_is_refused() {
        let mut config = example();
        config.face.threshold = Some(0.1);
        assert!(matches!(config.match_policy(), Err(ConfigError::Face(_))));
    }

    proptest! {
        #[test]
        fn no_place_panics(text in ".{0,30}") {
            let _ = (text.parse::<ReaderPlace>(), text.parse::<ScannerPlace>());
            let _ = (text.parse::<PrinterPlace>(), text.parse::<CameraPlace>());
        }
    }
}
