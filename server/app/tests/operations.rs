//! What management, the city and the public read: the same figures from either database, to whom they are meant for.

mod fixture;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::{AlertKind, AlertRequest, CheckInRequest, CounterReason, DepartmentCode, KioskId, Payer, VisitId};
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{Request, StatusCode, header};
use fixture::TestDatabase;
use fixture::desk::{self, Browser};
use fixture::hospital::{Hospital, OPENING, card, config, enrol, issuer, of_visit, visit};
use queue::{CounterId, Move};
use reports::{Cell, Period};
use serde_json::Value;
use server::clock::ManualClock;
use server::config::SecretOr;
use server::staff::Role;
use server::{App, Outside, check_in, operations};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

const KEY: &str = "3333333333333333333333333333333333333333333333333333333333333333";

fn settings(directory: &TempDir) -> String {
    let key = directory.path().join("operations.key");
    std::fs::write(&key, KEY).expect("writes");
    format!(
        "[papers]\nfonts = \"{}\"\npublic_url = \"https://kham.example\"\n[operations]\nfeed_key = {{ file = \"{}\" }}\n\
         [operations.open_data]\nsmallest_count = 10\nlicence = \"https://creativecommons.org/licenses/by/4.0/\"\n",
        desk::fonts(),
        key.display()
    )
}

/// A server on one of the engines.
struct Site {
    app: App,
    clock: Arc<ManualClock>,
    _directories: [TempDir; 2],
}

impl Site {
    async fn open(database: &TestDatabase) -> Self {
        let directories = [tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory")];
        let mut config = config(&directories[0], None, &settings(&directories[1]));
        config.database.url = SecretOr::Plain(database.url.clone());
        let clock = Arc::new(ManualClock::at(OPENING));
        let app = App::open(config, clock.clone(), Outside::default()).await.expect("the server opens");
        enrol(&app, "sanh-1").await;
        Self { app, clock, _directories: directories }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, String) {
        let router = server::router(self.app.clone()).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        answer(router.oneshot(request).await.expect("infallible")).await
    }

    async fn feed(&self, query: &str, key: &str) -> (StatusCode, String) {
        let request = Request::builder().uri(format!("/api/v1/operations{query}"));
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}")).body(Body::empty());
        self.ask(request.expect("a request")).await
    }

    async fn public(&self, path: &str) -> (StatusCode, String) {
        let router = server::public_router(self.app.clone());
        let router = router.layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4712))));
        let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
        answer(router.oneshot(request).await.expect("infallible")).await
    }

    async fn check_in(&self, code: &str) -> VisitId {
        let kiosk = KioskId::parse("sanh-1").expect("a kiosk");
        let (visit, counter) = (visit(), Some(CounterReason::NoCard));
        let request =
            CheckInRequest { department: department(code), payer: Payer::Undecided, counter, declared: Vec::new() };
        check_in::check_in(&self.app, &kiosk, visit, &request).await.expect("a ticket");
        visit
    }

    async fn staff(&self, moves: &[Move]) {
        server::queue::make(&self.app, &department("K01"), moves, "staff:lan").await.expect("the queue moves");
    }

    fn minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// Twelve come at eight; each is called when the one before has gone, six minutes later.
    async fn a_morning(&self) {
        let mut visits = Vec::new();
        for _ in 0..12 {
            visits.push(self.check_in("K01").await);
        }
        let counter = CounterId::parse("101").expect("a room");
        self.staff(&[Move::OpenCounter { counter: counter.clone() }]).await;
        for visit in visits {
            self.staff(&[Move::CallNext { counter: counter.clone() }]).await;
            self.minutes(6);
            self.staff(&[Move::Finish { visit }]).await;
        }
        let kiosk = KioskId::parse("sanh-1").expect("a kiosk");
        let alert = AlertRequest { id: Uuid::new_v4(), kind: AlertKind::Printer, visit: None };
        let mut tx = self.app.store.begin().await.expect("begins");
        tx.raise_alert(&alert, &kiosk, self.app.now_ms()).await.expect("raised");
        tx.answer_alert(alert.id, "lan", self.app.now_ms() + 30_000).await.expect("answered");
        tx.commit().await.expect("commits");
    }
}

async fn answer(response: axum::http::Response<Body>) -> (StatusCode, String) {
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

fn on_both_engines<F: Future<Output = ()>>(story: impl Fn(Site) -> F) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        runtime.block_on(async {
            let site = Site::open(&database).await;
            let store = site.app.store.clone();
            story(site).await;
            store.close().await;
        });
    }
}

