//! The patient's words: Fluent catalogues in Vietnamese and English, and the one place where a failure becomes a sentence.
//!
//! Library errors speak to engineers; nothing of them reaches a screen. Each match here is exhaustive, so that a new
//! failure cannot appear without its sentence.

use std::sync::OnceLock;

use api::CounterReason;
use api::papers::{PaperKind, PaperState};
use face::QualityHint;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use time::OffsetDateTime;
use time::macros::{format_description, offset};
use unic_langid::langid;

use crate::event::PrintFailure;
use crate::phrase::Phrase;
use crate::screen::Language;
use crate::settings::PapersSettings;
use crate::state::papers::{Confirmed, TroubleKind};
use crate::state::{Given, WayNotice};

const VIETNAMESE: &str = include_str!("../../../assets/text/vi.ftl");
const ENGLISH: &str = include_str!("../../../assets/text/en.ftl");

/// One language's catalogue.
pub(crate) struct Words {
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    pub fn of(language: Language) -> &'static Self {
        static VI: OnceLock<Words> = OnceLock::new();
        static EN: OnceLock<Words> = OnceLock::new();
        match language {
            Language::Vietnamese => VI.get_or_init(|| Self::read(VIETNAMESE, langid!("vi"))),
            Language::English => EN.get_or_init(|| Self::read(ENGLISH, langid!("en"))),
        }
    }

    fn read(catalogue: &str, language: unic_langid::LanguageIdentifier) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // No invisible isolation marks: fonts draw them, and all arguments are of the same direction.
        bundle.set_use_isolating(false);
        // The catalogues are compiled in; a test proves that they parse and that each phrase is there.
        let resource = match FluentResource::try_new(catalogue.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
        Self { bundle }
    }

    pub fn say(&self, phrase: Phrase) -> String {
        self.say_with(phrase, &[])
    }

    /// Arguments are texts: Fluent's own number formats would write "1,000".
    pub fn say_with(&self, phrase: Phrase, arguments: &[(&str, &str)]) -> String {
        let mut values = FluentArgs::new();
        for (name, value) in arguments {
            values.set(*name, *value);
        }
        let pattern = self.bundle.get_message(phrase.key()).and_then(|message| message.value());
        match pattern {
            Some(pattern) => self.bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned(),
            None => phrase.key().to_owned(),
        }
    }
}

/// `HH:MM` at the hospital (Asia/Ho_Chi_Minh has had no other offset since 1975).
pub(crate) fn clock(moment: OffsetDateTime) -> String {
    moment.to_offset(offset!(+7)).format(format_description!("[hour]:[minute]")).unwrap_or_default()
}

/// What a ticket says about priority.
pub(crate) fn priority(given: &Given) -> Option<Phrase> {
    match (given.priority, given.declared) {
        (true, _) => Some(Phrase::TicketPriority),
        (false, true) => Some(Phrase::PriorityDeclared),
        (false, false) => None,
    }
}

/// What happened, above "go to the counter"; never a reproach.
pub(crate) fn reason(reason: CounterReason) -> Phrase {
    match reason {
        CounterReason::NoCard => Phrase::ReasonNoCard,
        CounterReason::NumberOnly => Phrase::ReasonNumberOnly,
        CounterReason::ChildWithoutPortrait => Phrase::ReasonChild,
        CounterReason::FaceDeclined => Phrase::ReasonFaceDeclined,
        CounterReason::FaceNotMatched => Phrase::NotMatchedBadge,
        CounterReason::FaceUnavailable => Phrase::ReasonFaceUnavailable,
        CounterReason::ChipNotGenuine | CounterReason::AccessDowngraded => Phrase::ReasonChipNotGenuine,
        CounterReason::DocumentAltered => Phrase::ReasonAltered,
        CounterReason::SignerExpired | CounterReason::SignerUnknown => Phrase::ReasonSignerExpired,
        CounterReason::ChipUnreadable => Phrase::ReasonChipUnreadable,
        CounterReason::NumberMismatch => Phrase::ReasonMismatch,
        CounterReason::EidNotConfirmed => Phrase::ReasonEid,
        CounterReason::Insurance => Phrase::ReasonInsurance,
        CounterReason::AskedForPerson => Phrase::ReasonAsked,
    }
}

/// What the person at the counter will do, and that nothing is lost.
pub(crate) fn reason_why(reason: CounterReason) -> Phrase {
    match reason {
        CounterReason::NoCard | CounterReason::NumberOnly | CounterReason::EidNotConfirmed => Phrase::WhyNoCard,
        CounterReason::ChildWithoutPortrait => Phrase::WhyChild,
        CounterReason::FaceDeclined | CounterReason::FaceNotMatched | CounterReason::FaceUnavailable => Phrase::WhyFace,
        CounterReason::ChipNotGenuine
        | CounterReason::AccessDowngraded
        | CounterReason::DocumentAltered
        | CounterReason::SignerExpired
        | CounterReason::SignerUnknown
        | CounterReason::ChipUnreadable
        | CounterReason::NumberMismatch => Phrase::WhyCard,
        CounterReason::Insurance => Phrase::WhyInsurance,
        CounterReason::AskedForPerson => Phrase::WhyAsked,
    }
}

