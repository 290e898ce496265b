//! The chip itself: a state machine that takes one APDU and gives one answer (ISO/IEC 7816-4, ICAO Doc 9303-10 and -11).

use std::time::Duration;

use rand_core::RngCore;
use zeroize::Zeroizing;

use crate::access_key::{AccessKey, MrzKey};
use crate::active_authentication::sign_recovering;
use crate::apdu::{ApduCapability, CommandApdu, StatusWord};
use crate::bac;
use crate::challenge::Challenge;
use crate::chip::APPLICATION;
use crate::curve::{NamedCurve, Point, agree, ecdsa};
use crate::file::{DataGroup, ElementaryFile};
use crate::pace::protocol_identifier;
use crate::security_infos::{PaceMapping, PaceProtocol, SecurityInfos};
use crate::session_keys::{SessionKeys, SymmetricCipher, mac_matches};
use crate::sim::link::{LinkSpeed, Traffic};
use crate::sim::pace::{PaceDialogue, Parameters, Step};
use crate::sim::personalised::{ActiveAuthenticationKey, ChipAuthenticationKey, Personalised};
use crate::sim::rng::SeededRng;
use crate::sim::secure_channel::SecureChannel;
use crate::tlv::{self, Tlv};
use crate::transceive::{Transceive, TransceiveError};

/// How the card was made.
#[derive(Debug, Clone)]
pub struct Options {
    pub profile: Profile,
    pub interface: Interface,
    /// What the card, and the reader it lies on, can carry.
    pub capability: ApduCapability,
    pub link: LinkSpeed,
    /// Of the chip's own random numbers.
    pub seed: [u8; 32],
}

/// Manners that the standard leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As the Vietnamese citizen card: SELECT MF is an unknown instruction, an Le on SELECT or MSE is a wrong length,
    /// DG3 and DG4 are denied.
    Vietnamese,
    /// As the standard says, for readers that insist on SELECT MF.
    Standard,
}

/// What the answer to reset says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// As a contactless reader presents a chip: T=1, historical bytes of the ATS.
    Contactless,
    /// Contacts, T=0.
    ContactT0,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::Vietnamese,
            interface: Interface::Contactless,
            capability: ApduCapability::Short,
            link: LinkSpeed::default(),
            seed: [0; 32],
        }
    }
}

/// A card that lies on a reader, or was pulled off it.
pub struct SimulatedCard {
    personalised: Personalised,
    options: Options,
    rng: SeededRng,
    session: Session,
    presence: Presence,
    traffic: Traffic,
    link_time: Duration,
}

/// What a reset forgets.
#[derive(Default)]
struct Session {
    application_selected: bool,
    current: Option<ElementaryFile>,
    bac_challenge: Option<bac::Nonce>,
    pace: Option<PaceDialogue>,
    channel: Option<SecureChannel>,
    /// Chip authentication chosen by MSE:Set AT.
    chip_authentication_chosen: bool,
    /// Takes over after the answer that is being protected under the old keys.
    next_channel: Option<SecureChannel>,
    /// The rest of an answer that did not fit, for GET RESPONSE.
    rest: Vec<u8>,
}

enum Presence {
    Present { apdus_until_pulled: Option<u64> },
    Pulled,
}

/// Data and status word of an answer.
type Answer = Result<Vec<u8>, StatusWord>;

impl SimulatedCard {
    pub fn new(personalised: Personalised, options: Options) -> Self {
        let rng = SeededRng::new(options.seed);
        let presence = Presence::Present { apdus_until_pulled: None };
        let session = Session::default();
        Self { personalised, options, rng, session, presence, traffic: Traffic::default(), link_time: Duration::ZERO }
    }

    /// ATR (ISO/IEC 7816-3 8.2), with card capabilities among the historical bytes (7816-4 8.1.1.2.7).
    pub fn atr(&self) -> Vec<u8> {
        let extended = match self.options.capability {
            ApduCapability::Short => 0x00,
            ApduCapability::Extended { .. } => 0x40,
        };
        let historical = [0x80, 0x73, 0xC8, 0x21, 0x90 | extended];
        let mut atr = match self.options.interface {
            Interface::Contactless => vec![0x3B, 0x85, 0x80, 0x01],
            Interface::ContactT0 => vec![0x3B, 0x05],
        };
        atr.extend_from_slice(&historical);
        if self.options.interface == Interface::Contactless {
            atr.push(atr[1..].iter().fold(0, |sum, byte| sum ^ byte));
        }
        atr
    }

