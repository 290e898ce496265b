//! The live picture in an oval, with the hint on it and an arc that fills while the check goes well.

use crate::canvas::{Canvas, ellipse};
use crate::contain::{Contain, room};
use crate::look::{CameraArt, LiveText, Look, Parent};
use crate::palette;
use crate::preview::PreviewPicture;
use crate::tokens::{self, Type};
use bevy::math::{Vec2, vec2};
use bevy::prelude::*;
use session::screen::Mood;

/// The stage that mask, picture and arc share.
pub const STAGE: Vec2 = vec2(968.0, 940.0);
const OVAL_CENTRE: Vec2 = vec2(484.0, 440.0);
const OVAL: Vec2 = vec2(270.0, 350.0);
const STROKE: f32 = 18.0;
/// The arc moves in steps, so that few textures are painted.
pub const ARC_STEPS: u16 = 60;
pub const LEAST_HEIGHT: f32 = 560.0;

/// The texture of the arc, and the step it shows.
#[derive(Component)]
pub struct CameraArc(pub u16);

/// Hidden as soon as a live picture is there.
#[derive(Component)]
pub struct CameraSilhouette;

/// The arc's step for a progress of 0.0 to 1.0.
pub fn arc_step(progress: f32) -> u16 {
    (progress.clamp(0.0, 1.0) * f32::from(ARC_STEPS)).round() as u16
}

pub fn spawn(parent: &mut Parent, look: &mut Look, preview: &PreviewPicture, hint: &str, progress: f32) {
    let mask = look.camera_art(CameraArt::Mask, mask);
    let silhouette = look.camera_art(CameraArt::Silhouette, silhouette);
    let step = arc_step(progress);
    let arc = look.images.add(arc(step, look.mood).into_image());
    let words = look.centred(Type::BodyStrong, palette::INK, hint);
    parent.spawn((Node { min_height: px(LEAST_HEIGHT), ..room() }, Pickable::IGNORE)).with_children(|room| {
        room.spawn((
            Contain { aspect: STAGE.x / STAGE.y, most_height: STAGE.y },
            Node {
                flex_shrink: 0.0,
                overflow: Overflow::clip(),
                border_radius: BorderRadius::all(px(tokens::CARD_RADIUS)),
                ..default()
            },
            BackgroundColor(palette::NIGHT.color()),
            Pickable::IGNORE,
        ))
        .with_children(|stage| {
            stage.spawn((CameraSilhouette, full(silhouette), preview.when_dark()));
            stage.spawn((preview.live(), full_node(), preview.when_live(), Pickable::IGNORE));
            stage.spawn(full(mask));
            stage.spawn((CameraArc(step), full(arc)));
            stage
                .spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        left: px(24),
                        right: px(24),
                        bottom: px(36),
                        justify_content: JustifyContent::Center,
                        ..default()
                    },
                    Pickable::IGNORE,
                ))
                .with_children(|line| {
                    line.spawn((
                        Node {
                            padding: UiRect::axes(px(28), px(14)),
                            border_radius: BorderRadius::all(px(tokens::BADGE_RADIUS)),
                            ..default()
                        },
                        BackgroundColor(palette::WHITE.color()),
                        Pickable::IGNORE,
                    ))
                    .with_children(|pill| {
                        pill.spawn((LiveText::CameraHint, words));
                    });
                });
        });
    });
}

fn full_node() -> Node {
    Node {
        position_type: PositionType::Absolute,
        left: px(0),
        top: px(0),
        width: percent(100),
        height: percent(100),
        border_radius: BorderRadius::all(px(tokens::CARD_RADIUS)),
        ..default()
    }
}

fn full(image: Handle<Image>) -> impl Bundle + use<> {
    (ImageNode { image, image_mode: NodeImageMode::Stretch, ..default() }, full_node(), Pickable::IGNORE)
}

/// Dark outside the oval, with a dashed edge on it.
fn mask() -> Canvas {
    let mut canvas = Canvas::new(STAGE.x as u32, STAGE.y as u32);
    canvas.paint(Vec2::ZERO, STAGE, palette::NIGHT, 0.72, |_| -1.0);
    canvas.cut(OVAL_CENTRE - OVAL, OVAL_CENTRE + OVAL, |p| ellipse(p - OVAL_CENTRE, OVAL));
    const DASHES: u16 = 44;
    for dash in 0..DASHES {
        let from = f32::from(dash) / f32::from(DASHES);
        canvas.arc(OVAL_CENTRE, OVAL, 9.0, from, from + 0.5 / f32::from(DASHES), palette::WHITE);
    }
    canvas
}

/// A head and shoulders of nobody.
fn silhouette() -> Canvas {
    let mut canvas = Canvas::new(STAGE.x as u32, STAGE.y as u32);
    canvas.rect(Vec2::ZERO, STAGE, 0.0, palette::STEEL);
    let (head, shoulders) = (vec2(484.0, 390.0), vec2(484.0, 940.0));
    canvas.ellipse(head, vec2(168.0, 196.0), palette::PALE_STEEL);
    canvas.ellipse(shoulders, vec2(330.0, 330.0), palette::PALE_STEEL);
    canvas
}

/// Clockwise from the top.
pub fn arc(step: u16, mood: Mood) -> Canvas {
    let mut canvas = Canvas::new(STAGE.x as u32, STAGE.y as u32);
    let ink = match mood {
        Mood::Everyday => palette::LEAF,
        Mood::Private => palette::WHITE,
    };
    canvas.arc(OVAL_CENTRE, OVAL, STROKE, 0.0, f32::from(step) / f32::from(ARC_STEPS), ink);
    canvas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_outside_its_range_is_an_empty_or_a_full_arc() {
        assert_eq!(arc_step(-1.0), 0);
        assert_eq!(arc_step(f32::NAN), 0);
        assert_eq!(arc_step(7.0), ARC_STEPS);
    }
}
