//! Over the screen: help, the time-out warning, an emergency being called. The strip at the bottom stays free.

use crate::look::{LiveText, Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::{self, Type};
use crate::widgets::key;
use bevy::prelude::*;
use session::screen::{Dialog, Tone};

const WIDTH: f32 = tokens::SCREEN_WIDTH - 2.0 * tokens::MARGIN;
const PADDING: f32 = 56.0;

pub fn spawn(parent: &mut Parent, look: &mut Look, dialog: &Dialog) {
    let colours = look.tone(dialog.tone);
    let sign = match dialog.tone {
        Tone::Neutral => Sign::Info,
        Tone::Ok => Sign::Check,
        Tone::Warn | Tone::Danger => Sign::Exclamation,
    };
    let sign = look.sign(sign, 64.0, colours.ink);
    parent
        .spawn((
            // Takes every touch that misses the card: what lies below must not be reached.
            Node {
                position_type: PositionType::Absolute,
                left: px(0),
                right: px(0),
                top: px(0),
                bottom: px(0),
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                ..default()
            },
            BackgroundColor(palette::INK.with_alpha(0.84)),
        ))
        .with_children(|scrim| {
            scrim
                .spawn((
                    Node {
                        width: px(WIDTH),
                        max_height: percent(96),
                        flex_direction: FlexDirection::Column,
                        row_gap: px(24),
                        padding: UiRect::all(px(PADDING)),
                        border_radius: BorderRadius::all(px(48)),
                        ..default()
                    },
                    BackgroundColor(palette::WHITE.color()),
                    Pickable::IGNORE,
                ))
                .with_children(|card| {
                    card.spawn((
                        Node {
                            justify_content: JustifyContent::SpaceBetween,
                            align_items: AlignItems::Center,
                            ..default()
                        },
                        Pickable::IGNORE,
                    ))
                    .with_children(|top| {
                        top.spawn((
                            Node {
                                padding: UiRect::all(px(20)),
                                border_radius: BorderRadius::all(px(36)),
                                ..default()
                            },
                            BackgroundColor(colours.ground.color()),
                            Pickable::IGNORE,
                        ))
                        .with_children(|ground| {
                            ground.spawn(sign);
                        });
                        if let Some(seconds) = dialog.seconds {
                            top.spawn((
                                LiveText::DialogSeconds,
                                look.text(Type::Headline, colours.ink, &seconds.to_string()),
                            ));
                        }
                    });
                    card.spawn(look.text(Type::DialogTitle, palette::INK, &dialog.title));
                    if !dialog.text.is_empty() {
                        card.spawn(look.text(Type::Body, palette::QUIET_INK, &dialog.text));
                    }
                    if !dialog.keys.is_empty() {
                        card.spawn((
                            Node {
                                flex_direction: FlexDirection::Column,
                                row_gap: px(tokens::KEY_GAP),
                                margin: UiRect::top(px(24)),
                                flex_shrink: 0.0,
                                ..default()
                            },
                            Pickable::IGNORE,
                        ))
                        .with_children(|keys| {
                            key::spawn_rows(keys, look, &dialog.keys, WIDTH - 2.0 * PADDING);
                        });
                    }
                });
        });
}
