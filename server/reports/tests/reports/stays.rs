//! Waiting and service times are what the queue's events say, and nothing else.

use crate::invented::department;
use api::{TicketNumber, VisitId};
use queue::{Actor, Arrival, Class, CounterId, Ground, Moment, Move, Policy, Queue, QueueEvent, Then, Through};
use reports::{Group, Stay, StayEnd, stays};
use uuid::Uuid;

const OPENING_MS: i64 = 1_795_392_000_000;

struct Day {
    queue: Queue,
    events: Vec<QueueEvent>,
}

impl Day {
    fn new() -> Self {
        let mut day = Self { queue: Queue::new(department("K01")), events: Vec::new() };
        day.make(0, Move::OpenCounter { counter: room() });
        day
    }

    fn make(&mut self, minute: i64, wanted: Move) {
        let by = Actor::parse("staff:hoa").expect("an actor");
        let event = self.queue.make(&wanted, at(minute), &by, &Policy::default()).expect("allowed");
        self.events.push(event);
    }

    fn join(&mut self, minute: i64, number: u16, class: Class) {
        let ticket = TicketNumber::new('A', number).expect("a number");
        self.make(minute, Move::Join(Arrival::new(visit(number), ticket, class, at(minute), Through::Kiosk)));
    }

    fn call(&mut self, minute: i64) {
        self.make(minute, Move::CallNext { counter: room() });
    }

    fn stays(&self) -> Vec<Stay> {
        stays(&department("K01"), &self.events).expect("sound events")
    }
}

fn room() -> CounterId {
    CounterId::parse("102").expect("a room")
}

fn at(minute: i64) -> Moment {
    Moment::from_unix_ms(OPENING_MS + minute * 60_000)
}

fn visit(number: u16) -> VisitId {
    VisitId(Uuid::from_u128(u128::from(number)))
}

#[test]
fn a_wait_ends_at_the_first_call_and_a_service_begins_there() {
    let mut day = Day::new();
    day.join(1, 1, Class::Ordinary);
    day.call(11);
    day.make(12, Move::Recall { visit: visit(1) });
    day.make(13, Move::Start { visit: visit(1) });
    day.make(18, Move::Finish { visit: visit(1) });
    let stays = day.stays();
    assert_eq!(stays.len(), 1);
    let Stay { waited_s, served_s, end, group, .. } = &stays[0];
    assert_eq!((*waited_s, *served_s, *end, *group), (Some(600), Some(420), StayEnd::Served, Group::Ordinary));
}

#[test]
fn who_comes_back_from_the_laboratory_waited_once_and_was_served_twice() {
    let mut day = Day::new();
    day.join(0, 1, Class::Priority(Ground::Pregnant));
    day.call(5);
    day.make(10, Move::TransferOut { visit: visit(1), to: department("K04"), then: Then::ComesBack });
    day.join(40, 1, Class::Priority(Ground::Pregnant));
    day.call(50);
    day.make(53, Move::Finish { visit: visit(1) });
    let stays = day.stays();
    assert_eq!(stays.len(), 1);
    assert_eq!((stays[0].waited_s, stays[0].served_s), (Some(300), Some(480)));
    assert_eq!(stays[0].group, Group::Priority);
}

#[test]
fn who_still_waits_has_no_wait_yet() {
    let mut day = Day::new();
    day.join(0, 1, Class::Ordinary);
    let stays = day.stays();
    assert_eq!((stays[0].waited_s, stays[0].served_s, stays[0].end), (None, None, StayEnd::Other));
}
