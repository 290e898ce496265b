//! Writing messages: UTF-8, the recommended delimiters, texts escaped.

use identity::Sex;
use time::{OffsetDateTime, UtcOffset};
use zeroize::Zeroizing;

use super::encoding::Separators;
use super::notice::Settings;
use super::timestamp::format_moment;
use super::visit::{VisitKey, VisitNotice};
use crate::{AppointmentNotice, Patient, PatientNumber, Told};

/// The most fields that a segment is written with; no segment of the standard has so many.
const MAX_FIELDS: usize = 128;

/// Who writes to whom.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// Application and facility: MSH-3 and MSH-4.
    pub from: (&'a str, &'a str),
    /// MSH-5 and MSH-6.
    pub to: (&'a str, &'a str),
    pub at: OffsetDateTime,
    pub local: UtcOffset,
    pub control_id: &'a str,
    /// MSH-12.
    pub version: &'a str,
}

/// One message, segment after segment.
pub struct MessageWriter {
    text: Zeroizing<String>,
}

/// One segment; fields that are not set are empty.
pub struct SegmentWriter {
    name: &'static str,
    fields: Vec<String>,
}

impl MessageWriter {
    /// `kind` is MSH-9: code, event and structure, as many as there are.
    pub fn new(header: &Header<'_>, kind: &[&str]) -> Self {
        let mut msh = SegmentWriter::new("MSH");
        // MSH-1 is the delimiter before MSH-2: numbers here are one less.
        msh.fields.push(Separators::default().encoding_characters());
        let at = format_moment(header.at, header.local);
        let [from, to] = [header.from, header.to];
        let fields: [(usize, &[&str]); 9] = [
            (3, &[from.0]),
            (4, &[from.1]),
            (5, &[to.0]),
            (6, &[to.1]),
            (7, &[&at]),
            (9, kind),
            (10, &[header.control_id]),
            (11, &["P"]),
            (12, &[header.version]),
        ];
        for (number, components) in fields {
            msh = msh.field(number - 1, components);
        }
        Self { text: Zeroizing::new(String::new()) }.segment(msh.field(17, &["UNICODE UTF-8"]))
    }

    pub fn segment(mut self, segment: SegmentWriter) -> Self {
        self.text.push_str(segment.name);
        for field in &segment.fields {
            self.text.push(Separators::default().field);
            self.text.push_str(field);
        }
        self.text.push('\r');
        self
    }

    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.text.as_bytes().to_vec())
    }
}

impl SegmentWriter {
    pub fn new(name: &'static str) -> Self {
        Self { name, fields: Vec::new() }
    }

    /// Sets a field; set again, it repeats.
    pub fn field(mut self, number: usize, components: &[&str]) -> Self {
        assert!((1..=MAX_FIELDS).contains(&number), "fields are numbered as in the standard");
        if self.fields.len() < number {
            self.fields.resize_with(number, String::new);
        }
        let separators = Separators::default();
        let field = &mut self.fields[number - 1];
        if !field.is_empty() {
            field.push(separators.repetition);
        }
        for (index, component) in components.iter().enumerate() {
            if index > 0 {
                field.push(separators.component);
            }
            separators.escape_into(component, field);
        }
        self
    }
}

/// SIU^S12 of a booking, SIU^S15 of a cancellation.
pub fn write_appointment(header: &Header<'_>, notice: &AppointmentNotice, settings: &Settings) -> Zeroizing<Vec<u8>> {
    let sch = SegmentWriter::new("SCH").field(2, &[notice.id.as_str()]);
    let booking = match &notice.told {
        Told::Cancelled => return MessageWriter::new(header, &["SIU", "S15", "SIU_S12"]).segment(sch).finish(),
        Told::Booked(booking) => booking,
    };
    let starts = format_moment(booking.starts, header.local);
    let room = booking.room.as_deref().unwrap_or_default();
    MessageWriter::new(header, &["SIU", "S12", "SIU_S12"])
        .segment(sch.field(11, &["", "", "", &starts]))
        .segment(pid(&booking.patient, Some(&booking.number), settings))
        .segment(SegmentWriter::new("RGS").field(1, &["1"]))
        .segment(SegmentWriter::new("AIL").field(1, &["1"]).field(3, &[booking.department.as_str(), room]))
        .finish()
}

/// ADT of a visit.
pub fn write_visit(header: &Header<'_>, notice: &VisitNotice, settings: &Settings) -> Zeroizing<Vec<u8>> {
    let event = notice.step.event();
    let mut pv1 = SegmentWriter::new("PV1").field(2, &["O"]);
    if let Some(department) = &notice.department {
        pv1 = pv1.field(3, &[department.as_str(), notice.room.as_deref().unwrap_or_default()]);
    }
    if let Some(theirs) = notice.key.theirs() {
        pv1 = pv1.field(19, &[theirs]);
    }
    if let VisitKey::Ours { visit, .. } = &notice.key {
        pv1 = pv1.field(50, &[&visit.to_string()]);
    }
    // A08 shares the structure of A01, and so does A04; A11 that of A09.
    let structure = match event {
        "A03" => "ADT_A03",
        "A11" => "ADT_A09",
        _ => "ADT_A01",
    };
    MessageWriter::new(header, &["ADT", event, structure])
        .segment(SegmentWriter::new("EVN").field(1, &[event]).field(2, &[&format_moment(header.at, header.local)]))
        .segment(pid(&notice.patient, notice.number.as_ref(), settings))
        .segment(pv1)
        .finish()
}

fn pid(patient: &Patient, number: Option<&PatientNumber>, settings: &Settings) -> SegmentWriter {
    let mut pid = SegmentWriter::new("PID").field(1, &["1"]);
    if let Some(number) = &patient.hospital_number {
        pid = pid.field(3, &[number.as_str(), "", "", "", "MR"]);
    }
    if let Some(number) = number {
        let types = match number {
            PatientNumber::Citizen(_) => &settings.citizen_types,
            PatientNumber::Insurance(_) => &settings.insurance_types,
        };
        let kind = types.first().map(String::as_str).unwrap_or_default();
        pid = pid.field(3, &[number.as_str(), "", "", "", kind]);
    }
    if let Some(name) = &patient.name {
        let (family, middle, given) = parts(name.as_str());
        pid = pid.field(5, &[family, given, &middle]);
    }
    if let Some(birth) = patient.birth {
        let mut text = format!("{:04}", birth.year());
        for part in [birth.month(), birth.month().and(birth.day())].into_iter().flatten() {
            text.push_str(&format!("{part:02}"));
        }
        pid = pid.field(7, &[&text]);
    }
    let sex = patient.sex.map(|sex| match sex {
        Sex::Male => "M",
        Sex::Female => "F",
        Sex::Unspecified => "U",
    });
    sex.into_iter().fold(pid, |pid, sex| pid.field(8, &[sex]))
}

/// Family, middle and given name of a Vietnamese full name: first word, what is between, last word.
fn parts(name: &str) -> (&str, String, &str) {
    let words: Vec<&str> = name.split(' ').collect();
    match words.as_slice() {
        [family, middle @ .., given] => (family, middle.join(" "), given),
        [only] => (only, String::new(), ""),
        [] => ("", String::new(), ""),
    }
}
