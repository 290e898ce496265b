//! What is signed verifies; what is changed, wrapped or of another shape does not.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use support::{at, envelope, rsa, signers};
use time::macros::datetime;
use xmldsig::{
    Algorithm, CertificateError, KeyError, SignError, Signed, SigningKey, SoftwareKey, Step, VerifyError, XmlError,
    sign_enveloped, sign_paper, verify_enveloped, verify_paper,
};

const RECORD: &str = "<root><UUID>1</UUID><HOTEN>Trần Thị Bình &amp; con</HOTEN><GHICHU/></root>";

#[test]
fn a_signed_paper_says_what_was_signed_when_and_by_whom() {
    for signer in signers() {
        let signed = sign_paper(&envelope(), &signer.key(), at()).unwrap();
        let proof = verify_paper(signed.as_bytes()).unwrap();
        assert!(proof.text().starts_with("<GIAYCHUNGSINH xmlns:xsd="));
        assert!(proof.text().contains("<HOTEN_NND>Trần Thị Bình</HOTEN_NND>"));
        assert!(!proof.text().contains("CHUKYDONVI"));
        assert_eq!(proof.signing_time(), at());
        assert_eq!(proof.signer(), signer.certificate());
    }
}

#[test]
fn signing_changes_nothing_but_the_slot_and_line_ends() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let (before, _) = signed.split_once("<CHUKYDONVI>").unwrap();
    let (_, after) = signed.rsplit_once("</CHUKYDONVI>").unwrap();
    assert_eq!(format!("{before}<CHUKYDONVI/>{after}"), envelope().replace("\r\n", "\n"));
    let signed = sign_enveloped(RECORD, &rsa().key(), at()).unwrap();
    let (before, rest) = signed.split_once("<Signature ").unwrap();
    let (_, after) = rest.split_once("</Signature>").unwrap();
    assert_eq!(format!("{before}{after}"), RECORD);
}

#[test]
fn a_signed_record_says_what_was_signed_and_by_whom() {
    for signer in signers() {
        let signed = sign_enveloped(RECORD, &signer.key(), at()).unwrap();
        let proof = verify_enveloped(signed.as_bytes()).unwrap();
        assert_eq!(proof.text(), "<root><UUID>1</UUID><HOTEN>Trần Thị Bình &amp; con</HOTEN><GHICHU></GHICHU></root>");
        assert_eq!(proof.claimed_signing_time(), at());
        assert_eq!(proof.signer(), signer.certificate());
    }
}

#[test]
fn the_signing_time_is_written_in_utc() {
    let there = datetime!(2026-11-23 20:37:20.5 +7);
    let signed = sign_paper(&envelope(), &rsa().key(), there).unwrap();
    assert!(signed.contains("<SigningTime>2026-11-23T13:37:20Z</SigningTime>"));
}

#[test]
fn one_changed_character_anywhere_in_what_is_signed_is_noticed() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let cases = [
        ("Trần Thị Bình", "Trần Thị Bánh"),
        ("2026-11-23T13:37:20Z", "2026-11-23T13:37:21Z"),
        ("Target=\"#CHUKYDONVI-Id-", "Target=\"#CHUKYDONVI-id-"),
        ("<SO_CON>1</SO_CON>", "<SO_CON>1</SO_CON> "),
        ("<SO_CON>1</SO_CON>", "<SO_CON>1<!-- --></SO_CON><X/>"),
    ];
    for (from, to) in cases {
        let changed = signed.replacen(from, to, 1);
        assert_ne!(changed, signed, "{from}");
        let error = verify_paper(changed.as_bytes()).unwrap_err();
        assert!(matches!(error, VerifyError::Digest(_)), "{from}: {error}");
    }
    let changed = signed.replacen("2026-11-23T13:37:20Z", "2026-11-23T13:37:21Z", 1);
    assert!(matches!(verify_paper(changed.as_bytes()), Err(VerifyError::Digest(Signed::SigningTime))));
    let record = sign_enveloped(RECORD, &rsa().key(), at()).unwrap();
    let changed = record.replacen("<UUID>1", "<UUID>2", 1);
    assert!(matches!(verify_enveloped(changed.as_bytes()), Err(VerifyError::Digest(Signed::Document))));
}

