//! Screens with invented data: every block, both languages, both sizes. For the gallery and for tests.

#[path = "papers.rs"]
mod papers;

use api::DepartmentCode;
use session::screen::{
    Action, Badge, BigNumber, Block, Dialog, Header, Key, KeyWeight, Keypad, Language, Mood, Picture, Screen, StepMark,
    Stepper, TextSize, Tile, Tone,
};
use std::path::{Path, PathBuf};

/// One language of one sample.
pub struct Sample {
    pub language: Language,
    pub text_size: TextSize,
}

impl Sample {
    /// The Vietnamese or the English words.
    fn say<'a>(&self, vietnamese: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Vietnamese => vietnamese,
            Language::English => english,
        }
    }

    fn words(&self, vietnamese: &str, english: &str) -> String {
        self.say(vietnamese, english).to_owned()
    }

    fn key(&self, vietnamese: &str, english: &str, weight: KeyWeight, action: Action) -> Key {
        Key { label: self.words(vietnamese, english), weight, enabled: true, action }
    }

    fn stepper(&self, current: u8) -> Option<Stepper> {
        let labels = match self.language {
            Language::Vietnamese => ["Giấy tờ", "Khuôn mặt", "Khoa khám", "Lấy số"],
            Language::English => ["Card", "Face", "Department", "Number"],
        };
        Some(Stepper { labels: labels.map(str::to_owned), current })
    }

    fn blank(&self, name: &'static str) -> Screen {
        Screen {
            name,
            mood: Mood::Everyday,
            language: self.language,
            text_size: self.text_size,
            header: Header {
                hospital: self.words("Bệnh viện Đa khoa Mẫu", "Mẫu General Hospital"),
                subtitle: self.words("Tiếp đón tự phục vụ", "Self-service reception"),
                language_key: self.words("English", "Tiếng Việt"),
                text_size_key: self.words("Cỡ chữ", "Text size"),
                help_key: self.words("Trợ giúp", "Help"),
            },
            stepper: None,
            badge: None,
            headline: String::new(),
            why: String::new(),
            body: Vec::new(),
            keys: Vec::new(),
            emergency: self.key(
                "Cấp cứu: chạm để gọi nhân viên ngay",
                "Emergency: touch to call staff now",
                KeyWeight::Secondary,
                Action::Emergency,
            ),
            dialog: None,
            spoken: String::new(),
            focus: vec![Action::Continue, Action::Emergency],
        }
    }

    pub fn welcome(&self) -> Screen {
        Screen {
            headline: self.words(
                "Xin chào.\nMời đặt thẻ căn cước lên đầu đọc.",
                "Welcome.\nPlace your citizen card on the reader.",
            ),
            why: self.words(
                "Chỉ khoảng một phút là có số khám. Không cần gõ gì.",
                "About a minute to a queue number. Nothing to type.",
            ),
            body: vec![Block::Picture {
                picture: Picture::InsertCard,
                caption: self.words("Khe đọc thẻ ở bên dưới màn hình", "The card reader is below the screen"),
            }],
            keys: vec![
                self.key("Quét mã VNeID", "Scan VNeID", KeyWeight::Secondary, Action::UseEid),
                self.key("Thẻ BHYT", "Insurance card", KeyWeight::Secondary, Action::UseInsuranceCard),
                self.key("Gõ số căn cước", "Type the number", KeyWeight::Secondary, Action::TypeNumber),
                self.key("Không có thẻ", "I have no card", KeyWeight::Secondary, Action::NoCard),
            ],
            ..self.blank("welcome")
        }
    }

    pub fn chip(&self, percent: u8) -> Screen {
        let step = |mark, vietnamese: &str, english: &str| (mark, self.words(vietnamese, english));
        Screen {
            stepper: self.stepper(0),
            headline: self.words("Đang đọc chip.\nXin để yên thẻ.", "Reading the chip.\nPlease leave the card."),
            why: self.words(
                "Kiosk chỉ đọc họ tên, ngày sinh và ảnh để nhận đúng người. Ảnh không được lưu.",
                "The kiosk reads name, birth date and portrait to know you. The portrait is not kept.",
            ),
            body: vec![
                Block::Progress {
                    percent,
                    steps: vec![
                        step(StepMark::Done, "Mở chip an toàn", "Secure channel"),
                        step(StepMark::Done, "Thông tin cá nhân", "Personal data"),
                        step(StepMark::Current, "Ảnh chân dung…", "Portrait…"),
                        step(StepMark::Waiting, "Kiểm tra thẻ thật", "Genuine card check"),
                    ],
                },
                Block::Notice {
                    tone: Tone::Neutral,
                    title: self.words("Trong lúc chờ, xin đọc", "While you wait, please read"),
                    lead: self.words(
                        "Bước sau so khuôn mặt với ảnh trong chip.",
                        "Next, your face is compared with the chip's portrait.",
                    ),
                    text: self.words(
                        "Có thể từ chối và làm thủ tục tại quầy\u{a0}1, số thứ tự như nhau.",
                        "You may decline and go to counter\u{a0}1; your place in the queue is the same.",
                    ),
                },
            ],
            keys: vec![
                self.key("Từ chối, ra quầy", "Decline", KeyWeight::Equal, Action::DeclineFace),
                self.key("Đồng ý", "Agree", KeyWeight::Equal, Action::AgreeToFace),
            ],
            ..self.blank("chip")
        }
    }

    pub fn face(&self, progress: f32) -> Screen {
        Screen {
            stepper: self.stepper(1),
            headline: self
                .words("Nhìn vào khung, quay đầu chậm sang trái.", "Look into the oval and turn slowly left."),
            body: vec![Block::Camera {
                hint: self.words("Tốt lắm. Quay thêm một chút", "Very good. A little further"),
                progress,
            }],
            keys: vec![self.key(
                "Không quay được? Ra quầy, số như nhau",
                "Cannot turn? Go to the counter",
                KeyWeight::Secondary,
                Action::GoToCounter,
            )],
            ..self.blank("face")
        }
    }

    pub fn department(&self) -> Screen {
        let tile = |code: &str, title: (&str, &str), subtitle: (&str, &str), tone, badge: (&str, &str), chosen| Tile {
            title: self.words(title.0, title.1),
            subtitle: self.words(subtitle.0, subtitle.1),
            badge: Some(Badge { tone, text: self.words(badge.0, badge.1) }),
            chosen,
            enabled: true,
            action: Action::ChooseDepartment(DepartmentCode::parse(code).expect("a sample's code")),
        };
        Screen {
            stepper: self.stepper(2),
            headline: self.words("Nguyễn Văn Mẫu\nkhám khoa nào?", "Nguyễn Văn Mẫu,\nwhich department?"),
            badge: Some(Badge {
                tone: Tone::Ok,
                text: self.words("BHYT còn hạn đến 31/12/2026 · đúng tuyến", "Insurance valid to 31/12/2026"),
            }),
            body: vec![Block::Tiles(vec![
                tile(
                    "K03",
                    ("Nội tổng hợp", "General medicine"),
                    ("Phòng\u{a0}101, 102 · tầng\u{a0}1", "Rooms\u{a0}101, 102 · floor\u{a0}1"),
                    Tone::Ok,
                    ("6 người · 24–36\u{a0}phút", "6 people · 24–36\u{a0}min"),
                    true,
                ),
                tile(
                    "K04",
                    ("Tim mạch", "Cardiology"),
                    ("Phòng\u{a0}204 · tầng\u{a0}2", "Room\u{a0}204 · floor\u{a0}2"),
                    Tone::Warn,
                    ("11 người · 44–66\u{a0}phút", "11 people · 44–66\u{a0}min"),
                    false,
                ),
                tile(
                    "K30",
                    ("Mắt", "Eyes"),
                    ("Phòng\u{a0}206 · tầng\u{a0}2", "Room\u{a0}206 · floor\u{a0}2"),
                    Tone::Ok,
                    ("3 người · 12–18\u{a0}phút", "3 people · 12–18\u{a0}min"),
                    false,
                ),
                tile(
                    "K28",
                    ("Tai mũi họng", "Ear, nose, throat"),
                    ("Phòng\u{a0}207 · tầng\u{a0}2", "Room\u{a0}207 · floor\u{a0}2"),
                    Tone::Ok,
                    ("5 người · 20–30\u{a0}phút", "5 people · 20–30\u{a0}min"),
                    false,
                ),
                tile(
                    "K08",
                    ("Cơ xương khớp", "Joints and bones"),
                    ("Phòng\u{a0}110 · tầng\u{a0}1", "Room\u{a0}110 · floor\u{a0}1"),
                    Tone::Warn,
                    ("9 người · 36–54\u{a0}phút", "9 people · 36–54\u{a0}min"),
                    false,
                ),
                Tile {
                    enabled: false,
                    badge: Some(Badge { tone: Tone::Neutral, text: self.words("Hôm nay nghỉ", "Closed today") }),
                    ..tile(
                        "K01",
                        ("Khám lái xe", "Driver's check-up"),
                        ("Phòng\u{a0}301 · tầng\u{a0}3", "Room\u{a0}301 · floor\u{a0}3"),
                        Tone::Neutral,
                        ("", ""),
                        false,
                    )
                },
            ])],
            keys: vec![
                self.key(
                    "Tôi chưa biết khám khoa nào",
                    "I do not know which",
                    KeyWeight::Secondary,
                    Action::UnknownDepartment,
                ),
                self.key(
                    "Lấy số Nội tổng hợp",
                    "Take a number for General medicine",
                    KeyWeight::Primary,
                    Action::TakeNumber,
                ),
            ],
            ..self.blank("department")
        }
    }

    pub fn ticket(&self) -> Screen {
        Screen {
            stepper: self.stepper(3),
            body: vec![
                Block::Number(BigNumber {
                    caption: self.words("Số thứ tự khám", "Your queue number"),
                    number: "A027".to_owned(),
                    place: self.words(
                        "Nội tổng hợp · Phòng\u{a0}102, tầng\u{a0}1",
                        "General medicine · Room\u{a0}102, floor\u{a0}1",
                    ),
                    badge: Some(Badge {
                        tone: Tone::Ok,
                        text: self.words(
                            "Khoảng 25–35\u{a0}phút nữa · 6\u{a0}người phía trước",
                            "In about 25–35\u{a0}min · 6\u{a0}people before you",
                        ),
                    }),
                    arrow: false,
                }),
                Block::Qr {
                    content: "https://tiepdon.example/q/7fK2mA027".to_owned(),
                    caption: self.words("Quét để xem lượt trên điện thoại", "Scan to follow the queue on your phone"),
                },
                Block::Checklist {
                    title: self.words("Xin nhớ lấy", "Please take"),
                    items: vec![
                        self.words("Thẻ căn cước", "Your citizen card"),
                        self.words("Phiếu số đang in", "The printed ticket"),
                    ],
                },
                Block::Paragraph(self.words(
                    "Theo lối chỉ màu xanh đến khu\u{a0}A, ngồi chờ gọi số. Người trên 75\u{a0}tuổi đã được ưu tiên.",
                    "Follow the blue line to area\u{a0}A and wait for your number. People over 75 go first.",
                )),
            ],
            keys: vec![self.key("Xong, cảm ơn", "Done, thank you", KeyWeight::Primary, Action::Done)],
            ..self.blank("ticket")
        }
    }

    pub fn counter(&self) -> Screen {
        Screen {
            stepper: self.stepper(1),
            badge: Some(Badge {
                tone: Tone::Warn,
                text: self.words("Chưa so được khuôn mặt", "The face could not be compared"),
            }),
            headline: self.words("Không sao.\nMời đến quầy 1, đã có số.", "No problem.\nCounter 1 has your number."),
            why: self.words(
                "Nhân viên sẽ xem thẻ giúp. Thứ tự khám không thay đổi.",
                "Staff will look at your card. Your place in the queue stays.",
            ),
            body: vec![Block::Number(BigNumber {
                caption: String::new(),
                number: "Q014".to_owned(),
                place: self.words("Quầy\u{a0}1 · ngay bên phải máy này", "Counter\u{a0}1 · to the right of this kiosk"),
                badge: None,
                arrow: true,
            })],
            keys: vec![
                self.key("Thử lại khuôn mặt", "Try the face again", KeyWeight::Secondary, Action::RetryFace),
                self.key("Tôi ra quầy 1", "I go to counter 1", KeyWeight::Primary, Action::GoToCounter),
            ],
            ..self.blank("counter")
        }
    }

    pub fn keypad(&self) -> Screen {
        Screen {
            stepper: self.stepper(0),
            headline: self.words("Gõ 6 số cuối\ncủa số căn cước.", "Type the last 6 digits\nof the card number."),
            body: vec![Block::Keypad(Keypad {
                label: self.words("Sáu số cuối", "Last six digits"),
                entry: "3 2 4 5 _ _".to_owned(),
                erase_label: self.words("Xóa", "Erase"),
            })],
            keys: vec![
                self.key("Quay lại", "Back", KeyWeight::Secondary, Action::Back),
                self.key("Không thời hạn", "No expiry", KeyWeight::Secondary, Action::NoExpiry),
                Key { enabled: false, ..self.key("Tiếp tục", "Continue", KeyWeight::Primary, Action::Continue) },
            ],
            ..self.blank("keypad")
        }
    }

    pub fn facts(&self) -> Screen {
        let fact =
            |label: (&str, &str), value: (&str, &str)| (self.words(label.0, label.1), self.words(value.0, value.1));
        Screen {
            stepper: self.stepper(2),
            headline: self.words("Thông tin trong thẻ\ncó đúng không?", "Is what the card\nsays right?"),
            body: vec![
                Block::Facts(vec![
                    fact(("Họ và tên", "Name"), ("Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu")),
                    fact(("Ngày sinh", "Born"), ("15/01/1987", "15/01/1987")),
                    fact(("Số căn cước", "Card number"), ("••••••••3245", "••••••••3245")),
                    fact(
                        ("Nơi đăng ký khám", "Registered at"),
                        ("Bệnh viện Đa khoa Mẫu, quận Ngô Quyền", "Mẫu General Hospital, Ngô Quyền"),
                    ),
                ]),
                Block::Notice {
                    tone: Tone::Warn,
                    title: self.words("Cổng BHYT chưa trả lời", "The insurance gateway has not answered"),
                    lead: self.words("Vẫn được khám như thường.", "You will be seen as usual."),
                    text: self.words(
                        "Quyền lợi sẽ được xác nhận sau. Không phải chờ ở đây.",
                        "Your entitlement is confirmed later. No need to wait here.",
                    ),
                },
            ],
            keys: vec![
                self.key("Khám dịch vụ, tự trả", "I pay myself", KeyWeight::Equal, Action::PayMyself),
                self.key("Khám BHYT", "Use insurance", KeyWeight::Equal, Action::PayByInsurance),
            ],
            ..self.blank("facts")
        }
    }

    /// A screen that is one drawing.
    pub fn picture(&self, name: &'static str, picture: Picture, vietnamese: &str, english: &str) -> Screen {
        Screen {
            stepper: self.stepper(0),
            headline: self.words(vietnamese, english),
            why: self.words("Nhân viên ở quầy 1 sẵn sàng giúp.", "Staff at counter 1 are glad to help."),
            body: vec![Block::Picture { picture, caption: String::new() }],
            keys: vec![self.key("Quay lại", "Back", KeyWeight::Secondary, Action::Back)],
            ..self.blank(name)
        }
    }

    pub fn pictures(&self) -> Vec<Screen> {
        vec![
            self.picture("picture-remove-card", Picture::RemoveCard, "Mời lấy lại thẻ.", "Please take your card."),
            self.picture("picture-keep-still", Picture::KeepCardStill, "Xin để yên thẻ.", "Please leave the card."),
            self.picture(
                "picture-scan-code",
                Picture::ScanCode,
                "Đưa mã QR trên thẻ\nvào máy quét.",
                "Hold the card's code\nover the scanner.",
            ),
            self.picture(
                "picture-scan-phone",
                Picture::ScanPhone,
                "Mở VNeID, đưa mã\nvào máy quét.",
                "Open VNeID and hold\nthe code over the scanner.",
            ),
            self.picture(
                "picture-insurance",
                Picture::InsuranceCard,
                "Đưa mã trên thẻ BHYT\nvào máy quét.",
                "Hold the insurance\ncard over the scanner.",
            ),
            self.picture(
                "picture-look",
                Picture::LookAtCamera,
                "Nhìn thẳng vào\nmáy ảnh phía trên.",
                "Look straight at\nthe camera above.",
            ),
            self.picture("picture-counter", Picture::GoToCounter, "Mời đến quầy 1.", "Please go to counter 1."),
            self.picture("picture-paper", Picture::TakePaper, "Mời lấy phiếu số.", "Please take your ticket."),
            self.picture("picture-staff", Picture::StaffIsComing, "Nhân viên đang đến.", "Staff are coming."),
            self.picture("picture-out-of-order", Picture::OutOfOrder, "Máy này đang nghỉ.", "This kiosk is closed."),
            self.picture("picture-flower", Picture::Flower, "Cảm ơn.", "Thank you."),
        ]
    }

    /// The same screen, asking whether somebody is there.
    pub fn time_out(&self, seconds: u16) -> Screen {
        Screen {
            dialog: Some(Dialog {
                tone: Tone::Warn,
                title: self.words("Vẫn còn ở đây chứ ạ?", "Are you still there?"),
                text: self.words(
                    "Nếu không chạm, máy sẽ xóa hết thông tin để giữ kín cho người dùng.",
                    "Without a touch the kiosk forgets everything, to keep it private.",
                ),
                seconds: Some(seconds),
                keys: vec![
                    self.key("Thoát", "Leave", KeyWeight::Secondary, Action::Cancel),
                    self.key("Tôi vẫn ở đây", "I am still here", KeyWeight::Primary, Action::StillHere),
                ],
            }),
            ..self.department()
        }
    }

    pub fn emergency(&self) -> Screen {
        Screen {
            dialog: Some(Dialog {
                tone: Tone::Danger,
                title: self
                    .words("Đang gọi nhân viên.\nXin ở yên tại đây.", "Staff are being called.\nPlease stay here."),
                text: self.words(
                    "Có người khó thở, đau ngực hoặc ngất: gọi to để người gần nhất giúp ngay.",
                    "If someone cannot breathe, has chest pain or fainted: call out, the nearest person will help.",
                ),
                seconds: None,
                keys: vec![self.key(
                    "Chạm nhầm, đóng lại",
                    "Touched by mistake",
                    KeyWeight::Secondary,
                    Action::CloseDialog,
                )],
            }),
            ..self.welcome()
        }
    }

    pub fn private(&self) -> Screen {
        Screen {
            mood: Mood::Private,
            headline: self.words("Giấy báo tử\nđã được lập.", "The death notice\nhas been drawn up."),
            why: self.words(
                "Xin đọc lại và xác nhận. Bệnh viện chịu trách nhiệm gửi đi.",
                "Please read and confirm. The hospital is responsible for sending it.",
            ),
            body: vec![
                Block::Facts(vec![
                    (self.words("Số giấy", "Number"), "12/2026/GBT".to_owned()),
                    (self.words("Người khai", "Declared by"), "Trần Thị Ví Dụ".to_owned()),
                ]),
                Block::Notice {
                    tone: Tone::Ok,
                    title: self.words("Đã kiểm tra", "Checked"),
                    lead: self.words("Nội dung đủ các mục theo mẫu.", "Every field of the form is filled."),
                    text: String::new(),
                },
            ],
            keys: vec![
                self.key("Có chỗ chưa đúng", "Something is wrong", KeyWeight::Secondary, Action::GoToCounter),
                self.key("Xác nhận", "Confirm", KeyWeight::Primary, Action::Continue),
            ],
            ..self.blank("private")
        }
    }

    pub fn danger(&self) -> Screen {
        Screen {
            badge: Some(Badge {
                tone: Tone::Danger,
                text: self.words("Máy in hết giấy", "The printer is out of paper"),
            }),
            headline: self.words("Xin chụp hoặc nhớ số này.", "Please note this number."),
            body: vec![
                Block::Number(BigNumber {
                    caption: self.words("Số thứ tự khám", "Your queue number"),
                    number: "AB1027".to_owned(),
                    place: self.words("Mắt · Phòng\u{a0}206, tầng\u{a0}2", "Eyes · Room\u{a0}206, floor\u{a0}2"),
                    badge: None,
                    arrow: false,
                }),
                Block::Notice {
                    tone: Tone::Danger,
                    title: self.words("Không có phiếu giấy", "No paper ticket"),
                    lead: self.words("Số vẫn có giá trị.", "The number is still valid."),
                    text: self
                        .words("Đọc số này cho nhân viên ở phòng\u{a0}206.", "Say it to the staff in room\u{a0}206."),
                },
                Block::Notice {
                    tone: Tone::Ok,
                    title: self.words("Đã gửi", "Sent"),
                    lead: self.words("Phòng khám đã biết số này.", "The room knows this number."),
                    text: String::new(),
                },
            ],
            keys: vec![
                self.key("In lại", "Print again", KeyWeight::Secondary, Action::RetryPrint),
                self.key("Đã nhớ số", "I know the number", KeyWeight::Primary, Action::Done),
            ],
            ..self.blank("danger")
        }
    }

    pub fn all(&self) -> Vec<Screen> {
        let mut screens = vec![
            self.welcome(),
            self.chip(65),
            self.face(0.3),
            self.department(),
            self.ticket(),
            self.counter(),
            self.keypad(),
            self.facts(),
            self.danger(),
            self.private(),
            Screen { name: "dialog-time-out", ..self.time_out(17) },
            Screen { name: "dialog-emergency", ..self.emergency() },
        ];
        screens.extend(self.pictures());
        screens.extend(self.papers());
        screens
    }
}

/// Where `./run setup` put the fonts.
pub fn fonts_folder() -> PathBuf {
    std::env::var_os("TIEPDON_PROVISION")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.provision"), PathBuf::from)
        .join("fonts")
}
