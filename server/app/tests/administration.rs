//! What administrators see and do: kiosks, the trust store, duty officers, the audit record. On both engines where tables are
//! read in new ways.

mod fixture;

use std::time::Duration;

use api::{
    Assurance, CheckInReply, CheckInRequest, CounterReason, DepartmentCode, DeviceHealth, Heartbeat, KioskId, Payer,
    SoftwareVersion,
};
use axum::http::{Method, StatusCode};
use emrtd::sim::Issuer;
use fixture::TestDatabase;
use fixture::desk::Browser;
use fixture::hospital::{Hospital, TODAY, card, enrol, issuer, of_visit, visit};
use server::audit::{self, Question};
use server::insurance::duty;
use server::kiosk_health::{self, Contact};
use server::staff::Role;
use server::store::DeskMove;
use server::trust;

fn well() -> Heartbeat {
    Heartbeat {
        version: SoftwareVersion::parse("0.1.0").expect("a version"),
        reader: DeviceHealth::Working,
        scanner: DeviceHealth::Working,
        printer: DeviceHealth::Working,
        camera: DeviceHealth::Unknown,
        disk: DeviceHealth::Working,
        unsent: 0,
    }
}

async fn tells(hospital: &Hospital, heartbeat: &Heartbeat) -> StatusCode {
    let body = serde_json::to_vec(heartbeat).expect("serialises");
    hospital.send(hospital.request(Method::POST, api::path::HEARTBEATS, body)).await.status
}

async fn contact(hospital: &Hospital) -> Contact {
    let kiosks = kiosk_health::overview(&hospital.app).await.expect("reads");
    kiosks.iter().find(|kiosk| kiosk.kiosk.as_str() == "sanh-1").expect("is known").contact
}

#[tokio::test]
async fn a_kiosk_that_was_heard_is_at_work_and_called_silent_five_minutes_later() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        let hospital = Hospital::on(&database).await;
        assert_eq!(contact(&hospital).await, Contact::Never);
        assert_eq!(tells(&hospital, &well()).await, StatusCode::NO_CONTENT);
        assert_eq!(contact(&hospital).await, Contact::Heard);
        hospital.clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(contact(&hospital).await, Contact::Heard);
        hospital.clock.advance(Duration::from_secs(1));
        assert_eq!(contact(&hospital).await, Contact::Silent);
        let told = Heartbeat { printer: DeviceHealth::PaperOut, unsent: 3, ..well() };
        assert_eq!(tells(&hospital, &told).await, StatusCode::NO_CONTENT, "the row is overwritten");
        let kiosks = kiosk_health::overview(&hospital.app).await.expect("reads");
        assert_eq!(kiosks.len(), 1);
        assert_eq!(kiosks[0].last.as_ref().expect("heard").heartbeat, told);
        assert!(kiosks[0].is_troubled());
    }
}

