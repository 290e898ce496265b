//! The number is given: on paper, and on the screen in any case.

use api::{
    AlertKind, AppointmentView, Assurance, CheckInReply, CheckInRequest, CounterReason, DepartmentView,
    EntitlementView, TicketNumber, VisitId,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Context, Known, Patience, State, Visit, papers};
use crate::effect::Effect;
use crate::event::{Device, Event, OfflineNumber, PrintFailure};
use crate::policy::Shows;
use crate::screen::{Action, Language};
use crate::settings::PapersDesk;
use crate::timeouts::Timeouts;

pub(crate) struct Given {
    pub visit: VisitId,
    pub number: TicketNumber,
    /// Both languages, as the list had it when the number was given.
    pub department: Option<DepartmentView>,
    pub issued_at: OffsetDateTime,
    pub people_ahead: Option<u16>,
    pub wait_minutes: Option<(u16, u16)>,
    pub priority: bool,
    /// The patient named a ground: staff confirm it.
    pub declared: bool,
    pub appointment: Option<AppointmentView>,
    pub follow_url: Option<String>,
    pub entitlement: EntitlementView,
    /// Set where the number is for the reception counter.
    pub counter: Option<CounterReason>,
    pub holder: Option<Zeroizing<String>>,
    pub printing: Printing,
    /// Papers wait for this person: they may be read now.
    pub offer: Option<Box<Offer>>,
}

/// Who would read them, and how many there are.
pub(crate) struct Offer {
    visit: Visit,
    known: Known,
    pub papers: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printing {
    Running,
    Printed,
    Failed(PrintFailure),
}

/// No number could be given: a person was called.
pub(crate) struct ToCounter {
    pub visit: VisitId,
}

impl Given {
    pub fn online(visit: Visit, known: Known, reply: CheckInReply, cx: &Context<'_>) -> Self {
        let wanted = known.papers_waiting > 0
            && known.assurance == Assurance::A
            && cx.station.settings.papers.desk == PapersDesk::Open;
        let number_of = visit.id;
        let offer = wanted.then(|| Box::new(Offer { visit, known: known.clone(), papers: known.papers_waiting }));
        let department = cx.station.department(&reply.ticket.department).cloned();
        let shows = cx.station.policy.level(known.assurance).shows;
        let ticket = reply.ticket;
        Self {
            visit: number_of,
            number: ticket.number,
            counter: at_reception(department.as_ref(), &known),
            department,
            issued_at: ticket.issued_at,
            people_ahead: ticket.people_ahead,
            wait_minutes: ticket.wait_minutes,
            priority: ticket.priority && shows != Shows::Nothing,
            declared: !known.declared.is_empty(),
            appointment: ticket.appointment.filter(|_| shows != Shows::Nothing),
            follow_url: ticket.follow_url,
            entitlement: if shows == Shows::Nothing { EntitlementView::NotShown } else { reply.entitlement },
            holder: known.masked_name,
            printing: Printing::Running,
            offer,
        }
    }

    pub fn offline(
        visit: VisitId,
        known: Known,
        request: &CheckInRequest,
        number: OfflineNumber,
        cx: &Context<'_>,
    ) -> Self {
        let department = cx.station.department(&request.department).cloned();
        let OfflineNumber { number, service_day: _, issued_at, follow_url } = number;
        Self {
            visit,
            number,
            counter: at_reception(department.as_ref(), &known),
            department,
            issued_at,
            people_ahead: None,
            wait_minutes: None,
            priority: false,
            declared: !known.declared.is_empty(),
            appointment: None,
            follow_url,
            entitlement: known.entitlement,
            holder: known.masked_name,
            printing: Printing::Running,
            // Papers are with the server.
            offer: None,
        }
    }

    /// Prints, or says at once that the printer is not there.
    pub fn print(mut self, cx: &mut Context<'_>) -> State {
        if cx.is_up(Device::Printer) {
            self.printing = Printing::Running;
            let paper = crate::paper::ticket(&self, &cx.station.settings, cx.language);
            cx.emit(Effect::Print(Box::new(paper)));
            State::Ticket(self)
        } else {
            self.failed(PrintFailure::PrinterGone, cx)
        }
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match (event, self.printing) {
            // A late "printed" is still true.
            (Event::Printed, _) => {
                self.printing = Printing::Printed;
                State::Ticket(self)
            }
            (Event::PrintFailed(failure), Printing::Running) => self.failed(failure, cx),
            (Event::Touched(Action::RetryPrint), Printing::Failed(_)) => self.print(cx),
            // Not before it is known whether the paper came out.
            (Event::Touched(Action::OpenPapers), Printing::Printed | Printing::Failed(_)) => match self.offer.take() {
                Some(offer) => papers::Desk::open(offer.visit, offer.known, cx),
                None => State::Ticket(self),
            },
            _ => State::Ticket(self),
        }
    }

    pub fn expired(self, cx: &mut Context<'_>) -> State {
        match self.printing {
            Printing::Running => self.failed(PrintFailure::PrinterGone, cx),
            Printing::Printed | Printing::Failed(_) => State::Ticket(self),
        }
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match self.printing {
            Printing::Running => Patience::Step(times.print_ms),
            Printing::Printed => Patience::End(times.ticket_ms),
            // The screen is the only paper there is.
            Printing::Failed(_) => Patience::Idle(times.idle_ms),
        }
    }

    /// Department in the patient's language; the number alone where the list never came.
    pub fn department_name(&self, language: Language) -> &str {
        match (&self.department, language) {
            (Some(department), Language::Vietnamese) => &department.name_vi,
            (Some(department), Language::English) => &department.name_en,
            (None, _) => "",
        }
    }

    fn failed(mut self, failure: PrintFailure, cx: &mut Context<'_>) -> State {
        self.printing = Printing::Failed(failure);
        cx.emit(Effect::Alert { kind: AlertKind::Printer, visit: Some(self.visit) });
        State::Ticket(self)
    }
}

/// The reason only where the number leads to reception: a department's number may have one too, for the staff.
fn at_reception(department: Option<&DepartmentView>, known: &Known) -> Option<CounterReason> {
    department.filter(|department| department.reception)?;
    known.counter.or(Some(CounterReason::AskedForPerson))
}
