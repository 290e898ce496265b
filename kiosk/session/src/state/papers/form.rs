//! A declaration in questions, one a screen. It can be left and taken up again: answers go to the server as they come.

use api::papers::{
    Answer, AnswerKind, AnswerValue, Call, Private, Question, QuestionCode, Questionnaire, SavedAnswers,
    SubmissionReply, answers_hash,
};
use api::{CheckInRequest, Payer};

use super::confirming::Submit;
use super::{At, CheckingIn, Confirming, Context, Desk, ListNotice, State, reading, turned};
use crate::event::{Event, PapersAskId};
use crate::screen::Action;
use crate::typing::{Capitals, Typing};

const MAX_QUESTIONS: usize = 100;
/// So many answers stand on one page of the review.
pub(crate) const ANSWERS_A_PAGE: usize = 5;

#[derive(Clone)]
pub(crate) struct Form {
    pub questionnaire: Questionnaire,
    /// To questions that are asked, and to some that no longer are.
    pub answers: Vec<Answer>,
    pub page: FormPage,
    /// The save under way.
    saving: Option<PapersAskId>,
    /// Answered since the last save began.
    unsaved: bool,
}

#[derive(Clone)]
pub(crate) enum FormPage {
    Question {
        code: QuestionCode,
        /// Only where text is asked for.
        typing: Option<Typing>,
        resumed: bool,
        /// Back to the review when it is answered.
        from_review: bool,
    },
    Review {
        page: usize,
    },
}

impl Form {
    /// With what was saved before; none where there is nothing that could be asked.
    pub fn open(questionnaire: Questionnaire) -> Option<Self> {
        if questionnaire.questions.len() > MAX_QUESTIONS {
            return None;
        }
        let fits = |answer: &Answer| {
            questionnaire.questions.iter().any(|one| one.code == answer.question && one.answer.takes(&answer.value))
        };
        let answers: Vec<Answer> = questionnaire.saved.iter().filter(|answer| fits(answer)).cloned().collect();
        let first = questionnaire.asked(&[]).next()?.code.clone();
        let resumed = !answers.is_empty();
        let page = FormPage::Review { page: 0 };
        let mut form = Self { questionnaire, answers, page, saving: None, unsaved: false };
        if form.complete().is_none() {
            let code = form.first_open().unwrap_or(first);
            form.show(code, resumed, false);
        }
        Some(form)
    }

    pub fn question(&self, code: &QuestionCode) -> Option<&Question> {
        self.questionnaire.questions.iter().find(|question| question.code == *code)
    }

    pub fn answer(&self, code: &QuestionCode) -> Option<&AnswerValue> {
        self.answers.iter().find(|answer| answer.question == *code).map(|answer| &answer.value)
    }

    pub fn asked(&self) -> Vec<&Question> {
        self.questionnaire.asked(&self.answers).collect()
    }

    pub fn complete(&self) -> Option<Vec<Answer>> {
        self.questionnaire.complete(&self.answers)
    }

    /// Of the review: the answers, and the declaration that is confirmed on a page of its own.
    pub fn review_pages(&self) -> usize {
        self.asked().len().div_ceil(ANSWERS_A_PAGE) + 1
    }

    /// Position and count, for people.
    pub fn progress(&self, code: &QuestionCode) -> (usize, usize) {
        let asked = self.asked();
        (asked.iter().position(|question| question.code == *code).map_or(1, |at| at + 1), asked.len())
    }

