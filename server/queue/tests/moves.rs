//! Each move, as people at a counter know it.

mod world;

use queue::{
    Class, Coming, Ground, How, Lane, Move, OutOfOrder, Queue, QueueEvent, Refusal, Standing, State, Then, Through,
    VoidReason, What,
};
use world::{Department, EMERGENCY, OLD, arrival, counter, department, minute, ticket, visit};

#[test]
fn an_emergency_goes_first_and_priority_before_everybody_three_times_in_a_row() {
    let mut here = Department::with_counters(&["1"]);
    for number in 1..=3 {
        here.join(1, number, Class::Ordinary);
    }
    for number in 4..=8 {
        here.join(2, number, OLD);
    }
    here.join(3, 9, EMERGENCY);
    let order = here.order(4);
    assert_eq!(order, [9, 4, 5, 6, 1, 7, 8, 2, 3]);
    let called: Vec<u16> = (0..9).map(|n| here.next(4 + n, "1")).collect();
    assert_eq!(called, order, "what a board foretells is what happens");
}

#[test]
fn who_has_waited_long_is_not_passed_by_class_any_more() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    here.join(80, 2, OLD);
    assert_eq!(here.order(89), [2, 1]);
    assert_eq!(here.order(90), [1, 2]);
}

#[test]
fn two_counters_never_call_the_same_patient() {
    let mut here = Department::with_counters(&["1", "2"]);
    here.join(0, 1, Class::Ordinary);
    assert_eq!(here.call(1, "1"), 1);
    assert_eq!(here.make(1, Move::CallNext { counter: counter("2") }), Err(Refusal::NobodyWaits));
    let again = Move::CallOutOfOrder { visit: visit(1), counter: counter("2"), reason: OutOfOrder::Mend };
    assert_eq!(here.make(1, again), Err(Refusal::AtCounter(counter("1"))));
    here.join(2, 2, Class::Ordinary);
    assert_eq!(here.make(2, Move::CallNext { counter: counter("1") }), Err(Refusal::CounterBusy(visit(1))));
    assert_eq!(here.make(2, Move::CallNext { counter: counter("3") }), Err(Refusal::CounterClosed));
}

#[test]
fn three_calls_in_all_and_then_no_show_and_not_before() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    here.call(1, "1");
    let of = visit(1);
    assert_eq!(here.make(2, Move::NoShow { visit: of }), Err(Refusal::CallsLeft));
    here.make(2, Move::Recall { visit: of }).expect("calls again");
    here.make(3, Move::Recall { visit: of }).expect("calls a third time");
    assert_eq!(here.make(4, Move::Recall { visit: of }), Err(Refusal::CallsUsedUp));
    assert_eq!(here.make(4, Move::Skip { visit: of }), Err(Refusal::CallsUsedUp));
    here.make(4, Move::NoShow { visit: of }).expect("no-show");
    assert!(here.queue.serving(&counter("1")).is_none());
    assert_eq!(here.queue.calls().len(), 3);
    assert_eq!(here.queue.calls().last().map(|call| call.times), Some(3));
}

#[test]
fn who_is_skipped_stands_behind_the_next_ones_and_before_the_rest() {
    let mut here = Department::with_counters(&["1"]);
    for number in 1..=6 {
        here.join(0, number, Class::Ordinary);
    }
    here.call(1, "1");
    here.make(2, Move::Recall { visit: visit(1) }).expect("calls again");
    here.make(2, Move::Skip { visit: visit(1) }).expect("skips");
    assert_eq!(here.order(2), [2, 3, 4, 1, 5, 6]);
    let called: Vec<u16> = (0..4).map(|n| here.next(3 + n, "1")).collect();
    assert_eq!(called, [2, 3, 4, 1]);
    assert_eq!(here.queue.entry(visit(1)).map(|entry| entry.calls), Some(3), "the calls before count");
}

#[test]
fn a_skipped_patient_who_waits_alone_is_called_again() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    here.call(1, "1");
    here.make(2, Move::Skip { visit: visit(1) }).expect("skips");
    assert_eq!(here.call(3, "1"), 1);
}

#[test]
fn who_returns_within_the_hour_stands_behind_the_one_being_served() {
    let mut here = Department::with_counters(&["1"]);
    for number in 1..=4 {
        here.join(0, number, Class::Ordinary);
    }
    here.call(1, "1");
    here.make(2, Move::Park { visit: visit(1) }).expect("parks");
    assert_eq!(here.call(3, "1"), 2);
    let back = here.make(62, Move::Return { visit: visit(1) }).expect("returns");
    assert!(matches!(back.what, What::Returned { coming: Coming::InTime, .. }));
    assert_eq!(here.order(62), [1, 3, 4]);
}

