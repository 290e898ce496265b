//! A card that explains: a small title, a sentence, and more.

use crate::look::{self, Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::{self, Type};
use bevy::prelude::*;
use session::screen::Tone;

pub fn spawn(parent: &mut Parent, look: &mut Look, tone: Tone, title: &str, lead: &str, text: &str) {
    let colours = look.tone(tone);
    let sign = match tone {
        Tone::Neutral => None,
        Tone::Ok => Some(Sign::Check),
        Tone::Warn | Tone::Danger => Some(Sign::Exclamation),
    };
    let (ground, title_ink, text_ink) = match tone {
        Tone::Neutral => (palette::WHITE, palette::QUIET_INK, palette::QUIET_INK),
        Tone::Ok | Tone::Warn | Tone::Danger => (colours.ground, colours.ink, palette::INK),
    };
    let sign = sign.map(|sign| look.sign(sign, 40.0, colours.ink));
    let mut card = parent.spawn((look::card(tokens::CARD_PADDING), Pickable::IGNORE));
    card.insert(BackgroundColor(ground.color()));
    if tone != Tone::Neutral {
        card.insert(BorderColor::all(Color::NONE));
    }
    card.with_children(|card| {
        if !title.is_empty() {
            let words = look.text(if sign.is_some() { Type::NoteStrong } else { Type::Note }, title_ink, title);
            card.spawn((
                Node {
                    align_items: AlignItems::Center,
                    column_gap: px(14),
                    margin: UiRect::bottom(px(8)),
                    ..default()
                },
                Pickable::IGNORE,
            ))
            .with_children(|row| {
                if let Some(sign) = sign {
                    row.spawn(sign);
                }
                row.spawn(words);
            });
        }
        if !lead.is_empty() {
            card.spawn(look.text(Type::BodyStrong, palette::INK, lead));
        }
        if !text.is_empty() {
            card.spawn(look.text(Type::Body, text_ink, text));
        }
    });
}
