//! The order of the sheet: issuing body and motto, title and number, the lines of the form, place and date, signatures,
//! codes; and on each of several pages its number.

use crate::flow::{BOTTOM, Block, Flow, LEFT, Mark, PAGE_WIDTH, RIGHT, Shade, WIDTH};
use crate::fonts::{Fonts, Weight};
use crate::paper::{Code, Line, Paper, Part, Row, Seal, SignatureBox, Standing};
use crate::text::{Style, composed, wrapped};
use crate::{PrintError, annex, qr};

const BODY: Style = Style::new(Weight::Regular, 10.5);
const VALUE: Style = Style::new(Weight::SemiBold, 10.5);
const HEAD: Style = Style::new(Weight::Bold, 10.0);
const HEAD_LIGHT: Style = Style::new(Weight::Regular, 10.0);
const TITLE: Style = Style::new(Weight::Bold, 17.0);
const SUBTITLE: Style = Style::new(Weight::SemiBold, 11.5);
const PART: Style = Style::new(Weight::Bold, 10.5);
const SIGN: Style = Style::new(Weight::Bold, 9.5);
const SMALL: Style = Style::new(Weight::Light, 8.0);
const SMALL_STRONG: Style = Style::new(Weight::SemiBold, 8.0);

/// Room for a hand's signature where nobody signed with a key.
const HAND: f32 = 38.0;
const CODE_SIDE: f32 = 96.0;
const COLUMN_GAP: f32 = 14.0;
/// The shortest dotted line that somebody can write on.
const WRITABLE: f32 = 60.0;

pub fn pages(paper: &Paper, fonts: &Fonts) -> Result<Vec<Vec<Mark>>, PrintError> {
    let sheet = Sheet { fonts };
    let mut flow = Flow::new();
    flow.add(sheet.head(paper));
    flow.add(sheet.title(paper));
    for part in &paper.parts {
        sheet.part(&mut flow, part);
    }
    flow.add(sheet.signatures(paper));
    if !paper.codes.is_empty() {
        let codes = sheet.codes(&paper.codes, &paper.verification)?;
        // At the foot of the page, where a folded paper is still read.
        let spare = (flow.room() - codes.height).max(0.0);
        flow.add(Block::gap(spare.min(flow.room())));
        flow.add(codes);
    }
    if let Some(annex) = &paper.annex {
        annex::add(annex, &sheet, &mut flow);
    }
    let mut pages = flow.into_pages();
    let count = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        sheet.foot(paper, page, index + 1, count);
    }
    Ok(pages)
}

pub(crate) struct Sheet<'a> {
    pub fonts: &'a Fonts,
}

