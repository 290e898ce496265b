//! A camera that plays pictures: whoever is put before it sways a little, the light changes a little, and the sensor is a
//! little noisy, all from a seed, so that no two frames are equal and every run is.
//!
//! It never sleeps. A camera opened with [`SimCameraHandle::open_paced`] calls its pace before each frame, and the pace may
//! block; a time-out passes at once.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use image::{ImageError, RgbImage, imageops};
use zeroize::{Zeroize, Zeroizing};

use crate::{BadFrame, Camera, CameraError, Frame};

/// Frames for which one picture stands still before the next is played.
const FRAMES_PER_PICTURE: u64 = 4;

/// How far a head sways to each side, in pixels.
const SWAY_PIXELS: f32 = 3.0;

/// How much the light changes, in parts of itself.
const LIGHT_CHANGE: f32 = 0.03;

/// How noisy the sensor is, in steps of a byte to each side.
const NOISE_STEPS: i32 = 1;

/// The wall behind.
const WALL: u8 = 168;

/// A picture to play. Wiped when dropped.
pub struct Picture {
    pixels: RgbImage,
}

impl Picture {
    /// From a JPEG or PNG file's bytes.
    pub fn decode(file: &[u8]) -> Result<Self, ImageError> {
        let pixels = image::load_from_memory(file)?.into_rgb8();
        Ok(Self { pixels })
    }

    /// From rows of red, green, blue.
    pub fn from_rgb8(width: u32, height: u32, rgb8: Vec<u8>) -> Result<Self, BadFrame> {
        let expected_bytes = crate::rgb_bytes(width, height)?;
        let found_bytes = rgb8.len();
        let pixels = RgbImage::from_raw(width, height, rgb8).filter(|_| found_bytes == expected_bytes);
        let pixels = pixels.ok_or(BadFrame::WrongLength { expected_bytes, found_bytes })?;
        Ok(Self { pixels })
    }

    /// As large as the frame allows, in the middle, before the wall.
    fn before_a_wall(&self, width: u32, height: u32) -> Self {
        let scale = (width as f32 / self.pixels.width() as f32).min(height as f32 / self.pixels.height() as f32);
        let side = |pixels: u32, limit: u32| ((pixels as f32 * scale) as u32).clamp(1, limit);
        let fitted = Self {
            pixels: imageops::resize(
                &self.pixels,
                side(self.pixels.width(), width),
                side(self.pixels.height(), height),
                imageops::FilterType::Triangle,
            ),
        };
        let mut pixels = RgbImage::from_pixel(width, height, image::Rgb([WALL; 3]));
        let left = (width - fitted.pixels.width()) / 2;
        let top = (height - fitted.pixels.height()) / 2;
        imageops::replace(&mut pixels, &fitted.pixels, left.into(), top.into());
        Self { pixels }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        self.pixels.as_mut().zeroize();
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{})", self.pixels.width(), self.pixels.height())
    }
}

/// How pictures become frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// A living person before a real sensor.
    Alive { seed: u64 },
    /// Each frame is the picture, dot for dot: a photograph held before the camera, on a tripod.
    Still,
}

/// The place before the camera. Clones are the same place.
#[derive(Clone)]
pub struct SimCameraHandle {
    scene: Arc<Mutex<Scene>>,
}

impl SimCameraHandle {
    /// A camera with frames of this size, and nobody before it.
    pub fn new(width: u32, height: u32, motion: Motion) -> Result<Self, BadFrame> {
        crate::rgb_bytes(width, height)?;
        let scene = Scene {
            width,
            height,
            motion,
            pictures: Vec::new(),
            plugged_in: true,
            frozen: false,
            frame_number: 0,
            frames: 0,
            bytes: 0,
            open_cameras: 0,
            unplugged_times: 0,
        };
        Ok(Self { scene: Arc::new(Mutex::new(scene)) })
    }

    /// Opens the camera; frames come as fast as they are asked for.
    pub fn open(&self) -> Result<SimCamera, CameraError> {
        self.open_paced(Box::new(|| {}))
    }

    /// Opens the camera; `pace` returns when the next frame is due.
    pub fn open_paced(&self, pace: Pace) -> Result<SimCamera, CameraError> {
        let mut scene = self.lock();
        if !scene.plugged_in {
            return Err(CameraError::NotFound { index: 0 });
        }
        scene.open_cameras += 1;
        Ok(SimCamera { handle: self.clone(), pace, unplugged_times: scene.unplugged_times })
    }

    /// Puts somebody before the camera: these pictures are played again and again. None: an empty wall.
    pub fn show(&self, pictures: &[Picture]) {
        let mut scene = self.lock();
        let (width, height) = (scene.width, scene.height);
        scene.pictures = pictures.iter().map(|picture| picture.before_a_wall(width, height)).collect();
        scene.frame_number = 0;
    }

    pub fn set_motion(&self, motion: Motion) {
        self.lock().motion = motion;
    }

    /// Pulls the plug: cameras that are open are gone for good.
    pub fn unplug(&self) {
        let mut scene = self.lock();
        scene.plugged_in = false;
        scene.unplugged_times += 1;
    }

