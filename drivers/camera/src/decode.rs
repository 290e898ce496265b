//! What USB cameras send, as RGB. Colours: ITU-R BT.601, luma 16 to 235, as the Linux UVC driver delivers YUV.

use std::io::Cursor;

use image::{ColorType, ImageDecoder, codecs::jpeg::JpegDecoder};
use zeroize::Zeroizing;

use crate::{BadFrame, Frame, rgb_bytes};

/// Pixel formats, by their names in Video4Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// A JPEG a frame.
    Mjpeg,
    /// Y0 U Y1 V: two pixels share a colour.
    Yuyv,
    /// All Y, then U and V of each square of four.
    Nv12,
}

impl PixelFormat {
    /// One frame as it lies in the driver's buffer. The buffer may be longer than the frame (nokhwa hands out all of it):
    /// what follows is ignored. A shorter one is an error.
    pub fn decode(self, width: u32, height: u32, buffer: &[u8]) -> Result<Frame, BadFrame> {
        match self {
            Self::Mjpeg => mjpeg(width, height, buffer),
            Self::Yuyv => yuyv(width, height, buffer),
            Self::Nv12 => nv12(width, height, buffer),
        }
    }
}

fn mjpeg(width: u32, height: u32, buffer: &[u8]) -> Result<Frame, BadFrame> {
    let expected_bytes = rgb_bytes(width, height)?;
    // The size is in the header: a picture of another one is refused before it takes memory.
    let jpeg = marked_as_motion_jpeg(buffer)?;
    let decoder = JpegDecoder::new(Cursor::new(&jpeg[..])).map_err(|_| BadFrame::Jpeg)?;
    let (found_width, found_height) = decoder.dimensions();
    if (found_width, found_height) != (width, height) {
        return Err(BadFrame::OtherSize { width: found_width, height: found_height });
    }
    // A grey JPEG comes from infrared cameras; it is not what was asked for.
    if decoder.color_type() != ColorType::Rgb8 {
        return Err(BadFrame::Jpeg);
    }
    let mut rgb8 = Zeroizing::new(vec![0; expected_bytes]);
    decoder.read_image(&mut rgb8).map_err(|_| BadFrame::Jpeg)?;
    Frame::new(width, height, rgb8)
}

/// Most USB cameras leave out the Huffman tables, which are always those of ITU-T T.81 K.3. A decoder fills them in when it
/// sees the AVI1 marker, which some of these cameras leave out too. Tables that are there stay as they are.
fn marked_as_motion_jpeg(buffer: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadFrame> {
    const START_OF_IMAGE: &[u8] = &[0xFF, 0xD8];
    const APP0_AVI1: &[u8] = b"\xFF\xE0\x00\x10AVI1\0\0\0\0\0\0\0\0\0\0";
    let rest = buffer.strip_prefix(START_OF_IMAGE).ok_or(BadFrame::Jpeg)?;
    Ok(Zeroizing::new([START_OF_IMAGE, APP0_AVI1, rest].concat()))
}

fn yuyv(width: u32, height: u32, buffer: &[u8]) -> Result<Frame, BadFrame> {
    let rgb_bytes = rgb_bytes(width, height)?;
    if !width.is_multiple_of(2) {
        return Err(BadFrame::Size { width, height });
    }
    let pixels = frame_bytes(buffer, rgb_bytes / 3 * 2)?;
    let mut rgb8 = Zeroizing::new(Vec::with_capacity(rgb_bytes));
    for pair in pixels.chunks_exact(4) {
        rgb8.extend_from_slice(&rgb(pair[0], pair[1], pair[3]));
        rgb8.extend_from_slice(&rgb(pair[2], pair[1], pair[3]));
    }
    Frame::new(width, height, rgb8)
}

fn nv12(width: u32, height: u32, buffer: &[u8]) -> Result<Frame, BadFrame> {
    let rgb_bytes = rgb_bytes(width, height)?;
    if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(BadFrame::Size { width, height });
    }
    let luma_bytes = rgb_bytes / 3;
    let (luma, chroma) = frame_bytes(buffer, luma_bytes / 2 * 3)?.split_at(luma_bytes);
    let stride = width as usize;
    let mut rgb8 = Zeroizing::new(Vec::with_capacity(rgb_bytes));
    for (row, line) in luma.chunks_exact(stride).enumerate() {
        let colours = &chroma[row / 2 * stride..][..stride];
        for (column, &y) in line.iter().enumerate() {
            let pair = column / 2 * 2;
            rgb8.extend_from_slice(&rgb(y, colours[pair], colours[pair + 1]));
        }
    }
    Frame::new(width, height, rgb8)
}

fn frame_bytes(buffer: &[u8], expected_bytes: usize) -> Result<&[u8], BadFrame> {
    buffer.get(..expected_bytes).ok_or(BadFrame::WrongLength { expected_bytes, found_bytes: buffer.len() })
}

