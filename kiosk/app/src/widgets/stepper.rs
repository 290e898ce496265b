//! Where the patient is: four words, a bar each. What is done has a check.

use crate::look::{Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::Type;
use bevy::prelude::*;
use session::screen::{Stepper, TextSize};
use std::cmp::Ordering;

pub fn spawn(parent: &mut Parent, look: &mut Look, stepper: &Stepper) {
    let accent = look.accent();
    // Large words do not fit four equal columns; then each column is as wide as its word asks.
    let basis = match look.text_size {
        TextSize::Normal => px(0),
        TextSize::Large => auto(),
    };
    parent
        .spawn((
            Node { width: percent(100), column_gap: px(14), padding: UiRect::top(px(40)), ..default() },
            Pickable::IGNORE,
        ))
        .with_children(|row| {
            for (index, word) in stepper.labels.iter().enumerate() {
                let (role, ink, bar, done) = match index.cmp(&usize::from(stepper.current)) {
                    Ordering::Less => (Type::StepperWord, accent.strong, accent.strong, true),
                    Ordering::Equal => (Type::StepperWordNow, palette::INK, accent.strong, false),
                    Ordering::Greater => (Type::StepperWord, palette::QUIET_INK, palette::LINE, false),
                };
                let check = done.then(|| look.sign(Sign::Check, 26.0, accent.strong));
                let word = look.text(role, ink, word);
                row.spawn((
                    Node {
                        flex_grow: 1.0,
                        flex_basis: basis,
                        flex_direction: FlexDirection::Column,
                        row_gap: px(14),
                        ..default()
                    },
                    Pickable::IGNORE,
                ))
                .with_children(|step| {
                    step.spawn((
                        Node {
                            width: percent(100),
                            height: px(12),
                            border_radius: BorderRadius::all(px(6)),
                            ..default()
                        },
                        BackgroundColor(bar.color()),
                        Pickable::IGNORE,
                    ));
                    step.spawn((
                        Node { align_items: AlignItems::Center, column_gap: px(6), ..default() },
                        Pickable::IGNORE,
                    ))
                    .with_children(|line| {
                        if let Some(check) = check {
                            line.spawn(check);
                        }
                        line.spawn(word);
                    });
                });
            }
        });
}
