//! Birth certificates and death notices, uploaded by somebody who read the contract (GATEWAY.md 1.5).

mod signed;

use gateway::{Algorithms, Fingerprint, Kind, Settings, Unregistered};
use signed::{FACILITY, Hash, OTHER_FACILITY, PAPER_ID, Portal, Signer, birth, death, settings};
use time::Duration;
use time::macros::datetime;

const BIRTH: &str = "00001.GCS.31999.26";
const DEATH: &str = "00001.GBT.31999.26";

#[tokio::test]
async fn a_signed_paper_of_either_kind_is_taken_with_a_transaction_and_a_time() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    for (kind, xml) in [("61", signer.birth(BIRTH)), ("60", signer.death(DEATH))] {
        let (code, reply) = portal.upload(&token, kind, &xml).await;
        assert_eq!(code, "200", "{}", portal.last_refusal());
        assert!(reply["MaGD"].as_str().is_some_and(|id| id.starts_with("HS_CHUNGTU31999_") && id.len() == 52));
        assert_eq!(reply["ThoiGianTiepNhan"], "20261123080000", "in Vietnam");
        assert_eq!(reply.as_object().map(serde_json::Map::len), Some(3));
    }
    let record = portal.gateway().records_of(Kind::Birth, BIRTH).remove(0);
    assert_eq!(record.initials, "T… T… T… N…");
    assert!(!record.misattributed() && !record.misfiled());
    assert_eq!(portal.gateway().records_of(Kind::Death, DEATH).len(), 1);
    assert!(portal.gateway().doubled().is_empty());
}

#[tokio::test]
async fn a_byte_flipped_in_either_reference_is_refused() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(BIRTH);
    let (paper, object) = (xml.find("<GIAYCHUNGSINH").expect("there"), xml.find("<Object").expect("there"));
    let digits = |from: usize, to: &str| -> Vec<usize> {
        let end = from + xml[from..].find(to).expect("there");
        (from..end).filter(|at| xml.as_bytes()[*at].is_ascii_digit()).collect()
    };
    let in_paper = digits(xml[paper..].find('>').expect("there") + paper, "</GIAYCHUNGSINH>");
    let in_time = digits(xml[object..].find("<SigningTime>").expect("there") + object, "</SigningTime>");
    let spread = in_paper.iter().step_by(9).chain(in_time.iter().step_by(2));
    for at in spread {
        let mut flipped = xml.clone().into_bytes();
        flipped[*at] ^= 1;
        let flipped = String::from_utf8(flipped).expect("digits stay digits");
        assert_eq!(portal.upload(&token, "61", &flipped).await.0, "205", "byte {at}");
    }
    assert!(portal.gateway().records().is_empty());
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
}

#[tokio::test]
async fn the_namespaces_in_scope_are_part_of_what_is_signed() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(BIRTH);
    let without = xml.replace(" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"", "");
    let with_more = xml.replace("<HSDLGCS ", "<HSDLGCS xmlns:x=\"urn:x\" ");
    for changed in [without, with_more] {
        assert_ne!(changed, xml);
        assert_eq!(portal.upload(&token, "61", &changed).await.0, "205");
        assert_eq!(portal.last_refusal(), "the signature does not verify");
    }
}

#[tokio::test]
async fn white_space_between_elements_is_signed_and_the_order_of_namespace_declarations_is_not() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let spaced = signer.sign(&birth(BIRTH, &[], Hash::Sha256).replace("><MA_BN>", ">\n  <MA_BN>"));
    assert_eq!(portal.upload(&token, "61", &spaced).await.0, "200", "{}", portal.last_refusal());
    assert_eq!(portal.upload(&token, "61", &spaced.replace(">\n  <MA_BN>", "> <MA_BN>")).await.0, "205");
    let turned = spaced.replace(
        "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
    );
    assert_ne!(turned, spaced);
    assert_eq!(portal.upload(&token, "61", &turned).await.0, "200");
}

