//! Words for codes, and numbers as the two languages write them.

use certificates::{Lang, Text};

use crate::facts::{ChipOutcome, DeadlineStanding, FaceOutcome, Group, Stage};

/// `1.234` in Vietnamese, `1,234` in English.
pub fn count(number: u64, lang: Lang) -> String {
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// One digit behind the point, or the comma.
pub fn decimal(number: f64, lang: Lang) -> String {
    let text = format!("{number:.1}");
    match lang {
        Lang::Vi => text.replace('.', ","),
        Lang::En => text,
    }
}

/// `7 %`, `7%`. A share that is neither nothing nor all is never rounded to it.
pub fn percent(part: u64, whole: u64, lang: Lang) -> String {
    let sign = match lang {
        Lang::Vi => "\u{a0}%",
        Lang::En => "%",
    };
    if whole == 0 {
        return format!("0{sign}");
    }
    let share = part as f64 * 100.0 / whole as f64;
    let rounded = share.round();
    if rounded < 1.0 && part > 0 {
        format!("<1{sign}")
    } else if rounded > 99.0 && part < whole {
        format!(">99{sign}")
    } else {
        format!("{rounded:.0}{sign}")
    }
}

/// Whole minutes; below ten minutes with halves of a minute rounded, below one minute "<1".
pub fn minutes(seconds: u32, lang: Lang) -> String {
    let unit = match lang {
        Lang::Vi => "phút",
        Lang::En => "min",
    };
    match (f64::from(seconds) / 60.0).round() {
        rounded if rounded < 1.0 && seconds > 0 => format!("<1\u{a0}{unit}"),
        rounded => format!("{rounded:.0}\u{a0}{unit}"),
    }
}

pub fn chip(outcome: ChipOutcome) -> Text {
    match outcome {
        ChipOutcome::Trusted => Text::new("Chip thật, bên ký tin cậy", "Genuine chip, trusted signer"),
        ChipOutcome::Pinned => Text::new("Chip thật, bệnh viện ghim bên ký", "Genuine chip, signer pinned here"),
        ChipOutcome::SignerUnknown => Text::new("Chip thật, chưa biết bên ký", "Genuine chip, signer unknown"),
        ChipOutcome::KioskWord => Text::new("Chip thật theo lời kiosk", "Genuine by the kiosk's word"),
        ChipOutcome::NotProven => Text::new("Chip không chứng minh được", "Chip could not prove itself"),
        ChipOutcome::Eid => Text::new("Định danh điện tử", "Electronic identity"),
        ChipOutcome::NumberOnly => Text::new("Chỉ có số, không đọc chip", "Number only, no chip read"),
        ChipOutcome::Nothing => Text::new("Không có giấy tờ", "No document"),
    }
}

pub fn face(outcome: FaceOutcome) -> Text {
    match outcome {
        FaceOutcome::Matched => Text::new("Khớp", "Matched"),
        FaceOutcome::NotMatched => Text::new("Chưa khớp", "Not matched"),
        FaceOutcome::Declined => Text::new("Người bệnh không đồng ý", "Declined by the patient"),
        FaceOutcome::NoPortrait => Text::new("Thẻ không có ảnh", "No portrait on the card"),
        FaceOutcome::Unavailable => Text::new("Camera không sẵn sàng", "Camera not available"),
        FaceOutcome::NotAsked => Text::new("Không cần so", "Not asked"),
    }
}

pub fn assurance(code: &str) -> Text {
    match code {
        "A" => Text::new("A · chip tin cậy, khớp mặt", "A · trusted chip, face matched"),
        "B" => Text::new("B · chip thật, chưa biết bên ký", "B · genuine chip, signer unknown"),
        "C" => Text::new("C · chỉ có số", "C · a number only"),
        _ => Text::new("D · nhân viên xác nhận", "D · a person decides"),
    }
}

pub fn group(group: Group) -> Text {
    match group {
        Group::Emergency => Text::new("Cấp cứu", "Emergency"),
        Group::Priority => Text::new("Ưu tiên theo luật", "Priority by law"),
        Group::Ordinary => Text::new("Thường", "Ordinary"),
    }
}

pub fn reason(code: &str) -> Text {
    match code {
        "no_card" => Text::new("Không có thẻ", "No card"),
        "number_only" => Text::new("Chỉ có số", "Number only"),
        "child_without_portrait" => Text::new("Trẻ em, thẻ không có ảnh", "Child, no portrait"),
        "face_declined" => Text::new("Không đồng ý so mặt", "Face match declined"),
        "face_not_matched" => Text::new("Chưa so khớp mặt", "Face not matched"),
        "face_unavailable" => Text::new("Camera không sẵn sàng", "Camera not available"),
        "chip_not_genuine" => Text::new("Chip như bản sao", "Chip answers like a copy"),
        "document_altered" => Text::new("Dữ liệu chip bị sửa", "Chip data altered"),
        "signer_expired" => Text::new("Chữ ký trên chip hết hạn", "Signer expired"),
        "signer_unknown" => Text::new("Chưa biết bên ký", "Signer unknown"),
        "access_downgraded" => Text::new("Chip chỉ mở được kiểu cũ", "Opened the older way"),
        "chip_unreadable" => Text::new("Không đọc được chip", "Chip unreadable"),
        "number_mismatch" => Text::new("Số trên chip khác mã QR", "Chip and code differ"),
        "eid_not_confirmed" => Text::new("Định danh chưa xác nhận", "Identity not confirmed"),
        "insurance" => Text::new("Thẻ bảo hiểm y tế", "Insurance"),
        _ => Text::new("Muốn gặp nhân viên", "Asked for a person"),
    }
}

pub fn stage(stage: Stage) -> Text {
    match stage {
        Stage::AtDesk => Text::new("Đang soạn", "Being written"),
        Stage::WithCitizen => Text::new("Chờ người dân", "With the citizen"),
        Stage::ToSign => Text::new("Chờ ký", "To be signed"),
        Stage::ToSend => Text::new("Chờ gửi", "To be sent"),
        Stage::OutcomeUnknown => Text::new("Chưa rõ kết quả", "Outcome unknown"),
        Stage::Refused => Text::new("Bị từ chối", "Refused"),
        Stage::Accepted => Text::new("Đã tiếp nhận", "Accepted"),
        Stage::Ended => Text::new("Thay thế hoặc hủy", "Replaced or void"),
    }
}

pub fn deadline(standing: DeadlineStanding) -> Text {
    match standing {
        DeadlineStanding::InTime => Text::new("đúng hạn", "in time"),
        DeadlineStanding::Late => Text::new("trễ hạn", "late"),
        DeadlineStanding::Open => Text::new("còn hạn", "time left"),
        DeadlineStanding::Overdue => Text::new("quá hạn, chưa xong", "overdue, not done"),
        DeadlineStanding::None => Text::new("không có hạn", "no deadline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_does() {
        assert_eq!(count(1_234_567, Lang::Vi), "1.234.567");
        assert_eq!(count(999, Lang::En), "999");
        assert_eq!(count(1_000, Lang::En), "1,000");
        assert_eq!(decimal(6.25, Lang::Vi), "6,2");
    }

    #[test]
    fn a_share_is_rounded_neither_to_nothing_nor_to_all() {
        assert_eq!(percent(1, 1000, Lang::En), "<1%");
        assert_eq!(percent(999, 1000, Lang::En), ">99%");
        assert_eq!(percent(0, 0, Lang::En), "0%");
        assert_eq!(percent(1000, 1000, Lang::Vi), "100\u{a0}%");
    }

    #[test]
    fn a_wait_of_seconds_is_less_than_a_minute_and_not_none() {
        assert_eq!(minutes(12, Lang::En), "<1\u{a0}min");
        assert_eq!(minutes(0, Lang::En), "0\u{a0}min");
        assert_eq!(minutes(89, Lang::Vi), "1\u{a0}phút");
    }
}
