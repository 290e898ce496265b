//! What runs inside the simulated reader: messages in, messages out (CCID 1.1 chapter 6), and T=0 towards the card.

use super::{BoxedCard, Interludes, InterruptPipe, SimLevel, SimOptions};
use crate::apdu::CommandApdu;

const HEADER: usize = 10;
const DATA_BLOCK: u8 = 0x80;
const SLOT_STATUS: u8 = 0x81;
const PARAMETERS: u8 = 0x82;
const FAILED: u8 = 0x40;
const MORE_TIME: u8 = 0x80;
const ICC_MUTE: u8 = 0xFE;
const HW_ERROR: u8 = 0xFB;
const NOT_SUPPORTED: u8 = 0x00;
/// Offsets of bytes that the host got wrong.
const DW_LENGTH: u8 = 1;
const B_SLOT: u8 = 5;
const W_LEVEL_PARAMETER: u8 = 8;
const LONGEST_SHORT_APDU: usize = 261;
const LONGEST_APDU: usize = 65_544;

pub(super) struct Firmware {
    options: SimOptions,
    slot: Slot,
    /// A card that pulled itself, until someone takes it.
    pulled: Option<BoxedCard>,
    parameters_set: bool,
    /// Parts of a chained command and of a chained answer.
    command: Vec<u8>,
    answer: Vec<u8>,
    /// What a T=0 card keeps for GET RESPONSE.
    kept: Vec<u8>,
}

enum Slot {
    Empty,
    Holds { card: BoxedCard, power: Power },
}

#[derive(PartialEq)]
enum Power {
    /// Since the card came: QEMU's reader calls that active too.
    NeverOn,
    On,
    Off,
}

/// One message from the host.
struct Request<'a> {
    kind: u8,
    seq: u8,
    level_parameter: u8,
    data: &'a [u8],
}

impl Firmware {
    pub fn new(options: SimOptions) -> Self {
        Self {
            options,
            slot: Slot::Empty,
            pulled: None,
            parameters_set: false,
            command: Vec::new(),
            answer: Vec::new(),
            kept: Vec::new(),
        }
    }

    pub fn put_card(&mut self, card: BoxedCard) {
        self.slot = Slot::Holds { card, power: Power::NeverOn };
    }

    pub fn take_card(&mut self) -> Option<BoxedCard> {
        self.forget();
        match std::mem::replace(&mut self.slot, Slot::Empty) {
            Slot::Holds { mut card, .. } => {
                card.reset();
                Some(card)
            }
            Slot::Empty => self.pulled.take(),
        }
    }

    pub fn holds_card(&self) -> bool {
        matches!(self.slot, Slot::Holds { .. })
    }

    pub fn power_lost(&mut self) {
        self.forget();
        if let Slot::Holds { card, power } = &mut self.slot {
            card.reset();
            *power = Power::NeverOn;
        }
    }

    /// ABORT on the control pipe: the command under way is dropped.
    pub fn abort(&mut self, _seq: u8) {
        self.command.clear();
        self.answer.clear();
    }

    /// The transfers that answer one message.
    pub fn message(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let Some((header, data)) = bytes.split_at_checked(HEADER) else { return Vec::new() };
        let declared = u32::from_le_bytes([header[1], header[2], header[3], header[4]]);
        let request = Request { kind: header[0], seq: header[6], level_parameter: header[8], data };
        let longest = self.options.max_message_length as usize;
        let answer = if declared as usize != data.len() || bytes.len() > longest {
            self.failure(&request, DW_LENGTH)
        } else if header[5] != 0 {
            self.failure(&request, B_SLOT)
        } else {
            self.answer(&request)
        };

        let mut transfers = Vec::new();
        if self.options.interludes == Interludes::EmptyAndStale {
            transfers.push(Vec::new());
            let mut stale = answer.clone();
            stale[6] = stale[6].wrapping_sub(1);
            transfers.push(stale);
        }
        if request.kind == 0x6F && answer[7] & FAILED == 0 {
            for _ in 0..self.options.time_extensions {
                transfers.push(self.encode(DATA_BLOCK, request.seq, MORE_TIME, 1, 0, &[]));
            }
        }
        if self.options.drops_answers_over.is_none_or(|most| answer.len() <= most) {
            transfers.push(answer);
        }
        transfers
    }

    fn answer(&mut self, request: &Request<'_>) -> Vec<u8> {
        match request.kind {
            0x62 => self.power_on(request),
            0x63 => {
                self.power_off();
                self.encode(SLOT_STATUS, request.seq, 0, 0, 0, &[])
            }
            0x65 | 0x72 => self.encode(SLOT_STATUS, request.seq, 0, 0, 0, &[]),
            0x6F => self.transfer(request),
            0x61 | 0x6C => self.parameters(request),
            _ => self.failure(request, NOT_SUPPORTED),
        }
    }

