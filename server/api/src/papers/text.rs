//! Words for the citizen, and personal values.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Words of the hospital or of the law, in both languages. Never personal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    pub vi: String,
    pub en: String,
}

/// A personal value. Debug prints its length; wiped when dropped.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Private(String);

/// A personal value as each language writes it: "Nam", "male". Names and addresses are the same in both.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct PrivateBilingual {
    pub vi: String,
    pub en: String,
}

impl Bilingual {
    pub fn new(vi: &str, en: &str) -> Self {
        Self { vi: vi.to_owned(), en: en.to_owned() }
    }
}

impl Private {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PrivateBilingual {
    pub fn new(vi: &str, en: &str) -> Self {
        Self { vi: vi.to_owned(), en: en.to_owned() }
    }

    /// The same in both languages.
    pub fn same(text: &str) -> Self {
        Self::new(text, text)
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} bytes)", self.0.len())
    }
}

impl fmt::Debug for PrivateBilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateBilingual({} bytes)", self.vi.len())
    }
}
