//! The real station behind the window.

use std::time::{Duration, Instant};

use session::screen::{Action, Screen};

use crate::bridge::{Station, Waker};
use crate::preview::PreviewFrame;

/// A [`station::Station`] that the window can poll.
pub struct LiveStation {
    station: station::Station,
    shown: bool,
}

impl LiveStation {
    pub fn new(station: station::Station) -> Self {
        Self { station, shown: false }
    }
}

impl Station for LiveStation {
    fn wake_with(&mut self, waker: Waker) {
        self.station.wake_with(station::Waker::new(move || waker.wake()));
    }

    fn poll(&mut self) -> Option<Screen> {
        let changed = self.station.pump(Duration::ZERO);
        let first = !std::mem::replace(&mut self.shown, true);
        (changed || first).then(|| self.station.screen().clone())
    }

    fn touch(&mut self, action: Action) {
        self.station.touch(action);
    }

    fn preview(&mut self) -> Option<PreviewFrame> {
        let frame = self.station.preview()?;
        let rgba = frame.rgb8().chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
        PreviewFrame::new(frame.width(), frame.height(), rgba).ok()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.station.next_wake()
    }
}
