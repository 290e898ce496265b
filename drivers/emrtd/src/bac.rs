//! Basic Access Control (ICAO Doc 9303-11 4.3 and D.3): mutual authentication with the key of the machine-readable
//! zone, 3DES.
//!
//! One type per moment: [`request_challenge`], then [`authenticate`], then [`ExpectMutualAuthentication::finish`].

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::access_key::MrzKey;
use crate::apdu::{CommandApdu, ResponseApdu, StatusWord};
use crate::secure_messaging::SecureMessaging;
use crate::session_keys::{SessionKeys, SymmetricCipher, mac_matches};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BacError {
    #[error("the chip refuses to give a challenge ({0})")]
    NoChallenge(StatusWord),
    #[error("the chip refuses the key ({0})")]
    Refused(StatusWord),
    #[error("the chip's proof has {0} bytes where 40 belong")]
    ProofLength(usize),
    #[error("the chip's proof does not hold: it does not know the key")]
    ProofWrong,
}

/// RND.IC and RND.IFD.
pub type Nonce = [u8; 8];

/// GET CHALLENGE.
pub fn request_challenge() -> CommandApdu {
    CommandApdu::new(0x00, 0x84, 0x00, 0x00).expecting(8)
}

/// RND.IC out of the answer to GET CHALLENGE.
pub fn challenge(response: &ResponseApdu) -> Result<Nonce, BacError> {
    if !response.status.is_ok() {
        return Err(BacError::NoChallenge(response.status));
    }
    Nonce::try_from(response.data.as_slice()).map_err(|_| BacError::NoChallenge(response.status))
}

/// EXTERNAL AUTHENTICATE with our nonce and key half, both fresh random bytes.
pub fn authenticate(
    key: &MrzKey,
    rnd_ic: Nonce,
    rnd_ifd: Nonce,
    k_ifd: Zeroizing<[u8; 16]>,
) -> (CommandApdu, ExpectMutualAuthentication) {
    let keys = SessionKeys::derive(SymmetricCipher::TripleDes, key.bac_seed().as_slice());
    let mut plain = Zeroizing::new(Vec::with_capacity(32));
    plain.extend_from_slice(&rnd_ifd);
    plain.extend_from_slice(&rnd_ic);
    plain.extend_from_slice(k_ifd.as_slice());
    let mut data = keys.encryption.encrypt(keys.encryption.zero_iv(), &plain);
    data.extend_from_slice(&keys.mac.mac(&data));
    let command = CommandApdu::new(0x00, 0x82, 0x00, 0x00).with_data(data).expecting(40);
    (command, ExpectMutualAuthentication { keys, rnd_ic, rnd_ifd, k_ifd })
}

/// Our half is sent; the chip's proof is awaited.
pub struct ExpectMutualAuthentication {
    keys: SessionKeys,
    rnd_ic: Nonce,
    rnd_ifd: Nonce,
    k_ifd: Zeroizing<[u8; 16]>,
}

impl ExpectMutualAuthentication {
    /// Checks the chip's proof and starts secure messaging.
    pub fn finish(self, response: &ResponseApdu) -> Result<SecureMessaging, BacError> {
        if !response.status.is_ok() {
            return Err(BacError::Refused(response.status));
        }
        if response.data.len() != 40 {
            return Err(BacError::ProofLength(response.data.len()));
        }
        let (secret, mac) = response.data.split_at(32);
        if !mac_matches(&self.keys.mac.mac(secret), mac) {
            return Err(BacError::ProofWrong);
        }
        let plain = self.keys.encryption.decrypt(self.keys.encryption.zero_iv(), secret).ok_or(BacError::ProofWrong)?;
        let plain = Zeroizing::new(plain);
        let nonces = [self.rnd_ic, self.rnd_ifd].concat();
        if !bool::from(plain[..16].ct_eq(&nonces)) {
            return Err(BacError::ProofWrong);
        }
        let (keys, counter) = session(&self.k_ifd, &plain[16..], self.rnd_ic, self.rnd_ifd);
        Ok(SecureMessaging::new(keys, counter))
    }
}

/// Session keys from both halves; the counter starts with the ends of both nonces (9303-11 4.3.3, 9.8.6.3).
pub(crate) fn session(k_ifd: &[u8; 16], k_ic: &[u8], rnd_ic: Nonce, rnd_ifd: Nonce) -> (SessionKeys, u128) {
    let seed: Zeroizing<Vec<u8>> = Zeroizing::new(k_ifd.iter().zip(k_ic).map(|(a, b)| a ^ b).collect());
    let mut counter = [0; 8];
    counter[..4].copy_from_slice(&rnd_ic[4..]);
    counter[4..].copy_from_slice(&rnd_ifd[4..]);
    (SessionKeys::derive(SymmetricCipher::TripleDes, &seed), u64::from_be_bytes(counter).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::ApduCapability;
    use hex::{decode, encode_upper};
    use identity::{DocumentDate, DocumentNumber};

    fn worked_example() -> (CommandApdu, ExpectMutualAuthentication) {
        let date = |text| DocumentDate::parse(text).expect("valid date");
        let number = DocumentNumber::parse("L898902C").expect("valid number");
        let key = MrzKey::new(number, date("06/08/1969"), date("23/06/1994"));
        let nonce = |text| Nonce::try_from(decode(text).expect("hex")).expect("eight bytes");
        let k_ifd = Zeroizing::new(*b"\x0B\x79\x52\x40\xCB\x70\x49\xB0\x1C\x19\xB3\x3E\x32\x80\x4F\x0B");
        authenticate(&key, nonce("4608F91988702212"), nonce("781723860C06C226"), k_ifd)
    }

    fn answer() -> Vec<u8> {
        decode(concat!("46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F", "2F2D235D074D7449",))
            .expect("hex")
    }

    #[test]
    fn the_command_is_that_of_the_worked_example() {
        // 9303-11 D.3
        let (command, _) = worked_example();
        assert_eq!(
            encode_upper(command.encode(ApduCapability::Short).expect("short")),
            concat!(
                "0082000028",
                "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2",
                "5F1448EEA8AD90A7",
                "28"
            )
        );
    }

    #[test]
    fn the_session_is_that_of_the_worked_example() {
        let (_, waiting) = worked_example();
        let mut session = waiting
            .finish(&ResponseApdu { data: answer(), status: StatusWord::OK })
            .expect("the chip of the worked example");
        // 9303-11 D.4: SELECT EF.COM under the new session.
        let select = CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(vec![0x01, 0x1E]);
        assert_eq!(
            encode_upper(session.wrap(&select).encode(ApduCapability::Short).expect("short")),
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
        );
    }

    #[test]
    fn a_chip_that_does_not_know_the_key_is_refused() {
        for at in [0, 31, 32, 39] {
            let (_, waiting) = worked_example();
            let mut data = answer();
            data[at] ^= 1;
            let result = waiting.finish(&ResponseApdu { data, status: StatusWord::OK });
            assert_eq!(result.err(), Some(BacError::ProofWrong));
        }
        let (_, waiting) = worked_example();
        let short = ResponseApdu { data: vec![0; 39], status: StatusWord::OK };
        assert_eq!(waiting.finish(&short).err(), Some(BacError::ProofLength(39)));
        let (_, waiting) = worked_example();
        let refused = ResponseApdu { data: vec![], status: StatusWord::AUTHENTICATION_FAILED };
        assert_eq!(waiting.finish(&refused).err(), Some(BacError::Refused(StatusWord::AUTHENTICATION_FAILED)));
    }
}
