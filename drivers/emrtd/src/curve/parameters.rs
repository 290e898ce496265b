//! `ECParameters` (RFC 3279 2.3.5, RFC 5480 2.1.1): the curve of a key as certificates and DG14/DG15 write it.
//!
//! Travel documents write explicit parameters (9303-12 7.1 demands it of certificates). They are never taken as
//! parameters: they are compared, all of them, with the standard curves.

use const_oid::ObjectIdentifier;
use der::asn1::{BitStringRef, OctetStringRef, UintRef};
use der::{Decode, Encode, Sequence};

use super::domain::{self, Domain};
use super::{CurveError, NamedCurve};

const PRIME_FIELD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.1.1");

impl NamedCurve {
    /// From the DER of `ECParameters`: an object identifier, or explicit parameters that equal a standard curve
    /// in p, a, b, G, n and h.
    pub fn from_ec_parameters_der(bytes: &[u8]) -> Result<Self, CurveError> {
        if let Ok(oid) = ObjectIdentifier::from_der(bytes) {
            return Self::from_oid(oid).ok_or(CurveError::UnknownCurve);
        }
        let given = SpecifiedEcDomain::from_der(bytes).map_err(|_| CurveError::ParametersMalformed)?;
        Self::ALL.into_iter().find(|curve| given.equals(*curve)).ok_or(CurveError::NotStandardCurve)
    }

    /// Explicit parameters, as an issuer of travel documents writes them.
    pub fn to_explicit_parameters_der(self) -> Vec<u8> {
        let domain = Domain::of(self);
        let field_element = |value| domain::to_be_bytes(&value, domain.field_bytes);
        let (p, n) = (field_element(*domain.p()), domain::to_be_bytes(domain.n(), domain.order_bytes()));
        let (a, b) = (field_element(domain.a.retrieve()), field_element(domain.b.retrieve()));
        let base = self.generator().encode();
        let explicit = || {
            SpecifiedEcDomain {
                version: 1,
                field_id: FieldId { field_type: PRIME_FIELD, prime: UintRef::new(&p)? },
                curve: Curve { a: OctetStringRef::new(&a)?, b: OctetStringRef::new(&b)?, seed: None },
                base: OctetStringRef::new(&base)?,
                order: UintRef::new(&n)?,
                cofactor: Some(UintRef::new(&[1])?),
            }
            .to_der()
        };
        explicit().expect("standard curves are short")
    }
}

#[derive(Sequence)]
struct SpecifiedEcDomain<'a> {
    version: u8,
    field_id: FieldId<'a>,
    curve: Curve<'a>,
    base: OctetStringRef<'a>,
    order: UintRef<'a>,
    /// Optional in RFC 3279, required in travel documents (9303-12 7.1).
    cofactor: Option<UintRef<'a>>,
}

#[derive(Sequence)]
struct FieldId<'a> {
    field_type: ObjectIdentifier,
    prime: UintRef<'a>,
}

#[derive(Sequence)]
struct Curve<'a> {
    a: OctetStringRef<'a>,
    b: OctetStringRef<'a>,
    seed: Option<BitStringRef<'a>>,
}

impl SpecifiedEcDomain<'_> {
    fn equals(&self, curve: NamedCurve) -> bool {
        let domain = Domain::of(curve);
        let equal = |bytes: &[u8], value| domain::from_be_bytes(bytes) == Some(value);
        (1..=3).contains(&self.version)
            && self.field_id.field_type == PRIME_FIELD
            && equal(self.field_id.prime.as_bytes(), *domain.p())
            && equal(self.curve.a.as_bytes(), domain.a.retrieve())
            && equal(self.curve.b.as_bytes(), domain.b.retrieve())
            && self.base.as_bytes() == curve.generator().encode()
            && equal(self.order.as_bytes(), *domain.n())
            && self.cofactor.is_some_and(|h| h.as_bytes() == [1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn explicit_parameters_of_a_standard_curve_are_that_curve() {
        for curve in NamedCurve::ALL {
            let explicit = curve.to_explicit_parameters_der();
            assert_eq!(NamedCurve::from_ec_parameters_der(&explicit), Ok(curve));
            let named = curve.oid().to_der().expect("an object identifier");
            assert_eq!(NamedCurve::from_ec_parameters_der(&named), Ok(curve));
        }
    }

    #[test]
    fn explicit_parameters_with_another_generator_or_any_other_part_are_refused() {
        let honest = NamedCurve::BrainpoolP256r1.to_explicit_parameters_der();
        for forged_byte in 0..honest.len() {
            let mut forged = honest.clone();
            forged[forged_byte] ^= 1;
            assert!(NamedCurve::from_ec_parameters_der(&forged).is_err(), "byte {forged_byte}");
        }
        let mut generator = honest.clone();
        let at = honest.len() - 3 - 2 - 33 - 1;
        generator[at] ^= 1;
        assert_eq!(NamedCurve::from_ec_parameters_der(&generator), Err(CurveError::NotStandardCurve));
    }

    #[test]
    fn a_curve_nobody_standardised_for_travel_documents_has_a_name_of_its_own() {
        let secp256k1 = ObjectIdentifier::new_unwrap("1.3.132.0.10").to_der().expect("an object identifier");
        assert_eq!(NamedCurve::from_ec_parameters_der(&secp256k1), Err(CurveError::UnknownCurve));
        assert_eq!(NamedCurve::from_ec_parameters_der(&[]), Err(CurveError::ParametersMalformed));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = NamedCurve::from_ec_parameters_der(&bytes);
        }

        #[test]
        fn no_altered_parameters_panic(at in 0_usize..230, byte: u8) {
            let mut bytes = NamedCurve::P256.to_explicit_parameters_der();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = NamedCurve::from_ec_parameters_der(&bytes);
        }
    }
}
