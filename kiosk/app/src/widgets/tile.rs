//! A department or another thing to choose: its name, where it is, how long it takes.

use crate::look::{Look, Parent};
use crate::palette;
use crate::tokens::{self, Type};
use crate::touch::{self, PressStyle};
use crate::widgets::badge;
use bevy::prelude::*;
use bevy::ui::InteractionDisabled;
use session::screen::{TextSize, Tile};

const EDGE: f32 = 2.0;
const CHOSEN_EDGE: f32 = 6.0;
const PADDING: f32 = 34.0;

/// Two columns, or one where the text is large.
pub fn spawn_grid(parent: &mut Parent, look: &mut Look, tiles: &[Tile]) {
    let columns = match look.text_size {
        TextSize::Normal => 2,
        TextSize::Large => 1,
    };
    parent
        .spawn((
            Node {
                display: Display::Grid,
                width: percent(100),
                grid_template_columns: vec![RepeatedGridTrack::flex(columns, 1.0)],
                column_gap: px(tokens::KEY_GAP),
                row_gap: px(tokens::KEY_GAP),
                ..default()
            },
            Pickable::IGNORE,
        ))
        .with_children(|grid| {
            for tile in tiles {
                spawn(grid, look, tile);
            }
        });
}

fn spawn(parent: &mut Parent, look: &mut Look, tile: &Tile) {
    let accent = look.accent();
    let (style, edge, edge_colour) = match (tile.enabled, tile.chosen) {
        (false, _) => (PressStyle { rest: palette::MIST, pressed: palette::MIST }, EDGE, palette::LINE),
        (true, true) => (PressStyle { rest: accent.soft, pressed: accent.soft_pressed }, CHOSEN_EDGE, accent.strong),
        (true, false) => (PressStyle { rest: palette::WHITE, pressed: accent.soft_pressed }, EDGE, palette::LINE),
    };
    let title_ink = if tile.enabled { palette::INK } else { palette::QUIET_INK };
    // Quiet ink is not dark enough for the soft ground of a chosen tile.
    let subtitle_ink = match (tile.enabled, tile.chosen) {
        (true, true) => palette::DEEP_QUIET_INK,
        (true, false) | (false, _) => palette::QUIET_INK,
    };
    let mut entity = parent.spawn((
        touch::key(tile.action.clone(), &format!("{}. {}", tile.title, tile.subtitle), style),
        Node {
            min_width: px(0),
            min_height: px(tokens::KEY_HEIGHT),
            flex_direction: FlexDirection::Column,
            justify_content: JustifyContent::Center,
            row_gap: px(4),
            // What the edge takes is given back, so that choosing moves nothing.
            padding: UiRect::axes(px(PADDING + CHOSEN_EDGE - edge), px(PADDING - 6.0 + CHOSEN_EDGE - edge)),
            border: UiRect::all(px(edge)),
            border_radius: BorderRadius::all(px(tokens::TILE_RADIUS)),
            ..default()
        },
        BorderColor::all(edge_colour.color()),
    ));
    if !tile.enabled {
        entity.insert(InteractionDisabled);
    }
    entity.with_children(|card| {
        card.spawn(look.text(Type::TileTitle, title_ink, &tile.title));
        if !tile.subtitle.is_empty() {
            card.spawn(look.text(Type::Note, subtitle_ink, &tile.subtitle));
        }
        if let Some(badge) = &tile.badge {
            card.spawn((Node { margin: UiRect::top(px(12)), ..default() }, Pickable::IGNORE)).with_children(|line| {
                badge::plain(line, look, badge, Type::NoteStrong);
            });
        }
    });
}
