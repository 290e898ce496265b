//! What every handler and worker shares.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use emrtd::{Certificate, Fingerprint, TrustPolicy, TrustStore, TrustStoreError};
use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime};

use crate::audit::LastStanding;
use crate::board::Boards;
use crate::certificate::WorkingTime;
use crate::clock::{SharedClock, service_day, unix_ms};
use crate::config::{CertificateSettings, Config, ConfigError, SecretSource};
use crate::department::{self, Known};
use crate::dispatch::{Carrier, Dispatch, FacilitySigner, HttpCarrier, Signer};
use crate::eid::{EidVerifier, HttpVerifier, verifying_key};
use crate::enrolment::AuthorityError;
use crate::hospital::Link;
use crate::http::limit::RateLimit;
use crate::insurance::duty::DutyRoster;
use crate::insurance::{Account, EntitlementSource, HttpGateway};
use crate::key_check;
use crate::keys::{Keys, SealError};
use crate::operations::Operations;
use crate::paper::Keyring;
use crate::queue::{News, Queues};
use crate::store::{Store, StoreError};
use crate::tls::TlsError;

/// Cheap to clone: one [`Shared`] behind all clones.
#[derive(Clone)]
pub struct App(Arc<Shared>);

pub struct Shared {
    pub config: Config,
    pub clock: SharedClock,
    pub store: Store,
    pub keys: Arc<Keys>,
    pub insurance: Option<Arc<dyn EntitlementSource>>,
    /// In whose name it is asked; none where none is configured.
    pub roster: Option<Arc<DutyRoster>>,
    pub eid: Option<Eid>,
    pub working_time: WorkingTime,
    pub certificates: CertificateSettings,
    pub dispatch: Dispatch,
    /// Keys of doctors and midwives.
    pub keyring: Keyring,
    /// For certificates on paper; none where no folder is configured.
    pub fonts: Option<print::Fonts>,
    /// What the hospital's information system presents, hashed.
    pub(crate) hospital_system: Option<[u8; 32]>,
    /// Authorities of the configuration; pinned signers are added from the database at each use.
    authorities: TrustStore,
    /// The hospital's own system.
    pub link: Link,
    pub(crate) kiosk_limit: RateLimit,
    pub(crate) login_limit: RateLimit,
    /// Codes of authenticator apps, of one account.
    pub(crate) factor_limit: RateLimit,
    /// One-time codes, of one address.
    pub(crate) enrolment_limit: RateLimit,
    pub(crate) public_limit: RateLimit,
    pub(crate) watch_limit: RateLimit,
    /// What screens in the halls and patients' phones show.
    pub boards: Boards,
    pub(crate) queues: Queues,
    /// Tells open pages that something changed.
    pub news: News,
    pub(crate) operations: Operations,
    pub(crate) known_departments: Known,
    pub(crate) audit_standing: LastStanding,
}

/// A verifier and the key it signs with.
#[derive(Clone)]
pub struct Eid {
    pub verifier: Arc<dyn EidVerifier>,
    pub key: ed25519_dalek::VerifyingKey,
}

