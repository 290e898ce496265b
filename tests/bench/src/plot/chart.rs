//! One panel: a title, what it says in a line, and horizontal bars on one axis.

use super::canvas::{Canvas, Colour, Fonts, Weight};
use super::{INK, LINE, PANEL, QUIET};
use crate::sample::Summary;

pub struct Chart {
    pub title: String,
    pub notes: Vec<String>,
    /// Of the axis.
    pub unit: &'static str,
    pub legend: Vec<(Colour, &'static str)>,
    pub rows: Vec<Row>,
}

pub enum Row {
    Group(String),
    Bar(Bar),
}

pub struct Bar {
    pub label: String,
    /// One after another from the axis on.
    pub segments: Vec<(f64, Colour)>,
    /// Least and most of the runs.
    pub spread: Option<Summary>,
    /// Behind the bar.
    pub value: String,
}

const PADDING: f32 = 32.0;
const TITLE_EM: f32 = 27.0;
const NOTE_EM: f32 = 17.0;
const LABEL_EM: f32 = 17.5;
const NOTE_LINE: f32 = 25.0;
const LEGEND_LINE: f32 = 34.0;
const GROUP_HEIGHT: f32 = 44.0;
const BAR_PITCH: f32 = 36.0;
const BAR_HEIGHT: f32 = 22.0;
const AXIS_HEIGHT: f32 = 44.0;

impl Chart {
    pub fn height(&self) -> f32 {
        let rows: f32 = self.rows.iter().map(Row::height).sum();
        let axis = if self.has_bars() { AXIS_HEIGHT } else { 0.0 };
        self.head_height() + rows + axis + PADDING * 0.7
    }

    fn head_height(&self) -> f32 {
        let legend = if self.legend.is_empty() { 0.0 } else { LEGEND_LINE };
        PADDING + TITLE_EM + 10.0 + NOTE_LINE * self.notes.len() as f32 + legend + 8.0
    }

    fn has_bars(&self) -> bool {
        self.bars().next().is_some()
    }

    fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.rows.iter().filter_map(|row| match row {
            Row::Bar(bar) => Some(bar),
            Row::Group(_) => None,
        })
    }

    pub fn draw(&self, canvas: &mut Canvas, fonts: &Fonts, x: f32, y: f32, width: f32) {
        canvas.frame(x, y, width, self.height(), PANEL, LINE);
        let left = x + PADDING;
        canvas.text(fonts, &self.title, left, y + PADDING + TITLE_EM * 0.8, Weight::Bold, TITLE_EM, INK);
        let mut line = y + PADDING + TITLE_EM + 10.0;
        for note in &self.notes {
            canvas.text(fonts, note, left, line + NOTE_EM, Weight::Regular, NOTE_EM, QUIET);
            line += NOTE_LINE;
        }
        let mut pen = left;
        for (colour, meaning) in &self.legend {
            canvas.fill(pen, line + 10.0, 18.0, 18.0, *colour);
            canvas.text(fonts, meaning, pen + 26.0, line + 25.0, Weight::Regular, NOTE_EM, INK);
            pen += 26.0 + fonts.width(meaning, Weight::Regular, NOTE_EM) + 28.0;
        }
        if self.has_bars() {
            self.draw_bars(canvas, fonts, left, y + self.head_height(), x + width - PADDING);
        }
    }

