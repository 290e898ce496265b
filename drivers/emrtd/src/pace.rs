//! Password Authenticated Connection Establishment, ECDH with generic mapping (ICAO Doc 9303-11 4.4 and G.1).
//!
//! One type per moment, each consumed by the chip's next answer: [`start`], [`ExpectReady`], [`ExpectNonce`],
//! [`ExpectMapping`], [`ExpectAgreement`], [`ExpectToken`]. Left out on purpose: DH groups, integrated mapping and
//! chip authentication mapping.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::access_key::{AccessKey, AccessKeyKind};
use crate::apdu::{CommandApdu, ResponseApdu, StatusWord};
use crate::curve::{CurveError, NamedCurve, Point, Scalar, map_generic};
use crate::secure_messaging::SecureMessaging;
use crate::security_infos::{PaceMapping, PaceProtocol, SecurityInfos};
use crate::session_keys::{KeyUse, MacCode, SessionKeys, SymmetricCipher, SymmetricKey, mac_matches};
use crate::tlv::{self, Tlv, TlvError};

/// What the chip announces in EF.CardAccess and we chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceParameters {
    pub cipher: SymmetricCipher,
    pub curve: NamedCurve,
    pub domain: DomainReference,
}

/// Whether MSE:Set AT names the domain parameters (9303-11 4.4.4.1: only where the protocol alone is ambiguous; some
/// chips refuse what they did not ask for).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainReference {
    Implied,
    Named(u8),
}

