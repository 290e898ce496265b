//! Announcements wait for each other: one voice in the hall at a time, with quiet between calls.

use std::collections::VecDeque;
use std::time::Duration;

use api::TicketNumber;

use crate::Announcement;

/// More calls than this never wait; the longest waiting one, whose number has stood on the board all the while, gives way.
pub const MAX_WAITING: usize = 64;

/// The order of calls in one hall. Moments are durations since any fixed beginning.
#[derive(Debug, Clone)]
pub struct CallQueue {
    waiting: VecDeque<Announcement>,
    /// Sound and the quiet after it.
    speaking: Option<Speaking>,
    pause: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Speaking {
    began: Duration,
    lasts: Duration,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It waits; so many are spoken before it.
    Waits { ahead: usize },
    /// Its number waited already: it keeps that place in the line, and says the newer destination.
    Replaced { ahead: usize },
    /// The line was full: this one is not spoken.
    InsteadOf(Announcement),
}

/// What the hall hears now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    Speak(Announcement),
    /// Somebody waits, and may speak at this moment.
    NotBefore(Duration),
    Quiet,
}

impl CallQueue {
    pub fn new(pause: Duration) -> Self {
        Self { waiting: VecDeque::new(), speaking: None, pause }
    }

    pub fn call(&mut self, announcement: Announcement) -> Called {
        let same = |waiting: &Announcement| waiting.ticket == announcement.ticket;
        if let Some(ahead) = self.waiting.iter().position(same) {
            self.waiting[ahead] = announcement;
            return Called::Replaced { ahead };
        }
        let full = self.waiting.len() >= MAX_WAITING;
        let gave_way = if full { self.waiting.pop_front() } else { None };
        self.waiting.push_back(announcement);
        gave_way.map_or(Called::Waits { ahead: self.waiting.len() - 1 }, Called::InsteadOf)
    }

    /// The patient came, or left: the call is not needed any more. True if it was waiting.
    pub fn withdraw(&mut self, ticket: TicketNumber) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.ticket != ticket);
        self.waiting.len() < before
    }

    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &Announcement> {
        self.waiting.iter()
    }

    /// Whose turn it is. A call that is handed out keeps the hall for the length of its sound and the pause.
    pub fn turn(&mut self, now: Duration, sound: impl FnOnce(&Announcement) -> Duration) -> Turn {
        if let Some(speaking) = &mut self.speaking {
            // A clock that was put back must not silence the hall until it has caught up.
            speaking.began = speaking.began.min(now);
            let free = speaking.began + speaking.lasts;
            if now < free {
                return if self.waiting.is_empty() { Turn::Quiet } else { Turn::NotBefore(free) };
            }
        }
        match self.waiting.pop_front() {
            Some(next) => {
                self.speaking = Some(Speaking { began: now, lasts: sound(&next) + self.pause });
                Turn::Speak(next)
            }
            None => {
                self.speaking = None;
                Turn::Quiet
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Destination, PlaceName, Standing};

    const PAUSE: Duration = Duration::from_secs(8);
    const SOUND: Duration = Duration::from_secs(10);

    fn call(number: u16, room: &str) -> Announcement {
        let destination = Destination::Room(PlaceName::parse(room).expect("speakable"));
        let ticket = TicketNumber::new('A', number).expect("a number");
        Announcement { ticket, destination, standing: Standing::Ordinary }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_call_waits_for_the_sound_before_it_and_for_the_pause() {
        let mut hall = CallQueue::new(PAUSE);
        assert_eq!(hall.call(call(1, "101")), Called::Waits { ahead: 0 });
        assert_eq!(hall.turn(at(100), |_| SOUND), Turn::Speak(call(1, "101")));
        assert_eq!(hall.turn(at(101), |_| SOUND), Turn::Quiet);
        hall.call(call(2, "102"));
        assert_eq!(hall.turn(at(102), |_| SOUND), Turn::NotBefore(at(118)));
        assert_eq!(hall.turn(at(118), |_| SOUND), Turn::Speak(call(2, "102")));
    }

    #[test]
    fn a_number_called_again_is_not_spoken_twice_over_and_goes_to_the_newer_room() {
        let mut hall = CallQueue::new(PAUSE);
        hall.call(call(1, "101"));
        hall.call(call(2, "102"));
        assert_eq!(hall.call(call(1, "105")), Called::Replaced { ahead: 0 });
        assert_eq!(hall.waiting().len(), 2);
        assert_eq!(hall.turn(at(0), |_| SOUND), Turn::Speak(call(1, "105")));
        // While it is being spoken, calling it again is a call of its own.
        assert_eq!(hall.call(call(1, "105")), Called::Waits { ahead: 1 });
    }

    #[test]
    fn who_came_is_not_called_any_more() {
        let mut hall = CallQueue::new(PAUSE);
        hall.call(call(1, "101"));
        hall.call(call(2, "102"));
        assert!(hall.withdraw(TicketNumber::new('A', 1).expect("a number")));
        assert!(!hall.withdraw(TicketNumber::new('A', 9).expect("a number")));
        assert_eq!(hall.turn(at(0), |_| SOUND), Turn::Speak(call(2, "102")));
    }

    #[test]
    fn a_clock_that_is_put_back_does_not_silence_the_hall() {
        let mut hall = CallQueue::new(PAUSE);
        hall.call(call(1, "101"));
        hall.call(call(2, "102"));
        hall.turn(at(1_000_000), |_| SOUND);
        assert_eq!(hall.turn(at(50), |_| SOUND), Turn::NotBefore(at(68)));
        assert_eq!(hall.turn(at(68), |_| SOUND), Turn::Speak(call(2, "102")));
    }

    #[test]
    fn a_full_line_lets_go_of_its_oldest_call() {
        let mut hall = CallQueue::new(PAUSE);
        for number in 1..=MAX_WAITING {
            hall.call(call(u16::try_from(number).expect("small"), "101"));
        }
        assert_eq!(hall.call(call(999, "101")), Called::InsteadOf(call(1, "101")));
        assert_eq!(hall.waiting().len(), MAX_WAITING);
    }

    proptest! {
        #[test]
        fn sounds_never_meet_and_nothing_called_is_forgotten(
            steps in prop::collection::vec((1_u16..30, 0_u64..20), 1..120)
        ) {
            let mut hall = CallQueue::new(PAUSE);
            let (mut now, mut free) = (0, 0);
            let mut owed = std::collections::HashSet::new();
            let mut hear = |hall: &mut CallQueue, now: u64, owed: &mut std::collections::HashSet<u16>| {
                if let Turn::Speak(spoken) = hall.turn(at(now), |_| SOUND) {
                    assert!(now >= free, "spoken into another call");
                    free = now + 18;
                    assert!(owed.remove(&spoken.ticket.number()), "spoken without having been called");
                }
            };
            for (number, wait) in steps {
                hall.call(call(number, "101"));
                owed.insert(number);
                hear(&mut hall, now, &mut owed);
                now += wait;
                hear(&mut hall, now, &mut owed);
            }
            while hall.waiting().len() > 0 {
                now += 1;
                hear(&mut hall, now, &mut owed);
            }
            prop_assert!(owed.is_empty());
        }
    }
}
