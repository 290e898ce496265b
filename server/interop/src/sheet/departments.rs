//! A list of departments: rooms, opening hours, capacity.

use std::collections::HashMap;

use api::DepartmentCode;
use csv::{Terminator, WriterBuilder};
use time::Time;

use super::appointments::cell;
use super::finding::{Expected, Findings, Wrong};
use super::table::{Column, Row, Table, bare};
use crate::appointment::room;
use crate::local_time::{number, time};
use crate::{Department, Hours};

const CODE: usize = 0;
const PREFIX: usize = 1;
const NAME_VI: usize = 2;
const NAME_EN: usize = 3;
const ROOMS: usize = 4;
const FLOOR: usize = 5;
const RECEPTION: usize = 6;
const OPENS: usize = 7;
const CLOSES: usize = 8;
const MINUTES_LOW: usize = 9;
const MINUTES_HIGH: usize = 10;
const CAPACITY: usize = 11;

const COLUMNS: [Column; 12] = [
    Column { name: "department", aliases: &["makhoa", "khoa", "code", "departmentcode"] },
    Column { name: "prefix", aliases: &["tiento", "kyhieu"] },
    Column { name: "name_vi", aliases: &["tenkhoa", "ten", "tentiengviet", "name"] },
    Column { name: "name_en", aliases: &["tentienganh"] },
    Column { name: "rooms", aliases: &["phong", "cacphong", "phongkham"] },
    Column { name: "floor", aliases: &["tang"] },
    Column { name: "reception", aliases: &["tiepdon", "quaytiepdon"] },
    Column { name: "opens", aliases: &["giomo", "giomocua", "tu", "from"] },
    Column { name: "closes", aliases: &["giodong", "giodongcua", "den", "to"] },
    Column { name: "minutes_low", aliases: &["phutthapnhat", "phuttoithieu"] },
    Column { name: "minutes_high", aliases: &["phutcaonhat", "phuttoida"] },
    Column { name: "capacity", aliases: &["soluotngay", "luotmoingay", "congsuat"] },
];
const WANTED: [usize; 5] = [CODE, PREFIX, NAME_VI, ROOMS, RECEPTION];

/// Every line's department, or everything that is wrong with the table.
pub fn read_departments(bytes: &[u8]) -> Result<Vec<Department>, Findings> {
    Ok(read_department_lines(bytes)?.into_iter().map(|(_, department)| department).collect())
}

/// The same with the line of the file in which each stands, from 1.
pub fn read_department_lines(bytes: &[u8]) -> Result<Vec<(u64, Department)>, Findings> {
    let table = Table::open(bytes, &COLUMNS)?;
    let mut findings = Findings::default();
    for column in WANTED.into_iter().filter(|column| !table.has(*column)) {
        findings.add(table.header_line(), COLUMNS[column].name, Wrong::HeaderMissing);
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut departments: Vec<(u64, Department)> = Vec::new();
    let (mut codes, mut prefixes) = (HashMap::new(), HashMap::new());
    table.each(&COLUMNS, &mut findings, |row, findings| {
        let Some(department) = department(row, findings) else { return };
        let twice = [
            (CODE, codes.insert(department.code.clone(), row.line)),
            (PREFIX, department.prefix.and_then(|prefix| prefixes.insert(prefix, row.line))),
        ];
        for (column, line) in twice {
            if let Some(line) = line {
                findings.add(row.line, row.header(column), Wrong::Twice { line });
            }
        }
        departments.push((row.line, department));
    });
    if findings.is_empty() && departments.iter().filter(|(_, department)| department.reception).count() != 1 {
        findings.add(table.header_line(), COLUMNS[RECEPTION].name, Wrong::Reception);
    }
    if findings.is_empty() { Ok(departments) } else { Err(findings) }
}

/// The list in the form that [`read_departments`] reads, with a byte order mark so that spreadsheets take it for UTF-8.
pub fn write_departments(departments: &[Department]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let clock = |time: Option<Time>| {
        time.map(|time| match time.second() {
            0 => format!("{:02}:{:02}", time.hour(), time.minute()),
            second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
        })
    };
    let header = COLUMNS.iter().map(|column| Some(column.name.to_owned())).collect();
    let rows = departments.iter().map(|one| {
        vec![
            Some(one.code.to_string()),
            one.prefix.map(String::from),
            Some(one.name_vi.clone()),
            Some(one.name_en.clone()),
            Some(one.rooms.join(", ")),
            one.floor.clone(),
            Some(if one.reception { "yes" } else { "no" }.to_owned()),
            clock(one.hours.map(|hours| hours.from)),
            clock(one.hours.map(|hours| hours.to)),
            one.minutes_per_patient.map(|(low, _)| low.to_string()),
            one.minutes_per_patient.map(|(_, high)| high.to_string()),
            one.capacity.map(|capacity| capacity.to_string()),
        ]
    });
    for row in std::iter::once(header).chain(rows) {
        let row: Vec<Option<String>> = row;
        writer.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or_default())).expect("memory takes it");
    }
    writer.into_inner().expect("memory takes it")
}

