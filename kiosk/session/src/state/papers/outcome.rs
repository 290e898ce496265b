//! Where a paper stands: said as it is, looked at again while it is being sent, and printed on wish.

use api::AlertKind;
use api::papers::{
    Call, ConfirmationReply, PaperId, PaperKind, PaperState, PaperStatus, PaperSummary, PaperTicket, Reply,
};

use super::{At, Context, Desk, Patience, State};
use crate::effect::Effect;
use crate::event::{Device, Event, PapersAskId, PrintFailure};
use crate::screen::Action;
use crate::timeouts::Timeouts;

/// After so many looks the screen says that it takes longer.
const MAX_LOOKS: u8 = 12;

pub(crate) struct Outcome {
    pub paper: PaperId,
    pub kind: PaperKind,
    pub number: Option<String>,
    pub status: PaperStatus,
    /// Of the same birth, still to be confirmed.
    pub next: Option<PaperId>,
    pub confirmed: Confirmed,
    looks: u8,
    asked: Option<PapersAskId>,
    pub slip: Slip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmed {
    JustNow,
    NotNow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    NotWanted,
    Fetching(PapersAskId),
    Printing,
    Printed,
    /// The server did not bring what is to be printed.
    NotBrought,
    Failed(PrintFailure),
}

impl Outcome {
    pub fn of(summary: &PaperSummary) -> Self {
        Self {
            paper: summary.paper,
            kind: summary.kind,
            number: summary.number.clone(),
            status: summary.status.clone(),
            next: None,
            confirmed: Confirmed::NotNow,
            looks: 0,
            asked: None,
            slip: Slip::NotWanted,
        }
    }

    pub fn confirmed(summary: &PaperSummary, reply: ConfirmationReply) -> Self {
        Self { status: reply.status, next: reply.next, confirmed: Confirmed::JustNow, ..Self::of(summary) }
    }

    /// A machine is at it. The hospital's own signature follows a confirmation at once where its key is at hand.
    pub fn is_on_its_way(&self) -> bool {
        match self.status.state {
            PaperState::WaitingToSend | PaperState::Sending => true,
            PaperState::WaitingForSignature => self.confirmed == Confirmed::JustNow,
            PaperState::Preparing
            | PaperState::WaitingForCitizen
            | PaperState::OutcomeUnknown
            | PaperState::Refused { .. }
            | PaperState::Accepted
            | PaperState::Replaced { .. } => false,
        }
    }

    /// Is it still looked at by itself?
    pub fn is_watched(&self) -> bool {
        self.is_on_its_way() && self.looks < MAX_LOOKS
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match self.slip {
            Slip::Fetching(_) => Patience::Step(times.server_ms),
            Slip::Printing => Patience::Step(times.print_ms),
            Slip::NotWanted | Slip::Printed | Slip::NotBrought | Slip::Failed(_) if self.is_watched() => {
                Patience::Step(times.poll_ms)
            }
            Slip::NotWanted | Slip::Printed | Slip::NotBrought | Slip::Failed(_) => Patience::Idle(times.idle_ms),
        }
    }

    pub fn on(mut self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match (event, self.slip) {
            (Event::PapersAnswer(id, answer), _) if self.asked == Some(id) => {
                self.asked = None;
                if let Ok(reply) = answer
                    && let Reply::Status(status) = *reply
                {
                    self.status = status;
                }
            }
            (Event::PapersAnswer(id, answer), Slip::Fetching(expected)) if id == expected => {
                self.slip = match answer {
                    Ok(reply) => match *reply {
                        Reply::Ticket(ticket) => self.print(ticket, &desk, cx),
                        _ => Slip::NotBrought,
                    },
                    Err(_) => Slip::NotBrought,
                };
            }
            (Event::Printed, Slip::Printing | Slip::Failed(_)) => self.slip = Slip::Printed,
            (Event::PrintFailed(failure), Slip::Printing) => self.slip = failed(failure, &desk, cx),
            (
                Event::Touched(Action::PrintPaper | Action::RetryPrint),
                Slip::NotWanted | Slip::Printed | Slip::NotBrought | Slip::Failed(_),
            ) => {
                self.slip = Slip::Fetching(desk.ask(Call::Print(self.paper), cx));
            }
            (Event::Touched(Action::OpenPaper(paper)), _) if self.next == Some(paper) => {
                return desk.open_next(paper, cx);
            }
            (Event::Touched(Action::Back), _) => return desk.reload(cx),
            _ => {}
        }
        desk.at(At::Outcome(self))
    }

    pub fn expired(mut self, desk: Desk, cx: &mut Context<'_>) -> State {
        match self.slip {
            Slip::Fetching(_) => self.slip = Slip::NotBrought,
            Slip::Printing => self.slip = failed(PrintFailure::PrinterGone, &desk, cx),
            Slip::NotWanted | Slip::Printed | Slip::NotBrought | Slip::Failed(_) => {
                self.looks = self.looks.saturating_add(1);
                self.asked = Some(desk.ask(Call::Status(self.paper), cx));
            }
        }
        desk.at(At::Outcome(self))
    }

    fn print(&self, ticket: PaperTicket, desk: &Desk, cx: &mut Context<'_>) -> Slip {
        if !cx.is_up(Device::Printer) {
            return failed(PrintFailure::PrinterGone, desk, cx);
        }
        let slip = crate::slip::slip(&ticket, &cx.station.settings, cx.language);
        cx.emit(Effect::PrintSlip(Box::new(slip)));
        Slip::Printing
    }
}

impl Desk {
    /// The next child's paper; it may be new since the list was read.
    fn open_next(self, paper: PaperId, cx: &mut Context<'_>) -> State {
        self.wait(super::Wait::Reading, Call::Reading(paper), cx)
    }
}

fn failed(failure: PrintFailure, desk: &Desk, cx: &mut Context<'_>) -> Slip {
    cx.emit(Effect::Alert { kind: AlertKind::Printer, visit: Some(desk.visit.id) });
    Slip::Failed(failure)
}
