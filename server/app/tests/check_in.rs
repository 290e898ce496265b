//! From evidence to ticket, over the kiosk API.

mod fixture;

use std::collections::BTreeSet;

use api::{
    Assurance, Block, BlockRequest, CheckInReply, CheckInRequest, CounterReason, DepartmentCode, DocumentClaim,
    EntitlementView, FaceClaim, Hex32, IdentificationRequest, NumberClaim, OfflineCheckIn, Payer, Problem, ProblemCode,
    ReconcileReply, ReconcileRequest, VisitId,
};
use axum::http::Method;
use emrtd::ElementaryFile;
use fixture::hospital::{Hospital, MAU, OPENING, TODAY, card, enrol, identification, issuer, matched, of_visit, visit};
use server::insurance::Silence;
use server::privacy;
use server::store::{DeskMove, EntitlementState, OutboxKind, OutboxState};
use server::worker::{self, Step};
use server::{check_in, trust};

fn request(department: &str) -> CheckInRequest {
    CheckInRequest {
        department: DepartmentCode::parse(department).expect("a department"),
        payer: Payer::Insurance,
        counter: None,
        declared: Vec::new(),
    }
}

async fn take_number(hospital: &Hospital, visit: VisitId, request: &CheckInRequest) -> Result<CheckInReply, Problem> {
    hospital.call(Method::PUT, &of_visit(api::path::CHECK_IN, visit), request).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> ProblemCode {
    result.expect_err("refused").code
}

fn typed(number: &str) -> IdentificationRequest {
    let claim =
        NumberClaim {
            number: number.into(), name: Some("Nguyễn Văn Mẫu".into()), birth: Some("15/01/1985".into())
        };
    IdentificationRequest { document: DocumentClaim::CardQr(claim), face: FaceClaim::NotAsked, consent: None }
}

#[tokio::test]
async fn a_genuine_patient_sees_everything_and_gets_a_number() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let visit = visit();
    let reply = hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    assert_eq!(reply.assurance, Assurance::A, "{:?}", reply.facts);
    let person = reply.person.as_ref().expect("a person");
    assert_eq!((person.name.as_str(), person.age), ("Nguyễn Văn Mẫu", 41));
    let EntitlementView::Valid { card, benefit_percent, right_route, .. } = &reply.entitlement else {
        panic!("{:?}", reply.entitlement)
    };
    assert_eq!((card.as_str(), *benefit_percent, *right_route), ("GD4313100000017", Some(80), true));

    let ticket = take_number(&hospital, visit, &request("K01")).await.expect("a ticket");
    assert_eq!(ticket.ticket.number.to_string(), "B001");
    assert_eq!((ticket.ticket.people_ahead, ticket.ticket.wait_minutes), (Some(0), Some((0, 0))));
    assert_eq!(ticket.entitlement, reply.entitlement);
    let held = hospital.app.store.outbox_count(OutboxKind::Xml0, OutboxState::Held).await.expect("counts");
    assert_eq!(held, 1, "the check-in message waits for the first cost");
    let summary = check_in::summary(&hospital.app, visit).await.expect("reads").expect("is there");
    assert_eq!((summary.counter_reason, summary.entitlement), (None, EntitlementState::Answered));
    let audit = hospital.app.store.audit_of(visit).await.expect("reads");
    assert!(audit.iter().any(|(_, action, _)| action == "entitlement_asked_for_duty_officer"));
}