    pub fn on(mut self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::PapersAnswer(id, _) if self.saving == Some(id) => {
                self.saving = None;
                if self.unsaved {
                    self.save(&desk, cx);
                }
                return desk.at(At::Form(self));
            }
            Event::Touched(Action::Later) => return self.leave(desk, ListNotice::Saved, cx),
            Event::Touched(action) => match self.page.clone() {
                FormPage::Question { code, typing, from_review, .. } => {
                    return self.touched(desk, code, typing, from_review, action, cx);
                }
                FormPage::Review { page } => return self.reviewed(desk, page, action, cx),
            },
            _ => {}
        }
        desk.at(At::Form(self))
    }

    /// Whatever was not sent yet.
    pub fn save_last(&self, desk: &Desk, cx: &mut Context<'_>) {
        if self.unsaved {
            desk.ask(self.save_call(), cx);
        }
    }

    fn touched(
        mut self,
        desk: Desk,
        code: QuestionCode,
        typing: Option<Typing>,
        from_review: bool,
        action: Action,
        cx: &mut Context<'_>,
    ) -> State {
        let value = match (action, typing) {
            (Action::Back, _) => return self.back(desk, &code, from_review, cx),
            (Action::AnswerYes, None) => AnswerValue::Yes,
            (Action::AnswerNo, None) => AnswerValue::No,
            (Action::Choose(code), None) => AnswerValue::Chosen { code },
            (Action::Continue, Some(typing)) => match typing.finished() {
                Some(text) => AnswerValue::Written { text: Private::new(text.to_owned()) },
                None => return desk.at(At::Form(self)),
            },
            (action, Some(mut typing)) => {
                reading::typed(&mut typing, &action);
                self.page = FormPage::Question { code, typing: Some(typing), resumed: false, from_review };
                return desk.at(At::Form(self));
            }
            (_, None) => return desk.at(At::Form(self)),
        };
        if !self.question(&code).is_some_and(|question| question.answer.takes(&value)) {
            return desk.at(At::Form(self));
        }
        self.set(&code, value);
        self.unsaved = true;
        if self.saving.is_none() {
            self.save(&desk, cx);
        }
        self.next_after(&code, from_review);
        desk.at(At::Form(self))
    }

    fn reviewed(mut self, desk: Desk, page: usize, action: Action, cx: &mut Context<'_>) -> State {
        match action {
            Action::ChangeAnswer(code) if self.asked().iter().any(|question| question.code == code) => {
                self.show(code, false, true);
            }
            Action::Back if page == 0 => match self.asked().last().map(|question| question.code.clone()) {
                Some(code) => self.show(code, false, false),
                None => return desk.show_list(ListNotice::Nothing, cx),
            },
            // Only what was looked over to its end.
            Action::Confirm if page + 1 == self.review_pages() => {
                if let Some(answers) = self.complete() {
                    let version = self.questionnaire.version.clone();
                    let hash = answers_hash(&version, &answers);
                    let submit = Submit { version, answers, hash };
                    self.save_last(&desk, cx);
                    return Confirming::Questionnaire { submit, rounds: 0 }.start(desk, cx);
                }
            }
            action => {
                let pages = self.review_pages();
                self.page = FormPage::Review { page: turned(page, pages, &Event::Touched(action)) };
            }
        }
        desk.at(At::Form(self))
    }

    fn back(mut self, desk: Desk, code: &QuestionCode, from_review: bool, cx: &mut Context<'_>) -> State {
        if from_review {
            self.show_review(code);
            return desk.at(At::Form(self));
        }
        let asked = self.asked();
        let before = asked.iter().position(|question| question.code == *code).and_then(|at| at.checked_sub(1));
        match before.map(|at| asked[at].code.clone()) {
            Some(code) => {
                self.show(code, false, false);
                desk.at(At::Form(self))
            }
            None => self.leave(desk, ListNotice::Nothing, cx),
        }
    }

    /// Back to the list, which says how far it came.
    fn leave(self, mut desk: Desk, notice: ListNotice, cx: &mut Context<'_>) -> State {
        self.save_last(&desk, cx);
        if let Some(offer) = &mut desk.list.questionnaire {
            let asked = self.asked();
            let answered = asked.iter().filter(|question| self.answer(&question.code).is_some()).count();
            offer.answered = u16::try_from(answered).unwrap_or(u16::MAX);
            offer.questions = u16::try_from(asked.len()).unwrap_or(u16::MAX);
        }
        desk.show_list(notice, cx)
    }

    fn set(&mut self, code: &QuestionCode, value: AnswerValue) {
        match self.answers.iter_mut().find(|answer| answer.question == *code) {
            Some(answer) => answer.value = value,
            None => self.answers.push(Answer { question: code.clone(), value }),
        }
    }

    /// In order; from the review back to it, unless the change opened another question.
    fn next_after(&mut self, code: &QuestionCode, from_review: bool) {
        let asked = self.asked();
        let after = asked.iter().position(|question| question.code == *code).and_then(|at| asked.get(at + 1));
        let next = if from_review { None } else { after.map(|question| question.code.clone()) };
        match next.or_else(|| self.first_open()) {
            Some(code) => self.show(code, false, from_review),
            None => self.show_review(code),
        }
    }

    fn first_open(&self) -> Option<QuestionCode> {
        let open = |question: &&Question| self.answer(&question.code).is_none();
        self.questionnaire.asked(&self.answers).find(open).map(|question| question.code.clone())
    }

    /// The page of the review where this question stands.
    fn show_review(&mut self, code: &QuestionCode) {
        let at = self.asked().iter().position(|question| question.code == *code).unwrap_or(0);
        let last = at + 1 == self.asked().len();
        // After the last question the review is read from its beginning.
        self.page = FormPage::Review { page: if last { 0 } else { at / ANSWERS_A_PAGE } };
    }

    fn show(&mut self, code: QuestionCode, resumed: bool, from_review: bool) {
        let typing = self.question(&code).and_then(|question| match question.answer {
            AnswerKind::Text { max_chars } => {
                let so_far = match self.answer(&code) {
                    Some(AnswerValue::Written { text }) => text.as_str(),
                    Some(AnswerValue::Yes | AnswerValue::No | AnswerValue::Chosen { .. }) | None => "",
                };
                Some(Typing::new(so_far, max_chars, Capitals::First))
            }
            AnswerKind::YesNo | AnswerKind::Choice { .. } => None,
        });
        self.page = FormPage::Question { code, typing, resumed, from_review };
    }

    fn save(&mut self, desk: &Desk, cx: &mut Context<'_>) {
        self.saving = Some(desk.ask(self.save_call(), cx));
        self.unsaved = false;
    }

    fn save_call(&self) -> Call {
        Call::Save(SavedAnswers { version: self.questionnaire.version.clone(), answers: self.answers.clone() })
    }
}

/// The declaration is recorded: an ordinary number for the examination follows. Insurance does not pay for it.
pub(super) fn submitted(desk: Desk, reply: SubmissionReply, cx: &mut Context<'_>) -> State {
    let request = CheckInRequest {
        department: reply.department,
        payer: Payer::SelfPay,
        counter: desk.known.counter,
        declared: Vec::new(),
    };
    CheckingIn::start(desk.visit, desk.known, request, cx)
}
