//! What a driver declares before the examination (TT 36/2024/TT-BYT, form part I): family history (8), own history
//! (20), treatment at present. Answered on the kiosk, kept with the examination, never sent to the gateway.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{FreeText, FreeTextError, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    Yes,
    No,
}

macro_rules! questions {
    ($(#[$meta:meta])* $name:ident $count:literal $($variant:ident $code:literal $vi:literal $en:literal;)*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// In the order of the form.
            pub const ALL: [Self; $count] = [$(Self::$variant,)*];

            /// Stable for ever: what is stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            pub fn sentence(self) -> Text {
                match self { $(Self::$variant => Text::new($vi, $en),)* }
            }
        }
    };
}

questions! {
    /// Illness of parents, brothers and sisters, children.
    FamilyIllness 8
    Infectious "infectious" "Gia đình có ai mắc bệnh truyền nhiễm không?" "Has anyone in your family had an infectious disease?";
    Cardiac "cardiac" "Gia đình có ai mắc bệnh tim mạch không?" "Has anyone in your family had heart disease?";
    Diabetes "diabetes" "Gia đình có ai mắc bệnh đái tháo đường không?" "Has anyone in your family had diabetes?";
    Tuberculosis "tuberculosis" "Gia đình có ai mắc bệnh lao không?" "Has anyone in your family had tuberculosis?";
    Asthma "asthma" "Gia đình có ai mắc bệnh hen phế quản không?" "Has anyone in your family had asthma?";
    Cancer "cancer" "Gia đình có ai mắc bệnh ung thư không?" "Has anyone in your family had cancer?";
    Epilepsy "epilepsy" "Gia đình có ai mắc bệnh động kinh không?" "Has anyone in your family had epilepsy?";
    Mental "mental" "Gia đình có ai mắc bệnh rối loạn tâm thần không?" "Has anyone in your family had a mental illness?";
}

questions! {
    /// The applicant's own history.
    OwnIllness 20
    FiveYears "five-years" "Trong 5 năm qua, quý vị có bệnh hoặc bị thương không?" "In the last 5 years, have you been ill or injured?";
    Head "head" "Quý vị có bệnh thần kinh hoặc từng bị thương ở đầu không?" "Do you have a nervous disease, or have you had a head injury?";
    Eyes "eyes" "Quý vị có bệnh mắt hoặc giảm thị lực không (trừ trường hợp đã đeo kính)?" "Do you have an eye disease or poor sight (apart from glasses)?";
    Ears "ears" "Quý vị có bệnh tai, giảm sức nghe hoặc mất thăng bằng không?" "Do you have an ear disease, poor hearing or trouble with balance?";
    Heart "heart" "Quý vị có bệnh tim, nhồi máu cơ tim hoặc bệnh tim mạch khác không?" "Do you have heart disease, or have you had a heart attack?";
    HeartSurgery "heart-surgery" "Quý vị từng phẫu thuật hoặc can thiệp tim mạch không (thay van, bắc cầu nối, đặt stent, máy tạo nhịp, ghép tim)?" "Have you had surgery or an intervention on heart or vessels (valve, bypass, stent, pacemaker, transplant)?";
    Hypertension "hypertension" "Quý vị có tăng huyết áp không?" "Do you have high blood pressure?";
    Breathlessness "breathlessness" "Quý vị có hay khó thở không?" "Are you often short of breath?";
    Lungs "lungs" "Quý vị có bệnh phổi, hen, khí phế thũng hoặc viêm phế quản mạn tính không?" "Do you have lung disease, asthma, emphysema or chronic bronchitis?";
    Kidneys "kidneys" "Quý vị có bệnh thận hoặc đang lọc máu không?" "Do you have kidney disease or dialysis?";
    Diabetes "diabetes" "Quý vị có đái tháo đường hoặc đang kiểm soát đường huyết không?" "Do you have diabetes, or is your blood sugar being treated?";
    Mental "mental" "Quý vị có bệnh tâm thần không?" "Do you have a mental illness?";
    Consciousness "consciousness" "Quý vị từng mất ý thức hoặc rối loạn ý thức không?" "Have you lost consciousness, or had disturbed consciousness?";
    Fainting "fainting" "Quý vị có hay ngất hoặc chóng mặt không?" "Do you faint or get dizzy?";
    Digestion "digestion" "Quý vị có bệnh tiêu hóa không?" "Do you have a disease of the digestion?";
    Sleep "sleep" "Quý vị có rối loạn giấc ngủ, ngừng thở khi ngủ, ngủ rũ ban ngày hoặc ngáy to không?" "Do you have a sleep disorder, sleep apnoea, daytime sleepiness or loud snoring?";
    Stroke "stroke" "Quý vị từng tai biến mạch máu não hoặc bị liệt không?" "Have you had a stroke, or are you paralysed?";
    Spine "spine" "Quý vị có bệnh hoặc tổn thương cột sống không?" "Do you have a disease or injury of the spine?";
    Alcohol "alcohol" "Quý vị có uống rượu bia thường xuyên, liên tục không?" "Do you drink alcohol regularly?";
    Drugs "drugs" "Quý vị có sử dụng ma túy hoặc chất gây nghiện không?" "Do you use drugs or addictive substances?";
}

