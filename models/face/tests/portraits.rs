//! Portraits as chips hold them, and as strangers would like us to believe chips hold them. No photograph: the pictures
//! are gradients.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::Cursor;

use face::portrait::{MAX_FILE_BYTES, decode};
use face::sim::{self, Person};
use face::{MatchPolicy, Matcher, PortraitError, PortraitFormat, PortraitHash};
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use proptest::prelude::*;

/// 60 x 80, red rises to the right, green downwards, blue is 128; JP2 file, irreversible transform, 20:1.
const JP2: &[u8] = include_bytes!("data/gradient.jp2");
/// The same in grey as a bare codestream, reversible.
const GREY_CODESTREAM: &[u8] = include_bytes!("data/gradient-grey.j2k");
/// The simulated person 1 of `face::sim`, 240 x 320, as JP2.
const PERSON_JP2: &[u8] = include_bytes!("data/sim-person-1.jp2");

fn jpeg(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.into().write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).unwrap();
    bytes
}

fn gradient(x: u32, y: u32) -> [u8; 3] {
    [(x * 4) as u8, (y * 3) as u8, 128]
}

fn farthest_from_gradient(rgb: &[u8]) -> u8 {
    let expected = (0..80).flat_map(|y| (0..60).flat_map(move |x| gradient(x, y)));
    rgb.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap()
}

#[test]
fn jpeg_in_colour_and_grey_decode() {
    let colour = decode(&jpeg(RgbImage::from_fn(60, 80, |x, y| image::Rgb(gradient(x, y))))).unwrap();
    assert_eq!((colour.width(), colour.height()), (60, 80));
    assert!(farthest_from_gradient(colour.rgb()) < 16);
    let grey = decode(&jpeg(GrayImage::from_pixel(10, 20, image::Luma([77])))).unwrap();
    assert!(grey.rgb().iter().all(|value| value.abs_diff(77) < 2));
}

#[test]
fn jpeg_2000_as_file_and_as_codestream_decode() {
    let colour = decode(JP2).unwrap();
    assert_eq!((colour.width(), colour.height()), (60, 80));
    assert!(farthest_from_gradient(colour.rgb()) < 16);
    let grey = decode(GREY_CODESTREAM).unwrap();
    assert_eq!((grey.width(), grey.height()), (60, 80));
    assert!(grey.rgb().chunks(3).enumerate().all(|(i, pixel)| pixel == [((i % 60) * 4) as u8; 3]));
}

#[test]
fn a_match_can_be_made_against_a_jpeg_2000_portrait() {
    let mut engine = sim::engine();
    let hash = PortraitHash::of_file(PERSON_JP2);
    assert!(Matcher::enrol(&mut engine, PERSON_JP2, hash, MatchPolicy::default()).is_ok());
    let portrait = decode(PERSON_JP2).unwrap();
    let face = engine.detect(&portrait).unwrap()[0];
    let live = sim::frame(Person(1), 0);
    let live_face = engine.detect(&live).unwrap()[0];
    let cosine = engine.embed(&portrait, &face.landmarks).unwrap();
    assert!(cosine.cosine(&engine.embed(&live, &live_face.landmarks).unwrap()) > 0.95);
}

#[test]
fn the_first_bytes_tell_the_format() {
    assert_eq!(PortraitFormat::of(JP2), Some(PortraitFormat::Jpeg2000));
    assert_eq!(PortraitFormat::of(GREY_CODESTREAM), Some(PortraitFormat::Jpeg2000));
    assert_eq!(PortraitFormat::of(&jpeg(GrayImage::new(1, 1))), Some(PortraitFormat::Jpeg));
    assert_eq!(PortraitFormat::of(b"\x89PNG\r\n\x1a\n"), None);
    assert!(matches!(decode(b""), Err(PortraitError::UnknownFormat)));
}

#[test]
fn a_cut_portrait_is_refused_in_both_formats() {
    let whole = jpeg(RgbImage::from_fn(60, 80, |x, y| image::Rgb(gradient(x, y))));
    let cut = &whole[..whole.len() * 2 / 3];
    assert!(matches!(decode(cut), Err(PortraitError::Truncated)), "{:?}", decode(cut));
    assert!(matches!(decode(&whole[..20]), Err(PortraitError::Jpeg(_))));
    assert!(decode(&JP2[..JP2.len() * 2 / 3]).is_err());
    assert!(matches!(decode(&JP2[..40]), Err(PortraitError::Jpeg2000Header)));
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let mut large = JP2.to_vec();
    large.resize(MAX_FILE_BYTES + 1, 0);
    assert!(matches!(decode(&large), Err(PortraitError::FileTooLarge { .. })));
}

fn patched_codestream(at: usize, value: u32) -> Vec<u8> {
    let mut bytes = GREY_CODESTREAM.to_vec();
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
    bytes
}

#[test]
fn sizes_are_checked_before_anything_is_decoded() {
    // T.800 A.5.1: Xsiz at 8, XTsiz at 24, YTsiz at 28 of the codestream.
    assert!(matches!(decode(&patched_codestream(8, 0x7FFF_FFFF)), Err(PortraitError::Dimensions { .. })));
    assert!(matches!(decode(&patched_codestream(8, 0)), Err(PortraitError::Dimensions { .. })));
    let mut tiles = patched_codestream(24, 1);
    tiles[28..32].copy_from_slice(&1u32.to_be_bytes());
    assert!(matches!(decode(&tiles), Err(PortraitError::TooManyTiles { found: 4800 })));
    // T.81 B.2.2: the height stands five bytes after the start-of-frame marker.
    let mut bomb = jpeg(GrayImage::new(16, 16));
    let start_of_frame = bomb.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bomb[start_of_frame + 5..start_of_frame + 9].copy_from_slice(&[0xFF; 4]);
    assert!(matches!(decode(&bomb), Err(PortraitError::Dimensions { width: 65535, height: 65535 })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_damage_to_a_portrait_panics_the_decoder(
        which in 0usize..3,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        length in any::<prop::sample::Index>(),
    ) {
        let jpeg = jpeg(RgbImage::from_fn(60, 80, |x, y| image::Rgb(gradient(x, y))));
        let mut bytes = [JP2, GREY_CODESTREAM, &jpeg][which].to_vec();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(bytes.len() - length.index(bytes.len()) / 8);
        // A panic inside a decoder would come back as this error: none may need it.
        prop_assert!(!matches!(decode(&bytes), Err(PortraitError::DecoderPanicked)));
    }
}
