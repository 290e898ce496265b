//! A detached signature stands for one payload, one time and one signer; OpenSSL agrees.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use support::{at, signers};
use time::Duration;
use xmldsig::{CertificateError, DetachedError, sign_detached, verify_detached};

const PAYLOAD: &[u8] = "Giấy chứng sinh 00001.GCS.01234.26\r\n\0".as_bytes();

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output();
    output.expect("openssl is installed: its package is openssl").status.success()
}

#[test]
fn a_signed_payload_says_when_and_by_whom() {
    for signer in signers() {
        let signature = sign_detached(PAYLOAD, &signer.key(), at() + Duration::milliseconds(700)).unwrap();
        let proof = verify_detached(PAYLOAD, &signature).unwrap();
        assert_eq!(proof.payload(), PAYLOAD);
        assert_eq!(proof.signing_time(), at());
        assert_eq!(proof.signer(), signer.certificate());
        let other = [PAYLOAD, b" "].concat();
        assert!(matches!(verify_detached(&other, &signature), Err(DetachedError::Digest)));
    }
}

#[test]
fn no_flipped_bit_changes_what_a_signature_says() {
    for signer in signers() {
        let signature = sign_detached(PAYLOAD, &signer.key(), at()).unwrap();
        for position in 0..signature.len() {
            let mut changed = signature.clone();
            changed[position] ^= 1 << (position % 8);
            if let Ok(proof) = verify_detached(PAYLOAD, &changed) {
                assert_eq!(proof.signing_time(), at());
                assert_eq!(proof.signer(), signer.certificate());
            }
        }
    }
}

#[test]
fn openssl_accepts_our_signatures_and_refuses_another_payload() {
    for signer in signers() {
        let folder = tempfile::TempDir::new().unwrap();
        let signature = sign_detached(PAYLOAD, &signer.key(), at()).unwrap();
        let file = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
        file("signature", &signature);
        file("trusted", signer.certificate_pem().as_bytes());
        file("payload", PAYLOAD);
        let time = at().unix_timestamp().to_string();
        let verify = |content: &str| {
            let arguments =
                ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "signature", "-content", content];
            let trust = ["-CAfile", "trusted", "-purpose", "any", "-attime", &time, "-out", "out"];
            openssl(folder.path(), &[&arguments[..], &trust[..]].concat())
        };
        assert!(verify("payload"));
        file("payload", &PAYLOAD[1..]);
        assert!(!verify("payload"));
    }
}

#[test]
fn we_accept_what_openssl_signs_but_not_with_sha1() {
    for signer in signers() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
        file("payload", PAYLOAD);
        file("certificate", signer.certificate_pem().as_bytes());
        file("key", signer.pkcs8_pem().as_bytes());
        let sign = |digest: &str| {
            let arguments = ["cms", "-sign", "-binary", "-cades", "-md", digest, "-in", "payload", "-outform", "DER"];
            let key = ["-signer", "certificate", "-inkey", "key", "-out", "signature"];
            assert!(openssl(folder.path(), &[&arguments[..], &key[..]].concat()));
            std::fs::read(folder.path().join("signature")).unwrap()
        };
        // OpenSSL signs with the present time, so the certificate's own time is what may refuse it; its signature is
        // not.
        match verify_detached(PAYLOAD, &sign("sha256")) {
            Ok(proof) => assert_eq!(proof.signer(), signer.certificate()),
            Err(error) => assert!(matches!(error, DetachedError::Certificate(_)), "{error}"),
        }
        let error = verify_detached(PAYLOAD, &sign("sha1")).unwrap_err();
        assert!(matches!(error, DetachedError::Algorithm(_)), "{error}");
    }
}

#[test]
fn a_certificate_out_of_its_time_signs_no_payload() {
    let key = support::ecdsa().key();
    assert!(matches!(
        sign_detached(PAYLOAD, &key, support::NOT_AFTER + Duration::SECOND),
        Err(DetachedError::Certificate(CertificateError::Expired { .. }))
    ));
    assert!(matches!(
        sign_detached(PAYLOAD, &key, support::NOT_BEFORE - Duration::SECOND),
        Err(DetachedError::Certificate(CertificateError::NotYetValid { .. }))
    ));
}

proptest! {
    #[test]
    fn no_signature_panics(bytes in proptest::collection::vec(any::<u8>(), 0..256), at in 0_usize..1200) {
        let _ = verify_detached(PAYLOAD, &bytes);
        let mut signature = sign_detached(PAYLOAD, &support::ecdsa().key(), support::at()).unwrap();
        let end = signature.len().min(at + bytes.len().min(8));
        let start = at.min(end);
        signature[start..end].copy_from_slice(&bytes[..end - start]);
        let _ = verify_detached(PAYLOAD, &signature);
    }
}
