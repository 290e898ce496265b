//! DG15: the public key of active authentication (ICAO Doc 9303-10 4.7.15).

use crate::ElementaryFile;
use crate::public_key::PublicKey;

use super::{LdsError, template};

pub fn parse_dg15(bytes: &[u8]) -> Result<PublicKey, LdsError> {
    Ok(PublicKey::from_spki_der(template(ElementaryFile::DG15, bytes)?.value)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{CurveError, NamedCurve};
    use crate::public_key::PublicKeyError;
    use crate::tlv::{TlvError, encode};
    use der::Encode;
    use proptest::prelude::*;

    fn ec_key(parameters: &[u8], point: &[u8]) -> Vec<u8> {
        let algorithm = [hex::decode("06072a8648ce3d0201").expect("hex"), parameters.to_vec()].concat();
        let key = [&[0], point].concat();
        encode(0x6F, &encode(0x30, &[encode(0x30, &algorithm), encode(0x03, &key)].concat()))
    }

    #[test]
    fn a_key_with_explicit_parameters_is_that_of_the_named_curve() {
        for curve in [NamedCurve::P256, NamedCurve::BrainpoolP256r1, NamedCurve::P521] {
            let point = curve.generator();
            let named = parse_dg15(&ec_key(&curve.oid().to_der().expect("encodes"), &point.encode()));
            let explicit = parse_dg15(&ec_key(&curve.to_explicit_parameters_der(), &point.encode()));
            assert_eq!(named, Ok(PublicKey::Ec(point)));
            assert_eq!(explicit, named);
        }
    }

    #[test]
    fn each_bad_key_has_its_name() {
        let curve = NamedCurve::P256;
        let named = curve.oid().to_der().expect("encodes");
        let mut off = curve.generator().encode();
        off[64] ^= 1;
        let error = |file: &[u8]| parse_dg15(file).err();
        let not_on_curve = LdsError::Key(PublicKeyError::Curve(CurveError::NotOnCurve));
        assert_eq!(error(&ec_key(&named, &off)), Some(not_on_curve));
        let mut forged = curve.to_explicit_parameters_der();
        let last = forged.len() - 40;
        forged[last] ^= 1;
        let not_standard = LdsError::Key(PublicKeyError::Curve(CurveError::NotStandardCurve));
        assert_eq!(error(&ec_key(&forged, &curve.generator().encode())), Some(not_standard));
        let truncated = LdsError::Malformed { file: ElementaryFile::DG15, source: TlvError::Truncated };
        assert_eq!(error(&[0x6F, 0x20, 0x30]), Some(truncated));
        let large = encode(0x6F, &vec![0; ElementaryFile::DG15.max_bytes()]);
        assert!(matches!(error(&large), Some(LdsError::TooLarge { .. })));
    }

    #[test]
    fn an_rsa_key_too_short_or_even_is_refused() {
        let rsa = |modulus: &[u8]| {
            let modulus = [&[0], modulus].concat();
            let key = encode(0x30, &[encode(2, &modulus), encode(2, &[1, 0, 1])].concat());
            let bits = [&[0][..], &key].concat();
            let algorithm = hex::decode("06092a864886f70d0101010500").expect("hex");
            parse_dg15(&encode(0x6F, &encode(0x30, &[encode(0x30, &algorithm), encode(3, &bits)].concat())))
        };
        assert_eq!(rsa(&[0xff; 64]).err(), Some(LdsError::Key(PublicKeyError::RsaSize(512))));
        assert_eq!(rsa(&[0xfe; 128]).err(), Some(LdsError::Key(PublicKeyError::RsaEven)));
        assert!(rsa(&[0xff; 128]).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), wrapped: bool) {
            let bytes = if wrapped { encode(0x6F, &bytes) } else { bytes };
            let _ = parse_dg15(&bytes);
        }

        #[test]
        fn no_altered_key_panics(at in 0_usize..600, byte: u8) {
            let curve = NamedCurve::BrainpoolP320r1;
            let mut file = ec_key(&curve.to_explicit_parameters_der(), &curve.generator().encode());
            let at = at % file.len();
            file[at] = byte;
            let _ = parse_dg15(&file);
        }
    }
}
