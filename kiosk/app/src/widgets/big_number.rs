//! The largest thing in the room: the ticket number, where to go, how long.

use crate::look::{self, Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::{self, Type, Weight};
use crate::widgets::badge;
use bevy::prelude::*;
use bevy::text::LineHeight;
use session::screen::{BigNumber, TextSize};

/// What the card leaves for the number.
const ROOM: f32 = tokens::SCREEN_WIDTH - 2.0 * tokens::MARGIN - 2.0 * 32.0;
/// Above an arrow the number is smaller, so that way and number are seen together.
pub fn spawn(parent: &mut Parent, look: &mut Look, number: &BigNumber) {
    let accent = look.accent();
    let fitting = tokens::number_size(number.number.chars().count(), ROOM);
    let (size, padding) = match (number.arrow, look.text_size) {
        (false, _) => (fitting, 44.0),
        (true, TextSize::Normal) => (fitting.min(230.0), 44.0),
        (true, TextSize::Large) => (fitting.min(180.0), 24.0),
    };
    parent.spawn((look::card(0.0), Pickable::IGNORE)).with_children(|card| {
        card.spawn((
            Node {
                width: percent(100),
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                padding: UiRect::axes(px(32), px(padding)),
                ..default()
            },
            Pickable::IGNORE,
        ))
        .with_children(|column| {
            if !number.caption.is_empty() {
                column.spawn(look.centred(Type::Body, palette::QUIET_INK, &number.caption));
            }
            let digits = (
                Text::new(number.number.clone()),
                look.font(Weight::Bold, size),
                // Digits and capitals only: no marks to make room for.
                LineHeight::RelativeToFont(1.12),
                TextLayout::no_wrap(),
                TextColor(accent.strong.color()),
                Pickable::IGNORE,
            );
            // Large text leaves no room for an arrow below: there it stands beside the number.
            let beside = number.arrow && look.text_size == TextSize::Large;
            let arrow = number.arrow.then(|| look.fixed_sign(Sign::ArrowRight, size * 0.45, accent.strong));
            let below = if beside {
                column
                    .spawn((
                        Node { align_items: AlignItems::Center, column_gap: px(40), ..default() },
                        Pickable::IGNORE,
                    ))
                    .with_children(|row| {
                        row.spawn(digits);
                        if let Some(arrow) = arrow {
                            row.spawn(arrow);
                        }
                    });
                None
            } else {
                column.spawn(digits);
                arrow
            };
            if !number.place.is_empty() {
                column.spawn(look.centred(Type::Place, palette::INK, &number.place));
            }
            if let Some(badge) = &number.badge {
                column
                    .spawn((
                        Node {
                            width: percent(100),
                            justify_content: JustifyContent::Center,
                            margin: UiRect::top(px(16)),
                            ..default()
                        },
                        Pickable::IGNORE,
                    ))
                    .with_children(|line| {
                        badge::plain(line, look, badge, Type::BodyStrong);
                    });
            }
            if let Some(arrow) = below {
                column.spawn((Node { margin: UiRect::top(px(16)), ..default() }, Pickable::IGNORE)).with_children(
                    |line| {
                        line.spawn(arrow);
                    },
                );
            }
        });
    });
}
