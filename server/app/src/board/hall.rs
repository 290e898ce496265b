//! The voice of one hall: calls become announcements that wait for each other.
//!
//! A hall keeps nothing that a restart would miss. It begins with the queues' own record of calls: what was called in
//! the last [`STILL_NEW_MS`] is announced, once more if need be, and what is older is taken as heard.

use std::collections::HashMap;
use std::time::Duration;

use announce::{Announcement, CallQueue, Manner, Turn, Voice, compose};
use api::DepartmentCode;
use queue::{Moment, Queue};

use super::view::announcement;
use crate::department::Department;

/// A call younger than this is worth saying by a server that has just begun.
const STILL_NEW_MS: i64 = 20_000;
/// Where there is no voice, a call keeps the banner for so long.
const WITHOUT_VOICE: Duration = Duration::from_secs(6);

pub struct Hall {
    line: CallQueue,
    /// Calls of each department that were looked at.
    seen: HashMap<DepartmentCode, usize>,
    spoken: Option<Spoken>,
    /// Tells announcements of this process from those of another, or of an earlier one.
    begun_ms: i64,
    count: u64,
}

/// What the hall hears now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    pub id: String,
    pub announcement: Announcement,
    pub began_ms: i64,
    pub lasts: Duration,
}

impl Hall {
    pub fn new(manner: &Manner, now: Moment) -> Self {
        Self {
            line: CallQueue::new(manner.pause),
            seen: HashMap::new(),
            spoken: None,
            begun_ms: now.unix_ms(),
            count: 0,
        }
    }

    /// Looks at what was called since, and says whose turn it is. Returns when to look again by itself.
    pub fn listen(
        &mut self,
        departments: &[(&Department, &Queue)],
        voice: Option<&Voice>,
        manner: &Manner,
        now: Moment,
    ) -> Option<Moment> {
        for (department, queue) in departments {
            self.take_calls(department, queue, now);
        }
        self.forget_who_came(departments);
        if self.spoken.as_ref().is_some_and(|spoken| is_over(spoken, now)) {
            self.spoken = None;
        }
        let since_1970 = Duration::from_millis(u64::try_from(now.unix_ms()).unwrap_or(0));
        let mut lasts = WITHOUT_VOICE;
        let turn = self.line.turn(since_1970, |next| {
            let sound = voice.and_then(|voice| compose(next, voice, manner).ok());
            lasts = sound.map_or(WITHOUT_VOICE, |sound| sound.duration());
            lasts
        });
        match turn {
            Turn::Speak(announcement) => {
                self.count += 1;
                let id = format!("{:x}-{}", self.begun_ms, self.count);
                self.spoken = Some(Spoken { id, announcement, began_ms: now.unix_ms(), lasts });
                Some(now.plus_ms(millis(lasts)))
            }
            // The sound ends first, then there is quiet.
            Turn::NotBefore(moment) => {
                let turn = Moment::from_unix_ms(millis(moment));
                Some(self.sound_ends().map_or(turn, |end| end.min(turn)))
            }
            Turn::Quiet => self.sound_ends(),
        }
    }

    pub fn spoken(&self) -> Option<&Spoken> {
        self.spoken.as_ref()
    }

    fn sound_ends(&self) -> Option<Moment> {
        self.spoken.as_ref().map(|spoken| Moment::from_unix_ms(spoken.began_ms).plus_ms(millis(spoken.lasts)))
    }

    fn take_calls(&mut self, department: &Department, queue: &Queue, now: Moment) {
        let calls = queue.calls();
        let first_look = !self.seen.contains_key(&department.code);
        let seen = self.seen.entry(department.code.clone()).or_insert(0);
        // A new day begins with an empty queue.
        let from = if *seen > calls.len() { 0 } else { *seen };
        for call in &calls[from..] {
            if first_look && now.ms_since(call.at) > STILL_NEW_MS {
                continue;
            }
            if let Some(announcement) = announcement(department, queue, call) {
                self.line.call(announcement);
            }
        }
        *seen = calls.len();
    }

    /// Who went in while the hall was busy with others needs no call.
    fn forget_who_came(&mut self, departments: &[(&Department, &Queue)]) {
        let expected = |waiting: &Announcement| {
            departments.iter().any(|(_, queue)| {
                let called = |counter: &queue::CounterId| {
                    queue.serving(counter).is_some_and(|entry| {
                        entry.ticket == waiting.ticket && matches!(entry.state, queue::State::Called { .. })
                    })
                };
                queue.counters().any(|(counter, _)| called(counter))
            })
        };
        let came: Vec<_> =
            self.line.waiting().filter(|waiting| !expected(waiting)).map(|waiting| waiting.ticket).collect();
        for ticket in came {
            self.line.withdraw(ticket);
        }
    }
}

fn is_over(spoken: &Spoken, now: Moment) -> bool {
    // A clock that was put back ends it too: it would stand for hours.
    now.unix_ms() < spoken.began_ms || now.unix_ms() >= spoken.began_ms.saturating_add(millis(spoken.lasts))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
