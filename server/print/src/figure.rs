//! A drawing made of bars, lines and words: laid out once by who knows the figures, drawn here on paper and elsewhere on
//! a screen. Units are those of the drawing; paper scales its width to the column.

/// The tokens of the house, in the meaning they have on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Ink,
    Quiet,
    /// Axes and rules.
    Line,
    Primary,
    /// Beside what matters: the other bars.
    Pale,
    Soft,
    Ok,
    Warn,
    Danger,
}

/// Upper left corner (0, 0), y downwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub width: f32,
    pub height: f32,
    pub shapes: Vec<Shape>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Bar { x: f32, y: f32, width: f32, height: f32, tone: Tone },
    Line { from: (f32, f32), to: (f32, f32), thickness: f32, tone: Tone },
    Words { x: f32, baseline: f32, size: f32, strength: Strength, anchor: Anchor, tone: Tone, text: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    Plain,
    Strong,
}

/// Which part of the words stands at x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Tone {
    pub fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Ink => (0x10, 0x23, 0x3B),
            Self::Quiet => (0x44, 0x54, 0x6A),
            Self::Line => (0xD9, 0xDE, 0xE6),
            Self::Primary => (0x0B, 0x4A, 0x8F),
            Self::Pale => (0x9D, 0xBB, 0xDD),
            Self::Soft => (0xE6, 0xEF, 0xF9),
            Self::Ok => (0x0A, 0x58, 0x34),
            Self::Warn => (0x6E, 0x43, 0x00),
            Self::Danger => (0x94, 0x0E, 0x1A),
        }
    }
}
