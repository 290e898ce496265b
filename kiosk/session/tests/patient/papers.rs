//! What the server says about papers, for tests: a birth with twins, a driver's conclusion, a death notice, and a short
//! declaration.

use api::papers::{
    Answer, AnswerKind, AnswerValue, Bilingual, Call, Choice, Confinement, ConfirmationNonce, ConfirmationReply,
    Correctable, CorrectableField, Line, PaperId, PaperKind, PaperList, PaperState, PaperStatus, PaperSummary,
    PaperTask, PaperTicket, Private, PrivateBilingual, Question, QuestionCode, Questionnaire, QuestionnaireOffer,
    Reading, Receipt, Reply, Section, SubmissionReply,
};
use api::{Assurance, Base64, DepartmentCode, Hex32};
use session::screen::Action;
use session::{Effect, Event, ServerFailure};
use time::macros::datetime;
use uuid::Uuid;

use super::{Patient, valid};

pub const FIRST_TWIN: PaperId = PaperId(Uuid::from_u128(1));
pub const SECOND_TWIN: PaperId = PaperId(Uuid::from_u128(2));
pub const DRIVER: PaperId = PaperId(Uuid::from_u128(3));
pub const DEATH: PaperId = PaperId(Uuid::from_u128(4));
pub const STUCK: PaperId = PaperId(Uuid::from_u128(5));

const VERIFIED: [&str; 8] = ["my papers", "scan", "card in", "challenge", "agree", "read", "right face", "a"];

/// Steps to the screens of papers.
pub fn walk(screen: &str) -> Option<&'static [&'static str]> {
    let further: &[&str] = match screen {
        "papers_card" => return Some(&["my papers"]),
        "papers_denied" => return Some(&["my papers", "use eid", "back", "to counter"]),
        "papers_loading" => &[],
        "papers" => &["list"],
        "papers_elsewhere" => &["list", "open stuck"],
        "papers_trouble" => &["list", "open twin", "away"],
        "paper_loading" => &["list", "open twin"],
        "paper" => &["list", "open twin", "text"],
        "paper_correct" => &["list", "open twin", "text", "next", "name"],
        "paper_proposing" => &["list", "open twin", "text", "next", "name", "type", "continue"],
        "paper_sharing" => &["list", "open driver", "text", "confirm"],
        "paper_sending" => &["list", "open twin", "text", "next", "confirm"],
        "paper_chip" => &["list", "open twin", "text", "next", "confirm", "nonce"],
        "paper_put_back" => &["list", "open twin", "text", "next", "confirm", "nonce", "pull"],
        "paper_status" => &["list", "open twin", "text", "next", "confirm", "nonce", "sign", "recorded"],
        "question" => &["list", "declare", "questions"],
        "questions_review" => &["list", "declare", "questions", "class b", "no", "no"],
        _ => return None,
    };
    let all: Vec<&'static str> = VERIFIED.iter().chain(further).copied().collect();
    Some(Vec::leak(all))
}

pub fn step<'a>(patient: &'a mut Patient, step: &str) -> &'a mut Patient {
    match step {
        "my papers" => patient.touch(Action::OpenPapers),
        "back" => patient.touch(Action::Back),
        "list" => patient.reply(Reply::List(list())),
        "open twin" => patient.touch(Action::OpenPaper(FIRST_TWIN)),
        "open second" => patient.touch(Action::OpenPaper(SECOND_TWIN)),
        "open driver" => patient.touch(Action::OpenPaper(DRIVER)),
        "open death" => patient.touch(Action::OpenPaper(DEATH)),
        "open stuck" => patient.touch(Action::OpenPaper(STUCK)),
        "text" => {
            let Call::Reading(paper) = *patient.last_call() else { panic!("no text was asked for") };
            patient.reply(Reply::Reading(reading(paper)))
        }
        "next" => patient.touch(Action::NextPage),
        "name" => patient.touch(Action::CorrectField(CorrectableField::IntendedName)),
        "type" => patient.touch(Action::Letter('n')),
        "continue" => patient.touch(Action::Continue),
        "confirm" => patient.touch(Action::Confirm),
        "share" => patient.touch(Action::Share),
        "nonce" => patient.reply(Reply::Nonce(nonce())),
        "sign" => patient.chip_signs(),
        "recorded" => patient.recorded(PaperState::WaitingForSignature, Some(SECOND_TWIN)),
        "away" => patient.fails(ServerFailure::Away),
        "declare" => patient.touch(Action::OpenQuestionnaire),
        "questions" => patient.reply(Reply::Questionnaire(questionnaire(vec![]))),
        "class b" => patient.touch(Action::Choose(code("b"))),
        "yes" => patient.touch(Action::AnswerYes),
        "no" => patient.touch(Action::AnswerNo),
        other => panic!("no step {other}"),
    }
}