/// One page of the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    Family(FamilyIllness),
    Own(OwnIllness),
    /// Illness and medicine at present, in the applicant's words.
    Treatment,
}

/// Treatment at present: "none", or words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Treatment {
    None,
    Words(TreatmentText),
}

/// 1 to 1,000 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(try_from = "String", into = "String")]
pub struct TreatmentText(String);

/// Answers so far: they may be resumed, changed and reviewed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    #[serde(default)]
    family: BTreeMap<FamilyIllness, Answer>,
    #[serde(default)]
    own: BTreeMap<OwnIllness, Answer>,
    #[serde(default)]
    treatment: Option<Treatment>,
}

/// Every question answered: what the applicant signs.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Declaration(Questionnaire);

impl Question {
    /// All 29 in the order of the form.
    pub fn all() -> impl Iterator<Item = Self> {
        let family = FamilyIllness::ALL.into_iter().map(Self::Family);
        family.chain(OwnIllness::ALL.into_iter().map(Self::Own)).chain([Self::Treatment])
    }

    pub fn sentence(self) -> Text {
        match self {
            Self::Family(illness) => illness.sentence(),
            Self::Own(illness) => illness.sentence(),
            Self::Treatment => Text::new(
                "Hiện nay quý vị có đang điều trị bệnh gì không? Xin ghi tên bệnh, thuốc và liều dùng.",
                "Are you being treated for anything at present? Please name the illness, the medicine and the dose.",
            ),
        }
    }
}

impl Questionnaire {
    pub fn answer_family(&mut self, illness: FamilyIllness, answer: Answer) {
        self.family.insert(illness, answer);
    }

    pub fn answer_own(&mut self, illness: OwnIllness, answer: Answer) {
        self.own.insert(illness, answer);
    }

    pub fn answer_treatment(&mut self, treatment: Treatment) {
        self.treatment = Some(treatment);
    }

    pub fn family(&self, illness: FamilyIllness) -> Option<Answer> {
        self.family.get(&illness).copied()
    }

    pub fn own(&self, illness: OwnIllness) -> Option<Answer> {
        self.own.get(&illness).copied()
    }

    pub fn treatment(&self) -> Option<&Treatment> {
        self.treatment.as_ref()
    }

    pub fn is_answered(&self, question: Question) -> bool {
        match question {
            Question::Family(illness) => self.family.contains_key(&illness),
            Question::Own(illness) => self.own.contains_key(&illness),
            Question::Treatment => self.treatment.is_some(),
        }
    }

