//! How long a patient waits, with an interval.
//!
//! What is known when somebody joins is a [`Situation`]: people ahead, counters, the pace of the last patients, the
//! time of day. Past days give pairs of situation and true wait. The estimate looks up the past situations nearest to
//! the present one, divides each true wait by its *scale* (pace × load: what the wait would be if nothing ever went
//! astray), and multiplies the median and the outer quantiles of these ratios by the present scale. So lunch breaks,
//! late openings, priority patients that pass and patients that do not come are in it without a model of each, and the
//! interval holds as often in the future as it held in the past ([`backtest`](crate::backtest()) counts).

use std::collections::BTreeMap;

use api::{DepartmentCode, VisitId};

use crate::{Broken, Enters, Lane, Moment, Policy, Queue, QueueEvent, What};

/// Of the true waits so many should lie in the interval.
pub const NOMINAL_COVERAGE: f64 = 0.8;

/// With fewer past patients than this nothing is promised from them.
const FEWEST_SAMPLES: usize = 40;
/// The pace of today counts as much as that of the past days after so many patients.
const PACE_PRIOR: f64 = 8.0;
/// Today's pace is that of so many last patients.
const PACE_WINDOW: usize = 24;
/// A patient longer than this was not served all that time: a call that nobody closed.
const LONGEST_SERVICE_MS: i64 = 3 * 60 * 60 * 1000;

/// What is known when somebody asks how long it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Situation {
    pub at: Moment,
    /// Called before, as things stand.
    pub ahead: usize,
    /// Counters open, and those of them with somebody before them.
    pub counters: usize,
    pub busy: usize,
    /// Of the last patients served today: how many, and their time together.
    pub served: usize,
    pub served_ms: i64,
}

/// A past patient: what was known, and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub situation: Situation,
    pub waited_ms: i64,
}

/// What past days teach. [`History::default`] knows nothing and promises nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    samples: Vec<Sample>,
    mean_service_ms: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    pub low_ms: i64,
    /// As likely later as sooner.
    pub likely_ms: i64,
    pub high_ms: i64,
}

impl Situation {
    /// Of a patient who waits.
    pub fn of(queue: &Queue, visit: VisitId, now: Moment, policy: &Policy) -> Option<Self> {
        Some(Self::behind(queue, queue.ahead_of(visit, now, policy)?, now))
    }

    /// Of somebody who would have so many people before them.
    pub fn behind(queue: &Queue, ahead: usize, now: Moment) -> Self {
        let services = queue.services();
        let last = services[services.len().saturating_sub(PACE_WINDOW)..].iter();
        let times = last.map(|service| service.ended_at.ms_since(service.called_at)).filter(|ms| is_service(*ms));
        let (served, served_ms) = times.fold((0, 0), |(count, sum), ms| (count + 1, sum + ms));
        let busy = queue.counters().filter(|(_, counter)| counter.serving.is_some()).count();
        Self { at: now, ahead, counters: queue.open_counters(), busy, served, served_ms }
    }

    /// Patients before this one at each counter.
    fn load(&self) -> f64 {
        (self.ahead + self.busy) as f64 / self.counters.max(1) as f64
    }

    /// Time of one patient, from today and the past days.
    fn pace_ms(&self, mean_service_ms: f64) -> f64 {
        (PACE_PRIOR * mean_service_ms + self.served_ms as f64) / (PACE_PRIOR + self.served as f64)
    }

    fn scale_ms(&self, mean_service_ms: f64) -> f64 {
        self.pace_ms(mean_service_ms) * (self.load() + 0.5)
    }

    /// How unlike two situations are: 1 is about a quarter more load, or three quarters of an hour.
    fn unlike(&self, other: &Self) -> f64 {
        let load = (self.load() + 0.5).ln() - (other.load() + 0.5).ln();
        let hours = (self.at.local_minute() - other.at.local_minute()) / 60.0;
        let counters = (self.counters.max(1) as f64).ln() - (other.counters.max(1) as f64).ln();
        let shut = if (self.counters == 0) == (other.counters == 0) { 0.0 } else { 4.0 };
        (load / 0.25).abs() + (hours / 0.75).abs() + counters.abs() + shut
    }
}

