//! The portrait out of the chip (EF.DG2, ICAO Doc 9303-10 4.7.2; image data of ISO/IEC 19794-5 5.8) or out of a
//! verifier's answer: JPEG (ITU-T T.81) or JPEG 2000 (ITU-T T.800, bare codestream or JP2 file).
//!
//! The format is told by the first bytes, never by what the record claims. Left out on purpose: Exif orientation (a
//! portrait in a document stands upright) and ICC profiles (a colour cast does not change who it is).

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext};
use image::codecs::jpeg::JpegDecoder;
use image::{DynamicImage, ImageDecoder, Limits};
use zeroize::Zeroizing;

use crate::picture::{Picture, PictureError};

/// Largest file, in bytes. Portraits in chips are 5 to 50 kB; a verifier may send a photograph.
pub const MAX_FILE_BYTES: usize = 4 << 20;
/// Most pixels. ISO/IEC 19794-5 asks for some 0.2 million (420 x 525); 16 times more is still decoded in a moment.
pub const MAX_PIXELS: u64 = 4 << 20;
/// Longest side, in pixels.
pub const MAX_SIDE_PX: u32 = 4096;
/// Most JPEG 2000 tiles. Encoders of document portraits use one; T.800 allows 65,535, each with a cost of its own.
pub const MAX_TILES: u64 = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortraitFormat {
    Jpeg,
    Jpeg2000,
}

#[derive(Debug, thiserror::Error)]
pub enum PortraitError {
    #[error("the portrait is neither JPEG nor JPEG 2000")]
    UnknownFormat,
    #[error("the portrait has {found} bytes, more than {MAX_FILE_BYTES}")]
    FileTooLarge { found: usize },
    #[error("the portrait has {width} x {height} pixels, outside the limits")]
    Dimensions { width: u32, height: u32 },
    #[error("the JPEG 2000 portrait has {found} tiles, more than {MAX_TILES}")]
    TooManyTiles { found: u64 },
    #[error("the JPEG portrait ends before its end-of-image marker")]
    Truncated,
    #[error("the JPEG portrait cannot be decoded")]
    Jpeg(#[source] image::ImageError),
    #[error("the JPEG 2000 portrait cannot be decoded: {0}")]
    Jpeg2000(hayro_jpeg2000::DecodeError),
    #[error("the JPEG 2000 portrait has no readable image header")]
    Jpeg2000Header,
    #[error("the decoder gave up on the portrait")]
    DecoderPanicked,
    #[error("the portrait has a colour space other than grey and RGB")]
    ColourSpace,
    #[error("the portrait's pixels do not fit its size")]
    Picture(#[from] PictureError),
    #[error("no face was found in the portrait")]
    NoFace,
    #[error("{found} faces of similar size were found in the portrait")]
    SeveralFaces { found: usize },
    #[error("the face models failed on the portrait")]
    Engine(#[from] crate::EngineError),
}

impl PortraitFormat {
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg) // T.81 B.2.1: SOI, then a marker
        } else if bytes.starts_with(JP2_SIGNATURE_BOX) || bytes.starts_with(SOC_SIZ) {
            Some(Self::Jpeg2000)
        } else {
            None
        }
    }
}

/// Decodes a portrait after its size is checked.
pub fn decode(bytes: &[u8]) -> Result<Picture, PortraitError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(PortraitError::FileTooLarge { found: bytes.len() });
    }
    let decoder = match PortraitFormat::of(bytes).ok_or(PortraitError::UnknownFormat)? {
        PortraitFormat::Jpeg => decode_jpeg,
        PortraitFormat::Jpeg2000 => decode_jpeg2000,
    };
    // Two decoders of others meet bytes that a stranger's chip wrote: a panic in them must cost this portrait, not the
    // worker. Nothing of them outlives the call, so nothing is left half-changed.
    catch_unwind(AssertUnwindSafe(|| decoder(bytes))).unwrap_or(Err(PortraitError::DecoderPanicked))
}

const JP2_SIGNATURE_BOX: &[u8] = b"\x00\x00\x00\x0CjP  "; // T.800 I.5.1
const SOC_SIZ: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51]; // T.800 A.4.1, A.5.1
const EOI: [u8; 2] = [0xFF, 0xD9]; // T.81 B.2.1

fn check_dimensions(width: u32, height: u32) -> Result<(), PortraitError> {
    let side = 1..=MAX_SIDE_PX;
    if side.contains(&width) && side.contains(&height) && u64::from(width) * u64::from(height) <= MAX_PIXELS {
        Ok(())
    } else {
        Err(PortraitError::Dimensions { width, height })
    }
}

