//! Keys on a token, against SoftHSM2. Which tokens SoftHSM has is said by the environment, so each test is a process
//! of its own with a folder of its own: the test program starts itself once more for the one test.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{at, envelope};
use tempfile::TempDir;
use xmldsig::sim::Signer;
use xmldsig::sim::soft_token::{self, KEY_LABEL, PIN, module};
use xmldsig::{
    Algorithm, KeyError, SignError, SigningKey as _, TokenKey, TokenName, TokenSettings, sign_paper, token_hmac_sha256,
    verify_paper,
};

/// Runs the body in a process of its own whose SoftHSM has a new folder.
fn in_own_process(test: &str, body: impl FnOnce(Bench)) {
    if let Some(folder) = std::env::var_os("XMLDSIG_TOKEN_FOLDER") {
        return body(Bench { folder: folder.into() });
    }
    let folder = TempDir::new().unwrap();
    let configuration = soft_token::configuration(folder.path());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SOFTHSM2_CONF", &configuration)
        .env("XMLDSIG_TOKEN_FOLDER", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn settings(&self, token: &str, pin: &str) -> TokenSettings {
        let pin_file = self.folder.join("pin");
        std::fs::write(&pin_file, format!("{pin}\n")).unwrap();
        TokenSettings {
            module: module(),
            token: TokenName::Label(token.to_owned()),
            key_label: KEY_LABEL.to_owned(),
            pin_file,
        }
    }

    /// The folder of the one token, moved out of SoftHSM's sight, or back.
    fn unplug(&self) {
        self.move_tokens("tokens", "drawer");
    }

    fn plug(&self) {
        self.move_tokens("drawer", "tokens");
    }

    fn move_tokens(&self, from: &str, to: &str) {
        let (from, to) = (self.folder.join(from), self.folder.join(to));
        std::fs::create_dir_all(&to).unwrap();
        for token in entries(&from) {
            std::fs::rename(&token, to.join(token.file_name().unwrap())).unwrap();
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_secret_key_gives_the_codes_of_rfc_2104_and_only_while_its_token_is_there() {
    in_own_process("a_secret_key_gives_the_codes_of_rfc_2104_and_only_while_its_token_is_there", |bench| {
        // RFC 4231 4.3, test case 2, its key filled with zeros to the 32 bytes that the module wants: a key shorter than a
        // block is filled with zeros anyway (RFC 2104 2).
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(b"Jefe");
        soft_token::make_secret("master", &secret);
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let code = || token_hmac_sha256(&bench.settings("master", PIN), b"what do ya want for nothing?");
        assert_eq!(hexadecimal(&*code().unwrap()), expected);
        bench.unplug();
        assert!(matches!(code(), Err(KeyError::TokenAbsent { .. })));
        bench.plug();
        assert_eq!(hexadecimal(&*code().unwrap()), expected);
        let wrong = token_hmac_sha256(&bench.settings("master", "000000"), b"");
        assert!(matches!(wrong, Err(KeyError::WrongPin)), "{wrong:?}");
        let other = TokenSettings { key_label: "other".to_owned(), ..bench.settings("master", PIN) };
        assert!(matches!(token_hmac_sha256(&other, b""), Err(KeyError::KeyAbsent { label }) if label == "other"));
    });
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_key_on_a_token_signs_papers() {
    in_own_process("a_key_on_a_token_signs_papers", |bench| {
        for (name, signer) in [("rsa", support::rsa()), ("ecdsa", support::ecdsa())] {
            soft_token::make(&bench.folder, name, signer);
        }
        // Two keys of one module, side by side.
        let keys = ["rsa", "ecdsa"].map(|name| TokenKey::open(bench.settings(name, PIN)).unwrap());
        for (key, signer) in keys.iter().zip([support::rsa(), support::ecdsa()]) {
            let signed = sign_paper(&envelope(), key, at()).unwrap();
            let proof = verify_paper(signed.as_bytes()).unwrap();
            assert_eq!(proof.signer(), signer.certificate());
        }
        let again = TokenKey::open(bench.settings("rsa", PIN)).unwrap();
        drop(keys);
        sign_paper(&envelope(), &again, at()).unwrap();
    });
}

#[test]
fn a_token_that_comes_back_signs_again() {
    in_own_process("a_token_that_comes_back_signs_again", |bench| {
        soft_token::make(&bench.folder, "rsa", support::rsa());
        let key = TokenKey::open(bench.settings("rsa", PIN)).unwrap();
        sign_paper(&envelope(), &key, at()).unwrap();
        for _ in 0..2 {
            bench.unplug();
            for _ in 0..2 {
                let error = sign_paper(&envelope(), &key, at()).unwrap_err();
                assert!(matches!(error, SignError::Key(KeyError::TokenAbsent { .. })), "{error:?}");
            }
            let error = TokenKey::open(bench.settings("rsa", PIN)).unwrap_err();
            assert!(matches!(error, KeyError::TokenAbsent { token } if token == "rsa"));
            bench.plug();
            sign_paper(&envelope(), &key, at()).unwrap();
        }
    });
}

#[test]
fn a_wrong_pin_is_tried_once_and_a_corrected_one_is_taken() {
    in_own_process("a_wrong_pin_is_tried_once_and_a_corrected_one_is_taken", |bench| {
        soft_token::make(&bench.folder, "rsa", support::rsa());
        let error = TokenKey::open(bench.settings("rsa", "000000")).unwrap_err();
        assert!(matches!(error, KeyError::WrongPin), "{error:?}");
        let key = TokenKey::open(bench.settings("rsa", PIN)).unwrap();

        // The PIN file is spoiled and the token comes back: the PIN in it is tried once, then no more.
        bench.settings("rsa", "000000");
        bench.unplug();
        assert!(key.sign(b"a").is_err());
        bench.plug();
        assert!(matches!(key.sign(b"a"), Err(KeyError::WrongPin)));
        assert!(matches!(key.sign(b"a"), Err(KeyError::WrongPin)));
        bench.settings("rsa", PIN);
        key.sign(b"a").unwrap();
    });
}

#[test]
fn what_the_token_lacks_is_named() {
    in_own_process("what_the_token_lacks_is_named", |bench| {
        soft_token::make(&bench.folder, "rsa", support::rsa());
        let settings = bench.settings("rsa", PIN);
        let open = |change: &dyn Fn(&mut TokenSettings)| {
            let mut settings = settings.clone();
            change(&mut settings);
            TokenKey::open(settings).unwrap_err()
        };
        let error = open(&|settings| settings.key_label = "other".to_owned());
        assert!(matches!(error, KeyError::KeyAbsent { label } if label == "other"));
        let error = open(&|settings| settings.token = TokenName::Label("other".to_owned()));
        assert!(matches!(error, KeyError::TokenAbsent { token } if token == "other"));
        let error = open(&|settings| settings.pin_file = bench.folder.join("absent"));
        assert!(matches!(error, KeyError::File { .. }), "{error:?}");
        let error = open(&|settings| settings.module = bench.folder.join("absent.so"));
        assert!(matches!(error, KeyError::Module { .. }), "{error:?}");

        let key = bench.folder.join("key.pem");
        soft_token::util(&[
            "--import",
            key.to_str().unwrap(),
            "--token",
            "rsa",
            "--label",
            "bare",
            "--id",
            "b2",
            "--pin",
            PIN,
        ]);
        let error = open(&|settings| settings.key_label = "bare".to_owned());
        assert!(matches!(error, KeyError::CertificateAbsent { label } if label == "bare"));
        soft_token::util(&[
            "--import",
            key.to_str().unwrap(),
            "--token",
            "rsa",
            "--label",
            "bare",
            "--id",
            "b3",
            "--pin",
            PIN,
        ]);
        let error = open(&|settings| settings.key_label = "bare".to_owned());
        assert!(matches!(error, KeyError::KeyAmbiguous { .. }), "{error:?}");
    });
}

/// A certificate of another key under the key's number: nothing it signs is handed out.
#[test]
fn a_token_with_another_keys_certificate_signs_no_paper() {
    in_own_process("a_token_with_another_keys_certificate_signs_no_paper", |bench| {
        soft_token::make(&bench.folder, "rsa", support::rsa());
        let longer = Signer::new(
            Algorithm::RsaSha256,
            "CN=longer",
            support::NOT_BEFORE,
            support::NOT_AFTER + time::Duration::DAY,
        );
        soft_token::add_certificate("rsa", &longer, &[0xa1]);
        let key = TokenKey::open(bench.settings("rsa", PIN)).unwrap();
        assert!(matches!(sign_paper(&envelope(), &key, at()), Err(SignError::DoesNotVerify(_))));
    });
}
