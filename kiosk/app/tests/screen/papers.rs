//! Screens of one's own certificates with invented data.

use api::papers::{CorrectableField, PaperId, QuestionCode};
use session::screen::{
    Action, Badge, Block, Key, KeyCap, KeyFace, KeyWeight, Keyboard, Mood, Picture, Row, Screen, Tone, ToneMark,
};
use uuid::Uuid;

use super::Sample;

impl Sample {
    pub fn papers(&self) -> Vec<Screen> {
        vec![
            self.paper_list(),
            self.paper_text(),
            self.paper_last_page(),
            self.paper_keyboard(),
            self.question(),
            self.question_choice(),
            self.review(),
            self.received(),
            self.outcome_unknown(),
            self.death_list(),
            self.death_text(),
            self.denied(),
            self.condolence(),
        ]
    }

    fn badge(&self, tone: Tone, vietnamese: &str, english: &str) -> Badge {
        Badge { tone, text: self.words(vietnamese, english) }
    }

    fn row(&self, title: (&str, &str), subtitle: (&str, &str), badge: Option<Badge>, action: Action) -> Row {
        Row {
            title: self.words(title.0, title.1),
            subtitle: self.words(subtitle.0, subtitle.1),
            badge,
            chosen: false,
            action,
        }
    }

    fn fact(&self, label: (&str, &str), value: (&str, &str)) -> (String, String) {
        (self.words(label.0, label.1), self.words(value.0, value.1))
    }

    fn back(&self) -> Key {
        self.key("Quay lại", "Back", KeyWeight::Secondary, Action::Back)
    }

    fn paper_list(&self) -> Screen {
        let paper = |number| Action::OpenPaper(PaperId(Uuid::from_u128(number)));
        let twin = |number: u128, vietnamese: &str, english: &str| Row {
            chosen: true,
            ..self.row(
                ("Giấy chứng sinh", "Birth certificate"),
                (vietnamese, english),
                Some(self.badge(Tone::Neutral, "Chờ xác nhận", "To be confirmed")),
                paper(number),
            )
        };
        Screen {
            headline: self.words("Mời chọn giấy tờ.", "Please choose a paper."),
            why: self.words("Chỉ có giấy tờ của người vừa xác minh.", "Only papers of the person just verified."),
            body: vec![Block::Rows(vec![
                twin(1, "Bé thứ 1 · bé trai, 2 900 g, 23/11/2026", "Child 1 · a boy, 2 900 g, 23/11/2026"),
                twin(2, "Bé thứ 2 · bé gái, 2 750 g, 23/11/2026", "Child 2 · a girl, 2 750 g, 23/11/2026"),
                self.row(
                    ("Giấy khám sức khỏe lái xe", "Driver health certificate"),
                    ("Hạng B, 20/11/2026", "Class B, 20/11/2026"),
                    Some(self.badge(Tone::Ok, "Cổng đã nhận", "Received")),
                    paper(3),
                ),
                self.row(
                    ("Một giấy tờ ở phòng hồ sơ", "A paper at the records office"),
                    ("Có người giúp tại tầng 1, phòng 105", "Someone helps, floor 1, room 105"),
                    None,
                    paper(4),
                ),
                self.row(
                    ("Khai sức khỏe của người lái xe", "Driver's health declaration"),
                    ("Đã trả lời 12 / 31 câu", "Answered 12 of 31"),
                    None,
                    Action::OpenQuestionnaire,
                ),
            ])],
            keys: vec![
                self.key("Lấy số khám", "Take a number", KeyWeight::Secondary, Action::TakeNumberInstead),
                self.key("Kết thúc", "Finish", KeyWeight::Primary, Action::Cancel),
            ],
            ..self.blank("papers")
        }
    }

