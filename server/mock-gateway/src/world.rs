//! The people, cards, registered staff and accounts the mock knows: a TOML file of invented persons.

use identity::{CitizenId, DocumentDate, FacilityCode, InsuranceNumber, PersonName};
use serde::Deserialize;

/// The file, as written. Unknown keys are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    #[serde(default)]
    pub account: Vec<Account>,
    #[serde(default)]
    pub staff: Vec<Staff>,
    #[serde(default)]
    pub person: Vec<Person>,
}

/// A facility's account at the gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub username: String,
    pub password: String,
    pub facility: String,
    /// Answers 403.
    #[serde(default)]
    pub locked: bool,
}

/// A member of staff whose citizen number is registered for look-ups (`cccdCb`, `hoTenCb`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    pub number: String,
    pub name: String,
}

/// An invented person and the entitlement the gateway has for them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// 12 digits.
    pub number: String,
    pub name: String,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: String,
    /// `Nam` or `Nữ`.
    pub sex: String,
    pub address: String,
    /// 15 characters; a person without one answers 050 (or 130 under six).
    pub card: Option<String>,
    /// Old and new card, for codes 003 and 004.
    pub new_card: Option<String>,
    /// Facility of first registration.
    pub registered_at: Option<String>,
    /// `dd/MM/yyyy`.
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    pub new_valid_from: Option<String>,
    pub new_valid_until: Option<String>,
    /// K1, K2, K3 or nothing.
    #[serde(default)]
    pub area: String,
    pub five_years_on: Option<String>,
    /// A `maKetQua` that this person always gets (110, 120, ..); otherwise it follows from the dates.
    pub result: Option<String>,
    /// A picture for the e-identity verifier, a path.
    pub portrait: Option<std::path::PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("the people file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("the people file is not what it should be: {0}")]
    Form(#[from] toml::de::Error),
    #[error("person {index} in the people file, {field}: {reason}")]
    Person { index: usize, field: &'static str, reason: String },
    #[error("account {index} in the people file: {reason}")]
    Account { index: usize, reason: String },
}

impl World {
    pub fn parse(text: &str) -> Result<Self, WorldError> {
        let world: Self = toml::from_str(text)?;
        for (index, account) in world.account.iter().enumerate() {
            FacilityCode::parse(&account.facility)
                .map_err(|error| WorldError::Account { index, reason: error.to_string() })?;
        }
        for (index, person) in world.person.iter().enumerate() {
            person.check().map_err(|(field, reason)| WorldError::Person { index, field, reason })?;
        }
        Ok(world)
    }

    /// By 12-digit number, 15-character card or its last ten digits.
    pub fn find(&self, key: &str) -> Option<&Person> {
        let matches_card = |card: &Option<String>| {
            card.as_deref().is_some_and(|card| card == key || (key.len() == 10 && card.ends_with(key)))
        };
        self.person.iter().find(|p| p.number == key || matches_card(&p.card) || matches_card(&p.new_card))
    }

    pub fn account(&self, username: &str) -> Option<&Account> {
        self.account.iter().find(|account| account.username == username)
    }
}

impl Person {
    fn check(&self) -> Result<(), (&'static str, String)> {
        CitizenId::parse(&self.number).map_err(|e| ("number", e.to_string()))?;
        PersonName::parse(&self.name).map_err(|e| ("name", e.to_string()))?;
        DocumentDate::parse(&self.birth).map_err(|e| ("birth", e.to_string()))?;
        for card in [&self.card, &self.new_card].into_iter().flatten() {
            InsuranceNumber::parse(card).map_err(|e| ("card", e.to_string()))?;
        }
        let dates = [
            ("valid_from", &self.valid_from),
            ("valid_until", &self.valid_until),
            ("new_valid_from", &self.new_valid_from),
            ("new_valid_until", &self.new_valid_until),
            ("five_years_on", &self.five_years_on),
        ];
        for (field, date) in dates {
            if let Some(date) = date {
                DocumentDate::parse(date).map_err(|e| (field, e.to_string()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SAMPLE: &str = include_str!("../people.example.toml");

    #[test]
    fn the_example_file_is_valid_and_finds_people_by_every_number_they_have() {
        let world = World::parse(SAMPLE).expect("valid");
        let person = world.find("085000000017").expect("by citizen number");
        let card = person.card.clone().expect("has a card");
        assert_eq!(world.find(&card).expect("by card").number, person.number);
        assert_eq!(world.find(&card[5..]).expect("by BHXH code").number, person.number);
        assert!(world.find("000000000000").is_none());
    }

    #[test]
    fn mistakes_in_the_file_are_named() {
        let unknown = World::parse("[[person]]\nnumbr = '1'").expect_err("unknown key");
        assert!(unknown.to_string().contains("numbr"));
        let bad = SAMPLE.replacen("085000000017", "08500000001", 1);
        assert!(matches!(World::parse(&bad), Err(WorldError::Person { index: 0, field: "number", .. })));
    }
}
