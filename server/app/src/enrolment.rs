//! Kiosks and their certificates: a code for the first, the certificate itself for the next, and whether one counts.
//!
//! The hospital's kiosk authority is made here when it is first needed; its key is sealed under the master key. It signs
//! P-256 keys only, for client authentication only, and names the kiosk in a URI of the subject's alternative names
//! (RFC 5280 4.2.1.6). Nothing of a request but its public key is taken over.

use api::{Base64, EnrolmentCode, EnrolmentRequest, EnrolmentSecret, IssuedCertificate, KioskId};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use rand::RngCore;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SerialNumber, SignatureAlgorithm,
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::request::CertReq;
use zeroize::Zeroizing;

use crate::app::App;
use crate::clock::unix_ms;
use crate::keys::{Place, SealError, Sealed, new_key};
use crate::refusal::Refusal;
use crate::store::{KioskAuthorityRow, KioskCertificate, StoreError};

/// A code that nobody used is worth nothing after this.
const CODE_LIFE: Duration = Duration::minutes(15);
const CERTIFICATE_LIFE: Duration = Duration::days(90);
/// With a month to spare, a kiosk that was away for weeks still has a certificate.
const RENEW_AFTER: Duration = Duration::days(60);
const AUTHORITY_LIFE: Duration = Duration::days(3653);
/// A kiosk's clock may be behind ours.
const BACKDATED: Duration = Duration::hours(1);

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

const KEY_PLACE: Place<'static> = Place { column: "kiosk_authority.key", row: "key" };

