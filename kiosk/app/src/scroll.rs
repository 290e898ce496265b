//! A body taller than its room: it follows the finger, and a strip below it says that there is more.

use crate::look::{Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens;
use bevy::picking::events::{Drag, Pointer};
use bevy::prelude::*;
use bevy::ui::{Pressed, UiSystems};
use bevy::ui_widgets::{Activate, Button, ScrollArea};
use bevy::window::RequestRedraw;

/// A finger that moved this far means scrolling, not touching (5 mm).
const DRAG_THRESHOLD: f32 = 20.0;
/// Share of the visible height that one touch of the strip moves.
const PAGE: f32 = 0.75;
const FADE: f32 = 64.0;

#[derive(Component)]
pub struct BodyArea;

/// The touchable strip; hidden while everything is visible.
#[derive(Component)]
pub struct MoreStrip;

#[derive(Component, Clone, Copy, PartialEq, Eq)]
enum MoreSign {
    Below,
    Above,
}

pub struct ScrollPlugin;

impl Plugin for ScrollPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(follow_finger)
            .add_observer(turn_page)
            .add_systems(PostUpdate, show_strip.after(UiSystems::Layout));
    }
}

pub fn body_area() -> impl Bundle + use<> {
    (
        BodyArea,
        ScrollArea,
        Node {
            width: percent(100),
            flex_grow: 1.0,
            flex_basis: px(0),
            min_height: px(0),
            flex_direction: FlexDirection::Column,
            row_gap: px(tokens::BLOCK_GAP),
            overflow: Overflow::scroll_y(),
            ..default()
        },
    )
}

pub fn spawn_strip(parent: &mut Parent, look: &mut Look) {
    let below = look.sign(Sign::ChevronDown, 56.0, palette::INK);
    let above = look.sign(Sign::ChevronUp, 56.0, palette::INK);
    parent
        .spawn((
            MoreStrip,
            Button,
            Node {
                display: Display::None,
                width: percent(100),
                height: px(tokens::HEADER_KEY_HEIGHT),
                margin: UiRect::top(px(16)),
                flex_shrink: 0.0,
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                border_radius: BorderRadius::all(px(tokens::TILE_RADIUS)),
                ..default()
            },
            BackgroundColor(palette::SOFT_BLUE.color()),
        ))
        .with_children(|strip| {
            // What is cut at the edge fades, so that it reads as going on.
            strip.spawn((
                Node {
                    position_type: PositionType::Absolute,
                    left: px(0),
                    right: px(0),
                    bottom: px(tokens::HEADER_KEY_HEIGHT + 16.0),
                    height: px(FADE),
                    ..default()
                },
                BackgroundGradient::from(LinearGradient::to_bottom(vec![
                    ColorStop::auto(palette::PAPER.with_alpha(0.0)),
                    ColorStop::auto(palette::PAPER.color()),
                ])),
                Pickable::IGNORE,
            ));
            strip.spawn((MoreSign::Below, below));
            strip.spawn((MoreSign::Above, above));
        });
}

/// How far the area can move and how much of it is seen, in design pixels.
fn range(node: &ComputedNode) -> (f32, f32) {
    let scale = node.inverse_scale_factor;
    let visible = node.size().y * scale;
    ((node.content_size().y * scale - visible).max(0.0), visible)
}

fn follow_finger(
    mut drag: On<Pointer<Drag>>,
    mut areas: Query<(&ComputedNode, &mut ScrollPosition), With<BodyArea>>,
    pressed: Query<Entity, With<Pressed>>,
    scale: Res<UiScale>,
    mut commands: Commands,
) {
    let Ok((node, mut position)) = areas.get_mut(drag.entity) else { return };
    drag.propagate(false);
    let (range, _) = range(node);
    if range <= 1.0 {
        return;
    }
    position.y = (position.y - drag.delta.y / scale.0).clamp(0.0, range);
    if drag.distance.y.abs() / scale.0 > DRAG_THRESHOLD {
        // The finger scrolls: what lay under it must not be touched when it is lifted.
        for key in &pressed {
            commands.entity(key).remove::<Pressed>();
        }
    }
}

fn turn_page(
    activate: On<Activate>,
    strips: Query<(), With<MoreStrip>>,
    mut areas: Query<(&ComputedNode, &mut ScrollPosition), With<BodyArea>>,
) {
    if !strips.contains(activate.entity) {
        return;
    }
    for (node, mut position) in &mut areas {
        let (range, visible) = range(node);
        position.y = if position.y >= range - 1.0 { 0.0 } else { (position.y + visible * PAGE).min(range) };
    }
}

fn show_strip(
    areas: Query<(&ComputedNode, &ScrollPosition), With<BodyArea>>,
    mut strips: Query<&mut Node, (With<MoreStrip>, Without<MoreSign>)>,
    mut signs: Query<(&MoreSign, &mut Node), Without<MoreStrip>>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    for (area, position) in &areas {
        let (range, _) = range(area);
        let direction = if position.y >= range - 1.0 { MoreSign::Above } else { MoreSign::Below };
        let mut moved = false;
        for mut strip in &mut strips {
            moved |= display(&mut strip, range > 1.0);
        }
        for (sign, mut node) in &mut signs {
            moved |= display(&mut node, *sign == direction);
        }
        if moved {
            redraw.write(RequestRedraw);
        }
    }
}

/// Shows or hides; true if that changed.
fn display(node: &mut Mut<Node>, shown: bool) -> bool {
    let wanted = if shown { Display::Flex } else { Display::None };
    let changed = node.display != wanted;
    if changed {
        node.display = wanted;
    }
    changed
}