/// The outside services. [`Outside::from_config`] speaks HTTP; tests bring scripted ones.
#[derive(Clone, Default)]
pub struct Outside {
    pub insurance: Option<Arc<dyn EntitlementSource>>,
    pub eid: Option<Eid>,
    pub signer: Option<Arc<dyn Signer>>,
    pub carrier: Option<Arc<dyn Carrier>>,
    /// Accounts at the gateway whose tokens the processes of this hospital share.
    pub accounts: Vec<Arc<Account>>,
    /// In whose name entitlements are asked for.
    pub roster: Option<Arc<DutyRoster>>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the configuration cannot be used")]
    Config(#[from] ConfigError),
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    #[error(
        "the database was written with another master key: set `master_key` to the one it was written with. Nothing was \
         changed"
    )]
    OtherKey(#[source] SealError),
    #[error("a CSCA file cannot be read")]
    CscaFile(#[source] std::io::Error),
    #[error("a CSCA file cannot be used")]
    Csca(#[from] TrustStoreError),
    #[error("papers.fonts cannot be used")]
    Fonts(#[from] print::PrintError),
    #[error("board.voice cannot be used")]
    Voice(#[from] announce::VoiceError),
    #[error("TLS cannot be served")]
    Tls(#[from] TlsError),
    #[error("the kiosk authority cannot be used")]
    Authority(#[from] AuthorityError),
    #[error("the address cannot be listened on")]
    Listen(#[source] std::io::Error),
}

impl Outside {
    pub fn from_config(config: &Config, clock: &SharedClock) -> Result<Self, ConfigError> {
        let mut accounts = Accounts { clock: clock.clone(), known: Vec::new() };
        let roster = config.insurance.as_ref().map(|it| DutyRoster::from_config(it, clock.clone()).map(Arc::new));
        let roster = roster.transpose()?;
        let insurance = config.insurance.as_ref().zip(roster.clone()).map(|(insurance, roster)| {
            let deadline = Duration::from_millis(insurance.deadline_ms);
            let (url, username) = (&insurance.base_url, &insurance.username);
            let account = accounts.account(url, username, (&insurance.password, "insurance.password"), deadline)?;
            Ok(Arc::new(HttpGateway::new(account, roster, deadline)) as Arc<dyn EntitlementSource>)
        });
        let insurance = insurance.transpose()?;
        let carrier = config.dispatch.as_ref().map(|dispatch| {
            let (url, deadline) = (&dispatch.base_url, Duration::from_millis(dispatch.answer_ms));
            let password = (&dispatch.password, "dispatch.password");
            let account = accounts.account(url, &dispatch.username, password, deadline)?;
            let driver = dispatch.driver.as_ref().map(|driver| {
                let password = (&driver.password, "dispatch.driver.password");
                accounts.account(url, &driver.username, password, deadline)
            });
            Ok(Arc::new(HttpCarrier::new(account, driver.transpose()?, deadline)) as Arc<dyn Carrier>)
        });
        let carrier = carrier.transpose()?;
        let signing = config.dispatch.as_ref().and_then(|dispatch| dispatch.signing.as_ref());
        let signer = signing.map(|signing| Ok(Arc::new(FacilitySigner::from_config(signing)?) as Arc<dyn Signer>));
        let signer = signer.transpose()?;
        let eid = config.eid.as_ref().map(|eid| {
            let verifier: Arc<dyn EidVerifier> = Arc::new(HttpVerifier::from_config(eid)?);
            Ok(Eid { verifier, key: verifying_key(&eid.public_key).ok_or(ConfigError::Key("eid.public_key"))? })
        });
        Ok(Self { insurance, eid: eid.transpose()?, signer, carrier, accounts: accounts.known, roster })
    }
}

/// One account is one value, whichever services use it: its token is one.
struct Accounts {
    clock: SharedClock,
    known: Vec<Arc<Account>>,
}

impl Accounts {
    fn account(
        &mut self,
        base_url: &str,
        username: &str,
        (password, what): (&SecretSource, &'static str),
        deadline: Duration,
    ) -> Result<Arc<Account>, ConfigError> {
        let url = base_url.trim_end_matches('/');
        let known = self.known.iter().find(|known| known.base_url() == url && known.username() == username);
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let account = Arc::new(Account::new(url, username, password, what, deadline, self.clock.clone())?);
        self.known.push(account.clone());
        Ok(account)
    }
}

impl App {
    /// Reads the secrets, opens the database and loads the trust store.
    pub async fn open(config: Config, clock: SharedClock, outside: Outside) -> Result<Self, StartError> {
        let facility = &config.hospital.facility_code;
        let master = config.master_key.read()?;
        let hospital_system = config.hospital_system.as_ref().map(|system| system.key.read_key("hospital_system.key"));
        let hospital_system = hospital_system.transpose()?.map(|key| Sha256::digest(key.as_slice()).into());
        let mut authorities = TrustStore::new(TrustPolicy::default());
        for path in &config.trust.csca_files {
            authorities.add_authorities(&std::fs::read(path).map_err(StartError::CscaFile)?)?;
        }
        let database = &config.database;
        let store = Store::open(&database.url()?, database.durability, database.connections, facility).await?;
        let keys = Arc::new(key_check::open(&store, &master, facility).await?);
        let departments = department::open(&store, &config, unix_ms(clock.now())).await?;
        let Outside { insurance, eid, signer, carrier, accounts, roster } = outside;
        for account in accounts {
            account.share(store.clone(), keys.clone());
        }
        if let Some(roster) = &roster {
            roster.share(store.clone(), keys.clone());
        }
        Ok(Self(Arc::new(Shared {
            kiosk_limit: RateLimit::per_minute(config.limits.kiosk_requests_per_minute),
            factor_limit: RateLimit::per_minute(5),
            login_limit: RateLimit::per_minute(config.limits.logins_per_minute),
            enrolment_limit: RateLimit::per_minute(config.limits.logins_per_minute),
            public_limit: RateLimit::per_minute(config.limits.verifications_per_minute),
            watch_limit: RateLimit::per_minute(config.limits.watch_requests_per_minute),
            boards: Boards::open(&config, &departments, service_day(clock.now()))?,
            known_departments: Known::of(departments),
            queues: Queues::default(),
            news: News::default(),
            operations: Operations::from_config(&config)?,
            audit_standing: LastStanding::default(),
            roster,
            keyring: Keyring::from_config(&config.papers)?,
            fonts: config.papers.fonts.as_deref().map(print::Fonts::open).transpose()?,
            hospital_system,
            link: Link::from_config(&config)?,
            dispatch: Dispatch::new(signer, carrier),
            working_time: config.working_time.to_working_time(),
            certificates: config.certificates.to_settings()?,
            config,
            clock,
            store,
            keys,
            insurance,
            eid,
            authorities,
        })))
    }

    /// Of the configuration.
    pub fn authorities(&self) -> impl Iterator<Item = &Certificate> {
        self.authorities.authorities()
    }

    /// Authorities of the configuration and the signers this hospital pinned.
    pub async fn trust(&self) -> Result<TrustStore, StoreError> {
        let mut trust = self.authorities.clone();
        for pinned in self.store.pinned_signers().await? {
            trust.pin(Fingerprint::from_bytes(pinned.signer));
        }
        Ok(trust)
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub fn now_ms(&self) -> i64 {
        unix_ms(self.now())
    }

    pub fn today(&self) -> Date {
        service_day(self.now())
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
