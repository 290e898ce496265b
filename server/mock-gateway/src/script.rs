//! The fault script: latencies, faults, rate limits and outages, per service, the same on every run of one seed.
//!
//! What happens to the n-th request of a service is a function of the seed, the rule and n, so that clients that race
//! each other do not disturb it. Windows are counted from the moment the script was loaded, on the gateway's own clock,
//! so that a virtual clock plays 72 hours in no time.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::fault::{Fault, Service};

/// No latency is longer, whatever its distribution says.
const MAX_LATENCY_MS: u64 = 600_000;

/// The file, as written. Unknown keys are refused; a rule without `service` is for all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    latency: Vec<LatencyRule>,
    #[serde(default)]
    fault: Vec<FaultRule>,
    #[serde(default)]
    limit: Vec<Limit>,
    #[serde(default)]
    outage: Vec<Outage>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LatencyRule {
    service: Option<Service>,
    distribution: Distribution,
}

/// How long an answer takes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Distribution {
    Fixed {
        ms: u64,
    },
    Uniform {
        min_ms: u64,
        max_ms: u64,
    },
    /// `sigma` is the standard deviation of the natural logarithm.
    LogNormal {
        median_ms: f64,
        sigma: f64,
        max_ms: u64,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultRule {
    service: Option<Service>,
    fault: Fault,
    when: When,
    window: Option<Window>,
}

/// Which requests of the service a fault strikes; the first is number 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Probability(f64),
    Nth(Vec<u64>),
    Every(u64),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    after_s: u64,
    for_s: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    service: Option<Service>,
    per_second: f64,
    burst: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outage {
    after_s: u64,
    hours: f64,
    how: HowDown,
}

/// What a client sees of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HowDown {
    /// Nobody listens: the connection is refused, the one case in which the sender knows that nothing was sent.
    Refused,
    /// Connections are taken, and end without an answer.
    Cut,
    /// HTTP 503.
    Unavailable,
}

#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("the fault script is not what it should be: {0}")]
    Form(#[from] toml::de::Error),
    #[error("{table} {index} of the fault script: {reason}")]
    Rule { table: &'static str, index: usize, reason: &'static str },
}

impl FaultScript {
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let script: Self = toml::from_str(text)?;
        let table = |table, faults: Vec<Option<&'static str>>| {
            let first = faults.into_iter().enumerate().find_map(|(index, reason)| Some((index, reason?)));
            first.map_or(Ok(()), |(index, reason)| Err(ScriptError::Rule { table, index, reason }))
        };
        table("latency", script.latency.iter().map(|rule| rule.distribution.mistake()).collect())?;
        table("fault", script.fault.iter().map(|rule| rule.when.mistake()).collect())?;
        table("limit", script.limit.iter().map(Limit::mistake).collect())?;
        let span = |outage: &Outage| (!(0.0..=24.0 * 366.0).contains(&outage.hours)).then_some("hours is 0 to 8784");
        table("outage", script.outage.iter().map(span).collect())?;
        Ok(script)
    }
}

impl Distribution {
    fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::Fixed { ms } => (*ms > MAX_LATENCY_MS).then_some("ms is 600000 at most"),
            Self::Uniform { min_ms, max_ms } => {
                (min_ms > max_ms || *max_ms > MAX_LATENCY_MS).then_some("min_ms <= max_ms <= 600000")
            }
            Self::LogNormal { median_ms, sigma, max_ms } => {
                let sound = *median_ms > 0.0 && median_ms.is_finite() && (0.0..=5.0).contains(sigma);
                (!sound || *max_ms > MAX_LATENCY_MS).then_some("median_ms > 0, sigma 0 to 5, max_ms <= 600000")
            }
        }
    }

    fn draw(&self, rng: &mut StdRng) -> Duration {
        match self {
            Self::Fixed { ms } => Duration::from_millis(*ms),
            Self::Uniform { min_ms, max_ms } => Duration::from_millis(rng.gen_range(*min_ms..=*max_ms)),
            Self::LogNormal { median_ms, sigma, max_ms } => {
                // Box and Muller: one standard normal from two uniform numbers, the first of them above 0.
                let (u, v): (f64, f64) = (1.0 - rng.r#gen::<f64>(), rng.r#gen());
                let normal = (-2.0 * u.ln()).sqrt() * (TAU * v).cos();
                let ms = (median_ms * (sigma * normal).exp()).min(*max_ms as f64);
                Duration::from_secs_f64(ms / 1000.0)
            }
        }
    }
}

