//! Certificates at the desk and in the store: numbers, moves, jobs, on SQLite and on PostgreSQL alike.

mod fixture;

use std::collections::BTreeSet;
use std::future::Future;

use api::Base64;
use fixture::TestDatabase;
use fixture::hospital::{Hospital, MAU, OPENING};
use identity::CitizenId;
use server::certificate::{
    self, By, CertificateError, CertificateState, Checked, Draft, FreezeTo, Freezing, Move, NextStep, NumberSource,
    Payload, Why,
};
use server::keys::{Keys, Place, Sealed};
use server::store::{
    AttemptOutcome, AttemptRow, CertificateId, CertificateKind, DestinationRow, DispatchKind, DispatchStep,
    HeartbeatRow, JobEnd, JobState, MoveError, NewCertificate, NewJob, NumberOwner, NumberRange, NumberingError, Part,
    Store, SwitchPosition, SwitchRow, TokenRow, Transition, Tx,
};
use uuid::Uuid;

const NOW: i64 = 1_795_000_000_000;
const SEND_BIRTH: (DispatchStep, DispatchKind) = (DispatchStep::Send, DispatchKind::Birth);

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

fn sealed(bytes: &[u8]) -> Sealed<Base64> {
    let keys = Keys::from_master(&[1; 32], fixture::facility());
    Sealed::seal(&keys, Place { column: "test", row: "1" }, &Base64(bytes.to_vec()))
}

async fn open(tx: &mut Tx) -> CertificateId {
    let id = CertificateId::new();
    let new = NewCertificate {
        id,
        kind: CertificateKind::Birth,
        paper: id,
        variant: "",
        draft: sealed(b"draft"),
        confirmer: Some([7; 32]),
        people: &[([7; 32], Part::Mother), ([8; 32], Part::Father)],
        replaces: None,
        number: None,
        actor: "staff:hoa",
        now: NOW,
    };
    tx.open_certificate(new).await.expect("opens");
    id
}

fn on_time(at: i64) -> Transition<'static> {
    Transition { actor: "staff:hoa", at, why: "as_planned", words: None }
}

async fn post(tx: &mut Tx, subject: Uuid, key: &str, after: Option<Uuid>) -> bool {
    let job = NewJob {
        step: DispatchStep::Send,
        subject,
        kind: DispatchKind::Birth,
        natural_key: key,
        issue: if after.is_some() { 2 } else { 1 },
        body: sealed(b"signed"),
        content_hash: [3; 32],
        after,
        now: NOW,
    };
    tx.post_job(job).await.expect("posts")
}

#[test]
fn thirty_drawn_at_once_have_no_gap_and_one_that_was_rolled_back_is_drawn_again() {
    on_both_engines(|store| async move {
        let tasks: Vec<_> = (0..30)
            .map(|index| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut tx = store.begin().await.expect("begins");
                    let number = tx.draw_number(CertificateKind::Birth, 2026).await.expect("a number");
                    if index % 3 == 0 {
                        return None;
                    }
                    tx.commit().await.expect("commits");
                    Some(number)
                })
            })
            .collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            numbers.extend(task.await.expect("no panic"));
        }
        assert_eq!(numbers, (1..=20).collect());
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.draw_number(CertificateKind::Death, 2026).await.expect("its own"), 1);
        assert_eq!(tx.draw_number(CertificateKind::Birth, 2027).await.expect("its own"), 1);
    });
}

#[test]
fn ranges_say_who_gives_which_number() {
    on_both_engines(|store| async move {
        let birth = CertificateKind::Birth;
        let range = |first, last, owner| NumberRange { first, last, owner };
        let by = ("staff:hoa", NOW);
        let mut tx = store.begin().await.expect("begins");
        for new in [
            range(1, 2, NumberOwner::Ours),
            range(3, 500, NumberOwner::HospitalSystem),
            range(501, 501, NumberOwner::Ours),
        ] {
            tx.assign_range(birth, 2026, new, by).await.expect("assigns");
        }
        for (wrong, form) in [(range(500, 600, NumberOwner::Ours), false), (range(0, 5, NumberOwner::Ours), true)] {
            let error = tx.assign_range(birth, 2026, wrong, by).await.expect_err("refused");
            assert_eq!(matches!(error, NumberingError::RangeForm), form, "{error}");
        }
        let mut drawn = Vec::new();
        for _ in 0..3 {
            drawn.push(tx.draw_number(birth, 2026).await.expect("a number"));
        }
        assert_eq!(drawn, [1, 2, 501]);
        assert!(matches!(tx.draw_number(birth, 2026).await, Err(NumberingError::Exhausted(2026))));
        assert!(tx.check_given_number(birth, 2026, 500).await.is_ok());
        assert!(matches!(tx.check_given_number(birth, 2026, 501).await, Err(NumberingError::NotTheirs(501))));
    });
}

