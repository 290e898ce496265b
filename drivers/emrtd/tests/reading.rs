//! A whole document, read from a simulated chip: what a kiosk learns of each card that may lie on its reader.

#![cfg(feature = "sim")]

use emrtd::curve::NamedCurve;
use emrtd::sim::{
    ActiveAuthenticationKind, Issuer, IssuerOptions, Options, Person, Personalisation, Personalised, PortraitImage,
    Profile, SeededRng, SignerValidity, SimulatedCard,
};
use emrtd::{
    Access, AccessKey, AccessKeyKind, ApduCapability, BacPolicy, Challenge, ChipNotGenuine, DocumentRead,
    ElementaryFile, Fact, Progress, ReadError, ReadRequest, SignerTrust, StatusWord, SymmetricCipher, Transceive,
    TransceiveError, TrustStore, read_document, recheck,
};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 23);
const CHALLENGE: Challenge = Challenge::new(*b"12345678");

/// An issuer, a store that trusts it, and random bytes.
struct World {
    issuer: Issuer,
    trust: TrustStore,
    rng: SeededRng,
}

impl World {
    fn new() -> Self {
        Self::with(IssuerOptions::default())
    }

    fn with(options: IssuerOptions) -> Self {
        let mut rng = SeededRng::new([3; 32]);
        let issuer = Issuer::new(options, TODAY, &mut rng);
        let mut trust = TrustStore::default();
        trust.add_authorities(issuer.csca_der()).expect("a certificate of an authority");
        Self { issuer, trust, rng }
    }

    fn issue(&mut self, personalisation: &Personalisation) -> Personalised {
        self.issuer.personalise(&Person::nguyen_van_mau(), personalisation, &mut self.rng)
    }

    fn read(&mut self, card: impl Transceive, key: AccessKey) -> Result<DocumentRead, ReadError> {
        self.read_with_progress(card, key, &mut |_| {})
    }

