//! Lists from outside: which line a finding belongs to, and what a form that cannot say everything leaves as it is.

use interop::sheet;

use super::rule::{Findings, Wrong};
use super::{Departments, Wanted};

/// One finding, as the page and the hospital's system show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of the file, from 1; none where the form has no lines.
    pub line: Option<u64>,
    /// A column, or the code of a department and one.
    pub column: String,
    pub code: &'static str,
    pub vi: String,
    pub en: String,
}

/// Departments with the lines of the file in which they stand.
pub type Lines = Vec<(u64, Wanted)>;

/// Every line's department, or everything that is wrong with the file and how many findings more.
pub fn read_csv(bytes: &[u8]) -> Result<Lines, (Vec<Told>, usize)> {
    sheet::read_department_lines(bytes).map_err(|findings| {
        let told = findings.findings.into_iter().map(|finding| {
            let (vi, en) = finding.wrong.words();
            Told { line: Some(finding.line), column: finding.column, code: finding.wrong.code(), vi, en }
        });
        (told.collect(), findings.more)
    })
}

/// The findings of the rules at the lines of the file; without lines, beside the department's code.
pub fn told(findings: &Findings, lines: &[(u64, Wanted)]) -> Vec<Told> {
    let told = findings.0.iter().map(|finding| {
        // Of two lines with one code the second is meant.
        let is_it = |wanted: &Wanted| Some(&wanted.code) == finding.department.as_ref();
        let line = lines.iter().rfind(|(_, wanted)| is_it(wanted)).map(|(line, _)| *line);
        let column = match (&finding.department, line) {
            (Some(code), None) => format!("{code} {}", finding.field.column()),
            (Some(_), Some(_)) | (None, _) => finding.field.column().to_owned(),
        };
        let (vi, en) = finding.wrong.words();
        Told { line, column, code: Wrong::code(&finding.wrong), vi, en }
    });
    told.collect()
}

/// FHIR says nothing of letters, reception, minutes and capacity, and need not say rooms, floor and hours: what a known
/// department has stays. A new one gets the first letter that nobody ever had.
pub fn completed(known: &Departments, wanted: Vec<Wanted>) -> Vec<Wanted> {
    let mut taken: Vec<char> = known.all().map(|department| department.prefix).collect();
    let completed = wanted.into_iter().map(|mut one| {
        match known.get(&one.code) {
            Some(known) => {
                let known = known.to_wanted();
                one.prefix = known.prefix;
                one.reception = known.reception;
                one.minutes_per_patient = known.minutes_per_patient;
                one.capacity = known.capacity;
                one.hours = one.hours.or(known.hours);
                one.floor = one.floor.or(known.floor);
                if one.rooms.is_empty() {
                    one.rooms = known.rooms;
                }
            }
            None => {
                one.prefix = ('A'..='Z').find(|letter| !taken.contains(letter));
                taken.extend(one.prefix);
            }
        }
        one
    });
    completed.collect()
}
