//! Pictures drawn by code: shapes as signed distances, painted with smooth edges on RGBA.
//!
//! The user interface of Bevy draws boxes and text; rings, arrows and little drawings are painted here once, on the
//! processor, and shown as textures. Coordinates are design pixels, y down.

use crate::palette::Rgb;
use bevy::asset::RenderAssetUsages;
use bevy::image::{Image, ImageSampler};
use bevy::math::{Vec2, vec2};
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use std::f32::consts::{PI, TAU};

/// Straight-alpha sRGB, row by row from the top.
pub struct Canvas {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Canvas {
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height, rgba: vec![0; width as usize * height as usize * 4] }
    }

    /// Paints every point whose distance is negative; the edge is one pixel soft. `from` and `to` bound the shape.
    pub fn paint(&mut self, from: Vec2, to: Vec2, ink: Rgb, alpha: f32, distance: impl Fn(Vec2) -> f32) {
        let clamp = |value: f32, limit: u32| value.max(0.0).min(limit as f32) as u32;
        let (left, right) = (clamp(from.x.floor() - 1.0, self.width), clamp(to.x.ceil() + 1.0, self.width));
        let (top, bottom) = (clamp(from.y.floor() - 1.0, self.height), clamp(to.y.ceil() + 1.0, self.height));
        for y in top..bottom {
            for x in left..right {
                let d = distance(vec2(x as f32 + 0.5, y as f32 + 0.5));
                let cover = (0.5 - d).clamp(0.0, 1.0) * alpha;
                if cover > 0.0 {
                    self.blend(x, y, ink, cover);
                }
            }
        }
    }

    /// Cuts a hole: takes the paint away where the distance is negative.
    pub fn cut(&mut self, from: Vec2, to: Vec2, distance: impl Fn(Vec2) -> f32) {
        let clamp = |value: f32, limit: u32| value.max(0.0).min(limit as f32) as u32;
        for y in clamp(from.y - 1.0, self.height)..clamp(to.y + 1.0, self.height) {
            for x in clamp(from.x - 1.0, self.width)..clamp(to.x + 1.0, self.width) {
                let keep = 1.0 - (0.5 - distance(vec2(x as f32 + 0.5, y as f32 + 0.5))).clamp(0.0, 1.0);
                let at = (y as usize * self.width as usize + x as usize) * 4 + 3;
                self.rgba[at] = (f32::from(self.rgba[at]) * keep) as u8;
            }
        }
    }

    pub fn rect(&mut self, at: Vec2, size: Vec2, radius: f32, ink: Rgb) {
        self.paint(at, at + size, ink, 1.0, |p| rounded_box(p, at, size, radius));
    }

    /// An outline lying inside the box.
    pub fn frame(&mut self, at: Vec2, size: Vec2, radius: f32, width: f32, ink: Rgb) {
        self.paint(at, at + size, ink, 1.0, |p| {
            let d = rounded_box(p, at, size, radius);
            d.max(-d - width)
        });
    }

    pub fn disc(&mut self, centre: Vec2, radius: f32, ink: Rgb) {
        self.paint(centre - radius, centre + radius, ink, 1.0, |p| p.distance(centre) - radius);
    }

    pub fn ellipse(&mut self, centre: Vec2, radii: Vec2, ink: Rgb) {
        self.paint(centre - radii, centre + radii, ink, 1.0, |p| ellipse(p - centre, radii));
    }

    /// A line through the points with round ends and joints.
    pub fn line(&mut self, points: &[Vec2], width: f32, ink: Rgb) {
        let Some((from, to)) = bounds(points) else { return };
        let half = width / 2.0;
        self.paint(from - half, to + half, ink, 1.0, |p| {
            points.windows(2).map(|ends| segment(p, ends[0], ends[1])).fold(f32::MAX, f32::min) - half
        });
    }

    /// A filled polygon with corners rounded by `radius` outwards.
    pub fn polygon(&mut self, points: &[Vec2], radius: f32, ink: Rgb) {
        let Some((from, to)) = bounds(points) else { return };
        self.paint(from - radius, to + radius, ink, 1.0, |p| polygon(p, points) - radius);
    }

    /// A part of an elliptic ring, clockwise from the top; `from` and `to` are turns, 0.0 to 1.0. Round ends.
    pub fn arc(&mut self, centre: Vec2, radii: Vec2, width: f32, from: f32, to: f32, ink: Rgb) {
        if to <= from {
            return;
        }
        let half = width / 2.0;
        let on_ring = |turn: f32| centre + radii * vec2((turn * TAU).sin(), -(turn * TAU).cos());
        let (start, end) = (on_ring(from), on_ring(to));
        let whole = to - from >= 1.0;
        self.paint(centre - radii - half, centre + radii + half, ink, 1.0, |p| {
            let local = p - centre;
            let turn = (local.x / radii.x).atan2(-local.y / radii.y).rem_euclid(TAU) / TAU;
            if whole || (turn - from).rem_euclid(1.0) <= to - from {
                ellipse(local, radii).abs() - half
            } else {
                p.distance(start).min(p.distance(end)) - half
            }
        });
    }

    /// Uploads as a texture that is sampled smoothly.
    pub fn into_image(self) -> Image {
        self.into_texture(ImageSampler::linear())
    }

    /// Uploads as a texture whose pixels stay squares.
    pub fn into_pixels(self) -> Image {
        self.into_texture(ImageSampler::nearest())
    }

    fn into_texture(self, sampler: ImageSampler) -> Image {
        let mut image = Image::new(
            Extent3d { width: self.width, height: self.height, depth_or_array_layers: 1 },
            TextureDimension::D2,
            self.rgba,
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::RENDER_WORLD | RenderAssetUsages::MAIN_WORLD,
        );
        image.sampler = sampler;
        image
    }

    fn blend(&mut self, x: u32, y: u32, ink: Rgb, cover: f32) {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        let pixel = &mut self.rgba[at..at + 4];
        let below = f32::from(pixel[3]) / 255.0;
        let alpha = cover + below * (1.0 - cover);
        for (byte, new) in pixel.iter_mut().zip([ink.0, ink.1, ink.2]) {
            let old = f32::from(*byte);
            *byte = ((f32::from(new) * cover + old * below * (1.0 - cover)) / alpha).round() as u8;
        }
        pixel[3] = (alpha * 255.0).round() as u8;
    }
}