impl When {
    fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::Probability(p) => (!(0.0..=1.0).contains(p)).then_some("probability is 0 to 1"),
            Self::Nth(numbers) => numbers.contains(&0).then_some("the first request is number 1"),
            Self::Every(step) => (*step == 0).then_some("every is 1 or more"),
        }
    }

    fn strikes(&self, number: u64, rng: &mut StdRng) -> bool {
        match self {
            Self::Probability(p) => rng.gen_bool(*p),
            Self::Nth(numbers) => numbers.contains(&number),
            Self::Every(step) => number.is_multiple_of(*step),
        }
    }
}

impl Limit {
    fn mistake(&self) -> Option<&'static str> {
        let sound = |value: f64| value.is_finite() && value > 0.0;
        (!(sound(self.per_second) && self.burst.is_finite() && self.burst >= 1.0))
            .then_some("per_second is above 0, burst 1 or more")
    }
}

/// What the script has for one request.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Fate {
    pub latency: Duration,
    pub fault: Option<Fault>,
}

/// A script being played.
pub(crate) struct Play {
    script: FaultScript,
    started_at: OffsetDateTime,
    numbers: HashMap<Service, u64>,
    /// Per limit and service: tokens left, and when they were counted.
    buckets: HashMap<(usize, Service), (f64, OffsetDateTime)>,
}

impl Play {
    pub fn new(script: FaultScript, now: OffsetDateTime) -> Self {
        Self { script, started_at: now, numbers: HashMap::new(), buckets: HashMap::new() }
    }

    /// Whether nobody should be listening now.
    pub fn refuses(&self, now: OffsetDateTime) -> bool {
        self.outage(now) == Some(HowDown::Refused)
    }

    /// The fate of the next request of `service`.
    pub fn next(&mut self, service: Service, now: OffsetDateTime) -> Fate {
        let number = self.numbers.entry(service).or_default();
        *number += 1;
        let number = *number;
        let seed = self.script.seed;
        let rng = |table: &str, rule: usize| {
            let digest = Sha256::digest(format!("{seed}/{table}/{rule}/{service:?}/{number}"));
            StdRng::from_seed(digest.into())
        };
        let concerns = |wanted: Option<Service>| wanted.is_none_or(|wanted| wanted == service);
        let latency = self.script.latency.iter().enumerate().filter(|(_, rule)| concerns(rule.service));
        let latency = latency.map(|(index, rule)| rule.distribution.draw(&mut rng("latency", index))).sum();
        let down = self.outage(now).map(|how| match how {
            HowDown::Refused | HowDown::Cut => Fault::CutBefore,
            HowDown::Unavailable => Fault::Down,
        });
        let scripted = || {
            let mut rules = self.script.fault.iter().enumerate().filter(|(_, rule)| concerns(rule.service));
            rules.find_map(|(index, rule)| {
                let open = rule.window.is_none_or(|w| self.since(now, w.after_s, w.for_s as f64));
                (open && rule.when.strikes(number, &mut rng("fault", index))).then_some(rule.fault)
            })
        };
        let fault = down.or_else(scripted);
        let fault = if fault.is_some() { fault } else { self.over_limit(service, now) };
        Fate { latency, fault }
    }

    fn outage(&self, now: OffsetDateTime) -> Option<HowDown> {
        let mut outages = self.script.outage.iter();
        outages.find(|o| self.since(now, o.after_s, o.hours * 3600.0)).map(|o| o.how)
    }

    fn since(&self, now: OffsetDateTime, after_s: u64, for_s: f64) -> bool {
        let elapsed = (now - self.started_at).as_seconds_f64();
        elapsed >= after_s as f64 && elapsed < after_s as f64 + for_s
    }

