//! The gateway over HTTP (GATEWAY.md 1.1, 1.2): form bodies, a token in the query, results in the body of a 200.

use std::time::Duration;

use identity::{CitizenId, PersonName};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Mutex;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::answer::InsuranceCard;
use super::{EntitlementQuery, EntitlementRecord, EntitlementSource, LookUp, ResultCode, Silence};
use crate::clock::SharedClock;
use crate::config::{ConfigError, InsuranceConfig};
use crate::outbound::{self, OutboundError};

/// No answer of the look-up comes near it.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A token is taken again this long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);
/// Where the gateway does not say, as clients in use do.
const TOKEN_LIFE: Duration = Duration::from_secs(50 * 60);

pub struct HttpGateway {
    client: reqwest::Client,
    base_url: String,
    username: String,
    /// MD5, upper case: the contract's form.
    password: Zeroizing<String>,
    officer_name: PersonName,
    officer_number: CitizenId,
    deadline: Duration,
    clock: SharedClock,
    token: Mutex<Option<Token>>,
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Token {
    access_token: String,
    id_token: String,
    #[zeroize(skip)]
    good_until: OffsetDateTime,
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
    expires_in: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntitlementReply {
    ma_ket_qua: String,
    ma_the: Option<String>,
    ma_the_moi: Option<String>,
    gt_the_tu: Option<String>,
    gt_the_den: Option<String>,
    gt_the_tu_moi: Option<String>,
    gt_the_den_moi: Option<String>,
    #[serde(rename = "maDKBD")]
    registered_at: Option<String>,
    #[serde(rename = "maDKBDMoi")]
    registered_at_new: Option<String>,
    #[serde(rename = "tenDKBDMoi")]
    registered_name: Option<String>,
}

impl HttpGateway {
    pub fn from_config(config: &InsuranceConfig, clock: SharedClock) -> Result<Self, ConfigError> {
        let password = config.password.read("insurance.password")?;
        let (officer_name, officer_number) = config.duty_officer()?;
        let deadline = Duration::from_millis(config.deadline_ms);
        Ok(Self {
            client: outbound::client(),
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            username: config.username.clone(),
            password: Zeroizing::new(hex::encode_upper(Md5::digest(password.as_bytes()))),
            officer_name,
            officer_number,
            deadline,
            clock,
            token: Mutex::new(None),
        })
    }

    async fn ask(&self, query: &EntitlementQuery) -> Result<EntitlementRecord, Silence> {
        let token = self.current_token().await?;
        let reply = self.ask_with(&token, query).await;
        let refused = match &reply {
            Ok(reply) => ResultCode::parse(&reply.ma_ket_qua).is_some_and(ResultCode::token_is_refused),
            Err(Silence::HttpStatus(401)) => true,
            Err(_) => false,
        };
        let reply = if refused {
            // Once: an account that is locked would otherwise be asked without end.
            self.forget(&token).await;
            let token = self.current_token().await?;
            self.ask_with(&token, query).await?
        } else {
            reply?
        };
        record(reply)
    }

    async fn ask_with(&self, token: &Token, query: &EntitlementQuery) -> Result<EntitlementReply, Silence> {
        let in_query = [
            ("token", token.access_token.as_str()),
            ("id_token", &token.id_token),
            ("username", &self.username),
            ("password", &self.password),
        ];
        let form = [
            ("maThe", query.number.as_str()),
            ("hoTen", &query.name),
            ("ngaySinh", &query.birth),
            ("hoTenCb", self.officer_name.as_str()),
            ("cccdCb", self.officer_number.as_str()),
        ];
        let url = format!("{}/api/egw/KQNhanLichSuKCB2024", self.base_url);
        answer(self.client.post(url).query(&in_query).form(&form)).await
    }

    /// The token in hand, or a fresh one. Callers queue at the lock, so that one take serves all of them.
    async fn current_token(&self) -> Result<Token, Silence> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| self.clock.now() < token.good_until) {
            return Ok(token.clone());
        }
        let form = [("username", self.username.as_str()), ("password", &self.password)];
        let url = format!("{}/api/token/take", self.base_url);
        let reply: TokenReply = answer(self.client.post(url).form(&form)).await?;
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
        let token = Token {
            access_token: key.access_token,
            id_token: key.id_token,
            good_until: ends.map_or(now + TOKEN_LIFE, |ends| ends - TOKEN_MARGIN),
        };
        *held = Some(token.clone());
        Ok(token)
    }

    async fn forget(&self, refused: &Token) {
        let mut held = self.token.lock().await;
        if held.as_ref().is_some_and(|token| token.access_token == refused.access_token) {
            *held = None;
        }
    }
}

impl EntitlementSource for HttpGateway {
    fn look_up<'a>(&'a self, query: &'a EntitlementQuery) -> LookUp<'a> {
        Box::pin(
            async move { tokio::time::timeout(self.deadline, self.ask(query)).await.unwrap_or(Err(Silence::TimedOut)) },
        )
    }
}

async fn answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Silence> {
    let (status, body) = outbound::send(request, MAX_ANSWER_BYTES).await.map_err(|error| match error {
        OutboundError::NotConnected => Silence::Unreachable,
        OutboundError::Broken => Silence::Unreachable,
        OutboundError::TooLarge => Silence::Garbage,
    })?;
    if status != 200 {
        return Err(Silence::HttpStatus(status));
    }
    serde_json::from_slice(&body).map_err(|_| Silence::Garbage)
}

fn record(reply: EntitlementReply) -> Result<EntitlementRecord, Silence> {
    let code = ResultCode::parse(&reply.ma_ket_qua).ok_or(Silence::Garbage)?;
    if let Some(silence) = code.silence() {
        return Err(silence);
    }
    let text = |value: Option<String>| value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let card = |number: Option<String>, from, until| {
        text(number).and_then(|number| InsuranceCard::parse(&number, text(from), text(until)))
    };
    let record = EntitlementRecord {
        code,
        card: card(reply.ma_the, reply.gt_the_tu, reply.gt_the_den),
        new_card: card(reply.ma_the_moi, reply.gt_the_tu_moi, reply.gt_the_den_moi),
        registered_at: text(reply.registered_at_new).or_else(|| text(reply.registered_at)),
        registered_name: text(reply.registered_name),
    };
    // "Valid" without a card is no verdict one could show or bill.
    if code == ResultCode::Valid && record.card.is_none() && record.new_card.is_none() {
        return Err(Silence::Garbage);
    }
    Ok(record)
}
