//! Messages as hospital systems write them, and what is answered.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use interop::hl7::{
    Acknowledgement, FaultKind, ItemKind, Message, Notice, Settings, Trigger, Verdict, VisitKey, VisitStep,
    acknowledge, refuse_unreadable,
};
use interop::{PatientNumber, Told};
use time::macros::{datetime, offset};

fn settings() -> Settings {
    Settings::at(offset!(+7))
}

fn message(kind: &str, version: &str, segments: &str) -> Message {
    let head =
        format!("MSH|^~\\&|HIS|BVMAU|TIEPDON|31999|20261122093000||{kind}|MSG-7|P|{version}|||||VNM|UNICODE UTF-8");
    Message::parse(format!("{head}\r{segments}").as_bytes()).unwrap()
}

const PID: &str = "PID|1||BN-0017^^^BVMAU^MR~031085000017^^^BCA^NI||Nguyễn^Mẫu^Văn||19850115|M";

#[test]
fn an_appointment_of_version_2_5_is_read_with_its_place_and_time() {
    let siu = format!("SCH|P-1|LH-2026-1|||||||15|min|^^^202611230830\r{PID}\rRGS|1\rAIL|1||K01^101|||\r");
    let Notice::Appointment(notice) = Notice::read(&message("SIU^S12^SIU_S12", "2.5", &siu), &settings()).unwrap()
    else {
        panic!("an appointment")
    };
    assert_eq!(notice.id.as_str(), "LH-2026-1");
    assert_eq!(notice.told_at, Some(datetime!(2026-11-22 09:30 +7)));
    let Told::Booked(booking) = notice.told else { panic!("booked") };
    assert_eq!(booking.starts, datetime!(2026-11-23 08:30 +7));
    assert_eq!((booking.department.as_str(), booking.room.as_deref()), ("K01", Some("101")));
    assert_eq!(booking.number.as_str(), "031085000017");
    assert_eq!(booking.patient.name.unwrap().as_str(), "Nguyễn Văn Mẫu");
    assert_eq!(booking.patient.hospital_number.unwrap().as_str(), "BN-0017");
}

#[test]
fn version_2_3_with_the_time_in_ais_and_the_place_in_pv1_is_the_same_to_us() {
    let siu = "SCH|LH-9\rPID|1||GD4313100000017^^^^HC||Nguyễn Văn Mẫu\rPV1|1|O|K01\rAIS|1||KHAM|20261123083000+0700";
    let Notice::Appointment(notice) = Notice::read(&message("SIU^S14", "2.3", siu), &settings()).unwrap() else {
        panic!("an appointment")
    };
    let Told::Booked(booking) = notice.told else { panic!("booked") };
    assert_eq!(booking.starts, datetime!(2026-11-23 08:30 +7));
    assert!(matches!(booking.number, PatientNumber::Insurance(_)));
    let cancelled = Notice::read(&message("SIU^S15", "2.3", "SCH|LH-9"), &settings()).unwrap();
    assert!(matches!(cancelled, Notice::Appointment(notice) if notice.told == Told::Cancelled));
}

#[test]
fn a_visit_is_named_by_our_id_or_by_theirs() {
    let ours = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    let blank = "|".repeat(15);
    let pv1 = |nineteen: &str, fifty: &str| format!("{PID}\rPV1|1|O|K01{blank}|{nineteen}{}|{fifty}", "|".repeat(30));
    for (event, step) in [
        ("A03", VisitStep::Ended),
        ("A04", VisitStep::Registered),
        ("A08", VisitStep::Updated),
        ("A11", VisitStep::Cancelled),
    ] {
        let adt = message(&format!("ADT^{event}"), "2.4", &pv1("V-1", ours));
        let Notice::Visit(notice) = Notice::read(&adt, &settings()).unwrap() else { panic!("a visit") };
        assert_eq!(notice.step, step);
        assert_eq!(
            notice.key,
            VisitKey::Ours { visit: api::VisitId(ours.parse().unwrap()), theirs: Some("V-1".into()) }
        );
    }
    let adt = message("ADT^A04", "2.4", &pv1("V-1", ""));
    let Notice::Visit(notice) = Notice::read(&adt, &settings()).unwrap() else { panic!("a visit") };
    assert_eq!(notice.key, VisitKey::Theirs("V-1".into()));
    let fault = Notice::read(&message("ADT^A04", "2.4", &pv1("", "")), &settings()).unwrap_err();
    assert_eq!((fault.kind, fault.at.to_string().as_str()), (FaultKind::RequiredFieldMissing, "PV1-19"));
}

