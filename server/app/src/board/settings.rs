//! What a hospital decides about its boards.

use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::Duration;

use announce::{Language, Manner};
use api::DepartmentCode;
use serde::{Deserialize, Serialize};

/// Calls in the halls: what is shown, what is heard.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoardConfig {
    /// The folder with the clips that calls are spoken with. Without it two tones are all that is heard.
    pub voice: Option<PathBuf>,
    /// A folder with recordings of a person: a file of the same name takes the place of a clip.
    pub recordings: Option<PathBuf>,
    /// In this order, each time.
    pub languages: Vec<SpokenLanguage>,
    /// How often one call is said.
    pub times: NonZeroU8,
    /// Quiet between one call and the next.
    pub pause_seconds: u8,
    pub names: BoardNames,
    /// Boards that show several departments. Each department has a board of its own besides.
    pub groups: Vec<BoardGroup>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpokenLanguage {
    Vietnamese,
    English,
}

/// Who is called, beside the number. Voices never say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardNames {
    #[default]
    None,
    /// "Nguyễn *** Mẫu"
    Masked,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardGroup {
    /// Stands in the address; no department has this code.
    pub code: DepartmentCode,
    pub name_vi: String,
    pub name_en: String,
    pub departments: Vec<DepartmentCode>,
}

/// Two spoken languages, twice, and a minute between calls: more than that empties no hall.
const MAX_PAUSE_SECONDS: u8 = 60;
const MAX_TIMES: u8 = 4;

impl Default for BoardConfig {
    fn default() -> Self {
        Self {
            voice: None,
            recordings: None,
            languages: vec![SpokenLanguage::Vietnamese],
            times: NonZeroU8::MIN.saturating_add(1),
            pause_seconds: 8,
            names: BoardNames::None,
            groups: Vec::new(),
        }
    }
}

impl BoardConfig {
    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<&'static str> {
        let distinct: std::collections::HashSet<_> = self.groups.iter().map(|group| &group.code).collect();
        if self.pause_seconds > MAX_PAUSE_SECONDS {
            Some("board.pause_seconds is above 60")
        } else if self.times.get() > MAX_TIMES {
            Some("board.times is above 4")
        } else if self.languages.is_empty() {
            Some("board.languages is empty")
        } else if self.groups.iter().any(|group| group.departments.is_empty()) {
            Some("a group of board.groups names no department")
        } else if distinct.len() < self.groups.len() {
            Some("two groups of board.groups share a code")
        } else {
            None
        }
    }

    pub fn manner(&self) -> Manner {
        let languages = self.languages.iter().map(|language| match language {
            SpokenLanguage::Vietnamese => Language::Vietnamese,
            SpokenLanguage::English => Language::English,
        });
        Manner {
            times: self.times.get(),
            languages: languages.collect(),
            pause: Duration::from_secs(u64::from(self.pause_seconds)),
            ..Manner::default()
        }
    }
}
