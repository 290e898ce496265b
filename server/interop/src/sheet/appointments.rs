//! A list of appointments.

use std::collections::HashMap;

use api::DepartmentCode;
use identity::{CitizenId, DocumentDate, InsuranceNumber, PersonName, Sex};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::finding::{Expected, Findings, Wrong};
use super::table::{Column, Row, Table, bare};
use crate::appointment::room;
use crate::local_time::{date, date_and_time, time};
use crate::{AppointmentId, AppointmentNotice, Booking, HospitalNumber, Patient, PatientNumber, Told};

const ID: usize = 0;
const CITIZEN: usize = 1;
const INSURANCE: usize = 2;
const NAME: usize = 3;
const BIRTH: usize = 4;
const SEX: usize = 5;
const HOSPITAL_NUMBER: usize = 6;
const DEPARTMENT: usize = 7;
const ROOM: usize = 8;
const MOMENT: usize = 9;
const DAY: usize = 10;
const CLOCK: usize = 11;
const STATUS: usize = 12;

const COLUMNS: [Column; 13] = [
    Column { name: "appointment_id", aliases: &["id", "mahen", "malichhen", "maphieuhen"] },
    Column {
        name: "citizen_id",
        aliases: &["cccd", "socccd", "sodinhdanh", "sodinhdanhcanhan", "cancuoc", "socancuoc"],
    },
    Column { name: "insurance_number", aliases: &["bhyt", "thebhyt", "mathebhyt", "sothebhyt", "masobhxh"] },
    Column { name: "name", aliases: &["hoten", "hovaten", "fullname", "tenbenhnhan"] },
    Column { name: "birth", aliases: &["ngaysinh", "birthdate", "dateofbirth", "namsinh"] },
    Column { name: "sex", aliases: &["gioitinh", "gender"] },
    Column { name: "patient_number", aliases: &["mabenhnhan", "mabn", "mrn"] },
    Column { name: "department", aliases: &["makhoa", "khoa", "departmentcode"] },
    Column { name: "room", aliases: &["phong", "maphong", "phongkham"] },
    Column { name: "starts", aliases: &["thoigianhen", "start", "appointmenttime", "thoigian"] },
    Column { name: "date", aliases: &["ngayhen", "ngay", "appointmentdate"] },
    Column { name: "time", aliases: &["giohen", "gio"] },
    Column { name: "status", aliases: &["trangthai"] },
];

