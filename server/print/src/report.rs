//! A report on A4: a title, then parts that each say what was found, show it and list it.

use time::OffsetDateTime;

use crate::PrintError;
use crate::figure::{Anchor, Figure, Shape, Strength, Tone};
use crate::flow::{BOTTOM, Block, Flow, LEFT, Mark, RIGHT, Shade, WIDTH};
use crate::fonts::{Fonts, Weight};
use crate::ink::{self, Properties};
use crate::text::{Style, composed, wrapped};

const ISSUER: Style = Style::new(Weight::SemiBold, 9.5);
const TITLE: Style = Style::new(Weight::Bold, 17.0);
const SUBTITLE: Style = Style::new(Weight::Regular, 10.5);
const TOPIC: Style = Style::new(Weight::SemiBold, 9.0);
const FOUND: Style = Style::new(Weight::Bold, 12.0);
const NOTE: Style = Style::new(Weight::Light, 8.0);
const HEADER: Style = Style::new(Weight::SemiBold, 8.0);
const CELL: Style = Style::new(Weight::Regular, 8.5);
const FOOT: Style = Style::new(Weight::Light, 8.0);

const CELL_GAP: f32 = 8.0;
/// A number column is never wider: its header takes more lines.
const WIDEST_NUMBER: f32 = 74.0;
const NARROWEST_NUMBER: f32 = 34.0;

#[derive(Debug, Clone)]
pub struct Report {
    pub issuer: String,
    pub title: String,
    pub subtitle: String,
    pub parts: Vec<ReportPart>,
    /// At the foot of each page, before the page number: "Lập lúc 08:00 23/11/2026".
    pub foot: String,
    pub pages: PageWords,
    /// BCP 47.
    pub language: &'static str,
    /// For the file's properties: the same report made twice has the same one.
    pub id: String,
    pub made_at: OffsetDateTime,
}

/// "Trang 1/3", "Page 1 of 3".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageWords {
    pub page: &'static str,
    pub of: &'static str,
}

#[derive(Debug, Clone)]
pub struct ReportPart {
    pub topic: String,
    pub found: String,
    pub figure: Option<Figure>,
    pub table: Option<ReportTable>,
    pub note: Option<String>,
}

/// The first column is words, the others are numbers.
#[derive(Debug, Clone)]
pub struct ReportTable {
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The report as a PDF/A-2u file.
pub fn report_pdf(report: &Report, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let layout = Layout { fonts };
    let mut flow = Flow::new();
    flow.add(layout.head(report));
    for part in &report.parts {
        layout.part(&mut flow, part);
    }
    let mut pages = flow.into_pages();
    let count = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        layout.foot(report, page, index + 1, count);
    }
    let properties = Properties {
        title: composed(&format!("{} {}", report.title, report.subtitle)),
        author: report.issuer.clone(),
        description: report.title.clone(),
        language: report.language,
        id: report.id.clone(),
        made_at: report.made_at,
    };
    ink::write(fonts, &pages, &properties)
}

struct Layout<'a> {
    fonts: &'a Fonts,
}

