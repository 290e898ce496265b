//! The joints between steps: where a code, a chip or a reason leads.

use api::{
    AppointmentView, Assurance, CheckInRequest, CounterReason, DeclaredGround, DepartmentCode, DepartmentView,
    DocumentClaim, EntitlementView, FaceClaim, Hex8, IdentificationReply, IdentificationRequest, Payer, PriorityGround,
};
use emrtd::{AccessKey, CardAccessNumber, DocumentRead};
use identity::qr::Scan;
use identity::{NameComparison, PersonName};
use zeroize::Zeroizing;

use super::papers::{self, Denial};
use super::{
    Asking, AwaitCard, CheckingIn, ChipSource, Choosing, Context, EidWaiting, FaceTry, Identifying, Line, OtherWays,
    PapersDenied, Paying, Purpose, Reading, ScanPrompt, State, Subject, ToCounter, Visit, Wanted, WayNotice,
};
use crate::check_in::{self, CheckIn, ChipProof, Presumed};
use crate::effect::Effect;
use crate::event::Device;
use crate::policy::{LevelPolicy, NumberFrom, Shows, StaffCheck, UnknownSigner};
use crate::settings::EidRoute;

/// What this person may see, and why somebody else looks.
#[derive(Clone)]
pub(crate) struct Known {
    pub assurance: Assurance,
    /// As it may be shown: in full or masked, or not at all.
    pub name: Option<Zeroizing<String>>,
    /// For paper that others may see.
    pub masked_name: Option<Zeroizing<String>>,
    pub entitlement: EntitlementView,
    pub priority: Option<PriorityGround>,
    pub counter: Option<CounterReason>,
    /// Papers that wait for this person, as the server counted them.
    pub papers_waiting: u16,
    /// The next one of today, as far as it may be shown.
    pub appointment: Option<AppointmentView>,
    /// Named by the patient, to be confirmed by staff.
    pub declared: Vec<DeclaredGround>,
    pub chip: ChipSource,
    /// Kept for the sealed envelope where the server has not heard it.
    pub unheard: Option<Box<IdentificationRequest>>,
}

/// Did the patient say yes to the camera? Asked while the chip is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaceConsent {
    Open,
    Agreed,
    Declined,
}

pub(crate) fn scanned(mut visit: Visit, scan: Scan, cx: &mut Context<'_>) -> State {
    match scan {
        Scan::CitizenCard(card) if cx.is_up(Device::Reader) => {
            let key = AccessKey::Can(CardAccessNumber::of(&card.number));
            visit.scanned = Some(card);
            with_key(visit, key, FaceConsent::Open, 0, cx)
        }
        Scan::CitizenCard(card) => {
            let claim = check_in::card_claim(&card);
            visit.scanned = Some(card);
            proceed(visit, CheckIn::number_only(claim), cx)
        }
        Scan::InsuranceCard(card) => proceed(visit, CheckIn::number_only(check_in::insurance_claim(&card)), cx),
        Scan::Opaque(code) => match cx.station.settings.eid {
            EidRoute::Configured => {
                let code = Zeroizing::new(code.as_str().to_owned());
                cx.emit(Effect::VerifyEid { visit: visit.id, code });
                State::EidWaiting(EidWaiting { visit })
            }
            EidRoute::NotConfigured => State::OtherWays(OtherWays { visit, notice: WayNotice::EidNotConfigured }),
        },
    }
}

pub(crate) fn scan_prompt(visit: Visit, wanted: Wanted, cx: &mut Context<'_>) -> State {
    match (wanted, cx.station.settings.eid) {
        _ if !cx.is_up(Device::Scanner) => State::OtherWays(OtherWays { visit, notice: WayNotice::ScannerDown }),
        (Wanted::Eid, EidRoute::NotConfigured) => {
            State::OtherWays(OtherWays { visit, notice: WayNotice::EidNotConfigured })
        }
        (Wanted::Eid | Wanted::InsuranceCard, _) => {
            State::ScanPrompt(ScanPrompt { visit, wanted, notice: super::ScanNotice::Nothing })
        }
    }
}

