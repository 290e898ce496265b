//! The whole way over HTTP: drafts of the crate `certificates`, signed with a facility's key, taken by the mock gateway,
//! which verifies every signature with another library; and the ways in which it fails.

mod fixture;

use std::sync::Arc;
use std::time::Duration;

use api::{CheckInRequest, DepartmentCode, Payer};
use certificates::{Draft, sim};
use fixture::hospital::{Hospital, MAU, OPENING, TODAY, card, issuer, of_visit, visit};
use gateway::{
    Account, Certificates, Fault, Fingerprint, Gateway, RunningGateway, Service, Settings, TokenRule, Unregistered,
    World,
};
use server::certificate::{self, By, CertificateState, FreezeTo, NumberSource, Why};
use server::clock::{Clock, ManualClock, SharedClock};
use server::dispatch::{self, DispatchError};
use server::first_cost::{self, FirstCost, Release};
use server::store::{CertificateId, DispatchKind, DispatchStep, JobState};
use server::{App, Outside};
use tempfile::TempDir;
use xmldsig::{Algorithm, sim::Signer};

struct House {
    app: App,
    clock: Arc<ManualClock>,
    gateway: RunningGateway,
    folder: TempDir,
}

impl House {
    async fn new() -> Self {
        Self::with(TokenRule::NewestOnly, None).await
    }

