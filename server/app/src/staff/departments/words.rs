//! The words of the departments' pages, Vietnamese and English.

use time::Time;

use crate::department::rule::{Field, Wrong};
use crate::staff::text::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Departments,
    Lead,
    None,
    Add,
    Edit,
    Change,
    Order,
    Up,
    Down,
    Code,
    CodeHint,
    Prefix,
    PrefixHint,
    Name,
    NameVi,
    NameEn,
    NameEnHint,
    Rooms,
    RoomsHint,
    Floor,
    Hours,
    HoursHint,
    Opens,
    Closes,
    Always,
    Minutes,
    MinutesLow,
    MinutesHigh,
    MinutesHint,
    Capacity,
    CapacityHint,
    Today,
    Full,
    Reception,
    ReceptionHint,
    Save,
    Back,
    NotSaved,
    Retire,
    RetireLead,
    RetireNow,
    Retired,
    RetiredLead,
    Return,
    Import,
    ImportLead,
    Download,
    File,
    NotUtf8,
    Text,
    Check,
    Preview,
    PreviewLead,
    Wrong,
    More,
    Line,
    Column,
    What,
    NothingChanges,
    Added,
    Changed,
    Returned,
    ToRetire,
    Reordered,
    Confirm,
    Mend,
}

impl Word {
    pub fn of(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::Departments => ("Khoa, phòng", "Departments"),
            Self::Lead => (
                "Khoa nào nhận bệnh nhân, ở phòng nào, giờ nào, mỗi ngày bao nhiêu số. Có hiệu lực ngay trên kiosk và bảng gọi số.",
                "Which departments take patients, where, when, and how many numbers a day. It counts on kiosks and boards at once.",
            ),
            Self::None => ("Chưa có khoa nào.", "There is no department yet."),
            Self::Add => ("Thêm khoa", "Add a department"),
            Self::Edit => ("Sửa", "Edit"),
            Self::Change => ("Thay đổi", "Change"),
            Self::Order => ("Thứ tự", "Order"),
            Self::Up => ("Lên trên", "Move up"),
            Self::Down => ("Xuống dưới", "Move down"),
            Self::Code => ("Mã khoa", "Code"),
            Self::CodeHint => {
                ("A-Z, 0-9, _ và -; không đổi được về sau", "A-Z, 0-9, _ and -; it cannot be changed later")
            }
            Self::Prefix => ("Tiền tố số thứ tự", "Letter of its numbers"),
            Self::PrefixHint => ("Một chữ cái, mỗi khoa một chữ", "One letter, another for each department"),
            Self::Name => ("Tên", "Name"),
            Self::NameVi => ("Tên tiếng Việt", "Vietnamese name"),
            Self::NameEn => ("Tên tiếng Anh", "English name"),
            Self::NameEnHint => ("Để trống: như tên tiếng Việt", "Empty: the same as in Vietnamese"),
            Self::Rooms => ("Phòng", "Rooms"),
            Self::RoomsHint => ("Như ghi trên cửa, cách nhau bằng dấu phẩy", "As on the doors, divided by commas"),
            Self::Floor => ("Tầng", "Floor"),
            Self::Hours => ("Giờ nhận bệnh nhân", "Hours"),
            Self::HoursHint => ("Để trống: luôn mở", "Empty: always open"),
            Self::Opens => ("Giờ mở", "Opens"),
            Self::Closes => ("Giờ đóng", "Closes"),
            Self::Always => ("Luôn mở", "Always"),
            Self::Minutes => ("Phút cho một bệnh nhân", "Minutes per patient"),
            Self::MinutesLow => ("Ít nhất", "At least"),
            Self::MinutesHigh => ("Nhiều nhất", "At most"),
            Self::MinutesHint => (
                "Để báo thời gian chờ khi chưa có số liệu những ngày qua",
                "For waiting times until past days teach them",
            ),
            Self::Capacity => ("Số lượt mỗi ngày", "Numbers a day"),
            Self::CapacityHint => (
                "Để trống: không giới hạn. Đủ số thì chỉ nhận người ưu tiên, người có hẹn và người do nhân viên thêm",
                "Empty: no limit. Then only who has priority or an appointment, or whom staff let in",
            ),
            Self::Today => ("Số hôm nay", "Numbers today"),
            Self::Full => ("Đã hết số", "Full"),
            Self::Reception => ("Quầy tiếp đón", "Reception"),
            Self::ReceptionHint => (
                "Người chưa biết khoa nào thì đến đây. Chỉ một khoa; khoa đang giữ vai trò này thôi giữ.",
                "Where those go who know no department. Only one; another stops being it.",
            ),
            Self::Save => ("Lưu", "Save"),
            Self::Back => ("Quay lại", "Back"),
            Self::NotSaved => ("Chưa lưu. Xin xem chỗ được đánh dấu.", "Not saved. Please see what is marked."),
            Self::Retire => ("Ngừng", "Retire"),
            Self::RetireLead => (
                "Người đang chờ vẫn được gọi; không ai được thêm vào.",
                "Those who wait are still called; nobody new is taken.",
            ),
            Self::RetireNow => ("Ngừng nhận bệnh nhân", "Take nobody new"),
            Self::Retired => ("Khoa đã ngừng", "Retired departments"),
            Self::RetiredLead => ("Quá khứ của các khoa này được giữ lại.", "Their past is kept."),
            Self::Return => ("Nhận bệnh nhân lại", "Take patients again"),
            Self::Import => ("Nhập cả danh sách", "Import a whole list"),
            Self::ImportLead => (
                "Danh sách mới thay cho danh sách này; khoa không có tên trong đó sẽ ngừng. Xem trước rồi mới xác nhận.",
                "The new list takes the place of this one; a department that is not in it is retired. You see what changes first.",
            ),
            Self::Download => ("Tải danh sách hiện tại (CSV)", "Download the present list (CSV)"),
            Self::File => ("Tệp CSV", "CSV file"),
            Self::NotUtf8 => (
                "Tệp không phải UTF-8. Trong Excel chọn Lưu dạng: CSV UTF-8.",
                "The file is not UTF-8. In Excel save it as: CSV UTF-8.",
            ),
            Self::Text => ("hoặc dán nội dung vào đây", "or paste it here"),
            Self::Check => ("Xem trước", "See what changes"),
            Self::Preview => ("Danh sách mới", "The new list"),
            Self::PreviewLead => ("Chưa có gì thay đổi cho đến khi xác nhận.", "Nothing changes before you confirm."),
            Self::Wrong => {
                ("Danh sách chưa dùng được. Chưa có gì thay đổi.", "The list cannot be used. Nothing was changed.")
            }
            Self::More => ("Và thêm:", "And more:"),
            Self::Line => ("Dòng", "Line"),
            Self::Column => ("Cột", "Column"),
            Self::What => ("Cần sửa", "What to mend"),
            Self::NothingChanges => ("Giống hệt danh sách hiện tại.", "The same as the present list."),
            Self::Added => ("Thêm mới", "Added"),
            Self::Changed => ("Thay đổi", "Changed"),
            Self::Returned => ("Nhận bệnh nhân lại", "Take patients again"),
            Self::ToRetire => ("Ngừng nhận bệnh nhân", "Retired"),
            Self::Reordered => ("Thứ tự khác", "Another order"),
            Self::Confirm => ("Xác nhận thay danh sách", "Replace the list"),
            Self::Mend => ("Sửa danh sách", "Mend the list"),
        };
        language.pick(vi, en)
    }
}

/// What is said after something was done.
pub fn said(code: &str, language: Language) -> Option<&'static str> {
    Some(match code {
        "saved" => language.pick("Đã lưu.", "Saved."),
        "unchanged" => language.pick("Không có gì thay đổi.", "Nothing changed."),
        "stale" => language.pick(
            "Người khác vừa thay đổi danh sách. Xin xem lại rồi lưu lần nữa.",
            "Others changed the list meanwhile. Please look again, then save once more.",
        ),
        _ => return None,
    })
}

pub fn wrong(wrong: &Wrong, language: Language) -> String {
    let (vi, en) = wrong.words();
    language.pick(&vi, &en).to_owned()
}

pub fn field(field: Field, language: Language) -> &'static str {
    let word = match field {
        Field::Code => Word::Code,
        Field::Prefix => Word::Prefix,
        Field::NameVi => Word::NameVi,
        Field::NameEn => Word::NameEn,
        Field::Rooms => Word::Rooms,
        Field::Floor => Word::Floor,
        Field::Reception => Word::Reception,
        Field::Hours => Word::Hours,
        Field::Minutes => Word::Minutes,
        Field::Capacity => Word::Capacity,
    };
    word.of(language)
}

pub fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