fn decode_jpeg(bytes: &[u8]) -> Result<Picture, PortraitError> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(PortraitError::Jpeg)?;
    let (width, height) = decoder.dimensions();
    check_dimensions(width, height)?;
    // The decoder fills what is missing with grey and says nothing.
    if !bytes.windows(2).any(|pair| pair == EOI) {
        return Err(PortraitError::Truncated);
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    decoder.set_limits(limits).map_err(PortraitError::Jpeg)?;
    match DynamicImage::from_decoder(decoder).map_err(PortraitError::Jpeg)? {
        DynamicImage::ImageRgb8(picture) => Ok(Picture::from_rgb(width, height, picture.into_raw())?),
        DynamicImage::ImageLuma8(picture) => grey(width, height, &Zeroizing::new(picture.into_raw())),
        _ => Err(PortraitError::ColourSpace),
    }
}

fn grey(width: u32, height: u32, luma: &[u8]) -> Result<Picture, PortraitError> {
    let mut rgb = Vec::with_capacity(luma.len() * 3);
    rgb.extend(luma.iter().flat_map(|&value| [value; 3]));
    Ok(Picture::from_rgb(width, height, rgb)?)
}

/// The decoder's own working planes are out of reach and are freed unwiped; the core is never dumped (see the kiosk).
fn decode_jpeg2000(bytes: &[u8]) -> Result<Picture, PortraitError> {
    SizMarker::find(bytes)?.check()?;
    // Strict: the lenient mode shows something for almost any broken file.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = hayro_jpeg2000::Image::new(bytes, &settings).map_err(PortraitError::Jpeg2000)?;
    let (width, height) = (image.width(), image.height());
    check_dimensions(width, height)?;
    let colours = match image.color_space() {
        ColorSpace::Gray => 1,
        ColorSpace::RGB => 3,
        ColorSpace::Icc { num_channels, .. } | ColorSpace::Unknown { num_channels } => usize::from(*num_channels),
        ColorSpace::CMYK => return Err(PortraitError::ColourSpace),
    };
    let channels = colours + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(PortraitError::Jpeg2000)?;
    let samples = Zeroizing::new(decoded.data_u8());
    let pixels = width as usize * height as usize;
    if samples.len() != pixels * channels {
        let expected = pixels * channels;
        return Err(PictureError::Length { width, height, expected, found: samples.len() }.into());
    }
    let colour_samples = samples.chunks_exact(channels).map(|pixel| &pixel[..colours]);
    match colours {
        1 => grey(width, height, &Zeroizing::new(colour_samples.flatten().copied().collect::<Vec<u8>>())),
        3 => {
            let mut rgb = Vec::with_capacity(pixels * 3);
            rgb.extend(colour_samples.flatten());
            Ok(Picture::from_rgb(width, height, rgb)?)
        }
        _ => Err(PortraitError::ColourSpace),
    }
}

/// Image and tile size as the codestream announces them (T.800 A.5.1), read before the decoder reserves anything.
struct SizMarker {
    /// Xsiz, Ysiz: right and lower edge of the reference grid.
    grid: [u32; 2],
    /// XTsiz, YTsiz.
    tile: [u32; 2],
    /// XTOsiz, YTOsiz.
    tile_offset: [u32; 2],
}

impl SizMarker {
    fn find(bytes: &[u8]) -> Result<Self, PortraitError> {
        let codestream = if bytes.starts_with(SOC_SIZ) { Some(bytes) } else { contiguous_codestream(bytes) };
        let siz = codestream.and_then(|codestream| codestream.strip_prefix(SOC_SIZ)).and_then(|siz| siz.get(..36));
        let siz = siz.ok_or(PortraitError::Jpeg2000Header)?;
        // Lsiz and Rsiz are the first four bytes.
        let field = |index: usize| {
            let at = 4 + index * 4;
            u32::from_be_bytes([siz[at], siz[at + 1], siz[at + 2], siz[at + 3]])
        };
        Ok(Self { grid: [field(0), field(1)], tile: [field(4), field(5)], tile_offset: [field(6), field(7)] })
    }

    fn check(&self) -> Result<(), PortraitError> {
        // The grid bounds the image whatever the offsets and the sub-sampling are.
        check_dimensions(self.grid[0], self.grid[1])?;
        let tiles = |axis: usize| {
            let extent = self.grid[axis].saturating_sub(self.tile_offset[axis]);
            u64::from(extent).div_ceil(u64::from(self.tile[axis].max(1)))
        };
        let found = tiles(0) * tiles(1);
        if found > MAX_TILES { Err(PortraitError::TooManyTiles { found }) } else { Ok(()) }
    }
}

/// The contents of the JP2 file's first `jp2c` box (T.800 I.4, I.5.4).
fn contiguous_codestream(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
        let kind = bytes.get(4..8)?;
        let (header, length) = match length {
            0 => (8, bytes.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)).ok()?),
            length => (8, usize::try_from(length).ok()?),
        };
        if kind == b"jp2c" {
            return bytes.get(header..);
        }
        bytes = bytes.get(length.max(header)..)?;
    }
}