#[tokio::test]
async fn a_kiosk_that_did_not_hear_the_answer_gets_the_same_one_again() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let visit = visit();
    let challenge = hospital.challenge(visit).await;
    let evidence = identification(&card(&issuer), challenge);
    let first = hospital.identify(visit, &evidence).await.expect("identified");
    assert_eq!(hospital.identify(visit, &evidence).await.expect("again"), first);
    assert_eq!(hospital.gateway.asked(), 1, "the gateway is not asked twice");
    assert_eq!(code(hospital.identify(visit, &typed(MAU)).await), ProblemCode::VisitConflict);

    let ticket = take_number(&hospital, visit, &request("K01")).await.expect("a ticket");
    hospital.clock.advance(std::time::Duration::from_secs(3600 * 12));
    assert_eq!(take_number(&hospital, visit, &request("K01")).await.expect("after closing time too"), ticket);
    assert_eq!(code(take_number(&hospital, visit, &request("TIEPDON")).await), ProblemCode::VisitConflict);

    let key = enrol(&hospital.app, "sanh-2").await;
    let body = serde_json::to_vec(&request("K01")).expect("serialises");
    let path = of_visit(api::path::CHECK_IN, visit);
    let answer = hospital.send(hospital.request_of("sanh-2", &key, Method::PUT, &path, body)).await;
    assert_eq!(answer.code(), ProblemCode::VisitConflict, "the visit is bound to its kiosk");
}

#[tokio::test]
async fn an_unknown_signer_is_masked_then_compared_then_pinned_then_trusted() {
    let issuer = issuer();
    let hospital = Hospital::open(None).await;
    let (card, first) = (card(&issuer), visit());
    let reply = hospital.show_card(first, &card).await.expect("identified");
    assert_eq!(reply.assurance, Assurance::B);
    assert_eq!(reply.person.expect("a person").name, "Nguyễn *** Mẫu");
    assert!(reply.facts.contains(&"signer_unknown".to_owned()));
    assert!(matches!(reply.entitlement, EntitlementView::Valid { card, .. } if card == "•••• •017"));
    take_number(&hospital, first, &request("K01")).await.expect("a ticket");
    let list = hospital.app.store.visits_at_the_desk(TODAY).await.expect("reads");
    assert_eq!(list[0].counter_reason, Some(CounterReason::SignerUnknown));

    assert!(trust::observed(&hospital.app).await.expect("reads").is_empty());
    assert!(trust::move_at_desk(&hospital.app, first, DeskMove::Check, "hoa").await.expect("moves"));
    let tallies = trust::observed(&hospital.app).await.expect("reads");
    assert_eq!((tallies[0].cards, tallies[0].days), (1, 1));
    let stranger = emrtd::Fingerprint::from_bytes([9; 32]);
    assert!(matches!(
        trust::pin(&hospital.app, &stranger, trust::PinReason::Compared, "hoa").await,
        Err(trust::PinError::NeverObserved)
    ));
    let signer = emrtd::Fingerprint::from_bytes(tallies[0].signer);
    trust::pin(&hospital.app, &signer, trust::PinReason::Compared, "hoa").await.expect("pins");

    let reply = hospital.show_card(visit(), &card).await.expect("identified");
    assert_eq!(reply.assurance, Assurance::A);
    assert!(reply.facts.contains(&"signer_pinned".to_owned()));
    let forged = self::card(&self::issuer());
    let reply = hospital.show_card(visit(), &forged).await.expect("identified");
    assert_eq!(reply.assurance, Assurance::B, "a forger's own signer is another one");
}

#[tokio::test]
async fn a_copied_chip_and_an_altered_one_are_refused_and_their_challenge_is_gone() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let genuine = card(&issuer);
    let (first, other) = (visit(), visit());
    let yesterday_s = identification(&genuine, *b"recorded");
    let mut copied = yesterday_s.clone();
    let challenge = hospital.challenge(first).await;
    if let DocumentClaim::Chip(evidence) = &mut copied.document {
        evidence.challenge = api::Hex8(challenge);
    }
    assert_eq!(code(hospital.identify(first, &copied).await), ProblemCode::EvidenceRefused);
    let late = identification(&genuine, challenge);
    assert_eq!(code(hospital.identify(first, &late).await), ProblemCode::ChallengeUsed);
    assert_eq!(code(hospital.identify(first, &yesterday_s).await), ProblemCode::ChallengeUnknown);

    let altered = genuine.clone().altered(ElementaryFile::DG1, |file| {
        let last = file.len() - 1;
        file[last] ^= 1;
    });
    let problem = hospital.show_card(other, &altered).await.expect_err("refused");
    assert_eq!(problem.code, ProblemCode::EvidenceRefused);
    assert!(!problem.detail.contains("NGUYEN") && !problem.detail.contains("085000"), "{}", problem.detail);

    let expired = visit();
    let challenge = hospital.challenge(expired).await;
    hospital.clock.advance(std::time::Duration::from_secs(301));
    let too_late = identification(&genuine, challenge);
    assert_eq!(code(hospital.identify(expired, &too_late).await), ProblemCode::ChallengeExpired);
    let of_another_visit = identification(&genuine, hospital.challenge(visit()).await);
    assert_eq!(code(hospital.identify(expired, &of_another_visit).await), ProblemCode::ChallengeUnknown);
}

