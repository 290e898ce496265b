//! The check-in: visit, ticket number, place in the queue and outbox rows in one transaction.

use std::sync::Arc;

use api::{
    Assurance, CheckInReply, CheckInRequest, CounterReason, DepartmentView, Hex16, KioskId, Payer, TicketNumber,
    TicketView, VisitId,
};
use queue::{Arrival, Class, Ground, History, Moment, Move, Refusal as Unmoved, State, Through};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::app::App;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::config::UnknownSigner;
use crate::department::Department;
use crate::hospital;
use crate::identify::{canonical, entitlement_place, entitlement_view, outbox_place, replay, visit_person_place};
use crate::insurance::{EntitlementRecord, Verdict};
use crate::keys::{Place, Sealed};
use crate::person::{KnownPerson, Masked};
use crate::queue::{self as queues, Changes};
use crate::refusal::Refusal;
use crate::staff::Language;
use crate::store::{
    EntitlementState, NewVisit, OutboxKind, OutboxState, QueueKey, StoreError, TicketRow, TicketSource, Tx, VisitRow,
};

/// The parts of the check-in message (XML0, GATEWAY.md 1.3) that a kiosk knows. The hospital system adds the first
/// cost, and only with it is the message sent: it is kept held.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct CheckInMessage {
    pub ma_lk: String,
    pub ho_ten: String,
    pub so_cccd: String,
    /// `yyyyMMddHHmm`; unknown parts are `00`.
    pub ngay_sinh: String,
    pub gioi_tinh: u8,
    pub ma_the_bhyt: String,
    pub ma_dkbd: String,
    pub gt_the_tu: String,
    pub gt_the_den: String,
    /// `yyyyMMddHHmm`
    pub ngay_vao: String,
    pub ma_cskcb: String,
}

/// Answers the same body with the same ticket, however often it comes.
pub async fn check_in(
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    request: &CheckInRequest,
) -> Result<CheckInReply, Refusal> {
    let row = visit.to_string();
    let request_hash = app.keys.keyed_hash("check-in", &canonical(request));
    if let Some(known) = app.store.visit(visit).await? {
        if known.kiosk != *kiosk {
            return Err(Refusal::VisitConflict);
        }
        if let Some(stored) = &known.check_in {
            return replay(app, stored, kiosk, &request_hash, reply_place(&row));
        }
    }
    let now = app.now();
    let department = app.department(&request.department).ok_or(Refusal::DepartmentUnknown)?;
    if department.is_retired() || !department.is_open_at(now.to_offset(HO_CHI_MINH).time()) {
        return Err(Refusal::DepartmentClosed);
    }

    let key = QueueKey { department: department.code.clone(), day: app.today() };
    let history = queues::history(app, &key.department).await?;
    let mut tx = app.store.begin().await?;
    open_unidentified(&mut tx, app, kiosk, visit, app.today()).await?;
    if !tx.claim_check_in(visit, kiosk, &request_hash).await? {
        let known = tx.visit(visit).await?.ok_or(Refusal::VisitConflict)?;
        let stored = known.check_in.as_ref().filter(|_| known.kiosk == *kiosk).ok_or(Refusal::VisitConflict)?;
        return replay(app, stored, kiosk, &request_hash, reply_place(&row));
    }
    let known = tx.visit(visit).await?.ok_or(Refusal::VisitConflict)?;
    let mut changes =
        Changes::locked(&mut tx, app, std::slice::from_ref(&key), queues::actor(&format!("kiosk:{kiosk}"))).await?;
    let admits = match department.capacity.filter(|_| kiosk.as_str() != STAFF) {
        Some(capacity) if tx.tickets_given(&department.code, app.today()).await? >= u64::from(capacity) => {
            Admits::WhoComesFirst
        }
        Some(_) | None => Admits::Everybody,
    };
    let number = tx.take_numbers(&department.code, app.today(), 1).await?;
    let number = u16::try_from(number).ok().filter(|number| *number <= 9999).ok_or(Refusal::NumbersExhausted)?;
    let ticket = TicketRow {
        visit,
        department: department.code.clone(),
        service_day: app.today(),
        number,
        issued_at: app.now_ms(),
    };
    tx.issue_ticket(&ticket, kiosk, TicketSource::Server).await?;
    // A clock that was put back lets nobody in front of those who came before.
    let earned = Moment::from_unix_ms(ticket.issued_at).max(changes.queue(&changes.receiving(&key)).latest());
    let taking = Taking { app, kiosk, request, department: &department, admits, history, follow: None, earned };
    let reply = taking.record(&mut tx, &mut changes, &known, &ticket).await?;
    tx.commit().await?;
    changes.publish(app);
    tracing::info!(%kiosk, %visit, department = %department.code, number, "checked in");
    Ok(reply)
}

