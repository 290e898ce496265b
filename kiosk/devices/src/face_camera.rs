//! The face worker: owns camera and models, and whatever it sees dies here.
//!
//! The camera is open between [`FaceCamera::start_matching`] and the decision or [`FaceCamera::stop`], never else. Out come hints,
//! counts, one decision, and the newest frame for the preview, in a mailbox of one that is wiped on stop.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camera::{Camera, CameraError, Frame};
use crossbeam_channel::{Receiver, Sender, bounded};
use face::{
    Engine, EngineError, FaceDecision, MatchPolicy, Matcher, Observation, Picture, PictureError, PortraitError,
    PortraitHash, QualityHint,
};
use zeroize::Zeroizing;

use crate::outbox::{Closed, Outbox, Waker};
use crate::worker::{self, REQUESTS_WAITING, WorkerGone};

/// Frames that may be broken in a row before the camera is given up.
const BROKEN_FRAMES: u32 = 10;

/// Opens the camera, once for each matching.
pub type OpenCamera = Box<dyn FnMut() -> Result<Box<dyn Camera>, CameraError> + Send>;

/// One portrait to compare with whoever stands there.
pub struct Matching {
    /// Comes back with every report.
    pub id: u32,
    /// JPEG or JPEG 2000.
    pub portrait: Zeroizing<Vec<u8>>,
    /// Of the file it was taken from.
    pub hash: PortraitHash,
}

