//! Digits, an eraser, and what was typed above them.

use crate::look::{self, LiveText, Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::{self, Type};
use crate::touch::{self, PressStyle};
use bevy::prelude::*;
use session::screen::{Action, Keypad, TextSize};

/// Height and gap of the keys; large text leaves them less room, and they stay above 20 mm.
fn grid_size(text_size: TextSize) -> (f32, f32) {
    match text_size {
        TextSize::Normal => (124.0, tokens::KEY_GAP),
        TextSize::Large => (96.0, 16.0),
    }
}

pub fn spawn(parent: &mut Parent, look: &mut Look, keypad: &Keypad) {
    let (_, gap) = grid_size(look.text_size);
    parent.spawn((look::card(24.0), Pickable::IGNORE)).with_children(|card| {
        card.spawn(look.text(Type::Note, palette::QUIET_INK, &keypad.label));
        card.spawn((LiveText::KeypadEntry, look.text(Type::Digit, palette::INK, &keypad.entry)));
    });
    parent
        .spawn((
            Node {
                display: Display::Grid,
                width: percent(100),
                margin: UiRect::top(px(gap)),
                grid_template_columns: vec![RepeatedGridTrack::flex(3, 1.0)],
                column_gap: px(gap),
                row_gap: px(gap),
                ..default()
            },
            Pickable::IGNORE,
        ))
        .with_children(|grid| {
            for digit in [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] {
                let words = look.centred(Type::Digit, palette::INK, &digit.to_string());
                grid.spawn(pad_key(look, Action::Digit(digit), &digit.to_string(), 1)).with_children(|key| {
                    key.spawn(words);
                });
            }
            let sign = look.sign(Sign::Erase, 48.0, palette::INK);
            let words = look.centred(Type::Key, palette::INK, &keypad.erase_label);
            grid.spawn(pad_key(look, Action::Erase, &keypad.erase_label, 2)).with_children(|key| {
                key.spawn(sign);
                key.spawn(words);
            });
        });
}

fn pad_key(look: &Look, action: Action, label: &str, columns: u16) -> impl Bundle + use<> {
    let accent = look.accent();
    (
        touch::key(action, label, PressStyle { rest: palette::WHITE, pressed: accent.soft_pressed }),
        Node {
            min_width: px(0),
            min_height: px(grid_size(look.text_size).0),
            column_gap: px(20),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            border: UiRect::all(px(2)),
            border_radius: BorderRadius::all(px(tokens::TILE_RADIUS)),
            grid_column: GridPlacement::span(columns),
            ..default()
        },
        BorderColor::all(accent.strong.color()),
    )
}
