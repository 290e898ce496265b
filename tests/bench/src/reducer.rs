//! The session: what one event costs to decide, and its screen to draw up, beside the time between two frames.

use std::time::Duration;

use api::VisitId;
use serde::Serialize;
use uuid::Uuid;

use crate::cardholder::Cardholder;
use crate::sample::Summary;
use crate::visit::{Visitor, walk};
use crate::{BenchError, NO_RUN};

const VISITS: usize = 20;
/// Of a panel with 60 frames a second.
const FRAME_US: f64 = 1e6 / 60.0;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionReport {
    pub visits: usize,
    pub events_a_visit: usize,
    /// `handle`, one event.
    pub decide_us: Summary,
    /// `view`, after one event.
    pub view_us: Summary,
    pub floor: &'static str,
    /// The dearest event with its screen, as a part of the time between two frames.
    pub worst_part_of_a_frame: f64,
}

pub fn measure(holder: &mut Cardholder, visitor: &Visitor<'_>) -> Result<SessionReport, BenchError> {
    let (mut decide, mut view, mut events) = (Vec::new(), Vec::new(), 0);
    for number in 0..VISITS {
        let visit = VisitId(Uuid::from_u128(number as u128 + 1));
        let walked = walk(holder, visitor, visit, *b"bench of")?;
        events = walked.events;
        decide.extend(walked.decide);
        view.extend(walked.view);
    }
    let worst = decide.iter().zip(&view).map(|(decide, view)| us(*decide) + us(*view)).fold(0.0, f64::max);
    Ok(SessionReport {
        visits: VISITS,
        events_a_visit: events,
        decide_us: Summary::of(decide.into_iter().map(us)).ok_or(NO_RUN)?,
        view_us: Summary::of(view.into_iter().map(us)).ok_or(NO_RUN)?,
        floor: "the time between two frames at 60 a second",
        worst_part_of_a_frame: worst / FRAME_US,
    })
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
