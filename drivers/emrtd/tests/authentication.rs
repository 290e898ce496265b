//! What is believed of a chip's files, and what is not: cards of invented people, signed by issuers made here.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use emrtd::active_authentication::ActiveAuthenticationError;
use emrtd::curve::{NamedCurve, ecdsa};
use emrtd::lds::{LdsError, Sod, SodError};
use emrtd::passive_authentication::PassiveAuthenticationError;
use emrtd::sim::{
    ActiveAuthenticationKey, Issuer, IssuerKeys, IssuerOptions, Person, Personalisation, Personalised, PortraitImage,
    SignerStanding, SignerValidity,
};
use emrtd::{
    Access, AccessKeyKind, Certificate, Challenge, ChipAnswers, ChipAuthenticity, ChipFiles, DataGroup, Document,
    DocumentError, DocumentRead, ElementaryFile, Evidence, Fact, HashAlgorithm, RevocationPolicy, SignerError,
    SignerTrust, SymmetricCipher, TrustPolicy, TrustStore, TrustStoreError, Verified, recheck,
};
use identity::{CitizenId, DocumentDate};
use proptest::prelude::*;
use rand::thread_rng;
use time::macros::date;
use time::{Date, Duration};

const TODAY: Date = date!(2026 - 11 - 23);
const CHALLENGE: Challenge = Challenge::new(*b"visit 01");
const PACE: Access = Access::Pace { key: AccessKeyKind::Can, cipher: SymmetricCipher::Aes128 };
const JPEG: [u8; 8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4];

fn issuer() -> Issuer {
    Issuer::new(IssuerOptions::default(), TODAY, &mut thread_rng())
}

fn with_portrait() -> Personalisation {
    let portrait = Some(PortraitImage { image: JPEG.to_vec(), width: 480, height: 640 });
    Personalisation { portrait, ..Personalisation::default() }
}

fn card(issuer: &Issuer) -> Personalised {
    issuer.personalise(&Person::nguyen_van_mau(), &with_portrait(), &mut thread_rng())
}

fn trusting(issuer: &Issuer) -> TrustStore {
    let mut trust = TrustStore::default();
    trust.add_authorities(issuer.csca_der()).unwrap();
    trust
}

fn files(card: &Personalised) -> ChipFiles {
    let file = |file: ElementaryFile| card.files.get(&file).cloned();
    ChipFiles {
        card_access: file(ElementaryFile::CardAccess),
        dg2: file(ElementaryFile::DG2).map(Into::into),
        evidence: Evidence {
            sod: file(ElementaryFile::Sod).unwrap(),
            dg1: file(ElementaryFile::DG1).unwrap(),
            dg13: file(ElementaryFile::DG13),
            dg14: file(ElementaryFile::DG14),
            dg15: file(ElementaryFile::DG15),
            active_authentication: None,
        },
    }
}

fn check(files: ChipFiles, trust: &TrustStore) -> Result<Verified<Document>, DocumentError> {
    Verified::check(files, PACE, trust, TODAY)
}

fn sign(card: &Personalised, challenge: &Challenge) -> Vec<u8> {
    match card.active_authentication.as_ref().unwrap() {
        ActiveAuthenticationKey::Ecdsa { secret, hash } => {
            ecdsa::sign(secret, &hash.digest(&[challenge.as_bytes()]), &mut thread_rng()).to_plain()
        }
        ActiveAuthenticationKey::Rsa(_) => panic!("cards here have elliptic curve keys"),
    }
}

fn conclude(card: &Personalised, trust: &TrustStore, signature: Vec<u8>) -> Result<DocumentRead, DocumentError> {
    let answers = ChipAnswers { active_authentication: Some(signature), chip_authentication: None };
    check(files(card), trust).unwrap().conclude(&CHALLENGE, answers)
}

