//! What the open data mean, and where they are: a dictionary of the columns and DCAT-AP 3 metadata as JSON-LD (W3C DCAT 3,
//! SEMIC DCAT-AP 3.0).

use certificates::{Lang, Text};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::ReportError;
use crate::csv_file::File;
use crate::period::{Period, day, iso_day, local};
use crate::suppression::Threshold;

/// Of the data set, in order.
pub(crate) const COLUMNS: [&str; 8] =
    ["facility", "day", "department", "department_vi", "department_en", "hour", "check_ins", "suppressed"];

/// One column of the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnMeaning {
    pub name: &'static str,
    /// W3C XML Schema datatype.
    pub datatype: &'static str,
    pub meaning: Text,
}

pub fn dictionary() -> [ColumnMeaning; 8] {
    let meanings = [
        ("string", Text::new("Mã cơ sở khám bệnh, chữa bệnh (5 chữ số)", "Code of the facility (5 digits)")),
        ("date", Text::new("Ngày, giờ Việt Nam (UTC+7)", "Day in Vietnam (UTC+7)")),
        ("string", Text::new("Mã khoa; ALL: toàn bệnh viện", "Code of the department; ALL: the whole hospital")),
        ("string", Text::new("Tên khoa, tiếng Việt", "Name of the department in Vietnamese")),
        ("string", Text::new("Tên khoa, tiếng Anh", "Name of the department in English")),
        ("string", Text::new("Giờ bắt đầu, 00 đến 23; ALL: cả ngày", "Hour that begins, 00 to 23; ALL: the whole day")),
        (
            "nonNegativeInteger",
            Text::new(
                "Số lượt đăng ký; để trống khi không công bố",
                "Number of check-ins; empty where it is not published",
            ),
        ),
        (
            "boolean",
            Text::new(
                "1: không công bố, vì số nhỏ hoặc vì từ đó tính ra được số nhỏ; 0: có công bố",
                "1: not published, because it is small or because a small one would follow from it; 0: published",
            ),
        ),
    ];
    let mut columns = COLUMNS.iter().zip(meanings);
    std::array::from_fn(|_| match columns.next() {
        Some((name, (datatype, meaning))) => ColumnMeaning { name, datatype, meaning },
        None => unreachable!("as many meanings as columns"),
    })
}

pub fn dictionary_csv() -> Result<Vec<u8>, ReportError> {
    let mut file = File::new(&["column", "datatype", "meaning_vi", "meaning_en"])?;
    for column in dictionary() {
        file.line(&[column.name, column.datatype, column.meaning.vi, column.meaning.en])?;
    }
    file.finish()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    pub code: String,
    pub name_vi: String,
    pub name_en: String,
}

/// What is published: one distribution a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    pub publisher: Publisher,
    /// Absolute, without the last slash: where `/open-data` is reached from outside.
    pub base_url: String,
    pub months: Vec<Period>,
    /// A URI, if the hospital has chosen one.
    pub licence: Option<String>,
    pub threshold: Threshold,
    pub made_at: OffsetDateTime,
}

pub fn dcat(catalogue: &Catalogue) -> Result<Vec<u8>, ReportError> {
    let base = format!("{}/open-data", catalogue.base_url.trim_end_matches('/'));
    let both = |vi: &str, en: &str| json!([{"@language": "vi", "@value": vi}, {"@language": "en", "@value": en}]);
    let modified = iso_day(local(catalogue.made_at).date());
    let date = |day: &str| json!({"@type": "xsd:date", "@value": day});
    let publisher = json!({
        "@id": format!("{base}#publisher"),
        "@type": "foaf:Agent",
        "foaf:name": both(&catalogue.publisher.name_vi, &catalogue.publisher.name_en),
        "dct:identifier": catalogue.publisher.code,
    });
    let distributions: Vec<Value> = catalogue
        .months
        .iter()
        .map(|month| {
            let url = format!("{base}/check-ins-{month}.csv");
            let mut distribution = json!({
                "@id": url,
                "@type": "dcat:Distribution",
                "dct:title": both(&month.title(Lang::Vi), &month.title(Lang::En)),
                "dcat:accessURL": {"@id": base},
                "dcat:downloadURL": {"@id": url},
                "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/text/csv"},
                "dct:format": {"@id": "http://publications.europa.eu/resource/authority/file-type/CSV"},
                "dct:temporal": temporal(*month),
            });
            if let Some(licence) = &catalogue.licence {
                distribution["dct:license"] = json!({"@id": licence});
            }
            distribution
        })
        .collect();
    let k = catalogue.threshold.smallest();
    let vi = format!(
        "Số lượt đăng ký khám theo khoa, ngày và giờ. Số từ 1 đến {} không được công bố, cùng những số mà từ đó tính ra \
         được chúng. Không có dữ liệu cá nhân.",
        k - 1
    );
    let en = format!(
        "Check-ins by department, day and hour. Counts from 1 to {} are not published, nor are those from which they \
         could be computed. No personal data.",
        k - 1
    );
    let mut dataset = json!({
        "@id": format!("{base}#check-ins"),
        "@type": "dcat:Dataset",
        "dct:title": both("Lượt đăng ký khám theo khoa, ngày và giờ", "Check-ins by department, day and hour"),
        "dct:description": both(&vi, &en),
        "dct:identifier": format!("{}-check-ins", catalogue.publisher.code),
        "dct:publisher": publisher,
        "dct:modified": date(&modified),
        "dct:language": [
            {"@id": "http://publications.europa.eu/resource/authority/language/VIE"},
            {"@id": "http://publications.europa.eu/resource/authority/language/ENG"},
        ],
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/MONTHLY"},
        "dcat:theme": {"@id": "http://publications.europa.eu/resource/authority/data-theme/HEAL"},
        "dct:accessRights": {"@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"},
        "dcat:keyword": both("y tế", "health"),
        "foaf:page": {"@id": format!("{base}/dictionary.csv")},
        "dcat:distribution": distributions,
    });
    if let Some((first, last)) = catalogue.months.iter().min().zip(catalogue.months.iter().max()) {
        dataset["dct:temporal"] = json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": date(&iso_day(first.first())),
            "dcat:endDate": date(&iso_day(last.last())),
        });
    }
    let document = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": base,
        "@type": "dcat:Catalog",
        "dct:title": both(
            &format!("Dữ liệu mở: {}", catalogue.publisher.name_vi),
            &format!("Open data: {}", catalogue.publisher.name_en),
        ),
        "dct:description": both(
            &format!("Cập nhật ngày {}.", day(local(catalogue.made_at).date(), Lang::Vi)),
            &format!("As of {}.", day(local(catalogue.made_at).date(), Lang::En)),
        ),
        "dct:publisher": {"@id": format!("{base}#publisher")},
        "dct:modified": date(&modified),
        "dcat:dataset": dataset,
    });
    Ok(serde_json::to_vec_pretty(&document)?)
}

fn temporal(period: Period) -> Value {
    let date = |day: &str| json!({"@type": "xsd:date", "@value": day});
    json!({
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": date(&iso_day(period.first())),
        "dcat:endDate": date(&iso_day(period.last())),
    })
}
