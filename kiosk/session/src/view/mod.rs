//! The screen as a function of the session. One file per part of the visit.

mod card;
mod department;
mod dialog;
mod face;
mod farewell;
mod form;
mod keyboard;
mod number;
mod paper;
mod papers;
mod payer;
mod priority;
mod ticket;
mod waiting;

use crate::moment::Moment;
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Header, Key, KeyWeight, Language, Screen, Stepper, TextSize, Tone};
use crate::session::Session;
use crate::state::{State, Station};
use crate::words::Words;

/// The four steps of the visit.
#[derive(Debug, Clone, Copy)]
enum Step {
    Card = 0,
    Face = 1,
    Department = 2,
    Number = 3,
}

/// What differs from screen to screen; header, emergency, dialog, speech and focus are the same for all.
struct Draft {
    step: Option<Step>,
    badge: Option<Badge>,
    headline: String,
    why: String,
    body: Vec<Block>,
    keys: Vec<Key>,
    /// Where headline and reason do not say it all aloud.
    spoken: Option<String>,
}

/// What a view may look at besides its own state.
struct Scene<'a> {
    station: &'a Station,
    words: &'static Words,
    language: Language,
}

pub(crate) fn screen(session: &Session, now: Moment) -> Screen {
    let words = Words::of(session.language);
    let scene = Scene { station: &session.station, words, language: session.language };
    let draft = match &session.state {
        State::Welcome(notice) => card::welcome(&scene, *notice),
        State::OtherWays(step) => card::other_ways(&scene, step),
        State::ScanPrompt(step) => card::scan_prompt(&scene, step),
        State::EnterNumber(step) => number::enter_number(&scene, step),
        State::EnterMrz(step) => number::enter_mrz(&scene, step),
        State::AwaitCard(_) => card::await_card(&scene),
        State::Reading(step) => card::reading(&scene, step),
        State::Interrupted(_) => card::interrupted(&scene),
        State::EidWaiting(_) => waiting::eid(&scene),
        State::Consent(step) => face::consent(&scene, step),
        State::Face(step) => face::matching(&scene, step),
        State::FaceNotMatched(_) => face::not_matched(&scene),
        State::Identifying(step) => waiting::identifying(&scene, step),
        State::Payer(step) => payer::payer(&scene, step),
        State::Department(step) => department::department(&scene, step),
        State::Priority(step) => priority::priority(&scene, step),
        State::CheckingIn(_) => waiting::checking_in(&scene),
        State::Ticket(given) => ticket::ticket(&scene, given),
        State::ToCounter(_) => ticket::without_number(&scene),
        State::CardLeft(step) => farewell::take_card(&scene, step),
        State::PapersStart(_) => papers::card(&scene),
        State::PapersDenied(step) => papers::denied(&scene, step),
        State::Papers(step) => papers::papers(&scene, step),
        State::Thanks(mood) => farewell::thanks(&scene, *mood),
    };
    let dialog = dialog::dialog(session, &scene, now);
    let emergency = scene.key(Phrase::EmergencyKey, KeyWeight::Primary, Action::Emergency);
    let spoken = match &dialog {
        Some(dialog) => format!("{} {}", sentence(&dialog.title), dialog.text),
        None => draft.spoken.unwrap_or_else(|| {
            let badge = draft.badge.as_ref().map(|badge| sentence(&badge.text)).unwrap_or_default();
            [badge, sentence(&draft.headline), draft.why.clone()].join(" ").trim().to_owned()
        }),
    };
    let focus = match &dialog {
        Some(dialog) => dialog.keys.iter().map(|key| key.action.clone()).chain([Action::Emergency]).collect(),
        None => focus(&draft.body, &draft.keys),
    };
    Screen {
        name: session.state.name(),
        mood: session.state.mood(),
        language: session.language,
        text_size: session.text_size,
        header: Header {
            hospital: scene.station.settings.hospital.in_language(session.language).to_owned(),
            subtitle: words.say(Phrase::Subtitle),
            language_key: words.say(Phrase::LanguageKey),
            text_size_key: words.say(match session.text_size {
                TextSize::Normal => Phrase::TextSizeLarger,
                TextSize::Large => Phrase::TextSizeNormal,
            }),
            help_key: words.say(Phrase::HelpKey),
        },
        stepper: draft.step.map(|step| Stepper {
            labels: [Phrase::StepCard, Phrase::StepFace, Phrase::StepDepartment, Phrase::StepNumber]
                .map(|label| words.say(label)),
            current: step as u8,
        }),
        badge: draft.badge,
        headline: draft.headline,
        why: draft.why,
        body: draft.body,
        keys: draft.keys,
        emergency,
        dialog,
        spoken,
        focus,
    }
}