#[test]
fn a_card_of_a_trusted_authority_is_genuine_and_says_whose_it_is() {
    let issuer = issuer();
    let card = card(&issuer);
    let read = conclude(&card, &trusting(&issuer), sign(&card, &CHALLENGE)).unwrap();
    let DocumentRead::Genuine(document) = read else { panic!("the chip proved itself") };
    assert!(matches!(document.signer(), SignerTrust::Trusted { .. }));
    assert_eq!(document.citizen_id().unwrap().as_str(), "031085000017");
    assert_eq!(document.name().as_str(), "Nguyễn Văn Mẫu");
    assert_eq!(document.birth().to_dmy(), "15/01/1985");
    assert_eq!(document.portrait().unwrap().image(), JPEG);
    assert!(document.portrait_hash().is_some());
    assert_eq!(document.proofs().active_authentication().unwrap().hash(), HashAlgorithm::Sha256);
    assert_eq!(document.facts(), [Fact::NoRevocationList, Fact::NoChipAuthentication]);
    let debug = format!("{document:?}");
    assert!(!debug.contains("Mẫu") && !debug.contains("NGUYEN") && !debug.contains("85000017"), "{debug}");
}

#[test]
fn every_kind_of_signature_is_verified() {
    let kinds = [
        (IssuerKeys::Ecdsa(NamedCurve::P384), HashAlgorithm::Sha384),
        (IssuerKeys::EcdsaExplicitParameters(NamedCurve::BrainpoolP256r1), HashAlgorithm::Sha256),
        (IssuerKeys::EcdsaExplicitParameters(NamedCurve::P521), HashAlgorithm::Sha512),
        (IssuerKeys::Ecdsa(NamedCurve::P224), HashAlgorithm::Sha224),
        (IssuerKeys::RsaPkcs1, HashAlgorithm::Sha256),
        (IssuerKeys::RsaPss, HashAlgorithm::Sha256),
    ];
    for (keys, hash) in kinds {
        let issuer = Issuer::new(IssuerOptions { keys, hash, ..IssuerOptions::default() }, TODAY, &mut thread_rng());
        let document = check(files(&card(&issuer)), &trusting(&issuer)).unwrap();
        assert!(matches!(document.signer(), SignerTrust::Trusted { .. }), "{keys:?}");
    }
}

#[test]
fn sha1_is_taken_and_recorded() {
    let options = IssuerOptions { hash: HashAlgorithm::Sha1, ..IssuerOptions::default() };
    let issuer = Issuer::new(options, TODAY, &mut thread_rng());
    let document = check(files(&card(&issuer)), &trusting(&issuer)).unwrap();
    assert!(document.facts().contains(&Fact::Sha1));
}

#[test]
fn an_rsa_key_shorter_than_the_policy_is_refused() {
    let options = IssuerOptions { keys: IssuerKeys::RsaPkcs1, ..IssuerOptions::default() };
    let issuer = Issuer::new(options, TODAY, &mut thread_rng());
    let trust = TrustStore::new(TrustPolicy { minimum_rsa_bits: 3072, ..TrustPolicy::default() });
    let weak = SignerError::WeakKey { bits: 2048, minimum: 3072 };
    assert_eq!(
        check(files(&card(&issuer)), &trust).err(),
        Some(DocumentError::PassiveAuthentication(PassiveAuthenticationError::Signer(weak)))
    );
}

#[test]
fn a_signer_nobody_knows_stays_unknown_until_it_is_pinned() {
    let (issuer, stranger) = (issuer(), issuer());
    let mut trust = trusting(&issuer);
    let forged = stranger.personalise(
        &Person::tran_thi_thu_nghiem().with_number(CitizenId::parse("031085000017").unwrap()),
        &with_portrait(),
        &mut thread_rng(),
    );
    let read = conclude(&forged, &trust, sign(&forged, &CHALLENGE)).unwrap();
    assert_eq!(read.signer(), SignerTrust::Unknown { signer: stranger.signer_fingerprint() });

    trust.pin(stranger.signer_fingerprint());
    assert_eq!(check(files(&forged), &trust).unwrap().signer(), SignerTrust::Pinned);
    trust.unpin(&stranger.signer_fingerprint());
    assert!(matches!(check(files(&forged), &trust).unwrap().signer(), SignerTrust::Unknown { .. }));
}

