//! What concerns this person: papers and, for drivers, the declaration.

use api::papers::{Call, PaperId, PaperTask};

use super::super::{Paying, Purpose, Visit};
use super::{At, Context, Desk, Outcome, State, Wait, is_shown};
use crate::event::Event;
use crate::screen::{Action, Mood};

pub(crate) struct Listing {
    pub notice: ListNotice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListNotice {
    Nothing,
    /// The answers so far are kept.
    Saved,
}

impl Desk {
    pub fn show_list(mut self, notice: ListNotice, cx: &mut Context<'_>) -> State {
        self.mood = self.mood_of_list(&cx.station.settings);
        self.at(At::List(Listing { notice }))
    }

    /// The paper, or a person where this kiosk may not show it.
    pub fn open_paper(mut self, paper: PaperId, cx: &mut Context<'_>) -> State {
        let Some(summary) = self.summary(paper) else { return self.reload(cx) };
        if !is_shown(summary, &cx.station.settings) {
            // Nothing on this screen says what it is.
            self.mood = Mood::Everyday;
            return self.at(At::Elsewhere);
        }
        let task = summary.task;
        self.mood = Self::mood_of(summary.kind);
        match task {
            PaperTask::AskStaff => self.at(At::Elsewhere),
            PaperTask::Confirm | PaperTask::WardLooks | PaperTask::Read => {
                self.wait(Wait::Reading, Call::Reading(paper), cx)
            }
        }
    }

    /// Where it stands.
    pub fn show_status(self, paper: PaperId, cx: &mut Context<'_>) -> State {
        match self.summary(paper).cloned() {
            Some(summary) => {
                let outcome = Outcome::of(&summary);
                self.at(At::Outcome(outcome))
            }
            None => self.reload(cx),
        }
    }
}

impl Listing {
    pub fn on(self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::OpenPaper(paper)) => desk.open_paper(paper, cx),
            Event::Touched(Action::OpenQuestionnaire) if desk.list.questionnaire.is_some() => {
                desk.wait(Wait::Questionnaire, Call::Questionnaire, cx)
            }
            Event::Touched(Action::TakeNumberInstead) if desk.visit.purpose == Purpose::Papers => {
                let Desk { visit, known, .. } = desk;
                State::Payer(Paying { visit: Visit { purpose: Purpose::CheckIn, ..visit }, known })
            }
            _ => desk.at(At::List(self)),
        }
    }
}

pub(super) fn elsewhere(desk: Desk, event: &Event, cx: &mut Context<'_>) -> State {
    match event {
        Event::Touched(Action::Back) => desk.show_list(ListNotice::Nothing, cx),
        _ => desk.at(At::Elsewhere),
    }
}
