//! Whatever comes, nothing panics; what is written is read again.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use common::systems;
use identity::{DocumentDate, PersonName, Sex};
use interop::fhir;
use interop::hl7::{
    Acknowledgement, Header, Message, MessageWriter, MllpDecoder, Notice, SegmentWriter, Settings, Verdict, VisitKey,
    VisitNotice, VisitStep, acknowledge, frame, write_appointment, write_visit,
};
use interop::webhook::{self, Secret};
use interop::{AppointmentId, AppointmentNotice, Booking, HospitalNumber, Patient, PatientNumber, Told, sheet};
use proptest::collection::vec;
use proptest::prelude::*;
use time::macros::{datetime, offset};
use time::{Duration, OffsetDateTime};

fn header<'a>() -> Header<'a> {
    Header {
        from: ("HIS", "BV|Mẫu"),
        to: ("TIEPDON", "31999"),
        at: datetime!(2026-11-23 08:00 +7),
        local: offset!(+7),
        control_id: "c-1",
        version: "2.5",
    }
}

prop_compose! {
    fn moments()(minutes in 0_i64..5_000_000) -> OffsetDateTime {
        datetime!(2020-01-01 00:00 +7) + Duration::minutes(minutes)
    }
}

fn numbers() -> impl Strategy<Value = PatientNumber> {
    prop_oneof!["[0-9]{12}", "[0-9]{10}", "[A-Z]{2}[1-5][0-9]{12}"]
        .prop_map(|text| PatientNumber::parse(&text).unwrap())
}

fn patients() -> impl Strategy<Value = Patient> {
    let names = proptest::option::of("[A-ZÀ-Ỹ&^|~][a-zà-ỹ&\\\\]{0,5}( [A-ZÀ-Ỹ][a-zà-ỹ^]{0,5}){0,4}");
    let births = proptest::option::of(prop_oneof![Just("15/01/1985"), Just("02/1985"), Just("1985")]);
    let sexes = proptest::option::of(prop_oneof![Just(Sex::Male), Just(Sex::Female), Just(Sex::Unspecified)]);
    (proptest::option::of("[!-~]{1,20}"), names, births, sexes).prop_map(|(number, name, birth, sex)| Patient {
        // Two quotes alone mean "nothing" in HL7.
        hospital_number: number.filter(|number| number != "\"\"").and_then(|number| HospitalNumber::parse(&number)),
        name: name.and_then(|name| PersonName::parse(&name).ok()),
        birth: birth.and_then(|birth| DocumentDate::parse(birth).ok()),
        sex,
    })
}

fn bookings() -> impl Strategy<Value = AppointmentNotice> {
    let rooms = proptest::option::of("[0-9A-Z|&]{1,8}");
    ("[!#-~]{1,64}", numbers(), patients(), "[A-Z0-9_-]{1,16}", rooms, moments()).prop_map(
        |(id, number, patient, department, room, starts)| AppointmentNotice {
            id: AppointmentId::parse(&id).unwrap(),
            told_at: Some(datetime!(2026-11-23 08:00 +7)),
            told: Told::Booked(Booking {
                number,
                patient,
                department: api::DepartmentCode::parse(&department).unwrap(),
                room,
                starts,
            }),
        },
    )
}

/// Bytes that look like what is wanted, more often than chance does.
fn almost(alphabet: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![8 => proptest::sample::select(alphabet).prop_map(|text| text.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..4)], 0..60)
        .prop_map(|parts| parts.concat())
}