    fn paper_text(&self) -> Screen {
        Screen {
            headline: self.words("Giấy chứng sinh", "Birth certificate"),
            why: self.words("Xin đọc kỹ. Trang 1 / 3", "Please read it well. Page 1 of 3"),
            body: vec![
                Block::Paragraph(self.words(
                    "Xin đọc lại thông tin của con và của cha mẹ. Nếu có chỗ chưa đúng, xin báo để chúng tôi sửa.",
                    "Please read the child's and the parents' details. If something is not right, tell us.",
                )),
                Block::Heading(self.words("Người mẹ", "Mother")),
                Block::Facts(vec![
                    self.fact(("Họ và tên", "Name"), ("Trần Thị Ví Dụ", "Trần Thị Ví Dụ")),
                    self.fact(("Ngày sinh", "Born"), ("09/03/1992", "09/03/1992")),
                    self.fact(("Số định danh", "Personal number"), ("031192000025", "031192000025")),
                    self.fact(("Dân tộc", "Ethnicity"), ("Kinh", "Kinh")),
                    self.fact(
                        ("Nơi cư trú", "Residence"),
                        (
                            "Số 2 phố Thử Nghiệm, phường Ngô Quyền, thành phố Hải Phòng",
                            "Số 2 phố Thử Nghiệm, phường Ngô Quyền, thành phố Hải Phòng",
                        ),
                    ),
                    self.fact(("Lần sinh", "Births so far"), ("2", "2")),
                ]),
            ],
            keys: vec![self.back(), self.key("Trang sau", "Next page", KeyWeight::Primary, Action::NextPage)],
            ..self.blank("paper")
        }
    }

    fn paper_last_page(&self) -> Screen {
        let change = |title, value, field| {
            let badge = Some(self.badge(Tone::Neutral, "Chạm để sửa", "Touch to change"));
            self.row(title, value, badge, Action::CorrectField(field))
        };
        Screen {
            headline: self.words("Giấy chứng sinh", "Birth certificate"),
            why: self.words("Xin đọc kỹ. Trang 3 / 3", "Please read it well. Page 3 of 3"),
            badge: Some(self.badge(Tone::Ok, "Đã ghi đề nghị. Mời đọc lại", "The proposal is in. Please read again")),
            body: vec![
                Block::Heading(self.words("Người con", "Child")),
                Block::Facts(vec![
                    self.fact(("Giới tính", "Sex"), ("Nam", "male")),
                    self.fact(("Cân nặng", "Weight"), ("2 900 g", "2 900 g")),
                    self.fact(("Sinh lúc", "Born at"), ("23/11/2026 04:12", "23/11/2026 04:12")),
                ]),
                Block::Rows(vec![
                    change(
                        ("Tên dự định đặt cho con", "The name intended for the child"),
                        ("Nguyễn Trần Hoàng An", "Nguyễn Trần Hoàng An"),
                        CorrectableField::IntendedName,
                    ),
                    change(
                        ("Nơi cư trú của mẹ", "The mother's residence"),
                        ("Số 2 phố Thử Nghiệm", "Số 2 phố Thử Nghiệm"),
                        CorrectableField::Address,
                    ),
                ]),
                Block::Paragraph(self.words(
                    "Tôi đã đọc và xác nhận các thông tin trên là đúng.",
                    "I have read this and confirm that it is true.",
                )),
            ],
            keys: vec![
                self.back(),
                self.key("Trang trước", "Previous page", KeyWeight::Secondary, Action::PreviousPage),
                self.key("Xác nhận", "Confirm", KeyWeight::Primary, Action::Confirm),
            ],
            ..self.blank("paper-last")
        }
    }

