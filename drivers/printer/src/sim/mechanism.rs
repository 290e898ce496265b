//! The printer inside: receive buffer, command decoder, paper, sensors. It obeys bytes and knows no host.

use std::collections::VecDeque;

use crate::raster::{PAPER_WIDTH_DOTS, Raster};

/// As in printers of the first generation with raster commands.
const RECEIVE_BUFFER_BYTES: usize = 4096;

/// A new roll: 60 m.
const NEW_ROLL_DOTS: u32 = 480_000;

/// The near-end sensor sees the last two metres or so.
const NEAR_END_DOTS: u32 = 16_000;

const STRIDE: usize = PAPER_WIDTH_DOTS as usize / 8;

/// What an uncut paper may grow to; a host that never cuts is a mistake, and old paper is let go.
const MAX_UNCUT_BYTES: usize = STRIDE * 100_000;

/// Pictures kept.
const MAX_TAPES: usize = 1_000;

#[derive(Debug)]
pub(super) struct Mechanism {
    buffer: VecDeque<u8>,
    /// The last two bytes received: a real-time command may be split over two writes.
    recent: VecDeque<u8>,
    answers: VecDeque<u8>,
    /// The picture that is coming in.
    raster: Option<RasterInProgress>,
    uncut: Vec<u8>,
    pub(super) tapes: Vec<Raster>,
    pub(super) paper_left_dots: u32,
    pub(super) cover_is_open: bool,
    pub(super) cutter_is_blocked: bool,
    pub(super) plugged_in: bool,
    pub(super) life: Life,
    pub(super) received_bytes: u64,
    pub(super) unknown_bytes: u64,
    pub(super) knows_clear: bool,
}

/// Whether the firmware still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Running,
    HangsAfter { bytes: u64 },
}

impl Mechanism {
    pub(super) fn new() -> Self {
        Self {
            buffer: VecDeque::new(),
            recent: VecDeque::new(),
            answers: VecDeque::new(),
            raster: None,
            uncut: Vec::new(),
            tapes: Vec::new(),
            paper_left_dots: NEW_ROLL_DOTS,
            cover_is_open: false,
            cutter_is_blocked: false,
            plugged_in: true,
            life: Life::Running,
            received_bytes: 0,
            unknown_bytes: 0,
            knows_clear: true,
        }
    }

    /// Takes bytes as long as there is room; how many.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        for &byte in bytes {
            if self.buffer.len() >= RECEIVE_BUFFER_BYTES {
                self.work();
            }
            if self.hangs() {
                if self.buffer.len() >= RECEIVE_BUFFER_BYTES {
                    break;
                }
            } else {
                if self.obey_at_once(byte) == Obeyed::Cleared {
                    taken += 1;
                    self.received_bytes += 1;
                    continue;
                }
                // A full buffer takes real-time commands only.
                if self.buffer.len() >= RECEIVE_BUFFER_BYTES && !self.in_real_time_command() {
                    break;
                }
            }
            if self.buffer.len() < RECEIVE_BUFFER_BYTES {
                self.buffer.push_back(byte);
            }
            taken += 1;
            self.received_bytes += 1;
        }
        self.work();
        taken
    }

    pub(super) fn answer(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.answers.len());
        for slot in &mut buffer[..count] {
            *slot = self.answers.pop_front().unwrap_or_default();
        }
        count
    }

    /// Prints what can be printed.
    pub(super) fn work(&mut self) {
        while !self.is_offline() && !self.hangs() {
            if let Some(raster) = &mut self.raster {
                let stride = raster.stride;
                if self.buffer.len() < stride {
                    return;
                }
                raster.rows_left -= 1;
                if raster.rows_left == 0 {
                    self.raster = None;
                }
                let mut row: Vec<u8> = self.buffer.drain(..stride).collect();
                row.resize(STRIDE, 0);
                self.advance(&row);
                continue;
            }
            let Some(step) = decode(self.buffer.make_contiguous()) else {
                return;
            };
            match step {
                Step::Skip { bytes, known } => {
                    if !known {
                        self.unknown_bytes += 1;
                    }
                    self.buffer.drain(..bytes);
                }
                Step::Feed { bytes, dots } => {
                    self.buffer.drain(..bytes);
                    self.advance(&vec![0; STRIDE * usize::from(dots)]);
                }
                Step::Raster(raster) => {
                    self.buffer.drain(..8);
                    self.raster = Some(raster);
                }
                Step::Cut { bytes, dots } => {
                    self.buffer.drain(..bytes);
                    self.advance(&vec![0; STRIDE * usize::from(dots)]);
                    if !self.is_offline() {
                        self.cut();
                    }
                }
                Step::SensorStatus { bytes } => {
                    self.buffer.drain(..bytes);
                    let near_end = if self.near_end() { 0x03 } else { 0 };
                    self.answers.push_back(near_end);
                }
            }
        }
    }

    /// New paper; what was half printed is torn off.
    pub(super) fn refill(&mut self) {
        self.paper_left_dots = NEW_ROLL_DOTS;
        self.uncut.clear();
        self.work();
    }

    /// Switched off and on.
    pub(super) fn restart(&mut self) {
        self.buffer.clear();
        self.recent.clear();
        self.answers.clear();
        self.raster = None;
        self.uncut.clear();
        self.life = Life::Running;
    }

    fn hangs(&self) -> bool {
        match self.life {
            Life::Running => false,
            Life::HangsAfter { bytes } => self.received_bytes >= bytes,
        }
    }

    fn is_offline(&self) -> bool {
        self.cover_is_open || self.cutter_is_blocked || self.paper_left_dots == 0
    }

    fn near_end(&self) -> bool {
        self.paper_left_dots < NEAR_END_DOTS
    }

    /// Real-time commands are obeyed on arrival, whatever they stand in.
    fn obey_at_once(&mut self, byte: u8) -> Obeyed {
        self.recent.push_back(byte);
        if self.recent.len() > CLEAR.len() {
            self.recent.pop_front();
        }
        if self.knows_clear && self.recent.iter().eq(CLEAR.iter()) {
            self.buffer.clear();
            self.raster = None;
            self.answers.extend([0x37, 0x25, 0x00]);
            return Obeyed::Cleared;
        }
        let count = self.recent.len();
        if count >= 3 && self.recent[count - 3] == 0x10 && self.recent[count - 2] == 0x04 {
            match byte {
                1 => self.answers.push_back(0x12 | flag(self.is_offline(), 0x08)),
                2 => self.answers.push_back(
                    0x12 | flag(self.cover_is_open, 0x04)
                        | flag(self.paper_left_dots == 0, 0x20)
                        | flag(self.cutter_is_blocked, 0x40),
                ),
                3 => self.answers.push_back(0x12 | flag(self.cutter_is_blocked, 0x08)),
                4 => self.answers.push_back(0x12 | flag(self.near_end(), 0x0C) | flag(self.paper_left_dots == 0, 0x60)),
                _ => {}
            }
        }
        Obeyed::Kept
    }

    fn in_real_time_command(&self) -> bool {
        let (recent, count) = (&self.recent, self.recent.len());
        let last = |back: usize| count.checked_sub(back).map(|index| recent[index]);
        let clearing =
            (1..=CLEAR.len()).any(|length| count >= length && recent.range(count - length..).eq(&CLEAR[..length]));
        last(1) == Some(0x10)
            || (last(2) == Some(0x10) && last(1) == Some(0x04))
            || (last(3) == Some(0x10) && last(2) == Some(0x04))
            || clearing
    }

    fn advance(&mut self, rows: &[u8]) {
        for row in rows.chunks(STRIDE) {
            if self.paper_left_dots == 0 {
                return;
            }
            self.paper_left_dots -= 1;
            if self.uncut.len() < MAX_UNCUT_BYTES {
                self.uncut.extend_from_slice(row);
            }
        }
    }

    fn cut(&mut self) {
        let rows = std::mem::take(&mut self.uncut);
        if self.tapes.len() >= MAX_TAPES {
            self.tapes.remove(0);
        }
        self.tapes.extend(Raster::from_rows(PAPER_WIDTH_DOTS, rows));
    }
}

