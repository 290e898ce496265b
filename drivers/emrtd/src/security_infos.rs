//! `SecurityInfos`: what a chip can do, announced unsigned in EF.CardAccess and signed in DG14
//! (ICAO Doc 9303-11 9.2, BSI TR-03110-3 A.1).
//!
//! Only the protocols this crate runs are read in full; every other announcement is kept as its identifier.

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, DecodeValue, Encode, Header, Reader, Sequence, SliceReader, Tag};

use crate::curve::NamedCurve;
use crate::hash::HashAlgorithm;
use crate::public_key::{PublicKey, PublicKeyError};
use crate::session_keys::SymmetricCipher;

/// Entries in one file.
const MAX_INFOS: usize = 64;

const PACE: &str = "0.4.0.127.0.7.2.2.4";
const CHIP_AUTHENTICATION: &str = "0.4.0.127.0.7.2.2.3";
const PUBLIC_KEY: &str = "0.4.0.127.0.7.2.2.1";
const ACTIVE_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.5");
const ECDSA_PLAIN: &str = "0.4.0.127.0.7.1.1.4.1";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecurityInfosError {
    #[error("the announcements are not well-formed DER")]
    Malformed(#[from] der::Error),
    #[error("more than {MAX_INFOS} announcements")]
    TooMany,
    #[error("the chip authentication key")]
    Key(#[from] PublicKeyError),
}

/// The announcements of one file, sorted by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityInfos {
    pub pace: Vec<PaceInfo>,
    pub pace_domain_parameters: Vec<PaceDomainParameterInfo>,
    pub chip_authentication: Vec<ChipAuthenticationInfo>,
    pub chip_authentication_keys: Vec<ChipAuthenticationPublicKeyInfo>,
    pub active_authentication: Vec<ActiveAuthenticationInfo>,
    /// Terminal authentication, card information and whatever else.
    pub others: Vec<ObjectIdentifier>,
}

/// 9303-11 9.2.1
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaceInfo {
    pub protocol: PaceProtocol,
    pub version: u8,
    /// Standardized domain parameters (table 6), or the number of a [`PaceDomainParameterInfo`].
    pub parameter_id: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceProtocol {
    Known {
        mapping: PaceMapping,
        cipher: SymmetricCipher,
    },
    /// Under the PACE arc, but no protocol of the standard.
    Unknown(ObjectIdentifier),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceMapping {
    DhGeneric,
    EcdhGeneric,
    DhIntegrated,
    EcdhIntegrated,
    EcdhChipAuthentication,
}

/// Explicit domain parameters (9303-11 9.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    pub protocol: ObjectIdentifier,
    /// The standard curve that the parameters equal; `None` for groups modulo a prime and foreign curves.
    pub curve: Option<NamedCurve>,
    pub parameter_id: Option<u8>,
}

/// 9303-11 9.2.5
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipAuthenticationInfo {
    pub protocol: ChipAuthenticationProtocol,
    pub version: u8,
    pub key_id: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipAuthenticationProtocol {
    Ecdh(SymmetricCipher),
    /// Agreement modulo a prime, or no protocol of the standard.
    Unknown(ObjectIdentifier),
}

/// 9303-11 9.2.6
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// `None` for a key modulo a prime.
    pub key: Option<PublicKey>,
    pub key_id: Option<u32>,
}

/// 9303-11 9.2.8: with which hash an ECDSA chip signs. `None` is an algorithm that the standard does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveAuthenticationInfo {
    pub hash: Option<HashAlgorithm>,
}

impl SecurityInfos {
    /// EF.CardAccess whole, or the content of DG14: `SET OF SecurityInfo`.
    pub fn parse(bytes: &[u8]) -> Result<Self, SecurityInfosError> {
        let mut reader = SliceReader::new(bytes)?;
        let header = Header::decode(&mut reader)?;
        header.tag.assert_eq(Tag::Set)?;
        // The order of a set is not ours to judge, so it is read as a list.
        let content = AnyRef::decode_value(&mut reader, header)?;
        reader.finish(())?;
        let mut entries = SliceReader::new(content.value())?;
        let mut infos = Self::default();
        let mut count = 0;
        while !entries.is_finished() {
            count += 1;
            if count > MAX_INFOS {
                return Err(SecurityInfosError::TooMany);
            }
            infos.take(&SecurityInfo::decode(&mut entries)?)?;
        }
        Ok(infos)
    }

    fn take(&mut self, info: &SecurityInfo<'_>) -> Result<(), SecurityInfosError> {
        let oid = info.protocol;
        if let Some(arcs) = arcs_below(oid, PACE) {
            self.take_pace(info, &arcs)?;
        } else if let Some(arcs) = arcs_below(oid, CHIP_AUTHENTICATION) {
            self.chip_authentication.push(ChipAuthenticationInfo {
                protocol: match arcs[..] {
                    [2, cipher] => match cipher_of(cipher) {
                        Some(cipher) => ChipAuthenticationProtocol::Ecdh(cipher),
                        None => ChipAuthenticationProtocol::Unknown(oid),
                    },
                    _ => ChipAuthenticationProtocol::Unknown(oid),
                },
                version: info.required_data.decode_as()?,
                key_id: info.optional_data.map(AnyRef::decode_as).transpose()?,
            });
        } else if let Some(arcs) = arcs_below(oid, PUBLIC_KEY) {
            let key = match arcs[..] {
                [2] => Some(PublicKey::from_spki_der(&info.required_data.to_der()?)?),
                _ => None,
            };
            let key_id = info.optional_data.map(AnyRef::decode_as).transpose()?;
            self.chip_authentication_keys.push(ChipAuthenticationPublicKeyInfo { key, key_id });
        } else if oid == ACTIVE_AUTHENTICATION {
            let algorithm: Option<ObjectIdentifier> = info.optional_data.map(AnyRef::decode_as).transpose()?;
            let hash = algorithm.and_then(|oid| arcs_below(oid, ECDSA_PLAIN)).and_then(|arcs| match arcs[..] {
                [1] => Some(HashAlgorithm::Sha1),
                [2] => Some(HashAlgorithm::Sha224),
                [3] => Some(HashAlgorithm::Sha256),
                [4] => Some(HashAlgorithm::Sha384),
                [5] => Some(HashAlgorithm::Sha512),
                _ => None,
            });
            self.active_authentication.push(ActiveAuthenticationInfo { hash });
        } else {
            self.others.push(oid);
        }
        Ok(())
    }

    /// A protocol with its cipher is a `PaceInfo`, one without is a `PaceDomainParameterInfo`.
    fn take_pace(&mut self, info: &SecurityInfo<'_>, arcs: &[u32]) -> Result<(), SecurityInfosError> {
        let mapping = |arc| match arc {
            1 => Some(PaceMapping::DhGeneric),
            2 => Some(PaceMapping::EcdhGeneric),
            3 => Some(PaceMapping::DhIntegrated),
            4 => Some(PaceMapping::EcdhIntegrated),
            6 => Some(PaceMapping::EcdhChipAuthentication),
            _ => None,
        };
        let parameter_id = info.optional_data.map(AnyRef::decode_as).transpose()?;
        if let [_] = arcs {
            let domain: AlgorithmIdentifier<'_> = info.required_data.decode_as()?;
            let parameters = domain.parameters.map(|parameters| parameters.to_der()).transpose()?;
            self.pace_domain_parameters.push(PaceDomainParameterInfo {
                protocol: info.protocol,
                curve: parameters.and_then(|bytes| NamedCurve::from_ec_parameters_der(&bytes).ok()),
                parameter_id,
            });
            return Ok(());
        }
        let known = match arcs {
            [mapping_arc, cipher_arc] => mapping(*mapping_arc).zip(cipher_of(*cipher_arc)),
            _ => None,
        };
        self.pace.push(PaceInfo {
            protocol: match known {
                Some((mapping, cipher)) => PaceProtocol::Known { mapping, cipher },
                None => PaceProtocol::Unknown(info.protocol),
            },
            version: info.required_data.decode_as()?,
            parameter_id,
        });
        Ok(())
    }
}

#[derive(Sequence)]
struct SecurityInfo<'a> {
    protocol: ObjectIdentifier,
    required_data: AnyRef<'a>,
    optional_data: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct AlgorithmIdentifier<'a> {
    algorithm: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
}

