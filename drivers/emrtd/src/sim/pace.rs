//! PACE from the chip's side (ICAO Doc 9303-11 4.4.4).

use rand_core::CryptoRngCore;

use crate::apdu::StatusWord;
use crate::curve::{NamedCurve, Point, Scalar, map_generic};
use crate::pace::token;
use crate::session_keys::{KeyUse, MacCode, SessionKeys, SymmetricCipher, SymmetricKey, mac_matches};
use crate::tlv::{self, Tlv};

/// Where the dialogue stands.
pub(crate) enum PaceDialogue {
    Ready(Parameters),
    NonceSent { parameters: Parameters, nonce: Scalar },
    Mapped { parameters: Parameters, generator: Box<Point> },
    Agreed { keys: SessionKeys, expected: MacCode, proof: MacCode },
}

/// What MSE:Set AT chose, with the password it referred to.
pub(crate) struct Parameters {
    pub(crate) cipher: SymmetricCipher,
    pub(crate) curve: NamedCurve,
    pub(crate) password: Vec<u8>,
}

pub(crate) enum Step {
    Next {
        dialogue: PaceDialogue,
        answer: Vec<u8>,
    },
    /// Secure messaging starts after this answer.
    Done {
        keys: SessionKeys,
        answer: Vec<u8>,
    },
}

impl PaceDialogue {
    /// One GENERAL AUTHENTICATE.
    pub(crate) fn step(self, data: &[u8], rng: &mut (impl CryptoRngCore + ?Sized)) -> Result<Step, StatusWord> {
        let wrong = |_| StatusWord::WRONG_DATA;
        let request = Tlv::parse_only(data, 0x7C).map_err(wrong)?;
        let object = |tag| request.child(tag).map(|object| object.value).map_err(wrong);
        let answer = |tag, value: &[u8]| tlv::encode(0x7C, &tlv::encode(tag, value));
        Ok(match self {
            Self::Ready(parameters) => {
                // As long as the key, a whole number of blocks.
                let bytes = parameters.cipher.key_bytes().next_multiple_of(16);
                let mut nonce = vec![0; bytes];
                rng.fill_bytes(&mut nonce);
                let key = SymmetricKey::derive(parameters.cipher, &parameters.password, KeyUse::Password);
                let encrypted = key.encrypt(key.zero_iv(), &nonce);
                let nonce = Scalar::from_be_bytes_reduced(parameters.curve, &nonce)
                    .map_err(|_| StatusWord::CONDITIONS_OF_USE)?;
                Step::Next { dialogue: Self::NonceSent { parameters, nonce }, answer: answer(0x80, &encrypted) }
            }
            Self::NonceSent { parameters, nonce } => {
                let theirs = Point::decode(parameters.curve, object(0x81)?).map_err(|_| StatusWord::WRONG_DATA)?;
                let secret = Scalar::random(parameters.curve, rng);
                let generator =
                    map_generic(&nonce, &theirs.mul(&secret)).map_err(|_| StatusWord::AUTHENTICATION_FAILED)?;
                let ours = secret.public().encode();
                Step::Next {
                    dialogue: Self::Mapped { parameters, generator: Box::new(generator) },
                    answer: answer(0x82, &ours),
                }
            }
            Self::Mapped { parameters, generator } => {
                let theirs = Point::decode(parameters.curve, object(0x83)?).map_err(|_| StatusWord::WRONG_DATA)?;
                let secret = Scalar::random(parameters.curve, rng);
                let ours = generator.mul(&secret);
                let keys = SessionKeys::derive(parameters.cipher, &theirs.mul(&secret).x_coordinate());
                // Each side's token is over the other's key.
                let (expected, proof) = (token(&keys, &ours), token(&keys, &theirs));
                Step::Next { dialogue: Self::Agreed { keys, expected, proof }, answer: answer(0x84, &ours.encode()) }
            }
            Self::Agreed { keys, expected, proof } => {
                if !mac_matches(&expected, object(0x85)?) {
                    return Err(StatusWord::AUTHENTICATION_FAILED);
                }
                Step::Done { keys, answer: answer(0x86, &proof) }
            }
        })
    }
}