/// Each file holds a signature that verifies over the true paper, and another paper where a careless reader looks.
#[tokio::test]
async fn a_signed_paper_wrapped_into_a_forged_file_does_not_carry_the_forgery() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(BIRTH);
    let start = xml.find("<GIAYCHUNGSINH").expect("there");
    let end = xml.find("</GIAYCHUNGSINH>").expect("there") + "</GIAYCHUNGSINH>".len();
    let (before, paper, after) = (&xml[..start], &xml[start..end], &xml[end..]);
    let forged = paper.replace("192000000025", "192000000026");
    let renamed = forged.replace(PAPER_ID, "Id-forged");
    let anonymous = forged.replace(&format!(" Id=\"{PAPER_ID}\""), "");
    let into_object = |inner: &str| after.replace("</SignatureProperties>", &format!("</SignatureProperties>{inner}"));
    let after_signature = |inner: &str| after.replace("</CHUKYDONVI>", &format!("{inner}</CHUKYDONVI>"));
    let outer_object = after.replace("</Signature>", &format!("<Object>{paper}</Object></Signature>"));
    let attacks = [
        format!("{before}{forged}{}", into_object(paper)),
        format!("{before}{renamed}{}", into_object(paper)),
        format!("{before}{anonymous}{outer_object}"),
        format!("{before}{renamed}{outer_object}"),
        format!("{before}{renamed}{}", after_signature(paper)),
        format!("{before}{renamed}{paper}{after}"),
        format!("{before}{paper}{renamed}{after}"),
        format!("{before}<X>{paper}</X>{renamed}{after}"),
        // The true paper nested in the forged one, and the whole true file in a new root.
        format!("{before}{}{after}", renamed.replace("</MA_BN>", &format!("{paper}</MA_BN>"))),
        format!(
            "<HSDLGCS>{renamed}<CHUKYDONVI>{}</CHUKYDONVI></HSDLGCS>",
            &xml[xml.find("<HSDLGCS").expect("there")..]
        ),
        // A second signature that nobody made.
        after.find("<Signature").map_or(String::new(), |at| {
            format!(
                "{before}{paper}<CHUKYDONVI>{}{}",
                &after[at..after.find("</CHUKYDONVI>").expect("there")],
                &after[at..]
            )
        }),
        // Canonical form drops a comment, readers disagree about the value around it.
        xml.replace("<SO_CCCD_NND>192000000025", "<SO_CCCD_NND>192<!-- -->000000025"),
    ];
    for (index, attack) in attacks.iter().enumerate() {
        assert_ne!(attack, &xml);
        assert_eq!(portal.upload(&token, "61", attack).await.0, "205", "attack {index}");
    }
    assert!(portal.gateway().records().is_empty());
}

#[tokio::test]
async fn a_transform_that_would_leave_the_time_unsigned_is_refused() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let c14n = "<Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>";
    let enveloped = "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    let exclusive = "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    let template = birth(BIRTH, &[], Hash::Sha256);
    for transforms in [format!("{enveloped}{c14n}"), exclusive.to_owned()] {
        let signed = signer.sign(&template.replace(c14n, &transforms));
        assert_eq!(portal.upload(&token, "61", &signed).await.0, "205");
        assert!(portal.last_refusal().contains("Transforms"));
    }
}

