//! Moves on one or more queues in one transaction.
//!
//! Staff decide on what they read and append where they expect the end to be; whoever comes second reads again and
//! decides again. A kiosk's check-in locks its queue instead: it must not begin anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::{DepartmentCode, VisitId};
use queue::{
    Actor, Arrival, Class, CounterId, Moment, Move, Policy, Queue, QueueEvent, Refusal, Then, Through, VoidReason, What,
};

use super::{QueueError, actor, moment, read, read_in};
use crate::app::App;
use crate::hospital;
use crate::store::{Appended, Destination, QueueKey, StoreError, Tx};

/// So often a move is decided anew because another came first.
const TRIES: u32 = 16;

/// Queues and what is to happen to them.
pub struct Changes {
    queues: BTreeMap<QueueKey, Change>,
    by: Actor,
    now: Moment,
    policy: Policy,
    /// Who outside is told.
    told: Vec<Destination>,
}

struct Change {
    before: Arc<Queue>,
    after: Queue,
    events: Vec<QueueEvent>,
}

/// Makes these moves in one department today, all or none.
pub async fn make(app: &App, department: &DepartmentCode, moves: &[Move], by: &str) -> Result<(), QueueError> {
    let key = today_of(app, department)?;
    changed(app, std::slice::from_ref(&key), by, |changes| {
        moves.iter().try_for_each(|wanted| changes.make(&key, wanted))
    })
    .await
}

/// Sends a patient to another department, or back to the doctor who waits for them.
pub async fn transfer(
    app: &App,
    from: &DepartmentCode,
    visit: VisitId,
    to: &DepartmentCode,
    then: Then,
    by: &str,
) -> Result<(), QueueError> {
    let (from, to) = (today_of(app, from)?, today_of(app, to)?);
    // A merged department sends on whom it is sent.
    let to = match read(app, &to).await?.merged_into() {
        Some(into) => today_of(app, into)?,
        None => to,
    };
    // Who is expected back is taken back.
    if !app.departments().takes_patients(&to.department) && read(app, &to).await?.entry(visit).is_none() {
        return Err(QueueError::DepartmentRetired);
    }
    changed(app, &[from.clone(), to.clone()], by, |changes| changes.transfer(&from, &to, visit, then)).await
}

/// Whom a counter has before it is done there: whom another doctor waits for goes back, and with `call` the counter
/// calls who is next in the same transaction. That nobody waits undoes nothing; alone, it is a refusal.
pub async fn finish(
    app: &App,
    department: &DepartmentCode,
    visit: Option<VisitId>,
    call: Option<&CounterId>,
    by: &str,
) -> Result<(), QueueError> {
    let here = today_of(app, department)?;
    let home = match visit {
        Some(visit) => doctor_who_waits(app, &here, visit).await?,
        None => None,
    };
    let keys: Vec<QueueKey> = [here.clone()].into_iter().chain(home.clone()).collect();
    changed(app, &keys, by, |changes| {
        match (visit, &home) {
            (Some(visit), Some(home)) => changes.transfer(&here, home, visit, Then::Leaves)?,
            (Some(visit), None) => changes.make(&here, &Move::Finish { visit })?,
            (None, _) => {}
        }
        let Some(counter) = call.cloned() else { return Ok(()) };
        match changes.make(&here, &Move::CallNext { counter }) {
            Err(Refusal::NobodyWaits) if visit.is_some() => Ok(()),
            called => called,
        }
    })
    .await
}

/// The other department that sent this patient here and expects them back.
async fn doctor_who_waits(app: &App, here: &QueueKey, visit: VisitId) -> Result<Option<QueueKey>, QueueError> {
    let waiting = app.store.queue_waiting_for(visit).await?;
    let Some(home) = waiting.filter(|home| home.day == here.day && home.department != here.department) else {
        return Ok(None);
    };
    // A merged department is waited for where it went.
    let home = match read(app, &home).await?.merged_into() {
        Some(into) => today_of(app, into)?,
        None => home,
    };
    Ok(Some(home).filter(|home| home != here))
}