#[test]
fn a_signer_that_names_an_authority_which_did_not_sign_it_is_forged() {
    let issuer = issuer();
    let mut files = files(&card(&issuer));
    let certificate = Sod::parse(&files.evidence.sod).unwrap().signer().der().to_vec();
    let sod = &mut files.evidence.sod;
    let at = sod.windows(certificate.len()).position(|window| window == certificate).unwrap();
    sod[at + certificate.len() - 1] ^= 1;
    assert_eq!(
        check(files, &trusting(&issuer)).err(),
        Some(DocumentError::PassiveAuthentication(SignerError::Forged.into()))
    );
}

#[test]
fn an_expired_signer_is_refused_whoever_trusts_it() {
    let options = IssuerOptions { signer: SignerValidity::Expired, ..IssuerOptions::default() };
    let issuer = Issuer::new(options, TODAY, &mut thread_rng());
    let expired = DocumentError::PassiveAuthentication(SignerError::Expired(TODAY - Duration::DAY).into());
    let card = card(&issuer);
    assert_eq!(check(files(&card), &trusting(&issuer)).err(), Some(expired.clone()));
    assert_eq!(check(files(&card), &TrustStore::default()).err(), Some(expired));
    assert!(Verified::check(files(&card), PACE, &trusting(&issuer), TODAY - Duration::days(30)).is_ok());
    let too_early = Verified::check(files(&card), PACE, &trusting(&issuer), TODAY - Duration::days(400)).err();
    assert!(matches!(
        too_early,
        Some(DocumentError::PassiveAuthentication(PassiveAuthenticationError::Signer(SignerError::NotYetValid(_))))
    ));
}

#[test]
fn a_file_altered_after_signing_is_named() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    for group in [DataGroup::DG1, DataGroup::DG2, DataGroup::DG13, DataGroup::DG14, DataGroup::DG15] {
        let altered = card(&issuer).altered(ElementaryFile::DataGroup(group), |file| {
            *file.last_mut().unwrap() ^= 1;
        });
        let named = DocumentError::PassiveAuthentication(PassiveAuthenticationError::GroupAltered(group));
        assert_eq!(check(files(&altered), &trust).err(), Some(named));
    }
}

#[test]
fn a_trusted_signer_is_the_one_that_signed_whatever_is_altered() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    let sod = files(&card(&issuer)).evidence.sod.clone();
    let card = card(&issuer);
    assert!(
        matches!(check(files(&card), &trust), Ok(document) if matches!(document.signer(), SignerTrust::Trusted { .. }))
    );
    // Another card's security object, whole: right in itself, but of other files.
    let mut mixed = files(&card);
    mixed.evidence.sod = sod;
    assert!(matches!(
        check(mixed, &trust).err(),
        Some(DocumentError::PassiveAuthentication(PassiveAuthenticationError::GroupAltered(_)))
    ));
    let honest = files(&card).evidence.sod.clone();
    for at in (0..honest.len()).step_by(7) {
        let mut altered = files(&card);
        altered.evidence.sod[at] ^= 0x01;
        // Bytes that nobody signs may differ (version numbers, a repeated identifier), and a signer's certificate that
        // was changed is a stranger's; a trusted signer is always the one that signed.
        match check(altered, &trust).map(|document| (document.signer(), document.signer_fingerprint())) {
            Ok((SignerTrust::Trusted { .. }, signer)) => assert_eq!(signer, issuer.signer_fingerprint()),
            Ok((SignerTrust::Unknown { .. }, signer)) => assert_ne!(signer, issuer.signer_fingerprint()),
            Ok((SignerTrust::Pinned, _)) => panic!("nothing is pinned"),
            Err(_) => {}
        }
    }
}

#[test]
fn what_the_issuer_signed_must_have_been_read() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    let missing = |take: fn(&mut ChipFiles)| {
        let mut files = files(&card(&issuer));
        take(&mut files);
        check(files, &trust).err()
    };
    let group = |group| Some(DocumentError::GroupMissing(group));
    assert_eq!(missing(|files| files.dg2 = None), group(DataGroup::DG2));
    assert_eq!(missing(|files| files.evidence.dg13 = None), group(DataGroup::DG13));
    assert_eq!(missing(|files| files.evidence.dg14 = None), group(DataGroup::DG14));
    assert_eq!(missing(|files| files.evidence.dg15 = None), group(DataGroup::DG15));
}

