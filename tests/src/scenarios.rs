//! The scenarios of `./run demo` and `./run test`: the same list, the same assertions.

use std::sync::Arc;
use std::time::Duration;

use crate::line::LineState;
use api::{AlertKind, Assurance, CounterReason, DeclaredGround, DepartmentCode};
use emrtd::sim::SimulatedCard;
use server::clock::HO_CHI_MINH;
use server::store::{DeskState, EntitlementState, VisitRow};
use session::screen::{Action, Screen};
use station::sim::CardKind;
use time::OffsetDateTime;
use time::macros::time;

use crate::certificates::{self, CertificateReport, Office};
use crate::deck::{Deck, Photographs};
use crate::driver;
use crate::patient::{Patient, words_of};
use crate::people;
use crate::report::{Bytes, FaceReport, ScenarioReport, ScreenReport};
use crate::stage::{Place, Props, Stage, StoryError};

/// One story: what happens, and what must have come of it.
pub struct Scenario {
    pub name: &'static str,
    place: Place,
    play: Play,
}

type Play = fn(&mut Stage, &Photographs) -> Result<Expected, StoryError>;

/// What a scenario ends with, checked against what the server recorded.
struct Expected {
    outcome: &'static str,
    assurance: Option<Assurance>,
    access: Option<&'static str>,
    passive_authentication: Option<&'static str>,
    chip_authenticity: Option<&'static str>,
    face: Option<&'static str>,
    certificates: Vec<CertificateReport>,
    /// Sentences that say what was not as it should be.
    differences: Vec<String>,
}

pub const ALL: [Scenario; 25] = [
    Scenario::in_hall("genuine-patient", genuine),
    Scenario::in_hall("unknown-signer", unknown_signer),
    Scenario::in_hall("signer-pinned", signer_pinned),
    Scenario::in_hall("vneid", vneid),
    Scenario::in_hall("someone-elses-card", someone_elses_card),
    Scenario::in_hall("cloned-chip", cloned_chip),
    Scenario::in_hall("forged-chip", forged_chip),
    Scenario::in_hall("altered-dg1", altered_dg1),
    Scenario::in_hall("card-pulled-in-dg2", card_pulled),
    Scenario::in_hall("bac-only-chip", bac_only),
    Scenario::in_hall("gateway-down", gateway_down),
    Scenario::in_hall("answer-lost", answer_lost),
    Scenario::in_hall("server-down", server_down),
    Scenario::in_hall("out-of-paper", out_of_paper),
    Scenario::in_hall("card-qr-only", card_qr_only),
    Scenario::in_hall("child-without-portrait", child),
    Scenario::in_hall("help-and-emergency", help_and_emergency),
    Scenario::in_hall("appointment-and-priority", appointment_and_priority),
    Scenario::in_hall("birth-twins", twins),
    Scenario::in_hall("driver-health", driver_health),
    Scenario { name: "death-notice-read-apart", place: Place::Apart, play: death_notice },
    Scenario::in_hall("death-notice-nobody-came", |stage, _| paperwork(stage, certificates::nobody_came)),
    Scenario::in_hall("births-gateway-outage", |stage, _| paperwork(stage, certificates::gateway_outage)),
    Scenario::in_hall("birth-refused-reissued", |stage, _| paperwork(stage, certificates::refused_and_reissued)),
    Scenario::in_hall("death-outcome-unknown", |stage, _| paperwork(stage, certificates::outcome_unknown)),
];

/// What a played scenario leaves: the report, and what was seen and printed.
pub struct Played {
    pub report: ScenarioReport,
    pub screens: Vec<Screen>,
    pub tickets: Vec<printer::Raster>,
}

impl Scenario {
    const fn in_hall(name: &'static str, play: Play) -> Self {
        Self { name, place: Place::Hall, play }
    }

