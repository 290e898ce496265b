//! Departments as data: taken over once, changed on the page, by a list and by the hospital's system, seen by every process.

mod fixture;

use std::collections::BTreeMap;
use std::sync::Arc;

use api::{
    CheckInReply, CheckInRequest, DeclaredGround, DepartmentCode, DepartmentView, Payer, Problem, ProblemCode, VisitId,
};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use fixture::TestDatabase;
use fixture::hospital::{Answer, Hospital, OPENING, card, config, issuer, of_visit, visit};
use queue::{CounterId, Move, Then};
use serde_json::{Value, json};
use server::clock::ManualClock;
use server::config::{Config, SecretOr};
use server::department::{self, ChangeError, Wanted};
use server::queue::{self as queues, QueueError};
use server::staff::{self, Role};
use server::{App, Outside, check_in};
use zeroize::Zeroizing;

const PASSWORD: &str = "mot mat khau dai";
const KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const LIST: &str = "department,prefix,name_vi,name_en,rooms,floor,reception,opens,closes,minutes_low,minutes_high,capacity\n\
    TIEPDON,A,Quầy tiếp đón,Reception,1,1,yes,,,,,\n\
    K02,C,Tim mạch,Cardiology,\"204, Siêu âm 2\",2,no,07:00,16:00,5,9,120\n";

fn code(text: &str) -> DepartmentCode {
    DepartmentCode::parse(text).expect("a code")
}

fn codes(app: &App) -> Vec<String> {
    app.departments().active().map(|department| department.code.to_string()).collect()
}

/// The present list with one department made otherwise.
fn with(app: &App, of: &str, change: impl FnOnce(&mut Wanted)) -> Vec<Wanted> {
    let mut list = app.departments().to_wanted();
    change(list.iter_mut().find(|one| one.code == code(of)).expect("is there"));
    list
}

async fn replace(app: &App, list: &[Wanted]) -> Result<(), ChangeError> {
    department::replace(app, app.departments().revision(), list, "staff:hoa").await.map(drop)
}

async fn lines(app: &App, action: &str) -> Vec<String> {
    let mut tx = app.store.begin().await.expect("begins");
    let rows = tx.audit_to_chain(0, 1_000).await.expect("reads");
    drop(tx);
    rows.into_iter().filter(|row| row.action == action).map(|row| row.detail).collect()
}

fn request(department: &str) -> CheckInRequest {
    CheckInRequest { department: code(department), payer: Payer::SelfPay, counter: None, declared: Vec::new() }
}

async fn take(hospital: &Hospital, visit: VisitId, request: &CheckInRequest) -> Result<CheckInReply, Problem> {
    hospital.call(Method::PUT, &of_visit(api::path::CHECK_IN, visit), request).await
}

async fn views(hospital: &Hospital) -> BTreeMap<String, DepartmentView> {
    let answer = hospital.send(hospital.request(Method::GET, api::path::DEPARTMENTS, Body::empty())).await;
    let views: Vec<DepartmentView> = answer.read().expect("departments");
    views.into_iter().map(|view| (view.code.to_string(), view)).collect()
}

async fn hospital() -> Hospital {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hospital-system.key");
    std::fs::write(&path, KEY).expect("writes");
    let systems = ["citizen", "insurance", "patient", "visit", "ticket", "appointment", "facility", "department"];
    let systems: String = systems.iter().map(|name| format!("{name} = \"urn:{name}\"\n")).collect();
    let more = format!("[hospital_system]\nkey = {{ file = \"{}\" }}\n[fhir.systems]\n{systems}", path.display());
    Hospital::with(None, &more).await
}

