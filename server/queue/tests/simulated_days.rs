//! Days of a department as they go: a morning rush, long and short patients, lunch, counters that open late, a slow
//! doctor on some days, patients who do not answer. The estimate must beat "mean service time × position" on days it
//! has not seen, and its interval must hold about as often as it says.

#[expect(dead_code, reason = "other tests use the rest")]
mod world;

use queue::{Class, CounterId, Entry, Ground, Moment, Move, NOMINAL_COVERAGE, QueueEvent, State, backtest};
use world::{Department, OPENING_MS, arrival, counter, department};

const MINUTE: i64 = 60_000;

/// SplitMix64: the same days on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.share().ln()
    }

    /// Heavy-tailed: the mean is that of most patients times `exp(0.7²/2)`.
    fn lognormal(&mut self, median: f64) -> f64 {
        let normal = (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos();
        median * (0.7 * normal).exp()
    }
}

/// One counter's day, in minutes after opening.
struct Shift {
    name: CounterId,
    opens: i64,
    lunch: (i64, i64),
    closes: i64,
    busy_until: i64,
}

fn simulated_day(number: i64, dice: &mut Dice) -> Vec<QueueEvent> {
    let mut here = Department::new("K01");
    let midnight_shift = number * 24 * 60 * MINUTE;
    let at = |ms: i64| Moment::from_unix_ms(OPENING_MS + midnight_shift + ms);
    // The day's own pace: some doctors are slow.
    let median = 5.0 * dice.between(0.75, 1.35);
    let counters = if dice.happens(0.3) { 2 } else { 3 };
    let mut shifts: Vec<Shift> = (1..=counters)
        .map(|n| Shift {
            name: counter(&n.to_string()),
            opens: (dice.between(0.0, 50.0) * MINUTE as f64) as i64,
            lunch: ((dice.between(260.0, 285.0) * MINUTE as f64) as i64, 375 * MINUTE),
            closes: 600 * MINUTE,
            busy_until: 0,
        })
        .collect();
    let mut arrivals = Vec::new();
    let mut clock = -20.0;
    while clock < 540.0 {
        let rush = if clock < 120.0 {
            2.2
        } else if clock < 270.0 {
            3.4
        } else if clock < 380.0 {
            9.0
        } else {
            4.2
        };
        clock += dice.exponential(rush * if counters == 2 { 1.45 } else { 1.0 });
        arrivals.push((clock * MINUTE as f64) as i64);
    }
    let mut arrivals = arrivals.into_iter().peekable();
    let mut number = 0;
    // Steps of ten seconds: fine beside patients of minutes.
    for now in (-20 * MINUTE..900 * MINUTE).step_by(10_000) {
        while arrivals.next_if(|moment| *moment <= now).is_some() {
            number += 1;
            let class = if dice.happens(0.14) { Class::Priority(Ground::SeventyFiveAndOver) } else { Class::Ordinary };
            here.make_at(at(now), &Move::Join(arrival(number, class, at(now)))).expect("joins");
        }
        for shift in &mut shifts {
            work(shift, now, &mut here, at(now), median, dice);
        }
    }
    assert_eq!(here.queue.waiting(), 0, "everyone was called before the day ended");
    here.events
}

fn work(shift: &mut Shift, now: i64, here: &mut Department, at: Moment, median: f64, dice: &mut Dice) {
    if now < shift.busy_until {
        return;
    }
    let open = here.queue.counter(&shift.name).is_some_and(|counter| counter.open);
    let at_work = now >= shift.opens
        && !(shift.lunch.0..shift.lunch.1).contains(&now)
        && (now < shift.closes || here.queue.waiting() > 0);
    if let Some(Entry { visit, state, calls, .. }) = here.queue.serving(&shift.name).cloned() {
        if matches!(state, State::Called { .. }) && calls == 1 && dice.happens(0.04) {
            here.make_at(at, &Move::Skip { visit }).expect("skips");
        } else {
            here.make_at(at, &Move::Finish { visit }).expect("finishes");
        }
    }
    match (open, at_work) {
        (false, true) => drop(here.make_at(at, &Move::OpenCounter { counter: shift.name.clone() }).expect("opens")),
        (true, false) => drop(here.make_at(at, &Move::CloseCounter { counter: shift.name.clone() }).expect("closes")),
        (true, true) | (false, false) => {}
    }
    if at_work && here.make_at(at, &Move::CallNext { counter: shift.name.clone() }).is_ok() {
        let pause = if dice.happens(0.05) { dice.between(3.0, 12.0) } else { 0.3 };
        shift.busy_until = now + ((dice.lognormal(median).min(60.0) + pause) * MINUTE as f64) as i64;
    }
}

#[test]
fn the_estimate_beats_mean_service_time_times_position_on_days_it_has_not_seen() {
    for seed in [1, 20_261_123, 77] {
        let mut dice = Dice(seed);
        let days: Vec<Vec<QueueEvent>> = (0..24).map(|number| simulated_day(number, &mut dice)).collect();
        let policy = world::Department::new("K01").policy;
        let found = backtest(&department("K01"), &days, 10, &policy).expect("fits").expect("enough is known");
        assert_eq!(found.days, 10);
        assert!(found.patients > 800, "{found:?}");
        assert!(found.mae_ms < 0.85 * found.shared_position_mae_ms, "{found:?}");
        assert!(found.mae_ms < 0.5 * found.position_mae_ms, "{found:?}");
        assert!((found.coverage - NOMINAL_COVERAGE).abs() < 0.07, "{found:?}");
    }
}

#[test]
fn a_first_day_promises_nothing() {
    let mut dice = Dice(5);
    let days = [simulated_day(0, &mut dice)];
    let policy = world::Department::new("K01").policy;
    assert_eq!(backtest(&department("K01"), &days, 1, &policy).expect("fits"), None);
}