#[test]
fn every_move_leaves_an_event_that_says_who_when_why_and_what_next() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        let id = open(&mut tx).await;
        tx.apply(id, Move::AskCitizen, on_time(NOW + 1)).await.expect("moves");
        let refused = tx.apply(id, Move::Accept, on_time(NOW + 2)).await.expect_err("not from here");
        assert!(matches!(refused, MoveError::NotAllowed(_)));
        let missing = tx.apply(CertificateId::new(), Move::Save, on_time(NOW)).await;
        assert!(matches!(missing, Err(MoveError::NotFound)));
        tx.commit().await.expect("commits");
        let events = store.events_of(id).await.expect("reads");
        let facts: Vec<_> = events.iter().map(|event| (event.from, event.to, event.at, event.next_step)).collect();
        assert_eq!(
            facts,
            [(
                CertificateState::Draft,
                CertificateState::WaitingForCitizen,
                NOW + 1,
                NextStep::CitizenConfirmsOrPassOn
            )]
        );
        assert_eq!((events[0].actor.as_str(), events[0].why.as_str()), ("staff:hoa", "as_planned"));
        let row = store.certificate(id).await.expect("reads").expect("is there");
        assert_eq!((row.state, row.revision, row.state_at), (CertificateState::WaitingForCitizen, 2, NOW + 1));
        assert_eq!(store.certificates_for(&[8; 32], 10).await.expect("reads").len(), 1);
        assert_eq!(store.certificates_for(&[9; 32], 10).await.expect("reads").len(), 0);
        let waiting = store.certificates_in(CertificateState::WaitingForCitizen, None, 10).await.expect("reads");
        assert_eq!(waiting.len(), 1);
        let after = Some((waiting[0].state_at, waiting[0].id));
        assert!(store.certificates_in(waiting[0].state, after, 10).await.expect("reads").is_empty());
    });
}

#[test]
fn a_draft_that_somebody_else_changed_meanwhile_is_not_written_over() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        let id = open(&mut tx).await;
        assert!(tx.redraft((id, 1), sealed(b"mine"), None).await.expect("writes"));
        tx.apply(id, Move::Save, on_time(NOW)).await.expect("moves");
        assert!(!tx.redraft((id, 1), sealed(b"late"), None).await.expect("answers"));
        tx.commit().await.expect("commits");
    });
}

#[test]
fn a_lease_passes_on_before_the_start_and_never_after() {
    on_both_engines(|store| async move {
        let subject = Uuid::now_v7();
        let mut tx = store.begin().await.expect("begins");
        assert!(post(&mut tx, subject, "00001.GCS.31999.26", None).await);
        assert!(!post(&mut tx, subject, "00001.GCS.31999.26", None).await, "once");
        let first = tx.lease_jobs(SEND_BIRTH, "a", (NOW, NOW + 10), 5).await.expect("leases");
        assert_eq!(first.len(), 1);
        assert!(tx.lease_jobs(SEND_BIRTH, "b", (NOW + 9, NOW + 20), 5).await.expect("answers").is_empty());
        let second = tx.lease_jobs(SEND_BIRTH, "b", (NOW + 10, NOW + 20), 5).await.expect("leases");
        assert_eq!((second.len(), second[0].attempts), (1, 2));
        assert!(!tx.start_job(&first[0], NOW + 11, NOW + 21).await.expect("answers"), "taken over");
        assert!(tx.start_job(&second[0], NOW + 11, NOW + 21).await.expect("starts"));
        assert!(!tx.start_job(&second[0], NOW + 12, NOW + 22).await.expect("answers"), "started once");
        assert!(!tx.cancel_jobs(subject, NOW + 12).await.expect("answers"), "too late to take back");
        assert!(tx.lapse_jobs(NOW + 20).await.expect("answers").is_empty());
        assert_eq!(tx.lapse_jobs(NOW + 21).await.expect("lapses"), [(DispatchKind::Birth, subject)]);
        assert!(tx.lease_jobs(SEND_BIRTH, "c", (NOW + 99, NOW + 199), 5).await.expect("answers").is_empty());
        let late = JobEnd { state: JobState::Done, outcome: "200", now: NOW + 100, due_at: NOW + 100 };
        assert!(!tx.finish_job(&first[0], late).await.expect("answers"), "another fence");
        assert!(tx.finish_job(&second[0], late).await.expect("an answer that comes late is an answer"));
        tx.commit().await.expect("commits");
        let row = store.job(DispatchStep::Send, subject).await.expect("reads").expect("is there");
        assert_eq!((row.state, row.last_outcome.as_deref()), (JobState::Done, Some("200")));
    });
}