    fn read_with_progress(
        &mut self,
        card: impl Transceive,
        key: AccessKey,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<DocumentRead, ReadError> {
        let request =
            ReadRequest { key, challenge: CHALLENGE, trust: &self.trust, today: TODAY, bac: BacPolicy::WhereNoPace };
        read_document(card, request, &mut self.rng, progress)
    }
}

fn portrait(bytes: usize) -> Option<PortraitImage> {
    let mut image = vec![0xFF, 0xD8, 0xFF, 0xE0];
    image.resize(bytes, 0x55);
    Some(PortraitImage { image, width: 360, height: 480 })
}

fn adult() -> Personalisation {
    Personalisation { portrait: portrait(16_000), ..Personalisation::default() }
}

fn can() -> AccessKey {
    AccessKey::can(Person::nguyen_van_mau().details().number.card_access_number()).expect("six digits")
}

fn mrz() -> AccessKey {
    AccessKey::Mrz(Person::nguyen_van_mau().mrz().access_key())
}

fn card(personalised: Personalised) -> SimulatedCard {
    SimulatedCard::new(personalised, Options::default())
}

#[test]
fn a_genuine_card_is_read_whole_by_its_access_number() {
    let mut world = World::new();
    let mut card = card(world.issue(&adult()));
    let mut heard = vec![];
    let read = world.read_with_progress(&mut card, can(), &mut |progress| heard.push(progress)).expect("genuine");
    let DocumentRead::Genuine(document) = &read else { panic!("the chip has keys") };
    assert!(matches!(document.signer(), SignerTrust::Trusted { .. }));
    assert!(document.proofs().active_authentication().is_some() && document.proofs().chip_authentication().is_some());
    assert_eq!(document.access(), Access::Pace { key: AccessKeyKind::Can, cipher: SymmetricCipher::Aes128 });
    assert_eq!(document.name().as_str(), "Nguyễn Văn Mẫu");
    assert_eq!(document.citizen_id().expect("a citizen").as_str(), "031085000017");
    assert_eq!(document.portrait().expect("a portrait").image().len(), 16_000);

    assert_eq!(heard[..2], [Progress::Access, Progress::Personal]);
    assert_eq!(heard.last(), Some(&Progress::Authenticity));
    let portrait: Vec<_> = heard[2..heard.len() - 1].iter().collect();
    let whole = |progress: &&Progress| matches!(progress, Progress::Portrait { read_bytes, total_bytes } if read_bytes == total_bytes);
    assert!(portrait.len() > 60 && portrait.last().is_some_and(whole));

    // The server, with what the kiosk sends it.
    let rechecked = recheck(document.evidence(), &CHALLENGE, &world.trust, TODAY).expect("the same evidence");
    assert_eq!(rechecked.citizen_id.as_ref(), document.citizen_id());
    let another = Challenge::new(*b"87654321");
    assert!(recheck(document.evidence(), &another, &world.trust, TODAY).is_err());
}

#[test]
fn every_cipher_curve_and_profile_reads() {
    let mut world = World::new();
    let offers = [
        (NamedCurve::P256, SymmetricCipher::TripleDes),
        (NamedCurve::P256, SymmetricCipher::Aes128),
        (NamedCurve::BrainpoolP384r1, SymmetricCipher::Aes192),
        (NamedCurve::BrainpoolP256r1, SymmetricCipher::Aes256),
    ];
    for offer in offers {
        let personalisation =
            Personalisation { portrait: portrait(500), pace: Some(offer), chip_authentication: Some(offer), ..adult() };
        for (profile, key) in [(Profile::Vietnamese, can()), (Profile::Standard, mrz())] {
            let personalised = world.issue(&personalisation);
            let card = SimulatedCard::new(personalised, Options { profile, ..Options::default() });
            let read = world.read(card, key).unwrap_or_else(|error| panic!("{offer:?}: {error:?}"));
            assert!(matches!(read, DocumentRead::Genuine(_)), "{offer:?}");
        }
    }
}

#[test]
fn an_rsa_key_proves_a_chip_over_short_and_extended_apdus() {
    let mut world = World::new();
    let personalisation = Personalisation { active_authentication: Some(ActiveAuthenticationKind::Rsa), ..adult() };
    let personalised = world.issue(&personalisation);
    let extended = ApduCapability::Extended { max_command_bytes: 2048, max_response_bytes: 2048 };
    for capability in [ApduCapability::Short, extended] {
        let card = SimulatedCard::new(personalised.clone(), Options { capability, ..Options::default() });
        let read = world.read(card, can()).expect("genuine");
        let DocumentRead::Genuine(document) = read else { panic!("the chip has keys") };
        assert!(document.proofs().active_authentication().is_some());
    }
}

#[test]
fn a_chip_without_pace_asks_for_the_mrz_key_and_the_record_says_bac() {
    let mut world = World::new();
    let personalised = world.issue(&Personalisation { pace: None, ..adult() });
    assert_eq!(world.read(card(personalised.clone()), can()).err(), Some(ReadError::MrzKeyNeeded));
    let read = world.read(card(personalised.clone()), mrz()).expect("genuine");
    assert_eq!(read.document().access(), Access::Bac);
    assert!(read.document().facts().contains(&Fact::OpenedByBac));

    let request =
        ReadRequest { key: mrz(), challenge: CHALLENGE, trust: &world.trust, today: TODAY, bac: BacPolicy::Never };
    let refused = read_document(card(personalised), request, &mut world.rng, &mut |_| {});
    assert_eq!(refused.err(), Some(ReadError::NoPace));
}

#[test]
fn a_whole_reading_costs_no_command_more_than_its_files_need() {
    let mut world = World::new();
    let personalised = world.issue(&adult());
    let read_pieces = |file: &ElementaryFile, bytes: usize| match file {
        // Selected by its identifier, once more than the others.
        ElementaryFile::CardAccess => 2 + (bytes - 8).div_ceil(0xDF),
        ElementaryFile::Com | ElementaryFile::Sod | ElementaryFile::DataGroup(_) => 1 + (bytes - 8).div_ceil(0xDF),
    };
    let files: usize = personalised.files.iter().map(|(file, content)| read_pieces(file, content.len())).sum();
    // PACE and SELECT of the application; INTERNAL AUTHENTICATE; chip authentication and its first answer.
    let protocols = (5 + 1) + 1 + (2 + 1);
    let mut card = card(personalised);
    world.read(&mut card, can()).expect("genuine");
    assert_eq!(card.traffic().apdus, (files + protocols) as u64);
}

#[test]
fn another_access_number_is_refused() {
    let mut world = World::new();
    let personalised = world.issue(&adult());
    let wrong = AccessKey::can("000018").expect("six digits");
    let refused = Some(ReadError::WrongAccessKey(StatusWord::AUTHENTICATION_FAILED));
    assert_eq!(world.read(card(personalised), wrong).err(), refused);
}

#[test]
fn a_card_pulled_in_the_middle_of_the_portrait_reads_again_once_it_is_back() {
    let mut world = World::new();
    let mut card = card(world.issue(&adult()));
    let pulled_in_the_portrait = 60;
    card.pull_after(pulled_in_the_portrait);
    let mut last = None;
    let error = world.read_with_progress(&mut card, can(), &mut |progress| last = Some(progress)).err();
    assert_eq!(error, Some(ReadError::CardRemoved));
    assert!(matches!(last, Some(Progress::Portrait { .. })), "{last:?}");
    card.reinsert();
    assert!(matches!(world.read(&mut card, can()), Ok(DocumentRead::Genuine(_))));
}

#[test]
fn wherever_a_card_is_pulled_the_reading_ends_with_card_removed() {
    let mut world = World::new();
    let personalised = world.issue(&Personalisation { portrait: portrait(1000), ..Personalisation::default() });
    let mut whole = card(personalised.clone());
    world.read(&mut whole, can()).expect("genuine");
    let apdus = whole.traffic().apdus;
    for pulled_after in 0..apdus {
        let mut card = card(personalised.clone());
        card.pull_after(pulled_after);
        assert_eq!(world.read(&mut card, can()).err(), Some(ReadError::CardRemoved), "after {pulled_after}");
    }
}

#[test]
fn a_clone_is_not_genuine_whether_it_tries_or_not() {
    let mut world = World::new();
    let genuine = world.issue(&adult());
    let clone = genuine.clone().cloned_onto_another_chip(&mut world.rng);
    assert!(matches!(world.read(card(clone), can()), Err(ReadError::ChipNotGenuine(_))));
    let refused = ChipNotGenuine::ActiveAuthenticationRefused(StatusWord::UNKNOWN_INSTRUCTION);
    let silent = card(genuine.without_private_keys());
    assert_eq!(world.read(silent, can()).err(), Some(ReadError::ChipNotGenuine(refused)));
}

#[test]
fn a_clone_of_a_chip_with_active_authentication_only_is_not_genuine() {
    let mut world = World::new();
    for kind in [ActiveAuthenticationKind::Ecdsa(NamedCurve::P256), ActiveAuthenticationKind::Rsa] {
        let personalisation =
            Personalisation { active_authentication: Some(kind), chip_authentication: None, ..adult() };
        let genuine = world.issue(&personalisation);
        assert!(matches!(world.read(card(genuine.clone()), can()), Ok(DocumentRead::Genuine(_))));
        let clone = card(genuine.cloned_onto_another_chip(&mut world.rng));
        let error = world.read(clone, can()).err();
        let wrong_signature = matches!(error, Some(ReadError::ChipNotGenuine(ChipNotGenuine::ActiveAuthentication(_))));
        assert!(wrong_signature, "{error:?}");
    }
}

#[test]
fn a_clone_of_a_chip_with_chip_authentication_only_is_not_genuine() {
    let mut world = World::new();
    for cipher in [SymmetricCipher::TripleDes, SymmetricCipher::Aes128] {
        let personalisation = Personalisation {
            active_authentication: None,
            chip_authentication: Some((NamedCurve::P256, cipher)),
            ..adult()
        };
        let genuine = world.issue(&personalisation);
        assert!(matches!(world.read(card(genuine.clone()), can()), Ok(DocumentRead::Genuine(_))));
        let clone = genuine.clone().cloned_onto_another_chip(&mut world.rng);
        let keys = ReadError::ChipNotGenuine(ChipNotGenuine::ChipAuthenticationKeys);
        assert_eq!(world.read(card(clone), can()).err(), Some(keys));
        let error = world.read(card(genuine.without_private_keys()), can()).err();
        assert!(
            matches!(error, Some(ReadError::ChipNotGenuine(ChipNotGenuine::ChipAuthenticationRefused(_)))),
            "{error:?}"
        );
    }
}

#[test]
fn a_chip_without_keys_is_verified_and_not_called_genuine() {
    let mut world = World::new();
    let personalisation = Personalisation { active_authentication: None, chip_authentication: None, ..adult() };
    let personalised = world.issue(&personalisation);
    let read = world.read(card(personalised), can()).expect("consistent");
    assert!(matches!(read, DocumentRead::Verified(_)));
    assert!(read.document().facts().contains(&Fact::ChipCannotProveItself));
}

#[test]
fn each_altered_file_is_named() {
    let mut world = World::new();
    let genuine = world.issue(&adult());
    let files =
        [ElementaryFile::DG1, ElementaryFile::DG2, ElementaryFile::DG13, ElementaryFile::DG14, ElementaryFile::DG15];
    for file in files {
        let altered = genuine.clone().altered(file, |bytes| {
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
        });
        assert_eq!(world.read(card(altered), can()).err(), Some(ReadError::DataGroupAltered { file }));
    }
}

#[test]
fn an_expired_signer_is_refused_and_an_unknown_one_is_said_to_be() {
    let mut world = World::with(IssuerOptions { signer: SignerValidity::Expired, ..IssuerOptions::default() });
    let expired = card(world.issue(&adult()));
    assert_eq!(world.read(expired, can()).err(), Some(ReadError::SignerExpired(date!(2026 - 11 - 22))));

    let mut world = World::new();
    world.trust = TrustStore::default();
    let personalised = world.issue(&adult());
    let read = world.read(card(personalised), can()).expect("consistent");
    assert!(matches!(read, DocumentRead::Genuine(_)));
    assert!(matches!(read.signer(), SignerTrust::Unknown { .. }));
}

#[test]
fn a_childs_card_has_no_portrait_and_is_genuine() {
    let mut world = World::new();
    let mut heard = vec![];
    let child = card(world.issue(&Personalisation { portrait: None, ..Personalisation::default() }));
    let read = world.read_with_progress(child, can(), &mut |progress| heard.push(progress)).expect("genuine");
    assert!(matches!(read, DocumentRead::Genuine(_)));
    assert!(read.document().portrait().is_none() && read.document().portrait_hash().is_none());
    assert_eq!(heard, [Progress::Access, Progress::Personal, Progress::Authenticity]);
}

#[test]
fn pace_taken_out_of_sight_is_a_downgrade() {
    let mut world = World::new();
    let stripped = world.issue(&adult()).without_card_access();
    assert_eq!(world.read(card(stripped), mrz()).err(), Some(ReadError::AccessDowngraded));
}

#[test]
fn a_card_that_is_no_document_is_named() {
    struct BankCard;
    impl Transceive for BankCard {
        fn transceive(&mut self, _: &[u8]) -> Result<Vec<u8>, TransceiveError> {
            Ok(vec![0x6A, 0x82])
        }

        fn capability(&self) -> ApduCapability {
            ApduCapability::Short
        }
    }
    let mut world = World::new();
    let expected = Some(ReadError::NotADocument(StatusWord::FILE_NOT_FOUND));
    assert_eq!(world.read(BankCard, can()).err(), expected);
    assert_eq!(world.read(BankCard, mrz()).err(), expected);
}