#[tokio::test]
async fn a_face_that_did_not_match_this_portrait_leaves_a_number_only() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let card = card(&issuer);
    for (face, fact) in [
        (matched([7; 32]), "face_of_another_portrait"),
        (FaceClaim::Declined, "face_declined"),
        (FaceClaim::NotMatched { score: 0.1 }, "face_not_matched"),
        (FaceClaim::Matched { score: 0.9, threshold: 0.1, frames: 9, portrait: Hex32([0; 32]) }, "face_below_policy"),
    ] {
        let visit = visit();
        let challenge = hospital.challenge(visit).await;
        let request = IdentificationRequest { face, ..identification(&card, challenge) };
        let reply = hospital.identify(visit, &request).await.expect("answered");
        assert_eq!((reply.assurance, &reply.person), (Assurance::C, &None));
        assert_eq!((reply.entitlement, reply.priority), (EntitlementView::NotShown, None));
        assert!(reply.facts.iter().any(|known| known == fact), "{fact}: {:?}", reply.facts);
    }
}

#[tokio::test]
async fn a_number_that_anybody_could_have_typed_shows_nothing_and_still_gets_a_ticket() {
    let hospital = Hospital::open(None).await;
    let (known, unknown) = (visit(), visit());
    let reply = hospital.identify(known, &typed(MAU)).await.expect("answered");
    assert_eq!(hospital.identify(unknown, &typed("031192000025")).await.expect("answered"), reply);
    assert_eq!((reply.assurance, reply.person), (Assurance::C, None));
    assert_eq!(hospital.gateway.asked(), 0, "not even the time of the answer tells");
    let ticket = take_number(&hospital, known, &request("TIEPDON")).await.expect("a ticket");
    assert_eq!(ticket.entitlement, EntitlementView::NotShown);
    assert_eq!(worker::run_once(&hospital.app).await.expect("a step"), Step::Confirmed);
    let summary = check_in::summary(&hospital.app, known).await.expect("reads").expect("is there");
    assert_eq!(summary.counter_reason, Some(CounterReason::NumberOnly));
}

#[tokio::test]
async fn a_silent_gateway_leaves_the_visit_to_be_confirmed_and_is_asked_again() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    hospital.gateway.falls_silent(Silence::TimedOut);
    let visit = visit();
    let reply = hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    assert_eq!((reply.assurance, reply.entitlement), (Assurance::A, EntitlementView::ToBeConfirmed));
    let ticket = take_number(&hospital, visit, &request("K01")).await.expect("received all the same");
    assert_eq!(ticket.entitlement, EntitlementView::ToBeConfirmed);

    let minute = std::time::Duration::from_secs(60);
    let app = &hospital.app;
    assert_eq!(worker::run_once(app).await.expect("a step"), Step::Idle, "not due yet");
    hospital.clock.advance(minute);
    assert_eq!(worker::run_once(app).await.expect("a step"), Step::Postponed);
    assert_eq!(worker::run_once(app).await.expect("a step"), Step::Idle, "it waits before it asks again");
    hospital.gateway.falls_silent(None);
    hospital.clock.advance(2 * minute);
    assert_eq!(worker::run_once(app).await.expect("a step"), Step::Confirmed);
    let summary = check_in::summary(app, visit).await.expect("reads").expect("is there");
    assert_eq!(summary.entitlement, EntitlementState::Answered);
    assert_eq!(worker::run_once(app).await.expect("a step"), Step::Idle);
}

