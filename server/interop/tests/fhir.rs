//! FHIR R4: what servers send, and what is sent to them.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use common::systems;
use identity::{DocumentDate, FacilityCode, InsuranceNumber, PersonName, Sex};
use interop::fhir::{
    CheckIn, CoverageOf, EncounterStatus, IssueCode, MAX_BYTES, PersonOf, read_appointments, read_departments,
};
use interop::{AppointmentId, PatientNumber, Told};
use serde_json::{Value, json};
use time::macros::{datetime, time};

fn bundle() -> Value {
    let id = |name: &str, value: &str| json!([{ "system": format!("https://his.example/sid/{name}"), "value": value }]);
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": [
        { "fullUrl": "urn:uuid:1", "resource": {
            "resourceType": "Appointment", "id": "77", "identifier": id("hen", "LH-1"), "status": "booked",
            "meta": { "lastUpdated": "2026-11-22T09:30:00+07:00" }, "start": "2026-11-23T01:30:00Z",
            "participant": [
                { "actor": { "reference": "Patient/p1" }, "status": "accepted" },
                { "actor": { "reference": "Practitioner/d1" }, "status": "accepted" },
                { "actor": { "reference": "Location/r101" }, "status": "accepted" },
            ] } },
        { "fullUrl": "https://his.example/fhir/Patient/p1", "resource": {
            "resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1985-01-15",
            "identifier": [
                { "system": "https://his.example/sid/mabn", "value": "BN-1" },
                { "system": "https://his.example/sid/cccd", "value": "031085000017" },
            ],
            "name": [{ "family": "Nguyễn", "given": ["Văn", "Mẫu"] }] } },
        { "resource": { "resourceType": "Location", "id": "r101", "name": "101", "partOf": { "reference": "Location/k" },
            "physicalType": { "coding": [{ "code": "ro" }] } } },
        { "resource": { "resourceType": "Location", "id": "k", "name": "Khám bệnh", "identifier": id("khoa", "K01") } },
    ] })
}

fn read(value: &Value) -> Result<Vec<interop::AppointmentNotice>, interop::fhir::OperationOutcome> {
    read_appointments(value.to_string().as_bytes(), &systems())
}

#[test]
fn a_bundle_is_read_through_its_references() {
    let notices = read(&bundle()).unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].id.as_str(), "LH-1");
    assert_eq!(notices[0].told_at, Some(datetime!(2026-11-22 09:30 +7)));
    let Told::Booked(booking) = &notices[0].told else { panic!("booked") };
    assert_eq!(booking.starts, datetime!(2026-11-23 08:30 +7));
    assert_eq!((booking.department.as_str(), booking.room.as_deref()), ("K01", Some("101")));
    assert_eq!(booking.number.as_str(), "031085000017");
    assert_eq!(booking.patient.name.as_ref().unwrap().as_str(), "Nguyễn Văn Mẫu");
    assert_eq!(booking.patient.sex, Some(Sex::Male));
}

#[test]
fn one_appointment_alone_may_name_its_patient_and_place_by_identifiers_or_contain_them() {
    let mut alone = json!({
        "resourceType": "Appointment", "id": "77", "status": "booked", "start": "2026-11-23T08:30:00+07:00",
        "contained": [{ "resourceType": "Patient", "id": "p", "identifier": [{ "system": "https://his.example/sid/bhyt", "value": "GD4313100000017" }] }],
        "participant": [
            { "actor": { "reference": "#p" } },
            { "actor": { "type": "Location", "identifier": { "system": "https://his.example/sid/khoa", "value": "K01" } } },
        ] });
    let notices = read(&alone).unwrap();
    assert_eq!(notices[0].id.as_str(), "77");
    assert!(matches!(&notices[0].told, Told::Booked(booking) if booking.department.as_str() == "K01"));
    alone["participant"][0]["actor"] = json!({ "type": "Patient", "identifier": { "system": "https://his.example/sid/cccd", "value": "031085000017" } });
    alone["participant"][1]["actor"] = json!({ "reference": "https://his.example/fhir/HealthcareService/K02" });
    assert!(matches!(&read(&alone).unwrap()[0].told, Told::Booked(booking) if booking.department.as_str() == "K02"));
    alone["status"] = "entered-in-error".into();
    assert_eq!(read(&alone).unwrap()[0].told, Told::Cancelled);
}

#[test]
fn everything_that_is_wrong_stands_in_the_outcome_with_its_path() {
    let mut bundle = bundle();
    bundle["entry"][0]["resource"]["start"] = "23/11/2026".into();
    bundle["entry"][1]["resource"]["identifier"] = json!([]);
    bundle["entry"][3]["resource"]["identifier"] =
        json!([{ "system": "https://his.example/sid/khoa", "value": "Khoa 1" }]);
    bundle["entry"].as_array_mut().unwrap().push(json!({ "resource": { "resourceType": "Observation" } }));
    let pending = json!({ "resource": { "resourceType": "Appointment", "id": "1", "status": "pending" } });
    bundle["entry"].as_array_mut().unwrap().push(pending);
    let outcome = read(&bundle).unwrap_err();
    let said: Vec<_> = outcome.issues().iter().map(|issue| (issue.code, issue.expression.as_str())).collect();
    assert_eq!(
        said,
        [
            (IssueCode::Value, "Bundle.entry[0].resource.start"),
            (IssueCode::Required, "Bundle.entry[0].resource.participant"),
            (IssueCode::Required, "Bundle.entry[0].resource.participant"),
            (IssueCode::NotSupported, "Bundle.entry[4].resource"),
            (IssueCode::BusinessRule, "Bundle.entry[5].resource.status"),
        ]
    );
    assert_eq!(outcome.to_json()["resourceType"], "OperationOutcome");
    for (bytes, code) in [
        (b"{".to_vec(), IssueCode::Structure),
        (b"[]".to_vec(), IssueCode::NotSupported),
        ("[".repeat(100_000).into_bytes(), IssueCode::Structure),
        (vec![b' '; MAX_BYTES + 1], IssueCode::TooLong),
    ] {
        let outcome = read_appointments(&bytes, &systems()).unwrap_err();
        assert_eq!(outcome.issues()[0].code, code);
    }
}