#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("the authority's key does not open")]
    Seal(#[from] SealError),
    #[error("the authority's key is not one")]
    Key,
    #[error("a certificate cannot be made")]
    Signing(#[from] rcgen::Error),
}

/// A public key that proved that its owner holds the private one.
struct RequestedKey {
    /// Uncompressed point, SEC1.
    point: Vec<u8>,
}

/// The authority's certificate (DER); made when there is none.
pub async fn authority(app: &App) -> Result<Vec<u8>, AuthorityError> {
    if let Some(row) = app.store.kiosk_authority().await? {
        return Ok(row.certificate);
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = authority_params(app, app.now()).self_signed(&key)?;
    let pkcs8 = Zeroizing::new(key.serialize_der());
    let sealed = Sealed::seal(&app.keys, KEY_PLACE, &hex::encode(pkcs8.as_slice()));
    let row = KioskAuthorityRow { certificate: certificate.der().to_vec(), key: sealed };
    let mut tx = app.store.begin().await?;
    if tx.keep_kiosk_authority(row, app.now_ms()).await? {
        tx.audit("server", "kiosk_authority_made", None, "", app.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(app.store.kiosk_authority().await?.ok_or(AuthorityError::Key)?.certificate)
}

/// A code for that kiosk; one made before it ends. `server`: SHA-256 of the certificate that the server shows.
pub async fn make_code(
    app: &App,
    kiosk: &KioskId,
    server: [u8; 32],
    by: &str,
) -> Result<EnrolmentCode, AuthorityError> {
    authority(app).await?;
    let mut secret = EnrolmentSecret([0; 16]);
    rand::rngs::OsRng.fill_bytes(&mut secret.0);
    let now = app.now();
    let mut tx = app.store.begin().await?;
    tx.keep_kiosk_code(&hash(&secret), kiosk, (unix_ms(now), unix_ms(now + CODE_LIFE))).await?;
    tx.audit(by, "kiosk_code_made", None, kiosk.as_str(), unix_ms(now)).await?;
    tx.commit().await?;
    Ok(EnrolmentCode { kiosk: kiosk.clone(), secret, server })
}

/// The first certificate of a kiosk: whatever the kiosk had before ends with it.
pub async fn enrol(app: &App, request: &EnrolmentRequest) -> Result<IssuedCertificate, Refusal> {
    let key = requested_key(&request.request)?;
    let (now, kiosk) = (app.now(), &request.kiosk);
    let mut tx = app.store.begin().await?;
    if !tx.use_kiosk_code(&hash(&request.secret), kiosk, unix_ms(now)).await? {
        return Err(Refusal::EnrolmentRefused);
    }
    let issued = issue(app, kiosk, &key, now).await?;
    tx.revoke_kiosk(kiosk, unix_ms(now)).await?;
    tx.keep_kiosk_certificate(&issued.serial, kiosk, (unix_ms(now), unix_ms(now + CERTIFICATE_LIFE))).await?;
    tx.audit(&format!("kiosk:{kiosk}"), "kiosk_enrolled", None, &issued.serial, unix_ms(now)).await?;
    tx.commit().await?;
    tracing::info!(%kiosk, "a kiosk was enrolled");
    Ok(issued.answer)
}

/// The next certificate of a kiosk that showed the one before. That one counts until this one is used: the answer may be lost.
pub async fn renew(app: &App, kiosk: &KioskId, request: &Base64) -> Result<IssuedCertificate, Refusal> {
    let key = requested_key(request)?;
    let now = app.now();
    let issued = issue(app, kiosk, &key, now).await?;
    let mut tx = app.store.begin().await?;
    tx.keep_kiosk_certificate(&issued.serial, kiosk, (unix_ms(now), unix_ms(now + CERTIFICATE_LIFE))).await?;
    tx.audit(&format!("kiosk:{kiosk}"), "kiosk_renewed", None, &issued.serial, unix_ms(now)).await?;
    tx.commit().await?;
    Ok(issued.answer)
}

/// The kiosk of a certificate that the handshake accepted, if that certificate still counts.
pub async fn admitted(app: &App, certificate: &[u8]) -> Result<Option<KioskId>, StoreError> {
    let Some((kiosk, serial)) = named(app, certificate) else { return Ok(None) };
    let now = app.now_ms();
    match app.store.kiosk_certificate(&serial, &kiosk, now).await? {
        None => Ok(None),
        Some(KioskCertificate::Used) => Ok(Some(kiosk)),
        Some(KioskCertificate::Fresh) => {
            let mut tx = app.store.begin().await?;
            tx.supersede_kiosk_certificates(&serial, &kiosk, now).await?;
            tx.commit().await?;
            Ok(Some(kiosk))
        }
    }
}

/// A key for loopback and behind a proxy that ends TLS, said once; an earlier key of the kiosk ends.
pub async fn make_key(app: &App, kiosk: &KioskId, by: &str) -> Result<Zeroizing<String>, StoreError> {
    let (key, text) = new_key();
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    tx.enrol_kiosk(kiosk, &Sha256::digest(key.as_slice()).into(), now).await?;
    tx.audit(by, "kiosk_enrolled", None, kiosk.as_str(), now).await?;
    tx.commit().await?;
    Ok(text)
}

/// Why nothing of a kiosk is accepted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    Lost,
    /// Somebody may have read its key.
    Opened,
    Replaced,
    Retired,
}

impl Revocation {
    pub const ALL: [Self; 4] = [Self::Lost, Self::Opened, Self::Replaced, Self::Retired];

    pub fn code(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Opened => "opened",
            Self::Replaced => "replaced",
            Self::Retired => "retired",
        }
    }
}

/// From this moment on nothing of that kiosk is accepted. Says how many certificates ended.
pub async fn revoke(app: &App, kiosk: &KioskId, why: Revocation, by: &str) -> Result<u64, StoreError> {
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let ended = tx.revoke_kiosk(kiosk, now).await?;
    tx.audit(by, "kiosk_revoked", None, &format!("{kiosk} {}", why.code()), now).await?;
    tx.commit().await?;
    Ok(ended)
}

struct Issued {
    serial: String,
    answer: IssuedCertificate,
}

async fn issue(app: &App, kiosk: &KioskId, key: &RequestedKey, now: OffsetDateTime) -> Result<Issued, Refusal> {
    let signed = sign(app, kiosk, key, now).await.map_err(Refusal::Authority)?;
    let answer = IssuedCertificate {
        certificate: Base64(signed.1),
        renew_at: now + RENEW_AFTER,
        expires_at: now + CERTIFICATE_LIFE,
    };
    Ok(Issued { serial: signed.0, answer })
}

async fn sign(
    app: &App,
    kiosk: &KioskId,
    key: &RequestedKey,
    now: OffsetDateTime,
) -> Result<(String, Vec<u8>), AuthorityError> {
    let row = app.store.kiosk_authority().await?.ok_or(AuthorityError::Key)?;
    let pkcs8 = Zeroizing::new(row.key.open(&app.keys, KEY_PLACE)?);
    let pkcs8 = Zeroizing::new(hex::decode(pkcs8.as_str()).map_err(|_| AuthorityError::Key)?);
    let authority = KeyPair::try_from(pkcs8.as_slice()).map_err(|_| AuthorityError::Key)?;
    let issuer = Issuer::new(authority_params(app, now), authority);
    let mut serial = [0; 16];
    rand::rngs::OsRng.fill_bytes(&mut serial);
    // A positive INTEGER of full length (RFC 5280 4.1.2.2).
    serial[0] = serial[0] & 0x3F | 0x40;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, kiosk.as_str());
    params.subject_alt_names = vec![SanType::URI(uri(app, kiosk).try_into()?)];
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = now - BACKDATED;
    params.not_after = now + CERTIFICATE_LIFE;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    Ok((hex::encode(serial), params.signed_by(key, &issuer)?.der().to_vec()))
}

fn authority_params(app: &App, now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    let name = format!("Tiep Don kiosks {}", app.config.hospital.facility_code.as_str());
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = now - BACKDATED;
    params.not_after = now + AUTHORITY_LIFE;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn uri(app: &App, kiosk: &KioskId) -> String {
    format!("{}{kiosk}", uri_prefix(app))
}

fn uri_prefix(app: &App) -> String {
    format!("urn:tiepdon:{}:kiosk:", app.config.hospital.facility_code.as_str())
}

/// Kiosk and serial number, as our authority wrote them.
fn named(app: &App, certificate: &[u8]) -> Option<(KioskId, String)> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?.tbs_certificate;
    let (_, names) = certificate.get::<SubjectAltName>().ok()??;
    let [GeneralName::UniformResourceIdentifier(uri)] = names.0.as_slice() else { return None };
    let kiosk = KioskId::parse(uri.as_str().strip_prefix(&uri_prefix(app))?).ok()?;
    Some((kiosk, hex::encode(certificate.serial_number.as_bytes())))
}

fn hash(secret: &EnrolmentSecret) -> [u8; 32] {
    Sha256::digest(secret.0).into()
}

/// RFC 2986 with ecdsa-with-SHA256 over P-256 (RFC 5758 3.2); anything else is refused.
fn requested_key(request: &Base64) -> Result<RequestedKey, Refusal> {
    let refused = || Refusal::CertificateRequestRefused;
    let request = CertReq::from_der(&request.0).map_err(|_| refused())?;
    let key = &request.info.public_key;
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    if key.algorithm.oid != EC_PUBLIC_KEY || curve != Some(PRIME256V1) || request.algorithm.oid != ECDSA_WITH_SHA256 {
        return Err(refused());
    }
    let point = key.subject_public_key.as_bytes().ok_or_else(refused)?;
    let verifying = VerifyingKey::from_sec1_bytes(point).map_err(|_| refused())?;
    let signature = request.signature.as_bytes().ok_or_else(refused)?;
    let signature = Signature::from_der(signature).map_err(|_| refused())?;
    let signed = request.info.to_der().map_err(|_| refused())?;
    verifying.verify(&signed, &signature).map_err(|_| refused())?;
    Ok(RequestedKey { point: verifying.to_encoded_point(false).as_bytes().to_vec() })
}

impl PublicKeyData for RequestedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(key: &KeyPair) -> Vec<u8> {
        CertificateParams::default().serialize_request(key).expect("a request").der().to_vec()
    }

    #[test]
    fn only_whoever_holds_a_p256_key_may_ask_for_it() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let whole = request(&key);
        assert_eq!(requested_key(&Base64(whole.clone())).map(|key| key.point).ok().as_deref(), Some(key.der_bytes()));
        let mut altered = whole.clone();
        *altered.last_mut().expect("bytes") ^= 1;
        assert!(matches!(requested_key(&Base64(altered)), Err(Refusal::CertificateRequestRefused)));
        let larger = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("a key");
        assert!(requested_key(&Base64(request(&larger))).is_err());
        for length in 0..whole.len() {
            assert!(requested_key(&Base64(whole[..length].to_vec())).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_request_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = requested_key(&Base64(bytes));
        }
    }
}