fn arcs_below(oid: ObjectIdentifier, parent: &str) -> Option<Vec<u32>> {
    let parent = ObjectIdentifier::new_unwrap(parent);
    let mut arcs = oid.arcs();
    parent
        .arcs()
        .all(|arc| arcs.next() == Some(arc))
        .then(|| arcs.collect())
        .filter(|below: &Vec<u32>| !below.is_empty())
}

fn cipher_of(arc: u32) -> Option<SymmetricCipher> {
    match arc {
        1 => Some(SymmetricCipher::TripleDes),
        2 => Some(SymmetricCipher::Aes128),
        3 => Some(SymmetricCipher::Aes192),
        4 => Some(SymmetricCipher::Aes256),
        _ => None,
    }
}

/// Writing, for chips that are simulated.
#[cfg(feature = "sim")]
impl SecurityInfos {
    /// Identifiers kept in `others` are left out, as their data is not kept.
    pub fn to_der(&self) -> Vec<u8> {
        let arc = |cipher| match cipher {
            SymmetricCipher::TripleDes => 1,
            SymmetricCipher::Aes128 => 2,
            SymmetricCipher::Aes192 => 3,
            SymmetricCipher::Aes256 => 4,
        };
        let oid = |text: String| ObjectIdentifier::new(&text).expect("short arcs").to_der().expect("encodes");
        let number = |value: u32| value.to_der().expect("encodes");
        let mut entries = vec![];
        for info in &self.pace {
            let protocol = match info.protocol {
                PaceProtocol::Known { mapping, cipher } => {
                    let mapping = match mapping {
                        PaceMapping::DhGeneric => 1,
                        PaceMapping::EcdhGeneric => 2,
                        PaceMapping::DhIntegrated => 3,
                        PaceMapping::EcdhIntegrated => 4,
                        PaceMapping::EcdhChipAuthentication => 6,
                    };
                    oid(format!("{PACE}.{mapping}.{}", arc(cipher)))
                }
                PaceProtocol::Unknown(protocol) => oid(protocol.to_string()),
            };
            let id = info.parameter_id.map(|id| number(id.into())).unwrap_or_default();
            entries.push([protocol, number(info.version.into()), id].concat());
        }
        for info in &self.chip_authentication {
            let protocol = match info.protocol {
                ChipAuthenticationProtocol::Ecdh(cipher) => oid(format!("{CHIP_AUTHENTICATION}.2.{}", arc(cipher))),
                ChipAuthenticationProtocol::Unknown(protocol) => oid(protocol.to_string()),
            };
            let id = info.key_id.map(number).unwrap_or_default();
            entries.push([protocol, number(info.version.into()), id].concat());
        }
        for info in &self.chip_authentication_keys {
            let Some(key) = &info.key else { continue };
            let id = info.key_id.map(number).unwrap_or_default();
            entries.push([oid(format!("{PUBLIC_KEY}.2")), key.to_spki_der(), id].concat());
        }
        for info in &self.active_authentication {
            let Some(hash) = info.hash else { continue };
            let arc = HashAlgorithm::ALL.iter().position(|known| *known == hash).unwrap_or_default() + 1;
            let protocol = ACTIVE_AUTHENTICATION.to_der().expect("encodes");
            entries.push([protocol, number(1), oid(format!("{ECDSA_PLAIN}.{arc}"))].concat());
        }
        let mut entries: Vec<Vec<u8>> = entries.iter().map(|entry| crate::tlv::encode(0x30, entry)).collect();
        entries.sort();
        crate::tlv::encode(0x31, &entries.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).expect("hex")
    }

