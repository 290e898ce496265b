//! What the hospital writes and signs, before a gateway that knows neither its writer nor its signer.

mod signed;

use certificates::wire::driver::{self, RootStamp, State};
use certificates::wire::portal;
use certificates::{CertificateNumber, Context, Draft, FreeText, Numbered, parse, sim};
use gateway::{Certificates, Fingerprint, Kind, Settings, Unregistered};
use identity::FacilityCode;
use signed::{FACILITY, Portal};
use time::PrimitiveDateTime;
use time::macros::datetime;
use uuid::Uuid;
use xmldsig::sim::Signer;
use xmldsig::{Algorithm, sign_enveloped, sign_paper};

const EVERY_ALGORITHM: [Algorithm; 2] = [Algorithm::RsaSha256, Algorithm::EcdsaP256Sha256];

fn signer(algorithm: Algorithm) -> Signer {
    Signer::new(algorithm, "CN=Benh vien Thu,C=VN", datetime!(2026-01-01 00:00 UTC), datetime!(2028-01-01 00:00 UTC))
}

async fn portal_for(signer: &Signer) -> Portal {
    let mut certificates = Certificates::new(Unregistered::Refused);
    certificates.register(FACILITY, Fingerprint::of(signer.certificate().der()));
    Portal::with(Settings { certificates, ..Settings::default() }).await
}

const NOW: PrimitiveDateTime = datetime!(2026-11-23 09:30);

fn numbered(draft: &Draft) -> Numbered {
    let facility = FacilityCode::parse(FACILITY).expect("a facility");
    let settings = certificates::Settings::default();
    let context = Context { now: NOW, facility: &facility, settings: &settings };
    let certificate = parse(draft, &context).expect("nothing blocks it");
    let number = CertificateNumber::new(draft.kind(), 7, facility.clone(), 2026).expect("a number");
    certificate.with_number(number, &facility).expect("of this facility")
}

#[tokio::test]
async fn birth_and_death_as_we_write_and_sign_them_are_taken() {
    for algorithm in EVERY_ALGORITHM {
        let signer = signer(algorithm);
        let portal = portal_for(&signer).await;
        let token = portal.token(FACILITY).await;
        let birth =
            numbered(&sim::birth(NOW.date()).with("NOI_CU_TRU_NND", "Số 5 phố Mẫu & Thử, Hải Phòng").expect("field"));
        let death = numbered(&sim::death(NOW.date()));
        for (code, kind, numbered) in [("61", Kind::Birth, birth), ("60", Kind::Death, death)] {
            let document = portal::write(&numbered, Uuid::new_v4()).expect("written");
            let signed = sign_paper(&document.xml, &signer.key(), datetime!(2026-11-23 01:00 UTC)).expect("signed");
            let (answer, _) = portal.upload(&token, code, &signed).await;
            assert_eq!(answer, "200", "{algorithm:?} {kind:?}: {}", portal.last_refusal());
            assert_eq!(portal.gateway().records_of(kind, &numbered.natural_key()).len(), 1, "the same natural key");
        }
    }
}

#[tokio::test]
async fn a_driver_record_as_we_write_and_sign_it_is_taken() {
    for algorithm in EVERY_ALGORITHM {
        let signer = signer(algorithm);
        let portal = portal_for(&signer).await;
        let numbered = numbered(&sim::driver(NOW.date()));
        let codes = &certificates::Settings::default().conclusions;
        let stamp = RootStamp {
            uuid: Uuid::new_v4(),
            created: NOW,
            user: FreeText::parse("31999_HSSK").expect("user"),
            status: FreeText::parse("1").expect("status"),
            action: State::Add,
        };
        let root = driver::root(&numbered, &stamp, codes).expect("written");
        let signed = sign_enveloped(&root, &signer.key(), datetime!(2026-11-23 01:00 UTC)).expect("signed");
        let body = driver::body(&numbered, State::Add, signed.as_bytes(), codes).expect("written");
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let reply = portal.driver(json.as_object().expect("an object")).await;
        assert_eq!(reply["MSG_STATE"], "1", "{algorithm:?}: {reply}");
        assert_eq!(portal.gateway().records_of(Kind::Driver, &numbered.natural_key()).len(), 1);
    }
}
