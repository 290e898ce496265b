//! The real program, killed with SIGKILL while a driver's declaration is written: either nothing of it is there and the same
//! request is taken, or all of it and the same request gets the same answer.

mod fixture;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::papers::{
    ChipAnswer, ConfirmationNonce, NonceRequest, Questionnaire, Subject, SubmissionReply, SubmitAnswers,
};
use api::papers::{answers_hash, confirmation_challenge, path};
use api::{ChallengeReply, IdentificationReply, KIOSK_HEADER, VisitId};
use emrtd::sim::{Issuer, IssuerOptions};
use fixture::desk::{answered, answers};
use fixture::hospital::{card, config, enrol, identification, of_visit, visit};
use rand::thread_rng;
use reqwest::Method;
use serde::de::DeserializeOwned;
use server::clock::{HO_CHI_MINH, SystemClock};
use server::config::Config;
use server::store::CertificateId;
use server::{App, Outside};
use tempfile::TempDir;
use time::OffsetDateTime;

const PATIENCE: Duration = Duration::from_secs(60);

struct House {
    folder: TempDir,
    config: Config,
    key: String,
    kiosk: reqwest::Client,
}

/// The program, which ends with the test whatever happens.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already where it was killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl House {
    async fn new(issuer: &Issuer) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(&folder, Some(issuer.csca_der()), "[papers]\ndriver_department = \"K01\"\n");
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        config.listen = free.local_addr().expect("an address");
        drop(free);
        std::fs::write(folder.path().join("server.toml"), toml::to_string(&config).expect("serialises"))
            .expect("writes");
        let app = open(&config).await;
        let key = enrol(&app, "sanh-1").await;
        app.store.close().await;
        Self { folder, config, key, kiosk: reqwest::Client::new() }
    }

    async fn serve(&self, failpoint: Option<&str>) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiepdon-server"));
        command.arg("--config").arg(self.folder.path().join("server.toml")).arg("serve");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).env_remove("TIEPDON_FAILPOINT");
        if let Some(place) = failpoint {
            command.env("TIEPDON_FAILPOINT", place).env("TIEPDON_FAILPOINT_DIR", self.folder.path());
        }
        let server = Server(command.spawn().expect("the server starts"));
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(self.config.listen).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server never listens");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.kiosk.request(method, format!("http://{}{path}", self.config.listen));
        request.header(KIOSK_HEADER, "sanh-1").bearer_auth(&self.key)
    }

    async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, body: &impl serde::Serialize) -> T {
        let request = self.request(method, path).body(serde_json::to_vec(body).expect("serialises"));
        let reply = request.send().await.expect("an answer");
        let (status, body) = (reply.status(), reply.bytes().await.expect("a body"));
        assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("the reply of this version")
    }

    async fn submission(&self, issuer: &Issuer, visit: VisitId) -> SubmitAnswers {
        let card = card(issuer);
        let challenge: ChallengeReply = self.call(Method::POST, &of_visit(api::path::CHALLENGE, visit), &()).await;
        let claim = identification(&card, challenge.challenge.0);
        let _: IdentificationReply = self.call(Method::PUT, &of_visit(api::path::IDENTIFICATION, visit), &claim).await;
        let asked: Questionnaire = self.call(Method::GET, &of_visit(path::QUESTIONNAIRE, visit), &()).await;
        let answers = answers(&asked, &[]);
        let hash = answers_hash(&asked.version, &answers);
        let request = NonceRequest { subject: Subject::Questionnaire, text_hash: hash };
        let nonce: ConfirmationNonce = self.call(Method::POST, &of_visit(path::NONCES, visit), &request).await;
        let challenge = confirmation_challenge(hash, nonce.nonce, nonce.confirmed_at);
        let chip: ChipAnswer = answered(&card, challenge.0);
        SubmitAnswers {
            version: asked.version,
            answers,
            answers_hash: hash,
            nonce: nonce.nonce,
            confirmed_at: nonce.confirmed_at,
            challenge,
            chip,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

async fn open(config: &Config) -> App {
    App::open(config.clone(), Arc::new(SystemClock), Outside::default()).await.expect("opens")
}

/// Certificates, and whether one has its declaration, notes and people.
async fn written(house: &House, visit: VisitId, submission: &SubmitAnswers) -> (u64, bool) {
    let app = open(&house.config).await;
    let papers = app.store.certificate_counts().await.expect("counts").iter().map(|(.., rows)| rows).sum();
    let consent = app.store.consent(visit, "questionnaire", &submission.answers_hash.0).await.expect("reads");
    let mut whole = false;
    if let Some(consent) = consent {
        let id: CertificateId = consent.certificate;
        let declared = app.store.declaration(id).await.expect("reads").is_some();
        let notes = app.store.paper_notes(id).await.expect("reads").is_some();
        let row = app.store.certificate(id).await.expect("reads").expect("is there");
        whole = declared && notes && row.confirmer.is_some();
    }
    app.store.close().await;
    (papers, whole)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_there_whole_or_not_at_all_and_the_same_request_ends_it() {
    for (place, before) in [("declare.written", (0, false)), ("declare.committed", (1, true))] {
        let today = OffsetDateTime::now_utc().to_offset(HO_CHI_MINH).date();
        let issuer = Issuer::new(IssuerOptions::default(), today, &mut thread_rng());
        let house = House::new(&issuer).await;
        let server = house.serve(Some(place)).await;
        let visit = visit();
        let submission = house.submission(&issuer, visit).await;
        let submit = of_visit(path::SUBMISSION, visit);
        let body = serde_json::to_vec(&submission).expect("serialises");
        let cut_off = tokio::spawn(house.request(Method::PUT, &submit).body(body).send());
        let begun = Instant::now();
        while !house.path(place).exists() {
            assert!(begun.elapsed() < PATIENCE, "{place} was never reached");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(server);
        assert!(cut_off.await.expect("no panic").is_err(), "nobody answered");
        assert_eq!(written(&house, visit, &submission).await, before, "{place}");

        let server = house.serve(None).await;
        let reply: SubmissionReply = house.call(Method::PUT, &submit, &submission).await;
        let again: SubmissionReply = house.call(Method::PUT, &submit, &submission).await;
        assert_eq!(reply, again);
        drop(server);
        assert_eq!(written(&house, visit, &submission).await, (1, true), "{place}");
    }
}