    async fn with(tokens: TokenRule, csca: Option<&[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(OPENING));
        let year = time::Duration::days(365);
        let signer = Signer::new(Algorithm::RsaSha256, "CN=Bệnh viện Đa khoa Mẫu", OPENING - year, OPENING + year);
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("facility.p12"), signer.pkcs12("p12-password")).expect("writes");
        std::fs::write(path("facility.password"), "p12-password").expect("writes");
        std::fs::write(path("gateway.password"), "mock-password").expect("writes");
        let account = |username: &str| Account {
            username: username.to_owned(),
            password: "mock-password".into(),
            facility: "31999".into(),
            locked: false,
        };
        let world =
            World { account: vec![account("31999_BV"), account("31999_HSSK")], staff: Vec::new(), person: Vec::new() };
        let mut certificates = Certificates::new(Unregistered::Refused);
        certificates.register("31999", Fingerprint::of(signer.certificate().der()));
        let settings = Settings { certificates, tokens, ..Settings::default() };
        let time = clock.clone();
        let mock = Gateway::open(world, Arc::new(move || time.now()), "key", settings).expect("opens");
        let gateway = gateway::start(mock, "127.0.0.1:0".parse().expect("an address")).await.expect("starts");
        let more = format!(
            r#"
[dispatch]
sending = "on"
base_url = "{url}"
username = "31999_BV"
password = {{ file = "{password}" }}
answer_ms = 300
[dispatch.driver]
username = "31999_HSSK"
password = {{ file = "{password}" }}
[dispatch.signing]
pkcs12 = "{p12}"
password = {{ file = "{p12_password}" }}
"#,
            url = gateway.base_url(),
            password = path("gateway.password"),
            p12 = path("facility.p12"),
            p12_password = path("facility.password"),
        );
        let config = fixture::hospital::config(&folder, csca, &more);
        let shared: SharedClock = clock.clone();
        let outside = Outside::from_config(&config, &shared).expect("outside");
        let app = App::open(config, shared, outside).await.expect("opens");
        Self { app, clock, gateway, folder }
    }

    async fn frozen(&self, draft: &Draft) -> CertificateId {
        let by = By { actor: "staff:hoa", why: Why::NobodyToAsk, words: None };
        let (id, findings) = certificate::import(&self.app, draft, None, by).await.expect("imports");
        let to = (NumberSource::Drawn, FreezeTo::Sign);
        let frozen = certificate::freeze_paper(&self.app, id, to, by).await;
        let codes: Vec<_> = findings.iter().map(|finding| (finding.code(), finding.field())).collect();
        assert!(frozen.is_ok(), "{frozen:?} {codes:?}");
        id
    }

    async fn work(&self) -> Result<(), DispatchError> {
        for kind in DispatchKind::ALL {
            while dispatch::sign_due(&self.app, *kind).await? > 0 {}
            dispatch::send_due(&self.app, *kind, usize::MAX).await?;
        }
        Ok(())
    }

    async fn state(&self, id: CertificateId) -> (CertificateState, Option<String>) {
        let row = self.app.store.certificate(id).await.expect("reads").expect("is there");
        (row.state, row.outcome_code)
    }

    /// What the gateway itself knows about its refusals, for a failed assertion.
    fn refusals(&self) -> String {
        format!("{:?}", self.gateway.gateway.refusals())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_birth_and_a_driver_record_are_taken_with_signatures_that_another_library_verified() {
    let house = House::new().await;
    let (birth, driver) = (house.frozen(&sim::birth(TODAY)).await, house.frozen(&sim::driver(TODAY)).await);
    house.work().await.expect("works");
    for (id, kind, key) in [
        (birth, gateway::Kind::Birth, "00001.GCS.31999.26"),
        (driver, gateway::Kind::Driver, "00001/GKSKLX/31999/26 C1"),
    ] {
        let row = house.app.store.certificate(id).await.expect("reads").expect("is there");
        assert_eq!(
            (row.state, row.natural_key.as_deref()),
            (CertificateState::Accepted, Some(key)),
            "{}",
            house.refusals()
        );
        let records = house.gateway.gateway.records_of(kind, key);
        assert_eq!(records.len(), 1);
        assert_eq!(row.receipt.as_deref(), Some(records[0].receipt.as_str()));
        assert!(!records[0].misattributed() && records[0].certificate.is_some());
    }
    drop(house.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_in_message_is_taken_when_its_first_cost_arises() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let house = House::with(TokenRule::Every, Some(issuer.csca_der())).await;
    // The visit is made in one hospital's server and the message in the other's: only the store differs.
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let department = DepartmentCode::parse("K01").expect("a department");
    let request = CheckInRequest { department, payer: Payer::Insurance, counter: None, declared: Vec::new() };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<api::CheckInReply>(axum::http::Method::PUT, &path, &request).await.expect("a ticket");
    let cost = FirstCost {
        ma_bn: "BN-1".into(),
        ma_doituong_kcb: "1.1".into(),
        ma_loai_kcb: "01".into(),
        ma_dich_vu: "02.1895".into(),
        ten_dich_vu: "Khám Nội & tim".into(),
        ngay_yl: "202611230815".into(),
        ..FirstCost::default()
    };
    let release = first_cost::release(&hospital.app, visit, &cost, "hospital system").await.expect("releases");
    assert_eq!(release, Release::Queued);
    // Its queue, worked by the server that has a key and a gateway.
    let mut config = house.app.config.clone();
    config.database = hospital.app.config.database.clone();
    config.master_key = hospital.app.config.master_key.clone();
    let clock: SharedClock = house.clock.clone();
    let outside = Outside::from_config(&config, &clock).expect("outside");
    let app = App::open(config, clock, outside).await.expect("opens");
    assert_eq!(dispatch::sign_due(&app, DispatchKind::CheckIn).await.expect("signs"), 1);
    dispatch::send_due(&app, DispatchKind::CheckIn, 10).await.expect("sends");
    let job = app.store.job(DispatchStep::Send, visit.0).await.expect("reads").expect("is there");
    assert_eq!(job.state, JobState::Done, "{:?} {}", job.last_outcome, house.refusals());
    assert_eq!(house.gateway.gateway.records_of(gateway::Kind::CheckIn, &visit.to_string()).len(), 1);
    assert!(!house.refusals().contains(MAU));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_failing_leaves_one_record_or_a_state_that_says_so() {
    use CertificateState::{Accepted, OutcomeUnknown, Refused};
    for (fault, expected, code, records) in [
        (Fault::AnswerLost, OutcomeUnknown, Some("timed_out"), 1),
        (Fault::CutAfter, OutcomeUnknown, Some("connection_broke"), 1),
        (Fault::CutBefore, OutcomeUnknown, Some("connection_broke"), 0),
        (Fault::HalfAnswer, OutcomeUnknown, Some("connection_broke"), 1),
        (Fault::BadGateway, OutcomeUnknown, Some("http_502"), 1),
        (Fault::Down, OutcomeUnknown, Some("http_503"), 0),
        (Fault::WrongJson, OutcomeUnknown, Some("garbled"), 0),
        (Fault::Garbage, OutcomeUnknown, Some("garbled"), 0),
        (Fault::ServerError, OutcomeUnknown, Some("500"), 0),
        (Fault::TooMany { retry_after_s: 1 }, Refused, Some("http_429"), 0),
        (Fault::TokenExpired, Accepted, None, 1),
        (Fault::Unauthorised, Accepted, None, 1),
    ] {
        let house = House::new().await;
        house.gateway.gateway.set_fault(Service::Papers, fault, Some(1));
        let id = house.frozen(&sim::birth(TODAY)).await;
        for _ in 0..3 {
            house.work().await.expect("works");
            house.clock.advance(Duration::from_secs(900));
        }
        assert_eq!(house.state(id).await, (expected, code.map(str::to_owned)), "{fault:?}");
        let there = house.gateway.gateway.records_of(gateway::Kind::Birth, "00001.GCS.31999.26").len();
        assert_eq!(there, records, "{fault:?}");
    }
}
