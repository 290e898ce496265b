//! The Vietnamese keyboard under a finger, and what was typed above it. Its caps keep their size: they are furniture.

use crate::look::{self, LiveText, Look, Parent};
use crate::palette::{self, Rgb};
use crate::signs::Sign;
use crate::tokens::{self, Type, Weight};
use crate::touch::{self, PressStyle};
use bevy::prelude::*;
use bevy::text::LineHeight;
use session::screen::{KeyCap, KeyFace, Keyboard};

const CAP_HEIGHT: f32 = 88.0;
const GAP: f32 = 9.0;
const RADIUS: f32 = 20.0;
const LETTER: f32 = 40.0;
const WORD: f32 = 30.0;
/// Room that stays when nothing is typed yet.
const ENTRY_HEIGHT: f32 = 112.0;

/// Shows whether the next letter is large.
#[derive(Component, Debug, Clone, Copy)]
pub struct ShiftCap;

pub fn spawn(parent: &mut Parent, look: &mut Look, keyboard: &Keyboard) {
    parent.spawn((look::card(24.0), Pickable::IGNORE)).with_children(|card| {
        if !keyboard.label.is_empty() {
            card.spawn(look.text(Type::Note, palette::QUIET_INK, &keyboard.label));
        }
        card.spawn((Node { min_height: px(ENTRY_HEIGHT - 48.0), ..default() }, Pickable::IGNORE)).with_children(
            |entry| {
                entry.spawn((LiveText::KeypadEntry, look.text(Type::Place, palette::INK, &shown(&keyboard.entry))));
            },
        );
    });
    let column = Node {
        width: percent(100),
        margin: UiRect::top(px(20)),
        flex_direction: FlexDirection::Column,
        row_gap: px(GAP),
        ..default()
    };
    parent.spawn((column, Pickable::IGNORE)).with_children(|rows| {
        for row in &keyboard.rows {
            let line = Node { width: percent(100), column_gap: px(GAP), ..default() };
            rows.spawn((line, Pickable::IGNORE)).with_children(|line| {
                for cap in row {
                    spawn_cap(line, look, cap);
                }
            });
        }
    });
}

/// With the writing mark behind it.
pub fn shown(entry: &str) -> String {
    format!("{entry}|")
}

/// The fill of the shift key.
pub fn shift_style(look: &Look, face: KeyFace) -> PressStyle {
    let accent = look.accent();
    match face {
        KeyFace::Held => PressStyle { rest: accent.soft_pressed, pressed: accent.soft },
        KeyFace::Letter | KeyFace::Quiet | KeyFace::Erase => {
            PressStyle { rest: accent.soft, pressed: accent.soft_pressed }
        }
    }
}

/// The edge tells it too: colour is not alone.
pub fn shift_edge(look: &Look, face: KeyFace) -> Rgb {
    match face {
        KeyFace::Held => look.accent().strong,
        KeyFace::Letter | KeyFace::Quiet | KeyFace::Erase => palette::LINE,
    }
}

fn spawn_cap(parent: &mut Parent, look: &mut Look, cap: &KeyCap) {
    let accent = look.accent();
    let (style, edge, ink, size) = match cap.face {
        KeyFace::Letter => {
            let style = PressStyle { rest: palette::WHITE, pressed: accent.soft_pressed };
            (style, palette::LINE, palette::INK, LETTER)
        }
        KeyFace::Quiet | KeyFace::Held | KeyFace::Erase => {
            (shift_style(look, cap.face), shift_edge(look, cap.face), palette::INK, WORD)
        }
    };
    // A sign of one character is read like a letter.
    let size = if cap.label.chars().count() == 1 { LETTER } else { size };
    let sign = (cap.face == KeyFace::Erase).then(|| look.fixed_sign(Sign::Erase, 40.0, ink));
    let words = (
        Text::new(&cap.label),
        look.font(Weight::SemiBold, size),
        LineHeight::RelativeToFont(tokens::DISPLAY_LINE_HEIGHT),
        TextColor(ink.color()),
        Pickable::IGNORE,
    );
    let mut key = parent.spawn((
        touch::key(cap.action.clone(), &cap.label, style),
        Node {
            flex_grow: cap.width,
            flex_basis: px(0),
            min_width: px(0),
            min_height: px(CAP_HEIGHT),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            border: UiRect::all(px(2)),
            border_radius: BorderRadius::all(px(RADIUS)),
            ..default()
        },
        BorderColor::all(edge.color()),
    ));
    if cap.action == session::screen::Action::Shift {
        key.insert(ShiftCap);
    }
    key.with_children(|key| match sign {
        Some(sign) => {
            key.spawn(sign);
        }
        None => {
            key.spawn(words);
        }
    });
}
