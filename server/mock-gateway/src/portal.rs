//! The portal's services over HTTP: each handler takes its turn, asks the judge of its service, and answers.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use crate::fault::{Fault, Service};
use crate::form::{self, Fields};
use crate::page::SeenLookup;
use crate::server::{Gateway, keep};
use crate::settings::TokenRule;
use crate::turn::refusal;
use crate::upload::Refused;
use crate::{check_in, driver, record, token, upload};

pub(crate) async fn take_token(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let turn = gateway.turn(Service::Token);
    if let Some(response) = turn.fail().await {
        return response;
    }
    let Some(fields) = form::read(&headers, &body) else { return turn.answer(refusal(Service::Token, "500")).await };
    let (reply, token) = token::take(gateway.world(), &fields, gateway.now());
    if let Some(token) = token {
        let now = gateway.now();
        let mut state = gateway.state();
        let newest_only = gateway.settings().tokens == TokenRule::NewestOnly;
        state.tokens.retain(|old| old.expires_at > now && !(newest_only && old.username == token.username));
        if turn.fault != Some(Fault::TokenExpired) {
            state.tokens.push(token);
        }
        state.counts.tokens_given += 1;
    }
    turn.answer(reply).await
}

pub(crate) async fn look_up(
    State(gateway): State<Gateway>,
    Query(query): Query<Fields>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let turn = gateway.turn(Service::Entitlement);
    if let Some(response) = turn.fail().await {
        return response;
    }
    let field = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let token = gateway.token(field("token"), field("id_token"), field("password"), turn.fault);
    if token.is_none_or(|token| token.username != field("username")) {
        return turn.answer(refusal(Service::Entitlement, "401")).await;
    }
    let Some(fields) = form::read(&headers, &body) else {
        return turn.answer(refusal(Service::Entitlement, "205")).await;
    };
    let now = gateway.now();
    let reply = crate::entitlement::look_up(gateway.world(), &fields, now.date());
    let key = fields.get("maThe").map(String::as_str).unwrap_or_default();
    let seen = SeenLookup {
        at: now.format(&Rfc3339).unwrap_or_default(),
        masked_key: format!("…{}", key.get(key.len().saturating_sub(3)..).unwrap_or_default()),
        officer: fields.get("hoTenCb").map(|name| record::initials(name)).unwrap_or_default(),
        result: reply["maKetQua"].as_str().unwrap_or_default().to_owned(),
    };
    {
        let mut state = gateway.state();
        state.counts.lookups += 1;
        keep(&mut state.lookups, seen);
    }
    turn.answer(reply).await
}

pub(crate) async fn receive_check_in(State(gateway): State<Gateway>, headers: HeaderMap, body: Bytes) -> Response {
    let turn = gateway.turn(Service::CheckIn);
    if let Some(response) = turn.fail().await {
        return response;
    }
    let (access, id, password) = check_in::presented_token(&headers);
    let Some(token) = gateway.token(access, id, password, turn.fault) else {
        return turn.answer(refusal(Service::CheckIn, "401")).await;
    };
    let Some(fields) = form::read(&headers, &body) else {
        return turn.answer(refusal(Service::CheckIn, "500")).await;
    };
    let (reply, received) = check_in::receive(&fields, &token, gateway.now());
    if let Some(record) = received {
        if let Err(refused) = gateway.take(record, "500").await {
            gateway.note_refusal(Service::CheckIn, &refused);
            return turn.answer(refusal(Service::CheckIn, refused.code)).await;
        }
        gateway.state().counts.check_ins += 1;
    }
    turn.answer(reply).await
}

pub(crate) async fn receive_paper(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let turn = gateway.turn(Service::Papers);
    if let Some(response) = turn.fail().await {
        return response;
    }
    let reply = to_the_end(async move {
        take_paper(&gateway, &headers, body, turn.fault).await.unwrap_or_else(|refused| {
            gateway.note_refusal(Service::Papers, &refused);
            upload::refusal(refused.code)
        })
    });
    turn.answer(reply.await.unwrap_or_else(|| upload::refusal("500"))).await
}

async fn take_paper(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    fault: Option<Fault>,
) -> Result<Value, Refused> {
    let body = body.map_err(|_| Refused::new("1001", "the request is too large"))?;
    let fields = form::read_form(headers, &body).ok_or_else(|| Refused::new("500", "not form-urlencoded"))?;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let token = gateway.token(field("token"), field("id_token"), field("password"), fault);
    let token = token.filter(|token| token.username == field("username"));
    let token = token.ok_or_else(|| Refused::new("401", "token, id_token, username, password"))?;
    let rules = gateway.rules();
    let record = off_the_runtime(move || upload::judge(&fields, &token.facility, rules)).await?;
    let reply = upload::reply(&record);
    gateway.take(record, "205").await?;
    gateway.state().counts.papers += 1;
    Ok(reply)
}

pub(crate) async fn receive_driver(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let turn = gateway.turn(Service::Driver);
    if let Some(response) = turn.fail().await {
        return response;
    }
    let reply = to_the_end(async move {
        take_driver(&gateway, &headers, body, turn.fault).await.unwrap_or_else(|refused| {
            gateway.note_refusal(Service::Driver, &refused);
            driver::refusal(&refused.reason)
        })
    });
    turn.answer(reply.await.unwrap_or_else(|| refusal(Service::Driver, "500"))).await
}

async fn take_driver(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    fault: Option<Fault>,
) -> Result<Value, Refused> {
    let body = body.map_err(|_| Refused::new("0", "the request is too large"))?;
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let account = gateway.world().account(header("Username")).filter(|account| {
        // There is no token to expire here: the account itself is refused this once.
        !account.locked
            && token::password_matches(&account.password, header("Password"))
            && fault != Some(Fault::TokenExpired)
    });
    let account = account.ok_or_else(|| Refused::new("0", "Tài khoản không hợp lệ"))?;
    if !header("content-type").starts_with("application/json") {
        return Err(Refused::new("0", "not application/json"));
    }
    let (facility, rules) = (account.facility.clone(), gateway.rules());
    let accepted = off_the_runtime(move || driver::judge(&body, &facility, rules)).await?;
    gateway.take(accepted.record, "0").await?;
    gateway.state().counts.drivers += 1;
    Ok(accepted.reply)
}

/// A client that goes away does not stop what it asked for.
async fn to_the_end(work: impl Future<Output = Value> + Send + 'static) -> Option<Value> {
    tokio::spawn(work).await.ok()
}

/// Signatures are arithmetic: other requests are not held up by it.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Refused::new("500", "the check ended early"))?
}
