//! A whole chip read: what goes over the link, how long the link takes at each speed, what the host computes.
//!
//! The chip is simulated byte for byte and its link adds up the time of ISO/IEC 14443; the chip's own computing time
//! is not in it. Floor: all bytes of all files in answers as large as the APDU form allows, in the open: no access
//! protocol, no selection, no secure messaging, no proof. Nothing that reads these files with such APDUs is faster.

use std::time::Duration;

use cpu_time::ThreadTime;
use emrtd::sim::{LinkSpeed, Options, Personalised, SimulatedCard, Traffic};
use emrtd::{ApduCapability, Transceive, TransceiveError};
use serde::Serialize;

use crate::cardholder::{AccessProtocol, Cardholder};
use crate::sample::{Summary, ms};
use crate::{BenchError, NO_RUN};

const RUNS: usize = 7;
/// What a reader of the middle class takes; the floor of the extended readings is made with it.
const EXTENDED: ApduCapability = ApduCapability::Extended { max_command_bytes: 2048, max_response_bytes: 2048 };

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardReport {
    pub runs: usize,
    pub portrait_bytes: usize,
    pub floor: &'static str,
    pub readings: Vec<Reading>,
}

/// One way to open and read the chip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    pub access: &'static str,
    pub apdu_form: &'static str,
    /// Of all files read.
    pub payload_bytes: usize,
    /// The most data one answer may hold.
    pub largest_answer_bytes: usize,
    pub apdus: u64,
    pub bytes_to_card: u64,
    pub bytes_from_card: u64,
    pub links: Vec<Link>,
    /// The reader's half: access, secure messaging, passive, active and chip authentication.
    pub host_cpu_ms: Summary,
    /// The simulated chip's half, for comparison.
    pub chip_cpu_ms: Summary,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    pub kbit_per_s: u32,
    pub link_ms: f64,
    /// Of that, the READ BINARYs.
    pub reads_ms: f64,
    /// Of that, access, selection and the chip's proofs.
    pub access_and_proofs_ms: f64,
    pub floor_ms: f64,
    /// Link time over floor.
    pub ratio: f64,
}

pub fn measure(holder: &mut Cardholder) -> Result<CardReport, BenchError> {
    let ways = [
        ("PACE by CAN, brainpoolP256r1, AES-128", AccessProtocol::PaceByCan),
        ("BAC by MRZ, 3DES", AccessProtocol::BacByMrz),
    ];
    let mut readings = Vec::new();
    for (access, protocol) in ways {
        let chip = holder.chip(protocol);
        for (apdu_form, capability) in [("short", ApduCapability::Short), ("extended", EXTENDED)] {
            readings.push(reading(access, apdu_form, holder, &chip, protocol, capability)?);
        }
    }
    let floor = "all file bytes in answers as large as the APDU form allows, in the open, at that link speed";
    Ok(CardReport { runs: RUNS, portrait_bytes: holder.portrait().image.len(), floor, readings })
}

fn reading(
    access: &'static str,
    apdu_form: &'static str,
    holder: &mut Cardholder,
    chip: &Personalised,
    protocol: AccessProtocol,
    capability: ApduCapability,
) -> Result<Reading, BenchError> {
    let payload_bytes = chip.files.values().map(Vec::len).sum();
    let (mut host_cpu, mut chip_cpu) = (vec![], vec![]);
    let (mut links, mut traffic) = (vec![], Traffic::default());
    for speed in LinkSpeed::ALL {
        let options = Options { capability, link: speed, ..Options::default() };
        let (mut link, mut reads) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..RUNS {
            let mut card = Watched::new(SimulatedCard::new(chip.clone(), options.clone()));
            let key = holder.key(protocol)?;
            let start = ThreadTime::now();
            holder.read(&mut card, key, *b"bench of", &mut |_| {})?;
            host_cpu.push(start.elapsed().saturating_sub(card.cpu));
            chip_cpu.push(card.cpu);
            (traffic, link, reads) = (card.card.traffic(), card.card.link_time(), card.reads);
        }
        let floor = floor(payload_bytes, capability, speed);
        links.push(Link {
            kbit_per_s: kbit_per_s(speed),
            link_ms: ms(link),
            reads_ms: ms(reads),
            access_and_proofs_ms: ms(link - reads),
            floor_ms: ms(floor),
            ratio: link.as_secs_f64() / floor.as_secs_f64(),
        });
    }
    Ok(Reading {
        access,
        apdu_form,
        payload_bytes,
        largest_answer_bytes: capability.max_response_data_bytes(),
        apdus: traffic.apdus,
        bytes_to_card: traffic.bytes_to_card,
        bytes_from_card: traffic.bytes_from_card,
        links,
        host_cpu_ms: Summary::of_ms(host_cpu).ok_or(NO_RUN)?,
        chip_cpu_ms: Summary::of_ms(chip_cpu).ok_or(NO_RUN)?,
    })
}

fn floor(payload_bytes: usize, capability: ApduCapability, speed: LinkSpeed) -> Duration {
    let largest = capability.max_response_data_bytes();
    // ISO/IEC 7816-4 5.1: header and Le.
    let command_bytes = match capability {
        ApduCapability::Short => 5,
        ApduCapability::Extended { .. } => 7,
    };
    let answer = |data_bytes: usize| speed.time(command_bytes) + speed.time(data_bytes + 2);
    let whole = u32::try_from(payload_bytes / largest).unwrap_or(u32::MAX);
    match payload_bytes % largest {
        0 => answer(largest) * whole,
        rest => answer(largest) * whole + answer(rest),
    }
}

fn kbit_per_s(speed: LinkSpeed) -> u32 {
    match speed {
        LinkSpeed::Kbit106 => 106,
        LinkSpeed::Kbit212 => 212,
        LinkSpeed::Kbit424 => 424,
        LinkSpeed::Kbit848 => 848,
    }
}

/// A card whose computing time and whose time on the link for READ BINARY are told apart from the rest.
struct Watched {
    card: SimulatedCard,
    cpu: Duration,
    reads: Duration,
}

impl Watched {
    fn new(card: SimulatedCard) -> Self {
        Self { card, cpu: Duration::ZERO, reads: Duration::ZERO }
    }
}

impl Transceive for Watched {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let (cpu, link) = (ThreadTime::now(), self.card.link_time());
        let response = self.card.transceive(command);
        if matches!(command.get(1), Some(0xB0 | 0xB1)) {
            self.reads += self.card.link_time() - link;
        }
        self.cpu += cpu.elapsed();
        response
    }

    fn capability(&self) -> ApduCapability {
        self.card.capability()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_of_one_full_answer_is_that_exchange() {
        let speed = LinkSpeed::Kbit106;
        assert_eq!(floor(256, ApduCapability::Short, speed), speed.time(5) + speed.time(258));
        let two = floor(257, ApduCapability::Short, speed);
        assert_eq!(two, speed.time(5) * 2 + speed.time(258) + speed.time(3));
        assert!(floor(20_000, EXTENDED, speed) < floor(20_000, ApduCapability::Short, speed));
    }
}
