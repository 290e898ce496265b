//! Where one patient is. Each variant owns what it needs and nothing else; Welcome owns nothing.

mod card;
mod chip;
mod department;
mod eid;
mod face_step;
mod number;
pub(crate) mod papers;
mod payer;
mod priority;
mod route;
mod server;
mod ticket;

use std::mem::{Discriminant, discriminant};

use api::{ConsentAnswer, ConsentLanguage, ConsentPurpose, ConsentRecord, DepartmentCode, DepartmentView, VisitId};
use emrtd::AccessKey;
use identity::CitizenId;
use identity::qr::CardQr;

use crate::effect::Effect;
use crate::event::{Device, DeviceStatus, Event, FaceId, ReadingId};
use crate::policy::AssurancePolicy;
use crate::screen::{Action, Language, Mood};
use crate::settings::{PapersDesk, Settings};
use crate::timeouts::Timeouts;
use crate::view;

pub(crate) use card::{AwaitCard, Calling, CardLeft, Farewell, Interrupted, OtherWays, ScanPrompt, Wanted, WayNotice};
pub(crate) use chip::{ChipStage, Reading};
pub(crate) use department::{Choosing, DepartmentNotice};
pub(crate) use eid::EidWaiting;
pub(crate) use face_step::{Asking, FaceTry, Matching, NotMatched, Subject};
pub(crate) use number::{EnterMrz, EnterNumber, MrzStage, NumberKind, NumberNotice};
pub(crate) use papers::{At, ChipSource, Papers, PapersDenied, PapersStart};
pub(crate) use payer::Paying;
pub(crate) use priority::{Declaring, choices as priority_choices};
pub(crate) use route::{FaceConsent, Known};
pub(crate) use server::{CheckingIn, Identifying};
pub(crate) use ticket::{Given, Printing, ToCounter};

pub(crate) enum State {
    Welcome(ScanNotice),
    OtherWays(OtherWays),
    ScanPrompt(ScanPrompt),
    EnterNumber(EnterNumber),
    EnterMrz(EnterMrz),
    AwaitCard(AwaitCard),
    Reading(Reading),
    Interrupted(Interrupted),
    EidWaiting(EidWaiting),
    Consent(Asking),
    Face(Matching),
    FaceNotMatched(NotMatched),
    Identifying(Identifying),
    Payer(Paying),
    Department(Choosing),
    Priority(Declaring),
    CheckingIn(CheckingIn),
    Ticket(Given),
    ToCounter(ToCounter),
    CardLeft(CardLeft),
    /// "My papers": the card is asked for.
    PapersStart(PapersStart),
    PapersDenied(PapersDenied),
    Papers(Box<Papers>),
    Thanks(Mood),
}

/// What a scanner's last frame was, as far as the patient must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ScanNotice {
    #[default]
    Nothing,
    Unreadable,
}

/// One visit, from the first sign of a patient to Forget.
pub(crate) struct Visit {
    pub id: VisitId,
    /// The code printed on the card, if it was scanned.
    pub scanned: Option<CardQr>,
    /// All twelve digits, if they were typed.
    pub typed: Option<CitizenId>,
    pub line: Line,
    pub purpose: Purpose,
    /// What opened the chip: a confirmation asks it once more.
    pub key: Option<AccessKey>,
    /// The last answer to the question about the face.
    pub consent: Option<ConsentRecord>,
}

impl Visit {
    /// The last answer stands; with it the text as it was shown, in the language in which it was read.
    fn answer_about_face(&mut self, answer: ConsentAnswer, cx: &Context<'_>) {
        let text = view::consent_text(cx.station, cx.language);
        let language = match cx.language {
            Language::Vietnamese => ConsentLanguage::Vi,
            Language::English => ConsentLanguage::En,
        };
        self.consent = Some(ConsentRecord::new(ConsentPurpose::FaceComparison, answer, language, &text));
    }
}

/// What the person came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    CheckIn,
    Papers,
}

/// Is the server to be asked in this visit? Once away, the visit stays with what the kiosk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Online,
    Offline,
}

