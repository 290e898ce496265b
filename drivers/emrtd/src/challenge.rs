//! The challenge of active authentication (ICAO Doc 9303-11 6.1).

use std::fmt;

/// RND.IFD: eight bytes, given by the server once per visit, so that a chip's signature proves a chip of today.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 8]);

impl Challenge {
    pub const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// It is no secret, but it ties a log line to a visit.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(8 bytes)")
    }
}
