//! The state: the fold of the events, and which event fits which state. Deterministic: the same events give the same
//! queue, on whatever machine and whenever.

use std::collections::BTreeMap;

use api::{DepartmentCode, TicketNumber, VisitId};

use crate::{
    Arrival, Class, Coming, CounterId, Enters, Entry, How, Lane, MAX_CALLS, Moment, QueueEvent, Refusal, Service,
    Standing, State, Then, Through, What,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub(crate) department: DepartmentCode,
    pub(crate) entries: BTreeMap<VisitId, Entry>,
    pub(crate) counters: BTreeMap<CounterId, Counter>,
    pub(crate) favoured_run: u16,
    calls: Vec<Call>,
    /// Calls without recalls.
    turns: u64,
    services: Vec<Service>,
    merged_into: Option<DepartmentCode>,
    applied: u64,
    /// Of the last event. Time does not run backwards here, whatever a clock does.
    latest: Moment,
}

/// A counter that was opened at least once that day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counter {
    pub open: bool,
    pub serving: Option<VisitId>,
    /// Favoured patients called here one after another while somebody ordinary waited.
    pub(crate) favoured_run: u16,
}

/// One call, as a board shows and a voice says it. Recalls are calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub visit: VisitId,
    pub ticket: TicketNumber,
    pub counter: CounterId,
    pub at: Moment,
    /// 1 to [`MAX_CALLS`].
    pub times: u8,
}

/// Events that do not follow from each other: the record was damaged, or read with a gap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {place} ({code}) does not fit what happened before: {refusal}")]
pub struct Broken {
    /// Its place, from 1.
    pub place: u64,
    pub code: &'static str,
    pub refusal: Refusal,
}

impl Queue {
    pub fn new(department: DepartmentCode) -> Self {
        Self {
            department,
            entries: BTreeMap::new(),
            counters: BTreeMap::new(),
            favoured_run: 0,
            calls: Vec::new(),
            turns: 0,
            services: Vec::new(),
            merged_into: None,
            applied: 0,
            latest: Moment::from_unix_ms(0),
        }
    }

