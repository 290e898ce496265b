//! What the person the paper is about declared before the examination (TT 36/2024/TT-BYT, form part I), on pages of its own
//! behind the paper: each question with its answer beside it.

use std::fmt;

use crate::flow::{Block, Flow, LEFT, Mark, RIGHT, Shade, WIDTH};
use crate::fonts::Weight;
use crate::paper::SignatureBox;
use crate::sheet::Sheet;
use crate::text::{Style, wrapped};

const TITLE: Style = Style::new(Weight::Bold, 13.0);
const SECTION: Style = Style::new(Weight::Bold, 10.5);
const QUESTION: Style = Style::new(Weight::Regular, 10.0);
const ANSWER: Style = Style::new(Weight::SemiBold, 10.0);

/// Where answers stand, from the right edge.
const ANSWERS: f32 = 74.0;
const GAP: f32 = 12.0;

/// A declaration as it was confirmed.
#[derive(Clone)]
pub struct Annex {
    pub title: String,
    /// Whose it is, and of when.
    pub subtitle: String,
    pub sections: Vec<AnnexSection>,
    /// What was declared with it.
    pub words: String,
    pub place_and_date: String,
    pub signature: SignatureBox,
}

#[derive(Clone)]
pub struct AnnexSection {
    pub title: String,
    pub answers: Vec<Asked>,
}

/// A question and what was answered. Long answers stand under the question, short ones beside it.
#[derive(Clone)]
pub struct Asked {
    pub question: String,
    pub answer: String,
    /// Set stronger: what a doctor looks at first.
    pub notable: bool,
}

pub(crate) fn add(annex: &Annex, sheet: &Sheet<'_>, flow: &mut Flow) {
    flow.turn();
    let mut head = Block::default();
    sheet.centred(&mut head, (LEFT, WIDTH), TITLE, &annex.title.to_uppercase());
    sheet.centred(&mut head, (LEFT, WIDTH), QUESTION, &annex.subtitle);
    head.below(Block::gap(4.0));
    flow.add(head);
    for section in &annex.sections {
        let mut waiting = Block::gap(6.0);
        sheet.lines(&mut waiting, (LEFT, WIDTH), SECTION, &section.title, Shade::Black);
        for asked in &section.answers {
            // A heading stays with the first question under it.
            let mut whole = std::mem::take(&mut waiting);
            whole.below(row(asked, sheet));
            flow.add(whole);
        }
    }
    let mut end = Block::gap(8.0);
    sheet.lines(&mut end, (LEFT, WIDTH), QUESTION, &annex.words, Shade::Black);
    end.below(Block::gap(6.0));
    let (x, width) = (LEFT + WIDTH * 0.5, WIDTH * 0.5);
    sheet.centred(&mut end, (x, width), QUESTION, &annex.place_and_date);
    end.below(Block::gap(4.0));
    end.below(sheet.signature(&annex.signature, x, width));
    flow.add(end);
}

fn row(asked: &Asked, sheet: &Sheet<'_>) -> Block {
    let width = WIDTH - ANSWERS - GAP;
    let mut block = Block::gap(2.5);
    sheet.lines(&mut block, (LEFT, width), QUESTION, &asked.question, Shade::Black);
    let style = if asked.notable { ANSWER } else { QUESTION };
    let short = wrapped(sheet.fonts, style, &asked.answer, ANSWERS, ANSWERS);
    if short.len() <= 1 {
        let mut beside = Block::gap(2.5);
        sheet.lines(&mut beside, (RIGHT - ANSWERS, ANSWERS), style, &asked.answer, Shade::Black);
        block.beside(beside);
    } else {
        sheet.lines(&mut block, (LEFT + GAP, WIDTH - GAP), style, &asked.answer, Shade::Black);
    }
    block.below(Block::gap(2.5));
    block.marks.push(Mark::Rule { x: LEFT, y: block.height, length: WIDTH, thickness: 0.25 });
    block
}

impl fmt::Debug for Annex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Annex({} sections)", self.sections.len())
    }
}