#[test]
fn the_first_cost_is_whichever_message_the_setting_names() {
    let pv1 = format!("PV1|1|O|K01{}|01|V-1|1.1", "|".repeat(14));
    let dft = format!("{PID}\r{pv1}\rFT1|1|||20261123081500||CG|02.1895^Khám Nội");
    let Notice::FirstCost(charge) = Notice::read(&message("DFT^P03", "2.5.1", &dft), &settings()).unwrap() else {
        panic!("a charge")
    };
    assert_eq!((charge.patient_type.as_str(), charge.financial_class.as_str()), ("01", "1.1"));
    assert_eq!((charge.code.as_str(), charge.name.as_str(), charge.kind), ("02.1895", "Khám Nội", ItemKind::Service));
    assert_eq!(charge.at, datetime!(2026-11-23 08:15 +7));

    let orm = format!("{PID}\r{pv1}\rORC|NW|1|||||||202611230815\rRXO|40.1^Thuốc mẫu");
    let orm = message("ORM^O01", "2.3.1", &orm);
    assert_eq!(Notice::read(&orm, &settings()).unwrap_err().kind, FaultKind::UnsupportedMessageType);
    let chosen = Settings { first_cost: vec!["ORM^O01".parse::<Trigger>().unwrap()], ..settings() };
    let Notice::FirstCost(charge) = Notice::read(&orm, &chosen).unwrap() else { panic!("a charge") };
    assert_eq!((charge.kind, charge.code.as_str()), (ItemKind::Medicine, "40.1"));
    for wrong in ["", "ORM", "ORM^O1", "orm^o01", "ORM^O01^X"] {
        assert!(wrong.parse::<Trigger>().is_err(), "{wrong}");
    }
}

#[test]
fn each_thing_that_is_wrong_is_answered_with_its_place() {
    let pid = |pid: &str| format!("SCH||LH-1|||||||||^^^202611230830\r{pid}\rAIL|1||K01");
    for (kind, version, segments, verdict, at, code) in [
        ("SIU^S12", "2.7", pid(PID), Verdict::Rejected, "MSH^1^12", "203"),
        ("SIU^S26", "2.5", pid(PID), Verdict::Rejected, "MSH^1^9^1^2", "201"),
        ("MFN^M02", "2.5", String::new(), Verdict::Rejected, "MSH^1^9^1^1", "200"),
        ("SIU^S12", "2.5", PID.to_owned(), Verdict::Error, "SCH^1", "100"),
        ("SIU^S12", "2.5", pid("PID|1||BN-1^^^^MR"), Verdict::Error, "PID^1^3", "101"),
        ("SIU^S12", "2.5", pid("PID|1||31085000017^^^^NI"), Verdict::Error, "PID^1^3^1^1", "102"),
        ("SIU^S12", "2.5", pid("PID|1||031085000017^^^^NI||||1985x"), Verdict::Error, "PID^1^7", "102"),
        ("SIU^S12", "2.5", pid("PID|1||031085000017^^^^NI|||||Q"), Verdict::Error, "PID^1^8", "103"),
        ("SIU^S12", "2.5", format!("SCH||LH-1\r{PID}\rAIL|1||K01"), Verdict::Error, "SCH^1^11^1^4", "101"),
        (
            "SIU^S12",
            "2.5",
            format!("SCH||LH-1|||||||||^^^mai\r{PID}\rAIL|1||K01"),
            Verdict::Error,
            "SCH^1^11^1^4",
            "102",
        ),
        (
            "SIU^S12",
            "2.5",
            format!("SCH||LH-1|||||||||^^^202611230830\r{PID}\rAIL|1||Khoa 1"),
            Verdict::Error,
            "AIL^1^3^1^1",
            "102",
        ),
    ] {
        let sent = message(kind, version, &segments);
        let fault = Notice::read(&sent, &settings()).unwrap_err();
        let answer = acknowledge(&sent, Err(&fault), "A-1", datetime!(2026-11-23 08:00 +7), offset!(+7));
        let text = String::from_utf8(answer.to_vec()).unwrap();
        let answer = Message::parse(&answer).unwrap();
        let read = Acknowledgement::read(&answer).unwrap();
        assert_eq!((read.verdict, read.control_id.as_str()), (verdict, "MSG-7"), "{text}");
        let err = answer.segment("ERR").unwrap();
        if version == "2.5" {
            let place: Vec<_> = (1..=5).map(|n| err.field(2).first().component(n).text().into_owned()).collect();
            assert_eq!(place.join("^").trim_end_matches('^'), at, "{text}");
            assert_eq!(err.field(3).first().component(1).text(), code, "{text}");
            assert_eq!(err.field(4).first().component(1).text(), "E");
        }
        // Answered to whom it came from, and nothing of the patient in it.
        assert_eq!(answer.header().field(5).first().component(1).text(), "HIS");
        assert!(!text.contains("31085000017") && !text.contains("Mẫu"), "{text}");
    }
}

#[test]
fn a_message_that_is_taken_is_answered_aa_and_bytes_that_are_none_ar() {
    let sent = message("SIU^S15", "2.3.1", "SCH|LH-9");
    let answer = acknowledge(&sent, Ok(()), "A-1", datetime!(2026-11-23 08:00 +7), offset!(+7));
    let text = String::from_utf8(answer.to_vec()).unwrap();
    assert_eq!(
        text,
        "MSH|^~\\&|TIEPDON|31999|HIS|BVMAU|20261123080000+0700||ACK|A-1|P|2.3.1||||||UNICODE UTF-8\rMSA|AA|MSG-7|\r"
    );
    let error = Message::parse(b"hello").map(drop).unwrap_err();
    let answer = refuse_unreadable(error, "A-2", datetime!(2026-11-23 08:00 +7), offset!(+7));
    let read = Acknowledgement::read(&Message::parse(&answer).unwrap()).unwrap();
    assert_eq!((read.verdict, read.words.as_str()), (Verdict::Rejected, "a message begins with MSH"));
}
