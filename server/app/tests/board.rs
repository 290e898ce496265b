//! Boards in the halls: what they show, what they say, and what they do when something breaks.

mod fixture;

use std::time::Duration;

use api::{CheckInReply, CheckInRequest, CounterReason, DepartmentCode, Payer, VisitId};
use axum::body::BodyDataStream;
use axum::http::{Method, StatusCode};
use fixture::hospital::{Answer, Hospital, card, issuer, of_visit, visit};
use futures_util::StreamExt;
use queue::{CounterId, Move};
use serde_json::Value;
use server::board::{Look, refresh};
use server::{App, Outside};

const BOARDS: &str = r#"
[papers]
public_listen = "127.0.0.1:0"
public_url = "https://kham.example"
[board]
voice = "../../assets/voice"
[[board.groups]]
code = "TANG1"
name_vi = "Tầng 1"
name_en = "Floor 1"
departments = ["TIEPDON", "K01"]
"#;

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

fn room(name: &str) -> CounterId {
    CounterId::parse(name).expect("a room")
}

async fn take_number(hospital: &Hospital, code: &str) -> (VisitId, String) {
    let visit = visit();
    let request = CheckInRequest {
        department: department(code),
        payer: Payer::Undecided,
        counter: Some(CounterReason::NoCard),
        declared: Vec::new(),
    };
    let path = of_visit(api::path::CHECK_IN, visit);
    let reply: CheckInReply = hospital.call(Method::PUT, &path, &request).await.expect("a ticket");
    (visit, reply.ticket.number.to_string())
}

async fn staff(app: &App, code: &str, moves: &[Move]) {
    server::queue::make(app, &department(code), moves, "staff:lan").await.expect("the queue moves");
}

async fn open_and_call(app: &App, code: &str, counter: &str) {
    staff(app, code, &[Move::OpenCounter { counter: room(counter) }, Move::CallNext { counter: room(counter) }]).await;
}

async fn look(app: &App) {
    refresh(app, &Look::All).await.expect("the queues are read");
}

async fn board(hospital: &Hospital, path: &str) -> String {
    look(&hospital.app).await;
    let answer = hospital.verify(path).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text()
}

/// The live part between two words of the page: rows and lists without the frame.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let after = page.split_once(from).unwrap_or_else(|| panic!("{from} in {page}")).1;
    after.split_once(to).map_or(after, |(part, _)| part)
}

/// One screen's stream of events.
struct Screen {
    body: BodyDataStream,
    read: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: Option<String>,
    data: String,
}

impl Screen {
    async fn open(hospital: &Hospital, path: &str) -> Self {
        let response = hospital.watch(path).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), read: String::new() }
    }

    async fn next(&mut self) -> Event {
        while !self.read.contains("\n\n") {
            let chunk = self.body.next().await.expect("the stream goes on").expect("is read");
            self.read.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
        let (event, rest) = self.read.split_once("\n\n").expect("is there");
        let field = |name: &str| {
            let lines = event.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            lines.collect::<Vec<_>>().join("\n")
        };
        let id = Some(field("id")).filter(|id| !id.is_empty());
        let found = Event { name: field("event"), id, data: field("data") };
        self.read = rest.to_owned();
        found
    }

    /// The next picture; signs of life are passed over.
    async fn picture(&mut self) -> (String, Value) {
        loop {
            let event = self.next().await;
            if event.name == "board" {
                return (event.id.expect("has an id"), serde_json::from_str(&event.data).expect("JSON"));
            }
        }
    }
}

#[tokio::test]
async fn a_board_shows_who_is_called_where_and_who_is_next() {
    let hospital = Hospital::with(None, BOARDS).await;
    for _ in 0..8 {
        take_number(&hospital, "K01").await;
    }
    open_and_call(&hospital.app, "K01", "102").await;
    open_and_call(&hospital.app, "K01", "101").await;
    let page = board(&hospital, "/board/K01").await;
    let rows = between(&page, "class=\"rows\"", "</ul>");
    let (first, second) = (rows.find("101").expect("room 101"), rows.find("102").expect("room 102"));
    assert!(first < second, "rooms stand in the order of their numbers");
    assert!(between(rows, "101", "</li>").contains("B002") && between(rows, "102", "</li>").contains("B001"));
    let next = between(&page, "class=\"next\"", "</div>");
    for number in ["B003", "B004", "B005", "B006", "B007"] {
        assert!(next.contains(number), "{number} in {next}");
    }
    assert!(!next.contains("B008") && next.contains("+1"));
    assert!(between(&page, "<aside>", "</aside>").contains("B002"));
    assert!(page.contains("Số đang gọi") && page.contains("lang=\"en\""));
}

