//! Driving-licence classes since 01/01/2025 and the group their health is examined by (TT 36/2024/TT-BYT).

use std::collections::BTreeSet;
use std::fmt;

/// The fifteen classes of the law on road traffic order and safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LicenceClass {
    A1,
    A,
    B1,
    B,
    C1,
    C,
    D1,
    D2,
    D,
    Be,
    C1e,
    Ce,
    D1e,
    D2e,
    De,
}

/// The classes of one examination: one at least, each once, in the order of the law.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LicenceClasses(BTreeSet<LicenceClass>);

/// Which standard of health applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExaminationGroup {
    /// A1, B1, and special machines (which have no licence class here).
    One,
    /// A, B.
    Two,
    /// C1, C, D1, D2, D and every class with a trailer.
    Three,
}

/// Why the certificate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Application {
    New,
    Reissue,
    Change,
    /// A holder of an A1 licence from before 2025 who changes to A.
    ChangeFromA1Before2025,
}

impl LicenceClass {
    pub const ALL: [Self; 15] = [
        Self::A1,
        Self::A,
        Self::B1,
        Self::B,
        Self::C1,
        Self::C,
        Self::D1,
        Self::D2,
        Self::D,
        Self::Be,
        Self::C1e,
        Self::Ce,
        Self::D1e,
        Self::D2e,
        Self::De,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A => "A",
            Self::B1 => "B1",
            Self::B => "B",
            Self::C1 => "C1",
            Self::C => "C",
            Self::D1 => "D1",
            Self::D2 => "D2",
            Self::D => "D",
            Self::Be => "BE",
            Self::C1e => "C1E",
            Self::Ce => "CE",
            Self::D1e => "D1E",
            Self::D2e => "D2E",
            Self::De => "DE",
        }
    }

    pub fn group(self) -> ExaminationGroup {
        match self {
            Self::A1 | Self::B1 => ExaminationGroup::One,
            Self::A | Self::B => ExaminationGroup::Two,
            Self::C1
            | Self::C
            | Self::D1
            | Self::D2
            | Self::D
            | Self::Be
            | Self::C1e
            | Self::Ce
            | Self::D1e
            | Self::D2e
            | Self::De => ExaminationGroup::Three,
        }
    }

    /// The group for this application: holders of a pre-2025 A1 licence changing to A are examined by group 1.
    pub fn group_for(self, application: Application) -> ExaminationGroup {
        match (self, application) {
            (Self::A, Application::ChangeFromA1Before2025) => ExaminationGroup::One,
            _ => self.group(),
        }
    }

    /// Completed years the licensing office asks for (law 36/2024/QH15 Đ59; recalled, unconfirmed): a note for
    /// staff, never a refusal.
    pub fn minimum_age(self) -> u16 {
        match self {
            Self::A1 | Self::A | Self::B1 | Self::B | Self::C1 => 18,
            Self::C | Self::Be => 21,
            Self::D1 | Self::D2 | Self::C1e | Self::Ce => 24,
            Self::D | Self::D1e | Self::D2e | Self::De => 27,
        }
    }
}

impl LicenceClasses {
    /// `C1`, `B, C1`, `B;C1`: none where a class is unknown or stands there twice.
    pub fn parse(text: &str) -> Option<Self> {
        let mut classes = BTreeSet::new();
        for part in text.split([',', ';']) {
            if !classes.insert(LicenceClass::parse(part.trim())?) {
                return None;
            }
        }
        Some(Self(classes))
    }

    /// None of no class.
    pub fn of(classes: impl IntoIterator<Item = LicenceClass>) -> Option<Self> {
        let classes: BTreeSet<LicenceClass> = classes.into_iter().collect();
        (!classes.is_empty()).then_some(Self(classes))
    }

    pub fn iter(&self) -> impl Iterator<Item = LicenceClass> {
        self.0.iter().copied()
    }

    /// The class of a record; none where there are several.
    pub fn only(&self) -> Option<LicenceClass> {
        if self.0.len() == 1 { self.0.first().copied() } else { None }
    }
}

impl From<LicenceClass> for LicenceClasses {
    fn from(class: LicenceClass) -> Self {
        Self(BTreeSet::from([class]))
    }
}

impl fmt::Display for LicenceClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, class) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            class.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for LicenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ExaminationGroup {
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_the_group_of_the_circular() {
        let of = |group: ExaminationGroup| -> Vec<&str> {
            LicenceClass::ALL.into_iter().filter(|class| class.group() == group).map(LicenceClass::as_str).collect()
        };
        assert_eq!(of(ExaminationGroup::One), ["A1", "B1"]);
        assert_eq!(of(ExaminationGroup::Two), ["A", "B"]);
        assert_eq!(of(ExaminationGroup::Three), ["C1", "C", "D1", "D2", "D", "BE", "C1E", "CE", "D1E", "D2E", "DE"]);
    }

    #[test]
    fn an_old_a1_holder_changing_to_a_is_examined_by_group_1() {
        assert_eq!(LicenceClass::A.group_for(Application::ChangeFromA1Before2025), ExaminationGroup::One);
        assert_eq!(LicenceClass::A.group_for(Application::New), ExaminationGroup::Two);
        assert_eq!(LicenceClass::C.group_for(Application::ChangeFromA1Before2025), ExaminationGroup::Three);
    }

    #[test]
    fn several_classes_stand_in_the_order_of_the_law_each_once() {
        let read = |text: &str| LicenceClasses::parse(text).map(|classes| classes.to_string());
        assert_eq!(read("C1").as_deref(), Some("C1"));
        assert_eq!(read("CE;B, C1").as_deref(), Some("B, C1, CE"));
        for text in ["", "B, B", "B,", "B2", "B C1"] {
            assert_eq!(read(text), None, "{text}");
        }
        let several = LicenceClasses::of(LicenceClass::ALL).expect("fifteen");
        assert_eq!((several.iter().count(), several.only()), (15, None));
        assert_eq!(LicenceClasses::from(LicenceClass::B).only(), Some(LicenceClass::B));
        assert_eq!(LicenceClasses::of([]), None);
    }

    #[test]
    fn classes_of_the_old_law_are_not_read() {
        assert_eq!(LicenceClass::parse("C1E"), Some(LicenceClass::C1e));
        for old in ["A2", "A3", "B2", "E", "FC", "a1", ""] {
            assert_eq!(LicenceClass::parse(old), None, "{old}");
        }
    }
}
