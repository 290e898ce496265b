//! Label and value, one a row.

use crate::look::{self, Look, Parent};
use crate::palette;
use crate::tokens::Type;
use bevy::prelude::*;
use session::screen::TextSize;

pub fn spawn(parent: &mut Parent, look: &mut Look, facts: &[(String, String)]) {
    let (direction, label_width) = match look.text_size {
        TextSize::Normal => (FlexDirection::Row, percent(36)),
        TextSize::Large => (FlexDirection::Column, percent(100)),
    };
    parent.spawn((look::card(0.0), Pickable::IGNORE)).with_children(|card| {
        for (index, (label, value)) in facts.iter().enumerate() {
            card.spawn((
                Node {
                    width: percent(100),
                    flex_direction: direction,
                    column_gap: px(24),
                    padding: UiRect::axes(px(40), px(22)),
                    border: if index == 0 { UiRect::ZERO } else { UiRect::top(px(2)) },
                    ..default()
                },
                BorderColor::all(palette::LINE.color()),
                Pickable::IGNORE,
            ))
            .with_children(|row| {
                row.spawn((Node { width: label_width, flex_shrink: 0.0, ..default() }, Pickable::IGNORE))
                    .with_children(|cell| {
                        cell.spawn(look.text(Type::Body, palette::QUIET_INK, label));
                    });
                row.spawn((
                    Node { flex_grow: 1.0, flex_basis: Val::Auto, min_width: px(0), ..default() },
                    Pickable::IGNORE,
                ))
                .with_children(|cell| {
                    cell.spawn(look.text(Type::BodyStrong, palette::INK, value));
                });
            });
        }
    });
}
