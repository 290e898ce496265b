//! A `Screen` becomes a tree of nodes. Only what changed is rebuilt, so that a key under a finger stays the same
//! key while a ring turns, seconds count or a face moves.

use crate::fonts::Fonts;
use crate::look::{self, Art, LiveText, Look, Parent};
use crate::palette;
use crate::preview::Preview;
use crate::scroll;
use crate::tokens::{self, Type};
use crate::touch::{self, FocusOrder, PressStyle};
use crate::widgets::camera::CameraArc;
use crate::widgets::keyboard::ShiftCap;
use crate::widgets::{
    badge, big_number, camera, checklist, dialog, emergency, facts, header, key, keyboard, keypad, notice, picture,
    progress, qr, row, stepper, tile,
};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use session::screen::{Action, Block, Dialog, KeyCap, KeyFace, Keyboard, Screen, TextSize};

/// What the session wants shown.
#[derive(Resource, Default)]
pub struct Wanted(pub Option<Screen>);

/// The fixed places of a screen, and what stands in them.
#[derive(Resource)]
pub struct Stage {
    header: Entity,
    stepper: Entity,
    area: Entity,
    question: Entity,
    strip: Entity,
    keys: Entity,
    overlay: Entity,
    emergency: Entity,
    blocks: Vec<(Vec<Block>, Entity)>,
    shown: Option<Screen>,
}

pub struct RenderScreenPlugin;

impl Plugin for RenderScreenPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Wanted>()
            .init_resource::<Art>()
            .add_systems(Update, draw.run_if(resource_exists::<Stage>.and_then(resource_changed::<Wanted>)));
    }
}

/// Builds the empty places below `root`, which is as large as the design.
pub fn spawn_stage(commands: &mut Commands, root: Entity) {
    let column = |grow: f32| Node {
        width: percent(100),
        flex_direction: FlexDirection::Column,
        flex_grow: grow,
        flex_shrink: 0.0,
        ..default()
    };
    let spawn = |commands: &mut Commands, parent: Entity, node: Node| {
        commands.spawn((node, Pickable::IGNORE, ChildOf(parent))).id()
    };
    let upper = spawn(commands, root, Node { flex_basis: px(0), min_height: px(0), flex_shrink: 1.0, ..column(1.0) });
    let header = spawn(commands, upper, column(0.0));
    let middle = spawn(
        commands,
        upper,
        Node {
            flex_basis: px(0),
            min_height: px(0),
            flex_shrink: 1.0,
            padding: UiRect::horizontal(px(tokens::MARGIN)),
            ..column(1.0)
        },
    );
    let stepper = spawn(commands, middle, column(0.0));
    let area = commands.spawn((scroll::body_area(), ChildOf(middle))).id();
    let question = spawn(commands, area, Node { row_gap: px(16), ..column(0.0) });
    let strip = spawn(commands, middle, column(0.0));
    let keys = spawn(
        commands,
        middle,
        Node { row_gap: px(tokens::KEY_GAP), padding: UiRect::vertical(px(40)), ..column(0.0) },
    );
    let overlay = spawn(
        commands,
        upper,
        Node {
            position_type: PositionType::Absolute,
            left: px(0),
            top: px(0),
            width: percent(100),
            height: percent(100),
            ..default()
        },
    );
    let emergency = spawn(commands, root, column(0.0));
    commands.entity(root).insert(touch::key_group());
    commands.insert_resource(Stage {
        header,
        stepper,
        area,
        question,
        strip,
        keys,
        overlay,
        emergency,
        blocks: Vec::new(),
        shown: None,
    });
}

/// The nodes that change in place.
#[derive(SystemParam)]
pub struct InPlace<'w, 's> {
    texts: Query<'w, 's, (&'static LiveText, &'static mut Text)>,
    arc: Query<'w, 's, (&'static mut CameraArc, &'static mut ImageNode)>,
    scroll: Query<'w, 's, &'static mut ScrollPosition>,
    shift: Query<
        'w,
        's,
        (&'static mut PressStyle, &'static mut BackgroundColor, &'static mut BorderColor),
        With<ShiftCap>,
    >,
}

impl InPlace<'_, '_> {
    fn hold(&mut self, look: &Look, face: KeyFace) {
        for (mut style, mut fill, mut edge) in &mut self.shift {
            *style = keyboard::shift_style(look, face);
            fill.0 = style.rest.color();
            *edge = BorderColor::all(keyboard::shift_edge(look, face).color());
        }
    }

