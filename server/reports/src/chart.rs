//! Three charts, read at a glance: columns over the day, bars side by side, and how long it takes (half of the patients,
//! nine of ten). Every bar carries its number; what is worse says so in words too. The period before is a thin mark.

use print::{Anchor, Figure, Shape, Strength, Tone};

/// Units of the drawing; on a page a unit is a CSS pixel.
const WIDTH: f32 = 640.0;
const TEXT: f32 = 13.0;
const SMALL: f32 = 11.5;
/// Where bars begin and where the longest ends.
const BARS_LEFT: f32 = 248.0;
const BARS_RIGHT: f32 = 486.0;
const ROW: f32 = 28.0;
const BAR: f32 = 16.0;
const KEY: f32 = 24.0;
/// A letter is about so wide, in ems: of the typeface a little less, of what a computer has instead a little more.
const LETTER: f32 = 0.6;

/// One column of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub label: String,
    pub value: u64,
    pub text: String,
    pub before: Option<u64>,
}

/// One bar and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub label: String,
    pub value: f64,
    pub text: String,
    pub before: Option<f64>,
    pub look: Look,
}

/// Half of the patients took no longer than `median`, nine of ten no longer than `p90`.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    pub label: String,
    pub median: f64,
    pub p90: f64,
    pub text: String,
    pub before: Option<f64>,
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// What the finding is about.
    Main,
    Beside,
    Good,
    Bad,
}

impl Look {
    fn tone(self) -> Tone {
        match self {
            Self::Main => Tone::Primary,
            Self::Beside => Tone::Pale,
            Self::Good => Tone::Ok,
            Self::Bad => Tone::Danger,
        }
    }

    fn strength(self) -> Strength {
        match self {
            Self::Main | Self::Bad => Strength::Strong,
            Self::Beside | Self::Good => Strength::Plain,
        }
    }
}

/// Columns over the hours, the highest stressed. `unit` stands under the first, `before` names the thin mark.
pub fn columns(columns: &[Column], unit: &str, before: Option<&str>) -> Figure {
    let (top, base) = (KEY + 22.0, 196.0);
    let mut shapes = Vec::new();
    let most = columns.iter().map(|column| column.value.max(column.before.unwrap_or(0))).max().unwrap_or(0).max(1);
    let peak = columns.iter().map(|column| column.value).max().unwrap_or(0);
    let step = WIDTH / columns.len().max(1) as f32;
    let width = (step * 0.66).min(54.0);
    let size = if step < 32.0 { SMALL } else { TEXT };
    let height = |value: u64| (base - top) * (value as f64 / most as f64) as f32;
    for (index, column) in columns.iter().enumerate() {
        let (left, middle) = (step * index as f32 + (step - width) / 2.0, step * (index as f32 + 0.5));
        let look = if column.value == peak && peak > 0 { Look::Main } else { Look::Beside };
        let tall = height(column.value);
        shapes.push(Shape::Bar { x: left, y: base - tall, width, height: tall, tone: look.tone() });
        if let Some(before) = column.before {
            let y = base - height(before);
            shapes.push(Shape::Line {
                from: (left - 3.0, y),
                to: (left + width + 3.0, y),
                thickness: 2.0,
                tone: Tone::Ink,
            });
        }
        let highest = tall.max(column.before.map_or(0.0, height));
        shapes.push(words(middle, base - highest - 6.0, size, look.strength(), Anchor::Middle, &column.text));
        shapes.push(quiet(middle, base + 18.0, size, Anchor::Middle, &column.label));
    }
    shapes.push(Shape::Line { from: (0.0, base), to: (WIDTH, base), thickness: 1.5, tone: Tone::Quiet });
    shapes.push(quiet(0.0, base + 36.0, SMALL, Anchor::Start, unit));
    shapes.extend(before.into_iter().flat_map(key));
    Figure { width: WIDTH, height: base + 42.0, shapes }
}

/// Bars one under another, in the order given.
pub fn bars(rows: &[Row], before: Option<&str>) -> Figure {
    let most = rows.iter().map(|row| row.value.max(row.before.unwrap_or(0.0))).fold(0.0, f64::max);
    let mut shapes = Vec::new();
    let top = if before.is_some() { KEY } else { 2.0 };
    for (index, row) in rows.iter().enumerate() {
        let line = Line::at(top + ROW * index as f32, most);
        shapes.push(line.label(&row.label, row.look));
        let end = line.bar(&mut shapes, row.value, row.look.tone());
        let mark = row.before.map(|before| line.mark(&mut shapes, before));
        shapes.push(line.says(end.max(mark.unwrap_or(0.0)), &row.text, row.look));
    }
    finish(shapes, top, rows.len(), before)
}

/// A thick bar for half of the patients, a thin one on to nine of ten.
pub fn ranges(rows: &[Range], (half, nine): (&str, &str), before: Option<&str>) -> Figure {
    let most = rows.iter().map(|row| row.p90.max(row.before.unwrap_or(0.0))).fold(0.0, f64::max);
    let mut shapes = Vec::new();
    shapes.push(Shape::Bar { x: 0.0, y: 3.0, width: 22.0, height: 10.0, tone: Tone::Primary });
    shapes.push(quiet(28.0, 13.0, SMALL, Anchor::Start, half));
    let x = 28.0 + rough_width(half, SMALL) + 18.0;
    shapes.push(Shape::Line { from: (x, 8.0), to: (x + 22.0, 8.0), thickness: 3.0, tone: Tone::Primary });
    shapes.push(Shape::Line { from: (x + 22.0, 2.0), to: (x + 22.0, 14.0), thickness: 3.0, tone: Tone::Primary });
    shapes.push(quiet(x + 32.0, 13.0, SMALL, Anchor::Start, nine));
    for (index, row) in rows.iter().enumerate() {
        let line = Line::at(KEY + ROW * index as f32, most);
        let middle = line.y + ROW / 2.0;
        shapes.push(line.label(&row.label, row.look));
        let (from, to) = (line.bar(&mut shapes, row.median, row.look.tone()), line.x(row.p90));
        let tone = row.look.tone();
        shapes.push(Shape::Line { from: (from, middle), to: (to, middle), thickness: 3.0, tone });
        shapes.push(Shape::Line { from: (to, middle - 6.0), to: (to, middle + 6.0), thickness: 3.0, tone });
        let mark = row.before.map(|before| line.mark(&mut shapes, before));
        shapes.push(line.says(to.max(mark.unwrap_or(0.0)), &row.text, row.look));
    }
    finish(shapes, KEY, rows.len(), before)
}

