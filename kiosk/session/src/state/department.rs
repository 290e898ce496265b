//! Where to go.

use api::{CheckInRequest, CounterReason, DepartmentCode, Payer};

use super::{CheckingIn, Context, Declaring, Known, Paying, State, Visit, route};
use crate::event::Event;
use crate::screen::Action;

pub(crate) struct Choosing {
    pub visit: Visit,
    pub known: Known,
    pub payer: Payer,
    pub chosen: Option<DepartmentCode>,
    pub notice: DepartmentNotice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DepartmentNotice {
    Nothing,
    /// The one that was chosen gives no more numbers today.
    Closed,
}

impl Choosing {
    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::ChooseDepartment(code)) => {
                if cx.station.choices().any(|department| department.code == code && self.known.may_choose(department)) {
                    self.chosen = Some(code);
                    self.notice = DepartmentNotice::Nothing;
                }
                State::Department(self)
            }
            Event::Departments(_) => State::Department(self.refreshed(cx)),
            Event::Touched(Action::OpenPriority) if self.known.priority.is_none() => {
                State::Priority(Declaring { choosing: self })
            }
            Event::Touched(Action::TakeNumber) => match self.chosen.clone() {
                Some(department) => {
                    let declared = self.known.declared.clone();
                    let (payer, counter) = (self.payer, self.known.counter);
                    let request = CheckInRequest { department, payer, counter, declared };
                    CheckingIn::start(self.visit, self.known, request, cx)
                }
                None => State::Department(self),
            },
            Event::Touched(Action::UnknownDepartment | Action::GoToCounter) => {
                let reason = self.known.counter.unwrap_or(CounterReason::AskedForPerson);
                route::go_to_reception(self.visit, self.known, self.payer, reason, cx)
            }
            Event::Touched(Action::Back) => State::Payer(Paying { visit: self.visit, known: self.known }),
            _ => State::Department(self),
        }
    }

    /// The list came anew: what was chosen may have closed.
    pub fn refreshed(mut self, cx: &Context<'_>) -> Self {
        let known = &self.known;
        let still_open = |code: &DepartmentCode| cx.station.department(code).is_some_and(|d| known.may_choose(d));
        self.chosen = self.chosen.filter(still_open);
        self
    }
}
