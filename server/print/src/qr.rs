//! A QR code (ISO/IEC 18004) as dark modules, level M: the paper is folded and stamped on.

use qrcode::{Color, EcLevel, QrCode};

use crate::PrintError;
use crate::flow::Mark;

/// ISO/IEC 18004 6.3.8.
const QUIET_MODULES: f32 = 4.0;

/// A square of `side` points with its quiet zone inside.
pub fn code(content: &str, x: f32, y: f32, side: f32) -> Result<Mark, PrintError> {
    let too_long = |_| PrintError::CodeTooLong { bytes: content.len() };
    let code = QrCode::with_error_correction_level(content, EcLevel::M).map_err(too_long)?;
    let count = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let quiet = side * QUIET_MODULES / (count as f32 + 2.0 * QUIET_MODULES);
    Ok(Mark::Modules {
        x: x + quiet,
        y: y + quiet,
        side: side - 2.0 * quiet,
        count,
        dark: dark.map(|(index, _)| (index % count, index / count)).collect(),
    })
}
