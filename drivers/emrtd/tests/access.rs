//! Getting into a chip and reading files: every access protocol against a chip that enforces it.

#![cfg(feature = "sim")]

use std::collections::BTreeMap;

use emrtd::chip::{Chip, Connected, Secured};
use emrtd::curve::{NamedCurve, Scalar};
use emrtd::security_infos::{PaceInfo, PaceMapping, PaceProtocol, SecurityInfos};
use emrtd::sim::{
    ActiveAuthenticationKey, Interface, LinkSpeed, Options, Personalised, Profile, SeededRng, SimulatedCard,
};
use emrtd::{
    Access, AccessKey, AccessKeyKind, ApduCapability, CardAccessNumber, DataGroup, DomainReference, ElementaryFile,
    HashAlgorithm, MrzKey, PaceParameters, ReadError, StatusWord, SymmetricCipher, Transceive, TransceiveError, tlv,
};
use identity::{DocumentDate, DocumentNumber};

const EXTENDED: ApduCapability = ApduCapability::Extended { max_command_bytes: 2048, max_response_bytes: 2048 };

fn rng() -> SeededRng {
    SeededRng::new([7; 32])
}

fn mrz_key() -> MrzKey {
    let date = |text| DocumentDate::parse(text).expect("valid date");
    let number = DocumentNumber::parse("085000017").expect("valid number");
    MrzKey::new(number, date("15/01/1985"), date("15/01/2045"))
}

fn can() -> AccessKey {
    AccessKey::can("000017").expect("six digits")
}

fn file(file: ElementaryFile, bytes: u32) -> (ElementaryFile, Vec<u8>) {
    let content: Vec<u8> = (0..bytes).map(|i| (i % 249) as u8).collect();
    (file, tlv::encode(file.tag(), &content))
}

fn personalised(pace: &[(SymmetricCipher, NamedCurve)]) -> Personalised {
    let mut files = BTreeMap::from([
        file(ElementaryFile::Com, 20),
        file(ElementaryFile::DG1, 93),
        file(ElementaryFile::DG2, 40_000),
        file(ElementaryFile::DataGroup(DataGroup::DG3), 10),
    ]);
    if !pace.is_empty() {
        let pace = pace.iter().map(|(cipher, curve)| PaceInfo {
            protocol: PaceProtocol::Known { mapping: PaceMapping::EcdhGeneric, cipher: *cipher },
            version: 2,
            parameter_id: Some(curve.standardized_parameter_id()),
        });
        let infos = SecurityInfos { pace: pace.collect(), ..SecurityInfos::default() };
        files.insert(ElementaryFile::CardAccess, infos.to_der());
    }
    let secret = Scalar::random(NamedCurve::P256, &mut rng());
    Personalised {
        files,
        can: CardAccessNumber::parse("000017").expect("six digits"),
        mrz: mrz_key(),
        active_authentication: Some(ActiveAuthenticationKey::Ecdsa { secret, hash: HashAlgorithm::Sha256 }),
        chip_authentication: None,
    }
}

const P256_AES: (SymmetricCipher, NamedCurve) = (SymmetricCipher::Aes128, NamedCurve::P256);

fn card(pace: &[(SymmetricCipher, NamedCurve)], options: Options) -> SimulatedCard {
    SimulatedCard::new(personalised(pace), options)
}

fn open_by_pace<T: Transceive>(
    card: T,
    (cipher, curve): (SymmetricCipher, NamedCurve),
    key: &AccessKey,
) -> Result<Chip<T, Secured>, ReadError> {
    let mut chip: Chip<T, Connected> = Chip::new(card);
    assert!(chip.read_card_access()?.is_some());
    chip.pace(PaceParameters { cipher, curve, domain: DomainReference::Implied }, key, &mut rng())
}

#[test]
fn pace_opens_with_every_cipher_by_can_and_by_mrz() {
    let ciphers = [
        (SymmetricCipher::TripleDes, NamedCurve::P224),
        (SymmetricCipher::Aes128, NamedCurve::P256),
        (SymmetricCipher::Aes192, NamedCurve::BrainpoolP384r1),
        (SymmetricCipher::Aes256, NamedCurve::BrainpoolP256r1),
        (SymmetricCipher::Aes256, NamedCurve::P521),
    ];
    for offer in ciphers {
        for (key, kind) in [(can(), AccessKeyKind::Can), (AccessKey::Mrz(mrz_key()), AccessKeyKind::Mrz)] {
            for profile in [Profile::Vietnamese, Profile::Standard] {
                let mut card = card(&[offer], Options { profile, ..Options::default() });
                let mut chip = open_by_pace(&mut card, offer, &key).expect("the right key");
                assert_eq!(chip.access(), Access::Pace { key: kind, cipher: offer.0 });
                let com = chip.read_file(ElementaryFile::Com, &mut |_, _| {}).expect("readable");
                assert_eq!(com, file(ElementaryFile::Com, 20).1);
            }
        }
    }
}

