//! On the way to one's papers: the card is asked for, and whoever is not identified well enough hears it honestly.

use api::DocumentClaim;
use identity::qr::Scan;

use super::super::route;
use super::super::{Context, EnterNumber, Known, Purpose, State, Visit, Wanted};
use crate::check_in::CheckIn;
use crate::event::{Device, Event};
use crate::policy::LevelPolicy;
use crate::screen::Action;

/// "My papers" was touched; the card is asked for.
pub(crate) struct PapersStart {
    pub visit: Visit,
}

/// Papers are not shown to this person here. A number still is to be had.
pub(crate) struct PapersDenied {
    pub visit: Visit,
    pub why: Denial,
    otherwise: Otherwise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Below level A.
    NotVerified,
    /// Papers are with the server.
    ServerAway,
}

/// How an ordinary visit goes on from here.
enum Otherwise {
    Unheard(Box<CheckIn>),
    Identified { check_in: Box<CheckIn>, level: LevelPolicy, known: Box<Known> },
}

impl PapersStart {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => State::EnterNumber(EnterNumber::access(self.visit)),
            Event::Scanned(payload) => match Scan::parse(&payload) {
                Ok(scan) => route::scanned(self.visit, scan, cx),
                Err(_) => State::PapersStart(self),
            },
            Event::Touched(Action::UseEid) => route::scan_prompt(self.visit, Wanted::Eid, cx),
            _ => State::PapersStart(self),
        }
    }
}

impl PapersDenied {
    /// Nothing that could reach level A was shown.
    pub fn before_identification(visit: Visit, check_in: CheckIn) -> State {
        let otherwise = Otherwise::Unheard(Box::new(check_in));
        State::PapersDenied(Self { visit, why: Denial::NotVerified, otherwise })
    }

    pub fn identified(visit: Visit, why: Denial, check_in: CheckIn, level: LevelPolicy, known: Known) -> State {
        let otherwise = Otherwise::Identified { check_in: Box::new(check_in), level, known: Box::new(known) };
        State::PapersDenied(Self { visit, why, otherwise })
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::TakeNumberInstead) => {
                self.visit.purpose = Purpose::CheckIn;
                match self.otherwise {
                    Otherwise::Unheard(check_in) => route::proceed(self.visit, *check_in, cx),
                    Otherwise::Identified { check_in, level, known } => {
                        route::after_identification(self.visit, *check_in, level, *known, cx)
                    }
                }
            }
            _ => State::PapersDenied(self),
        }
    }
}

/// Can the server find level A in this?
pub(in super::super) fn may_be_verified(check_in: &CheckIn) -> bool {
    check_in.counter().is_none()
        && matches!(check_in.identification().document, DocumentClaim::Chip(_) | DocumentClaim::Eid)
}

/// "My papers", where the flow begins.
pub(in super::super) fn start(visit: Visit, cx: &mut Context<'_>) -> State {
    if cx.card_in() {
        State::EnterNumber(EnterNumber::access(visit))
    } else if cx.is_up(Device::Reader) || cx.is_up(Device::Scanner) {
        State::PapersStart(PapersStart { visit })
    } else {
        // No device here can identify anybody.
        let nothing =
            CheckIn::at_counter(api::CounterReason::ChipUnreadable, DocumentClaim::Nothing, api::FaceClaim::NotAsked);
        PapersDenied::before_identification(visit, nothing)
    }
}
