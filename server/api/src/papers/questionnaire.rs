//! A declaration in questions: a driver's class, family history, the twenty questions, treatment. The kiosk knows none of
//! them; it shows what it is told.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DepartmentCode, Hex8, Hex32};

use super::reading::Texts;
use super::{Bilingual, ChipAnswer, PaperId, Private};

/// `[a-z0-9_-]`, 1 to 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct QuestionCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a question's code has 1 to 32 characters a-z, 0-9, _ and -")]
pub struct QuestionCodeError;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Changes with every change of a question; answers belong to one version.
    pub version: String,
    pub title: Bilingual,
    /// At most 100, in order. Each has its own code.
    pub questions: Vec<Question>,
    /// What this person saved before, of this version; nothing where the version changed.
    pub saved: Vec<Answer>,
    /// What touching "confirm" means.
    pub declaration: Bilingual,
    /// Where the examination is.
    pub department: DepartmentCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub code: QuestionCode,
    /// A part of the form: "Tiền sử gia đình".
    pub section: Bilingual,
    pub text: Bilingual,
    pub answer: AnswerKind,
    /// Asked only after a yes to this earlier yes/no question.
    pub only_after_yes: Option<QuestionCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerKind {
    YesNo,
    /// One of these, at most 30.
    Choice {
        choices: Vec<Choice>,
    },
    /// Typed: names of medicines. At most `max_chars` characters, 1 to 1024.
    Text {
        max_chars: u16,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub code: QuestionCode,
    pub text: Bilingual,
}

/// Health data: never in Debug.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub question: QuestionCode,
    pub value: AnswerValue,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerValue {
    Yes,
    No,
    Chosen { code: QuestionCode },
    Written { text: Private },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedAnswers {
    pub version: String,
    pub answers: Vec<Answer>,
}

/// The declaration, confirmed as a paper is: see [`super::Confirmation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitAnswers {
    pub version: String,
    /// One for each question that is asked, in the questionnaire's order.
    pub answers: Vec<Answer>,
    /// [`answers_hash`] of both.
    pub answers_hash: Hex32,
    pub nonce: Hex32,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub confirmed_at: time::OffsetDateTime,
    pub challenge: Hex8,
    pub chip: ChipAnswer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionReply {
    pub paper: PaperId,
    /// Check in there.
    pub department: DepartmentCode,
}

/// SHA-256 over the version and every question's code with its answer, in order.
pub fn answers_hash(version: &str, answers: &[Answer]) -> Hex32 {
    let mut hash = Texts::new("tiepdon answers 1");
    hash.text(version);
    hash.count(answers.len());
    for answer in answers {
        hash.text(answer.question.as_str());
        match &answer.value {
            AnswerValue::Yes => hash.both("yes", ""),
            AnswerValue::No => hash.both("no", ""),
            AnswerValue::Chosen { code } => hash.both("chosen", code.as_str()),
            AnswerValue::Written { text } => hash.both("written", text.as_str()),
        }
    }
    hash.finish()
}

impl QuestionCode {
    pub fn parse(text: &str) -> Result<Self, QuestionCodeError> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(QuestionCodeError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AnswerKind {
    /// Is this an answer to such a question?
    pub fn takes(&self, value: &AnswerValue) -> bool {
        match (self, value) {
            (Self::YesNo, AnswerValue::Yes | AnswerValue::No) => true,
            (Self::Choice { choices }, AnswerValue::Chosen { code }) => choices.iter().any(|one| one.code == *code),
            (Self::Text { max_chars }, AnswerValue::Written { text }) => {
                text.as_str().chars().count() <= usize::from(*max_chars)
            }
            (Self::YesNo | Self::Choice { .. } | Self::Text { .. }, _) => false,
        }
    }
}

impl Questionnaire {
    /// The questions that are asked, given these answers: one that hangs on an earlier yes only after that yes.
    pub fn asked<'a>(&'a self, answers: &'a [Answer]) -> impl Iterator<Item = &'a Question> {
        let said_yes = |code: &QuestionCode| {
            answers.iter().any(|answer| answer.question == *code && answer.value == AnswerValue::Yes)
        };
        self.questions.iter().filter(move |question| question.only_after_yes.as_ref().is_none_or(said_yes))
    }

    /// One fitting answer for each question that is asked, in order; none while one is missing.
    pub fn complete(&self, answers: &[Answer]) -> Option<Vec<Answer>> {
        let answer_to = |question: &Question| {
            answers
                .iter()
                .find(|answer| answer.question == question.code && question.answer.takes(&answer.value))
                .cloned()
        };
        self.asked(answers).map(answer_to).collect()
    }
}

impl fmt::Display for QuestionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for QuestionCode {
    type Error = QuestionCodeError;
    fn try_from(text: String) -> Result<Self, QuestionCodeError> {
        Self::parse(&text)
    }
}

impl From<QuestionCode> for String {
    fn from(code: QuestionCode) -> Self {
        code.0
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({})", self.question)
    }
}

impl fmt::Debug for AnswerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerValue(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> QuestionCode {
        QuestionCode::parse(text).expect("a code")
    }

    fn question(name: &str, answer: AnswerKind, after: Option<&str>) -> Question {
        let words = Bilingual::new("Câu", "Question");
        Question { code: code(name), section: words.clone(), text: words, answer, only_after_yes: after.map(code) }
    }

    fn answer(name: &str, value: AnswerValue) -> Answer {
        Answer { question: code(name), value }
    }

    fn questionnaire() -> Questionnaire {
        Questionnaire {
            version: "1".into(),
            title: Bilingual::new("Khai", "Declare"),
            questions: vec![
                question("treated", AnswerKind::YesNo, None),
                question("medicines", AnswerKind::Text { max_chars: 5 }, Some("treated")),
            ],
            saved: vec![],
            declaration: Bilingual::new("Đúng", "True"),
            department: DepartmentCode::parse("KSK").expect("a code"),
        }
    }

    #[test]
    fn a_question_that_hangs_on_a_yes_is_asked_after_that_yes_only() {
        let questions = questionnaire();
        assert_eq!(questions.asked(&[]).count(), 1);
        assert_eq!(questions.complete(&[answer("treated", AnswerValue::No)]).map(|all| all.len()), Some(1));
        let yes = answer("treated", AnswerValue::Yes);
        assert_eq!(questions.asked(std::slice::from_ref(&yes)).count(), 2);
        assert_eq!(questions.complete(std::slice::from_ref(&yes)), None);
        let written = |text: &str| answer("medicines", AnswerValue::Written { text: Private::new(text.into()) });
        assert_eq!(questions.complete(&[yes.clone(), written("thuốc x")]), None, "too long");
        assert_eq!(
            questions.complete(&[written("thuốc"), yes]).map(|all| all[0].question.clone()),
            Some(code("treated"))
        );
    }

    #[test]
    fn answers_hash_to_what_was_answered() {
        let no = answers_hash("1", &[answer("treated", AnswerValue::No)]);
        assert_ne!(no, answers_hash("1", &[answer("treated", AnswerValue::Yes)]));
        assert_ne!(no, answers_hash("2", &[answer("treated", AnswerValue::No)]));
        assert_eq!(format!("{:?}", answer("treated", AnswerValue::Yes)), "Answer(treated)");
        assert!(QuestionCode::parse("a b").is_err());
    }
}