#[tokio::test]
async fn a_gateway_that_stays_silent_for_a_day_is_left_to_a_person() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    hospital.gateway.falls_silent(Silence::Unreachable);
    hospital.show_card(visit(), &card(&issuer)).await.expect("identified");
    let mut last = Step::Idle;
    for _ in 0..40 {
        hospital.clock.advance(std::time::Duration::from_secs(3600));
        match worker::run_once(&hospital.app).await.expect("a step") {
            Step::Idle => break,
            step => last = step,
        }
    }
    assert_eq!(last, Step::GivenUp);
}

async fn block(hospital: &Hospital, count: u16) -> Result<Block, Problem> {
    let request = BlockRequest { department: DepartmentCode::parse("K01").expect("a department"), count };
    hospital.call(Method::POST, api::path::BLOCKS, &request).await
}

fn sealed(hospital: &Hospital, offline: &OfflineCheckIn) -> ReconcileRequest {
    let key = hospital.app.keys.offline_public_key();
    let plain = serde_json::to_vec(offline).expect("serialises");
    let sealed = crypto_box::PublicKey::from(key).seal(&mut rand::rngs::OsRng, &plain).expect("seals");
    ReconcileRequest { visit: offline.visit, sealed_to: Hex32(key), sealed: api::Base64(sealed) }
}

async fn reconcile(hospital: &Hospital, request: &ReconcileRequest) -> Result<ReconcileReply, Problem> {
    hospital.call(Method::POST, api::path::RECONCILIATIONS, request).await
}

#[tokio::test]
async fn the_number_on_paper_wins_over_the_one_the_server_gave() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let block = block(&hospital, 3).await.expect("a block");
    assert_eq!(block.numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["B001", "B002", "B003"]);
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let given = take_number(&hospital, visit, &request("K01")).await.expect("committed, but the answer was lost");
    assert_eq!(given.ticket.number.to_string(), "B004", "never a number of the block");

    let offline = OfflineCheckIn {
        visit,
        number: block.numbers[0],
        service_day: block.service_day,
        taken_at: OPENING,
        identification: None,
        check_in: request("K01"),
        follow: None,
    };
    let first = reconcile(&hospital, &sealed(&hospital, &offline)).await.expect("reconciled");
    assert_eq!((first.number, first.voided), (block.numbers[0], Some(given.ticket.number)));
    assert!(matches!(first.entitlement, EntitlementView::Valid { .. }));
    assert_eq!(reconcile(&hospital, &sealed(&hospital, &offline)).await.expect("again"), first);
    let summary = check_in::summary(&hospital.app, visit).await.expect("reads").expect("is there");
    assert_eq!(summary.ticket.expect("a ticket").number, 1);
    let audit = hospital.app.store.audit_of(visit).await.expect("reads");
    assert!(audit.iter().any(|(_, action, _)| action == "ticket_voided"));

    let another = OfflineCheckIn { check_in: request("TIEPDON"), ..offline.clone() };
    assert_eq!(code(reconcile(&hospital, &sealed(&hospital, &another)).await), ProblemCode::VisitConflict);
    let same_paper = OfflineCheckIn { visit: self::visit(), ..offline.clone() };
    assert_eq!(code(reconcile(&hospital, &sealed(&hospital, &same_paper)).await), ProblemCode::NumberNotReserved);
    let mut swapped = sealed(&hospital, &offline);
    swapped.visit = self::visit();
    assert_eq!(code(reconcile(&hospital, &swapped).await), ProblemCode::SealBroken);
    let mut broken = sealed(&hospital, &OfflineCheckIn { visit: self::visit(), ..offline });
    broken.sealed.0[40] ^= 1;
    assert_eq!(code(reconcile(&hospital, &broken).await), ProblemCode::SealBroken);
}

