//! A chip and how far we are with it: [`Connected`], then [`Selected`] (on the way to BAC), then [`Secured`].
//!
//! Data groups can be read from [`Secured`] only; there every command goes through secure messaging, and there is no
//! way to send one in the open.

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::access_key::{Access, AccessKey, MrzKey};
use crate::apdu::{ApduCapability, CommandApdu, ResponseApdu};
use crate::bac;
use crate::chip_authentication::{Agreement, ChipAuthenticated, ChipAuthentication};
use crate::curve::Scalar;
use crate::error::{ChipNotGenuine, ReadError};
use crate::file::ElementaryFile;
use crate::pace::{self, PaceParameters};
use crate::read_binary::{Selection, read_file};
use crate::secure_messaging::SecureMessaging;
use crate::session_keys::SymmetricCipher;
use crate::tlv;
use crate::transceive::Transceive;

/// AID of the travel document application (ICAO Doc 9303-10 3.4).
pub const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];

/// The most plain bytes one short protected READ BINARY is asked for: what every chip seen in the field can wrap.
const MAX_SHORT_READ_BYTES: usize = 0xDF;

pub struct Chip<T, S> {
    card: T,
    state: S,
}

/// Powered, nothing selected yet: EF.CardAccess and PACE.
pub struct Connected(());

/// The application is selected in the open: BAC.
pub struct Selected(());

/// The application is selected and secure messaging runs: files and authentication.
pub struct Secured {
    session: SecureMessaging,
    access: Access,
}

impl<T: Transceive> Chip<T, Connected> {
    pub fn new(card: T) -> Self {
        Self { card, state: Connected(()) }
    }

