//! The board as HTML: the frame once, the live part again at each change.

use announce::{Language, Standing};
use certificates::Text;
use maud::{DOCTYPE, Markup, html};
use time::OffsetDateTime;

use super::hall::Spoken;
use super::view::{BoardView, Called, Current, Next, PlaceKind, Presence, Row, Section};
use crate::clock::{HO_CHI_MINH, from_unix_ms};

/// What fits on a screen that is read from eight metres: a row is one, a department's name and its next numbers are two.
const UNITS_A_PAGE: usize = 7;

/// Who the board belongs to, and where its pieces are.
pub struct Frame<'a> {
    pub hospital_vi: &'a str,
    pub name_vi: &'a str,
    pub name_en: &'a str,
    pub code: &'a str,
    pub look: Look,
    /// Changes with the program: the page then loads itself anew, once.
    pub version: &'a str,
}

/// Ink on paper for a bright hall, paper on ink for a dark one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    #[default]
    Light,
    Dark,
}

const TITLE: Text = Text::new("Bảng gọi số", "Queue board");
const SOUND: Text = Text::new("Bật tiếng", "Switch sound on");
const CURRENT: Text = Text::new("Số đang gọi", "Now serving");
const NEXT: Text = Text::new("Tiếp theo", "Next");
const LAST: Text = Text::new("Vừa gọi", "Last called");
const NOBODY_NEXT: Text = Text::new("Chưa có ai chờ", "Nobody is waiting");
const CLOSED: Text = Text::new("Chưa mở", "Not open yet");
const NONE_CALLED: Text = Text::new("Hôm nay chưa gọi số nào", "No number was called today");
const PRIORITY: Text = Text::new("Ưu tiên", "Priority");
const ENTER: Text = Text::new("Mời vào", "Please come in");
const COME: Text = Text::new("Mời đến", "Please come");
const INSIDE: Text = Text::new("Đang phục vụ", "Being served");
const LOST: Text = Text::new("Mất kết nối", "Connection lost");
const LOST_WHY: Text = Text::new(
    "Số trên bảng có thể đã cũ. Xin nghe nhân viên gọi.",
    "The numbers may be out of date. Please listen for staff.",
);

/// The whole page, with what is true now: it is right before its script has run, and without it.
pub fn whole(frame: &Frame<'_>, live: &Markup, at: OffsetDateTime) -> Markup {
    let look = match frame.look {
        Look::Light => "light",
        Look::Dark => "dark",
    };
    html! {
        (DOCTYPE)
        html lang="vi" class=(look) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (TITLE.vi) " · " (frame.name_vi) }
                link rel="stylesheet" href="/board/board.css";
                script src="/board/board.js" defer {}
                noscript { meta http-equiv="refresh" content="10"; }
            }
            body data-board=(frame.code) data-version=(frame.version) {
                header {
                    (flower())
                    div.where {
                        h1 { (frame.name_vi) }
                        p { (frame.hospital_vi) @if frame.name_en != frame.name_vi { " · " span lang="en" { (frame.name_en) } } }
                    }
                    button #sound hidden { (SOUND.vi) " · " span lang="en" { (SOUND.en) } }
                    time #clock { (clock(at)) }
                }
                div #lost role="alert" hidden {
                    strong { (LOST.vi) " " span #since {} }
                    span { (LOST_WHY.vi) }
                    span lang="en" { (LOST.en) ". " (LOST_WHY.en) }
                }
                main #live { (live) }
            }
        }
    }
}

/// Everything that changes.
pub fn live(view: &BoardView, spoken: Option<&Spoken>) -> Markup {
    let pages = pages(view);
    let speaking = spoken.map(|spoken| spoken.announcement.ticket);
    // One department needs no heading but the board's.
    let alone = view.sections.len() == 1;
    html! {
        div.now {
            @for (index, page) in pages.iter().enumerate() {
                div.page hidden[index > 0] {
                    @for section in page {
                        section.{ "grow-" (section.rows.len().max(1)) } {
                            h2 {
                                @if alone { (CURRENT.vi) " " small lang="en" { (CURRENT.en) } }
                                @else {
                                    (section.name_vi)
                                    @if section.name_en != section.name_vi { " " small lang="en" { (section.name_en) } }
                                }
                            }
                            @if section.rows.is_empty() {
                                p.empty { (CLOSED.vi) " " small lang="en" { (CLOSED.en) } }
                            } @else {
                                ul.rows { @for row in &section.rows { (line(section.kind, row, speaking)) } }
                            }
                            (next(section))
                        }
                    }
                }
            }
            @if pages.len() > 1 {
                p.dots aria-hidden="true" { @for index in 0..pages.len() { i.on[index == 0] {} } }
            }
        }
        aside {
            h2 { (LAST.vi) " " small lang="en" { (LAST.en) } }
            @if view.last.is_empty() {
                p.empty { (NONE_CALLED.vi) br; small lang="en" { (NONE_CALLED.en) } }
            } @else {
                ol { @for call in &view.last { (last(call)) } }
            }
        }
        div.call role="status" {
            @if let Some(spoken) = spoken {
                p { (spoken.announcement.text(Language::Vietnamese)) }
                p lang="en" { (spoken.announcement.text(Language::English)) }
            }
        }
    }
}

