//! Where one code ends and the next begins: CR, LF or CRLF, and as an option a gap in time. Pure; time is an argument.

use std::time::{Duration, Instant};

use zeroize::{Zeroize, Zeroizing};

use crate::payload::Payload;

/// Most bytes of a QR code: version 40-L in byte mode (ISO/IEC 18004 table 7).
pub const LONGEST_PAYLOAD: usize = 2953;

/// Does silence end a code? For scanners that are set to send no line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleGap {
    /// Only CR and LF end a code: a stalled line never cuts one in two.
    Ignored,
    EndsPayload(Duration),
}

/// Cuts a stream of bytes into payloads.
pub struct Framer {
    idle_gap: IdleGap,
    /// Never grows: a copy left behind by a growing vector would not be wiped.
    line: Zeroizing<Vec<u8>>,
    last_byte: Option<Instant>,
    sync: Sync,
}

/// What a line end (or silence) has closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Payload(Payload),
    /// A line grew past [`LONGEST_PAYLOAD`]. Told once, when it happens; the rest up to the line end is dropped.
    Oversize,
}

#[derive(PartialEq)]
enum Sync {
    InStep,
    /// Dropping the rest of an oversize line.
    Lost,
}

impl Framer {
    pub fn new(idle_gap: IdleGap) -> Self {
        Self { idle_gap, line: empty_line(), last_byte: None, sync: Sync::InStep }
    }

    /// Takes what was read at `now`. Empty lines are no frames, so CRLF ends one code and not two.
    pub fn push(&mut self, bytes: &[u8], now: Instant) -> Vec<Frame> {
        let mut frames: Vec<Frame> = self.idle(now).into_iter().map(Frame::Payload).collect();
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' => frames.extend(self.end_line().map(Frame::Payload)),
                _ if self.sync == Sync::Lost => {}
                _ if self.line.len() == LONGEST_PAYLOAD => {
                    self.line.zeroize();
                    self.sync = Sync::Lost;
                    frames.push(Frame::Oversize);
                }
                byte => self.line.push(byte),
            }
        }
        if !bytes.is_empty() {
            self.last_byte = Some(now);
        }
        frames
    }

    /// The payload that silence has ended, if this framer listens to silence.
    pub fn idle(&mut self, now: Instant) -> Option<Payload> {
        match self.until_idle(now) {
            Some(Duration::ZERO) => self.end_line(),
            Some(_) | None => None,
        }
    }

    /// How long from `now` until silence ends the line under way; `None` if it never will.
    pub fn until_idle(&self, now: Instant) -> Option<Duration> {
        let IdleGap::EndsPayload(gap) = self.idle_gap else { return None };
        if self.line.is_empty() && self.sync == Sync::InStep {
            return None;
        }
        self.last_byte.map(|last| (last + gap).saturating_duration_since(now))
    }

    fn end_line(&mut self) -> Option<Payload> {
        self.sync = Sync::InStep;
        self.last_byte = None;
        if self.line.is_empty() {
            return None;
        }
        Some(Payload::new(std::mem::replace(&mut self.line, empty_line())))
    }
}

fn empty_line() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(LONGEST_PAYLOAD))
}

