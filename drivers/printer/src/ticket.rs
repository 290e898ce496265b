//! The queue ticket on 80 mm paper: which words go where, how large. It knows no language: every string is brought by the
//! caller, in the patient's.
//!
//! From the top: whose paper it is, the number as large as the paper allows, where to go (white on black: it reads like
//! the sign on the door), then time and place in the queue, what is still open, and last what the phone and the staff need.

use std::fmt;

use crate::{
    qr::Qr,
    raster::{Area, MAX_HEIGHT_DOTS, PAPER_WIDTH_DOTS, Raster},
    text::{LayoutError, Line, Pen, Typeface},
};

/// What stands on a ticket. Its `Debug` shows the number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    pub hospital: String,
    /// Over the number: "Số thứ tự khám".
    pub number_label: String,
    /// "A027".
    pub number: String,
    pub department: String,
    /// Room and floor: "Phòng 102 · Tầng 1".
    pub place: String,
    /// Time, people ahead, ... two beside each other.
    pub facts: Vec<Fact>,
    /// What is still open: "Chờ xác nhận BHYT". Each in a frame.
    pub notes: Vec<String>,
    /// Whose ticket it is; the name masked by the caller.
    pub holder: Option<Fact>,
    pub qr: Option<QrBlock>,
    /// Date, time, ticket id: the last lines.
    pub footer: Vec<String>,
}

/// A label and its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// A code for the phone and the words that say what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct QrBlock {
    pub payload: String,
    pub caption: String,
}

/// The three weights that a ticket needs.
#[derive(Debug)]
pub struct Typefaces {
    pub regular: Typeface,
    pub semi_bold: Typeface,
    pub extra_bold: Typeface,
}

impl Typefaces {
    /// From the bytes of three font files.
    pub fn parse(regular: Vec<u8>, semi_bold: Vec<u8>, extra_bold: Vec<u8>) -> Result<Self, LayoutError> {
        Ok(Self {
            regular: Typeface::parse(regular)?,
            semi_bold: Typeface::parse(semi_bold)?,
            extra_bold: Typeface::parse(extra_bold)?,
        })
    }
}

impl Ticket {
    /// The ticket as a page.
    pub fn layout(&self, faces: &Typefaces) -> Result<Raster, LayoutError> {
        let mut sheet = Sheet::new();
        sheet.skip(8);
        sheet.paragraph(&faces.semi_bold, &self.hospital, HOSPITAL_EM)?;
        sheet.skip(16);
        sheet.rule();
        sheet.skip(20);
        sheet.paragraph(&faces.regular, &self.number_label, LABEL_EM)?;
        sheet.skip(20);
        sheet.number(&faces.extra_bold, &self.number)?;
        sheet.skip(32);
        sheet.paragraph(&faces.semi_bold, &self.department, DEPARTMENT_EM)?;
        sheet.skip(16);
        sheet.sign(&faces.semi_bold, &self.place)?;
        sheet.skip(24);
        for pair in self.facts.chunks(2) {
            sheet.facts(faces, pair)?;
            sheet.skip(20);
        }
        for note in &self.notes {
            sheet.note(&faces.semi_bold, note)?;
            sheet.skip(16);
        }
        sheet.skip(4);
        sheet.rule();
        sheet.skip(20);
        sheet.phone_and_holder(faces, self.qr.as_ref(), self.holder.as_ref())?;
        for line in &self.footer {
            sheet.paragraph(&faces.regular, line, SMALL_EM)?;
        }
        sheet.skip(8);
        sheet.finish()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fact").field("label", &self.label).finish_non_exhaustive()
    }
}

impl fmt::Debug for QrBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrBlock").field("payload_bytes", &self.payload.len()).finish_non_exhaustive()
    }
}

// Em heights in dots; 8 dots are a millimetre. Nothing is smaller than 3.5 mm.
const NUMBER_MAX_EM: f32 = 264.0;
const DEPARTMENT_EM: f32 = 50.0;
const SIGN_EM: f32 = 50.0;
const VALUE_EM: f32 = 42.0;
const HOSPITAL_EM: f32 = 34.0;
const NOTE_EM: f32 = 34.0;
const LABEL_EM: f32 = 32.0;
const SMALL_EM: f32 = 28.0;

