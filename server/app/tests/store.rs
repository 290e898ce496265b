//! The store keeps its promises, on SQLite and on PostgreSQL alike.

mod fixture;

use std::collections::BTreeSet;
use std::future::Future;

use api::{Assurance, CounterReason, DepartmentCode, KioskId, Payer, TicketNumber, VisitId};
use fixture::{TestDatabase, facility};
use identity::FacilityCode;
use queue::{Actor, Arrival, Class, CounterId, Moment, Move, Policy, Queue, QueueEvent, Through};
use server::config::Durability;
use server::keys::{Keys, Place, Sealed};
use server::store::{
    Appended, ChallengeUse, DeskMove, DeskState, EntitlementState, NewVisit, OutboxKind, OutboxState, PinnedSigner,
    PlaceRow, QueueKey, Store, TicketRow, TicketSource,
};
use time::Date;
use time::macros::date;
use uuid::Uuid;

const TODAY: Date = date!(2026 - 11 - 23);
const NOW: i64 = 1_795_000_000_000;

fn kiosk() -> KioskId {
    KioskId::parse("sanh-1").expect("a kiosk id")
}

fn department() -> DepartmentCode {
    DepartmentCode::parse("K01").expect("a department")
}

fn visit() -> VisitId {
    VisitId(Uuid::new_v4())
}

/// Runs the same story on both engines.
fn on_both_engines<F: Future<Output = ()>>(story: impl Fn(Store) -> F) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        runtime.block_on(async {
            let store = database.open().await;
            story(store.clone()).await;
            store.close().await;
        });
    }
}

async fn check_in(store: &Store, visit: VisitId) -> u16 {
    let mut tx = store.begin().await.expect("begins");
    open(&mut tx, visit).await;
    let number = tx.take_numbers(&department(), TODAY, 1).await.expect("a number");
    let ticket = TicketRow {
        visit,
        department: department(),
        service_day: TODAY,
        number: u16::try_from(number).expect("small"),
        issued_at: NOW,
    };
    tx.issue_ticket(&ticket, &kiosk(), TicketSource::Server).await.expect("issues");
    tx.commit().await.expect("commits");
    ticket.number
}

async fn open(tx: &mut server::store::Tx, visit: VisitId) -> bool {
    let kiosk = kiosk();
    let new = NewVisit {
        visit,
        kiosk: &kiosk,
        service_day: TODAY,
        opened_at: NOW,
        assurance: Assurance::C,
        facts: &["number_only".to_owned()],
        person: None,
        number_hash: None,
        entitlement_state: EntitlementState::NotAsked,
        entitlement: None,
    };
    tx.open_visit(new).await.expect("opens")
}

#[test]
fn fifty_check_ins_at_once_get_fifty_numbers_without_a_gap() {
    on_both_engines(|store| async move {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { check_in(&store, visit()).await })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            numbers.insert(task.await.expect("no panic"));
        }
        assert_eq!(numbers, (1..=50).collect());
    });
}

#[test]
fn a_number_of_a_transaction_that_did_not_commit_is_given_again() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.take_numbers(&department(), TODAY, 1).await.expect("a number"), 1);
        drop(tx);
        assert_eq!(check_in(&store, visit()).await, 1);
        let tomorrow = TODAY.next_day().expect("a day");
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.take_numbers(&department(), tomorrow, 5).await.expect("numbers"), 5);
        assert_eq!(tx.take_numbers(&department(), TODAY, 1).await.expect("a number"), 2);
    });
}

#[test]
fn a_visit_is_opened_once_and_claimed_once() {
    on_both_engines(|store| async move {
        let visit = visit();
        let mut tx = store.begin().await.expect("begins");
        assert!(open(&mut tx, visit).await);
        assert!(!open(&mut tx, visit).await);
        assert!(tx.claim_check_in(visit, &kiosk(), &[1; 32]).await.expect("claims"));
        assert!(!tx.claim_check_in(visit, &kiosk(), &[1; 32]).await.expect("claims"));
        tx.commit().await.expect("commits");
        let row = store.visit(visit).await.expect("reads").expect("is there");
        assert_eq!((row.assurance, row.desk), (Assurance::C, DeskState::None));
        assert_eq!(row.facts, ["number_only"]);
        assert!(row.check_in.is_none(), "claimed, but not yet answered");
    });
}