/// Every line's appointment, or everything that is wrong with the table. Times are local.
pub fn read_appointments(bytes: &[u8], local: UtcOffset) -> Result<Vec<AppointmentNotice>, Findings> {
    let table = Table::open(bytes, &COLUMNS)?;
    let mut findings = Findings::default();
    let mut wanted = vec![ID, DEPARTMENT];
    wanted.extend(if table.has(MOMENT) {
        vec![]
    } else if table.has(DAY) || table.has(CLOCK) {
        vec![DAY, CLOCK]
    } else {
        vec![MOMENT]
    });
    wanted.extend((!table.has(CITIZEN) && !table.has(INSURANCE)).then_some(CITIZEN));
    for column in wanted.into_iter().filter(|column| !table.has(*column)) {
        findings.add(table.header_line(), COLUMNS[column].name, Wrong::HeaderMissing);
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut notices = Vec::new();
    let mut seen = HashMap::new();
    table.each(&COLUMNS, &mut findings, |row, findings| {
        let Some(notice) = notice(row, local, findings) else { return };
        if let Some(line) = seen.insert(notice.id.clone(), row.line) {
            findings.add(row.line, row.header(ID), Wrong::Twice { line });
        }
        notices.push(notice);
    });
    if findings.is_empty() { Ok(notices) } else { Err(findings) }
}

fn notice(row: &Row<'_>, local: UtcOffset, findings: &mut Findings) -> Option<AppointmentNotice> {
    let id = cell(row, ID, Expected::Id, findings, |text| AppointmentId::parse(text).ok());
    if id.as_ref().is_some_and(Option::is_none) {
        findings.add(row.line, row.header(ID), Wrong::Missing);
    }
    let status = Some(row.cell(STATUS)).filter(|text| !text.is_empty()).map_or("booked".to_owned(), bare);
    match status.as_str() {
        "dahen" | "datlich" | "booked" | "hen" | "xacnhan" | "daxacnhan" => {
            let booking = booking(row, local, findings);
            Some(AppointmentNotice { id: id??, told_at: None, told: Told::Booked(booking?) })
        }
        "huy" | "dahuy" | "cancelled" | "canceled" => {
            Some(AppointmentNotice { id: id??, told_at: None, told: Told::Cancelled })
        }
        _ => {
            findings.add(row.line, row.header(STATUS), Wrong::Not(Expected::Status));
            None
        }
    }
}

fn booking(row: &Row<'_>, local: UtcOffset, findings: &mut Findings) -> Option<Booking> {
    let citizen = cell(row, CITIZEN, Expected::CitizenNumber, findings, |text| CitizenId::parse(text).ok());
    let insured = cell(row, INSURANCE, Expected::InsuranceNumber, findings, |text| InsuranceNumber::parse(text).ok());
    if let (Some(None), Some(None)) = (&citizen, &insured) {
        let column = if row.has(CITIZEN) { CITIZEN } else { INSURANCE };
        findings.add(row.line, row.header(column), Wrong::NoNumber);
    }
    let name = cell(row, NAME, Expected::Name, findings, |text| PersonName::parse(text).ok());
    let birth = cell(row, BIRTH, Expected::Birth, findings, |text| {
        DocumentDate::parse(text).ok().or_else(|| date(text).map(DocumentDate::from_date))
    });
    let hospital_number = cell(row, HOSPITAL_NUMBER, Expected::HospitalNumber, findings, HospitalNumber::parse);
    let department = cell(row, DEPARTMENT, Expected::Department, findings, |text| DepartmentCode::parse(text).ok());
    if let Some(None) = department {
        findings.add(row.line, row.header(DEPARTMENT), Wrong::Missing);
    }
    let in_room = cell(row, ROOM, Expected::Room, findings, room);
    let starts = starts(row, local, findings);
    let number = citizen?.map(PatientNumber::Citizen).or(insured?.map(PatientNumber::Insurance))?;
    let patient = Patient { hospital_number: hospital_number?, name: name?, birth: birth?, sex: sex(row) };
    Some(Booking { number, patient, department: department??, room: in_room?, starts: starts? })
}

/// One column, or a day and a time of day.
fn starts(row: &Row<'_>, local: UtcOffset, findings: &mut Findings) -> Option<OffsetDateTime> {
    let moment = cell(row, MOMENT, Expected::Moment, findings, date_and_time)?;
    let (day, clock) = match moment {
        Some(both) => both,
        None => {
            let day = cell(row, DAY, Expected::Day, findings, date);
            let clock = cell(row, CLOCK, Expected::Clock, findings, time);
            let known = |column: usize| !row.cell(column).is_empty();
            if !known(DAY) {
                let column = if row.has(DAY) { DAY } else { MOMENT };
                findings.add(row.line, row.header(column), Wrong::Missing);
            } else if !known(CLOCK) {
                findings.add(row.line, row.header(CLOCK), Wrong::Missing);
            }
            (day??, clock??)
        }
    };
    Some(PrimitiveDateTime::new(day, clock).assume_offset(local))
}

/// What nobody can read is left out: the document at the kiosk says it anyway.
fn sex(row: &Row<'_>) -> Option<Sex> {
    let text = row.cell(SEX);
    Sex::from_vietnamese(text).or_else(|| match bare(text).as_str() {
        "m" | "male" => Some(Sex::Male),
        "f" | "female" => Some(Sex::Female),
        _ => None,
    })
}

/// None where something is wrong, which is said; Some(None) where the cell is empty.
pub(super) fn cell<T>(
    row: &Row<'_>,
    column: usize,
    expected: Expected,
    findings: &mut Findings,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<Option<T>> {
    let text = row.cell(column);
    if text.is_empty() {
        return Some(None);
    }
    let value = parse(text);
    if value.is_none() {
        findings.add(row.line, row.header(column), Wrong::Not(expected));
    }
    value.map(Some)
}