    #[test]
    fn the_announcement_of_the_worked_example_is_read() {
        // 9303-11 G.1: PACE with ECDH, generic mapping, AES-128, BrainpoolP256r1.
        let infos = SecurityInfos::parse(&bytes("31143012060A04007F0007020204020202010202010D")).expect("well formed");
        let protocol = PaceProtocol::Known { mapping: PaceMapping::EcdhGeneric, cipher: SymmetricCipher::Aes128 };
        assert_eq!(infos.pace, [PaceInfo { protocol, version: 2, parameter_id: Some(13) }]);
        let parameter_id = infos.pace[0].parameter_id.and_then(NamedCurve::from_standardized_parameter_id);
        assert_eq!(parameter_id, Some(NamedCurve::BrainpoolP256r1));
    }

    #[test]
    fn what_nobody_here_speaks_is_kept_by_its_identifier() {
        let unknown_pace = encode(0x30, &bytes("060A04007F00070202040902020102"));
        let terminal_authentication = encode(0x30, &bytes("060804007F0007020202020102"));
        let dh_chip_authentication = encode(0x30, &bytes("060A04007F00070202030102020101"));
        let set = encode(0x31, &[unknown_pace, terminal_authentication, dh_chip_authentication].concat());
        let infos = SecurityInfos::parse(&set).expect("well formed");
        assert!(matches!(infos.pace[..], [PaceInfo { protocol: PaceProtocol::Unknown(_), .. }]));
        assert_eq!(infos.others.len(), 1);
        let unknown = infos.chip_authentication[0].protocol;
        assert!(matches!(unknown, ChipAuthenticationProtocol::Unknown(_)));
    }

    #[test]
    fn each_malformed_set_has_its_name() {
        let one = bytes("3012060A04007F0007020204020202010202010D");
        let many = encode(0x31, &one.repeat(MAX_INFOS + 1));
        assert_eq!(SecurityInfos::parse(&many), Err(SecurityInfosError::TooMany));
        let mut trailing = encode(0x31, &one);
        trailing.push(0);
        assert!(matches!(SecurityInfos::parse(&trailing), Err(SecurityInfosError::Malformed(_))));
        assert!(matches!(SecurityInfos::parse(&encode(0x30, &one)), Err(SecurityInfosError::Malformed(_))));
        assert!(matches!(SecurityInfos::parse(&encode(0x31, &one[..19])), Err(SecurityInfosError::Malformed(_))));
        let bad_key = encode(0x30, &bytes("060904007F0007020201023000"));
        assert!(matches!(SecurityInfos::parse(&encode(0x31, &bad_key)), Err(SecurityInfosError::Key(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), wrapped: bool) {
            let bytes = if wrapped { encode(0x31, &encode(0x30, &bytes)) } else { bytes };
            let _ = SecurityInfos::parse(&bytes);
        }
    }
}
