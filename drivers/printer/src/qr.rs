//! A QR code (ISO/IEC 18004) as dots.

use qrcode::{Color, EcLevel, QrCode};

use crate::{
    raster::{Area, Raster},
    text::LayoutError,
};

/// White modules around the code (ISO/IEC 18004, 9.1).
const QUIET_ZONE_MODULES: i32 = 4;

/// Thermal paper is faint and gets creased: a quarter of the code may be unreadable.
const ERROR_CORRECTION: EcLevel = EcLevel::Q;

/// A code ready to be placed.
pub struct Qr {
    modules: Vec<Color>,
    width_modules: i32,
}

impl Qr {
    /// Any text that fits a QR code.
    pub fn encode(text: &str) -> Result<Self, LayoutError> {
        let code = QrCode::with_error_correction_level(text, ERROR_CORRECTION)
            .map_err(|_| LayoutError::QrTooLong { bytes: text.len() })?;
        let width_modules = i32::try_from(code.width()).expect("a code has 177 modules at most");
        Ok(Self { modules: code.into_colors(), width_modules })
    }

    /// The largest module that lets the code and its quiet zone into `side_dots`.
    #[must_use]
    pub fn module_dots(&self, side_dots: i32) -> i32 {
        (side_dots / (self.width_modules + 2 * QUIET_ZONE_MODULES)).max(1)
    }

    /// The side with the quiet zone.
    #[must_use]
    pub fn side_dots(&self, module_dots: i32) -> i32 {
        (self.width_modules + 2 * QUIET_ZONE_MODULES) * module_dots
    }

    /// Draws it, quiet zone included, with the corner at `left`, `top`.
    pub fn draw(&self, page: &mut Raster, left: i32, top: i32, module_dots: i32) {
        let mut colours = self.modules.iter();
        for row in 0..self.width_modules {
            for column in 0..self.width_modules {
                if colours.next() == Some(&Color::Dark) {
                    page.fill(Area::new(
                        left + (column + QUIET_ZONE_MODULES) * module_dots,
                        top + (row + QUIET_ZONE_MODULES) * module_dots,
                        module_dots,
                        module_dots,
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_code_has_its_finder_patterns_and_a_quiet_zone() {
        let qr = Qr::encode("https://example.vn/s/A027").unwrap();
        let module = qr.module_dots(200);
        let side = qr.side_dots(module);
        assert!(side <= 200 && module >= 4);
        let mut page = Raster::new(200, 200);
        qr.draw(&mut page, 0, 0, module);
        let (module, side) = (u32::try_from(module).unwrap(), u32::try_from(side).unwrap());
        let quiet = 4 * module;
        assert!(!page.is_black(quiet - 1, quiet));
        // three finder patterns, and none at the lower right
        for (x, y) in [(quiet, quiet), (side - quiet - 1, quiet), (quiet, side - quiet - 1)] {
            assert!(page.is_black(x, y), "{x} {y}");
        }
    }

    #[test]
    fn a_text_that_no_code_holds_is_refused() {
        let refused = Qr::encode(&"x".repeat(4_000)).err();
        assert!(matches!(refused, Some(LayoutError::QrTooLong { bytes: 4_000 })));
    }
}
