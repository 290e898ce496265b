//! A destination that fails is left alone for a while, longer each time, and asked with one request before it gets more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::retry;

/// Unknown outcomes in a row before a destination is left alone. Each costs a person's time: few.
const TOLERATED: u32 = 3;

/// May something be sent there now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// One request only, after a sign of life that has no effect (a fresh token).
    Probe,
    ClosedUntil(i64),
}

/// How a request failed, as far as the destination's health goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing is lost by waiting: closes at once.
    Unreachable,
    Unclear,
}

/// Health of each destination, in this process.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<HashMap<String, Health>>);

#[derive(Debug, Default, Clone, Copy)]
struct Health {
    failures: u32,
    /// How often it closed in a row.
    closings: u32,
    closed_until: Option<i64>,
}

impl Breakers {
    pub fn gate(&self, target: &str, now: i64) -> Gate {
        match self.healths().get(target).and_then(|health| health.closed_until) {
            None => Gate::Open,
            Some(until) if now >= until => Gate::Probe,
            Some(until) => Gate::ClosedUntil(until),
        }
    }

    /// Whatever it answered, it answered.
    pub fn succeeded(&self, target: &str) {
        self.healths().remove(target);
    }

    pub fn failed(&self, target: &str, failure: Failure, now: i64) {
        let mut healths = self.healths();
        let health = healths.entry(target.to_owned()).or_default();
        // Requests that were under way when it closed do not close it again.
        if health.closed_until.is_some_and(|until| now < until) {
            return;
        }
        health.failures = health.failures.saturating_add(1);
        let closes = match failure {
            Failure::Unreachable => true,
            Failure::Unclear => health.failures >= TOLERATED || health.closed_until.is_some(),
        };
        if closes {
            health.closings = health.closings.saturating_add(1);
            let wait = retry::DESTINATION.wait_ms(health.closings, &mut rand::thread_rng());
            health.closed_until = Some(now.saturating_add(wait));
            tracing::warn!(target_path = target, closings = health.closings, wait_ms = wait, "destination left alone");
        }
    }

    /// Destinations left alone now, and until when.
    pub fn closed(&self, now: i64) -> Vec<(String, i64)> {
        let healths = self.healths();
        let closed = healths.iter().filter_map(|(target, health)| Some((target.clone(), health.closed_until?)));
        let mut closed: Vec<_> = closed.filter(|(_, until)| now < *until).collect();
        closed.sort();
        closed
    }

    fn healths(&self) -> std::sync::MutexGuard<'_, HashMap<String, Health>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_connection_closes_at_once_and_others_stay_open() {
        let breakers = Breakers::default();
        breakers.failed("/a", Failure::Unreachable, 0);
        assert!(matches!(breakers.gate("/a", 0), Gate::ClosedUntil(until) if (1000..=2000).contains(&until)));
        assert_eq!(breakers.gate("/b", 0), Gate::Open);
        assert_eq!(breakers.gate("/a", 2000), Gate::Probe);
        breakers.succeeded("/a");
        assert_eq!(breakers.gate("/a", 2000), Gate::Open);
    }

    #[test]
    fn each_closing_is_longer_up_to_the_ceiling_and_late_failures_do_not_add_up() {
        let breakers = Breakers::default();
        for _ in 0..TOLERATED {
            assert_eq!(breakers.gate("/a", 0), Gate::Open);
            breakers.failed("/a", Failure::Unclear, 0);
        }
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..12 {
            let Gate::ClosedUntil(until) = breakers.gate("/a", now) else { panic!("closed") };
            breakers.failed("/a", Failure::Unclear, now);
            assert_eq!(breakers.gate("/a", now), Gate::ClosedUntil(until), "was under way");
            waits.push(until - now);
            now = until;
            assert_eq!(breakers.gate("/a", now), Gate::Probe);
            breakers.failed("/a", Failure::Unclear, now);
        }
        assert!(waits[5] > waits[0] && waits.iter().all(|wait| *wait <= 300_000), "{waits:?}");
    }
}
