//! One small page: the number, what to do now, how long it may take.

use maud::{DOCTYPE, Markup, html};

use super::place::{Stage, TicketPlace};
use crate::board::{PlaceKind, flower};
use crate::config::Config;
use crate::department::{Department, Departments};
use crate::staff::Language;

/// A word in both languages, chosen once.
fn say(language: Language, vietnamese: &str, english: &str) -> String {
    match language {
        Language::Vietnamese => vietnamese.to_owned(),
        Language::English => english.to_owned(),
    }
}

/// The page with what is true now.
pub fn whole(config: &Config, token: &str, language: Language, version: &str, live: &Markup) -> Markup {
    let title = say(language, "Số thứ tự của tôi", "My place in the queue");
    let followed = html! {
        p #lost role="status" hidden {
            (say(language, "Mất kết nối, số có thể đã cũ. Đang thử lại …", "Connection lost, this may be out of date. Trying again …"))
        }
        main #live aria-live="polite" { (live) }
        p.note {
            (say(
                language,
                "Trang tự cập nhật. Xin vẫn nghe gọi và nhìn bảng: điện thoại có thể tắt màn hình.",
                "This page updates itself. Please keep an eye on the board: the phone may fall asleep.",
            ))
        }
    };
    let script = html! {
        script src="/t/phone.js" defer {}
        noscript { meta http-equiv="refresh" content="20"; }
    };
    framed(config, language, &title, &format!("/t/{token}"), (&followed, &script), (token, version))
}

/// Where the code leads to nothing that can be followed.
pub fn message(config: &Config, token: &str, language: Language, what: &Message) -> Markup {
    let body = html! { main { (card(what, language)) } };
    framed(config, language, &what.words(language).0, &format!("/t/{token}"), (&body, &html! {}), (token, ""))
}

pub fn card(what: &Message, language: Language) -> Markup {
    let (headline, advice) = what.words(language);
    html! { div.card.still data-stage="still" { h1 { (headline) } p.advice { (advice) } } }
}

pub enum Message {
    Unknown,
    Expired,
    Broken,
}

impl Message {
    fn words(&self, language: Language) -> (String, String) {
        match self {
            Self::Unknown => (
                say(language, "Không tìm thấy số này", "No such ticket"),
                say(
                    language,
                    "Xin quét lại mã trên phiếu, hoặc hỏi quầy tiếp đón.",
                    "Scan the code on the ticket again, or ask at reception.",
                ),
            ),
            Self::Expired => (
                say(language, "Số này đã hết hiệu lực", "This ticket has expired"),
                say(
                    language,
                    "Mỗi số chỉ dùng trong ngày lấy số. Xin lấy số mới.",
                    "A number is good for the day it was given. Please take a new one.",
                ),
            ),
            Self::Broken => (
                say(language, "Hệ thống đang gặp sự cố", "The system has a problem"),
                say(
                    language,
                    "Số vẫn được giữ. Xin nhìn bảng hoặc hỏi nhân viên.",
                    "The place in the queue is kept. Look at the board or ask staff.",
                ),
            ),
        }
    }
}

fn framed(
    config: &Config,
    language: Language,
    title: &str,
    path: &str,
    (body, head): (&Markup, &Markup),
    (token, version): (&str, &str),
) -> Markup {
    let other = language.other();
    let hospital = match language {
        Language::Vietnamese => &config.hospital.name_vi,
        Language::English => &config.hospital.name_en,
    };
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                title { (title) " · " (hospital) }
                link rel="stylesheet" href="/t/phone.css";
                (head)
            }
            body data-token=(token) data-version=(version) {
                header {
                    (flower())
                    strong { (hospital) }
                    a.language href={ (path) "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code()) { (other.own_name()) }
                }
                (body)
            }
        }
    }
}

/// Everything that changes.
pub fn live(departments: &Departments, place: &TicketPlace, language: Language) -> Markup {
    let department = departments.get(&place.department).map(|department| &**department);
    let name = department.map(|department| match language {
        Language::Vietnamese => department.name_vi.as_str(),
        Language::English => department.name_en.as_str(),
    });
    let (look, headline, advice) = words(&place.stage, department, language);
    html! {
        div.card.(look) data-stage=(look) {
            p.caption { (say(language, "Số thứ tự", "Ticket number")) }
            p.number { (place.ticket) }
            @if let Some(name) = name { p.department { (name) @if let Some(where_) = department.map(|d| whereabouts(d, language)) { span { (where_) } } } }
            h1.headline { (headline) }
            @if let Some(advice) = advice { p.advice { (advice) } }
        }
        @if let Stage::Waiting { ahead, minutes, .. } = &place.stage {
            dl {
                div { dt { (say(language, "Người phía trước", "People ahead")) } dd { (ahead) } }
                @if let Some((low, high)) = minutes.filter(|(_, high)| *high > 0) {
                    div {
                        dt { (say(language, "Chờ khoảng", "About")) }
                        dd { (low) "–" (high) " " small { (say(language, "phút", "minutes")) } }
                    }
                }
            }
        }
    }
}