impl Layout<'_> {
    fn head(&self, report: &Report) -> Block {
        let mut block = Block::default();
        self.lines(&mut block, (LEFT, WIDTH), ISSUER, &report.issuer, Shade::Tone(Tone::Quiet));
        self.lines(&mut block, (LEFT, WIDTH), TITLE, &report.title, Shade::Tone(Tone::Ink));
        self.lines(&mut block, (LEFT, WIDTH), SUBTITLE, &report.subtitle, Shade::Tone(Tone::Quiet));
        block.below(Block::gap(4.0));
        block
    }

    fn part(&self, flow: &mut Flow, part: &ReportPart) {
        let mut top = Block::gap(17.0);
        top.marks.push(Mark::Rule { x: LEFT, y: 11.0, length: WIDTH, thickness: 0.5 });
        self.lines(&mut top, (LEFT, WIDTH), TOPIC, &part.topic, Shade::Tone(Tone::Primary));
        self.lines(&mut top, (LEFT, WIDTH), FOUND, &part.found, Shade::Tone(Tone::Ink));
        top.below(Block::gap(5.0));
        if let Some(figure) = &part.figure {
            top.below(self.figure(figure));
            top.below(Block::gap(6.0));
        }
        let mut rows = part.table.as_ref().map(|table| self.table(table)).unwrap_or_default().into_iter();
        // Header and first row stay with what stands above them.
        for block in rows.by_ref().take(2) {
            top.below(block);
        }
        flow.add(top);
        for block in rows {
            flow.add(block);
        }
        if let Some(note) = &part.note {
            let mut block = Block::gap(3.0);
            self.lines(&mut block, (LEFT, WIDTH), NOTE, note, Shade::Grey);
            flow.add(block);
        }
    }

    /// The header, then row after row.
    fn table(&self, table: &ReportTable) -> Vec<Block> {
        let numbers = table.headers.len().saturating_sub(1);
        let wide = |column: usize| {
            let cells = table.rows.iter().filter_map(|row| row.get(column));
            let cells = cells.map(|cell| CELL.width(self.fonts, cell)).fold(0.0_f32, f32::max);
            let header = table.headers.get(column).map_or(0.0, |header| HEADER.width(self.fonts, header));
            cells.max(header.min(WIDEST_NUMBER)).max(NARROWEST_NUMBER)
        };
        // So narrow that no word breaks.
        let narrow = |column: usize| {
            let longest = |style: Style, text: &str| {
                text.split_whitespace().map(|word| style.width(self.fonts, word)).fold(0.0_f32, f32::max)
            };
            let cells = table.rows.iter().filter_map(|row| row.get(column));
            let cells = cells.map(|cell| longest(CELL, cell)).fold(0.0_f32, f32::max);
            cells.max(table.headers.get(column).map_or(0.0, |header| longest(HEADER, header)))
        };
        let mut widths: Vec<f32> = (1..=numbers).map(wide).collect();
        let least: Vec<f32> = (1..=numbers).map(narrow).collect();
        // The numbers leave a third of the sheet to the words where their own words allow it.
        let most = WIDTH * 0.68 - CELL_GAP * numbers as f32;
        let (taken, needed): (f32, f32) = (widths.iter().sum(), least.iter().sum());
        if taken > most && taken > needed {
            let kept = ((most - needed) / (taken - needed)).clamp(0.0, 1.0);
            for (width, least) in widths.iter_mut().zip(&least) {
                *width = least + (*width - least) * kept;
            }
        }
        let taken: f32 = widths.iter().map(|width| width + CELL_GAP).sum();
        let first = (WIDTH - taken).max(NARROWEST_NUMBER);
        let row = |cells: &[String], style: Style, shade: Shade| {
            let mut block = Block::default();
            let mut words = Block::gap(1.5);
            self.lines(&mut words, (LEFT, first), style, cells.first().map_or("", String::as_str), shade);
            block.beside(words);
            let mut right = LEFT + first;
            for (cell, width) in cells.iter().skip(1).zip(&widths) {
                right += CELL_GAP + width;
                let mut number = Block::gap(1.5);
                for line in wrapped(self.fonts, style, cell, *width, *width) {
                    number.line(right - style.width(self.fonts, &line), style, &line, shade);
                }
                block.beside(number);
            }
            block.below(Block::gap(2.0));
            // Above the block's lower edge, so that it never falls off a page without its row.
            let y = block.height - 1.2;
            block.marks.push(Mark::Stroke {
                from: (LEFT, y),
                to: (RIGHT, y),
                thickness: 0.4,
                shade: Shade::Tone(Tone::Line),
            });
            block
        };
        let header = row(&table.headers, HEADER, Shade::Tone(Tone::Quiet));
        let rows = table.rows.iter().map(|cells| row(cells, CELL, Shade::Tone(Tone::Ink)));
        std::iter::once(header).chain(rows).collect()
    }

    fn figure(&self, figure: &Figure) -> Block {
        let scale = WIDTH / figure.width.max(1.0);
        let mut block = Block::gap(figure.height * scale);
        for shape in &figure.shapes {
            block.marks.push(match shape {
                Shape::Bar { x, y, width, height, tone } => Mark::Fill {
                    x: LEFT + x * scale,
                    y: y * scale,
                    width: width * scale,
                    height: height * scale,
                    shade: Shade::Tone(*tone),
                },
                Shape::Line { from, to, thickness, tone } => Mark::Stroke {
                    from: (LEFT + from.0 * scale, from.1 * scale),
                    to: (LEFT + to.0 * scale, to.1 * scale),
                    thickness: thickness * scale,
                    shade: Shade::Tone(*tone),
                },
                Shape::Words { x, baseline, size, strength, anchor, tone, text } => {
                    let weight = match strength {
                        Strength::Plain => Weight::Regular,
                        Strength::Strong => Weight::SemiBold,
                    };
                    let (style, text) = (Style::new(weight, size * scale), composed(text));
                    let width = style.width(self.fonts, &text);
                    let x = LEFT + x * scale
                        - match anchor {
                            Anchor::Start => 0.0,
                            Anchor::Middle => width / 2.0,
                            Anchor::End => width,
                        };
                    Mark::Text { x, baseline: baseline * scale, style, text, shade: Shade::Tone(*tone) }
                }
            });
        }
        block
    }

    fn foot(&self, report: &Report, page: &mut Vec<Mark>, number: usize, count: usize) {
        let baseline = BOTTOM + 26.0;
        page.push(Mark::Rule { x: LEFT, y: BOTTOM + 12.0, length: WIDTH, thickness: 0.4 });
        let text = |x, text| Mark::Text { x, baseline, style: FOOT, text, shade: Shade::Grey };
        page.push(text(LEFT, report.foot.clone()));
        let PageWords { page: word, of } = report.pages;
        let right = format!("{word} {number}{of}{count}");
        page.push(text(RIGHT - FOOT.width(self.fonts, &right), right));
    }

    fn lines(&self, block: &mut Block, (x, width): (f32, f32), style: Style, text: &str, shade: Shade) {
        for line in wrapped(self.fonts, style, text, width, width) {
            block.line(x, style, &line, shade);
        }
    }
}
