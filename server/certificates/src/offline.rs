//! What the QR on the paper says to someone without a network: the paper as it was issued, signed by the hospital.
//!
//! A compact JWS (RFC 7515 7.1) with ES256 (RFC 7518 3.4), at most [`MAX_TOKEN_BYTES`]; the public key is published
//! as a JWK and named by its thumbprint (RFC 7638). It says nothing of revocation: the server's page does that.
//! Birth and death: number, facility, day, state. Driver besides: name, last four digits, birth year, classes,
//! conclusion, valid until. Nothing else, because anyone who holds the paper may read it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::FacilityCode;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{self, Signature};
use p256::{EncodedPoint, FieldBytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use crate::driver::Verdict;
use crate::moment::{self, Style};
use crate::{CertificateNumber, Content, Kind, LicenceClasses, Numbered};

/// A QR of level M holds it at version 20; a usual driver's statement has some 320 bytes (version 13), the others 210.
pub const MAX_TOKEN_BYTES: usize = 660;

/// Longer names are cut, visibly: the paper itself has the whole name.
const MAX_NAME_BYTES: usize = 96;

/// What the paper is when it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperState {
    Issued,
    Reissued,
}

/// The signed content.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    pub number: CertificateNumber,
    pub issued: Date,
    pub state: PaperState,
    /// Drivers only.
    pub driver: Option<DriverStatement>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct DriverStatement {
    /// Ends in "…" when it was cut.
    pub name: String,
    pub last_four: String,
    pub birth_year: u16,
    pub classes: LicenceClasses,
    pub verdict: Verdict,
    pub valid_until: Date,
}

/// The hospital's key for printed papers. Its own key, used for nothing else.
pub struct PaperSigningKey(ecdsa::SigningKey);

/// The published half.
#[derive(Clone, PartialEq, Eq)]
pub struct PaperVerifyingKey {
    key: ecdsa::VerifyingKey,
    id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfflineError {
    #[error("a signing key is 32 bytes that are a P-256 scalar")]
    Key,
    #[error("the key is not a JWK of kty EC and crv P-256")]
    Jwk,
    #[error("the code has {0} bytes, more than any paper of ours")]
    TooLong(usize),
    #[error("the code is not a compact JWS of ours")]
    Form,
    #[error("no key with the id in the code is known")]
    UnknownKey,
    #[error("the signature does not fit: the code was changed or is not ours")]
    Signature,
    #[error("the signed content is not a statement about a paper")]
    Content,
}

impl Statement {
    pub fn of(paper: &Numbered, state: PaperState) -> Self {
        let driver = match paper.certificate().content() {
            Content::Birth(_) | Content::Death(_) => None,
            Content::Driver(driver) => Some(DriverStatement {
                name: cut(driver.name.as_str()),
                last_four: last_four(driver.paper.number.as_str()),
                birth_year: driver.born.year(),
                classes: driver.classes.clone(),
                verdict: driver.outcome.verdict(),
                valid_until: driver.valid_until(),
            }),
        };
        Self { number: paper.number().clone(), issued: paper.certificate().issued(), state, driver }
    }

    pub fn kind(&self) -> Kind {
        self.number.kind()
    }

    pub fn facility(&self) -> &FacilityCode {
        self.number.facility()
    }

    /// The compact JWS.
    pub fn sign(&self, key: &PaperSigningKey) -> String {
        let header = Header { alg: ALGORITHM.to_owned(), kid: key.verifying_key().id };
        let signed = format!("{}.{}", encode(&header), encode(&Wire::from(self)));
        let signature: Signature = key.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The statement in a code, if one of `keys` signed it. The header decides nothing but which key is tried:
    /// the algorithm is ES256, always.
    pub fn verify(token: &str, keys: &[PaperVerifyingKey]) -> Result<Self, OfflineError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(OfflineError::TooLong(token.len()));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(OfflineError::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(OfflineError::Form)?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| OfflineError::Form);
        let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| OfflineError::Form)?;
        if header.alg != ALGORITHM {
            return Err(OfflineError::Form);
        }
        let key = keys.iter().find(|key| key.id == header.kid).ok_or(OfflineError::UnknownKey)?;
        let signature = Signature::from_slice(&bytes(signature)?).map_err(|_| OfflineError::Form)?;
        key.key.verify(signed.as_bytes(), &signature).map_err(|_| OfflineError::Signature)?;
        let wire: Wire = serde_json::from_slice(&bytes(payload)?).map_err(|_| OfflineError::Content)?;
        Self::try_from(wire)
    }
}

