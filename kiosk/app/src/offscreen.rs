//! Pictures of screens without a window: for the gallery, the demo and tests.
//!
//! One app is kept alive for many pictures. Two pictures of one screen may differ by 2 of 255 in a few bytes, because
//! glyphs land elsewhere in the font atlas; compare with that tolerance.

use crate::fonts::{FontError, FontFiles};
use crate::preview::{PreviewFrame, ShowPreview};
use crate::render::Wanted;
use crate::tokens;
use crate::ui::{DrawTo, KioskUi};
use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::camera::{ImageRenderTarget, RenderTarget};
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::window::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use image::{ImageFormat, RgbaImage};
use session::screen::Screen;
use std::io::Cursor;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Fonts, layout and the strip below a tall body are settled after this many frames.
const SETTLING_FRAMES: usize = 4;
/// A software renderer on a busy machine takes seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// A screen's painter.
pub struct Offscreen {
    app: App,
    target: Handle<Image>,
}

#[derive(Debug, thiserror::Error)]
pub enum OffscreenError {
    #[error(transparent)]
    Fonts(#[from] FontError),
    #[error("no picture came within {} s", PATIENCE.as_secs())]
    NoPicture,
    #[error("the picture has another format than was asked for")]
    Format,
    #[error("the picture cannot be written as PNG")]
    Png(#[from] image::ImageError),
}

impl Offscreen {
    /// Starts the renderer; needs a Vulkan driver, software will do.
    ///
    /// # Panics
    /// Bevy panics where no driver is found.
    pub fn new(fonts: &Path) -> Result<Self, OffscreenError> {
        let fonts = FontFiles::read(fonts)?;
        let mut app = App::new();
        app.add_plugins(
            DefaultPlugins
                .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
                .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() })
                .disable::<WinitPlugin>()
                .disable::<PipelinedRenderingPlugin>()
                .disable::<LogPlugin>()
                .disable::<TerminalCtrlCHandlerPlugin>(),
        );
        let image = Image::new_target_texture(
            tokens::SCREEN_WIDTH as u32,
            tokens::SCREEN_HEIGHT as u32,
            TextureFormat::Rgba8UnormSrgb,
            None,
        );
        let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
        app.insert_resource(DrawTo(RenderTarget::Image(ImageRenderTarget {
            handle: target.clone(),
            scale_factor: 1.0,
        })))
        .add_plugins(KioskUi::new(fonts));
        app.finish();
        app.cleanup();
        Ok(Self { app, target })
    }

    /// Draws a screen, with a picture in its camera block if one is given.
    pub fn render(&mut self, screen: &Screen, preview: Option<PreviewFrame>) -> Result<RgbaImage, OffscreenError> {
        self.app.world_mut().resource_mut::<Wanted>().0 = Some(screen.clone());
        self.app.update();
        if let Some(frame) = preview {
            self.app.world_mut().write_message(ShowPreview::new(frame));
        }
        for _ in 0..SETTLING_FRAMES {
            self.app.update();
        }
        let (sender, pictures) = mpsc::channel();
        self.app.world_mut().spawn(Screenshot::image(self.target.clone())).observe(
            move |captured: On<ScreenshotCaptured>| {
                // The receiver may have lost its patience.
                let _ = sender.send(captured.image.clone());
            },
        );
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            self.app.update();
            if let Ok(picture) = pictures.try_recv() {
                return rgba(picture);
            }
        }
        Err(OffscreenError::NoPicture)
    }

    /// The same as the bytes of a PNG file.
    pub fn render_png(&mut self, screen: &Screen, preview: Option<PreviewFrame>) -> Result<Vec<u8>, OffscreenError> {
        let mut bytes = Vec::new();
        self.render(screen, preview)?.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        Ok(bytes)
    }
}

fn rgba(picture: Image) -> Result<RgbaImage, OffscreenError> {
    let (width, height) = (picture.width(), picture.height());
    picture.data.and_then(|bytes| RgbaImage::from_raw(width, height, bytes)).ok_or(OffscreenError::Format)
}