#[derive(Debug)]
pub enum FaceReport {
    /// Told when it changes.
    Hint {
        matching: u32,
        hint: QualityHint,
    },
    Counted {
        matching: u32,
        frames: u8,
        needed: u8,
    },
    Decided {
        matching: u32,
        decision: FaceDecision,
    },
    Unavailable {
        matching: u32,
        fault: FaceFault,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum FaceFault {
    #[error("the face models are not there")]
    NoModels,
    #[error("the camera gives no pictures")]
    Camera(#[from] CameraError),
    #[error("the portrait cannot be compared")]
    Portrait(#[from] PortraitError),
    #[error("the face models failed")]
    Models(#[from] EngineError),
    #[error("a camera frame is no picture")]
    Frame(#[from] PictureError),
    #[error("the face worker panicked")]
    Worker,
}

/// A camera frame on its way to the screen. Wiped when dropped.
pub struct PreviewFrame {
    frame: Frame,
}

/// The worker's handle. Dropping it closes the camera and ends the worker.
pub struct FaceCamera {
    requests: Sender<Matching>,
    mailbox: Arc<Mailbox>,
}

impl FaceCamera {
    /// Without an engine every matching is unavailable, and the kiosk's other ways stay open. `waker` is called for each
    /// preview frame.
    pub fn start(
        open: OpenCamera,
        engine: Option<Engine>,
        policy: MatchPolicy,
        outbox: Outbox<FaceReport>,
        waker: Waker,
    ) -> io::Result<Self> {
        let (requests, inbox) = bounded(REQUESTS_WAITING);
        let mailbox = Arc::new(Mailbox::default());
        let booth =
            Booth { open, engine, policy, outbox, waker, inbox, mailbox: Arc::clone(&mailbox), under_way: None };
        worker::spawn("face", booth, Booth::run, Booth::fell)?;
        Ok(Self { requests, mailbox })
    }

    /// Gives up an earlier matching.
    pub fn start_matching(&self, matching: Matching) -> Result<(), WorkerGone> {
        self.mailbox.want(Some(matching.id));
        self.requests.try_send(matching).map_err(|_| {
            self.mailbox.want(None);
            WorkerGone
        })
    }

    /// The camera closes after the frame under way; nothing more is reported or shown.
    pub fn stop(&self) {
        self.mailbox.want(None);
    }

    /// The newest frame that was not taken yet.
    pub fn preview(&self) -> Option<PreviewFrame> {
        self.mailbox.lock().newest.take()
    }
}

impl Drop for FaceCamera {
    fn drop(&mut self) {
        self.stop();
    }
}

impl PreviewFrame {
    pub fn width(&self) -> u32 {
        self.frame.width()
    }

    pub fn height(&self) -> u32 {
        self.frame.height()
    }

    /// Rows from the top, pixels from the left, three bytes each.
    pub fn rgb8(&self) -> &[u8] {
        self.frame.rgb8()
    }
}

/// Which matching matters, and its newest frame: under one lock, so that no frame can appear behind a stop.
#[derive(Default)]
struct Mailbox(Mutex<Slot>);

#[derive(Default)]
struct Slot {
    wanted: Option<u32>,
    newest: Option<PreviewFrame>,
}

impl Mailbox {
    fn want(&self, matching: Option<u32>) {
        *self.lock() = Slot { wanted: matching, newest: None };
    }

    fn wants(&self, matching: u32) -> bool {
        self.lock().wanted == Some(matching)
    }

    fn put(&self, matching: u32, frame: Frame) {
        let mut slot = self.lock();
        if slot.wanted == Some(matching) {
            slot.newest = Some(PreviewFrame { frame });
        }
    }

    /// The matching is over: true for the one who ends it.
    fn conclude(&self, matching: u32) -> bool {
        let mut slot = self.lock();
        let mine = slot.wanted == Some(matching);
        if mine {
            *slot = Slot::default();
        }
        mine
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Booth {
    open: OpenCamera,
    engine: Option<Engine>,
    policy: MatchPolicy,
    outbox: Outbox<FaceReport>,
    waker: Waker,
    inbox: Receiver<Matching>,
    mailbox: Arc<Mailbox>,
    under_way: Option<u32>,
}

/// How a matching ends.
enum Outcome {
    Decided(FaceDecision),
    /// The patient went another way.
    GivenUp,
}

/// Why it ends otherwise.
enum End {
    Closed,
    Fault(FaceFault),
}

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl<E: Into<FaceFault>> From<E> for End {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl Booth {
    fn run(&mut self) -> Result<Infallible, Closed> {
        loop {
            let matching = self.inbox.recv().map_err(|_| Closed)?;
            let id = matching.id;
            self.under_way = Some(id);
            // The camera is closed when this returns.
            let outcome = self.observe(&matching);
            drop(matching);
            self.under_way = None;
            match outcome {
                Ok(Outcome::GivenUp) => {}
                Ok(Outcome::Decided(decision)) => {
                    if self.mailbox.conclude(id) {
                        self.outbox.send(FaceReport::Decided { matching: id, decision })?;
                    }
                }
                Err(End::Closed) => return Err(Closed),
                Err(End::Fault(fault)) => self.unavailable(id, fault)?,
            }
        }
    }

    fn fell(&mut self) -> Result<(), Closed> {
        match self.under_way.take() {
            Some(matching) => self.unavailable(matching, FaceFault::Worker),
            None => Ok(()),
        }
    }

    fn unavailable(&self, matching: u32, fault: FaceFault) -> Result<(), Closed> {
        if !self.mailbox.conclude(matching) {
            return Ok(());
        }
        tracing::warn!(error = %fault, "no face matching");
        self.outbox.send(FaceReport::Unavailable { matching, fault })
    }

    fn observe(&mut self, matching: &Matching) -> Result<Outcome, End> {
        let id = matching.id;
        let engine = self.engine.as_mut().ok_or(FaceFault::NoModels)?;
        if !self.mailbox.wants(id) {
            return Ok(Outcome::GivenUp);
        }
        let mut matcher = Matcher::enrol(engine, &matching.portrait, matching.hash, self.policy)?;
        let mut camera = (self.open)()?;
        let mut last_hint = None;
        let mut broken = 0;
        while self.mailbox.wants(id) {
            let frame = match camera.frame() {
                Ok(frame) => frame,
                Err(CameraError::Broken(error)) if broken < BROKEN_FRAMES => {
                    tracing::debug!(%error, "a broken camera frame");
                    broken += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            broken = 0;
            let picture = Picture::from_rgb(frame.width(), frame.height(), frame.rgb8().to_vec())?;
            self.mailbox.put(id, frame);
            self.waker.wake();
            let observation = matcher.observe(engine, &picture)?;
            if !self.mailbox.wants(id) {
                break;
            }
            match observation {
                Observation::Hint(hint) => {
                    if last_hint.replace(hint) != Some(hint) {
                        self.outbox.send(FaceReport::Hint { matching: id, hint })?;
                    }
                }
                Observation::Counted { frames, needed, face_box: _ } => {
                    last_hint = None;
                    self.outbox.send(FaceReport::Counted { matching: id, frames, needed })?;
                }
                Observation::Decided(decision) => return Ok(Outcome::Decided(decision)),
            }
        }
        Ok(Outcome::GivenUp)
    }
}

impl fmt::Debug for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matching({}, portrait of {} bytes)", self.id, self.portrait.len())
    }
}

impl fmt::Debug for PreviewFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreviewFrame({}x{})", self.width(), self.height())
    }
}

impl fmt::Debug for FaceCamera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaceCamera")
    }
}