#[test]
fn a_morning_is_counted_as_it_was() {
    on_both_engines(|site: Site| async move {
        site.a_morning().await;
        let period: Period = "2026-11-23".parse().expect("a day");
        let report = operations::report(&site.app, period).await.expect("a report");
        let now = &report.now;
        assert_eq!((now.check_ins, now.by_hour[8], now.sent_to_a_person), (12, 12, 12));
        let k01 = &now.departments[0];
        assert_eq!((k01.department.as_str(), k01.patients, k01.served), ("K01", 12, 12));
        // The sixth of twelve waited five services of six minutes; the eleventh ten.
        let (waiting, service) = (k01.waiting.expect("waited"), k01.service.expect("served"));
        assert_eq!((waiting.median_s, waiting.p90_s), (30 * 60, 60 * 60));
        assert_eq!((service.median_s, service.p90_s), (360, 360));
        let kiosk = &now.kiosks[0];
        assert_eq!(
            (kiosk.kiosk.as_str(), kiosk.check_ins, kiosk.printer_calls, kiosk.unanswered),
            ("sanh-1", 12, 1, 0)
        );
        assert_eq!(kiosk.answered.expect("answered").median_s, 30);
        assert_eq!((report.before.check_ins, now.forecasts.len()), (0, 0), "nothing was there before");
        // The week, the month and the quarter hold the same morning; the day before does not.
        for (other, check_ins) in [("2026-W48", 12), ("2026-11", 12), ("2026-Q4", 12), ("2026-11-22", 0)] {
            let report = operations::report(&site.app, other.parse().expect("a period")).await.expect("a report");
            assert_eq!(report.now.check_ins, check_ins, "{other}");
        }
        // What the open data count is what the report counts.
        let rows = site.app.store.check_ins_by_hour((period.first(), period.last())).await.expect("rows");
        assert_eq!(rows.iter().map(|row| (row.hour, row.check_ins)).collect::<Vec<_>>(), [(8, 12)]);
    });
}