#[test]
fn every_flipped_bit_of_what_is_signed_is_refused() {
    let signed = sign_paper(&envelope(), &support::ecdsa().key(), at()).unwrap();
    let original = verify_paper(signed.as_bytes()).unwrap();
    for position in (0..signed.len()).step_by(3) {
        for bit in [0x01, 0x20] {
            let mut bytes = signed.clone().into_bytes();
            bytes[position] ^= bit;
            // Outside of the signed elements something may change: a white space, or the certificate around the same
            // key, which then is not the one that anybody vouched for. What the signed elements say may not.
            if let Ok(proof) = verify_paper(&bytes) {
                assert_eq!(proof.text(), original.text());
                assert_eq!(proof.signing_time(), original.signing_time());
            }
        }
    }
}

#[test]
fn namespaces_in_scope_are_part_of_what_is_signed() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let xsd = " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";
    let without = signed.replacen(xsd, "", 1);
    assert_ne!(without, signed);
    assert!(matches!(verify_paper(without.as_bytes()), Err(VerifyError::Digest(_))));
    let other = signed.replacen(xsd, " xmlns:xsd=\"http://www.w3.org/2001/XMLSchemb\"", 1);
    assert!(matches!(verify_paper(other.as_bytes()), Err(VerifyError::Digest(_))));
    let added = signed.replacen(xsd, &format!("{xsd} xmlns:a=\"u\""), 1);
    assert!(matches!(verify_paper(added.as_bytes()), Err(VerifyError::Digest(_))));
}

/// The signed element is moved aside, with its identifier, and another put in its place.
#[test]
fn a_signature_cannot_be_wrapped_around_another_paper() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let start = signed.find("<GIAYCHUNGSINH ").unwrap();
    let end = signed.find("</GIAYCHUNGSINH>").unwrap() + "</GIAYCHUNGSINH>".len();
    let genuine = &signed[start..end];
    let forged = genuine.replace("Trần Thị Bình", "Lê Thị Hoa");
    let renamed = forged.replace("Id=\"Id-", "Id=\"Id-0");
    let without = |text: &str| signed.replacen(genuine, text, 1);

    let twice = without(&format!("{forged}{genuine}"));
    assert!(matches!(verify_paper(twice.as_bytes()), Err(VerifyError::Xml(XmlError::RepeatedId))));
    let beside = without(&format!("{renamed}{genuine}"));
    assert!(matches!(verify_paper(beside.as_bytes()), Err(VerifyError::NotAnEnvelope)));
    let inside = without(&renamed.replace("</GIAYCHUNGSINH>", &format!("{genuine}</GIAYCHUNGSINH>")));
    assert!(matches!(verify_paper(inside.as_bytes()), Err(VerifyError::References)));
    let no_id =
        without(&forged.replacen(" Id=", " Ma=", 1).replace("</GIAYCHUNGSINH>", &format!("{genuine}</GIAYCHUNGSINH>")));
    assert!(matches!(verify_paper(no_id.as_bytes()), Err(VerifyError::NotAnEnvelope)));
    // The genuine one hidden in the signature's object.
    let hidden = without(&renamed).replacen("<Object ", &format!("<Object><X>{genuine}</X></Object><Object "), 1);
    assert!(matches!(verify_paper(hidden.as_bytes()), Err(VerifyError::Shape("Object"))));
    let hidden = without(&renamed).replacen("</SigningTime>", &format!("{genuine}</SigningTime>"), 1);
    assert!(verify_paper(hidden.as_bytes()).is_err());
}

