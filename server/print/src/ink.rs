//! Marks onto pages, pages into a file.

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use time::OffsetDateTime;

use crate::PrintError;
use crate::flow::{Mark, PAGE_HEIGHT, PAGE_WIDTH, Shade};
use crate::fonts::Fonts;
use crate::paper::Paper;
use crate::text::{Style, composed};

/// What the file says about itself.
pub struct Properties {
    pub title: String,
    pub author: String,
    pub description: String,
    /// BCP 47.
    pub language: &'static str,
    pub id: String,
    pub made_at: OffsetDateTime,
}

pub fn write(fonts: &Fonts, pages: &[Vec<Mark>], properties: &Properties) -> Result<Vec<u8>, PrintError> {
    let writing = |text: String| PrintError::Writing(text);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| writing(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or_else(|| writing("page size".to_owned()))?;
    for marks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, fonts, mark);
        }
        surface.finish();
        page.finish();
    }
    document.set_metadata(metadata(properties));
    // The library's own words may quote what was written: only the kind of the failure leaves.
    document.finish().map_err(|error| writing(failure(&error).to_owned()))
}

fn failure(error: &krilla::error::KrillaError) -> &'static str {
    use krilla::error::KrillaError;
    match error {
        KrillaError::Font(..) => "a font cannot be embedded",
        KrillaError::Validation(_) => "the file would not be PDF/A-2u",
        KrillaError::Limit(_) => "a limit of PDF is exceeded",
        KrillaError::DuplicateNamedDestination(_) | KrillaError::DuplicateTagId(..) | KrillaError::UnknownTagId(..) => {
            "destinations or tags contradict each other"
        }
    }
}

impl Properties {
    /// Nothing personal: kind, number and facility.
    pub fn of(paper: &Paper) -> Self {
        let number = paper.number.as_deref();
        Self {
            title: composed(&format!("{} {}", paper.title, number.unwrap_or_default())),
            author: paper.facility.name.clone(),
            description: paper.form.clone(),
            language: "vi",
            id: format!("{} {}", paper.facility.code, number.unwrap_or("draft")),
            made_at: paper.made_at,
        }
    }
}

fn metadata(properties: &Properties) -> Metadata {
    let at = properties.made_at;
    let made = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(u8::from(at.month()))
        .day(at.day())
        .hour(at.hour())
        .minute(at.minute())
        .second(at.second())
        .utc_offset_hour(at.offset().whole_hours())
        .utc_offset_minute(at.offset().minutes_past_hour().unsigned_abs());
    Metadata::new()
        .title(properties.title.clone())
        .authors(vec![properties.author.clone()])
        .description(properties.description.clone())
        .creator("Tiếp Đón".to_owned())
        .language(properties.language.to_owned())
        .creation_date(made)
        .document_id(properties.id.clone())
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, mark: &Mark) {
    match mark {
        Mark::Text { x, baseline, style, text, shade } => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*shade)));
            write_text(surface, fonts, (*x, *baseline), *style, text);
        }
        Mark::Rule { x, y, length, thickness } => line(surface, *x, *y, *length, *thickness, None),
        Mark::Stroke { from, to, thickness, shade } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            stroke(surface, path, *thickness, None, *shade);
        }
        Mark::Fill { x, y, width, height, shade } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*shade)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Dots { x, y, length } => {
            line(surface, *x, *y, *length, 0.6, Some(StrokeDash { array: vec![0.9, 1.8], offset: 0.0 }));
        }
        Mark::Frame { x, y, width, height } => {
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            let mut path = PathBuilder::new();
            path.push_rect(rect);
            stroke(surface, path, 0.6, None, Shade::Black);
        }
        Mark::Modules { x, y, side, count, dark } => {
            let module = side / *count as f32;
            let mut path = PathBuilder::new();
            for (column, row) in dark {
                let (left, top) = (x + *column as f32 * module, y + *row as f32 * module);
                if let Some(rect) = Rect::from_xywh(left, top, module, module) {
                    path.push_rect(rect);
                }
            }
            surface.set_stroke(None);
            surface.set_fill(Some(fill(Shade::Black)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn write_text(surface: &mut Surface<'_>, fonts: &Fonts, (x, baseline): (f32, f32), style: Style, text: &str) {
    let text: String = composed(text).chars().map(|letter| fonts.printable(style.weight, letter)).collect();
    let glyphs: Vec<KrillaGlyph> = text
        .char_indices()
        .map(|(at, letter)| {
            let placed = fonts.glyph(style.weight, letter);
            let range = at..at + letter.len_utf8();
            KrillaGlyph::new(GlyphId::new(u32::from(placed.id)), placed.advance, 0.0, 0.0, 0.0, range, None)
        })
        .collect();
    if !glyphs.is_empty() {
        let font = fonts.embedded(style.weight);
        surface.draw_glyphs(Point::from_xy(x, baseline), &glyphs, font, &text, style.size, false);
    }
}

fn line(surface: &mut Surface<'_>, x: f32, y: f32, length: f32, thickness: f32, dash: Option<StrokeDash>) {
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    path.line_to(x + length, y);
    stroke(surface, path, thickness, dash, Shade::Black);
}

fn stroke(surface: &mut Surface<'_>, path: PathBuilder, width: f32, dash: Option<StrokeDash>, shade: Shade) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { width, dash, paint: colour(shade).into(), ..Stroke::default() }));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn fill(shade: Shade) -> Fill {
    Fill { paint: colour(shade).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn colour(shade: Shade) -> rgb::Color {
    match shade {
        Shade::Black => rgb::Color::new(0, 0, 0),
        Shade::Grey => rgb::Color::new(84, 84, 84),
        Shade::Red => rgb::Color::new(176, 16, 28),
        Shade::Tone(tone) => {
            let (red, green, blue) = tone.rgb();
            rgb::Color::new(red, green, blue)
        }
    }
}
