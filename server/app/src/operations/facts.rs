//! From the tables to facts: the only place that says what a stored code means in a report.

use std::collections::BTreeMap;

use api::{AlertKind, KioskId};
use certificates::Kind;
use reports::{
    Admitted, CertificateFact, CheckIn, ChipOutcome, Contact, DeadlineStanding, FaceOutcome, Facts, KioskFact,
    NumberSource, Period, Stage, Stay, stays,
};

use super::OperationsError;
use crate::app::App;
use crate::certificate::CertificateState;
use crate::kiosk_health;
use crate::store::{CallRow, CertificateKind, CheckInRow, PaperRow, StoreError, TicketSource};

/// Everything that the database knows of a period, without the forecasts.
pub async fn gather(app: &App, period: Period) -> Result<Facts, OperationsError> {
    let (days, moments) = ((period.first(), period.last()), period.bounds_ms());
    let rows = app.store.check_ins_of(days).await?;
    let check_ins = rows.into_iter().map(check_in).collect::<Result<Vec<_>, _>>()?;
    let papers = app.store.papers_of(moments).await?;
    let now = app.now_ms();
    let kiosks = kiosks(app, moments, &check_ins).await?;
    Ok(Facts {
        stays: stays_of(app, period).await?,
        certificates: papers.iter().map(|paper| certificate(paper, now)).collect(),
        kiosks,
        check_ins,
        forecasts: Vec::new(),
    })
}

/// One queue after another, so that a quarter's events never stand in memory together. A queue whose record is damaged
/// is left out, and said.
async fn stays_of(app: &App, period: Period) -> Result<Vec<Stay>, OperationsError> {
    let mut all = Vec::new();
    for key in app.store.queues_of((period.first(), period.last())).await? {
        let events = app.store.queue_events(&key, 0).await?;
        let department = key.department.clone();
        let found = tokio::task::spawn_blocking(move || stays(&department, &events)).await;
        match found.map_err(|_| OperationsError::Cancelled)? {
            Ok(found) => all.extend(found),
            Err(broken) => {
                tracing::error!(department = %key.department, day = %key.day, "not in the report: {broken}");
            }
        }
    }
    Ok(all)
}

fn check_in(row: CheckInRow) -> Result<CheckIn, StoreError> {
    Ok(CheckIn {
        at: row.at,
        chip: chip(&row)?,
        face: face(row.face.as_deref())?,
        department: row.department,
        kiosk: row.kiosk,
        assurance: row.assurance,
        counter: row.counter_reason,
        source: match row.source {
            TicketSource::Server => NumberSource::Server,
            TicketSource::Block => NumberSource::Block,
        },
    })
}

fn chip(row: &CheckInRow) -> Result<ChipOutcome, StoreError> {
    let Some(document) = &row.document else { return Ok(ChipOutcome::Nothing) };
    Ok(match (document.as_str(), row.authenticity.as_deref(), row.signer_trust.as_deref()) {
        ("chip", Some("active_authentication"), Some("trusted")) => ChipOutcome::Trusted,
        ("chip", Some("active_authentication"), Some("pinned")) => ChipOutcome::Pinned,
        ("chip", Some("active_authentication"), Some("unknown")) => ChipOutcome::SignerUnknown,
        ("chip", Some("kiosk_word"), _) => ChipOutcome::KioskWord,
        // Evidence that did not stand leaves no verdict behind.
        ("chip", Some("none") | None, _) => ChipOutcome::NotProven,
        ("eid", _, _) => ChipOutcome::Eid,
        ("card_qr" | "insurance_qr" | "typed", _, _) => ChipOutcome::NumberOnly,
        ("nothing", _, _) => ChipOutcome::Nothing,
        _ => return Err(StoreError::Stored { column: "document" }),
    })
}

fn face(code: Option<&str>) -> Result<FaceOutcome, StoreError> {
    let Some(code) = code else { return Ok(FaceOutcome::NotAsked) };
    let known = FaceOutcome::ALL.iter().find(|outcome| outcome.code() == code);
    known.copied().ok_or(StoreError::Stored { column: "face" })
}

fn certificate(row: &PaperRow, now: i64) -> CertificateFact {
    let stage = match row.state {
        CertificateState::Draft | CertificateState::Blocked => Stage::AtDesk,
        CertificateState::WaitingForCitizen => Stage::WithCitizen,
        CertificateState::WaitingForSignature | CertificateState::SigningFailed => Stage::ToSign,
        CertificateState::WaitingToSend | CertificateState::Sending => Stage::ToSend,
        CertificateState::OutcomeUnknown => Stage::OutcomeUnknown,
        CertificateState::Refused => Stage::Refused,
        CertificateState::Accepted => Stage::Accepted,
        CertificateState::Replaced | CertificateState::Discarded | CertificateState::Void => Stage::Ended,
    };
    let given_up = matches!(row.state, CertificateState::Discarded | CertificateState::Void);
    let deadline =
        if given_up { DeadlineStanding::None } else { DeadlineStanding::of(row.deadline_at, row.settled_at, now) };
    let kind = match row.kind {
        CertificateKind::Birth => Kind::Birth,
        CertificateKind::Death => Kind::Death,
        CertificateKind::Driver => Kind::Driver,
    };
    CertificateFact { kind, stage, deadline }
}

async fn kiosks(app: &App, (from, to): (i64, i64), check_ins: &[CheckIn]) -> Result<Vec<KioskFact>, OperationsError> {
    let mut last: BTreeMap<&KioskId, i64> = BTreeMap::new();
    for check_in in check_ins {
        let at = last.entry(&check_in.kiosk).or_insert(check_in.at);
        *at = check_in.at.max(*at);
    }
    let calls = app.store.calls_of((from, to)).await?;
    let now = app.now_ms();
    let known = kiosk_health::overview(app).await?.into_iter().filter(|row| row.enrolled_at < to);
    let facts = known.map(|row| {
        let heard_at = row.last.map(|last| last.heard_at).filter(|at| (from..to).contains(at));
        let contact = match row.contact {
            kiosk_health::Contact::Heard if now < to => Contact::Heard,
            kiosk_health::Contact::Silent if now < to => Contact::Silent,
            kiosk_health::Contact::Heard
            | kiosk_health::Contact::Silent
            | kiosk_health::Contact::Never
            | kiosk_health::Contact::Revoked => Contact::Unknown,
        };
        let here: Vec<&CallRow> = calls.iter().filter(|call| call.kiosk == row.kiosk).collect();
        let of = |kinds: &[AlertKind]| here.iter().filter(|call| kinds.contains(&call.kind)).count() as u64;
        let answered = here.iter().filter_map(|call| Some(call.answered_at? - call.raised_at));
        KioskFact {
            admitted: if row.revoked_at.is_none() { Admitted::Yes } else { Admitted::Revoked },
            contact,
            last_sign_at: here.iter().map(|call| call.raised_at).max().max(last.get(&row.kiosk).copied()).max(heard_at),
            printer_calls: of(&[AlertKind::Printer]),
            cards_left: of(&[AlertKind::CardLeft]),
            help_calls: of(&[AlertKind::Help, AlertKind::Emergency]),
            answered_s: answered.map(|ms| u32::try_from(ms.max(0) / 1000).unwrap_or(u32::MAX)).collect(),
            unanswered: here.iter().filter(|call| call.answered_at.is_none()).count() as u64,
            kiosk: row.kiosk,
        }
    });
    Ok(facts.collect())
}
