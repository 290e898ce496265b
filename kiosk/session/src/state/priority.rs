//! Grounds of priority that the patient names (Luật KCB 15/2023/QH15 Đ3 k2). Staff confirm one when they call; what the
//! chip proves needs no word.

use api::{Assurance, DeclaredGround};

use super::{Choosing, Context, Known, State};
use crate::event::Event;
use crate::screen::Action;

pub(crate) struct Declaring {
    pub choosing: Choosing,
}

impl Declaring {
    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::Declare(ground)) => {
                let offered = choices(&self.choosing.known).contains(&ground);
                let declared = &mut self.choosing.known.declared;
                match declared.iter().position(|known| *known == ground) {
                    Some(at) => drop(declared.remove(at)),
                    None if offered => declared.push(ground),
                    None => {}
                }
                State::Priority(self)
            }
            Event::Touched(Action::Continue | Action::Back) => State::Department(self.choosing),
            Event::Departments(_) => State::Priority(Self { choosing: self.choosing.refreshed(cx) }),
            _ => State::Priority(self),
        }
    }
}

/// Age is asked only where no chip tells it.
pub(crate) fn choices(known: &Known) -> &'static [DeclaredGround] {
    use DeclaredGround::{Pregnant, SeventyFiveAndOver, SevereDisability, UnderSix, WarMerit};
    match known.assurance {
        Assurance::A | Assurance::B => &[Pregnant, SevereDisability, WarMerit],
        Assurance::C | Assurance::D => &[Pregnant, SevereDisability, WarMerit, SeventyFiveAndOver, UnderSix],
    }
}