    fn power_on(&mut self, request: &Request<'_>) -> Vec<u8> {
        self.forget();
        let Slot::Holds { card, power } = &mut self.slot else { return self.failure(request, ICC_MUTE) };
        card.reset();
        let atr = card.atr();
        if atr.is_empty() {
            *power = Power::Off;
            return self.failure(request, ICC_MUTE);
        }
        *power = Power::On;
        self.encode(DATA_BLOCK, request.seq, 0, 0, 0, &atr)
    }

    fn power_off(&mut self) {
        self.forget();
        if let Slot::Holds { card, power } = &mut self.slot {
            card.reset();
            *power = Power::Off;
        }
    }

    fn parameters(&mut self, request: &Request<'_>) -> Vec<u8> {
        let t0 = [0x11, 0x00, 0x00, 0x0A, 0x00];
        match self.options.level {
            SimLevel::ExtendedApdu | SimLevel::ShortApdu => {
                self.encode(PARAMETERS, request.seq, 0, 0, 1, &[0x11, 0x10, 0x00, 0x4D, 0x00, 0x20, 0x00])
            }
            SimLevel::TpduT0 | SimLevel::TpduT0ParametersByHost => {
                if request.kind == 0x61 {
                    if request.data.len() != t0.len() {
                        return self.failure(request, DW_LENGTH);
                    }
                    self.parameters_set = true;
                }
                self.encode(PARAMETERS, request.seq, 0, 0, 0, &t0)
            }
        }
    }

    fn transfer(&mut self, request: &Request<'_>) -> Vec<u8> {
        match &self.slot {
            Slot::Holds { power: Power::On, .. } => {}
            // QEMU's reader: an empty success, only the slot's bits tell.
            Slot::Empty if self.options.level == SimLevel::TpduT0 => {
                return self.encode(DATA_BLOCK, request.seq, 0, 0, 0, &[]);
            }
            Slot::Empty | Slot::Holds { power: Power::NeverOn | Power::Off, .. } => {
                return self.failure(request, ICC_MUTE);
            }
        }
        match self.options.level {
            SimLevel::ExtendedApdu => self.transfer_part(request),
            SimLevel::ShortApdu if request.data.len() > LONGEST_SHORT_APDU => self.failure(request, DW_LENGTH),
            SimLevel::ShortApdu => match self.card(request.data) {
                Some(answer) if answer.len() <= 258 => self.encode(DATA_BLOCK, request.seq, 0, 0, 0, &answer),
                Some(_) => self.failure(request, HW_ERROR),
                None => self.failure(request, ICC_MUTE),
            },
            SimLevel::TpduT0ParametersByHost if !self.parameters_set => self.failure(request, HW_ERROR),
            SimLevel::TpduT0 | SimLevel::TpduT0ParametersByHost => match self.tpdu(request.data) {
                Some(answer) => self.encode(DATA_BLOCK, request.seq, 0, 0, 0, &answer),
                None => self.failure(request, if self.holds_card() { HW_ERROR } else { ICC_MUTE }),
            },
        }
    }

    /// Extended APDU level: wLevelParameter and bChainParameter (6.1.4, 6.2.1).
    fn transfer_part(&mut self, request: &Request<'_>) -> Vec<u8> {
        match request.level_parameter {
            0x00 | 0x01 => self.command = request.data.to_vec(),
            0x02 | 0x03 => self.command.extend_from_slice(request.data),
            0x10 if !self.answer.is_empty() => return self.next_part(request.seq, 0x02, 0x03),
            _ => return self.failure(request, W_LEVEL_PARAMETER),
        }
        if self.command.len() > LONGEST_APDU {
            return self.failure(request, DW_LENGTH);
        }
        if matches!(request.level_parameter, 0x01 | 0x03) {
            return self.encode(DATA_BLOCK, request.seq, 0, 0, 0x10, &[]);
        }
        let command = std::mem::take(&mut self.command);
        match self.card(&command) {
            Some(answer) => {
                self.answer = answer;
                self.next_part(request.seq, 0x00, 0x01)
            }
            None => self.failure(request, ICC_MUTE),
        }
    }

    fn next_part(&mut self, seq: u8, last: u8, more: u8) -> Vec<u8> {
        let room = self.options.max_message_length as usize - HEADER;
        let rest = self.answer.split_off(room.min(self.answer.len()));
        let part = std::mem::replace(&mut self.answer, rest);
        let chain = if self.answer.is_empty() { last } else { more };
        self.encode(DATA_BLOCK, seq, 0, 0, chain, &part)
    }

    /// A card at T=0 (ISO/IEC 7816-3 section 12.2), made of one that answers APDUs.
    fn tpdu(&mut self, tpdu: &[u8]) -> Option<Vec<u8>> {
        let &[cla, ins, _p1, p2, p3, ref data @ ..] = tpdu else { return None };
        if ins == 0xC0 {
            return Some(self.get_response(p3));
        }
        self.kept.clear();
        if data.is_empty() {
            // Case 2; case 1 looks alike, and its answer has no data.
            return self.card(tpdu);
        }
        if data.len() != usize::from(p3) {
            return None;
        }
        // A T=0 card knows by INS which commands answer with data: MSE and a SELECT without FCI do not.
        let answers = cla & 0x0C == 0x0C || !(ins == 0x22 || ins == 0xA4 && p2 & 0x0C == 0x0C);
        let mut apdu = tpdu.to_vec();
        if answers {
            apdu.push(0);
        }
        let answer = self.card(&apdu)?;
        match answer.split_last_chunk::<2>() {
            Some((data, _)) if !data.is_empty() => {
                self.kept = answer;
                Some(vec![0x61, self.kept_length()])
            }
            _ => Some(answer),
        }
    }

