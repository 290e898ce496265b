//! An account at the gateway and its token (GATEWAY.md 1.1).
//!
//! Taking a token may end the one before, so that two processes of one hospital could invalidate each other's without
//! end. The token therefore stands sealed in the database: one process takes it under a lease, all use it. Without a
//! database (a command line tool, a test) it is kept in memory only.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use identity::FacilityCode;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Mutex;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::http::answer;
use super::{ResultCode, Silence};
use crate::clock::{SharedClock, unix_ms};
use crate::config::{ConfigError, SecretSource};
use crate::keys::{Keys, Place, Sealed};
use crate::outbound;
use crate::store::{Store, TokenRow};

/// A token is taken again this long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);
/// Where the gateway does not say, as clients in use do.
const TOKEN_LIFE: Duration = Duration::from_secs(50 * 60);
/// How long one process may take to take a token before another tries.
const TAKING: Duration = Duration::from_secs(10);
/// How often a process looks whether the other one has it.
const LOOK: Duration = Duration::from_millis(50);

pub struct Account {
    client: reqwest::Client,
    base_url: String,
    username: String,
    /// MD5, upper case: the contract's form.
    password: Zeroizing<String>,
    deadline: Duration,
    clock: SharedClock,
    held: Mutex<Held>,
    shared: OnceLock<Shared>,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// The generation that the gateway refused; the database may still hold it.
    refused: i64,
}

struct Shared {
    store: Store,
    keys: Arc<Keys>,
    process: String,
}

#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Token {
    pub access_token: String,
    pub id_token: String,
    /// As the gateway wrote it: its first five characters are the facility that everything is filed under.
    pub username: String,
    #[zeroize(skip)]
    good_until_ms: i64,
    #[zeroize(skip)]
    generation: i64,
}

#[derive(Deserialize)]
struct TokenReply {
    #[serde(rename = "maKetQua")]
    result: String,
    #[serde(rename = "APIKey")]
    key: Option<TokenKey>,
}

#[derive(Deserialize)]
struct TokenKey {
    access_token: String,
    id_token: String,
    username: Option<String>,
    expires_in: Option<String>,
}

