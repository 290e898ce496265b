//! An issuer of cards that nobody trusts: a country signing authority and a document signer made at random for each
//! run, certificates and security objects in DER, files for invented people.
//!
//! An altered card is one whose file was changed after signing ([`Personalised::altered`]); a card of an unknown
//! authority is one of another issuer; a forged chip is an own issuer with a victim's number
//! ([`Person::with_number`]).

use std::collections::BTreeMap;

use const_oid::ObjectIdentifier;
use rand_core::CryptoRngCore;
use rsa::RsaPrivateKey;
use time::{Date, Duration};

use super::der_writer::{algorithm, common_name, context, integer, octet_string, oid, sequence, set, time_of};
use super::person::Person;
use super::signing_key::SigningKey;
use super::{ActiveAuthenticationKey, ChipAuthenticationKey, Personalised};
use crate::access_key::CardAccessNumber;
use crate::certificate::{Certificate, Fingerprint};
use crate::curve::{NamedCurve, Scalar};
use crate::hash::HashAlgorithm;
use crate::lds::{encode_dg2, encode_dg13};
use crate::public_key::PublicKey;
use crate::security_infos::{
    ActiveAuthenticationInfo, ChipAuthenticationInfo, ChipAuthenticationProtocol, ChipAuthenticationPublicKeyInfo,
    PaceInfo, PaceMapping, PaceProtocol, SecurityInfos,
};
use crate::session_keys::SymmetricCipher;
use crate::tlv::encode;
use crate::{DataGroup, ElementaryFile};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuerOptions {
    pub keys: IssuerKeys,
    pub hash: HashAlgorithm,
    pub signer: SignerValidity,
}

/// With which keys authority and signer sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerKeys {
    Ecdsa(NamedCurve),
    /// Explicit parameters in every certificate and in DG15, as travel documents have them.
    EcdsaExplicitParameters(NamedCurve),
    /// 2048 bits, slow to make.
    RsaPkcs1,
    RsaPss,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerValidity {
    Current,
    /// Until the day before the issuer was made.
    Expired,
}

/// What goes onto one chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personalisation {
    /// A child's card has none.
    pub portrait: Option<PortraitImage>,
    /// Without it the chip is opened by BAC.
    pub pace: Option<(NamedCurve, SymmetricCipher)>,
    pub active_authentication: Option<ActiveAuthenticationKind>,
    pub chip_authentication: Option<(NamedCurve, SymmetricCipher)>,
}

/// JPEG or JPEG 2000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortraitImage {
    pub image: Vec<u8>,
    pub width: u16,
    pub height: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveAuthenticationKind {
    Ecdsa(NamedCurve),
    /// 1024 bits, as many chips have.
    Rsa,
}

/// What a revocation list says of the document signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerStanding {
    Good,
    Revoked,
}

impl Default for IssuerOptions {
    fn default() -> Self {
        Self { keys: IssuerKeys::Ecdsa(NamedCurve::P256), hash: HashAlgorithm::Sha256, signer: SignerValidity::Current }
    }
}

impl Default for Personalisation {
    fn default() -> Self {
        Self {
            portrait: None,
            pace: Some((NamedCurve::BrainpoolP256r1, SymmetricCipher::Aes128)),
            active_authentication: Some(ActiveAuthenticationKind::Ecdsa(NamedCurve::P256)),
            chip_authentication: Some((NamedCurve::BrainpoolP256r1, SymmetricCipher::Aes128)),
        }
    }
}

pub struct Issuer {
    options: IssuerOptions,
    authority: SigningKey,
    authority_certificate: Vec<u8>,
    signer: SigningKey,
    signer_certificate: Certificate,
}

const AUTHORITY: &str = "CSCA of a simulation";
const SIGNER: &str = "Document signer of a simulation";
const AUTHORITY_SERIAL: u32 = 1;

impl Issuer {
    pub fn new(options: IssuerOptions, today: Date, rng: &mut (impl CryptoRngCore + ?Sized)) -> Self {
        let (authority, signer) = (SigningKey::random(options.keys, rng), SigningKey::random(options.keys, rng));
        // Two issuers have the same names, so the serial number tells their signers apart.
        let serial = rng.next_u32() >> 1 | 2;
        let years = |years: i64| Duration::days(365 * years);
        let last_day = match options.signer {
            SignerValidity::Current => today + years(10),
            SignerValidity::Expired => today - Duration::DAY,
        };
        let key_identifier = |key: &SigningKey| HashAlgorithm::Sha1.digest(&[&key.spki_der()]);
        let authority_id = key_identifier(&authority);
        let certificate =
            |serial, subject: &str, key: &SigningKey, first: Date, last: Date, extensions: &[Vec<u8>], rng: &mut _| {
                let signed = sequence(&[
                    context(0, &integer(2)),
                    integer(serial),
                    authority.algorithm_der(options.hash),
                    common_name(AUTHORITY),
                    sequence(&[time_of(first), time_of(last)]),
                    common_name(subject),
                    key.spki_der(),
                    context(3, &sequence(extensions)),
                ]);
                authority.signed_der(&signed, options.hash, rng)
            };
        let authority_extensions = [
            critical("2.5.29.19", &sequence(&[vec![1, 1, 0xFF], integer(0)])),
            critical("2.5.29.15", &[3, 2, 1, 0x06]),
            extension("2.5.29.14", &octet_string(&authority_id)),
        ];
        let signer_extensions = [
            critical("2.5.29.15", &[3, 2, 7, 0x80]),
            extension("2.5.29.35", &sequence(&[encode(0x80, &authority_id)])),
            extension("2.5.29.14", &octet_string(&key_identifier(&signer))),
        ];
        let (first, last) = (today - years(5), today + years(15));
        let authority_certificate =
            certificate(AUTHORITY_SERIAL, AUTHORITY, &authority, first, last, &authority_extensions, rng);
        let signer_certificate =
            certificate(serial, SIGNER, &signer, today - years(1), last_day, &signer_extensions, rng);
        let signer_certificate = Certificate::parse(&signer_certificate).expect("a certificate made here");
        Self { options, authority, authority_certificate, signer, signer_certificate }
    }

