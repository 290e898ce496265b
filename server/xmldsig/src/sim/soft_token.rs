//! Tokens of SoftHSM2, for tests of keys on tokens. Which tokens SoftHSM has is said by the environment: whoever uses them is
//! a process of its own, started with `SOFTHSM2_CONF` naming the file that [`configuration`] wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, KeyType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use der::{Decode as _, Encode as _};

use super::Signer;

/// What the tokens here are opened with.
pub const PIN: &str = "483920";
/// What the key on each token is called.
pub const KEY_LABEL: &str = "key";

const KEY_ID: u8 = 0xa1;

/// Where Debian's package puts the module.
///
/// # Panics
/// Where it is not installed.
pub fn module() -> PathBuf {
    [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists())
    .expect("SoftHSM2 is installed: its package is softhsm2")
}

/// Writes SoftHSM's configuration into a folder that will hold its tokens (`tokens`), and names the file.
///
/// # Panics
/// Where the folder cannot be written.
pub fn configuration(folder: &Path) -> PathBuf {
    let tokens = folder.join("tokens");
    std::fs::create_dir(&tokens).expect("a new folder");
    let file = folder.join("softhsm2.conf");
    let content =
        format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&file, content).expect("a writable folder");
    file
}

/// Makes a token with the signer's key and certificate. The key stays in `folder`, as `key.pem`.
///
/// # Panics
/// Where SoftHSM refuses.
pub fn make(folder: &Path, label: &str, signer: &Signer) {
    let key = folder.join("key.pem");
    std::fs::write(&key, signer.pkcs8_pem().as_bytes()).expect("a writable folder");
    let key = key.to_str().expect("a path in UTF-8");
    util(&["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678"]);
    let id = format!("{KEY_ID:x}");
    util(&["--import", key, "--token", label, "--label", KEY_LABEL, "--id", &id, "--pin", PIN]);
    add_certificate(label, signer, &[KEY_ID]);
}

/// `softhsm2-util`.
///
/// # Panics
/// Where it fails.
pub fn util(arguments: &[&str]) {
    let output = Command::new("softhsm2-util").args(arguments).output().expect("softhsm2-util is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Makes a token with a secret key of these bytes that does not leave it.
///
/// # Panics
/// Where SoftHSM refuses.
pub fn make_secret(label: &str, secret: &[u8]) {
    util(&["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "12345678"]);
    create(
        label,
        &[
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Label(KEY_LABEL.as_bytes().to_vec()),
            Attribute::Value(secret.to_vec()),
        ],
    );
}

/// # Panics
/// Where SoftHSM refuses.
pub fn add_certificate(token: &str, signer: &Signer, id: &[u8]) {
    // PKCS#11 asks for the subject beside the certificate.
    let certificate = x509_cert::Certificate::from_der(signer.certificate().der()).expect("a certificate");
    let subject = certificate.tbs_certificate.subject.to_der().expect("a name");
    create(
        token,
        &[
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Label(b"certificate".to_vec()),
            Attribute::Id(id.to_vec()),
            Attribute::Subject(subject),
            Attribute::Value(signer.certificate().der().to_vec()),
        ],
    );
}

fn create(token: &str, object: &[Attribute]) {
    let pkcs11 = Pkcs11::new(module()).expect("the module loads");
    pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).expect("initialises");
    let slots = pkcs11.get_slots_with_initialized_token().expect("slots");
    let of_label = |slot: &cryptoki::slot::Slot| pkcs11.get_token_info(*slot).is_ok_and(|info| info.label() == token);
    let slot = slots.into_iter().find(of_label).expect("the token is there");
    let session = pkcs11.open_rw_session(slot).expect("a session");
    session.login(UserType::User, Some(&AuthPin::new(PIN.into()))).expect("logs in");
    session.create_object(object).expect("the object is stored");
    session.close().expect("closes");
    pkcs11.finalize().expect("ends");
}
