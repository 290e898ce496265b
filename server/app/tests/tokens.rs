//! Keys of the facility and of a doctor on PKCS#11 tokens (SoftHSM2), by the server's own configuration and signing path.
//! Which tokens SoftHSM has is said by the environment: the test starts itself once more as a process of its own.

mod fixture;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use fixture::desk::{Browser, by, driver, papers, state, work};
use fixture::hospital::{Hospital, OPENING};
use server::certificate::{CertificateState, Why};
use server::config::{Config, MasterKeyConfig, TokenConfig};
use server::dispatch::{FacilitySigner, Signer};
use server::keys::Place;
use server::paper::{self, Notes};
use server::staff::Role;
use server::{App, Outside, StartError};
use xmldsig::sim::Signer as KeyOwner;
use xmldsig::sim::soft_token::{self, KEY_LABEL, PIN};
use xmldsig::{Algorithm, verify_detached, verify_enveloped};

const FOLDER: &str = "TIEPDON_TOKEN_FOLDER";

/// The value of `key` or `signing`.
fn on_token(label: &str, pin_file: &str) -> String {
    let module = soft_token::module().display().to_string();
    format!(r#"{{ module = "{module}", token_label = "{label}", key_label = "{KEY_LABEL}", pin_file = "{pin_file}" }}"#)
}

/// In a process of its own whose SoftHSM has a new folder.
fn in_own_process<F: Future<Output = ()>>(test: &str, story: impl FnOnce(PathBuf) -> F) {
    let Some(folder) = std::env::var_os(FOLDER) else {
        let folder = tempfile::tempdir().expect("a folder");
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", test, "--nocapture"])
            .env("SOFTHSM2_CONF", soft_token::configuration(folder.path()))
            .env(FOLDER, folder.path())
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(story(PathBuf::from(folder)));
}

#[test]
fn doctor_and_facility_sign_with_tokens_and_an_unplugged_one_is_told() {
    in_own_process("doctor_and_facility_sign_with_tokens_and_an_unplugged_one_is_told", signing);
}

#[test]
fn the_master_key_moves_into_a_token_and_the_server_starts_only_while_it_is_there() {
    in_own_process("the_master_key_moves_into_a_token_and_the_server_starts_only_while_it_is_there", moving_in);
}

async fn moving_in(folder: PathBuf) {
    let hospital = Hospital::open(None).await;
    let password = zeroize::Zeroizing::new("mot mat khau dai".to_owned());
    server::staff::add(&hospital.app, "hoa", "Lê Thị Hoà", password, Role::Head).await.expect("adds");
    let pin = folder.join("master.pin");
    std::fs::write(&pin, PIN).expect("writes");
    soft_token::make_secret("master", &[7; 32]);

    let master = MasterKeyConfig::Pkcs11(TokenConfig {
        module: soft_token::module(),
        token_label: "master".to_owned(),
        key_label: KEY_LABEL.to_owned(),
        pin_file: pin,
    });
    let new = master.read().expect("a key");
    server::privacy::rotate(&hospital.app, &new, "command line").await.expect("changes");
    let mut config = hospital.app.config.clone();
    let with_the_file = App::open(config.clone(), hospital.clock.clone(), Outside::default()).await;
    assert!(matches!(with_the_file, Err(StartError::OtherKey(_))));

    config.master_key = master;
    let app = App::open(config.clone(), hospital.clock.clone(), Outside::default()).await.expect("opens");
    let name = &app.store.accounts().await.expect("reads")[0].name;
    let place = Place { column: "staff.name", row: "hoa" };
    assert_eq!(name.open(&app.keys, place).expect("opens"), "Lê Thị Hoà");

    std::fs::rename(folder.join("tokens"), folder.join("drawer")).expect("unplugs");
    std::fs::create_dir(folder.join("tokens")).expect("an empty folder");
    let Err(error) = App::open(config, hospital.clock.clone(), Outside::default()).await else {
        panic!("a server without its master key started");
    };
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let told = causes.map(ToString::to_string).collect::<Vec<_>>().join("; ");
    assert!(told.contains("master_key") && told.contains("\"master\" is not plugged in"), "{told}");
}

async fn signing(folder: PathBuf) {
    let [before, after] = [OPENING - time::Duration::days(1), OPENING + time::Duration::days(365)];
    let doctor = KeyOwner::new(Algorithm::EcdsaP256Sha256, "CN=Le Thi Hoa,C=VN", before, after);
    let facility = KeyOwner::new(Algorithm::RsaSha256, "CN=Benh vien Da khoa Mau,C=VN", before, after);
    soft_token::make(&folder, "hoa", &doctor);
    soft_token::make(&folder, "benhvien", &facility);
    let pin = |name: &str| folder.join(name).display().to_string();
    std::fs::write(pin("benhvien.pin"), PIN).expect("writes");

    let held = format!("[[papers.practitioners]]\nlogin = \"hoa\"\nkey = {}\n", on_token("hoa", &pin("hoa.pin")));
    let directory = tempfile::tempdir().expect("a folder");
    let signing = format!(
        "[dispatch]\nbase_url = \"http://127.0.0.1:1\"\nusername = \"31999_BV\"\npassword = {{ env = \"UNUSED\" }}\n\
         signing = {}\n",
        on_token("benhvien", &pin("benhvien.pin"))
    );
    let config: Config = fixture::hospital::config(&directory, None, &signing);
    let signing = config.dispatch.and_then(|dispatch| dispatch.signing).expect("a key");
    let signer: Arc<dyn Signer> = Arc::new(FacilitySigner::from_config(&signing).expect("a key"));
    let hospital = Hospital::signed_by(None, &papers(&held), Some(signer)).await;

    let id = paper::begin(&hospital.app, &driver(), &Notes::default(), by(Why::AsPlanned)).await.expect("begins");
    let browser = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let page = format!("/staff/certificates/{id}");
    browser.post(&format!("{page}/ask"), &[]).await;
    let without_pin = browser.post(&format!("{page}/sign"), &[]).await;
    assert_eq!(without_pin.location, Some(format!("{page}?note=key_failed")));
    std::fs::write(pin("hoa.pin"), PIN).expect("writes");
    let (tokens, drawer) = (folder.join("tokens"), folder.join("drawer"));
    std::fs::rename(&tokens, &drawer).expect("unplugs");
    std::fs::create_dir(&tokens).expect("an empty reader");
    let unplugged = browser.post(&format!("{page}/sign"), &[]).await;
    assert_eq!(unplugged.location, Some(format!("{page}?note=key_failed")));
    assert!(browser.get(&format!("{page}?note=key_failed")).await.text().contains("kiểm tra thiết bị"));
    std::fs::remove_dir(&tokens).expect("empty");
    std::fs::rename(&drawer, &tokens).expect("plugs in");
    let signed = browser.post(&format!("{page}/sign"), &[]).await;
    assert_eq!(signed.location, Some(format!("{page}?note=signed")));

    let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
    let payload = server::certificate::frozen_of(&hospital.app.keys, &row).expect("opens").expect("frozen");
    let seals = paper::practitioner_seals(&hospital.app, &row).await.expect("reads");
    assert_eq!(seals.len(), 1);
    assert_eq!(seals[0].1.fingerprint, Some(hex::encode(doctor.certificate().fingerprint())));
    assert!(verify_detached(&payload, b"no signature").is_err());

    records.post(&format!("{page}/pass"), &[("why", "citizen_left")]).await;
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
    let sent = hospital.carrier.carried().remove(0);
    let record: serde_json::Value = serde_json::from_slice(&sent.body).expect("a record");
    let root: api::Base64 = serde_json::from_value(record["SIGNDATA"].clone()).expect("Base64");
    let verified = verify_enveloped(&root.0).expect("verifies");
    assert_eq!(verified.signer().fingerprint(), facility.certificate().fingerprint());
}