#[test]
fn the_file_is_taken_over_once_and_every_process_sees_what_is_changed_then() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let of = |change: fn(&mut Config)| {
                let mut config = config(&folder, None, "");
                config.database.url = SecretOr::Plain(database.url.clone());
                change(&mut config);
                App::open(config, Arc::new(ManualClock::at(OPENING)), Outside::default())
            };
            let (one, other) = (of(|_| {}).await.expect("opens"), of(|_| {}).await.expect("opens"));
            assert_eq!((codes(&one), one.departments().revision()), (vec!["TIEPDON".into(), "K01".into()], 1));
            assert_eq!(one.departments(), other.departments());

            let list = with(&one, "K01", |k01| {
                k01.rooms = vec!["Phòng 102".into(), "Siêu âm 2".into()];
                k01.capacity = Some(120);
            });
            replace(&one, &list).await.expect("keeps the rules");
            assert_eq!(lines(&one, "department_changed").await, ["K01 rooms capacity"]);
            // The other process decides on what it knows no longer.
            let stale = department::replace(&other, 1, &list, "staff:hoa").await;
            assert!(matches!(stale, Err(ChangeError::Stale)));
            let mut open_page = other.news.subscribe();
            let watching = tokio::spawn(queues::watch(other.clone()));
            while other.departments().revision() < 2 {
                open_page.recv().await.expect("news");
            }
            watching.abort();
            assert_eq!(one.departments(), other.departments());
            assert_eq!(queues::counters(&other.department(&code("K01")).expect("is there")).len(), 2);

            // A restart, with another file and with none: the table counts.
            for config in [
                (|config: &mut Config| config.departments[1].name_vi = "Tên khác".into()) as fn(&mut Config),
                |config: &mut Config| config.departments.clear(),
            ] {
                let again = of(config).await.expect("opens");
                assert_eq!(again.departments(), one.departments());
                again.store.close().await;
            }
            let gone = of(|config| config.papers.driver_department = Some(code("LAI-XE"))).await;
            assert!(gone.is_err(), "a table of the file names a department that there never was");
            one.store.close().await;
            other.store.close().await;
        });
    }
}

#[tokio::test]
async fn a_hospital_may_begin_without_departments_and_nobody_can_be_sent_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = config(&folder, None, "");
    config.departments.clear();
    let app = App::open(config, Arc::new(ManualClock::at(OPENING)), Outside::default()).await.expect("opens");
    assert!(codes(&app).is_empty());
    let lines = department::read_csv(LIST.as_bytes()).expect("a list");
    let list: Vec<Wanted> = lines.into_iter().map(|(_, wanted)| wanted).collect();
    assert!(matches!(replace(&app, &list[1..]).await, Err(ChangeError::Found(_))), "there is no reception");
    replace(&app, &list).await.expect("good");
    assert_eq!(codes(&app), ["TIEPDON", "K02"]);
    assert!(matches!(replace(&app, &[]).await, Err(ChangeError::Found(_))));
}

#[tokio::test]
async fn a_retired_department_keeps_its_patients_and_takes_nobody_new() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let waits = visit();
    take(&hospital, waits, &request("K01")).await.expect("a ticket");
    let elsewhere = visit();
    take(&hospital, elsewhere, &request("TIEPDON")).await.expect("a ticket");
    let list: Vec<Wanted> = app.departments().to_wanted().into_iter().filter(|one| one.reception).collect();
    replace(app, &list).await.expect("retires");
    assert_eq!(lines(app, "department_retired").await, ["K01"]);

    assert_eq!(views(&hospital).await.keys().collect::<Vec<_>>(), ["TIEPDON"]);
    let refused = take(&hospital, visit(), &request("K01")).await.expect_err("takes nobody");
    assert_eq!(refused.code, ProblemCode::DepartmentClosed);
    assert!(check_in::walk_in(app, &code("K01")).await.is_err());
    let sent = queues::transfer(app, &code("TIEPDON"), elsewhere, &code("K01"), Then::Leaves, "staff:hoa").await;
    assert!(matches!(sent, Err(QueueError::DepartmentRetired)), "{sent:?}");
    let merged = queues::merge(app, &code("TIEPDON"), &code("K01"), "staff:hoa").await;
    assert!(matches!(merged, Err(QueueError::DepartmentRetired)));

    let counter = CounterId::parse("101").expect("a room");
    let moves = [Move::OpenCounter { counter: counter.clone() }, Move::CallNext { counter }];
    queues::make(app, &code("K01"), &moves, "staff:hoa").await.expect("those who wait are called");
    queues::transfer(app, &code("K01"), waits, &code("TIEPDON"), Then::ComesBack, "staff:hoa").await.expect("is sent");
    queues::transfer(app, &code("TIEPDON"), waits, &code("K01"), Then::Leaves, "staff:hoa").await.expect("comes back");

    let mut list = app.departments().to_wanted();
    list.push(app.department(&code("K01")).expect("is kept").to_wanted());
    replace(app, &list).await.expect("takes patients again");
    assert_eq!(take(&hospital, visit(), &request("K01")).await.expect("a ticket").ticket.number.to_string(), "B002");
}