impl PaceParameters {
    /// The strongest of the announced protocols that is spoken here; `None` if there is none.
    pub fn choose(infos: &SecurityInfos) -> Option<Self> {
        let curve_of = |id| {
            NamedCurve::from_standardized_parameter_id(id).or_else(|| {
                infos
                    .pace_domain_parameters
                    .iter()
                    .find(|info| info.parameter_id == Some(id))
                    .and_then(|info| info.curve)
            })
        };
        let ambiguous = infos.pace.iter().any(|info| info.parameter_id != infos.pace[0].parameter_id);
        let offers = infos.pace.iter().filter_map(|info| match (info.protocol, info.parameter_id) {
            (PaceProtocol::Known { mapping: PaceMapping::EcdhGeneric, cipher }, Some(id)) => {
                let domain = if ambiguous { DomainReference::Named(id) } else { DomainReference::Implied };
                Some(Self { cipher, curve: curve_of(id)?, domain })
            }
            _ => None,
        });
        offers.max_by_key(|offer| {
            (offer.cipher.key_bytes(), offer.cipher != SymmetricCipher::TripleDes, offer.curve.order_bits())
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaceError {
    #[error("the chip refuses the protocol or the kind of key ({0})")]
    ProtocolRefused(StatusWord),
    #[error("the chip refuses the {step:?} step ({status})")]
    StepRefused { step: PaceStep, status: StatusWord },
    /// The chip compares our token with its own: a difference means the other key.
    #[error("the chip refuses the key ({0})")]
    KeyRefused(StatusWord),
    #[error("the chip's answer to the {step:?} step is malformed")]
    Malformed { step: PaceStep, source: TlvError },
    #[error("the chip's nonce has {0} bytes")]
    NonceLength(usize),
    #[error("the chip's nonce or point is unusable")]
    Curve(#[from] CurveError),
    #[error("the chip sends our own key back")]
    Reflected,
    #[error("the chip's token is wrong: it does not know the key")]
    TokenWrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceStep {
    Nonce,
    Mapping,
    Agreement,
    Token,
}

/// id-PACE-ECDH-GM-(3DES-CBC-CBC, AES-CBC-CMAC-128, -192, -256), the value bytes of the identifier (9303-11 9.2.3).
pub(crate) fn protocol_identifier(cipher: SymmetricCipher) -> [u8; 10] {
    let last = match cipher {
        SymmetricCipher::TripleDes => 1,
        SymmetricCipher::Aes128 => 2,
        SymmetricCipher::Aes192 => 3,
        SymmetricCipher::Aes256 => 4,
    };
    [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, last]
}

/// MSE:Set AT.
pub fn start(parameters: PaceParameters, key: &AccessKey) -> (CommandApdu, ExpectReady) {
    let reference = match key.kind() {
        AccessKeyKind::Mrz => 1,
        AccessKeyKind::Can => 2,
    };
    let mut data = tlv::encode(0x80, &protocol_identifier(parameters.cipher));
    data.extend_from_slice(&tlv::encode(0x83, &[reference]));
    if let DomainReference::Named(id) = parameters.domain {
        data.extend_from_slice(&tlv::encode(0x84, &[id]));
    }
    let password = SymmetricKey::derive(parameters.cipher, &key.pace_password(), KeyUse::Password);
    (CommandApdu::new(0x00, 0x22, 0xC1, 0xA4).with_data(data), ExpectReady { parameters, password })
}

/// MSE:Set AT is sent.
pub struct ExpectReady {
    parameters: PaceParameters,
    password: SymmetricKey,
}

impl ExpectReady {
    /// GENERAL AUTHENTICATE, step 1: asks for the encrypted nonce.
    pub fn ask_nonce(self, response: &ResponseApdu) -> Result<(CommandApdu, ExpectNonce), PaceError> {
        // 63Cx only counts the tries left (9303-11 4.4.4.1).
        if !response.status.is_ok() && response.status.tries_left().is_none_or(|tries| tries == 0) {
            return Err(PaceError::ProtocolRefused(response.status));
        }
        let Self { parameters, password } = self;
        Ok((general_authenticate(Chaining::More, &[]), ExpectNonce { parameters, password }))
    }
}

/// The encrypted nonce is awaited.
pub struct ExpectNonce {
    parameters: PaceParameters,
    password: SymmetricKey,
}

impl ExpectNonce {
    /// GENERAL AUTHENTICATE, step 2: our mapping key, made of a fresh random `secret` on the announced curve.
    pub fn map(self, response: &ResponseApdu, secret: Scalar) -> Result<(CommandApdu, ExpectMapping), PaceError> {
        let encrypted = answer(response, PaceStep::Nonce, 0x80)?;
        // 9303-11 4.4.3.3: a whole number of blocks, at least as long as the key asks.
        if !(16..=64).contains(&encrypted.len()) {
            return Err(PaceError::NonceLength(encrypted.len()));
        }
        let nonce = self.password.decrypt(self.password.zero_iv(), encrypted).map(Zeroizing::new);
        let nonce = nonce.ok_or(PaceError::NonceLength(encrypted.len()))?;
        let nonce = Scalar::from_be_bytes_reduced(self.parameters.curve, &nonce)?;
        let public = secret.public();
        let command = general_authenticate(Chaining::More, &tlv::encode(0x81, &public.encode()));
        Ok((command, ExpectMapping { parameters: self.parameters, nonce, secret, public }))
    }
}

/// The chip's mapping key is awaited.
pub struct ExpectMapping {
    parameters: PaceParameters,
    nonce: Scalar,
    secret: Scalar,
    public: Point,
}

impl ExpectMapping {
    /// GENERAL AUTHENTICATE, step 3: our key on the mapped generator, made of another fresh random `secret`.
    pub fn agree(self, response: &ResponseApdu, secret: Scalar) -> Result<(CommandApdu, ExpectAgreement), PaceError> {
        let chip = Point::decode(self.parameters.curve, answer(response, PaceStep::Mapping, 0x82)?)?;
        if chip == self.public {
            return Err(PaceError::Reflected);
        }
        let generator = map_generic(&self.nonce, &chip.mul(&self.secret))?;
        let public = generator.mul(&secret);
        let command = general_authenticate(Chaining::More, &tlv::encode(0x83, &public.encode()));
        Ok((command, ExpectAgreement { parameters: self.parameters, secret, public }))
    }
}

/// The chip's key on the mapped generator is awaited.
pub struct ExpectAgreement {
    parameters: PaceParameters,
    secret: Scalar,
    public: Point,
}

impl ExpectAgreement {
    /// GENERAL AUTHENTICATE, step 4: our token.
    pub fn prove(self, response: &ResponseApdu) -> Result<(CommandApdu, ExpectToken), PaceError> {
        let chip = Point::decode(self.parameters.curve, answer(response, PaceStep::Agreement, 0x84)?)?;
        // 9303-11 4.4.1: both sides check that the keys differ.
        if bool::from(chip.x_coordinate().ct_eq(&self.public.x_coordinate())) {
            return Err(PaceError::Reflected);
        }
        let shared = Zeroizing::new(chip.mul(&self.secret).x_coordinate());
        let keys = SessionKeys::derive(self.parameters.cipher, &shared);
        let ours = token(&keys, &chip);
        let expected = token(&keys, &self.public);
        let command = general_authenticate(Chaining::Last, &tlv::encode(0x85, &ours));
        Ok((command, ExpectToken { keys, expected }))
    }
}

/// The chip's token is awaited.
pub struct ExpectToken {
    keys: SessionKeys,
    expected: MacCode,
}

impl ExpectToken {
    /// Checks that the chip knows the key too, and starts secure messaging.
    pub fn finish(self, response: &ResponseApdu) -> Result<SecureMessaging, PaceError> {
        if !response.status.is_ok() {
            return Err(PaceError::KeyRefused(response.status));
        }
        if !mac_matches(&self.expected, answer(response, PaceStep::Token, 0x86)?) {
            return Err(PaceError::TokenWrong);
        }
        Ok(SecureMessaging::new(self.keys, 0))
    }
}

/// The MAC over the other side's public key data object (9303-11 4.4.3.4, 9.4.1).
pub(crate) fn token(keys: &SessionKeys, public: &Point) -> MacCode {
    let mut object = tlv::encode(0x06, &protocol_identifier(keys.cipher()));
    object.extend_from_slice(&tlv::encode(0x86, &public.encode()));
    keys.mac.mac(&tlv::encode(0x7F49, &object))
}

enum Chaining {
    More,
    Last,
}

fn general_authenticate(chaining: Chaining, object: &[u8]) -> CommandApdu {
    let cla = match chaining {
        Chaining::More => 0x10,
        Chaining::Last => 0x00,
    };
    CommandApdu::new(cla, 0x86, 0x00, 0x00).with_data(tlv::encode(0x7C, object)).expecting(256)
}

/// The one object wanted from the dynamic authentication data of an answer.
fn answer(response: &ResponseApdu, step: PaceStep, tag: u32) -> Result<&[u8], PaceError> {
    if !response.status.is_ok() {
        return Err(PaceError::StepRefused { step, status: response.status });
    }
    let object = Tlv::parse_only(&response.data, 0x7C).and_then(|data| data.child(tag));
    Ok(object.map_err(|source| PaceError::Malformed { step, source })?.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::ApduCapability;
    use crate::security_infos::PaceInfo;
    use hex::{decode, encode_upper};
    use identity::{DocumentDate, DocumentNumber};
    use proptest::prelude::*;

    // 9303-11 G.1: BrainpoolP256r1, AES-128, key of the machine-readable zone.
    const MAPPING: &str = concat!(
        "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57",
        "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000",
    );
    const AGREEMENT: &str = concat!(
        "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB",
        "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000",
    );

    fn start_worked_example(domain: DomainReference) -> (CommandApdu, ExpectReady) {
        let date = |text| DocumentDate::parse(text).expect("valid date");
        let number = DocumentNumber::parse("T22000129").expect("valid number");
        let key = AccessKey::mrz(number, date("12/08/1964"), date("31/10/2010"));
        let parameters = PaceParameters { cipher: SymmetricCipher::Aes128, curve: NamedCurve::BrainpoolP256r1, domain };
        start(parameters, &key)
    }

    fn response(text: &str) -> ResponseApdu {
        ResponseApdu::parse(decode(text).expect("hex")).expect("a status word at least")
    }

    fn secret(text: &str) -> Scalar {
        Scalar::from_be_bytes(NamedCurve::BrainpoolP256r1, &decode(text).expect("hex")).expect("in range")
    }

    fn bytes(command: &CommandApdu) -> String {
        encode_upper(command.encode(ApduCapability::Short).expect("short"))
    }

    fn until_mapping() -> ExpectMapping {
        let (_, ready) = start_worked_example(DomainReference::Implied);
        let (_, waiting) = ready.ask_nonce(&response("9000")).expect("accepted");
        let nonce = response("7C12801095A3A016522EE98D01E76CB6B98B42C39000");
        let mapping_secret = secret("7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99");
        waiting.map(&nonce, mapping_secret).expect("a nonce").1
    }

    fn until_agreement() -> ExpectAgreement {
        let agreement_secret = secret("A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595");
        until_mapping().agree(&response(MAPPING), agreement_secret).expect("a mapping key").1
    }

    #[test]
    fn the_dialogue_is_that_of_the_worked_example() {
        let (command, ready) = start_worked_example(DomainReference::Implied);
        assert_eq!(bytes(&command), "0022C1A40F800A04007F00070202040202830101");
        let (command, waiting) = ready.ask_nonce(&response("9000")).expect("accepted");
        assert_eq!(bytes(&command), "10860000027C0000");
        let nonce = response("7C12801095A3A016522EE98D01E76CB6B98B42C39000");
        let mapping_secret = secret("7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99");
        let (command, waiting) = waiting.map(&nonce, mapping_secret).expect("a nonce");
        assert_eq!(
            bytes(&command),
            concat!(
                "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E",
                "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00",
            )
        );
        let agreement_secret = secret("A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595");
        let (command, waiting) = waiting.agree(&response(MAPPING), agreement_secret).expect("a mapping key");
        assert_eq!(
            bytes(&command),
            concat!(
                "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C",
                "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200",
            )
        );
        let (command, waiting) = waiting.prove(&response(AGREEMENT)).expect("a key");
        assert_eq!(bytes(&command), "008600000C7C0A8508C2B0BD78D94BA86600");
        let session = waiting.finish(&response("7C0A86083ABB9674BCE93C089000")).expect("the chip's token");
        assert_eq!(session.cipher(), SymmetricCipher::Aes128);
    }

    #[test]
    fn ambiguous_parameters_are_named() {
        let (command, _) = start_worked_example(DomainReference::Named(13));
        assert_eq!(bytes(&command), "0022C1A412800A04007F0007020204020283010184010D");
    }

    #[test]
    fn the_strongest_offer_is_chosen_and_named_where_there_are_several() {
        let offer = |mapping, cipher, curve: NamedCurve| PaceInfo {
            protocol: PaceProtocol::Known { mapping, cipher },
            version: 2,
            parameter_id: Some(curve.standardized_parameter_id()),
        };
        let choose = |pace: &[PaceInfo]| {
            PaceParameters::choose(&SecurityInfos { pace: pace.to_vec(), ..SecurityInfos::default() })
        };
        let des = offer(PaceMapping::EcdhGeneric, SymmetricCipher::TripleDes, NamedCurve::P256);
        let aes = offer(PaceMapping::EcdhGeneric, SymmetricCipher::Aes128, NamedCurve::P256);
        let strong = offer(PaceMapping::EcdhGeneric, SymmetricCipher::Aes256, NamedCurve::P521);
        let integrated = offer(PaceMapping::EcdhIntegrated, SymmetricCipher::Aes256, NamedCurve::P256);
        let expected = |cipher, curve, domain| Some(PaceParameters { cipher, curve, domain });
        assert_eq!(
            choose(&[des, aes, integrated]),
            expected(SymmetricCipher::Aes128, NamedCurve::P256, DomainReference::Implied)
        );
        assert_eq!(
            choose(&[strong, aes]),
            expected(SymmetricCipher::Aes256, NamedCurve::P521, DomainReference::Named(18))
        );
        assert_eq!((choose(&[integrated]), choose(&[])), (None, None));
    }

    #[test]
    fn each_way_a_chip_can_fail_has_its_name() {
        let (_, ready) = start_worked_example(DomainReference::Implied);
        assert_eq!(ready.ask_nonce(&response("6A80")).err(), Some(PaceError::ProtocolRefused(StatusWord::WRONG_DATA)));
        let (_, ready) = start_worked_example(DomainReference::Implied);
        assert!(ready.ask_nonce(&response("63C2")).is_ok(), "two tries left");

        let random = || secret("01");
        let (_, ready) = start_worked_example(DomainReference::Implied);
        let (_, waiting) = ready.ask_nonce(&response("9000")).expect("accepted");
        assert_eq!(waiting.map(&response("7C0380010A9000"), random()).err(), Some(PaceError::NonceLength(1)));

        let missing = response("7C0081009000");
        let refused = until_mapping().agree(&missing, random()).err();
        assert!(matches!(refused, Some(PaceError::Malformed { step: PaceStep::Mapping, .. })));
        let ours = until_mapping().public.encode();
        let reflected = ResponseApdu { data: tlv::encode(0x7C, &tlv::encode(0x82, &ours)), status: StatusWord::OK };
        assert_eq!(until_mapping().agree(&reflected, random()).err(), Some(PaceError::Reflected));

        let off_the_curve = response(&AGREEMENT.replace("0949000", "0959000"));
        assert_eq!(until_agreement().prove(&off_the_curve).err(), Some(PaceError::Curve(CurveError::NotOnCurve)));

        let (_, waiting) = until_agreement().prove(&response(AGREEMENT)).expect("a key");
        assert_eq!(waiting.finish(&response("6300")).err(), Some(PaceError::KeyRefused(StatusWord(0x6300))));
        let (_, waiting) = until_agreement().prove(&response(AGREEMENT)).expect("a key");
        let wrong = response("7C0A86083ABB9674BCE93C099000");
        assert_eq!(waiting.finish(&wrong).err(), Some(PaceError::TokenWrong));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_answer_panics(data in prop::collection::vec(any::<u8>(), 0..80)) {
            let answer = |tag| ResponseApdu { data: tlv::encode(0x7C, &tlv::encode(tag, &data)), status: StatusWord::OK };
            let _ = until_mapping().agree(&answer(0x82), secret("01"));
            let _ = until_agreement().prove(&answer(0x84));
        }
    }
}