#[tokio::test]
async fn the_elements_are_all_there_in_their_order_and_of_their_form() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let birth_with = |changes: &[(&str, &str)]| birth(BIRTH, changes, Hash::Sha256);
    let swapped = birth_with(&[]).replace("<MA_CT></MA_CT><SO_SERI></SO_SERI>", "<SO_SERI></SO_SERI><MA_CT></MA_CT>");
    let short = birth_with(&[]).replace("<CAP_LAN_DAU>1</CAP_LAN_DAU>", "");
    let long = birth_with(&[]).replace("<CAP_LAN_DAU>1</CAP_LAN_DAU>", "<CAP_LAN_DAU>1</CAP_LAN_DAU><X></X>");
    let late = [("NGAYGIO_VV", "202611230000"), ("NGAY_TV", "202611222330")];
    for (kind, template, reason) in [
        ("61", swapped, "element 3 should be MA_CT"),
        ("61", short, "68 elements, not 69"),
        ("61", long, "70 elements, not 69"),
        ("61", birth("1.GCS.31999.26", &[], Hash::Sha256), "MA_GCS is not of its form"),
        ("61", birth(DEATH, &[], Hash::Sha256), "MA_GCS is not of its form"),
        ("61", birth_with(&[("HOTEN_NND", "")]), "HOTEN_NND is empty"),
        ("61", birth_with(&[("NGAY_SINH_CON", "202611222130")]), "NGAY_SINH_CON is not of its form"),
        ("61", birth_with(&[("NGAYCAP_CCCD_NND", "20270101")]), "NGAYCAP_CCCD_NND is not of its form"),
        ("61", birth_with(&[("GIOI_TINH_CON", "4")]), "GIOI_TINH_CON is not of its form"),
        ("60", death(BIRTH, &[]), "MA_GBT is not of its form"),
        ("60", death(DEATH, &late), "NGAY_TV does not agree with NGAYGIO_VV"),
        ("60", death(DEATH, &[("NGAY_TV", "")]), "NGAY_TV is empty"),
    ] {
        assert_eq!(portal.upload(&token, kind, &signer.sign(&template)).await.0, "205", "{reason}");
        assert_eq!(portal.last_refusal(), reason);
    }
    let dead_on_arrival = death(DEATH, &[late[0], late[1], ("TINH_TRANG_TV", "1")]);
    assert_eq!(portal.upload(&token, "60", &signer.sign(&dead_on_arrival)).await.0, "200");
}

#[tokio::test]
async fn only_the_certificate_registered_for_the_facility_and_valid_today_signs() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let expired = Signer::valid(datetime!(2024-01-01 00:00 UTC), datetime!(2026-01-01 00:00 UTC));
    let mut known = settings(&signer);
    known.certificates.register(FACILITY, expired.certificate);
    let portal = Portal::with(known).await;
    let token = portal.token(FACILITY).await;
    assert_eq!(portal.upload(&token, "61", &stranger.birth(BIRTH)).await.0, "205");
    assert!(portal.last_refusal().ends_with("is not the facility's"));
    assert_eq!(portal.upload(&token, "61", &expired.birth(BIRTH)).await.0, "205");
    assert_eq!(portal.last_refusal(), "the certificate: it is not valid at this time");
    // The stranger's signature under the facility's certificate.
    let base64 = |xml: &str| {
        let start = xml.find("<X509Certificate>").expect("there") + 17;
        xml[start..xml.find("</X509Certificate>").expect("there")].to_owned()
    };
    let (own, foreign) = (signer.birth(BIRTH), stranger.birth(BIRTH));
    let dressed = foreign.replace(&base64(&foreign), &base64(&own));
    assert_eq!(portal.upload(&token, "61", &dressed).await.0, "205");
    assert_eq!(portal.upload(&token, "61", &own).await.0, "200");
    portal.gateway().register_certificate(FACILITY, stranger.certificate);
    assert_eq!(portal.upload(&token, "61", &foreign).await.0, "200");
}

#[tokio::test]
async fn a_demonstration_may_take_the_first_certificate_of_a_facility() {
    let (first, second) = (Signer::new(), Signer::new());
    let certificates = gateway::Certificates::new(Unregistered::FirstAccepted);
    let portal = Portal::with(Settings { certificates, ..Settings::default() }).await;
    let token = portal.token(FACILITY).await;
    assert_eq!(portal.upload(&token, "61", &first.birth(BIRTH)).await.0, "200");
    assert_eq!(portal.upload(&token, "61", &second.birth(BIRTH)).await.0, "205");
    assert!(Fingerprint::parse(&first.certificate.to_string()) == Some(first.certificate));
}