#[test]
fn a_chip_without_pace_opens_by_bac() {
    let mut card = card(&[], Options::default());
    let mut chip = Chip::new(&mut card);
    assert_eq!(chip.read_card_access(), Ok(None));
    let mut chip = chip.select_application().expect("a document").bac(&mrz_key(), &mut rng()).expect("the right key");
    assert_eq!(chip.access(), Access::Bac);
    let dg2 = chip.read_file(ElementaryFile::DG2, &mut |_, _| {}).expect("readable");
    assert_eq!(dg2, file(ElementaryFile::DG2, 40_000).1);
}

#[test]
fn another_key_is_refused_by_name() {
    let wrong = AccessKey::can("000018").expect("six digits");
    let error = open_by_pace(card(&[P256_AES], Options::default()), P256_AES, &wrong).err();
    assert_eq!(error, Some(ReadError::WrongAccessKey(StatusWord::AUTHENTICATION_FAILED)));

    let date = |text| DocumentDate::parse(text).expect("valid date");
    let number = DocumentNumber::parse("085000018").expect("valid number");
    let wrong = MrzKey::new(number, date("15/01/1985"), date("15/01/2045"));
    let error = open_by_pace(card(&[P256_AES], Options::default()), P256_AES, &AccessKey::Mrz(wrong.clone())).err();
    assert_eq!(error, Some(ReadError::WrongAccessKey(StatusWord::AUTHENTICATION_FAILED)));
    let chip = Chip::new(card(&[], Options::default())).select_application().expect("a document");
    let error = chip.bac(&wrong, &mut rng()).err();
    assert_eq!(error, Some(ReadError::WrongAccessKey(StatusWord::AUTHENTICATION_FAILED)));
}

#[test]
fn fingerprints_are_denied_and_the_session_goes_on() {
    let mut chip = open_by_pace(card(&[P256_AES], Options::default()), P256_AES, &can()).expect("the right key");
    let dg3 = ElementaryFile::DataGroup(DataGroup::DG3);
    let denied = ReadError::AccessDenied { file: dg3, status: StatusWord::SECURITY_STATUS };
    assert_eq!(chip.read_file(dg3, &mut |_, _| {}), Err(denied));
    let dg11 = ElementaryFile::DataGroup(DataGroup::new(11).expect("1 to 16"));
    assert_eq!(chip.read_file(dg11, &mut |_, _| {}), Err(ReadError::FileMissing { file: dg11 }));
    assert!(chip.read_file(ElementaryFile::DG1, &mut |_, _| {}).is_ok());
}

#[test]
fn nothing_is_readable_in_the_open() {
    let mut card = card(&[P256_AES], Options::default());
    let select_application = [&[0x00, 0xA4, 0x04, 0x0C, 0x07][..], &emrtd::chip::APPLICATION].concat();
    assert_eq!(card.transceive(&select_application), Ok(vec![0x90, 0x00]));
    for command in [&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x01][..], &[0x00, 0xB0, 0x81, 0x00, 0x08]] {
        assert_eq!(card.transceive(command), Ok(vec![0x69, 0x82]));
    }
    let internal_authenticate = [0x00, 0x88, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0];
    assert_eq!(card.transceive(&internal_authenticate), Ok(vec![0x69, 0x82]));
}

#[test]
fn the_vietnamese_profile_has_the_manners_seen_in_the_field() {
    let select_master_file = [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];
    let mut vietnamese = card(&[P256_AES], Options::default());
    assert_eq!(vietnamese.transceive(&select_master_file), Ok(vec![0x6D, 0x00]));
    let with_le = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C, 0x00];
    assert_eq!(vietnamese.transceive(&with_le), Ok(vec![0x67, 0x00]));
    let mut standard = card(&[P256_AES], Options { profile: Profile::Standard, ..Options::default() });
    assert_eq!(standard.transceive(&select_master_file), Ok(vec![0x90, 0x00]));
}

#[test]
fn a_large_file_reports_its_progress_and_costs_less_with_extended_length() {
    let read = |capability| {
        let mut card = card(&[P256_AES], Options { capability, ..Options::default() });
        let mut chip = open_by_pace(&mut card, P256_AES, &can()).expect("the right key");
        let mut heard = vec![];
        let dg2 = chip.read_file(ElementaryFile::DG2, &mut |read, total| heard.push((read, total))).expect("readable");
        assert_eq!(dg2, file(ElementaryFile::DG2, 40_000).1);
        assert!(heard.is_sorted() && heard.last() == Some(&(40_004, 40_004)));
        (card.traffic().apdus, card.link_time())
    };
    let ((short_apdus, short_time), (extended_apdus, extended_time)) = (read(ApduCapability::Short), read(EXTENDED));
    assert!(short_apdus > 180 && extended_apdus < 40, "{short_apdus} and {extended_apdus}");
    assert!(extended_time < short_time);
}

