//! Elliptic curves over prime fields: the standardized domain parameters of ICAO Doc 9303-11 table 6, points,
//! Diffie-Hellman, the generic mapping of PACE, and ECDSA (in [`ecdsa`]).
//!
//! One implementation for all curves, over 576-bit Montgomery residues and the complete addition formulas of
//! Renes, Costello and Batina (2016, algorithm 1), which have no special cases on a group of odd prime order.
//! Scalar multiplication takes the same steps for every scalar of a curve (fixed four-bit windows, the table is
//! read whole); inversions run over public exponents. Not constant time: decoding, comparison with a signature,
//! and whatever the compiler makes of it; intermediate points are not wiped, scalars are.
//!
//! Left out on purpose: curves with a cofactor, compressed points, explicit parameters that are not a standard
//! curve (invalid-curve and CVE-2020-0601 style forgeries end there).

use std::fmt;

use const_oid::ObjectIdentifier;
use crypto_bigint::subtle::{ConditionallySelectable, ConstantTimeEq};
use crypto_bigint::{NonZero, U576};
use rand_core::CryptoRngCore;
use zeroize::{Zeroize, Zeroizing};

mod domain;
pub mod ecdsa;
mod parameters;

use domain::{Domain, Element};

/// A curve by its standard name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedCurve {
    P192,
    P224,
    P256,
    P384,
    P521,
    BrainpoolP192r1,
    BrainpoolP224r1,
    BrainpoolP256r1,
    BrainpoolP320r1,
    BrainpoolP384r1,
    BrainpoolP512r1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    #[error("a point is written 04 || x || y with {expected} bytes here, this one has {found}")]
    PointLength { expected: usize, found: usize },
    #[error("only uncompressed points are taken")]
    PointForm,
    #[error("the point is not on the curve")]
    NotOnCurve,
    #[error("the result is the point at infinity")]
    Infinity,
    #[error("a scalar lies between 1 and the group order minus 1")]
    ScalarOutOfRange,
    #[error("the elliptic curve parameters are malformed")]
    ParametersMalformed,
    #[error("no standard curve is named by this identifier")]
    UnknownCurve,
    #[error("explicit parameters that do not equal a standard curve in every part")]
    NotStandardCurve,
    #[error("the signature is malformed")]
    SignatureMalformed,
    #[error("the signature does not fit the data and the key")]
    SignatureMismatch,
}

impl NamedCurve {
    pub const ALL: [Self; 11] = [
        Self::P192,
        Self::P224,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::BrainpoolP192r1,
        Self::BrainpoolP224r1,
        Self::BrainpoolP256r1,
        Self::BrainpoolP320r1,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
    ];

    /// 9303-11 table 6. Identifiers 0 to 2 are groups modulo a prime and have no curve.
    pub fn from_standardized_parameter_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.standardized_parameter_id() == id)
    }

    pub fn standardized_parameter_id(self) -> u8 {
        match self {
            Self::P192 => 8,
            Self::BrainpoolP192r1 => 9,
            Self::P224 => 10,
            Self::BrainpoolP224r1 => 11,
            Self::P256 => 12,
            Self::BrainpoolP256r1 => 13,
            Self::BrainpoolP320r1 => 14,
            Self::P384 => 15,
            Self::BrainpoolP384r1 => 16,
            Self::BrainpoolP512r1 => 17,
            Self::P521 => 18,
        }
    }

    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == oid)
    }

    /// RFC 5480 2.1.1.1 and RFC 5639 4.1.
    pub fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P192 => "1.2.840.10045.3.1.1",
            Self::P224 => "1.3.132.0.33",
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
            Self::BrainpoolP192r1 => "1.3.36.3.3.2.8.1.1.3",
            Self::BrainpoolP224r1 => "1.3.36.3.3.2.8.1.1.5",
            Self::BrainpoolP256r1 => "1.3.36.3.3.2.8.1.1.7",
            Self::BrainpoolP320r1 => "1.3.36.3.3.2.8.1.1.9",
            Self::BrainpoolP384r1 => "1.3.36.3.3.2.8.1.1.11",
            Self::BrainpoolP512r1 => "1.3.36.3.3.2.8.1.1.13",
        })
    }

    /// Length of a coordinate.
    pub fn field_bytes(self) -> usize {
        Domain::of(self).field_bytes
    }

    /// Length of a scalar, and of each half of a plain signature.
    pub fn order_bytes(self) -> usize {
        Domain::of(self).order_bytes()
    }

    pub fn order_bits(self) -> u32 {
        Domain::of(self).order_bits
    }

    pub fn generator(self) -> Point {
        let (x, y) = Domain::of(self).generator;
        Point::of(self, x, y)
    }
}

