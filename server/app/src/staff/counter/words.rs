//! The words and keys of the counter's page.

use queue::{Entry, Ground, OutOfOrder, State};

use crate::department::Department;
use crate::staff::Language;

/// What staff do at a counter, by one key each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    Close,
    Next,
    Recall,
    Start,
    Skip,
    Park,
    Return,
    Finish,
    Transfer,
    Call,
    Check,
    NotThisPerson,
    Ground,
    WalkIn,
    Leave,
    Merge,
}

impl Way {
    const ALL: [Self; 17] = [
        Self::Open,
        Self::Close,
        Self::Next,
        Self::Recall,
        Self::Start,
        Self::Skip,
        Self::Park,
        Self::Return,
        Self::Finish,
        Self::Transfer,
        Self::Call,
        Self::Check,
        Self::NotThisPerson,
        Self::Ground,
        Self::WalkIn,
        Self::Leave,
        Self::Merge,
    ];

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Close => "close",
            Self::Next => "next",
            Self::Recall => "recall",
            Self::Start => "start",
            Self::Skip => "skip",
            Self::Park => "park",
            Self::Return => "return",
            Self::Finish => "finish",
            Self::Transfer => "transfer",
            Self::Call => "call",
            Self::Check => "check",
            Self::NotThisPerson => "not_this_person",
            Self::Ground => "ground",
            Self::WalkIn => "walk_in",
            Self::Leave => "leave",
            Self::Merge => "merge",
        }
    }

    /// The key's place on the keyboard, a small letter.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open | Self::Close => "o",
            Self::Next => "n",
            Self::Recall => "r",
            Self::Start => "i",
            Self::Skip => "s",
            Self::Park => "p",
            Self::Return => "b",
            Self::Finish => "f",
            Self::Transfer => "t",
            Self::Call => "g",
            Self::Check => "v",
            Self::NotThisPerson => "x",
            Self::Ground => "u",
            Self::WalkIn => "w",
            Self::Leave => "d",
            Self::Merge => "m",
        }
    }

    pub fn words(self, language: Language) -> &'static str {
        match self {
            Self::Open => language.pick("Mở quầy", "Open counter"),
            Self::Close => language.pick("Đóng quầy", "Close counter"),
            Self::Next => language.pick("Mời người tiếp theo", "Next"),
            Self::Recall => language.pick("Gọi lại", "Call again"),
            Self::Start => language.pick("Đã vào", "Is here"),
            Self::Skip => language.pick("Vắng mặt", "Not here"),
            Self::Park => language.pick("Tạm dừng", "Pause"),
            Self::Return => language.pick("Đã quay lại", "Has returned"),
            Self::Finish => language.pick("Xong", "Finish"),
            Self::Transfer => language.pick("Chuyển", "Transfer"),
            Self::Call => language.pick("Gọi theo số", "Call a number"),
            Self::Check => language.pick("Đã đối chiếu", "Checked"),
            Self::NotThisPerson => language.pick("Không đúng người", "Not this person"),
            Self::Ground => language.pick("Ưu tiên", "Priority"),
            Self::WalkIn => language.pick("Cấp số tại quầy", "Give a number"),
            Self::Leave => language.pick("Hủy số", "Void number"),
            Self::Merge => language.pick("Gộp hàng chờ", "Merge queue"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Counter,
    Door,
    IsOpen,
    IsClosed,
    NobodyCalled,
    ClosedLead,
    Declared,
    Waiting,
    NobodyWaits,
    Away,
    Minutes,
    CalledAt,
    Times,
    ComesBack,
    Leaves,
    BackToDoctor,
    ChooseCounter,
    ChooseLead,
    Number,
    Why,
    NoGround,
    ToVerify,
    NoMoreKeys,
}

impl Word {
    /// A reception has counters, every other department rooms.
    pub fn place(department: &Department) -> Self {
        if department.reception { Self::Counter } else { Self::Door }
    }

    pub fn of(self, language: Language) -> &'static str {
        match self {
            Self::Counter => language.pick("Quầy", "Counter"),
            Self::Door => language.pick("Phòng", "Room"),
            Self::IsOpen => language.pick("Đang mở", "Open"),
            Self::IsClosed => language.pick("Đang đóng", "Closed"),
            Self::NobodyCalled => language.pick("Chưa mời ai", "Nobody called"),
            Self::ClosedLead => language.pick("Mở quầy để mời bệnh nhân.", "Open the counter to call patients."),
            Self::Declared => language.pick("Khai ưu tiên, chờ xác nhận", "Named priority, to be confirmed"),
            Self::Waiting => language.pick("Đang chờ", "Waiting"),
            Self::NobodyWaits => language.pick("Hiện không có ai đang chờ.", "Nobody is waiting."),
            Self::Away => language.pick("Tạm dừng, vắng mặt", "Paused or not here"),
            Self::Minutes => language.pick("phút", "min"),
            Self::CalledAt => language.pick("Gọi lúc", "Called at"),
            Self::Times => language.pick("lần", "times"),
            Self::ComesBack => language.pick("rồi quay lại", "and comes back"),
            Self::Leaves => language.pick("chuyển hẳn", "for good"),
            Self::BackToDoctor => language.pick("Xong, về lại", "Done, back to"),
            Self::ChooseCounter => language.pick("Chọn quầy làm việc", "Choose your counter"),
            Self::ChooseLead => language
                .pick("Mỗi nơi một quầy: số được gọi sẽ hiện trên bảng.", "Numbers called here appear on the board."),
            Self::Number => language.pick("Số thứ tự", "Number"),
            Self::Why => language.pick("Lý do", "Reason"),
            Self::NoGround => language.pick("Không ưu tiên", "No priority"),
            Self::ToVerify => language.pick("Cần nhân viên xem", "Need a member of staff"),
            Self::NoMoreKeys => language.pick(
                "Phím tắt ghi trên mỗi nút; Esc đóng bảng chọn.",
                "Each button shows its key; Esc closes a menu.",
            ),
        }
    }
}

