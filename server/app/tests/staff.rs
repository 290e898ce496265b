//! What staff see and do, as a browser without JavaScript would.

mod fixture;

use api::{AlertKind, AlertRequest, CheckInReply, CheckInRequest, CounterReason, DepartmentCode, Payer, VisitId};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use fixture::hospital::{Answer, Hospital, card, issuer, of_visit, visit};
use server::check_in;
use server::staff::{self, AccountError, Role};
use server::store::DeskState;
use uuid::Uuid;
use zeroize::Zeroizing;

const PASSWORD: &str = "mot mat khau dai";

/// A browser with one cookie.
struct Browser<'a> {
    hospital: &'a Hospital,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn logged_in(hospital: &'a Hospital, role: Role) -> Self {
        let password = Zeroizing::new(PASSWORD.to_owned());
        staff::add(&hospital.app, "hoa", "Lê Thị Hoà", password, role).await.expect("adds");
        let answer = log_in(hospital, "hoa", PASSWORD).await;
        assert_eq!((answer.status, answer.location.as_deref()), (StatusCode::SEE_OTHER, Some("/staff")));
        let cookie = answer.cookies.first().expect("a cookie");
        for part in ["HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        Self { hospital, cookie: cookie.split(';').next().unwrap_or_default().to_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header(header::COOKIE, &self.cookie).body(Body::empty());
        self.hospital.send(request.expect("a request")).await
    }

    async fn post(&self, path: &str, csrf: &str) -> Answer {
        let request = form(path).header(header::COOKIE, &self.cookie).body(Body::from(format!("csrf={csrf}")));
        self.hospital.send(request.expect("a request")).await
    }

    async fn csrf(&self) -> String {
        let page = self.get("/staff").await.text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a token in the page");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

fn form(path: &str) -> axum::http::request::Builder {
    Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn log_in(hospital: &Hospital, login: &str, password: &str) -> Answer {
    let body = format!("login={login}&password={}", password.replace(' ', "+"));
    hospital.send(form("/staff/login").body(Body::from(body)).expect("a request")).await
}

async fn sent_to_a_person(hospital: &Hospital) -> VisitId {
    let visit = visit();
    hospital.show_card(visit, &card(&issuer())).await.expect("identified");
    let request = CheckInRequest {
        department: DepartmentCode::parse("TIEPDON").expect("a department"),
        payer: Payer::Insurance,
        counter: Some(CounterReason::FaceNotMatched),
        declared: Vec::new(),
    };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
    visit
}

async fn desk(hospital: &Hospital, visit: VisitId) -> DeskState {
    check_in::summary(&hospital.app, visit).await.expect("reads").expect("is there").desk
}

/// Where the queue of the reception has a visit.
async fn stands(hospital: &Hospital, visit: VisitId) -> String {
    let department = DepartmentCode::parse("TIEPDON").expect("a department");
    let queue = server::queue::today(&hospital.app, &department).await.expect("reads");
    queue.entry(visit).expect("is there").state.code().to_owned()
}

#[tokio::test]
async fn a_patient_sent_to_a_person_is_listed_with_the_reason_and_finished_there() {
    let hospital = Hospital::open(None).await;
    let visit = sent_to_a_person(&hospital).await;
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    let page = browser.get("/staff").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for words in ["A001", "Nguyễn Văn Mẫu", "15/01/1985", "Khuôn mặt chưa khớp", "Đã đối chiếu", "Không đúng người"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("031085000017"), "the number is masked");

    let csrf = browser.csrf().await;
    for (way, state, place) in [
        ("call", DeskState::Waiting, "called"),
        ("check", DeskState::Checked, "called"),
        ("finish", DeskState::Finished, "finished"),
    ] {
        let answer = browser.post(&format!("/staff/visits/{visit}/{way}"), &csrf).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!((desk(&hospital, visit).await, stands(&hospital, visit).await.as_str()), (state, place));
    }
    assert!(browser.get("/staff").await.text().contains("Hiện không có ai đang chờ"));
    let nonsense = browser.post(&format!("/staff/visits/{visit}/eat"), &csrf).await;
    assert_eq!(nonsense.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_of_another_site_or_of_a_role_that_may_not_does_nothing() {
    let hospital = Hospital::open(None).await;
    let visit = sent_to_a_person(&hospital).await;
    let path = format!("/staff/visits/{visit}/finish");
    let browser = Browser::logged_in(&hospital, Role::Volunteer).await;
    assert_eq!(browser.post(&path, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post(&path, &"0".repeat(64)).await.status, StatusCode::FORBIDDEN);
    let csrf = browser.csrf().await;
    assert_eq!(browser.post(&path, &csrf).await.status, StatusCode::FORBIDDEN, "a volunteer decides nothing");
    assert_eq!(browser.get("/staff/trust").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk(&hospital, visit).await, DeskState::Waiting);
    let stranger = form(&path).body(Body::from(format!("csrf={csrf}"))).expect("a request");
    assert_eq!(hospital.send(stranger).await.location.as_deref(), Some("/staff/login"));

    assert_eq!(browser.post("/staff/logout", &csrf).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/staff").await.location.as_deref(), Some("/staff/login"));
}

#[tokio::test]
async fn an_emergency_rings_above_everything_until_somebody_goes() {
    let hospital = Hospital::open(None).await;
    let mut emergency = None;
    for kind in [AlertKind::Help, AlertKind::Emergency] {
        let alert = AlertRequest { id: Uuid::new_v4(), kind, visit: None };
        for _ in 0..2 {
            let body = serde_json::to_vec(&alert).expect("serialises");
            let answer = hospital.send(hospital.request(Method::POST, api::path::ALERTS, body)).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT);
        }
        emergency = Some(alert.id);
    }
    let browser = Browser::logged_in(&hospital, Role::Volunteer).await;
    let text = browser.get("/staff").await.text();
    let (rings, helps) = (text.find("CẤP CỨU").expect("rings"), text.find("Cần giúp đỡ").expect("is there"));
    assert!(rings < helps);
    assert_eq!(text.matches("class=\"call").count(), 2, "repeated calls ring once");
    let path = format!("/staff/calls/{}", emergency.expect("an id"));
    assert_eq!(browser.post(&path, &browser.csrf().await).await.status, StatusCode::SEE_OTHER);
    assert!(!browser.get("/staff").await.text().contains("CẤP CỨU"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_look_the_same_and_are_slowed_down() {
    let hospital = Hospital::open(None).await;
    let _ = Browser::logged_in(&hospital, Role::Receptionist).await;
    let wrong = log_in(&hospital, "hoa", "wrong").await;
    let unknown = log_in(&hospital, "nobody", "wrong").await;
    assert_eq!((wrong.status, wrong.text()), (StatusCode::UNAUTHORIZED, unknown.text()));
    let mut last = wrong.status;
    for _ in 0..10 {
        last = log_in(&hospital, "hoa", "wrong").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    hospital.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(log_in(&hospital, "hoa", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let hospital = Hospital::open(None).await;
    let browser = Browser::logged_in(&hospital, Role::Supervisor).await;
    assert_eq!(browser.get("/staff/trust").await.status, StatusCode::OK);
    hospital.clock.advance(std::time::Duration::from_secs(480 * 60));
    assert_eq!(browser.get("/staff").await.location.as_deref(), Some("/staff/login"));
}

#[tokio::test]
async fn the_pages_speak_english_when_asked_and_allow_nothing_from_elsewhere() {
    let hospital = Hospital::open(None).await;
    let request = form("/staff/language").body(Body::from("to=en")).expect("a request");
    let cookie = hospital.send(request).await.cookies.first().cloned().expect("a cookie");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let request = Request::builder().uri("/staff/login").header(header::COOKIE, cookie).body(Body::empty());
    let text = hospital.send(request.expect("a request")).await.text();
    assert!(text.contains("Sample General Hospital") && text.contains("Log in"), "{text}");
    assert!(!text.contains("style=") && !text.contains("onclick"), "inline code would need a weaker policy");
}

#[tokio::test]
async fn weak_passwords_and_odd_logins_are_refused_by_name() {
    let hospital = Hospital::open(None).await;
    let add = async |login: &str, password: &str| {
        staff::add(&hospital.app, login, "Tên", Zeroizing::new(password.to_owned()), Role::Volunteer).await
    };
    assert!(matches!(add("hoa", "short").await, Err(AccountError::Password)));
    assert!(matches!(add("Hoà", PASSWORD).await, Err(AccountError::Login)));
    assert!(matches!(add("", PASSWORD).await, Err(AccountError::Login)));
}

/// The fields of the first form of the page that does `way`.
fn fields(page: &str, way: &str) -> String {
    let (_, rest) = page.split_once(&format!("/{way}\"")).unwrap_or_else(|| panic!("no form for {way}"));
    let (form, _) = rest.split_once("</form>").expect("a form ends");
    let mut pairs = Vec::new();
    for input in form.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()) {
        let part = |name: &str| {
            let (_, rest) = input.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        pairs.push(format!(
            "{}={}",
            part("name").expect("named"),
            part("value").unwrap_or_default().replace(':', "%3A")
        ));
    }
    pairs.join("&")
}

impl Browser<'_> {
    /// Presses a key of the counter's page as it stands now; the page after it.
    async fn press(&self, counter: &str, way: &str) -> String {
        let page = self.get(counter).await.text();
        self.send_form(&format!("{counter}/{way}"), fields(&page, way)).await
    }

    async fn send_form(&self, path: &str, body: String) -> String {
        let request = form(path).header(header::COOKIE, &self.cookie).body(Body::from(body));
        let answer = self.hospital.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        self.get(&answer.location.expect("a way on")).await.text()
    }
}

const COUNTER: &str = "/staff/counter/TIEPDON/1";

async fn patient(hospital: &Hospital, department: &str) -> VisitId {
    let visit = visit();
    let department = DepartmentCode::parse(department).expect("a department");
    let request = CheckInRequest { department, payer: Payer::SelfPay, counter: None, declared: Vec::new() };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
    visit
}

#[tokio::test]
async fn a_patient_sent_to_a_person_is_settled_with_three_keys_and_the_page_says_why() {
    let hospital = Hospital::open(None).await;
    let visit = sent_to_a_person(&hospital).await;
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    browser.press(COUNTER, "open").await;
    let page = browser.press(COUNTER, "next").await;
    for words in ["A001", "Nguyễn Văn Mẫu", "Khuôn mặt chưa khớp", "Đã đối chiếu", "Gọi lại"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("031085000017"), "the number is masked");
    let page = browser.press(COUNTER, "check").await;
    assert!(page.contains("Đang làm việc"));
    let page = browser.press(COUNTER, "finish").await;
    assert!(page.contains("Chưa mời ai"));
    assert_eq!(desk(&hospital, visit).await, DeskState::Finished);
    assert_eq!(stands(&hospital, visit).await, "finished");
}

#[tokio::test]
async fn a_key_of_the_list_that_does_nothing_says_why() {
    let hospital = Hospital::open(None).await;
    let visit = sent_to_a_person(&hospital).await;
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    let page = browser.get("/staff").await.text();
    let path = format!("/staff/visits/{visit}/finish");
    assert!(page.contains(&path));
    let told = browser.send_form(&path, fields(&page, "finish")).await;
    assert!(told.contains("Lúc này không làm được việc đó."), "nobody was called yet: {told}");
}

#[tokio::test]
async fn each_key_of_the_counter_does_its_one_thing() {
    let hospital = Hospital::open(None).await;
    for _ in 0..3 {
        patient(&hospital, "TIEPDON").await;
    }
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    assert!(browser.get(COUNTER).await.text().contains("Mở quầy"));
    browser.press(COUNTER, "open").await;
    let page = browser.press(COUNTER, "next").await;
    assert!(page.contains("1/3"));
    assert!(browser.press(COUNTER, "recall").await.contains("2/3"));
    assert!(browser.press(COUNTER, "skip").await.contains("Chưa mời ai"));
    assert!(browser.press(COUNTER, "next").await.contains("<p class=\"number\">A002"));
    assert!(browser.press(COUNTER, "park").await.contains("Tạm dừng, vắng mặt · 1"));
    assert!(!browser.press(COUNTER, "return").await.contains("Tạm dừng, vắng mặt"));
    assert!(browser.press(COUNTER, "next").await.contains("<p class=\"number\">A002"), "behind the one being served");
    let page = browser.press(COUNTER, "transfer").await;
    assert!(page.contains("Chưa mời ai"));
    let there = DepartmentCode::parse("K01").expect("a department");
    assert_eq!(server::queue::today(&hospital.app, &there).await.expect("reads").waiting(), 1);
    let page = browser.press(COUNTER, "walk_in").await;
    assert!(page.contains("A004"), "a number given at the counter");
    browser.press(COUNTER, "next").await;
    let page = browser.press(COUNTER, "ground").await;
    assert!(page.contains("Cấp cứu"));
    browser.press(COUNTER, "leave").await;
    let page = browser.get(COUNTER).await.text();
    let call = format!("{}&number=a004&reason=companion", fields(&page, "call").replace("&number=", ""));
    assert!(browser.send_form(&format!("{COUNTER}/call"), call).await.contains("<p class=\"number\">A004"));
    let page = browser.press(COUNTER, "start").await;
    assert!(page.contains("Đang làm việc") && !page.contains("Vắng mặt</button>"));
    browser.press(COUNTER, "finish").await;
    browser.press(COUNTER, "next").await;
    browser.press(COUNTER, "finish").await;
    assert!(browser.press(COUNTER, "next").await.contains("Không còn ai chờ quầy này"));
    assert!(browser.press(COUNTER, "close").await.contains("Đang đóng"));
}

#[tokio::test]
async fn a_key_pressed_twice_or_on_an_old_page_moves_nobody() {
    let hospital = Hospital::open(None).await;
    for _ in 0..3 {
        patient(&hospital, "TIEPDON").await;
    }
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    browser.press(COUNTER, "open").await;
    let old = fields(&browser.get(COUNTER).await.text(), "next");
    let path = format!("{COUNTER}/next");
    assert!(browser.send_form(&path, old.clone()).await.contains("<p class=\"number\">A001"));
    let page = browser.send_form(&path, old).await;
    assert!(page.contains("vừa thay đổi") && page.contains("<p class=\"number\">A001"));
}

#[tokio::test]
async fn only_who_calls_patients_sees_a_counter_and_only_a_supervisor_merges() {
    let hospital = Hospital::open(None).await;
    patient(&hospital, "TIEPDON").await;
    let volunteer = Browser::logged_in(&hospital, Role::Volunteer).await;
    assert_eq!(volunteer.get(COUNTER).await.status, StatusCode::FORBIDDEN);
    let csrf = volunteer.csrf().await;
    let open = volunteer.post(&format!("{COUNTER}/open"), &csrf).await;
    assert_eq!(open.status, StatusCode::FORBIDDEN);
    let receptionist = Browser::logged_in(&hospital, Role::Receptionist).await;
    for nowhere in ["/staff/counter/TIEPDON/9", "/staff/counter/K99/1", "/staff/counter/<b>/1"] {
        assert_ne!(receptionist.get(&nowhere.replace('<', "%3C").replace('>', "%3E")).await.status, StatusCode::OK);
    }
    let page = receptionist.get(COUNTER).await.text();
    assert!(!page.contains("/merge"));
    let body = format!("{}&to=K01", fields(&page, "open"));
    let request = form(&format!("{COUNTER}/merge")).header(header::COOKIE, &receptionist.cookie).body(Body::from(body));
    assert_eq!(hospital.send(request.expect("a request")).await.status, StatusCode::FORBIDDEN);
    let supervisor = Browser::logged_in(&hospital, Role::Supervisor).await;
    supervisor.press(COUNTER, "merge").await;
    let there = DepartmentCode::parse("K01").expect("a department");
    assert_eq!(server::queue::today(&hospital.app, &there).await.expect("reads").waiting(), 1);
}

#[tokio::test]
async fn open_pages_are_told_at_once_that_a_queue_changed() {
    let hospital = Hospital::open(None).await;
    let mut news = hospital.app.news.subscribe();
    patient(&hospital, "K01").await;
    let browser = Browser::logged_in(&hospital, Role::Receptionist).await;
    let request = Request::builder().uri("/staff/events?of=TIEPDON").header(header::COOKIE, &browser.cookie);
    let listening = hospital.listen(request.body(Body::empty()).expect("a request")).await;
    patient(&hospital, "K01").await;
    patient(&hospital, "TIEPDON").await;
    assert_eq!(listening.await, "event: changed\ndata: look\n\n", "with data, or browsers drop it");
    let first = news.try_recv().expect("told");
    assert!(matches!(first, server::queue::Changed::Queue(key) if key.department.as_str() == "K01"));
    let alert = AlertRequest { id: Uuid::new_v4(), kind: AlertKind::Help, visit: None };
    let body = serde_json::to_vec(&alert).expect("serialises");
    hospital.send(hospital.request(Method::POST, api::path::ALERTS, body)).await;
    let mut last = None;
    while let Ok(changed) = news.try_recv() {
        last = Some(changed);
    }
    assert_eq!(last, Some(server::queue::Changed::Desk));
}