#[test]
fn who_returns_later_stands_at_the_end_and_is_not_lost() {
    let mut here = Department::with_counters(&["1"]);
    for number in 1..=3 {
        here.join(0, number, Class::Ordinary);
    }
    here.call(1, "1");
    here.make(2, Move::Park { visit: visit(1) }).expect("parks");
    let back = here.make(63, Move::Return { visit: visit(1) }).expect("returns");
    assert!(matches!(back.what, What::Returned { coming: Coming::TooLate, .. }));
    assert_eq!(here.order(63), [2, 3, 1]);
    assert_eq!(here.make(64, Move::Return { visit: visit(1) }), Err(Refusal::NotNow { state: "waiting" }));
}

#[test]
fn a_call_out_of_order_keeps_its_reason_and_does_not_count_as_a_turn() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    for number in 2..=6 {
        here.join(1, number, OLD);
    }
    let out = Move::CallOutOfOrder { visit: visit(6), counter: counter("1"), reason: OutOfOrder::Condition };
    let event = here.make(2, out).expect("calls");
    assert!(matches!(event.what, What::Called { how: How::OutOfOrder(OutOfOrder::Condition), .. }));
    assert_eq!([here.next(3, "1"), here.next(4, "1"), here.next(5, "1"), here.next(6, "1")], [2, 3, 4, 1]);
}

#[test]
fn a_declared_ground_counts_from_the_moment_staff_confirm_it() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    let mut expecting = arrival(2, Class::Ordinary, minute(1));
    expecting.claims = vec![Ground::Pregnant];
    here.make(1, Move::Join(expecting)).expect("joins");
    assert_eq!(here.order(2), [1, 2]);
    here.make(2, Move::ConfirmPriority { visit: visit(2), ground: Ground::Pregnant }).expect("confirms");
    assert_eq!(here.order(2), [2, 1]);
    assert!(here.queue.entry(visit(2)).expect("is there").claims.is_empty());
    here.make(3, Move::RefusePriority { visit: visit(2) }).expect("refuses");
    assert_eq!(here.order(3), [1, 2]);
}

#[test]
fn from_the_doctor_to_the_laboratory_and_back_to_the_same_doctor_ahead_of_newcomers() {
    let mut doctors = Department::with_counters(&["101", "102"]);
    let mut laboratory = Department::new("XN");
    laboratory.make(0, Move::OpenCounter { counter: counter("1") }).expect("opens");
    doctors.join(0, 1, Class::Ordinary);
    doctors.join(1, 2, Class::Ordinary);
    assert_eq!((doctors.call(2, "101"), doctors.call(2, "102")), (1, 2));
    laboratory.join(10, 50, Class::Ordinary);

    let out = Move::TransferOut { visit: visit(1), to: department("XN"), then: Then::ComesBack };
    doctors.make(20, out).expect("sends");
    let arriving = doctors.queue.departing(visit(1)).expect("was here");
    laboratory.make(20, Move::Join(arriving)).expect("joins");
    assert_eq!(laboratory.order(21), [1, 50], "came to the hospital first");

    laboratory.call(25, "1");
    doctors.join(26, 3, Class::Ordinary);
    let home = Move::TransferOut { visit: visit(1), to: department("K01"), then: Then::Leaves };
    laboratory.make(30, home).expect("sends back");
    let arriving = laboratory.queue.departing(visit(1)).expect("was here");
    doctors.make(30, Move::Join(arriving)).expect("joins again");
    let entry = doctors.queue.entry(visit(1)).expect("is back");
    assert_eq!(
        (entry.standing, entry.lane(), entry.counter.clone()),
        (Standing::Back, Lane::Favoured, Some(counter("101")))
    );
    assert_eq!(entry.through, Through::Transfer(department("XN")));
    assert_eq!(doctors.next(31, "102"), 3, "another doctor does not take him");
    assert_eq!(doctors.call(31, "101"), 1);
}