#[test]
fn a_record_has_one_signature_under_its_root_and_nothing_signed_elsewhere() {
    let signed = sign_enveloped(RECORD, &rsa().key(), at()).unwrap();
    let wrapped = format!("<root><HOTEN>Lê Thị Hoa</HOTEN>{signed}</root>");
    assert!(matches!(verify_enveloped(wrapped.as_bytes()), Err(VerifyError::NotSigned)));
    let start = signed.find("<Signature ").unwrap();
    let end = signed.find("</Signature>").unwrap() + "</Signature>".len();
    let moved = signed.replacen("</root>", &format!("<a>{}</a></root>", &signed[start..end]), 1);
    assert!(matches!(verify_enveloped(moved.as_bytes()), Err(VerifyError::Xml(XmlError::RepeatedId))));
    let second =
        moved.replacen(" Id=\"Signature", " Id=\"A\" b=\"Signature", 1).replacen("Id=\"SignatureP", "b=\"S", 1);
    assert!(matches!(verify_enveloped(second.as_bytes()), Err(VerifyError::SeveralSignatures)));
    // An element within the signature is outside of the digest: no room for one is left.
    let within = signed.replacen("</Signature>", "<HOTEN>Lê Thị Hoa</HOTEN></Signature>", 1);
    assert!(matches!(verify_enveloped(within.as_bytes()), Err(VerifyError::Shape("Object"))));
    assert!(matches!(verify_enveloped(RECORD.as_bytes()), Err(VerifyError::NotSigned)));
    assert!(matches!(verify_paper(envelope().as_bytes()), Err(VerifyError::NotSigned)));
}

#[test]
fn sha1_and_every_other_algorithm_are_refused_by_name() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let cases = [
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Step::Signature,
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            Step::Signature,
        ),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1", Step::Digest),
        (
            "<CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#",
            Step::Canonicalization,
        ),
    ];
    for (from, to, step) in cases {
        let changed = signed.replacen(from, to, 1);
        assert_ne!(changed, signed);
        let error = verify_paper(changed.as_bytes()).unwrap_err();
        assert!(matches!(&error, VerifyError::Algorithm { what, .. } if *what == step), "{error}");
    }
    let record = sign_enveloped(RECORD, &rsa().key(), at()).unwrap();
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let xpath = record.replacen(enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116", 1);
    let error = verify_enveloped(xpath.as_bytes()).unwrap_err();
    assert!(matches!(error, VerifyError::Algorithm { what: Step::Transform, .. }), "{error}");
}

#[test]
fn references_are_exactly_the_expected_ones() {
    let signed = sign_paper(&envelope(), &rsa().key(), at()).unwrap();
    let start = signed.find("<Reference ").unwrap();
    let end = signed.find("</Reference>").unwrap() + "</Reference>".len();
    let first = &signed[start..end];
    for changed in [
        signed.replacen(first, "", 1),
        signed.replacen(first, &format!("{first}{first}"), 1),
        signed.replacen("<Reference URI=\"#Id-", "<Reference URI=\"\" a=\"#Id-", 1),
        signed.replacen("<Reference URI=\"#Id-", "<Reference URI=\"#xpointer(id('Id-", 1),
        signed.replacen("<Reference URI=\"#Id-", "<Reference URI=\"http://localhost/#Id-", 1),
    ] {
        assert_ne!(changed, signed);
        let error = verify_paper(changed.as_bytes()).unwrap_err();
        assert!(matches!(error, VerifyError::References), "{error}");
    }
}

#[test]
fn the_key_beside_the_certificate_is_the_certificates() {
    let signed = sign_enveloped(RECORD, &rsa().key(), at()).unwrap();
    let changed = signed.replacen("<Exponent>AQAB</Exponent>", "<Exponent>Aw==</Exponent>", 1);
    assert!(matches!(verify_enveloped(changed.as_bytes()), Err(VerifyError::KeyValue)));
    let (before, rest) = signed.split_once("<X509Certificate>").unwrap();
    let (_, after) = rest.split_once("</X509Certificate>").unwrap();
    let other =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, support::other().certificate().der());
    let changed = format!("{before}<X509Certificate>{other}</X509Certificate>{after}");
    assert!(matches!(verify_enveloped(changed.as_bytes()), Err(VerifyError::Signature)));
}