#[test]
fn a_reissue_waits_until_its_first_is_settled() {
    on_both_engines(|store| async move {
        let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
        let mut tx = store.begin().await.expect("begins");
        post(&mut tx, second, "00001.GCS.31999.26", Some(first)).await;
        post(&mut tx, first, "00001.GCS.31999.26", None).await;
        let leases = tx.lease_jobs(SEND_BIRTH, "a", (NOW, NOW + 10), 5).await.expect("leases");
        assert_eq!(leases.iter().map(|lease| lease.subject).collect::<Vec<_>>(), [first]);
        tx.start_job(&leases[0], NOW, NOW + 1).await.expect("starts");
        tx.lapse_jobs(NOW + 1).await.expect("lapses");
        assert!(tx.lease_jobs(SEND_BIRTH, "a", (NOW, NOW + 10), 5).await.expect("answers").is_empty(), "unknown");
        let decided = (JobState::Unknown, JobState::Done);
        assert!(tx.decide_job(first, decided, "found_on_portal", NOW + 2).await.expect("decides"));
        let leases = tx.lease_jobs(SEND_BIRTH, "a", (NOW + 2, NOW + 10), 5).await.expect("leases");
        assert_eq!(leases.iter().map(|lease| lease.subject).collect::<Vec<_>>(), [second]);
    });
}

#[test]
fn processes_agree_on_token_destination_switch_and_who_is_at_work() {
    on_both_engines(|store| async move {
        let row = |generation, good_until| TokenRow { generation, token: None, good_until };
        let mut tx = store.begin().await.expect("begins");
        assert!(tx.hold_token("bv", "a", 0, (NOW, NOW + 10)).await.expect("holds"));
        assert!(!tx.hold_token("bv", "b", 0, (NOW + 9, NOW + 20)).await.expect("answers"), "a takes it");
        assert!(tx.hold_token("bv", "b", 0, (NOW + 10, NOW + 20)).await.expect("holds"), "a did not come back");
        tx.keep_token("bv", "a", row(1, NOW + 50)).await.expect("answers");
        tx.keep_token("bv", "b", row(1, NOW + 100)).await.expect("keeps");
        assert!(!tx.hold_token("bv", "c", 0, (NOW, NOW + 10)).await.expect("answers"), "there is a newer one");
        let to = |valid_from, target: &str| DestinationRow {
            kind: DispatchKind::Birth,
            valid_from,
            target: target.to_owned(),
            entered_by: "hoa".into(),
        };
        tx.enter_destination(&to(NOW, "/wrong"), NOW).await.expect("enters");
        tx.enter_destination(&to(NOW, "/old"), NOW).await.expect("corrects");
        tx.enter_destination(&to(NOW + 10, "/new"), NOW).await.expect("enters");
        let switch = |position| SwitchRow { at: NOW, actor: "hoa".into(), position, why: "test".into() };
        tx.throw_dispatch_switch(&switch(SwitchPosition::Off)).await.expect("throws");
        tx.throw_dispatch_switch(&switch(SwitchPosition::On)).await.expect("throws");
        let beat = |worker: &str, beat_at| HeartbeatRow { worker: worker.to_owned(), started_at: NOW, beat_at };
        tx.beat(&beat("old", NOW), NOW - 1).await.expect("beats");
        tx.beat(&beat("new", NOW + 5), NOW - 1).await.expect("beats");
        tx.beat(&beat("new", NOW + 9), NOW + 1).await.expect("beats");
        tx.commit().await.expect("commits");
        let token = store.gateway_token("bv").await.expect("reads").expect("is there");
        assert_eq!((token.generation, token.good_until), (1, NOW + 100));
        for (at, target) in [(NOW - 1, None), (NOW + 9, Some("/old")), (NOW + 10, Some("/new"))] {
            let found = store.destination(DispatchKind::Birth, at).await.expect("reads");
            assert_eq!(found.map(|row| row.target).as_deref(), target);
        }
        let position = store.dispatch_switch().await.expect("reads").map(|row| row.position);
        assert_eq!(position, Some(SwitchPosition::On));
        assert_eq!(store.heartbeats().await.expect("reads"), [beat("new", NOW + 9)], "the silent one is forgotten");
    });
}