/// Everyone who waits in `from` stands in `into` from now on.
pub async fn merge(app: &App, from: &DepartmentCode, into: &DepartmentCode, by: &str) -> Result<(), QueueError> {
    let (from, into) = (today_of(app, from)?, today_of(app, into)?);
    if !app.departments().takes_patients(&into.department) {
        return Err(QueueError::DepartmentRetired);
    }
    changed(app, &[from.clone(), into.clone()], by, |changes| {
        // Merged back, the two would send whoever comes to one another without end.
        if let Some(elsewhere) = changes.queue(&into).merged_into() {
            return Err(Refusal::Merged(elsewhere.clone()));
        }
        let leaving = changes.queue(&from).leaving();
        changes.make(&from, &Move::MergeInto { into: into.department.clone() })?;
        leaving.into_iter().try_for_each(|arrival| changes.make(&into, &Move::Join(arrival)))
    })
    .await
}

async fn changed(
    app: &App,
    keys: &[QueueKey],
    by: &str,
    decide: impl Fn(&mut Changes) -> Result<(), Refusal>,
) -> Result<(), QueueError> {
    for _ in 0..TRIES {
        let mut changes = Changes::read(app, keys, actor(by)).await?;
        let mut tx = app.store.begin().await?;
        if changes.have_an_untouched_queue() {
            changes = Changes::locked(&mut tx, app, keys, actor(by)).await?;
        }
        decide(&mut changes)?;
        match changes.write(&mut tx).await? {
            Appended::Yes => {
                tx.commit().await?;
                changes.publish(app);
                return Ok(());
            }
            Appended::Stale => drop(tx),
        }
    }
    Err(QueueError::Contended)
}

fn today_of(app: &App, department: &DepartmentCode) -> Result<QueueKey, QueueError> {
    app.department(department).ok_or(QueueError::DepartmentUnknown)?;
    Ok(QueueKey { department: department.clone(), day: app.today() })
}

impl Changes {
    fn new(app: &App, by: Actor) -> Self {
        let told = app.link.destinations().to_vec();
        Self { queues: BTreeMap::new(), by, now: moment(app), policy: app.config.queue.policy(), told }
    }

    /// Decides on what is committed; [`Changes::write`] finds out whether that still holds.
    pub async fn read(app: &App, keys: &[QueueKey], by: Actor) -> Result<Self, QueueError> {
        let mut changes = Self::new(app, by);
        for key in keys {
            changes.take(key, read(app, key).await?);
        }
        Ok(changes)
    }

    /// Holds these queues to the end of the transaction, always in the same order. Numbers that an older version gave
    /// before there were queues take their places first.
    pub async fn locked(tx: &mut Tx, app: &App, keys: &[QueueKey], by: Actor) -> Result<Self, QueueError> {
        let mut changes = Self::new(app, by);
        let mut wanted: Vec<QueueKey> = keys.to_vec();
        while !wanted.is_empty() {
            wanted.sort();
            wanted.dedup();
            for key in std::mem::take(&mut wanted) {
                let last = tx.lock_queue(&key).await?;
                let queue = read_in(tx, app, &key).await?;
                if let Some(into) = queue.merged_into() {
                    let into = QueueKey { department: into.clone(), day: key.day };
                    wanted.extend((!changes.queues.contains_key(&into)).then_some(into));
                }
                changes.take(&key, queue);
                if last == 0 {
                    changes.adopt(tx, app, &key).await?;
                }
            }
        }
        Ok(changes)
    }

    /// A queue without any event: numbers of an older version may wait to be adopted.
    fn have_an_untouched_queue(&self) -> bool {
        self.queues.values().any(|change| change.before.applied() == 0)
    }

    fn take(&mut self, key: &QueueKey, before: Arc<Queue>) {
        let after = Queue::clone(&before);
        self.queues.insert(key.clone(), Change { before, after, events: Vec::new() });
    }

    async fn adopt(&mut self, tx: &mut Tx, app: &App, key: &QueueKey) -> Result<(), QueueError> {
        let Some(department) = app.department(&key.department) else { return Ok(()) };
        for (visit, number, issued_at) in tx.tickets_without_a_place(key).await? {
            let Ok(ticket) = super::ticket(&department, number) else { continue };
            let earned = Moment::from_unix_ms(issued_at);
            self.make(key, &Move::Join(Arrival::new(visit, ticket, Class::Ordinary, earned, Through::Kiosk)))?;
        }
        Ok(())
    }