#[tokio::test]
async fn a_full_department_takes_who_comes_first_by_law_and_whom_staff_let_in() {
    let hospital = hospital().await;
    let app = &hospital.app;
    replace(app, &with(app, "K01", |k01| k01.capacity = Some(2))).await.expect("good");
    let first = visit();
    for visit in [first, visit()] {
        take(&hospital, visit, &request("K01")).await.expect("a ticket");
    }
    let view = views(&hospital).await.remove("K01").expect("is shown");
    assert!(view.full && !view.open);
    let late = visit();
    let refused = take(&hospital, late, &request("K01")).await.expect_err("is full");
    assert_eq!(refused.code, ProblemCode::DepartmentFull);
    assert_eq!(take(&hospital, first, &request("K01")).await.expect("the same").ticket.number.to_string(), "B001");
    take(&hospital, late, &request("TIEPDON")).await.expect("the same visit goes elsewhere, nothing is half done");
    let declared = CheckInRequest { declared: vec![DeclaredGround::Pregnant], ..request("K01") };
    assert_eq!(take(&hospital, visit(), &declared).await.expect("by law").ticket.number.to_string(), "B003");
    check_in::walk_in(app, &code("K01")).await.expect("staff decide");
    // Numbers that were given back make room; the next day begins anew.
    hospital.clock.advance(std::time::Duration::from_secs(24 * 3600));
    assert!(!views(&hospital).await["K01"].full);
    take(&hospital, visit(), &request("K01")).await.expect("a new day");
}

#[tokio::test]
async fn a_letter_that_people_hold_numbers_of_is_not_given_to_others_the_same_day() {
    let hospital = hospital().await;
    let app = &hospital.app;
    take(&hospital, visit(), &request("K01")).await.expect("a ticket");
    let other_letter = with(app, "K01", |k01| k01.prefix = Some('Z'));
    let Err(ChangeError::Found(findings)) = replace(app, &other_letter).await else { panic!("changed") };
    assert!(findings.to_string().contains("Numbers of today"), "{findings}");
    hospital.clock.advance(std::time::Duration::from_secs(24 * 3600));
    replace(app, &other_letter).await.expect("another day");
}

async fn by_system(hospital: &Hospital, method: Method, form: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri("/hospital-system/v1/departments")
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_TYPE, form);
    hospital.send(request.body(body.into()).expect("a request")).await
}

