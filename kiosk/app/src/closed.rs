//! The station of a kiosk that could not start: it sends the patient to the counter, in both languages.
//!
//! It has no devices and no network, so it offers nothing it cannot do: the emergency strip names the counter
//! instead of promising that somebody was called.

use crate::bridge::{Station, Waker};
use crate::preview::PreviewFrame;
use session::screen::{Action, Block, Header, Key, KeyWeight, Language, Mood, Picture, Screen, TextSize};
use std::time::Instant;

pub struct ClosedStation {
    language: Language,
    text_size: TextSize,
    changed: bool,
}

impl ClosedStation {
    pub fn new() -> Self {
        Self { language: Language::Vietnamese, text_size: TextSize::Normal, changed: true }
    }

    fn screen(&self) -> Screen {
        let words = match self.language {
            Language::Vietnamese => &VIETNAMESE,
            Language::English => &ENGLISH,
        };
        Screen {
            name: "closed",
            mood: Mood::Everyday,
            language: self.language,
            text_size: self.text_size,
            header: Header {
                hospital: "Tiếp Đón".to_owned(),
                subtitle: words.subtitle.to_owned(),
                language_key: words.other_language.to_owned(),
                text_size_key: words.text_size.to_owned(),
                help_key: words.help.to_owned(),
            },
            stepper: None,
            badge: None,
            headline: words.headline.to_owned(),
            why: words.why.to_owned(),
            body: vec![Block::Picture { picture: Picture::OutOfOrder, caption: String::new() }],
            keys: Vec::new(),
            emergency: Key {
                label: words.emergency.to_owned(),
                weight: KeyWeight::Secondary,
                enabled: false,
                action: Action::Emergency,
            },
            dialog: None,
            spoken: format!("{} {}", words.headline.replace('\n', " "), words.why),
            focus: vec![Action::ToggleLanguage, Action::ToggleTextSize],
        }
    }
}

impl Default for ClosedStation {
    fn default() -> Self {
        Self::new()
    }
}

impl Station for ClosedStation {
    fn wake_with(&mut self, _waker: Waker) {}

    fn poll(&mut self) -> Option<Screen> {
        std::mem::take(&mut self.changed).then(|| self.screen())
    }

    fn touch(&mut self, action: Action) {
        match action {
            Action::ToggleLanguage => {
                self.language = match self.language {
                    Language::Vietnamese => Language::English,
                    Language::English => Language::Vietnamese,
                };
            }
            Action::ToggleTextSize => {
                self.text_size = match self.text_size {
                    TextSize::Normal => TextSize::Large,
                    TextSize::Large => TextSize::Normal,
                };
            }
            // Nothing else is on the screen, and help is the sentence that stands there.
            _ => return,
        }
        self.changed = true;
    }

    fn preview(&mut self) -> Option<PreviewFrame> {
        None
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

struct Words {
    subtitle: &'static str,
    other_language: &'static str,
    text_size: &'static str,
    help: &'static str,
    headline: &'static str,
    why: &'static str,
    emergency: &'static str,
}

const VIETNAMESE: Words = Words {
    subtitle: "Tiếp đón tự phục vụ",
    other_language: "English",
    text_size: "Cỡ chữ",
    help: "Trợ giúp",
    headline: "Máy này đang nghỉ.\nMời đến quầy tiếp đón.",
    why: "Nhân viên tại quầy làm thủ tục giúp. Thứ tự khám như nhau.",
    emergency: "Cấp cứu: báo ngay nhân viên tại quầy",
};

const ENGLISH: Words = Words {
    subtitle: "Self-service reception",
    other_language: "Tiếng Việt",
    text_size: "Text size",
    help: "Help",
    headline: "This kiosk is closed.\nPlease go to the reception desk.",
    why: "The staff there will check you in. Your place in the queue is the same.",
    emergency: "Emergency: tell the staff at the desk at once",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_kiosk_promises_no_call_for_help() {
        let mut station = ClosedStation::new();
        let screen = station.poll().expect("the first poll gives the first screen");
        assert!(!screen.emergency.enabled);
        assert!(screen.keys.is_empty());
        assert!(station.poll().is_none(), "nothing changed");
    }

    #[test]
    fn a_closed_kiosk_still_speaks_both_languages() {
        let mut station = ClosedStation::new();
        station.touch(Action::ToggleLanguage);
        assert_eq!(station.poll().map(|screen| screen.language), Some(Language::English));
    }
}