    /// For trust stores of tests.
    pub fn csca_der(&self) -> &[u8] {
        &self.authority_certificate
    }

    pub fn signer_fingerprint(&self) -> Fingerprint {
        self.signer_certificate.fingerprint()
    }

    /// Issued on `today`, valid until `next_update`.
    pub fn revocation_list(
        &self,
        standing: SignerStanding,
        today: Date,
        next_update: Date,
        rng: &mut (impl CryptoRngCore + ?Sized),
    ) -> Vec<u8> {
        let revoked = match standing {
            SignerStanding::Good => vec![],
            SignerStanding::Revoked => {
                let serial = encode(0x02, self.signer_certificate.fields().serial_number.as_bytes());
                sequence(&[sequence(&[serial, time_of(today)])])
            }
        };
        let signed = sequence(&[
            integer(1),
            self.authority.algorithm_der(self.options.hash),
            common_name(AUTHORITY),
            time_of(today),
            time_of(next_update),
            revoked,
        ]);
        self.authority.signed_der(&signed, self.options.hash, rng)
    }

    /// One chip for one person, with keys of its own.
    pub fn personalise(
        &self,
        person: &Person,
        personalisation: &Personalisation,
        rng: &mut (impl CryptoRngCore + ?Sized),
    ) -> Personalised {
        let active_authentication = personalisation.active_authentication.map(|kind| match kind {
            ActiveAuthenticationKind::Ecdsa(curve) => {
                ActiveAuthenticationKey::Ecdsa { secret: Scalar::random(curve, rng), hash: HashAlgorithm::Sha256 }
            }
            ActiveAuthenticationKind::Rsa => {
                let key = Box::new(RsaPrivateKey::new(rng, 1024).expect("a key of that size"));
                ActiveAuthenticationKey::Rsa(key)
            }
        });
        let chip_authentication = personalisation
            .chip_authentication
            .map(|(curve, cipher)| ChipAuthenticationKey { secret: Scalar::random(curve, rng), cipher });

        let mrz = person.mrz();
        let zone = mrz.write().expect("an invented person fits");
        let mut groups = BTreeMap::from([
            (DataGroup::DG1, encode(0x61, &encode(0x5F1F, zone.as_bytes()))),
            (DataGroup::DG13, encode_dg13(person.details())),
        ]);
        if let Some(PortraitImage { image, width, height }) = &personalisation.portrait {
            groups.insert(DataGroup::DG2, encode_dg2(image, *width, *height));
        }
        let pace = SecurityInfos { pace: pace_infos(personalisation), ..SecurityInfos::default() };
        let options = security_options(&pace, active_authentication.as_ref(), chip_authentication.as_ref());
        if options != SecurityInfos::default() {
            groups.insert(DataGroup::DG14, encode(0x6E, &options.to_der()));
        }
        if let Some(key) = &active_authentication {
            groups.insert(DataGroup::DG15, encode(0x6F, &self.active_authentication_spki(key)));
        }

        // Fingerprints are signed like the rest, and no reader here ever gets them.
        let mut fingerprints = vec![0; 64];
        rng.fill_bytes(&mut fingerprints);
        let mut hashes: BTreeMap<DataGroup, Vec<u8>> =
            groups.iter().map(|(group, file)| (*group, self.options.hash.digest(&[file]))).collect();
        hashes.insert(DataGroup::DG3, self.options.hash.digest(&[&fingerprints]));

        let mut files: BTreeMap<ElementaryFile, Vec<u8>> =
            groups.into_iter().map(|(group, file)| (ElementaryFile::DataGroup(group), file)).collect();
        files.insert(ElementaryFile::Com, com(hashes.keys().copied()));
        files.insert(ElementaryFile::Sod, self.sod(&hashes, rng));
        if !pace.pace.is_empty() {
            files.insert(ElementaryFile::CardAccess, pace.to_der());
        }
        Personalised {
            files,
            can: CardAccessNumber::parse(person.details().number.card_access_number()).expect("six digits"),
            mrz: mrz.access_key(),
            active_authentication,
            chip_authentication,
        }
    }

