//! A patient: reads the screen, wants some things more than others, and has hands.
//!
//! The patient sees what is on the screen and nothing else, so a scenario that ends well proves that the screens lead there.

use std::collections::{BTreeMap, VecDeque};

use session::screen::{Action, Block, Picture, Screen};

/// What a patient does when a screen offers it, the most wanted first.
#[derive(Debug, Clone)]
pub struct Patient {
    wishes: Vec<Action>,
    /// What is typed on the keypad of a screen, by its name.
    entries: BTreeMap<&'static str, String>,
    /// The keypad being typed on, and what is still to type.
    typing: Option<(&'static str, VecDeque<u8>)>,
    /// The last answer, so that a screen that did not change is not answered again.
    answered: Option<(Screen, Action)>,
}

/// What the patient does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Touch(Action),
    TakeCardOut,
    PutCardIn,
    Wait,
}

/// Where the patient's card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    None,
    InHand,
    InReader,
}

impl Patient {
    pub fn who_wants(wishes: impl IntoIterator<Item = Action>) -> Self {
        Self { wishes: wishes.into_iter().collect(), entries: BTreeMap::new(), typing: None, answered: None }
    }

    pub fn leaving_out(mut self, unwanted: &Action) -> Self {
        self.wishes.retain(|wish| wish != unwanted);
        self
    }

    pub fn typing_on(mut self, screen: &'static str, digits: &str) -> Self {
        self.entries.insert(screen, digits.to_owned());
        self
    }

    pub fn look_at(&mut self, screen: &Screen, card: Card) -> Deed {
        if card == Card::InReader && shows(screen, Picture::RemoveCard) {
            return Deed::TakeCardOut;
        }
        if card == Card::InHand
            && screen.dialog.is_none()
            && shows(screen, Picture::InsertCard)
            && screen.name != "welcome"
        {
            return Deed::PutCardIn;
        }
        if let Some(digit) = self.next_digit(screen) {
            return Deed::Touch(Action::Digit(digit));
        }
        // Another screen in between: the same question again is a new one.
        self.answered.take_if(|(seen, _)| seen != screen);
        let offered = offered(screen);
        let Some(wish) = self.wishes.iter().find(|wish| offered.contains(wish)).cloned() else { return Deed::Wait };
        if self.answered.as_ref().is_some_and(|(_, action)| *action == wish) {
            return Deed::Wait;
        }
        self.answered = Some((screen.clone(), wish.clone()));
        Deed::Touch(wish)
    }

    fn next_digit(&mut self, screen: &Screen) -> Option<u8> {
        screen.body.iter().find(|block| matches!(block, Block::Keypad(_)))?;
        if self.typing.as_ref().is_none_or(|(name, _)| *name != screen.name) {
            let entry = self.entries.remove(screen.name)?;
            self.typing = Some((screen.name, entry.bytes().map(|b| b - b'0').collect()));
        }
        self.typing.as_mut()?.1.pop_front()
    }
}

/// Everything enabled that can be touched; under a dialog, its keys only.
pub fn offered(screen: &Screen) -> Vec<Action> {
    let enabled = |keys: &[session::screen::Key]| -> Vec<Action> {
        keys.iter().filter(|key| key.enabled).map(|key| key.action.clone()).collect()
    };
    if let Some(dialog) = &screen.dialog {
        let mut actions = enabled(&dialog.keys);
        actions.push(screen.emergency.action.clone());
        return actions;
    }
    let mut actions = enabled(&screen.keys);
    for block in &screen.body {
        if let Block::Tiles(tiles) = block {
            actions.extend(tiles.iter().filter(|tile| tile.enabled && !tile.chosen).map(|tile| tile.action.clone()));
        }
        if let Block::Rows(rows) = block {
            actions.extend(rows.iter().map(|row| row.action.clone()));
        }
    }
    actions.extend([Action::Help, screen.emergency.action.clone()]);
    actions
}

pub fn shows(screen: &Screen, wanted: Picture) -> bool {
    screen.body.iter().any(|block| matches!(block, Block::Picture { picture, .. } if *picture == wanted))
}

/// The number on the screen, if one is.
pub fn number_on(screen: &Screen) -> Option<&str> {
    screen.body.iter().find_map(|block| match block {
        Block::Number(number) => Some(number.number.as_str()),
        _ => None,
    })
}

/// All words of a screen, to look for what must not be there.
pub fn words_of(screen: &Screen) -> String {
    format!("{screen:?}")
}