#[test]
fn a_challenge_is_good_once_for_its_kiosk_and_visit_until_it_expires() {
    on_both_engines(|store| async move {
        let (mine, other) = (visit(), visit());
        let mut tx = store.begin().await.expect("begins");
        tx.give_challenge([1; 8], &kiosk(), Some(mine), TODAY, (NOW, NOW + 10)).await.expect("gives");
        tx.give_challenge([2; 8], &kiosk(), None, TODAY, (NOW, NOW + 10)).await.expect("gives");
        let another = KioskId::parse("sanh-2").expect("a kiosk id");
        for (challenge, kiosk, visit, at, expected) in [
            ([9; 8], kiosk(), mine, NOW, ChallengeUse::Unknown),
            ([1; 8], another.clone(), mine, NOW, ChallengeUse::Unknown),
            ([1; 8], kiosk(), other, NOW, ChallengeUse::Unknown),
            ([1; 8], kiosk(), mine, NOW + 10, ChallengeUse::Expired),
            ([1; 8], kiosk(), mine, NOW, ChallengeUse::Accepted),
            ([1; 8], kiosk(), mine, NOW, ChallengeUse::Used),
            ([2; 8], another, other, NOW, ChallengeUse::Unknown),
            ([2; 8], kiosk(), other, NOW, ChallengeUse::Accepted),
            ([2; 8], kiosk(), mine, NOW, ChallengeUse::Used),
        ] {
            let used = tx.use_challenge(challenge, &kiosk, visit, at).await.expect("answers");
            assert_eq!(used, expected);
        }
        tx.commit().await.expect("commits");
    });
}

#[test]
fn a_kiosk_is_admitted_with_its_latest_key_only() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        tx.enrol_kiosk(&kiosk(), &[1; 32], NOW).await.expect("enrols");
        tx.enrol_kiosk(&kiosk(), &[2; 32], NOW).await.expect("enrols again");
        tx.commit().await.expect("commits");
        assert!(!store.kiosk_is_admitted(&kiosk(), &[1; 32]).await.expect("answers"));
        assert!(store.kiosk_is_admitted(&kiosk(), &[2; 32]).await.expect("answers"));
        let stranger = KioskId::parse("stranger").expect("a kiosk id");
        assert!(!store.kiosk_is_admitted(&stranger, &[2; 32]).await.expect("answers"));
    });
}

#[test]
fn a_number_on_paper_belongs_to_one_visit_and_a_visit_to_one_number() {
    on_both_engines(|store| async move {
        let (first, second) = (visit(), visit());
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.take_numbers(&department(), TODAY, 2).await.expect("numbers"), 2);
        for number in [1, 2] {
            tx.reserve(&department(), TODAY, number, &kiosk(), NOW).await.expect("reserves");
        }
        let mine = |number| (DepartmentCode::parse("K01").expect("a department"), TODAY, number);
        for (number, expected) in [(1, true), (2, true), (3, false)] {
            let (department, day, number) = mine(number);
            let reserved = tx.number_is_the_kiosk_s((&department, day, number), &kiosk(), first).await;
            assert_eq!(reserved.expect("answers"), expected);
        }
        let paper = TicketRow { visit: first, department: department(), service_day: TODAY, number: 1, issued_at: NOW };
        tx.issue_ticket(&paper, &kiosk(), TicketSource::Block).await.expect("issues");
        assert!(!tx.number_is_the_kiosk_s((&department(), TODAY, 1), &kiosk(), second).await.expect("answers"));
        assert!(tx.number_is_the_kiosk_s((&department(), TODAY, 1), &kiosk(), first).await.expect("answers"));
        tx.void_ticket(first, "paper_number_wins").await.expect("voids");
        let other = TicketRow { number: 2, ..paper };
        tx.issue_ticket(&other, &kiosk(), TicketSource::Block).await.expect("issues the other");
        tx.commit().await.expect("commits");
        assert_eq!(store.ticket(first).await.expect("reads").map(|ticket| ticket.number), Some(2));
        let mut tx = store.begin().await.expect("begins");
        let third = TicketRow { number: 3, ..other };
        assert!(tx.issue_ticket(&third, &kiosk(), TicketSource::Server).await.is_err(), "two valid tickets");
    });
}

#[test]
fn a_worker_that_comes_back_late_cannot_settle_what_another_took() {
    on_both_engines(|store| async move {
        let visit = visit();
        let mut tx = store.begin().await.expect("begins");
        let when = (NOW, NOW);
        tx.post(OutboxKind::Entitlement, visit, OutboxState::Ready, vec![1], when).await.expect("posts");
        tx.post(OutboxKind::Entitlement, visit, OutboxState::Ready, vec![2], when).await.expect("posts once");
        tx.post(OutboxKind::Xml0, visit, OutboxState::Held, vec![3], when).await.expect("holds");
        tx.commit().await.expect("commits");

        let mut tx = store.begin().await.expect("begins");
        assert!(tx.lease(OutboxKind::Xml0, NOW, NOW + 10).await.expect("answers").is_none(), "held");
        assert!(tx.lease(OutboxKind::Entitlement, NOW - 1, NOW + 10).await.expect("answers").is_none(), "not due");
        let late = tx.lease(OutboxKind::Entitlement, NOW, NOW + 10).await.expect("answers").expect("due");
        assert_eq!((late.payload.as_slice(), late.attempts), (&[1][..], 1));
        assert!(tx.lease(OutboxKind::Entitlement, NOW, NOW + 10).await.expect("answers").is_none(), "leased");
        let other = tx.lease(OutboxKind::Entitlement, NOW + 10, NOW + 20).await.expect("answers").expect("over");
        let done = (NOW + 11, NOW + 11);
        assert!(!tx.settle(&late, OutboxState::Done, "late", done).await.expect("answers"));
        assert!(tx.settle(&other, OutboxState::Done, "000", done).await.expect("answers"));
        tx.commit().await.expect("commits");
        assert_eq!(store.outbox_count(OutboxKind::Entitlement, OutboxState::Done).await.expect("counts"), 1);
        assert_eq!(store.outbox_count(OutboxKind::Xml0, OutboxState::Held).await.expect("counts"), 1);
    });
}

