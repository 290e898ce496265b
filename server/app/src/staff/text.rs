//! The words of the pages, Vietnamese and English.

use api::{AlertKind, Assurance, CounterReason};

use crate::store::{DeskState, EntitlementState};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Vietnamese,
    English,
}

impl Language {
    pub fn code(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }

    pub fn own_name(self) -> &'static str {
        match self {
            Self::Vietnamese => "Tiếng Việt",
            Self::English => "English",
        }
    }

    pub(super) fn pick_of(self, text: &api::papers::Bilingual) -> &str {
        match self {
            Self::Vietnamese => &text.vi,
            Self::English => &text.en,
        }
    }

    pub(super) fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vietnamese => vi,
            Self::English => en,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    Title,
    Lead,
    NobodyWaits,
    Login,
    LoginName,
    Password,
    Enter,
    Leave,
    WrongPassword,
    TooManyAttempts,
    Call,
    Check,
    NotThisPerson,
    Finish,
    IAmGoing,
    Born,
    NameUnknown,
    Unproven,
    State,
    Certificates,
    Back,
    MayNot,
    NotThere,
    NotDone,
    TooLong,
    Failed,
    Operations,
}

impl Text {
    pub fn in_language(self, language: Language) -> &'static str {
        match self {
            Self::Title => language.pick("Quầy tiếp đón", "Reception"),
            Self::Lead => language.pick(
                "Những người cần nhân viên xem giấy tờ hoặc hoàn tất thủ tục, theo thứ tự đến.",
                "People who need a member of staff, in the order they came.",
            ),
            Self::NobodyWaits => language.pick("Hiện không có ai đang chờ.", "Nobody is waiting."),
            Self::Login => language.pick("Đăng nhập", "Log in"),
            Self::LoginName => language.pick("Tên đăng nhập", "Login"),
            Self::Password => language.pick("Mật khẩu", "Password"),
            Self::Enter => language.pick("Vào", "Enter"),
            Self::Leave => language.pick("Đăng xuất", "Log out"),
            Self::WrongPassword => {
                language.pick("Tên đăng nhập hoặc mật khẩu chưa đúng.", "The login or the password is not right.")
            }
            Self::TooManyAttempts => {
                language.pick("Đã thử nhiều lần. Xin đợi một phút.", "Too many attempts. Please wait a minute.")
            }
            Self::Call => language.pick("Mời đến quầy", "Call"),
            Self::Check => language.pick("Đã đối chiếu", "Checked"),
            Self::NotThisPerson => language.pick("Không đúng người", "Not this person"),
            Self::Finish => language.pick("Hoàn tất", "Finish"),
            Self::IAmGoing => language.pick("Tôi đến ngay", "I am going"),
            Self::Born => language.pick("sinh", "born"),
            Self::NameUnknown => language.pick("Chưa biết tên", "Name not known"),
            Self::Unproven => language.pick("theo lời khai", "not proven"),
            Self::State => language.pick("Trạng thái", "State"),
            Self::Certificates => language.pick("Giấy tờ", "Certificates"),
            Self::Back => language.pick("Quay lại", "Back"),
            Self::MayNot => language.pick(
                "Tài khoản này không được làm việc đó, hoặc trang đã cũ.",
                "This account may not do that, or the page was too old.",
            ),
            Self::NotThere => language.pick("Không có trang này.", "There is no such page."),
            Self::TooLong => language.pick(
                "Nội dung dài quá mức trang này nhận. Chưa lưu gì.",
                "This is longer than the page takes. Nothing was saved.",
            ),
            Self::NotDone => language.pick("Chưa thực hiện được. Xin thử lại.", "It was not done. Please try again."),
            Self::Failed => language.pick(
                "Hệ thống đang gặp sự cố. Xin thử lại sau ít phút.",
                "The system has a problem. Try again in a few minutes.",
            ),
            Self::Operations => language.pick("Báo cáo", "Reports"),
        }
    }
}

