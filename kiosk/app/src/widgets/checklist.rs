//! What to take along, each with a check.

use crate::look::{self, Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::Type;
use bevy::prelude::*;

pub fn spawn(parent: &mut Parent, look: &mut Look, title: &str, items: &[String]) {
    let accent = look.accent();
    let mut card = parent.spawn((look::card(36.0), Pickable::IGNORE));
    card.with_children(|card| {
        if !title.is_empty() {
            card.spawn(look.text(Type::BodyStrong, palette::INK, title));
        }
        for item in items {
            let check = look.sign(Sign::Check, 34.0, accent.strong);
            let words = look.text(Type::Body, palette::INK, item);
            card.spawn((
                Node { align_items: AlignItems::Center, column_gap: px(14), margin: UiRect::top(px(6)), ..default() },
                Pickable::IGNORE,
            ))
            .with_children(|row| {
                row.spawn(check);
                row.spawn(words);
            });
        }
    });
}