#[test]
fn a_certificate_out_of_its_time_does_not_sign() {
    let key = rsa().key();
    let early = datetime!(2025-12-31 23:59:59 UTC);
    let late = datetime!(2029-01-01 00:00:01 UTC);
    assert!(matches!(
        sign_paper(&envelope(), &key, early),
        Err(SignError::Certificate(CertificateError::NotYetValid { .. }))
    ));
    assert!(matches!(
        sign_enveloped(RECORD, &key, late),
        Err(SignError::Certificate(CertificateError::Expired { .. }))
    ));
}

#[test]
fn what_is_no_envelope_or_signed_already_is_not_signed() {
    let key = rsa().key();
    for text in [
        "<HSDLGCS><GIAYCHUNGSINH Id=\"Id-1\"/></HSDLGCS>",
        "<HSDLGCS><GIAYCHUNGSINH/><CHUKYDONVI/></HSDLGCS>",
        "<HSDLGCS><CHUKYDONVI/><GIAYCHUNGSINH Id=\"Id-1\"/></HSDLGCS>",
        "<HSDLGCS><GIAYCHUNGSINH Id=\"Id-1\"/><CHUKYDONVI>x</CHUKYDONVI></HSDLGCS>",
        "<HSDLGCS><GIAYCHUNGSINH Id=\"Id-1\"/><a/><CHUKYDONVI/></HSDLGCS>",
    ] {
        assert!(matches!(sign_paper(text, &key, at()), Err(SignError::NotAnEnvelope)), "{text}");
    }
    let signed = sign_paper(&envelope(), &key, at()).unwrap();
    assert!(matches!(sign_paper(&signed, &key, at()), Err(SignError::AlreadySigned)));
    let signed = sign_enveloped(RECORD, &key, at()).unwrap();
    assert!(matches!(sign_enveloped(&signed, &key, at()), Err(SignError::AlreadySigned)));
    assert!(matches!(sign_enveloped("<root/>", &key, at()), Err(SignError::EmptyDocument)));
}

/// A token whose certificate was renewed while its key was not, say.
#[test]
fn a_key_that_is_not_its_certificates_signs_nothing() {
    struct Mismatched(SoftwareKey, SoftwareKey);
    impl SigningKey for Mismatched {
        fn certificate_chain(&self) -> &[xmldsig::Certificate] {
            self.0.certificate_chain()
        }
        fn algorithm(&self) -> Algorithm {
            self.0.algorithm()
        }
        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
            self.1.sign(message)
        }
    }
    let key = Mismatched(rsa().key(), support::other().key());
    assert!(matches!(sign_paper(&envelope(), &key, at()), Err(SignError::DoesNotVerify(VerifyError::Signature))));
}

proptest::proptest! {
    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..512)) {
        let _ = verify_paper(&bytes);
        let _ = verify_enveloped(&bytes);
    }

    #[test]
    fn no_piece_of_a_signature_panics(from in 0_usize..7000, to in 0_usize..7000, text in "[ -~]{0,8}") {
        for signed in support::signed() {
            let (from, to) = (from.min(signed.len()), to.min(signed.len()));
            let (from, to) = (from.min(to), from.max(to));
            let bytes = [&signed.as_bytes()[..from], text.as_bytes(), &signed.as_bytes()[to..]].concat();
            let _ = verify_paper(&bytes);
            let _ = verify_enveloped(&bytes);
            if let Ok(text) = std::str::from_utf8(&bytes) {
                let _ = sign_paper(text, &support::ecdsa().key(), at());
                let _ = sign_enveloped(text, &support::ecdsa().key(), at());
            }
        }
    }
}