pub fn ground(ground: Ground, language: Language) -> &'static str {
    match ground {
        Ground::Emergency => language.pick("Cấp cứu", "Emergency"),
        Ground::UnderSix => language.pick("Dưới 6 tuổi", "Under 6"),
        Ground::Pregnant => language.pick("Có thai", "Pregnant"),
        Ground::SevereDisability => language.pick("Khuyết tật nặng", "Severe disability"),
        Ground::SeventyFiveAndOver => language.pick("Từ đủ 75 tuổi", "75 and over"),
        Ground::WarMerit => language.pick("Người có công", "War merit"),
    }
}

pub fn out_of_order(reason: OutOfOrder, language: Language) -> &'static str {
    match reason {
        OutOfOrder::Condition => language.pick("Tình trạng nặng hơn", "Condition became worse"),
        OutOfOrder::DoctorAsked => language.pick("Bác sĩ yêu cầu", "The doctor asked"),
        OutOfOrder::Verification => language.pick("Cần xem giấy tờ trước", "Papers to be looked at first"),
        OutOfOrder::Companion => {
            language.pick("Người nhà, phiên dịch đang có mặt", "Companion or interpreter is here now")
        }
        OutOfOrder::Mend => language.pick("Sửa nhầm lẫn", "To mend a mistake"),
    }
}

pub fn state(entry: &Entry, language: Language) -> &'static str {
    match entry.state {
        State::Waiting => language.pick("Đang chờ", "Waiting"),
        State::Called { .. } => language.pick("Đã mời", "Called"),
        State::InService { .. } => language.pick("Đang làm việc", "Being served"),
        State::Parked { .. } => language.pick("Tạm dừng", "Paused"),
        State::NoShow { .. } => language.pick("Không đến", "No-show"),
        State::Away { .. } => language.pick("Đang ở nơi khác", "Elsewhere"),
        State::Finished { .. } => language.pick("Đã xong", "Finished"),
        State::Left { .. } => language.pick("Đã chuyển", "Transferred"),
        State::Merged { .. } => language.pick("Đã gộp", "Merged"),
        State::Void => language.pick("Đã hủy", "Void"),
    }
}

/// Why a key did nothing, by the code in the page's address.
pub fn said(code: &str, language: Language) -> Option<&'static str> {
    Some(match code {
        "nobody_waits" => language.pick("Không còn ai chờ quầy này.", "Nobody waits for this counter."),
        "changed" => language.pick(
            "Hàng chờ vừa thay đổi. Xin xem lại rồi bấm tiếp.",
            "The queue has just changed. Look again, then press.",
        ),
        "counter_closed" => language.pick("Quầy đang đóng.", "The counter is closed."),
        "counter_open" => language.pick("Quầy đã mở.", "The counter is open already."),
        "counter_busy" => {
            language.pick("Quầy đang có người: bấm Xong trước.", "Somebody is at the counter: finish first.")
        }
        "at_counter" => language.pick("Người này đang ở quầy khác.", "This patient is at another counter."),
        "calls_used_up" | "calls_left" => {
            language.pick("Số lần gọi không cho phép.", "The number of calls does not allow it.")
        }
        "unknown_visit" => language.pick("Không có số này trong hàng chờ.", "There is no such number in this queue."),
        "already_here" => language.pick("Người này đã có trong hàng chờ.", "This patient is in the queue already."),
        "not_now" => language.pick("Lúc này không làm được việc đó.", "That cannot be done now."),
        "same_department" => language.pick("Vẫn là khoa này.", "This is the same department."),
        "merged" => language.pick("Hàng chờ này đã gộp sang khoa khác.", "This queue was merged into another."),
        "contended" => language.pick("Nhiều người cùng thao tác. Xin bấm lại.", "Several people at once. Press again."),
        "department_retired" => {
            language.pick("Khoa đó không nhận thêm bệnh nhân nữa.", "That department takes nobody new any more.")
        }
        "no_number" => language.pick("Không cấp được số lúc này.", "No number can be given now."),
        _ => return None,
    })
}