fn finish(mut shapes: Vec<Shape>, top: f32, rows: usize, before: Option<&str>) -> Figure {
    let bottom = top + ROW * rows as f32;
    let (from, to) = ((BARS_LEFT, top), (BARS_LEFT, bottom));
    shapes.push(Shape::Line { from, to, thickness: 1.5, tone: Tone::Quiet });
    shapes.extend(before.into_iter().flat_map(key));
    Figure { width: WIDTH, height: bottom + 4.0, shapes }
}

/// "| the week before", at the right of the head.
fn key(before: &str) -> [Shape; 2] {
    let x = WIDTH - rough_width(before, SMALL) - 14.0;
    [
        Shape::Line { from: (x, 2.0), to: (x, 14.0), thickness: 2.0, tone: Tone::Ink },
        quiet(x + 8.0, 13.0, SMALL, Anchor::Start, before),
    ]
}

/// One row of bars.
struct Line {
    y: f32,
    most: f64,
}

impl Line {
    fn at(y: f32, most: f64) -> Self {
        Self { y, most }
    }

    fn x(&self, value: f64) -> f32 {
        let share = if self.most > 0.0 { (value / self.most).clamp(0.0, 1.0) } else { 0.0 };
        BARS_LEFT + (BARS_RIGHT - BARS_LEFT) * share as f32
    }

    fn baseline(&self) -> f32 {
        self.y + ROW / 2.0 + TEXT * 0.35
    }

    fn label(&self, label: &str, look: Look) -> Shape {
        let label = shortened(label, BARS_LEFT - 12.0, TEXT);
        words(BARS_LEFT - 10.0, self.baseline(), TEXT, look.strength(), Anchor::End, &label)
    }

    /// Returns where it ends. What is there at all is seen.
    fn bar(&self, shapes: &mut Vec<Shape>, value: f64, tone: Tone) -> f32 {
        let end = self.x(value);
        let width = if value > 0.0 { (end - BARS_LEFT).max(2.0) } else { 0.0 };
        shapes.push(Shape::Bar { x: BARS_LEFT, y: self.y + (ROW - BAR) / 2.0, width, height: BAR, tone });
        BARS_LEFT + width
    }

    fn mark(&self, shapes: &mut Vec<Shape>, before: f64) -> f32 {
        let x = self.x(before);
        let (from, to) = ((x, self.y + 3.0), (x, self.y + ROW - 3.0));
        shapes.push(Shape::Line { from, to, thickness: 2.0, tone: Tone::Ink });
        x
    }

    fn says(&self, end: f32, text: &str, look: Look) -> Shape {
        words(end + 8.0, self.baseline(), TEXT, look.strength(), Anchor::Start, text)
    }
}

fn words(x: f32, baseline: f32, size: f32, strength: Strength, anchor: Anchor, text: &str) -> Shape {
    Shape::Words { x, baseline, size, strength, anchor, tone: Tone::Ink, text: text.to_owned() }
}

fn quiet(x: f32, baseline: f32, size: f32, anchor: Anchor, text: &str) -> Shape {
    let strength = Strength::Plain;
    Shape::Words { x, baseline, size, strength, anchor, tone: Tone::Quiet, text: text.to_owned() }
}

fn rough_width(text: &str, size: f32) -> f32 {
    text.chars().count() as f32 * size * LETTER
}

/// The whole name stands in the table.
fn shortened(text: &str, room: f32, size: f32) -> String {
    let fits = (room / (size * LETTER)) as usize;
    if text.chars().count() <= fits {
        return text.to_owned();
    }
    let kept: String = text.chars().take(fits.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_leaves_room_for_its_words() {
        let row = |value| Row { label: "K01".into(), value, text: "1".into(), before: Some(5.0), look: Look::Main };
        let figure = bars(&[row(10.0), row(0.0)], Some("before"));
        let ends: Vec<f32> = figure
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Bar { x, width, .. } => Some(x + width),
                Shape::Line { .. } | Shape::Words { .. } => None,
            })
            .collect();
        assert_eq!(ends, [BARS_RIGHT, BARS_LEFT], "nothing is a bar of no width");
    }

    #[test]
    fn a_day_without_anybody_is_drawn_too() {
        let empty = Column { label: "07".into(), value: 0, text: "0".into(), before: None };
        let figure = columns(&[empty], "h", None);
        assert!(figure.shapes.iter().all(|shape| match shape {
            Shape::Bar { height, .. } => height.is_finite(),
            Shape::Line { from, .. } => from.1.is_finite(),
            Shape::Words { baseline, .. } => baseline.is_finite(),
        }));
    }

    #[test]
    fn a_name_that_is_too_long_says_that_it_goes_on() {
        assert_eq!(shortened("Khoa Nội", 200.0, TEXT), "Khoa Nội");
        assert!(shortened(&"Khoa Nội ".repeat(9), 200.0, TEXT).ends_with('…'));
    }
}
