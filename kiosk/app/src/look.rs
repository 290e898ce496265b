//! What every widget needs to draw itself: faces, art, the size of text and the mood.

use crate::canvas::Canvas;
use crate::fonts::Fonts;
use crate::palette::Rgb;
use crate::pictures;
use crate::signs::Sign;
use crate::tokens::{self, Accent, ToneColours, Type, Weight};
use bevy::platform::collections::HashMap;
use bevy::prelude::*;
use bevy::text::{FontSize, FontWeight, LineHeight};
use session::screen::{Mood, Picture, TextSize, Tone};

/// Where widgets put their children.
pub type Parent<'a> = ChildSpawnerCommands<'a>;

/// Painted once, kept for good: there are few of them.
#[derive(Resource, Default)]
pub struct Art {
    signs: HashMap<(Sign, u32, Rgb), Handle<Image>>,
    pictures: HashMap<(Picture, Mood), Handle<Image>>,
    camera: HashMap<CameraArt, Handle<Image>>,
}

/// The fixed layers of the camera block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraArt {
    /// Darkens what is outside the oval.
    Mask,
    /// Stands in until the first picture comes.
    Silhouette,
}

/// Words that change without their block being rebuilt.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveText {
    CameraHint,
    KeypadEntry,
    DialogSeconds,
}

/// Borrowed while one screen is drawn.
pub struct Look<'a> {
    pub fonts: &'a Fonts,
    pub art: &'a mut Art,
    pub images: &'a mut Assets<Image>,
    pub text_size: TextSize,
    pub mood: Mood,
}

impl Look<'_> {
    /// A size of text at the chosen setting, in design pixels.
    pub fn size(&self, role: Type) -> f32 {
        role.size() * tokens::text_scale(self.text_size).min(role.most_scale())
    }

    pub fn accent(&self) -> Accent {
        tokens::accent(self.mood)
    }

    pub fn tone(&self, tone: Tone) -> ToneColours {
        tokens::tone(tone, self.mood)
    }

    /// Words that run from the left and wrap.
    pub fn text(&self, role: Type, ink: Rgb, words: &str) -> impl Bundle + use<> {
        self.words(role, ink, words, Justify::Left)
    }

    pub fn centred(&self, role: Type, ink: Rgb, words: &str) -> impl Bundle + use<> {
        self.words(role, ink, words, Justify::Center)
    }

    fn words(&self, role: Type, ink: Rgb, words: &str, justify: Justify) -> impl Bundle + use<> {
        (
            Text::new(words),
            self.font(role.weight(), self.size(role)),
            LineHeight::RelativeToFont(role.line_height()),
            TextLayout::justify(justify),
            TextColor(ink.color()),
            Pickable::IGNORE,
        )
    }

    pub fn font(&self, weight: Weight, size: f32) -> TextFont {
        let value = match weight {
            Weight::Regular => FontWeight::NORMAL,
            Weight::Medium => FontWeight::MEDIUM,
            Weight::SemiBold => FontWeight::SEMIBOLD,
            Weight::Bold => FontWeight::BOLD,
        };
        TextFont { font: self.fonts.face(weight).into(), font_size: FontSize::Px(size), weight: value, ..default() }
    }

    /// A sign `height` pixels high at 100 %; it grows with the text.
    pub fn sign(&mut self, sign: Sign, height: f32, ink: Rgb) -> impl Bundle + use<> {
        self.fixed_sign(sign, height * tokens::text_scale(self.text_size), ink)
    }

    /// A sign that keeps its size.
    pub fn fixed_sign(&mut self, sign: Sign, height: f32, ink: Rgb) -> impl Bundle + use<> {
        let height = height.round();
        let image = self
            .art
            .signs
            .entry((sign, height as u32, ink))
            .or_insert_with(|| self.images.add(sign.draw(height, ink).into_image()))
            .clone();
        layer(image, px(height * sign.aspect()), px(height))
    }

    pub fn picture(&mut self, picture: Picture) -> Handle<Image> {
        let mood = self.mood;
        self.art
            .pictures
            .entry((picture, mood))
            .or_insert_with(|| self.images.add(pictures::draw(picture, mood).into_image()))
            .clone()
    }

    pub fn camera_art(&mut self, art: CameraArt, draw: impl FnOnce() -> Canvas) -> Handle<Image> {
        self.art.camera.entry(art).or_insert_with(|| self.images.add(draw().into_image())).clone()
    }
}

/// A texture of a fixed size that no touch lands on.
pub fn layer(image: Handle<Image>, width: Val, height: Val) -> impl Bundle + use<> {
    (
        ImageNode { image, image_mode: NodeImageMode::Stretch, ..default() },
        Node { width, height, flex_shrink: 0.0, ..default() },
        Pickable::IGNORE,
    )
}

/// A white card with a thin edge, its content in a column.
pub fn card(padding: f32) -> impl Bundle + use<> {
    (
        Node {
            width: percent(100),
            flex_direction: FlexDirection::Column,
            padding: UiRect::all(px(padding)),
            border: UiRect::all(px(2)),
            border_radius: BorderRadius::all(px(tokens::CARD_RADIUS)),
            ..default()
        },
        BackgroundColor(crate::palette::WHITE.color()),
        BorderColor::all(crate::palette::LINE.color()),
    )
}