    fn get_response(&mut self, le: u8) -> Vec<u8> {
        let available = self.kept.len().saturating_sub(2);
        let wanted = if le == 0 { 256 } else { usize::from(le) };
        if available == 0 {
            return vec![0x69, 0x85];
        }
        if wanted > available {
            return vec![0x6C, self.kept_length()];
        }
        let rest = self.kept.split_off(wanted);
        let mut answer = std::mem::replace(&mut self.kept, rest);
        if self.kept.len() == 2 {
            answer.append(&mut self.kept);
        } else {
            answer.extend_from_slice(&[0x61, self.kept_length()]);
        }
        answer
    }

    /// SW2 of 61xx: 256 and more is zero.
    fn kept_length(&self) -> u8 {
        u8::try_from(self.kept.len() - 2).unwrap_or(0)
    }

    fn card(&mut self, apdu: &[u8]) -> Option<Vec<u8>> {
        let Slot::Holds { card, .. } = &mut self.slot else { return None };
        // A reader passes on what it gets; a card would answer 6700 to this.
        let answer = if CommandApdu::parse(apdu).is_none() { Some(vec![0x67, 0x00]) } else { card.apdu(apdu) };
        if answer.is_none() {
            self.pulled = self.take_card();
        }
        answer
    }

    fn forget(&mut self) {
        self.parameters_set = false;
        self.command.clear();
        self.answer.clear();
        self.kept.clear();
    }

    fn failure(&self, request: &Request<'_>, error: u8) -> Vec<u8> {
        let kind = match request.kind {
            0x62 | 0x6F => DATA_BLOCK,
            0x61 | 0x6C => PARAMETERS,
            _ => SLOT_STATUS,
        };
        self.encode(kind, request.seq, FAILED, error, 0, &[])
    }

    fn encode(&self, kind: u8, seq: u8, command_status: u8, error: u8, specific: u8, data: &[u8]) -> Vec<u8> {
        let icc = match &self.slot {
            Slot::Holds { power: Power::On, .. } => 0,
            Slot::Holds { power: Power::NeverOn, .. } if self.options.level == SimLevel::TpduT0 => 0,
            Slot::Holds { power: Power::NeverOn | Power::Off, .. } => 1,
            Slot::Empty => 2,
        };
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&(data.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&[0, seq, command_status | icc, error, specific]);
        bytes.extend_from_slice(data);
        bytes
    }
}

/// CCID 1.1 section 5.1.
pub(super) fn class_descriptor(options: &SimOptions) -> [u8; 54] {
    let features: u32 = match options.level {
        SimLevel::ExtendedApdu => 0x0004_0840,
        SimLevel::ShortApdu => 0x0002_04BA,
        SimLevel::TpduT0 => 0x0001_04FE,
        SimLevel::TpduT0ParametersByHost => 0x0001_00B8,
    };
    let protocols: u32 = match options.level {
        SimLevel::ExtendedApdu | SimLevel::ShortApdu => 3,
        SimLevel::TpduT0 | SimLevel::TpduT0ParametersByHost => 1,
    };
    let mut bytes = [0; 54];
    bytes[..6].copy_from_slice(&[54, 0x21, 0x10, 0x01, 0, 0x07]);
    bytes[6..10].copy_from_slice(&protocols.to_le_bytes());
    bytes[10..14].copy_from_slice(&4000u32.to_le_bytes()); // dwDefaultClock, kHz
    bytes[14..18].copy_from_slice(&4000u32.to_le_bytes());
    bytes[19..23].copy_from_slice(&10_753u32.to_le_bytes()); // dwDataRate, bit/s
    bytes[23..27].copy_from_slice(&10_753u32.to_le_bytes());
    bytes[28..32].copy_from_slice(&254u32.to_le_bytes()); // dwMaxIFSD
    bytes[40..44].copy_from_slice(&features.to_le_bytes());
    bytes[44..48].copy_from_slice(&options.max_message_length.to_le_bytes());
    bytes[48..50].copy_from_slice(&[0xFF, 0xFF]);
    bytes[53] = 1; // bMaxCCIDBusySlots
    bytes
}

/// Endpoints of the interface, for a bench that builds USB descriptors around the reader.
impl SimOptions {
    pub const fn endpoints(&self) -> &'static [u8] {
        match self.interrupt {
            InterruptPipe::Present => &[0x01, 0x82, 0x83],
            InterruptPipe::Absent => &[0x01, 0x82],
        }
    }
}
