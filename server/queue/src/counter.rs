//! Counters, rooms: wherever patients are called to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// As written on the door: "1", "102", "P203", "Siêu âm 2". 1 to 32 letters (Vietnamese ones too), digits, `-` and `.`,
/// with single spaces between.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CounterId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a counter has 1 to 32 letters, digits, '-' and '.', with single spaces between")]
pub struct CounterError;

impl CounterId {
    pub fn parse(text: &str) -> Result<Self, CounterError> {
        let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
        let fits = text.chars().count() <= 32 && text.split(' ').all(word) && text.chars().any(char::is_alphanumeric);
        if fits { Ok(Self(text.to_owned())) } else { Err(CounterError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CounterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CounterId {
    type Error = CounterError;
    fn try_from(text: String) -> Result<Self, CounterError> {
        Self::parse(&text)
    }
}

impl From<CounterId> for String {
    fn from(id: CounterId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_a_short_word_without_what_could_confuse_a_path() {
        for good in ["1", "102", "P203", "Quầy1", "Phòng 102", "Siêu âm 2"] {
            assert!(CounterId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "..", "a/b", " 1", "1 ", "1  2", "1\t2", "<b>", "123456789012345678901234567890123"] {
            assert_eq!(CounterId::parse(bad), Err(CounterError), "{bad}");
        }
    }
}
