//! The visit as one value: events in, effects out, and a screen at any moment.

use std::fmt;

use api::{AlertKind, VisitId};

use crate::effect::Effect;
use crate::event::{AlertOutcome, Device, DeviceStatus, Event};
use crate::moment::Moment;
use crate::policy::AssurancePolicy;
use crate::screen::{Action, Language, Mood, Screen, TextSize};
use crate::settings::Settings;
use crate::state::{Calling, Card, CardLeft, Context, Devices, Farewell, Patience, ScanNotice, State, Station};
use crate::view;

/// No I/O, no clock, no randomness: time comes with each event, visit ids from the source given at the start.
pub struct Session {
    pub(crate) station: Station,
    pub(crate) state: State,
    pub(crate) language: Language,
    pub(crate) text_size: TextSize,
    pub(crate) dialog: Option<Dialog>,
    /// When the state, or its kind of waiting, began.
    entered: Moment,
    /// The last sign of the patient or of the step.
    sign: Moment,
    /// Of the last event.
    now: Moment,
}

/// Over whatever is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialog {
    pub kind: DialogKind,
    pub outcome: Option<AlertOutcome>,
    until: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogKind {
    Help,
    Emergency,
}

impl Session {
    /// `visit_ids` gives a fresh id for every visit; the crate draws none itself.
    pub fn new(
        settings: Settings,
        policy: AssurancePolicy,
        visit_ids: impl FnMut() -> VisitId + Send + Sync + 'static,
    ) -> Self {
        let station = Station {
            settings,
            policy,
            departments: Vec::new(),
            devices: Devices::all_up(),
            card: Card::Out,
            visit_ids: Box::new(visit_ids),
            attempts: 0,
        };
        Self {
            station,
            state: State::Welcome(ScanNotice::Nothing),
            language: Language::default(),
            text_size: TextSize::default(),
            dialog: None,
            entered: Moment::default(),
            sign: Moment::default(),
            now: Moment::default(),
        }
    }

