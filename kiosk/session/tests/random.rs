//! Whatever happens, in whatever order: no panic, a way out, no thanks with the card in, no second paper, and after
//! enough silence nothing of the patient is left.

mod patient;

use api::papers::CorrectableField;
use api::{Assurance, DeclaredGround, DepartmentCode, EntitlementView, ProblemCode};
use patient::{CARD_QR, Chip, OTHER_QR, Patient, SCREENS, valid};
use proptest::prelude::*;
use session::screen::{Action, ToneMark};
use session::{
    AlertOutcome, ChallengeOrigin, ChipFailure, Device, DeviceStatus, Event, OfflineFailure, PrintFailure,
    ServerFailure,
};

#[derive(Debug, Clone)]
enum Happening {
    /// One of the keys or tiles on the screen.
    Key(usize),
    Any(Action),
    CardIn,
    CardOut,
    Scan(usize),
    Rubbish(Vec<u8>),
    Challenge(ChallengeOrigin),
    Chip(usize),
    ChipFailed(ChipFailure),
    RightFace,
    WrongFace,
    FaceGone,
    Identified(Assurance, bool),
    ServerFailed(usize, ServerFailure),
    CheckedIn,
    Offline(Option<OfflineFailure>),
    Printed,
    PrintFailed(PrintFailure),
    Answered(AlertOutcome),
    Device(Device, DeviceStatus),
    Departments(bool),
    PapersAnswered,
    PapersFailed(ServerFailure),
    ChipSigned,
    Wait(u64),
}