const PAPER_WIDTH: i32 = PAPER_WIDTH_DOTS as i32;
/// White at each side, beyond the 4 mm that the head cannot reach.
const MARGIN: i32 = 12;
const TEXT_WIDTH: i32 = PAPER_WIDTH - 2 * MARGIN;
const QR_SIDE: i32 = 232;
const CORNER: i32 = 16;
/// A line has more room above its capitals than below them; in a box the words shall stand in the middle.
const BOX_TOP: i32 = 4;
const BOX_BOTTOM: i32 = 14;

/// A page that grows downwards.
struct Sheet {
    page: Raster,
    y: i32,
}

impl Sheet {
    fn new() -> Self {
        Self { page: Raster::new(PAPER_WIDTH_DOTS, MAX_HEIGHT_DOTS), y: 0 }
    }

    fn skip(&mut self, dots: i32) {
        self.y += dots;
    }

    fn rule(&mut self) {
        self.page.fill(Area::new(MARGIN, self.y, TEXT_WIDTH, 3));
        self.y += 3;
    }

    /// Centred lines.
    fn paragraph(&mut self, face: &Typeface, text: &str, em: f32) -> Result<(), LayoutError> {
        let lines = face.wrap(text, em, TEXT_WIDTH)?;
        self.y += draw_lines(&mut self.page, face, &lines, Column::page(), self.y, Pen::Black);
        Ok(())
    }

    /// The number, without the room for marks that capitals and digits do not have.
    fn number(&mut self, face: &Typeface, number: &str) -> Result<(), LayoutError> {
        let line = face.line_that_fits(number, NUMBER_MAX_EM, TEXT_WIDTH)?;
        let baseline = self.y + face.cap_height_dots(line.em_dots());
        let left = (PAPER_WIDTH - line.width_dots()) / 2;
        face.draw(&mut self.page, &line, left, baseline, Pen::Black);
        // Round digits reach a little under the line, and a number may have a comma or a Q.
        self.y = baseline + (line.em_dots() * 0.05).ceil() as i32;
        Ok(())
    }

    /// White on black, as wide as the paper.
    fn sign(&mut self, face: &Typeface, text: &str) -> Result<(), LayoutError> {
        if text.is_empty() {
            return Ok(());
        }
        let lines = fitted_or_wrapped(face, text, SIGN_EM, TEXT_WIDTH - 2 * CORNER)?;
        let area = Area::new(MARGIN, self.y, TEXT_WIDTH, height(&lines) + BOX_TOP + BOX_BOTTOM);
        self.page.fill_rounded(area, CORNER);
        draw_lines(&mut self.page, face, &lines, Column::page(), self.y + BOX_TOP, Pen::White);
        self.y += area.height;
        Ok(())
    }

    /// One fact in the middle, or two with a line between them; their values stand on one line.
    fn facts(&mut self, faces: &Typefaces, facts: &[Fact]) -> Result<(), LayoutError> {
        let count = i32::try_from(facts.len()).expect("a pair");
        let width = TEXT_WIDTH / count;
        let mut set = Vec::new();
        for (index, fact) in (0..).zip(facts) {
            let column = Column { left: MARGIN + index * width + 8, width: width - 16 };
            let labels = faces.regular.wrap(&fact.label, SMALL_EM, column.width)?;
            let values = fitted_or_wrapped(&faces.semi_bold, &fact.value, VALUE_EM, column.width)?;
            set.push((column, labels, values));
        }
        let label_height = set.iter().map(|(_, labels, _)| height(labels)).max().unwrap_or(0);
        let value_height = set.iter().map(|(_, _, values)| height(values)).max().unwrap_or(0);
        let values_top = self.y + label_height;
        for (column, labels, values) in &set {
            let labels_top = values_top - height(labels);
            draw_lines(&mut self.page, &faces.regular, labels, *column, labels_top, Pen::Black);
            draw_lines(&mut self.page, &faces.semi_bold, values, *column, values_top, Pen::Black);
        }
        let bottom = values_top + value_height;
        if count == 2 {
            let line = Area::new(PAPER_WIDTH / 2 - 1, self.y + 6, 2, bottom - self.y - 12);
            self.page.fill(line);
        }
        self.y = bottom;
        Ok(())
    }

