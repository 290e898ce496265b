//! The words of these pages, Vietnamese and English.

use certificates::{Kind, Lang, Role};

use super::super::text::Language;
use crate::certificate::{CertificateState, Move, NextStep, Why};
use crate::dispatch::{Alarm, Halt};
use crate::store::{DispatchKind, DispatchStep};

pub fn lang(language: Language) -> Lang {
    match language {
        Language::Vietnamese => Lang::Vi,
        Language::English => Lang::En,
    }
}

pub fn state(state: CertificateState, language: Language) -> &'static str {
    match state {
        CertificateState::Draft => language.pick("Bản nháp", "Draft"),
        CertificateState::Blocked => language.pick("Còn lỗi phải sửa", "Blocked by findings"),
        CertificateState::WaitingForCitizen => language.pick("Chờ người dân xác nhận", "Waiting for the citizen"),
        CertificateState::WaitingForSignature => language.pick("Chờ ký số", "Waiting for signature"),
        CertificateState::SigningFailed => language.pick("Ký số không thành", "Signing failed"),
        CertificateState::WaitingToSend => language.pick("Chờ gửi", "Waiting to send"),
        CertificateState::Sending => language.pick("Đang gửi", "Sending"),
        CertificateState::OutcomeUnknown => language.pick("Chưa rõ kết quả", "Outcome unknown"),
        CertificateState::Refused => language.pick("Cổng từ chối", "Refused"),
        CertificateState::Accepted => language.pick("Cổng đã nhận", "Accepted"),
        CertificateState::Replaced => language.pick("Đã được thay thế", "Replaced"),
        CertificateState::Discarded => language.pick("Đã bỏ", "Discarded"),
        CertificateState::Void => language.pick("Đã hủy số", "Void"),
    }
}

/// The colour of a state.
pub fn look(state: CertificateState) -> &'static str {
    match state {
        CertificateState::Draft | CertificateState::WaitingForSignature | CertificateState::WaitingToSend => "",
        CertificateState::WaitingForCitizen | CertificateState::Sending => "warn",
        CertificateState::Blocked
        | CertificateState::SigningFailed
        | CertificateState::OutcomeUnknown
        | CertificateState::Refused => "danger",
        CertificateState::Accepted => "ok",
        CertificateState::Replaced | CertificateState::Discarded | CertificateState::Void => "still",
    }
}

pub fn next(step: NextStep, language: Language) -> &'static str {
    match step {
        NextStep::CompleteAndCheck => language.pick(
            "Điền cho đủ, rồi mời người dân xác nhận hoặc chuyển ký.",
            "Complete it, then ask the citizen or pass it on to signature.",
        ),
        NextStep::CorrectFindings => {
            language.pick("Sửa các mục có đánh dấu đỏ rồi lưu lại.", "Correct what is marked red and save.")
        }
        NextStep::CitizenConfirmsOrPassOn => language.pick(
            "Mời người dân đọc và xác nhận tại kiosk; nếu không được, phòng hồ sơ chuyển ký kèm lý do.",
            "The citizen reads and confirms at the kiosk; if not, the records office passes it on with a reason.",
        ),
        NextStep::WaitForSignature => language.pick(
            "Máy ký bằng chứng thư của cơ sở; người hành nghề ký trong lúc này.",
            "The machine signs for the facility; practitioners sign meanwhile.",
        ),
        NextStep::CheckTokenOrHsm => language
            .pick("Kiểm tra thiết bị ký; máy sẽ tự thử lại.", "Check the signing device; the machine tries again."),
        NextStep::WaitForSending => language.pick("Máy sẽ gửi khi đến lượt.", "The machine sends it in its turn."),
        NextStep::WaitForAnswer => language.pick("Đang chờ cổng trả lời.", "Waiting for the gateway's answer."),
        NextStep::ReconcileWithGateway => language.pick(
            "Tra trên cổng rồi ghi kết quả ở trang đối soát. Máy không tự gửi lại.",
            "Look it up at the gateway and settle it on the reconcile page. No machine sends it again.",
        ),
        NextStep::CorrectAndReissueOrSendAgain => language.pick(
            "Xem mã từ chối: sửa và cấp lại, hoặc gửi lại nếu nguyên nhân đã hết.",
            "See the code: correct and re-issue, or send again once the cause is gone.",
        ),
        NextStep::HandOverPaper => language.pick("In và trao giấy.", "Print it and hand it over."),
        NextStep::UseLaterIssue => language.pick("Dùng bản cấp lại.", "Use the later issue."),
        NextStep::Nothing => "",
    }
}