fn department(row: &Row<'_>, findings: &mut Findings) -> Option<Department> {
    let code = cell(row, CODE, Expected::Department, findings, |text| DepartmentCode::parse(text).ok());
    let prefix = cell(row, PREFIX, Expected::Prefix, findings, prefix);
    let name_vi = cell(row, NAME_VI, Expected::Text, findings, words);
    let name_en = cell(row, NAME_EN, Expected::Text, findings, words);
    let rooms =
        cell(row, ROOMS, Expected::Room, findings, |text| text.split([',', ';']).map(room).collect::<Option<Vec<_>>>());
    let floor = cell(row, FLOOR, Expected::Text, findings, words);
    let reception = cell(row, RECEPTION, Expected::YesOrNo, findings, |text| match bare(text).as_str() {
        "co" | "x" | "yes" | "true" | "1" => Some(true),
        "khong" | "no" | "false" | "0" => Some(false),
        _ => None,
    });
    let hours = hours(row, findings);
    let minutes = minutes(row, findings);
    let capacity = cell(row, CAPACITY, Expected::Capacity, findings, |text| number(text).filter(|number| *number > 0));
    for column in [CODE, PREFIX, NAME_VI, ROOMS] {
        if row.cell(column).is_empty() {
            findings.add(row.line, row.header(column), Wrong::Missing);
        }
    }
    let (code, name_vi) = (code??, name_vi??);
    Some(Department {
        code,
        prefix: Some(prefix??),
        name_en: name_en?.unwrap_or_else(|| name_vi.clone()),
        name_vi,
        rooms: rooms??,
        floor: floor?,
        reception: reception?.unwrap_or(false),
        hours: hours?,
        minutes_per_patient: minutes?,
        capacity: capacity?.map(u32::from),
    })
}

fn prefix(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(char::is_ascii_uppercase).filter(|_| letters.next().is_none())
}

fn words(text: &str) -> Option<String> {
    let fits = text.chars().count() <= 200 && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn hours(row: &Row<'_>, findings: &mut Findings) -> Option<Option<Hours>> {
    let from = cell(row, OPENS, Expected::Clock, findings, time)?;
    let to = cell(row, CLOSES, Expected::Clock, findings, time)?;
    match (from, to) {
        (None, None) => Some(None),
        (Some(from), Some(to)) if from < to => Some(Some(Hours { from, to })),
        (Some(_) | None, Some(_) | None) => {
            findings.add(row.line, row.header(CLOSES), Wrong::Not(Expected::LaterThanOpening));
            None
        }
    }
}

fn minutes(row: &Row<'_>, findings: &mut Findings) -> Option<Option<(u16, u16)>> {
    let minutes = |text: &str| number(text).filter(|minutes| (1..=999).contains(minutes));
    let low = cell(row, MINUTES_LOW, Expected::Minutes, findings, minutes)?;
    let high = cell(row, MINUTES_HIGH, Expected::Minutes, findings, minutes)?;
    match (low, high) {
        (None, None) => Some(None),
        (Some(low), Some(high)) if low <= high => Some(Some((low, high))),
        (Some(_) | None, Some(_) | None) => {
            findings.add(row.line, row.header(MINUTES_HIGH), Wrong::Not(Expected::Minutes));
            None
        }
    }
}
