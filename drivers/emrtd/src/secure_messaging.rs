//! Secure messaging (ICAO Doc 9303-11 9.8): every command and response is encrypted and carries a MAC over a counter.
//!
//! There is no way back to plain: a response without a valid MAC is an error, and after the first error this session
//! answers nothing any more.

use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::apdu::{CommandApdu, ResponseApdu, StatusWord};
use crate::session_keys::{SessionKeys, SymmetricCipher, mac_matches, pad, unpad};
use crate::tlv::{self, Elements, TlvError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecureMessagingError {
    /// Chips answer so when they have closed the session themselves.
    #[error("the chip answered in the open ({0})")]
    NotProtected(StatusWord),
    #[error("a response's MAC is wrong")]
    MacMismatch,
    #[error("a response has no data object {0:02X}")]
    Missing(u8),
    #[error("a response has an unknown data object, one twice, or one out of order")]
    UnexpectedObject,
    #[error("the protected status word is not the one outside")]
    StatusMismatch,
    #[error("a response does not decrypt")]
    Cryptogram,
    #[error("a response is malformed")]
    Malformed(#[from] TlvError),
    #[error("the session ended with an earlier error")]
    Ended,
}

/// One session: keys and the send sequence counter. Wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct SecureMessaging {
    #[zeroize(skip)] // wipes itself
    keys: SessionKeys,
    counter: SendSequenceCounter,
    ended: bool,
}

impl SecureMessaging {
    /// PACE and chip authentication start the counter at 0, BAC at the ends of both nonces.
    pub fn new(keys: SessionKeys, counter: u128) -> Self {
        Self { keys, counter: SendSequenceCounter(counter), ended: false }
    }

    pub fn cipher(&self) -> SymmetricCipher {
        self.keys.cipher()
    }

    /// The most plain bytes of a READ BINARY answer that fit in `response_bytes` of protected data: cryptogram in DO'87',
    /// status in DO'99', MAC in DO'8E'.
    pub fn max_plain_bytes(&self, response_bytes: usize) -> usize {
        const STATUS_AND_MAC: usize = 4 + 10;
        const CRYPTOGRAM_HEADER: usize = 1 + 3 + 1;
        let block = self.cipher().block_bytes();
        let cryptogram = response_bytes.saturating_sub(STATUS_AND_MAC + CRYPTOGRAM_HEADER) / block * block;
        cryptogram.saturating_sub(1)
    }

    /// 9303-11 9.8.4, 9.8.5
    pub fn wrap(&mut self, command: &CommandApdu) -> CommandApdu {
        self.counter.step();
        let block = self.cipher().block_bytes();
        let mut objects = Vec::new();
        if !command.data.is_empty() {
            let padded = Zeroizing::new(pad(&command.data, block));
            let cryptogram = self.keys.encryption.encrypt(&self.iv(), &padded);
            // ISO/IEC 7816-4 10.5: an odd INS carries data objects, hence DO'85' without the padding indicator.
            objects = if command.ins.is_multiple_of(2) {
                tlv::encode(0x87, &[&[0x01], cryptogram.as_slice()].concat())
            } else {
                tlv::encode(0x85, &cryptogram)
            };
        }
        if let Some(bytes) = command.expected_bytes {
            let le = if bytes <= 256 { vec![bytes as u8] } else { ((bytes % 65_536) as u16).to_be_bytes().to_vec() };
            objects.extend_from_slice(&tlv::encode(0x97, &le));
        }
        let mut header = command.header();
        header[0] |= 0x0C;
        let mut message = self.counter.bytes(block);
        message.extend_from_slice(&pad(&header, block));
        message.extend_from_slice(&objects);
        let mac = self.keys.mac.padded_mac(&message);
        objects.extend_from_slice(&tlv::encode(0x8E, &mac));
        let [cla, ins, p1, p2] = header;
        let extended = objects.len() > 255 || command.expected_bytes.is_some_and(|bytes| bytes > 256);
        let expected_bytes = if extended { 65_536 } else { 256 };
        CommandApdu::new(cla, ins, p1, p2).with_data(objects).expecting(expected_bytes)
    }

    /// 9303-11 9.8.4: the MAC first, everything else after.
    pub fn unwrap(&mut self, response: &ResponseApdu) -> Result<ResponseApdu, SecureMessagingError> {
        if self.ended {
            return Err(SecureMessagingError::Ended);
        }
        let result = self.open(response);
        self.ended = result.is_err();
        result
    }

    fn open(&mut self, response: &ResponseApdu) -> Result<ResponseApdu, SecureMessagingError> {
        self.counter.step();
        if response.data.is_empty() {
            return Err(SecureMessagingError::NotProtected(response.status));
        }
        let (mut cryptogram, mut status, mut mac) = (None, None, None);
        let mut authenticated_bytes = 0;
        let mut elements = Elements::new(&response.data);
        while let Some(element) = elements.next() {
            let element = element?;
            if mac.is_some() {
                return Err(SecureMessagingError::UnexpectedObject);
            }
            match element.tag {
                0x85 | 0x87 if cryptogram.is_none() && status.is_none() => cryptogram = Some(element),
                0x99 if status.is_none() => status = Some(element.value),
                0x8E => mac = Some(element.value),
                _ => return Err(SecureMessagingError::UnexpectedObject),
            }
            if mac.is_none() {
                authenticated_bytes = response.data.len() - elements.rest().len();
            }
        }
        let mac = mac.ok_or(SecureMessagingError::Missing(0x8E))?;
        let mut message = self.counter.bytes(self.cipher().block_bytes());
        message.extend_from_slice(&response.data[..authenticated_bytes]);
        if !mac_matches(&self.keys.mac.padded_mac(&message), mac) {
            return Err(SecureMessagingError::MacMismatch);
        }
        let status = status.ok_or(SecureMessagingError::Missing(0x99))?;
        if status != response.status.0.to_be_bytes() {
            return Err(SecureMessagingError::StatusMismatch);
        }
        let data = match cryptogram {
            None => Vec::new(),
            Some(element) => {
                let secret = match (element.tag, element.value) {
                    (0x87, [0x01, secret @ ..]) | (0x85, secret) => secret,
                    _ => return Err(SecureMessagingError::Cryptogram),
                };
                let padded = self.keys.encryption.decrypt(&self.iv(), secret).map(Zeroizing::new);
                let padded = padded.ok_or(SecureMessagingError::Cryptogram)?;
                unpad(&padded).ok_or(SecureMessagingError::Cryptogram)?.to_vec()
            }
        };
        Ok(ResponseApdu { data, status: response.status })
    }

    /// 3DES starts at zero, AES at the encrypted counter (9303-11 9.8.6.1).
    fn iv(&self) -> Vec<u8> {
        let zero = self.keys.encryption.zero_iv();
        match self.cipher() {
            SymmetricCipher::TripleDes => zero.to_vec(),
            SymmetricCipher::Aes128 | SymmetricCipher::Aes192 | SymmetricCipher::Aes256 => {
                self.keys.encryption.encrypt(zero, &self.counter.bytes(zero.len()))
            }
        }
    }
}

/// SSC: one step before each command and before each response.
#[derive(Clone, Copy, zeroize::Zeroize)]
struct SendSequenceCounter(u128);

impl SendSequenceCounter {
    fn step(&mut self) {
        self.0 = self.0.wrapping_add(1);
    }

    /// As many bytes as the cipher's block has.
    fn bytes(self, block_bytes: usize) -> Vec<u8> {
        let all = self.0.to_be_bytes();
        all[all.len() - block_bytes..].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::ApduCapability;
    use hex::{decode, encode_upper};
    use proptest::prelude::*;

    /// The session of 9303-11 D.4.
    fn worked_example() -> SecureMessaging {
        // KS_ENC and KS_MAC of the appendix come from this seed.
        let seed = decode("0036D272F5C350ACAC50C3F572D23600").expect("hex");
        SecureMessaging::new(SessionKeys::derive(SymmetricCipher::TripleDes, &seed), 0x887022120C06C226)
    }

    fn response(text: &str) -> ResponseApdu {
        ResponseApdu::parse(decode(text).expect("hex")).expect("a status word at least")
    }

    fn sent(session: &mut SecureMessaging, command: CommandApdu) -> String {
        encode_upper(session.wrap(&command).encode(ApduCapability::Short).expect("short"))
    }

    #[test]
    fn reading_ef_com_goes_as_in_the_worked_example() {
        // 9303-11 D.4
        let mut session = worked_example();
        let select = CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(vec![0x01, 0x1E]);
        assert_eq!(sent(&mut session, select), "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800");
        let answer = session.unwrap(&response("990290008E08FA855A5D4C50A8ED9000")).expect("valid MAC");
        assert_eq!((answer.data.len(), answer.status), (0, StatusWord::OK));

        let first = CommandApdu::new(0x00, 0xB0, 0x00, 0x00).expecting(4);
        assert_eq!(sent(&mut session, first), "0CB000000D9701048E08ED6705417E96BA5500");
        let answer = session.unwrap(&response("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"));
        assert_eq!(encode_upper(&answer.expect("valid MAC").data), "60145F01");

        let rest = CommandApdu::new(0x00, 0xB0, 0x00, 0x04).expecting(18);
        assert_eq!(sent(&mut session, rest), "0CB000040D9701128E082EA28A70F3C7B53500");
        let answer = session.unwrap(&response(
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
        ));
        assert_eq!(encode_upper(&answer.expect("valid MAC").data), "04303130365F36063034303030305C026175");
    }

    fn after_select() -> SecureMessaging {
        let mut session = worked_example();
        session.wrap(&CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(vec![0x01, 0x1E]));
        session
    }

    #[test]
    fn an_answer_in_the_open_is_an_error_and_ends_the_session() {
        let mut session = after_select();
        let error = session.unwrap(&response("9000")).expect_err("no MAC");
        assert_eq!(error, SecureMessagingError::NotProtected(StatusWord::OK));
        assert_eq!(session.unwrap(&response("990290008E08FA855A5D4C50A8ED9000")), Err(SecureMessagingError::Ended));
    }

    #[test]
    fn each_forged_answer_has_its_name() {
        let cases = [
            ("990290008E08FA855A5D4C50A8EE9000", SecureMessagingError::MacMismatch),
            ("990290008E04FA855A5D9000", SecureMessagingError::MacMismatch),
            ("990290009000", SecureMessagingError::Missing(0x8E)),
            ("990290008E08FA855A5D4C50A8ED6282", SecureMessagingError::StatusMismatch),
            ("990290008E08FA855A5D4C50A8ED990290009000", SecureMessagingError::UnexpectedObject),
            ("99029000990290008E08FA855A5D4C50A8ED9000", SecureMessagingError::UnexpectedObject),
            ("0403010203990290008E08FA855A5D4C50A8ED9000", SecureMessagingError::UnexpectedObject),
            ("99029000808E9000", SecureMessagingError::Malformed(TlvError::LengthForm)),
            ("9902909000", SecureMessagingError::Malformed(TlvError::Truncated)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(after_select().unwrap(&response(bytes)).map(|_| ()), Err(expected), "{bytes}");
        }
    }

    #[test]
    fn a_short_response_carries_at_least_the_safe_number_of_plain_bytes() {
        for cipher in [SymmetricCipher::TripleDes, SymmetricCipher::Aes128, SymmetricCipher::Aes256] {
            let session = SecureMessaging::new(SessionKeys::derive(cipher, b"secret"), 0);
            let most = session.max_plain_bytes(256);
            assert!((0xDF..0xE8).contains(&most), "{cipher:?}: {most}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 2..400)) {
            let _ = after_select().unwrap(&ResponseApdu::parse(bytes).expect("a status word at least"));
        }

        #[test]
        fn no_body_of_data_objects_panics(parts in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
            let tags = [0x87, 0x85, 0x99, 0x8E];
            let data = parts.iter().flat_map(|(tag, value)| tlv::encode(tags[usize::from(*tag) % 4], value)).collect();
            let _ = after_select().unwrap(&ResponseApdu { data, status: StatusWord::OK });
        }
    }
}
