//! Lines to touch, one below the other: papers, choices, answers to look over.

use crate::look::{Look, Parent};
use crate::palette;
use crate::tokens::{self, Type};
use crate::touch::{self, PressStyle};
use crate::widgets::badge;
use bevy::prelude::*;
use session::screen::{Row, TextSize};

const EDGE: f32 = 2.0;
const CHOSEN_EDGE: f32 = 6.0;
const LEAST_HEIGHT: f32 = 108.0;
const GAP: f32 = 16.0;

pub fn spawn_list(parent: &mut Parent, look: &mut Look, rows: &[Row]) {
    let column = Node { width: percent(100), flex_direction: FlexDirection::Column, row_gap: px(GAP), ..default() };
    parent.spawn((column, Pickable::IGNORE)).with_children(|list| {
        for row in rows {
            spawn(list, look, row);
        }
    });
}

fn spawn(parent: &mut Parent, look: &mut Look, row: &Row) {
    let accent = look.accent();
    let (style, edge, edge_colour, quiet) = if row.chosen {
        // Quiet ink is not dark enough for the soft ground of a chosen row.
        let style = PressStyle { rest: accent.soft, pressed: accent.soft_pressed };
        (style, CHOSEN_EDGE, accent.strong, palette::DEEP_QUIET_INK)
    } else {
        let style = PressStyle { rest: palette::WHITE, pressed: accent.soft_pressed };
        (style, EDGE, palette::LINE, palette::QUIET_INK)
    };
    // A badge beside large words leaves them no room.
    let (direction, align) = match look.text_size {
        TextSize::Normal => (FlexDirection::Row, AlignItems::Center),
        TextSize::Large => (FlexDirection::Column, AlignItems::Stretch),
    };
    let said = row.badge.as_ref().map(|badge| badge.text.as_str()).unwrap_or_default();
    parent
        .spawn((
            touch::key(row.action.clone(), &format!("{}. {} {said}", row.title, row.subtitle), style),
            Node {
                width: percent(100),
                min_height: px(LEAST_HEIGHT),
                flex_direction: direction,
                align_items: align,
                column_gap: px(24),
                row_gap: px(8),
                // What the edge takes is given back, so that choosing moves nothing.
                padding: UiRect::axes(px(34.0 + CHOSEN_EDGE - edge), px(16.0 + CHOSEN_EDGE - edge)),
                border: UiRect::all(px(edge)),
                border_radius: BorderRadius::all(px(tokens::TILE_RADIUS)),
                ..default()
            },
            BorderColor::all(edge_colour.color()),
        ))
        .with_children(|line| {
            let words = Node {
                flex_direction: FlexDirection::Column,
                flex_grow: 1.0,
                flex_basis: Val::Auto,
                flex_shrink: 1.0,
                min_width: px(0),
                ..default()
            };
            line.spawn((words, Pickable::IGNORE)).with_children(|words| {
                words.spawn(look.text(Type::BodyStrong, palette::INK, &row.title));
                if !row.subtitle.is_empty() {
                    words.spawn(look.text(Type::Note, quiet, &row.subtitle));
                }
            });
            if let Some(row_badge) = &row.badge {
                let cell = Node { flex_shrink: 0.0, max_width: percent(45), ..default() };
                line.spawn((cell, Pickable::IGNORE)).with_children(|cell| {
                    badge::plain(cell, look, row_badge, Type::NoteStrong);
                });
            }
        });
}