pub fn way(way: Move, language: Language) -> &'static str {
    match way {
        Move::Save => language.pick("Lưu", "Saved"),
        Move::Block => language.pick("Lưu, còn lỗi", "Saved with findings"),
        Move::AskCitizen => language.pick("Mời người dân xác nhận", "Asked the citizen"),
        Move::Freeze => language.pick("Chốt nội dung, chuyển ký", "Frozen for signature"),
        Move::TakeBack => language.pick("Lấy về sửa", "Taken back"),
        Move::SignFailed => language.pick("Ký không thành", "Signing failed"),
        Move::Signed => language.pick("Cơ sở đã ký", "Signed for the facility"),
        Move::Start => language.pick("Bắt đầu gửi", "Sending began"),
        Move::NotSent => language.pick("Chưa kết nối được, chưa gửi gì", "Not connected, nothing was sent"),
        Move::LoseSight => language.pick("Mất trả lời", "The answer was lost"),
        Move::Refuse => language.pick("Bị từ chối", "Refused"),
        Move::Accept => language.pick("Được nhận", "Accepted"),
        Move::FoundAccepted => language.pick("Đối soát: cổng đã có", "Reconciled: the gateway has it"),
        Move::FoundNotReceived => language.pick("Đối soát: cổng chưa có", "Reconciled: the gateway does not have it"),
        Move::SendAgain => language.pick("Gửi lại", "Sent again"),
        Move::Replace => language.pick("Được thay thế", "Replaced"),
        Move::Discard => language.pick("Bỏ", "Discarded"),
        Move::Void => language.pick("Hủy số", "Made void"),
    }
}

pub fn why(why: Why, language: Language) -> &'static str {
    match why {
        Why::AsPlanned => language.pick("Đúng quy trình", "As planned"),
        Why::CitizenConfirmed => language.pick("Người dân đã xác nhận", "The citizen confirmed"),
        Why::DeceasedUnidentified => language.pick("Người mất chưa rõ danh tính", "Deceased not identified"),
        Why::Foundling => language.pick("Trẻ bị bỏ rơi", "Foundling"),
        Why::RelativeAbsent => language.pick("Thân nhân vắng mặt", "Relative absent"),
        Why::CitizenLeft => language.pick("Người dân đã về", "The citizen left"),
        Why::CitizenDisagrees => language.pick("Người dân không đồng ý", "The citizen disagrees"),
        Why::DeadlineNear => language.pick("Sắp hết hạn gửi", "Deadline is near"),
        Why::NobodyToAsk => language.pick("Không có ai để hỏi", "Nobody to ask"),
        Why::Correction => language.pick("Sửa nội dung", "Correction"),
        Why::WrittenByMistake => language.pick("Lập nhầm", "Written by mistake"),
        Why::WrittenTwice => language.pick("Lập trùng", "Written twice"),
        Why::ClassDropped => language.pick("Bỏ hạng này", "Class dropped"),
        Why::LaterIssueAccepted => language.pick("Bản cấp lại đã được nhận", "Later issue accepted"),
        Why::CauseRemoved => language.pick("Nguyên nhân đã hết", "Cause removed"),
        Why::FoundOnPortal => language.pick("Có trên cổng", "Found on the portal"),
        Why::ReceiptImported => language.pick("Nhập từ biên nhận", "Receipt imported"),
        Why::NotOnPortal => language.pick("Không có trên cổng", "Not on the portal"),
        Why::Other => language.pick("Lý do khác (ghi rõ)", "Another reason (in words)"),
    }
}

/// Reasons to go on without the citizen.
pub const WITHOUT_CITIZEN: [Why; 8] = [
    Why::RelativeAbsent,
    Why::CitizenLeft,
    Why::CitizenDisagrees,
    Why::DeceasedUnidentified,
    Why::Foundling,
    Why::NobodyToAsk,
    Why::DeadlineNear,
    Why::Other,
];

/// Reasons to give a paper up.
pub const GIVING_UP: [Why; 3] = [Why::WrittenByMistake, Why::WrittenTwice, Why::Other];