impl Account {
    pub fn new(
        base_url: &str,
        username: &str,
        password: &SecretSource,
        what: &'static str,
        deadline: Duration,
        clock: SharedClock,
    ) -> Result<Self, ConfigError> {
        let password = password.read(what)?;
        Ok(Self {
            client: outbound::client(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            username: username.to_owned(),
            password: Zeroizing::new(hex::encode_upper(Md5::digest(password.as_bytes()))),
            deadline,
            clock,
            held: Mutex::default(),
            shared: OnceLock::new(),
        })
    }

    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    pub fn username(&self) -> &str {
        &self.username
    }

    /// MD5 of the password, upper case hexadecimal.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// From now on the token stands in this database.
    pub fn share(&self, store: Store, keys: Arc<Keys>) {
        let process = uuid::Uuid::new_v4().to_string();
        // An account is given to one server, once.
        let _ = self.shared.set(Shared { store, keys, process });
    }

    /// The token in hand, or a fresh one. Callers queue at the lock, so that one take serves all of them.
    pub async fn token(&self) -> Result<Token, Silence> {
        let mut held = self.held.lock().await;
        let now = unix_ms(self.clock.now());
        if let Some(token) = held.token.as_ref().filter(|token| now < token.good_until_ms) {
            return Ok(token.clone());
        }
        let taking = async {
            match self.shared.get() {
                Some(shared) => self.take_shared(shared, held.refused).await,
                None => self.take(held.refused + 1).await,
            }
        };
        let token = tokio::time::timeout(self.deadline + TAKING, taking).await.unwrap_or(Err(Silence::TimedOut))?;
        held.token = Some(token.clone());
        Ok(token)
    }

    /// The gateway refused it: the next caller gets another one.
    pub async fn forget(&self, refused: &Token) {
        let mut held = self.held.lock().await;
        held.refused = held.refused.max(refused.generation);
        if held.token.as_ref().is_some_and(|token| token.access_token == refused.access_token) {
            held.token = None;
        }
    }

    async fn take_shared(&self, shared: &Shared, refused: i64) -> Result<Token, Silence> {
        let account = format!("{} {}", self.base_url, self.username);
        loop {
            let now = unix_ms(self.clock.now());
            let stored = shared.store.gateway_token(&account).await.map_err(|_| Silence::StoreFailed)?;
            let generation = stored.as_ref().map_or(0, |row| row.generation);
            let usable = stored.filter(|row| row.generation > refused && now < row.good_until);
            if let Some(sealed) = usable.and_then(|row| row.token) {
                // One sealed by another key is taken again, not an error.
                if let Ok(mut token) = sealed.open(&shared.keys, token_place(&account)) {
                    token.generation = generation;
                    return Ok(token);
                }
            }
            if self.become_holder(shared, &account, (generation, now)).await? {
                let taken = self.take(generation + 1).await;
                let row = TokenRow {
                    generation: generation + 1,
                    token: taken.as_ref().ok().map(|token| Sealed::seal(&shared.keys, token_place(&account), token)),
                    good_until: taken.as_ref().map_or(0, |token| token.good_until_ms),
                };
                self.keep(shared, &account, row).await?;
                return taken;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn become_holder(
        &self,
        shared: &Shared,
        account: &str,
        (generation, now): (i64, i64),
    ) -> Result<bool, Silence> {
        let lease_until = now + i64::try_from(TAKING.as_millis()).unwrap_or(i64::MAX);
        let taking = async {
            let mut tx = shared.store.begin().await?;
            let ours = tx.hold_token(account, &shared.process, generation, (now, lease_until)).await?;
            tx.commit().await?;
            Ok::<bool, crate::store::StoreError>(ours)
        };
        taking.await.map_err(|_| Silence::StoreFailed)
    }

    async fn keep(&self, shared: &Shared, account: &str, row: TokenRow) -> Result<(), Silence> {
        let keeping = async {
            let mut tx = shared.store.begin().await?;
            tx.keep_token(account, &shared.process, row).await?;
            tx.commit().await
        };
        keeping.await.map_err(|_| Silence::StoreFailed)
    }

    async fn take(&self, generation: i64) -> Result<Token, Silence> {
        let form = [("username", self.username.as_str()), ("password", &self.password)];
        let url = format!("{}/api/token/take", self.base_url);
        let asking = answer(self.client.post(url).form(&form));
        let reply: TokenReply = tokio::time::timeout(self.deadline, asking).await.unwrap_or(Err(Silence::TimedOut))?;
        let code = ResultCode::parse(&reply.result).ok_or(Silence::Garbage)?;
        let key = match (reply.result.as_str(), reply.key) {
            ("200", Some(key)) => key,
            ("200", None) => return Err(Silence::Garbage),
            ("500", _) => return Err(Silence::NoVerdict(code)),
            (_, _) => return Err(Silence::AccountRefused(code)),
        };
        let now = self.clock.now();
        // An instant in UTC, not a number of seconds.
        let ends = key.expires_in.as_deref().and_then(|instant| OffsetDateTime::parse(instant, &Rfc3339).ok());
        Ok(Token {
            access_token: key.access_token,
            id_token: key.id_token,
            username: key.username.unwrap_or_else(|| self.username.clone()),
            good_until_ms: unix_ms(ends.map_or(now + TOKEN_LIFE, |ends| ends - TOKEN_MARGIN)),
            generation,
        })
    }
}

impl Token {
    /// The facility that the gateway files under.
    pub fn facility(&self) -> Option<FacilityCode> {
        facility_of(&self.username)
    }
}

/// `31999` of `31999_BV`.
pub(crate) fn facility_of(username: &str) -> Option<FacilityCode> {
    FacilityCode::parse(username.split('_').next()?).ok()
}

fn token_place(account: &str) -> Place<'_> {
    Place { column: "gateway_tokens.token", row: account }
}
