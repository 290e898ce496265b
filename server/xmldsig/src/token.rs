//! A private key on a token (USB token, HSM) behind its PKCS#11 module (OASIS PKCS #11 2.40).
//!
//! The private key never leaves the token: it signs the digest that this process makes (`CKM_RSA_PKCS` with the
//! DigestInfo of RFC 8017 9.2, `CKM_ECDSA`), the two mechanisms that every token has. A token may be unplugged and
//! come back at any time: each failure is answered once by starting the module again, which is what drivers need to
//! see a token that came back, and signing again. A refused PIN is not repeated, and the last try that a token allows
//! is left to a person, so that a wrong PIN file does not lock the facility's token. Left out on purpose: PIN pads,
//! keys that want the PIN for each signature (`CKA_ALWAYS_AUTHENTICATE`).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as CryptokiError, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::certificate::{Certificate, chain_from};
use crate::key::{Algorithm, KeyError, SigningKey};

/// The longest PIN file, in bytes.
const MAX_PIN_BYTES: u64 = 256;
/// The most certificates that are read from a token.
const MAX_CERTIFICATES: usize = 32;

/// RFC 8017 9.2, note 1: what stands before a SHA-256 digest.
const SHA256_DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Where the key is.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// The driver's shared library.
    pub module: PathBuf,
    pub token: TokenName,
    /// `CKA_LABEL` of the key. The certificate of a private key has the same `CKA_ID`, or else the same label.
    pub key_label: String,
    /// The file with the user PIN; read at each login, so that a corrected PIN needs no restart.
    pub pin_file: PathBuf,
}

/// Which of the tokens that are plugged in.
#[derive(Clone, Debug)]
pub enum TokenName {
    Label(String),
    Serial(String),
    /// The number of its slot.
    Slot(u64),
}

impl fmt::Display for TokenName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => formatter.write_str(label),
            Self::Serial(serial) => write!(formatter, "serial {serial}"),
            Self::Slot(slot) => write!(formatter, "slot {slot}"),
        }
    }
}

/// A private key on a token.
pub struct TokenKey {
    settings: TokenSettings,
    module: Arc<Mutex<Module>>,
    state: Mutex<State>,
    chain: Vec<Certificate>,
}

impl TokenKey {
    /// Loads the module, logs in, and reads the certificates: the token has to be there now, and may leave afterwards.
    pub fn open(settings: TokenSettings) -> Result<Self, KeyError> {
        let module = Module::load(&settings.module)?;
        let mut state = State::of(ObjectClass::PRIVATE_KEY);
        let chain = {
            let mut module = lock(&module);
            state.run(&settings, &mut module, |session, key| read_chain(&settings, session, key))?
        };
        Ok(Self { settings, module, state: Mutex::new(state), chain })
    }
}

/// HMAC-SHA256 (`CKM_SHA256_HMAC`, RFC 2104) of the message under a secret key that the token keeps: what keys are derived
/// from where the secret must not be on this machine. The token may leave afterwards.
pub fn token_hmac_sha256(settings: &TokenSettings, message: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let module = Module::load(&settings.module)?;
    let mut module = lock(&module);
    let mut state = State::of(ObjectClass::SECRET_KEY);
    let code = state.run(settings, &mut module, |session, key| {
        let code = session.sign(&Mechanism::Sha256Hmac, key, message).map_err(|error| token_error(settings, error))?;
        let code = Zeroizing::new(code);
        code.as_slice().try_into().map(Zeroizing::new).map_err(|_| KeyError::CodeLength)
    });
    state.close(&module);
    code
}

impl SigningKey for TokenKey {
    fn certificate_chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn algorithm(&self) -> Algorithm {
        self.chain.first().map_or(Algorithm::RsaSha256, Certificate::algorithm)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let digest = Sha256::digest(message);
        let (mechanism, data) = match self.algorithm() {
            Algorithm::RsaSha256 => (Mechanism::RsaPkcs, [&SHA256_DIGEST_INFO, digest.as_slice()].concat()),
            Algorithm::EcdsaP256Sha256 => (Mechanism::Ecdsa, digest.to_vec()),
        };
        // One after the other: a token does one thing at a time, and starting the module again ends the sessions of
        // all.
        let mut module = lock(&self.module);
        let mut state = lock(&self.state);
        state.run(&self.settings, &mut module, |session, key| {
            session.sign(&mechanism, key, &data).map_err(|error| token_error(&self.settings, error))
        })
    }
}

impl Drop for TokenKey {
    fn drop(&mut self) {
        let module = lock(&self.module);
        lock(&self.state).close(&module);
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenKey({}, {:?})", self.settings.token, self.chain.first())
    }
}

/// A loaded module. PKCS#11 has one library state in a process (2.40 5.4), so keys of one module share this.
struct Module {
    pkcs11: Pkcs11,
    /// Counts the starts: a session of an earlier one is gone.
    generation: u64,
}

static MODULES: Mutex<BTreeMap<PathBuf, Arc<Mutex<Module>>>> = Mutex::new(BTreeMap::new());