#[tokio::test]
async fn only_an_admitted_kiosk_in_its_own_words_is_heard() {
    let hospital = Hospital::open(None).await;
    let path = api::path::HEARTBEATS;
    let body = serde_json::to_vec(&well()).expect("serialises");
    let stranger = hospital.request_of("sanh-1", &"00".repeat(32), Method::POST, path, body);
    assert_eq!(hospital.send(stranger).await.status, StatusCode::UNAUTHORIZED);
    for wrong in ["{}", "[]", "", r#"{"version":"a b"}"#] {
        let answer = hospital.send(hospital.request(Method::POST, path, wrong)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(contact(&hospital).await, Contact::Never);
}

#[tokio::test]
async fn the_page_says_which_kiosk_is_silent_and_so_does_the_report_of_today() {
    let hospital = Hospital::open(None).await;
    tells(&hospital, &Heartbeat { printer: DeviceHealth::PaperOut, ..well() }).await;
    let administrator = Browser::of(&hospital, "quan.tri", Role::Administrator).await;
    let page = administrator.english("/staff/kiosks").await;
    assert!(page.contains("A device needs a person: sanh-1.") && page.contains("Printer: no paper"), "{page}");
    assert!(page.contains("<title>Kiosk · Sample General Hospital</title>"));
    hospital.clock.advance(Duration::from_secs(10 * 60));
    let page = administrator.english("/staff/kiosks").await;
    assert!(page.contains("Silent for more than 5 minutes: sanh-1.") && page.contains("10 min ago"), "{page}");
    let head = Browser::of(&hospital, "giam.doc", Role::Head).await;
    assert!(head.english("/staff/operations").await.contains("1 of 1 kiosks give no sign"));
    assert_eq!(head.get("/staff/kiosks").await.status, StatusCode::FORBIDDEN);
    tells(&hospital, &well()).await;
    assert!(!head.english("/staff/operations").await.contains("give no sign"));
}

#[tokio::test]
async fn an_administrator_admits_a_kiosk_and_revokes_it_with_a_reason() {
    let hospital = Hospital::open(None).await;
    let administrator = Browser::of(&hospital, "quan.tri", Role::Administrator).await;
    let menu = administrator.english("/staff/administration").await;
    assert!(menu.contains("href=\"/staff/kiosks\"") && menu.contains("href=\"/staff/people\""), "{menu}");

    let wrong = administrator.post("/staff/kiosks", &[("kiosk", "Sảnh 2")]).await.text();
    assert!(wrong.contains("Mã kiosk gồm 1 đến 32 ký tự"), "{wrong}");
    let page = administrator.post("/staff/kiosks", &[("kiosk", "sanh-2")]).await.text();
    let key = page.split_once("<p class=\"hash\">").expect("a key").1[..64].to_owned();
    let asks = async || {
        let request = hospital.request_of("sanh-2", &key, Method::GET, api::path::CONFIGURATION, "");
        hospital.send(request).await.status
    };
    assert_eq!(asks().await, StatusCode::OK);
    assert!(!administrator.get("/staff/kiosks").await.text().contains(&key), "shown once");

    let revoke = "/staff/kiosks/sanh-2/revoke";
    assert_eq!(administrator.post(revoke, &[("why", "because")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(administrator.send(revoke, "csrf=00&why=lost".into()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(asks().await, StatusCode::OK);
    let done = administrator.post(revoke, &[("why", "lost")]).await;
    assert_eq!(done.location.as_deref(), Some("/staff/kiosks?note=revoked"));
    assert_eq!(asks().await, StatusCode::UNAUTHORIZED);
    let mut tx = hospital.app.store.begin().await.expect("begins");
    let lines = tx.audit_to_chain(i64::MIN, 500).await.expect("reads");
    let revoked = lines.iter().find(|line| line.action == "kiosk_revoked").expect("is written down");
    assert_eq!((revoked.actor.as_str(), revoked.detail.as_str()), ("staff:quan.tri", "sanh-2 lost"));
}

#[tokio::test]
async fn a_kiosk_that_is_admitted_again_counts_again() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        let hospital = Hospital::on(&database).await;
        let kiosk = KioskId::parse("sanh-1").expect("an id");
        let why = server::enrolment::Revocation::Opened;
        server::enrolment::revoke(&hospital.app, &kiosk, why, "test").await.expect("revokes");
        assert_eq!(contact(&hospital).await, Contact::Revoked);
        enrol(&hospital.app, "sanh-1").await;
        assert_eq!(contact(&hospital).await, Contact::Never);
    }
}

/// A card whose chip is genuine and whose signer nobody knows, compared with its holder at the counter.
async fn compared(hospital: &Hospital, issuer: &Issuer) {
    let visit = visit();
    hospital.show_card(visit, &card(issuer)).await.expect("identified");
    let request = CheckInRequest {
        department: DepartmentCode::parse("TIEPDON").expect("a department"),
        payer: Payer::Insurance,
        counter: Some(CounterReason::SignerUnknown),
        declared: Vec::new(),
    };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
    assert!(trust::move_at_desk(&hospital.app, visit, DeskMove::Check, "hoa").await.expect("moves"));
}

#[tokio::test]
async fn a_signer_that_staff_compared_is_named_pinned_and_unpinned_with_a_reason() {
    let (known, unknown) = (issuer(), issuer());
    let hospital = Hospital::open(Some(known.csca_der())).await;
    compared(&hospital, &unknown).await;
    let signer = unknown.signer_fingerprint();
    let head = Browser::of(&hospital, "giam.doc", Role::Head).await;
    let page = head.english("/staff/trust").await;
    assert!(page.contains("Authorities: 1. Pinned signers: 0. Signers that may be pinned: 1."), "{page}");
    let certificate = trust::signers(&hospital.app).await.expect("reads").remove(0).certificate.expect("is kept");
    assert_eq!(certificate.fingerprint(), signer);
    assert!(page.contains(&signer.to_string()) && page.contains("1 / 1"), "{page}");

    let auditor = Browser::of(&hospital, "kiem.tra", Role::Auditor).await;
    assert_eq!(auditor.get("/staff/trust").await.status, StatusCode::OK);
    let pin = format!("/staff/trust/{signer}/pin");
    assert_eq!(auditor.post(&pin, &[("why", "compared")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(head.post(&pin, &[("why", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stranger = format!("/staff/trust/{}/pin", "00".repeat(32));
    assert_eq!(head.post(&stranger, &[("why", "compared")]).await.status, StatusCode::NOT_FOUND);
    let done = head.post(&pin, &[("why", "compared")]).await;
    assert_eq!(done.location.as_deref(), Some("/staff/trust?note=pinned"));
    let assurance = hospital.show_card(visit(), &card(&unknown)).await.expect("identified").assurance;
    assert_eq!(assurance, Assurance::A, "its cards count now");

    let unpin = format!("/staff/trust/{signer}/unpin");
    let done = head.post(&unpin, &[("why", "forged_card")]).await;
    assert_eq!(done.location.as_deref(), Some("/staff/trust?note=unpinned"));
    assert_eq!(head.post(&unpin, &[("why", "forged_card")]).await.status, StatusCode::NOT_FOUND);
    let assurance = hospital.show_card(visit(), &card(&unknown)).await.expect("identified").assurance;
    assert_eq!(assurance, Assurance::B);
    let lines = lines_of(&hospital).await;
    assert!(lines.contains(&("signer_unpinned".into(), format!("{signer} forged_card"))), "{lines:?}");
}

#[tokio::test]
async fn an_authority_that_ends_soon_is_warned_of() {
    let issuer = issuer();
    let hospital = Hospital::open(Some(issuer.csca_der())).await;
    let ends = hospital.app.authorities().next().expect("one").not_after();
    let head = Browser::of(&hospital, "giam.doc", Role::Head).await;
    assert!(!head.english("/staff/trust").await.contains("within 90 days"));
    let days = u64::try_from((ends - hospital.app.today()).whole_days() - 60).expect("later");
    hospital.clock.advance(Duration::from_secs(days * 86_400));
    let head = Browser::of(&hospital, "pho.giam.doc", Role::Head).await;
    assert!(head.english("/staff/trust").await.contains("Ends within 90 days"));
}

#[tokio::test]
async fn the_record_is_searched_newest_first_a_page_at_a_time_and_looking_is_a_line_of_it() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        let hospital = Hospital::on(&database).await;
        let store = &hospital.app.store;
        let (now, paper) = (hospital.app.now_ms(), visit());
        let mut tx = store.begin().await.expect("begins");
        for number in 0..250 {
            // Several at the same moment: the key holds them apart.
            tx.audit("worker", "walked", None, &format!("step {number}"), now + number / 10).await.expect("writes");
        }
        tx.audit("staff:lan", "certificate_frozen", None, &format!("{paper} 00012"), now).await.expect("writes");
        tx.audit("kiosk:sanh-1", "identified", Some(paper), "", now).await.expect("writes");
        tx.audit("staff:lan", "walked", None, "yesterday", now - 86_400_000).await.expect("writes");
        tx.commit().await.expect("commits");

        let days = (TODAY, TODAY);
        let ask = |actor: &str, action: &str, about: &str| Question::parse(days, actor, action, about).expect("asks");
        let (mut seen, mut behind) = (Vec::new(), None);
        loop {
            let (lines, next) = audit::page(&hospital.app, &ask("worker", "walk", ""), behind.as_ref(), "staff:x")
                .await
                .expect("reads");
            assert!(lines.len() <= 100);
            seen.extend(lines.into_iter().map(|line| (line.at, line.id, line.detail)));
            behind = next;
            if behind.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 250, "none lost, none twice");
        assert!(seen.windows(2).all(|pair| (pair[0].0, &pair[0].1) > (pair[1].0, &pair[1].1)));
        let of = async |question: &Question| {
            let (lines, _) = audit::page(&hospital.app, question, None, "staff:x").await.expect("reads");
            lines.into_iter().map(|line| line.action).collect::<Vec<_>>()
        };
        assert_eq!(of(&ask("lan", "", "")).await, ["certificate_frozen"], "yesterday is another day");
        let mut about = of(&ask("", "", &paper.to_string())).await;
        about.retain(|action| action != "audit_searched");
        about.sort();
        assert_eq!(about, ["certificate_frozen", "identified"]);
        assert!(of(&ask("x", "audit_searched", "")).await.len() >= 4, "who looked is written down");
        let all = audit::all(&hospital.app, &ask("worker", "", ""), "staff:x").await.expect("reads");
        assert_eq!(all.len(), 250);
    }
}

#[tokio::test]
async fn the_page_of_the_record_says_whether_it_is_whole_and_gives_a_file() {
    let hospital = Hospital::open(None).await;
    let head = Browser::of(&hospital, "giam.doc", Role::Head).await;
    while audit::chain(&hospital.app, audit::Reach::Everything).await.expect("chains") > 0 {}
    let page = head.english("/staff/audit").await;
    assert!(page.contains("Whole") && page.contains("No place for signed checkpoints"), "{page}");
    assert!(page.contains("logged_in"), "{page}");
    let wrong = head.english("/staff/audit?about=031085000017").await;
    assert!(wrong.contains("not a personal number") && !wrong.contains("<table"), "{wrong}");
    let file = head.get("/staff/audit/lines.csv?action=logged_in").await;
    assert_eq!(file.content_type, "text/csv; charset=utf-8; header=present");
    assert!(
        file.text().starts_with("\u{feff}at,actor,action,visit,detail\r\n")
            && file.text().contains("\"staff:giam.doc\"")
    );
    for closed in [Role::Receptionist, Role::RecordsOffice, Role::Auditor] {
        let other = Browser::of(&hospital, &closed.code().replace('_', "-"), closed).await;
        assert_eq!(other.get("/staff/audit").await.status, StatusCode::FORBIDDEN, "{closed:?}");
    }
    assert_eq!(head.post("/staff/audit/verify", &[]).await.location.as_deref(), Some("/staff/audit"));
}

const LAN: [(&str, &str); 4] =
    [("name", "Lê Thị Lan"), ("number", "031192000025"), ("from", "2026-11-23T08:00"), ("until", "2026-11-23T16:00")];

#[tokio::test]
async fn who_is_on_duty_is_entered_ended_and_written_down_beside_each_question() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        let hospital = Hospital::on(&database).await;
        let asked_by = async || {
            let visit = visit();
            hospital.show_card(visit, &card(&issuer())).await.expect("identified");
            let lines = hospital.app.store.audit_of(visit).await.expect("reads");
            lines.into_iter().find(|line| line.1 == "entitlement_asked_for_duty_officer").expect("was asked").2
        };
        assert_eq!(asked_by().await, "configured");
        let head = Browser::of(&hospital, "giam.doc", Role::Head).await;
        for (wrong, words) in [
            (("number", "12"), "A personal number has 12 digits."),
            (("until", "2026-11-23T07:00"), "A duty ends after it begins"),
            (("until", "soon"), "A duty ends after it begins"),
        ] {
            let fields = LAN.map(|field| if field.0 == wrong.0 { wrong } else { field });
            let answer = head.post("/staff/duty-officers", &fields).await;
            assert_eq!(answer.status, StatusCode::OK, "{wrong:?}");
            assert!(answer.text().contains("role=\"alert\""), "{words}");
        }
        let added = head.post("/staff/duty-officers", &LAN).await;
        assert_eq!(added.location.as_deref(), Some("/staff/duty-officers?note=added"));
        let page = head.english("/staff/duty-officers").await;
        assert!(page.contains("On duty: Lê Thị Lan.") && page.contains("••••••••0025"), "{page}");
        assert!(!page.contains("031192000025"));
        let duties = duty::duties(&hospital.app).await.expect("reads");
        assert_eq!(asked_by().await, duties[0].id);

        let end = format!("/staff/duty-officers/{}/end", duties[0].id);
        assert_eq!(head.post(&end, &[]).await.location.as_deref(), Some("/staff/duty-officers?note=ended"));
        assert_eq!(head.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(asked_by().await, "configured");
        assert!(head.english("/staff/duty-officers").await.contains("No duty was entered."));
    }
}

async fn lines_of(hospital: &Hospital) -> Vec<(String, String)> {
    let mut tx = hospital.app.store.begin().await.expect("begins");
    let lines = tx.audit_to_chain(i64::MIN, 500).await.expect("reads");
    lines.into_iter().map(|line| (line.action, line.detail)).collect()
}
