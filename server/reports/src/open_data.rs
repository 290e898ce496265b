//! The open data set: check-ins by department, day and hour, with what the rules of
//! [suppression](crate::Threshold) take out.

use std::collections::BTreeMap;

use api::DepartmentCode;
use certificates::Lang;
use time::Date;

use crate::ReportError;
use crate::csv_file::File;
use crate::period::{Period, iso_day};
use crate::report::Name;
use crate::suppression::{self, Lots, Published, Threshold};

/// One count as the database gives it: check-ins of a department in one hour of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellCount {
    pub department: DepartmentCode,
    pub day: Date,
    /// 0 to 23.
    pub hour: u8,
    pub check_ins: u64,
}

/// What may be published of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub rows: Vec<OpenRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRow {
    pub day: Date,
    /// None: all departments.
    pub department: Option<DepartmentCode>,
    /// None: the whole day.
    pub hour: Option<u8>,
    pub check_ins: Published,
}

impl Publication {
    /// Every day of the period with a check-in; each department of the period on each such day; the hours in which the
    /// hospital received anybody in the period. Hours outside 0 to 23 do not exist and are left out.
    ///
    /// `secret` is kept from the public; the same one publishes the same again.
    pub fn of(period: Period, counts: &[CellCount], threshold: Threshold, secret: &[u8; 32]) -> Self {
        let inside = || counts.iter().filter(|cell| period.holds(cell.day) && cell.hour < 24 && cell.check_ins > 0);
        let mut departments: Vec<&DepartmentCode> = inside().map(|cell| &cell.department).collect();
        departments.sort();
        departments.dedup();
        let hours = inside().map(|cell| cell.hour);
        let Some((first, last)) = hours.clone().min().zip(hours.max()) else { return Self { rows: Vec::new() } };
        let mut days: BTreeMap<Date, Vec<Vec<u64>>> = BTreeMap::new();
        for cell in inside() {
            let empty = || vec![vec![0; usize::from(last - first) + 1]; departments.len()];
            let table = days.entry(cell.day).or_insert_with(empty);
            if let Ok(row) = departments.binary_search(&&cell.department) {
                table[row][usize::from(cell.hour - first)] += cell.check_ins;
            }
        }
        let mut rows = Vec::new();
        for (day, table) in days {
            let lots = Lots::draw(secret, &iso_day(day), &table);
            let published = suppression::day(&table, threshold, &lots);
            rows.push(OpenRow { day, department: None, hour: None, check_ins: published.total });
            for (code, one) in departments.iter().zip(published.departments) {
                let department = Some((*code).clone());
                rows.push(OpenRow { day, department: department.clone(), hour: None, check_ins: one.total });
                for (hour, check_ins) in (first..=last).zip(one.hours) {
                    rows.push(OpenRow { day, department: department.clone(), hour: Some(hour), check_ins });
                }
            }
        }
        Self { rows }
    }
}

/// Columns as the [dictionary](crate::dictionary()) says.
pub fn open_data_csv(
    facility: &str,
    departments: &BTreeMap<DepartmentCode, Name>,
    publication: &Publication,
) -> Result<Vec<u8>, ReportError> {
    let mut file = File::new(&crate::dcat::COLUMNS)?;
    for row in &publication.rows {
        let code = row.department.as_ref().map_or("ALL", DepartmentCode::as_str);
        let name = |lang| match &row.department {
            Some(code) => departments.get(code).map_or("", |name| name.say(lang)),
            None => match lang {
                Lang::Vi => "Toàn bệnh viện",
                Lang::En => "Whole hospital",
            },
        };
        let hour = row.hour.map_or_else(|| "ALL".to_owned(), |hour| format!("{hour:02}"));
        let (count, suppressed) = match row.check_ins {
            Published::Count(count) => (count.to_string(), "0"),
            Published::Suppressed => (String::new(), "1"),
        };
        let day = iso_day(row.day);
        file.line(&[facility, &day, code, name(Lang::Vi), name(Lang::En), &hour, &count, suppressed])?;
    }
    file.finish()
}