const HL7: &[&str] = &[
    "MSH|^~\\&|",
    "|",
    "||||",
    "^",
    "~",
    "\\",
    "&",
    "\r",
    "PID|",
    "SCH|",
    "AIL|",
    "PV1|",
    "FT1|",
    "SIU^S12",
    "ADT^A04",
    "DFT^P03",
    "|1|P|2.5",
    "\\X0D\\",
    "\\.br\\",
    "031085000017^^^^NI",
    "202611230800",
    "\"\"",
    "UNICODE UTF-8",
    "8859/1",
    "\x0B",
    "\x1C\r",
    "ế",
];
const CSV: &[&str] = &[
    "appointment_id",
    "cccd",
    "department",
    "starts",
    "ngayhen",
    "giohen",
    "prefix",
    "name_vi",
    "rooms",
    "reception",
    ",",
    ";",
    "\"",
    "\n",
    "\r\n",
    "\u{feff}",
    "sep=;\n",
    "031085000017",
    "K01",
    "23/11/2026 07:30",
    "7h30",
    "có",
    "A",
    "ế",
    "=1+1",
];
const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"resourceType\"",
    "\"Appointment\"",
    "\"Bundle\"",
    "\"entry\"",
    "\"resource\"",
    "\"identifier\"",
    "\"participant\"",
    "\"actor\"",
    "\"status\"",
    "\"booked\"",
    "\"start\"",
    "null",
    "1",
    "\"x\"",
    "\"contained\"",
    "\"reference\"",
    "\"#\"",
];

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop_oneof![vec(any::<u8>(), 0..400), almost(HL7), almost(CSV), almost(JSON)]) {
        let settings = Settings::at(offset!(+7));
        if let Ok(message) = Message::parse(&bytes) {
            let _ = Acknowledgement::read(&message);
            let outcome = Notice::read(&message, &settings);
            let answer = acknowledge(&message, outcome.as_ref().map(drop), "1", datetime!(2026-11-23 08:00 +7), offset!(+7));
            // Every answer is itself a message with a verdict.
            let answer = Message::parse(&answer).unwrap();
            prop_assert_eq!(Acknowledgement::read(&answer).unwrap().verdict == Verdict::Accepted, outcome.is_ok());
        }
        let _ = sheet::read_appointments(&bytes, offset!(+7));
        let _ = sheet::read_departments(&bytes);
        let _ = fhir::read_appointments(&bytes, &systems());
        let _ = fhir::read_departments(&bytes, &systems());
        let _ = fhir::OperationOutcome::codes_in(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = Secret::parse(&text);
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        prop_assert!(webhook::verify(&[secret], ("a", "1", &text), &bytes, 1).is_err());
    }

    #[test]
    fn a_written_message_is_read_with_the_same_texts(
        fields in vec((1_usize..40, vec(vec("[^\r\u{0}]{0,12}", 1..4), 1..3)), 0..12)
    ) {
        let mut by_number: std::collections::BTreeMap<usize, Vec<Vec<String>>> = std::collections::BTreeMap::new();
        for (number, repetitions) in fields {
            by_number.insert(number, repetitions);
        }
        let mut zzz = SegmentWriter::new("ZZZ");
        for (number, repetitions) in &by_number {
            for components in repetitions {
                let components: Vec<&str> = components.iter().map(String::as_str).collect();
                zzz = zzz.field(*number, &components);
            }
        }
        let bytes = MessageWriter::new(&header(), &["ADT", "A04"]).segment(zzz).finish();
        let message = Message::parse(&bytes).unwrap();
        prop_assert_eq!(message.segments().count(), 2);
        let zzz = message.segment("ZZZ").unwrap();
        for (number, repetitions) in &by_number {
            // A first repetition that writes nothing leaves no trace.
            let written: Vec<&Vec<String>> = repetitions.iter().skip_while(|components| components.len() == 1 && components[0].is_empty()).collect();
            let read: Vec<_> = zzz.field(*number).repetitions().collect();
            for (components, repetition) in written.iter().zip(&read) {
                for (index, text) in components.iter().enumerate() {
                    let text = if text == "\"\"" { "" } else { text.as_str() };
                    prop_assert_eq!(repetition.component(index + 1).text(), text);
                }
            }
            prop_assert!(read.len() == written.len().max(1));
        }
    }

    #[test]
    fn an_appointment_written_is_the_one_that_is_read(notice in bookings()) {
        let settings = Settings::at(offset!(+7));
        let bytes = write_appointment(&header(), &notice, &settings);
        let read = Notice::read(&Message::parse(&bytes).unwrap(), &settings);
        prop_assert_eq!(read, Ok(Notice::Appointment(notice)));
    }

    #[test]
    fn a_visit_written_is_the_one_that_is_read(
        step in prop_oneof![Just(VisitStep::Registered), Just(VisitStep::Updated), Just(VisitStep::Cancelled), Just(VisitStep::Ended)],
        number in proptest::option::of(numbers()), patient in patients(),
        ours in proptest::option::of(any::<u128>()), theirs in proptest::option::of("[A-Z0-9^|/]{1,20}"),
        place in proptest::option::of(("[A-Z0-9]{1,16}", proptest::option::of("[0-9]{1,4}"))),
    ) {
        let key = match (ours, theirs) {
            (Some(ours), theirs) => VisitKey::Ours { visit: api::VisitId(uuid::Uuid::from_u128(ours)), theirs },
            (None, theirs) => VisitKey::Theirs(theirs.unwrap_or_else(|| "V1".into())),
        };
        let (department, room) = place.unzip();
        let department = department.map(|code: String| api::DepartmentCode::parse(&code).unwrap());
        let told_at = Some(datetime!(2026-11-23 08:00 +7));
        let notice = VisitNotice { step, key, told_at, number, patient, department, room: room.flatten() };
        let settings = Settings::at(offset!(+7));
        let read = Notice::read(&Message::parse(&write_visit(&header(), &notice, &settings)).unwrap(), &settings);
        prop_assert_eq!(read, Ok(Notice::Visit(notice)));
    }

    #[test]
    fn a_stream_of_messages_comes_out_as_it_went_in(
        messages in vec(vec(any::<u8>().prop_filter("not the block's own", |b| !matches!(b, 0x0B | 0x1C)), 0..80), 0..6),
        cut in 1_usize..50,
    ) {
        let stream: Vec<u8> = messages.iter().flat_map(|message| frame(message)).collect();
        let (mut decoder, mut read) = (MllpDecoder::default(), Vec::new());
        for chunk in stream.chunks(cut) {
            decoder.push(chunk, &mut read).unwrap();
        }
        prop_assert!(!decoder.is_inside());
        prop_assert_eq!(read.iter().map(|message| message.to_vec()).collect::<Vec<_>>(), messages);
    }

    #[test]
    fn no_stream_panics_the_decoder(bytes in prop_oneof![vec(any::<u8>(), 0..200), almost(HL7)]) {
        let (mut decoder, mut read) = (MllpDecoder::default(), Vec::new());
        let _ = decoder.push(&bytes, &mut read);
        prop_assert!(read.iter().map(|message| message.len()).sum::<usize>() <= bytes.len());
    }

    #[test]
    fn what_is_signed_verifies_and_one_other_byte_does_not(
        key in vec(any::<u8>(), 24..=64), id in "[a-z0-9_-]{1,40}", body in vec(any::<u8>(), 1..200), at in 0_i64..10_000_000_000, bit in any::<prop::sample::Index>(),
    ) {
        use base64::Engine;
        let secret = Secret::parse(&format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key))).unwrap();
        let signature = webhook::sign(&secret, &id, at, &body);
        let secrets = [secret];
        prop_assert_eq!(webhook::verify(&secrets, (&id, &at.to_string(), &signature), &body, at), Ok(()));
        let mut other = body.clone();
        let index = bit.index(other.len());
        other[index] ^= 1;
        prop_assert!(webhook::verify(&secrets, (&id, &at.to_string(), &signature), &other, at).is_err());
    }
}
