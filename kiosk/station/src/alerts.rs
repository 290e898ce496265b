//! Calls for a person that must be heard: asked again, under the same id, until the server has them or they are old.

use api::{AlertKind, AlertRequest, VisitId};
use session::{AlertOutcome, Moment};
use uuid::Uuid;

/// Between two attempts.
const AGAIN_MS: u64 = 5_000;
/// After this somebody came, or went away.
const OLD_MS: u64 = 180_000;
/// A child that plays with the help key must not fill the memory.
const MOST: usize = 32;

#[derive(Default)]
pub(crate) struct Alerts {
    unheard: Vec<Unheard>,
}

struct Unheard {
    request: AlertRequest,
    /// `None` while it is being asked.
    again: Option<Moment>,
    until: Moment,
}

impl Alerts {
    pub fn call(&mut self, kind: AlertKind, visit: Option<VisitId>, now: Moment) -> AlertRequest {
        let request = AlertRequest { id: Uuid::now_v7(), kind, visit };
        if self.unheard.len() >= MOST {
            self.unheard.remove(0);
        }
        self.unheard.push(Unheard { request: request.clone(), again: None, until: now + OLD_MS });
        request
    }

    /// What the patient may be told. `None`: about a call that nobody waits for any more.
    pub fn answered(&mut self, id: Uuid, heard: bool, now: Moment) -> Option<AlertOutcome> {
        let at = self.unheard.iter().position(|unheard| unheard.request.id == id)?;
        if heard {
            self.unheard.remove(at);
            return Some(AlertOutcome::Heard);
        }
        if self.unheard[at].until <= now {
            tracing::error!(kind = ?self.unheard[at].request.kind, "a call was never heard");
            self.unheard.remove(at);
        } else {
            self.unheard[at].again = Some(now + AGAIN_MS);
        }
        Some(AlertOutcome::NotHeard)
    }

    pub fn due(&self) -> Option<Moment> {
        self.unheard.iter().filter_map(|unheard| unheard.again).min()
    }

    /// Those to be asked again now.
    pub fn again(&mut self, now: Moment) -> Vec<AlertRequest> {
        let due = self.unheard.iter_mut().filter(|unheard| unheard.again.is_some_and(|again| again <= now));
        due.map(|unheard| {
            unheard.again = None;
            unheard.request.clone()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_nobody_heard_is_made_again_under_the_same_id_until_it_is_heard() {
        let mut alerts = Alerts::default();
        let now = Moment::default();
        let call = alerts.call(AlertKind::Emergency, None, now);
        assert_eq!(alerts.due(), None);
        assert_eq!(alerts.answered(call.id, false, now), Some(AlertOutcome::NotHeard));
        assert_eq!(alerts.due(), Some(now + AGAIN_MS));
        assert!(alerts.again(now).is_empty());
        assert_eq!(alerts.again(now + AGAIN_MS), std::slice::from_ref(&call));
        assert_eq!(alerts.answered(call.id, true, now + AGAIN_MS), Some(AlertOutcome::Heard));
        assert_eq!(alerts.answered(call.id, true, now), None);
        assert_eq!(alerts.due(), None);
    }

    #[test]
    fn an_old_call_is_given_up_and_many_calls_are_bounded() {
        let mut alerts = Alerts::default();
        let call = alerts.call(AlertKind::Help, None, Moment::default());
        assert_eq!(alerts.answered(call.id, false, Moment::from_ms(OLD_MS)), Some(AlertOutcome::NotHeard));
        assert_eq!(alerts.due(), None);
        for _ in 0..100 {
            alerts.call(AlertKind::Help, None, Moment::default());
        }
        assert_eq!(alerts.unheard.len(), MOST);
    }
}
