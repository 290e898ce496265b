//! What the public gets.

use std::collections::BTreeMap;

use crate::invented::department;
use reports::{
    Catalogue, CellCount, Period, Publication, Published, Publisher, Threshold, dcat, dictionary_csv, open_data_csv,
};
use time::macros::{date, datetime};

const SECRET: [u8; 32] = [7; 32];

fn month() -> Period {
    "2026-11".parse().expect("a month")
}

fn cell(code: &str, hour: u8, check_ins: u64) -> CellCount {
    CellCount { department: department(code), day: date!(2026 - 11 - 23), hour, check_ins }
}

fn published(counts: &[CellCount]) -> Publication {
    Publication::of(month(), counts, Threshold::default(), &SECRET)
}

fn hours_of(publication: &Publication, code: &str) -> Vec<Published> {
    let wanted = Some(department(code));
    let rows = publication.rows.iter().filter(|row| row.department == wanted && row.hour.is_some());
    rows.map(|row| row.check_ins).collect()
}

fn day_of(publication: &Publication, code: &str) -> Published {
    let wanted = Some(department(code));
    let row = publication.rows.iter().find(|row| row.department == wanted && row.hour.is_none());
    row.expect("a row").check_ins
}

#[test]
fn one_patient_at_night_is_in_no_row_and_not_in_the_sum_less_the_others() {
    let counts = [cell("K01", 7, 30), cell("K01", 8, 41), cell("K01", 20, 1), cell("K02", 8, 25)];
    let publication = published(&counts);
    let csv = open_data_csv("31999", &crate::invented::names(), &publication).expect("a CSV");
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert!(csv.contains("31999,2026-11-23,K01,Khoa Khám bệnh,Outpatient department,20,,1\r\n"), "{csv}");
    assert!(csv.contains("31999,2026-11-23,K01,Khoa Khám bệnh,Outpatient department,ALL,72,0\r\n"), "{csv}");
    assert!(csv.contains("31999,2026-11-23,ALL,Toàn bệnh viện,Whole hospital,ALL,97,0\r\n"), "{csv}");
    let hidden = hours_of(&publication, "K01").into_iter().filter(|hour| *hour == Published::Suppressed).count();
    assert_eq!(hidden, 2, "one of the large hours went with it");
    assert_eq!(published(&counts), publication, "published again, it is the same");
}

#[test]
fn a_department_with_few_patients_takes_another_one_along() {
    let publication = published(&[cell("K01", 8, 40), cell("K02", 8, 50), cell("K03", 9, 2)]);
    assert_eq!(day_of(&publication, "K03"), Published::Suppressed);
    let others = [day_of(&publication, "K01"), day_of(&publication, "K02")];
    assert_eq!(
        others.iter().filter(|day| **day == Published::Suppressed).count(),
        1,
        "or K03 is the day less the others"
    );
}

#[test]
fn days_outside_the_month_and_hours_that_do_not_exist_are_left_out() {
    let counts =
        [CellCount { day: date!(2026 - 12 - 01), ..cell("K01", 8, 40) }, CellCount { hour: 24, ..cell("K01", 8, 40) }];
    assert_eq!(published(&counts).rows, []);
}

#[test]
fn the_dictionary_explains_every_column_of_the_data() {
    let data = open_data_csv("31999", &BTreeMap::new(), &Publication { rows: Vec::new() }).expect("a CSV");
    let data = String::from_utf8(data).expect("UTF-8");
    let dictionary = String::from_utf8(dictionary_csv().expect("a CSV")).expect("UTF-8");
    for column in data.trim_start_matches('\u{FEFF}').trim_end().split(',') {
        assert!(dictionary.contains(&format!("\n{column},")), "{column}");
    }
}

#[test]
fn the_metadata_name_what_dcat_ap_demands() {
    let catalogue = Catalogue {
        publisher: Publisher {
            code: "31999".into(),
            name_vi: "Bệnh viện Đa khoa Mẫu".into(),
            name_en: "Sample General Hospital".into(),
        },
        base_url: "https://kham.example.vn/".into(),
        months: vec!["2026-10".parse().expect("a month"), month()],
        licence: Some("https://creativecommons.org/licenses/by/4.0/".into()),
        threshold: Threshold::default(),
        made_at: datetime!(2026-12-01 08:00 +7),
    };
    let json: serde_json::Value = serde_json::from_slice(&dcat(&catalogue).expect("JSON")).expect("JSON");
    // Mandatory of a catalogue: title, description, publisher, dataset. Of a data set: title, description. Of a
    // distribution: access URL.
    for property in ["dct:title", "dct:description", "dct:publisher", "dcat:dataset"] {
        assert!(!json[property].is_null(), "{property}");
    }
    let dataset = &json["dcat:dataset"];
    assert!(!dataset["dct:title"].is_null() && !dataset["dct:description"].is_null());
    assert_eq!(dataset["dct:temporal"]["dcat:endDate"]["@value"], "2026-11-30");
    let distributions = dataset["dcat:distribution"].as_array().expect("a list");
    assert_eq!(distributions.len(), 2);
    let (url, access) = (&distributions[1]["dcat:downloadURL"]["@id"], &distributions[1]["dcat:accessURL"]["@id"]);
    assert_eq!(url, "https://kham.example.vn/open-data/check-ins-2026-11.csv");
    assert_eq!(access, "https://kham.example.vn/open-data");
}