#[test]
fn every_request_and_what_came_of_it_stands_beside_its_certificate() {
    on_both_engines(|store| async move {
        let mut tx = store.begin().await.expect("begins");
        let id = open(&mut tx).await;
        let attempt = AttemptRow {
            id: Uuid::now_v7(),
            subject: id.0,
            kind: DispatchKind::Birth,
            fence: 1,
            actor: "worker:a".into(),
            destination: "/x".into(),
            content_hash: [3; 32],
            started_at: NOW,
            ended_at: None,
            outcome: None,
            code: None,
            receipt: None,
            received_at: None,
            answer: None,
        };
        tx.record_attempt(attempt.clone()).await.expect("records the start");
        let lost = AttemptRow { id: Uuid::now_v7(), ..attempt.clone() };
        tx.record_attempt(lost).await.expect("records the start");
        let ended = AttemptRow {
            ended_at: Some(NOW + 1),
            outcome: Some(AttemptOutcome::Accepted),
            receipt: Some("MaGD".into()),
            received_at: Some(NOW),
            answer: Some(sealed(b"{}")),
            ..attempt
        };
        tx.record_attempt(ended).await.expect("records the end");
        tx.attempts_lost(id.0, NOW + 2).await.expect("marks");
        tx.record_outcome(id, Some("205"), None).await.expect("records");
        tx.record_outcome(id, None, Some(("MaGD", NOW))).await.expect("records");
        post(&mut tx, id.0, "00001.GCS.31999.26", None).await;
        tx.commit().await.expect("commits");
        let outcomes: Vec<_> =
            store.attempts_of(id.0).await.expect("reads").into_iter().map(|row| row.outcome).collect();
        assert_eq!(outcomes, [Some(AttemptOutcome::Accepted), Some(AttemptOutcome::Unknown)]);
        assert!(store.receipt_is_taken("MaGD", Uuid::now_v7()).await.expect("answers"));
        assert!(!store.receipt_is_taken("MaGD", id.0).await.expect("answers"));
        let row = store.certificate(id).await.expect("reads").expect("is there");
        assert_eq!((row.outcome_code, row.receipt.as_deref()), (None, Some("MaGD")));
        let tallies = store.job_tallies().await.expect("reads");
        assert_eq!((tallies.len(), tallies[0].rows, tallies[0].oldest_due), (1, 1, NOW));
        let counts = store.certificate_counts().await.expect("reads");
        assert_eq!(counts, [(CertificateKind::Birth, CertificateState::Draft, 1)]);
        assert_eq!(store.certificates_due_before(NOW).await.expect("reads"), 0);
        let jobs = store.jobs_in((DispatchStep::Send, DispatchKind::Birth, JobState::Ready), None, 5).await;
        assert_eq!(jobs.expect("reads").len(), 1);
    });
}

fn by(why: Why) -> By<'static> {
    By { actor: "staff:hoa", why, words: None }
}

fn draft(content: &[u8]) -> Draft<'_> {
    Draft { content, confirmer: None, people: &[] }
}

fn freezing(to: FreezeTo) -> Freezing {
    Freezing { issued_at: OPENING, number: NumberSource::Drawn, to }
}

fn one(draft: &[u8], number: &str) -> Result<Vec<Payload>, Box<dyn std::error::Error + Send + Sync>> {
    let bytes = [draft, b" ", number.as_bytes()].concat();
    Ok(vec![Payload { variant: String::new(), bytes }])
}