pub(crate) fn hint(hint: QualityHint) -> Phrase {
    match hint {
        QualityHint::NoFace => Phrase::HintNoFace,
        QualityHint::ComeCloser => Phrase::HintComeCloser,
        QualityHint::MoveBack => Phrase::HintMoveBack,
        QualityHint::SeveralPeople => Phrase::HintSeveralPeople,
        QualityHint::MoreLight => Phrase::HintMoreLight,
        QualityHint::TooBright => Phrase::HintTooBright,
        QualityHint::LookStraight => Phrase::HintLookStraight,
        QualityHint::HoldStill => Phrase::HintHoldStill,
        QualityHint::TurnHead => Phrase::HintTurnHead,
    }
}

pub(crate) fn print_failure(failure: PrintFailure) -> Phrase {
    match failure {
        PrintFailure::PaperOut => Phrase::PaperOutBadge,
        PrintFailure::CoverOpen => Phrase::PaperCoverBadge,
        PrintFailure::PrinterGone => Phrase::PaperGoneBadge,
        PrintFailure::Fault => Phrase::PaperFaultBadge,
    }
}

pub(crate) fn way_notice(notice: WayNotice) -> Option<Phrase> {
    match notice {
        WayNotice::Nothing => None,
        WayNotice::ScannerDown => Some(Phrase::WayScannerDown),
        WayNotice::ReaderDown => Some(Phrase::WayReaderDown),
        WayNotice::EidNotConfigured => Some(Phrase::WayEidNotConfigured),
        WayNotice::EidAway => Some(Phrase::WayEidAway),
        WayNotice::EidExpired => Some(Phrase::WayEidExpired),
        WayNotice::EidRefused => Some(Phrase::WayEidRefused),
    }
}

pub(crate) fn paper_kind(kind: PaperKind) -> Phrase {
    match kind {
        PaperKind::Birth => Phrase::PaperBirth,
        PaperKind::Death => Phrase::PaperDeath,
        PaperKind::Driver => Phrase::PaperDriver,
    }
}

/// Two or three words.
pub(crate) fn paper_state(state: &PaperState) -> Phrase {
    match state {
        PaperState::Preparing => Phrase::StatePreparing,
        PaperState::WaitingForCitizen => Phrase::StateCitizen,
        PaperState::WaitingForSignature => Phrase::StateSignature,
        PaperState::WaitingToSend => Phrase::StateToSend,
        PaperState::Sending => Phrase::StateSending,
        PaperState::OutcomeUnknown => Phrase::StateUnknown,
        PaperState::Refused { .. } => Phrase::StateRefused,
        PaperState::Accepted => Phrase::StateAccepted,
        PaperState::Replaced { .. } => Phrase::StateReplaced,
    }
}

/// The same as a sentence.
pub(crate) fn paper_headline(state: &PaperState, confirmed: Confirmed) -> Phrase {
    match state {
        PaperState::Preparing => Phrase::StatusPreparing,
        PaperState::WaitingForCitizen => Phrase::StatusCitizen,
        PaperState::WaitingForSignature if confirmed == Confirmed::JustNow => Phrase::StatusSignature,
        PaperState::WaitingForSignature => Phrase::StatusSigning,
        PaperState::WaitingToSend | PaperState::Sending => Phrase::StatusSending,
        PaperState::OutcomeUnknown => Phrase::StatusUnknown,
        PaperState::Refused { .. } => Phrase::StatusRefused,
        PaperState::Accepted => Phrase::StatusAccepted,
        PaperState::Replaced { .. } => Phrase::StatusReplaced,
    }
}

/// What happens next, and who does it.
pub(crate) fn paper_next(state: &PaperState) -> Phrase {
    match state {
        PaperState::Preparing => Phrase::NextPreparing,
        PaperState::WaitingForCitizen => Phrase::NextCitizen,
        PaperState::WaitingForSignature => Phrase::NextSignature,
        PaperState::WaitingToSend | PaperState::Sending => Phrase::NextSending,
        PaperState::OutcomeUnknown => Phrase::NextUnknown,
        PaperState::Refused { .. } => Phrase::NextRefused,
        PaperState::Accepted => Phrase::NextAccepted,
        PaperState::Replaced { .. } => Phrase::NextReplaced,
    }
}