#[test]
fn a_card_counts_once_for_its_signer() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        let tomorrow = TODAY.next_day().expect("a day");
        for (card, day) in [([1; 32], TODAY), ([1; 32], tomorrow), ([2; 32], tomorrow)] {
            tx.observe_signer((&[7; 32], &card), day, visit(), "hoa").await.expect("observes");
        }
        let pin = PinnedSigner { signer: [7; 32], pinned_at: NOW, pinned_by: "hoa".into(), cards: 2, days: 2 };
        tx.pin_signer(&pin).await.expect("pins");
        tx.pin_signer(&pin).await.expect("pins once");
        tx.commit().await.expect("commits");
        let tallies = store.signer_tallies().await.expect("reads");
        assert_eq!(tallies.len(), 1);
        assert_eq!((tallies[0].signer, tallies[0].cards, tallies[0].days), ([7; 32], 2, 2));
        assert_eq!(store.pinned_signers().await.expect("reads"), [pin]);
    });
}

#[test]
fn a_visit_sent_to_a_person_leaves_the_list_when_it_is_finished() {
    on_both_engines(|store| async move {
        let keys = Keys::from_master(&[1; 32], facility());
        let visit = visit();
        let row = visit.to_string();
        check_in(&store, visit).await;
        let mut tx = store.begin().await.expect("begins");
        tx.claim_check_in(visit, &kiosk(), &[1; 32]).await.expect("claims");
        let reply = Sealed::from_stored(
            Sealed::seal(&keys, Place { column: "visits.check_in_reply", row: &row }, &"reply".to_owned())
                .into_stored(),
        );
        tx.record_check_in(visit, (&department(), Payer::SelfPay), Some(CounterReason::FaceDeclined), reply, NOW)
            .await
            .expect("records");
        tx.commit().await.expect("commits");
        let list = store.visits_at_the_desk(TODAY).await.expect("reads");
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].counter_reason, Some(CounterReason::FaceDeclined));
        let mut tx = store.begin().await.expect("begins");
        assert!(tx.move_at_desk(visit, DeskMove::Check, "hoa", NOW).await.expect("moves").is_some());
        tx.commit().await.expect("commits");
        assert_eq!(store.visits_at_the_desk(TODAY).await.expect("reads").len(), 1);
        let before = store.desk_mark(TODAY).await.expect("reads");
        let mut tx = store.begin().await.expect("begins");
        tx.leave_the_desk(visit, NOW + 1).await.expect("leaves");
        tx.commit().await.expect("commits");
        assert!(store.visits_at_the_desk(TODAY).await.expect("reads").is_empty());
        assert_ne!(store.desk_mark(TODAY).await.expect("reads"), before);
        let mut tx = store.begin().await.expect("begins");
        assert!(tx.move_at_desk(visit, DeskMove::Check, "hoa", NOW).await.expect("answers").is_none());
        drop(tx);
        let row = store.visit(visit).await.expect("reads").expect("is there");
        assert_eq!((row.assurance, row.desk), (Assurance::D, DeskState::Finished));
    });
}

fn key() -> QueueKey {
    QueueKey { department: department(), day: TODAY }
}

fn arrival(number: u16) -> Arrival {
    let ticket = TicketNumber::new('B', number).expect("a ticket number");
    Arrival::new(visit(), ticket, Class::Ordinary, Moment::from_unix_ms(NOW), Through::Kiosk)
}

fn joined(number: u16) -> QueueEvent {
    let (join, moment) = (Move::Join(arrival(number)), Moment::from_unix_ms(NOW));
    Queue::new(department()).decide(&join, moment, &Actor::server(), &Policy::default()).expect("joins")
}