    /// Sets a hospital of its own, plays, and compares.
    pub fn run(&self, props: &Props, deck: &Arc<Deck>) -> Played {
        let mut report = ScenarioReport { name: self.name.to_owned(), ..ScenarioReport::default() };
        let mut stage = match Stage::set(props, Arc::clone(deck), self.place) {
            Ok(stage) => stage,
            Err(error) => {
                report.outcome = "not set up".to_owned();
                report.differences.push(error.to_string());
                return Played { report, screens: Vec::new(), tickets: Vec::new() };
            }
        };
        match (self.play)(&mut stage, &props.photographs) {
            Ok(expected) => fill(&mut report, &mut stage, expected),
            Err(error) => {
                note_record(&mut report, &stage);
                report.outcome = "broke off".to_owned();
                report.differences.push(error.to_string());
            }
        }
        let crossed = stage.crossed();
        report.bytes = Bytes {
            ccid_to_reader: crossed.ccid_to_reader,
            ccid_from_reader: crossed.ccid_from_reader,
            escpos: crossed.escpos,
            camera_frames: crossed.camera_frames,
            scanner: crossed.scanner,
        };
        report.machine_time_ms.clone_from(&stage.times_ms);
        report.screens =
            stage.seen.iter().map(|screen| ScreenReport { name: screen.name.to_owned(), png: None }).collect();
        Played { report, screens: stage.seen.clone(), tickets: stage.bench.tapes() }
    }
}

/// Of the reception's numbers, in the hospital of the scenarios.
const RECEPTION_PREFIX: char = 'Q';

fn department() -> DepartmentCode {
    DepartmentCode::parse("K01").expect("a code")
}

/// A father reads and confirms the papers of his twins.
fn twins(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    read_at_the_kiosk(stage, photographs, certificates::twins)
}

/// From the questionnaire to the gateway's receipt.
fn driver_health(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    // A number for the examination is given too.
    Ok(Expected { outcome: "served", ..read_at_the_kiosk(stage, photographs, driver::from_questions_to_receipt)? })
}

/// A relative reads the notice where nobody looks on.
fn death_notice(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    read_at_the_kiosk(stage, photographs, certificates::read_apart)
}

fn read_at_the_kiosk(
    stage: &mut Stage,
    photographs: &Photographs,
    story: fn(&mut Office<'_>, SimulatedCard) -> Result<(), StoryError>,
) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    let card = stage.deck.card(CardKind::Genuine)?;
    let mut office = Office::of(stage);
    story(&mut office, card)?;
    let settled = settled(office)?;
    Ok(Expected {
        outcome: settled.outcome,
        certificates: settled.certificates,
        differences: settled.differences,
        ..level(Assurance::A)
    })
}

fn paperwork(stage: &mut Stage, story: fn(&mut Office<'_>) -> Result<(), StoryError>) -> Result<Expected, StoryError> {
    let mut office = Office::of(stage);
    story(&mut office)?;
    settled(office)
}

/// Every certificate of a story must end with its receipt, once at the gateway, or replaced by a later issue.
fn settled(mut office: Office<'_>) -> Result<Expected, StoryError> {
    let certificates = office.report()?;
    let mut differences = office.differences;
    for paper in &certificates {
        let settled = matches!((paper.state, paper.at_gateway), ("accepted", 1) | ("replaced", _));
        if !settled {
            differences.push(format!("{} is {}, {} at the gateway", paper.kind, paper.state, paper.at_gateway));
        }
    }
    Ok(Expected {
        outcome: "certificates settled",
        assurance: None,
        access: None,
        passive_authentication: None,
        chip_authenticity: None,
        face: None,
        certificates,
        differences,
    })
}

/// Says yes, pays by insurance, goes to general medicine.
fn willing() -> Patient {
    Patient::who_wants([
        Action::AgreeToFace,
        Action::RetryFace,
        Action::PayByInsurance,
        Action::ChooseDepartment(department()),
        Action::TakeNumber,
        Action::Done,
    ])
}

/// The same, and goes on after typing.
fn willing_with(first: Action) -> Patient {
    Patient::who_wants([
        first,
        Action::AgreeToFace,
        Action::RetryFace,
        Action::PayByInsurance,
        Action::ChooseDepartment(department()),
        Action::TakeNumber,
        Action::Done,
    ])
}

fn level(assurance: Assurance) -> Expected {
    Expected {
        outcome: "served",
        assurance: Some(assurance),
        access: Some("pace"),
        passive_authentication: Some("trusted"),
        chip_authenticity: Some("genuine"),
        face: Some("match"),
        certificates: Vec::new(),
        differences: Vec::new(),
    }
}

fn at_counter() -> Expected {
    Expected {
        outcome: "counter",
        assurance: None,
        access: None,
        passive_authentication: None,
        chip_authenticity: None,
        face: None,
        certificates: Vec::new(),
        differences: Vec::new(),
    }
}

/// Scans the printed code, then the card is asked for and put in.
fn arrive(stage: &mut Stage, kind: CardKind) -> Result<(), StoryError> {
    let card = stage.deck.card(kind)?;
    stage.hold(card);
    stage.show_code(&people::MAU.card_qr())
}

fn genuine(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::Genuine)?;
    stage.play_to_the_end(&mut willing())?;
    Ok(level(Assurance::A))
}

