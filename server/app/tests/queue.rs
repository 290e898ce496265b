//! The queues of a hospital: joined with the ticket, moved by staff, foretold from past days.

mod fixture;

use api::{
    BlockRequest, CheckInReply, CheckInRequest, DeclaredGround, DepartmentCode, OfflineCheckIn, Payer, ReconcileReply,
    ReconcileRequest, VisitId,
};
use axum::http::Method;
use fixture::hospital::{Hospital, TODAY, of_visit, visit};
use queue::{Class, CounterId, Ground, Move, Queue, Refusal, State, Then};
use server::queue::{self as queues, Changed, QueueError};
use server::store::{PlaceRow, QueueKey};
use server::{App, Outside};

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

fn counter(name: &str) -> CounterId {
    CounterId::parse(name).expect("a counter")
}

fn key(code: &str) -> QueueKey {
    QueueKey { department: department(code), day: TODAY }
}

async fn check_in(hospital: &Hospital, visit: VisitId, code: &str) -> CheckInReply {
    let request =
        CheckInRequest { department: department(code), payer: Payer::SelfPay, counter: None, declared: Vec::new() };
    hospital.call(Method::PUT, &of_visit(api::path::CHECK_IN, visit), &request).await.expect("a ticket")
}

async fn make(hospital: &Hospital, code: &str, moves: &[Move]) -> Result<(), QueueError> {
    queues::make(&hospital.app, &department(code), moves, "staff:hoa").await
}

async fn opened(hospital: &Hospital, code: &str, name: &str) {
    make(hospital, code, &[Move::OpenCounter { counter: counter(name) }]).await.expect("opens");
}

async fn call_next(hospital: &Hospital, code: &str, name: &str) -> VisitId {
    make(hospital, code, &[Move::CallNext { counter: counter(name) }]).await.expect("calls");
    let queue = queues::today(&hospital.app, &department(code)).await.expect("reads");
    queue.serving(&counter(name)).expect("somebody").visit
}

/// The record, replayed from its first event, is what this process holds and what the lists read.
async fn replay_is_the_state(hospital: &Hospital, code: &str) {
    let events = queues::events(&hospital.app.store, &key(code)).await.expect("reads");
    let replayed = Queue::replay(department(code), &events).expect("fits");
    let held = queues::today(&hospital.app, &department(code)).await.expect("reads");
    assert_eq!(replayed, *held);
    let mut places: Vec<PlaceRow> = replayed.entries().map(PlaceRow::of).collect();
    places.sort_by_key(|row| row.visit.to_string());
    assert_eq!(hospital.app.store.queue_places(&key(code)).await.expect("reads"), places);
}

#[tokio::test]
async fn a_ticket_is_a_place_and_people_ahead_are_those_who_will_be_called_before() {
    let hospital = Hospital::open(None).await;
    for ahead in 0..3 {
        let reply = check_in(&hospital, visit(), "K01").await;
        assert_eq!(reply.ticket.people_ahead, Some(ahead));
        assert_eq!(reply.ticket.wait_minutes, Some((4 * ahead, 8 * ahead)), "as the hospital says");
    }
    let reception = check_in(&hospital, visit(), "TIEPDON").await;
    assert_eq!(reception.ticket.wait_minutes, None, "nothing is promised that nobody knows");
    opened(&hospital, "K01", "101").await;
    call_next(&hospital, "K01", "101").await;
    assert_eq!(check_in(&hospital, visit(), "K01").await.ticket.people_ahead, Some(2), "one was called meanwhile");
    replay_is_the_state(&hospital, "K01").await;
}

#[tokio::test]
async fn the_same_check_in_again_takes_no_second_place() {
    let hospital = Hospital::open(None).await;
    let visit = visit();
    let first = check_in(&hospital, visit, "K01").await;
    assert_eq!(check_in(&hospital, visit, "K01").await, first);
    let queue = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    assert_eq!((queue.waiting(), queue.applied()), (1, 1));
}