pub fn role(role: Role, language: Language) -> &'static str {
    match role {
        Role::Mother => language.pick("Mẹ", "Mother"),
        Role::Father => language.pick("Cha", "Father"),
        Role::SurrogateMother => language.pick("Mang thai hộ: người mẹ", "Surrogacy: mother"),
        Role::SurrogateFather => language.pick("Mang thai hộ: người cha", "Surrogacy: father"),
        Role::Deceased => language.pick("Người đã mất", "The person who died"),
        Role::Relative => language.pick("Người thân thích", "Relative"),
        Role::Applicant => language.pick("Người khám", "Applicant"),
    }
}

pub fn roles(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::Birth => &[Role::Mother, Role::Father, Role::SurrogateMother, Role::SurrogateFather],
        Kind::Death => &[Role::Deceased, Role::Relative],
        Kind::Driver => &[Role::Applicant],
    }
}

pub fn role_code(role: Role) -> &'static str {
    match role {
        Role::Mother => "mother",
        Role::Father => "father",
        Role::SurrogateMother => "surrogate_mother",
        Role::SurrogateFather => "surrogate_father",
        Role::Deceased => "deceased",
        Role::Relative => "relative",
        Role::Applicant => "applicant",
    }
}

pub fn halt(halt: Option<Halt>, language: Language) -> &'static str {
    match halt {
        None => language.pick("Đang gửi lên cổng", "Sending is on"),
        Some(Halt::NotConfigured) => {
            language.pick("Chưa bật gửi trong cấu hình", "Sending is not turned on in the configuration")
        }
        Some(Halt::Switch) => language.pick("Đã tạm dừng gửi", "Sending was stopped"),
        Some(Halt::File) => {
            language.pick("Đã tạm dừng gửi bằng tệp trên máy chủ", "Sending was stopped by a file on the server")
        }
    }
}

pub fn alarm(alarm: &Alarm, language: Language) -> String {
    let rows = |n: u64, vi: &str, en: &str| match language {
        Language::Vietnamese => format!("{n} {vi}"),
        Language::English => format!("{n} {en}"),
    };
    match alarm {
        Alarm::WorkerStopped(None) => language
            .pick("Chưa có máy ký và gửi nào hoạt động.", "No worker that signs and sends was ever heard of.")
            .to_owned(),
        Alarm::WorkerStopped(Some(age)) => {
            let minutes = age / 60_000;
            match language {
                Language::Vietnamese => format!("Máy ký và gửi im lặng đã {minutes} phút."),
                Language::English => format!("The worker that signs and sends has been silent for {minutes} minutes."),
            }
        }
        Alarm::Backlog { step, kind, rows: n } => {
            let step = match step {
                DispatchStep::Sign => language.pick("chờ ký", "to sign"),
                DispatchStep::Send => language.pick("chờ gửi", "to send"),
            };
            format!("{}: {n} {step}", dispatch_kind(*kind, language))
        }
        Alarm::UnknownOutcomes(n) => {
            rows(*n, "giấy chưa rõ kết quả, cần đối soát.", "outcomes unknown: reconcile them.")
        }
        Alarm::DeadlinesMissed(n) => rows(*n, "giấy đã quá hạn 4 giờ làm việc.", "past the four working hours."),
        Alarm::SigningFailed(n) => rows(*n, "giấy ký không thành.", "could not be signed."),
        Alarm::DestinationClosed { .. } => language
            .pick(
                "Cổng đang không trả lời; máy tạm ngưng rồi tự thử lại.",
                "The gateway does not answer; the machine waits and tries again.",
            )
            .to_owned(),
    }
}