fn unknown_signer(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::UnknownSigner)?;
    stage.play_to_the_end(&mut willing())?;
    let mut expected = Expected { passive_authentication: Some("unknown"), ..level(Assurance::B) };
    if stage.seen.iter().any(|screen| words_of(screen).contains(people::MAU.card)) {
        expected.differences.push("level B shows the insurance card in full".to_owned());
    }
    Ok(expected)
}

/// Level B first; staff compare the holder with the card, the hospital pins the signer; then level A.
fn signer_pinned(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::UnknownSigner)?;
    // Asks a person, so that one compares.
    let mut asking = Patient::who_wants([Action::AgreeToFace, Action::RetryFace, Action::Done]);
    stage.play(&mut asking, "the question who pays", |stage| stage.screen().name == "payer")?;
    stage.touch(Action::GoToCounter);
    stage.play_to_the_end(&mut willing())?;
    let visit = stage.last_visit().ok_or(StoryError::NotReached { what: "a visit", screen: "welcome" })?;
    stage.hospital.staff_presses(visit, &["call", "check"])?;
    let signer = stage.deck.unknown_signer();
    stage.hospital.pin_signer(&signer)?;
    stage.station.refresh();
    stage.until("the pinned signers", |stage| {
        let known = stage.station.server();
        known
            .is_some_and(|known| known.configuration.pinned_signers.iter().any(|pinned| pinned.0 == *signer.as_bytes()))
    })?;

    arrive(stage, CardKind::UnknownSigner)?;
    stage.play_to_the_end(&mut willing())?;
    Ok(Expected { passive_authentication: Some("pinned"), ..level(Assurance::A) })
}

fn vneid(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    stage.until("VNeID offered", |stage| crate::patient::offered(&stage.screen()).contains(&Action::UseEid))?;
    stage.touch(Action::UseEid);
    let code = stage.hospital.eid_code(people::MAU.number);
    stage.show_code(&code)?;
    stage.play_to_the_end(&mut willing())?;
    Ok(Expected { access: None, passive_authentication: None, chip_authenticity: None, ..level(Assurance::A) })
}

/// Another person before the camera: a number for the counter, and a person there finishes the check.
fn someone_elses_card(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.b)?);
    arrive(stage, CardKind::Genuine)?;
    stage.play_to_the_end(&mut willing())?;
    let visit = stage.last_visit().ok_or(StoryError::NotReached { what: "a visit", screen: "welcome" })?;
    let list = stage.hospital.staff_presses(visit, &["call", "not_this_person"])?;
    let mut expected = Expected { face: Some("no match"), access: Some("pace"), ..at_counter() };
    expected.passive_authentication = Some("trusted");
    expected.chip_authenticity = Some("genuine");
    match stage.hospital.visit(visit)? {
        Some(row) if row.desk == DeskState::NotThisPerson => {}
        _ => expected.differences.push("the counter's decision is not in the record".to_owned()),
    }
    if list.contains(people::MAU.number) {
        expected.differences.push("the staff list shows the whole personal number".to_owned());
    }
    Ok(expected)
}

fn cloned_chip(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::Clone)?;
    stage.play_to_the_end(&mut willing())?;
    Ok(Expected { chip_authenticity: Some("not genuine"), ..at_counter() })
}