#[tokio::test]
async fn a_board_of_a_group_shows_all_its_departments_each_in_its_own_words() {
    let hospital = Hospital::with(None, BOARDS).await;
    take_number(&hospital, "TIEPDON").await;
    take_number(&hospital, "K01").await;
    open_and_call(&hospital.app, "TIEPDON", "1").await;
    open_and_call(&hospital.app, "K01", "101").await;
    let page = board(&hospital, "/board/TANG1").await;
    assert!(page.contains("Tầng 1") && page.contains("Quầy") && page.contains("Phòng"));
    assert!(page.contains("A001") && page.contains("B001"));
    let dark = hospital.verify("/board/TANG1?look=dark").await;
    assert!(dark.text().contains("class=\"dark\""));
    for nowhere in ["/board/K99", "/board/k01", "/board/..%2Fx", "/board/K99/events"] {
        assert_eq!(hospital.verify(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn the_last_five_calls_stand_there_once_each_the_newest_first() {
    let hospital = Hospital::with(None, BOARDS).await;
    let mut visits = Vec::new();
    for _ in 0..7 {
        visits.push(take_number(&hospital, "K01").await.0);
    }
    staff(&hospital.app, "K01", &[Move::OpenCounter { counter: room("101") }]).await;
    for visit in visits {
        staff(&hospital.app, "K01", &[Move::CallNext { counter: room("101") }]).await;
        hospital.clock.advance(Duration::from_secs(60));
        staff(&hospital.app, "K01", &[Move::Recall { visit }]).await;
        hospital.clock.advance(Duration::from_secs(60));
        staff(&hospital.app, "K01", &[Move::Start { visit }, Move::Finish { visit }]).await;
    }
    let page = board(&hospital, "/board/K01").await;
    let last = between(&page, "<aside>", "</aside>");
    let numbers: Vec<&str> = last.match_indices("B00").map(|(at, _)| &last[at..at + 4]).collect();
    assert_eq!(numbers, ["B007", "B006", "B005", "B004", "B003"]);
}

#[tokio::test]
async fn names_are_shown_only_where_the_hospital_decided_so_and_masked_even_then() {
    let issuer = issuer();
    for (setting, shown) in [("none", false), ("masked", true)] {
        let boards = BOARDS.replace("[board]", &format!("[board]\nnames = \"{setting}\""));
        let hospital = Hospital::with(Some(issuer.csca_der()), &boards).await;
        let visit = visit();
        hospital.show_card(visit, &card(&issuer)).await.expect("identified");
        let request = CheckInRequest {
            department: department("K01"),
            payer: Payer::Insurance,
            counter: None,
            declared: Vec::new(),
        };
        let path = of_visit(api::path::CHECK_IN, visit);
        hospital.call::<CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
        open_and_call(&hospital.app, "K01", "101").await;
        let page = board(&hospital, "/board/K01").await;
        assert_eq!(page.contains("Nguyễn *** Mẫu"), shown, "{setting}");
        assert!(!page.contains("Nguyễn Văn Mẫu") && !page.contains("031085"));
        let (_, picture) = Screen::open(&hospital, "/board/K01/events").await.picture().await;
        assert!(!picture["say"].to_string().contains("Nguy"), "a voice says no name");
    }
}

#[tokio::test]
async fn a_screen_that_comes_back_gets_what_it_missed_and_nothing_it_has() {
    let hospital = Hospital::with(None, BOARDS).await;
    take_number(&hospital, "K01").await;
    look(&hospital.app).await;
    let mut screen = Screen::open(&hospital, "/board/K01/events").await;
    let (before, picture) = screen.picture().await;
    assert!(picture["html"].as_str().expect("HTML").contains("B001") && picture["at"] == "08:00");
    drop(screen);

    let mut same = Screen::open(&hospital, &format!("/board/K01/events?after={before}")).await;
    let first = same.next().await;
    assert_eq!((first.name.as_str(), first.data.as_str()), ("beat", "08:00"), "nothing changed: only a sign of life");

    open_and_call(&hospital.app, "K01", "101").await;
    look(&hospital.app).await;
    let (after, picture) = same.picture().await;
    assert_ne!(before, after);
    assert!(picture["html"].as_str().expect("HTML").contains("101"));
    let (again, _) = Screen::open(&hospital, &format!("/board/K01/events?after={before}")).await.picture().await;
    assert_eq!(again, after, "who missed it gets the same");
}

#[tokio::test]
async fn a_call_is_said_by_a_sound_that_any_process_makes() {
    let hospital = Hospital::with(None, BOARDS).await;
    take_number(&hospital, "K01").await;
    open_and_call(&hospital.app, "K01", "101").await;
    look(&hospital.app).await;
    let (_, picture) = Screen::open(&hospital, "/board/K01/events").await.picture().await;
    let say = &picture["say"];
    assert_eq!((say["ticket"].as_str(), say["age_ms"].as_i64()), (Some("B001"), Some(0)));
    let html = picture["html"].as_str().expect("HTML");
    assert!(html.contains("Mời bệnh nhân số B001 vào phòng 101") && html.contains("Number B001 please go to room 101"));

    // Nothing of this process is needed to answer: another one answers too.
    let other = Hospital::with(None, BOARDS).await;
    let sound = other.verify(say["audio"].as_str().expect("an address")).await;
    assert_eq!((sound.status, sound.content_type.as_str()), (StatusCode::OK, "audio/wav"));
    let seconds = (sound.body.len() - 44) as f64 / 32_000.0;
    assert!((say["lasts_ms"].as_f64().expect("a number") / 1000.0 - seconds).abs() < 0.01);
    assert_eq!(&sound.body[..4], b"RIFF");
}

#[tokio::test]
async fn calls_wait_for_each_other_and_who_has_come_is_not_called_any_more() {
    let hospital = Hospital::with(None, BOARDS).await;
    let mut visits = Vec::new();
    for _ in 0..3 {
        visits.push(take_number(&hospital, "K01").await.0);
    }
    for counter in ["101", "102", "103"] {
        open_and_call(&hospital.app, "K01", counter).await;
    }
    let said = async || {
        let picture = hospital.app.boards.picture(&department("K01")).expect("a board").borrow().clone();
        picture.spoken.as_ref().map(|spoken| spoken.announcement.ticket.to_string())
    };
    look(&hospital.app).await;
    assert_eq!(said().await.as_deref(), Some("B001"));
    hospital.clock.advance(Duration::from_secs(3));
    look(&hospital.app).await;
    assert_eq!(said().await.as_deref(), Some("B001"), "the second waits");
    // The second patient went in by themselves.
    staff(&hospital.app, "K01", &[Move::Start { visit: visits[1] }]).await;
    // The sound ends; then there is quiet; then it is the third one's turn.
    let mut heard = Vec::new();
    for _ in 0..3 {
        let again = refresh(&hospital.app, &Look::All).await.expect("read").expect("somebody waits for a turn");
        let wait_ms = again.unix_ms() - hospital.app.now_ms();
        hospital.clock.advance(Duration::from_millis(wait_ms.max(0).unsigned_abs()));
        look(&hospital.app).await;
        heard.push((wait_ms, said().await));
    }
    assert_eq!(heard[0].1, None);
    assert_eq!(heard[1], (8_000, Some("B003".to_owned())));
    assert_eq!(heard[2].1, None);
}

#[tokio::test]
async fn a_new_process_shows_the_same_board_and_repeats_only_calls_just_made() {
    let hospital = Hospital::with(None, BOARDS).await;
    for _ in 0..3 {
        take_number(&hospital, "K01").await;
    }
    open_and_call(&hospital.app, "K01", "101").await;
    let before = board(&hospital, "/board/K01").await;
    hospital.clock.advance(Duration::from_secs(90));
    open_and_call(&hospital.app, "K01", "102").await;
    hospital.clock.advance(Duration::from_secs(5));

    let config = fixture::hospital::config(&hospital.directory, None, BOARDS);
    let restarted = App::open(config, hospital.clock.clone(), Outside::default()).await.expect("opens");
    look(&restarted).await;
    let picture = restarted.boards.picture(&department("K01")).expect("a board").borrow().clone();
    assert!(before.contains("B001") && picture.html.contains("B001") && picture.html.contains("B002"));
    let spoken = picture.spoken.as_ref().expect("the call of five seconds ago");
    assert_eq!(spoken.announcement.ticket.to_string(), "B002", "the older one was heard");
    hospital.clock.advance(Duration::from_secs(60));
    look(&restarted).await;
    let picture = restarted.boards.picture(&department("K01")).expect("a board").borrow().clone();
    assert!(picture.spoken.is_none() && picture.html.contains("B002"), "shown, not said again");
}

#[tokio::test]
async fn what_was_not_read_lately_is_not_called_live() {
    let hospital = Hospital::with(None, BOARDS).await;
    assert!(!hospital.app.boards.is_live(hospital.app.now_ms()), "nothing was read yet");
    look(&hospital.app).await;
    assert!(hospital.app.boards.is_live(hospital.app.now_ms()));
    hospital.clock.advance(Duration::from_secs(10));
    assert!(!hospital.app.boards.is_live(hospital.app.now_ms()));
    hospital.app.store.close().await;
    assert!(refresh(&hospital.app, &Look::All).await.is_err());
    assert!(!hospital.app.boards.is_live(hospital.app.now_ms()), "a database that is gone gives no sign of life");
}

#[tokio::test]
async fn sounds_of_nothing_are_refused_and_the_chime_is_always_there() {
    let hospital = Hospital::with(None, BOARDS).await;
    for nothing in [
        "/board/audio/call.wav",
        "/board/audio/call.wav?ticket=B001&to=room&place=%F0%9F%98%80&standing=ordinary&voice=x",
        "/board/audio/call.wav?ticket=B001&to=room&standing=ordinary&voice=x",
        "/board/audio/call.wav?ticket=B001&to=see_board&place=1&standing=ordinary&voice=x",
        "/board/audio/call.wav?ticket=nobody&to=room&place=1&standing=ordinary&voice=x",
    ] {
        assert_eq!(hospital.verify(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    let silent = Hospital::open(None).await;
    let chime: Answer = silent.verify("/board/audio/chime.wav").await;
    assert_eq!((chime.status, chime.content_type.as_str()), (StatusCode::OK, "audio/wav"));
}