impl History {
    /// Replays whole days. Patients who were parked, moved or called out of order before their turn teach nothing about
    /// waiting.
    pub fn learn<'a>(
        department: &DepartmentCode,
        days: impl IntoIterator<Item = &'a [QueueEvent]>,
        policy: &Policy,
    ) -> Result<Self, Broken> {
        let mut samples = Vec::new();
        let (mut served, mut served_ms) = (0_u32, 0.0);
        for day in days {
            let queue = observe(department, day, policy, |sample| samples.push(sample))?;
            let times = queue.services().iter().map(|service| service.ended_at.ms_since(service.called_at));
            for ms in times.filter(|ms| is_service(*ms)) {
                served += 1;
                served_ms += ms as f64;
            }
        }
        let mean_service_ms = if served == 0 { 0.0 } else { served_ms / f64::from(served) };
        Ok(Self { samples, mean_service_ms })
    }

    /// Mean time of one patient at a counter; absent where nobody was ever served.
    pub fn mean_service_ms(&self) -> Option<f64> {
        (self.mean_service_ms > 0.0).then_some(self.mean_service_ms)
    }

    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Absent where too little is known to promise anything.
    pub fn estimate(&self, situation: &Situation) -> Option<Estimate> {
        if self.samples.len() < FEWEST_SAMPLES || self.mean_service_ms <= 0.0 {
            return None;
        }
        let wanted = (self.samples.len() / 15).clamp(FEWEST_SAMPLES, 160);
        let mut near: Vec<(f64, &Sample)> =
            self.samples.iter().map(|sample| (sample.situation.unlike(situation), sample)).collect();
        near.select_nth_unstable_by(wanted - 1, |a, b| a.0.total_cmp(&b.0));
        let mut ratios: Vec<f64> = near[..wanted]
            .iter()
            .map(|(_, sample)| sample.waited_ms as f64 / sample.situation.scale_ms(self.mean_service_ms))
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let scale = situation.scale_ms(self.mean_service_ms);
        let tail = (1.0 - NOMINAL_COVERAGE) / 2.0;
        let at = |share: f64| (quantile(&ratios, share) * scale).round() as i64;
        Some(Estimate { low_ms: at(tail), likely_ms: at(0.5), high_ms: at(1.0 - tail) })
    }
}

impl Estimate {
    /// Whole minutes, low and high, outwards: what may be promised.
    pub fn minutes(&self) -> (u16, u16) {
        let whole = |minutes: i64| u16::try_from(minutes.max(0)).unwrap_or(u16::MAX);
        (whole(self.low_ms / 60_000), whole((self.high_ms + 59_999) / 60_000))
    }

    pub fn holds(&self, waited_ms: i64) -> bool {
        (self.low_ms..=self.high_ms).contains(&waited_ms)
    }
}

/// Replays a day and tells of each patient what was known when they joined and how long they then waited.
pub(crate) fn observe(
    department: &DepartmentCode,
    day: &[QueueEvent],
    policy: &Policy,
    mut tell: impl FnMut(Sample),
) -> Result<Queue, Broken> {
    let mut queue = Queue::new(department.clone());
    let mut joined: BTreeMap<VisitId, Situation> = BTreeMap::new();
    for event in day {
        queue.apply(event)?;
        let Some(visit) = event.what.visit() else { continue };
        match &event.what {
            What::Joined { enters: Enters::Waiting, .. } => {
                let entry = queue.entry(visit);
                // Who is seen at once tells nothing about waiting.
                if entry.is_some_and(|entry| entry.lane() != Lane::Emergency) {
                    joined.extend(Situation::of(&queue, visit, event.at, policy).map(|situation| (visit, situation)));
                }
            }
            What::Called { how: crate::How::Rule(_), .. } => {
                if let Some(situation) = joined.remove(&visit) {
                    tell(Sample { situation, waited_ms: event.at.ms_since(situation.at) });
                }
            }
            What::Renumbered { .. } => {}
            What::Joined { .. }
            | What::Called { .. }
            | What::PriorityConfirmed { .. }
            | What::PriorityRefused { .. }
            | What::Recalled { .. }
            | What::Skipped { .. }
            | What::Parked { .. }
            | What::Returned { .. }
            | What::NoShow { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::TransferredOut { .. }
            | What::Moved { .. }
            | What::Voided { .. } => {
                joined.remove(&visit);
            }
            What::CounterOpened { .. } | What::CounterClosed { .. } | What::MergedInto { .. } => {}
        }
    }
    Ok(queue)
}

fn is_service(ms: i64) -> bool {
    (1..=LONGEST_SERVICE_MS).contains(&ms)
}

/// Between two neighbours of a sorted list, never outside it; the (n+1) rule, so that small samples do not flatter.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, (sorted.len() - 1) as f64);
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_promised_without_a_past() {
        let situation = Situation {
            at: Moment::from_unix_ms(0),
            ahead: 3,
            counters: 1,
            busy: 1,
            served: 5,
            served_ms: 5 * 300_000,
        };
        assert_eq!(History::default().estimate(&situation), None);
    }

    #[test]
    fn quantiles_of_a_small_sample_lie_further_out_than_its_share() {
        let nine: Vec<f64> = (1..=9).map(f64::from).collect();
        assert!((quantile(&nine, 0.5) - 5.0).abs() < 1e-9);
        assert!((quantile(&nine, 0.1) - 1.0).abs() < 1e-9);
        assert!((quantile(&nine, 0.95) - 9.0).abs() < 1e-9, "never outside the sample");
    }

    #[test]
    fn minutes_are_rounded_outwards() {
        let estimate = Estimate { low_ms: 119_000, likely_ms: 150_000, high_ms: 181_000 };
        assert_eq!(estimate.minutes(), (1, 4));
        assert!(estimate.holds(119_000) && !estimate.holds(181_001));
    }
}
