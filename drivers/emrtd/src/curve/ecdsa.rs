//! ECDSA (FIPS 186-4 chapter 6, BSI TR-03111 4.2.1), over digests that the caller computed.

use crypto_bigint::{NonZero, U576};
use der::asn1::UintRef;
use der::{Decode, Encode, Sequence};
use rand_core::CryptoRngCore;

use super::domain::{self, Domain, Element};
use super::{CurveError, NamedCurve, Point, Projective, Scalar, invert};

/// Both halves lie between 1 and the group order minus 1.
#[derive(Debug, Clone)]
pub struct EcdsaSignature {
    r: Scalar,
    s: Scalar,
}

impl EcdsaSignature {
    /// `SEQUENCE { r INTEGER, s INTEGER }`, the form of certificates and of CMS (RFC 3279 2.2.3).
    pub fn from_der(curve: NamedCurve, bytes: &[u8]) -> Result<Self, CurveError> {
        let value = EcdsaSigValue::from_der(bytes).map_err(|_| CurveError::SignatureMalformed)?;
        Self::from_halves(curve, value.r.as_bytes(), value.s.as_bytes())
    }

    /// `r || s`, the form of active authentication (BSI TR-03111 5.2.1).
    pub fn from_plain(curve: NamedCurve, bytes: &[u8]) -> Result<Self, CurveError> {
        if bytes.len() != 2 * curve.order_bytes() {
            return Err(CurveError::SignatureMalformed);
        }
        let (r, s) = bytes.split_at(curve.order_bytes());
        Self::from_halves(curve, r, s)
    }

    pub fn to_der(&self) -> Vec<u8> {
        let (r, s) = (self.r.to_be_bytes(), self.s.to_be_bytes());
        let integer = |bytes| UintRef::new(bytes).expect("a short integer");
        EcdsaSigValue { r: integer(&r), s: integer(&s) }.to_der().expect("two short integers")
    }

    pub fn to_plain(&self) -> Vec<u8> {
        [self.r.to_be_bytes().as_slice(), self.s.to_be_bytes().as_slice()].concat()
    }

    fn from_halves(curve: NamedCurve, r: &[u8], s: &[u8]) -> Result<Self, CurveError> {
        let half = |bytes| Scalar::from_be_bytes(curve, bytes).map_err(|_| CurveError::SignatureMalformed);
        Ok(Self { r: half(r)?, s: half(s)? })
    }
}

/// # Errors
/// [`CurveError::SignatureMismatch`], also when the signature was read for another curve than the key's.
pub fn verify(public: &Point, digest: &[u8], signature: &EcdsaSignature) -> Result<(), CurveError> {
    let curve = public.curve();
    if signature.r.curve() != curve {
        return Err(CurveError::SignatureMismatch);
    }
    let domain = Domain::of(curve);
    let residue = |value: &U576| Element::new(value, domain.order);
    let w = invert(&residue(&signature.s.value), domain.n());
    let u1 = (residue(&digest_number(digest, domain)) * w).retrieve();
    let u2 = (residue(&signature.r.value) * w).retrieve();
    let generator = curve.generator().projective();
    let sum: Projective = generator.mul(&u1, domain).add(&public.projective().mul(&u2, domain), domain);
    let point = sum.affine(curve).map_err(|_| CurveError::SignatureMismatch)?;
    if x_modulo_order(&point, domain) == signature.r.value { Ok(()) } else { Err(CurveError::SignatureMismatch) }
}

/// Signs with a random nonce. The kiosk signs nothing: this is for chips and issuers that are simulated.
pub fn sign(secret: &Scalar, digest: &[u8], rng: &mut (impl CryptoRngCore + ?Sized)) -> EcdsaSignature {
    loop {
        let nonce = Scalar::random(secret.curve(), rng);
        if let Some(signature) = sign_with_nonce(secret, digest, &nonce) {
            return signature;
        }
    }
}

fn sign_with_nonce(secret: &Scalar, digest: &[u8], nonce: &Scalar) -> Option<EcdsaSignature> {
    let domain = Domain::of(secret.curve());
    let residue = |value: &U576| Element::new(value, domain.order);
    let r = x_modulo_order(&nonce.public(), domain);
    let sum = residue(&digest_number(digest, domain)) + residue(&r) * residue(&secret.value);
    let s = (invert(&residue(&nonce.value), domain.n()) * sum).retrieve();
    let half = |value: U576| (value != U576::ZERO).then_some(Scalar { curve: secret.curve(), value });
    Some(EcdsaSignature { r: half(r)?, s: half(s)? })
}

