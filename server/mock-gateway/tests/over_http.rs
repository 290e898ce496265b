//! The mock as its clients see it.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::HashMap;
use std::sync::Arc;

use gateway::{Fault, Gateway, RunningGateway, Service, World, start};
use serde_json::Value;
use time::macros::datetime;

/// As the guide writes it, in capitals.
fn md5(text: &str) -> String {
    use md5::{Digest, Md5};
    hex::encode_upper(Md5::digest(text))
}

async fn mock() -> RunningGateway {
    let world = World::parse(include_str!("../people.example.toml")).unwrap();
    let gateway = Gateway::new(world, Arc::new(|| datetime!(2026-11-23 01:00 UTC)), "key");
    start(gateway, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(5)).build().unwrap()
}

async fn take_token(running: &RunningGateway) -> (String, String) {
    let form = HashMap::from([("username", "31999_BV".to_owned()), ("password", md5("mock-password"))]);
    let url = format!("{}/api/token/take", running.base_url());
    let reply: Value = client().post(url).form(&form).send().await.unwrap().json().await.unwrap();
    let text = |name: &str| reply["APIKey"][name].as_str().unwrap().to_owned();
    (text("access_token"), text("id_token"))
}

async fn look_up(running: &RunningGateway, token: &str, id_token: &str) -> reqwest::Response {
    let query = [
        ("token", token.to_owned()),
        ("id_token", id_token.to_owned()),
        ("username", "31999_BV".to_owned()),
        ("password", md5("mock-password")),
    ];
    let form = [
        ("maThe", "085000000017"),
        ("hoTen", "Nguyễn Văn Mẫu"),
        ("ngaySinh", "15/01/1985"),
        ("hoTenCb", "Phạm Thị Trực Ban"),
        ("cccdCb", "031080000099"),
    ];
    let url = format!("{}/api/egw/KQNhanLichSuKCB2024", running.base_url());
    client().post(url).query(&query).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn a_token_opens_the_look_up_and_nothing_else_does() {
    let running = mock().await;
    let (token, id_token) = take_token(&running).await;
    let reply: Value = look_up(&running, &token, &id_token).await.json().await.unwrap();
    assert_eq!(reply["maKetQua"], "000");
    let reply: Value = look_up(&running, "not-a-token", &id_token).await.json().await.unwrap();
    assert_eq!(reply["maKetQua"], "401");
    assert_eq!(running.gateway.lookups(), 1);
}

#[tokio::test]
async fn faults_strike_as_often_as_they_were_told_to() {
    let running = mock().await;
    let (token, id_token) = take_token(&running).await;
    running.gateway.set_fault(Service::Entitlement, Fault::Down, Some(1));
    assert_eq!(look_up(&running, &token, &id_token).await.status(), 503);
    running.gateway.set_fault(Service::Entitlement, Fault::Garbage, Some(1));
    assert!(look_up(&running, &token, &id_token).await.json::<Value>().await.is_err());
    let reply: Value = look_up(&running, &token, &id_token).await.json().await.unwrap();
    assert_eq!(reply["maKetQua"], "000");
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let gateway = Gateway::new(World::parse("").unwrap(), Arc::new(|| datetime!(2026-11-23 01:00 UTC)), "key");
    assert!(start(gateway, "0.0.0.0:0".parse().unwrap()).await.is_err());
}

#[tokio::test]
async fn the_page_shows_counts_and_masks_numbers() {
    let running = mock().await;
    let (token, id_token) = take_token(&running).await;
    look_up(&running, &token, &id_token).await;
    let page = client().get(running.base_url()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("…017") && !page.contains("085000000017"));
}