#[tokio::test]
async fn a_birth_goes_from_the_ward_to_the_signing_queue_with_its_number_drawn_last() {
    let hospital = Hospital::open(None).await;
    let app = &hospital.app;
    let mother = CitizenId::parse(MAU).expect("a number");
    let people = [(mother.clone(), Part::Mother)];
    let content = Draft { content: b"birth", confirmer: Some(&mother), people: &people };
    let id = certificate::open(app, CertificateKind::Birth, content, by(Why::AsPlanned)).await.expect("opens");
    let blocked = certificate::save(app, id, 1, content, Checked::Blocked, by(Why::AsPlanned)).await.expect("saves");
    assert_eq!(blocked, CertificateState::Blocked);
    let asked = certificate::ask_citizen(app, id, by(Why::AsPlanned)).await;
    assert!(matches!(asked, Err(CertificateError::Move(MoveError::NotAllowed(_)))));
    let clean = certificate::save(app, id, 2, content, Checked::Clean, by(Why::Correction)).await.expect("saves");
    assert_eq!(clean, CertificateState::Draft);
    certificate::ask_citizen(app, id, by(Why::AsPlanned)).await.expect("asks");

    let broken =
        certificate::freeze(app, id, freezing(FreezeTo::Sign), by(Why::AsPlanned), |_, _| Err("no weight".into()));
    assert!(matches!(broken.await, Err(CertificateError::Build(_))));
    certificate::freeze(app, id, freezing(FreezeTo::Sign), by(Why::CitizenConfirmed), one).await.expect("freezes");
    let row = app.store.certificate(id).await.expect("reads").expect("is there");
    assert_eq!(row.natural_key.as_deref(), Some("00001.GCS.31999.26"), "what failed before took no number");
    assert_eq!(certificate::frozen_of(&app.keys, &row).expect("opens").expect("frozen"), b"birth 00001.GCS.31999.26");
    // Issued at 08:00 on a Monday: 3.5 hours before lunch, half an hour after.
    assert_eq!(row.deadline_at, row.issued_at.map(|at| at + 6 * 3_600_000));
    let job = app.store.job(DispatchStep::Sign, id.0).await.expect("reads").expect("posted");
    assert_eq!((job.state, job.kind), (JobState::Ready, DispatchKind::Birth));

    let token = certificate::public_token(&app.keys, &row).expect("opens").expect("issued");
    assert_eq!(token.len(), 32);
    let found = app.store.certificate_by_token(&certificate::token_hash(&app.keys, &token)).await.expect("reads");
    assert_eq!(found.map(|row| row.id), Some(id));
}

#[tokio::test]
async fn a_paper_taken_back_keeps_its_number_and_a_draft_thrown_away_never_had_one() {
    let hospital = Hospital::open(None).await;
    let app = &hospital.app;
    let kind = CertificateKind::Death;
    let id = certificate::open(app, kind, draft(b"one"), by(Why::AsPlanned)).await.expect("opens");
    let other = certificate::open(app, kind, draft(b"two"), by(Why::AsPlanned)).await.expect("opens");
    certificate::discard(app, other, by(Why::WrittenTwice)).await.expect("discards");
    let nobody = by(Why::NobodyToAsk);
    certificate::freeze(app, id, freezing(FreezeTo::AskCitizen), nobody, one).await.expect("freezes");
    certificate::release(app, id, by(Why::DeceasedUnidentified)).await.expect("passes on");
    certificate::take_back(app, id, by(Why::Correction)).await.expect("takes back");
    let job = app.store.job(DispatchStep::Sign, id.0).await.expect("reads").expect("posted");
    assert_eq!(job.state, JobState::Cancelled);
    let discarded = certificate::discard(app, id, by(Why::WrittenByMistake)).await;
    assert!(matches!(discarded, Err(CertificateError::HasNumber)));
    let row = app.store.certificate(id).await.expect("reads").expect("is there");
    assert!(row.frozen.is_none() && row.state == CertificateState::Draft);
    certificate::save(app, id, row.revision, draft(b"better"), Checked::Clean, by(Why::Correction))
        .await
        .expect("saves");
    certificate::freeze(app, id, freezing(FreezeTo::Sign), nobody, one).await.expect("freezes again");
    let row = app.store.certificate(id).await.expect("reads").expect("is there");
    assert_eq!(certificate::frozen_of(&app.keys, &row).expect("opens").expect("frozen"), b"better 00001.GBT.31999.26");
    let job = app.store.job(DispatchStep::Sign, id.0).await.expect("reads").expect("posted");
    assert_eq!(job.state, JobState::Ready);
    certificate::void(app, id, by(Why::WrittenByMistake)).await.expect("voids");
    let next = certificate::open(app, kind, draft(b"three"), by(Why::AsPlanned)).await.expect("opens");
    certificate::freeze(app, next, freezing(FreezeTo::Sign), nobody, one).await.expect("freezes");
    let row = app.store.certificate(next).await.expect("reads").expect("is there");
    assert_eq!(row.natural_key.as_deref(), Some("00002.GBT.31999.26"));
}