    /// The questions still open, in the order of the form: where a resumed session goes on.
    pub fn open(&self) -> impl Iterator<Item = Question> {
        Question::all().filter(|question| !self.is_answered(*question))
    }

    /// What the examining doctors look at first: questions answered yes.
    pub fn answered_yes(&self) -> impl Iterator<Item = Question> {
        Question::all().filter(|question| match question {
            Question::Family(illness) => self.family(*illness) == Some(Answer::Yes),
            Question::Own(illness) => self.own(*illness) == Some(Answer::Yes),
            Question::Treatment => matches!(self.treatment, Some(Treatment::Words(_))),
        })
    }

    /// The declaration, or the first question that is still open.
    pub fn declare(self) -> Result<Declaration, Question> {
        let open = self.open().next();
        match open {
            Some(question) => Err(question),
            None => Ok(Declaration(self)),
        }
    }
}

impl Declaration {
    pub fn answers(&self) -> &Questionnaire {
        &self.0
    }
}

impl TreatmentText {
    pub fn parse(text: &str) -> Result<Self, FreeTextError> {
        FreeText::<1000>::parse(text).map(|text| Self(text.as_str().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TreatmentText {
    type Error = FreeTextError;

    fn try_from(text: String) -> Result<Self, FreeTextError> {
        Self::parse(&text)
    }
}

impl From<TreatmentText> for String {
    fn from(text: TreatmentText) -> Self {
        text.0.clone()
    }
}

/// Health data: Debug counts.
impl fmt::Debug for Questionnaire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Questionnaire({} open)", self.open().count())
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declaration(..)")
    }
}

impl fmt::Debug for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Treatment(..)")
    }
}

impl fmt::Debug for TreatmentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TreatmentText(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered() -> Questionnaire {
        let mut answers = Questionnaire::default();
        FamilyIllness::ALL.into_iter().for_each(|illness| answers.answer_family(illness, Answer::No));
        OwnIllness::ALL.into_iter().for_each(|illness| answers.answer_own(illness, Answer::No));
        answers.answer_treatment(Treatment::None);
        answers
    }

    #[test]
    fn the_form_has_eight_family_questions_twenty_own_ones_and_the_treatment() {
        assert_eq!(Question::all().count(), 29);
        assert_eq!(Questionnaire::default().open().next(), Some(Question::Family(FamilyIllness::Infectious)));
        assert!(
            Question::all().all(|q| q.sentence().vi.ends_with(['?', '.']) && q.sentence().en.ends_with(['?', '.']))
        );
    }

    #[test]
    fn nothing_is_declared_before_every_question_is_answered() {
        assert!(answered().declare().is_ok());
        let mut answers = answered();
        answers.own.remove(&OwnIllness::Sleep);
        assert_eq!(answers.declare(), Err(Question::Own(OwnIllness::Sleep)));
    }

    #[test]
    fn answers_survive_being_stored_and_may_change() {
        let mut answers = answered();
        answers.answer_own(OwnIllness::Diabetes, Answer::Yes);
        answers.answer_treatment(Treatment::Words(TreatmentText::parse("Metformin 500 mg").expect("text")));
        let json = serde_json::to_string(&answers).expect("json");
        assert!(json.contains(r#""five-years":"no""#) && json.contains(r#""treatment":{"words":"Metformin 500 mg"}"#));
        let back: Questionnaire = serde_json::from_str(&json).expect("answers");
        assert_eq!(back, answers);
        assert_eq!(back.answered_yes().collect::<Vec<_>>(), [Question::Own(OwnIllness::Diabetes), Question::Treatment]);
    }

    #[test]
    fn stored_rubbish_is_refused() {
        for json in [
            r#"{"own":{"toes":"yes"}}"#,
            r#"{"own":{"head":"maybe"}}"#,
            r#"{"treatment":{"words":""}}"#,
            r#"{"more":1}"#,
        ] {
            assert!(serde_json::from_str::<Questionnaire>(json).is_err(), "{json}");
        }
    }
}