/// A visit that nobody identified goes through a person.
pub(crate) async fn open_unidentified(
    tx: &mut Tx,
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    service_day: Date,
) -> Result<(), StoreError> {
    tx.open_visit(NewVisit {
        visit,
        kiosk,
        service_day,
        opened_at: app.now_ms(),
        assurance: Assurance::D,
        facts: &["not_identified".to_owned()],
        person: None,
        number_hash: None,
        entitlement_state: EntitlementState::NotAsked,
        entitlement: None,
    })
    .await
    .map(drop)
}

/// Whom a department takes: the law's priority and whoever has an appointment come before its capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admits {
    Everybody,
    /// It gave as many numbers today as it may.
    WhoComesFirst,
}

/// One check-in being written.
pub(crate) struct Taking<'a> {
    pub app: &'a App,
    pub kiosk: &'a KioskId,
    pub request: &'a CheckInRequest,
    pub department: &'a Department,
    pub admits: Admits,
    pub history: Arc<History>,
    /// The word that stands on paper already.
    pub follow: Option<Hex16>,
    /// When the patient took the number: the place in the queue.
    pub earned: Moment,
}

impl Taking<'_> {
    /// Writes the check-in of a claimed visit beside its ticket: the place in the queue, the reply, the held message,
    /// the audit line.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        changes: &mut Changes,
        known: &VisitRow,
        ticket: &TicketRow,
    ) -> Result<CheckInReply, Refusal> {
        let (app, department, row) = (self.app, self.department, known.visit.to_string());
        let keys = &app.keys;
        let person = known.person.as_ref().map(|person| person.open(keys, visit_person_place(&row))).transpose()?;
        let entitlement =
            known.entitlement.as_ref().map(|record| record.open(keys, entitlement_place(&row))).transpose()?;
        let proven = match known.assurance {
            Assurance::A | Assurance::B => person.as_ref(),
            Assurance::C | Assurance::D => None,
        };
        let ground = proven.and_then(|person| person.priority_on(ticket.service_day)).map(Ground::from);
        let number = queues::ticket(department, ticket.number).map_err(|_| Refusal::NumbersExhausted)?;
        let class = ground.map_or(Class::Ordinary, Class::Priority);
        let appointment = match proven {
            Some(person) => {
                let who = (person, entitlement.as_ref());
                hospital::claim(tx, app, who, (&department.code, ticket.service_day), known.visit).await?
            }
            None => None,
        };
        if self.admits == Admits::WhoComesFirst
            && ground.is_none()
            && self.request.declared.is_empty()
            && appointment.is_none()
        {
            return Err(Refusal::DepartmentFull);
        }
        let through = appointment.as_ref().map_or(self.through(), |_| Through::Appointment);
        let arrival =
            Arrival { claims: self.claims(ground), ..Arrival::new(known.visit, number, class, self.earned, through) };
        let stands = self.place(changes, arrival, ticket.service_day).map_err(queues::QueueError::Refused)?;
        let promise = queues::promise(app, department, changes.queue(&stands), &self.history, known.visit);
        let follow_url = crate::phone::follow_url(tx, app, (known.visit, ticket.service_day), self.follow).await?;
        let reply = CheckInReply {
            ticket: TicketView {
                number,
                department: department.code.clone(),
                service_day: ticket.service_day,
                issued_at: from_unix_ms(ticket.issued_at),
                people_ahead: promise.map(|promise| promise.ahead),
                wait_minutes: promise.and_then(|promise| promise.minutes),
                priority: ground.is_some(),
                follow_url,
                appointment,
            },
            entitlement: entitlement_view(app, known.assurance, entitlement.as_ref()),
        };
        // The queue is locked, so that nobody was in between.
        changes.write(tx).await?;
        let message = person.as_ref().and_then(|person| message(app, known, person, entitlement.as_ref(), ticket));
        if let Some(message) = message {
            let payload = Sealed::seal(keys, outbox_place(&row), &message).into_stored();
            let when = (ticket.issued_at, ticket.issued_at);
            tx.post(OutboxKind::Xml0, known.visit, OutboxState::Held, payload, when).await?;
        }
        let reason = counter_reason(known.assurance, self.request.counter, app.config.policy.unknown_signer);
        let sealed = Sealed::seal(keys, reply_place(&row), &reply);
        let payer = (&department.code, self.request.payer);
        tx.record_check_in(known.visit, payer, reason, sealed, app.now_ms()).await?;
        let detail = format!("{} {}", department.code, reply.ticket.number);
        tx.audit(&format!("kiosk:{}", self.kiosk), "checked_in", Some(known.visit), &detail, app.now_ms()).await?;
        Ok(reply)
    }

    /// Takes the place in the queue. A visit that stands in one already keeps its place under the new number. Returns
    /// where the visit stands.
    fn place(&self, changes: &mut Changes, arrival: Arrival, day: Date) -> Result<QueueKey, Unmoved> {
        let (visit, ticket) = (arrival.visit, arrival.ticket);
        let keeps = |state: &State| match state {
            State::Waiting
            | State::Called { .. }
            | State::InService { .. }
            | State::Parked { .. }
            | State::NoShow { .. }
            | State::Finished { .. } => true,
            State::Away { .. } | State::Left { .. } | State::Merged { .. } | State::Void => false,
        };
        let held = changes.queues().find(|(_, queue)| queue.entry(visit).is_some_and(|entry| keeps(&entry.state)));
        if let Some(key) = held.map(|(key, _)| key.clone()) {
            changes.make(&key, &Move::Renumber { visit, ticket })?;
            return Ok(key);
        }
        let key = changes.receiving(&QueueKey { department: self.department.code.clone(), day });
        changes.make(&key, &Move::Join(arrival))?;
        Ok(key)
    }

    /// What the patient named besides what is proven; staff confirm it when they call.
    fn claims(&self, proven: Option<Ground>) -> Vec<Ground> {
        let mut declared = self.request.declared.clone();
        declared.sort_unstable();
        declared.dedup();
        declared.into_iter().map(Ground::from).filter(|ground| Some(*ground) != proven).collect()
    }

    fn through(&self) -> Through {
        if self.kiosk.as_str() == STAFF { Through::WalkIn } else { Through::Kiosk }
    }
}