    fn say(&mut self, which: LiveText, words: &str) {
        for (live, mut text) in &mut self.texts {
            if *live == which && text.0 != words {
                words.clone_into(&mut text.0);
            }
        }
    }
}

/// Everything that drawing needs besides the screen.
#[derive(SystemParam)]
pub struct Materials<'w> {
    fonts: Res<'w, Fonts>,
    art: ResMut<'w, Art>,
    images: ResMut<'w, Assets<Image>>,
    preview: Res<'w, Preview>,
}

pub fn draw(
    wanted: Res<Wanted>,
    mut stage: ResMut<Stage>,
    mut materials: Materials,
    mut in_place: InPlace,
    mut focus: ResMut<FocusOrder>,
    mut redraw: MessageWriter<RequestRedraw>,
    mut commands: Commands,
) {
    let Some(screen) = &wanted.0 else { return };
    let shown = stage.shown.take();
    if shown.as_ref() == Some(screen) {
        stage.shown = shown;
        return;
    }
    // Another question, or another look: nothing of the old screen may stay under a finger.
    let kept = shown.as_ref().filter(|old| {
        old.name == screen.name
            && old.language == screen.language
            && old.text_size == screen.text_size
            && old.mood == screen.mood
    });
    let mut look = Look {
        fonts: &materials.fonts,
        art: &mut materials.art,
        images: &mut materials.images,
        text_size: screen.text_size,
        mood: screen.mood,
    };
    let look = &mut look;
    if kept.is_none() {
        refill(&mut commands, stage.strip, |slot| scroll::spawn_strip(slot, look));
        if let Ok(mut position) = in_place.scroll.get_mut(stage.area) {
            position.0 = Vec2::ZERO;
        }
    }
    if kept.is_none_or(|old| old.header != screen.header) {
        refill(&mut commands, stage.header, |slot| header::spawn(slot, look, &screen.header));
    }
    if kept.is_none_or(|old| old.stepper != screen.stepper) {
        refill(&mut commands, stage.stepper, |slot| {
            if let Some(stepper) = &screen.stepper {
                stepper::spawn(slot, look, stepper);
            }
        });
    }
    if kept.is_none_or(|old| (&old.badge, &old.headline, &old.why) != (&screen.badge, &screen.headline, &screen.why)) {
        refill(&mut commands, stage.question, |slot| question(slot, look, screen));
    }
    draw_blocks(&mut commands, &mut stage, look, &materials.preview, &mut in_place, screen, kept.is_some());
    if kept.is_none_or(|old| old.keys != screen.keys) {
        refill(&mut commands, stage.keys, |slot| {
            key::spawn_rows(slot, look, &screen.keys, tokens::SCREEN_WIDTH - 2.0 * tokens::MARGIN);
        });
    }
    if kept.is_none_or(|old| old.emergency != screen.emergency) {
        refill(&mut commands, stage.emergency, |slot| emergency::spawn(slot, look, &screen.emergency));
    }
    draw_dialog(&mut commands, &stage, look, &mut in_place, screen, kept);
    if focus.0 != screen.focus {
        focus.0.clone_from(&screen.focus);
    }
    // Layout tells one frame later whether the body needs its strip.
    redraw.write(RequestRedraw);
    stage.shown = Some(screen.clone());
}

fn refill(commands: &mut Commands, slot: Entity, fill: impl FnOnce(&mut Parent)) {
    commands.entity(slot).despawn_related::<Children>().with_children(fill);
}

