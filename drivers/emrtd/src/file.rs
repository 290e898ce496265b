//! The files of the chip: identifiers, short identifiers and tags (ICAO Doc 9303-10 3.6, tables 3 and 38).

use std::fmt;

/// A data group by its number, 1 to 16.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataGroup(u8);

impl DataGroup {
    /// Machine-readable zone.
    pub const DG1: Self = Self(1);
    /// Face.
    pub const DG2: Self = Self(2);
    /// Fingerprints, behind extended access control.
    pub const DG3: Self = Self(3);
    /// Additional details; on the Vietnamese citizen card everything the card prints.
    pub const DG13: Self = Self(13);
    /// Security options: chip authentication.
    pub const DG14: Self = Self(14);
    /// Active authentication public key.
    pub const DG15: Self = Self(15);

    pub fn new(number: u8) -> Option<Self> {
        (1..=16).contains(&number).then_some(Self(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }

    /// By the tag of its template, as EF.COM lists it.
    pub fn from_tag(tag: u32) -> Option<Self> {
        TAGS.iter().position(|known| *known == tag).and_then(|index| Self::new(index as u8 + 1))
    }

    pub fn tag(self) -> u32 {
        TAGS[usize::from(self.0) - 1]
    }
}

/// Templates of DG1 to DG16.
const TAGS: [u32; 16] =
    [0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];

impl fmt::Debug for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

impl fmt::Display for DataGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DG{}", self.0)
    }
}

/// An elementary file of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementaryFile {
    /// In the master file, readable by anyone: what access control the chip offers.
    CardAccess,
    Com,
    Sod,
    DataGroup(DataGroup),
}

impl ElementaryFile {
    pub const DG1: Self = Self::DataGroup(DataGroup::DG1);
    pub const DG2: Self = Self::DataGroup(DataGroup::DG2);
    pub const DG13: Self = Self::DataGroup(DataGroup::DG13);
    pub const DG14: Self = Self::DataGroup(DataGroup::DG14);
    pub const DG15: Self = Self::DataGroup(DataGroup::DG15);

    /// FID.
    pub fn identifier(self) -> [u8; 2] {
        match self {
            Self::CardAccess => [0x01, 0x1C],
            Self::Com => [0x01, 0x1E],
            Self::Sod => [0x01, 0x1D],
            Self::DataGroup(group) => [0x01, group.number()],
        }
    }

    /// SFI: the low byte of the identifier.
    pub fn short_identifier(self) -> u8 {
        self.identifier()[1]
    }

    pub fn from_identifier(identifier: [u8; 2]) -> Option<Self> {
        match identifier {
            [0x01, 0x1C] => Some(Self::CardAccess),
            [0x01, 0x1E] => Some(Self::Com),
            [0x01, 0x1D] => Some(Self::Sod),
            [0x01, number] => DataGroup::new(number).map(Self::DataGroup),
            _ => None,
        }
    }

    /// The outermost tag of its content.
    pub fn tag(self) -> u32 {
        match self {
            Self::CardAccess => 0x31,
            Self::Com => 0x60,
            Self::Sod => 0x77,
            Self::DataGroup(group) => group.tag(),
        }
    }

    /// The most bytes we read of it. Chips in the field announce absurd sizes; a portrait in JPEG has 10 to 40 kB.
    pub fn max_bytes(self) -> usize {
        match self {
            Self::CardAccess => 4 * 1024,
            Self::Com => 1024,
            Self::Sod => 64 * 1024,
            Self::DataGroup(DataGroup::DG2) => 128 * 1024,
            Self::DataGroup(_) => 64 * 1024,
        }
    }
}

impl fmt::Display for ElementaryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CardAccess => f.write_str("EF.CardAccess"),
            Self::Com => f.write_str("EF.COM"),
            Self::Sod => f.write_str("EF.SOD"),
            Self::DataGroup(group) => group.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_tags_are_those_of_the_standard() {
        assert_eq!((ElementaryFile::DG13.identifier(), ElementaryFile::DG13.tag()), ([0x01, 0x0D], 0x6D));
        assert_eq!((ElementaryFile::DG2.tag(), ElementaryFile::DG15.tag()), (0x75, 0x6F));
        assert_eq!(ElementaryFile::Sod.short_identifier(), 0x1D);
        for number in 1..=16 {
            let group = DataGroup::new(number).expect("1 to 16");
            assert_eq!(DataGroup::from_tag(group.tag()), Some(group));
            let file = ElementaryFile::DataGroup(group);
            assert_eq!(ElementaryFile::from_identifier(file.identifier()), Some(file));
        }
        assert_eq!((DataGroup::new(0), DataGroup::new(17), DataGroup::from_tag(0x71)), (None, None, None));
    }
}