    fn keyboard(&self, entry: &str) -> Keyboard {
        let cap = |label: String, face, width, action| KeyCap { label, face, width, action };
        let letters = |text: &str| -> Vec<KeyCap> {
            let letter =
                |letter: char| cap(letter.to_uppercase().to_string(), KeyFace::Letter, 1.0, Action::Letter(letter));
            text.chars().map(letter).collect()
        };
        let quiet = |label: &str, width, action| cap(label.to_owned(), KeyFace::Quiet, width, action);
        let tone = |label, mark| quiet(label, 2.0, Action::Tone(mark));
        let mut bottom = vec![cap(self.words("Hoa", "Caps"), KeyFace::Held, 1.5, Action::Shift)];
        bottom.extend(letters("zxcvbnm"));
        bottom.push(cap(self.words("Xóa", "Erase"), KeyFace::Erase, 1.5, Action::Erase));
        Keyboard {
            label: String::new(),
            entry: entry.to_owned(),
            rows: vec![
                letters("ăâđêôơư"),
                letters("qwertyuiop"),
                letters("asdfghjkl"),
                bottom,
                vec![
                    tone(self.say("Sắc", "Sắc ´"), ToneMark::Sac),
                    tone(self.say("Huyền", "Huyền `"), ToneMark::Huyen),
                    tone(self.say("Hỏi", "Hỏi ̉"), ToneMark::Hoi),
                    tone(self.say("Ngã", "Ngã ~"), ToneMark::Nga),
                    tone(self.say("Nặng", "Nặng ."), ToneMark::Nang),
                ],
                vec![
                    quiet("-", 1.0, Action::Letter('-')),
                    quiet("'", 1.0, Action::Letter('\'')),
                    quiet(self.say("Dấu cách", "Space"), 5.0, Action::Letter(' ')),
                    quiet(",", 1.0, Action::Letter(',')),
                    quiet(".", 1.0, Action::Letter('.')),
                    quiet("/", 1.0, Action::Letter('/')),
                ],
            ],
        }
    }

    pub fn paper_keyboard(&self) -> Screen {
        Screen {
            headline: self.words("Tên dự định đặt cho con", "The name intended for the child"),
            why: self.words(
                "Gõ chữ rồi chạm dấu. Chạm dấu lần nữa để dời dấu.",
                "Type letters, then the tone. Touch it again to move it.",
            ),
            body: vec![Block::Keyboard(self.keyboard("Nguyễn Trần Hoàng "))],
            keys: vec![self.back(), self.key("Xong", "Done", KeyWeight::Primary, Action::Continue)],
            ..self.blank("paper-keyboard")
        }
    }

    fn question(&self) -> Screen {
        Screen {
            badge: Some(self.badge(Tone::Neutral, "Tiền sử bản thân", "One's own history")),
            headline: self.words("Câu 12 / 31", "Question 12 of 31"),
            body: vec![
                Block::Statement(self.words(
                    "Mất ý thức, rối loạn ý thức, ngất hoặc chóng mặt, kể cả một lần trong 5 năm qua?",
                    "Loss or disturbance of consciousness, fainting or dizziness, even once in the last 5 years?",
                )),
                Block::Paragraph(self.words("Đã trả lời: Không", "Answered: No")),
            ],
            keys: vec![
                self.back(),
                self.key("Để sau", "Later", KeyWeight::Secondary, Action::Later),
                self.key("Không", "No", KeyWeight::Equal, Action::AnswerNo),
                self.key("Có", "Yes", KeyWeight::Equal, Action::AnswerYes),
            ],
            ..self.blank("question")
        }
    }

    fn question_choice(&self) -> Screen {
        let class = |name: &str, subtitle: (&str, &str), chosen| Row {
            chosen,
            ..self.row((name, name), subtitle, None, Action::Choose(code(&name.to_lowercase())))
        };
        Screen {
            badge: Some(self.badge(Tone::Ok, "Tiếp tục từ chỗ đã dừng", "Going on where it stopped")),
            headline: self.words("Câu 1 / 31", "Question 1 of 31"),
            body: vec![
                Block::Statement(self.words("Khám để lái xe hạng nào?", "Which class of licence?")),
                Block::Rows(vec![
                    class("A1", ("Mô tô đến 125 cm³", "Motorcycles up to 125 cm³"), false),
                    class("A", ("Mô tô trên 125 cm³", "Motorcycles over 125 cm³"), false),
                    class("B", ("Ô tô đến 8 chỗ", "Cars up to 8 seats"), true),
                    class("C1", ("Ô tô tải 3,5 đến 7,5 tấn", "Lorries from 3.5 to 7.5 t"), false),
                ]),
            ],
            keys: vec![self.back(), self.key("Để sau", "Later", KeyWeight::Secondary, Action::Later)],
            ..self.blank("question-choice")
        }
    }