fn question(slot: &mut Parent, look: &mut Look, screen: &Screen) {
    if screen.badge.is_none() && screen.headline.is_empty() && screen.why.is_empty() {
        return;
    }
    let top = if screen.stepper.is_some() { 52.0 } else { 60.0 };
    slot.spawn((
        Node {
            flex_direction: FlexDirection::Column,
            row_gap: px(16),
            padding: UiRect::top(px(top)).with_bottom(px(8)),
            flex_shrink: 0.0,
            ..default()
        },
        Pickable::IGNORE,
    ))
    .with_children(|column| {
        if let Some(badge) = &screen.badge {
            badge::with_sign(column, look, badge);
        }
        if !screen.headline.is_empty() {
            column.spawn(look.text(Type::Headline, palette::INK, &screen.headline));
        }
        if !screen.why.is_empty() {
            column.spawn(look.text(Type::Body, palette::QUIET_INK, &screen.why));
        }
    });
}

/// Blocks that share a row: a code and a checklist stand side by side while the text is normal.
fn groups(body: &[Block], text_size: TextSize) -> Vec<Vec<Block>> {
    let mut groups: Vec<Vec<Block>> = Vec::new();
    for block in body {
        match groups.last_mut() {
            Some(group)
                if text_size == TextSize::Normal && group.len() == 1 && is_half(&group[0]) && is_half(block) =>
            {
                group.push(block.clone());
            }
            Some(_) | None => groups.push(vec![block.clone()]),
        }
    }
    groups
}

fn is_half(block: &Block) -> bool {
    match block {
        Block::Qr { .. } | Block::Checklist { .. } => true,
        Block::Picture { .. }
        | Block::Paragraph(_)
        | Block::Progress { .. }
        | Block::Notice { .. }
        | Block::Camera { .. }
        | Block::Tiles(_)
        | Block::Facts(_)
        | Block::Number(_)
        | Block::Keypad(_)
        | Block::Keyboard(_)
        | Block::Statement(_)
        | Block::Heading(_)
        | Block::Rows(_) => false,
    }
}

fn draw_blocks(
    commands: &mut Commands,
    stage: &mut Stage,
    look: &mut Look,
    preview: &Preview,
    in_place: &mut InPlace,
    screen: &Screen,
    kept: bool,
) {
    let groups = groups(&screen.body, screen.text_size);
    if !kept || stage.blocks.len() != groups.len() {
        for (_, slot) in stage.blocks.drain(..) {
            commands.entity(slot).despawn();
        }
        for group in groups {
            let slot = commands.spawn((slot_node(&group), Pickable::IGNORE, ChildOf(stage.area))).id();
            refill(commands, slot, |slot| fill_group(slot, look, preview, &group));
            stage.blocks.push((group, slot));
        }
        return;
    }
    for ((old, slot), new) in stage.blocks.iter_mut().zip(groups) {
        if *old == new {
            continue;
        }
        if !changed_in_place(old, &new, look, in_place) {
            commands.entity(*slot).insert(slot_node(&new));
            refill(commands, *slot, |slot| fill_group(slot, look, preview, &new));
        }
        *old = new;
    }
}

/// A slot grows with the room that is left where its block can use it.
fn slot_node(group: &[Block]) -> Node {
    let node = Node { width: percent(100), flex_direction: FlexDirection::Column, flex_shrink: 0.0, ..default() };
    match group {
        [Block::Picture { .. }] => {
            Node { flex_grow: 1.0, min_height: px(picture::LEAST_HEIGHT), max_height: px(picture::MOST_HEIGHT), ..node }
        }
        [Block::Camera { .. }] => {
            Node { flex_grow: 1.0, min_height: px(camera::LEAST_HEIGHT), max_height: px(camera::STAGE.y), ..node }
        }
        [_, _] => Node { flex_direction: FlexDirection::Row, column_gap: px(tokens::KEY_GAP), ..node },
        _ => node,
    }
}

fn fill_group(slot: &mut Parent, look: &mut Look, preview: &Preview, group: &[Block]) {
    if let [block] = group {
        fill(slot, look, preview, block);
        return;
    }
    for block in group {
        slot.spawn((Node { flex_grow: 1.0, flex_basis: px(0), min_width: px(0), ..default() }, Pickable::IGNORE))
            .with_children(|half| fill(half, look, preview, block));
    }
}

