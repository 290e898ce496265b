//! What a screen shows: final words in the patient's language, no layout and no colours.
//!
//! The window draws this and nothing else; it emits [`Action`]s and never chooses the next screen.

use api::papers::{CorrectableField, PaperId, QuestionCode};
use api::{DeclaredGround, DepartmentCode};

/// A whole screen, a pure function of the session's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// Stable name, for pictures and tests.
    pub name: &'static str,
    pub mood: Mood,
    pub language: Language,
    pub text_size: TextSize,
    pub header: Header,
    /// Absent on Welcome and where no step applies.
    pub stepper: Option<Stepper>,
    /// A word with a sign above the headline ("Chưa so được khuôn mặt").
    pub badge: Option<Badge>,
    /// What to do, at most two lines.
    pub headline: String,
    /// Why, one quiet sentence; may be empty.
    pub why: String,
    pub body: Vec<Block>,
    /// The foot, top to bottom; two [`KeyWeight::Secondary`] keys in a row stand side by side, as do two
    /// [`KeyWeight::Equal`] ones. The primary key is last.
    pub keys: Vec<Key>,
    /// Across the bottom, always.
    pub emergency: Key,
    pub dialog: Option<Dialog>,
    /// The sentence to be spoken.
    pub spoken: String,
    /// The order in which an assistive device visits what can be touched.
    pub focus: Vec<Action>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    Vietnamese,
    English,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TextSize {
    #[default]
    Normal,
    /// 130 %.
    Large,
}

impl Language {
    pub fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }
}

impl TextSize {
    pub fn other(self) -> Self {
        match self {
            Self::Normal => Self::Large,
            Self::Large => Self::Normal,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mood {
    Everyday,
    /// Death notices: no flower, no green, no sound, low brightness.
    Private,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub hospital: String,
    pub subtitle: String,
    /// Emits [`Action::ToggleLanguage`]; shows the other language's own name.
    pub language_key: String,
    /// Emits [`Action::ToggleTextSize`]; read aloud, drawn as "A A".
    pub text_size_key: String,
    /// Emits [`Action::Help`]; read aloud, drawn as "?".
    pub help_key: String,
}

/// Four words with a bar each: card, face, department, number.
#[derive(Debug, Clone, PartialEq)]
pub struct Stepper {
    pub labels: [String; 4],
    /// 0 to 3; those before it are done.
    pub current: u8,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    pub tone: Tone,
    pub text: String,
}

/// Meaning; never by colour alone, the word stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    Neutral,
    Ok,
    Warn,
    Danger,
}

/// A part of the body, top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Picture {
        picture: Picture,
        caption: String,
    },
    Paragraph(String),
    /// Over the lines that belong together.
    Heading(String),
    /// The ring and the list while the chip is read.
    Progress {
        percent: u8,
        steps: Vec<(StepMark, String)>,
    },
    /// A card with a small title, a sentence and more.
    Notice {
        tone: Tone,
        title: String,
        lead: String,
        text: String,
    },
    /// The live camera picture in an oval, with the hint on it; `progress` 0.0 to 1.0 is the green arc.
    Camera {
        hint: String,
        progress: f32,
    },
    Tiles(Vec<Tile>),
    /// Label and value, one a row.
    Facts(Vec<(String, String)>),
    Number(BigNumber),
    Qr {
        content: String,
        caption: String,
    },
    Checklist {
        title: String,
        items: Vec<String>,
    },
    Keypad(Keypad),
    Keyboard(Keyboard),
    /// What is asked or said, large.
    Statement(String),
    /// Things to choose or to change, one below the other, each as wide as the screen.
    Rows(Vec<Row>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Picture {
    InsertCard,
    RemoveCard,
    KeepCardStill,
    ScanCode,
    ScanPhone,
    InsuranceCard,
    LookAtCamera,
    GoToCounter,
    TakePaper,
    StaffIsComing,
    OutOfOrder,
    Flower,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepMark {
    Done,
    Current,
    Waiting,
}

/// A department or another thing to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    pub title: String,
    pub subtitle: String,
    pub badge: Option<Badge>,
    pub chosen: bool,
    pub enabled: bool,
    pub action: Action,
}

/// One line to touch: a paper, an answer, a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub title: String,
    /// Quiet, below; may be empty.
    pub subtitle: String,
    pub badge: Option<Badge>,
    pub chosen: bool,
    pub action: Action,
}

/// The largest thing in the room.
#[derive(Debug, Clone, PartialEq)]
pub struct BigNumber {
    pub caption: String,
    pub number: String,
    /// Department, room, floor.
    pub place: String,
    pub badge: Option<Badge>,
    /// An arrow to the counter below it.
    pub arrow: bool,
}

/// Digits, an eraser, and the entry above them.
#[derive(Debug, Clone, PartialEq)]
pub struct Keypad {
    pub label: String,
    /// What was typed so far, already formatted ("15 / 01 / ____").
    pub entry: String,
    pub erase_label: String,
}

/// Letters, the seven of Vietnamese, five tones, and the entry above them.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyboard {
    pub label: String,
    /// What was typed so far; the writing mark follows it.
    pub entry: String,
    pub rows: Vec<Vec<KeyCap>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct KeyCap {
    pub label: String,
    pub face: KeyFace,
    /// In letters' widths.
    pub width: f32,
    pub action: Action,
}

/// What a key of the keyboard looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyFace {
    Letter,
    /// Tones, shift, erase, space.
    Quiet,
    /// Shift while it holds.
    Held,
    /// Drawn as a sign; the label is read aloud.
    Erase,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub label: String,
    pub weight: KeyWeight,
    pub enabled: bool,
    pub action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyWeight {
    /// One a screen, 156 high, filled, at the bottom.
    Primary,
    /// 128 high, outlined.
    Secondary,
    /// Consent: no and yes of the same size and weight.
    Equal,
}

/// Over the screen: help, the time-out warning, an emergency being called.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialog {
    pub tone: Tone,
    pub title: String,
    pub text: String,
    /// Seconds left, if one is counted.
    pub seconds: Option<u16>,
    pub keys: Vec<Key>,
}

