//! The strip across the bottom of every screen, above every dialog.

use crate::look::{Look, Parent};
use crate::palette;
use crate::signs::Sign;
use crate::tokens::{self, Type};
use crate::touch::{self, PressStyle};
use bevy::prelude::*;
use bevy::ui::InteractionDisabled;
use session::screen::Key;

pub fn spawn(parent: &mut Parent, look: &mut Look, key: &Key) {
    let sign = look.sign(Sign::Plus, 40.0, palette::RED);
    let words = look.centred(Type::BodyStrong, palette::RED, &key.label);
    let mut strip = parent.spawn((
        touch::key(
            key.action.clone(),
            &key.label,
            PressStyle { rest: palette::SOFT_RED, pressed: palette::PRESSED_RED },
        ),
        Node {
            width: percent(100),
            min_height: px(tokens::EMERGENCY_HEIGHT),
            padding: UiRect::axes(px(32), px(12)),
            column_gap: px(24),
            align_items: AlignItems::Center,
            justify_content: JustifyContent::Center,
            ..default()
        },
    ));
    if !key.enabled {
        strip.insert(InteractionDisabled);
    }
    strip.with_children(|strip| {
        strip.spawn(sign);
        strip.spawn(words);
    });
}