#[test]
fn two_servers_cannot_both_append_the_same_place_of_a_queue() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        let first = [joined(1), joined(2)];
        assert_eq!(tx.append_queue_events(&key(), 0, &first).await.expect("answers"), Appended::Yes);
        tx.commit().await.expect("commits");
        let mut tx = store.begin().await.expect("begins");
        for expected in [0, 1, 3] {
            let answer = tx.append_queue_events(&key(), expected, &[joined(3)]).await.expect("answers");
            assert_eq!(answer, Appended::Stale, "after {expected}");
        }
        assert_eq!(tx.lock_queue(&key()).await.expect("locks"), 2);
        assert_eq!(tx.append_queue_events(&key(), 2, &[joined(3)]).await.expect("answers"), Appended::Yes);
        tx.commit().await.expect("commits");
        assert_eq!(store.queue_events(&key(), 0).await.expect("reads").len(), 3);
        assert_eq!(store.queue_events(&key(), 0).await.expect("reads")[..2], first);
        assert_eq!(store.queue_heads(TODAY).await.expect("reads"), [(key(), 3)]);
    });
}

#[test]
fn of_many_who_append_at_once_each_place_goes_to_one() {
    on_both_engines(|store| async move {
        let tasks: Vec<_> = (1..=24)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    loop {
                        let expected = store.queue_events(&key(), 0).await.expect("reads").len() as u64;
                        let mut tx = store.begin().await.expect("begins");
                        let event = joined(number);
                        match tx.append_queue_events(&key(), expected, &[event]).await.expect("answers") {
                            Appended::Yes => break tx.commit().await.expect("commits"),
                            Appended::Stale => drop(tx),
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        let events = store.queue_events(&key(), 0).await.expect("reads");
        assert_eq!(events.len(), 24);
        let queue = Queue::replay(department(), &events).expect("fits");
        assert_eq!(queue.waiting(), 24);
    });
}

#[test]
fn the_places_are_where_the_replay_says() {
    on_both_engines(|store| async move {
        let (mut queue, mut events) = (Queue::new(department()), Vec::new());
        let counter = CounterId::parse("101").expect("a counter");
        for step in 0..6_u16 {
            let before = queue.clone();
            let call = Move::CallNext { counter: counter.clone() };
            let moves = match (step, queue.serving(&counter).map(|entry| entry.visit)) {
                (0, _) => vec![Move::OpenCounter { counter: counter.clone() }],
                (1..=3, _) => vec![Move::Join(arrival(step))],
                (_, None) => vec![call],
                (_, Some(visit)) => vec![Move::Park { visit }, call],
            };
            let moment = Moment::from_unix_ms(NOW + i64::from(step));
            let (by, policy) = (Actor::server(), Policy::default());
            let make = |wanted| queue.make(wanted, moment, &by, &policy).expect("moves");
            let new: Vec<QueueEvent> = moves.iter().map(make).collect();
            let mut tx = store.begin().await.expect("begins");
            let answer = tx.append_queue_events(&key(), events.len() as u64, &new).await.expect("answers");
            assert_eq!(answer, Appended::Yes);
            tx.project_queue(&key(), &before, &queue).await.expect("projects");
            tx.commit().await.expect("commits");
            events.extend(new);
        }
        let stored = store.queue_events(&key(), 0).await.expect("reads");
        assert_eq!(stored, events);
        let replayed = Queue::replay(department(), &stored).expect("fits");
        assert_eq!(replayed, queue);
        let mut expected: Vec<PlaceRow> = replayed.entries().map(PlaceRow::of).collect();
        expected.sort_by_key(|row| row.visit.to_string());
        assert_eq!(store.queue_places(&key()).await.expect("reads"), expected);
        let parked = expected.iter().find(|row| row.state == "parked").expect("one is parked");
        assert_eq!(store.queue_of(parked.visit).await.expect("reads"), Some(key()));
        let tomorrow = TODAY.next_day().expect("a day");
        assert_eq!(store.queue_days_before(&department(), tomorrow, 5).await.expect("reads"), [TODAY]);
        assert!(store.queue_days_before(&department(), TODAY, 5).await.expect("reads").is_empty());
    });
}

#[test]
fn facilities_in_one_database_do_not_see_each_other() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        runtime.block_on(async {
            let here = database.open().await;
            let code = FacilityCode::parse("01001").expect("a facility code");
            let there = Store::open(&database.url, Durability::Full, 2, &code).await.expect("opens");
            let visit = visit();
            assert_eq!(check_in(&here, visit).await, 1);
            assert!(there.visit(visit).await.expect("reads").is_none());
            assert_eq!(check_in(&there, visit).await, 1);
            here.close().await;
            there.close().await;
        });
    }
}

#[test]
fn a_url_of_another_engine_is_refused_by_name() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let error = runtime.block_on(Store::open("mysql://x", Durability::Full, 1, &facility())).expect_err("refused");
    assert!(matches!(error, server::store::StoreError::UnknownEngine));
}
