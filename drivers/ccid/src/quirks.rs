//! Readers that people own and that do not do what they say, by vendor and product.

use crate::transport::UsbId;

/// A deviation of one model from its own descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// Claims extended APDUs and loses or cuts them.
    ShortApduOnly,
    /// Carries extended answers, but not longer than this many bytes with SW1 SW2.
    ExtendedAnswerAtMost(usize),
    /// Never asks for time while the card computes: wait longer by ourselves.
    NoTimeExtension,
}

/// The list is empty for a reader without known quirks.
pub fn quirks_of(id: UsbId) -> &'static [Quirk] {
    match (id.vendor, id.product) {
        // ACS ACR122U: short APDUs, and silence during a long computation.
        (0x072F, 0x2200) => &[Quirk::ShortApduOnly, Quirk::NoTimeExtension],
        // ACS ACR1252U: an answer of 32 kB ends in vendor error C3; 4 kB is far below.
        (0x072F, 0x223B) => &[Quirk::ExtendedAnswerAtMost(4096)],
        // ACS ACR1281U-C1: commands over 255 bytes never reach the card.
        (0x072F, 0x2224) => &[Quirk::ShortApduOnly],
        _ => &[],
    }
}
