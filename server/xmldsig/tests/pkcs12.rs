//! PKCS#12 files as OpenSSL writes them, new and old, and files that are none.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::process::Command;

use proptest::prelude::*;
use support::{at, envelope, signers};
use tempfile::TempDir;
use xmldsig::sim::Signer;
use xmldsig::{
    Algorithm, CertificateError, KeyError, Pkcs12Error, SigningKey as _, SoftwareKey, sign_paper, verify_paper,
};

const PASSWORD: &str = "Mật khẩu 1";

/// The file that `openssl pkcs12 -export` makes with these further arguments; nothing when this OpenSSL has not the
/// algorithm.
fn exported(signer: &Signer, issuer_pem: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    file("key", &signer.pkcs8_pem());
    file("certificate", &signer.certificate_pem());
    file("issuer", issuer_pem);
    let output = Command::new("openssl")
        .current_dir(folder.path())
        .args(["pkcs12", "-export", "-inkey", "key", "-in", "certificate", "-certfile", "issuer", "-out", "file"])
        .args(["-passout", &format!("pass:{PASSWORD}")])
        .args(arguments)
        .output()
        .expect("openssl is installed: its package is openssl");
    output.status.success().then(|| std::fs::read(folder.path().join("file")).unwrap())
}

#[test]
fn files_of_new_and_old_schemes_sign() {
    let schemes: [&[&str]; 5] = [
        &[],
        &["-keypbe", "AES-128-CBC", "-certpbe", "NONE", "-macalg", "SHA512"],
        &["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "SHA1"],
        &["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "SHA1"],
        &["-legacy", "-keypbe", "PBE-SHA1-RC2-128", "-certpbe", "PBE-SHA1-RC2-128", "-macalg", "SHA384"],
    ];
    for signer in signers() {
        for scheme in schemes {
            let file =
                exported(signer, &support::other().certificate_pem(), scheme).unwrap_or_else(|| panic!("{scheme:?}"));
            let key = SoftwareKey::from_pkcs12(&file, PASSWORD).unwrap_or_else(|error| panic!("{scheme:?}: {error:?}"));
            assert_eq!(key.certificate_chain(), [signer.certificate().clone()], "the other is nobody's issuer");
            let signed = sign_paper(&envelope(), &key, at()).unwrap();
            assert_eq!(verify_paper(signed.as_bytes()).unwrap().signer(), signer.certificate());
        }
    }
}

#[test]
fn our_own_files_open_from_disk() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("facility.p12");
    for signer in signers() {
        std::fs::write(&path, signer.pkcs12(PASSWORD)).unwrap();
        let key = SoftwareKey::open_pkcs12(&path, PASSWORD).unwrap();
        assert_eq!(key.certificate_chain(), [signer.certificate().clone()]);
    }
    assert!(matches!(SoftwareKey::open_pkcs12(&folder.path().join("absent"), PASSWORD), Err(KeyError::File { .. })));
}

#[test]
fn a_wrong_password_is_told_from_a_damaged_file() {
    let file = support::rsa().pkcs12(PASSWORD);
    assert!(matches!(SoftwareKey::from_pkcs12(&file, "Mat khau 1"), Err(KeyError::WrongPassword)));
    assert!(matches!(SoftwareKey::from_pkcs12(&file, ""), Err(KeyError::WrongPassword)));
    let cut = &file[..file.len() - 1];
    assert!(matches!(SoftwareKey::from_pkcs12(cut, PASSWORD), Err(KeyError::Pkcs12(Pkcs12Error::Malformed(_)))));
    let large = vec![0x30; 1 << 20];
    assert!(matches!(SoftwareKey::from_pkcs12(&large, PASSWORD), Err(KeyError::Pkcs12(Pkcs12Error::TooLarge))));
}

#[test]
fn a_key_and_its_certificate_come_together_or_not_at_all() {
    let file = exported(support::rsa(), &support::other().certificate_pem(), &["-nokeys"]).unwrap();
    assert!(matches!(SoftwareKey::from_pkcs12(&file, PASSWORD), Err(KeyError::Pkcs12(Pkcs12Error::NoKey))));
    let certificate = support::other().certificate().clone();
    assert!(matches!(
        SoftwareKey::from_pkcs8(support::rsa().pkcs8(), vec![certificate]),
        Err(KeyError::NotThisCertificate)
    ));
    assert!(matches!(SoftwareKey::from_pkcs8(b"", Vec::new()), Err(KeyError::UnsupportedKey)));
}

/// A key and a self-signed certificate that this program makes no use of, in PEM and as PKCS#12.
fn foreign(kind: &[&str]) -> (String, Vec<u8>) {
    let folder = TempDir::new().unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let request = ["req", "-x509", "-nodes", "-subj", "/CN=foreign", "-keyout", "key", "-out", "certificate"];
    openssl(&[&request, kind].concat());
    openssl(&["pkcs12", "-export", "-inkey", "key", "-in", "certificate", "-out", "file", "-passout", "pass:x"]);
    let pem = std::fs::read_to_string(folder.path().join("certificate")).unwrap();
    (pem, std::fs::read(folder.path().join("file")).unwrap())
}

#[test]
fn an_rsa_key_under_2048_bits_is_refused() {
    let (_, file) = foreign(&["-newkey", "rsa:1024"]);
    assert!(matches!(
        SoftwareKey::from_pkcs12(&file, "x"),
        Err(KeyError::Certificate(CertificateError::KeyTooShort { bits: 1024 }))
    ));
}

#[test]
fn an_issuer_with_a_key_of_another_kind_is_passed_over() {
    let (issuer, file) = foreign(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    assert!(matches!(SoftwareKey::from_pkcs12(&file, "x"), Err(KeyError::UnsupportedKey)));
    let file = exported(support::rsa(), &issuer, &[]).unwrap();
    let key = SoftwareKey::from_pkcs12(&file, PASSWORD).unwrap();
    let signed = sign_paper(&envelope(), &key, at()).unwrap();
    let base64: String = issuer.lines().filter(|line| !line.starts_with('-')).collect();
    let with_issuer = signed.replacen(
        "<X509Certificate>",
        &format!("<X509Certificate>{base64}</X509Certificate><X509Certificate>"),
        1,
    );
    let proof = verify_paper(with_issuer.as_bytes()).unwrap();
    assert_eq!(proof.signer(), support::rsa().certificate());
    assert!(proof.other_certificates().is_empty());
}

#[test]
fn debug_output_shows_no_key() {
    let key = support::rsa().key();
    assert_eq!(key.algorithm(), Algorithm::RsaSha256);
    let serial = support::rsa().certificate().serial();
    assert_eq!(format!("{key:?}"), format!("SoftwareKey(RsaSha256, Some(Certificate({serial})))"));
}

proptest! {
    #[test]
    fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), at in 0_usize..4000) {
        let _ = SoftwareKey::from_pkcs12(&bytes, PASSWORD);
        let mut file = support::pkcs12().clone();
        let start = at.min(file.len());
        let end = file.len().min(start + bytes.len().min(4));
        file[start..end].copy_from_slice(&bytes[..end - start]);
        let _ = SoftwareKey::from_pkcs12(&file, "x");
        let _ = xmldsig::Certificate::from_der(&bytes);
    }
}
