//! The developer's drawer beside the screen: sections of labelled buttons that act on simulated devices.
//!
//! Which buttons there are comes from outside, as does what they do; the drawer only draws them and says which one
//! was touched. No part of a release: it needs the feature `dock`.

use crate::fonts::Fonts;
use crate::look::{Art, Look};
use crate::palette;
use crate::tokens::Type;
use crate::touch::PressStyle;
use crate::ui::Desk;
use bevy::prelude::*;
use bevy::ui_widgets::{Activate, Button};
use session::screen::{Mood, TextSize};
use std::sync::{Mutex, PoisonError};

/// Design pixels beside the screen.
pub const WIDTH: f32 = 460.0;

/// What a person at a desk does to the simulated devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DockCommand {
    /// Puts the card of this name on the reader.
    InsertCard(String),
    PullCard,
    /// Holds the code of this name before the scanner.
    ShowQr(String),
    /// Stands before the camera.
    Face(String),
    EmptyPaper,
    Refill,
    CutServer,
    RestoreServer,
    CutGateway,
    RestoreGateway,
    /// Pulls the plug of the device of this name.
    Unplug(String),
    Plug(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockButton {
    pub label: String,
    pub command: DockCommand,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockSection {
    pub title: String,
    pub buttons: Vec<DockButton>,
}

/// The simulated world behind the drawer.
pub trait Dock: Send {
    /// Asked once, when the window opens.
    fn sections(&self) -> Vec<DockSection>;
    fn run(&mut self, command: DockCommand);
}

pub struct DockPlugin {
    dock: Mutex<Option<Box<dyn Dock>>>,
}

impl DockPlugin {
    pub fn new(dock: Box<dyn Dock>) -> Self {
        Self { dock: Mutex::new(Some(dock)) }
    }
}

impl Plugin for DockPlugin {
    fn build(&self, app: &mut App) {
        if let Some(dock) = self.dock.lock().unwrap_or_else(PoisonError::into_inner).take() {
            app.insert_resource(World(Mutex::new(dock))).add_observer(run).add_systems(Startup, spawn);
        }
    }
}

#[derive(Resource)]
struct World(Mutex<Box<dyn Dock>>);

#[derive(Component)]
struct Command(DockCommand);

fn run(activate: On<Activate>, commands: Query<&Command>, mut world: ResMut<World>) {
    if let Ok(command) = commands.get(activate.entity) {
        world.0.get_mut().unwrap_or_else(PoisonError::into_inner).run(command.0.clone());
    }
}

fn spawn(
    desks: Query<Entity, With<Desk>>,
    mut world: ResMut<World>,
    fonts: Res<Fonts>,
    mut art: ResMut<Art>,
    mut images: ResMut<Assets<Image>>,
    mut commands: Commands,
) {
    let sections = world.0.get_mut().unwrap_or_else(PoisonError::into_inner).sections();
    let look =
        Look { fonts: &fonts, art: &mut art, images: &mut images, text_size: TextSize::Normal, mood: Mood::Everyday };
    if let Ok(desk) = desks.single() {
        commands.entity(desk).with_children(|desk| {
            desk.spawn((
                Node {
                    width: px(WIDTH),
                    height: percent(100),
                    flex_direction: FlexDirection::Column,
                    padding: UiRect::all(px(28)),
                    row_gap: px(10),
                    overflow: Overflow::scroll_y(),
                    ..default()
                },
                BackgroundColor(palette::INK.color()),
            ))
            .with_children(|drawer| {
                for section in sections {
                    drawer.spawn((
                        Node { margin: UiRect::top(px(14)), ..default() },
                        Pickable::IGNORE,
                        children![look.text(Type::Subtitle, palette::PALE_STEEL, &section.title)],
                    ));
                    drawer
                        .spawn((
                            Node { flex_wrap: FlexWrap::Wrap, column_gap: px(10), row_gap: px(10), ..default() },
                            Pickable::IGNORE,
                        ))
                        .with_children(|row| {
                            for button in section.buttons {
                                let style = PressStyle { rest: palette::DEEP_QUIET_INK, pressed: palette::BLUE };
                                row.spawn((
                                    Button,
                                    Command(button.command),
                                    style,
                                    BackgroundColor(style.rest.color()),
                                    Node {
                                        padding: UiRect::axes(px(18), px(10)),
                                        border_radius: BorderRadius::all(px(16)),
                                        ..default()
                                    },
                                    children![look.text(Type::Subtitle, palette::WHITE, &button.label)],
                                ));
                            }
                        });
                }
            });
        });
    }
}