    /// What the world must do now. Time-outs that lie before `now` happen first; time never runs backwards.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.now = self.now.max(now);
        let now = self.now;
        while let Some(due) = self.due().filter(|due| *due <= now) {
            self.expire(due, &mut effects);
        }
        self.apply(event, now, &mut effects);
        effects
    }

    /// What is on the screen at that moment.
    pub fn view(&self, now: Moment) -> Screen {
        view::screen(self, now)
    }

    /// When something changes by itself after the last event: a time-out, a warning, or its next second. Send
    /// [`Event::Tick`] then, and draw again.
    pub fn next_deadline(&self) -> Option<Moment> {
        let warning = self.idle_deadline().map(|deadline| {
            let left = deadline.ms_since(self.now);
            let until_warning = left.saturating_sub(self.station.settings.timeouts.warning_ms);
            let until_next_second = left.saturating_sub(1) % 1000 + 1;
            self.now + if until_warning > 0 { until_warning } else { until_next_second }
        });
        [self.due(), warning].into_iter().flatten().min()
    }

    /// The visit under way.
    pub fn visit(&self) -> Option<VisitId> {
        self.state.visit()
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// New facts from the server about the hospital.
    pub fn configure(&mut self, settings: Settings) {
        self.station.settings = settings;
    }

    /// Seconds until the visit ends, once that is near.
    pub(crate) fn warning_seconds(&self, now: Moment) -> Option<u16> {
        let left = self.idle_deadline()?.ms_since(now);
        let near = left > 0 && left <= self.station.settings.timeouts.warning_ms;
        near.then(|| u16::try_from(left.div_ceil(1000)).unwrap_or(u16::MAX))
    }

    fn idle_deadline(&self) -> Option<Moment> {
        match self.state.patience(&self.station.settings.timeouts) {
            // An open dialog is read; the visit waits for it.
            Patience::Idle(ms) if self.dialog.is_none() => Some(self.sign + ms),
            Patience::Idle(_) | Patience::Forever | Patience::Silence(_) | Patience::Step(_) | Patience::End(_) => None,
        }
    }

    fn due(&self) -> Option<Moment> {
        let state = match self.state.patience(&self.station.settings.timeouts) {
            Patience::Forever => self.left_in_english(),
            Patience::Idle(_) => self.idle_deadline(),
            Patience::Silence(ms) | Patience::End(ms) => Some(self.sign + ms),
            Patience::Step(ms) => Some(self.entered + ms),
        };
        [state, self.dialog.map(|dialog| dialog.until)].into_iter().flatten().min()
    }

    /// Welcome in another language or size: back to the hospital's own after a while.
    fn left_in_english(&self) -> Option<Moment> {
        let changed = (self.language, self.text_size) != Default::default();
        let at_welcome = matches!(self.state, State::Welcome(notice) if changed || notice != ScanNotice::Nothing);
        at_welcome.then(|| self.sign + self.station.settings.timeouts.idle_ms)
    }

    fn expire(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.dialog.is_some_and(|dialog| dialog.until <= now) {
            self.dialog = None;
            self.sign = now;
            return;
        }
        match self.state.patience(&self.station.settings.timeouts) {
            Patience::Idle(_) | Patience::End(_) => self.leave(now, effects),
            Patience::Forever => self.welcome(now),
            Patience::Silence(_) | Patience::Step(_) => {
                self.step(now, effects, State::expired);
                (self.entered, self.sign) = (now, now);
            }
        }
    }

    fn apply(&mut self, event: Event, now: Moment, effects: &mut Vec<Effect>) {
        if is_sign(&event) {
            self.sign = now;
        }
        match event {
            Event::Touched(Action::ToggleLanguage) => self.language = self.language.other(),
            Event::Touched(Action::ToggleTextSize) => self.text_size = self.text_size.other(),
            Event::Touched(Action::Help) => self.call(DialogKind::Help, now, effects),
            Event::Touched(Action::Emergency) => self.call(DialogKind::Emergency, now, effects),
            Event::Touched(Action::CloseDialog) => self.dialog = None,
            Event::Touched(Action::StillHere) | Event::Tick => {}
            Event::Touched(Action::Cancel) => {
                self.dialog = None;
                self.leave(now, effects);
            }
            Event::Touched(Action::Done) if self.is_done() => self.leave(now, effects),
            Event::AlertAnswered(outcome) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.outcome = Some(outcome);
                }
            }
            Event::DeviceStatus(device, status) => {
                self.station.devices.set(device, status);
                if (device, status) == (Device::Reader, DeviceStatus::Down) {
                    self.station.card = Card::Out;
                }
                self.forward(Event::DeviceStatus(device, status), now, effects);
            }
            Event::Departments(departments) => {
                self.station.departments = departments;
                self.forward(Event::Departments(Vec::new()), now, effects);
            }
            Event::CardInserted => {
                self.station.card = Card::In;
                self.forward(Event::CardInserted, now, effects);
            }
            Event::CardRemoved => {
                self.station.card = Card::Out;
                self.forward(Event::CardRemoved, now, effects);
            }
            other => self.forward(other, now, effects),
        }
    }

    fn forward(&mut self, event: Event, now: Moment, effects: &mut Vec<Effect>) {
        self.step(now, effects, |state, cx| state.on(event, cx));
    }

    fn step(&mut self, now: Moment, effects: &mut Vec<Effect>, next: impl FnOnce(State, &mut Context<'_>) -> State) {
        let before = self.state.kind(&self.station.settings.timeouts);
        let thanked = matches!(self.state, State::Thanks(_));
        let state = std::mem::replace(&mut self.state, State::Thanks(Mood::Everyday));
        let mut cx = Context { station: &mut self.station, language: self.language, effects };
        self.state = next(state, &mut cx);
        if self.state.kind(&self.station.settings.timeouts) != before {
            (self.entered, self.sign) = (now, now);
            if thanked {
                // Another patient, whose language nobody knows yet.
                (self.language, self.text_size) = Default::default();
            }
        }
        if let State::Welcome(ScanNotice::Nothing) = self.state
            && before.state != std::mem::discriminant(&self.state)
        {
            self.welcome(now);
        }
    }

    /// Done may be touched where the number is shown.
    fn is_done(&self) -> bool {
        match &self.state {
            State::Ticket(_) | State::ToCounter(_) | State::Thanks(_) => true,
            State::Papers(papers) => papers.is_done(),
            _ => false,
        }
    }

    /// The visit ends here. Nobody is thanked, and nothing begins anew, before the card is out.
    fn leave(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let farewell = match &self.state {
            State::Ticket(_) | State::ToCounter(_) => Farewell::Thanks,
            State::Papers(papers) if papers.is_done() => Farewell::Thanks,
            State::Welcome(_) | State::Thanks(_) => return self.welcome(now),
            // Nobody can be let go while the card is in the reader; it is asked for again.
            State::CardLeft(_) => return,
            State::Reading(_) => {
                effects.push(Effect::StopReading);
                Farewell::Welcome
            }
            State::Face(_) => {
                effects.push(Effect::StopFace);
                Farewell::Welcome
            }
            State::OtherWays(_)
            | State::ScanPrompt(_)
            | State::EnterNumber(_)
            | State::EnterMrz(_)
            | State::AwaitCard(_)
            | State::Interrupted(_)
            | State::EidWaiting(_)
            | State::Consent(_)
            | State::FaceNotMatched(_)
            | State::Identifying(_)
            | State::Payer(_)
            | State::Department(_)
            | State::Priority(_)
            | State::CheckingIn(_)
            | State::PapersStart(_)
            | State::PapersDenied(_)
            | State::Papers(_) => Farewell::Welcome,
        };
        let (visit, mood) = (self.state.visit(), self.state.mood());
        if let State::Papers(papers) = std::mem::replace(&mut self.state, State::Thanks(mood)) {
            papers.leave(&mut Context { station: &mut self.station, language: self.language, effects });
        }
        effects.push(Effect::Forget);
        (self.entered, self.sign) = (now, now);
        match (self.station.card, visit, farewell) {
            (Card::In, Some(visit), _) => {
                self.state = State::CardLeft(CardLeft { visit, farewell, calling: Calling::Quiet, mood });
            }
            (_, _, Farewell::Thanks) => self.state = State::Thanks(mood),
            (_, _, Farewell::Welcome) => self.welcome(now),
        }
    }

    fn welcome(&mut self, now: Moment) {
        self.state = State::Welcome(ScanNotice::Nothing);
        self.language = Language::default();
        self.text_size = TextSize::default();
        (self.entered, self.sign) = (now, now);
    }

    /// Staff are called at once; asking again while the dialog is open calls nobody twice.
    fn call(&mut self, kind: DialogKind, now: Moment, effects: &mut Vec<Effect>) {
        let open = self.dialog.map(|dialog| dialog.kind);
        if open == Some(kind) || open == Some(DialogKind::Emergency) {
            return;
        }
        let times = &self.station.settings.timeouts;
        let (alert, ms) = match kind {
            DialogKind::Help => (AlertKind::Help, times.help_ms),
            DialogKind::Emergency => (AlertKind::Emergency, times.emergency_ms),
        };
        self.dialog = Some(Dialog { kind, outcome: None, until: now + ms });
        effects.push(Effect::Alert { kind: alert, visit: self.state.visit() });
    }
}

/// The state's content stays out of logs; its name does not.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state.name())
            .field("dialog", &self.dialog)
            .finish_non_exhaustive()
    }
}

/// Does somebody, or the step, move?
fn is_sign(event: &Event) -> bool {
    match event {
        Event::Touched(_)
        | Event::CardInserted
        | Event::CardRemoved
        | Event::Scanned(_)
        | Event::ChallengeReady { .. }
        | Event::ChipProgress(..)
        | Event::FaceCounted { .. } => true,
        Event::ChipRead(..)
        | Event::ChipFailed(..)
        | Event::FaceHint(..)
        | Event::FaceDecided(..)
        | Event::FaceUnavailable(_)
        | Event::EidAnswer(_)
        | Event::Identified(_)
        | Event::Departments(_)
        | Event::CheckedIn(_)
        | Event::OfflineNumber(_)
        | Event::PapersAnswer(..)
        | Event::ChipAnswered(..)
        | Event::Printed
        | Event::PrintFailed(_)
        | Event::AlertAnswered(_)
        | Event::DeviceStatus(..)
        | Event::Tick => false,
    }
}