/// Stands for a kiosk where staff give a number themselves.
const STAFF: &str = "staff";

/// A number for somebody who came to the counter without one. A person there looks at the papers.
pub async fn walk_in(app: &App, department: &api::DepartmentCode) -> Result<CheckInReply, Refusal> {
    let kiosk = KioskId::parse(STAFF).map_err(|_| Refusal::VisitConflict)?;
    let request = CheckInRequest {
        department: department.clone(),
        payer: Payer::SelfPay,
        counter: Some(CounterReason::AskedForPerson),
        declared: Vec::new(),
    };
    check_in(app, &kiosk, VisitId(uuid::Uuid::new_v4()), &request).await
}

/// Why a person looks: the kiosk's reason, else what the level of assurance leaves open. Level B stays on the
/// counter's list under either policy: there staff compare the card, and the signer becomes known.
fn counter_reason(
    assurance: Assurance,
    by_kiosk: Option<CounterReason>,
    unknown_signer: UnknownSigner,
) -> Option<CounterReason> {
    by_kiosk.or(match (assurance, unknown_signer) {
        (Assurance::A, _) => None,
        (Assurance::B, UnknownSigner::AcceptWithFact | UnknownSigner::Counter) => Some(CounterReason::SignerUnknown),
        (Assurance::C, _) => Some(CounterReason::NumberOnly),
        (Assurance::D, _) => Some(CounterReason::NoCard),
    })
}

fn message(
    app: &App,
    known: &VisitRow,
    person: &KnownPerson,
    entitlement: Option<&EntitlementRecord>,
    ticket: &TicketRow,
) -> Option<CheckInMessage> {
    let hospital = &app.config.hospital;
    let birth = identity::DocumentDate::parse(person.birth.as_deref()?).ok()?;
    let card =
        entitlement.and_then(|record| match record.verdict(&hospital.facility_code, &hospital.accepted_facilities) {
            Verdict::Accepted { card, .. } => Some(card),
            Verdict::Refused(_) => None,
        });
    let compact = |date: Option<&String>| {
        date.and_then(|date| identity::DocumentDate::parse(date).ok()).map_or_else(String::new, |date| {
            format!("{:04}{:02}{:02}", date.year(), date.month().unwrap_or(0), date.day().unwrap_or(0))
        })
    };
    Some(CheckInMessage {
        ma_lk: known.visit.to_string(),
        ho_ten: person.name.clone()?,
        so_cccd: Some(person.number.clone()).filter(|number| number.len() == 12).unwrap_or_default(),
        ngay_sinh: format!("{:04}{:02}{:02}0000", birth.year(), birth.month().unwrap_or(0), birth.day().unwrap_or(0)),
        gioi_tinh: person.sex,
        ma_the_bhyt: card.map(|card| card.number().to_owned()).unwrap_or_default(),
        ma_dkbd: entitlement.and_then(|record| record.registered_at.clone()).unwrap_or_default(),
        gt_the_tu: compact(card.and_then(|card| card.valid_from.as_ref())),
        gt_the_den: compact(card.and_then(|card| card.valid_until.as_ref())),
        ngay_vao: minute(from_unix_ms(ticket.issued_at)),
        ma_cskcb: hospital.facility_code.as_str().to_owned(),
    })
}