/// How a step ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    Forever,
    /// The patient must act: warned, extended, then the visit ends.
    Idle(u64),
    /// Milliseconds since the last touch or sign of the step; then the step itself decides.
    Silence(u64),
    /// Milliseconds since the step began, whatever is touched; then the step itself decides.
    Step(u64),
    /// Milliseconds since the last touch; then the visit ends without asking, since it is done.
    End(u64),
}

/// What kind of waiting this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub state: Discriminant<State>,
    papers: Option<Discriminant<At>>,
    patience: Patience,
}

/// What outlives a visit.
pub(crate) struct Station {
    pub settings: Settings,
    pub policy: AssurancePolicy,
    pub departments: Vec<DepartmentView>,
    pub devices: Devices,
    pub card: Card,
    pub visit_ids: Box<dyn FnMut() -> VisitId + Send + Sync>,
    pub attempts: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Devices {
    pub reader: DeviceStatus,
    pub camera: DeviceStatus,
    pub printer: DeviceStatus,
    pub scanner: DeviceStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Card {
    In,
    Out,
}

/// What a step may use while it handles an event.
pub(crate) struct Context<'a> {
    pub station: &'a mut Station,
    pub language: Language,
    pub effects: &'a mut Vec<Effect>,
}

impl Devices {
    pub fn all_up() -> Self {
        let up = DeviceStatus::Up;
        Self { reader: up, camera: up, printer: up, scanner: up }
    }

    pub fn set(&mut self, device: Device, status: DeviceStatus) {
        match device {
            Device::Reader => self.reader = status,
            Device::Camera => self.camera = status,
            Device::Printer => self.printer = status,
            Device::Scanner => self.scanner = status,
        }
    }
}

impl Station {
    pub fn reception(&self) -> Option<&DepartmentView> {
        self.departments.iter().find(|department| department.reception)
    }

    pub fn department(&self, code: &DepartmentCode) -> Option<&DepartmentView> {
        self.departments.iter().find(|department| department.code == *code)
    }

    /// What a patient can choose.
    pub fn choices(&self) -> impl Iterator<Item = &DepartmentView> {
        self.departments.iter().filter(|department| !department.reception)
    }
}

impl Context<'_> {
    pub fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn card_in(&self) -> bool {
        self.station.card == Card::In
    }

    pub fn is_up(&self, device: Device) -> bool {
        let devices = &self.station.devices;
        let status = match device {
            Device::Reader => devices.reader,
            Device::Camera => devices.camera,
            Device::Printer => devices.printer,
            Device::Scanner => devices.scanner,
        };
        status == DeviceStatus::Up
    }

    pub fn new_visit(&mut self) -> Visit {
        self.emit(Effect::RefreshDepartments);
        Visit {
            id: (self.station.visit_ids)(),
            scanned: None,
            typed: None,
            line: Line::Online,
            purpose: Purpose::CheckIn,
            key: None,
            consent: None,
        }
    }

    pub fn new_reading(&mut self) -> ReadingId {
        self.station.attempts = self.station.attempts.wrapping_add(1);
        ReadingId(self.station.attempts)
    }

    pub fn new_face(&mut self) -> FaceId {
        self.station.attempts = self.station.attempts.wrapping_add(1);
        FaceId(self.station.attempts)
    }
}

impl State {
    /// What follows. An event that means nothing here changes nothing.
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> Self {
        match self {
            Self::Welcome(notice) => welcome(notice, event, cx),
            Self::OtherWays(step) => step.on(event, cx),
            Self::ScanPrompt(step) => step.on(event, cx),
            Self::EnterNumber(step) => step.on(event, cx),
            Self::EnterMrz(step) => step.on(event, cx),
            Self::AwaitCard(step) => step.on(event, cx),
            Self::Reading(step) => step.on(event, cx),
            Self::Interrupted(step) => step.on(event, cx),
            Self::EidWaiting(step) => step.on(event, cx),
            Self::Consent(step) => step.on(event, cx),
            Self::Face(step) => step.on(event, cx),
            Self::FaceNotMatched(step) => step.on(event, cx),
            Self::Identifying(step) => step.on(event, cx),
            Self::Payer(step) => step.on(event, cx),
            Self::Department(step) => step.on(event, cx),
            Self::Priority(step) => step.on(event, cx),
            Self::CheckingIn(step) => step.on(event, cx),
            Self::Ticket(step) => step.on(event, cx),
            Self::ToCounter(step) => Self::ToCounter(step),
            Self::CardLeft(step) => step.on(event, cx),
            Self::PapersStart(step) => step.on(event, cx),
            Self::PapersDenied(step) => step.on(event, cx),
            Self::Papers(step) => step.on(event, cx),
            // The next patient need not wait for the thanks to end.
            Self::Thanks(mood) => match welcome(ScanNotice::Nothing, event, cx) {
                Self::Welcome(_) => Self::Thanks(mood),
                next => next,
            },
        }
    }