/// A point of the curve's group other than the point at infinity. Every value is on the curve.
#[derive(Clone, Copy)]
pub struct Point {
    curve: NamedCurve,
    /// Both in Montgomery form, without the modulus that an [`Element`] carries along.
    x: U576,
    y: U576,
}

impl Point {
    /// From `04 || x || y` (BSI TR-03111 3.2.1).
    pub fn decode(curve: NamedCurve, bytes: &[u8]) -> Result<Self, CurveError> {
        let domain = Domain::of(curve);
        let (form, coordinates) =
            bytes.split_first().ok_or(CurveError::PointLength { expected: 1 + 2 * domain.field_bytes, found: 0 })?;
        match form {
            4 => {}
            _ => return Err(CurveError::PointForm),
        }
        if coordinates.len() != 2 * domain.field_bytes {
            return Err(CurveError::PointLength { expected: 1 + 2 * domain.field_bytes, found: bytes.len() });
        }
        let (x, y) = coordinates.split_at(domain.field_bytes);
        let coordinate = |bytes: &[u8]| {
            let value = domain::from_be_bytes(bytes).ok_or(CurveError::NotOnCurve)?;
            if value >= *domain.p() { Err(CurveError::NotOnCurve) } else { Ok(Element::new(&value, domain.field)) }
        };
        let (x, y) = (coordinate(x)?, coordinate(y)?);
        if y.square() == (x.square() + domain.a) * x + domain.b {
            Ok(Self::of(curve, x, y))
        } else {
            Err(CurveError::NotOnCurve)
        }
    }

    /// `04 || x || y`.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![4];
        bytes.extend(self.x_coordinate());
        bytes.extend(domain::to_be_bytes(&self.element(&self.y).retrieve(), self.curve.field_bytes()));
        bytes
    }

    pub fn x_coordinate(&self) -> Vec<u8> {
        domain::to_be_bytes(&self.element(&self.x).retrieve(), self.curve.field_bytes())
    }

    pub fn curve(&self) -> NamedCurve {
        self.curve
    }

    /// # Errors
    /// [`CurveError::Infinity`] when the points are each other's negative.
    ///
    /// # Panics
    /// When the points are of different curves: a bug of the caller, who decoded both for one curve.
    pub fn add(&self, other: &Self) -> Result<Self, CurveError> {
        assert_eq!(self.curve, other.curve, "points of one curve are added");
        self.projective().add(&other.projective(), Domain::of(self.curve)).affine(self.curve)
    }

    /// The group has prime order, so no multiple by a scalar is infinity.
    ///
    /// # Panics
    /// When point and scalar are of different curves: a bug of the caller.
    pub fn mul(&self, scalar: &Scalar) -> Self {
        assert_eq!(self.curve, scalar.curve, "a point is multiplied by a scalar of its group");
        self.projective()
            .mul(&scalar.value, Domain::of(self.curve))
            .affine(self.curve)
            .expect("a group of prime order has no other multiple at infinity")
    }

    fn projective(&self) -> Projective {
        Projective { x: self.element(&self.x), y: self.element(&self.y), z: Element::one(Domain::of(self.curve).field) }
    }

    fn of(curve: NamedCurve, x: Element, y: Element) -> Self {
        Self { curve, x: x.to_montgomery(), y: y.to_montgomery() }
    }

    fn element(&self, coordinate: &U576) -> Element {
        Element::from_montgomery(*coordinate, Domain::of(self.curve).field)
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.curve == other.curve && self.x == other.x && self.y == other.y
    }
}

impl Eq for Point {}

/// A chip's public key tells one chip from another, so it is not printed.
impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({:?})", self.curve)
    }
}

/// An integer from 1 to the group order minus 1: a private key, or a nonce.
#[derive(Clone)]
pub struct Scalar {
    curve: NamedCurve,
    value: U576,
}

