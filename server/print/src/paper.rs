//! What stands on a paper, before anybody knows where. Values are personal: nothing here prints them in Debug.

use std::fmt;

use time::OffsetDateTime;

use crate::annex::Annex;

/// One certificate.
#[derive(Clone)]
pub struct Paper {
    pub facility: Facility,
    /// "Giấy chứng sinh"; set in capitals.
    pub title: String,
    /// Under the title: the kind's second line, if it has one.
    pub subtitle: Option<String>,
    /// "Mẫu theo Thông tư 22/2025/TT-BYT", in the corner.
    pub form: String,
    /// As drawn; absent on a draft.
    pub number: Option<String>,
    /// "Số: 12; Quyển số: 01/2026".
    pub register: Option<String>,
    pub standing: Standing,
    pub parts: Vec<Part>,
    /// "Hải Phòng, ngày 23 tháng 11 năm 2026".
    pub place_and_date: String,
    pub signatures: Vec<SignatureBox>,
    pub codes: Vec<Code>,
    /// Beside the codes: how to check the paper.
    pub verification: Vec<String>,
    /// Behind it, on pages of its own.
    pub annex: Option<Annex>,
    /// For the file's properties.
    pub made_at: OffsetDateTime,
}

/// Who issues it.
#[derive(Debug, Clone)]
pub struct Facility {
    /// The body above it ("SỞ Y TẾ HẢI PHÒNG"), if it prints one.
    pub authority: Option<String>,
    pub name: String,
    pub code: String,
    pub address: Option<String>,
}

/// Is this paper what the register says today?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not signed: a copy to read, of no value.
    Draft,
    Issued,
    /// "Cấp lại lần 1", and what it stands for.
    Reissued(String),
    /// Given up or replaced: says so across the head.
    Withdrawn(String),
}

/// A part of the form with an optional heading.
#[derive(Clone)]
pub struct Part {
    pub title: Option<String>,
    pub rows: Vec<Row>,
}

/// Lines that share a row where they fit; where they do not, they stand one under the other.
#[derive(Clone)]
pub struct Row(pub Vec<Line>);

/// A label and what was written there. An empty value is a dotted line.
#[derive(Clone, Default)]
pub struct Line {
    pub label: String,
    pub value: String,
}

/// Where somebody signs, or what shows that he or she did.
#[derive(Clone)]
pub struct SignatureBox {
    /// "NGƯỜI ĐỠ ĐẺ"
    pub title: String,
    /// "(Ký, ghi rõ họ tên)"
    pub hint: String,
    pub seal: Option<Seal>,
    /// The name under the box, also where nobody signed with a key.
    pub name: Option<String>,
}

/// A digital signature as paper can show it.
#[derive(Debug, Clone)]
pub struct Seal {
    /// "Đã ký số", "Đã xác nhận tại kiosk".
    pub what: String,
    /// "23/11/2026 08:41".
    pub when: String,
    /// Of the certificate, or of the evidence: hexadecimal digits, set in groups of four.
    pub fingerprint: Option<String>,
}

/// A QR code with the words under it.
#[derive(Debug, Clone)]
pub struct Code {
    pub caption: String,
    pub content: String,
}

impl Row {
    pub fn one(label: &str, value: &str) -> Self {
        Self(vec![Line::new(label, value)])
    }
}

impl Line {
    pub fn new(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), value: value.to_owned() }
    }
}

impl fmt::Debug for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Paper({}, {} parts)", self.title, self.parts.len())
    }
}
