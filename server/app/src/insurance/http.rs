//! The gateway over HTTP (GATEWAY.md 1.1, 1.2): form bodies, a token in the query, results in the body of a 200.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::{Account, Token};
use super::answer::InsuranceCard;
use super::duty::DutyRoster;
use super::{EntitlementQuery, EntitlementRecord, EntitlementSource, LookUp, ResultCode, Silence};
use crate::clock::SharedClock;
use crate::config::{ConfigError, InsuranceConfig};
use crate::outbound::{self, OutboundError};

/// No answer of the look-up comes near it.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
pub struct HttpGateway {
    client: reqwest::Client,
    account: Arc<Account>,
    roster: Arc<DutyRoster>,
    deadline: Duration,
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
        let deadline = Duration::from_millis(config.deadline_ms);
        let (url, username) = (&config.base_url, &config.username);
        let account = Account::new(url, username, &config.password, "insurance.password", deadline, clock.clone())?;
        let roster = DutyRoster::from_config(config, clock)?;
        Ok(Self::new(Arc::new(account), Arc::new(roster), deadline))
    }

    /// With an account and a roster that others use too.
    pub fn new(account: Arc<Account>, roster: Arc<DutyRoster>, deadline: Duration) -> Self {
        Self { client: outbound::client(), account, roster, deadline }
    }

    async fn ask(&self, query: &EntitlementQuery) -> Result<EntitlementRecord, Silence> {
        let token = self.account.token().await?;
        let reply = self.ask_with(&token, query).await;
        let refused = match &reply {
            Ok(reply) => ResultCode::parse(&reply.ma_ket_qua).is_some_and(ResultCode::token_is_refused),
            Err(Silence::HttpStatus(401)) => true,
            Err(_) => false,
        };
        let reply = if refused {
            // Once: an account that is locked would otherwise be asked without end.
            self.account.forget(&token).await;
            let token = self.account.token().await?;
            self.ask_with(&token, query).await?
        } else {
            reply?
        };
        record(reply)
    }

    async fn ask_with(&self, token: &Token, query: &EntitlementQuery) -> Result<EntitlementReply, Silence> {
        let officer = self.roster.now().await?;
        let in_query = [
            ("token", token.access_token.as_str()),
            ("id_token", &token.id_token),
            ("username", self.account.username()),
            ("password", self.account.password()),
        ];
        let form = [
            ("maThe", query.number.as_str()),
            ("hoTen", &query.name),
            ("ngaySinh", &query.birth),
            ("hoTenCb", officer.name.as_str()),
            ("cccdCb", officer.number.as_str()),
        ];
        let url = format!("{}/api/egw/KQNhanLichSuKCB2024", self.account.base_url());
        answer(self.client.post(url).query(&in_query).form(&form)).await
    }
}

impl EntitlementSource for HttpGateway {
    fn look_up<'a>(&'a self, query: &'a EntitlementQuery) -> LookUp<'a> {
        Box::pin(
            async move { tokio::time::timeout(self.deadline, self.ask(query)).await.unwrap_or(Err(Silence::TimedOut)) },
        )
    }
}

pub(super) async fn answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Silence> {
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