    /// The step's own time is over.
    pub fn expired(self, cx: &mut Context<'_>) -> Self {
        match self {
            Self::Reading(step) => step.expired(cx),
            Self::EidWaiting(step) => step.expired(),
            Self::Face(step) => step.expired(cx),
            Self::Identifying(step) => step.expired(cx),
            Self::CheckingIn(step) => step.expired(cx),
            Self::Ticket(step) => step.expired(cx),
            Self::CardLeft(step) => step.expired(cx),
            Self::Papers(step) => step.expired(cx),
            // These end by Idle, by Forever, or with the visit.
            unchanged @ (Self::Welcome(_)
            | Self::OtherWays(_)
            | Self::ScanPrompt(_)
            | Self::EnterNumber(_)
            | Self::EnterMrz(_)
            | Self::AwaitCard(_)
            | Self::Interrupted(_)
            | Self::Consent(_)
            | Self::FaceNotMatched(_)
            | Self::Payer(_)
            | Self::Department(_)
            | Self::Priority(_)
            | Self::ToCounter(_)
            | Self::PapersStart(_)
            | Self::PapersDenied(_)
            | Self::Thanks(_)) => unchanged,
        }
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match self {
            Self::Welcome(_) => Patience::Forever,
            Self::OtherWays(_)
            | Self::ScanPrompt(_)
            | Self::EnterNumber(_)
            | Self::EnterMrz(_)
            | Self::AwaitCard(_)
            | Self::Interrupted(_)
            | Self::Consent(_)
            | Self::FaceNotMatched(_)
            | Self::Payer(_)
            | Self::Department(_)
            | Self::Priority(_)
            | Self::ToCounter(_)
            | Self::PapersStart(_)
            | Self::PapersDenied(_) => Patience::Idle(times.idle_ms),
            Self::Reading(step) => step.patience(times),
            Self::EidWaiting(_) | Self::Identifying(_) | Self::CheckingIn(_) => Patience::Step(times.server_ms),
            Self::Face(_) => Patience::Step(times.face_ms),
            Self::Ticket(step) => step.patience(times),
            Self::CardLeft(step) => step.patience(times),
            Self::Papers(step) => step.patience(times),
            Self::Thanks(_) => Patience::End(times.thanks_ms),
        }
    }

    /// Changes exactly when another wait begins.
    pub fn kind(&self, times: &Timeouts) -> Kind {
        let papers = match self {
            Self::Papers(step) => Some(step.kind()),
            _ => None,
        };
        Kind { state: discriminant(self), papers, patience: self.patience(times) }
    }

    /// Quiet where a death notice is open, and until that person is gone.
    pub fn mood(&self) -> Mood {
        match self {
            Self::Papers(step) => step.desk.mood,
            Self::CardLeft(step) => step.mood,
            Self::Thanks(mood) => *mood,
            _ => Mood::Everyday,
        }
    }