impl Patient {
    /// To the list, as a verified person.
    pub fn with_papers(list: PaperList) -> Self {
        let mut patient = Self::new();
        patient.verified();
        patient.reply(Reply::List(list));
        patient
    }

    pub fn verified(&mut self) -> &mut Self {
        for step in VERIFIED {
            self.step(step);
        }
        self
    }

    pub fn reply(&mut self, reply: Reply) -> &mut Self {
        let ask = self.ask.expect("something was asked");
        self.event(Event::PapersAnswer(ask, Ok(Box::new(reply))))
    }

    pub fn fails(&mut self, failure: ServerFailure) -> &mut Self {
        let ask = self.ask.expect("something was asked");
        self.event(Event::PapersAnswer(ask, Err(failure)))
    }

    pub fn chip_signs(&mut self) -> &mut Self {
        let reading = self.reading.expect("the chip was asked");
        self.event(Event::ChipAnswered(reading, Base64(vec![9; 64])))
    }

    pub fn recorded(&mut self, state: PaperState, next: Option<PaperId>) -> &mut Self {
        self.reply(Reply::Confirmed(ConfirmationReply { status: status(state), next }))
    }

    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::AskPapers { call, .. } => Some(&**call),
            _ => None,
        })
    }

    pub fn last_call(&self) -> &Call {
        self.calls().next_back().expect("something was asked")
    }

    /// Whatever fits the last call.
    pub fn answer_papers(&mut self) -> &mut Self {
        let Some(call) = self.calls().rfind(|call| !matches!(call, Call::Save(_))).cloned() else {
            return self;
        };
        self.reply(match call {
            Call::List => Reply::List(list()),
            Call::Reading(paper) | Call::Correct(paper, _) => Reply::Reading(reading(paper)),
            Call::Nonce(_) => Reply::Nonce(nonce()),
            Call::Confirm(..) => {
                Reply::Confirmed(ConfirmationReply { status: status(PaperState::Sending), next: Some(SECOND_TWIN) })
            }
            Call::Status(_) => Reply::Status(status(PaperState::Accepted)),
            Call::Print(_) => Reply::Ticket(ticket()),
            Call::Questionnaire => Reply::Questionnaire(questionnaire(vec![])),
            Call::Save(_) => Reply::Saved,
            Call::Submit(_) => Reply::Submitted(submission()),
        })
    }

    pub fn identified_a(&mut self) -> &mut Self {
        self.identified(Assurance::A, valid())
    }
}

pub fn code(text: &str) -> QuestionCode {
    QuestionCode::parse(text).expect("a code")
}

pub fn status(state: PaperState) -> PaperStatus {
    let receipt = (state == PaperState::Accepted)
        .then(|| Receipt { code: "HS_CHUNGTU31001_17".into(), received_at: datetime!(2026-11-23 03:05 UTC) });
    PaperStatus { state, receipt }
}

pub fn summary(paper: PaperId, kind: PaperKind, task: PaperTask) -> PaperSummary {
    PaperSummary {
        paper,
        kind,
        about: PrivateBilingual::new("Bé trai, 3 200 g", "a boy, 3 200 g"),
        number: None,
        status: status(match task {
            PaperTask::Confirm => PaperState::WaitingForCitizen,
            PaperTask::Read | PaperTask::WardLooks | PaperTask::AskStaff => PaperState::WaitingForSignature,
        }),
        task,
        confinement: None,
    }
}

pub fn list() -> PaperList {
    let twin = |paper, position| PaperSummary {
        confinement: Some(Confinement { id: Uuid::from_u128(77), position, of: 2 }),
        ..summary(paper, PaperKind::Birth, PaperTask::Confirm)
    };
    PaperList {
        papers: vec![
            twin(FIRST_TWIN, 1),
            twin(SECOND_TWIN, 2),
            summary(DRIVER, PaperKind::Driver, PaperTask::Confirm),
            summary(DEATH, PaperKind::Death, PaperTask::Confirm),
            summary(STUCK, PaperKind::Birth, PaperTask::AskStaff),
        ],
        questionnaire: Some(QuestionnaireOffer {
            title: Bilingual::new("Khai sức khỏe lái xe", "Driver's health declaration"),
            answered: 0,
            questions: 4,
            department: DepartmentCode::parse("K01").expect("valid"),
        }),
    }
}

