//! How long a contactless link would have taken (ISO/IEC 14443-3 and -4): added up, never waited for.
//!
//! Nine bits a byte (parity), blocks of at most 256 bytes of which three are overhead, one frame delay between blocks.
//! The chip's own computing time is left out: it differs from product to product.

use std::time::Duration;

/// Bits a second over the air, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkSpeed {
    #[default]
    Kbit106,
    Kbit212,
    Kbit424,
    Kbit848,
}

impl LinkSpeed {
    pub const ALL: [Self; 4] = [Self::Kbit106, Self::Kbit212, Self::Kbit424, Self::Kbit848];

    /// fc/128, fc/64, fc/32, fc/16 with a carrier of 13.56 MHz.
    fn bit_picoseconds(self) -> u64 {
        let carrier_cycles = match self {
            Self::Kbit106 => 128,
            Self::Kbit212 => 64,
            Self::Kbit424 => 32,
            Self::Kbit848 => 16,
        };
        carrier_cycles * CARRIER_PICOSECONDS
    }

    /// One APDU there or back.
    pub fn time(self, apdu_bytes: usize) -> Duration {
        let blocks = apdu_bytes.div_ceil(BLOCK_PAYLOAD_BYTES).max(1) as u64;
        let bytes = apdu_bytes as u64 + blocks * BLOCK_OVERHEAD_BYTES;
        let frame_delay = FRAME_DELAY_CYCLES * CARRIER_PICOSECONDS;
        Duration::from_nanos((bytes * 9 * self.bit_picoseconds() + blocks * frame_delay) / 1000)
    }
}

/// 1 / 13.56 MHz
const CARRIER_PICOSECONDS: u64 = 73_746;
/// FSD of 256 bytes less PCB and CRC.
const BLOCK_PAYLOAD_BYTES: usize = 253;
const BLOCK_OVERHEAD_BYTES: u64 = 3;
/// ISO/IEC 14443-3 6.2.1.1
const FRAME_DELAY_CYCLES: u64 = 1236;

/// What went over the link since the card was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    pub apdus: u64,
    pub bytes_to_card: u64,
    pub bytes_from_card: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_takes_nine_bits_and_the_speeds_double() {
        let times = LinkSpeed::ALL.map(|speed| speed.time(10_000));
        // 10000 bytes in 40 blocks: (10000 + 120) * 9 * 9.44 us + 40 * 91.15 us
        assert_eq!(times[0].as_millis(), 863);
        let without_delays = |time: Duration| time.as_nanos() as i128 - 40 * 91_150;
        assert!((without_delays(times[0]) - 8 * without_delays(times[3])).abs() < 1000);
    }
}