    fn review(&self) -> Screen {
        let answer = |name: &str, question: (&str, &str), tone, said: (&str, &str)| {
            let badge = Some(self.badge(tone, said.0, said.1));
            self.row(question, ("", ""), badge, Action::ChangeAnswer(code(name)))
        };
        let no = ("Không", "No");
        Screen {
            headline: self.words("Mời xem lại các câu trả lời.", "Please look over the answers."),
            why: self.words("Chạm vào một dòng để sửa. Trang 5 / 6", "Touch a line to change it. Page 5 of 6"),
            body: vec![Block::Rows(vec![
                answer("lung", ("Bệnh phổi, hen, lao", "Lung disease, asthma, tuberculosis"), Tone::Neutral, no),
                answer("kidney", ("Bệnh thận, lọc máu", "Kidney disease, dialysis"), Tone::Neutral, no),
                answer(
                    "diabetes",
                    ("Đái tháo đường hoặc kiểm soát tăng đường huyết", "Diabetes or high blood sugar under control"),
                    Tone::Neutral,
                    ("Có", "Yes"),
                ),
                answer("mental", ("Bệnh tâm thần", "Mental illness"), Tone::Neutral, no),
                answer(
                    "sleep",
                    (
                        "Rối loạn giấc ngủ, ngừng thở khi ngủ, ngủ rũ ban ngày, ngáy to",
                        "Disturbed sleep, apnoea, sleepiness by day, loud snoring",
                    ),
                    Tone::Neutral,
                    no,
                ),
                answer("spine", ("Bệnh hoặc tổn thương cột sống", "Disease or injury of the spine"), Tone::Neutral, no),
            ])],
            keys: vec![
                self.key("Trang trước", "Previous page", KeyWeight::Secondary, Action::PreviousPage),
                self.key("Để sau", "Later", KeyWeight::Secondary, Action::Later),
                self.key("Trang sau", "Next page", KeyWeight::Primary, Action::NextPage),
            ],
            ..self.blank("review")
        }
    }

    fn status(&self, name: &'static str) -> Screen {
        Screen {
            keys: vec![
                self.key("Giấy tờ khác", "Other papers", KeyWeight::Secondary, Action::Back),
                self.key("In phiếu", "Print a slip", KeyWeight::Secondary, Action::PrintPaper),
                self.key("Xong, cảm ơn", "Done, thank you", KeyWeight::Primary, Action::Done),
            ],
            ..self.blank(name)
        }
    }

