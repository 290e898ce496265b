//! One's own certificates: read, corrected, confirmed, answered, printed. Only for whom the server identified at level A;
//! what this person may see the server decides, and the kiosk shows what it got.
//!
//! A confirmation is evidence, never a gate: whoever walks away, or cannot, changes nothing about the hospital's duty.

mod confirming;
mod entry;
mod form;
mod list;
mod outcome;
mod reading;
mod waiting;

use std::mem::{Discriminant, discriminant};

use api::papers::{Call, NoChipAnswer, PaperId, PaperKind, PaperList, PaperSummary, PaperTask};
use emrtd::AccessKey;

use super::{CheckingIn, Context, Known, Patience, State, Visit};
use crate::effect::Effect;
use crate::event::{Event, PapersAskId};
use crate::screen::Mood;
use crate::settings::{DeathNotices, Settings};
use crate::timeouts::Timeouts;

pub(crate) use confirming::{ChipStep, Confirming, PutBack};
pub(crate) use entry::{Denial, PapersDenied, PapersStart};
pub(super) use entry::{may_be_verified, start};
pub(crate) use form::{ANSWERS_A_PAGE, Form, FormPage};
pub(crate) use list::{ListNotice, Listing};
pub(crate) use outcome::{Confirmed, Outcome, Slip};
pub(crate) use reading::{Correcting, PaperReading, ReadingNotice, Sharing};
pub(crate) use waiting::{Trouble, TroubleKind, Wait, Waiting};

/// So many lines stand on one page of a text.
pub(crate) const LINES_A_PAGE: usize = 6;

/// Who reads here, and what there is.
pub(crate) struct Desk {
    pub visit: Visit,
    pub known: Known,
    pub list: PaperList,
    pub mood: Mood,
}

pub(crate) struct Papers {
    pub desk: Desk,
    pub at: At,
}

pub(crate) enum At {
    Waiting(Waiting),
    Trouble(Trouble),
    List(Listing),
    /// A person must help with this one.
    Elsewhere,
    Reading(PaperReading),
    Correcting(Correcting),
    Sharing(Sharing),
    Chip(ChipStep),
    PutBack(PutBack),
    Outcome(Outcome),
    Form(Form),
}

/// Did the person's document prove that it can answer once more?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChipSource {
    Answers,
    NoKey,
    EIdentity,
}

/// The chip's key, or why there is no answer of a chip.
pub(crate) enum ChipRoute {
    Ask(AccessKey),
    Absent(NoChipAnswer),
}

impl Desk {
    /// After the identification, or from the ticket.
    pub fn open(visit: Visit, known: Known, cx: &mut Context<'_>) -> State {
        let list = PaperList { papers: Vec::new(), questionnaire: None };
        Self { visit, known, list, mood: Mood::Everyday }.reload(cx)
    }

    pub fn reload(self, cx: &mut Context<'_>) -> State {
        self.wait(Wait::List, Call::List, cx)
    }

    pub fn at(self, at: At) -> State {
        State::Papers(Box::new(Papers { desk: self, at }))
    }

    pub fn ask(&self, call: Call, cx: &mut Context<'_>) -> PapersAskId {
        let ask = cx.new_papers_ask();
        cx.emit(Effect::AskPapers { visit: self.visit.id, ask, call: Box::new(call) });
        ask
    }

    pub fn summary(&self, paper: PaperId) -> Option<&PaperSummary> {
        self.list.papers.iter().find(|summary| summary.paper == paper)
    }

    pub fn chip(&self) -> ChipRoute {
        match (self.known.chip, &self.visit.key) {
            (ChipSource::Answers, Some(key)) => ChipRoute::Ask(key.clone()),
            (ChipSource::EIdentity, _) => ChipRoute::Absent(NoChipAnswer::EIdentity),
            (ChipSource::Answers | ChipSource::NoKey, _) => ChipRoute::Absent(NoChipAnswer::NoActiveAuthentication),
        }
    }

    /// Quiet where a death notice waits, or is open.
    fn mood_of(kind: PaperKind) -> Mood {
        match kind {
            PaperKind::Death => Mood::Private,
            PaperKind::Birth | PaperKind::Driver => Mood::Everyday,
        }
    }

    fn mood_of_list(&self, settings: &Settings) -> Mood {
        let quiet = |paper: &PaperSummary| {
            paper.kind == PaperKind::Death && paper.task == PaperTask::Confirm && is_shown(paper, settings)
        };
        if self.list.papers.iter().any(quiet) { Mood::Private } else { Mood::Everyday }
    }
}