pub fn reason(reason: CounterReason, language: Language) -> &'static str {
    match reason {
        CounterReason::NoCard => language.pick("Không có thẻ", "No card"),
        CounterReason::NumberOnly => {
            language.pick("Chỉ có số, chưa chứng minh là chính chủ", "A number only: not proven to be theirs")
        }
        CounterReason::ChildWithoutPortrait => {
            language.pick("Thẻ trẻ em không có ảnh", "Child's card without a portrait")
        }
        CounterReason::FaceDeclined => language.pick("Không muốn chụp khuôn mặt", "Declined the face check"),
        CounterReason::FaceNotMatched => {
            language.pick("Khuôn mặt chưa khớp với ảnh trong thẻ", "Face did not match the card's portrait")
        }
        CounterReason::FaceUnavailable => {
            language.pick("Máy không so được khuôn mặt", "The kiosk could not compare faces")
        }
        CounterReason::ChipNotGenuine => {
            language.pick("Chip trả lời như một bản sao: xem kỹ thẻ", "The chip answers as a copy would: look closely")
        }
        CounterReason::DocumentAltered => {
            language.pick("Dữ liệu trong chip đã bị sửa: xem kỹ thẻ", "The chip's data was altered: look closely")
        }
        CounterReason::SignerExpired => {
            language.pick("Chứng thư ký thẻ đã hết hạn", "The document signer's certificate has expired")
        }
        CounterReason::SignerUnknown => language.pick(
            "Chip thật, chưa biết cơ quan ký: đối chiếu người với thẻ",
            "Genuine chip, signer not known: compare person and card",
        ),
        CounterReason::AccessDowngraded => {
            language.pick("Kết nối với chip bị hạ mức bảo vệ", "The link to the chip was weakened on purpose")
        }
        CounterReason::ChipUnreadable => language.pick("Không đọc được chip", "The chip could not be read"),
        CounterReason::NumberMismatch => {
            language.pick("Số trong chip khác số trên mã QR", "The chip's number is not the scanned one")
        }
        CounterReason::EidNotConfirmed => language.pick("VNeID chưa được xác nhận", "VNeID was not confirmed"),
        CounterReason::Insurance => language.pick("Cần xem lại bảo hiểm y tế", "Health insurance needs a look"),
        CounterReason::AskedForPerson => language.pick("Muốn gặp nhân viên", "Asked for a person"),
    }
}

pub fn assurance(level: Assurance, language: Language) -> &'static str {
    match level {
        Assurance::A => language.pick("A · đã xác minh", "A · verified"),
        Assurance::B => language.pick("B · cần đối chiếu", "B · to be compared"),
        Assurance::C => language.pick("C · chỉ có số", "C · number only"),
        Assurance::D => language.pick("D · nhân viên quyết định", "D · staff decide"),
    }
}

pub fn desk(state: DeskState, language: Language) -> &'static str {
    match state {
        DeskState::None | DeskState::Finished => "",
        DeskState::Waiting => language.pick("Chưa đối chiếu", "Not checked yet"),
        DeskState::Checked => language.pick("Đã đối chiếu", "Checked"),
        DeskState::NotThisPerson => language.pick("Không đúng người", "Not this person"),
    }
}

pub fn entitlement(state: EntitlementState, language: Language) -> &'static str {
    match state {
        EntitlementState::NotAsked => language.pick("BHYT: chưa tra", "Insurance: not asked"),
        EntitlementState::Answered => language.pick("BHYT: đã có trả lời", "Insurance: answered"),
        EntitlementState::ToBeConfirmed => language.pick("BHYT: chờ xác nhận", "Insurance: to be confirmed"),
    }
}

pub fn valid_insurance(right_route: bool, language: Language) -> &'static str {
    if right_route {
        language.pick("BHYT hợp lệ, đúng tuyến", "Insurance valid, right route")
    } else {
        language.pick("BHYT hợp lệ, cần giấy chuyển", "Insurance valid, referral needed")
    }
}

pub fn refused_insurance(language: Language) -> &'static str {
    language.pick("BHYT chưa dùng được, mã", "Insurance not valid, code")
}

pub fn call(kind: AlertKind, language: Language) -> &'static str {
    match kind {
        AlertKind::Emergency => language.pick("CẤP CỨU", "EMERGENCY"),
        AlertKind::Help => language.pick("Cần giúp đỡ", "Help wanted"),
        AlertKind::CardLeft => language.pick("Có thẻ để quên", "A card was left behind"),
        AlertKind::Printer => language.pick("Máy in cần xem (giấy?)", "Printer needs a look (paper?)"),
    }
}

/// Facts that staff can act on; others stay in the record.
pub fn fact(code: &str, language: Language) -> Option<&'static str> {
    Some(match code {
        "bac" => language.pick("Mở chip bằng BAC", "Opened by BAC"),
        "signer_unknown" => language.pick("Chưa biết cơ quan ký", "Signer not known"),
        "signer_pinned" => language.pick("Cơ quan ký do bệnh viện ghim", "Signer pinned by this hospital"),
        "chip_kiosk_word" => language.pick("Chip thật: theo lời máy", "Chip authenticity: the kiosk's word"),
        "chip_not_proven" => language.pick("Chip không tự chứng minh", "Chip cannot prove itself"),
        "document_expired" => language.pick("Thẻ hết hạn", "Card expired"),
        "numbers_differ" => language.pick("Hai số trong chip khác nhau", "Two numbers in the chip differ"),
        "birth_dates_differ" => {
            language.pick("Hai ngày sinh trong chip khác nhau", "Two birth dates in the chip differ")
        }
        "face_of_another_portrait" => {
            language.pick("Ảnh đã so không phải ảnh trong thẻ", "Matched against another portrait")
        }
        "offline" => language.pick("Lấy số khi mất kết nối", "Taken while offline"),
        "evidence_refused" | "challenge_not_accepted" => {
            language.pick("Bằng chứng từ máy không hợp lệ", "The kiosk's evidence was refused")
        }
        "eid" => "VNeID",
        _ => return None,
    })
}