#[tokio::test]
async fn the_hospital_s_system_brings_the_list_and_a_list_with_a_mistake_changes_nothing() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let before = app.departments();
    let wrong = LIST.replace("\"204, Siêu âm 2\"", "\"204, a/b\"");
    for (form, body) in [
        ("text/csv", wrong.clone()),
        ("text/csv", LIST.replace("07:00", "17:00")),
        ("text/csv", LIST.replace(",yes,,,,,", ",yes,,,,,50")),
        ("application/fhir+json", "{".into()),
        ("image/png", LIST.into()),
    ] {
        let answer = by_system(&hospital, Method::PUT, form, body).await;
        assert!(answer.status.is_client_error(), "{}", answer.text());
    }
    assert_eq!(app.departments(), before);
    let answer = by_system(&hospital, Method::PUT, "text/csv", wrong).await;
    let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let finding = &problem["findings"][0];
    assert_eq!((&finding["line"], &finding["column"], &finding["code"]), (&json!(3), &json!("rooms"), &json!("rooms")));

    let answer: Value = by_system(&hospital, Method::PUT, "text/csv; charset=utf-8", LIST).await.read().expect("good");
    assert_eq!((&answer["added"], &answer["retired"]), (&json!(["K02"]), &json!(["K01"])));
    assert_eq!(codes(app), ["TIEPDON", "K02"]);
    let list = by_system(&hospital, Method::GET, "", Body::empty()).await;
    let again: Value = by_system(&hospital, Method::PUT, "text/csv", list.body).await.read().expect("good");
    assert_eq!((&again["changed"], &again["revision"]), (&json!([]), &json!(2)), "what is read may be written back");

    // FHIR says less: what it does not say stays, and a new department gets a letter.
    let of = |code: &str, name: &str| {
        json!({ "resource": { "resourceType": "HealthcareService", "name": name, "id": code,
            "identifier": [{ "system": "urn:department", "value": code }],
            "location": [{ "reference": format!("Location/r{code}") }] } })
    };
    let room = |code: &str, name: &str| {
        json!({ "resource": { "resourceType": "Location", "id": format!("r{code}"), "name": name,
            "physicalType": { "coding": [{ "code": "ro" }] } } })
    };
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        of("TIEPDON", "Quầy tiếp đón"), of("K02", "Tim mạch can thiệp"), of("K03", "Nhi"), room("K03", "Phòng 301"),
    ] });
    let answer = by_system(&hospital, Method::PUT, "application/fhir+json", bundle.to_string()).await;
    let answer: Value = answer.read().expect("good");
    assert_eq!(answer["added"], json!(["K03"]));
    let k02 = app.department(&code("K02")).expect("is there");
    assert_eq!((k02.name_vi.as_str(), k02.prefix, k02.capacity), ("Tim mạch can thiệp", 'C', Some(120)));
    let k03 = app.department(&code("K03")).expect("is there");
    assert_eq!((k03.prefix, k03.doors()), ('D', "301".to_owned()));

    let stranger = Request::builder().uri("/hospital-system/v1/departments").body(Body::empty()).expect("a request");
    assert_eq!(hospital.send(stranger).await.status, StatusCode::UNAUTHORIZED);
}

/// An administrator's browser, without JavaScript.
struct Browser<'a> {
    hospital: &'a Hospital,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    async fn of(hospital: &'a Hospital, login: &str, role: Role) -> Self {
        let password = Zeroizing::new(PASSWORD.to_owned());
        staff::add(&hospital.app, login, "Lê Thị Hoà", password, role).await.expect("adds");
        let form = [("login", login), ("password", PASSWORD)];
        let mut browser = Self { hospital, cookie: String::new(), csrf: String::new() };
        let answer = browser.send(Method::POST, "/staff/login", &form).await;
        browser.cookie = answer.cookies[0].split(';').next().expect("a cookie").to_owned();
        let page = browser.get("/staff/account").await.text();
        browser.csrf = page.split("name=\"csrf\" value=\"").nth(1).expect("a token")[..64].to_owned();
        browser
    }

    async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let form: Vec<(&str, &str)> = form.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        let body = serde_urlencoded::to_string(form).expect("a form");
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.hospital.send(request.body(Body::from(body)).expect("a request")).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let revision = self.hospital.app.departments().revision().to_string();
        let form: Vec<(&str, &str)> = form.iter().copied().chain([("revision", revision.as_str())]).collect();
        self.send(Method::POST, path, &form).await
    }
}