/// A forger's own keys, the victim's number, the forger's face: never above B, never called genuine.
fn forged_chip(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.b)?);
    arrive(stage, CardKind::Forged)?;
    stage.play_to_the_end(&mut willing())?;
    let mut expected = Expected { passive_authentication: Some("unknown"), ..level(Assurance::B) };
    for screen in &stage.seen {
        let words = words_of(screen);
        if words.contains(people::MAU.card) {
            expected.differences.push(format!("{} shows the victim's insurance card", screen.name));
        }
    }
    Ok(expected)
}

fn altered_dg1(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::AlteredDg1)?;
    stage.play_to_the_end(&mut willing())?;
    Ok(Expected { passive_authentication: Some("altered"), ..at_counter() })
}

fn card_pulled(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    stage.touch(Action::ToggleLanguage);
    arrive(stage, CardKind::PulledInDg2)?;
    stage.play_to_the_end(&mut willing())?;
    let mut expected = level(Assurance::A);
    if !stage.seen.iter().any(|screen| screen.name == "insert_again") {
        expected.differences.push("the card was never asked for again".to_owned());
    }
    Ok(expected)
}

/// No PACE: the six digits do not open it; birth date and expiry as printed do, and the record says BAC.
fn bac_only(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::BacOnly)?;
    // What the scanned code does not hold is asked; whatever is asked is typed as printed.
    let mut patient = willing_with(Action::Continue)
        .typing_on("mrz_number", "031085000017")
        .typing_on("mrz_birth", "15011985")
        .typing_on("mrz_expiry", "15012045");
    stage.play_to_the_end(&mut patient)?;
    Ok(Expected { access: Some("bac"), ..level(Assurance::A) })
}

/// The insurance gateway is silent: the visit stands, and is confirmed when it is back.
fn gateway_down(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    stage.hospital.stop_gateway();
    arrive(stage, CardKind::Genuine)?;
    stage.play_to_the_end(&mut willing())?;
    let mut expected = level(Assurance::A);
    let visit = stage.last_visit().ok_or(StoryError::NotReached { what: "a visit", screen: "welcome" })?;
    if entitlement(stage, visit)? != Some(EntitlementState::ToBeConfirmed) {
        expected.differences.push("the entitlement does not wait for the gateway".to_owned());
    }
    stage.hospital.start_gateway()?;
    stage.hospital.let_the_worker_catch_up(Duration::from_secs(90))?;
    if entitlement(stage, visit)? != Some(EntitlementState::Answered) {
        expected.differences.push("the entitlement was not confirmed when the gateway came back".to_owned());
    }
    Ok(expected)
}

/// The server committed, the answer was lost: the kiosk asks again and gets the same ticket.
fn answer_lost(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::Genuine)?;
    let mut patient = willing();
    stage.play(&mut patient, "the choice of a department", |stage| stage.screen().name == "department")?;
    let lost_before = stage.hospital.answers_lost();
    stage.touch(Action::ChooseDepartment(department()));
    stage.hospital.set_line(LineState::LosesAnswers(1));
    stage.play_to_the_end(&mut patient)?;
    let mut expected = level(Assurance::A);
    if stage.hospital.answers_lost() == lost_before {
        expected.differences.push("no answer was lost".to_owned());
    }
    if stage.hospital.tickets_given()? != 1 {
        expected.differences.push("one visit has more than one ticket".to_owned());
    }
    Ok(expected)
}

/// No server: a number of the block; when it is back, the number on paper wins.
fn server_down(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    stage.hospital.kill_server();
    arrive(stage, CardKind::Genuine)?;
    stage.play_to_the_end(&mut willing())?;
    stage.hospital.start_server()?;
    stage.station.refresh();
    let visit = stage.last_visit().ok_or(StoryError::NotReached { what: "a visit", screen: "welcome" })?;
    let on_paper = stage.numbers.last().cloned();
    stage.until("the number on paper in the server's record", |stage| {
        stage.hospital.ticket_of(visit).is_ok_and(|number| number.is_some() && number == on_paper)
    })?;
    Ok(level(Assurance::A))
}