impl PaperSigningKey {
    /// Random bytes, from wherever the caller keeps its keys.
    pub fn from_bytes(scalar: &[u8; 32]) -> Result<Self, OfflineError> {
        ecdsa::SigningKey::from_bytes(FieldBytes::from_slice(scalar)).map(Self).map_err(|_| OfflineError::Key)
    }

    pub fn verifying_key(&self) -> PaperVerifyingKey {
        PaperVerifyingKey::new(*self.0.verifying_key())
    }
}

impl PaperVerifyingKey {
    fn new(key: ecdsa::VerifyingKey) -> Self {
        let [x, y] = coordinates(&key);
        // RFC 7638 3.2: the required members in the order of the alphabet.
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest(canonical)[..8]);
        Self { key, id }
    }

    /// The first eight bytes of the thumbprint.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// To publish: `{"kty":"EC","crv":"P-256","x":...,"y":...,"kid":...,"alg":"ES256","use":"sig"}`.
    pub fn to_jwk(&self) -> String {
        let [x, y] = coordinates(&self.key);
        let id = &self.id;
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{id}","alg":"{ALGORITHM}","use":"sig"}}"#)
    }

    pub fn from_jwk(json: &str) -> Result<Self, OfflineError> {
        let jwk: Jwk = serde_json::from_str(json).map_err(|_| OfflineError::Jwk)?;
        if jwk.kty != "EC" || jwk.crv != "P-256" {
            return Err(OfflineError::Jwk);
        }
        let coordinate = |text: &str| -> Result<FieldBytes, OfflineError> {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| OfflineError::Jwk)?;
            FieldBytes::from_exact_iter(bytes).ok_or(OfflineError::Jwk)
        };
        let point = EncodedPoint::from_affine_coordinates(&coordinate(&jwk.x)?, &coordinate(&jwk.y)?, false);
        ecdsa::VerifyingKey::from_encoded_point(&point).map(Self::new).map_err(|_| OfflineError::Jwk)
    }
}

const ALGORITHM: &str = "ES256";

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

/// Short names keep the code small: n number, d day, s state, h holder, i last four, y birth year, c classes,
/// r result, u valid until. The facility is in the number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    n: String,
    d: String,
    s: PaperState,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    driver: Option<WireDriver>,
}

#[derive(Serialize, Deserialize)]
struct WireDriver {
    h: String,
    i: String,
    y: u16,
    c: String,
    r: String,
    u: String,
}

impl From<&Statement> for Wire {
    fn from(statement: &Statement) -> Self {
        let day = |date| moment::write_day(date, Style::Xml);
        Self {
            n: statement.number.to_string(),
            d: day(statement.issued),
            s: statement.state,
            driver: statement.driver.as_ref().map(|driver| WireDriver {
                h: driver.name.clone(),
                i: driver.last_four.clone(),
                y: driver.birth_year,
                c: driver.classes.to_string(),
                r: driver.verdict.as_str().to_owned(),
                u: day(driver.valid_until),
            }),
        }
    }
}

impl TryFrom<Wire> for Statement {
    type Error = OfflineError;

    fn try_from(wire: Wire) -> Result<Self, OfflineError> {
        let day = |text: &str| moment::day(text).ok_or(OfflineError::Content);
        let number = CertificateNumber::parse(&wire.n).map_err(|_| OfflineError::Content)?;
        let driver = match wire.driver {
            Some(driver) => Some(DriverStatement {
                classes: LicenceClasses::parse(&driver.c).ok_or(OfflineError::Content)?,
                verdict: Verdict::parse(&driver.r).ok_or(OfflineError::Content)?,
                valid_until: day(&driver.u)?,
                name: driver.h,
                last_four: driver.i,
                birth_year: driver.y,
            }),
            None => None,
        };
        if (number.kind() == Kind::Driver) != driver.is_some() {
            return Err(OfflineError::Content);
        }
        Ok(Self { number, issued: day(&wire.d)?, state: wire.s, driver })
    }
}

fn encode(value: &impl Serialize) -> String {
    // Strings and numbers only: serialising them cannot fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn coordinates(key: &ecdsa::VerifyingKey) -> [String; 2] {
    let point = key.to_encoded_point(false);
    [point.x(), point.y()].map(|part| part.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default())
}