#[test]
fn when_the_same_doctor_has_gone_home_another_one_takes_the_patient() {
    let mut here = Department::with_counters(&["101", "102"]);
    here.join(0, 1, Class::Ordinary);
    here.make(1, Move::MoveTo { visit: visit(1), counter: counter("101") }).expect("moves");
    assert_eq!(here.make(2, Move::CallNext { counter: counter("102") }), Err(Refusal::NobodyWaits));
    here.make(3, Move::CloseCounter { counter: counter("101") }).expect("closes");
    assert_eq!(here.call(4, "102"), 1);
    let close = Move::CloseCounter { counter: counter("102") };
    assert_eq!(here.make(5, close), Err(Refusal::CounterBusy(visit(1))));
}

#[test]
fn a_merge_takes_everyone_along_in_the_order_of_arrival() {
    let mut here = Department::with_counters(&["1"]);
    let mut there = Department::new("K02");
    for (at, number) in [(0, 1), (2, 3), (3, 4), (4, 5)] {
        here.join(at, number, Class::Ordinary);
    }
    there.join(1, 2, Class::Ordinary);
    here.call(5, "1");
    here.make(6, Move::Park { visit: visit(4) }).expect("parks");
    let leaving = here.queue.leaving();
    here.make(7, Move::MergeInto { into: department("K02") }).expect("merges");
    for arrival in leaving {
        there.make(7, Move::Join(arrival)).expect("joins");
    }
    assert_eq!(there.order(8), [2, 3, 5]);
    assert!(matches!(there.queue.entry(visit(4)).map(|entry| &entry.state), Some(State::Parked { .. })));
    assert_eq!(here.queue.waiting(), 0);
    here.make(9, Move::Finish { visit: visit(1) }).expect("who was called is served to the end");
    let late = Move::Join(arrival(9, Class::Ordinary, minute(9)));
    assert_eq!(here.make(9, late), Err(Refusal::Merged(department("K02"))));
    let again = Move::MergeInto { into: department("K03") };
    assert_eq!(here.make(9, again), Err(Refusal::Merged(department("K02"))));
}

#[test]
fn the_number_on_paper_takes_the_place_of_the_one_it_replaces() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    here.join(1, 2, Class::Ordinary);
    here.make(2, Move::Renumber { visit: visit(1), ticket: ticket(31) }).expect("renumbers");
    assert_eq!(here.order(3), [31, 2]);
    here.make(4, Move::Void { visit: visit(1), reason: VoidReason::PatientLeft }).expect("voids");
    assert_eq!(here.order(5), [2]);
    let again = Move::Void { visit: visit(1), reason: VoidReason::PatientLeft };
    assert_eq!(here.make(6, again), Err(Refusal::NotNow { state: "void" }));
    assert_eq!(here.make(6, Move::Finish { visit: visit(7) }), Err(Refusal::UnknownVisit));
}

#[test]
fn the_stored_form_is_the_one_that_was_promised() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, OLD);
    here.call(1, "1");
    let text: Vec<String> = here.events.iter().map(|event| serde_json::to_string(event).expect("serialises")).collect();
    assert_eq!(
        text,
        [
            r#"{"v":1,"at":1795392000000,"by":"staff:hoa","what":{"counter_opened":{"counter":"1"}}}"#,
            r#"{"v":1,"at":1795392000000,"by":"staff:hoa","what":{"joined":{"visit":"00000000-0000-0000-0000-000000000001","ticket":"A001","class":{"priority":"seventy_five_and_over"},"earned":1795392000000,"standing":"newcomer","through":"kiosk","enters":"waiting"}}}"#,
            r#"{"v":1,"at":1795392060000,"by":"staff:hoa","what":{"called":{"visit":"00000000-0000-0000-0000-000000000001","counter":"1","how":{"rule":"favoured"}}}}"#,
        ]
    );
    for (good, bad) in
        [("\"v\":1", "\"v\":2"), ("\"by\"", "\"name\":\"x\",\"by\""), ("A001", "A0"), ("staff:hoa", "Hoà")]
    {
        assert!(serde_json::from_str::<QueueEvent>(&text[1].replace(good, bad)).is_err(), "{bad}");
    }
}

#[test]
fn a_record_with_a_gap_is_refused_by_its_place() {
    let mut here = Department::with_counters(&["1"]);
    here.join(0, 1, Class::Ordinary);
    here.call(1, "1");
    let with_gap = [&here.events[0], &here.events[2]];
    let broken = Queue::replay(department("K01"), with_gap).expect_err("a gap");
    assert_eq!((broken.place, broken.code, broken.refusal), (2, "called", Refusal::UnknownVisit));
}
