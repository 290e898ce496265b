//! A real camera: nokhwa over Video4Linux.
//!
//! nokhwa's `frame()` can block for ever, so a thread of its own captures and keeps the newest frame; what the face worker
//! does not fetch in time is overwritten (and wiped). The format is asked for by name: the default of some cameras is
//! 320x180 at one frame a second.
//!
//! If the driver never returns from a capture, the thread, and with it the device, stays until it does: Linux has no way to
//! take a thread out of a driver. The kernel's own buffers are not wiped by us.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use nokhwa::{
    NokhwaError,
    utils::{CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution},
};
use zeroize::Zeroizing;

use crate::{Camera, CameraError, Frame, MAX_SIDE_PIXELS, decode::PixelFormat};

/// How long the end of a capture is waited for when the camera is let go: its light should be off when `drop` returns.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// What is asked of the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The number in `/dev/videoN`.
    pub index: u32,
    pub width: u32,
    pub height: u32,
    pub frames_per_second: u32,
    pub open_timeout: Duration,
    pub frame_timeout: Duration,
}

impl Request {
    /// 640x480 at 30 frames a second: enough for a face at arm's length, and every camera has it.
    #[must_use]
    pub fn new(index: u32) -> Self {
        Self {
            index,
            width: 640,
            height: 480,
            frames_per_second: 30,
            open_timeout: Duration::from_secs(5),
            frame_timeout: Duration::from_secs(2),
        }
    }
}

/// An open camera. Dropping it closes the device.
#[derive(Debug)]
pub struct V4lCamera {
    mailbox: Arc<Mailbox>,
    frame_timeout: Duration,
}

impl V4lCamera {
    /// Opens the camera and starts it.
    pub fn open(request: Request) -> Result<Self, CameraError> {
        let index = request.index;
        if !device_path(index).exists() {
            return Err(CameraError::NotFound { index });
        }
        let mailbox = Arc::new(Mailbox::default());
        let (tell, started) = mpsc::channel();
        let capture_mailbox = Arc::clone(&mailbox);
        thread::Builder::new()
            .name("camera".to_owned())
            .spawn(move || {
                // Whatever happens in here, a waiting handle must learn that nothing comes any more.
                let _ended = TellsTheEnd(&capture_mailbox);
                match Stream::open(request) {
                    Ok(stream) => {
                        // Nobody there any more: the mailbox is closed too, and the first look at it ends the capture.
                        let _ = tell.send(Ok(()));
                        capture(stream, &capture_mailbox);
                    }
                    Err(error) => {
                        let _ = tell.send(Err(error));
                    }
                }
            })
            .map_err(|source| CameraError::NotOpened { index, source: source.into() })?;
        let camera = Self { mailbox, frame_timeout: request.frame_timeout };
        match started.recv_timeout(request.open_timeout) {
            Ok(outcome) => outcome.map(|()| camera),
            Err(_) => Err(CameraError::TimedOut),
        }
    }
}

impl Camera for V4lCamera {
    fn frame(&mut self) -> Result<Frame, CameraError> {
        let captured = self.mailbox.wait(self.frame_timeout)?;
        Ok(captured.format.decode(captured.width, captured.height, &captured.bytes)?)
    }
}

impl Drop for V4lCamera {
    fn drop(&mut self) {
        self.mailbox.close_and_wait(CLOSE_TIMEOUT);
    }
}

/// A frame as the camera sent it.
struct Captured {
    format: PixelFormat,
    width: u32,
    height: u32,
    bytes: Zeroizing<Vec<u8>>,
}

/// The newest frame, between the capturing thread and the handle.
#[derive(Default)]
struct Mailbox {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    newest: Option<Captured>,
    failure: Option<CameraError>,
    handle_dropped: bool,
    thread_ended: bool,
}

impl Mailbox {
    /// False: nobody wants frames any more.
    fn put(&self, captured: Captured) -> bool {
        let mut slot = self.lock();
        slot.newest = Some(captured);
        self.changed.notify_all();
        !slot.handle_dropped
    }