impl std::fmt::Debug for Framer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Framer({} bytes under way)", self.line.len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    fn texts(frames: Vec<Frame>) -> Vec<String> {
        let text = |frame| match frame {
            Frame::Payload(payload) => String::from_utf8(payload.as_bytes().to_vec()).unwrap(),
            Frame::Oversize => "(oversize)".to_owned(),
        };
        frames.into_iter().map(text).collect()
    }

    fn pushed(framer: &mut Framer, bytes: &[u8]) -> Vec<String> {
        texts(framer.push(bytes, Instant::now()))
    }

    #[test]
    fn every_line_end_closes_a_code_and_crlf_closes_one() {
        let mut framer = Framer::new(IdleGap::Ignored);
        assert_eq!(pushed(&mut framer, b"one\rtwo\nthree\r\nfour"), ["one", "two", "three"]);
        assert_eq!(pushed(&mut framer, b"\r"), ["four"]);
        assert!(pushed(&mut framer, b"\n\r\n\n").is_empty());
    }

    #[test]
    fn the_longest_code_fits_and_one_byte_more_does_not() {
        let mut framer = Framer::new(IdleGap::Ignored);
        let mut line = vec![b'x'; LONGEST_PAYLOAD];
        line.push(b'\r');
        assert_eq!(pushed(&mut framer, &line)[0].len(), LONGEST_PAYLOAD);
        line.insert(0, b'x');
        assert_eq!(pushed(&mut framer, &line), ["(oversize)"]);
        assert_eq!(pushed(&mut framer, b"next\r"), ["next"]);
    }

    #[test]
    fn an_endless_line_is_told_once_and_keeps_nothing() {
        let mut framer = Framer::new(IdleGap::Ignored);
        let told: usize = (0..1000).map(|_| pushed(&mut framer, &[b'x'; 512]).len()).sum();
        assert_eq!(told, 1);
        assert!(framer.line.is_empty());
        assert_eq!(pushed(&mut framer, b"tail\rgood\r"), ["good"]);
    }

    #[test]
    fn silence_ends_a_code_only_where_that_is_wanted() {
        let start = Instant::now();
        let gap = Duration::from_millis(100);
        let mut framer = Framer::new(IdleGap::EndsPayload(gap));
        assert_eq!(framer.until_idle(start), None);
        assert!(framer.push(b"no end", start).is_empty());
        assert_eq!(framer.until_idle(start + gap / 2), Some(gap / 2));
        assert_eq!(framer.idle(start + gap / 2), None);
        assert_eq!(framer.idle(start + gap).unwrap().as_bytes(), b"no end");
        assert_eq!(framer.idle(start + gap * 2), None);

        let mut patient = Framer::new(IdleGap::Ignored);
        assert!(patient.push(b"slow ", start).is_empty());
        assert_eq!(patient.idle(start + gap * 1000), None);
        assert_eq!(texts(patient.push(b"line\r", start + gap * 1000)), ["slow line"]);
    }

    #[test]
    fn a_code_that_comes_after_the_silence_is_not_joined_to_the_one_before() {
        let start = Instant::now();
        let mut framer = Framer::new(IdleGap::EndsPayload(Duration::from_millis(100)));
        assert!(framer.push(b"first", start).is_empty());
        assert_eq!(texts(framer.push(b"second\r", start + Duration::from_secs(1))), ["first", "second"]);
    }

    #[test]
    fn silence_also_ends_an_oversize_line() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut framer = Framer::new(IdleGap::EndsPayload(Duration::from_millis(100)));
        assert_eq!(texts(framer.push(&[b'x'; LONGEST_PAYLOAD + 5], start)), ["(oversize)"]);
        assert_eq!(framer.idle(later), None);
        assert_eq!(texts(framer.push(b"good\r", later)), ["good"]);
    }

    #[test]
    fn debug_shows_lengths_only() {
        let mut framer = Framer::new(IdleGap::Ignored);
        let frames = framer.push(b"001234567890\r0012", Instant::now());
        assert_eq!(format!("{frames:?} {framer:?}"), "[Payload(Payload(12 bytes))] Framer(4 bytes under way)");
    }

    proptest! {
        #[test]
        fn no_stream_panics_and_no_payload_is_too_long_or_holds_a_line_end(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..700), 0..20),
            gap in proptest::option::of(0u64..50),
        ) {
            let gap = gap.map_or(IdleGap::Ignored, |ms| IdleGap::EndsPayload(Duration::from_millis(ms)));
            let mut framer = Framer::new(gap);
            let mut now = Instant::now();
            for chunk in chunks {
                now += Duration::from_millis(10);
                for frame in framer.push(&chunk, now) {
                    if let Frame::Payload(payload) = frame {
                        let bytes = payload.as_bytes();
                        prop_assert!(!bytes.is_empty() && bytes.len() <= LONGEST_PAYLOAD);
                        prop_assert!(!bytes.contains(&b'\r') && !bytes.contains(&b'\n'));
                    }
                }
            }
        }

        #[test]
        fn however_the_line_is_cut_the_codes_are_the_same(
            codes in proptest::collection::vec("[0-9A-Za-z|]{1,60}", 1..6),
            cut in 1usize..40,
        ) {
            let stream = codes.iter().map(|code| format!("{code}\r\n")).collect::<String>();
            let mut framer = Framer::new(IdleGap::Ignored);
            let read: Vec<String> = stream.as_bytes().chunks(cut).flat_map(|part| pushed(&mut framer, part)).collect();
            prop_assert_eq!(read, codes);
        }
    }
}