#[test]
fn a_file_that_the_issuer_did_not_sign_is_refused() {
    let issuer = issuer();
    let child = issuer.personalise(&Person::nguyen_van_mau(), &Personalisation::default(), &mut thread_rng());
    let mut files_with_face = files(&child);
    files_with_face.dg2 = files(&card(&issuer)).dg2;
    let unsigned = PassiveAuthenticationError::GroupUnsigned(DataGroup::DG2);
    assert_eq!(check(files_with_face, &trusting(&issuer)).err(), Some(DocumentError::PassiveAuthentication(unsigned)));
}

#[test]
fn a_childs_card_has_no_portrait_and_is_genuine_all_the_same() {
    let issuer = issuer();
    let child = Person::nguyen_van_mau().born(DocumentDate::parse("02/03/2022").unwrap());
    let child = issuer.personalise(&child, &Personalisation::default(), &mut thread_rng());
    let read = conclude(&child, &trusting(&issuer), sign(&child, &CHALLENGE)).unwrap();
    assert!(matches!(&read, DocumentRead::Genuine(document) if document.portrait().is_none()));
    assert_eq!((read.document().portrait_hash(), read.document().birth().age_on(TODAY)), (None, 4));
}

#[test]
fn a_person_born_in_1923_is_over_a_hundred() {
    let issuer = issuer();
    let person = Person::tran_thi_thu_nghiem().born(DocumentDate::parse("02/03/1923").unwrap()).without_expiry();
    let old = issuer.personalise(&person, &with_portrait(), &mut thread_rng());
    let document = check(files(&old), &trusting(&issuer)).unwrap();
    assert_eq!(document.birth().age_on(TODAY), 103);
    assert_eq!(document.mrz().birth.year(), 2023, "the zone alone cannot tell");
    assert!(!document.facts().contains(&Fact::BirthDatesDiffer) && !document.facts().contains(&Fact::DocumentExpired));
}

#[test]
fn a_copy_cannot_sign_the_challenge() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    let honest = card(&issuer);
    let copy = honest.clone().cloned_onto_another_chip(&mut thread_rng());
    let wrong = DocumentError::ActiveAuthentication(ActiveAuthenticationError::SignatureWrong);
    assert_eq!(conclude(&copy, &trust, sign(&copy, &CHALLENGE)).err(), Some(wrong.clone()));
    let yesterday = Challenge::new(*b"visit 00");
    assert_eq!(conclude(&honest, &trust, sign(&honest, &yesterday)).err(), Some(wrong));
    let silent = check(files(&copy), &trust).unwrap().conclude(&CHALLENGE, ChipAnswers::default());
    assert_eq!(silent.err(), Some(DocumentError::ActiveAuthenticationMissing));
}

#[test]
fn a_chip_with_a_key_for_chip_authentication_only_must_have_used_it() {
    let issuer = issuer();
    let only_chip_authentication = Personalisation { active_authentication: None, ..with_portrait() };
    let card = issuer.personalise(&Person::nguyen_van_mau(), &only_chip_authentication, &mut thread_rng());
    let verified = check(files(&card), &trusting(&issuer)).unwrap();
    assert!(verified.chip_authentication().is_some() && verified.active_authentication_key().is_none());
    let silent = verified.conclude(&CHALLENGE, ChipAnswers::default());
    assert_eq!(silent.err(), Some(DocumentError::ChipAuthenticationMissing));
}

#[test]
fn a_chip_without_keys_is_verified_and_no_more() {
    let issuer = issuer();
    let without_keys =
        Personalisation { active_authentication: None, chip_authentication: None, pace: None, ..with_portrait() };
    let card = issuer.personalise(&Person::nguyen_van_mau(), &without_keys, &mut thread_rng());
    let verified = Verified::check(files(&card), Access::Bac, &trusting(&issuer), TODAY).unwrap();
    let Ok(DocumentRead::Verified(document)) = verified.conclude(&CHALLENGE, ChipAnswers::default()) else {
        panic!("nothing to prove itself with")
    };
    assert_eq!(document.facts(), [Fact::OpenedByBac, Fact::NoRevocationList, Fact::ChipCannotProveItself]);
}

