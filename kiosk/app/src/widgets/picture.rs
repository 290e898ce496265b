//! A drawing on a soft panel, with a word below it.

use crate::contain::{Contain, room};
use crate::look::{Look, Parent};
use crate::palette;
use crate::pictures;
use crate::tokens::{self, Type};
use bevy::prelude::*;
use session::screen::Picture;

/// The least height at which a drawing still says something; with room it grows.
pub const LEAST_HEIGHT: f32 = 340.0;
pub const MOST_HEIGHT: f32 = 700.0;

pub fn spawn(parent: &mut Parent, look: &mut Look, picture: Picture, caption: &str) {
    let image = look.picture(picture);
    let soft = look.accent().soft;
    parent
        .spawn((
            Node {
                width: percent(100),
                flex_grow: 1.0,
                flex_basis: px(LEAST_HEIGHT),
                min_height: px(LEAST_HEIGHT),
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                justify_content: JustifyContent::Center,
                row_gap: px(20),
                padding: UiRect::axes(px(32), px(36)),
                border_radius: BorderRadius::all(px(tokens::CARD_RADIUS)),
                ..default()
            },
            BackgroundColor(soft.color()),
            Pickable::IGNORE,
        ))
        .with_children(|panel| {
            panel.spawn((room(), Pickable::IGNORE)).with_children(|room| {
                room.spawn((
                    ImageNode { image, image_mode: NodeImageMode::Stretch, ..default() },
                    Contain {
                        aspect: pictures::WIDTH as f32 / pictures::HEIGHT as f32,
                        most_height: pictures::HEIGHT as f32,
                    },
                    Node { flex_shrink: 0.0, ..default() },
                    Pickable::IGNORE,
                ));
            });
            if !caption.is_empty() {
                panel.spawn(look.centred(Type::Body, palette::INK, caption));
            }
        });
}