impl Scalar {
    /// Uniform, by rejection.
    pub fn random(curve: NamedCurve, rng: &mut (impl CryptoRngCore + ?Sized)) -> Self {
        let domain = Domain::of(curve);
        let mut bytes = Zeroizing::new(vec![0; domain.order_bytes()]);
        let spare_bits = bytes.len() as u32 * 8 - domain.order_bits;
        loop {
            rng.fill_bytes(&mut bytes);
            bytes[0] &= 0xff >> spare_bits;
            if let Ok(scalar) = Self::from_be_bytes(curve, &bytes) {
                return scalar;
            }
        }
    }

    pub fn from_be_bytes(curve: NamedCurve, bytes: &[u8]) -> Result<Self, CurveError> {
        let value = domain::from_be_bytes(bytes).ok_or(CurveError::ScalarOutOfRange)?;
        if value == U576::ZERO || value >= *Domain::of(curve).n() {
            return Err(CurveError::ScalarOutOfRange);
        }
        Ok(Self { curve, value })
    }

    /// Any number of up to 72 bytes, modulo the group order; only multiples of the order are refused.
    pub fn from_be_bytes_reduced(curve: NamedCurve, bytes: &[u8]) -> Result<Self, CurveError> {
        let value = domain::from_be_bytes(bytes).ok_or(CurveError::ScalarOutOfRange)?;
        let value = value.rem(&NonZero::new(*Domain::of(curve).n()).expect("the order is not zero"));
        if value == U576::ZERO { Err(CurveError::ScalarOutOfRange) } else { Ok(Self { curve, value }) }
    }

    /// Big-endian, as long as the group order.
    pub fn to_be_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(domain::to_be_bytes(&self.value, self.curve.order_bytes()))
    }

    pub fn curve(&self) -> NamedCurve {
        self.curve
    }

    /// This scalar times the standard generator.
    pub fn public(&self) -> Point {
        self.curve.generator().mul(self)
    }
}

impl Drop for Scalar {
    fn drop(&mut self) {
        self.value.as_words_mut().zeroize();
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scalar({:?})", self.curve)
    }
}

/// The shared secret: the x coordinate of `secret * public` (BSI TR-03111 4.3.1).
///
/// # Panics
/// When the key is of another curve than the secret: a bug of the caller, who decoded it for that curve.
pub fn agree(secret: &Scalar, public: &Point) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(public.mul(secret).x_coordinate())
}

/// The generic mapping of PACE (9303-11 4.4.3.3.1): the generator `nonce * G + shared`.
pub fn map_generic(nonce: &Scalar, shared: &Point) -> Result<Point, CurveError> {
    nonce.public().add(shared)
}

/// (x : y : z) with the affine point (x/z, y/z); z = 0 at infinity.
#[derive(Clone, Copy)]
struct Projective {
    x: Element,
    y: Element,
    z: Element,
}

impl Projective {
    fn infinity(domain: &Domain) -> Self {
        let (zero, one) = (Element::zero(domain.field), Element::one(domain.field));
        Self { x: zero, y: one, z: zero }
    }

    /// Renes-Costello-Batina 2016 algorithm 1: complete for a curve of odd order.
    fn add(&self, other: &Self, domain: &Domain) -> Self {
        let (a, b3) = (domain.a, domain.b3);
        let xx = self.x * other.x;
        let yy = self.y * other.y;
        let zz = self.z * other.z;
        let xy = (self.x + self.y) * (other.x + other.y) - (xx + yy);
        let xz = (self.x + self.z) * (other.x + other.z) - (xx + zz);
        let yz = (self.y + self.z) * (other.y + other.z) - (yy + zz);

        let mixed = b3 * zz + a * xz;
        let (minus, plus) = (yy - mixed, yy + mixed);
        let azz = a * zz;
        let tripled = xx + xx + xx + azz;
        let rest = b3 * xz + a * (xx - azz);
        Self { x: xy * minus - yz * rest, y: minus * plus + tripled * rest, z: yz * plus + xy * tripled }
    }

    /// Four bits at a time from the top; the additions and table reads are the same for every scalar.
    fn mul(&self, scalar: &U576, domain: &Domain) -> Self {
        let mut table = [Self::infinity(domain); 16];
        for i in 1..table.len() {
            table[i] = table[i - 1].add(self, domain);
        }
        let mut product = Self::infinity(domain);
        for window in (0..domain.order_bits.div_ceil(4)).rev() {
            for _ in 0..4 {
                product = product.add(&product, domain);
            }
            let digit = scalar.shr_vartime(window * 4).as_words()[0] & 0xf;
            let mut term = table[0];
            for (candidate, entry) in (0..).zip(&table) {
                term = Self::select(&term, entry, digit.ct_eq(&candidate), domain);
            }
            product = product.add(&term, domain);
        }
        product
    }