fn out_of_paper(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    stage.touch(Action::ToggleTextSize);
    stage.bench.empty_paper();
    arrive(stage, CardKind::Genuine)?;
    // Stays until the screen says that nothing will come out.
    let mut waiting = willing().leaving_out(&Action::Done);
    stage.play(&mut waiting, "the offer to print again", |stage| {
        crate::patient::offered(&stage.screen()).contains(&Action::RetryPrint)
    })?;
    stage.play(&mut willing(), "the way back to Welcome", |stage| stage.screen().name == "welcome")?;
    let mut expected = level(Assurance::A);
    if !stage.bench.tapes().is_empty() {
        expected.differences.push("a ticket came out of an empty printer".to_owned());
    }
    Ok(expected)
}

/// Level C: a number anybody can copy. Nothing that is known about it is shown.
fn card_qr_only(stage: &mut Stage, _: &Photographs) -> Result<Expected, StoryError> {
    stage.show_code(&people::MAU.card_qr())?;
    let mut patient = Patient::who_wants([
        Action::NoCard,
        Action::PayByInsurance,
        Action::ChooseDepartment(department()),
        Action::TakeNumber,
        Action::Done,
    ]);
    stage.play_to_the_end(&mut patient)?;
    let mut expected = Expected {
        outcome: "served",
        assurance: Some(Assurance::C),
        access: None,
        passive_authentication: None,
        chip_authenticity: None,
        face: None,
        certificates: Vec::new(),
        differences: Vec::new(),
    };
    for screen in &stage.seen {
        let words = words_of(screen);
        if words.contains(people::MAU.card) || words.contains(people::MAU.name) {
            expected.differences.push(format!("{} shows what is known about the number", screen.name));
        }
    }
    Ok(expected)
}

fn child(stage: &mut Stage, _: &Photographs) -> Result<Expected, StoryError> {
    let card = stage.deck.card(CardKind::Child)?;
    stage.insert(card);
    stage.play_to_the_end(&mut willing_with(Action::Continue).typing_on("access_number", "000041"))?;
    Ok(Expected {
        access: Some("pace"),
        passive_authentication: Some("trusted"),
        chip_authenticity: Some("genuine"),
        ..at_counter()
    })
}

/// Both ring at the staff page; neither gives a number.
fn help_and_emergency(stage: &mut Stage, _: &Photographs) -> Result<Expected, StoryError> {
    let mut differences = Vec::new();
    for (action, kind) in [(Action::Help, AlertKind::Help), (Action::Emergency, AlertKind::Emergency)] {
        stage.touch(action);
        stage.until("the call at the staff page", |stage| {
            stage.hospital.open_calls().is_ok_and(|calls| calls.contains(&kind))
        })?;
        if stage.screen().dialog.is_none() {
            differences.push(format!("{kind:?} shows no dialog"));
        }
        stage.touch(Action::CloseDialog);
    }
    if !stage.numbers.is_empty() {
        differences.push("a call for help was given a number".to_owned());
    }
    Ok(Expected {
        outcome: "staff called",
        assurance: None,
        access: None,
        passive_authentication: None,
        chip_authenticity: None,
        face: None,
        certificates: Vec::new(),
        differences,
    })
}

/// Booked by the hospital's system, so the department is chosen already; names a disability at the kiosk, and it counts
/// when the counter says so.
fn appointment_and_priority(stage: &mut Stage, photographs: &Photographs) -> Result<Expected, StoryError> {
    stage.hospital.book(&people::MAU, "K01", "101", today_still_to_come())?;
    stage.stand_before_camera(&photographs.live(&photographs.a)?);
    arrive(stage, CardKind::Genuine)?;
    let mut patient = Patient::who_wants([Action::AgreeToFace, Action::RetryFace, Action::PayByInsurance]);
    stage.play(&mut patient, "the choice of a department", |stage| stage.screen().name == "department")?;
    let mut expected = level(Assurance::A);
    if !crate::patient::offered(&stage.screen()).contains(&Action::TakeNumber) {
        expected.differences.push("the department of the appointment is not chosen already".to_owned());
    }
    stage.touch(Action::OpenPriority);
    stage.touch(Action::Declare(DeclaredGround::SevereDisability));
    stage.touch(Action::Continue);
    stage.play_to_the_end(&mut Patient::who_wants([Action::TakeNumber, Action::Done]))?;
    let visit = stage.last_visit().ok_or(StoryError::NotReached { what: "a visit", screen: "welcome" })?;
    let visit = visit.to_string();
    let ground = [("visit", visit.as_str()), ("ground", "severe_disability")];
    let asked = stage.hospital.counter_presses("K01/101", "ground", &ground)?;
    let settled = stage.hospital.counter_presses("K01/101", "open", &[])?;
    if !asked.contains("Khuyết tật nặng?") {
        expected.differences.push("the counter does not see what was declared".to_owned());
    }
    if settled.contains("Khuyết tật nặng?") || !settled.contains(">Khuyết tật nặng</span>") {
        expected.differences.push("the counter does not see that the ground is confirmed".to_owned());
    }
    Ok(expected)
}

