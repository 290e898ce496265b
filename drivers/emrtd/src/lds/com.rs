//! EF.COM: what the chip says it holds (ICAO Doc 9303-10 4.6.1). Nobody signs it: only EF.SOD is believed.

use crate::{DataGroup, ElementaryFile};

use super::{LdsError, template};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Com {
    /// Major and minor version, `1.7` or `1.8`.
    pub lds_version: (u8, u8),
    /// Those with a known tag.
    pub data_groups: Vec<DataGroup>,
}

impl Com {
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        let malformed = |source| LdsError::Malformed { file: ElementaryFile::Com, source };
        let file = template(ElementaryFile::Com, bytes)?;
        let version = file.child(0x5F01).map_err(malformed)?.value;
        let tags = file.child(0x5C).map_err(malformed)?.value;
        let number = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
        let lds_version = match version {
            [major @ .., _, _] if major.len() == 2 => number(major).zip(number(&version[2..])),
            _ => None,
        };
        Ok(Self {
            lds_version: lds_version.ok_or(LdsError::Version)?,
            data_groups: tags.iter().filter_map(|tag| DataGroup::from_tag(u32::from(*tag))).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::TlvError;
    use proptest::prelude::*;

    #[test]
    fn the_list_of_the_citizen_card_is_read() {
        // 9303-10 4.6.1, with the groups of the Vietnamese card.
        let bytes = hex::decode("60185F0104303130375F36063034303030305C0661756 36D6E6F".replace(' ', "")).expect("hex");
        let com = Com::parse(&bytes).expect("well formed");
        assert_eq!(com.lds_version, (1, 7));
        let numbers: Vec<u8> = com.data_groups.iter().map(|group| group.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 13, 14, 15]);
    }

    #[test]
    fn malformed_files_are_refused_by_name() {
        let truncated = LdsError::Malformed { file: ElementaryFile::Com, source: TlvError::Truncated };
        assert_eq!(Com::parse(&[0x60, 0x05]), Err(truncated));
        let large = vec![0; 2000];
        assert!(matches!(Com::parse(&large), Err(LdsError::TooLarge { bytes: 2000, .. })));
        let letters = hex::decode("600C5F0104585858585C0261755000").expect("hex");
        assert!(Com::parse(&letters).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Com::parse(&bytes);
        }
    }
}