#[tokio::test]
async fn a_driver_paper_is_one_certificate_a_class_under_one_number() {
    let hospital = Hospital::open(None).await;
    let app = &hospital.app;
    let id = certificate::open(app, CertificateKind::Driver, draft(b"B C"), by(Why::AsPlanned)).await.expect("opens");
    let classes = |_: &[u8], number: &str| {
        let payload = |class: &str| Payload { variant: class.to_owned(), bytes: format!("{number} {class}").into() };
        Ok(vec![payload("B"), payload("C")])
    };
    let nobody = by(Why::NobodyToAsk);
    let frozen = certificate::freeze(app, id, freezing(FreezeTo::Sign), nobody, classes).await.expect("freezes");
    assert_eq!(frozen.len(), 2);
    let rows = app.store.paper(id).await.expect("reads");
    let keys: Vec<_> = rows.iter().filter_map(|row| row.natural_key.as_deref()).collect();
    assert_eq!(keys, ["00001/GKSKLX/31999/26 B", "00001/GKSKLX/31999/26 C"]);

    certificate::take_back(app, id, by(Why::Correction)).await.expect("takes back");
    let only_c = |_: &[u8], number: &str| Ok(vec![Payload { variant: "C".into(), bytes: number.into() }]);
    certificate::freeze(app, id, freezing(FreezeTo::Sign), nobody, only_c).await.expect("freezes");
    let states: Vec<_> = app.store.paper(id).await.expect("reads").iter().map(|row| row.state).collect();
    assert_eq!(states, [CertificateState::Void, CertificateState::WaitingForSignature]);
    let twice = |_: &[u8], _: &str| {
        let payload = Payload { variant: "C".into(), bytes: Vec::new() };
        Ok(vec![payload.clone(), payload])
    };
    let other = certificate::open(app, CertificateKind::Driver, draft(b"?"), nobody).await.expect("opens");
    let refused = certificate::freeze(app, other, freezing(FreezeTo::Sign), nobody, twice).await;
    assert!(matches!(refused, Err(CertificateError::Variants)));
}

#[tokio::test]
async fn a_reissue_keeps_the_first_number_and_only_one_can_be_open() {
    let hospital = Hospital::open(None).await;
    let app = &hospital.app;
    let nobody = by(Why::NobodyToAsk);
    let id = certificate::open(app, CertificateKind::Birth, draft(b"x"), by(Why::AsPlanned)).await.expect("opens");
    let early = certificate::reissue(app, id, draft(b"y"), by(Why::Correction)).await;
    assert!(matches!(early, Err(CertificateError::NotFrozen)));
    certificate::freeze(app, id, freezing(FreezeTo::Sign), nobody, one).await.expect("freezes");
    let second = certificate::reissue(app, id, draft(b"y"), by(Why::Correction)).await.expect("opens a second issue");
    let third = certificate::reissue(app, id, draft(b"z"), by(Why::Correction)).await;
    assert!(matches!(third, Err(CertificateError::Replaced)));
    certificate::freeze(app, second, freezing(FreezeTo::Sign), nobody, one).await.expect("freezes");
    let row = app.store.certificate(second).await.expect("reads").expect("is there");
    assert_eq!((row.natural_key.as_deref(), row.issue), (Some("00001.GCS.31999.26"), 2));
    certificate::void(app, second, by(Why::WrittenByMistake)).await.expect("voids");
    let row = app.store.certificate(id).await.expect("reads").expect("is there");
    assert_eq!(row.replaced_by, None, "the first stands as it was");
}