fn line(kind: PlaceKind, row: &Row, speaking: Option<api::TicketNumber>) -> Markup {
    let word = place_word(kind);
    let called = row.current.as_ref().is_some_and(|current| Some(current.ticket) == speaking);
    html! {
        li.speaking[called] {
            span.word { (word.vi) small lang="en" { (word.en) } }
            b.place { (row.place) }
            @match &row.current {
                Some(current) => { (number(kind, current)) }
                None => { span.number.none { span aria-hidden="true" { "–" } span.unseen { "Chưa gọi" } } }
            }
        }
    }
}

fn number(kind: PlaceKind, current: &Current) -> Markup {
    let (look, state) = match (current.presence, kind) {
        (Presence::Called, PlaceKind::Room) => ("called", ENTER),
        (Presence::Called, PlaceKind::Counter) => ("called", COME),
        (Presence::Inside, PlaceKind::Room | PlaceKind::Counter) => ("inside", INSIDE),
    };
    html! {
        b.number.(look) { (current.ticket) }
        span.state {
            @if current.standing == Standing::Priority { span.priority { (PRIORITY.vi) } }
            @if let Some(name) = &current.name { span.name { (name) } }
            span { (state.vi) } small lang="en" { (state.en) }
        }
    }
}

fn next(section: &Section) -> Markup {
    let more = section.waiting.saturating_sub(section.next.len());
    html! {
        div.next {
            h3 { (NEXT.vi) small lang="en" { (NEXT.en) } }
            @if section.next.is_empty() {
                p.empty { (NOBODY_NEXT.vi) " " small lang="en" { (NOBODY_NEXT.en) } }
            } @else {
                ol {
                    @for Next { ticket, standing } in &section.next {
                        li.priority[*standing == Standing::Priority] {
                            (ticket)
                            @if *standing == Standing::Priority { small { (PRIORITY.vi) } }
                        }
                    }
                }
                @if more > 0 { p.more { "+" (more) span.unseen { " người nữa" } } }
            }
        }
    }
}

fn last(call: &Called) -> Markup {
    let word = place_word(call.kind);
    html! {
        li {
            b { (call.ticket) }
            span { (word.vi) " " (call.place) time { (clock(from_unix_ms(call.at.unix_ms()))) } }
        }
    }
}

fn place_word(kind: PlaceKind) -> Text {
    match kind {
        PlaceKind::Room => Text::new("Phòng", "Room"),
        PlaceKind::Counter => Text::new("Quầy", "Counter"),
    }
}

/// Departments that do not fit on one screen take turns. One with more rooms than a screen holds goes on on the next.
fn pages(view: &BoardView) -> Vec<Vec<Section>> {
    let mut pages: Vec<Vec<Section>> = Vec::new();
    let mut room = 0;
    for section in &view.sections {
        let rows_a_page = UNITS_A_PAGE - 2;
        let parts = section.rows.chunks(rows_a_page).map(<[Row]>::to_vec).collect::<Vec<_>>();
        let parts = if parts.is_empty() { vec![Vec::new()] } else { parts };
        for rows in parts {
            let part = Section { rows, ..section.clone() };
            match pages.last_mut().filter(|_| units(&part) <= room) {
                Some(page) => {
                    room -= units(&part);
                    page.push(part);
                }
                None => {
                    room = UNITS_A_PAGE - units(&part);
                    pages.push(vec![part]);
                }
            }
        }
    }
    pages
}

fn units(section: &Section) -> usize {
    section.rows.len().max(1) + 2
}

/// `10:32`, local time.
pub fn clock(at: OffsetDateTime) -> String {
    let local = at.to_offset(HO_CHI_MINH);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// The phượng flower of Hải Phòng.
pub fn flower() -> Markup {
    html! {
        svg.flower viewBox="-50 -50 100 100" aria-hidden="true" {
            @for turn in [0, 72, 144, 216, 288] {
                ellipse cx="0" cy="-27" rx="17" ry="22" transform={ "rotate(" (turn) ")" } {}
            }
            circle r="9" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use queue::CounterId;

    use super::*;

    fn section(rooms: usize) -> Section {
        let place = |number: usize| CounterId::parse(&(100 + number).to_string()).expect("a room");
        Section {
            name_vi: "Khám bệnh".into(),
            name_en: "General examination".into(),
            kind: PlaceKind::Room,
            rows: (0..rooms).map(|number| Row { place: place(number), current: None }).collect(),
            next: Vec::new(),
            waiting: 0,
        }
    }

    fn rooms_on_pages(rooms: &[usize]) -> Vec<Vec<usize>> {
        let view = BoardView { sections: rooms.iter().map(|rooms| section(*rooms)).collect(), last: Vec::new() };
        pages(&view).iter().map(|page| page.iter().map(|section| section.rows.len()).collect()).collect()
    }

    #[test]
    fn what_does_not_fit_on_one_screen_takes_turns_and_no_room_is_left_out() {
        assert_eq!(rooms_on_pages(&[4]), [vec![4]]);
        assert_eq!(rooms_on_pages(&[2, 1]), [vec![2, 1]]);
        assert_eq!(rooms_on_pages(&[4, 3]), [vec![4], vec![3]]);
        assert_eq!(rooms_on_pages(&[12]), [vec![5], vec![5], vec![2]]);
        assert_eq!(rooms_on_pages(&[0, 0]), [vec![0, 0]]);
        assert!(rooms_on_pages(&[]).is_empty());
    }
}
