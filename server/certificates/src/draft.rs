//! What the ward typed: fields by their code, possibly incomplete, possibly wrong, never lost.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Field, Kind, Need, field, fields};

/// The longest text a draft holds in one field, in characters. The contract's own limits are findings.
pub const MAX_FIELD_CHARACTERS: usize = 4096;

/// An editable paper. Serialises as `{"kind":"birth","fields":{"HOTEN_NND":"..."}}`, for the server to seal and store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Draft {
    kind: Kind,
    values: BTreeMap<&'static str, Zeroizing<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    #[error("this paper has no such field")]
    UnknownField,
    #[error("{field}: more than {MAX_FIELD_CHARACTERS} characters")]
    TooLong { field: &'static str },
}

impl Draft {
    pub fn new(kind: Kind) -> Self {
        Self { kind, values: BTreeMap::new() }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of a field, empty when nothing was typed.
    pub fn get(&self, code: &str) -> &str {
        self.values.get(code).map_or("", |value| value.as_str())
    }

    /// Puts down what was typed; an empty text clears the field.
    pub fn set(&mut self, code: &str, text: &str) -> Result<(), DraftError> {
        let field = field(self.kind, code).ok_or(DraftError::UnknownField)?;
        let text = text.trim();
        if text.is_empty() {
            self.values.remove(field.code);
        } else if text.chars().count() > MAX_FIELD_CHARACTERS {
            return Err(DraftError::TooLong { field: field.code });
        } else {
            self.values.insert(field.code, Zeroizing::new(text.to_owned()));
        }
        Ok(())
    }

    /// The same, for building a draft in one expression.
    pub fn with(mut self, code: &str, text: &str) -> Result<Self, DraftError> {
        self.set(code, text)?;
        Ok(self)
    }

    /// Every field of the form with its text, in the order of the form.
    pub fn entries(&self) -> impl Iterator<Item = (&'static Field, &str)> {
        fields(self.kind).iter().map(|field| (field, self.get(field.code)))
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Takes over every field of `other` that it has filled in, except the number. For the fields of a person who
    /// checked in today, and for data of the hospital's own system.
    pub fn fill_from(&mut self, other: &Self) {
        if self.kind == other.kind {
            for (field, text) in other.entries() {
                if !text.is_empty() && field.need != Need::Drawn {
                    self.values.insert(field.code, Zeroizing::new(text.to_owned()));
                }
            }
        }
    }
}

/// Content is personal: Debug counts.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({:?}, {} fields)", self.kind, self.values.len())
    }
}

/// The form of a draft at rest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kind: Kind,
    fields: BTreeMap<String, Zeroized>,
}

/// A text that is wiped when the stored form goes.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Zeroized(String);

impl Drop for Zeroized {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl TryFrom<Stored> for Draft {
    type Error = DraftError;

    fn try_from(stored: Stored) -> Result<Self, DraftError> {
        let mut draft = Self::new(stored.kind);
        for (code, text) in &stored.fields {
            draft.set(code, &text.0)?;
        }
        Ok(draft)
    }
}

impl From<Draft> for Stored {
    fn from(draft: Draft) -> Self {
        let fields = draft.values.iter().map(|(code, text)| ((*code).to_owned(), Zeroized(text.to_string())));
        Self { kind: draft.kind, fields: fields.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_survives_being_stored() {
        let draft = Draft::new(Kind::Birth).with("HOTEN_NND", " Trần Thị Thử Nghiệm ").expect("field");
        let json = serde_json::to_string(&draft).expect("json");
        assert_eq!(json, r#"{"kind":"birth","fields":{"HOTEN_NND":"Trần Thị Thử Nghiệm"}}"#);
        let back: Draft = serde_json::from_str(&json).expect("draft");
        assert_eq!(back, draft);
        assert!(!format!("{draft:?}").contains("Trần"));
    }

    #[test]
    fn a_stored_draft_with_a_field_of_another_paper_is_refused() {
        for json in [
            r#"{"kind":"birth","fields":{"KETLUAN":"FIT"}}"#,
            r#"{"kind":"birth","fields":{},"more":1}"#,
            r#"{"kind":"marriage","fields":{}}"#,
        ] {
            assert!(serde_json::from_str::<Draft>(json).is_err(), "{json}");
        }
        let mut draft = Draft::new(Kind::Death);
        assert_eq!(draft.set("HOTEN_NND", "x"), Err(DraftError::UnknownField));
        assert_eq!(draft.set("HO_TEN", &"x".repeat(4097)), Err(DraftError::TooLong { field: "HO_TEN" }));
    }

    #[test]
    fn the_number_is_never_taken_over() {
        let other = Draft::new(Kind::Death).with("MA_GBT", "00001.GBT.31999.26").expect("field");
        let other = other.with("HO_TEN", "Nguyễn Văn Mẫu").expect("field");
        let mut draft = Draft::new(Kind::Death);
        draft.fill_from(&other);
        assert_eq!((draft.get("MA_GBT"), draft.get("HO_TEN")), ("", "Nguyễn Văn Mẫu"));
    }
}