fn cut(name: &str) -> String {
    if name.len() <= MAX_NAME_BYTES {
        return name.to_owned();
    }
    let end = (0..=MAX_NAME_BYTES - '…'.len_utf8()).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", name[..end].trim_end())
}

fn last_four(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    characters[characters.len().saturating_sub(4)..].iter().collect()
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement({:?})", self.kind())
    }
}

impl fmt::Debug for DriverStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DriverStatement(..)")
    }
}

impl fmt::Debug for PaperSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaperSigningKey(32 bytes)")
    }
}

impl fmt::Debug for PaperVerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaperVerifyingKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    use crate::LicenceClass;

    fn key(seed: u8) -> PaperSigningKey {
        PaperSigningKey::from_bytes(&[seed; 32]).expect("scalar")
    }

    fn statement(name: &str) -> Statement {
        Statement {
            number: CertificateNumber::parse("00001/GKSKLX/31999/26").expect("number"),
            issued: date!(2026 - 11 - 23),
            state: PaperState::Issued,
            driver: Some(DriverStatement {
                name: cut(name),
                last_four: "0017".to_owned(),
                birth_year: 1985,
                classes: LicenceClasses::of(LicenceClass::ALL).expect("fifteen"),
                verdict: Verdict::Reexamine,
                valid_until: date!(2027 - 11 - 23),
            }),
        }
    }

    #[test]
    fn the_longest_name_still_fits_a_code_that_a_phone_reads() {
        for name in ["Nguyễn Văn Mẫu".to_owned(), "Ữ".repeat(255), "\"\\".repeat(100)] {
            let token = statement(&name).sign(&key(7));
            assert!(token.len() <= MAX_TOKEN_BYTES, "{} bytes", token.len());
            let read = Statement::verify(&token, &[key(7).verifying_key()]).expect("ours");
            assert_eq!(read, statement(&name));
        }
        assert!(cut(&"Ữ".repeat(255)).ends_with('…'));
    }

    #[test]
    fn a_birth_says_number_facility_day_and_state_only() {
        let birth = Statement {
            number: CertificateNumber::parse("00001.GCS.31999.26").expect("number"),
            driver: None,
            ..statement("x")
        };
        let token = birth.sign(&key(7));
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("payload")).expect("base64");
        assert_eq!(payload, br#"{"n":"00001.GCS.31999.26","d":"20261123","s":"issued"}"#);
        let read = Statement::verify(&token, &[key(7).verifying_key()]).expect("ours");
        assert_eq!(read.facility().as_str(), "31999");
        assert_eq!(read, birth);
    }

    #[test]
    fn a_changed_code_and_a_foreign_key_are_refused_by_name() {
        let token = statement("Nguyễn Văn Mẫu").sign(&key(7));
        let keys = [key(7).verifying_key()];
        assert_eq!(Statement::verify(&token, &[key(8).verifying_key()]), Err(OfflineError::UnknownKey));
        let parts: Vec<&str> = token.split('.').collect();
        let other = statement("Trần Văn Khác").sign(&key(7));
        let other: Vec<&str> = other.split('.').collect();
        let swapped = format!("{}.{}.{}", parts[0], other[1], parts[2]);
        assert_eq!(Statement::verify(&swapped, &keys), Err(OfflineError::Signature));
        let none = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, keys[0].id()));
        assert_eq!(Statement::verify(&format!("{none}.{}.", parts[1]), &keys), Err(OfflineError::Form));
        assert_eq!(Statement::verify(&"a".repeat(661), &keys), Err(OfflineError::TooLong(661)));
        assert_eq!(PaperSigningKey::from_bytes(&[0; 32]).err(), Some(OfflineError::Key));
    }

    #[test]
    fn the_published_key_verifies_what_the_hospital_signed() {
        let jwk = key(7).verifying_key().to_jwk();
        let published = PaperVerifyingKey::from_jwk(&jwk).expect("jwk");
        assert_eq!(published, key(7).verifying_key());
        let token = statement("Nguyễn Văn Mẫu").sign(&key(7));
        assert!(Statement::verify(&token, &[published]).is_ok());
        for bad in [
            "",
            "{}",
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
        ] {
            assert_eq!(PaperVerifyingKey::from_jwk(bad), Err(OfflineError::Jwk), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_code_panics(token in "[A-Za-z0-9_.-]{0,120}") {
            prop_assert!(Statement::verify(&token, &[key(7).verifying_key()]).is_err());
        }
    }
}