    /// In a frame.
    fn note(&mut self, face: &Typeface, text: &str) -> Result<(), LayoutError> {
        let lines = face.wrap(text, NOTE_EM, TEXT_WIDTH - 2 * CORNER)?;
        let area = Area::new(MARGIN, self.y, TEXT_WIDTH, height(&lines) + BOX_TOP + BOX_BOTTOM);
        self.page.frame_rounded(area, CORNER, 3);
        draw_lines(&mut self.page, face, &lines, Column::page(), self.y + BOX_TOP, Pen::Black);
        self.y += area.height;
        Ok(())
    }

    /// The code at the left, words at its right, middle to middle; without a code the words are centred.
    fn phone_and_holder(
        &mut self,
        faces: &Typefaces,
        code: Option<&QrBlock>,
        holder: Option<&Fact>,
    ) -> Result<(), LayoutError> {
        let Some(block) = code else {
            if let Some(holder) = holder {
                self.facts(faces, std::slice::from_ref(holder))?;
                self.skip(16);
            }
            return Ok(());
        };
        let qr = Qr::encode(&block.payload)?;
        let module = qr.module_dots(QR_SIDE);
        let side = qr.side_dots(module);
        let left = MARGIN + side;
        let width = PAPER_WIDTH - MARGIN - left;
        let captions = faces.regular.wrap(&block.caption, SMALL_EM, width)?;
        let (labels, values) = match holder {
            Some(holder) => (
                faces.regular.wrap(&holder.label, SMALL_EM, width)?,
                faces.semi_bold.wrap(&holder.value, LABEL_EM, width)?,
            ),
            None => (Vec::new(), Vec::new()),
        };
        let gap = if holder.is_some() { 16 } else { 0 };
        let words = height(&captions) + gap + height(&labels) + height(&values);
        let block_height = side.max(words);
        qr.draw(&mut self.page, MARGIN, self.y + (block_height - side) / 2, module);
        let mut y = self.y + (block_height - words) / 2;
        for (face, lines, gap) in
            [(&faces.regular, &labels, 0), (&faces.semi_bold, &values, gap), (&faces.regular, &captions, 0)]
        {
            for line in lines {
                face.draw(&mut self.page, line, left, y + line.baseline_dots(), Pen::Black);
                y += line.height_dots();
            }
            y += gap;
        }
        self.y += block_height + 12;
        Ok(())
    }

    fn finish(self) -> Result<Raster, LayoutError> {
        let rows = usize::try_from(self.y).ok().and_then(|rows| {
            let bytes = rows.checked_mul(self.page.stride())?;
            self.page.rows().get(..bytes)
        });
        rows.and_then(|rows| Raster::from_rows(PAPER_WIDTH_DOTS, rows.to_vec()))
            .ok_or(LayoutError::PageTooLong { height_dots: self.y })
    }
}

/// Where lines are centred.
#[derive(Clone, Copy)]
struct Column {
    left: i32,
    width: i32,
}

impl Column {
    fn page() -> Self {
        Self { left: MARGIN, width: TEXT_WIDTH }
    }
}

/// On one line if a size not much smaller does it, else wrapped: "08:25–08:35" is worse broken than small.
fn fitted_or_wrapped(face: &Typeface, text: &str, em: f32, width: i32) -> Result<Vec<Line>, LayoutError> {
    const SMALLEST_SHARE: f32 = 0.75;
    let line = face.line_that_fits(text, em, width)?;
    if line.em_dots() >= em * SMALLEST_SHARE && !text.contains('\n') {
        return Ok(vec![line]);
    }
    face.wrap(text, em, width)
}

fn height(lines: &[Line]) -> i32 {
    lines.iter().map(Line::height_dots).sum()
}

/// Centred in the column; returns how far down they went.
fn draw_lines(page: &mut Raster, face: &Typeface, lines: &[Line], column: Column, top: i32, pen: Pen) -> i32 {
    let mut y = top;
    for line in lines {
        let left = column.left + (column.width - line.width_dots()) / 2;
        face.draw(page, line, left, y + line.baseline_dots(), pen);
        y += line.height_dots();
    }
    y - top
}
