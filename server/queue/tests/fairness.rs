//! Bounded waiting, for whatever happens: rules 1 to 5 as properties.

#[expect(dead_code, reason = "other tests use the rest")]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use api::VisitId;
use proptest::prelude::*;
use queue::{
    Arrival, Class, CounterId, Enters, Ground, How, Lane, Move, OutOfOrder, Queue, QueueEvent, State, Then, Through,
    VoidReason, What,
};
use world::{Department, OLD, arrival, counter, department, minute, ticket, visit};

/// What the world does at one step of a day on which everybody answers the call.
#[derive(Debug, Clone, Copy)]
enum Step {
    Joins(Class),
    /// From elsewhere, having taken a number so many minutes before.
    ComesFromElsewhere(Class, i64),
    /// The counter is done with its patient, if any, and calls the next.
    Calls(u8),
    CallsOutOfOrder(u8, u8),
}

fn classes() -> impl Strategy<Value = Class> {
    prop_oneof![
        5 => Just(Class::Ordinary),
        5 => Just(OLD),
        1 => Just(Class::Priority(Ground::Emergency)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => classes().prop_map(Step::Joins),
        2 => (classes(), 0_i64..120).prop_map(|(class, before)| Step::ComesFromElsewhere(class, before)),
        6 => (0_u8..3).prop_map(Step::Calls),
        1 => (0_u8..3, 0_u8..20).prop_map(|(at, whom)| Step::CallsOutOfOrder(at, whom)),
    ];
    proptest::collection::vec(step, 1..160)
}

/// What has happened to one ordinary patient while waiting.
#[derive(Default)]
struct Wait {
    ordinary_before: usize,
    overtaken: usize,
    favoured_in_a_row: u16,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_ordinary_patient_is_passed_more_often_than_the_bound(steps in steps(), counters in 1_usize..4) {
        let names = ["1", "2", "3"];
        let mut here = Department::with_counters(&names[..counters]);
        let mut waits: BTreeMap<VisitId, Wait> = BTreeMap::new();
        let mut next_number = 0;
        for (at, step) in (0_i64..).zip(steps) {
            let mut join = |here: &mut Department, class, earned| {
                next_number += 1;
                here.make(at, Move::Join(arrival(next_number, class, earned))).expect("joins");
                if class == Class::Ordinary {
                    waits.insert(visit(next_number), Wait::default());
                }
            };
            match step {
                Step::Joins(class) => join(&mut here, class, minute(at)),
                Step::ComesFromElsewhere(class, before) => join(&mut here, class, minute(at - before)),
                Step::CallsOutOfOrder(place, whom) => {
                    let name = counter(names[usize::from(place) % counters]);
                    let (visit, reason) = (visit(u16::from(whom)), OutOfOrder::DoctorAsked);
                    if here.make(at, Move::CallOutOfOrder { visit, counter: name, reason }).is_ok() {
                        waits.remove(&visit);
                    }
                }
                Step::Calls(place) => {
                    let name = counter(names[usize::from(place) % counters]);
                    if let Some(visit) = here.queue.serving(&name).map(|entry| entry.visit) {
                        here.make(at, Move::Finish { visit }).expect("finishes");
                    }
                    let emergency_waits =
                        here.queue.entries().any(|entry| entry.state == State::Waiting && entry.lane() == Lane::Emergency);
                    let before = here.queue.clone();
                    let Ok(event) = here.make(at, Move::CallNext { counter: name }) else { continue };
                    let What::Called { visit: called, how: How::Rule(lane), .. } = event.what else { unreachable!() };
                    prop_assert_eq!(lane == Lane::Emergency, emergency_waits, "an emergency goes first");
                    let place = |visit: VisitId| {
                        before.entry(visit).map(|entry| (entry.earned, entry.ticket)).expect("was there")
                    };
                    let wait_of_called = waits.remove(&called);
                    for (waiting, wait) in &mut waits {
                        match lane {
                            Lane::Emergency => {}
                            Lane::Favoured => {
                                wait.favoured_in_a_row += 1;
                                prop_assert!(wait.favoured_in_a_row <= here.policy.favoured_in_a_row);
                                wait.overtaken += usize::from(place(called) > place(*waiting));
                            }
                            Lane::Ordinary => {
                                wait.favoured_in_a_row = 0;
                                wait.ordinary_before += 1;
                                prop_assert!(place(called) < place(*waiting), "the order within a class is kept");
                            }
                        }
                    }
                    if let Some(wait) = wait_of_called {
                        prop_assert!(wait.overtaken <= here.policy.overtaking_bound(wait.ordinary_before));
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_keeps_coming_everyone_is_called_within_the_bound(ordinary in 1_u16..12, favoured in 0_u16..12) {
        let mut here = Department::with_counters(&["1"]);
        for number in 1..=ordinary {
            here.join(0, number, Class::Ordinary);
        }
        for number in 0..favoured {
            here.join(0, 1000 + number, OLD);
        }
        let last = visit(ordinary);
        let bound = here.policy.calls_bound(usize::from(ordinary - 1));
        for call in 1..=bound {
            here.next(1, "1");
            if here.queue.entry(last).is_some_and(|entry| entry.state != State::Waiting) {
                return Ok(());
            }
            // Another old patient comes before each call, for ever.
            here.join(1, 2000 + u16::try_from(call).expect("small"), OLD);
        }
        prop_assert!(false, "not called within {} calls", bound);
    }

    #[test]
    fn when_as_many_are_called_as_wait_nobody_waits(classes in proptest::collection::vec(classes(), 1..60)) {
        let mut here = Department::with_counters(&["1"]);
        for (number, class) in (1..).zip(&classes) {
            here.join(0, number, *class);
        }
        let foretold = here.order(1);
        let called: Vec<u16> = classes.iter().map(|_| here.next(1, "1")).collect();
        prop_assert_eq!(&called, &foretold);
        prop_assert_eq!(called.iter().collect::<BTreeSet<_>>().len(), classes.len());
        prop_assert_eq!(here.queue.waiting(), 0);
    }
}

/// Anything at all, in two departments; most of it is refused.
#[derive(Debug, Clone)]
enum Anything {
    Join(u8, Class),
    Of(bool, Move),
    Transfer(bool, u8, Then),
    Merge,
}

fn moves() -> impl Strategy<Value = Move> {
    let who = || (1_u16..14).prop_map(visit);
    let place = || prop_oneof![Just(counter("1")), Just(counter("2"))];
    let ground = prop_oneof![Just(Ground::Pregnant), Just(Ground::Emergency), Just(Ground::WarMerit)];
    prop_oneof![
        2 => place().prop_map(|counter| Move::OpenCounter { counter }),
        1 => place().prop_map(|counter| Move::CloseCounter { counter }),
        9 => place().prop_map(|counter| Move::CallNext { counter }),
        2 => (who(), place()).prop_map(|(visit, counter)| Move::CallOutOfOrder {
            visit, counter, reason: OutOfOrder::Condition }),
        2 => who().prop_map(|visit| Move::Recall { visit }),
        4 => who().prop_map(|visit| Move::Skip { visit }),
        2 => who().prop_map(|visit| Move::Park { visit }),
        4 => who().prop_map(|visit| Move::Return { visit }),
        2 => who().prop_map(|visit| Move::NoShow { visit }),
        2 => who().prop_map(|visit| Move::Start { visit }),
        6 => who().prop_map(|visit| Move::Finish { visit }),
        2 => (who(), place()).prop_map(|(visit, counter)| Move::MoveTo { visit, counter }),
        2 => (who(), ground).prop_map(|(visit, ground)| Move::ConfirmPriority { visit, ground }),
        1 => who().prop_map(|visit| Move::RefusePriority { visit }),
        1 => (who(), 500_u16..600).prop_map(|(visit, number)| Move::Renumber { visit, ticket: ticket(number) }),
        1 => who().prop_map(|visit| Move::Void { visit, reason: VoidReason::PatientLeft }),
    ]
}

fn anything() -> impl Strategy<Value = Vec<Anything>> {
    let then = || prop_oneof![Just(Then::ComesBack), Just(Then::Leaves)];
    let one = prop_oneof![
        40 => (1_u8..14, classes()).prop_map(|(who, class)| Anything::Join(who, class)),
        120 => (any::<bool>(), moves()).prop_map(|(here, wanted)| Anything::Of(here, wanted)),
        30 => (any::<bool>(), 1_u8..14, then()).prop_map(|(here, who, then)| Anything::Transfer(here, who, then)),
        1 => Just(Anything::Merge),
    ];
    proptest::collection::vec(one, 1..250)
}

/// Stands here in person, or will be called here.
fn is_live(entry: &queue::Entry) -> bool {
    matches!(
        entry.state,
        State::Waiting | State::Called { .. } | State::InService { .. } | State::Parked { .. } | State::NoShow { .. }
    )
}

fn replayed(department: &Department) -> Queue {
    let text = serde_json::to_string(&department.events).expect("serialises");
    let events: Vec<QueueEvent> = serde_json::from_str(&text).expect("reads back");
    assert_eq!(events, department.events);
    Queue::replay(department.queue.department().clone(), &events).expect("fits")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_happens_nobody_is_lost_or_doubled_and_the_replay_is_the_state(happens in anything()) {
        let mut doctors = Department::new("K01");
        let mut laboratory = Department::new("XN");
        let mut known: BTreeSet<VisitId> = BTreeSet::new();
        for (at, one) in (0_i64..).zip(happens) {
            match one {
                Anything::Join(who, class) => {
                    let who = u16::from(who);
                    if known.contains(&visit(who)) { continue }
                    let joined = doctors.make(at, Move::Join(arrival(who, class, minute(at))));
                    if joined.is_ok() { known.insert(visit(who)); }
                }
                Anything::Of(here, wanted) => {
                    let department = if here { &mut doctors } else { &mut laboratory };
                    let before = department.queue.clone();
                    if department.make(at, wanted).is_err() {
                        prop_assert_eq!(&before, &department.queue, "a refusal changes nothing");
                    }
                }
                Anything::Transfer(from_doctors, who, then) => {
                    let (from, to) = if from_doctors {
                        (&mut doctors, &mut laboratory)
                    } else {
                        (&mut laboratory, &mut doctors)
                    };
                    let visit = visit(u16::from(who));
                    let Some(arriving) = from.queue.departing(visit) else { continue };
                    // Both or neither, as in one transaction.
                    let joins = to.queue.clone().make(
                        &Move::Join(arriving.clone()), minute(at), &queue::Actor::server(), &to.policy);
                    if joins.is_err() { continue }
                    let out = Move::TransferOut { visit, to: to.queue.department().clone(), then };
                    if from.make(at, out).is_ok() {
                        to.make(at, Move::Join(arriving)).expect("joins");
                    }
                }
                Anything::Merge => {
                    let leaving: Vec<Arrival> = laboratory.queue.leaving();
                    if doctors.queue.merged_into().is_some()
                        || laboratory.make(at, Move::MergeInto { into: department("K01") }).is_err() { continue }
                    for arriving in leaving {
                        let enters = arriving.enters;
                        let visit = arriving.visit;
                        doctors.make(at, Move::Join(arriving)).expect("joins");
                        let entry = doctors.queue.entry(visit).expect("is there");
                        prop_assert_eq!(matches!(enters, Enters::Waiting), entry.state == State::Waiting);
                    }
                }
            }
            for who in &known {
                let live = [&doctors, &laboratory].into_iter().filter(|d| d.queue.entry(*who).is_some_and(is_live)).count();
                prop_assert!(live <= 1, "stands in two queues");
                let over = |d: &Department| matches!(
                    d.queue.entry(*who).map(|entry| &entry.state), Some(State::Finished { .. } | State::Void));
                prop_assert!(live == 1 || over(&doctors) || over(&laboratory), "is lost");
            }
            for department in [&doctors, &laboratory] {
                let at_counters: BTreeSet<(&CounterId, VisitId)> = department.queue.counters()
                    .filter_map(|(name, counter)| Some((name, counter.serving?))).collect();
                let of_entries: BTreeSet<(&CounterId, VisitId)> = department.queue.entries()
                    .filter_map(|entry| Some((entry.at_counter()?, entry.visit))).collect();
                prop_assert_eq!(at_counters, of_entries);
                let order = department.queue.order(minute(at), &department.policy);
                prop_assert_eq!(order.len(), department.queue.waiting());
                prop_assert_eq!(order.iter().map(|entry| entry.visit).collect::<BTreeSet<_>>().len(), order.len());
            }
        }
        prop_assert_eq!(replayed(&doctors), doctors.queue);
        prop_assert_eq!(replayed(&laboratory), laboratory.queue);
    }

    #[test]
    fn no_stored_text_panics(text in "\\PC{0,200}") {
        drop(serde_json::from_str::<QueueEvent>(&text));
        drop(queue::Actor::parse(&text));
        drop(CounterId::parse(&text));
    }
}

#[test]
fn a_patient_of_a_merged_department_who_was_away_stands_in_the_other_queue() {
    let mut doctors = Department::with_counters(&["1"]);
    doctors.join(0, 1, Class::Ordinary);
    doctors.call(1, "1");
    let out = Move::TransferOut { visit: visit(1), to: department("XN"), then: Then::ComesBack };
    doctors.make(2, out).expect("sends");
    doctors.make(3, Move::MergeInto { into: department("K02") }).expect("merges");
    let mut there = Department::new("K02");
    let through = Through::Transfer(department("XN"));
    let back = Arrival { through, ..arrival(1, Class::Ordinary, minute(0)) };
    assert!(doctors.make(9, Move::Join(back.clone())).is_err());
    there.make(9, Move::Join(back)).expect("joins");
    assert_eq!(there.order(9), [1]);
}