    fn select(a: &Self, b: &Self, choice: crypto_bigint::subtle::Choice, domain: &Domain) -> Self {
        let coordinate = |a: &Element, b: &Element| {
            let value = U576::conditional_select(a.as_montgomery(), b.as_montgomery(), choice);
            Element::from_montgomery(value, domain.field)
        };
        Self { x: coordinate(&a.x, &b.x), y: coordinate(&a.y, &b.y), z: coordinate(&a.z, &b.z) }
    }

    fn affine(&self, curve: NamedCurve) -> Result<Point, CurveError> {
        let domain = Domain::of(curve);
        if *self.z.as_montgomery() == U576::ZERO {
            return Err(CurveError::Infinity);
        }
        let inverse = invert(&self.z, domain.p());
        Ok(Point::of(curve, self.x * inverse, self.y * inverse))
    }
}

/// By Fermat, for a prime modulus: the exponent is public.
fn invert(element: &Element, modulus: &U576) -> Element {
    element.pow_bounded_exp(&modulus.wrapping_sub(&U576::from_u8(2)), modulus.bits_vartime())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scalar(curve: NamedCurve, hex: &str) -> Scalar {
        Scalar::from_be_bytes(curve, &hex::decode(hex).expect("hex")).expect("in range")
    }

    fn point(curve: NamedCurve, x: &str, y: &str) -> Point {
        Point::decode(curve, &hex::decode(format!("04{x}{y}")).expect("hex")).expect("on the curve")
    }

    /// One key pair per curve, made and checked by OpenSSL 3.0.
    #[rustfmt::skip]
    #[test]
    fn every_curve_agrees_with_another_implementation() {
        let pairs = [
            (
            NamedCurve::P192,
            "e97cf0221112750b4399f328d16acb5ca70f555a83f7003c",
            "04e77234139991c4036adeab44a04f3b7b3a920717546e8e3a46bdb61769378923a05a1be251cf19b3fd8a5718864800d1",
            ),
            (
            NamedCurve::P224,
            "9974cb16a736dc3be431a6fc2f4bd39a2889bb2b8c92104323a5c1e7",
            "0417effd714fb4b28d88463cdd76461232dd475e8d8711e227089c6e792bb37cffed0354f02d8440e7e465ab26c794dd09979aa00f20a3f234",
            ),
            (
            NamedCurve::P256,
            "34350c6135c72b429f71d2d3b78ca1409587a7ed2e242d1f30a35365cd3e63e5",
            "040c3f1d6c192f9aa43a662f0c190afc66d1b1352f2976f46e42214299d20dbdd9f8e8a173759bddaf531821a25f369051e635a4dde92711e1a91d243e9ef9d278",
            ),
            (
            NamedCurve::P384,
            "81cce1ba9456e0ee185f4100b075983e9417a2b6a6455e781e026c68eaa7f4a06afd94b7ae3d971445f851b100c88fcc",
            "0411607273583a051c4c4b48c96762e1ce903706306e9e876272cec72eb0d273664dbfe204870ccfd0b33333fd4717b83222c1f60c8fb52a440c9ec146f2bd2514610bc54233dc5c4667b90f79fd0ae2db36a6998e2a3f81a2af68e545fef5a03b",
            ),
            (
            NamedCurve::P521,
            "0126ae9246047dd82d470278aeadc8f808d3bdd534f87cab8019492f010328c55dd3b7487b13393df29d4b0062ebf2d0ec906f3f19eb9265bf758f990ce5ef3ab2eb",
            "040021e16f72ddfb0cb9a74bfd0fe20767813e5cdeb8423e5283d92f80cfa8a3a30bb937b8767ce6614fae17808dd5d5eb459ee1508f90939a104fd399fe941a95e11c014500f7d9c3c54a2c12fff58e9976316d546dc2175c27dcc2864917188fc2e824d5a02e4bafccee8e54a289571f1bd4817aa0fe96984b69afdbf5d9a55a6a9ffbe7",
            ),
            (
            NamedCurve::BrainpoolP192r1,
            "9254f5ab56bfa0e270caec5b853171f70f6b23a6a5d34e1c",
            "04a20710130cd944d4d22d8039ea37b82627c208f3c4a51fa0085a56054f96937631badb7e77a7c3f0ac7b562c6e10ed90",
            ),
            (
            NamedCurve::BrainpoolP224r1,
            "7d0b439a90e3e776f50e93b7bbee1ceac252475afb78798290eb9494",
            "04d5dd665ed2fcf70d62d1375408f04d25f99bab1897cbe29841d1b27e05d37273e4fa281dfd43c096111bc0061424c02762a9abcbe9a78844",
            ),
            (
            NamedCurve::BrainpoolP256r1,
            "4fc6622faf21516c3879e47a2b3f545151896870fd88445393befc5685a9a6a7",
            "0452073463b9ce82d6f5bd9a52b6508f66c783db6e482408d626c546374e7ecfb1a7ee4988bd776c717fa701ebf6859a238118fdcf2aa6798e9678cdf7817c3135",
            ),
            (
            NamedCurve::BrainpoolP320r1,
            "43732fc9fd5ae30f95aa3c129f0e37a6d0ac7267cccd4a793b8e05aad2e33d31e36874295af2400a",
            "04aefd67a929017e133a61c7ccd07e8ba6134f86e92006f700b8d13cc663aa8c3445545b00881d9cad06596d60df563db2afcbec4f854e463a36d2b60f2233e0b9e77754bccddcbc9272182fc0f0806731",
            ),
            (
            NamedCurve::BrainpoolP384r1,
            "4639efbbcd36209c81ff0adcb6f1fd2449e14698d92bcba0435eb41659953eb631b3804851ae9b244ac5f1477e92a56c",
            "0440a1bb11ea5c217bdbb334ae8e4af5985f7b223d7e7323de37126604aa35e967296f49bb8eb2e6d2b930d0db8aba388e24a8149e66ea190504d4ded5ba984ae9c8bcca42447e29dd153460c4e08256e3cf78634d3817854ba09c34e34131e451",
            ),
            (
            NamedCurve::BrainpoolP512r1,
            "455c05ef46094984f971ce4c3f7c908bc0ca595e04405154fab8c66fc60c5a846819ccc961b153a1336f36b48ddb81f91a732c3bfe81f4e5a403cc3d43758710",
            "04170cbb8277784a0ed6744df9338d7eb17d464a894c766f5aee9954eca0f1f3a0fac909d8b331bbfa33f55bfd5b65671520d5dedc3efc3211f497705f5776719c999d64fa48eed49a87ccf38b05b716947df6d034f45a201adfc540c5d360df6389c32de8ea29624dbe88f9627b34e9d924886bc65d93c3cd1c6528e0cf197a86",
            ),
        ];
        for (curve, secret, public) in pairs {
            let public = Point::decode(curve, &hex::decode(public).expect("hex")).expect("on the curve");
            assert_eq!(scalar(curve, secret).public(), public, "{curve:?}");
        }
    }

    /// RFC 5903 8.1.
    #[test]
    fn p256_agreement_follows_rfc_5903() {
        let curve = NamedCurve::P256;
        let i = scalar(curve, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
        let r = scalar(curve, "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
        let gi = point(
            curve,
            "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
            "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
        );
        assert_eq!(i.public(), gi);
        let shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
        assert_eq!(hex::encode(agree(&r, &gi)), shared);
        assert_eq!(hex::encode(agree(&i, &r.public())), shared);
    }

    /// RFC 7027 A.1.
    #[test]
    fn brainpool_agreement_follows_rfc_7027() {
        let curve = NamedCurve::BrainpoolP256r1;
        let a = scalar(curve, "81db1ee100150ff2ea338d708271be38300cb54241d79950f77b063039804f1d");
        let b = scalar(curve, "55e40bc41e37e3e2ad25c3c6654511ffa8474a91a0032087593852d3e7d76bd3");
        let qa = point(
            curve,
            "44106e913f92bc02a1705d9953a8414db95e1aaa49e81d9e85f929a8e3100be5",
            "8ab4846f11caccb73ce49cbdd120f5a900a69fd32c272223f789ef10eb089bdc",
        );
        let qb = point(
            curve,
            "8d2d688c6cf93e1160ad04cc4429117dc2c41825e1e9fca0addd34e6f1b39f7b",
            "990c57520812be512641e47034832106bc7d3e8dd0e4c7f1136d7006547cec6a",
        );
        assert_eq!((a.public(), b.public()), (qa, qb));
        let shared = "89afc39d41d3b327814b80940b042590f96556ec91e6ae7939bce31f3a18bf2b";
        assert_eq!(hex::encode(agree(&a, &qb)), shared);
    }

    #[test]
    fn the_group_closes_at_its_order() {
        for curve in NamedCurve::ALL {
            let domain = Domain::of(curve);
            let last = Scalar { curve, value: domain.n().wrapping_sub(&U576::ONE) }.public();
            let generator = curve.generator();
            assert_eq!(last.add(&generator), Err(CurveError::Infinity), "{curve:?}");
            let two = Scalar { curve, value: U576::from_u8(2) }.public();
            assert_eq!(generator.add(&generator), Ok(two), "{curve:?}");
            assert_eq!(two.add(&last), Ok(generator), "{curve:?}");
        }
    }

    #[test]
    fn the_generic_mapping_adds_the_agreed_point_to_a_multiple_of_the_generator() {
        let curve = NamedCurve::BrainpoolP256r1;
        let mut rng = rand::thread_rng();
        let (s, h) = (Scalar::random(curve, &mut rng), Scalar::random(curve, &mut rng));
        let mapped = map_generic(&s, &h.public()).expect("not infinity");
        let sum = s.value.add_mod(&h.value, Domain::of(curve).n());
        assert_eq!(mapped, Scalar { curve, value: sum }.public());
    }

    #[test]
    fn a_point_off_the_curve_or_ill_written_is_refused_by_name() {
        let curve = NamedCurve::P256;
        let mut bytes = curve.generator().encode();
        bytes[64] ^= 1;
        assert_eq!(Point::decode(curve, &bytes), Err(CurveError::NotOnCurve));
        assert_eq!(Point::decode(curve, &bytes[..64]), Err(CurveError::PointLength { expected: 65, found: 64 }));
        assert_eq!(Point::decode(curve, &[]), Err(CurveError::PointLength { expected: 65, found: 0 }));
        assert_eq!(Point::decode(curve, &[2; 33]), Err(CurveError::PointForm));
        assert_eq!(Point::decode(curve, &[0]), Err(CurveError::PointForm));
        let beyond_the_field = [&[4][..], &[0xff; 64]].concat();
        assert_eq!(Point::decode(curve, &beyond_the_field), Err(CurveError::NotOnCurve));
    }

    #[test]
    fn a_scalar_is_neither_zero_nor_the_order() {
        let curve = NamedCurve::P384;
        let order = domain::to_be_bytes(Domain::of(curve).n(), 48);
        assert_eq!(Scalar::from_be_bytes(curve, &order).err(), Some(CurveError::ScalarOutOfRange));
        assert_eq!(Scalar::from_be_bytes(curve, &[0; 48]).err(), Some(CurveError::ScalarOutOfRange));
        assert_eq!(Scalar::from_be_bytes_reduced(curve, &order).err(), Some(CurveError::ScalarOutOfRange));
        assert_eq!(Scalar::from_be_bytes_reduced(curve, &[1; 73]).err(), Some(CurveError::ScalarOutOfRange));
        assert_eq!(*Scalar::from_be_bytes_reduced(curve, &[7]).expect("small").to_be_bytes().last().expect("48"), 7);
    }

    #[test]
    fn identifiers_name_every_curve_once() {
        for curve in NamedCurve::ALL {
            assert_eq!(NamedCurve::from_standardized_parameter_id(curve.standardized_parameter_id()), Some(curve));
            assert_eq!(NamedCurve::from_oid(curve.oid()), Some(curve));
        }
        for reserved in [0, 1, 2, 3, 7, 19, 31, 32, 255] {
            assert_eq!(NamedCurve::from_standardized_parameter_id(reserved), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_point_parser(bytes in proptest::collection::vec(any::<u8>(), 0..140), index in 0..11_usize) {
            let _ = Point::decode(NamedCurve::ALL[index], &bytes);
            let _ = Scalar::from_be_bytes_reduced(NamedCurve::ALL[index], &bytes);
        }
    }
}
