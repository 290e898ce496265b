//! Secure messaging from the chip's side (ICAO Doc 9303-11 9.8), written apart from the terminal's so that both do not
//! share a mistake.

use crate::apdu::{CommandApdu, StatusWord};
use crate::session_keys::{SessionKeys, SymmetricCipher, mac_matches, pad, unpad};
use crate::tlv::{self, Elements};

pub(crate) struct SecureChannel {
    keys: SessionKeys,
    counter: u128,
}

impl SecureChannel {
    pub(crate) fn new(keys: SessionKeys, counter: u128) -> Self {
        Self { keys, counter }
    }

    /// The command inside a protected one, or the status word that ends the channel.
    pub(crate) fn open(&mut self, command: &CommandApdu) -> Result<CommandApdu, StatusWord> {
        self.counter = self.counter.wrapping_add(1);
        let (mut signed, mut cryptogram, mut expected, mut mac) = (Vec::new(), None, None, None);
        for object in Elements::new(&command.data) {
            let object = object.map_err(|_| StatusWord::SM_OBJECT_WRONG)?;
            match object.tag {
                0x87 => cryptogram = Some(object.value.strip_prefix(&[1]).ok_or(StatusWord::SM_OBJECT_WRONG)?),
                0x85 => cryptogram = Some(object.value),
                0x97 => expected = Some(length(object.value).ok_or(StatusWord::SM_OBJECT_WRONG)?),
                0x8E => mac = Some(object.value),
                _ => return Err(StatusWord::SM_OBJECT_WRONG),
            }
            if object.tag != 0x8E {
                signed.extend_from_slice(&tlv::encode(object.tag, object.value));
            }
        }
        let mac = mac.ok_or(StatusWord::SM_OBJECT_MISSING)?;
        let block = self.block_bytes();
        let message = [self.counter_bytes(), pad(&command.header(), block), signed].concat();
        if !mac_matches(&self.keys.mac.padded_mac(&message), mac) {
            return Err(StatusWord::SM_OBJECT_WRONG);
        }
        let data = match cryptogram {
            None => Vec::new(),
            Some(secret) => {
                let padded = self.keys.encryption.decrypt(&self.iv(), secret).ok_or(StatusWord::SM_OBJECT_WRONG)?;
                unpad(&padded).ok_or(StatusWord::SM_OBJECT_WRONG)?.to_vec()
            }
        };
        let [cla, ins, p1, p2] = command.header();
        Ok(CommandApdu { cla: cla & !0x0C, ins, p1, p2, data, expected_bytes: expected })
    }

    /// The protected answer, without the outer status word.
    pub(crate) fn seal(&mut self, ins: u8, data: &[u8], status: StatusWord) -> Vec<u8> {
        self.counter = self.counter.wrapping_add(1);
        let block = self.block_bytes();
        let mut objects = Vec::new();
        if !data.is_empty() {
            let secret = self.keys.encryption.encrypt(&self.iv(), &pad(data, block));
            objects = if ins.is_multiple_of(2) {
                tlv::encode(0x87, &[vec![1], secret].concat())
            } else {
                tlv::encode(0x85, &secret)
            };
        }
        objects.extend_from_slice(&tlv::encode(0x99, &status.0.to_be_bytes()));
        let mac = self.keys.mac.padded_mac(&[self.counter_bytes(), objects.clone()].concat());
        objects.extend_from_slice(&tlv::encode(0x8E, &mac));
        objects
    }

    /// How much plain data fits into a protected answer of `response_bytes`.
    pub(crate) fn room(&self, response_bytes: usize) -> usize {
        (response_bytes.saturating_sub(19) / self.block_bytes() * self.block_bytes()).saturating_sub(1)
    }

    fn block_bytes(&self) -> usize {
        self.keys.cipher().block_bytes()
    }

    fn counter_bytes(&self) -> Vec<u8> {
        self.counter.to_be_bytes()[16 - self.block_bytes()..].to_vec()
    }

    fn iv(&self) -> Vec<u8> {
        match self.keys.cipher() {
            SymmetricCipher::TripleDes => vec![0; 8],
            SymmetricCipher::Aes128 | SymmetricCipher::Aes192 | SymmetricCipher::Aes256 => {
                self.keys.encryption.encrypt(&[0; 16], &self.counter.to_be_bytes())
            }
        }
    }
}

/// Le as DO'97' holds it.
fn length(value: &[u8]) -> Option<usize> {
    match *value {
        [0] => Some(256),
        [le] => Some(usize::from(le)),
        [0, 0] => Some(65_536),
        [high, low] => Some(usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}