#[test]
fn an_announcement_of_pace_that_vanished_is_a_downgrade() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    let stripped = card(&issuer).without_card_access();
    let read = Verified::check(files(&stripped), Access::Bac, &trust, TODAY);
    assert_eq!(read.err(), Some(DocumentError::AccessDowngraded));

    let weaker =
        Personalisation { pace: Some((NamedCurve::P256, SymmetricCipher::TripleDes)), ..Personalisation::default() };
    let weaker = issuer.personalise(&Person::nguyen_van_mau(), &weaker, &mut thread_rng());
    let mut swapped = files(&card(&issuer));
    swapped.card_access = files(&weaker).card_access;
    assert_eq!(check(swapped, &trust).err(), Some(DocumentError::AccessDowngraded));
}

#[test]
fn a_revoked_signer_is_refused_and_a_missing_list_is_a_matter_of_policy() {
    let issuer = issuer();
    let mut rng = thread_rng();
    let next = TODAY + Duration::days(30);
    let policy = TrustPolicy { revocation: RevocationPolicy::Require, ..TrustPolicy::default() };
    let judged = |lists: &[Vec<u8>], policy| {
        let mut trust = TrustStore::new(policy);
        trust.add_authorities(issuer.csca_der()).unwrap();
        lists.iter().for_each(|list| trust.add_revocation_list(list).unwrap());
        check(files(&card(&issuer)), &trust).map(|document| document.facts().to_vec())
    };
    let refused = |error: SignerError| Err(DocumentError::PassiveAuthentication(error.into()));
    let good = issuer.revocation_list(SignerStanding::Good, TODAY, next, &mut rng);
    let bad = issuer.revocation_list(SignerStanding::Revoked, TODAY, next, &mut rng);
    let old = issuer.revocation_list(SignerStanding::Good, TODAY, TODAY - Duration::DAY, &mut rng);
    assert_eq!(judged(std::slice::from_ref(&good), policy), Ok(vec![]));
    assert_eq!(judged(&[good, bad], TrustPolicy::default()), refused(SignerError::Revoked));
    assert_eq!(judged(std::slice::from_ref(&old), TrustPolicy::default()), Ok(vec![Fact::RevocationListOutOfDate]));
    assert_eq!(judged(&[old], policy), refused(SignerError::RevocationUnknown));
    assert_eq!(judged(&[], policy), refused(SignerError::RevocationUnknown));
}

#[test]
fn the_server_proves_the_chip_again() {
    let issuer = issuer();
    let trust = trusting(&issuer);
    let card = card(&issuer);
    let read = conclude(&card, &trust, sign(&card, &CHALLENGE)).unwrap();
    let evidence = read.document().evidence().clone();
    let again = recheck(&evidence, &CHALLENGE, &trust, TODAY).unwrap();
    assert_eq!(again.chip, ChipAuthenticity::ActiveAuthentication);
    assert_eq!((again.name.as_str(), again.citizen_id.unwrap().as_str()), ("Nguyễn Văn Mẫu", "031085000017"));
    assert!(matches!(again.signer, SignerTrust::Trusted { .. }));

    let wrong = DocumentError::ActiveAuthentication(ActiveAuthenticationError::SignatureWrong);
    let other = Challenge::new(*b"visit 02");
    assert_eq!(recheck(&evidence, &other, &trust, TODAY).err(), Some(wrong));
    let mut silent = evidence.clone();
    silent.active_authentication = None;
    let missing = Some(DocumentError::ActiveAuthenticationMissing);
    assert_eq!(recheck(&silent, &CHALLENGE, &trust, TODAY).err(), missing);
    let mut stripped = silent;
    stripped.dg15 = None;
    let missing = Some(DocumentError::GroupMissing(DataGroup::DG15));
    assert_eq!(recheck(&stripped, &CHALLENGE, &trust, TODAY).err(), missing);
    assert!(format!("{evidence:?}").len() < 150, "lengths only");
}

