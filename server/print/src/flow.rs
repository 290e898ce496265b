//! Blocks one under another on pages. A block stays whole unless it is taller than a page.

use crate::figure::Tone;
use crate::text::Style;

/// Points. A4 is 210 x 297 mm.
pub const PAGE_WIDTH: f32 = 595.28;
pub const PAGE_HEIGHT: f32 = 841.89;
/// 30 mm for the binding (NĐ 30/2020, annex I), 15 mm opposite.
pub const LEFT: f32 = 79.0;
pub const RIGHT: f32 = PAGE_WIDTH - 45.0;
pub const TOP: f32 = 50.0;
/// The foot of the page stands below.
pub const BOTTOM: f32 = PAGE_HEIGHT - 62.0;
pub const WIDTH: f32 = RIGHT - LEFT;
const ROUNDING: f32 = 0.1;

/// Something drawn, from the block's upper edge, and from the page's once it stands on one.
#[derive(Clone)]
pub enum Mark {
    Text { x: f32, baseline: f32, style: Style, text: String, shade: Shade },
    Rule { x: f32, y: f32, length: f32, thickness: f32 },
    Dots { x: f32, y: f32, length: f32 },
    Frame { x: f32, y: f32, width: f32, height: f32 },
    Fill { x: f32, y: f32, width: f32, height: f32, shade: Shade },
    Stroke { from: (f32, f32), to: (f32, f32), thickness: f32, shade: Shade },
    Modules { x: f32, y: f32, side: f32, count: usize, dark: Vec<(usize, usize)> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Black,
    Grey,
    /// The facility's seal and what withdraws a paper.
    Red,
    /// Of a report.
    Tone(Tone),
}

#[derive(Clone, Default)]
pub struct Block {
    pub height: f32,
    pub marks: Vec<Mark>,
}

#[derive(Default)]
pub struct Flow {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Block {
    pub fn gap(height: f32) -> Self {
        Self { height, marks: Vec::new() }
    }

    /// A line of text at `x`, under what the block holds already.
    pub fn line(&mut self, x: f32, style: Style, text: &str, shade: Shade) {
        let baseline = self.height + style.ascent();
        self.marks.push(Mark::Text { x, baseline, style, text: text.to_owned(), shade });
        self.height += style.leading();
    }

    /// Puts another block beside: the taller counts.
    pub fn beside(&mut self, other: Self) {
        self.height = self.height.max(other.height);
        self.marks.extend(other.marks);
    }

    /// Puts another block below.
    pub fn below(&mut self, other: Self) {
        let down = self.height;
        self.height += other.height;
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(down)));
    }
}

impl Mark {
    fn top(&self) -> f32 {
        match self {
            Self::Text { baseline, style, .. } => baseline - style.ascent(),
            Self::Stroke { from, to, .. } => from.1.min(to.1),
            Self::Rule { y, .. }
            | Self::Dots { y, .. }
            | Self::Frame { y, .. }
            | Self::Fill { y, .. }
            | Self::Modules { y, .. } => *y,
        }
    }

    fn moved(mut self, down: f32) -> Self {
        match &mut self {
            Self::Text { baseline: y, .. }
            | Self::Rule { y, .. }
            | Self::Dots { y, .. }
            | Self::Frame { y, .. }
            | Self::Fill { y, .. }
            | Self::Modules { y, .. } => *y += down,
            Self::Stroke { from, to, .. } => {
                from.1 += down;
                to.1 += down;
            }
        }
        self
    }
}

impl Flow {
    pub fn new() -> Self {
        Self { pages: vec![Vec::new()], y: TOP }
    }

    pub fn add(&mut self, block: Block) {
        let page = BOTTOM - TOP;
        // What was made to end exactly at the foot must not fall off it by a rounding.
        if self.y + block.height > BOTTOM + ROUNDING && self.y > TOP {
            self.turn();
        }
        // Taller than a page: marks go where they fall.
        let mut turned = 0.0;
        let mut marks = block.marks;
        if block.height > page {
            // Only then: what is painted later lies above.
            marks.sort_by(|one, other| one.top().total_cmp(&other.top()));
        }
        for mark in marks {
            while self.y + mark.top() - turned > BOTTOM - 1.0 {
                turned += if self.y > TOP { BOTTOM - self.y } else { page };
                self.turn();
            }
            let down = self.y - turned;
            if let Some(last) = self.pages.last_mut() {
                last.push(mark.moved(down));
            }
        }
        self.y += block.height - turned;
    }

    /// Room left on this page.
    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    pub fn into_pages(self) -> Vec<Vec<Mark>> {
        self.pages
    }

    /// Goes on with another page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }
}
