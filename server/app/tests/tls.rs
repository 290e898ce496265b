//! Real TLS on loopback: the certificate that the server shows, and kiosks that show theirs. The kiosk's side is the client
//! that kiosks have.

mod fixture;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::{EnrolmentCode, KioskId, ProblemCode};
use devices::enrolment::{EnrolError, KioskIdentity, enrol};
use devices::server_client::{ClientError, KioskKey, Patience, ServerClient, ServerError};
use fixture::hospital::{OPENING, config};
use rcgen::{CertificateParams, KeyPair, SanType};
use server::clock::ManualClock;
use server::enrolment::{self, Revocation};
use server::tls::ServedCertificate;
use server::{Outside, RunningServer};
use tempfile::TempDir;

struct Hospital {
    server: RunningServer,
    clock: Arc<ManualClock>,
    directory: TempDir,
    more: String,
}

/// A certificate for 127.0.0.1, signed by itself.
fn write_certificate(directory: &Path) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::IpAddress("127.0.0.1".parse().expect("an address"))];
    let certificate = params.self_signed(&key).expect("a certificate");
    std::fs::write(directory.join("server.key"), key.serialize_pem()).expect("writes");
    std::fs::write(directory.join("server.pem"), certificate.pem()).expect("writes");
    certificate.pem().into_bytes()
}

impl Hospital {
    async fn open(kiosk_keys: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        write_certificate(directory.path());
        let path = |name: &str| directory.path().join(name).display().to_string();
        let more = format!(
            "[tls]\ncertificate = \"{}\"\nkey = \"{}\"\nkiosk_keys = \"{kiosk_keys}\"\n\
             [papers]\npublic_listen = \"127.0.0.1:0\"\npublic_url = \"https://127.0.0.1\"\n",
            path("server.pem"),
            path("server.key"),
        );
        let clock = Arc::new(ManualClock::at(OPENING));
        let server = server::start(config(&directory, None, &more), clock.clone(), Outside::default());
        Self { server: server.await.expect("starts"), clock, directory, more }
    }

    fn address(&self) -> String {
        format!("https://{}", self.server.addr)
    }

    fn authority(&self) -> Vec<u8> {
        std::fs::read(self.directory.path().join("server.pem")).expect("is there")
    }

    /// Whom everybody asks about what is shown.
    fn served(&self) -> Arc<ServedCertificate> {
        let config = config(&self.directory, None, &self.more);
        ServedCertificate::open(config.tls.as_ref().expect("configured")).expect("opens")
    }

    async fn code(&self, kiosk: &str) -> EnrolmentCode {
        let kiosk = KioskId::parse(kiosk).expect("an id");
        enrolment::make_code(&self.server.app, &kiosk, self.served().fingerprint(), "test").await.expect("a code")
    }

    async fn enrol(&self, code: &EnrolmentCode) -> Result<KioskIdentity, EnrolError> {
        let (address, code) = (self.address(), code.clone());
        blocking(move || enrol(&address, &code, patience())).await
    }

    /// A kiosk with a certificate, as it stands in the hall.
    async fn kiosk(&self, kiosk: &str) -> Kiosk {
        let identity = self.enrol(&self.code(kiosk).await).await.expect("enrolled");
        self.showing(identity, self.directory.path().join(format!("{kiosk}.pem")))
    }

    fn showing(&self, identity: KioskIdentity, file: PathBuf) -> Kiosk {
        let (address, authority) = (self.address(), self.authority());
        let client = || ServerClient::certified(&address, identity, &file, Some(&authority), patience());
        Kiosk { client: tokio::task::block_in_place(client).expect("a client"), file }
    }
}

struct Kiosk {
    client: ServerClient,
    file: PathBuf,
}

impl Kiosk {
    async fn asks(&self) -> Result<String, ServerError> {
        let client = self.client.clone();
        blocking(move || client.configuration().map(|answer| answer.facility_code)).await
    }

    /// A round of the kiosk's upkeep, with the server's time as now.
    async fn renews(&self, clock: &Arc<ManualClock>) -> bool {
        let (client, clock) = (self.client.clone(), clock.clone());
        blocking(move || client.renew_if_due(server::clock::Clock::now(&*clock))).await.expect("renews")
    }
}

fn patience() -> Patience {
    Patience { connect: Duration::from_secs(20), answer: Duration::from_secs(30) }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("does not panic")
}

