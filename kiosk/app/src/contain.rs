//! A node of a fixed shape, as large as its parent allows. Flexbox settles a width before it shares out heights, so
//! the shape is restored from the parent's size one frame later.

use bevy::prelude::*;
use bevy::ui::UiSystems;
use bevy::window::RequestRedraw;

/// Width over height.
#[derive(Component, Debug, Clone, Copy)]
pub struct Contain {
    pub aspect: f32,
    /// No larger than this, in design pixels.
    pub most_height: f32,
}

pub struct ContainPlugin;

impl Plugin for ContainPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(PostUpdate, contain.after(UiSystems::Layout));
    }
}

/// The room in which a contained node is centred; it takes the height that is left.
pub fn room() -> Node {
    Node {
        width: percent(100),
        flex_grow: 1.0,
        flex_basis: px(0),
        min_height: px(0),
        align_items: AlignItems::Center,
        justify_content: JustifyContent::Center,
        ..default()
    }
}

fn contain(
    mut nodes: Query<(&Contain, &ChildOf, &mut Node)>,
    rooms: Query<&ComputedNode>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    for (shape, parent, mut node) in &mut nodes {
        let Ok(room) = rooms.get(parent.parent()) else { continue };
        let size = room.size() * room.inverse_scale_factor;
        let height = size.y.min(size.x / shape.aspect).min(shape.most_height).floor();
        let (width, height) = (px((height * shape.aspect).round()), px(height));
        if node.width != width || node.height != height {
            node.width = width;
            node.height = height;
            redraw.write(RequestRedraw);
        }
    }
}