    pub fn replay<'a>(
        department: DepartmentCode,
        events: impl IntoIterator<Item = &'a QueueEvent>,
    ) -> Result<Self, Broken> {
        let mut queue = Self::new(department);
        for event in events {
            queue.apply(event)?;
        }
        Ok(queue)
    }

    pub fn department(&self) -> &DepartmentCode {
        &self.department
    }

    /// How many events made this state: the sequence number of the last.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// The moment of the last event: nothing happens before it any more.
    pub fn latest(&self) -> Moment {
        self.latest
    }

    pub fn entry(&self, visit: VisitId) -> Option<&Entry> {
        self.entries.get(&visit)
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub fn counters(&self) -> impl Iterator<Item = (&CounterId, &Counter)> {
        self.counters.iter()
    }

    pub fn counter(&self, counter: &CounterId) -> Option<&Counter> {
        self.counters.get(counter)
    }

    pub fn open_counters(&self) -> usize {
        self.counters.values().filter(|counter| counter.open).count()
    }

    /// Whom a counter has before it.
    pub fn serving(&self, counter: &CounterId) -> Option<&Entry> {
        self.counters.get(counter)?.serving.and_then(|visit| self.entries.get(&visit))
    }

    /// All calls of the day in their order; for a board the last ones.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    pub fn services(&self) -> &[Service] {
        &self.services
    }

    pub fn merged_into(&self) -> Option<&DepartmentCode> {
        self.merged_into.as_ref()
    }

    pub fn waiting(&self) -> usize {
        self.entries.values().filter(|entry| entry.state == State::Waiting).count()
    }

    /// Moves on by one event, or says why it cannot have happened; then nothing changed.
    pub fn apply(&mut self, event: &QueueEvent) -> Result<(), Broken> {
        self.fits(&event.what).map_err(|refusal| Broken {
            place: self.applied + 1,
            code: event.what.code(),
            refusal,
        })?;
        self.applied += 1;
        self.latest = self.latest.max(event.at);
        self.change(event.at, &event.what);
        Ok(())
    }

    /// Which event may follow: the one table for moves and replay.
    pub(crate) fn fits(&self, what: &What) -> Result<(), Refusal> {
        match what {
            What::Joined { visit, .. } => {
                if let Some(into) = &self.merged_into {
                    return Err(Refusal::Merged(into.clone()));
                }
                match self.entries.get(visit) {
                    None => Ok(()),
                    Some(entry) if entry.is_over() => Ok(()),
                    Some(Entry { state: State::Away { .. }, .. }) => Ok(()),
                    Some(_) => Err(Refusal::AlreadyHere),
                }
            }
            What::Renumbered { visit, .. } => match self.known(*visit)?.state {
                State::Void => Err(Refusal::NotNow { state: "void" }),
                _ => Ok(()),
            },
            What::PriorityConfirmed { visit, .. } | What::PriorityRefused { visit } => self.present(*visit).map(drop),
            What::Called { visit, counter, how } => {
                self.free(counter)?;
                let entry = self.known(*visit)?;
                match (&entry.state, how) {
                    (State::Waiting, _) => Ok(()),
                    (State::Parked { .. } | State::NoShow { .. }, How::OutOfOrder(_)) => Ok(()),
                    (State::Called { counter, .. } | State::InService { counter, .. }, _) => {
                        Err(Refusal::AtCounter(counter.clone()))
                    }
                    (state, _) => Err(Refusal::NotNow { state: state.code() }),
                }
            }
            What::Recalled { visit } | What::Skipped { visit, .. } => match self.called(*visit)?.calls {
                calls if calls < MAX_CALLS => Ok(()),
                _ => Err(Refusal::CallsUsedUp),
            },
            What::NoShow { visit } => match self.called(*visit)?.calls {
                calls if calls < MAX_CALLS => Err(Refusal::CallsLeft),
                _ => Ok(()),
            },
            What::Started { visit } => self.called(*visit).map(drop),
            What::Parked { visit } => match &self.known(*visit)?.state {
                State::Waiting | State::Called { .. } | State::InService { .. } => Ok(()),
                state => Err(Refusal::NotNow { state: state.code() }),
            },
            What::Returned { visit, .. } => match &self.known(*visit)?.state {
                State::Parked { .. } | State::NoShow { .. } => Ok(()),
                state => Err(Refusal::NotNow { state: state.code() }),
            },
            What::Finished { visit } => match &self.known(*visit)?.state {
                State::Called { .. } | State::InService { .. } => Ok(()),
                state => Err(Refusal::NotNow { state: state.code() }),
            },
            What::TransferredOut { visit, to, .. } => {
                if *to == self.department {
                    return Err(Refusal::SameDepartment);
                }
                self.present(*visit).map(drop)
            }
            What::Moved { visit, .. } => match &self.known(*visit)?.state {
                State::Waiting | State::Called { .. } | State::InService { .. } => Ok(()),
                state => Err(Refusal::NotNow { state: state.code() }),
            },
            What::CounterOpened { counter } => match self.counters.get(counter) {
                Some(Counter { open: true, .. }) => Err(Refusal::CounterOpen),
                Some(_) | None => Ok(()),
            },
            What::CounterClosed { counter } => self.free(counter),
            What::MergedInto { into } => match &self.merged_into {
                Some(already) => Err(Refusal::Merged(already.clone())),
                None if *into == self.department => Err(Refusal::SameDepartment),
                None => Ok(()),
            },
            What::Voided { visit, .. } => {
                let entry = self.known(*visit)?;
                if entry.is_over() { Err(Refusal::NotNow { state: entry.state.code() }) } else { Ok(()) }
            }
        }
    }

    /// Everyone whom a merge takes along.
    pub fn leaving(&self) -> Vec<Arrival> {
        let arrivals = self.entries.values().filter_map(|entry| {
            let enters = match entry.state {
                State::Waiting => Enters::Waiting,
                State::Parked { since } => Enters::Parked { since },
                State::NoShow { since } => Enters::NoShow { since },
                State::Called { .. }
                | State::InService { .. }
                | State::Away { .. }
                | State::Finished { .. }
                | State::Left { .. }
                | State::Merged { .. }
                | State::Void => return None,
            };
            Some(Arrival { enters, ..self.arrival_of(entry, Through::Merge(self.department.clone())) })
        });
        arrivals.collect()
    }

    /// What a patient takes along to another department.
    pub fn departing(&self, visit: VisitId) -> Option<Arrival> {
        let entry = self.entries.get(&visit)?;
        Some(self.arrival_of(entry, Through::Transfer(self.department.clone())))
    }

    fn arrival_of(&self, entry: &Entry, through: Through) -> Arrival {
        Arrival {
            claims: entry.claims.clone(),
            ..Arrival::new(entry.visit, entry.ticket, entry.class, entry.earned, through)
        }
    }

    fn known(&self, visit: VisitId) -> Result<&Entry, Refusal> {
        self.entries.get(&visit).ok_or(Refusal::UnknownVisit)
    }

    /// Somewhere in this department, or called away only for a moment.
    fn present(&self, visit: VisitId) -> Result<&Entry, Refusal> {
        let entry = self.known(visit)?;
        match &entry.state {
            State::Waiting
            | State::Called { .. }
            | State::InService { .. }
            | State::Parked { .. }
            | State::NoShow { .. } => Ok(entry),
            state => Err(Refusal::NotNow { state: state.code() }),
        }
    }

    fn called(&self, visit: VisitId) -> Result<&Entry, Refusal> {
        let entry = self.known(visit)?;
        match &entry.state {
            State::Called { .. } => Ok(entry),
            state => Err(Refusal::NotNow { state: state.code() }),
        }
    }

    /// Open, with nobody before it.
    fn free(&self, counter: &CounterId) -> Result<(), Refusal> {
        match self.counters.get(counter) {
            Some(Counter { open: true, serving: None, .. }) => Ok(()),
            Some(Counter { open: true, serving: Some(visit), .. }) => Err(Refusal::CounterBusy(*visit)),
            Some(Counter { open: false, .. }) | None => Err(Refusal::CounterClosed),
        }
    }

    fn change(&mut self, at: Moment, what: &What) {
        match what {
            What::Joined { visit, ticket, class, claims, earned, standing, counter, through, enters } => {
                let state = match enters {
                    Enters::Waiting => State::Waiting,
                    Enters::Parked { since } => State::Parked { since: *since },
                    Enters::NoShow { since } => State::NoShow { since: *since },
                };
                let entry = Entry {
                    visit: *visit,
                    ticket: *ticket,
                    class: *class,
                    claims: claims.clone(),
                    earned: *earned,
                    joined_at: at,
                    through: through.clone(),
                    standing: *standing,
                    counter: counter.clone(),
                    calls: 0,
                    state,
                    held_until: 0,
                };
                self.entries.insert(*visit, entry);
            }
            What::Renumbered { visit, ticket } => self.with(*visit, |entry| entry.ticket = *ticket),
            What::PriorityConfirmed { visit, ground } => self.with(*visit, |entry| {
                entry.class = Class::Priority(*ground);
                entry.claims.clear();
            }),
            What::PriorityRefused { visit } => self.with(*visit, |entry| {
                entry.class = Class::Ordinary;
                entry.claims.clear();
            }),
            What::Called { visit, counter, how } => self.call(at, *visit, counter, *how),
            What::Recalled { visit } => {
                let Some(entry) = self.entries.get_mut(visit) else { return };
                entry.calls = entry.calls.saturating_add(1);
                let (ticket, times) = (entry.ticket, entry.calls);
                if let Some(counter) = entry.at_counter().cloned() {
                    self.calls.push(Call { visit: *visit, ticket, counter, at, times });
                }
            }
            What::Skipped { visit, behind } => {
                self.leave_counter(*visit, at, Service::is_not);
                let until = self.calls_made() + u64::from(*behind);
                self.with(*visit, |entry| {
                    entry.state = State::Waiting;
                    entry.held_until = until;
                });
            }
            What::Parked { visit } => {
                self.leave_counter(*visit, at, Service::is_not);
                self.with(*visit, |entry| entry.state = State::Parked { since: at });
            }
            What::Returned { visit, coming } => self.with(*visit, |entry| {
                entry.state = State::Waiting;
                entry.held_until = 0;
                entry.calls = 0;
                match coming {
                    Coming::InTime => entry.standing = Standing::InTime,
                    Coming::TooLate => {
                        entry.standing = Standing::Newcomer;
                        entry.counter = None;
                        entry.earned = at;
                        entry.joined_at = at;
                    }
                }
            }),
            What::NoShow { visit } => {
                self.leave_counter(*visit, at, Service::is_not);
                self.with(*visit, |entry| entry.state = State::NoShow { since: at });
            }
            What::Started { visit } => self.with(*visit, |entry| {
                if let State::Called { counter, at: called_at } = &entry.state {
                    entry.state = State::InService { counter: counter.clone(), called_at: *called_at, since: at };
                }
            }),
            What::Finished { visit } => {
                self.leave_counter(*visit, at, Service::of);
                self.with(*visit, |entry| entry.state = State::Finished { at });
            }
            What::TransferredOut { visit, to, then } => {
                let counter = self.entries.get(visit).and_then(|entry| entry.at_counter().cloned());
                self.leave_counter(*visit, at, Service::of);
                self.with(*visit, |entry| {
                    entry.state = match then {
                        Then::ComesBack => State::Away { to: to.clone(), counter },
                        Then::Leaves => State::Left { to: to.clone() },
                    };
                });
            }
            What::Moved { visit, counter } => {
                self.leave_counter(*visit, at, Service::of);
                self.with(*visit, |entry| {
                    entry.state = State::Waiting;
                    entry.counter = Some(counter.clone());
                    entry.calls = 0;
                });
            }
            What::CounterOpened { counter } => {
                self.counters.entry(counter.clone()).or_default().open = true;
            }
            What::CounterClosed { counter } => {
                if let Some(counter) = self.counters.get_mut(counter) {
                    counter.open = false;
                }
            }
            What::MergedInto { into } => {
                for entry in self.entries.values_mut() {
                    match entry.state {
                        State::Waiting | State::Parked { .. } | State::NoShow { .. } => {
                            entry.state = State::Merged { into: into.clone() };
                        }
                        State::Called { .. }
                        | State::InService { .. }
                        | State::Away { .. }
                        | State::Finished { .. }
                        | State::Left { .. }
                        | State::Merged { .. }
                        | State::Void => {}
                    }
                }
                self.merged_into = Some(into.clone());
            }
            What::Voided { visit, .. } => {
                self.leave_counter(*visit, at, Service::is_not);
                self.with(*visit, |entry| entry.state = State::Void);
            }
        }
    }

    fn call(&mut self, at: Moment, visit: VisitId, counter: &CounterId, how: How) {
        let passes = self.somebody_ordinary_waits_for(counter);
        let queue_run = next_run(self.favoured_run, how, passes);
        let Some(here) = self.counters.get_mut(counter) else { return };
        here.favoured_run = next_run(here.favoured_run, how, passes);
        here.serving = Some(visit);
        self.favoured_run = queue_run;
        let Some(entry) = self.entries.get_mut(&visit) else { return };
        entry.calls = entry.calls.saturating_add(1).min(MAX_CALLS);
        entry.state = State::Called { counter: counter.clone(), at };
        let (ticket, times) = (entry.ticket, entry.calls);
        self.turns += 1;
        self.calls.push(Call { visit, ticket, counter: counter.clone(), at, times });
    }

    /// So many patients were called: what a skip counts by.
    pub(crate) fn calls_made(&self) -> u64 {
        self.turns
    }

    fn leave_counter(&mut self, visit: VisitId, at: Moment, service: fn(&Entry, Moment) -> Option<Service>) {
        let Some(entry) = self.entries.get(&visit) else { return };
        let Some(here) = entry.at_counter().and_then(|counter| self.counters.get_mut(counter)) else { return };
        here.serving = None;
        self.services.extend(service(entry, at));
    }

    fn with(&mut self, visit: VisitId, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.get_mut(&visit) {
            change(entry);
        }
    }
}

/// Favoured patients one after another, while somebody ordinary was passed.
pub(crate) fn next_run(run: u16, how: How, passes: bool) -> u16 {
    match how {
        How::Rule(Lane::Favoured) if passes => run.saturating_add(1),
        How::Rule(Lane::Favoured | Lane::Ordinary) => 0,
        How::Rule(Lane::Emergency) | How::OutOfOrder(_) => run,
    }
}

impl Service {
    fn of(entry: &Entry, ended_at: Moment) -> Option<Self> {
        let (counter, called_at) = match &entry.state {
            State::Called { counter, at } => (counter, *at),
            State::InService { counter, called_at, .. } => (counter, *called_at),
            _ => return None,
        };
        Some(Self { visit: entry.visit, counter: counter.clone(), called_at, ended_at })
    }

    /// Nobody was served: the patient did not come, or is only paused.
    fn is_not(_: &Entry, _: Moment) -> Option<Self> {
        None
    }
}