/// What a touch means. The session decides what follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    ToggleLanguage,
    ToggleTextSize,
    Help,
    Emergency,
    CloseDialog,
    /// "I am still here": the time-out starts again.
    StillHere,
    Back,
    /// Leave and forget everything.
    Cancel,
    Continue,
    UseEid,
    UseInsuranceCard,
    TypeNumber,
    NoCard,
    Digit(u8),
    Erase,
    /// "không thời hạn" on the expiry question.
    NoExpiry,
    AgreeToFace,
    DeclineFace,
    RetryFace,
    GoToCounter,
    PayByInsurance,
    PayMyself,
    ChooseDepartment(DepartmentCode),
    UnknownDepartment,
    /// Does the law give this patient a place ahead of others?
    OpenPriority,
    /// Named, or no longer.
    Declare(DeclaredGround),
    TakeNumber,
    RetryPrint,
    Done,
    /// One's own certificates.
    OpenPapers,
    OpenPaper(PaperId),
    OpenQuestionnaire,
    NextPage,
    PreviousPage,
    CorrectField(CorrectableField),
    Letter(char),
    Tone(ToneMark),
    Shift,
    Confirm,
    Share,
    DoNotShare,
    /// The confirmation stands without the chip's answer.
    WithoutChip,
    Retry,
    PrintPaper,
    AnswerYes,
    AnswerNo,
    Choose(QuestionCode),
    ChangeAnswer(QuestionCode),
    /// What was answered is kept.
    Later,
    /// A number instead of papers.
    TakeNumberInstead,
}

/// The five tones that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToneMark {
    Sac,
    Huyen,
    Hoi,
    Nga,
    Nang,
}
