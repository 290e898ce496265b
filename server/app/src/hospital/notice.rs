//! What an HL7 message brings about.

use api::VisitId;
use interop::AppointmentNotice;
use interop::hl7::{
    Charge, Fault, FaultKind, ItemKind, Location, Message, Notice, Settings, VisitKey, VisitNotice, VisitStep,
};

use super::state::{ReportError, Reported, report};
use super::{ACTOR, ImportError, take};
use crate::app::App;
use crate::clock::HO_CHI_MINH;
use crate::first_cost::{self, FirstCost, FirstCostError};
use crate::store::StoreError;

/// Everything a message asks for is done when this returns without a fault; the same message again does nothing more.
pub async fn apply(app: &App, message: &Message, settings: &Settings) -> Result<(), Fault> {
    match Notice::read(message, settings)? {
        Notice::Appointment(notice) => appointment(app, notice).await,
        Notice::Visit(notice) => visit(app, &notice).await,
        Notice::FirstCost(charge) => first_cost(app, &charge).await,
    }
}

async fn appointment(app: &App, notice: AppointmentNotice) -> Result<(), Fault> {
    match take(app, &[notice]).await {
        Ok(_) => Ok(()),
        Err(ImportError::DepartmentsUnknown(_)) => {
            let words = "the department of the appointment is not one of this hospital's configuration";
            Err(Fault::new(FaultKind::UnknownKey, Location::component("AIL", 3, 1), words))
        }
        Err(ImportError::Store(error)) => Err(failed(&error)),
    }
}

async fn visit(app: &App, notice: &VisitNotice) -> Result<(), Fault> {
    let ours = ours(app, notice).await.map_err(|error| failed(&error))?;
    let reported = match notice.step {
        VisitStep::Registered | VisitStep::Updated => {
            // Somebody who registered at the hospital's own desk, and never at ours, is no concern of this queue.
            return Ok(());
        }
        VisitStep::Cancelled => Reported::Cancelled,
        VisitStep::Ended => Reported::Finished,
    };
    let Some(ours) = ours else { return Err(unknown_visit()) };
    match report(app, ours, &reported).await {
        Ok(_) => Ok(()),
        Err(ReportError::Store(error)) => Err(failed(&error)),
        Err(ReportError::Queue(error)) => {
            tracing::error!("a queue: {error}");
            Err(internal("the queue failed; send again"))
        }
        Err(error @ (ReportError::NoPlace | ReportError::NoSuchRoom | ReportError::Refused(_))) => {
            Err(Fault::new(FaultKind::UnknownKey, Location::field("PV1", 19), error.to_string()))
        }
    }
}

/// By our id, by their number, or by the patient where exactly one check-in of today is that patient's. What links the two
/// is kept.
async fn ours(app: &App, notice: &VisitNotice) -> Result<Option<VisitId>, StoreError> {
    let theirs = notice.key.theirs();
    let mut found = named(app, &notice.key).await?;
    if let (None, VisitKey::Theirs(_), Some(number)) = (found, &notice.key, &notice.number) {
        let hash = app.keys.keyed_hash("number", number.as_str().as_bytes());
        found = match app.store.visits_of_number(&hash, app.today()).await?.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
    }
    if let (Some(visit), Some(theirs)) = (found, theirs) {
        let mut tx = app.store.begin().await?;
        tx.link_hospital_visit(theirs, visit, app.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(found)
}

async fn named(app: &App, key: &VisitKey) -> Result<Option<VisitId>, StoreError> {
    match key {
        VisitKey::Ours { visit, .. } => Ok(app.store.visit(*visit).await?.map(|row| row.visit)),
        VisitKey::Theirs(theirs) => app.store.visit_of_hospital_number(theirs).await,
    }
}

async fn first_cost(app: &App, charge: &Charge) -> Result<(), Fault> {
    let visit = named(app, &charge.visit).await.map_err(|error| failed(&error))?;
    let Some(visit) = visit else { return Err(unknown_visit()) };
    let at = charge.at.to_offset(HO_CHI_MINH);
    let (date, time) = (at.date(), at.time());
    let month = u8::from(date.month());
    let mut cost = FirstCost {
        ma_bn: charge.hospital_number.as_str().to_owned(),
        ma_doituong_kcb: charge.financial_class.clone(),
        ma_loai_kcb: charge.patient_type.clone(),
        ngay_yl: format!("{:04}{month:02}{:02}{:02}{:02}", date.year(), date.day(), time.hour(), time.minute()),
        ..FirstCost::default()
    };
    let (code, name) = (charge.code.clone(), charge.name.clone());
    match charge.kind {
        ItemKind::Service => (cost.ma_dich_vu, cost.ten_dich_vu) = (code, name),
        ItemKind::Medicine => (cost.ma_thuoc, cost.ten_thuoc) = (code, name),
    }
    match first_cost::release(app, visit, &cost, ACTOR).await {
        Ok(_) => Ok(()),
        Err(FirstCostError::NoMessage) => {
            let words = "no check-in message is held for this visit";
            Err(Fault::new(FaultKind::UnknownKey, Location::field("PV1", 19), words))
        }
        Err(FirstCostError::Store(error)) => Err(failed(&error)),
        Err(FirstCostError::Seal(error)) => {
            tracing::error!("a held message does not open: {error}");
            Err(internal("the held message does not open"))
        }
        Err(error @ (FirstCostError::Missing(name) | FirstCostError::TooLong(name) | FirstCostError::Form(name))) => {
            Err(Fault::new(FaultKind::DataType, place_of(name), error.to_string()))
        }
        Err(error @ FirstCostError::NoCost) => {
            Err(Fault::new(FaultKind::RequiredFieldMissing, Location::field("FT1", 7), error.to_string()))
        }
    }
}

/// Where the field of the insurance's contract comes from.
fn place_of(name: &str) -> Location {
    match name {
        "MA_BN" => Location::component("PID", 3, 1),
        "MA_DOITUONG_KCB" => Location::component("PV1", 20, 1),
        "MA_LOAI_KCB" => Location::field("PV1", 18),
        "NGAY_YL" => Location::field("FT1", 4),
        _ => Location::field("FT1", 7),
    }
}

fn unknown_visit() -> Fault {
    let words = "no visit of this hospital's reception is known by PV1-19 or PV1-50";
    Fault::new(FaultKind::UnknownKey, Location::field("PV1", 19), words)
}

fn failed(error: &StoreError) -> Fault {
    tracing::error!("a message was not taken: {error}");
    internal("the database failed; send again")
}

fn internal(words: &str) -> Fault {
    Fault::new(FaultKind::Internal, Location { segment: "MSH", field: 0, component: None }, words)
}
