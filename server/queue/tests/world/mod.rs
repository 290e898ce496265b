//! A department for tests: patients by number, moments by minute.

use api::{DepartmentCode, TicketNumber, VisitId};
use queue::{Actor, Arrival, Class, CounterId, Ground, Moment, Move, Policy, Queue, QueueEvent, Refusal, Through};
use uuid::Uuid;

/// 07:00 in Ho Chi Minh City.
pub const OPENING_MS: i64 = 1_795_392_000_000;

pub fn minute(minute: i64) -> Moment {
    Moment::from_unix_ms(OPENING_MS + minute * 60_000)
}

pub fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

pub fn counter(name: &str) -> CounterId {
    CounterId::parse(name).expect("a counter")
}

pub fn visit(number: u16) -> VisitId {
    VisitId(Uuid::from_u128(u128::from(number)))
}

pub fn ticket(number: u16) -> TicketNumber {
    TicketNumber::new('A', number).expect("a ticket number")
}

pub fn arrival(number: u16, class: Class, earned: Moment) -> Arrival {
    Arrival::new(visit(number), ticket(number), class, earned, Through::Kiosk)
}

pub const OLD: Class = Class::Priority(Ground::SeventyFiveAndOver);
pub const EMERGENCY: Class = Class::Priority(Ground::Emergency);

/// A queue and all that happened to it.
pub struct Department {
    pub queue: Queue,
    pub events: Vec<QueueEvent>,
    pub policy: Policy,
}

impl Department {
    pub fn new(code: &str) -> Self {
        Self { queue: Queue::new(department(code)), events: Vec::new(), policy: Policy::default() }
    }

    /// With these counters open.
    pub fn with_counters(names: &[&str]) -> Self {
        let mut here = Self::new("K01");
        for name in names {
            here.make(0, Move::OpenCounter { counter: counter(name) }).expect("opens");
        }
        here
    }

    pub fn make(&mut self, at: i64, wanted: Move) -> Result<QueueEvent, Refusal> {
        self.make_at(minute(at), &wanted)
    }

    pub fn make_at(&mut self, at: Moment, wanted: &Move) -> Result<QueueEvent, Refusal> {
        let by = Actor::parse("staff:hoa").expect("an actor");
        let event = self.queue.make(wanted, at, &by, &self.policy)?;
        self.events.push(event.clone());
        Ok(event)
    }

    pub fn join(&mut self, at: i64, number: u16, class: Class) {
        self.make(at, Move::Join(arrival(number, class, minute(at)))).expect("joins");
    }

    /// Calls whose turn it is; their number.
    pub fn call(&mut self, at: i64, name: &str) -> u16 {
        self.make(at, Move::CallNext { counter: counter(name) }).expect("calls");
        self.serving(name)
    }

    pub fn serving(&self, name: &str) -> u16 {
        self.queue.serving(&counter(name)).expect("somebody").ticket.number()
    }

    /// Finishes whom the counter has, and calls the next.
    pub fn next(&mut self, at: i64, name: &str) -> u16 {
        if let Some(entry) = self.queue.serving(&counter(name)) {
            let visit = entry.visit;
            self.make(at, Move::Finish { visit }).expect("finishes");
        }
        self.call(at, name)
    }

    pub fn order(&self, at: i64) -> Vec<u16> {
        self.queue.order(minute(at), &self.policy).iter().map(|entry| entry.ticket.number()).collect()
    }
}