/// Two pages for a birth, one for the others.
pub fn reading(paper: PaperId) -> Reading {
    let kind = match paper {
        DRIVER => PaperKind::Driver,
        DEATH => PaperKind::Death,
        _ => PaperKind::Birth,
    };
    let line =
        |label: &str, value: &str| Line { label: Bilingual::new(label, label), value: PrivateBilingual::same(value) };
    let child = Section {
        title: Bilingual::new("Con", "Child"),
        lines: vec![line("Tên dự định", "Nguyễn An"), line("Giới tính", "Nam"), line("Cân nặng", "3 200 g")],
    };
    let mother = Section {
        title: Bilingual::new("Mẹ", "Mother"),
        lines: ["Họ tên", "Ngày sinh", "Số định danh", "Dân tộc", "Nơi cư trú"]
            .map(|label| line(label, "..."))
            .to_vec(),
    };
    let birth = kind == PaperKind::Birth;
    let correctable = Correctable {
        field: CorrectableField::IntendedName,
        label: Bilingual::new("Tên dự định đặt cho con", "The name intended for the child"),
        value: Private::new("Nguyễn A".into()),
        max_chars: 60,
    };
    let mut reading = Reading {
        summary: summary(paper, kind, PaperTask::Confirm),
        invitation: Bilingual::new("Xin đọc lại.", "Please read."),
        sections: if birth { vec![child, mother] } else { vec![child] },
        declaration: Bilingual::new("Tôi đã đọc và xác nhận.", "I have read this and confirm it."),
        text_hash: Hex32([0; 32]),
        correctable: if birth { vec![correctable] } else { vec![] },
        asks_to_share: kind == PaperKind::Driver,
    };
    reading.text_hash = reading.text_hash();
    reading
}

pub fn nonce() -> ConfirmationNonce {
    ConfirmationNonce {
        nonce: Hex32([5; 32]),
        confirmed_at: datetime!(2026-11-23 03:00 UTC),
        expires_at: datetime!(2026-11-23 03:05 UTC),
    }
}

pub fn ticket() -> PaperTicket {
    PaperTicket {
        kind: PaperKind::Driver,
        number: Some("00001/GKSKLX/31001/26".into()),
        holder: Some(Private::new("Nguyễn *** Mẫu".into())),
        status: status(PaperState::Accepted),
        verification: Some("https://tra-cuu.example/v/abc".into()),
    }
}

pub fn submission() -> SubmissionReply {
    SubmissionReply { paper: DRIVER, department: DepartmentCode::parse("K01").expect("valid") }
}

/// A class, two yes/no questions, and one that follows a yes.
pub fn questionnaire(saved: Vec<Answer>) -> Questionnaire {
    let question = |name: &str, text: &str, answer, after: Option<&str>| Question {
        code: code(name),
        section: Bilingual::new("Tiền sử bản thân", "One's own history"),
        text: Bilingual::new(text, text),
        answer,
        only_after_yes: after.map(code),
    };
    let choice = |name: &str| Choice { code: code(name), text: Bilingual::new(name, name) };
    let classes = AnswerKind::Choice { choices: vec![choice("a1"), choice("b")] };
    Questionnaire {
        version: "2026-1".into(),
        title: Bilingual::new("Khai sức khỏe lái xe", "Driver's health declaration"),
        questions: vec![
            question("class", "Hạng xe", classes, None),
            question("heart", "Bệnh tim", AnswerKind::YesNo, None),
            question("treated", "Đang điều trị", AnswerKind::YesNo, None),
            question("medicines", "Thuốc đang dùng", AnswerKind::Text { max_chars: 100 }, Some("treated")),
        ],
        saved,
        declaration: Bilingual::new("Tôi khai đúng.", "What I declare is true."),
        department: DepartmentCode::parse("K01").expect("valid"),
    }
}

pub fn answer(question: &str, value: AnswerValue) -> Answer {
    Answer { question: code(question), value }
}
