//! What a colour, a size and a distance is for. Widgets name tokens, never colours or numbers of their own.
//!
//! Every text stands on a ground at 7:1 or better (WCAG 2.2, 1.4.6 AAA); [`Ground`] lists the inks allowed on it and
//! the test below computes each pair.

use crate::palette::{self, Rgb};
use session::screen::{Mood, TextSize, Tone};

/// Width and height of the design, in design pixels (about 4 to the millimetre on a 21.5-inch panel).
pub const SCREEN_WIDTH: f32 = 1080.0;
pub const SCREEN_HEIGHT: f32 = 1920.0;

pub const MARGIN: f32 = 56.0;
/// Between two things one touches.
pub const KEY_GAP: f32 = 24.0;
/// Between the blocks of a body.
pub const BLOCK_GAP: f32 = 32.0;
pub const CARD_PADDING: f32 = 40.0;

pub const HEADER_HEIGHT: f32 = 148.0;
pub const EMERGENCY_HEIGHT: f32 = 120.0;
pub const PRIMARY_KEY_HEIGHT: f32 = 156.0;
pub const KEY_HEIGHT: f32 = 128.0;
pub const HEADER_KEY_HEIGHT: f32 = 88.0;
/// 20 mm.
pub const SMALLEST_KEY: f32 = 80.0;

pub const KEY_RADIUS: f32 = 40.0;
pub const CARD_RADIUS: f32 = 40.0;
pub const TILE_RADIUS: f32 = 36.0;
pub const BADGE_RADIUS: f32 = 20.0;

/// Marks of Vietnamese need air above and below.
pub const LINE_HEIGHT: f32 = 1.4;
pub const DISPLAY_LINE_HEIGHT: f32 = 1.35;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    Regular,
    Medium,
    SemiBold,
    Bold,
}

/// A role of text: its size at 100 % and its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Headline,
    DialogTitle,
    PrimaryKey,
    Key,
    /// One digit on the keypad, and what was typed.
    Digit,
    TileTitle,
    Place,
    Body,
    BodyStrong,
    Note,
    NoteStrong,
    StepperWord,
    StepperWordNow,
    Hospital,
    Subtitle,
    HeaderKey,
    Percent,
}

impl Type {
    pub const ALL: [Type; 17] = [
        Type::Headline,
        Type::DialogTitle,
        Type::PrimaryKey,
        Type::Key,
        Type::Digit,
        Type::TileTitle,
        Type::Place,
        Type::Body,
        Type::BodyStrong,
        Type::Note,
        Type::NoteStrong,
        Type::StepperWord,
        Type::StepperWordNow,
        Type::Hospital,
        Type::Subtitle,
        Type::HeaderKey,
        Type::Percent,
    ];

    /// Size in design pixels at 100 %.
    pub fn size(self) -> f32 {
        match self {
            Type::Headline => 68.0,
            Type::DialogTitle => 54.0,
            Type::PrimaryKey | Type::Place => 46.0,
            Type::Key => 40.0,
            Type::Digit => 60.0,
            Type::TileTitle => 42.0,
            Type::Body | Type::BodyStrong => 36.0,
            Type::Note | Type::NoteStrong => 30.0,
            Type::StepperWord | Type::StepperWordNow => 28.0,
            Type::Hospital => 30.0,
            Type::Subtitle => 26.0,
            Type::HeaderKey => 29.0,
            Type::Percent => 52.0,
        }
    }

    /// The hospital's name and the header's keys grow less than the question: the room belongs to the question.
    pub fn most_scale(self) -> f32 {
        match self {
            Type::Hospital | Type::Subtitle | Type::HeaderKey => 1.15,
            Type::Headline
            | Type::DialogTitle
            | Type::PrimaryKey
            | Type::Key
            | Type::Digit
            | Type::TileTitle
            | Type::Place
            | Type::Body
            | Type::BodyStrong
            | Type::Note
            | Type::NoteStrong
            | Type::StepperWord
            | Type::StepperWordNow
            | Type::Percent => f32::MAX,
        }
    }

    pub fn weight(self) -> Weight {
        match self {
            Type::Headline
            | Type::DialogTitle
            | Type::PrimaryKey
            | Type::Place
            | Type::Percent
            | Type::BodyStrong
            | Type::TileTitle
            | Type::Hospital => Weight::Bold,
            Type::Key | Type::Digit | Type::NoteStrong | Type::StepperWordNow => Weight::SemiBold,
            Type::HeaderKey => Weight::SemiBold,
            Type::Body | Type::Note | Type::StepperWord | Type::Subtitle => Weight::Regular,
        }
    }

    pub fn line_height(self) -> f32 {
        match self {
            Type::Headline | Type::DialogTitle | Type::Percent | Type::Hospital | Type::Subtitle => DISPLAY_LINE_HEIGHT,
            Type::PrimaryKey
            | Type::Key
            | Type::Digit
            | Type::TileTitle
            | Type::Place
            | Type::Body
            | Type::BodyStrong
            | Type::Note
            | Type::NoteStrong
            | Type::StepperWord
            | Type::StepperWordNow
            | Type::HeaderKey => LINE_HEIGHT,
        }
    }
}

/// How much larger text is at this setting.
pub fn text_scale(size: TextSize) -> f32 {
    match size {
        TextSize::Normal => 1.0,
        TextSize::Large => 1.3,
    }
}

/// The largest size at which a ticket number of `characters` fits `width`: 0.68 em is Be Vietnam Pro Bold's widest
/// digit with its space.
pub fn number_size(characters: usize, width: f32) -> f32 {
    (width / (0.68 * characters.max(1) as f32)).min(300.0)
}

/// A ground that text stands on, with the inks that may stand on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    pub name: &'static str,
    pub fill: Rgb,
    pub inks: &'static [Rgb],
}