#[tokio::test]
async fn an_offline_check_in_brings_its_evidence_with_a_challenge_of_the_block() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let block = block(&hospital, 2).await.expect("a block");
    let card = card(&issuer);
    let offline = |index: usize, challenge: [u8; 8]| OfflineCheckIn {
        visit: visit(),
        number: block.numbers[index],
        service_day: block.service_day,
        taken_at: OPENING + std::time::Duration::from_secs(60),
        identification: Some(identification(&card, challenge)),
        check_in: request("K01"),
        follow: None,
    };
    hospital.clock.advance(std::time::Duration::from_secs(36 * 3600));
    let good = offline(0, block.challenges[0].0);
    let reply = reconcile(&hospital, &sealed(&hospital, &good)).await.expect("the next day too");
    assert!(matches!(reply.entitlement, EntitlementView::Valid { .. }));
    let summary = check_in::summary(&hospital.app, good.visit).await.expect("reads").expect("is there");
    assert_eq!(summary.assurance, Assurance::A);
    assert!(summary.facts.contains(&"offline".to_owned()));

    // The same challenge again, as a kiosk would that was stolen: the paper stands, the level does not.
    let replayed = offline(1, block.challenges[0].0);
    let reply = reconcile(&hospital, &sealed(&hospital, &replayed)).await.expect("the patient is served");
    assert_eq!((reply.number, reply.entitlement), (block.numbers[1], EntitlementView::NotShown));
    let summary = check_in::summary(&hospital.app, replayed.visit).await.expect("reads").expect("is there");
    assert_eq!((summary.assurance, summary.counter_reason), (Assurance::D, Some(CounterReason::NoCard)));
    assert!(summary.facts.contains(&"challenge_not_accepted".to_owned()));
}

#[tokio::test]
async fn a_block_is_refused_by_name_when_it_is_too_large_or_for_nowhere() {
    let hospital = Hospital::open(None).await;
    assert_eq!(code(block(&hospital, 0).await), ProblemCode::MalformedBody);
    assert_eq!(code(block(&hospital, 51).await), ProblemCode::MalformedBody);
    let nowhere = BlockRequest { department: DepartmentCode::parse("K99").expect("a code"), count: 1 };
    let refused = hospital.call::<Block>(Method::POST, api::path::BLOCKS, &nowhere).await;
    assert_eq!(code(refused), ProblemCode::DepartmentUnknown);
    assert_eq!(code(take_number(&hospital, visit(), &request("K99")).await), ProblemCode::DepartmentUnknown);
    hospital.clock.advance(std::time::Duration::from_secs(10 * 3600));
    assert_eq!(code(take_number(&hospital, visit(), &request("K01")).await), ProblemCode::DepartmentClosed);
    take_number(&hospital, visit(), &request("TIEPDON")).await.expect("the reception never closes");
}

#[tokio::test]
async fn fifty_kiosk_requests_at_once_get_fifty_numbers_and_twins_of_them_the_same() {
    let hospital = std::sync::Arc::new(Hospital::open(None).await);
    let visits: Vec<VisitId> = (0..50).map(|_| visit()).collect();
    let tasks: Vec<_> = visits
        .iter()
        .chain(&visits)
        .map(|visit| {
            let (hospital, visit) = (hospital.clone(), *visit);
            tokio::spawn(async move {
                let reply = take_number(&hospital, visit, &request("K01")).await.expect("a ticket");
                (visit, reply.ticket.number.number())
            })
        })
        .collect();
    let mut given = BTreeSet::new();
    for task in tasks {
        given.insert(task.await.expect("no panic"));
    }
    assert_eq!(given.len(), 50, "a twin got another number");
    assert_eq!(given.into_iter().map(|(_, number)| number).collect::<BTreeSet<_>>(), (1..=50).collect());
}

async fn erased(hospital: &Hospital) -> u64 {
    privacy::purge(&hospital.app, "worker").await.expect("purges")["chip_evidence"]
}

#[tokio::test]
async fn raw_evidence_is_purged_after_its_days() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    hospital.show_card(visit(), &card(&issuer)).await.expect("identified");
    assert_eq!(erased(&hospital).await, 0);
    hospital.clock.advance(std::time::Duration::from_secs(30 * 24 * 3600));
    assert_eq!(erased(&hospital).await, 1);
    assert_eq!(erased(&hospital).await, 0);
}
