//! Who is next, and in which order everybody else: [rules 1 to 6](crate).

use std::collections::VecDeque;

use api::VisitId;

use crate::queue::next_run;
use crate::{CounterId, Entry, How, Lane, Moment, Policy, Queue, State};

impl Queue {
    /// Whom this counter would call now.
    pub fn next(&self, counter: &CounterId, now: Moment, policy: &Policy) -> Option<&Entry> {
        let mut waiting: Vec<&Entry> = self
            .entries
            .values()
            .filter(|entry| entry.state == State::Waiting && self.may_call(counter, entry))
            .collect();
        let here = self.counters.get(counter).map_or(0, |counter| counter.favoured_run);
        let run = self.favoured_run.max(here);
        waiting.sort_unstable_by_key(|entry| entry.place());
        Lanes::of(&waiting, self.calls_made()).pick(run, now, policy)
    }

    /// Everyone who waits, in the order in which they will be called if nobody else comes and everybody answers.
    pub fn order(&self, now: Moment, policy: &Policy) -> Vec<&Entry> {
        let mut waiting: Vec<&Entry> = self.entries.values().filter(|entry| entry.state == State::Waiting).collect();
        waiting.sort_unstable_by_key(|entry| entry.place());
        let mut calls = self.calls_made();
        let mut lanes = Lanes::of(&waiting, calls);
        let mut run = self.favoured_run;
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(next) = lanes.pick(run, now, policy) {
            let passes = !lanes.ordinary.is_empty();
            run = next_run(run, How::Rule(next.lane()), passes);
            calls += 1;
            lanes.remove_and_release(next, calls);
            order.push(next);
        }
        order
    }

    /// How many will be called before this patient, if nobody else comes. Absent for who does not wait.
    pub fn ahead_of(&self, visit: VisitId, now: Moment, policy: &Policy) -> Option<usize> {
        self.order(now, policy).iter().position(|entry| entry.visit == visit)
    }

    /// A patient who waits for one counter is called there, or anywhere once it has closed.
    fn may_call(&self, counter: &CounterId, entry: &Entry) -> bool {
        match &entry.counter {
            None => true,
            Some(wanted) => wanted == counter || !self.counters.get(wanted).is_some_and(|wanted| wanted.open),
        }
    }

    pub(crate) fn somebody_ordinary_waits_for(&self, counter: &CounterId) -> bool {
        let calls = self.calls_made();
        self.entries.values().any(|entry| {
            entry.state == State::Waiting
                && entry.lane() == Lane::Ordinary
                && entry.held_until <= calls
                && self.may_call(counter, entry)
        })
    }
}

/// The lanes, each in its order, and who is held back after a skip.
struct Lanes<'a> {
    emergency: VecDeque<&'a Entry>,
    favoured: VecDeque<&'a Entry>,
    ordinary: VecDeque<&'a Entry>,
    held: Vec<&'a Entry>,
}

impl<'a> Lanes<'a> {
    /// `waiting` stands in the order of places.
    fn of(waiting: &[&'a Entry], calls: u64) -> Self {
        let mut lanes =
            Self { emergency: VecDeque::new(), favoured: VecDeque::new(), ordinary: VecDeque::new(), held: Vec::new() };
        for entry in waiting {
            if entry.held_until > calls {
                lanes.held.push(entry);
            } else {
                lanes.lane(entry.lane()).push_back(entry);
            }
        }
        lanes.held.sort_by_key(|entry| (entry.held_until, entry.place()));
        lanes
    }

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<&'a Entry> {
        match lane {
            Lane::Emergency => &mut self.emergency,
            Lane::Favoured => &mut self.favoured,
            Lane::Ordinary => &mut self.ordinary,
        }
    }

    fn pick(&self, run: u16, now: Moment, policy: &Policy) -> Option<&'a Entry> {
        if let Some(emergency) = self.emergency.front() {
            return Some(emergency);
        }
        match (self.favoured.front(), self.ordinary.front()) {
            (Some(favoured), Some(ordinary)) => {
                let enough = run >= policy.favoured_in_a_row.max(1);
                let aged = now.minutes_since(ordinary.joined_at) >= policy.ageing_minutes
                    && ordinary.place() < favoured.place();
                Some(if enough || aged { ordinary } else { favoured })
            }
            (Some(only), None) | (None, Some(only)) => Some(only),
            // Only those are left who did not answer: sooner than nobody.
            (None, None) => self.held.first().copied(),
        }
    }

    fn remove_and_release(&mut self, called: &Entry, calls: u64) {
        self.held.retain(|entry| entry.visit != called.visit);
        self.lane(called.lane()).retain(|entry| entry.visit != called.visit);
        let freed = self.held.partition_point(|entry| entry.held_until <= calls);
        let released: Vec<&'a Entry> = self.held.drain(..freed).collect();
        for entry in released {
            let lane = self.lane(entry.lane());
            let place = lane.partition_point(|other| other.place() < entry.place());
            lane.insert(place, entry);
        }
    }
}