#[test]
fn chip_authentication_alone_stays_the_kiosks_word() {
    let issuer = issuer();
    let chip = |personalisation: Personalisation| {
        let card = issuer.personalise(&Person::nguyen_van_mau(), &personalisation, &mut thread_rng());
        recheck(&files(&card).evidence, &CHALLENGE, &trusting(&issuer), TODAY).unwrap().chip
    };
    let only_chip_authentication = Personalisation { active_authentication: None, ..with_portrait() };
    assert_eq!(chip(only_chip_authentication.clone()), ChipAuthenticity::KioskWordOnly);
    let neither = Personalisation { chip_authentication: None, ..only_chip_authentication };
    assert_eq!(chip(neither), ChipAuthenticity::None);
}

#[test]
fn files_too_large_are_refused_before_they_are_looked_at() {
    let issuer = issuer();
    let large = |file: ElementaryFile| {
        let limit = file.max_bytes();
        let altered = card(&issuer).altered(file, |content| content.resize(limit + 1, 0));
        (check(files(&altered), &trusting(&issuer)).err(), limit)
    };
    for file in [ElementaryFile::DG1, ElementaryFile::DG2, ElementaryFile::DG13, ElementaryFile::DG15] {
        let (error, limit) = large(file);
        assert_eq!(error, Some(DocumentError::File(LdsError::TooLarge { file, bytes: limit + 1, limit })));
    }
    let (error, _) = large(ElementaryFile::Sod);
    assert!(matches!(error, Some(DocumentError::Sod(SodError::File(LdsError::TooLarge { .. })))));
}

#[test]
fn a_trust_store_takes_authorities_only_in_der_or_pem() {
    let (first, second) = (issuer(), issuer());
    let pem = |der: &[u8]| der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap();
    let mut trust = TrustStore::default();
    trust.add_authorities(format!("{}{}", pem(first.csca_der()), pem(second.csca_der())).as_bytes()).unwrap();
    assert_eq!(trust.authorities().count(), 2);
    assert!(matches!(check(files(&card(&second)), &trust).unwrap().signer(), SignerTrust::Trusted { .. }));

    let signer = Sod::parse(&files(&card(&first)).evidence.sod).unwrap().signer().clone();
    let refused = TrustStoreError::NotAnAuthority(signer.fingerprint());
    assert_eq!(trust.add_authorities(signer.der()), Err(refused));
    assert!(matches!(trust.add_authorities(b"rubbish"), Err(TrustStoreError::Certificate(_))));
    assert!(matches!(trust.add_authorities(&[0; 2_000_000]), Err(TrustStoreError::TooLarge(2_000_000))));
    let list = issuer().revocation_list(SignerStanding::Good, TODAY, TODAY, &mut thread_rng());
    assert_eq!(trust.add_revocation_list(&list), Err(TrustStoreError::UnknownIssuer));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic_the_parsers(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Sod::parse(&bytes);
        let _ = Certificate::parse(&bytes);
        let _ = emrtd::security_infos::SecurityInfos::parse(&bytes);
        let _ = TrustStore::default().add_authorities(&bytes);
        let _ = TrustStore::default().add_revocation_list(&bytes);
    }

    #[test]
    fn no_altered_evidence_panics_the_server(which in 0_usize..5, at: usize, byte: u8) {
        use std::sync::LazyLock;
        static CARD: LazyLock<(TrustStore, Evidence)> = LazyLock::new(|| {
            let issuer = issuer();
            let card = card(&issuer);
            let mut evidence = files(&card).evidence;
            evidence.active_authentication = Some(sign(&card, &CHALLENGE));
            (trusting(&issuer), evidence)
        });
        let (trust, mut evidence) = (&CARD.0, CARD.1.clone());
        let file = match which {
            0 => &mut evidence.sod,
            1 => &mut evidence.dg1,
            2 => evidence.dg13.as_mut().unwrap(),
            3 => evidence.dg14.as_mut().unwrap(),
            _ => evidence.dg15.as_mut().unwrap(),
        };
        let at = at % file.len();
        file[at] = byte;
        let _ = emrtd::lds::parse_dg14(file);
        let _ = emrtd::lds::parse_dg15(file);
        let _ = recheck(&evidence, &CHALLENGE, trust, TODAY);
    }
}