#[tokio::test]
async fn an_administrator_adds_edits_orders_and_retires_on_the_page() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let browser = Browser::of(&hospital, "quan.tri", Role::Administrator).await;
    let good = [
        ("code", "K02"),
        ("prefix", "c"),
        ("name_vi", "Tim mạch"),
        ("name_en", ""),
        ("rooms", "Phòng 204, Siêu âm 2"),
        ("floor", "2"),
        ("opens", "07:00"),
        ("closes", "16:30"),
        ("minutes_low", "5"),
        ("minutes_high", "9"),
        ("capacity", "120"),
    ];
    // What is wrong stands beside its field, and what was typed stays.
    let with = |name: &'static str, value: &'static str| {
        good.map(|(known, old)| if known == name { (known, value) } else { (known, old) })
    };
    for (name, value, words) in [
        ("code", "k 2", "Mã khoa gồm"),
        ("code", "K01", "Mã khoa này đã có"),
        ("prefix", "B", "Khoa K01 đã dùng tiền tố này"),
        ("rooms", "1/2", "Cần 1 đến 40 phòng"),
        ("closes", "06:00", "giờ đóng phải sau giờ mở"),
        ("closes", "", "điền cả hai"),
        ("minutes_low", "x", "Số phút từ 1 đến 999"),
        ("capacity", "0", "Số lượt mỗi ngày là số từ 1"),
        ("name_vi", "=HYPERLINK()", "không bắt đầu bằng"),
    ] {
        let answer = browser.post("/staff/departments/new", &with(name, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
        let page = answer.text();
        assert!(page.contains(words) && page.contains("Siêu âm 2") == (name != "rooms"), "{name} {value}: {page}");
    }
    assert_eq!(app.departments().revision(), 1);
    let added = browser.post("/staff/departments/new", &good).await;
    assert_eq!(added.location.as_deref(), Some("/staff/departments?said=saved"));
    let k02 = app.department(&code("K02")).expect("is there");
    assert_eq!((k02.doors().as_str(), k02.name_en.as_str()), ("204, Siêu âm 2", "Tim mạch"));
    let room = browser.get("/staff/counter/K02/Si%C3%AAu%20%C3%A2m%202").await;
    assert_eq!(room.status, StatusCode::FORBIDDEN, "an administrator calls nobody");

    let page = browser.get("/staff/departments/K02").await.text();
    assert!(page.contains("value=\"204, Siêu âm 2\"") && page.contains("value=\"16:30\""), "{page}");
    let taken = browser.post("/staff/departments/K02", &with("prefix", "B")).await.text();
    assert!(taken.contains("Khoa K01 đã dùng tiền tố này"), "{taken}");
    let mut new_reception = with("capacity", "").to_vec();
    new_reception.push(("reception", "yes"));
    assert_eq!(browser.post("/staff/departments/K02", &new_reception).await.status, StatusCode::SEE_OTHER);
    let receptions: Vec<_> =
        app.departments().active().filter(|one| one.reception).map(|one| one.code.clone()).collect();
    assert_eq!(receptions, [code("K02")], "the old one ceases to be it");

    assert_eq!(browser.post("/staff/departments/K02/up", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(codes(app), ["TIEPDON", "K02", "K01"]);
    browser.post("/staff/departments/K01/retire", &[]).await;
    assert_eq!(codes(app), ["TIEPDON", "K02"]);
    let refused = browser.post("/staff/departments/K02/retire", &[]).await;
    assert!(refused.text().contains("Đúng một khoa phải là quầy tiếp đón"), "{}", refused.text());
    browser.post("/staff/departments/K01/return", &[]).await;
    assert_eq!(codes(app), ["TIEPDON", "K02", "K01"]);
    let old = browser.send(Method::POST, "/staff/departments/K01/retire", &[("revision", "1")]).await;
    assert_eq!(old.location.as_deref(), Some("/staff/departments?said=stale"), "an old page changes nothing");
    let old = [("revision", "1")].into_iter().chain(new_reception).collect::<Vec<_>>();
    assert_eq!(browser.send(Method::POST, "/staff/departments/K02", &old).await.status, StatusCode::CONFLICT);
    for action in ["department_added", "department_changed", "departments_ordered", "department_returned"] {
        assert!(!lines(app, action).await.is_empty(), "{action}");
    }
}

#[tokio::test]
async fn a_list_is_looked_at_before_it_takes_the_place_of_the_old_one() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let browser = Browser::of(&hospital, "quan.tri", Role::Administrator).await;
    let wrong = LIST.replace("\"204, Siêu âm 2\"", "\"204, a/b\"").replace("07:00", "17:00");
    let page = browser.post("/staff/departments/import", &[("list", &wrong)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("<td>3</td><td>closes</td>"), "{}", page.text());
    let wrong = LIST.replace("\"204, Siêu âm 2\"", "\"204, a/b\"");
    let page = browser.post("/staff/departments/import", &[("list", &wrong)]).await.text();
    assert!(page.contains("<td>3</td><td>rooms</td>") && !page.contains("/staff/departments/replace"), "{page}");
    let unseen = browser.post("/staff/departments/replace", &[("list", &wrong)]).await;
    assert_eq!((unseen.status, app.departments().revision()), (StatusCode::CONFLICT, 1));

    let page = browser.post("/staff/departments/import", &[("list", LIST)]).await.text();
    assert!(page.contains("/staff/departments/replace") && page.contains("K02") && page.contains("K01"), "{page}");
    assert_eq!(app.departments().revision(), 1, "looking changes nothing");
    let old = browser.send(Method::POST, "/staff/departments/replace", &[("list", LIST), ("revision", "0")]).await;
    assert_eq!((old.status, app.departments().revision()), (StatusCode::CONFLICT, 1));
    let done = browser.post("/staff/departments/replace", &[("list", LIST)]).await;
    assert_eq!((done.status, codes(app)), (StatusCode::SEE_OTHER, vec!["TIEPDON".to_owned(), "K02".to_owned()]));

    let file = browser.get("/staff/departments/list.csv").await;
    assert!(file.content_type.starts_with("text/csv"));
    let page = browser.post("/staff/departments/import", &[("list", &file.text())]).await.text();
    assert!(page.contains("Giống hệt danh sách hiện tại"), "{page}");
}

#[tokio::test]
async fn only_administrators_change_departments() {
    let hospital = hospital().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Administrator) {
        let browser = Browser::of(&hospital, role.code().replace('_', ".").as_str(), role).await;
        for path in ["", "/new", "/K01", "/list.csv"] {
            let answer = browser.get(&format!("/staff/departments{path}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
        for path in ["/new", "/K01", "/K01/retire", "/import", "/replace"] {
            let answer = browser.post(&format!("/staff/departments{path}"), &[("list", LIST)]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    let mut browser = Browser::of(&hospital, "quan.tri", Role::Administrator).await;
    assert_eq!(browser.get("/staff/departments/NOWHERE").await.status, StatusCode::NOT_FOUND);
    browser.csrf = "0".repeat(64);
    assert_eq!(
        browser.post("/staff/departments/K01/retire", &[]).await.status,
        StatusCode::FORBIDDEN,
        "another site's"
    );
    assert_eq!(hospital.app.departments().revision(), 1);
}

#[tokio::test]
async fn a_room_with_a_space_in_its_name_is_a_counter_like_any_other() {
    let hospital = hospital().await;
    let app = &hospital.app;
    replace(app, &with(app, "K01", |k01| k01.rooms = vec!["Siêu âm 2".into()])).await.expect("good");
    take(&hospital, visit(), &request("K01")).await.expect("a ticket");
    let browser = Browser::of(&hospital, "le.tan", Role::Receptionist).await;
    let link = "/staff/counter/K01/Si%C3%AAu%20%C3%A2m%202";
    let page = browser.get("/staff").await.text();
    assert!(page.contains(&format!("href=\"{link}\"")), "{page}");
    for way in ["open", "next"] {
        let answer = browser.send(Method::POST, &format!("{link}/{way}"), &[("current", "")]).await;
        assert_eq!(answer.location.as_deref(), Some(link));
    }
    let queue = queues::today(app, &code("K01")).await.expect("reads");
    assert!(queue.serving(&CounterId::parse("Siêu âm 2").expect("a room")).is_some());
}

#[tokio::test]
async fn a_card_alone_is_no_way_into_a_full_department() {
    let issuer = issuer();
    let hospital = Hospital::with(Some(issuer.csca_der()), "").await;
    let app = &hospital.app;
    replace(app, &with(app, "K01", |k01| k01.capacity = Some(1))).await.expect("good");
    take(&hospital, visit(), &request("K01")).await.expect("a ticket");
    let known = visit();
    hospital.show_card(known, &card(&issuer)).await.expect("identified");
    let refused = take(&hospital, known, &request("K01")).await.expect_err("is full");
    assert_eq!(refused.code, ProblemCode::DepartmentFull, "a chip alone is no priority");
}