    /// The queue with what was decided so far.
    pub fn queue(&self, key: &QueueKey) -> &Queue {
        &self.queues.get(key).expect("only queues that were taken are asked for").after
    }

    /// The queue that takes whoever comes to `key`: itself, or the one it was merged into.
    pub fn receiving(&self, key: &QueueKey) -> QueueKey {
        let mut receiving = key.clone();
        // At most one step for each queue: an older version let two merge into each other.
        for _ in 0..self.queues.len() {
            match self.queues.get(&receiving).and_then(|change| change.after.merged_into()) {
                Some(into) => receiving.department = into.clone(),
                None => break,
            }
        }
        receiving
    }

    pub fn queues(&self) -> impl Iterator<Item = (&QueueKey, &Queue)> {
        self.queues.iter().map(|(key, change)| (key, &change.after))
    }

    /// Out of one queue and into another, with the place that was earned.
    fn transfer(&mut self, from: &QueueKey, to: &QueueKey, visit: VisitId, then: Then) -> Result<(), Refusal> {
        let arrival = self.queue(from).departing(visit).ok_or(Refusal::UnknownVisit)?;
        self.make(from, &Move::TransferOut { visit, to: to.department.clone(), then })?;
        self.make(to, &Move::Join(arrival))
    }

    pub fn make(&mut self, key: &QueueKey, wanted: &Move) -> Result<(), Refusal> {
        let change = self.queues.get_mut(key).expect("only queues that were taken are changed");
        let event = change.after.make(wanted, self.now, &self.by, &self.policy)?;
        change.events.push(event);
        Ok(())
    }

    /// Events, places, and what follows for tickets and for the list of those to be verified.
    pub async fn write(&self, tx: &mut Tx) -> Result<Appended, StoreError> {
        for (key, change) in &self.queues {
            if change.events.is_empty() {
                continue;
            }
            match tx.append_queue_events(key, change.before.applied(), &change.events).await? {
                Appended::Yes => {}
                Appended::Stale => return Ok(Appended::Stale),
            }
            tx.project_queue(key, &change.before, &change.after).await?;
            for event in &change.events {
                if let Some(told) = hospital::told(key, &change.after, event).filter(|_| !self.told.is_empty()) {
                    for destination in &self.told {
                        tx.post_hospital_event(*destination, &told, event.at.unix_ms()).await?;
                    }
                }
                match &event.what {
                    What::Finished { visit } => {
                        tx.finish_ticket(*visit).await?;
                        tx.leave_the_desk(*visit, event.at.unix_ms()).await?;
                    }
                    // Whoever lets the number on paper win has voided the other one.
                    What::Voided { reason: VoidReason::PaperNumberWins, .. } => {}
                    What::Voided { visit, reason } => {
                        tx.void_ticket(*visit, reason.code()).await?;
                        tx.leave_the_desk(*visit, event.at.unix_ms()).await?;
                    }
                    What::Joined { .. }
                    | What::Renumbered { .. }
                    | What::PriorityConfirmed { .. }
                    | What::PriorityRefused { .. }
                    | What::Called { .. }
                    | What::Recalled { .. }
                    | What::Skipped { .. }
                    | What::Parked { .. }
                    | What::Returned { .. }
                    | What::NoShow { .. }
                    | What::Started { .. }
                    | What::TransferredOut { .. }
                    | What::Moved { .. }
                    | What::CounterOpened { .. }
                    | What::CounterClosed { .. }
                    | What::MergedInto { .. } => {}
                }
            }
        }
        Ok(Appended::Yes)
    }

    /// After the commit: this process knows, and pages are told.
    pub fn publish(self, app: &App) {
        for (key, change) in self.queues {
            if !change.events.is_empty() {
                let last = change.after.applied();
                app.queues.learn(&key, &Arc::new(change.after));
                app.news.queue_reached(key, last);
            }
        }
    }
}
