//! The first cost of a visit: DFT^P03 (6.4.2), or an order (ORM^O01, OML^O21 and the like, chapter 4) where the hospital
//! counts that as the moment. Which of them is a setting.

use time::OffsetDateTime;

use super::fault::{Fault, FaultKind, Location};
use super::message::{Message, Segment};
use super::notice::{Settings, filled, patient, required};
use super::timestamp::parse_moment;
use super::visit::{VisitKey, key};
use crate::HospitalNumber;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub visit: VisitKey,
    /// PID-3.
    pub hospital_number: HospitalNumber,
    /// PV1-18; the insurance calls it the kind of treatment (MA_LOAI_KCB).
    pub patient_type: String,
    /// PV1-20.1; the insurance calls it the patient's group (MA_DOITUONG_KCB).
    pub financial_class: String,
    pub kind: ItemKind,
    /// Code and text of the item: FT1-7, OBR-4 or RXO-1.
    pub code: String,
    pub name: String,
    /// FT1-4, ORC-9 or OBR-7.
    pub at: OffsetDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    Service,
    Medicine,
}

pub(super) fn read(message: &Message, settings: &Settings) -> Result<Charge, Fault> {
    let visit = key(message)?;
    let (_, patient) = patient(message, settings)?;
    let pid = Location::component("PID", 3, 1);
    let hospital_number = patient.hospital_number.ok_or_else(|| Fault::missing(pid))?;
    let pv1 = required(message, "PV1")?;
    let (patient_type, financial_class) = (text(pv1, "PV1", 18)?, text(pv1, "PV1", 20)?);
    let (kind, item, name, field) = item(message)?;
    let code = item.field(field).first();
    let at = Location::component(name, field, 1);
    let (code, words) = (code.component(1).text(), code.component(2).text());
    let code = filled(code).ok_or_else(|| Fault::missing(at))?.trim().to_owned();
    let words = filled(words).ok_or_else(|| Fault::missing(Location { component: Some(2), ..at }))?.trim().to_owned();
    let at = moment(message, settings)?;
    Ok(Charge { visit, hospital_number, patient_type, financial_class, kind, code, name: words, at })
}

fn text(segment: Segment<'_>, name: &'static str, field: usize) -> Result<String, Fault> {
    let text = filled(segment.field(field).first().component(1).text());
    Ok(text.ok_or_else(|| Fault::missing(Location::field(name, field)))?.trim().to_owned())
}

type Item<'a> = (ItemKind, Segment<'a>, &'static str, usize);

fn item(message: &Message) -> Result<Item<'_>, Fault> {
    let kinds = [
        (ItemKind::Service, "FT1", 7),
        (ItemKind::Service, "OBR", 4),
        (ItemKind::Medicine, "RXO", 1),
        (ItemKind::Medicine, "RXE", 2),
    ];
    let found = kinds.into_iter().find_map(|(kind, name, field)| Some((kind, message.segment(name)?, name, field)));
    found.ok_or_else(|| {
        let at = Location { segment: "FT1", field: 0, component: None };
        Fault::new(FaultKind::SegmentSequence, at, "there is no FT1, OBR, RXO or RXE that names the first cost")
    })
}

fn moment(message: &Message, settings: &Settings) -> Result<OffsetDateTime, Fault> {
    for (name, field) in [("FT1", 4), ("ORC", 9), ("OBR", 7)] {
        let text = message.segment(name).map(|segment| segment.field(field).first().component(1).text());
        if let Some(text) = text.and_then(filled) {
            let at = Location::field(name, field);
            return parse_moment(&text, settings.local)
                .ok_or_else(|| Fault::wrong(at, "a moment YYYYMMDDHHMM[SS][+ZZZZ]"));
        }
    }
    Err(Fault::missing(Location::field("FT1", 4)))
}
