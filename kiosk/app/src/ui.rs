//! The screen as one plugin: used by the window, by pictures without a window, and by tests without a GPU.

use crate::contain::ContainPlugin;
use crate::fonts::FontFiles;
use crate::palette;
use crate::preview::PreviewPlugin;
use crate::render::{self, RenderScreenPlugin};
use crate::scroll::ScrollPlugin;
use crate::tokens;
use crate::touch::TouchPlugin;
use crate::widgets::camera;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::ui::IsDefaultUiCamera;
use std::sync::{Mutex, PoisonError};

/// Draws `session::screen::Screen` and emits [`crate::touch::Touched`].
pub struct KioskUi {
    fonts: Mutex<Option<FontFiles>>,
    /// What stands beside the screen, in design pixels.
    beside: f32,
}

/// The node that holds the screen, and after it what stands beside the screen.
#[derive(Component)]
pub struct Desk;

/// Where the camera draws when there is no window.
#[derive(Resource, Clone)]
pub struct DrawTo(pub RenderTarget);

impl KioskUi {
    pub fn new(fonts: FontFiles) -> Self {
        Self { fonts: Mutex::new(Some(fonts)), beside: 0.0 }
    }

    /// Leaves room at the right of the screen.
    pub fn with_room_beside(self, beside: f32) -> Self {
        Self { beside, ..self }
    }
}

#[derive(Resource)]
struct DesignSize(Vec2);

impl Plugin for KioskUi {
    fn build(&self, app: &mut App) {
        if let Some(fonts) = self.fonts.lock().unwrap_or_else(PoisonError::into_inner).take() {
            fonts.install(app.world_mut());
        }
        app.insert_resource(ClearColor(palette::PAPER.color()))
            .insert_resource(DesignSize(Vec2::new(tokens::SCREEN_WIDTH + self.beside, tokens::SCREEN_HEIGHT)))
            .add_plugins((
                TouchPlugin,
                ScrollPlugin,
                ContainPlugin,
                RenderScreenPlugin,
                PreviewPlugin { aspect: camera::STAGE.x / camera::STAGE.y },
            ))
            .add_systems(PreStartup, set_up)
            .add_systems(First, fit_window);
    }
}

fn set_up(target: Option<Res<DrawTo>>, mut commands: Commands) {
    // The default camera of the UI must be marked where it draws to an image, else the picture is blank.
    let camera = commands.spawn((Camera2d, Msaa::Off, IsDefaultUiCamera)).id();
    if let Some(target) = target {
        commands.entity(camera).insert(target.0.clone());
    }
    let desk = commands
        .spawn((
            Desk,
            Node {
                width: percent(100),
                height: percent(100),
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                ..default()
            },
            Pickable::IGNORE,
        ))
        .id();
    let root = commands
        .spawn((
            Node {
                width: px(tokens::SCREEN_WIDTH),
                height: px(tokens::SCREEN_HEIGHT),
                flex_direction: FlexDirection::Column,
                flex_shrink: 0.0,
                overflow: Overflow::clip(),
                ..default()
            },
            BackgroundColor(palette::PAPER.color()),
            Pickable::IGNORE,
            ChildOf(desk),
        ))
        .id();
    render::spawn_stage(&mut commands, root);
}

/// The design is scaled as a whole to the window it gets.
fn fit_window(windows: Query<&Window, Changed<Window>>, design: Res<DesignSize>, mut scale: ResMut<UiScale>) {
    for window in &windows {
        let fitting = (window.width() / design.0.x).min(window.height() / design.0.y);
        if fitting > 0.0 && (scale.0 - fitting).abs() > f32::EPSILON {
            scale.0 = fitting;
        }
    }
}
