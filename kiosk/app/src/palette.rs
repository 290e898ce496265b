//! The colours of the house, by name. What a colour is used for is decided in [`crate::tokens`].

use bevy::color::{Alpha, Color};

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    pub fn color(self) -> Color {
        Color::srgb_u8(self.0, self.1, self.2)
    }

    pub fn with_alpha(self, alpha: f32) -> Color {
        Alpha::with_alpha(&self.color(), alpha)
    }

    /// Relative luminance, WCAG 2.2 "relative luminance".
    pub fn luminance(self) -> f32 {
        let channel = |byte: u8| {
            let c = f32::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(self.0) + 0.7152 * channel(self.1) + 0.0722 * channel(self.2)
    }

    /// Contrast ratio with another colour, 1.0 to 21.0, WCAG 2.2 "contrast ratio".
    pub fn contrast(self, other: Rgb) -> f32 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

pub const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);
pub const PAPER: Rgb = Rgb(0xFB, 0xFA, 0xF7);
pub const LINE: Rgb = Rgb(0xD9, 0xDE, 0xE6);
pub const MIST: Rgb = Rgb(0xF5, 0xF7, 0xFA);
pub const INK: Rgb = Rgb(0x10, 0x23, 0x3B);
pub const QUIET_INK: Rgb = Rgb(0x44, 0x54, 0x6A);
pub const DEEP_QUIET_INK: Rgb = Rgb(0x33, 0x41, 0x54);

pub const BLUE: Rgb = Rgb(0x0B, 0x4A, 0x8F);
pub const DEEP_BLUE: Rgb = Rgb(0x08, 0x38, 0x6C);
pub const SOFT_BLUE: Rgb = Rgb(0xE6, 0xEF, 0xF9);
pub const PRESSED_BLUE: Rgb = Rgb(0xDB, 0xE8, 0xF6);
pub const SKY: Rgb = Rgb(0x5A, 0xA2, 0xEC);

pub const GREEN: Rgb = Rgb(0x0A, 0x58, 0x34);
pub const SOFT_GREEN: Rgb = Rgb(0xE3, 0xF3, 0xEA);
pub const LEAF: Rgb = Rgb(0x7F, 0xE0, 0xA5);
pub const BROWN: Rgb = Rgb(0x6E, 0x43, 0x00);
pub const SOFT_AMBER: Rgb = Rgb(0xFF, 0xF2, 0xD9);
pub const RED: Rgb = Rgb(0x94, 0x0E, 0x1A);
pub const SOFT_RED: Rgb = Rgb(0xFC, 0xE9, 0xEA);
pub const PRESSED_RED: Rgb = Rgb(0xFB, 0xE3, 0xE5);

/// Hải Phòng's phượng flower.
pub const FLOWER: Rgb = Rgb(0xD7, 0x26, 0x3D);
pub const POLLEN: Rgb = Rgb(0xFF, 0xD1, 0x66);

/// Pictures only.
pub const STEEL: Rgb = Rgb(0x90, 0xA4, 0xBC);
pub const PALE_STEEL: Rgb = Rgb(0xC9, 0xD6, 0xE5);
pub const CHIP: Rgb = Rgb(0xE7, 0xB8, 0x4B);
pub const DUSK: Rgb = Rgb(0x52, 0x66, 0x80);
pub const NIGHT: Rgb = Rgb(0x3B, 0x4E, 0x66);
