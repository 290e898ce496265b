//! Touch, mouse and keyboard: a key emits its [`Action`] once, when it is let go on the same key.
//!
//! Style follows `Pressed` and the keyboard's focus, never hovering: on X11 a tap may arrive as movement only.

use crate::palette::{self, Rgb};
use bevy::a11y::AccessibilityNode;
use bevy::input_focus::tab_navigation::{TabGroup, TabIndex, TabNavigationPlugin};
use bevy::input_focus::{InputFocus, InputFocusVisible};
use bevy::prelude::*;
use bevy::ui::{InteractionDisabled, Pressed};
use bevy::ui_widgets::{Activate, Button};
use session::screen::Action;

/// What this key means.
#[derive(Component, Debug, Clone)]
pub struct Touch {
    pub action: Action,
    /// What an assistive device reads aloud.
    pub label: String,
}

/// The fill of a key at rest and under a finger.
#[derive(Component, Debug, Clone, Copy)]
pub struct PressStyle {
    pub rest: Rgb,
    pub pressed: Rgb,
}

/// A key was touched.
#[derive(Message, Debug, Clone, PartialEq, Eq)]
pub struct Touched(pub Action);

/// The order in which the keyboard visits keys, from the screen.
#[derive(Resource, Default)]
pub struct FocusOrder(pub Vec<Action>);

pub struct TouchPlugin;

impl Plugin for TouchPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(TabNavigationPlugin)
            .add_message::<Touched>()
            .init_resource::<FocusOrder>()
            .add_observer(emit)
            .add_observer(press)
            .add_observer(release)
            .add_systems(PostUpdate, (name_keys, order_keys, show_focus));
    }
}

/// The parts of a key that make it one. The caller adds layout and colours.
pub fn key(action: Action, label: &str, style: PressStyle) -> impl Bundle + use<> {
    (
        Button,
        Touch { action, label: label.to_owned() },
        style,
        BackgroundColor(style.rest.color()),
        // Reserved for the keyboard's focus, so that nothing moves when it comes.
        Outline { width: px(0), offset: px(4), color: palette::INK.color() },
    )
}

/// The root of everything that the keyboard walks through.
pub fn key_group() -> impl Bundle + use<> {
    TabGroup::new(0)
}

fn emit(
    activate: On<Activate>,
    keys: Query<&Touch, Without<InteractionDisabled>>,
    mut touched: MessageWriter<Touched>,
) {
    if let Ok(key) = keys.get(activate.entity) {
        touched.write(Touched(key.action.clone()));
    }
}

fn press(added: On<Add, Pressed>, mut keys: Query<(&PressStyle, &mut BackgroundColor)>) {
    if let Ok((style, mut fill)) = keys.get_mut(added.entity) {
        fill.0 = style.pressed.color();
    }
}

fn release(removed: On<Remove, Pressed>, mut keys: Query<(&PressStyle, &mut BackgroundColor)>) {
    if let Ok((style, mut fill)) = keys.get_mut(removed.entity) {
        fill.0 = style.rest.color();
    }
}

fn name_keys(mut keys: Query<(&Touch, &mut AccessibilityNode), Added<AccessibilityNode>>) {
    for (key, mut node) in &mut keys {
        node.set_label(key.label.clone());
    }
}

fn order_keys(
    order: Res<FocusOrder>,
    keys: Query<(Entity, &Touch), Without<InteractionDisabled>>,
    added: Query<(), Added<Touch>>,
    mut commands: Commands,
) {
    if !order.is_changed() && added.is_empty() {
        return;
    }
    for (entity, key) in &keys {
        match order.0.iter().position(|action| *action == key.action) {
            Some(place) => commands.entity(entity).insert(TabIndex(place as i32)),
            None => commands.entity(entity).remove::<TabIndex>(),
        };
    }
}

fn show_focus(
    focus: Res<InputFocus>,
    visible: Res<InputFocusVisible>,
    mut keys: Query<(Entity, &mut Outline), With<Touch>>,
) {
    if !focus.is_changed() && !visible.is_changed() {
        return;
    }
    for (entity, mut outline) in &mut keys {
        let width = if visible.0 && focus.get() == Some(entity) { px(6) } else { px(0) };
        if outline.width != width {
            outline.width = width;
        }
    }
}