/// A key is known: read now, or as soon as the card is there.
pub(crate) fn with_key(visit: Visit, key: AccessKey, consent: FaceConsent, trouble: u8, cx: &mut Context<'_>) -> State {
    if cx.card_in() {
        State::Reading(Reading::start(visit, key, consent, trouble, cx))
    } else {
        State::AwaitCard(AwaitCard { visit, key, consent, trouble })
    }
}

/// The chip was read to the end. What does not fit goes to a person; the rest to the camera.
pub(crate) fn document_read(
    visit: Visit,
    read: DocumentRead,
    challenge: Hex8,
    consent: FaceConsent,
    cx: &mut Context<'_>,
) -> State {
    let genuine = match read {
        DocumentRead::Genuine(genuine) => genuine,
        DocumentRead::Verified(verified) => {
            let claim = check_in::unproven_claim(&verified, challenge);
            return to_counter(visit, CounterReason::ChipNotGenuine, claim, FaceClaim::NotAsked, cx);
        }
    };
    let chip = ChipProof::new(genuine, challenge);
    if differs_from_shown(&visit, &chip) {
        return to_counter(visit, CounterReason::NumberMismatch, chip.claim(), FaceClaim::NotAsked, cx);
    }
    let Some(portrait) = chip.portrait() else {
        return to_counter(visit, CounterReason::ChildWithoutPortrait, chip.claim(), FaceClaim::NoPortrait, cx);
    };
    let subject = Subject::Chip { chip: Box::new(chip), portrait };
    ask_for_face(visit, subject, consent, cx)
}

/// The chip wins over what was scanned or typed, and a person looks.
fn differs_from_shown(visit: &Visit, chip: &ChipProof) -> bool {
    let document = chip.document();
    let scanned_number = visit.scanned.as_ref().map(|card| &card.number);
    let other_number = scanned_number.into_iter().chain(&visit.typed).any(|shown| document.citizen_id() != Some(shown));
    let other_name = visit.scanned.as_ref().is_some_and(|card| match card.name.compare(document.name()) {
        NameComparison::Same | NameComparison::SpellingVariant | NameComparison::SameWithoutMarks => false,
        NameComparison::Different => true,
    });
    other_number || other_name
}

pub(crate) fn ask_for_face(visit: Visit, subject: Subject, consent: FaceConsent, cx: &mut Context<'_>) -> State {
    if !cx.is_up(Device::Camera) {
        return to_counter(visit, CounterReason::FaceUnavailable, subject.claim(), FaceClaim::Unavailable, cx);
    }
    match consent {
        FaceConsent::Open => State::Consent(Asking { visit, subject }),
        FaceConsent::Agreed => FaceTry { visit, subject, tries: 0, last_score: None }.start(cx),
        FaceConsent::Declined => {
            to_counter(visit, CounterReason::FaceDeclined, subject.claim(), FaceClaim::Declined, cx)
        }
    }
}

/// The counter route: what was shown goes to the staff, and a number is given all the same.
pub(crate) fn to_counter(
    visit: Visit,
    reason: CounterReason,
    claim: DocumentClaim,
    face: FaceClaim,
    cx: &mut Context<'_>,
) -> State {
    proceed(visit, CheckIn::at_counter(reason, claim, face), cx)
}

/// To a person, with whatever was scanned or typed so far.
pub(crate) fn to_counter_as_is(visit: Visit, reason: CounterReason, cx: &mut Context<'_>) -> State {
    let claim = number_claim(&visit);
    to_counter(visit, reason, claim, FaceClaim::NotAsked, cx)
}

pub(crate) fn number_claim(visit: &Visit) -> DocumentClaim {
    match (&visit.scanned, &visit.typed) {
        (Some(card), _) => check_in::card_claim(card),
        (None, Some(number)) => check_in::typed_claim(number),
        (None, None) => DocumentClaim::Nothing,
    }
}

