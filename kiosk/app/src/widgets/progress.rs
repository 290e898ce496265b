//! The ring and the list while the chip is read.

use crate::canvas::Canvas;
use crate::look::{self, Look, Parent};
use crate::palette::{self, Rgb};
use crate::signs::Sign;
use crate::tokens::{self, Type, Weight};
use bevy::math::{Vec2, vec2};
use bevy::prelude::*;
use session::screen::{Mood, StepMark};

const RING: f32 = 208.0;
const STROKE: f32 = 20.0;

pub fn spawn(parent: &mut Parent, look: &mut Look, percent: u8, steps: &[(StepMark, String)]) {
    let percent = percent.min(100);
    let ring = look.images.add(ring(percent, look.accent().strong).into_image());
    parent.spawn((look::card(tokens::CARD_PADDING), Pickable::IGNORE)).with_children(|card| {
        card.spawn((
            Node { column_gap: px(44), align_items: AlignItems::Center, padding: UiRect::all(px(12)), ..default() },
            Pickable::IGNORE,
        ))
        .with_children(|row| {
            row.spawn((
                Node {
                    width: px(RING),
                    height: px(RING),
                    flex_shrink: 0.0,
                    align_items: AlignItems::Center,
                    justify_content: JustifyContent::Center,
                    ..default()
                },
                Pickable::IGNORE,
            ))
            .with_children(|centre| {
                centre.spawn((
                    ImageNode { image: ring, image_mode: NodeImageMode::Stretch, ..default() },
                    Node { position_type: PositionType::Absolute, width: px(RING), height: px(RING), ..default() },
                    Pickable::IGNORE,
                ));
                // Inside a ring of a fixed size the figure keeps its size.
                centre.spawn((
                    Text::new(format!("{percent}%")),
                    look.font(Weight::Bold, Type::Percent.size()),
                    TextColor(palette::INK.color()),
                    Pickable::IGNORE,
                ));
            });
            row.spawn((
                Node {
                    flex_direction: FlexDirection::Column,
                    flex_grow: 1.0,
                    flex_basis: px(0),
                    row_gap: px(12),
                    ..default()
                },
                Pickable::IGNORE,
            ))
            .with_children(|list| {
                for (mark, words) in steps {
                    step(list, look, *mark, words);
                }
            });
        });
    });
}

fn step(parent: &mut Parent, look: &mut Look, mark: StepMark, words: &str) {
    let (sign, sign_ink, ink) = match mark {
        StepMark::Done => (Sign::Check, done_ink(look), palette::INK),
        StepMark::Current => (Sign::Dot, look.accent().strong, palette::INK),
        StepMark::Waiting => (Sign::Ring, palette::QUIET_INK, palette::QUIET_INK),
    };
    let role = if mark == StepMark::Current { Type::BodyStrong } else { Type::Body };
    let sign = look.sign(sign, 36.0, sign_ink);
    let words = look.text(role, ink, words);
    parent
        .spawn((Node { align_items: AlignItems::Center, column_gap: px(16), ..default() }, Pickable::IGNORE))
        .with_children(|row| {
            row.spawn(sign);
            row.spawn(words);
        });
}

fn done_ink(look: &Look) -> Rgb {
    match look.mood {
        Mood::Everyday => palette::GREEN,
        Mood::Private => palette::QUIET_INK,
    }
}

fn ring(percent: u8, ink: Rgb) -> Canvas {
    let mut canvas = Canvas::new(RING as u32, RING as u32);
    let radii = Vec2::splat((RING - STROKE) / 2.0);
    let centre = vec2(RING, RING) / 2.0;
    canvas.arc(centre, radii, STROKE, 0.0, 1.0, palette::LINE);
    canvas.arc(centre, radii, STROKE, 0.0, f32::from(percent) / 100.0, ink);
    canvas
}