    fn active_authentication_spki(&self, key: &ActiveAuthenticationKey) -> Vec<u8> {
        let key = match key {
            ActiveAuthenticationKey::Ecdsa { secret, .. } => PublicKey::Ec(secret.public()),
            ActiveAuthenticationKey::Rsa(key) => PublicKey::Rsa(key.to_public_key()),
        };
        match self.options.keys {
            IssuerKeys::EcdsaExplicitParameters(_) => key.to_explicit_spki_der(),
            IssuerKeys::Ecdsa(_) | IssuerKeys::RsaPkcs1 | IssuerKeys::RsaPss => key.to_spki_der(),
        }
    }

    /// EF.SOD (9303-10 4.6.2).
    fn sod(&self, hashes: &BTreeMap<DataGroup, Vec<u8>>, rng: &mut (impl CryptoRngCore + ?Sized)) -> Vec<u8> {
        let hash = self.options.hash;
        let digest_algorithm = algorithm(hash.oid(), &[]);
        let entries: Vec<Vec<u8>> = hashes
            .iter()
            .map(|(group, hash)| sequence(&[integer(group.number().into()), octet_string(hash)]))
            .collect();
        let content = sequence(&[integer(0), digest_algorithm.clone(), sequence(&entries)]);
        let attribute = |kind: ObjectIdentifier, value: Vec<u8>| sequence(&[oid(kind), set(&[value])]);
        let attributes = set(&[
            attribute(crate::lds::CONTENT_TYPE, oid(crate::lds::LDS_SECURITY_OBJECT)),
            attribute(crate::lds::MESSAGE_DIGEST, octet_string(&hash.digest(&[&content]))),
        ]);
        let signature = self.signer.sign(&attributes, hash, rng);
        let mut implicit_attributes = attributes;
        implicit_attributes[0] = 0xA0;
        let serial = encode(0x02, self.signer_certificate.fields().serial_number.as_bytes());
        let signer_info = sequence(&[
            integer(1),
            sequence(&[common_name(AUTHORITY), serial]),
            digest_algorithm.clone(),
            implicit_attributes,
            self.signer.algorithm_der(hash),
            octet_string(&signature),
        ]);
        let signed_data = sequence(&[
            integer(3),
            set(&[digest_algorithm]),
            sequence(&[oid(crate::lds::LDS_SECURITY_OBJECT), context(0, &octet_string(&content))]),
            context(0, self.signer_certificate.der()),
            set(&[signer_info]),
        ]);
        encode(0x77, &sequence(&[oid(crate::lds::SIGNED_DATA), context(0, &signed_data)]))
    }
}

fn pace_infos(personalisation: &Personalisation) -> Vec<PaceInfo> {
    let info = |(curve, cipher): (NamedCurve, SymmetricCipher)| PaceInfo {
        protocol: PaceProtocol::Known { mapping: PaceMapping::EcdhGeneric, cipher },
        version: 2,
        parameter_id: Some(curve.standardized_parameter_id()),
    };
    personalisation.pace.map(info).into_iter().collect()
}

fn security_options(
    pace: &SecurityInfos,
    active_authentication: Option<&ActiveAuthenticationKey>,
    chip_authentication: Option<&ChipAuthenticationKey>,
) -> SecurityInfos {
    let mut options = pace.clone();
    match active_authentication {
        Some(ActiveAuthenticationKey::Ecdsa { hash, .. }) => {
            options.active_authentication.push(ActiveAuthenticationInfo { hash: Some(*hash) });
        }
        Some(ActiveAuthenticationKey::Rsa(_)) | None => {}
    }
    if let Some(ChipAuthenticationKey { secret, cipher }) = chip_authentication {
        let protocol = ChipAuthenticationProtocol::Ecdh(*cipher);
        options.chip_authentication.push(ChipAuthenticationInfo { protocol, version: 1, key_id: None });
        let key = Some(PublicKey::Ec(secret.public()));
        options.chip_authentication_keys.push(ChipAuthenticationPublicKeyInfo { key, key_id: None });
    }
    options
}

/// EF.COM (9303-10 4.6.1).
fn com(groups: impl Iterator<Item = DataGroup>) -> Vec<u8> {
    let tags: Vec<u8> = groups.map(|group| group.tag().to_be_bytes()[3]).collect();
    let parts = [encode(0x5F01, b"0107"), encode(0x5F36, b"040000"), encode(0x5C, &tags)];
    encode(0x60, &parts.concat())
}

fn extension(kind: &str, value: &[u8]) -> Vec<u8> {
    sequence(&[oid(ObjectIdentifier::new_unwrap(kind)), octet_string(value)])
}

fn critical(kind: &str, value: &[u8]) -> Vec<u8> {
    sequence(&[oid(ObjectIdentifier::new_unwrap(kind)), vec![1, 1, 0xFF], octet_string(value)])
}