/// Tells the server who is here, then goes on.
pub(crate) fn proceed(visit: Visit, check_in: CheckIn, cx: &mut Context<'_>) -> State {
    let check_in = check_in.with_consent(visit.consent.clone());
    if visit.purpose == Purpose::Papers && !papers::may_be_verified(&check_in) {
        return PapersDenied::before_identification(visit, check_in);
    }
    match (visit.line, &check_in.identification().document) {
        (Line::Offline, _) => unheard(visit, check_in, cx),
        (Line::Online, DocumentClaim::Nothing) => {
            let reason = check_in.counter().unwrap_or(CounterReason::NoCard);
            let known = Known::nothing(Some(reason));
            go_to_reception(visit, known, Payer::Undecided, reason, cx)
        }
        (Line::Online, _) => Identifying::start(visit, check_in, cx),
    }
}

/// The server judged.
pub(crate) fn identified(visit: Visit, check_in: CheckIn, reply: IdentificationReply, cx: &mut Context<'_>) -> State {
    let level = cx.station.policy.level(reply.assurance);
    let name = reply.person.as_ref().and_then(|person| PersonName::parse(&person.name).ok());
    let counter = check_in.counter().or_else(|| counter_reason(cx, reply.assurance));
    let known = Known {
        assurance: reply.assurance,
        name: shown_name(level, name.as_ref()),
        masked_name: masked_name(level, name.as_ref()),
        entitlement: match level.shows {
            Shows::Nothing => EntitlementView::NotShown,
            Shows::Masked | Shows::Full => reply.entitlement,
        },
        priority: if level.shows == Shows::Nothing { None } else { reply.priority },
        counter,
        papers_waiting: if reply.assurance == Assurance::A { reply.papers_waiting } else { 0 },
        appointment: reply.appointment.filter(|_| level.shows != Shows::Nothing),
        declared: Vec::new(),
        chip: chip_source(&check_in),
        unheard: None,
    };
    after_identification(visit, check_in, level, known, cx)
}

/// Nobody answered: this machine's own judgement stands until the server is back.
pub(crate) fn unheard(mut visit: Visit, check_in: CheckIn, cx: &mut Context<'_>) -> State {
    visit.line = Line::Offline;
    let Presumed { assurance, name } = check_in.presumed().clone();
    let level = cx.station.policy.level(assurance);
    let counter = check_in.counter().or_else(|| counter_reason(cx, assurance));
    let known = Known {
        assurance,
        name: shown_name(level, name.as_ref()),
        masked_name: masked_name(level, name.as_ref()),
        entitlement: match level.shows {
            Shows::Nothing => EntitlementView::NotShown,
            Shows::Masked | Shows::Full => EntitlementView::ToBeConfirmed,
        },
        priority: None,
        counter,
        papers_waiting: 0,
        appointment: None,
        declared: Vec::new(),
        chip: chip_source(&check_in),
        unheard: match check_in.identification().document {
            DocumentClaim::Nothing => None,
            _ => Some(Box::new(check_in.identification().clone())),
        },
    };
    after_identification(visit, check_in, level, known, cx)
}

pub(crate) fn after_identification(
    visit: Visit,
    check_in: CheckIn,
    level: LevelPolicy,
    known: Known,
    cx: &mut Context<'_>,
) -> State {
    if visit.purpose == Purpose::Papers {
        return match (known.assurance, visit.line) {
            (Assurance::A, Line::Online) => papers::Desk::open(visit, known, cx),
            (Assurance::A, Line::Offline) => {
                PapersDenied::identified(visit, Denial::ServerAway, check_in, level, known)
            }
            (Assurance::B | Assurance::C | Assurance::D, _) => {
                PapersDenied::identified(visit, Denial::NotVerified, check_in, level, known)
            }
        };
    }
    let sure_counter = check_in.counter();
    let signer_counter = (known.assurance == Assurance::B
        && cx.station.policy.unknown_signer == UnknownSigner::Counter)
        .then_some(CounterReason::SignerUnknown);
    let level_counter = match level.number {
        NumberFrom::Department => None,
        NumberFrom::Counter => known.counter.or(Some(CounterReason::AskedForPerson)),
    };
    match sure_counter.or(signer_counter).or(level_counter) {
        Some(reason) => go_to_reception(visit, known, Payer::Undecided, reason, cx),
        None => State::Payer(Paying { visit, known }),
    }
}

