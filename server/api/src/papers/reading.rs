//! The text a citizen reads, its hash, and what a parent may correct.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::Hex32;

use super::{Bilingual, PaperId, PaperSummary, Private, PrivateBilingual};

/// Everything that is confirmed, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub summary: PaperSummary,
    /// What the citizen is asked, above the lines; for a death in words that fit the moment. Not part of the hash.
    pub invitation: Bilingual,
    pub sections: Vec<Section>,
    /// What touching "confirm" means: "Tôi đã đọc và xác nhận các thông tin trên đúng."
    pub declaration: Bilingual,
    /// [`Reading::text_hash`] of this. The kiosk computes it from what it shows and refuses a text that differs.
    pub text_hash: Hex32,
    /// What this person may propose otherwise; empty where nothing.
    pub correctable: Vec<Correctable>,
    /// Driver: confirming asks for consent to share the conclusion with the licensing side (NĐ 13/2023).
    pub asks_to_share: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: Bilingual,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub label: Bilingual,
    pub value: PrivateBilingual,
}

/// A field a parent knows best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectableField {
    /// TEN_CON: the name the parents intend.
    IntendedName,
    /// NOI_CU_TRU_NND: house, street, hamlet. Province and commune are the ward's.
    Address,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correctable {
    pub field: CorrectableField,
    pub label: Bilingual,
    /// As it stands.
    pub value: Private,
    /// At most this many characters (Unicode scalar values of NFC), 1 to 1024.
    pub max_chars: u16,
}

/// Replaces this person's earlier proposals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// Of the text that was read.
    pub text_hash: Hex32,
    pub corrections: Vec<Correction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    pub field: CorrectableField,
    pub value: Private,
}

impl Reading {
    /// SHA-256 over the paper's id, the declaration, and every title, label and value in both languages, in order; each
    /// text with its length before it, so that no two texts are one.
    pub fn text_hash(&self) -> Hex32 {
        text_hash(self.summary.paper, &self.sections, &self.declaration)
    }
}

fn text_hash(paper: PaperId, sections: &[Section], declaration: &Bilingual) -> Hex32 {
    let mut hash = Texts::new("tiepdon paper text 1");
    hash.0.update(paper.0.as_bytes());
    hash.count(sections.len());
    for section in sections {
        hash.both(&section.title.vi, &section.title.en);
        hash.count(section.lines.len());
        for line in &section.lines {
            hash.both(&line.label.vi, &line.label.en);
            hash.both(&line.value.vi, &line.value.en);
        }
    }
    hash.both(&declaration.vi, &declaration.en);
    hash.finish()
}

/// A hash over texts and counts that cannot be read two ways.
pub(super) struct Texts(Sha256);

impl Texts {
    pub fn new(purpose: &str) -> Self {
        let mut texts = Self(Sha256::new());
        texts.text(purpose);
        texts
    }

    pub fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_be_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    pub fn both(&mut self, vi: &str, en: &str) {
        self.text(vi);
        self.text(en);
    }

    pub fn finish(self) -> Hex32 {
        Hex32(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn hash(lines: &[(&str, &str)]) -> Hex32 {
        let line = |(label, value): &(&str, &str)| Line {
            label: Bilingual::new(label, label),
            value: PrivateBilingual::same(value),
        };
        let sections = [Section { title: Bilingual::new("Con", "Child"), lines: lines.iter().map(line).collect() }];
        text_hash(PaperId(Uuid::nil()), &sections, &Bilingual::new("Đúng", "True"))
    }

    #[test]
    fn every_change_of_the_text_is_another_hash_and_texts_do_not_run_into_each_other() {
        let hashes = [
            hash(&[("Tên", "An")]),
            hash(&[("Tên", "Ân")]),
            hash(&[("TênA", "n")]),
            hash(&[("Tên", "An"), ("", "")]),
            hash(&[]),
        ];
        for (index, one) in hashes.iter().enumerate() {
            assert!(hashes[..index].iter().all(|other| other != one));
        }
        assert_eq!(hash(&[("Tên", "An")]), hashes[0]);
    }

    #[test]
    fn nothing_personal_reaches_debug_output() {
        let line = Line { label: Bilingual::new("Tên", "Name"), value: PrivateBilingual::same("Nguyễn Văn Mẫu") };
        assert!(!format!("{line:?}").contains("Mẫu"));
        let correction = Correction { field: CorrectableField::IntendedName, value: Private::new("Mẫu".into()) };
        assert!(!format!("{correction:?}").contains("Mẫu"));
    }
}
