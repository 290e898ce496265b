//! SIU (chapter 10): appointments.

use super::fault::{Fault, Location};
use super::message::Message;
use super::notice::{Settings, filled, patient, place, required};
use super::timestamp::parse_moment;
use crate::{AppointmentId, AppointmentNotice, Booking, Told};

pub(super) fn read_booking(message: &Message, settings: &Settings) -> Result<AppointmentNotice, Fault> {
    let id = id(message)?;
    let (number, patient) = patient(message, settings)?;
    let number = number.ok_or_else(|| {
        let mut fault = Fault::missing(Location::field("PID", 3));
        fault.words = "PID-3 has neither a citizen number nor an insurance number by its type (CX-5)".into();
        fault
    })?;
    let (department, room) = department(message)?;
    let starts = starts(message, settings)?;
    let booking = Booking { number, patient, department, room, starts };
    Ok(AppointmentNotice { id, told_at: told_at(message, settings)?, told: Told::Booked(booking) })
}

pub(super) fn read_cancellation(message: &Message, settings: &Settings) -> Result<AppointmentNotice, Fault> {
    Ok(AppointmentNotice { id: id(message)?, told_at: told_at(message, settings)?, told: Told::Cancelled })
}

/// SCH-2, the filler's; SCH-1, the placer's, where there is no other.
fn id(message: &Message) -> Result<AppointmentId, Fault> {
    let sch = required(message, "SCH")?;
    let [placer, filler] = [1, 2].map(|number| sch.field(number).first().component(1).text());
    let (at, id) = match filled(filler) {
        Some(id) => (Location::component("SCH", 2, 1), id),
        None => (Location::component("SCH", 1, 1), placer),
    };
    if id.trim().is_empty() {
        return Err(Fault::missing(at));
    }
    AppointmentId::parse(id.trim()).map_err(|_| Fault::wrong(at, "1 to 64 visible characters of ASCII"))
}

/// AIL-3, else PV1-3.
fn department(message: &Message) -> Result<(api::DepartmentCode, Option<String>), Fault> {
    for name in ["AIL", "PV1"] {
        let Some(segment) = message.segment(name) else { continue };
        if let Some(found) = place(segment.field(3).first(), Location::field(name, 3))? {
            return Ok(found);
        }
    }
    Err(Fault::missing(Location::component("AIL", 3, 1)))
}

/// SCH-11.4, else AIS-4, else AIL-6.
fn starts(message: &Message, settings: &Settings) -> Result<time::OffsetDateTime, Fault> {
    let places = [("SCH", 11, 4), ("AIS", 4, 1), ("AIL", 6, 1)];
    for (name, field, component) in places {
        let text = message.segment(name).map(|segment| segment.field(field).first().component(component).text());
        if let Some(text) = text.and_then(filled) {
            let at = Location::component(name, field, component);
            return parse_moment(&text, settings.local)
                .ok_or_else(|| Fault::wrong(at, "a moment YYYYMMDDHHMM[SS][+ZZZZ]"));
        }
    }
    Err(Fault::missing(Location::component("SCH", 11, 4)))
}

/// MSH-7.
pub(super) fn told_at(message: &Message, settings: &Settings) -> Result<Option<time::OffsetDateTime>, Fault> {
    let Some(text) = filled(message.header().field(7).first().component(1).text()) else { return Ok(None) };
    let at = Location::field("MSH", 7);
    parse_moment(&text, settings.local).map(Some).ok_or_else(|| Fault::wrong(at, "a moment YYYYMMDDHHMM[SS][+ZZZZ]"))
}
