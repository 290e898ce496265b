//! The text is read page by page to its end; what a parent knows best may be proposed otherwise; then it is confirmed.

use api::papers::{
    self as wire, Call, Correctable, CorrectableField, Correction, CorrectionRequest, PaperTask, Private, Reading,
};

use super::{At, Confirming, Context, Desk, ListNotice, State, Wait, turned};
use crate::event::Event;
use crate::screen::Action;
use crate::typing::{Capitals, Typing};

pub(crate) struct PaperReading {
    pub reading: Box<Reading>,
    pub page: usize,
    pub notice: ReadingNotice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadingNotice {
    Nothing,
    /// The proposal is in the text now.
    Corrected,
    /// It broke a rule of its field.
    CorrectionRefused,
}

/// One field under the keyboard.
pub(crate) struct Correcting {
    pub reading: Box<Reading>,
    page: usize,
    pub field: Correctable,
    pub typing: Typing,
}

/// May the conclusion be shared? No and yes weigh the same.
pub(crate) struct Sharing {
    pub reading: Box<Reading>,
}

impl PaperReading {
    pub fn start(reading: Box<Reading>, notice: ReadingNotice) -> Self {
        Self { reading, page: 0, notice }
    }

    /// Lines of all sections, a section's title with its first.
    pub fn line_count(&self) -> usize {
        self.reading.sections.iter().map(|section| section.lines.len()).sum()
    }

    pub fn pages(&self) -> usize {
        self.line_count().div_ceil(super::LINES_A_PAGE).max(1)
    }

    pub fn is_last_page(&self) -> bool {
        self.page + 1 >= self.pages()
    }

    pub fn waits_for_confirmation(&self) -> bool {
        self.reading.summary.task == PaperTask::Confirm
    }

    pub fn on(mut self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        self.page = turned(self.page, self.pages(), &event);
        match event {
            Event::Touched(Action::Back) => desk.show_list(ListNotice::Nothing, cx),
            Event::Touched(Action::CorrectField(field)) if self.waits_for_confirmation() => {
                match self.reading.correctable.iter().find(|one| one.field == field).cloned() {
                    Some(field) => desk.at(At::Correcting(Correcting::start(self.reading, self.page, field))),
                    None => desk.at(At::Reading(self)),
                }
            }
            // Only what was read to its end.
            Event::Touched(Action::Confirm) if self.waits_for_confirmation() && self.is_last_page() => {
                if self.reading.asks_to_share {
                    desk.at(At::Sharing(Sharing { reading: self.reading }))
                } else {
                    Confirming::paper(self.reading, wire::Sharing::NotAsked).start(desk, cx)
                }
            }
            Event::Touched(Action::Continue) if !self.waits_for_confirmation() => {
                let paper = self.reading.summary.paper;
                desk.show_status(paper, cx)
            }
            _ => desk.at(At::Reading(self)),
        }
    }
}

impl Correcting {
    fn start(reading: Box<Reading>, page: usize, field: Correctable) -> Self {
        let capitals = match field.field {
            CorrectableField::IntendedName => Capitals::EveryWord,
            CorrectableField::Address => Capitals::First,
        };
        let typing = Typing::new(field.value.as_str(), field.max_chars, capitals);
        Self { reading, page, field, typing }
    }

    pub fn on(mut self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::Back) => self.back(desk),
            Event::Touched(Action::Continue) => match self.typing.finished() {
                Some(value) if value == self.field.value.as_str() => self.back(desk),
                Some(value) => {
                    let correction = Correction { field: self.field.field, value: Private::new(value.to_owned()) };
                    let request =
                        CorrectionRequest { text_hash: self.reading.text_hash, corrections: self.all_with(correction) };
                    let paper = self.reading.summary.paper;
                    desk.wait(Wait::Proposing(self.reading), Call::Correct(paper, request), cx)
                }
                None => desk.at(At::Correcting(self)),
            },
            Event::Touched(action) => {
                typed(&mut self.typing, &action);
                desk.at(At::Correcting(self))
            }
            _ => desk.at(At::Correcting(self)),
        }
    }

    /// A request replaces the earlier ones, so it names every field as it is to stand.
    fn all_with(&self, correction: Correction) -> Vec<Correction> {
        let others = self.reading.correctable.iter().filter(|one| one.field != correction.field);
        let as_it_stands = |one: &Correctable| Correction { field: one.field, value: one.value.clone() };
        others.map(as_it_stands).chain([correction.clone()]).collect()
    }

    fn back(self, desk: Desk) -> State {
        let (reading, page, notice) = (self.reading, self.page, ReadingNotice::Nothing);
        desk.at(At::Reading(PaperReading { reading, page, notice }))
    }
}

impl Sharing {
    pub fn on(self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        let sharing = match event {
            Event::Touched(Action::Share) => wire::Sharing::Agreed,
            Event::Touched(Action::DoNotShare) => wire::Sharing::Declined,
            Event::Touched(Action::Back) => {
                return desk.at(At::Reading(PaperReading::start(self.reading, ReadingNotice::Nothing)));
            }
            _ => return desk.at(At::Sharing(self)),
        };
        Confirming::paper(self.reading, sharing).start(desk, cx)
    }
}

/// One key of the keyboard.
pub(super) fn typed(typing: &mut Typing, action: &Action) {
    match action {
        Action::Letter(letter) => typing.letter(*letter),
        Action::Tone(mark) => typing.tone(*mark),
        Action::Shift => typing.toggle_shift(),
        Action::Erase => typing.erase(),
        _ => {}
    }
}
