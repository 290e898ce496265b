//! Identifiers that cross the wire.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One visit of one patient, made by the kiosk before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct VisitId(pub Uuid);

/// `[a-z0-9-]`, 1 to 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z0-9-]{1,32}$")]
pub struct KioskId(String);

/// A department of the hospital, `[A-Z0-9_-]`, 1 to 16 characters (the gateway's `MA_KHOA`, "K01", fits).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z0-9_-]{1,16}$")]
pub struct DepartmentCode(String);

/// A number in a department's queue of one day: a capital letter and a running number, "A027".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketNumber {
    prefix: char,
    number: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("a kiosk id has 1 to 32 characters a-z, 0-9 and -")]
    Kiosk,
    #[error("a department code has 1 to 16 characters A-Z, 0-9, _ and -")]
    Department,
    #[error("a ticket number is a capital letter and a number from 1 to 9999")]
    Ticket,
    #[error("a software version has 1 to 32 printable characters")]
    Version,
}

impl KioskId {
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Kiosk) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DepartmentCode {
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let fits = (1..=16).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Department) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TicketNumber {
    pub fn new(prefix: char, number: u16) -> Result<Self, IdError> {
        if prefix.is_ascii_uppercase() && (1..=9999).contains(&number) {
            Ok(Self { prefix, number })
        } else {
            Err(IdError::Ticket)
        }
    }

    pub fn prefix(self) -> char {
        self.prefix
    }

    pub fn number(self) -> u16 {
        self.number
    }
}

/// A string on the wire, whatever its fields.
impl utoipa::PartialSchema for TicketNumber {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for TicketNumber {}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:03}", self.prefix, self.number)
    }
}

impl FromStr for TicketNumber {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let prefix = text.chars().next().ok_or(IdError::Ticket)?;
        let digits = &text[prefix.len_utf8()..];
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdError::Ticket);
        }
        Self::new(prefix, digits.parse().map_err(|_| IdError::Ticket)?)
    }
}

impl fmt::Display for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for KioskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DepartmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for KioskId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for DepartmentCode {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<KioskId> for String {
    fn from(id: KioskId) -> Self {
        id.0
    }
}

impl From<DepartmentCode> for String {
    fn from(code: DepartmentCode) -> Self {
        code.0
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_number_reads_back_as_it_was_printed() {
        let number = TicketNumber::new('A', 27).expect("valid");
        assert_eq!(number.to_string(), "A027");
        assert_eq!("A027".parse(), Ok(number));
        assert_eq!("A0".parse::<TicketNumber>(), Err(IdError::Ticket));
        assert_eq!("é27".parse::<TicketNumber>(), Err(IdError::Ticket));
        assert_eq!("".parse::<TicketNumber>(), Err(IdError::Ticket));
        assert_eq!("A+27".parse::<TicketNumber>(), Err(IdError::Ticket));
    }

    #[test]
    fn ids_refuse_what_could_confuse_a_log_or_a_path() {
        assert!(KioskId::parse("sanh-a-1").is_ok());
        assert_eq!(KioskId::parse("a/b"), Err(IdError::Kiosk));
        assert_eq!(DepartmentCode::parse("k01"), Err(IdError::Department));
    }
}