    /// EF.CardAccess, if there is one. The citizen card refuses SELECT MF, so the file is selected where the card
    /// stands after power-on, and the master file is tried only if it is not there.
    pub fn read_card_access(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let file = ElementaryFile::CardAccess;
        let card = &mut self.card;
        let mut read = || {
            let mut send = |command: &CommandApdu| plain(card, command);
            read_file(file, Selection::Identifier, MAX_SHORT_READ_BYTES, &mut send, &mut |_, _| {})
        };
        match read() {
            Ok(content) => return Ok(Some(content)),
            Err(ReadError::FileMissing { .. } | ReadError::FileRefused { .. } | ReadError::AccessDenied { .. }) => {}
            Err(error) => return Err(error),
        }
        let select_master_file = CommandApdu::new(0x00, 0xA4, 0x00, 0x0C).with_data(vec![0x3F, 0x00]);
        if !plain(&mut self.card, &select_master_file)?.status.is_ok() {
            return Ok(None);
        }
        let mut send = |command: &CommandApdu| plain(&mut self.card, command);
        match read_file(file, Selection::Identifier, MAX_SHORT_READ_BYTES, &mut send, &mut |_, _| {}) {
            Ok(content) => Ok(Some(content)),
            Err(ReadError::FileMissing { .. } | ReadError::FileRefused { .. } | ReadError::AccessDenied { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Runs PACE and selects the application under secure messaging (9303-11 4.2, 4.4).
    pub fn pace(
        mut self,
        parameters: PaceParameters,
        key: &AccessKey,
        rng: &mut (impl CryptoRngCore + ?Sized),
    ) -> Result<Chip<T, Secured>, ReadError> {
        let card = &mut self.card;
        let (command, waiting) = pace::start(parameters, key);
        let (command, waiting) = waiting.ask_nonce(&plain(card, &command)?)?;
        let (command, waiting) = waiting.map(&plain(card, &command)?, Scalar::random(parameters.curve, rng))?;
        let (command, waiting) = waiting.agree(&plain(card, &command)?, Scalar::random(parameters.curve, rng))?;
        let (command, waiting) = waiting.prove(&plain(card, &command)?)?;
        let session = waiting.finish(&plain(card, &command)?)?;
        let access = Access::Pace { key: key.kind(), cipher: parameters.cipher };
        let mut chip = Chip { card: self.card, state: Secured { session, access } };
        let status = chip.protected(&select_application())?.status;
        if status.is_ok() { Ok(chip) } else { Err(ReadError::NotADocument(status)) }
    }

    /// For chips without PACE.
    pub fn select_application(mut self) -> Result<Chip<T, Selected>, ReadError> {
        let status = plain(&mut self.card, &select_application())?.status;
        if status.is_ok() {
            Ok(Chip { card: self.card, state: Selected(()) })
        } else {
            Err(ReadError::NotADocument(status))
        }
    }
}

impl<T: Transceive> Chip<T, Selected> {
    pub fn bac(mut self, key: &MrzKey, rng: &mut (impl CryptoRngCore + ?Sized)) -> Result<Chip<T, Secured>, ReadError> {
        let rnd_ic = bac::challenge(&plain(&mut self.card, &bac::request_challenge())?)?;
        let (mut rnd_ifd, mut k_ifd) = ([0; 8], Zeroizing::new([0; 16]));
        rng.fill_bytes(&mut rnd_ifd);
        rng.fill_bytes(k_ifd.as_mut_slice());
        let (command, waiting) = bac::authenticate(key, rnd_ic, rnd_ifd, k_ifd);
        let session = waiting.finish(&plain(&mut self.card, &command)?)?;
        Ok(Chip { card: self.card, state: Secured { session, access: Access::Bac } })
    }
}

impl<T: Transceive> Chip<T, Secured> {
    /// How the chip was opened.
    pub fn access(&self) -> Access {
        self.state.access
    }

    /// A whole file; `progress` hears bytes read and bytes in all.
    pub fn read_file(
        &mut self,
        file: ElementaryFile,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<u8>, ReadError> {
        let capability = self.card.capability();
        let most = self.state.session.max_plain_bytes(capability.max_response_data_bytes());
        let piece_bytes = match capability {
            ApduCapability::Short => most.min(MAX_SHORT_READ_BYTES),
            ApduCapability::Extended { .. } => most,
        };
        read_file(file, Selection::ShortIdentifier, piece_bytes, &mut |command| self.protected(command), progress)
    }

    /// INTERNAL AUTHENTICATE (9303-11 6.1): the chip's signature over the challenge, at most as long as the key's.
    pub fn internal_authenticate(&mut self, challenge: &[u8; 8], signature_bytes: usize) -> Result<Vec<u8>, ReadError> {
        // A long RSA signature under secure messaging does not fit a short answer.
        let expected_bytes = match self.card.capability() {
            ApduCapability::Extended { .. } if signature_bytes > MAX_SHORT_READ_BYTES => 65_536,
            ApduCapability::Extended { .. } | ApduCapability::Short => 256,
        };
        let command = CommandApdu::new(0x00, 0x88, 0x00, 0x00).with_data(challenge.to_vec()).expecting(expected_bytes);
        let mut response = self.protected(&command)?;
        if response.status.is_ok() {
            Ok(std::mem::take(&mut response.data))
        } else {
            Err(ChipNotGenuine::ActiveAuthenticationRefused(response.status).into())
        }
    }

    /// Chip authentication (9303-11 6.2): the chip must answer under keys that only the holder of its private key can
    /// agree on. The session goes on under them.
    pub fn authenticate_chip(
        &mut self,
        authentication: &ChipAuthentication,
        rng: &mut (impl CryptoRngCore + ?Sized),
    ) -> Result<ChipAuthenticated, ReadError> {
        let agreement = authentication.agree(rng);
        for command in authentication.commands(&agreement) {
            let status = self.protected(&command)?.status;
            if !status.is_ok() {
                return Err(ChipNotGenuine::ChipAuthenticationRefused(status).into());
            }
        }
        self.state.session = SecureMessaging::new(agreement.keys, 0);
        let select = CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(ElementaryFile::Com.identifier().to_vec());
        match self.protected(&select) {
            // Whatever the chip says, its MAC is right.
            Ok(_) => Ok(ChipAuthenticated::answered_under_agreed_keys(authentication)),
            Err(ReadError::MacMismatch | ReadError::SecureMessaging(_)) => {
                Err(ChipNotGenuine::ChipAuthenticationKeys.into())
            }
            Err(error) => Err(error),
        }
    }

    fn protected(&mut self, command: &CommandApdu) -> Result<ResponseApdu, ReadError> {
        let wrapped = self.state.session.wrap(command);
        let response = plain(&mut self.card, &wrapped)?;
        Ok(self.state.session.unwrap(&response)?)
    }
}

fn select_application() -> CommandApdu {
    // No Le and no answer wanted (P2 0C): chips refuse an Le here.
    CommandApdu::new(0x00, 0xA4, 0x04, 0x0C).with_data(APPLICATION.to_vec())
}

fn plain(card: &mut impl Transceive, command: &CommandApdu) -> Result<ResponseApdu, ReadError> {
    let bytes = command.encode(card.capability())?;
    Ok(ResponseApdu::parse(card.transceive(&bytes)?)?)
}

impl ChipAuthentication {
    /// 3DES sends the key with MSE:Set KAT, AES chooses the protocol with MSE:Set AT and sends the key with GENERAL
    /// AUTHENTICATE (9303-11 6.2.4.1, 6.2.4.2).
    fn commands(&self, agreement: &Agreement) -> Vec<CommandApdu> {
        let mut key_reference = Vec::new();
        if let Some(id) = self.key_id() {
            let id = id.to_be_bytes();
            let significant = &id[id.iter().position(|byte| *byte != 0).unwrap_or(3)..];
            key_reference = tlv::encode(0x84, significant);
        }
        match self.cipher() {
            SymmetricCipher::TripleDes => {
                let data = [tlv::encode(0x91, &agreement.public), key_reference].concat();
                vec![CommandApdu::new(0x00, 0x22, 0x41, 0xA6).with_data(data)]
            }
            SymmetricCipher::Aes128 | SymmetricCipher::Aes192 | SymmetricCipher::Aes256 => {
                let choice = [tlv::encode(0x80, self.protocol().as_bytes()), key_reference].concat();
                let key = tlv::encode(0x7C, &tlv::encode(0x80, &agreement.public));
                vec![
                    CommandApdu::new(0x00, 0x22, 0x41, 0xA4).with_data(choice),
                    CommandApdu::new(0x00, 0x86, 0x00, 0x00).with_data(key).expecting(256),
                ]
            }
        }
    }
}