fn actions() -> Vec<Action> {
    let code = |text| DepartmentCode::parse(text).expect("valid");
    vec![
        Action::ToggleLanguage,
        Action::ToggleTextSize,
        Action::Help,
        Action::Emergency,
        Action::CloseDialog,
        Action::StillHere,
        Action::Back,
        Action::Cancel,
        Action::Continue,
        Action::UseEid,
        Action::UseInsuranceCard,
        Action::TypeNumber,
        Action::NoCard,
        Action::Digit(0),
        Action::Digit(255),
        Action::Erase,
        Action::NoExpiry,
        Action::AgreeToFace,
        Action::DeclineFace,
        Action::RetryFace,
        Action::GoToCounter,
        Action::PayByInsurance,
        Action::PayMyself,
        Action::ChooseDepartment(code("K01")),
        Action::ChooseDepartment(code("K99")),
        Action::UnknownDepartment,
        Action::OpenPriority,
        Action::Declare(DeclaredGround::Pregnant),
        Action::Declare(DeclaredGround::UnderSix),
        Action::TakeNumber,
        Action::RetryPrint,
        Action::Done,
        Action::OpenPapers,
        Action::OpenPaper(patient::papers::FIRST_TWIN),
        Action::OpenPaper(patient::papers::DRIVER),
        Action::OpenPaper(patient::papers::DEATH),
        Action::OpenQuestionnaire,
        Action::NextPage,
        Action::PreviousPage,
        Action::CorrectField(CorrectableField::IntendedName),
        Action::CorrectField(CorrectableField::Address),
        Action::Letter('ư'),
        Action::Letter('\u{301}'),
        Action::Tone(ToneMark::Nang),
        Action::Shift,
        Action::Confirm,
        Action::Share,
        Action::DoNotShare,
        Action::WithoutChip,
        Action::Retry,
        Action::PrintPaper,
        Action::AnswerYes,
        Action::AnswerNo,
        Action::Choose(patient::papers::code("b")),
        Action::Choose(patient::papers::code("heart")),
        Action::ChangeAnswer(patient::papers::code("heart")),
        Action::Later,
        Action::TakeNumberInstead,
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    let failure = prop_oneof![
        Just(ServerFailure::Away),
        Just(ServerFailure::NoAnswer),
        prop::sample::select(vec![
            ProblemCode::PaperChanged,
            ProblemCode::PaperNotWaiting,
            ProblemCode::PapersNotPermitted,
            ProblemCode::CorrectionRefused,
            ProblemCode::EvidenceRefused,
            ProblemCode::ChallengeExpired,
            ProblemCode::DepartmentClosed,
            ProblemCode::VisitConflict,
            ProblemCode::EidRefused,
            ProblemCode::Internal,
        ])
        .prop_map(ServerFailure::Refused),
    ]
    .boxed();
    let up_or_down = prop::sample::select(vec![DeviceStatus::Up, DeviceStatus::Up, DeviceStatus::Down]);
    prop_oneof![
        12 => (0..20_usize).prop_map(H::Key),
        4 => prop::sample::select(actions()).prop_map(H::Any),
        3 => Just(H::CardIn),
        2 => Just(H::CardOut),
        2 => (0..4_usize).prop_map(H::Scan),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(H::Rubbish),
        4 => prop::sample::select(vec![ChallengeOrigin::Server, ChallengeOrigin::Block, ChallengeOrigin::Kiosk])
            .prop_map(H::Challenge),
        3 => (0..4_usize).prop_map(H::Chip),
        2 => prop::sample::select(vec![
            ChipFailure::CardRemoved, ChipFailure::WrongAccessNumber, ChipFailure::NeedsMrzKey, ChipFailure::NotGenuine,
            ChipFailure::Altered, ChipFailure::Unreadable, ChipFailure::ReaderGone,
        ]).prop_map(H::ChipFailed),
        3 => Just(H::RightFace),
        2 => Just(H::WrongFace),
        1 => Just(H::FaceGone),
        4 => (prop::sample::select(vec![Assurance::A, Assurance::B, Assurance::C, Assurance::D]), any::<bool>())
            .prop_map(|(assurance, shown)| H::Identified(assurance, shown)),
        8 => Just(H::PapersAnswered),
        2 => failure.clone().prop_map(H::PapersFailed),
        3 => Just(H::ChipSigned),
        2 => (0..3_usize, failure).prop_map(|(which, failure)| H::ServerFailed(which, failure)),
        4 => Just(H::CheckedIn),
        2 => prop::sample::select(vec![None, Some(OfflineFailure::NoNumbers), Some(OfflineFailure::NotStored)])
            .prop_map(H::Offline),
        2 => Just(H::Printed),
        1 => prop::sample::select(vec![PrintFailure::PaperOut, PrintFailure::CoverOpen, PrintFailure::PrinterGone])
            .prop_map(H::PrintFailed),
        1 => prop::sample::select(vec![AlertOutcome::Heard, AlertOutcome::NotHeard]).prop_map(H::Answered),
        1 => (prop::sample::select(vec![Device::Reader, Device::Camera, Device::Printer, Device::Scanner]), up_or_down)
            .prop_map(|(device, status)| H::Device(device, status)),
        1 => any::<bool>().prop_map(H::Departments),
        2 => prop::sample::select(vec![100, 2_500, 5_000, 25_000, 45_000, 130_000, 200_000]).prop_map(H::Wait),
    ]
}

fn happen(patient: &mut Patient, happening: Happening) {
    match happening {
        Happening::Key(index) => {
            let focus = patient.screen().focus;
            patient.touch(focus[index % focus.len()].clone());
        }
        Happening::Any(action) => {
            patient.touch(action);
        }
        Happening::CardIn if !patient.card_in => {
            patient.event(Event::CardInserted);
        }
        Happening::CardOut if patient.card_in => {
            patient.event(Event::CardRemoved);
        }
        Happening::CardIn | Happening::CardOut => {}
        Happening::Scan(index) => {
            patient.scan([CARD_QR, OTHER_QR, "GD4310000000017|5472616e|1992|2|x|31 - 999", "opaque.code"][index]);
        }
        Happening::Rubbish(bytes) => {
            patient.event(Event::Scanned(zeroize::Zeroizing::new(bytes)));
        }
        Happening::Challenge(origin) if patient.reading.is_some() => {
            patient.challenge(origin);
        }
        Happening::Chip(index) if patient.name() == "chip" => {
            patient.chip([Chip::Genuine, Chip::SignedByAnyone, Chip::Child, Chip::WithoutKey][index]);
        }
        Happening::ChipFailed(failure) if patient.reading.is_some() => {
            patient.chip_failed(failure);
        }
        Happening::RightFace if patient.name() == "face" => {
            patient.right_face();
        }
        Happening::WrongFace if patient.face.is_some() => {
            patient.wrong_face();
        }
        Happening::FaceGone => {
            if let Some(face) = patient.face {
                patient.event(Event::FaceUnavailable(face));
            }
        }
        Happening::Challenge(_)
        | Happening::Chip(_)
        | Happening::ChipFailed(_)
        | Happening::RightFace
        | Happening::WrongFace => {}
        Happening::Identified(assurance, shown) => {
            patient.identified(assurance, if shown { valid() } else { EntitlementView::NotShown });
        }
        Happening::ServerFailed(which, failure) => {
            patient.event(match which {
                0 => Event::Identified(Err(failure)),
                1 => Event::CheckedIn(Err(failure)),
                _ => Event::EidAnswer(Err(failure)),
            });
        }
        Happening::CheckedIn => {
            if patient.name() == "checking_in" || patient.name() == "ticket" {
                patient.checked_in();
            }
        }
        Happening::Offline(None) => {
            patient.offline_number();
        }
        Happening::Offline(Some(failure)) => {
            patient.event(Event::OfflineNumber(Err(failure)));
        }
        Happening::Printed => {
            patient.event(Event::Printed);
        }
        Happening::PrintFailed(failure) => {
            patient.event(Event::PrintFailed(failure));
        }
        Happening::Answered(outcome) => {
            patient.event(Event::AlertAnswered(outcome));
        }
        Happening::Device(device, status) => {
            patient.event(Event::DeviceStatus(device, status));
        }
        Happening::Departments(some) => {
            patient.event(Event::Departments(if some { patient::departments() } else { vec![] }));
        }
        Happening::PapersAnswered => {
            patient.answer_papers();
        }
        Happening::PapersFailed(failure) if patient.ask.is_some() => {
            patient.fails(failure);
        }
        Happening::ChipSigned if patient.reading.is_some() => {
            patient.chip_signs();
        }
        Happening::PapersFailed(_) | Happening::ChipSigned => {}
        Happening::Wait(ms) => {
            patient.wait(ms);
        }
    }
}

fn silence(patient: &mut Patient) {
    for _ in 0..600 {
        let Some(deadline) = patient.session.next_deadline() else { break };
        patient.now = patient.now.max(deadline);
        patient.event(Event::Tick);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn from_any_screen_anything_may_happen_and_nothing_stays_behind(
        start in prop::sample::select(SCREENS.to_vec()),
        happenings in prop::collection::vec(happening(), 0..60),
        leave in any::<bool>(),
    ) {
        let mut patient = Patient::at(start);
        for happening in happenings {
            happen(&mut patient, happening);
        }
        if leave {
            // The way out of wherever this is.
            patient.touch(Action::Cancel);
            prop_assert!(["welcome", "take_card", "thanks"].contains(&patient.name()), "{}", patient.name());
        }
        silence(&mut patient);
        if patient.card_in {
            prop_assert_eq!(patient.name(), "take_card");
            patient.event(Event::CardRemoved);
            silence(&mut patient);
        }
        prop_assert_eq!(patient.name(), "welcome");
        prop_assert_eq!(patient.session.visit(), None);
        patient.event(Event::Departments(patient::departments()));
        for device in [Device::Reader, Device::Camera, Device::Printer, Device::Scanner] {
            patient.event(Event::DeviceStatus(device, DeviceStatus::Up));
        }
        prop_assert_eq!(patient.screen(), Patient::new().screen());
    }
}