    fn over_limit(&mut self, service: Service, now: OffsetDateTime) -> Option<Fault> {
        let Self { script, buckets, .. } = self;
        for (index, limit) in script.limit.iter().enumerate() {
            if limit.service.is_some_and(|wanted| wanted != service) {
                continue;
            }
            let (left, at) = buckets.entry((index, service)).or_insert((limit.burst, now));
            let refill = (now - *at).as_seconds_f64().max(0.0) * limit.per_second;
            (*left, *at) = ((*left + refill).min(limit.burst), now);
            if *left < 1.0 {
                let wait = ((1.0 - *left) / limit.per_second).ceil();
                return Some(Fault::TooMany { retry_after_s: wait as u64 });
            }
            *left -= 1.0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-11-23 08:00 UTC);

    fn play(text: &str) -> Play {
        Play::new(FaultScript::parse(text).unwrap(), START)
    }

    #[test]
    fn the_example_script_is_valid() {
        assert!(FaultScript::parse(include_str!("../faults.example.toml")).is_ok());
    }

    #[test]
    fn one_seed_plays_the_same_and_another_does_not() {
        let text = "seed = 7\n[[latency]]\ndistribution = { kind = 'log_normal', median_ms = 50, sigma = 0.5, max_ms = 900 }\n\
            [[fault]]\nservice = 'papers'\nfault = { kind = 'cut_after' }\nwhen = { probability = 0.3 }";
        let fates = |text: &str, between: &[Service]| {
            let mut play = play(text);
            let mut one = || {
                for service in between {
                    play.next(*service, START);
                }
                play.next(Service::Papers, START)
            };
            (0..200).map(|_| one()).collect::<Vec<_>>()
        };
        let first = fates(text, &[]);
        assert_eq!(first, fates(text, &[Service::Token]), "other services do not disturb it");
        assert_ne!(first, fates(&text.replace("seed = 7", "seed = 8"), &[]));
        let cut = first.iter().filter(|fate| fate.fault == Some(Fault::CutAfter)).count();
        assert!((40..80).contains(&cut), "{cut} of 200");
        let mut latencies: Vec<_> = first.iter().map(|fate| fate.latency.as_millis()).collect();
        latencies.sort_unstable();
        assert!((40..60).contains(&latencies[100]) && latencies[199] <= 900, "{latencies:?}");
    }

    #[test]
    fn faults_strike_by_number_and_inside_their_window_only() {
        let mut play = play(
            "[[fault]]\nservice = 'papers'\nfault = { kind = 'down' }\nwhen = { nth = [2] }\n\
             [[fault]]\nfault = { kind = 'garbage' }\nwhen = { every = 3 }\nwindow = { after_s = 0, for_s = 60 }",
        );
        let mut next = |after| play.next(Service::Papers, START + Duration::from_secs(after)).fault;
        assert_eq!([next(0), next(0), next(0)], [None, Some(Fault::Down), Some(Fault::Garbage)]);
        assert_eq!([next(0), next(0), next(60)], [None, None, None]);
    }

    #[test]
    fn an_outage_of_72_hours_lasts_72_hours() {
        let play = play("[[outage]]\nafter_s = 600\nhours = 72\nhow = 'refused'");
        let refuses = |seconds: i64| play.refuses(START + time::Duration::seconds(seconds));
        assert!(!refuses(599) && refuses(600) && refuses(600 + 72 * 3600 - 1) && !refuses(600 + 72 * 3600));
    }

    #[test]
    fn a_limit_lets_its_burst_through_and_then_its_rate() {
        let mut play = play("[[limit]]\nservice = 'papers'\nper_second = 2\nburst = 3");
        let mut next = |ms| play.next(Service::Papers, START + Duration::from_millis(ms)).fault;
        assert_eq!([next(0), next(0), next(0)], [None; 3]);
        assert_eq!(next(0), Some(Fault::TooMany { retry_after_s: 1 }));
        assert_eq!(next(500), None);
        assert!(next(500).is_some());
    }

    #[test]
    fn mistakes_in_the_script_are_named() {
        for (text, wanted) in [
            ("[[fault]]\nfault = { kind = 'down' }\nwhen = { probability = 2 }", "fault 0"),
            ("[[fault]]\nfault = { kind = 'down' }\nwhen = { every = 0 }", "fault 0"),
            ("[[latency]]\ndistribution = { kind = 'uniform', min_ms = 2, max_ms = 1 }", "latency 0"),
            ("[[limit]]\nper_second = 0\nburst = 1", "limit 0"),
            ("[[outage]]\nafter_s = 0\nhours = -1\nhow = 'cut'", "outage 0"),
            ("sead = 1", "sead"),
        ] {
            assert!(FaultScript::parse(text).unwrap_err().to_string().contains(wanted), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_script_panics(text in "\\PC*") {
            let _ = FaultScript::parse(&text);
        }
    }
}