impl Draft {
    fn new(step: impl Into<Option<Step>>, headline: String, why: String) -> Self {
        let (body, keys) = (Vec::new(), Vec::new());
        Self { step: step.into(), badge: None, headline, why, body, keys, spoken: None }
    }
}

impl Scene<'_> {
    fn draft(&self, step: impl Into<Option<Step>>, headline: Phrase, why: Phrase) -> Draft {
        Draft::new(step, self.say(headline), self.say(why))
    }

    /// Every sentence may name the counter and the records office.
    fn say(&self, phrase: Phrase) -> String {
        say(self.station, self.language, phrase)
    }

    /// "Phòng hồ sơ · tầng 1".
    fn office_place(&self) -> String {
        let papers = &self.station.settings.papers;
        let place = papers.office_place.in_language(self.language);
        capitalised(&format!("{} · {place}", papers.office.in_language(self.language)))
    }

    /// The server's words in the patient's language.
    fn pick<'a>(&self, vi: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Vietnamese => vi,
            Language::English => en,
        }
    }

    fn key(&self, label: Phrase, weight: KeyWeight, action: Action) -> Key {
        Key { label: self.say(label), weight, enabled: true, action }
    }

    fn primary(&self, label: Phrase, action: Action) -> Key {
        self.key(label, KeyWeight::Primary, action)
    }

    fn secondary(&self, label: Phrase, action: Action) -> Key {
        self.key(label, KeyWeight::Secondary, action)
    }

    fn badge(&self, tone: Tone, text: Phrase) -> Badge {
        Badge { tone, text: self.say(text) }
    }
}

/// "quầy 1" and "tầng 2" are not broken over two lines.
/// With the names of the hospital's places.
fn say(station: &Station, language: Language, phrase: Phrase) -> String {
    let settings = &station.settings;
    let counter = no_break(settings.counter.in_language(language));
    let place = settings.counter_place.in_language(language);
    let office = no_break(settings.papers.office.in_language(language));
    let whereabouts = settings.papers.office_place.in_language(language);
    let values = [("counter", &*counter), ("place", place), ("office", &*office), ("whereabouts", whereabouts)];
    Words::of(language).say_with(phrase, &values)
}

/// What a patient reads before the question whether the face may be compared.
pub(crate) fn consent_text(station: &Station, language: Language) -> String {
    say(station, language, Phrase::ConsentText)
}

fn no_break(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Ends with a mark, so that speech pauses.
fn sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.is_empty() || text.ends_with(['.', '?', '!', ':']) { text } else { format!("{text}.") }
}

/// What is in the middle, then the foot from its primary key on, then the header, then the emergency.
fn focus(body: &[Block], keys: &[Key]) -> Vec<Action> {
    let mut focus = Vec::new();
    for block in body {
        match block {
            Block::Tiles(tiles) => {
                focus.extend(tiles.iter().filter(|tile| tile.enabled).map(|tile| tile.action.clone()));
            }
            Block::Keypad(_) => {
                focus.extend((1..=9).chain([0]).map(Action::Digit));
                focus.push(Action::Erase);
            }
            Block::Keyboard(keyboard) => focus.extend(keyboard.rows.iter().flatten().map(|key| key.action.clone())),
            Block::Rows(rows) => focus.extend(rows.iter().map(|row| row.action.clone())),
            Block::Picture { .. }
            | Block::Statement(_)
            | Block::Heading(_)
            | Block::Paragraph(_)
            | Block::Progress { .. }
            | Block::Notice { .. }
            | Block::Camera { .. }
            | Block::Facts(_)
            | Block::Number(_)
            | Block::Qr { .. }
            | Block::Checklist { .. } => {}
        }
    }
    let enabled = keys.iter().filter(|key| key.enabled);
    let (primary, others): (Vec<_>, Vec<_>) = enabled.partition(|key| key.weight == KeyWeight::Primary);
    focus.extend(primary.into_iter().chain(others).map(|key| key.action.clone()));
    focus.extend([Action::Help, Action::ToggleLanguage, Action::ToggleTextSize, Action::Emergency]);
    focus
}