fn whereabouts(department: &Department, language: Language) -> String {
    let (rooms, floor) = (department.doors(), &department.floor);
    match PlaceKind::of(department) {
        PlaceKind::Room => {
            say(language, &format!("Phòng {rooms}, tầng {floor}"), &format!("Room {rooms}, floor {floor}"))
        }
        PlaceKind::Counter => {
            say(language, &format!("Quầy {rooms}, tầng {floor}"), &format!("Counter {rooms}, floor {floor}"))
        }
    }
}

/// How the card looks, what stands on it, what to do.
fn words(stage: &Stage, department: Option<&Department>, language: Language) -> (&'static str, String, Option<String>) {
    let at = |kind: &PlaceKind, place: &queue::CounterId| match kind {
        PlaceKind::Room => say(language, &format!("phòng {place}"), &format!("room {place}")),
        PlaceKind::Counter => say(language, &format!("quầy {place}"), &format!("counter {place}")),
    };
    match stage {
        Stage::Waiting { ahead: 0, calls: 0, .. } => (
            "soon",
            say(language, "Sắp đến lượt", "You are next"),
            Some(say(language, "Xin ngồi gần cửa phòng.", "Please wait close to the door.")),
        ),
        Stage::Waiting { calls: 0, .. } => ("waiting", say(language, "Đang chờ", "Waiting"), None),
        Stage::Waiting { .. } => (
            "soon",
            say(language, "Đã gọi mà chưa gặp", "You were called and missed"),
            Some(say(
                language,
                "Sẽ được gọi lại ngay sau đây. Xin ngồi gần cửa phòng.",
                "You will be called again shortly. Please wait close to the door.",
            )),
        ),
        Stage::Called { kind, place, times, of } => (
            "called",
            say(language, &format!("Mời vào {}", at(kind, place)), &format!("You are called to {}", at(kind, place))),
            Some(match department.map(|department| &department.floor) {
                Some(floor) => say(
                    language,
                    &format!("Tầng {floor}. Gọi lần {times} trong {of}."),
                    &format!("Floor {floor}. Call {times} of {of}."),
                ),
                None => say(language, &format!("Gọi lần {times} trong {of}."), &format!("Call {times} of {of}.")),
            }),
        ),
        Stage::Inside { kind, place } => (
            "inside",
            say(language, &format!("Đang ở {}", at(kind, place)), &format!("Being seen in {}", at(kind, place))),
            None,
        ),
        Stage::Parked => (
            "still",
            say(language, "Tạm dừng chờ", "On hold"),
            Some(say(
                language,
                "Khi quay lại, xin báo nhân viên ở cửa phòng.",
                "When back, please tell the staff at the door.",
            )),
        ),
        Stage::Missed { minutes_left: 0 } => (
            "still",
            say(language, "Đã quá lượt", "The call was missed"),
            Some(say(
                language,
                "Xin báo nhân viên: số được xếp lại ở cuối hàng.",
                "Please tell the staff: the number goes to the end of the line.",
            )),
        ),
        Stage::Missed { minutes_left } => (
            "soon",
            say(language, "Đã gọi ba lần mà chưa gặp", "Called three times and missed"),
            Some(say(
                language,
                &format!("Xin báo nhân viên trong {minutes_left} phút tới để được vào ngay sau người đang khám."),
                &format!("Tell the staff within {minutes_left} minutes to go in right after the present patient."),
            )),
        ),
        Stage::Done => (
            "done",
            say(language, "Đã xong", "Done"),
            Some(say(language, "Cảm ơn. Chúc mau khỏe.", "Thank you. Get well soon.")),
        ),
        Stage::Void => (
            "still",
            say(language, "Số này đã bị thu lại", "This number was withdrawn"),
            Some(say(language, "Xin hỏi quầy tiếp đón.", "Please ask at reception.")),
        ),
        Stage::Unknown => (
            "waiting",
            say(language, "Đã nhận số", "Ticket received"),
            Some(say(language, "Xin nhìn bảng để biết lượt gọi.", "Please look at the board for your turn.")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use queue::CounterId;

    use super::*;

    #[test]
    fn every_stage_says_what_is_in_both_languages_and_in_different_words() {
        let place = CounterId::parse("101").expect("a room");
        let kind = PlaceKind::Room;
        for stage in [
            Stage::Waiting { ahead: 0, minutes: None, calls: 0 },
            Stage::Waiting { ahead: 3, minutes: Some((5, 9)), calls: 0 },
            Stage::Waiting { ahead: 1, minutes: None, calls: 2 },
            Stage::Called { kind, place: place.clone(), times: 2, of: 3 },
            Stage::Inside { kind, place },
            Stage::Parked,
            Stage::Missed { minutes_left: 0 },
            Stage::Missed { minutes_left: 12 },
            Stage::Done,
            Stage::Void,
            Stage::Unknown,
        ] {
            let (look, vietnamese, _) = words(&stage, None, Language::Vietnamese);
            let (same, english, _) = words(&stage, None, Language::English);
            assert_eq!(look, same);
            assert!(!vietnamese.is_empty() && vietnamese != english, "{stage:?}");
        }
    }
}