    /// Power off and on: everything negotiated is forgotten.
    pub fn reset(&mut self) {
        self.session = Session::default();
    }

    /// The card is pulled once it has answered so many APDUs more.
    pub fn pull_after(&mut self, apdus: u64) {
        self.presence = Presence::Present { apdus_until_pulled: Some(apdus) };
    }

    /// The same card is put back; it starts anew.
    pub fn reinsert(&mut self) {
        self.presence = Presence::Present { apdus_until_pulled: None };
        self.reset();
    }

    pub fn is_present(&self) -> bool {
        matches!(self.presence, Presence::Present { .. })
    }

    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// What the traffic so far would have taken over the air.
    pub fn link_time(&self) -> Duration {
        self.link_time
    }

    /// One APDU as it comes over the wire. An answer that is too long for the command comes in parts, `61xx`.
    pub fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        match &mut self.presence {
            Presence::Pulled => return Err(TransceiveError::CardRemoved),
            Presence::Present { apdus_until_pulled: Some(0) } => {
                self.presence = Presence::Pulled;
                self.reset();
                return Err(TransceiveError::CardRemoved);
            }
            Presence::Present { apdus_until_pulled: Some(left) } => *left -= 1,
            Presence::Present { apdus_until_pulled: None } => {}
        }
        let response = self.answer(command);
        self.traffic.apdus += 1;
        self.traffic.bytes_to_card += command.len() as u64;
        self.traffic.bytes_from_card += response.len() as u64;
        self.link_time += self.options.link.time(command.len()) + self.options.link.time(response.len());
        Ok(response)
    }

    fn answer(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Ok(command) = CommandApdu::parse(bytes) else {
            self.session.channel = None;
            return StatusWord::WRONG_LENGTH.0.to_be_bytes().to_vec();
        };
        let room = command.expected_bytes.unwrap_or(0).max(256);
        if command.ins == 0xC0 && !self.session.rest.is_empty() {
            let rest = std::mem::take(&mut self.session.rest);
            return self.in_parts(rest, command.expected_bytes.unwrap_or(256));
        }
        self.session.rest.clear();
        let (data, status) = if command.cla & 0x0C == 0x0C {
            self.protected(&command, room)
        } else {
            // 9303-11 9.8.1: a command in the open ends secure messaging.
            self.session.channel = None;
            parts(self.execute(&command, room))
        };
        self.in_parts([data.as_slice(), &status.0.to_be_bytes()].concat(), room)
    }

    fn in_parts(&mut self, response: Vec<u8>, room: usize) -> Vec<u8> {
        if response.len() <= room + 2 {
            return response;
        }
        let (first, rest) = response.split_at(room);
        self.session.rest = rest.to_vec();
        let left = u8::try_from(rest.len() - 2).unwrap_or(0);
        [first, &[0x61, left]].concat()
    }

    fn protected(&mut self, command: &CommandApdu, room: usize) -> (Vec<u8>, StatusWord) {
        let Some(mut channel) = self.session.channel.take() else { return (vec![], StatusWord::SM_NOT_SUPPORTED) };
        let inner = match channel.open(command) {
            Ok(inner) => inner,
            Err(status) => return (vec![], status),
        };
        let plain_room = channel.room(room);
        self.session.channel = Some(channel);
        let (data, status) = parts(self.execute(&inner, plain_room));
        let mut sealed = vec![];
        if let Some(channel) = &mut self.session.channel {
            sealed = channel.seal(inner.ins, &data, status);
        }
        if let Some(next) = self.session.next_channel.take() {
            self.session.channel = Some(next);
        }
        (sealed, status)
    }

    /// `room`: how much data the answer can hold.
    fn execute(&mut self, command: &CommandApdu, room: usize) -> Answer {
        let secured = self.session.channel.is_some();
        match (command.cla, command.ins) {
            (0x00, 0xA4) => self.select(command),
            (0x00, 0xB0) => self.read_binary(command, room),
            (0x00, 0xB1) => self.read_binary_with_offset_object(command, room),
            (0x00, 0x84) if !secured => self.give_challenge(command),
            (0x00, 0x82) if !secured => self.authenticate_mutually(command),
            (0x00, 0x22) => self.manage_security_environment(command),
            (0x00 | 0x10, 0x86) if !secured => self.continue_pace(command),
            (0x00, 0x86) => self.agree_by_general_authenticate(command),
            (0x00, 0x88) => self.sign_challenge(command),
            (0x00 | 0x10, _) => Err(StatusWord::UNKNOWN_INSTRUCTION),
            _ => Err(StatusWord::UNKNOWN_CLASS),
        }
    }

    fn select(&mut self, command: &CommandApdu) -> Answer {
        if self.options.profile == Profile::Vietnamese && command.p2 == 0x0C && command.expected_bytes.is_some() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        match (command.p1, command.data.as_slice()) {
            (0x04, aid) if aid == APPLICATION => {
                self.session.application_selected = true;
                self.session.current = None;
                Ok(if command.p2 == 0x0C { vec![] } else { tlv::encode(0x6F, &tlv::encode(0x84, aid)) })
            }
            (0x04, _) => Err(StatusWord::FILE_NOT_FOUND),
            (0x00, [] | [0x3F, 0x00]) => match self.options.profile {
                Profile::Vietnamese => Err(StatusWord::UNKNOWN_INSTRUCTION),
                Profile::Standard => {
                    self.session.application_selected = false;
                    self.session.current = None;
                    Ok(vec![])
                }
            },
            (0x00 | 0x02, [high, low]) => {
                let file = ElementaryFile::from_identifier([*high, *low]).ok_or(StatusWord::FILE_NOT_FOUND)?;
                self.make_current(file)?;
                Ok(vec![])
            }
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    /// Access control: EF.CardAccess belongs to the master file and is open; everything else belongs to the application
    /// and needs secure messaging; fingerprints and irises need terminal authentication, which this chip has not.
    fn make_current(&mut self, file: ElementaryFile) -> Result<(), StatusWord> {
        let here = match file {
            ElementaryFile::CardAccess => !self.session.application_selected,
            ElementaryFile::Com | ElementaryFile::Sod | ElementaryFile::DataGroup(_) => {
                self.session.application_selected
            }
        };
        if !here {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        let behind_terminal_authentication =
            matches!(file, ElementaryFile::DataGroup(group) if group == DataGroup::DG3 || group.number() == 4);
        if file != ElementaryFile::CardAccess && self.session.channel.is_none() || behind_terminal_authentication {
            return Err(StatusWord::SECURITY_STATUS);
        }
        if !self.personalised.files.contains_key(&file) {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        self.session.current = Some(file);
        Ok(())
    }

    fn read_binary(&mut self, command: &CommandApdu, room: usize) -> Answer {
        let offset = if command.p1 & 0x80 != 0 {
            let file = ElementaryFile::from_identifier([0x01, command.p1 & 0x1F]).ok_or(StatusWord::FILE_NOT_FOUND)?;
            self.make_current(file)?;
            usize::from(command.p2)
        } else {
            usize::from(u16::from_be_bytes([command.p1, command.p2]))
        };
        let asked = command.expected_bytes.ok_or(StatusWord::WRONG_LENGTH)?;
        Ok(self.part_of_current(offset, asked.min(room))?.to_vec())
    }

    fn read_binary_with_offset_object(&mut self, command: &CommandApdu, room: usize) -> Answer {
        let offset = Tlv::parse_only(&command.data, 0x54).map_err(|_| StatusWord::WRONG_DATA)?.value;
        if offset.len() > 3 {
            return Err(StatusWord::WRONG_DATA);
        }
        let offset = offset.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let asked = command.expected_bytes.ok_or(StatusWord::WRONG_LENGTH)?.min(room);
        let header_bytes = match asked {
            0..=0x81 => 2,
            0x82..=0x102 => 3,
            _ => 4,
        };
        Ok(tlv::encode(0x53, self.part_of_current(offset, asked.saturating_sub(header_bytes))?))
    }

    fn part_of_current(&self, offset: usize, bytes: usize) -> Result<&[u8], StatusWord> {
        let file = self.session.current.ok_or(StatusWord::NO_CURRENT_FILE)?;
        let content = self.personalised.files.get(&file).ok_or(StatusWord::FILE_NOT_FOUND)?;
        let rest = content.get(offset..).ok_or(StatusWord::WRONG_OFFSET)?;
        if rest.is_empty() {
            return Err(StatusWord::WRONG_OFFSET);
        }
        Ok(&rest[..bytes.min(rest.len())])
    }

    /// GET CHALLENGE.
    fn give_challenge(&mut self, command: &CommandApdu) -> Answer {
        if !self.session.application_selected {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        if command.expected_bytes.is_none_or(|bytes| bytes < 8) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut nonce = [0; 8];
        self.rng.fill_bytes(&mut nonce);
        self.session.bac_challenge = Some(nonce);
        Ok(nonce.to_vec())
    }

    /// EXTERNAL AUTHENTICATE (9303-11 4.3.2).
    fn authenticate_mutually(&mut self, command: &CommandApdu) -> Answer {
        let rnd_ic = self.session.bac_challenge.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        if command.data.len() != 40 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let (secret, mac) = command.data.split_at(32);
        let keys = SessionKeys::derive(SymmetricCipher::TripleDes, self.mrz().bac_seed().as_slice());
        if !mac_matches(&keys.mac.mac(secret), mac) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let plain = keys.encryption.decrypt(&[0; 8], secret).ok_or(StatusWord::AUTHENTICATION_FAILED)?;
        if plain[8..16] != rnd_ic {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        let (mut rnd_ifd, mut k_ifd, mut k_ic) = ([0; 8], Zeroizing::new([0; 16]), [0; 16]);
        rnd_ifd.copy_from_slice(&plain[..8]);
        k_ifd.copy_from_slice(&plain[16..]);
        self.rng.fill_bytes(&mut k_ic);
        let mut answer = keys.encryption.encrypt(&[0; 8], &[&rnd_ic[..], &rnd_ifd, &k_ic].concat());
        answer.extend_from_slice(&keys.mac.mac(&answer));
        let (session_keys, counter) = bac::session(&k_ifd, &k_ic, rnd_ic, rnd_ifd);
        self.session.channel = None;
        self.session.next_channel = None;
        self.start_channel(SecureChannel::new(session_keys, counter));
        Ok(answer)
    }

    /// An answer in the open is on its way, so the channel is there for the next command only.
    fn start_channel(&mut self, channel: SecureChannel) {
        self.session.pace = None;
        self.session.channel = Some(channel);
    }

    fn manage_security_environment(&mut self, command: &CommandApdu) -> Answer {
        if self.options.profile == Profile::Vietnamese && command.expected_bytes.is_some() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let object = |tag| {
            tlv::Elements::new(&command.data).flatten().find(|object| object.tag == tag).map(|object| object.value)
        };
        let secured = self.session.channel.is_some();
        match ([command.p1, command.p2], secured) {
            ([0xC1, 0xA4], false) => {
                let reference = object(0x83).ok_or(StatusWord::WRONG_DATA)?;
                let parameters = self.pace_parameters(object(0x80), reference, object(0x84))?;
                self.session.pace = Some(PaceDialogue::Ready(parameters));
                Ok(vec![])
            }
            // MSE:Set KAT carries the terminal's key itself (9303-11 6.2.4.1).
            ([0x41, 0xA6], true) => {
                let theirs = object(0x91).ok_or(StatusWord::WRONG_DATA)?;
                self.agree_on_new_keys(theirs)?;
                Ok(vec![])
            }
            ([0x41, 0xA4], true) => {
                let known = self.personalised.chip_authentication.is_some() && object(0x80).is_some();
                self.session.chip_authentication_chosen = known;
                if known { Ok(vec![]) } else { Err(StatusWord::WRONG_DATA) }
            }
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    /// What EF.CardAccess announces and the terminal chose.
    fn pace_parameters(
        &self,
        protocol: Option<&[u8]>,
        reference: &[u8],
        domain: Option<&[u8]>,
    ) -> Result<Parameters, StatusWord> {
        let card_access = self.personalised.files.get(&ElementaryFile::CardAccess).ok_or(StatusWord::WRONG_DATA)?;
        let infos = SecurityInfos::parse(card_access).map_err(|_| StatusWord::WRONG_DATA)?;
        let (cipher, curve) = infos
            .pace
            .iter()
            .filter_map(|info| match (info.protocol, info.parameter_id) {
                (PaceProtocol::Known { mapping: PaceMapping::EcdhGeneric, cipher }, Some(id)) => {
                    Some((cipher, id, NamedCurve::from_standardized_parameter_id(id)?))
                }
                _ => None,
            })
            .find(|(cipher, id, _)| {
                protocol == Some(&protocol_identifier(*cipher)) && domain.is_none_or(|domain| domain == [*id])
            })
            .map(|(cipher, _, curve)| (cipher, curve))
            .ok_or(StatusWord::WRONG_DATA)?;
        let key = match reference {
            [0x01] => AccessKey::Mrz(self.mrz().clone()),
            [0x02] => AccessKey::Can(self.personalised.can.clone()),
            _ => return Err(StatusWord::REFERENCE_NOT_FOUND),
        };
        Ok(Parameters { cipher, curve, password: key.pace_password().to_vec() })
    }

    fn continue_pace(&mut self, command: &CommandApdu) -> Answer {
        let dialogue = self.session.pace.take().ok_or(StatusWord::CONDITIONS_OF_USE)?;
        match dialogue.step(&command.data, &mut self.rng)? {
            Step::Next { dialogue, answer } => {
                self.session.pace = Some(dialogue);
                Ok(answer)
            }
            Step::Done { keys, answer } => {
                self.start_channel(SecureChannel::new(keys, 0));
                Ok(answer)
            }
        }
    }

    /// GENERAL AUTHENTICATE after MSE:Set AT (9303-11 6.2.4.2).
    fn agree_by_general_authenticate(&mut self, command: &CommandApdu) -> Answer {
        if !std::mem::take(&mut self.session.chip_authentication_chosen) {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        let request = Tlv::parse_only(&command.data, 0x7C).map_err(|_| StatusWord::WRONG_DATA)?;
        let theirs = request.child(0x80).map_err(|_| StatusWord::WRONG_DATA)?.value;
        self.agree_on_new_keys(theirs)?;
        Ok(tlv::encode(0x7C, &[]))
    }

    fn agree_on_new_keys(&mut self, theirs: &[u8]) -> Result<(), StatusWord> {
        let ChipAuthenticationKey { secret, cipher } =
            self.personalised.chip_authentication.as_ref().ok_or(StatusWord::UNKNOWN_INSTRUCTION)?;
        let theirs = Point::decode(secret.curve(), theirs).map_err(|_| StatusWord::WRONG_DATA)?;
        let keys = SessionKeys::derive(*cipher, &agree(secret, &theirs));
        self.session.next_channel = Some(SecureChannel::new(keys, 0));
        Ok(())
    }

    /// INTERNAL AUTHENTICATE (9303-11 6.1).
    fn sign_challenge(&mut self, command: &CommandApdu) -> Answer {
        if self.session.channel.is_none() {
            return Err(StatusWord::SECURITY_STATUS);
        }
        let challenge = <[u8; 8]>::try_from(command.data.as_slice()).map_err(|_| StatusWord::WRONG_LENGTH)?;
        let challenge = Challenge::new(challenge);
        match &self.personalised.active_authentication {
            None => Err(StatusWord::UNKNOWN_INSTRUCTION),
            Some(ActiveAuthenticationKey::Ecdsa { secret, hash }) => {
                let digest = hash.digest(&[challenge.as_bytes()]);
                Ok(ecdsa::sign(secret, &digest, &mut self.rng).to_plain())
            }
            Some(ActiveAuthenticationKey::Rsa(key)) => Ok(sign_recovering(key, &challenge, &mut self.rng)),
        }
    }

    fn mrz(&self) -> &MrzKey {
        &self.personalised.mrz
    }
}

/// The reader's part of a short link: it fetches the rest of an answer by itself.
impl Transceive for SimulatedCard {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let mut response = self.exchange(command)?;
        while let [.., 0x61, left] = response[..] {
            response.truncate(response.len() - 2);
            response.extend(self.exchange(&[0x00, 0xC0, 0x00, 0x00, left])?);
        }
        Ok(response)
    }

    fn capability(&self) -> ApduCapability {
        self.options.capability
    }
}

fn parts(answer: Answer) -> (Vec<u8>, StatusWord) {
    match answer {
        Ok(data) => (data, StatusWord::OK),
        Err(status) => (vec![], status),
    }
}