    /// Stable, for pictures, logs and tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Welcome(_) => "welcome",
            Self::OtherWays(_) => "other_ways",
            Self::ScanPrompt(ScanPrompt { wanted: Wanted::Eid, .. }) => "scan_eid",
            Self::ScanPrompt(ScanPrompt { wanted: Wanted::InsuranceCard, .. }) => "scan_insurance",
            Self::EnterNumber(EnterNumber { kind: NumberKind::Access, .. }) => "access_number",
            Self::EnterNumber(EnterNumber { kind: NumberKind::Whole, .. }) => "whole_number",
            Self::EnterMrz(step) => match step.stage {
                MrzStage::Number => "mrz_number",
                MrzStage::Birth { .. } => "mrz_birth",
                MrzStage::Expiry { .. } => "mrz_expiry",
            },
            Self::AwaitCard(_) => "insert_card",
            Self::Reading(_) => "chip",
            Self::Interrupted(_) => "insert_again",
            Self::EidWaiting(_) => "eid_waiting",
            Self::Consent(_) => "consent",
            Self::Face(_) => "face",
            Self::FaceNotMatched(_) => "face_not_matched",
            Self::Identifying(_) => "identifying",
            Self::Payer(_) => "payer",
            Self::Department(_) => "department",
            Self::Priority(_) => "priority",
            Self::CheckingIn(_) => "checking_in",
            Self::Ticket(Given { counter: None, .. }) => "ticket",
            Self::Ticket(Given { counter: Some(_), .. }) => "counter",
            Self::ToCounter(_) => "counter_without_number",
            Self::CardLeft(_) => "take_card",
            Self::PapersStart(_) => "papers_card",
            Self::PapersDenied(_) => "papers_denied",
            Self::Papers(step) => step.name(),
            Self::Thanks(_) => "thanks",
        }
    }

    pub fn visit(&self) -> Option<VisitId> {
        match self {
            Self::Welcome(_) | Self::Thanks(_) => None,
            Self::OtherWays(step) => Some(step.visit.id),
            Self::ScanPrompt(step) => Some(step.visit.id),
            Self::EnterNumber(step) => Some(step.visit.id),
            Self::EnterMrz(step) => Some(step.visit.id),
            Self::AwaitCard(step) => Some(step.visit.id),
            Self::Reading(step) => Some(step.visit.id),
            Self::Interrupted(step) => Some(step.visit.id),
            Self::EidWaiting(step) => Some(step.visit.id),
            Self::Consent(step) => Some(step.visit.id),
            Self::Face(step) => Some(step.attempt.visit.id),
            Self::FaceNotMatched(step) => Some(step.attempt.visit.id),
            Self::Identifying(step) => Some(step.visit.id),
            Self::Payer(step) => Some(step.visit.id),
            Self::Department(step) => Some(step.visit.id),
            Self::Priority(step) => Some(step.choosing.visit.id),
            Self::CheckingIn(step) => Some(step.visit.id),
            Self::Ticket(step) => Some(step.visit),
            Self::ToCounter(step) => Some(step.visit),
            Self::CardLeft(step) => Some(step.visit),
            Self::PapersStart(step) => Some(step.visit.id),
            Self::PapersDenied(step) => Some(step.visit.id),
            Self::Papers(step) => Some(step.desk.visit.id),
        }
    }
}

fn welcome(notice: ScanNotice, event: Event, cx: &mut Context<'_>) -> State {
    match event {
        Event::CardInserted => {
            let visit = cx.new_visit();
            State::EnterNumber(EnterNumber::access(visit))
        }
        Event::Scanned(payload) => match identity::qr::Scan::parse(&payload) {
            Ok(scan) => {
                let visit = cx.new_visit();
                route::scanned(visit, scan, cx)
            }
            Err(_) => State::Welcome(ScanNotice::Unreadable),
        },
        Event::Touched(Action::UseEid) => {
            let visit = cx.new_visit();
            route::scan_prompt(visit, Wanted::Eid, cx)
        }
        Event::Touched(Action::UseInsuranceCard) => {
            let visit = cx.new_visit();
            route::scan_prompt(visit, Wanted::InsuranceCard, cx)
        }
        Event::Touched(Action::TypeNumber) => State::EnterNumber(EnterNumber::whole(cx.new_visit())),
        Event::Touched(Action::OpenPapers) if cx.station.settings.papers.desk == PapersDesk::Open => {
            let visit = Visit { purpose: Purpose::Papers, ..cx.new_visit() };
            papers::start(visit, cx)
        }
        Event::Touched(Action::NoCard) => {
            State::OtherWays(OtherWays { visit: cx.new_visit(), notice: WayNotice::Nothing })
        }
        _ => State::Welcome(notice),
    }
}
