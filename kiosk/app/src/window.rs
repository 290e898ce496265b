//! The window on the kiosk's panel.

use crate::bridge::{self, BridgePlugin, Connected, Station, Waker};
#[cfg(feature = "dock")]
use crate::dock::{self, Dock, DockPlugin};
use crate::fonts::{FontError, FontFiles};
use crate::tokens;
use crate::ui::KioskUi;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::window::{CursorOptions, MonitorSelection, PresentMode, WindowMode, WindowResolution};
use bevy::winit::{EventLoopProxyWrapper, UpdateMode, WinitSettings, WinitUserEvent};
use std::path::PathBuf;
use std::time::Duration;

/// How the window stands on the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The whole panel, without a pointer: the kiosk.
    Fullscreen,
    /// A window this high, with a pointer: a desk.
    Windowed { height: u32 },
}

pub struct WindowOptions {
    pub placement: Placement,
    /// The folder with `BeVietnamPro-*.ttf`.
    pub fonts: PathBuf,
    /// A drawer of commands beside the screen.
    #[cfg(feature = "dock")]
    pub dock: Option<Box<dyn Dock>>,
}

#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error(transparent)]
    Fonts(#[from] FontError),
    #[error("the window ended with code {0}")]
    Ended(u8),
}

/// Shows the station until the window is closed.
pub fn run_window(station: Box<dyn Station>, options: WindowOptions) -> Result<(), WindowError> {
    let fonts = FontFiles::read(&options.fonts)?;
    #[cfg(feature = "dock")]
    let beside = if options.dock.is_some() { dock::WIDTH } else { 0.0 };
    #[cfg(not(feature = "dock"))]
    let beside = 0.0;

    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(window(options.placement, beside)),
                primary_cursor_options: Some(CursorOptions {
                    visible: options.placement != Placement::Fullscreen,
                    ..default()
                }),
                ..default()
            })
            // The program that opens the window writes the log.
            .disable::<LogPlugin>()
            // A pipeline that is not ready leaves its shapes out, and nothing would draw them later.
            .set(RenderPlugin { synchronous_pipeline_compilation: true, ..default() }),
    )
    .insert_resource(sleeping())
    .add_plugins((KioskUi::new(fonts).with_room_beside(beside), BridgePlugin::new(station)))
    .add_systems(Startup, connect);
    #[cfg(feature = "dock")]
    if let Some(dock) = options.dock {
        app.add_plugins(DockPlugin::new(dock));
    }
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(WindowError::Ended(code.get())),
    }
}

/// Draws when the window or a worker says so, never by the clock.
fn sleeping() -> WinitSettings {
    let mode = UpdateMode::reactive_low_power(Duration::MAX);
    WinitSettings { focused_mode: mode, unfocused_mode: mode }
}

fn window(placement: Placement, beside: f32) -> Window {
    let (mode, height) = match placement {
        Placement::Fullscreen => {
            (WindowMode::BorderlessFullscreen(MonitorSelection::Primary), tokens::SCREEN_HEIGHT as u32)
        }
        Placement::Windowed { height } => (WindowMode::Windowed, height.max(480)),
    };
    let width = (height as f32 * (tokens::SCREEN_WIDTH + beside) / tokens::SCREEN_HEIGHT) as u32;
    Window {
        title: "Tiếp Đón".to_owned(),
        mode,
        resolution: WindowResolution::new(width, height),
        present_mode: PresentMode::AutoVsync,
        ..default()
    }
}

fn connect(mut connected: ResMut<Connected>, event_loop: Res<EventLoopProxyWrapper>) {
    let event_loop = (**event_loop).clone();
    bridge::connect(
        &mut connected,
        Waker::new(move || {
            // The loop is gone only when the window is.
            let _ = event_loop.send_event(WinitUserEvent::WakeUp);
        }),
    );
}
