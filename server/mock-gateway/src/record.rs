//! One thing the gateway took: what it is, whose, and by which natural key. Nothing personal but initials.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::certificates::Fingerprint;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// XML0.
    CheckIn,
    /// Giấy chứng sinh, `loaiHs` 61.
    Birth,
    /// Giấy báo tử, `loaiHs` 60.
    Death,
    /// Giấy khám sức khỏe lái xe.
    Driver,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::CheckIn, Self::Birth, Self::Death, Self::Driver];

    /// As the page names it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::CheckIn => "XML0",
            Self::Birth => "Giấy chứng sinh",
            Self::Death => "Giấy báo tử",
            Self::Driver => "GKSK lái xe",
        }
    }
}

/// Whether a record says it is the first of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// `CAP_LAN_DAU` 1, no `SO_BAOTU_BD`, `STATE` ADD; every XML0.
    First,
    /// Issued again, or `STATE` EDIT.
    Again,
}

/// One accepted upload. The real gateway makes one each time; so does this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What the file is.
    pub kind: Kind,
    /// What `loaiHs` said it is: a wrong one is mis-filed without a word.
    pub filed_as: Kind,
    /// As the request named it.
    pub facility: String,
    /// Whose token or account it was: another one's is mis-attributed without a word.
    pub account_facility: String,
    /// `MA_GCS`, `MA_GBT`, `SO HANGBANGLAI`, or `MA_LK`.
    pub key: String,
    pub issue: Issue,
    /// Over the values alone: the same for the same certificate signed twice.
    pub content_sha256: String,
    /// Over the file as it came.
    pub file_sha256: String,
    /// MaGD, UUID or maGiaoDich.
    pub receipt: String,
    /// Initials of the person.
    pub initials: String,
    /// Who signed it; XML0 is not signed.
    pub certificate: Option<Fingerprint>,
}

impl Record {
    pub fn misattributed(&self) -> bool {
        self.facility != self.account_facility
    }

    pub fn misfiled(&self) -> bool {
        self.kind != self.filed_as
    }
}

/// Hash of names and values, each with its length before it.
pub(crate) fn content_hash<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut hash = Sha256::new();
    for (name, value) in values {
        for part in [name, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex::encode(hash.finalize())
}

pub(crate) fn file_hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// `Nguyễn Văn Mẫu` as `N… V… M…`.
pub(crate) fn initials(name: &str) -> String {
    let words = name.split_whitespace().take(6);
    words.filter_map(|word| word.chars().next()).map(|c| format!("{c}…")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_its_initials() {
        assert_eq!(initials(" Nguyễn  Văn Mẫu "), "N… V… M…");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_content_is_its_values_and_where_each_ends() {
        assert_ne!(content_hash([("a", "bc")]), content_hash([("ab", "c")]));
        assert_eq!(content_hash([("a", "b")]), content_hash([("a", "b")]));
    }
}
