//! A QR code (ISO/IEC 18004) that the patient's phone reads, with a word beside it.

use crate::canvas::Canvas;
use crate::look::{self, Look, Parent};
use crate::palette;
use crate::tokens::Type;
use bevy::math::{Vec2, vec2};
use bevy::prelude::*;
use qrcode::{Color as Module, EcLevel, QrCode};

/// Side of the code with its quiet zone: a phone reads 40 mm from half a metre.
const SIDE: f32 = 200.0;
/// 18004 6.3.8: four modules of quiet zone.
const QUIET_ZONE: usize = 4;

pub fn spawn(parent: &mut Parent, look: &mut Look, content: &str, caption: &str) {
    let code = code(content).map(|canvas| look.images.add(canvas.into_pixels()));
    parent.spawn((look::card(28.0), Pickable::IGNORE)).with_children(|card| {
        card.spawn((
            Node { column_gap: px(20), align_items: AlignItems::Center, flex_grow: 1.0, ..default() },
            Pickable::IGNORE,
        ))
        .with_children(|row| {
            if let Some(code) = code {
                row.spawn(look::layer(code, px(SIDE), px(SIDE)));
            }
            row.spawn((Node { flex_grow: 1.0, flex_basis: px(0), min_width: px(0), ..default() }, Pickable::IGNORE))
                .with_children(|cell| {
                    cell.spawn(look.text(Type::Note, palette::INK, caption));
                });
        });
    });
}

/// One pixel block of eight a module, dark on white; nothing when the content is beyond version 40.
fn code(content: &str) -> Option<Canvas> {
    const SCALE: usize = 8;
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let modules = code.width();
    let side = (modules + 2 * QUIET_ZONE) * SCALE;
    let mut canvas = Canvas::new(side as u32, side as u32);
    canvas.rect(Vec2::ZERO, Vec2::splat(side as f32), 0.0, palette::WHITE);
    for (index, module) in code.to_colors().into_iter().enumerate() {
        if module == Module::Dark {
            let at = vec2((index % modules + QUIET_ZONE) as f32, (index / modules + QUIET_ZONE) as f32);
            canvas.rect(at * SCALE as f32, Vec2::splat(SCALE as f32), 0.0, palette::INK);
        }
    }
    Some(canvas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_beyond_version_40_is_no_code_and_no_panic() {
        assert!(code("https://example.test/q/A027").is_some());
        assert!(code(&"x".repeat(5000)).is_none());
    }
}
