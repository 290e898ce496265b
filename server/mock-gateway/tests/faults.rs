//! The ways in which the gateway fails, as its clients see them, and what it has done meanwhile.

mod signed;

use std::time::Duration;

use gateway::{Fault, Gateway, Kind, Service, Settings, StoreError, TokenRule};
use signed::{FACILITY, Portal, Signer, VirtualClock, settings, world};

const NUMBER: &str = "00001.GCS.31999.26";

/// Status and body, or what went wrong on the line.
async fn send(portal: &Portal, token: &signed::Token, xml: &str) -> Result<(u16, String), reqwest::Error> {
    let response = portal.paper(token, FACILITY, "61", xml).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

fn one_fault(kind: &str) -> String {
    format!("[[fault]]\nservice = 'papers'\nfault = {{ kind = '{kind}' }}\nwhen = {{ nth = [1] }}")
}

#[tokio::test]
async fn each_fault_looks_to_the_sender_as_it_should_and_has_its_effect_or_none() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(NUMBER);
    let mut effects = 0;
    for (kind, status, effect) in [
        ("cut_before", None, 0),
        ("cut_after", None, 1),
        ("half_answer", None, 1),
        ("bad_gateway", Some(502), 1),
        ("down", Some(503), 0),
        ("garbage", Some(200), 0),
        ("wrong_json", Some(200), 0),
        ("server_error", Some(200), 0),
    ] {
        portal.play(&one_fault(kind));
        let answer = send(&portal, &token, &xml).await;
        assert_eq!(answer.as_ref().ok().map(|(status, _)| *status), status, "{kind}: {answer:?}");
        assert!(answer.is_err() || !answer.is_ok_and(|(_, body)| body.contains("\"200\"")), "{kind}");
        effects += effect;
        assert_eq!(portal.gateway().records_of(Kind::Birth, NUMBER).len(), effects, "{kind}");
        let (status, body) = send(&portal, &token, &xml).await.expect("the second request is not struck");
        assert!(status == 200 && body.contains("HS_CHUNGTU"), "{kind}");
        effects += 1;
    }
}

#[tokio::test]
async fn half_an_answer_is_a_head_that_promises_more_than_comes() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    portal.gateway().set_fault(Service::Papers, Fault::HalfAnswer, Some(1));
    let response = portal.paper(&token, FACILITY, "61", &signer.birth(NUMBER)).send().await.expect("the head arrives");
    assert_eq!(response.status(), 200);
    assert!(response.content_length().is_some_and(|length| length > 50));
    assert!(response.text().await.is_err());
}

#[tokio::test]
async fn a_sender_that_dies_waiting_dies_after_the_effect() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    portal.play("[[latency]]\nservice = 'papers'\ndistribution = { kind = 'fixed', ms = 60000 }");
    let request = portal.paper(&token, FACILITY, "61", &signer.birth(NUMBER)).timeout(Duration::from_millis(200));
    assert!(request.send().await.expect_err("it waits no longer").is_timeout());
    until(async || portal.gateway().records_of(Kind::Birth, NUMBER).len() == 1).await;
}

#[tokio::test]
async fn a_token_that_expires_on_the_way_is_a_401_until_a_new_one_is_taken() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    portal.play(&one_fault("token_expired"));
    let xml = signer.birth(NUMBER);
    for _ in 0..2 {
        assert_eq!(portal.upload(&token, "61", &xml).await.0, "401");
    }
    let token = portal.token(FACILITY).await;
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
}

#[tokio::test]
async fn two_processes_on_one_account_may_put_each_other_out() {
    let signer = Signer::new();
    let portal = Portal::with(Settings { tokens: TokenRule::NewestOnly, ..settings(&signer) }).await;
    let (first, second) = (portal.token(FACILITY).await, portal.token(FACILITY).await);
    let xml = signer.birth(NUMBER);
    assert_eq!(portal.upload(&first, "61", &xml).await.0, "401");
    assert_eq!(portal.upload(&second, "61", &xml).await.0, "200");
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    portal.play("[[limit]]\nservice = 'papers'\nper_second = 0.1\nburst = 1");
    let xml = signer.birth(NUMBER);
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    let response = portal.paper(&token, FACILITY, "61", &xml).send().await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "10");
    portal.clock.advance(time::Duration::seconds(10));
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
}

