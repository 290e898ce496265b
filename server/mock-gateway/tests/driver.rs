//! The driver health service (GATEWAY.md 1.7).

mod signed;

use gateway::{Algorithms, Issue, Kind, Settings};
use serde_json::Value;
use signed::{FACILITY, Hash, Portal, Signer, driver_json, driver_root, settings};

const KEY: &str = "00001/GKSKLX/31999/26 B";

#[tokio::test]
async fn a_signed_record_is_taken_and_answered_with_its_uuid() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let reply = portal.driver(&driver_json(&signer.sign(&driver_root(Hash::Sha256)))).await;
    assert_eq!(reply["MSG_STATE"], "1", "{reply}");
    assert_eq!(reply["SO"], "00001/GKSKLX/31999/26");
    assert_eq!(reply["IDBENHVIEN"], FACILITY);
    let record = portal.gateway().records_of(Kind::Driver, KEY).remove(0);
    assert_eq!(reply["UUID"], record.receipt);
    assert_eq!(record.issue, Issue::First);
}

#[tokio::test]
async fn the_record_added_twice_is_two_records_and_an_edit_is_no_double() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let mut json = driver_json(&signer.sign(&driver_root(Hash::Sha256)));
    assert_eq!(portal.driver(&json).await["MSG_STATE"], "1");
    assert!(portal.gateway().doubled().is_empty());
    let changed = driver_root(Hash::Sha256).replace("<LYDO></LYDO>", "<LYDO>Sửa</LYDO>");
    json = driver_json(&signer.sign(&changed));
    json.insert("LYDO".into(), "Sửa".into());
    json.insert("STATE".into(), "EDIT".into());
    assert_eq!(portal.driver(&json).await["MSG_STATE"], "1");
    assert!(portal.gateway().doubled().is_empty());
    json.insert("STATE".into(), "ADD".into());
    assert_eq!(portal.driver(&json).await["MSG_STATE"], "1");
    assert_eq!(portal.gateway().doubled()[0].records, 3);
}

#[tokio::test]
async fn the_whole_root_is_signed_in_its_order_and_says_what_the_json_says() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let signed = signer.sign(&driver_root(Hash::Sha256));
    let refused = async |json: &serde_json::Map<String, Value>, reason: &str| {
        let reply = portal.driver(json).await;
        assert_eq!(reply["MSG_STATE"], "0", "{reason}");
        assert_eq!(reply["MSG_TEXT"], reason);
    };
    let resigned = |from: &str, to: &str| driver_json(&signer.sign(&driver_root(Hash::Sha256).replace(from, to)));
    refused(&driver_json(&signed.replace("A0-1", "A0-2")), "the signature does not verify").await;
    refused(&driver_json(&signed.replace("<root>", "<root xmlns:a=\"urn:a\">")), "the signature does not verify").await;
    refused(&driver_json(&signed.replace("<UUID/>", "<!----><UUID/>")), "the envelope is not root").await;
    let spelled = resigned("NGAYTHANGNAMCAPCMD", "NGAYTHANGNAMCAPCMND");
    refused(&spelled, "element 11 should be NGAYTHANGNAMCAPCMD").await;
    refused(&resigned("<MATUY>0", "<MATUY>1"), "MATUY does not agree with what is signed").await;
    let date = resigned("<NGAYTHANGNAMCAPCMD>01/01/2021", "<NGAYTHANGNAMCAPCMD>02/01/2021");
    refused(&date, "NGAYTHANGNAMCAPCMND does not agree with what is signed").await;
    for (name, value, reason) in [
        ("SO", "1/GKSKLX/31999/26", "SO is not of its form"),
        ("GIOITINHVAL", "2", "GIOITINHVAL is not of its form"),
        ("NGAYSINH", "19850115", "NGAYSINH is not of its form"),
        ("KETLUAN", "A0-3", "NGAYKHAMLAI is empty"),
        ("NONGDOCON", "", "NONGDOCON is empty"),
        ("NGAYTHANGNAMCAPCMD", "x", "a field that is not of the contract"),
    ] {
        let mut json = driver_json(&signed);
        json.insert(name.into(), value.into());
        refused(&json, reason).await;
    }
    assert!(portal.gateway().records().is_empty());
    assert_eq!(portal.driver(&driver_json(&signed)).await["MSG_STATE"], "1");
}

#[tokio::test]
async fn the_account_is_in_the_headers_and_the_certificate_is_the_facilitys() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let portal = Portal::with(settings(&signer)).await;
    let json = driver_json(&signer.sign(&driver_root(Hash::Sha256)));
    let send = async |username: &str, password: String| -> Value {
        let request = portal.http.post(portal.url("/api/hssk/gksk")).json(&json);
        let response =
            request.header("Username", username).header("Password", password).send().await.expect("an answer");
        response.json().await.expect("JSON")
    };
    assert_eq!(send("31999_BV", "mock-password".into()).await["MSG_STATE"], "0");
    assert_eq!(send("31998_BV", signed::password()).await["MSG_STATE"], "0", "locked");
    assert_eq!(send("31999_BV", signed::password().to_lowercase()).await["MSG_STATE"], "1");
    let foreign = driver_json(&stranger.sign(&driver_root(Hash::Sha256)));
    assert_eq!(portal.driver(&foreign).await["MSG_STATE"], "0");
}

#[tokio::test]
async fn the_old_specifications_sha_1_is_for_the_legacy_mode_alone() {
    let signer = Signer::new();
    let json = driver_json(&signer.sign(&driver_root(Hash::Sha1)));
    for (algorithms, state) in [(Algorithms::Modern, "0"), (Algorithms::Legacy, "1")] {
        let portal = Portal::with(Settings { algorithms, ..settings(&signer) }).await;
        assert_eq!(portal.driver(&json).await["MSG_STATE"], state);
    }
}
