//! Where the window and the session meet: screens come in, touches go out.
//!
//! The window sleeps until someone wakes it: a worker of the station through its [`Waker`], or the alarm that is set
//! to the station's next deadline. Nothing is redrawn while nothing changes.

use crate::preview::{PreviewFrame, ShowPreview};
use crate::render::{self, Wanted};
use crate::touch::Touched;
use bevy::prelude::*;
use session::screen::{Action, Screen};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// One kiosk without its window: session, devices and clock. The window polls it whenever it wakes.
pub trait Station: Send {
    /// Called once before the first poll. Workers call the waker when there is something to show.
    fn wake_with(&mut self, waker: Waker);
    /// Handles what happened since the last call; the screen, if it changed. The first call gives the first screen.
    fn poll(&mut self) -> Option<Screen>;
    /// A key was touched. The next poll gives what follows.
    fn touch(&mut self, action: Action);
    /// The newest picture of the camera, if one came since the last call.
    fn preview(&mut self) -> Option<PreviewFrame>;
    /// When to poll even if nobody wakes the window: a time-out, a counted second.
    fn next_deadline(&self) -> Option<Instant>;
}

/// Wakes the window from any thread.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    pub fn wake(&self) {
        (self.0)();
    }
}

/// Connects a station to the screen.
pub struct BridgePlugin {
    station: Mutex<Option<Box<dyn Station>>>,
}

impl BridgePlugin {
    pub fn new(station: Box<dyn Station>) -> Self {
        Self { station: Mutex::new(Some(station)) }
    }
}

impl Plugin for BridgePlugin {
    fn build(&self, app: &mut App) {
        let station = self.station.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(station) = station {
            app.insert_resource(Connected { station: Mutex::new(station), alarm: None })
                .add_systems(Update, exchange.before(render::draw));
        }
    }
}

/// Gives the station its waker; the window calls this once its event loop is there.
pub fn connect(connected: &mut Connected, waker: Waker) {
    connected.alarm = Some(Alarm::start(waker.clone()));
    connected.station.get_mut().unwrap_or_else(PoisonError::into_inner).wake_with(waker);
}

#[derive(Resource)]
pub struct Connected {
    station: Mutex<Box<dyn Station>>,
    alarm: Option<Alarm>,
}

fn exchange(
    mut connected: ResMut<Connected>,
    mut touched: MessageReader<Touched>,
    mut wanted: ResMut<Wanted>,
    mut preview: MessageWriter<ShowPreview>,
) {
    let Connected { station, alarm } = &mut *connected;
    let station = station.get_mut().unwrap_or_else(PoisonError::into_inner);
    for Touched(action) in touched.read() {
        station.touch(action.clone());
    }
    if let Some(screen) = station.poll() {
        wanted.0 = Some(screen);
    }
    if let Some(frame) = station.preview() {
        preview.write(ShowPreview::new(frame));
    }
    if let Some(alarm) = alarm {
        alarm.set(station.next_deadline());
    }
}

/// One thread that wakes the window at the station's deadline. `WinitSettings` cannot: changing its wait redraws.
struct Alarm {
    deadline: Option<Instant>,
    reset: Sender<Option<Instant>>,
}

impl Alarm {
    fn start(waker: Waker) -> Self {
        let (reset, changes) = mpsc::channel::<Option<Instant>>();
        thread::spawn(move || {
            let mut deadline: Option<Instant> = None;
            loop {
                let change = match deadline {
                    None => changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(at) => changes.recv_timeout(at.saturating_duration_since(Instant::now())),
                };
                match change {
                    Ok(changed) => deadline = changed,
                    Err(RecvTimeoutError::Timeout) => {
                        deadline = None;
                        waker.wake();
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self { deadline: None, reset }
    }

    fn set(&mut self, deadline: Option<Instant>) {
        if self.deadline != deadline {
            self.deadline = deadline;
            // The thread ends only with this sender, so the send cannot fail.
            let _ = self.reset.send(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_alarm_wakes_at_the_deadline_and_not_at_one_that_was_moved() {
        let (woken, wakes) = mpsc::channel();
        let start = Instant::now();
        let mut alarm = Alarm::start(Waker::new(move || {
            let _ = woken.send(Instant::now());
        }));
        alarm.set(Some(start + Duration::from_secs(3600)));
        alarm.set(Some(start + Duration::from_millis(20)));
        let at = wakes.recv_timeout(Duration::from_secs(30)).expect("the alarm wakes");
        assert!(at >= start + Duration::from_millis(20));
        assert!(wakes.try_recv().is_err(), "it wakes once");
    }
}