/// Death notices only where the kiosk is set for them.
pub(crate) fn is_shown(paper: &PaperSummary, settings: &Settings) -> bool {
    paper.kind != PaperKind::Death || settings.papers.death == DeathNotices::Shown
}

impl Papers {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        let Self { desk, at } = self;
        match at {
            At::Waiting(step) => step.on(desk, event, cx),
            At::Trouble(step) => step.on(desk, event, cx),
            At::List(step) => step.on(desk, event, cx),
            At::Elsewhere => list::elsewhere(desk, &event, cx),
            At::Reading(step) => step.on(desk, event, cx),
            At::Correcting(step) => step.on(desk, event, cx),
            At::Sharing(step) => step.on(desk, event, cx),
            At::Chip(step) => step.on(desk, event, cx),
            At::PutBack(step) => step.on(desk, event, cx),
            At::Outcome(step) => step.on(desk, event, cx),
            At::Form(step) => step.on(desk, event, cx),
        }
    }

    pub fn expired(self, cx: &mut Context<'_>) -> State {
        let Self { desk, at } = self;
        match at {
            At::Waiting(step) => step.expired(desk, cx),
            At::Chip(step) => step.expired(desk, cx),
            At::PutBack(step) => step.without_chip(desk, NoChipAnswer::CardRemoved, cx),
            At::Outcome(step) => step.expired(desk, cx),
            // These end by Idle.
            at @ (At::Trouble(_)
            | At::List(_)
            | At::Elsewhere
            | At::Reading(_)
            | At::Correcting(_)
            | At::Sharing(_)
            | At::Form(_)) => desk.at(at),
        }
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match &self.at {
            At::Waiting(_) => Patience::Step(times.server_ms),
            At::Chip(_) => Patience::Silence(times.chip_ms),
            At::PutBack(_) => Patience::Step(times.put_back_ms),
            At::Outcome(step) => step.patience(times),
            At::Trouble(_) | At::List(_) | At::Elsewhere => Patience::Idle(times.idle_ms),
            At::Reading(_) | At::Correcting(_) | At::Sharing(_) | At::Form(_) => Patience::Idle(times.reading_ms),
        }
    }

    /// Changes when another wait begins.
    pub fn kind(&self) -> Discriminant<At> {
        discriminant(&self.at)
    }

    pub fn name(&self) -> &'static str {
        match &self.at {
            At::Waiting(step) => match step.wait {
                Wait::List => "papers_loading",
                Wait::Reading | Wait::Questionnaire => "paper_loading",
                Wait::Proposing(_) => "paper_proposing",
                Wait::Nonce(_) | Wait::Confirm(_) => "paper_sending",
            },
            At::Trouble(_) => "papers_trouble",
            At::List(_) => "papers",
            At::Elsewhere => "papers_elsewhere",
            At::Reading(_) => "paper",
            At::Correcting(_) => "paper_correct",
            At::Sharing(_) => "paper_sharing",
            At::Chip(_) => "paper_chip",
            At::PutBack(_) => "paper_put_back",
            At::Outcome(_) => "paper_status",
            At::Form(form) => match form.page {
                FormPage::Question { .. } => "question",
                FormPage::Review { .. } => "questions_review",
            },
        }
    }

    /// What must still be told to the world when the person leaves.
    pub fn leave(self, cx: &mut Context<'_>) {
        match self.at {
            At::Chip(_) => cx.emit(Effect::StopReading),
            At::Form(form) => form.save_last(&self.desk, cx),
            At::Waiting(_)
            | At::Trouble(_)
            | At::List(_)
            | At::Elsewhere
            | At::Reading(_)
            | At::Correcting(_)
            | At::Sharing(_)
            | At::PutBack(_)
            | At::Outcome(_) => {}
        }
    }

    /// Was something done that one is thanked for?
    pub fn is_done(&self) -> bool {
        matches!(self.at, At::Outcome(_))
    }
}

impl Context<'_> {
    fn new_papers_ask(&mut self) -> PapersAskId {
        self.station.attempts = self.station.attempts.wrapping_add(1);
        PapersAskId(self.station.attempts)
    }
}

/// The page after or before this one, of so many.
fn turned(page: usize, pages: usize, event: &Event) -> usize {
    let last = pages.saturating_sub(1);
    match event {
        Event::Touched(crate::screen::Action::NextPage) => (page + 1).min(last),
        Event::Touched(crate::screen::Action::PreviousPage) => page.saturating_sub(1),
        _ => page.min(last),
    }
}