/// `yyyyMMddHHmm`, local time.
fn minute(moment: OffsetDateTime) -> String {
    let local = moment.to_offset(HO_CHI_MINH);
    let (year, month, day) = local.to_calendar_date();
    format!("{year:04}{:02}{day:02}{:02}{:02}", month as u8, local.hour(), local.minute())
}

/// All departments as a kiosk shows them.
pub async fn departments(app: &App) -> Result<Vec<DepartmentView>, Refusal> {
    let local = app.now().to_offset(HO_CHI_MINH).time();
    let given = app.store.tickets_given(app.today()).await?;
    let mut views = Vec::new();
    for department in app.departments().active() {
        let queue = queues::today(app, &department.code).await?;
        let history = queues::history(app, &department.code).await?;
        let promise = queues::promise_to_newcomer(app, department, &queue, &history);
        let given = given.get(&department.code).copied().unwrap_or(0);
        let open = department.is_open_at(local);
        let full = open && department.capacity.is_some_and(|capacity| given >= u64::from(capacity));
        views.push(DepartmentView {
            code: department.code.clone(),
            name_vi: department.name_vi.clone(),
            name_en: department.name_en.clone(),
            rooms: department.doors(),
            floor: department.floor.clone(),
            waiting: promise.ahead,
            wait_minutes: promise.minutes,
            open: open && !full,
            full,
            reception: department.reception,
        });
    }
    Ok(views)
}

/// Who is called, for a board that shows names. None where nothing is known but a number.
pub(crate) async fn masked_name(app: &App, visit: VisitId) -> Result<Option<String>, crate::board::BoardError> {
    let Some(row) = app.store.visit(visit).await? else { return Ok(None) };
    let place = row.visit.to_string();
    let person = row.person.as_ref().map(|person| person.open(&app.keys, visit_person_place(&place))).transpose()?;
    Ok(person.and_then(|person| person.view(Masked::Yes, app.today())).map(|view| view.name.clone()))
}

/// Where a visit stands in a queue, in words for people.
pub struct CheckInPlace {
    pub number: TicketNumber,
    pub department: String,
    pub issued_at: i64,
}

impl CheckInPlace {
    pub(crate) async fn of(app: &App, visit: VisitId, language: Language) -> Result<Option<Self>, StoreError> {
        let Some(ticket) = app.store.ticket(visit).await? else { return Ok(None) };
        Ok(app.department(&ticket.department).and_then(|department| {
            let name = match language {
                Language::Vietnamese => &department.name_vi,
                Language::English => &department.name_en,
            };
            Some(Self {
                number: TicketNumber::new(department.prefix, ticket.number).ok()?,
                department: name.clone(),
                issued_at: ticket.issued_at,
            })
        }))
    }
}

/// What a person at the counter, or a test, asks about one visit.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitSummary {
    pub assurance: Assurance,
    pub facts: Vec<String>,
    pub ticket: Option<TicketRow>,
    pub payer: Option<Payer>,
    pub counter_reason: Option<CounterReason>,
    pub entitlement: EntitlementState,
    pub desk: crate::store::DeskState,
}

pub async fn summary(app: &App, visit: VisitId) -> Result<Option<VisitSummary>, StoreError> {
    let Some(row) = app.store.visit(visit).await? else { return Ok(None) };
    Ok(Some(VisitSummary {
        assurance: row.assurance,
        facts: row.facts,
        ticket: app.store.ticket(visit).await?,
        payer: row.payer,
        counter_reason: row.counter_reason,
        entitlement: row.entitlement_state,
        desk: row.desk,
    }))
}

pub(crate) fn reply_place(row: &str) -> Place<'_> {
    Place { column: "visits.check_in_reply", row }
}