#[test]
fn services_and_locations_become_departments_with_their_rooms_and_hours() {
    let mut body = bundle();
    body["entry"].as_array_mut().unwrap().remove(0);
    body["entry"].as_array_mut().unwrap().remove(0);
    let service = json!({ "resource": { "resourceType": "HealthcareService", "name": "Chẩn đoán hình ảnh", "alias": ["Imaging"],
        "identifier": [{ "system": "https://his.example/sid/khoa", "value": "CDHA" }],
        "location": [{ "reference": "Location/r101" }],
        "availableTime": [{ "daysOfWeek": ["mon"], "availableStartTime": "06:30:00", "availableEndTime": "16:30:00" }] } });
    body["entry"].as_array_mut().unwrap().push(service);
    let departments = read_departments(body.to_string().as_bytes(), &systems()).unwrap();
    let codes: Vec<_> = departments.iter().map(|department| department.code.as_str()).collect();
    assert_eq!(codes, ["K01", "CDHA"]);
    assert_eq!(
        (departments[0].rooms.as_slice(), departments[1].rooms.as_slice()),
        (&["101".to_owned()][..], &["101".to_owned()][..])
    );
    assert_eq!(departments[1].hours.map(|hours| (hours.from, hours.to)), Some((time!(6:30), time!(16:30))));
    assert_eq!(departments[1].name_en, "Imaging");
    let span = |from: &str, to: &str| json!({ "availableStartTime": from, "availableEndTime": to });
    body["entry"][2]["resource"]["availableTime"] = json!([span("06:30:00", "16:30:00"), span("13:00:00", "12:00:00")]);
    body["entry"][1]["resource"]["name"] = Value::Null;
    let outcome = read_departments(body.to_string().as_bytes(), &systems()).unwrap_err();
    assert_eq!(outcome.issues().len(), 2);
}

#[test]
fn a_check_in_is_a_transaction_that_may_be_sent_twice() {
    let number = PatientNumber::parse("031085000017").unwrap();
    let (name, birth) = (PersonName::parse("Nguyễn Văn Mẫu").unwrap(), DocumentDate::parse("15/01/1985").ok());
    let card = InsuranceNumber::parse("GD4313100000017").unwrap();
    let (facility, appointment) = (FacilityCode::parse("31999").unwrap(), AppointmentId::parse("LH-1").unwrap());
    let department = api::DepartmentCode::parse("K01").unwrap();
    let visit = api::VisitId("1b4e28ba-2fa1-41d2-883f-0016d3cca4ff".parse().unwrap());
    let made = |status, at| CheckIn {
        visit,
        ticket: "B001",
        facility: &facility,
        department: (&department, "Khám bệnh"),
        status,
        checked_in_at: datetime!(2026-11-23 08:00 +7),
        at,
        person: Some(PersonOf { number: &number, name: Some(&name), birth, sex: Some(Sex::Male) }),
        coverage: Some(CoverageOf { card: &card, from: DocumentDate::parse("01/01/2026").ok(), until: None }),
        appointment: Some(&appointment),
    };
    let arrived = made(EncounterStatus::Arrived, datetime!(2026-11-23 08:00 +7)).transaction(&systems());
    assert_eq!(arrived, made(EncounterStatus::Arrived, datetime!(2026-11-23 08:00 +7)).transaction(&systems()));
    assert_eq!((&arrived["type"], arrived["entry"].as_array().unwrap().len()), (&json!("transaction"), 3));
    let [patient, coverage, encounter] = [0, 1, 2].map(|index| &arrived["entry"][index]);
    assert_eq!(patient["request"]["ifNoneExist"], "identifier=https://his.example/sid/cccd%7C031085000017");
    assert_eq!(patient["resource"]["name"][0]["given"], json!(["Văn", "Mẫu"]));
    assert_eq!(patient["resource"]["birthDate"], "1985-01-15");
    assert_eq!(coverage["resource"]["beneficiary"]["reference"], patient["fullUrl"]);
    assert_eq!(coverage["resource"]["period"], json!({ "start": "2026-01-01" }));
    assert_eq!(
        encounter["request"],
        json!({ "method": "PUT", "url": format!("Encounter?identifier=https://his.example/sid/visit%7C{visit}") })
    );
    assert_eq!(encounter["resource"]["subject"]["reference"], patient["fullUrl"]);
    assert_eq!(encounter["resource"]["status"], "arrived");
    assert_eq!(encounter["resource"]["period"], json!({ "start": "2026-11-23T08:00:00+07:00" }));
    assert_eq!(encounter["resource"]["appointment"][0]["identifier"]["value"], "LH-1");

    let finished = made(EncounterStatus::Finished, datetime!(2026-11-23 08:40 +7)).transaction(&systems());
    assert_eq!(finished["entry"][2]["resource"]["period"]["end"], "2026-11-23T08:40:00+07:00");
    let nobody =
        CheckIn { person: None, coverage: None, ..made(EncounterStatus::Cancelled, datetime!(2026-11-23 08:40 +7)) };
    let nobody = nobody.transaction(&systems());
    assert_eq!(nobody["entry"].as_array().unwrap().len(), 1);
    assert!(nobody["entry"][0]["resource"]["subject"].is_null());
    assert!(!nobody.to_string().contains("031085000017"));
}