    fn fail(&self, error: CameraError) {
        let mut slot = self.lock();
        // A frame from before the failure shows somebody who may have left.
        slot.newest = None;
        slot.failure = Some(error);
        self.changed.notify_all();
    }

    fn wait(&self, timeout: Duration) -> Result<Captured, CameraError> {
        let (mut slot, _) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |slot| {
                slot.newest.is_none() && slot.failure.is_none() && !slot.thread_ended
            })
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(captured) = slot.newest.take() {
            return Ok(captured);
        }
        match slot.failure.take() {
            Some(failure) => Err(failure),
            // The failure was told before, and nothing has come since.
            None if slot.thread_ended => Err(CameraError::Gone),
            None => Err(CameraError::TimedOut),
        }
    }

    fn close_and_wait(&self, timeout: Duration) {
        let mut slot = self.lock();
        slot.handle_dropped = true;
        slot.newest = None;
        drop(self.changed.wait_timeout_while(slot, timeout, |slot| !slot.thread_ended));
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailbox")
    }
}

struct TellsTheEnd<'a>(&'a Mailbox);

impl Drop for TellsTheEnd<'_> {
    fn drop(&mut self) {
        let mut slot = self.0.lock();
        slot.thread_ended = true;
        if slot.handle_dropped {
            slot.newest = None;
        }
        self.0.changed.notify_all();
    }
}

/// A started nokhwa camera and what it agreed to send.
struct Stream {
    camera: nokhwa::Camera,
    index: u32,
    format: PixelFormat,
    resolution: Resolution,
}

impl Stream {
    fn open(request: Request) -> Result<Self, CameraError> {
        let index = request.index;
        let mut refusal = None;
        for (format, wanted) in wanted_formats(request) {
            let exactly = [frame_format(format)];
            let requested = RequestedFormat::with_formats(wanted, &exactly);
            match nokhwa::Camera::new(CameraIndex::Index(index), requested) {
                Ok(camera) => return Self::start(camera, index, format),
                Err(error @ NokhwaError::OpenDeviceError(..)) => return Err(not_opened(index, error)),
                // This format is not among the camera's; the next may be.
                Err(error) => refusal = Some(error),
            }
        }
        match refusal {
            Some(error) if !device_path(index).exists() => Err(not_opened(index, error)),
            _ => Err(CameraError::NoFormat { index }),
        }
    }

    fn start(mut camera: nokhwa::Camera, index: u32, format: PixelFormat) -> Result<Self, CameraError> {
        let agreed = camera.camera_format();
        let resolution = agreed.resolution();
        let sane = |side: u32| (1..=MAX_SIDE_PIXELS).contains(&side);
        if agreed.format() != frame_format(format) || !sane(resolution.width()) || !sane(resolution.height()) {
            return Err(CameraError::NoFormat { index });
        }
        camera.open_stream().map_err(|error| not_opened(index, error))?;
        Ok(Self { camera, index, format, resolution })
    }
}

/// First what was asked for, exactly, in the order of picture quality; then what comes nearest.
fn wanted_formats(request: Request) -> impl Iterator<Item = (PixelFormat, RequestedFormatType)> {
    let formats = [PixelFormat::Yuyv, PixelFormat::Nv12, PixelFormat::Mjpeg];
    let named = move |format| {
        CameraFormat::new_from(request.width, request.height, frame_format(format), request.frames_per_second)
    };
    let exact = formats.map(|format| (format, RequestedFormatType::Exact(named(format))));
    let closest = formats.map(|format| (format, RequestedFormatType::Closest(named(format))));
    exact.into_iter().chain(closest)
}

fn frame_format(format: PixelFormat) -> FrameFormat {
    match format {
        PixelFormat::Mjpeg => FrameFormat::MJPEG,
        PixelFormat::Yuyv => FrameFormat::YUYV,
        PixelFormat::Nv12 => FrameFormat::NV12,
    }
}