/// Can the person's chip sign once more?
fn chip_source(check_in: &CheckIn) -> ChipSource {
    match &check_in.identification().document {
        DocumentClaim::Chip(evidence) if evidence.active_authentication.is_some() => ChipSource::Answers,
        DocumentClaim::Eid => ChipSource::EIdentity,
        DocumentClaim::Chip(_)
        | DocumentClaim::CardQr(_)
        | DocumentClaim::InsuranceQr(_)
        | DocumentClaim::Typed(_)
        | DocumentClaim::Nothing => ChipSource::NoKey,
    }
}

/// Why staff look at this level, where the policy wants them to.
fn counter_reason(cx: &Context<'_>, assurance: Assurance) -> Option<CounterReason> {
    let needed = cx.station.policy.level(assurance).staff_check == StaffCheck::Needed;
    needed.then_some(match assurance {
        Assurance::A | Assurance::D => CounterReason::AskedForPerson,
        Assurance::B => CounterReason::SignerUnknown,
        Assurance::C => CounterReason::NumberOnly,
    })
}

/// A number for the reception counter.
pub(crate) fn go_to_reception(
    visit: Visit,
    mut known: Known,
    payer: Payer,
    reason: CounterReason,
    cx: &mut Context<'_>,
) -> State {
    known.counter = Some(reason);
    let Some(reception) = cx.station.reception() else {
        return without_number(visit, cx);
    };
    let (department, declared) = (reception.code.clone(), known.declared.clone());
    let request = CheckInRequest { department, payer, counter: Some(reason), declared };
    CheckingIn::start(visit, known, request, cx)
}

/// Not even a number: a person is called.
pub(crate) fn without_number(visit: Visit, cx: &mut Context<'_>) -> State {
    cx.emit(Effect::Alert { kind: api::AlertKind::Help, visit: Some(visit.id) });
    State::ToCounter(ToCounter { visit: visit.id })
}

pub(crate) fn choose_department(visit: Visit, known: Known, payer: Payer, cx: &mut Context<'_>) -> State {
    if cx.station.choices().any(|department| known.may_choose(department)) {
        // Where somebody waits for this patient is chosen already.
        let booked = known.appointment.as_ref().map(|appointment| &appointment.department);
        let may = |code: &DepartmentCode| cx.station.choices().any(|open| open.code == *code && known.may_choose(open));
        let chosen = booked.filter(|code| may(code)).cloned();
        State::Department(Choosing { visit, known, payer, chosen, notice: super::DepartmentNotice::Nothing })
    } else {
        go_to_reception(visit, known, payer, CounterReason::AskedForPerson, cx)
    }
}

impl Known {
    /// A department that gave all its numbers still takes who comes first by law, and whom it expects.
    pub fn may_choose(&self, department: &DepartmentView) -> bool {
        let booked = self.appointment.as_ref().is_some_and(|booked| booked.department == department.code);
        let first = self.priority.is_some() || !self.declared.is_empty() || booked;
        department.open || (department.full && first)
    }

    pub fn nothing(counter: Option<CounterReason>) -> Self {
        Self {
            assurance: Assurance::D,
            name: None,
            masked_name: None,
            entitlement: EntitlementView::NotShown,
            priority: None,
            counter,
            papers_waiting: 0,
            appointment: None,
            declared: Vec::new(),
            chip: ChipSource::NoKey,
            unheard: None,
        }
    }
}

fn shown_name(level: LevelPolicy, name: Option<&PersonName>) -> Option<Zeroizing<String>> {
    match level.shows {
        Shows::Nothing => None,
        Shows::Masked => name.map(|name| Zeroizing::new(name.masked())),
        Shows::Full => name.map(|name| Zeroizing::new(name.as_str().to_owned())),
    }
}

fn masked_name(level: LevelPolicy, name: Option<&PersonName>) -> Option<Zeroizing<String>> {
    match level.shows {
        Shows::Nothing => None,
        Shows::Masked | Shows::Full => name.map(|name| Zeroizing::new(name.masked())),
    }
}