/// Every ground of the screen.
pub const GROUNDS: [Ground; 14] = [
    Ground { name: "paper", fill: palette::PAPER, inks: &[palette::INK, palette::QUIET_INK, palette::BLUE] },
    Ground {
        name: "card",
        fill: palette::WHITE,
        inks: &[palette::INK, palette::QUIET_INK, palette::BLUE, palette::GREEN, palette::RED],
    },
    Ground { name: "soft", fill: palette::SOFT_BLUE, inks: &[palette::INK, palette::BLUE, palette::DEEP_QUIET_INK] },
    Ground { name: "soft, pressed", fill: palette::PRESSED_BLUE, inks: &[palette::INK, palette::BLUE] },
    Ground { name: "ok", fill: palette::SOFT_GREEN, inks: &[palette::GREEN, palette::INK] },
    Ground { name: "warn", fill: palette::SOFT_AMBER, inks: &[palette::BROWN, palette::INK] },
    Ground { name: "danger", fill: palette::SOFT_RED, inks: &[palette::RED, palette::INK] },
    Ground { name: "danger, pressed", fill: palette::PRESSED_RED, inks: &[palette::RED] },
    Ground { name: "filled", fill: palette::BLUE, inks: &[palette::WHITE] },
    Ground { name: "filled, pressed", fill: palette::DEEP_BLUE, inks: &[palette::WHITE] },
    Ground { name: "filled in private", fill: palette::QUIET_INK, inks: &[palette::WHITE] },
    Ground { name: "filled in private, pressed", fill: palette::DEEP_QUIET_INK, inks: &[palette::WHITE] },
    Ground { name: "switched off", fill: palette::MIST, inks: &[palette::QUIET_INK] },
    Ground { name: "reader", fill: palette::INK, inks: &[palette::WHITE, palette::PALE_STEEL] },
];

/// Ink and ground of a tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToneColours {
    pub ink: Rgb,
    pub ground: Rgb,
}

/// The private mood has no green: there, good news is quiet too.
pub fn tone(tone: Tone, mood: Mood) -> ToneColours {
    match (tone, mood) {
        (Tone::Ok, Mood::Everyday) => ToneColours { ink: palette::GREEN, ground: palette::SOFT_GREEN },
        (Tone::Ok | Tone::Neutral, Mood::Private) => ToneColours { ink: palette::QUIET_INK, ground: palette::MIST },
        (Tone::Neutral, Mood::Everyday) => ToneColours { ink: palette::BLUE, ground: palette::SOFT_BLUE },
        (Tone::Warn, _) => ToneColours { ink: palette::BROWN, ground: palette::SOFT_AMBER },
        (Tone::Danger, _) => ToneColours { ink: palette::RED, ground: palette::SOFT_RED },
    }
}

/// The one accent: blue, or quiet ink in the private mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    pub strong: Rgb,
    pub pressed: Rgb,
    pub soft: Rgb,
    pub soft_pressed: Rgb,
    /// Text of the accent's colour on its soft ground.
    pub on_soft: Rgb,
}

pub fn accent(mood: Mood) -> Accent {
    match mood {
        Mood::Everyday => Accent {
            strong: palette::BLUE,
            pressed: palette::DEEP_BLUE,
            soft: palette::SOFT_BLUE,
            soft_pressed: palette::PRESSED_BLUE,
            on_soft: palette::BLUE,
        },
        Mood::Private => Accent {
            strong: palette::QUIET_INK,
            pressed: palette::DEEP_QUIET_INK,
            soft: palette::MIST,
            soft_pressed: palette::LINE,
            on_soft: palette::DEEP_QUIET_INK,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READABLE: f32 = 7.0;

    #[test]
    fn every_text_stands_on_its_ground_at_seven_to_one() {
        for ground in GROUNDS {
            for ink in ground.inks {
                let contrast = ink.contrast(ground.fill);
                assert!(contrast >= READABLE, "{ink:?} on {} has {contrast:.2}", ground.name);
            }
        }
    }

    #[test]
    fn every_tone_is_readable_in_every_mood() {
        for mood in [Mood::Everyday, Mood::Private] {
            for name in [Tone::Neutral, Tone::Ok, Tone::Warn, Tone::Danger] {
                let colours = tone(name, mood);
                assert!(colours.ink.contrast(colours.ground) >= READABLE, "{name:?} in {mood:?}");
            }
            let accent = accent(mood);
            assert!(palette::WHITE.contrast(accent.strong) >= READABLE, "{mood:?}");
            assert!(palette::WHITE.contrast(accent.pressed) >= READABLE, "{mood:?}");
            assert!(accent.strong.contrast(palette::WHITE) >= READABLE, "{mood:?}");
            assert!(accent.on_soft.contrast(accent.soft) >= READABLE, "{mood:?}");
            assert!(accent.on_soft.contrast(accent.soft_pressed) >= READABLE, "{mood:?}");
        }
    }

    #[test]
    fn black_on_white_is_the_reference_twenty_one_to_one() {
        assert!((Rgb(0, 0, 0).contrast(palette::WHITE) - 21.0).abs() < 0.01);
    }

    #[test]
    fn no_text_is_smaller_than_26() {
        for role in Type::ALL {
            assert!(role.size() >= 26.0, "{role:?}");
            assert!(role.line_height() >= 1.35, "{role:?}: a dot below would meet the next line's marks");
        }
    }

    #[test]
    fn what_is_touched_is_at_least_20_mm() {
        for height in [PRIMARY_KEY_HEIGHT, KEY_HEIGHT, HEADER_KEY_HEIGHT, EMERGENCY_HEIGHT] {
            assert!(height >= SMALLEST_KEY);
        }
    }
}