/// `DLE DC4 8`.
const CLEAR: [u8; 10] = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];

fn flag(is_set: bool, bits: u8) -> u8 {
    if is_set { bits } else { 0 }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RasterInProgress {
    stride: usize,
    rows_left: usize,
}

/// What arrival did to a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obeyed {
    /// It goes on into the buffer, as every byte does.
    Kept,
    /// It ended the command that empties the buffer, and itself with it.
    Cleared,
}

/// One command at the head of the buffer, `bytes` long all in all.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Skip { bytes: usize, known: bool },
    Feed { bytes: usize, dots: u8 },
    Raster(RasterInProgress),
    Cut { bytes: usize, dots: u8 },
    SensorStatus { bytes: usize },
}

/// `None`: more bytes are needed.
fn decode(buffer: &[u8]) -> Option<Step> {
    const UNKNOWN: Step = Step::Skip { bytes: 1, known: false };
    let skip = |bytes| Step::Skip { bytes, known: true };
    let at = |index: usize| buffer.get(index).copied();
    let step = match at(0)? {
        // NUL means nothing; it fills up.
        0 => skip(1),
        // Real-time commands were obeyed on arrival and lie here for nothing.
        0x10 => match at(1)? {
            0x04 => {
                at(2)?;
                skip(3)
            }
            0x14 => {
                at(9)?;
                skip(10)
            }
            _ => UNKNOWN,
        },
        0x1B => match at(1)? {
            b'@' => skip(2),
            b'J' => Step::Feed { bytes: 3, dots: at(2)? },
            _ => UNKNOWN,
        },
        0x1D => match at(1)? {
            b'a' => {
                at(2)?;
                skip(3)
            }
            b'r' if at(2)? == 1 => Step::SensorStatus { bytes: 3 },
            b'V' => match at(2)? {
                65 | 66 => Step::Cut { bytes: 4, dots: at(3)? },
                0 | 1 | 48 | 49 => Step::Cut { bytes: 3, dots: 0 },
                _ => UNKNOWN,
            },
            b'v' if at(2)? == b'0' => {
                let stride = usize::from(u16::from_le_bytes([at(4)?, at(5)?]));
                let height = usize::from(u16::from_le_bytes([at(6)?, at(7)?]));
                // No picture: no size, or longer than the reference allows.
                if stride == 0 || stride > 255 || height == 0 || height > 2303 {
                    UNKNOWN
                } else {
                    Step::Raster(RasterInProgress { stride, rows_left: height })
                }
            }
            _ => UNKNOWN,
        },
        _ => UNKNOWN,
    };
    let bytes = match step {
        Step::Skip { bytes, .. }
        | Step::Feed { bytes, .. }
        | Step::Cut { bytes, .. }
        | Step::SensorStatus { bytes } => bytes,
        Step::Raster(_) => 8,
    };
    (buffer.len() >= bytes).then_some(step)
}