/// In half an hour, or at the end of the day.
fn today_still_to_come() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc().to_offset(HO_CHI_MINH);
    let later = now + Duration::from_secs(1800);
    if later.date() == now.date() { later } else { now.replace_time(time!(23:59)) }
}

fn entitlement(stage: &Stage, visit: api::VisitId) -> Result<Option<EntitlementState>, StoryError> {
    Ok(stage.hospital.visit(visit)?.map(|row| row.entitlement_state))
}

/// What the server recorded of the last visit.
fn note_record(report: &mut ScenarioReport, stage: &Stage) -> Option<VisitRow> {
    report.ticket = stage.numbers.last().cloned();
    let recorded = stage.last_visit().and_then(|visit| stage.hospital.recorded(visit).ok().flatten());
    let row: Option<VisitRow> = stage.last_visit().and_then(|visit| stage.hospital.visit(visit).ok().flatten());
    report.assurance = row.as_ref().map(|row| format!("{:?}", row.assurance));
    report.entitlement = row.as_ref().map(|row| row.entitlement_state.code().to_owned());
    if let Some(recorded) = recorded {
        report.access = recorded.access;
        report.passive_authentication = recorded.signer_trust;
        report.chip_authenticity = recorded.authenticity;
        report.face = recorded.face.map(|decision| FaceReport { score: recorded.face_score, decision });
    }
    row
}

/// Writes what was found beside what was expected.
fn fill(report: &mut ScenarioReport, stage: &mut Stage, expected: Expected) {
    report.differences = expected.differences;
    report.certificates = expected.certificates;
    report.outcome = expected.outcome.to_owned();
    let row = note_record(report, stage);
    // What a chip failed at the kiosk is no evidence the server could repeat: it stands there as the counter's reason.
    match row.as_ref().and_then(|row| row.counter_reason) {
        Some(CounterReason::ChipNotGenuine) => report.chip_authenticity = Some("not genuine".to_owned()),
        Some(CounterReason::DocumentAltered) => report.passive_authentication = Some("altered".to_owned()),
        Some(_) | None => {}
    }
    // A department's number may still ask staff for a look; only the counter's own number sends the patient there.
    let counter = report.ticket.as_ref().is_some_and(|number| number.starts_with(RECEPTION_PREFIX));
    let outcome = match (&report.ticket, counter) {
        (None, _) if !report.certificates.is_empty() => "certificates settled",
        (None, _) => "staff called",
        (Some(_), true) => "counter",
        (Some(_), false) => "served",
    };
    let text = |level: Option<Assurance>| level.map(|level| format!("{level:?}"));
    let mut compare = |what: &str, expected: Option<&str>, found: Option<&str>| {
        if expected != found {
            report.differences.push(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    };
    compare("outcome", Some(expected.outcome), Some(outcome));
    match (expected.assurance, row.as_ref().map(|row| row.assurance)) {
        // A person decides: nothing better than a number is known.
        (None, Some(Assurance::C | Assurance::D) | None) => {}
        (expected, found) => compare("assurance", text(expected).as_deref(), text(found).as_deref()),
    }
    if let Some(access) = expected.access {
        compare("access", Some(access), report.access.clone().as_deref());
    }
    if let Some(face) = expected.face {
        let found = report.face.as_ref().map(|face| face.decision.clone());
        compare("face", Some(face), found.as_deref());
    }
    compare(
        "passive authentication",
        expected.passive_authentication,
        report.passive_authentication.clone().as_deref(),
    );
    compare("chip authenticity", expected.chip_authenticity, report.chip_authenticity.clone().as_deref());
}
