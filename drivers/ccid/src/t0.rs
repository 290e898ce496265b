//! APDU over T=0 TPDUs (ISO/IEC 7816-3 section 12.2): 61xx GET RESPONSE, 6Cxx re-issue, case 4. Pure: TPDUs in and out.

use crate::apdu::{CommandApdu, Form};
use crate::error::CcidError;

const GET_RESPONSE: u8 = 0xC0;
/// Longest response APDU of the short form would be 258; cards chain 61xx to say more. This is where belief ends.
const LONGEST_ANSWER: usize = 65_538;
/// 256 GET RESPONSE of 256 bytes fill the longest answer.
const MOST_TPDUS: usize = 520;

/// One APDU on its way.
pub(crate) struct T0Exchange {
    cla: u8,
    last: Vec<u8>,
    /// Le of a case 4 command that was not yet asked for.
    wanted: Option<u32>,
    gathered: Vec<u8>,
    reissued: Reissue,
    sent: usize,
    stage: Stage,
}

/// 6Cxx may correct a length once; a card that corrects its correction is broken.
#[derive(PartialEq)]
enum Reissue {
    Possible,
    Done,
}

#[derive(PartialEq)]
enum Stage {
    Command,
    /// GET RESPONSE after 61xx: the card said that there is more.
    MoreAnnounced,
    /// GET RESPONSE after 9000 (12.2.5 case 4S.3): whether there is anything is open; this was the status word.
    MoreAsked,
}

pub(crate) enum Step {
    Send(Vec<u8>),
    Done(Vec<u8>),
}

impl T0Exchange {
    /// The exchange and its first TPDU.
    pub fn start(apdu: &[u8]) -> Result<(Self, Vec<u8>), CcidError> {
        let command = CommandApdu::parse(apdu).ok_or(CcidError::MalformedApdu { length: apdu.len() })?;
        if command.form == Form::Extended {
            return Err(CcidError::ExtendedApduNotPossible);
        }
        let mut tpdu = command.header.to_vec();
        let wanted = match (command.data, command.expected) {
            ([], None) => {
                tpdu.push(0); // case 1
                None
            }
            ([], Some(expected)) => {
                tpdu.push(length_byte(expected)); // case 2S
                None
            }
            (data, expected) => {
                tpdu.push(length_byte(data.len() as u32)); // case 3S, and 4S without its Le
                tpdu.extend_from_slice(data);
                expected
            }
        };
        let exchange = Self {
            cla: command.header[0],
            last: tpdu.clone(),
            wanted,
            gathered: Vec::new(),
            reissued: Reissue::Possible,
            sent: 1,
            stage: Stage::Command,
        };
        Ok((exchange, tpdu))
    }

    /// The card's answer to the TPDU sent last.
    pub fn answered(&mut self, answer: &[u8]) -> Result<Step, CcidError> {
        let Some((data, &[sw1, sw2])) = answer.split_last_chunk::<2>() else {
            return Err(CcidError::MalformedAnswer { length: answer.len() });
        };
        match (sw1, sw2) {
            (0x6C, right) if self.reissued == Reissue::Possible && self.last.len() == 5 => {
                self.reissued = Reissue::Done;
                let mut tpdu = self.last.clone();
                tpdu[4] = right;
                self.send(tpdu)
            }
            (0x61, available) => {
                self.gather(data)?;
                let available = if available == 0 { 256 } else { u32::from(available) };
                let length = self.wanted.take().map_or(available, |wanted| wanted.min(available));
                self.stage = Stage::MoreAnnounced;
                self.send(self.get_response(length))
            }
            (0x90, 0x00) if self.stage == Stage::Command && self.wanted.is_some() => {
                let length = self.wanted.take().unwrap_or(256);
                self.stage = Stage::MoreAsked;
                self.send(self.get_response(length))
            }
            // The command succeeded and the card has nothing to fetch: that is an answer without data.
            (0x60..=0x6F, _) if self.stage == Stage::MoreAsked => Ok(Step::Done(vec![0x90, 0x00])),
            _ => {
                self.gather(data)?;
                let mut whole = std::mem::take(&mut self.gathered);
                whole.extend_from_slice(&[sw1, sw2]);
                Ok(Step::Done(whole))
            }
        }
    }

    fn gather(&mut self, data: &[u8]) -> Result<(), CcidError> {
        let length = self.gathered.len() + data.len() + 2;
        if length > LONGEST_ANSWER {
            return Err(CcidError::MalformedAnswer { length });
        }
        self.gathered.extend_from_slice(data);
        Ok(())
    }

    fn send(&mut self, tpdu: Vec<u8>) -> Result<Step, CcidError> {
        self.sent += 1;
        if self.sent > MOST_TPDUS {
            return Err(CcidError::MalformedAnswer { length: self.gathered.len() });
        }
        if tpdu[1] == GET_RESPONSE && self.last[1] != GET_RESPONSE {
            self.reissued = Reissue::Possible;
        }
        self.last.clone_from(&tpdu);
        Ok(Step::Send(tpdu))
    }

    /// In the command's logical channel, without its secure messaging and chaining bits (ISO/IEC 7816-4 section 5.4.1).
    fn get_response(&self, length: u32) -> Vec<u8> {
        let cla = match self.cla {
            proprietary @ 0x80.. => proprietary,
            further @ 0x40..=0x7F => further & 0x4F,
            first @ ..0x40 => first & 0x03,
        };
        vec![cla, GET_RESPONSE, 0, 0, length_byte(length)]
    }
}