#[tokio::test]
async fn during_an_outage_of_72_hours_the_connection_is_refused_and_after_it_all_is_as_before() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let xml = signer.birth(NUMBER);
    portal.play("[[outage]]\nafter_s = 3600\nhours = 72\nhow = 'refused'");
    let token = portal.token(FACILITY).await;
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    portal.clock.advance(time::Duration::hours(2));
    until(async || tokio::net::TcpStream::connect(portal.running.address).await.is_err()).await;
    let error = send(&portal, &token, &xml).await.expect_err("nobody listens");
    assert!(error.is_connect(), "{error:?}");
    portal.clock.advance(time::Duration::hours(72));
    until(async || tokio::net::TcpStream::connect(portal.running.address).await.is_ok()).await;
    let token = portal.token(FACILITY).await;
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    assert_eq!(portal.gateway().records_of(Kind::Birth, NUMBER).len(), 2);
}

#[tokio::test]
async fn a_script_can_be_played_over_http_and_a_wrong_one_is_named() {
    let portal = Portal::with(Settings::default()).await;
    let put = async |text: &'static str| {
        let response = portal.http.put(portal.url("/mock/script")).body(text).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    };
    assert_eq!(put("[[fault]]\nservice = 'token'\nfault = { kind = 'down' }\nwhen = { every = 1 }").await.0, 204);
    let take = || portal.http.post(portal.url("/api/token/take")).form(&[("username", "x")]).send();
    assert_eq!(take().await.expect("an answer").status(), 503);
    let (status, reason) = put("[[fault]]\nfault = { kind = 'no such' }\nwhen = { every = 1 }").await;
    assert!(status == 422 && reason.contains("no such"));
    portal.http.delete(portal.url("/mock/faults")).send().await.expect("an answer");
    assert_eq!(take().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn stopping_cuts_connections_that_are_open() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let Portal { running, clock, http } = portal;
    let gateway = running.stop().await;
    let portal =
        Portal { running: gateway::start(gateway, ([127, 0, 0, 1], 0).into()).await.expect("listens"), clock, http };
    assert_eq!(portal.upload(&token, "61", &signer.birth(NUMBER)).await.0, "200", "the state is the same");
}

#[tokio::test]
async fn what_was_received_is_there_after_a_restart() {
    let signer = Signer::new();
    let folder = tempfile::tempdir().expect("a folder");
    let with_store = || Settings { store: Some(folder.path().join("received.jsonl")), ..settings(&signer) };
    let portal = Portal::with(with_store()).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(NUMBER);
    portal.gateway().set_fault(Service::Papers, Fault::CutAfter, Some(1));
    assert!(send(&portal, &token, &xml).await.is_err());
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    let clock = VirtualClock::new();
    let open = || Gateway::open(world(), clock.as_clock(), "key", with_store());
    assert!(matches!(open(), Err(StoreError::InUse(_))), "one process at a time");
    drop(portal.running.stop().await);
    let mut gateway = open();
    while matches!(gateway, Err(StoreError::InUse(_))) {
        tokio::task::yield_now().await;
        gateway = open();
    }
    let portal = Portal::over(gateway.expect("opens"), clock).await;
    assert_eq!(portal.gateway().doubled()[0].records, 2);
    let url = portal.url(&format!("/mock/records?kind=birth&key={NUMBER}"));
    let records: serde_json::Value = portal.http.get(url).send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(records.as_array().map(Vec::len), Some(2));
    assert_eq!(records[0]["facility"], FACILITY);
}

/// Waits for a condition, and fails after a time no machine needs.
async fn until(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the condition comes true");
}