#[test]
fn a_faster_link_adds_up_less_time() {
    let times = LinkSpeed::ALL.map(|link| {
        let mut card = card(&[P256_AES], Options { link, ..Options::default() });
        let mut chip = open_by_pace(&mut card, P256_AES, &can()).expect("the right key");
        chip.read_file(ElementaryFile::DG2, &mut |_, _| {}).expect("readable");
        card.link_time()
    });
    assert!(times.windows(2).all(|pair| pair[1] < pair[0]));
}

#[test]
fn a_card_pulled_while_reading_is_removed_and_reads_again_once_it_is_back() {
    let mut card = card(&[P256_AES], Options::default());
    card.pull_after(60);
    let mut chip = open_by_pace(&mut card, P256_AES, &can()).expect("the right key");
    assert_eq!(chip.read_file(ElementaryFile::DG2, &mut |_, _| {}), Err(ReadError::CardRemoved));
    assert!(!card.is_present());
    assert_eq!(card.transceive(&[0x00, 0x84, 0, 0, 8]), Err(TransceiveError::CardRemoved));
    card.reinsert();
    let mut chip = open_by_pace(&mut card, P256_AES, &can()).expect("the right key");
    assert!(chip.read_file(ElementaryFile::DG2, &mut |_, _| {}).is_ok());
}

#[test]
fn a_reset_forgets_the_session() {
    let mut card = card(&[P256_AES], Options::default());
    open_by_pace(&mut card, P256_AES, &can()).expect("the right key");
    card.reset();
    assert_eq!(card.transceive(&[0x0C, 0xB0, 0x81, 0x00, 0x00]), Ok(vec![0x68, 0x82]));
}

/// Somebody between reader and card, from the n-th command on.
struct Between<F> {
    card: SimulatedCard,
    commands_left: u32,
    change: F,
}

impl<F: FnMut(Vec<u8>) -> Vec<u8>> Transceive for Between<F> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let response = self.card.transceive(command)?;
        if self.commands_left > 0 {
            self.commands_left -= 1;
            return Ok(response);
        }
        Ok((self.change)(response))
    }

    fn capability(&self) -> ApduCapability {
        self.card.capability()
    }
}

fn read_dg1_with_somebody_between(change: impl FnMut(Vec<u8>) -> Vec<u8>) -> ReadError {
    // CardAccess takes three commands, PACE five, SELECT one.
    let between = Between { card: card(&[P256_AES], Options::default()), commands_left: 9, change };
    let mut chip = open_by_pace(between, P256_AES, &can()).expect("the right key");
    let error = chip.read_file(ElementaryFile::DG1, &mut |_, _| {}).expect_err("not the chip's answer");
    let after = chip.read_file(ElementaryFile::DG1, &mut |_, _| {}).expect_err("the session has ended");
    assert!(matches!(after, ReadError::SecureMessaging(_)));
    error
}

#[test]
fn an_answer_that_somebody_changed_or_made_up_ends_the_session() {
    let mut changed = false;
    let error = read_dg1_with_somebody_between(|mut response| {
        if !std::mem::replace(&mut changed, true) {
            response[5] ^= 1;
        }
        response
    });
    assert_eq!(error, ReadError::MacMismatch);
    let error = read_dg1_with_somebody_between(|_| [&[0x61, 0x5B][..], &[0; 6], &[0x90, 0x00]].concat());
    assert!(matches!(error, ReadError::SecureMessaging(_)), "{error:?}");
    let error = read_dg1_with_somebody_between(|_| vec![0x90, 0x00]);
    assert!(matches!(error, ReadError::SecureMessaging(_)), "{error:?}");
}

#[test]
fn the_chip_signs_the_challenge() {
    let mut chip = open_by_pace(card(&[P256_AES], Options::default()), P256_AES, &can()).expect("the right key");
    let signature = chip.internal_authenticate(&[1; 8], 64).expect("a signature");
    let public = Scalar::random(NamedCurve::P256, &mut rng()).public();
    let signature = emrtd::curve::ecdsa::EcdsaSignature::from_plain(NamedCurve::P256, &signature).expect("r and s");
    let digest = HashAlgorithm::Sha256.digest(&[&[1; 8]]);
    assert!(emrtd::curve::ecdsa::verify(&public, &digest, &signature).is_ok());
}

#[test]
fn the_answer_to_reset_is_well_formed() {
    let contactless = card(&[], Options::default()).atr();
    assert_eq!((contactless[0], contactless.len()), (0x3B, 10));
    assert_eq!(contactless[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    let contact = card(&[], Options { interface: Interface::ContactT0, capability: EXTENDED, ..Options::default() });
    assert_eq!(contact.atr(), [0x3B, 0x05, 0x80, 0x73, 0xC8, 0x21, 0xD0]);
}
