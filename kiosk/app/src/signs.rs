//! Small signs beside words: a check, a warning, an arrow, the phượng flower. Drawn, so that no font has to have them.

use crate::canvas::Canvas;
use crate::palette::{self, Rgb};
use bevy::math::{Vec2, vec2};
use std::f32::consts::TAU;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    Check,
    /// The step that runs now.
    Dot,
    /// A step that waits.
    Ring,
    Exclamation,
    Info,
    Plus,
    Erase,
    ArrowRight,
    ChevronDown,
    ChevronUp,
    Flower,
}

impl Sign {
    /// Width for a height of one.
    pub fn aspect(self) -> f32 {
        match self {
            Sign::ArrowRight => 2.3,
            Sign::Erase => 1.3,
            Sign::Check
            | Sign::Dot
            | Sign::Ring
            | Sign::Exclamation
            | Sign::Info
            | Sign::Plus
            | Sign::ChevronDown
            | Sign::ChevronUp
            | Sign::Flower => 1.0,
        }
    }

    /// Paints the sign `height` pixels high; the flower has its own colours.
    pub fn draw(self, height: f32, ink: Rgb) -> Canvas {
        let size = vec2(height * self.aspect(), height).ceil();
        let mut canvas = Canvas::new(size.x as u32, size.y as u32);
        let at = |x: f32, y: f32| vec2(x, y) * height;
        match self {
            Sign::Check => canvas.line(&[at(0.16, 0.54), at(0.40, 0.78), at(0.84, 0.24)], 0.13 * height, ink),
            Sign::Dot => canvas.disc(at(0.5, 0.5), 0.24 * height, ink),
            Sign::Ring => canvas.arc(at(0.5, 0.5), at(0.22, 0.22), 0.07 * height, 0.0, 1.0, ink),
            Sign::Exclamation => {
                canvas.arc(at(0.5, 0.5), at(0.43, 0.43), 0.09 * height, 0.0, 1.0, ink);
                canvas.line(&[at(0.5, 0.28), at(0.5, 0.53)], 0.11 * height, ink);
                canvas.disc(at(0.5, 0.71), 0.065 * height, ink);
            }
            Sign::Info => {
                canvas.arc(at(0.5, 0.5), at(0.43, 0.43), 0.09 * height, 0.0, 1.0, ink);
                canvas.line(&[at(0.5, 0.48), at(0.5, 0.72)], 0.11 * height, ink);
                canvas.disc(at(0.5, 0.30), 0.065 * height, ink);
            }
            Sign::Plus => {
                canvas.rect(at(0.37, 0.06), at(0.26, 0.88), 0.04 * height, ink);
                canvas.rect(at(0.06, 0.37), at(0.88, 0.26), 0.04 * height, ink);
            }
            Sign::Erase => {
                let outline =
                    [at(0.10, 0.5), at(0.42, 0.16), at(1.20, 0.16), at(1.20, 0.84), at(0.42, 0.84), at(0.10, 0.5)];
                canvas.line(&outline, 0.09 * height, ink);
                canvas.line(&[at(0.60, 0.36), at(0.90, 0.64)], 0.09 * height, ink);
                canvas.line(&[at(0.90, 0.36), at(0.60, 0.64)], 0.09 * height, ink);
            }
            Sign::ArrowRight => {
                canvas.line(&[at(0.12, 0.5), at(2.12, 0.5)], 0.17 * height, ink);
                canvas.line(&[at(1.72, 0.12), at(2.14, 0.5), at(1.72, 0.88)], 0.17 * height, ink);
            }
            Sign::ChevronDown => canvas.line(&[at(0.18, 0.34), at(0.5, 0.66), at(0.82, 0.34)], 0.12 * height, ink),
            Sign::ChevronUp => canvas.line(&[at(0.18, 0.66), at(0.5, 0.34), at(0.82, 0.66)], 0.12 * height, ink),
            Sign::Flower => flower(&mut canvas, at(0.5, 0.52), 0.46 * height),
        }
        canvas
    }
}

/// Five petals, each widening outwards, and the pollen.
pub fn flower(canvas: &mut Canvas, centre: Vec2, radius: f32) {
    for petal in 0..5 {
        let turn = Vec2::from_angle(petal as f32 / 5.0 * TAU - TAU / 4.0);
        let across = turn.perp();
        let along = |r: f32, side: f32| centre + turn * (r * radius) + across * (side * radius);
        // The outline swells towards the tip, as the petal of Delonix regia does.
        let outline: Vec<Vec2> = (0..28)
            .map(|step| {
                let t = step as f32 / 28.0 * TAU;
                let r = 0.58 - 0.42 * t.cos();
                let swell = 0.70 + 0.30 * ((r - 0.16) / 0.84);
                along(r, 0.36 * swell * t.sin())
            })
            .collect();
        canvas.polygon(&outline, 0.0, palette::FLOWER);
    }
    canvas.disc(centre, 0.21 * radius, palette::POLLEN);
}