    pub fn plug_in(&self) {
        self.lock().plugged_in = true;
    }

    /// The driver hangs: no frame comes.
    pub fn freeze(&self) {
        self.lock().frozen = true;
    }

    pub fn thaw(&self) {
        self.lock().frozen = false;
    }

    /// Frames handed out so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.lock().frames
    }

    /// Their bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Cameras open now: 0 whenever nobody has consented to be seen.
    #[must_use]
    pub fn open_cameras(&self) -> usize {
        self.lock().open_cameras
    }

    fn lock(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SimCameraHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scene = self.lock();
        f.debug_struct("SimCameraHandle")
            .field("pictures", &scene.pictures.len())
            .field("frames", &scene.frames)
            .finish_non_exhaustive()
    }
}

/// Called before each frame; returns when it is due.
pub type Pace = Box<dyn FnMut() + Send>;

/// An open simulated camera.
pub struct SimCamera {
    handle: SimCameraHandle,
    pace: Pace,
    /// How often the plug had been pulled when this one was opened.
    unplugged_times: u64,
}

impl Camera for SimCamera {
    fn frame(&mut self) -> Result<Frame, CameraError> {
        (self.pace)();
        let mut scene = self.handle.lock();
        if !scene.plugged_in || scene.unplugged_times != self.unplugged_times {
            return Err(CameraError::Gone);
        }
        if scene.frozen {
            return Err(CameraError::TimedOut);
        }
        let frame = scene.frame()?;
        scene.frame_number += 1;
        scene.frames += 1;
        scene.bytes += frame.rgb8().len() as u64;
        Ok(frame)
    }
}

impl Drop for SimCamera {
    fn drop(&mut self) {
        let mut scene = self.handle.lock();
        scene.open_cameras = scene.open_cameras.saturating_sub(1);
    }
}

impl fmt::Debug for SimCamera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimCamera").field("handle", &self.handle).finish_non_exhaustive()
    }
}

struct Scene {
    width: u32,
    height: u32,
    motion: Motion,
    pictures: Vec<Picture>,
    plugged_in: bool,
    frozen: bool,
    /// Since the pictures were chosen.
    frame_number: u64,
    frames: u64,
    bytes: u64,
    open_cameras: usize,
    unplugged_times: u64,
}

impl Scene {
    fn frame(&self) -> Result<Frame, CameraError> {
        let Some(count) = u64::try_from(self.pictures.len()).ok().filter(|count| *count > 0) else {
            let wall = vec![WALL; crate::rgb_bytes(self.width, self.height)?];
            return Ok(Frame::new(self.width, self.height, wall)?);
        };
        let shown = (self.frame_number / FRAMES_PER_PICTURE) % count;
        let picture = &self.pictures[usize::try_from(shown).unwrap_or_default()].pixels;
        let rgb8 = match self.motion {
            Motion::Still => Zeroizing::new(picture.as_raw().clone()),
            Motion::Alive { seed } => alive(picture, seed, self.frame_number),
        };
        Ok(Frame::new(self.width, self.height, rgb8)?)
    }
}

/// The picture moved, lit and noisy, as this frame of this seed has it.
fn alive(picture: &RgbImage, seed: u64, frame_number: u64) -> Zeroizing<Vec<u8>> {
    let mut random = SplitMix64(seed);
    let mut phase = || random.next_unit() * std::f32::consts::TAU;
    let (phase_x, phase_y, phase_light) = (phase(), phase(), phase());
    // Slow against the frame rate, and with no common period.
    let time = frame_number as f32;
    let shift_x = (SWAY_PIXELS * (0.31 * time + phase_x).sin()).round() as i32;
    let shift_y = (SWAY_PIXELS * (0.23 * time + phase_y).sin()).round() as i32;
    let light = 1.0 + LIGHT_CHANGE * (0.11 * time + phase_light).sin();
    let mut noise = SplitMix64(seed ^ frame_number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (width, height) = picture.dimensions();
    let raw = picture.as_raw();
    let moved = |at: u32, shift: i32, side: u32| at.saturating_add_signed(shift).min(side - 1) as usize;
    let columns: Vec<usize> = (0..width).map(|x| moved(x, shift_x, width)).collect();
    let mut rgb8 = Zeroizing::new(Vec::with_capacity(raw.len()));
    for y in 0..height {
        let row = moved(y, shift_y, height) * width as usize;
        for column in &columns {
            let dice = noise.next();
            for (channel, value) in raw[(row + column) * 3..][..3].iter().enumerate() {
                let step = i32::from(dice.to_le_bytes()[channel]) % (2 * NOISE_STEPS + 1) - NOISE_STEPS;
                let lit = (f32::from(*value) * light).round() as i32 + step;
                rgb8.push(u8::try_from(lit.clamp(0, 255)).unwrap_or_default());
            }
        }
    }
    rgb8
}

/// Sebastiano Vigna's SplitMix64: enough for noise, the same everywhere.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to 1.
    fn next_unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
}
