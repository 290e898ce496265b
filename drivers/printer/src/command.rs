//! What we say to the printer. Names and codes from the ESC/POS command reference; each command is a type with its bytes.
//! Questions, with their answers, stand in [`crate::status`].

use crate::raster::Raster;

const ESC: u8 = 0x1B;
const GS: u8 = 0x1D;
const DLE: u8 = 0x10;

/// Rows in one `GS v 0`. A band is 1.7 kB, so two of them fit the 4 kB receive buffer of the oldest printers.
pub const BAND_ROWS: u32 = 24;

/// How far the paper runs past the cutter before the cut, beyond the distance between head and cutter, in dots.
const CUT_MARGIN_DOTS: u8 = 24;

/// One command that gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command<'a> {
    /// `ESC @`: forget modes of earlier jobs.
    Initialize,
    /// `GS a 0`: no unasked status; answers come only to questions.
    DisableAutomaticStatusBack,
    /// `GS v 0`: rows of a picture.
    RasterBand(Band<'a>),
    /// `ESC J n`: feed n dots.
    Feed { dots: u8 },
    /// `GS V 66 n`: feed to the cutter and n dots more, then cut, leaving a bridge that the patient tears.
    Cut { margin_dots: u8 },
    /// `DLE DC4 8`: throw away what was received and not yet printed. Real time: works while the paper is out.
    ClearBuffers,
}

impl Command<'_> {
    /// The bytes on the wire.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Initialize => vec![ESC, b'@'],
            Self::DisableAutomaticStatusBack => vec![GS, b'a', 0],
            Self::RasterBand(band) => band.encode(),
            Self::Feed { dots } => vec![ESC, b'J', dots],
            Self::Cut { margin_dots } => vec![GS, b'V', 66, margin_dots],
            // fn = 8, then the seven fixed bytes that keep a stray sequence from clearing anything
            Self::ClearBuffers => vec![DLE, 0x14, 8, 1, 3, 20, 1, 6, 2, 8],
        }
    }
}

/// A few rows of a page. The white at their right ends is not sent: on a serial line bytes are time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band<'a> {
    page_stride: usize,
    sent_stride: usize,
    rows: &'a [u8],
}

impl<'a> Band<'a> {
    fn new(rows: &'a [u8], page_stride: usize) -> Self {
        let last_inked = |row: &[u8]| row.iter().rposition(|byte| *byte != 0);
        let sent_stride = rows.chunks(page_stride).filter_map(last_inked).max().map_or(1, |last| last + 1);
        Self { page_stride, sent_stride, rows }
    }

    fn encode(self) -> Vec<u8> {
        let height = self.rows.len() / self.page_stride;
        let [height_low, height_high] = u16::try_from(height).expect("a band has BAND_ROWS rows at most").to_le_bytes();
        let stride = u8::try_from(self.sent_stride).expect("a row is 72 bytes at most");
        let mut bytes = vec![GS, b'v', b'0', 0, stride, 0, height_low, height_high];
        for row in self.rows.chunks(self.page_stride) {
            bytes.extend_from_slice(&row[..self.sent_stride]);
        }
        bytes
    }
}

/// The whole page, in order: initialise, the picture in bands, cut.
///
/// The page must not be wider than the paper and should come out of [`disarmed`].
pub fn job(page: &Raster) -> impl Iterator<Item = Command<'_>> {
    let stride = page.stride().max(1);
    let bands = page.rows().chunks(stride * BAND_ROWS as usize);
    [Command::Initialize, Command::DisableAutomaticStatusBack]
        .into_iter()
        .chain(bands.map(move |rows| Command::RasterBand(Band::new(rows, stride))))
        .chain([Command::Cut { margin_dots: CUT_MARGIN_DOTS }])
}

/// The page without dots that read like a real-time command.
///
/// A printer obeys `DLE EOT`, `DLE ENQ` and `DLE DC4` wherever they stand, even inside a picture. Where dots spell the first
/// two bytes of one, another dot is added; nobody sees it, and no answer comes that was not asked for.
#[must_use]
pub fn disarmed(page: &Raster) -> Raster {
    let mut page = page.clone();
    let stride = page.stride().max(1);
    for rows in page.rows_mut().chunks_mut(stride * BAND_ROWS as usize) {
        let sent_stride = Band::new(rows, stride).sent_stride;
        // in the order of the bytes on the wire
        let mut previous = 0;
        for row in rows.chunks_mut(stride) {
            for byte in &mut row[..sent_stride] {
                if previous == DLE && matches!(*byte, 0x04 | 0x05 | 0x14) {
                    *byte |= 0x08;
                }
                previous = *byte;
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn commands_have_the_bytes_of_the_reference() {
        assert_eq!(Command::Initialize.encode(), [0x1B, 0x40]);
        assert_eq!(Command::Feed { dots: 9 }.encode(), [0x1B, 0x4A, 9]);
        assert_eq!(Command::Cut { margin_dots: 3 }.encode(), [0x1D, 0x56, 66, 3]);
        assert_eq!(Command::DisableAutomaticStatusBack.encode(), [0x1D, 0x61, 0]);
    }

    #[test]
    fn a_page_goes_out_in_bands_of_24_rows_and_ends_with_a_cut() {
        let mut page = Raster::new(576, 50);
        page.ink(575, 0);
        page.ink(8, 49);
        let commands: Vec<_> = job(&page).map(Command::encode).collect();
        assert_eq!(commands.len(), 2 + 3 + 1);
        assert_eq!(commands[2][..8], [0x1D, 0x76, 0x30, 0, 72, 0, 24, 0]);
        assert_eq!(commands[2].len(), 8 + 72 * 24);
        // the white band and the white at the right of the last one are hardly sent
        assert_eq!(commands[3][..8], [0x1D, 0x76, 0x30, 0, 1, 0, 24, 0]);
        assert_eq!(commands[3].len(), 8 + 24);
        assert_eq!(commands[4], [0x1D, 0x76, 0x30, 0, 2, 0, 2, 0, 0, 0, 0, 0x80]);
        assert_eq!(commands.last().unwrap()[..2], [0x1D, 0x56]);
    }

    #[test]
    fn an_empty_page_is_still_a_cut() {
        assert_eq!(job(&Raster::new(576, 0)).count(), 3);
    }

    #[test]
    fn a_picture_never_spells_a_real_time_command() {
        for second in [0x04, 0x05, 0x14] {
            let page = Raster::from_rows(16, vec![0x10, second, 0x10, second]).unwrap();
            let safe = disarmed(&page);
            assert_eq!(safe.rows(), [0x10, second | 8, 0x10, second | 8]);
        }
        // Over the end of a row, where the white behind it is not sent.
        let page = Raster::from_rows(24, vec![0x01, 0x10, 0x00, 0x04, 0x00, 0x00]).unwrap();
        assert_eq!(disarmed(&page).rows(), [0x01, 0x10, 0x00, 0x0C, 0x00, 0x00]);
    }
}
