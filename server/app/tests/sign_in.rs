//! Signing in: the first account, second factors, and shared computers, as a browser without JavaScript would.

mod fixture;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use fixture::hospital::{Answer, Hospital};
use server::clock::Clock;
use server::staff::{self, Role, totp};
use zeroize::Zeroizing;

const PASSWORD: &str = "mot mat khau dai";
const PIN: &str = "194837";
const STRICT: &str = "[sign_in]\nsecond_factor = [\"administrator\", \"head\"]\nidle_minutes = 15\n";

/// One browser of one computer: it keeps its cookies whoever sits there.
struct Computer<'a> {
    hospital: &'a Hospital,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Computer<'a> {
    fn of(hospital: &'a Hospital) -> Self {
        Self { hospital, cookies: RefCell::default() }
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> Answer {
        let pairs: Vec<String> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::COOKIE, pairs.join("; ")).body(Body::from(body)).expect("a request");
        let answer = self.hospital.send(request).await;
        for cookie in &answer.cookies {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::builder().uri(path), String::new()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let form = "application/x-www-form-urlencoded";
        let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, form);
        self.send(request, fields.join("&")).await
    }

    /// A form on the page at `from`, with its token.
    async fn fill(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = between(&self.get(from).await.text(), "name=\"csrf\" value=\"", "\"");
        let fields: Vec<_> = std::iter::once(("csrf", csrf.as_str())).chain(fields.iter().copied()).collect();
        self.post(path, &fields).await
    }

    async fn log_in(&self, login: &str) -> Answer {
        self.post("/staff/login", &[("login", login), ("password", PASSWORD)]).await
    }

    async fn switch(&self, who: &str, pin: &str) -> Answer {
        self.fill("/staff/locked", "/staff/switch", &[("who", who), ("pin", pin)]).await
    }

    /// Who the pages say is there; nobody where they lead elsewhere.
    async fn sits_there(&self) -> Option<String> {
        let page = self.get("/staff/account").await;
        (page.status == StatusCode::OK).then(|| between(&page.text(), "href=\"/staff/account\">", "<"))
    }

    async fn adds_an_app(&self) -> (Vec<u8>, Vec<String>) {
        let page = self.get("/staff/second-factor/enrol").await.text();
        assert!(page.contains("<svg class=\"qr\""), "{page}");
        let secret = from_base32(&between(&page, "<code>", "<"));
        let code = self.hospital.code(&secret);
        let path = "/staff/second-factor/enrol";
        let page = self.fill(path, path, &[("code", &code)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let codes = page.text().split("<li><code>").skip(1).map(|rest| between(rest, "", "<")).collect();
        (secret, codes)
    }
}

impl Hospital {
    async fn employs(&self, login: &str, name: &str, role: Role) {
        staff::add(&self.app, login, name, Zeroizing::new(PASSWORD.to_owned()), role).await.expect("adds");
    }

    /// What the app on the phone shows now.
    fn code(&self, secret: &[u8]) -> String {
        totp::code(secret, totp::step_at(self.clock.now().unix_timestamp()))
    }

    fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn record(&self) -> Vec<String> {
        let mut tx = self.app.store.begin().await.expect("begins");
        let lines = tx.audit_to_chain(i64::MIN, 500).await.expect("reads");
        lines.into_iter().map(|line| line.action).collect()
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split(after).next().unwrap_or_default().to_owned()
}

fn from_base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|b| *b != b' ') {
        let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn goes_to(answer: &Answer) -> &str {
    answer.location.as_deref().unwrap_or("nowhere")
}

const ACCOUNT: [(&str, &str); 4] =
    [("login", "quantri"), ("name", "Quan Tri"), ("password", PASSWORD), ("again", PASSWORD)];

#[tokio::test]
async fn the_first_administrator_is_made_by_a_link_that_is_good_once() {
    let hospital = Hospital::with(None, STRICT).await;
    let replaced = staff::first_link(&hospital.app).await.expect("asks").expect("nobody is there");
    let link = staff::first_link(&hospital.app).await.expect("asks").expect("nobody is there still");
    let computer = Computer::of(&hospital);
    assert_eq!(computer.get(&replaced).await.status, StatusCode::NOT_FOUND, "a restart ends the link before");
    assert!(computer.get(&link).await.text().contains("Quản trị"));
    for (wrong, status) in [
        (("password", "short"), StatusCode::UNPROCESSABLE_ENTITY),
        (("again", "another password"), StatusCode::UNPROCESSABLE_ENTITY),
        (("login", "Quan"), StatusCode::UNPROCESSABLE_ENTITY),
        (("name", " "), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let fields = ACCOUNT.map(|field| if field.0 == wrong.0 { wrong } else { field });
        assert_eq!(computer.post(&link, &fields).await.status, status, "{wrong:?}");
        hospital.later(10);
    }
    assert_eq!(goes_to(&computer.post(&link, &ACCOUNT).await), "/staff/login");
    let again = ACCOUNT.map(|field| if field.0 == "login" { ("login", "other") } else { field });
    assert_eq!(computer.post(&link, &again).await.status, StatusCode::NOT_FOUND);
    assert!(staff::first_link(&hospital.app).await.expect("asks").is_none(), "somebody is there now");

    assert_eq!(goes_to(&computer.log_in("quantri").await), "/staff/second-factor/enrol");
    assert_eq!(goes_to(&computer.get("/staff/people").await), "/staff/second-factor/enrol", "nothing before the app");
    let (_, codes) = computer.adds_an_app().await;
    assert_eq!(codes.len(), 10);
    assert_eq!(computer.get("/staff/people").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_is_worth_nothing_after_a_day_and_cannot_be_guessed_at_speed() {
    let hospital = Hospital::with(None, STRICT).await;
    let link = staff::first_link(&hospital.app).await.expect("asks").expect("nobody is there");
    let computer = Computer::of(&hospital);
    hospital.later(24 * 3600);
    assert_eq!(computer.get(&link).await.status, StatusCode::NOT_FOUND);
    let mut last = StatusCode::OK;
    for guess in 0..10 {
        last = computer.get(&format!("/staff/setup/{guess:032x}")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_administrator_invites_and_ends_accounts_and_nobody_else_does() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("quantri", "Quan Tri", Role::Administrator).await;
    hospital.employs("hoa", "Hoa", Role::Receptionist).await;
    let (office, counter) = (Computer::of(&hospital), Computer::of(&hospital));
    office.log_in("quantri").await;
    office.adds_an_app().await;
    let page = office.fill("/staff/people", "/staff/people/invite", &[("role", "receptionist")]).await.text();
    let link = format!("/staff/setup/{}", between(&page, "/staff/setup/", "<"));
    let taken = ACCOUNT.map(|field| if field.0 == "login" { ("login", "hoa") } else { field });
    assert_eq!(counter.post(&link, &taken).await.status, StatusCode::CONFLICT, "nobody takes another's login over");
    let lan = ACCOUNT.map(|field| if field.0 == "login" { ("login", "lan") } else { field });
    assert_eq!(goes_to(&counter.post(&link, &lan).await), "/staff/login");
    assert_eq!(goes_to(&counter.log_in("lan").await), "/staff");
    assert_eq!(counter.get("/staff/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(goes_to(&office.fill("/staff/people", "/staff/people/lan/end", &[]).await), "/staff/people");
    assert_eq!(goes_to(&counter.get("/staff").await), "/staff/login", "the open page ends too");
    assert_eq!(counter.log_in("lan").await.status, StatusCode::UNAUTHORIZED);
    let own = office.fill("/staff/people", "/staff/people/quantri/end", &[]).await;
    assert_eq!(own.status, StatusCode::NOT_FOUND, "nobody ends their own account");
}

#[tokio::test]
async fn a_code_is_good_once_and_the_wrong_ones_are_few() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("truong", "Truong", Role::Head).await;
    let (office, elsewhere) = (Computer::of(&hospital), Computer::of(&hospital));
    office.log_in("truong").await;
    let (secret, _) = office.adds_an_app().await;
    let path = "/staff/second-factor";
    let answer = async |computer: &Computer<'_>, code: &str| computer.fill(path, path, &[("code", code)]).await;

    assert_eq!(goes_to(&elsewhere.log_in("truong").await), path);
    assert_eq!(goes_to(&elsewhere.get("/staff/certificates").await), path, "the password alone opens nothing");
    let used = hospital.code(&secret);
    assert_eq!(answer(&elsewhere, &used).await.status, StatusCode::UNAUTHORIZED, "it confirmed the app");
    hospital.later(30);
    let code = hospital.code(&secret);
    assert_eq!(goes_to(&answer(&elsewhere, &code).await), "/staff/certificates");
    assert_eq!(elsewhere.sits_there().await.as_deref(), Some("Truong"));

    let third = Computer::of(&hospital);
    third.log_in("truong").await;
    assert_eq!(answer(&third, &code).await.status, StatusCode::UNAUTHORIZED, "overlooked over a shoulder");
    assert!(hospital.record().await.iter().any(|action| action == "second_factor_refused"));
    hospital.later(90);
    for _ in 0..5 {
        assert_eq!(answer(&third, "000000").await.status, StatusCode::UNAUTHORIZED);
    }
    let right = hospital.code(&secret);
    assert_eq!(answer(&third, &right).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn each_recovery_code_replaces_a_lost_phone_once() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("hoa", "Hoa", Role::Receptionist).await;
    let counter = Computer::of(&hospital);
    assert_eq!(goes_to(&counter.log_in("hoa").await), "/staff", "this role may do without");
    let (_, codes) = counter.adds_an_app().await;
    let path = "/staff/second-factor";
    assert_eq!(goes_to(&counter.get("/staff/second-factor/enrol").await), "/staff/account", "one is enough");
    for status in [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED] {
        counter.log_in("hoa").await;
        let typed = codes[0].to_lowercase();
        assert_eq!(counter.fill(path, path, &[("code", &typed)]).await.status, status);
    }
    hospital.employs("lan", "Lan", Role::Receptionist).await;
    let other = Computer::of(&hospital);
    other.log_in("lan").await;
    other.adds_an_app().await;
    other.log_in("lan").await;
    assert_eq!(other.fill(path, path, &[("code", &codes[1])]).await.status, StatusCode::UNAUTHORIZED, "another's code");
}

#[tokio::test]
async fn a_page_that_nobody_touches_is_locked_and_one_that_looks_for_news_by_itself_is_not_touched() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("hoa", "Hoa", Role::Receptionist).await;
    let counter = Computer::of(&hospital);
    counter.log_in("hoa").await;
    for _ in 0..2 {
        hospital.later(10 * 60);
        assert_eq!(counter.post("/staff/active", &[]).await.status, StatusCode::NO_CONTENT);
    }
    hospital.later(10 * 60);
    assert_eq!(counter.get("/staff").await.status, StatusCode::OK);
    hospital.later(5 * 60);
    assert_eq!(goes_to(&counter.get("/staff").await), "/staff/locked");
    assert_eq!(goes_to(&counter.post("/staff/active", &[]).await), "/staff/locked", "touching it now opens nothing");
    assert!(!counter.get("/staff/locked").await.text().contains("/staff/switch"), "nobody here has a PIN");
    assert_eq!(goes_to(&counter.log_in("hoa").await), "/staff");
    assert_eq!(counter.get("/staff").await.status, StatusCode::OK);
}

#[tokio::test]
async fn at_a_shared_computer_people_change_by_badge_and_pin() {
    let hospital = Hospital::with(None, STRICT).await;
    let counter = Computer::of(&hospital);
    for (login, name, badge) in [("hoa", "Hoa", "0007741"), ("lan", "Lan", "0007742")] {
        hospital.employs(login, name, Role::Receptionist).await;
        assert_eq!(goes_to(&counter.log_in(login).await), "/staff");
        let fields = [("password", PASSWORD), ("pin", PIN), ("badge", badge)];
        assert_eq!(counter.fill("/staff/account", "/staff/account/pin", &fields).await.status, StatusCode::OK);
    }
    let stolen = [("password", PASSWORD), ("pin", PIN), ("badge", "0007741")];
    assert_eq!(counter.fill("/staff/account", "/staff/account/pin", &stolen).await.status, StatusCode::CONFLICT);
    let unproven = [("password", "not the password"), ("pin", PIN)];
    assert_eq!(counter.fill("/staff/account", "/staff/account/pin", &unproven).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(counter.sits_there().await.as_deref(), Some("Lan"));
    assert_eq!(goes_to(&counter.fill("/staff", "/staff/lock", &[]).await), "/staff/locked");
    assert_eq!(counter.sits_there().await, None);
    assert_eq!(goes_to(&counter.switch("0007741", PIN).await), "/staff");
    assert_eq!(counter.sits_there().await.as_deref(), Some("Hoa"));
    assert_eq!(goes_to(&counter.switch("lan", PIN).await), "/staff", "without locking first");
    assert_eq!(counter.sits_there().await.as_deref(), Some("Lan"));

    hospital.employs("mai", "Mai", Role::Head).await;
    assert_eq!(counter.switch("mai", PIN).await.status, StatusCode::UNAUTHORIZED, "never signed in here");
    let ward = Computer::of(&hospital);
    hospital.employs("thu", "Thu", Role::Receptionist).await;
    ward.log_in("thu").await;
    let fields = [("password", PASSWORD), ("pin", PIN)];
    assert_eq!(ward.fill("/staff/account", "/staff/account/pin", &fields).await.status, StatusCode::OK);
    assert_eq!(ward.switch("lan", PIN).await.status, StatusCode::UNAUTHORIZED, "signed in at another computer");

    for _ in 0..5 {
        assert_eq!(counter.switch("hoa", "999998").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(counter.switch("hoa", PIN).await.status, StatusCode::UNAUTHORIZED, "five were enough");
    hospital.later(60);
    assert_eq!(goes_to(&counter.log_in("hoa").await), "/staff");
    assert_eq!(goes_to(&counter.switch("hoa", PIN).await), "/staff", "a full sign-in counts anew");
}

#[tokio::test]
async fn a_pin_does_not_make_a_day_longer() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("hoa", "Hoa", Role::Receptionist).await;
    let counter = Computer::of(&hospital);
    counter.log_in("hoa").await;
    let fields = [("password", PASSWORD), ("pin", PIN)];
    assert_eq!(counter.fill("/staff/account", "/staff/account/pin", &fields).await.status, StatusCode::OK);
    hospital.later(7 * 3600 + 59 * 60);
    assert_eq!(goes_to(&counter.switch("hoa", PIN).await), "/staff");
    hospital.later(60);
    assert_eq!(goes_to(&counter.get("/staff").await), "/staff/login");
}

#[tokio::test]
async fn half_a_sign_in_may_neither_switch_nor_act_and_foreign_forms_do_nothing() {
    let hospital = Hospital::with(None, STRICT).await;
    hospital.employs("truong", "Truong", Role::Head).await;
    let office = Computer::of(&hospital);
    office.log_in("truong").await;
    let path = "/staff/second-factor/enrol";
    assert_eq!(office.post("/staff/active", &[]).await.location.as_deref(), Some(path));
    let csrf = between(&office.get(path).await.text(), "name=\"csrf\" value=\"", "\"");
    let fields = [("csrf", csrf.as_str()), ("who", "truong"), ("pin", PIN)];
    assert_eq!(goes_to(&office.post("/staff/switch", &fields).await), path);
    let foreign = [("csrf", "00"), ("code", "000000")];
    assert_eq!(office.post(path, &foreign).await.status, StatusCode::FORBIDDEN);
    let foreign = [("csrf", "00"), ("who", "truong"), ("pin", PIN)];
    assert_eq!(office.post("/staff/switch", &foreign).await.status, StatusCode::FORBIDDEN);
}