impl Sheet<'_> {
    /// The issuing body on the left, state and motto on the right.
    fn head(&self, paper: &Paper) -> Block {
        let left = WIDTH * 0.42;
        let right = WIDTH - left - COLUMN_GAP;
        let mut body = Block::default();
        if let Some(authority) = &paper.facility.authority {
            self.centred(&mut body, (LEFT, left), HEAD_LIGHT, &authority.to_uppercase());
        }
        self.centred(&mut body, (LEFT, left), HEAD, &paper.facility.name.to_uppercase());
        rule_under(&mut body, LEFT + left / 2.0, left * 0.3);
        if let Some(address) = &paper.facility.address {
            self.centred(&mut body, (LEFT, left), SMALL, address);
        }
        if let Some(number) = &paper.number {
            body.below(Block::gap(3.0));
            self.centred(&mut body, (LEFT, left), HEAD_LIGHT, &format!("Số: {number}"));
        }
        if let Some(register) = &paper.register {
            self.centred(&mut body, (LEFT, left), SMALL, register);
        }
        let mut state = Block::default();
        let x = LEFT + left + COLUMN_GAP;
        self.centred(&mut state, (x, right), HEAD, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        let motto = Style::new(Weight::Bold, 10.5);
        self.centred(&mut state, (x, right), motto, "Độc lập – Tự do – Hạnh phúc");
        rule_under(&mut state, x + right / 2.0, motto.width(self.fonts, "Độc lập – Tự do – Hạnh phúc"));
        body.beside(state);
        body
    }

    fn title(&self, paper: &Paper) -> Block {
        let mut block = Block::gap(11.0);
        self.centred(&mut block, (LEFT, WIDTH), TITLE, &paper.title.to_uppercase());
        if let Some(subtitle) = &paper.subtitle {
            self.centred(&mut block, (LEFT, WIDTH), SUBTITLE, subtitle);
        }
        match &paper.standing {
            Standing::Issued => {}
            Standing::Draft => {
                self.notice(&mut block, "BẢN NHÁP – CHƯA KÝ, KHÔNG CÓ GIÁ TRỊ");
            }
            Standing::Reissued(words) => self.centred(&mut block, (LEFT, WIDTH), SUBTITLE, words),
            Standing::Withdrawn(words) => self.notice(&mut block, words),
        }
        block.below(Block::gap(6.0));
        block
    }

    fn notice(&self, block: &mut Block, words: &str) {
        for line in wrapped(self.fonts, SUBTITLE, words, WIDTH, WIDTH) {
            let x = LEFT + (WIDTH - SUBTITLE.width(self.fonts, &line)) / 2.0;
            block.line(x, SUBTITLE, &line, Shade::Red);
        }
    }

    fn part(&self, flow: &mut Flow, part: &Part) {
        let mut waiting = Block::default();
        if let Some(title) = &part.title {
            waiting.below(Block::gap(5.0));
            for line in wrapped(self.fonts, PART, title, WIDTH, WIDTH) {
                waiting.line(LEFT, PART, &line, Shade::Black);
            }
        }
        for row in &part.rows {
            for block in self.row(row) {
                // A heading stays with the first line under it.
                let mut whole = std::mem::take(&mut waiting);
                whole.below(block);
                flow.add(whole);
            }
        }
        if waiting.height > 0.0 {
            flow.add(waiting);
        }
    }

    /// A block for each line of text, so that pages break between them.
    fn row(&self, Row(lines): &Row) -> Vec<Block> {
        if let Some(block) = self.side_by_side(lines) {
            return vec![block];
        }
        lines.iter().flat_map(|line| self.stacked(line)).collect()
    }

    /// All on one line of text, in widths as they need; none where they do not fit.
    fn side_by_side(&self, lines: &[Line]) -> Option<Block> {
        let need: Vec<f32> = lines.iter().map(|line| self.width_of(line)).collect();
        let gaps = COLUMN_GAP * (lines.len().saturating_sub(1)) as f32;
        let spare = WIDTH - gaps - need.iter().sum::<f32>();
        if spare < 0.0 || lines.is_empty() {
            return None;
        }
        let mut block = Block::gap(BODY.leading());
        let mut x = LEFT;
        for (line, need) in lines.iter().zip(need) {
            let width = need + spare / lines.len() as f32;
            let label = label(line);
            let baseline = BODY.ascent();
            let label_width = BODY.width(self.fonts, &label);
            block.marks.push(Mark::Text { x, baseline, style: BODY, text: label, shade: Shade::Black });
            let (x_value, room) = (x + label_width, width - label_width);
            let value = composed(&line.value);
            if value.is_empty() {
                block.marks.push(Mark::Dots { x: x_value, y: baseline, length: room });
            } else {
                let mark = Mark::Text { x: x_value, baseline, style: VALUE, text: value, shade: Shade::Black };
                block.marks.push(mark);
            }
            x += width + COLUMN_GAP;
        }
        Some(block)
    }

    fn width_of(&self, line: &Line) -> f32 {
        let value = composed(&line.value);
        let value = if value.is_empty() { WRITABLE } else { VALUE.width(self.fonts, &value) };
        BODY.width(self.fonts, &label(line)) + value
    }

    fn stacked(&self, line: &Line) -> Vec<Block> {
        let labels = wrapped(self.fonts, BODY, &line.label, WIDTH, WIDTH);
        let mut blocks = Vec::new();
        let (last, before) = labels.split_last().map_or(("", [].as_slice()), |(last, rest)| (last.as_str(), rest));
        for label in before {
            let mut block = Block::default();
            block.line(LEFT, BODY, label, Shade::Black);
            blocks.push(block);
        }
        let last = label(&Line::new(last, ""));
        let indent = BODY.width(self.fonts, &last);
        let values = wrapped(self.fonts, VALUE, &line.value, WIDTH - indent, WIDTH);
        for (index, value) in values.iter().enumerate() {
            let mut block = Block::gap(BODY.leading());
            let baseline = BODY.ascent();
            let mut x = LEFT;
            if index == 0 {
                block.marks.push(Mark::Text { x, baseline, style: BODY, text: last.clone(), shade: Shade::Black });
                x += indent;
            }
            block.marks.push(Mark::Text { x, baseline, style: VALUE, text: value.clone(), shade: Shade::Black });
            blocks.push(block);
        }
        blocks
    }

    /// Place and date, then up to three boxes beside each other, more below.
    fn signatures(&self, paper: &Paper) -> Block {
        let mut block = Block::gap(6.0);
        if !paper.place_and_date.is_empty() {
            let (x, width) = (LEFT + WIDTH * 0.45, WIDTH * 0.55);
            self.centred(&mut block, (x, width), BODY, &paper.place_and_date);
            block.below(Block::gap(4.0));
        }
        for boxes in paper.signatures.chunks(if paper.signatures.len() == 4 { 2 } else { 3 }) {
            let width = (WIDTH - COLUMN_GAP * (boxes.len() - 1) as f32) / boxes.len() as f32;
            let mut row = Block::default();
            for (index, signature) in boxes.iter().enumerate() {
                row.beside(self.signature(signature, LEFT + (width + COLUMN_GAP) * index as f32, width));
            }
            block.below(row);
            block.below(Block::gap(5.0));
        }
        block
    }

    pub fn signature(&self, signature: &SignatureBox, x: f32, width: f32) -> Block {
        let mut block = Block::default();
        self.centred(&mut block, (x, width), SIGN, &signature.title.to_uppercase());
        self.centred(&mut block, (x, width), SMALL, &signature.hint);
        block.below(Block::gap(4.0));
        match &signature.seal {
            Some(seal) => block.below(self.seal(seal, signature.name.as_deref(), x, width)),
            None => {
                block.below(Block::gap(HAND));
                if let Some(name) = &signature.name {
                    self.centred(&mut block, (x, width), VALUE, name);
                }
            }
        }
        block
    }

    fn seal(&self, seal: &Seal, name: Option<&str>, x: f32, width: f32) -> Block {
        let inner = (x + 6.0, width - 12.0);
        let mut block = Block::gap(4.0);
        self.lines(&mut block, inner, SMALL_STRONG, &seal.what, Shade::Red);
        if let Some(name) = name {
            self.lines(&mut block, inner, Style::new(Weight::SemiBold, 9.5), name, Shade::Black);
        }
        self.lines(&mut block, inner, SMALL, &seal.when, Shade::Black);
        if let Some(fingerprint) = &seal.fingerprint {
            self.lines(&mut block, inner, Style::new(Weight::Light, 7.0), &grouped(fingerprint), Shade::Grey);
        }
        block.below(Block::gap(4.0));
        block.marks.push(Mark::Frame { x, y: 0.0, width, height: block.height });
        block
    }

    fn codes(&self, codes: &[Code], words: &[String]) -> Result<Block, PrintError> {
        let mut block = Block::default();
        let mut x = LEFT;
        for code in codes {
            let mut one = Block::gap(CODE_SIDE);
            one.marks.push(qr::code(&code.content, x, 0.0, CODE_SIDE)?);
            self.centred(&mut one, (x, CODE_SIDE), SMALL, &code.caption);
            block.beside(one);
            x += CODE_SIDE + COLUMN_GAP;
        }
        let mut beside = Block::gap(10.0);
        for paragraph in words {
            self.lines(&mut beside, (x, RIGHT - x), SMALL, paragraph, Shade::Black);
            beside.below(Block::gap(3.0));
        }
        block.beside(beside);
        Ok(block)
    }

    fn foot(&self, paper: &Paper, page: &mut Vec<Mark>, number: usize, count: usize) {
        let baseline = BOTTOM + 26.0;
        page.push(Mark::Rule { x: LEFT, y: BOTTOM + 12.0, length: WIDTH, thickness: 0.4 });
        let text = |x, text| Mark::Text { x, baseline, style: SMALL, text, shade: Shade::Grey };
        page.push(text(LEFT, paper.form.clone()));
        let right = match (&paper.number, count) {
            (None, 1) => return,
            (Some(number), 1) => number.clone(),
            (None, _) => format!("Trang {number}/{count}"),
            (Some(certificate), _) => format!("{certificate} · Trang {number}/{count}"),
        };
        page.push(text(PAGE_WIDTH - (PAGE_WIDTH - RIGHT) - SMALL.width(self.fonts, &right), right));
    }

    pub fn centred(&self, block: &mut Block, (x, width): (f32, f32), style: Style, text: &str) {
        for line in wrapped(self.fonts, style, text, width, width) {
            block.line(x + (width - style.width(self.fonts, &line)) / 2.0, style, &line, Shade::Black);
        }
    }

    pub fn lines(&self, block: &mut Block, (x, width): (f32, f32), style: Style, text: &str, shade: Shade) {
        for line in wrapped(self.fonts, style, text, width, width) {
            block.line(x, style, &line, shade);
        }
    }
}

fn rule_under(block: &mut Block, centre: f32, length: f32) {
    block.marks.push(Mark::Rule { x: centre - length / 2.0, y: block.height + 2.5, length, thickness: 0.7 });
    block.height += 6.0;
}

/// "Họ và tên: "
fn label(line: &Line) -> String {
    let label = composed(&line.label);
    if label.is_empty() { label } else { format!("{label}: ") }
}

/// Digits in fours.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