/// Distance to a box with round corners.
pub fn rounded_box(p: Vec2, at: Vec2, size: Vec2, radius: f32) -> f32 {
    let q = (p - at - size / 2.0).abs() - size / 2.0 + radius;
    q.max(Vec2::ZERO).length() + q.x.max(q.y).min(0.0) - radius
}

/// Distance to an ellipse around the origin, exact on its edge and to first order beside it.
pub fn ellipse(p: Vec2, radii: Vec2) -> f32 {
    let scaled = (p / radii).length();
    let gradient = (p / (radii * radii)).length();
    if gradient <= f32::EPSILON { -radii.min_element() } else { scaled * (scaled - 1.0) / gradient }
}

fn segment(p: Vec2, a: Vec2, b: Vec2) -> f32 {
    let (pa, ba) = (p - a, b - a);
    let along = (pa.dot(ba) / ba.length_squared().max(f32::EPSILON)).clamp(0.0, 1.0);
    (pa - ba * along).length()
}

fn polygon(p: Vec2, points: &[Vec2]) -> f32 {
    let mut distance = f32::MAX;
    let mut turns = 0.0;
    for (index, &a) in points.iter().enumerate() {
        let b = points[(index + 1) % points.len()];
        distance = distance.min(segment(p, a, b));
        let (pa, pb) = (a - p, b - p);
        turns += pa.perp_dot(pb).atan2(pa.dot(pb));
    }
    if turns.abs() > PI { -distance } else { distance }
}

fn bounds(points: &[Vec2]) -> Option<(Vec2, Vec2)> {
    let first = *points.first()?;
    Some(points.iter().fold((first, first), |(low, high), &p| (low.min(p), high.max(p))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette;

    fn alpha(canvas: &Canvas, x: u32, y: u32) -> u8 {
        canvas.rgba[(y as usize * canvas.width as usize + x as usize) * 4 + 3]
    }

    #[test]
    fn a_disc_is_full_in_the_middle_and_empty_in_the_corner() {
        let mut canvas = Canvas::new(20, 20);
        canvas.disc(vec2(10.0, 10.0), 8.0, palette::INK);
        assert_eq!(alpha(&canvas, 10, 10), 255);
        assert_eq!(alpha(&canvas, 0, 0), 0);
    }

    #[test]
    fn a_quarter_arc_runs_clockwise_from_the_top() {
        let mut canvas = Canvas::new(100, 100);
        canvas.arc(vec2(50.0, 50.0), vec2(40.0, 40.0), 8.0, 0.0, 0.25, palette::INK);
        assert_eq!(alpha(&canvas, 78, 21), 255, "upper right is on the arc");
        assert_eq!(alpha(&canvas, 21, 21), 0, "upper left is not");
        assert_eq!(alpha(&canvas, 50, 90), 0, "the bottom is not");
    }

    #[test]
    fn shapes_beyond_the_edge_are_clipped() {
        let mut canvas = Canvas::new(10, 10);
        canvas.rect(vec2(-50.0, -50.0), vec2(200.0, 200.0), 4.0, palette::INK);
        canvas.line(&[vec2(-5.0, 5.0), vec2(50.0, 5.0)], 3.0, palette::FLOWER);
        assert_eq!(alpha(&canvas, 9, 9), 255);
    }

    #[test]
    fn a_hole_takes_paint_away() {
        let mut canvas = Canvas::new(20, 20);
        canvas.rect(Vec2::ZERO, vec2(20.0, 20.0), 0.0, palette::INK);
        canvas.cut(Vec2::ZERO, vec2(20.0, 20.0), |p| ellipse(p - 10.0, vec2(6.0, 6.0)));
        assert_eq!(alpha(&canvas, 10, 10), 0);
        assert_eq!(alpha(&canvas, 1, 1), 255);
    }
}