fn code_of<T: std::fmt::Debug>(answer: Result<T, ServerError>) -> ProblemCode {
    match answer {
        Err(ServerError::Problem(problem)) => problem.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_enrols_with_a_code_that_is_good_once() {
    let hospital = Hospital::open("refused").await;
    let code = hospital.code("sanh-1").await;
    let identity = hospital.enrol(&code).await.expect("enrolled");
    let kiosk = hospital.showing(identity, hospital.directory.path().join("kiosk.pem"));
    assert_eq!(kiosk.asks().await.expect("answers"), "31999");
    let twice = hospital.enrol(&code).await;
    assert!(
        matches!(twice, Err(EnrolError::Server(ServerError::Problem(problem))) if problem.code == ProblemCode::EnrolmentRefused)
    );
    kiosk.asks().await.expect("the first one counts as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_late_or_another_kiosk_s_or_for_another_server_gives_nothing() {
    let hospital = Hospital::open("refused").await;
    let refused = |answer: Result<KioskIdentity, EnrolError>| matches!(answer, Err(EnrolError::Server(ServerError::Problem(problem))) if problem.code == ProblemCode::EnrolmentRefused);
    let code = hospital.code("sanh-1").await;
    let stolen = EnrolmentCode { kiosk: KioskId::parse("sanh-2").expect("an id"), ..code.clone() };
    assert!(refused(hospital.enrol(&stolen).await));
    let replaced = hospital.code("sanh-1").await;
    assert!(refused(hospital.enrol(&code).await), "a later code ends the earlier one");
    let elsewhere = EnrolmentCode { server: [0; 32], ..replaced.clone() };
    assert!(matches!(hospital.enrol(&elsewhere).await, Err(EnrolError::Server(ServerError::Away(_)))));
    hospital.clock.advance(Duration::from_secs(15 * 60));
    assert!(refused(hospital.enrol(&replaced).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed_at_speed() {
    let hospital = Hospital::open("refused").await;
    let mut code = hospital.code("sanh-1").await;
    code.secret.0[0] ^= 1;
    let mut last = None;
    for _ in 0..11 {
        last = Some(hospital.enrol(&code).await);
    }
    let limited = |problem: &api::Problem| problem.code == ProblemCode::TooManyRequests;
    assert!(matches!(last, Some(Err(EnrolError::Server(ServerError::Problem(problem)))) if limited(&problem)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_kiosk_is_refused_at_its_next_request() {
    let hospital = Hospital::open("refused").await;
    let (kiosk, other) = (hospital.kiosk("sanh-1").await, hospital.kiosk("sanh-2").await);
    kiosk.asks().await.expect("answers");
    let id = KioskId::parse("sanh-1").expect("an id");
    assert_eq!(enrolment::revoke(&hospital.server.app, &id, Revocation::Lost, "test").await.expect("revokes"), 1);
    assert_eq!(code_of(kiosk.asks().await), ProblemCode::KioskNotAdmitted);
    other.asks().await.expect("the other one is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_and_one_of_another_hospital_do_not_get_past_the_handshake() {
    let (hospital, elsewhere) = (Hospital::open("refused").await, Hospital::open("refused").await);
    let identity = elsewhere.enrol(&elsewhere.code("sanh-1").await).await.expect("enrolled there");
    hospital.kiosk("sanh-1").await.asks().await.expect("a kiosk of that name is here too");
    let stranger = hospital.showing(identity, hospital.directory.path().join("stranger.pem"));
    assert!(matches!(stranger.asks().await, Err(ServerError::Away(_) | ServerError::NoAnswer(_))));

    let identity = hospital.enrol(&hospital.code("sanh-3").await).await.expect("enrolled");
    let kiosk = hospital.showing(identity.clone(), hospital.directory.path().join("kiosk.pem"));
    kiosk.asks().await.expect("answers");
    hospital.clock.advance(Duration::from_secs(91 * 86_400));
    kiosk.asks().await.expect_err("not over the connection that is open either");
    let anew = hospital.showing(identity, hospital.directory.path().join("anew.pem"));
    assert!(matches!(anew.asks().await, Err(ServerError::Away(_) | ServerError::NoAnswer(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_renews_by_itself_and_the_first_use_of_the_new_certificate_ends_the_old_one() {
    let hospital = Hospital::open("refused").await;
    let kiosk = hospital.kiosk("sanh-1").await;
    kiosk.asks().await.expect("answers");
    let old = hospital.showing(
        hospital.enrol(&hospital.code("sanh-9").await).await.expect("enrolled"),
        hospital.directory.path().join("old.pem"),
    );
    assert!(!kiosk.renews(&hospital.clock).await, "it has just got one");
    hospital.clock.advance(Duration::from_secs(60 * 86_400 + 1));
    // A kiosk whose answer was lost has the old certificate still: both count until the new one is used.
    assert!(old.renews(&hospital.clock).await);
    let lost = KioskIdentity::read(&old.file).expect("kept");
    let again = hospital.showing(lost.clone(), old.file.clone());
    again.asks().await.expect("the new one counts");

    let before = KioskIdentity::read(&kiosk.file);
    assert!(before.is_err(), "nothing was written before the first renewal");
    assert!(kiosk.renews(&hospital.clock).await);
    kiosk.asks().await.expect("answers with the new one");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&kiosk.file).expect("kept").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let rows = hospital.server.app.store.kiosk_certificates().await.expect("reads");
    let of = |name: &str| {
        rows.iter().filter(|row| row.kiosk == name).map(|row| row.revoked_at.is_some()).collect::<Vec<_>>()
    };
    assert_eq!((of("sanh-1"), of("sanh-9")), (vec![true, false], vec![true, false]));
    hospital.clock.advance(Duration::from_secs(40 * 86_400));
    kiosk.asks().await.expect("past the end of the first certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_stands_for_the_kiosk_it_names_whatever_the_kiosk_says() {
    let hospital = Hospital::open("refused").await;
    let identity = hospital.enrol(&hospital.code("sanh-2").await).await.expect("enrolled");
    let file = hospital.directory.path().join("sanh-2.pem");
    identity.write(&file).expect("written");
    let identity = std::fs::read(&file).expect("there");
    let http = reqwest::Client::builder()
        .identity(reqwest::Identity::from_pem(&identity).expect("an identity"))
        .tls_certs_only(reqwest::Certificate::from_pem_bundle(&hospital.authority()).expect("a certificate"))
        .build()
        .expect("a client");
    let visit = fixture::hospital::visit();
    let url = format!("{}{}", hospital.address(), fixture::hospital::of_visit(api::path::CHALLENGE, visit));
    let asked = http.post(url).header(api::KIOSK_HEADER, "sanh-1").send().await.expect("answers");
    assert!(asked.status().is_success());
    let given: api::ChallengeReply = asked.json().await.expect("a challenge");
    let mut tx = hospital.server.app.store.begin().await.expect("begins");
    let mut used_by = async |id: &str| {
        let kiosk = KioskId::parse(id).expect("an id");
        tx.use_challenge(given.challenge.0, &kiosk, visit, 0).await.expect("asks")
    };
    assert_eq!(used_by("sanh-1").await, server::store::ChallengeUse::Unknown);
    assert_eq!(used_by("sanh-2").await, server::store::ChallengeUse::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_refused_over_tls_unless_the_hospital_still_allows_it() {
    for (setting, admitted) in [("refused", false), ("accepted", true)] {
        let hospital = Hospital::open(setting).await;
        let key = KioskKey::parse(&fixture::hospital::enrol(&hospital.server.app, "sanh-1").await).expect("a key");
        let id = KioskId::parse("sanh-1").expect("an id");
        let authority = hospital.authority();
        let client = || ServerClient::new(&hospital.address(), &id, &key, Some(&authority), patience());
        let client = tokio::task::block_in_place(client).expect("a client");
        let kiosk = Kiosk { client, file: PathBuf::new() };
        let answer = kiosk.asks().await;
        if admitted {
            answer.expect("answers");
        } else {
            assert_eq!(code_of(answer), ProblemCode::KioskNotAdmitted);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let hospital = Hospital::open("refused").await;
    let health = |authority: Vec<u8>, at: std::net::SocketAddr| async move {
        let certificate = reqwest::Certificate::from_pem_bundle(&authority).expect("a certificate");
        let client = reqwest::Client::builder().tls_certs_only(certificate).build().expect("a client");
        client.get(format!("https://{at}{}", api::path::HEALTH)).send().await.map(|answer| answer.status().as_u16())
    };
    let (main, public) = (hospital.server.addr, hospital.server.public_addr.expect("shown"));
    let first = hospital.authority();
    assert_eq!(health(first.clone(), main).await.expect("answers"), 200);
    assert!(health(first.clone(), public).await.is_ok(), "the public pages speak TLS too");
    std::fs::write(hospital.directory.path().join("server.pem"), "half a certif").expect("writes");
    let looked =
        ServedCertificate::open(config(&hospital.directory, None, &hospital.more).tls.as_ref().expect("there"));
    assert!(looked.is_err());
    assert_eq!(health(first.clone(), main).await.expect("answers"), 200, "the old one is shown on");
    let second = write_certificate(hospital.directory.path());
    while health(second.clone(), main).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(health(first, main).await.is_err());
    assert!(health(second, public).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_gets_no_answer_and_cookies_are_for_tls_alone() {
    let hospital = Hospital::open("refused").await;
    let plain = reqwest::get(format!("http://{}{}", hospital.server.addr, api::path::HEALTH)).await;
    assert!(plain.is_err());
    let identity = hospital.enrol(&hospital.code("sanh-1").await).await.expect("enrolled");
    let file = hospital.directory.path().join("kiosk.pem");
    let clear = ServerClient::certified("http://127.0.0.1:1", identity, &file, None, patience());
    assert!(matches!(clear, Err(ClientError::IdentityInClear)));
    let certificate = reqwest::Certificate::from_pem_bundle(&hospital.authority()).expect("a certificate");
    let browser = reqwest::Client::builder().tls_certs_only(certificate).redirect(reqwest::redirect::Policy::none());
    let browser = browser.build().expect("a client");
    let answer = browser.post(format!("{}/staff/language", hospital.address())).form(&[("to", "en")]).send().await;
    let answer = answer.expect("answers");
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert!(header("set-cookie").contains("; Secure"), "{}", header("set-cookie"));
    assert_eq!(header("strict-transport-security"), "max-age=31536000");
}