    fn draw_bars(&self, canvas: &mut Canvas, fonts: &Fonts, left: f32, top: f32, right: f32) {
        let widest = |texts: &mut dyn Iterator<Item = &str>, weight| {
            texts.map(|text| fonts.width(text, weight, LABEL_EM)).fold(0.0, f32::max)
        };
        let origin = left + widest(&mut self.bars().map(|bar| bar.label.as_str()), Weight::Regular) + 16.0;
        let values = widest(&mut self.bars().map(|bar| bar.value.as_str()), Weight::SemiBold) + 14.0;
        let most = self.bars().map(Bar::most).fold(0.0, f64::max);
        let axis = right - values - origin;
        let step = tick(most, f64::from(axis / 110.0));
        let at = |value: f64| origin + (value / most.max(f64::MIN_POSITIVE)) as f32 * axis;
        let bottom = top + self.rows.iter().map(Row::height).sum::<f32>();

        let mut mark = 0.0;
        while mark <= most * 1.0001 {
            canvas.fill(at(mark), top, 1.0, bottom - top + 6.0, LINE);
            let text = number(mark);
            let text = if mark == 0.0 { format!("0 {}", self.unit) } else { text };
            let half = fonts.width(&text, Weight::Regular, NOTE_EM - 1.0) / 2.0;
            canvas.text(fonts, &text, at(mark) - half, bottom + 26.0, Weight::Regular, NOTE_EM - 1.0, QUIET);
            mark += step;
        }
        let mut row_top = top;
        for row in &self.rows {
            match row {
                Row::Group(name) => {
                    // The marks of the axis do not run through words.
                    let width = fonts.width(name, Weight::SemiBold, LABEL_EM);
                    canvas.fill(left, row_top + 12.0, width + 8.0, GROUP_HEIGHT - 14.0, PANEL);
                    canvas.text(fonts, name, left, row_top + 33.0, Weight::SemiBold, LABEL_EM, INK);
                }
                Row::Bar(bar) => bar.draw(canvas, fonts, (left, origin, row_top), &at),
            }
            row_top += row.height();
        }
    }
}

impl Row {
    fn height(&self) -> f32 {
        match self {
            Self::Group(_) => GROUP_HEIGHT,
            Self::Bar(_) => BAR_PITCH,
        }
    }
}

impl Bar {
    fn length(&self) -> f64 {
        self.segments.iter().map(|(value, _)| value).sum()
    }

    fn most(&self) -> f64 {
        self.spread.map_or(self.length(), |spread| spread.max.max(self.length()))
    }

    fn draw(&self, canvas: &mut Canvas, fonts: &Fonts, (left, origin, top): (f32, f32, f32), at: &dyn Fn(f64) -> f32) {
        let bar_top = top + (BAR_PITCH - BAR_HEIGHT) / 2.0;
        canvas.text(fonts, &self.label, left, bar_top + 17.0, Weight::Regular, LABEL_EM, INK);
        let mut from = 0.0;
        for (value, colour) in &self.segments {
            canvas.fill(at(from), bar_top, at(from + value) - at(from), BAR_HEIGHT, *colour);
            from += value;
        }
        if let Some(spread) = self.spread {
            let (min, max, middle) = (at(spread.min), at(spread.max), bar_top + BAR_HEIGHT / 2.0);
            canvas.fill(min, middle - 1.0, max - min, 2.0, INK);
            for end in [min, max] {
                canvas.fill(end - 1.0, middle - 6.0, 2.0, 12.0, INK);
            }
        }
        let end = at(self.most()).max(origin) + 12.0;
        canvas.text(fonts, &self.value, end, bar_top + 17.0, Weight::SemiBold, LABEL_EM, INK);
    }
}

/// A step of 1, 2 or 5 times a power of ten that gives about so many marks.
fn tick(most: f64, marks: f64) -> f64 {
    let wanted = (most / marks.max(1.0)).max(1e-9);
    let power = 10f64.powf(wanted.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    steps.iter().map(|step| step * power).find(|step| *step >= wanted * 0.999).unwrap_or(10.0 * power)
}

/// With as many digits as a reader can use.
pub fn number(value: f64) -> String {
    let text = match value.abs() {
        0.0 => return "0".to_owned(),
        large if large >= 1e6 => return format!("{} M", number(value / 1e6)),
        large if large >= 1e4 => format!("{} {:03}", (large / 1e3) as u64, large as u64 % 1000),
        large if large >= 100.0 => format!("{value:.0}"),
        large if large >= 10.0 => format!("{value:.1}"),
        large if large >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_an_axis_are_round() {
        for (most, marks, step) in [(1930.0, 8.0, 500.0), (0.9, 5.0, 0.2), (13.0, 6.0, 5.0)] {
            let found = tick(most, marks);
            assert!((found - step).abs() < 1e-9, "{most} in {marks}: {found}");
        }
    }

    #[test]
    fn numbers_have_digits_a_reader_can_use() {
        let texts = [0.0, 0.0012, 1.5, 25.04, 1234.5, 20_500.0, 3_200_000.0].map(number);
        assert_eq!(texts, ["0", "0.0012", "1.5", "25", "1234", "20 500", "3.2 M"]);
    }
}