    fn received(&self) -> Screen {
        Screen {
            badge: Some(self.badge(Tone::Ok, "Cổng đã nhận", "Received")),
            headline: self.words("Cổng BHYT đã nhận giấy.", "The portal has received it."),
            why: self.words(
                "In phiếu để giữ số, mã nhận và mã tra cứu.",
                "A slip holds its number, the code and a link to verify it.",
            ),
            body: vec![
                Block::Heading(self.words("Giấy khám sức khỏe lái xe", "Driver health certificate")),
                Block::Facts(vec![
                    self.fact(("Số giấy", "Number"), ("00017/GKSKLX/31001/26", "00017/GKSKLX/31001/26")),
                    self.fact(("Cổng nhận lúc", "Received at"), ("23/11/2026 10:05", "23/11/2026 10:05")),
                    self.fact(
                        ("Mã nhận", "Code"),
                        ("6f9619ff-8b86-d011-b42d-00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
                    ),
                ]),
            ],
            ..self.status("paper-received")
        }
    }

    fn outcome_unknown(&self) -> Screen {
        Screen {
            badge: Some(self.badge(Tone::Warn, "Đang hỏi lại cổng", "Being asked about")),
            headline: self.words("Đã gửi, chưa biết chắc cổng đã nhận.", "Sent. Not yet sure it arrived."),
            why: self.words(
                "Bệnh viện đang hỏi lại cổng và không gửi hai lần. Không phải làm gì thêm.",
                "The hospital asks the portal and never sends it twice. There is nothing to do.",
            ),
            body: vec![
                Block::Heading(self.words("Giấy chứng sinh", "Birth certificate")),
                Block::Facts(vec![self.fact(("Số giấy", "Number"), ("00012.GCS.31001.26", "00012.GCS.31001.26"))]),
            ],
            ..self.status("paper-unknown")
        }
    }

    fn death_list(&self) -> Screen {
        Screen {
            mood: Mood::Private,
            body: vec![Block::Rows(vec![Row {
                chosen: true,
                ..self.row(
                    ("Giấy báo tử", "Death notice"),
                    ("Ông Lê Văn Mẫu, 22/11/2026", "Mr Lê Văn Mẫu, 22/11/2026"),
                    Some(self.badge(Tone::Neutral, "Chờ xác nhận", "To be confirmed")),
                    Action::OpenPaper(PaperId(Uuid::from_u128(4))),
                )
            }])],
            ..Screen { name: "death-papers", ..self.paper_list() }
        }
    }

    fn death_text(&self) -> Screen {
        Screen {
            mood: Mood::Private,
            headline: self.words("Giấy báo tử", "Death notice"),
            why: self.words("Xin đọc kỹ.", "Please read it well."),
            body: vec![
                Block::Paragraph(self.words(
                    "Chúng tôi xin chia buồn cùng gia đình. Khi gia đình sẵn sàng, xin đọc lại thông tin dưới đây; nếu có chỗ chưa đúng, xin báo để chúng tôi sửa.",
                    "We are sorry for your loss. When you are ready, please read the details below; if something is not right, tell us and we will correct it.",
                )),
                Block::Facts(vec![
                    self.fact(("Họ và tên", "Name"), ("Lê Văn Mẫu", "Lê Văn Mẫu")),
                    self.fact(("Ngày sinh", "Born"), ("02/09/1948", "02/09/1948")),
                    self.fact(("Mất lúc", "Died at"), ("22/11/2026 21:40", "22/11/2026 21:40")),
                    self.fact(("Người thân thích", "Next of kin"), ("Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu")),
                ]),
                Block::Paragraph(self.words(
                    "Tôi đã đọc và xác nhận các thông tin trên là đúng.",
                    "I have read this and confirm that it is true.",
                )),
            ],
            keys: vec![self.back(), self.key("Xác nhận", "Confirm", KeyWeight::Primary, Action::Confirm)],
            ..self.blank("death-paper")
        }
    }

    fn denied(&self) -> Screen {
        Screen {
            headline: self.words("Giấy tờ cần thẻ đã xác minh.", "Papers need a verified card."),
            why: self.words(
                "Máy này chưa xác minh được, nên không hiện gì. Mời đến phòng\u{a0}hồ\u{a0}sơ, tầng 1, phòng 105.",
                "This machine could not verify it, so it shows nothing. Please go to the records office, floor 1.",
            ),
            body: vec![Block::Picture {
                picture: Picture::GoToCounter,
                caption: self.words("Phòng hồ sơ · tầng 1, phòng 105", "The records office · floor 1, room 105"),
            }],
            keys: vec![
                self.key("Lấy số khám", "Take a number", KeyWeight::Secondary, Action::TakeNumberInstead),
                self.key(
                    "Tôi đến phòng\u{a0}hồ\u{a0}sơ",
                    "I go to the records office",
                    KeyWeight::Primary,
                    Action::Cancel,
                ),
            ],
            ..self.blank("papers-denied")
        }
    }

    fn condolence(&self) -> Screen {
        Screen {
            mood: Mood::Private,
            headline: self.words("Xin chia buồn cùng gia đình.", "Our condolences to the family."),
            why: self.words(
                "Mọi việc đã được ghi lại. Thông tin trên máy đã xóa.",
                "Everything is recorded. This machine has forgotten the rest.",
            ),
            ..self.blank("condolence")
        }
    }
}

fn code(text: &str) -> QuestionCode {
    QuestionCode::parse(text).expect("a sample's code")
}