/// The leftmost bits of the digest, as many as the group order has.
fn digest_number(digest: &[u8], domain: &Domain) -> U576 {
    let taken = &digest[..digest.len().min(domain.order_bytes())];
    let value = domain::from_be_bytes(taken).expect("no longer than the group order");
    value.shr_vartime((taken.len() as u32 * 8).saturating_sub(domain.order_bits))
}

fn x_modulo_order(point: &Point, domain: &Domain) -> U576 {
    point.element(&point.x).retrieve().rem_vartime(&NonZero::new(*domain.n()).expect("the order is not zero"))
}

#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::{Digest, Sha256, Sha512};

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).expect("hex")
    }

    /// RFC 6979 A.2.5, message "sample" with SHA-256.
    #[test]
    fn p256_signatures_follow_rfc_6979() {
        let curve = NamedCurve::P256;
        let scalar = |hex| Scalar::from_be_bytes(curve, &bytes(hex)).expect("in range");
        let secret = scalar("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
        let nonce = scalar("a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
        let digest = Sha256::digest(b"sample");
        let signature = sign_with_nonce(&secret, &digest, &nonce).expect("not zero");
        let expected = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                        f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
        assert_eq!(hex::encode(signature.to_plain()), expected);
        assert_eq!(verify(&secret.public(), &digest, &signature), Ok(()));
    }

    /// RFC 6979 A.2.3, message "sample" with SHA-512: the digest is longer than the order.
    #[test]
    fn p192_takes_the_leftmost_bits_of_a_longer_digest() {
        let curve = NamedCurve::P192;
        let scalar = |hex| Scalar::from_be_bytes(curve, &bytes(hex)).expect("in range");
        let secret = scalar("6fab034934e4c0fc9ae67f5b5659a9d7d1fefd187ee09fd4");
        let nonce = scalar("a2ac7ab055e4f20692d49209544c203a7d1f2c0bfbc75db1");
        let digest = Sha512::digest(b"sample");
        let signature = sign_with_nonce(&secret, &digest, &nonce).expect("not zero");
        let expected = "4d60c5ab1996bd848343b31c00850205e2ea6922dac2e4b8\
                        3f6e837448f027a1bf4b34e796e32a811cbb4050908d8f67";
        assert_eq!(hex::encode(signature.to_plain()), expected);
    }

    #[test]
    fn a_signature_holds_on_every_curve_and_breaks_with_any_part() {
        let mut rng = rand::thread_rng();
        for curve in NamedCurve::ALL {
            let secret = Scalar::random(curve, &mut rng);
            let public = secret.public();
            let digest = Sha512::digest(b"9303");
            let signature = sign(&secret, &digest, &mut rng);
            let again = EcdsaSignature::from_der(curve, &signature.to_der()).expect("well formed");
            assert_eq!(verify(&public, &digest, &again), Ok(()), "{curve:?}");
            let plain = EcdsaSignature::from_plain(curve, &signature.to_plain()).expect("well formed");
            assert_eq!(verify(&public, &digest, &plain), Ok(()), "{curve:?}");

            let other_digest = Sha512::digest(b"9304");
            assert_eq!(verify(&public, &other_digest, &signature), Err(CurveError::SignatureMismatch));
            let other_key = Scalar::random(curve, &mut rng).public();
            assert_eq!(verify(&other_key, &digest, &signature), Err(CurveError::SignatureMismatch));
            let swapped = EcdsaSignature { r: signature.s.clone(), s: signature.r.clone() };
            assert_eq!(verify(&public, &digest, &swapped), Err(CurveError::SignatureMismatch));
        }
    }

    #[test]
    fn a_signature_of_zeros_is_no_signature() {
        let curve = NamedCurve::P256;
        assert_eq!(EcdsaSignature::from_plain(curve, &[0; 64]).err(), Some(CurveError::SignatureMalformed));
        assert_eq!(EcdsaSignature::from_plain(curve, &[1; 63]).err(), Some(CurveError::SignatureMalformed));
        assert_eq!(
            EcdsaSignature::from_der(curve, &bytes("3006020100020100")).err(),
            Some(CurveError::SignatureMalformed)
        );
        let signature =
            sign(&Scalar::random(NamedCurve::P384, &mut rand::thread_rng()), &[1; 32], &mut rand::thread_rng());
        let key = curve.generator();
        assert_eq!(verify(&key, &[1; 32], &signature), Err(CurveError::SignatureMismatch));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..140)) {
            for curve in NamedCurve::ALL {
                let _ = EcdsaSignature::from_der(curve, &bytes);
                let _ = EcdsaSignature::from_plain(curve, &bytes);
            }
        }
    }
}
