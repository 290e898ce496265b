//! What the server knows about a patient, as it is kept (sealed) with the visit.

use std::fmt;

use api::{PersonView, PriorityGround};
use identity::{DocumentDate, PersonName};
use serde::{Deserialize, Serialize};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Each part was parsed before it came here. At level C all of it is hearsay: what a code said or a patient typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct KnownPerson {
    /// The 12-digit personal number, or the number of an insurance card.
    pub number: String,
    pub name: Option<String>,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: Option<String>,
    /// Code of the gateway's XML: 1 male, 2 female, 3 not said.
    pub sex: u8,
}

impl KnownPerson {
    fn birth_date(&self) -> Option<DocumentDate> {
        self.birth.as_deref().and_then(|birth| DocumentDate::parse(birth).ok())
    }

    pub fn age_on(&self, today: Date) -> Option<u16> {
        self.birth_date().map(|birth| birth.age_on(today))
    }

    /// Grounds that age alone proves (Luật KCB 15/2023/QH15 Đ3 k2).
    pub fn priority_on(&self, today: Date) -> Option<PriorityGround> {
        let birth = self.birth_date()?;
        match birth.age_on(today) {
            0..=5 => Some(PriorityGround::UnderSix),
            75.. => Some(PriorityGround::SeventyFiveAndOver),
            6..=74 => None,
        }
    }

    /// In full, or masked for eyes that have proven less.
    pub fn view(&self, masked: Masked, today: Date) -> Option<PersonView> {
        let name = PersonName::parse(self.name.as_deref()?).ok()?;
        let name = match masked {
            Masked::Yes => name.masked(),
            Masked::No => name.as_str().to_owned(),
        };
        Some(PersonView { name, age: self.age_on(today)? })
    }

    /// The last three digits only.
    pub fn masked_number(&self) -> String {
        let tail: String = self.number.chars().rev().take(3).collect::<Vec<_>>().into_iter().rev().collect();
        format!("•••• {tail}")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masked {
    Yes,
    No,
}

impl fmt::Debug for KnownPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownPerson(..)")
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn born(birth: &str) -> KnownPerson {
        KnownPerson {
            number: "085000000017".into(),
            name: Some("Nguyễn Văn Mẫu".into()),
            birth: Some(birth.into()),
            sex: 1,
        }
    }

    #[test]
    fn priority_begins_on_the_seventy_fifth_birthday_and_ends_on_the_sixth() {
        let today = date!(2026 - 11 - 23);
        assert_eq!(born("23/11/1951").priority_on(today), Some(PriorityGround::SeventyFiveAndOver));
        assert_eq!(born("24/11/1951").priority_on(today), None);
        assert_eq!(born("24/11/2020").priority_on(today), Some(PriorityGround::UnderSix));
        assert_eq!(born("23/11/2020").priority_on(today), None);
        assert_eq!(born("1951").priority_on(today), None);
    }

    #[test]
    fn a_masked_view_keeps_the_ends_of_the_name() {
        let today = date!(2026 - 11 - 23);
        assert_eq!(born("15/01/1985").view(Masked::Yes, today).expect("a view").name, "Nguyễn *** Mẫu");
        assert_eq!(born("15/01/1985").masked_number(), "•••• 017");
        assert_eq!(born("1985").view(Masked::No, today).expect("a view").age, 40);
    }
}