#[tokio::test]
async fn sha_1_is_for_the_legacy_mode_alone() {
    let signer = Signer::new();
    let old = signer.sign(&birth(BIRTH, &[], Hash::Sha1));
    for (algorithms, code) in [(Algorithms::Modern, "205"), (Algorithms::Legacy, "200")] {
        let portal = Portal::with(Settings { algorithms, ..settings(&signer) }).await;
        let token = portal.token(FACILITY).await;
        assert_eq!(portal.upload(&token, "61", &old).await.0, code, "{}", portal.last_refusal());
        assert_eq!(portal.upload(&token, "61", &signer.birth(BIRTH)).await.0, "200");
    }
}

#[tokio::test]
async fn codes_come_in_a_200_and_say_what_the_contract_says() {
    let signer = Signer::new();
    let portal = Portal::with(Settings { max_file_bytes: 20_000, ..settings(&signer) }).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(BIRTH);
    let nobody = signed::Token { access: "x".into(), ..token.clone() };
    assert_eq!(portal.upload(&nobody, "61", &xml).await.0, "401");
    let somebody_else = signed::Token { username: "31998_BV".into(), ..token.clone() };
    assert_eq!(portal.upload(&somebody_else, "61", &xml).await.0, "401");
    assert_eq!(portal.upload(&token, "39", &xml).await.0, "205");
    assert_eq!(portal.upload(&token, "61", &" ".repeat(20_001)).await.0, "1001");
    assert_eq!(portal.upload(&token, "61", &" ".repeat(7_000_000)).await.0, "1001");
    assert_eq!(portal.upload(&token, "61", "<HSDLGCS/>").await.0, "205");
    let json = portal.http.post(portal.url("/api/hososuckhoe/guiGiayToDienTu")).json(&["x"]);
    let reply: serde_json::Value = json.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(reply["MaKetQua"], "500");
    portal.clock.advance(Duration::hours(2));
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "401", "the token is an hour's");
}

#[tokio::test]
async fn the_same_file_twice_is_two_records() {
    let signer = Signer::new();
    let portal = Portal::with(settings(&signer)).await;
    let token = portal.token(FACILITY).await;
    let xml = signer.birth(BIRTH);
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    assert_eq!(portal.upload(&token, "61", &xml).await.0, "200");
    // A new issue of another number's paper is none of this one's doubles.
    let again = signer.sign(&birth("00002.GCS.31999.26", &[("CAP_LAN_DAU", "0")], Hash::Sha256));
    assert_eq!(portal.upload(&token, "61", &again).await.0, "200");
    let doubled = portal.gateway().doubled();
    assert_eq!(doubled.len(), 1);
    assert_eq!((doubled[0].key.as_str(), doubled[0].records, doubled[0].contents), (BIRTH, 2, 1));
    let page = portal.http.get(portal.url("/")).send().await.expect("an answer").text().await.expect("text");
    assert!(page.contains("tr class=\"bad\"") && page.contains(BIRTH) && !page.contains("Thử Nghiệm"));
}

#[tokio::test]
async fn a_token_of_one_facility_files_the_papers_of_another_without_a_word() {
    let signer = Signer::new();
    let mut known = settings(&signer);
    known.certificates.register(OTHER_FACILITY, signer.certificate);
    let portal = Portal::with(known).await;
    let token = portal.token(OTHER_FACILITY).await;
    assert_eq!(portal.upload(&token, "60", &signer.birth(BIRTH)).await.0, "200", "nor is the wrong loaiHs noticed");
    let record = portal.gateway().records().remove(0);
    assert!(record.misattributed() && record.misfiled());
    assert_eq!((record.facility.as_str(), record.account_facility.as_str()), (FACILITY, OTHER_FACILITY));
    assert_eq!((record.kind, record.filed_as), (Kind::Birth, Kind::Death));
    let summary = portal.http.get(portal.url("/mock/summary")).send().await.expect("an answer");
    let summary: serde_json::Value = summary.json().await.expect("JSON");
    assert_eq!((&summary["misattributed"], &summary["misfiled"]), (&1.into(), &1.into()));
}
