//! A short fact on a tinted ground: "BHYT còn hạn", "Chưa so được khuôn mặt".

use crate::look::{Look, Parent};
use crate::signs::Sign;
use crate::tokens::{self, Type};
use bevy::prelude::*;
use session::screen::{Badge, Tone};

/// With a sign before the words, so that the colour is not alone.
pub fn with_sign(parent: &mut Parent, look: &mut Look, badge: &Badge) {
    let sign = match badge.tone {
        Tone::Neutral => Sign::Info,
        Tone::Ok => Sign::Check,
        Tone::Warn | Tone::Danger => Sign::Exclamation,
    };
    let ink = look.tone(badge.tone).ink;
    let sign = look.sign(sign, 36.0, ink);
    let words = look.text(Type::NoteStrong, ink, &badge.text);
    parent.spawn(ground(look, badge.tone)).with_children(|row| {
        row.spawn(sign);
        row.spawn(words);
    });
}

/// Words only: on a tile the words say enough.
pub fn plain(parent: &mut Parent, look: &mut Look, badge: &Badge, role: Type) {
    let words = look.centred(role, look.tone(badge.tone).ink, &badge.text);
    parent.spawn(ground(look, badge.tone)).with_children(|row| {
        row.spawn(words);
    });
}

fn ground(look: &Look, tone: Tone) -> impl Bundle + use<> {
    (
        Node {
            align_self: AlignSelf::FlexStart,
            align_items: AlignItems::Center,
            column_gap: px(14),
            max_width: percent(100),
            flex_shrink: 0.0,
            padding: UiRect::axes(px(24), px(10)),
            border_radius: BorderRadius::all(px(tokens::BADGE_RADIUS)),
            ..default()
        },
        BackgroundColor(look.tone(tone).ground.color()),
        Pickable::IGNORE,
    )
}
