//! The top of every screen: flower, hospital, language, text size, help.

use crate::look::{Look, Parent};
use crate::palette::{self, Rgb};
use crate::signs::Sign;
use crate::tokens::{self, Type, Weight};
use crate::touch::{self, PressStyle};
use bevy::prelude::*;
use bevy::text::LineHeight;
use session::screen::{Action, Header, Mood};

pub fn spawn(parent: &mut Parent, look: &mut Look, header: &Header) {
    let flower = match look.mood {
        Mood::Everyday => Some(look.fixed_sign(Sign::Flower, 80.0, palette::FLOWER)),
        Mood::Private => None,
    };
    parent
        .spawn((
            Node {
                width: percent(100),
                min_height: px(tokens::HEADER_HEIGHT),
                padding: UiRect::axes(px(tokens::MARGIN), px(14)),
                border: UiRect::bottom(px(2)),
                align_items: AlignItems::Center,
                column_gap: px(24),
                ..default()
            },
            BackgroundColor(palette::WHITE.color()),
            BorderColor::all(palette::LINE.color()),
            Pickable::IGNORE,
        ))
        .with_children(|row| {
            if let Some(flower) = flower {
                row.spawn(flower);
            }
            row.spawn((
                Node {
                    flex_direction: FlexDirection::Column,
                    flex_grow: 1.0,
                    flex_basis: px(0),
                    min_width: px(0),
                    ..default()
                },
                Pickable::IGNORE,
            ))
            .with_children(|names| {
                names.spawn(look.text(Type::Hospital, palette::INK, &header.hospital));
                names.spawn(look.text(Type::Subtitle, palette::QUIET_INK, &header.subtitle));
            });
            row.spawn((
                Node { column_gap: px(16), align_items: AlignItems::Center, flex_shrink: 0.0, ..default() },
                Pickable::IGNORE,
            ))
            .with_children(|keys| {
                header_key(keys, look, Action::ToggleLanguage, &header.language_key, |key, look, ink| {
                    key.spawn(look.centred(Type::HeaderKey, ink, &header.language_key));
                });
                header_key(keys, look, Action::ToggleTextSize, &header.text_size_key, |key, look, ink| {
                    key.spawn(letter(look, ink, 26.0));
                    key.spawn(letter(look, ink, 44.0));
                });
                header_key(keys, look, Action::Help, &header.help_key, |key, look, ink| {
                    key.spawn(letter_of(look, ink, 36.0, "?"));
                });
            });
        });
}

fn header_key(
    parent: &mut Parent,
    look: &mut Look,
    action: Action,
    label: &str,
    content: impl FnOnce(&mut Parent, &mut Look, Rgb),
) {
    let accent = look.accent();
    parent
        .spawn((
            touch::key(action, label, PressStyle { rest: accent.soft, pressed: accent.soft_pressed }),
            Node {
                min_width: px(tokens::HEADER_KEY_HEIGHT),
                min_height: px(tokens::HEADER_KEY_HEIGHT),
                padding: UiRect::axes(px(22), px(8)),
                column_gap: px(10),
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                flex_shrink: 0.0,
                border_radius: BorderRadius::all(px(28)),
                ..default()
            },
        ))
        .with_children(|key| content(key, look, accent.on_soft));
}

fn letter(look: &Look, ink: Rgb, size: f32) -> impl Bundle + use<> {
    letter_of(look, ink, size, "A")
}

/// Signs of the setting itself: they do not grow with it.
fn letter_of(look: &Look, ink: Rgb, size: f32, letter: &str) -> impl Bundle + use<> {
    (
        Text::new(letter),
        look.font(Weight::SemiBold, size),
        LineHeight::RelativeToFont(tokens::DISPLAY_LINE_HEIGHT),
        TextColor(ink.color()),
        Pickable::IGNORE,
    )
}
