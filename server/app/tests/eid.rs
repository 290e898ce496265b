//! E-identity: the person a verifier vouches for, and the five ways it fails.

mod fixture;

use api::{Assurance, DocumentClaim, EidPerson, EidRequest, IdentificationRequest, Problem, ProblemCode, VisitId};
use axum::http::Method;
use fixture::hospital::{Hospital, MAU, config, matched, of_visit, visit};
use proptest::prelude::*;
use server::eid::{HttpVerifier, SignedAnswer, VerifierFailure, verifying_key};
use sha2::{Digest, Sha256};

const PORTRAIT: [u8; 6] = [0xFF, 0xD8, 0xFF, 1, 2, 3];

fn answer(nonce: &str) -> SignedAnswer {
    SignedAnswer {
        number: MAU.into(),
        name: "Nguyễn Văn Mẫu".into(),
        birth: "15/01/1985".into(),
        portrait: PORTRAIT.to_vec(),
        nonce: nonce.into(),
        kiosk: "sanh-1".into(),
        expires_at: "2026-11-23T01:05:00Z".into(),
        signature: Vec::new(),
    }
}

async fn show(hospital: &Hospital, visit: VisitId, code: &str) -> Result<EidPerson, Problem> {
    let request = EidRequest { code: code.into() };
    hospital.call(Method::POST, &of_visit(api::path::EID, visit), &request).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> ProblemCode {
    result.expect_err("refused").code
}

#[tokio::test]
async fn a_confirmed_person_whose_face_matches_the_verifier_s_portrait_reaches_level_a() {
    let hospital = Hospital::open(None).await;
    let visit = visit();
    hospital.verifier.answers("code", answer("nonce-of-session-1"));
    let person = show(&hospital, visit, "code").await.expect("confirmed");
    assert_eq!((person.number.as_str(), person.portrait.0.as_slice()), (MAU, &PORTRAIT[..]));
    let request = IdentificationRequest {
        document: DocumentClaim::Eid,
        face: matched(Sha256::digest(PORTRAIT).into()),
        consent: None,
    };
    let reply = hospital.identify(visit, &request).await.expect("identified");
    assert_eq!(reply.assurance, Assurance::A);
    assert_eq!(reply.person.expect("a person").name, "Nguyễn Văn Mẫu");

    let other = fixture::hospital::visit();
    hospital.verifier.answers("code 2", answer("nonce-of-session-2"));
    show(&hospital, other, "code 2").await.expect("confirmed");
    let request = IdentificationRequest { document: DocumentClaim::Eid, face: matched([1; 32]), consent: None };
    assert_eq!(hospital.identify(other, &request).await.expect("answered").assurance, Assurance::C);
    let nobody = hospital.identify(fixture::hospital::visit(), &request).await;
    assert_eq!(code(nobody), ProblemCode::EidRefused, "no answer is held for that visit");
}

#[tokio::test]
async fn the_five_failures_have_five_names() {
    let hospital = Hospital::open(None).await;
    let show = |code: &'static str| show(&hospital, visit(), code);
    hospital.verifier.answers("good", answer("nonce-of-session-1"));
    show("good").await.expect("confirmed");
    assert_eq!(code(show("good").await), ProblemCode::EidReplayed);
    hospital.verifier.answers("copied", answer("nonce-of-session-1"));
    assert_eq!(code(show("copied").await), ProblemCode::EidReplayed, "our own memory, not the verifier's word");
    hospital.verifier.answers("old", changed(|answer| answer.expires_at = "2026-11-23T01:00:00Z".into()));
    assert_eq!(code(show("old").await), ProblemCode::EidExpired);
    hospital.verifier.answers("there", changed(|answer| answer.kiosk = "sanh-2".into()));
    assert_eq!(code(show("there").await), ProblemCode::EidOtherKiosk);
    hospital.verifier.says("down", Err(VerifierFailure::Down));
    assert_eq!(code(show("down").await), ProblemCode::EidVerifierDown);
    for (said, expected) in [
        (VerifierFailure::Replayed, ProblemCode::EidReplayed),
        (VerifierFailure::Expired, ProblemCode::EidExpired),
        (VerifierFailure::OtherKiosk, ProblemCode::EidOtherKiosk),
        (VerifierFailure::Refused, ProblemCode::EidRefused),
    ] {
        hospital.verifier.says("said", Err(said));
        assert_eq!(code(show("said").await), expected);
    }

    let directory = tempfile::tempdir().expect("a directory");
    let clock = hospital.clock.clone();
    let outside = server::Outside::default();
    let app = server::App::open(config(&directory, None, ""), clock, outside).await.expect("opens");
    let kiosk = api::KioskId::parse("sanh-1").expect("a kiosk");
    let request = EidRequest { code: "any".into() };
    let refused = server::eid::resolve(&app, &kiosk, visit(), &request).await.expect_err("none configured");
    assert_eq!(refused.problem().code, ProblemCode::EidNotConfigured);
}

fn changed(change: impl FnOnce(&mut SignedAnswer)) -> SignedAnswer {
    let mut answer = answer("nonce-of-another-session");
    change(&mut answer);
    answer
}

#[tokio::test]
async fn an_answer_that_was_changed_after_signing_is_refused() {
    let hospital = Hospital::open(None).await;
    let forged = changed(|answer| answer.signature = vec![0; 64]);
    hospital.verifier.says("forged", Ok(forged));
    assert_eq!(code(show(&hospital, visit(), "forged").await), ProblemCode::EidRefused);
    hospital.verifier.says("short", Ok(changed(|answer| answer.signature = vec![0; 3])));
    assert_eq!(code(show(&hospital, visit(), "short").await), ProblemCode::EidRefused);
    for odd in [
        changed(|answer| answer.number = "123".into()),
        changed(|answer| answer.birth = "yesterday".into()),
        changed(|answer| answer.nonce = "short".into()),
        changed(|answer| answer.expires_at = "soon".into()),
    ] {
        hospital.verifier.answers("odd", odd);
        assert_eq!(code(show(&hospital, visit(), "odd").await), ProblemCode::EidRefused);
    }
}

#[test]
fn the_signed_bytes_are_those_of_the_contract() {
    let bytes = answer("n").signed_bytes();
    let mut expected = b"tiepdon-eid-answer-v1\n\0\0\0\x0c031085000017".to_vec();
    expected.extend(b"\0\0\0\x13Nguy\xe1\xbb\x85n V\xc4\x83n M\xe1\xba\xabu\0\0\0\x0a15/01/1985\0\0\0\x20");
    expected.extend(Sha256::digest(PORTRAIT));
    expected.extend(b"\0\0\0\x01n\0\0\0\x06sanh-1\0\0\0\x142026-11-23T01:05:00Z");
    assert_eq!(bytes, expected);
    assert!(verifying_key("zz").is_none());
}

/// A verifier that answers every request with the same status and body.
async fn verifier_saying(status: u16, body: Vec<u8>) -> (HttpVerifier, tokio::task::JoinHandle<()>) {
    let router = axum::Router::new().route(
        "/v1/resolve",
        axum::routing::post(async move || (axum::http::StatusCode::from_u16(status).expect("a status"), body.clone())),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
    (verifier_at(&format!("http://{address}")), serving)
}

fn verifier_at(base_url: &str) -> HttpVerifier {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("key");
    std::fs::write(&path, "secret").expect("writes");
    let config = server::config::EidConfig {
        base_url: base_url.into(),
        api_key: server::config::SecretSource::File(path),
        public_key: String::new(),
        deadline_ms: 2000,
    };
    HttpVerifier::from_config(&config).expect("a verifier")
}

#[tokio::test]
async fn each_refusal_of_the_contract_is_told_apart_over_http() {
    use server::eid::EidVerifier;
    let kiosk = api::KioskId::parse("sanh-1").expect("a kiosk");
    for (status, body, expected) in [
        (409, r#"{"error":"replayed"}"#.as_bytes().to_vec(), VerifierFailure::Replayed),
        (410, r#"{"error":"expired"}"#.into(), VerifierFailure::Expired),
        (403, r#"{"error":"other_kiosk"}"#.into(), VerifierFailure::OtherKiosk),
        (404, r#"{"error":"unknown"}"#.into(), VerifierFailure::Refused),
        (422, b"".to_vec(), VerifierFailure::Refused),
        (401, r#"{"error":"not_authorised"}"#.into(), VerifierFailure::Down),
        (500, b"oops".to_vec(), VerifierFailure::Down),
        (302, b"".to_vec(), VerifierFailure::Down),
        (200, b"<html>".to_vec(), VerifierFailure::Refused),
        (200, vec![b' '; 1024 * 1024 + 1], VerifierFailure::Refused),
    ] {
        let (verifier, serving) = verifier_saying(status, body).await;
        assert_eq!(verifier.resolve("code", &kiosk).await.expect_err("fails"), expected, "{status}");
        serving.abort();
    }
    let gone = verifier_at("http://127.0.0.1:1");
    assert_eq!(gone.resolve("code", &kiosk).await.expect_err("fails"), VerifierFailure::Down);
}

proptest! {
    #[test]
    fn no_answer_panics_the_server(fields in proptest::array::uniform7(".{0,40}"), signature in proptest::collection::vec(any::<u8>(), 0..80)) {
        let [number, name, birth, portrait, nonce, kiosk, expires_at] = fields;
        let answer = SignedAnswer { number, name, birth, portrait: portrait.into_bytes(), nonce, kiosk, expires_at, signature };
        let key = verifying_key("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").expect("a key");
        let kiosk = api::KioskId::parse("sanh-1").expect("a kiosk");
        prop_assert!(answer.accept(&key, &kiosk, fixture::hospital::OPENING).is_err());
    }
}