#[tokio::test]
async fn counters_that_call_at_once_call_different_patients() {
    let hospital = Hospital::open(None).await;
    let names: Vec<String> = (1..=8).map(|n| n.to_string()).collect();
    for name in &names {
        check_in(&hospital, visit(), "K01").await;
        opened(&hospital, "K01", name).await;
    }
    let calls = names.iter().map(|name| {
        let (app, name) = (hospital.app.clone(), name.clone());
        tokio::spawn(async move {
            let call = Move::CallNext { counter: counter(&name) };
            queues::make(&app, &department("K01"), &[call], "staff:hoa").await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.expect("no panic").expect("calls");
    }
    let queue = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    assert_eq!(queue.waiting(), 0);
    assert_eq!(queue.calls().len(), 8);
    replay_is_the_state(&hospital, "K01").await;
}

#[tokio::test]
async fn from_one_department_to_another_and_back_the_place_is_kept() {
    let hospital = Hospital::open(None).await;
    opened(&hospital, "K01", "101").await;
    opened(&hospital, "TIEPDON", "1").await;
    let patient = visit();
    check_in(&hospital, patient, "K01").await;
    hospital.clock.advance(std::time::Duration::from_secs(60));
    check_in(&hospital, visit(), "TIEPDON").await;
    assert_eq!(call_next(&hospital, "K01", "101").await, patient);
    let there = department("TIEPDON");
    queues::transfer(&hospital.app, &department("K01"), patient, &there, Then::ComesBack, "staff:hoa")
        .await
        .expect("sends");
    assert_eq!(hospital.app.store.queue_waiting_for(patient).await.expect("reads"), Some(key("K01")));
    assert_eq!(call_next(&hospital, "TIEPDON", "1").await, patient, "came to the hospital first");
    check_in(&hospital, visit(), "K01").await;
    queues::transfer(&hospital.app, &there, patient, &department("K01"), Then::Leaves, "staff:hoa")
        .await
        .expect("sends back");
    assert_eq!(call_next(&hospital, "K01", "101").await, patient, "ahead of newcomers");
    make(&hospital, "K01", &[Move::Finish { visit: patient }]).await.expect("finishes");
    replay_is_the_state(&hospital, "K01").await;
    replay_is_the_state(&hospital, "TIEPDON").await;
}

#[tokio::test]
async fn the_next_key_finishes_and_calls_at_once_and_sends_back_to_the_doctor_who_waits() {
    let hospital = Hospital::open(None).await;
    opened(&hospital, "K01", "101").await;
    opened(&hospital, "TIEPDON", "1").await;
    let (sent, other) = (visit(), visit());
    check_in(&hospital, sent, "K01").await;
    call_next(&hospital, "K01", "101").await;
    let (here, there) = (department("K01"), department("TIEPDON"));
    queues::transfer(&hospital.app, &here, sent, &there, Then::ComesBack, "staff:hoa").await.expect("sends");
    assert_eq!(call_next(&hospital, "TIEPDON", "1").await, sent);
    check_in(&hospital, other, "TIEPDON").await;
    let counter_1 = counter("1");
    let next = |current| queues::finish(&hospital.app, &there, current, Some(&counter_1), "staff:hoa");
    next(Some(sent)).await.expect("both at once");
    let queue = queues::today(&hospital.app, &there).await.expect("reads");
    assert_eq!(queue.serving(&counter_1).map(|entry| entry.visit), Some(other));
    assert_eq!(call_next(&hospital, "K01", "101").await, sent, "back at the doctor");
    next(Some(other)).await.expect("that nobody waits undoes nothing");
    let queue = queues::today(&hospital.app, &there).await.expect("reads");
    assert!(matches!(queue.entry(other).expect("known").state, State::Finished { .. }));
    let alone = next(None).await.expect_err("nobody waits");
    assert!(matches!(alone, QueueError::Refused(Refusal::NobodyWaits)));
    replay_is_the_state(&hospital, "K01").await;
    replay_is_the_state(&hospital, "TIEPDON").await;
}

#[tokio::test]
async fn priority_named_at_the_kiosk_gives_no_place_until_staff_confirm_it() {
    let hospital = Hospital::open(None).await;
    opened(&hospital, "K01", "101").await;
    let (ordinary, pregnant) = (visit(), visit());
    check_in(&hospital, ordinary, "K01").await;
    let request = CheckInRequest {
        department: department("K01"),
        payer: Payer::SelfPay,
        counter: None,
        declared: vec![DeclaredGround::Pregnant, DeclaredGround::Pregnant],
    };
    let path = of_visit(api::path::CHECK_IN, pregnant);
    let reply: CheckInReply = hospital.call(Method::PUT, &path, &request).await.expect("a ticket");
    assert_eq!((reply.ticket.people_ahead, reply.ticket.priority), (Some(1), false), "a word proves nothing");
    let queue = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    assert_eq!(queue.entry(pregnant).expect("waits").claims, [Ground::Pregnant], "the counter is shown it, once");
    let confirm = Move::ConfirmPriority { visit: pregnant, ground: Ground::Pregnant };
    make(&hospital, "K01", &[confirm]).await.expect("confirmed");
    assert_eq!(call_next(&hospital, "K01", "101").await, pregnant);
    replay_is_the_state(&hospital, "K01").await;
}

#[tokio::test]
async fn who_was_called_three_times_and_did_not_come_is_a_no_show_by_itself_and_may_return() {
    let hospital = Hospital::open(None).await;
    opened(&hospital, "K01", "101").await;
    let patient = visit();
    check_in(&hospital, patient, "K01").await;
    call_next(&hospital, "K01", "101").await;
    hospital.clock.advance(std::time::Duration::from_secs(600));
    assert_eq!(queues::sweep(&hospital.app).await.expect("looks"), 0, "two calls are left");
    let again = Move::Recall { visit: patient };
    make(&hospital, "K01", &[again.clone(), again]).await.expect("called again");
    hospital.clock.advance(std::time::Duration::from_secs(119));
    assert_eq!(queues::sweep(&hospital.app).await.expect("looks"), 0);
    hospital.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(queues::sweep(&hospital.app).await.expect("looks"), 1);
    let queue = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    assert!(queue.serving(&counter("101")).is_none(), "the counter is free");
    assert!(matches!(queue.entry(patient).expect("known").state, State::NoShow { .. }));
    make(&hospital, "K01", &[Move::Return { visit: patient }]).await.expect("returns");
    assert_eq!(call_next(&hospital, "K01", "101").await, patient);
    make(&hospital, "K01", &[Move::Start { visit: patient }]).await.expect("is here");
    hospital.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(queues::sweep(&hospital.app).await.expect("looks"), 0, "who is being served is there");
    replay_is_the_state(&hospital, "K01").await;
}

#[tokio::test]
async fn a_clock_put_back_doubles_no_number_and_lets_nobody_in_front() {
    let hospital = Hospital::open(None).await;
    opened(&hospital, "TIEPDON", "1").await;
    let before: Vec<VisitId> = (0..3).map(|_| visit()).collect();
    let mut numbers = Vec::new();
    for visit in &before {
        numbers.push(check_in(&hospital, *visit, "TIEPDON").await.ticket.number);
        hospital.clock.advance(std::time::Duration::from_secs(60));
    }
    hospital.clock.put_back(std::time::Duration::from_secs(2 * 3600));
    let after = visit();
    let reply = check_in(&hospital, after, "TIEPDON").await;
    numbers.push(reply.ticket.number);
    numbers.sort();
    numbers.dedup();
    assert_eq!((numbers.len(), reply.ticket.people_ahead), (4, Some(3)));
    for visit in before.into_iter().chain([after]) {
        assert_eq!(call_next(&hospital, "TIEPDON", "1").await, visit, "in the order in which they came");
        make(&hospital, "TIEPDON", &[Move::Finish { visit }]).await.expect("finishes");
    }
    hospital.clock.advance(std::time::Duration::from_secs(30 * 3600));
    let tomorrow = check_in(&hospital, visit(), "TIEPDON").await;
    assert_eq!((tomorrow.ticket.number.number(), tomorrow.ticket.people_ahead), (1, Some(0)), "another day");
    hospital.clock.put_back(std::time::Duration::from_secs(24 * 3600));
    let back = check_in(&hospital, visit(), "TIEPDON").await;
    assert_eq!(back.ticket.number.number(), 5, "yesterday's numbers go on where they were");
    replay_is_the_state(&hospital, "TIEPDON").await;
}

#[tokio::test]
async fn a_refused_move_leaves_nothing_behind() {
    let hospital = Hospital::open(None).await;
    let moves = [Move::OpenCounter { counter: counter("1") }, Move::CallNext { counter: counter("1") }];
    let refused = make(&hospital, "K01", &moves).await.expect_err("nobody waits");
    assert!(matches!(refused, QueueError::Refused(Refusal::NobodyWaits)));
    let queue = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    assert_eq!(queue.applied(), 0, "the counter did not open either");
    let nowhere = make(&hospital, "K99", &[]).await.expect_err("unknown");
    assert!(matches!(nowhere, QueueError::DepartmentUnknown));
}

#[tokio::test]
async fn a_queue_is_not_merged_into_one_that_was_merged_so_that_nobody_is_sent_round_in_a_ring() {
    let hospital = Hospital::open(None).await;
    let [eyes, desk] = [department("K01"), department("TIEPDON")];
    queues::merge(&hospital.app, &eyes, &desk, "staff:hoa").await.expect("merges");
    let back = queues::merge(&hospital.app, &desk, &eyes, "staff:hoa").await;
    assert!(matches!(back, Err(QueueError::Refused(Refusal::Merged(into))) if into == desk));
    check_in(&hospital, visit(), "K01").await;
    let queue = queues::today(&hospital.app, &desk).await.expect("reads");
    assert_eq!(queue.waiting(), 1);
}

#[tokio::test]
async fn whoever_comes_to_a_merged_department_stands_in_the_other_queue() {
    let hospital = Hospital::open(None).await;
    check_in(&hospital, visit(), "K01").await;
    queues::merge(&hospital.app, &department("K01"), &department("TIEPDON"), "staff:hoa").await.expect("merges");
    let reply = check_in(&hospital, visit(), "K01").await;
    assert_eq!((reply.ticket.number.to_string().as_str(), reply.ticket.people_ahead), ("B002", Some(1)));
    let queue = queues::today(&hospital.app, &department("TIEPDON")).await.expect("reads");
    assert_eq!(queue.waiting(), 2);
    replay_is_the_state(&hospital, "K01").await;
    replay_is_the_state(&hospital, "TIEPDON").await;
}

/// Without the server the kiosk gives a number from its block.
async fn offline(hospital: &Hospital, visit: VisitId, code: &str) -> ReconcileReply {
    let request = BlockRequest { department: department(code), count: 1 };
    let block: api::Block = hospital.call(Method::POST, api::path::BLOCKS, &request).await.expect("a block");
    let content = OfflineCheckIn {
        visit,
        identification: None,
        check_in: CheckInRequest {
            department: department(code),
            payer: Payer::SelfPay,
            counter: None,
            declared: Vec::new(),
        },
        follow: None,
        number: block.numbers[0],
        service_day: TODAY,
        taken_at: hospital.app.now(),
    };
    let plain = serde_json::to_vec(&content).expect("serialises");
    let to = hospital.app.keys.offline_public_key();
    let sealed = crypto_box::PublicKey::from(to).seal(&mut rand::rngs::OsRng, &plain).expect("seals");
    let request = ReconcileRequest { visit, sealed_to: api::Hex32(to), sealed: api::Base64(sealed) };
    hospital.call(Method::POST, api::path::RECONCILIATIONS, &request).await.expect("reconciles")
}

#[tokio::test]
async fn the_number_on_paper_keeps_the_place_in_its_department_and_gives_it_up_in_another() {
    let hospital = Hospital::open(None).await;
    let (stays, goes) = (visit(), visit());
    check_in(&hospital, stays, "K01").await;
    check_in(&hospital, goes, "K01").await;
    assert_eq!(offline(&hospital, stays, "K01").await.number.to_string(), "B003");
    let elsewhere = offline(&hospital, goes, "TIEPDON").await;
    assert_eq!(elsewhere.voided.map(|number| number.to_string()).as_deref(), Some("B002"));
    let here = queues::today(&hospital.app, &department("K01")).await.expect("reads");
    let entry = here.entry(stays).expect("is there");
    assert_eq!(
        (entry.ticket.to_string().as_str(), &entry.state, entry.class),
        ("B003", &State::Waiting, Class::Ordinary)
    );
    assert_eq!(here.entry(goes).map(|entry| entry.state.clone()), Some(State::Void));
    let there = queues::today(&hospital.app, &department("TIEPDON")).await.expect("reads");
    assert_eq!(there.entry(goes).map(|entry| entry.ticket.to_string()).as_deref(), Some("A001"));
    let unknown = visit();
    offline(&hospital, unknown, "K01").await;
    assert_eq!(queues::today(&hospital.app, &department("K01")).await.expect("reads").waiting(), 2);
    replay_is_the_state(&hospital, "K01").await;
    replay_is_the_state(&hospital, "TIEPDON").await;
}

#[tokio::test]
async fn after_days_of_patients_the_wait_is_foretold_from_them_and_judged() {
    let hospital = Hospital::open(None).await;
    for _ in 0..9 {
        opened(&hospital, "TIEPDON", "1").await;
        for _ in 0..8 {
            check_in(&hospital, visit(), "TIEPDON").await;
        }
        for _ in 0..8 {
            let visit = call_next(&hospital, "TIEPDON", "1").await;
            hospital.clock.advance(std::time::Duration::from_secs(5 * 60));
            make(&hospital, "TIEPDON", &[Move::Finish { visit }]).await.expect("finishes");
        }
        hospital.clock.advance(std::time::Duration::from_secs(24 * 3600 - 40 * 60));
    }
    opened(&hospital, "TIEPDON", "1").await;
    for _ in 0..4 {
        check_in(&hospital, visit(), "TIEPDON").await;
    }
    let fifth = check_in(&hospital, visit(), "TIEPDON").await;
    let (low, high) = fifth.ticket.wait_minutes.expect("foretold");
    assert!((low..=high).contains(&20), "four patients of five minutes: {low} to {high}");
    let found = queues::backtest(&hospital.app, &department("TIEPDON")).await.expect("reads").expect("enough");
    assert!(found.patients > 0 && found.coverage > 0.7, "{found:?}");
}

#[tokio::test]
async fn numbers_given_before_there_were_queues_take_their_places() {
    let hospital = Hospital::open(None).await;
    let early = visit();
    let mut tx = hospital.app.store.begin().await.expect("begins");
    let number = tx.take_numbers(&department("K01"), TODAY, 1).await.expect("a number");
    let ticket = server::store::TicketRow {
        visit: early,
        department: department("K01"),
        service_day: TODAY,
        number: u16::try_from(number).expect("small"),
        issued_at: hospital.app.now_ms(),
    };
    let kiosk = api::KioskId::parse("sanh-1").expect("a kiosk");
    tx.issue_ticket(&ticket, &kiosk, server::store::TicketSource::Server).await.expect("issues");
    tx.commit().await.expect("commits");
    opened(&hospital, "K01", "101").await;
    assert_eq!(call_next(&hospital, "K01", "101").await, early);
}

#[tokio::test]
async fn two_servers_on_one_database_see_each_other_and_call_nobody_twice() {
    let hospital = Hospital::open(None).await;
    let config = fixture::hospital::config(&hospital.directory, None, "");
    let other = App::open(config, hospital.clock.clone(), Outside::default()).await.expect("opens");
    let watching = tokio::spawn(queues::watch(other.clone()));
    let mut news = other.news.subscribe();
    for _ in 0..12 {
        check_in(&hospital, visit(), "K01").await;
    }
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), news.recv()).await;
    assert_eq!(told.expect("within the time").expect("told"), Changed::Queue(key("K01")));
    let servers = [("101", hospital.app.clone()), ("102", other.clone())].map(|(name, app)| {
        tokio::spawn(async move {
            let here = department("K01");
            let at = counter(name);
            queues::make(&app, &here, &[Move::OpenCounter { counter: at.clone() }], "staff:hoa").await.expect("opens");
            for _ in 0..6 {
                let call = Move::CallNext { counter: at.clone() };
                queues::make(&app, &here, &[call], "staff:hoa").await.expect("calls");
                let queue = queues::today(&app, &here).await.expect("reads");
                let visit = queue.serving(&at).expect("somebody").visit;
                queues::make(&app, &here, &[Move::Finish { visit }], "staff:hoa").await.expect("finishes");
            }
        })
    });
    for server in servers {
        server.await.expect("no panic");
    }
    let queue = queues::today(&other, &department("K01")).await.expect("reads");
    let called: std::collections::BTreeSet<_> = queue.calls().iter().map(|call| call.visit).collect();
    assert_eq!((queue.waiting(), queue.calls().len(), called.len()), (0, 12, 12));
    replay_is_the_state(&hospital, "K01").await;
    watching.abort();
}