#[test]
fn the_feed_answers_who_has_the_key_and_nobody_else() {
    on_both_engines(|site: Site| async move {
        site.check_in("K01").await;
        for key in ["", KEY.replace('3', "4").as_str(), "rubbish"] {
            assert_eq!(site.feed("", key).await.0, StatusCode::UNAUTHORIZED, "{key}");
        }
        let (status, text) = site.feed("?period=2026-W48", KEY).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let feed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(feed["version"], 1);
        assert_eq!(feed["figures"]["check_ins"], 1);
        assert_eq!(feed["period"]["complete"], false);
        assert_eq!(feed["facility"]["code"], "31999");
        assert!(!text.contains("031085"), "nothing personal");
        let today: Value = serde_json::from_str(&site.feed("", KEY).await.1).expect("JSON");
        assert_eq!(today["period"]["id"], "2026-11-23");
        for bad in ["?period=2026-13", "?period=", "?period=2026-W60", "?perioden=1", "?period=%00"] {
            assert_eq!(site.feed(bad, KEY).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
    });
}

#[test]
fn the_public_gets_whole_months_without_small_counts() {
    on_both_engines(|site: Site| async move {
        for _ in 0..30 {
            site.check_in("K01").await;
        }
        site.minutes(60);
        for _ in 0..12 {
            site.check_in("K01").await;
        }
        site.check_in("TIEPDON").await;
        let month = "/open-data/check-ins-2026-11.csv";
        assert_eq!(site.public(month).await.0, StatusCode::NOT_FOUND, "November is not over");
        site.minutes(60 * 24 * 9);
        let (status, page) = site.public("/open-data").await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("check-ins-2026-11.csv") && !page.contains("<script") && !page.contains("style="),
            "{page}"
        );
        let (status, csv) = site.public(month).await;
        assert_eq!(status, StatusCode::OK);
        let of = |code: &str, hour: &str| {
            let start = format!("31999,2026-11-23,{code},");
            let lines = csv.lines().filter(|line| line.starts_with(&start));
            let wanted = format!(",{hour},");
            lines
                .filter(|line| line.contains(&wanted))
                .map(|line| line.rsplit(wanted.as_str()).next())
                .collect::<Vec<_>>()
        };
        // One patient at the reception desk takes the other department along: 43 less 42 is 1.
        assert_eq!(of("ALL", "ALL"), [Some("43,0")], "{csv}");
        assert_eq!((of("TIEPDON", "09"), of("TIEPDON", "ALL")), (vec![Some(",1")], vec![Some(",1")]), "{csv}");
        assert_eq!((of("K01", "08"), of("K01", "ALL")), (vec![Some(",1")], vec![Some(",1")]), "{csv}");
        assert_eq!(of("TIEPDON", "08"), [Some("0,0")], "nobody is nobody");
        assert_eq!(site.public(month).await.1, csv);
        let (_, catalogue) = site.public("/open-data/catalogue.jsonld").await;
        let catalogue: Value = serde_json::from_str(&catalogue).expect("JSON-LD");
        let file = &catalogue["dcat:dataset"]["dcat:distribution"][0]["dcat:downloadURL"]["@id"];
        assert_eq!(*file, format!("https://kham.example{month}"));
        assert!(site.public("/open-data/dictionary.csv").await.1.contains("check_ins,nonNegativeInteger"));
        for bad in ["check-ins-2026-12.csv", "check-ins-2026-11-23.csv", "check-ins-2026-10.csv", "check-ins-.csv", "x"]
        {
            assert_eq!(site.public(&format!("/open-data/{bad}")).await.0, StatusCode::NOT_FOUND, "{bad}");
        }
        for staff_only in ["/staff/operations", "/api/v1/operations"] {
            assert_eq!(site.public(staff_only).await.0, StatusCode::NOT_FOUND, "{staff_only}");
        }
    });
}

#[tokio::test]
async fn nothing_is_published_that_nobody_configured() {
    let hospital = Hospital::open(None).await;
    for path in ["/open-data", "/open-data/dictionary.csv", "/open-data/catalogue.jsonld"] {
        assert_eq!(hospital.verify(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let request = Request::builder().uri("/api/v1/operations").header(header::AUTHORIZATION, format!("Bearer {KEY}"));
    let answer = hospital.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "without a key there is no feed");
}

#[tokio::test]
async fn a_chip_a_face_and_a_certificate_are_in_the_report() {
    let issuer = issuer();
    let hospital = desk::hospital(&issuer).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let request =
        CheckInRequest { department: department("K01"), payer: Payer::SelfPay, counter: None, declared: Vec::new() };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<Value>(axum::http::Method::PUT, &path, &request).await.expect("a ticket");
    let midwife = Browser::of(&hospital, "ha", Role::Practitioner).await;
    midwife.post("/staff/certificates", &[("kind", "birth")]).await;

    let period: Period = "2026-11-23".parse().expect("a day");
    let report = operations::report(&hospital.app, period).await.expect("a report");
    let count = |counts: &[reports::Count], code: &str| reports::Summary::count(counts, code);
    assert_eq!(count(&report.now.assurance, "A"), 1);
    assert_eq!(count(&report.now.chip, "chip_trusted"), 1);
    assert_eq!(count(&report.now.face, "matched"), 1);
    assert_eq!(report.now.sent_to_a_person, 0);
    let sections = report.sections(certificates::Lang::En);
    let papers = sections.iter().find(|section| section.id == "certificates").expect("a section");
    assert_eq!(papers.table.rows[0][..2], [Cell::Words("Being written".into()), Cell::Count(1)]);
}

#[tokio::test]
async fn the_page_and_its_files_are_for_those_who_answer_for_the_house() {
    let directory = tempfile::tempdir().expect("a directory");
    let hospital = Hospital::with(None, &settings(&directory)).await;
    let kiosk = KioskId::parse("sanh-1").expect("a kiosk");
    let request = CheckInRequest {
        department: department("K01"),
        payer: Payer::Undecided,
        counter: Some(CounterReason::NoCard),
        declared: Vec::new(),
    };
    check_in::check_in(&hospital.app, &kiosk, visit(), &request).await.expect("a ticket");

    let nurse = Browser::of(&hospital, "lan", Role::Receptionist).await;
    assert_eq!(nurse.get("/staff/operations").await.status, StatusCode::FORBIDDEN);
    assert_eq!(nurse.get("/staff/operations/2026-11/report.pdf").await.status, StatusCode::FORBIDDEN);
    let nobody = Request::builder().uri("/staff/operations").body(Body::empty()).expect("a request");
    assert_eq!(hospital.send(nobody).await.location.as_deref(), Some("/staff/login"));

    let head = Browser::of(&hospital, "truong", Role::Head).await;
    let page = head.get("/staff/operations?span=week&day=2026-11-25").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("Tuần 48/2026") && text.contains("role=\"img\""), "{text}");
    assert!(!text.contains("style=") && !text.contains("<script>"), "the policy forbids both inline");
    assert!(text.contains("/staff/operations/2026-W48/report.pdf"));
    assert!(text.contains("Chưa đủ ngày để thử dự báo"), "the forecast is judged here");
    for (file, start, form) in [
        ("report.pdf", "%PDF-".as_bytes(), "application/pdf"),
        ("report.xlsx", "PK".as_bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("report.csv", "\u{FEFF}ky,".as_bytes(), "text/csv; charset=utf-8; header=present"),
    ] {
        let answer = head.get(&format!("/staff/operations/2026-11/{file}")).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (StatusCode::OK, form));
        assert!(answer.body.starts_with(start), "{file}");
    }
    for bad in ["/staff/operations?period=x", "/staff/operations?span=year", "/staff/operations/2026-99/report.pdf"] {
        assert_eq!(head.get(bad).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    assert_eq!(head.get("/staff/operations/2026-11/report.exe").await.status, StatusCode::NOT_FOUND);
}