/// Until the handle is dropped or the camera fails.
fn capture(mut stream: Stream, mailbox: &Mailbox) {
    loop {
        let bytes = match stream.camera.frame_raw() {
            Ok(bytes) => Zeroizing::new(bytes.into_owned()),
            Err(error) => {
                mailbox.fail(capture_error(stream.index, error));
                return;
            }
        };
        let captured = Captured {
            format: stream.format,
            width: stream.resolution.width(),
            height: stream.resolution.height(),
            bytes,
        };
        if !mailbox.put(captured) {
            return;
        }
    }
}

/// nokhwa has flattened the system's error to text; ENODEV, or a device file that vanished, is an unplugged camera.
fn capture_error(index: u32, error: NokhwaError) -> CameraError {
    const ENODEV: &str = "os error 19";
    if error.to_string().contains(ENODEV) || !device_path(index).exists() {
        CameraError::Gone
    } else {
        CameraError::Failed(error.into())
    }
}

fn not_opened(index: u32, error: NokhwaError) -> CameraError {
    if device_path(index).exists() {
        CameraError::NotOpened { index, source: error.into() }
    } else {
        CameraError::NotFound { index }
    }
}

fn device_path(index: u32) -> PathBuf {
    PathBuf::from(format!("/dev/video{index}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    fn captured(y: u8) -> Captured {
        Captured { format: PixelFormat::Yuyv, width: 2, height: 1, bytes: Zeroizing::new(vec![y, 128, y, 128]) }
    }

    #[test]
    fn a_camera_that_is_not_there_is_not_found() {
        let missing = V4lCamera::open(Request::new(9_999)).err();
        assert!(matches!(missing, Some(CameraError::NotFound { index: 9_999 })), "{missing:?}");
    }

    #[test]
    fn the_newest_frame_wins_and_is_handed_out_once() {
        let mailbox = Mailbox::default();
        assert!(mailbox.put(captured(1)));
        assert!(mailbox.put(captured(2)));
        assert_eq!(mailbox.wait(SHORT).unwrap().bytes[0], 2);
        assert!(matches!(mailbox.wait(SHORT), Err(CameraError::TimedOut)));
    }

    #[test]
    fn a_failure_hides_older_frames_is_told_once_and_then_the_camera_is_gone() {
        let mailbox = Mailbox::default();
        mailbox.put(captured(1));
        mailbox.fail(CameraError::Failed("driver".into()));
        drop(TellsTheEnd(&mailbox));
        assert!(matches!(mailbox.wait(SHORT), Err(CameraError::Failed(_))));
        assert!(matches!(mailbox.wait(SHORT), Err(CameraError::Gone)));
    }

    #[test]
    fn a_dropped_handle_stops_the_capture_and_keeps_no_frame() {
        let mailbox = Arc::new(Mailbox::default());
        let camera = V4lCamera { mailbox: Arc::clone(&mailbox), frame_timeout: SHORT };
        let capturing = thread::spawn({
            let mailbox = Arc::clone(&mailbox);
            move || {
                let _ended = TellsTheEnd(&mailbox);
                while mailbox.put(captured(1)) {
                    thread::yield_now();
                }
            }
        });
        drop(camera);
        capturing.join().unwrap();
        assert!(mailbox.lock().newest.is_none());
    }

    #[test]
    fn a_frame_that_is_too_short_is_broken_not_shown() {
        let mailbox = Arc::new(Mailbox::default());
        let mut camera = V4lCamera { mailbox: Arc::clone(&mailbox), frame_timeout: SHORT };
        mailbox.put(Captured { bytes: Zeroizing::new(vec![0; 3]), ..captured(0) });
        assert!(matches!(camera.frame(), Err(CameraError::Broken(BadFrame::WrongLength { .. }))));
        mailbox.put(captured(235));
        assert_eq!(camera.frame().unwrap().rgb8(), [255; 6]);
        drop(TellsTheEnd(&mailbox));
    }

    #[test]
    fn enodev_is_an_unplugged_camera() {
        let pulled = NokhwaError::ReadFrameError("No such device (os error 19)".to_owned());
        assert!(matches!(capture_error(0, pulled), CameraError::Gone));
    }

    use crate::BadFrame;
}