fn fill(slot: &mut Parent, look: &mut Look, preview: &Preview, block: &Block) {
    match block {
        Block::Picture { picture, caption } => picture::spawn(slot, look, *picture, caption),
        Block::Paragraph(words) => {
            slot.spawn(look.text(Type::Body, palette::QUIET_INK, words));
        }
        Block::Heading(words) => {
            slot.spawn(look.text(Type::BodyStrong, palette::INK, words));
        }
        Block::Progress { percent, steps } => progress::spawn(slot, look, *percent, steps),
        Block::Notice { tone, title, lead, text } => notice::spawn(slot, look, *tone, title, lead, text),
        Block::Camera { hint, progress } => camera::spawn(slot, look, preview.picture(), hint, *progress),
        Block::Tiles(tiles) => tile::spawn_grid(slot, look, tiles),
        Block::Facts(rows) => facts::spawn(slot, look, rows),
        Block::Number(number) => big_number::spawn(slot, look, number),
        Block::Qr { content, caption } => qr::spawn(slot, look, content, caption),
        Block::Checklist { title, items } => checklist::spawn(slot, look, title, items),
        Block::Keypad(pad) => keypad::spawn(slot, look, pad),
        Block::Keyboard(board) => keyboard::spawn(slot, look, board),
        Block::Statement(words) => {
            slot.spawn((look::card(tokens::CARD_PADDING), Pickable::IGNORE)).with_children(|card| {
                card.spawn(look.text(Type::Place, palette::INK, words));
            });
        }
        Block::Rows(rows) => row::spawn_list(slot, look, rows),
    }
}

/// Blocks that change many times a second or under a finger keep their nodes.
fn changed_in_place(old: &[Block], new: &[Block], look: &mut Look, nodes: &mut InPlace) -> bool {
    match (old, new) {
        ([Block::Camera { .. }], [Block::Camera { hint, progress }]) => {
            nodes.say(LiveText::CameraHint, hint);
            let step = camera::arc_step(*progress);
            for (mut arc, mut image) in &mut nodes.arc {
                if arc.0 != step {
                    arc.0 = step;
                    image.image = look.images.add(camera::arc(step, look.mood).into_image());
                }
            }
            true
        }
        ([Block::Keypad(old)], [Block::Keypad(new)]) => {
            let same_keys = old.label == new.label && old.erase_label == new.erase_label;
            if same_keys {
                nodes.say(LiveText::KeypadEntry, &new.entry);
            }
            same_keys
        }
        ([Block::Keyboard(old)], [Block::Keyboard(new)]) => {
            let same_keys = old.label == new.label && caps(old).eq(caps(new));
            if same_keys {
                nodes.say(LiveText::KeypadEntry, &keyboard::shown(&new.entry));
                let shift = new.rows.iter().flatten().find(|cap| cap.action == Action::Shift);
                nodes.hold(look, shift.map_or(KeyFace::Quiet, |cap| cap.face));
            }
            same_keys
        }
        _ => false,
    }
}

/// What a keyboard is made of, whether or not its shift holds.
fn caps(board: &Keyboard) -> impl Iterator<Item = (&str, &Action)> {
    board.rows.iter().flatten().map(|KeyCap { label, action, .. }| (label.as_str(), action))
}

fn draw_dialog(
    commands: &mut Commands,
    stage: &Stage,
    look: &mut Look,
    in_place: &mut InPlace,
    screen: &Screen,
    kept: Option<&Screen>,
) {
    let old = kept.and_then(|old| old.dialog.as_ref());
    if kept.is_some() && old == screen.dialog.as_ref() {
        return;
    }
    if let (Some(old), Some(new)) = (old, &screen.dialog)
        && let (Some(_), Some(seconds)) = (old.seconds, new.seconds)
        && *new == (Dialog { seconds: Some(seconds), ..old.clone() })
    {
        in_place.say(LiveText::DialogSeconds, &seconds.to_string());
        return;
    }
    refill(commands, stage.overlay, |slot| {
        if let Some(dialog) = &screen.dialog {
            dialog::spawn(slot, look, dialog);
        }
    });
}
