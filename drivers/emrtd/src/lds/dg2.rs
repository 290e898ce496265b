//! DG2: the face (ICAO Doc 9303-10 4.7.2), a facial record of ISO/IEC 19794-5:2005 inside biometric templates
//! (ISO/IEC 7816-11).
//!
//! Left out on purpose: the extensible encoding of ISO/IEC 39794-5, and every portrait but the first.

use std::fmt;

use zeroize::Zeroizing;

use crate::ElementaryFile;

use super::{LdsError, template};

/// Portraits in one file; the standard allows more, cards have one.
const MAX_PORTRAITS: usize = 9;

/// The picture as it lies in the chip, not decoded. Wiped when dropped; Debug shows sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    format: PortraitFormat,
    width: u16,
    height: u16,
    image: Zeroizing<Vec<u8>>,
}

/// Told by the first bytes of the picture, as chips are known to name the wrong one in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortraitFormat {
    Jpeg,
    /// In its container (ISO/IEC 15444-1 Annex I).
    Jp2,
    /// A bare code stream (ISO/IEC 15444-1 Annex A).
    Jpeg2000Codestream,
}

impl Portrait {
    pub fn format(&self) -> PortraitFormat {
        self.format
    }

    /// As the record says, in pixels; 0 where it does not say.
    pub fn width(&self) -> u16 {
        self.width
    }

    pub fn height(&self) -> u16 {
        self.height
    }

    pub fn image(&self) -> &[u8] {
        &self.image
    }
}

impl fmt::Debug for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portrait({:?}, {}x{}, {} bytes)", self.format, self.width, self.height, self.image.len())
    }
}

impl PortraitFormat {
    pub fn of(image: &[u8]) -> Option<Self> {
        const JP2_SIGNATURE: [u8; 8] = [0, 0, 0, 0x0C, b'j', b'P', b' ', b' '];
        if image.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if image.starts_with(&JP2_SIGNATURE) {
            Some(Self::Jp2)
        } else if image.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) {
            Some(Self::Jpeg2000Codestream)
        } else {
            None
        }
    }
}

pub fn parse_dg2(bytes: &[u8]) -> Result<Portrait, LdsError> {
    let malformed = |source| LdsError::Malformed { file: ElementaryFile::DG2, source };
    let group = template(ElementaryFile::DG2, bytes)?.child(0x7F61).map_err(malformed)?;
    let count = group
        .child(0x02)
        .map_err(malformed)?
        .value
        .iter()
        .fold(0_usize, |count, byte| count.saturating_mul(256).saturating_add(usize::from(*byte)));
    if !(1..=MAX_PORTRAITS).contains(&count) {
        return Err(LdsError::PortraitCount(count));
    }
    let information = group.child(0x7F60).map_err(malformed)?;
    // 5F2E primitive, 7F2E constructed (enciphered or signed parts inside, which travel documents have not).
    let block = information.child(0x5F2E).or_else(|_| information.child(0x7F2E)).map_err(malformed)?;
    facial_record(block.value)
}

/// ISO/IEC 19794-5:2005 5.4 to 5.7
fn facial_record(record: &[u8]) -> Result<Portrait, LdsError> {
    let mut fields = Fields(record);
    if fields.take::<8>()? != *b"FAC\x00010\x00" {
        return Err(LdsError::FacialRecord);
    }
    let _record_bytes = fields.take::<4>()?;
    if u16::from_be_bytes(fields.take()?) == 0 {
        return Err(LdsError::PortraitCount(0));
    }
    let block_bytes = u32::from_be_bytes(fields.take()?) as usize;
    // The length counts itself.
    let block = block_bytes.checked_sub(4).and_then(|rest| fields.0.get(..rest));
    let mut block = Fields(block.ok_or(LdsError::FacialRecordTruncated)?);
    let feature_points = usize::from(u16::from_be_bytes(block.take()?));
    let _facial_information = block.take::<14>()?;
    block.skip(8 * feature_points)?;
    let _types = block.take::<2>()?;
    let (width, height) = (u16::from_be_bytes(block.take()?), u16::from_be_bytes(block.take()?));
    let _source = block.take::<6>()?;
    let image = Zeroizing::new(block.0.to_vec());
    let format = PortraitFormat::of(&image).ok_or(LdsError::PortraitFormat)?;
    Ok(Portrait { format, width, height, image })
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], LdsError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(LdsError::FacialRecordTruncated)?;
        self.0 = rest;
        Ok(*field)
    }

    fn skip(&mut self, bytes: usize) -> Result<(), LdsError> {
        self.0 = self.0.get(bytes..).ok_or(LdsError::FacialRecordTruncated)?;
        Ok(())
    }
}