impl Module {
    fn load(path: &Path) -> Result<Arc<Mutex<Self>>, KeyError> {
        let failed = |source| KeyError::Module { module: path.to_owned(), source };
        let mut modules = lock(&MODULES);
        if let Some(module) = modules.get(path) {
            return Ok(Arc::clone(module));
        }
        let pkcs11 = Pkcs11::new(path).map_err(failed)?;
        initialize(&pkcs11).map_err(failed)?;
        let module = Arc::new(Mutex::new(Self { pkcs11, generation: 0 }));
        modules.insert(path.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    fn restart(&mut self, path: &Path) -> Result<(), KeyError> {
        self.generation += 1;
        // A module that is not running any more is what a restart is for.
        let _ = self.pkcs11.clone().finalize();
        initialize(&self.pkcs11).map_err(|source| KeyError::Module { module: path.to_owned(), source })
    }

    /// The slot of the token.
    fn slot(&self, settings: &TokenSettings) -> Result<Slot, KeyError> {
        let mut found = None;
        for slot in self.pkcs11.get_slots_with_token().map_err(KeyError::Token)? {
            // A token that is just being pulled out answers with an error: it is not there.
            let Ok(token) = self.pkcs11.get_token_info(slot) else { continue };
            let is_this = match &settings.token {
                TokenName::Label(label) => token.label() == label,
                TokenName::Serial(serial) => token.serial_number() == serial,
                TokenName::Slot(number) => slot.id() == *number,
            };
            if !is_this || !token.token_initialized() {
                continue;
            }
            if found.replace((slot, token)).is_some() {
                return Err(KeyError::TokenAmbiguous { token: settings.token.to_string() });
            }
        }
        let (slot, token) = found.ok_or_else(|| KeyError::TokenAbsent { token: settings.token.to_string() })?;
        check_pin_state(token.user_pin_locked(), token.user_pin_final_try())?;
        Ok(slot)
    }
}

/// What the token says about its PIN before it is tried.
fn check_pin_state(locked: bool, final_try: bool) -> Result<(), KeyError> {
    match (locked, final_try) {
        (true, _) => Err(KeyError::PinLocked),
        (false, true) => Err(KeyError::LastPinTry),
        (false, false) => Ok(()),
    }
}

/// Another part of this process may have initialized the library already.
fn initialize(pkcs11: &Pkcs11) -> Result<(), CryptokiError> {
    match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(CryptokiError::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        Err(error) => Err(error),
    }
}

struct State {
    class: ObjectClass,
    open: Option<Open>,
    /// The PIN that the token refused.
    refused: Option<Zeroizing<String>>,
}

struct Open {
    session: Session,
    key: ObjectHandle,
    generation: u64,
}

impl State {
    fn of(class: ObjectClass) -> Self {
        Self { class, open: None, refused: None }
    }

    /// Does the work in a session with the key; where the token fails, once more after a restart of the module.
    fn run<T>(
        &mut self,
        settings: &TokenSettings,
        module: &mut Module,
        work: impl Fn(&Session, ObjectHandle) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        match self.once(settings, module, &work) {
            Err(KeyError::TokenAbsent { .. } | KeyError::Token(_)) => {
                self.open = None;
                module.restart(&settings.module)?;
                self.once(settings, module, &work)
            }
            other => other,
        }
    }

    fn once<T>(
        &mut self,
        settings: &TokenSettings,
        module: &Module,
        work: impl Fn(&Session, ObjectHandle) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let open = match self.open.take().filter(|open| open.generation == module.generation) {
            Some(open) => open,
            None => self.login(settings, module)?,
        };
        let open = self.open.insert(open);
        work(&open.session, open.key)
    }

    fn login(&mut self, settings: &TokenSettings, module: &Module) -> Result<Open, KeyError> {
        let failed = |error| token_error(settings, error);
        let slot = module.slot(settings)?;
        let pin = read_pin(&settings.pin_file)?;
        if self.refused.as_ref() == Some(&pin) {
            return Err(KeyError::WrongPin);
        }
        // Closed by hand: numbers of sessions come again after a restart, and a late drop would close another's.
        let session = module.pkcs11.open_ro_session_no_drop(slot).map_err(failed)?;
        let opened = match session.login(UserType::User, Some(&AuthPin::new(Box::from(pin.as_str())))) {
            // The login is the token's, not the session's: another key of this token may have done it.
            Ok(()) | Err(CryptokiError::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => self.find_key(settings, &session),
            Err(error) => Err(failed(error)),
        };
        self.refused = match opened {
            Err(KeyError::WrongPin) => Some(pin),
            _ => None,
        };
        match opened {
            Ok(key) => Ok(Open { session, key, generation: module.generation }),
            Err(error) => {
                let _ = session.close();
                Err(error)
            }
        }
    }

    fn find_key(&self, settings: &TokenSettings, session: &Session) -> Result<ObjectHandle, KeyError> {
        let label = &settings.key_label;
        let template = [Attribute::Class(self.class), Attribute::Label(label.clone().into_bytes())];
        let keys = session.find_objects(&template).map_err(|error| token_error(settings, error))?;
        match keys.as_slice() {
            [key] => Ok(*key),
            [] => Err(KeyError::KeyAbsent { label: label.clone() }),
            _ => Err(KeyError::KeyAmbiguous { label: label.clone() }),
        }
    }

    fn close(&mut self, module: &Module) {
        if let Some(open) = self.open.take().filter(|open| open.generation == module.generation) {
            let _ = open.session.close();
        }
    }
}

/// The certificates on the token: the key's, of several the one that is valid longest, and its issuers'.
fn read_chain(settings: &TokenSettings, session: &Session, key: ObjectHandle) -> Result<Vec<Certificate>, KeyError> {
    let failed = |error| token_error(settings, error);
    let key_id = session.get_attributes(key, &[AttributeType::Id]).map_err(failed)?;
    let key_id = key_id.into_iter().find_map(|attribute| match attribute {
        Attribute::Id(id) if !id.is_empty() => Some(id),
        _ => None,
    });
    let template = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    let mut by_id = Vec::new();
    let mut by_label = Vec::new();
    let mut others = Vec::new();
    for object in session.find_objects(&template).map_err(failed)?.into_iter().take(MAX_CERTIFICATES) {
        let wanted = [AttributeType::Value, AttributeType::Id, AttributeType::Label];
        let (mut value, mut id, mut label) = (Vec::new(), Vec::new(), Vec::new());
        for attribute in session.get_attributes(object, &wanted).map_err(failed)? {
            match attribute {
                Attribute::Value(bytes) => value = bytes,
                Attribute::Id(bytes) => id = bytes,
                Attribute::Label(bytes) => label = bytes,
                _ => {}
            }
        }
        // A certificate that this program cannot read may belong to another key.
        let Ok(certificate) = Certificate::from_der(&value) else { continue };
        if key_id.as_ref() == Some(&id) {
            by_id.push(certificate);
        } else if label == settings.key_label.as_bytes() {
            by_label.push(certificate);
        } else {
            others.push(certificate);
        }
    }
    let mut own = if by_id.is_empty() { by_label } else { by_id };
    own.sort_by_key(Certificate::not_after);
    let signer = own.pop().ok_or_else(|| KeyError::CertificateAbsent { label: settings.key_label.clone() })?;
    Ok(chain_from(signer, others))
}

fn read_pin(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    use std::io::Read as _;
    let mut pin = Zeroizing::new(String::with_capacity(MAX_PIN_BYTES as usize));
    let read = std::fs::File::open(path).and_then(|file| file.take(MAX_PIN_BYTES).read_to_string(&mut pin));
    read.map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    Ok(Zeroizing::new(pin.trim_end_matches(['\r', '\n']).to_owned()))
}

/// What a return value means for the person who reads it.
fn token_error(settings: &TokenSettings, error: CryptokiError) -> KeyError {
    let CryptokiError::Pkcs11(code, _) = &error else {
        return KeyError::Token(error);
    };
    match code {
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => KeyError::WrongPin,
        RvError::PinLocked => KeyError::PinLocked,
        RvError::PinExpired => KeyError::PinExpired,
        RvError::DeviceRemoved | RvError::TokenNotPresent | RvError::TokenNotRecognized | RvError::SlotIdInvalid => {
            KeyError::TokenAbsent { token: settings.token.to_string() }
        }
        _ => KeyError::Token(error),
    }
}

/// A panic while a lock was held leaves a session that the next use finds broken, and opens anew.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cryptoki::context::Function;

    /// SoftHSM locks no PIN; the return values are the standard's.
    #[test]
    fn a_wrong_pin_a_locked_pin_and_an_absent_token_have_their_own_names() {
        let settings = TokenSettings {
            module: PathBuf::new(),
            token: TokenName::Serial("0123".to_owned()),
            key_label: String::new(),
            pin_file: PathBuf::new(),
        };
        let named = |code| token_error(&settings, CryptokiError::Pkcs11(code, Function::Login));
        assert!(matches!(named(RvError::PinIncorrect), KeyError::WrongPin));
        assert!(matches!(named(RvError::PinLocked), KeyError::PinLocked));
        assert!(matches!(named(RvError::PinExpired), KeyError::PinExpired));
        assert!(matches!(named(RvError::DeviceRemoved), KeyError::TokenAbsent { token } if token == "serial 0123"));
        assert!(matches!(named(RvError::TokenNotPresent), KeyError::TokenAbsent { .. }));
        assert!(matches!(named(RvError::DeviceError), KeyError::Token(_)));
    }

    #[test]
    fn the_last_try_of_a_pin_is_left_to_a_person() {
        assert!(check_pin_state(false, false).is_ok());
        assert!(matches!(check_pin_state(false, true), Err(KeyError::LastPinTry)));
        assert!(matches!(check_pin_state(true, true), Err(KeyError::PinLocked)));
    }
}
