//! Drafts of the hospital's own system: each taken once however often it comes, with numbers of its own ranges.

mod fixture;

use std::process::{Command, Stdio};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use certificates::{Draft, sim};
use fixture::desk::by;
use fixture::hospital::{Answer, Hospital, TODAY, config};
use serde_json::{Value, json};
use server::certificate::{CertificateState, FreezeTo, NumberSource, Why, freeze_paper};
use server::paper::OpenPaper;
use server::store::CertificateId;

const KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";

async fn hospital() -> Hospital {
    let key = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(key.path(), KEY).expect("writes");
    let more = format!("[hospital_system]\nkey = {{ file = \"{}\" }}\n", key.path().display());
    Hospital::with(None, &more).await
}

async fn give(hospital: &Hospital, key: Option<&str>, body: String, form: &str) -> Answer {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/hospital-system/v1/certificates")
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_TYPE, form);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    hospital.send(request.body(Body::from(body)).expect("a request")).await
}

async fn give_json(hospital: &Hospital, key: Option<&str>, body: &Value) -> Answer {
    give(hospital, key, body.to_string(), "application/json").await
}

fn draft(draft: &Draft) -> Value {
    json!({ "draft": draft, "confirmer": "031192000025" })
}

fn taken(answer: &Answer) -> CertificateId {
    let reply: Value = answer.read().expect("taken");
    reply["certificate"].as_str().expect("an id").parse().expect("a UUID")
}

async fn papers(hospital: &Hospital) -> u64 {
    hospital.app.store.certificate_counts().await.expect("counts").iter().map(|(.., rows)| rows).sum()
}

fn refused(answer: &Answer, status: StatusCode, words: &str) {
    let problem = answer.read::<Value>().expect_err("refused");
    assert_eq!(answer.status, status, "{}", problem.detail);
    assert!(problem.detail.contains(words), "{}", problem.detail);
}

#[tokio::test]
async fn a_draft_that_comes_again_is_the_same_certificate_and_another_under_its_key_is_refused() {
    let hospital = hospital().await;
    let body = draft(&sim::birth(TODAY));
    refused(&give_json(&hospital, None, &body).await, StatusCode::UNPROCESSABLE_ENTITY, "Idempotency-Key");
    refused(&give_json(&hospital, Some("a b"), &body).await, StatusCode::UNPROCESSABLE_ENTITY, "visible");
    assert_eq!(papers(&hospital).await, 0);

    let first = give_json(&hospital, Some("HIS-1"), &body).await;
    let again = give_json(&hospital, Some("HIS-1"), &body).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    // The system's own reference in the body is the same thing, and so is the body however it is set.
    let mut inside = body.clone();
    inside["reference"] = "HIS-1".into();
    let pretty = serde_json::to_string_pretty(&inside).expect("serialises");
    let third = give(&hospital, None, pretty, "application/json").await;
    assert_eq!(first.body, third.body);
    let both = give_json(&hospital, Some("HIS-2"), &inside).await;
    refused(&both, StatusCode::UNPROCESSABLE_ENTITY, "two different");
    assert_eq!(papers(&hospital).await, 1);

    let other = draft(&sim::birth(TODAY).with("TEN_CON", "Nguyễn Thử Nghiệm Bình").expect("field"));
    refused(&give_json(&hospital, Some("HIS-1"), &other).await, StatusCode::CONFLICT, "another draft");
    let mut nobody = body.clone();
    nobody["confirmer"] = Value::Null;
    refused(&give_json(&hospital, Some("HIS-1"), &nobody).await, StatusCode::CONFLICT, "another draft");
    assert_eq!(papers(&hospital).await, 1);

    // A twin of the same mother contradicts the first: it is taken, and the answer says what is wrong, each time.
    let twin = sim::with(sim::birth(TODAY), &[("NGAY_SINH_CON", "22/11/2026 04:17"), ("SO_CON", "2"), ("SO", "18")]);
    let twin = give_json(&hospital, Some("HIS-3"), &draft(&twin)).await;
    let reply: Value = twin.read().expect("taken");
    assert!(reply["findings"].as_array().expect("a list").iter().any(|finding| finding["code"] == "TD113"), "{reply}");
    let open = OpenPaper::find(&hospital.app, taken(&twin)).await.expect("opens").expect("is there");
    assert_eq!(open.notes.confirmer.as_deref(), Some("031192000025"));
}

