//! Who pays: insurance or the patient. Right route and validity as the gateway told them (GATEWAY.md 1.2).

use api::{CounterReason, EntitlementView, Payer};

use super::{Context, Known, State, Visit, route};
use crate::event::Event;
use crate::screen::Action;

pub(crate) struct Paying {
    pub visit: Visit,
    pub known: Known,
}

impl Paying {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::PayByInsurance) => {
                let payer = Payer::Insurance;
                match &self.known.entitlement {
                    EntitlementView::Valid { right_route: true, .. }
                    | EntitlementView::ToBeConfirmed
                    | EntitlementView::NotShown => route::choose_department(self.visit, self.known, payer, cx),
                    // A referral, or a card that is not in order, is paper for a person.
                    EntitlementView::Valid { right_route: false, .. } | EntitlementView::NotValid { .. } => {
                        route::go_to_reception(self.visit, self.known, payer, CounterReason::Insurance, cx)
                    }
                }
            }
            Event::Touched(Action::PayMyself) => route::choose_department(self.visit, self.known, Payer::SelfPay, cx),
            Event::Touched(Action::GoToCounter) => {
                route::go_to_reception(self.visit, self.known, Payer::Undecided, CounterReason::Insurance, cx)
            }
            _ => State::Payer(self),
        }
    }
}