/// P3: 256 is written as zero.
fn length_byte(length: u32) -> u8 {
    (length & 0xFF) as u8
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    /// Plays `script` (TPDU expected, answer) and returns the response APDU.
    fn play(apdu: &[u8], script: &[(&[u8], &[u8])]) -> Vec<u8> {
        let (mut exchange, mut tpdu) = T0Exchange::start(apdu).unwrap();
        for (expected, answer) in script {
            assert_eq!(tpdu, *expected);
            match exchange.answered(answer).unwrap() {
                Step::Send(next) => tpdu = next,
                Step::Done(response) => return response,
            }
        }
        panic!("the script ended before the exchange");
    }

    #[test]
    fn case_1_sends_p3_zero() {
        assert_eq!(play(&[0, 0x70, 0, 0], &[(&[0, 0x70, 0, 0, 0], &[0x90, 0])]), [0x90, 0]);
    }

    #[test]
    fn a_wrong_length_is_issued_again_as_the_card_says() {
        let response =
            play(&[0, 0xB0, 0, 0, 0], &[(&[0, 0xB0, 0, 0, 0], &[0x6C, 2]), (&[0, 0xB0, 0, 0, 2], &[1, 2, 0x90, 0])]);
        assert_eq!(response, [1, 2, 0x90, 0]);
    }

    #[test]
    fn a_card_that_corrects_its_correction_is_believed_once() {
        let response =
            play(&[0, 0xB0, 0, 0, 0], &[(&[0, 0xB0, 0, 0, 0], &[0x6C, 2]), (&[0, 0xB0, 0, 0, 2], &[0x6C, 3])]);
        assert_eq!(response, [0x6C, 3]);
    }

    #[test]
    fn case_4_fetches_what_61xx_announces_and_no_more_than_le() {
        let response = play(
            &[0x0C, 0x86, 0, 0, 1, 7, 0],
            &[
                (&[0x0C, 0x86, 0, 0, 1, 7], &[0x61, 3]),
                (&[0x00, 0xC0, 0, 0, 3], &[1, 2, 3, 0x61, 1]),
                (&[0x00, 0xC0, 0, 0, 1], &[4, 0x90, 0]),
            ],
        );
        assert_eq!(response, [1, 2, 3, 4, 0x90, 0]);
        let response = play(
            &[0, 0x86, 0, 0, 1, 7, 2],
            &[(&[0, 0x86, 0, 0, 1, 7], &[0x61, 3]), (&[0, 0xC0, 0, 0, 2], &[1, 2, 0x90, 0])],
        );
        assert_eq!(response, [1, 2, 0x90, 0]);
    }

    #[test]
    fn case_4_asks_after_a_plain_success() {
        let script: &[(&[u8], &[u8])] = &[
            (&[0, 0x86, 0, 0, 1, 7], &[0x90, 0]),
            (&[0, 0xC0, 0, 0, 0], &[0x6C, 1]),
            (&[0, 0xC0, 0, 0, 1], &[5, 0x90, 0]),
        ];
        assert_eq!(play(&[0, 0x86, 0, 0, 1, 7, 0], script), [5, 0x90, 0]);
        let script: &[(&[u8], &[u8])] = &[(&[0, 0x86, 0, 0, 1, 7], &[0x90, 0]), (&[0, 0xC0, 0, 0, 0], &[0x69, 0x85])];
        assert_eq!(play(&[0, 0x86, 0, 0, 1, 7, 0], script), [0x90, 0]);
    }

    #[test]
    fn case_4_with_an_error_asks_nothing_more() {
        assert_eq!(play(&[0, 0x86, 0, 0, 1, 7, 0], &[(&[0, 0x86, 0, 0, 1, 7], &[0x69, 0x82])]), [0x69, 0x82]);
    }

    #[test]
    fn extended_and_malformed_commands_and_answers_are_refused() {
        assert!(matches!(T0Exchange::start(&[0, 0xB0, 0, 0, 0, 0, 0]), Err(CcidError::ExtendedApduNotPossible)));
        assert!(matches!(T0Exchange::start(&[0, 0xB0]), Err(CcidError::MalformedApdu { length: 2 })));
        let (mut exchange, _) = T0Exchange::start(&[0, 0xB0, 0, 0, 4]).unwrap();
        assert!(matches!(exchange.answered(&[0x90]), Err(CcidError::MalformedAnswer { length: 1 })));
    }

    #[test]
    fn a_card_that_always_has_more_comes_to_an_end() {
        let (mut exchange, _) = T0Exchange::start(&[0, 0xB0, 0, 0, 4]).unwrap();
        let mut rounds = 0;
        let error = loop {
            match exchange.answered(&[0x61, 0x00]) {
                Ok(Step::Send(_)) => rounds += 1,
                Ok(Step::Done(_)) => panic!("nothing was done"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, CcidError::MalformedAnswer { .. }) && rounds < MOST_TPDUS);
    }

    proptest! {
        #[test]
        fn no_answer_panics(
            apdu in proptest::collection::vec(any::<u8>(), 0..20),
            answers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..10), 1..20),
        ) {
            if let Ok((mut exchange, _)) = T0Exchange::start(&apdu) {
                for answer in answers {
                    if !matches!(exchange.answered(&answer), Ok(Step::Send(_))) {
                        break;
                    }
                }
            }
        }
    }
}