#[tokio::test]
async fn the_same_draft_by_ten_ways_at_once_is_one_certificate() {
    let hospital = std::sync::Arc::new(hospital().await);
    let mut ways = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let hospital = hospital.clone();
        ways.spawn(async move { taken(&give_json(&hospital, Some("HIS-1"), &draft(&sim::death(TODAY))).await) });
    }
    let mut ids = std::collections::BTreeSet::new();
    while let Some(id) = ways.join_next().await {
        ids.insert(id.expect("no panic"));
    }
    assert_eq!((ids.len(), papers(&hospital).await), (1, 1));
}

#[tokio::test]
async fn a_number_of_the_hospital_s_own_system_is_kept_when_the_command_gave_it_the_range() {
    let hospital = hospital().await;
    let numbered = |number: &str| sim::with(sim::death(TODAY), &[("MA_GBT", number)]);
    let theirs = draft(&numbered("00501.GBT.31999.26"));
    let early = give_json(&hospital, Some("HIS-1"), &theirs).await;
    refused(&early, StatusCode::UNPROCESSABLE_ENTITY, "501 is not a number of the hospital system's ranges");

    let file = hospital.directory.path().join("server.toml");
    let config = config(&hospital.directory, None, "");
    std::fs::write(&file, toml::to_string(&config).expect("serialises")).expect("writes");
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiepdon-server"));
        command.arg("--config").arg(&file).arg("certificate").args(arguments).stdin(Stdio::null());
        let output = command.output().expect("runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for range in [["1", "500", "ours"], ["501", "600", "hospital-system"]] {
        let [first, last, owner] = range;
        let given = command(&["range", "death", "2026", first, last, "--owner", owner, "--by", "hoa"]);
        assert!(given.0, "{}", given.1);
    }
    let overlapping = command(&["range", "death", "2026", "600", "700", "--owner", "ours", "--by", "hoa"]);
    assert!(!overlapping.0);
    let (done, list) = command(&["ranges", "death", "2026"]);
    assert!(done && list.contains("1-500  ours") && list.contains("501-600  hospital_system"), "{list}");

    let given = give_json(&hospital, Some("HIS-1"), &theirs).await;
    let id = taken(&given);
    let double = give_json(&hospital, Some("HIS-2"), &theirs).await;
    refused(&double, StatusCode::CONFLICT, "another paper has the number 501");
    let ours = taken(&give_json(&hospital, Some("HIS-3"), &draft(&sim::death(TODAY))).await);
    for (id, key) in [(id, "00501.GBT.31999.26"), (ours, "00001.GBT.31999.26")] {
        let to = (NumberSource::Drawn, FreezeTo::Sign);
        freeze_paper(&hospital.app, id, to, by(Why::NobodyToAsk)).await.expect("freezes");
        let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
        assert_eq!(row.natural_key.as_deref(), Some(key));
    }
    let elsewhere = give_json(&hospital, Some("HIS-4"), &draft(&numbered("00502.GBT.31998.26"))).await;
    assert!(elsewhere.text().contains("CTDT007"), "a number of another facility is a finding: {}", elsewhere.text());
}

#[tokio::test]
async fn a_draft_arrives_with_its_findings_as_json_or_as_the_xml_of_the_wire() {
    let hospital = hospital().await;
    let body = json!({"draft": {"kind": "birth", "fields": {"HOTEN_NND": "Trần Thị Thử Nghiệm"}}});
    let answer = give_json(&hospital, Some("HIS-1"), &body).await;
    let reply: Value = answer.read().expect("an answer");
    assert!(reply["findings"].as_array().expect("a list").iter().any(|finding| finding["blocks"] == true));
    let row = hospital.app.store.certificate(taken(&answer)).await.expect("reads").expect("is there");
    assert_eq!(row.state, CertificateState::Blocked);
    let xml = "<HSDLGBT><GIAYBAOTU Id=\"Id-1\"><HO_TEN>Nguyễn Văn Mẫu</HO_TEN></GIAYBAOTU><CHUKYDONVI/></HSDLGBT>";
    let answer = give(&hospital, Some("HIS-2"), xml.to_owned(), "application/xml").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    for (form, body) in [("application/json", "{}"), ("application/xml", "<x/>")] {
        let answer = give(&hospital, Some("HIS-3"), body.to_owned(), form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