/// What an outcome's code means; one that nobody explained stands as it is.
pub fn outcome(code: &str, language: Language) -> String {
    let words = match code {
        "timed_out" => language.pick("cổng không trả lời kịp", "no answer in time"),
        "connection_broke" => language.pick("đứt kết nối giữa chừng", "the connection broke"),
        "worker_lost" => language.pick("máy gửi dừng giữa chừng", "the sending machine stopped"),
        "garbled" => language.pick("trả lời không đọc được", "an answer nobody can read"),
        "http_429" => language.pick("cổng báo quá nhiều yêu cầu", "too many requests"),
        "http_413" | "1001" => language.pick("tệp quá lớn", "the file is too large"),
        "205" => language.pick("nội dung không đúng mẫu", "the content is not of the form"),
        "401" | "http_401" => language.pick("tài khoản không được phép", "the account may not"),
        "0" => language.pick("cổng không nhận hồ sơ", "the record is not taken"),
        "500" | "http_500" | "http_502" | "http_503" | "http_504" => {
            language.pick("cổng gặp lỗi", "the gateway failed")
        }
        "token_facility_differs" | "facility_differs" => {
            language.pick("tài khoản của cơ sở khác", "the account is of another facility")
        }
        "token_unplugged" => language.pick("thiết bị ký không cắm", "the signing token is unplugged"),
        "key_unreadable" | "no_key" | "key_failed" => {
            language.pick("không dùng được khóa ký", "the key cannot be used")
        }
        "wrong_pin" | "pin_needs_a_person" => language.pick("mã PIN của thiết bị ký", "PIN of the signing token"),
        "certificate_not_valid_now" | "certificate_does_not_fit" => {
            language.pick("chứng thư số không dùng được", "the signing certificate cannot be used")
        }
        _ => return code.to_owned(),
    };
    format!("{words} ({code})")
}

/// Who did something: an account, a kiosk, a machine.
pub fn actor(actor: &str, language: Language) -> String {
    match actor.split_once(':') {
        Some(("staff", login)) => login.to_owned(),
        Some(("kiosk", id)) => format!("kiosk {id}"),
        Some(("command line", by)) => format!("{by} ({})", language.pick("dòng lệnh", "command line")),
        Some(("worker", _)) => language.pick("máy ký và gửi", "signing and sending").to_owned(),
        Some(_) | None => match actor {
            "hospital system" => language.pick("phần mềm bệnh viện", "hospital system").to_owned(),
            "worker" => language.pick("máy ký và gửi", "signing and sending").to_owned(),
            other => other.to_owned(),
        },
    }
}

pub fn dispatch_kind(kind: DispatchKind, language: Language) -> &'static str {
    match kind {
        DispatchKind::Birth => language.pick("Giấy chứng sinh", "Birth certificate"),
        DispatchKind::Death => language.pick("Giấy báo tử", "Death notice"),
        DispatchKind::Driver => language.pick("Giấy khám sức khỏe lái xe", "Driver's health certificate"),
        DispatchKind::CheckIn => language.pick("Trạng thái khám chữa bệnh", "Check-in message"),
    }
}

/// What just happened, as a page says it once.
pub fn note(code: &str, language: Language) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "saved" => ("ok", language.pick("Đã lưu.", "Saved.")),
        "done" => ("ok", language.pick("Đã thực hiện.", "Done.")),
        "signed" => ("ok", language.pick("Đã ký số.", "Signed.")),
        "filled" => ("ok", language.pick("Đã điền thông tin từ chip.", "Filled from the chip.")),
        "overtaken" => (
            "danger",
            language.pick(
                "Người khác vừa sửa giấy này: xin xem lại rồi lưu.",
                "Somebody else changed it meanwhile: look again, then save.",
            ),
        ),
        "blocked" => {
            ("danger", language.pick("Còn mục phải sửa trước khi đi tiếp.", "Something must be corrected first."))
        }
        "not_allowed" => {
            ("danger", language.pick("Trạng thái hiện tại không cho phép việc này.", "Its state does not allow that."))
        }
        "reason" => ("danger", language.pick("Cần chọn lý do.", "A reason is wanted.")),
        "no_key" => ("danger", language.pick("Tài khoản này chưa có khóa ký.", "No key is held for this account.")),
        "key_failed" => (
            "danger",
            language.pick(
                "Không dùng được khóa ký: kiểm tra thiết bị hoặc mật khẩu.",
                "The key cannot be used: check device or password.",
            ),
        ),
        "nobody" => (
            "danger",
            language.pick("Không tìm thấy người này trong lượt khám hôm nay.", "This person was not identified today."),
        ),
        "unreadable" => (
            "danger",
            language.pick(
                "Không đọc được tệp: không phải giấy theo mẫu của cổng.",
                "The document is not a paper of the gateway's form.",
            ),
        ),
        "no_fonts" => {
            ("danger", language.pick("Chưa cấu hình phông chữ để in.", "No fonts are configured for printing."))
        }
        _ => return None,
    })
}
