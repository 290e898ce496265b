//! How far the estimate was off on days it had not seen.

use api::DepartmentCode;

use crate::estimate::observe;
use crate::{Broken, History, Policy, QueueEvent, Situation};

/// The error of the estimate beside that of simpler ones, over the same patients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backtest {
    pub days: usize,
    pub patients: usize,
    /// Mean absolute error of the likely wait.
    pub mae_ms: f64,
    /// Share of the true waits inside the interval; [`NOMINAL_COVERAGE`](crate::NOMINAL_COVERAGE) is meant.
    pub coverage: f64,
    /// Mean width of the interval.
    pub width_ms: f64,
    /// Mean service time × people ahead.
    pub position_mae_ms: f64,
    /// Mean service time × people ahead ÷ counters open: what a careful clerk would say.
    pub shared_position_mae_ms: f64,
}

/// Foretells the last `held_out` days, each from the days before it only. Days stand in their order. Absent where the
/// past never reaches to promise anything.
pub fn backtest(
    department: &DepartmentCode,
    days: &[Vec<QueueEvent>],
    held_out: usize,
    policy: &Policy,
) -> Result<Option<Backtest>, Broken> {
    let mut sums = [0.0; 4];
    let (mut patients, mut inside, mut tested) = (0_usize, 0_usize, 0_usize);
    for today in days.len().saturating_sub(held_out)..days.len() {
        let history = History::learn(department, days[..today].iter().map(Vec::as_slice), policy)?;
        let Some(mean) = history.mean_service_ms() else { continue };
        let before = patients;
        observe(department, &days[today], policy, |sample| {
            let Some(estimate) = history.estimate(&sample.situation) else { return };
            let waited = sample.waited_ms as f64;
            let (position, shared) = simple(&sample.situation, mean);
            patients += 1;
            inside += usize::from(estimate.holds(sample.waited_ms));
            sums[0] += (estimate.likely_ms as f64 - waited).abs();
            sums[1] += (estimate.high_ms - estimate.low_ms) as f64;
            sums[2] += (position - waited).abs();
            sums[3] += (shared - waited).abs();
        })?;
        tested += usize::from(patients > before);
    }
    if patients == 0 {
        return Ok(None);
    }
    let [mae_ms, width_ms, position_mae_ms, shared_position_mae_ms] = sums.map(|sum| sum / patients as f64);
    let coverage = inside as f64 / patients as f64;
    Ok(Some(Backtest { days: tested, patients, mae_ms, coverage, width_ms, position_mae_ms, shared_position_mae_ms }))
}

fn simple(situation: &Situation, mean_service_ms: f64) -> (f64, f64) {
    let position = mean_service_ms * situation.ahead as f64;
    (position, position / situation.counters.max(1) as f64)
}
