//! Keys of the foot and of dialogs: filled, outlined, or a pair of equals.

use crate::look::{Look, Parent};
use crate::palette::{self, Rgb};
use crate::tokens::{self, Type};
use crate::touch::{self, PressStyle};
use bevy::prelude::*;
use bevy::ui::InteractionDisabled;
use session::screen::{Key, KeyWeight, TextSize};

/// Rows of keys, top to bottom: two neighbours of the same weight share a row, the primary key has its own.
pub fn rows<'k>(keys: &'k [Key], look: &Look, width: f32) -> Vec<Vec<&'k Key>> {
    let mut rows: Vec<Vec<&Key>> = Vec::new();
    for key in keys {
        match rows.last_mut() {
            Some(row)
                if row.len() == 1
                    && row[0].weight == key.weight
                    && key.weight != KeyWeight::Primary
                    && fits_half(look, row[0], width)
                    && fits_half(look, key, width) =>
            {
                row.push(key);
            }
            Some(_) | None => rows.push(vec![key]),
        }
    }
    rows
}

/// Whether two lines of half the width hold the label; 0.52 em is the family's mean advance.
fn fits_half(look: &Look, key: &Key, width: f32) -> bool {
    let inner = (width - tokens::KEY_GAP) / 2.0 - 2.0 * PADDING;
    let em = look.size(Type::Key) * 0.52;
    let lines = match look.text_size {
        TextSize::Normal => 1.0,
        TextSize::Large => 1.8,
    };
    let longest_word = key.label.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    key.label.chars().count() as f32 * em <= inner * lines && longest_word as f32 * em <= inner
}

const PADDING: f32 = 28.0;

pub fn spawn_rows(parent: &mut Parent, look: &mut Look, keys: &[Key], width: f32) {
    for row in rows(keys, look, width) {
        parent
            .spawn((
                Node { width: percent(100), column_gap: px(tokens::KEY_GAP), flex_shrink: 0.0, ..default() },
                Pickable::IGNORE,
            ))
            .with_children(|line| {
                for key in row {
                    spawn(line, look, key);
                }
            });
    }
}

struct Face {
    style: PressStyle,
    edge: Option<Rgb>,
    ink: Rgb,
    role: Type,
    height: f32,
}

fn face(look: &Look, key: &Key) -> Face {
    let accent = look.accent();
    let (role, height) = match key.weight {
        KeyWeight::Primary => (Type::PrimaryKey, tokens::PRIMARY_KEY_HEIGHT),
        // An answer stands out from the keys around it; the two answers weigh the same.
        KeyWeight::Equal => (Type::Key, tokens::PRIMARY_KEY_HEIGHT),
        KeyWeight::Secondary => (Type::Key, tokens::KEY_HEIGHT),
    };
    if !key.enabled {
        let style = PressStyle { rest: palette::MIST, pressed: palette::MIST };
        return Face { style, edge: Some(palette::LINE), ink: palette::QUIET_INK, role, height };
    }
    match key.weight {
        KeyWeight::Primary => Face {
            style: PressStyle { rest: accent.strong, pressed: accent.pressed },
            edge: None,
            ink: palette::WHITE,
            role,
            height,
        },
        KeyWeight::Equal => Face {
            style: PressStyle { rest: accent.soft, pressed: accent.soft_pressed },
            edge: Some(accent.strong),
            ink: accent.on_soft,
            role,
            height,
        },
        KeyWeight::Secondary => Face {
            style: PressStyle { rest: palette::WHITE, pressed: accent.soft_pressed },
            edge: Some(accent.strong),
            ink: accent.strong,
            role,
            height,
        },
    }
}

fn spawn(parent: &mut Parent, look: &mut Look, key: &Key) {
    let face = face(look, key);
    let words = look.centred(face.role, face.ink, &key.label);
    // A transparent edge on a filled key: an edge of its colour leaves a light seam at the corners.
    let edge = face.edge.map_or(Color::NONE, Rgb::color);
    let mut entity = parent.spawn((
        touch::key(key.action.clone(), &key.label, face.style),
        Node {
            flex_grow: 1.0,
            flex_basis: px(0),
            min_height: px(face.height),
            padding: UiRect::axes(px(PADDING), px(16)),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            border: if face.edge.is_some() { UiRect::all(px(3)) } else { UiRect::ZERO },
            border_radius: BorderRadius::all(px(tokens::KEY_RADIUS)),
            ..default()
        },
        BorderColor::all(edge),
    ));
    if !key.enabled {
        entity.insert(InteractionDisabled);
    }
    entity.with_children(|key| {
        key.spawn(words);
    });
}
