//! Camera frames: RGB pictures of whoever stands there, kept as short as possible.
//!
//! * [`Camera`]: one frame at a time, blocking, with a time-out. The device is open exactly as long as a value lives.
//! * [`Frame`]: wiped when dropped; its `Debug` shows a size only.
//! * [`v4l`]: a real camera, through nokhwa and Video4Linux. [`decode`]: YUYV, NV12 and MJPEG to RGB; pure.
//! * `sim` (feature): a camera that plays pictures.
//!
//! Left out on purpose: exposure, focus and other controls (the camera's own automatics are for faces), sound, recording.

pub mod decode;
#[cfg(feature = "sim")]
pub mod sim;
pub mod v4l;

use std::fmt;

use zeroize::Zeroizing;

/// What the face worker wants from a camera.
pub trait Camera: Send {
    /// The newest frame that was not handed out yet; waits for one, but not for ever.
    fn frame(&mut self) -> Result<Frame, CameraError>;
}

impl<C: Camera + ?Sized> Camera for Box<C> {
    fn frame(&mut self) -> Result<Frame, CameraError> {
        (**self).frame()
    }
}

/// Pixels at each side, at most. Larger announcements are refused before memory is asked for.
pub const MAX_SIDE_PIXELS: u32 = 4096;

/// One picture: rows from the top, pixels from the left, three bytes each (red, green, blue).
pub struct Frame {
    width: u32,
    height: u32,
    rgb8: Zeroizing<Vec<u8>>,
}

impl Frame {
    /// Takes the pixels; the memory is wiped when the frame is dropped.
    pub fn new(width: u32, height: u32, rgb8: impl Into<Zeroizing<Vec<u8>>>) -> Result<Self, BadFrame> {
        let rgb8 = rgb8.into();
        let expected_bytes = rgb_bytes(width, height)?;
        if rgb8.len() != expected_bytes {
            return Err(BadFrame::WrongLength { expected_bytes, found_bytes: rgb8.len() });
        }
        Ok(Self { width, height, rgb8 })
    }

    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    #[must_use]
    pub fn rgb8(&self) -> &[u8] {
        &self.rgb8
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}x{})", self.width, self.height)
    }
}

/// Bytes that are no picture of the size that was agreed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    #[error("a picture of {width}x{height} pixels: sides are 1 to {MAX_SIDE_PIXELS}, even where colours are shared")]
    Size { width: u32, height: u32 },
    #[error("{found_bytes} bytes where {expected_bytes} make a picture")]
    WrongLength { expected_bytes: usize, found_bytes: usize },
    #[error("a picture of {width}x{height} pixels where another size was agreed on")]
    OtherSize { width: u32, height: u32 },
    #[error("no readable JPEG")]
    Jpeg,
}

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    #[error("there is no camera {index}")]
    NotFound { index: u32 },
    /// Another program has it, or we may not.
    #[error("camera {index} could not be opened")]
    NotOpened {
        index: u32,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("camera {index} offers no picture that we can read")]
    NoFormat { index: u32 },
    /// Unplugged. Open it again when it is back.
    #[error("the camera is gone")]
    Gone,
    #[error("no frame came in time")]
    TimedOut,
    #[error("the camera sent a broken frame")]
    Broken(#[from] BadFrame),
    #[error("the camera failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn rgb_bytes(width: u32, height: u32) -> Result<usize, BadFrame> {
    let side = 1..=MAX_SIDE_PIXELS;
    if side.contains(&width) && side.contains(&height) {
        Ok(width as usize * height as usize * 3)
    } else {
        Err(BadFrame::Size { width, height })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_frame_has_three_bytes_a_pixel() {
        let frame = Frame::new(2, 1, vec![1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!((frame.width(), frame.height(), frame.rgb8().len()), (2, 1, 6));
        assert_eq!(format!("{frame:?}"), "Frame(2x1)");
    }

    #[test]
    fn pixels_that_do_not_fill_the_frame_are_refused() {
        let short = Frame::new(2, 2, vec![0; 11]).err();
        let expected = BadFrame::WrongLength { expected_bytes: 12, found_bytes: 11 };
        assert_eq!(short, Some(expected));
        for (width, height) in [(0, 1), (1, 0), (4097, 1), (u32::MAX, u32::MAX)] {
            let refused = Frame::new(width, height, vec![]).err();
            assert_eq!(refused, Some(BadFrame::Size { width, height }));
        }
    }
}