/// With the gateway's code, the new number and the office where the sentence names them.
pub(crate) fn say_about(
    words: &Words,
    phrase: Phrase,
    state: &PaperState,
    papers: &PapersSettings,
    language: Language,
) -> String {
    let (code, number) = match state {
        PaperState::Refused { code } => (code.as_str(), ""),
        PaperState::Replaced { number } => ("", number.as_str()),
        PaperState::Preparing
        | PaperState::WaitingForCitizen
        | PaperState::WaitingForSignature
        | PaperState::WaitingToSend
        | PaperState::Sending
        | PaperState::OutcomeUnknown
        | PaperState::Accepted => ("", ""),
    };
    let office = papers.office.in_language(language);
    let place = papers.office_place.in_language(language);
    words.say_with(phrase, &[("code", code), ("number", number), ("office", office), ("whereabouts", place)])
}

pub(crate) fn paper_trouble(kind: TroubleKind) -> (Phrase, Phrase) {
    match kind {
        TroubleKind::Silent => (Phrase::TroubleSilent, Phrase::TroubleSilentWhy),
        TroubleKind::Unsure => (Phrase::TroubleUnsure, Phrase::TroubleUnsureWhy),
        TroubleKind::Changed => (Phrase::TroubleChanged, Phrase::TroubleChangedWhy),
        TroubleKind::NotWaiting => (Phrase::TroubleNotWaiting, Phrase::TroubleNotWaitingWhy),
        TroubleKind::TooLate => (Phrase::TroubleTooLate, Phrase::TroubleTooLateWhy),
        TroubleKind::Evidence => (Phrase::TroubleEvidence, Phrase::TroubleEvidenceWhy),
        TroubleKind::Fault => (Phrase::TroubleFault, Phrase::TroubleFaultWhy),
    }
}

/// The gateway's `maKetQua` where the card is not valid today (GATEWAY.md 1.2).
pub(crate) fn insurance_code(code: &str) -> Phrase {
    match code {
        "001" | "002" => Phrase::CodeForces,
        "003" | "004" => Phrase::CodeNewCard,
        "010" => Phrase::CodeExpired,
        "050" | "051" | "052" | "053" => Phrase::CodeNotFound,
        "060" | "061" | "070" => Phrase::CodeNameOrBirth,
        "110" | "120" | "121" | "122" | "123" | "124" => Phrase::CodeStopped,
        "130" => Phrase::CodeChild,
        _ => Phrase::CodeOther,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fluent_bundle::FluentResource;

    use super::*;

    fn keys(catalogue: &str) -> BTreeSet<String> {
        FluentResource::try_new(catalogue.to_owned()).expect("the catalogue parses");
        let is_message = |line: &&str| line.contains(" =") && !line.starts_with([' ', '#']);
        catalogue.lines().filter(is_message).filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
    }

    #[test]
    fn both_catalogues_say_exactly_the_phrases_there_are() {
        let phrases: BTreeSet<String> = Phrase::ALL.iter().map(|phrase| phrase.key().to_owned()).collect();
        assert_eq!(keys(VIETNAMESE), phrases);
        assert_eq!(keys(ENGLISH), phrases);
    }

    #[test]
    fn both_languages_take_the_same_arguments_and_leave_none_open() {
        const NAMES: [&str; 19] = [
            "counter",
            "place",
            "name",
            "date",
            "rooms",
            "floor",
            "people",
            "low",
            "high",
            "department",
            "office",
            "whereabouts",
            "code",
            "number",
            "page",
            "pages",
            "papers",
            "answered",
            "time",
        ];
        let arguments = NAMES.map(|name| (name, "x"));
        for language in [Language::Vietnamese, Language::English] {
            for phrase in Phrase::ALL {
                let said = Words::of(language).say_with(*phrase, &arguments);
                assert!(!said.contains(['{', '}', '$']), "{said}");
                assert!(!said.is_empty() && said != phrase.key(), "{phrase:?}");
            }
        }
        let used = |catalogue: &str, key: &str| -> BTreeSet<String> {
            let from = catalogue.find(&format!("\n{key} =")).expect("present") + 1;
            let message = catalogue[from..].split("\n\n").next().expect("some").to_owned();
            let end = message.find('\n').map_or(message.len(), |end| {
                let rest = &message[end..];
                let more: usize =
                    rest.split_inclusive('\n').skip(1).take_while(|l| l.starts_with("    ")).map(str::len).sum();
                end + 1 + more
            });
            let message = &message[..end.min(message.len())];
            NAMES.iter().filter(|name| message.contains(&format!("${name}"))).map(|name| (*name).to_owned()).collect()
        };
        for phrase in Phrase::ALL {
            assert_eq!(used(VIETNAMESE, phrase.key()), used(ENGLISH, phrase.key()), "{phrase:?}");
        }
    }

    #[test]
    fn room_and_floor_stay_on_one_line() {
        let said = Words::of(Language::Vietnamese).say_with(Phrase::TilePlace, &[("rooms", "204"), ("floor", "2")]);
        assert_eq!(said, "Phòng\u{a0}204 · tầng\u{a0}2");
    }
}