/// DG2 with one portrait, for chips that are simulated.
#[cfg(any(feature = "sim", test))]
pub fn encode_dg2(image: &[u8], width: u16, height: u16) -> Vec<u8> {
    use crate::tlv::encode;
    let kind = u8::from(PortraitFormat::of(image) != Some(PortraitFormat::Jpeg));
    let block =
        [&[0; 2][..], &[0; 14], &[1, kind], &width.to_be_bytes(), &height.to_be_bytes(), &[1, 0, 0, 0, 0, 0], image]
            .concat();
    let length = |bytes: usize| u32::try_from(bytes).expect("a portrait is small").to_be_bytes();
    let block = [&length(block.len() + 4)[..], &block].concat();
    let record = [&b"FAC\x00010\x00"[..], &length(block.len() + 14), &[0, 1], &block].concat();
    // Header (ICAO Doc 9303-10 4.7.2.1): version 1.1, facial features, no purpose; format owner JTC1/SC37, type 8.
    let header =
        [encode(0x80, &[1, 1]), encode(0x81, &[2]), encode(0x82, &[0]), encode(0x87, &[1, 1]), encode(0x88, &[0, 8])]
            .concat();
    let information = encode(0x7F60, &[encode(0xA1, &header), encode(0x5F2E, &record)].concat());
    encode(0x75, &encode(0x7F61, &[encode(0x02, &[1]), information].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::TlvError;
    use proptest::prelude::*;

    const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3];

    #[test]
    fn the_picture_comes_out_as_it_lies_in_the_chip() {
        let portrait = parse_dg2(&encode_dg2(JPEG, 480, 640)).expect("well formed");
        assert_eq!((portrait.format(), portrait.width(), portrait.height()), (PortraitFormat::Jpeg, 480, 640));
        assert_eq!(portrait.image(), JPEG);
        assert_eq!(format!("{portrait:?}"), "Portrait(Jpeg, 480x640, 7 bytes)");
        let jp2 = [0, 0, 0, 0x0C, b'j', b'P', b' ', b' ', 0x0D];
        assert_eq!(parse_dg2(&encode_dg2(&jp2, 1, 1)).expect("well formed").format(), PortraitFormat::Jp2);
        let stream = [0xFF, 0x4F, 0xFF, 0x51, 0];
        let portrait = parse_dg2(&encode_dg2(&stream, 1, 1)).expect("well formed");
        assert_eq!(portrait.format(), PortraitFormat::Jpeg2000Codestream);
    }

    #[test]
    fn each_bad_file_has_its_name() {
        let error = |file: &[u8]| parse_dg2(file).err();
        assert_eq!(error(&encode_dg2(b"BM not a portrait", 1, 1)), Some(LdsError::PortraitFormat));
        let good = encode_dg2(JPEG, 1, 1);
        let changed = |from: &[u8], to: &[u8]| {
            let at = good.windows(from.len()).position(|window| window == from).expect("present");
            let mut file = good.clone();
            file[at..at + to.len()].copy_from_slice(to);
            parse_dg2(&file).err()
        };
        assert_eq!(changed(b"FAC\0", b"FIR\0"), Some(LdsError::FacialRecord));
        assert_eq!(changed(&[0x02, 1, 1], &[0x02, 1, 0]), Some(LdsError::PortraitCount(0)));
        assert_eq!(changed(b"\x00\x01\x00\x00\x00\x27", &[0, 1, 0, 0, 1, 0]), Some(LdsError::FacialRecordTruncated));
        // 65,535 feature points in a record that has room for none
        assert_eq!(
            changed(b"\x00\x00\x00\x27\x00\x00", &[0, 0, 0, 0x27, 0xFF, 0xFF]),
            Some(LdsError::FacialRecordTruncated)
        );
        let truncated = LdsError::Malformed { file: ElementaryFile::DG2, source: TlvError::Truncated };
        assert_eq!(error(&good[..good.len() - 1]), Some(truncated));
        let limit = ElementaryFile::DG2.max_bytes();
        assert!(matches!(error(&encode_dg2(&vec![0xFF; limit], 1, 1)), Some(LdsError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_dg2(&bytes);
            let _ = facial_record(&bytes);
        }

        #[test]
        fn no_altered_record_panics(at in 0_usize..120, byte: u8) {
            let mut file = encode_dg2(JPEG, 480, 640);
            let at = at % file.len();
            file[at] = byte;
            let _ = parse_dg2(&file);
        }
    }
}