/// BT.601, in 1/256.
fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let y = 298 * (i32::from(y) - 16);
    let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
    let byte = |value: i32| u8::try_from(((value + 128) >> 8).clamp(0, 255)).expect("clamped to a byte");
    [byte(y + 409 * v), byte(y - 100 * u - 208 * v), byte(y + 516 * u)]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use proptest::prelude::*;

    // BT.601: Y, U, V of white, black, red, green, blue
    const COLOURS: [([u8; 3], [u8; 3]); 5] = [
        ([235, 128, 128], [255, 255, 255]),
        ([16, 128, 128], [0, 0, 0]),
        ([81, 90, 240], [255, 0, 0]),
        ([145, 54, 34], [0, 255, 0]),
        ([41, 240, 110], [0, 0, 255]),
    ];

    fn near(found: &[u8], expected: [u8; 3]) -> bool {
        found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2)
    }

    #[test]
    fn yuyv_and_nv12_show_the_colours_of_bt_601() {
        for ([y, u, v], expected) in COLOURS {
            let yuyv = PixelFormat::Yuyv.decode(2, 2, &[y, u, y, v, y, u, y, v]).unwrap();
            let nv12 = PixelFormat::Nv12.decode(2, 2, &[y, y, y, y, u, v]).unwrap();
            for frame in [yuyv, nv12] {
                for pixel in frame.rgb8().chunks(3) {
                    assert!(near(pixel, expected), "{pixel:?} is not {expected:?}");
                }
            }
        }
    }

    #[test]
    fn bytes_behind_the_frame_are_ignored_and_missing_ones_are_an_error() {
        let mut buffer = vec![128; 4 * 2 * 2 + 100];
        assert_eq!(PixelFormat::Yuyv.decode(4, 2, &buffer).unwrap().rgb8().len(), 24);
        buffer.truncate(15);
        let short = BadFrame::WrongLength { expected_bytes: 16, found_bytes: 15 };
        assert_eq!(PixelFormat::Yuyv.decode(4, 2, &buffer).err(), Some(short));
        let short = BadFrame::WrongLength { expected_bytes: 12, found_bytes: 4 };
        assert_eq!(PixelFormat::Nv12.decode(4, 2, &buffer[..4]).err(), Some(short));
    }

    #[test]
    fn odd_sides_share_no_colours() {
        for (format, width, height) in [(PixelFormat::Yuyv, 3, 2), (PixelFormat::Nv12, 2, 3)] {
            let refused = format.decode(width, height, &[0; 64]).err();
            assert_eq!(refused, Some(BadFrame::Size { width, height }));
        }
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pixels = [200, 40, 40].repeat((width * height) as usize);
        JpegEncoder::new_with_quality(&mut bytes, 95)
            .encode(&pixels, width, height, image::ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    #[test]
    fn mjpeg_is_read_up_to_its_end_and_rubbish_behind_it_ignored() {
        let mut buffer = jpeg(16, 8);
        buffer.extend([0xA5; 500]);
        let frame = PixelFormat::Mjpeg.decode(16, 8, &buffer).unwrap();
        assert!(frame.rgb8()[0].abs_diff(200) < 8);
    }

    /// UVC cameras leave out the Huffman tables, which are always the same ones.
    #[test]
    fn mjpeg_without_huffman_tables_is_read() {
        let mut buffer = jpeg(16, 8);
        let whole = PixelFormat::Mjpeg.decode(16, 8, &buffer).unwrap();
        let mut removed = 0;
        while let Some(at) = buffer.windows(2).position(|pair| pair == [0xFF, 0xC4]) {
            let length = usize::from(u16::from_be_bytes([buffer[at + 2], buffer[at + 3]]));
            buffer.drain(at..at + 2 + length);
            removed += 1;
        }
        assert!(removed > 0);
        let bare = PixelFormat::Mjpeg.decode(16, 8, &buffer).unwrap();
        assert_eq!(bare.rgb8(), whole.rgb8());
    }

    #[test]
    fn mjpeg_of_another_size_or_cut_off_is_refused() {
        let buffer = jpeg(16, 8);
        let other = BadFrame::OtherSize { width: 16, height: 8 };
        assert_eq!(PixelFormat::Mjpeg.decode(32, 8, &buffer).err(), Some(other));
        assert_eq!(PixelFormat::Mjpeg.decode(16, 8, &buffer[..40]).err(), Some(BadFrame::Jpeg));
        assert_eq!(PixelFormat::Mjpeg.decode(16, 8, b"no picture").err(), Some(BadFrame::Jpeg));
    }

    proptest! {
        #[test]
        fn no_buffer_panics(
            format in prop_oneof![Just(PixelFormat::Mjpeg), Just(PixelFormat::Yuyv), Just(PixelFormat::Nv12)],
            width in 0u32..40, height in 0u32..40,
            mut buffer in proptest::collection::vec(any::<u8>(), 0..3000),
            flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            as_jpeg in any::<bool>(),
        ) {
            if as_jpeg && width > 0 && height > 0 {
                buffer = jpeg(width, height);
                for (index, byte) in flips {
                    let at = index.index(buffer.len());
                    buffer[at] = byte;
                }
            }
            let _ = format.decode(width, height, &buffer);
        }
    }
}
