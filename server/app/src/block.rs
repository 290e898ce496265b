//! Numbers for a kiosk to give while the server is away, and how they come home: the number on paper wins.

use api::{
    Block, BlockRequest, Hex8, IdentificationRequest, KioskId, OfflineCheckIn, ReconcileReply, ReconcileRequest,
    TicketNumber, VisitId,
};
use queue::{Moment, Move, VoidReason};
use rand::RngCore;
use time::{Date, OffsetDateTime, Time};

use crate::app::App;
use crate::check_in::{self, Admits, Taking};
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::finding::{Finding, examine};
use crate::identify::{Asked, Entitlement, canonical, reply_for};
use crate::keys::{Place, Sealed};
use crate::queue::{self as queues, Changes, QueueError};
use crate::refusal::Refusal;
use crate::store::{ChallengeUse, QueueKey, TicketRow, TicketSource, Tx};

/// The most numbers in one block.
const MAX_NUMBERS: u16 = 50;

/// Reserves numbers and challenges of today for this kiosk.
pub async fn reserve(app: &App, kiosk: &KioskId, request: &BlockRequest) -> Result<Block, Refusal> {
    let department = app.department(&request.department).ok_or(Refusal::DepartmentUnknown)?;
    if department.is_retired() {
        return Err(Refusal::DepartmentClosed);
    }
    if !(1..=MAX_NUMBERS).contains(&request.count) {
        return Err(Refusal::BlockSize);
    }
    let (day, now) = (app.today(), app.now_ms());
    let end_of_day = unix_ms(midnight_after(day));
    let mut tx = app.store.begin().await?;
    let last = tx.take_numbers(&department.code, day, request.count).await?;
    let last = u16::try_from(last).ok().filter(|last| *last <= 9999).ok_or(Refusal::NumbersExhausted)?;
    let mut block = Block {
        department: department.code.clone(),
        service_day: day,
        numbers: Vec::with_capacity(request.count.into()),
        challenges: Vec::with_capacity(request.count.into()),
    };
    for number in last - request.count + 1..=last {
        tx.reserve(&department.code, day, number, kiosk, now).await?;
        let mut challenge = [0; 8];
        rand::rngs::OsRng.fill_bytes(&mut challenge);
        tx.give_challenge(challenge, kiosk, None, day, (now, end_of_day)).await?;
        block.numbers.push(TicketNumber::new(department.prefix, number).map_err(|_| Refusal::NumbersExhausted)?);
        block.challenges.push(Hex8(challenge));
    }
    let detail = format!("{} {} numbers", department.code, request.count);
    tx.audit(&format!("kiosk:{kiosk}"), "block_reserved", None, &detail, now).await?;
    tx.commit().await?;
    Ok(block)
}

/// Takes a check-in that was made without the server. The same content again gives the same answer.
pub async fn reconcile(app: &App, kiosk: &KioskId, request: &ReconcileRequest) -> Result<ReconcileReply, Refusal> {
    let offline = open(app, request)?;
    let visit = offline.visit;
    let row = visit.to_string();
    let content_hash = app.keys.keyed_hash("offline check-in", &canonical(&offline));
    if let Some(reply) = earlier(app, kiosk, visit, &content_hash).await? {
        return Ok(reply);
    }
    let known = app.store.visit(visit).await?;
    if known.as_ref().is_some_and(|known| known.kiosk != *kiosk) {
        return Err(Refusal::VisitConflict);
    }
    let department = app.department(&offline.check_in.department).ok_or(Refusal::DepartmentUnknown)?;
    // The prefix of a day that is over may have been another.
    let of_today = offline.service_day == app.today();
    if (of_today && offline.number.prefix() != department.prefix) || offline.service_day > app.today() {
        return Err(Refusal::NumberNotReserved);
    }
    // Evidence first, outside the transaction; one that the server holds already is not looked at again.
    let late = match (&known, &offline.identification) {
        (None, Some(identification)) => Some(LateIdentification::look(app, kiosk, &offline, identification).await?),
        (Some(_), _) | (None, None) => None,
    };

    let history = queues::history(app, &department.code).await?;
    let taking = Taking {
        app,
        kiosk,
        request: &offline.check_in,
        department: &department,
        admits: Admits::Everybody,
        history,
        follow: offline.follow,
        earned: Moment::from_unix_ms(unix_ms(offline.taken_at).min(app.now_ms())),
    };
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let paper = (&department.code, offline.service_day, offline.number.number());
    if !tx.number_is_the_kiosk_s(paper, kiosk, visit).await? {
        return Err(Refusal::NumberNotReserved);
    }
    if let Some(late) = late {
        late.record(&mut tx, app, kiosk, &offline, now).await?;
    }
    let (reply, changes) = settle(&mut tx, &taking, &offline, &content_hash).await?;
    let sealed = Sealed::seal(&app.keys, reply_place(&row), &reply);
    if !tx.record_reconciliation(visit, kiosk, &content_hash, sealed, now).await? {
        drop(tx);
        return earlier(app, kiosk, visit, &content_hash).await?.ok_or(Refusal::VisitConflict);
    }
    tx.commit().await?;
    changes.publish(app);
    tracing::info!(%kiosk, %visit, number = %reply.number, voided = reply.voided.is_some(), "reconciled");
    Ok(reply)
}

fn open(app: &App, request: &ReconcileRequest) -> Result<OfflineCheckIn, Refusal> {
    if request.sealed_to.0 != app.keys.offline_public_key() {
        return Err(Refusal::SealBroken);
    }
    let plain = app.keys.open_offline(&request.sealed.0).map_err(|_| Refusal::SealBroken)?;
    let offline: OfflineCheckIn = serde_json::from_slice(&plain).map_err(|_| Refusal::SealBroken)?;
    if offline.visit == request.visit { Ok(offline) } else { Err(Refusal::SealBroken) }
}

async fn earlier(
    app: &App,
    kiosk: &KioskId,
    visit: VisitId,
    content_hash: &[u8; 32],
) -> Result<Option<ReconcileReply>, Refusal> {
    let Some(stored) = app.store.reconciliation(visit).await? else { return Ok(None) };
    if stored.kiosk != kiosk.as_str() || stored.content_hash != *content_hash {
        return Err(Refusal::VisitConflict);
    }
    Ok(Some(stored.reply.open(&app.keys, reply_place(&visit.to_string()))?))
}

/// The identification that came with an offline check-in.
struct LateIdentification<'a> {
    request: &'a IdentificationRequest,
    finding: Finding,
    entitlement: Entitlement,
}

impl<'a> LateIdentification<'a> {
    async fn look(
        app: &App,
        kiosk: &KioskId,
        offline: &OfflineCheckIn,
        request: &'a IdentificationRequest,
    ) -> Result<Self, Refusal> {
        // The patient holds a number already: evidence that fails costs the level, never the place in the queue.
        let finding = match examine(app, kiosk, offline.visit, request, offline.service_day).await {
            Ok(finding) => finding,
            Err(Refusal::Store(error)) => return Err(error.into()),
            Err(refusal) => {
                tracing::warn!(%kiosk, visit = %offline.visit, "offline evidence refused: {refusal}");
                Finding::without_proof("evidence_refused")
            }
        };
        let entitlement = Entitlement::of(app, &finding).await;
        Ok(Self { request, finding, entitlement })
    }

    async fn record(
        mut self,
        tx: &mut Tx,
        app: &App,
        kiosk: &KioskId,
        offline: &OfflineCheckIn,
        now: i64,
    ) -> Result<(), Refusal> {
        if let api::DocumentClaim::Chip(evidence) = &self.request.document {
            let taken_at = unix_ms(offline.taken_at).min(now);
            let used = tx.use_challenge(evidence.challenge.0, kiosk, offline.visit, taken_at).await?;
            if used != ChallengeUse::Accepted {
                self.finding = Finding::without_proof("challenge_not_accepted");
                self.entitlement = Entitlement::NotAsked;
            }
        }
        self.finding.facts.push("offline".into());
        let asked = Asked {
            app,
            kiosk,
            visit: offline.visit,
            request: self.request,
            request_hash: app.keys.keyed_hash("identification", &canonical(self.request)),
            at: now,
            day: offline.service_day,
        };
        if asked.open_visit(tx, &self.finding, &self.entitlement).await? {
            let reply = reply_for(app, &self.finding, &self.entitlement, offline.service_day);
            asked.record(tx, &self.finding, &self.entitlement, &reply).await?;
        }
        Ok(())
    }
}

/// Voids what the server had given this visit, and records the number on paper. A place in the queue of the same
/// department is kept, under the number on paper.
async fn settle(
    tx: &mut Tx,
    taking: &Taking<'_>,
    offline: &OfflineCheckIn,
    content_hash: &[u8; 32],
) -> Result<(ReconcileReply, Changes), Refusal> {
    let (app, kiosk, visit) = (taking.app, taking.kiosk, offline.visit);
    check_in::open_unidentified(tx, app, kiosk, visit, offline.service_day).await?;
    tx.claim_check_in(visit, kiosk, content_hash).await?;
    let known = tx.visit(visit).await?.filter(|known| known.kiosk == *kiosk).ok_or(Refusal::VisitConflict)?;
    let given = tx.ticket(visit).await?;
    let ticket = TicketRow {
        visit,
        department: taking.department.code.clone(),
        service_day: offline.service_day,
        number: offline.number.number(),
        issued_at: unix_ms(offline.taken_at).min(app.now_ms()),
    };
    let mut keys = vec![QueueKey { department: ticket.department.clone(), day: ticket.service_day }];
    let stands = tx.queue_of(visit).await?;
    keys.extend(stands.clone());
    let mut changes = Changes::locked(tx, app, &keys, queues::actor(&format!("kiosk:{kiosk}"))).await?;
    let mut voided = None;
    if let Some(given) = given {
        let its_department = app.department(&given.department).ok_or(Refusal::DepartmentUnknown)?;
        voided = TicketNumber::new(its_department.prefix, given.number).ok();
        tx.void_ticket(visit, VoidReason::PaperNumberWins.code()).await?;
        let detail = format!("{} {}", given.department, given.number);
        tx.audit(&format!("kiosk:{kiosk}"), "ticket_voided", Some(visit), &detail, app.now_ms()).await?;
        let elsewhere = given.department != ticket.department || given.service_day != ticket.service_day;
        if let Some(stands) = stands.filter(|_| elsewhere) {
            let void = Move::Void { visit, reason: VoidReason::PaperNumberWins };
            changes.make(&stands, &void).map_err(QueueError::Refused)?;
        }
    }
    tx.issue_ticket(&ticket, kiosk, TicketSource::Block).await?;
    let reply = taking.record(tx, &mut changes, &known, &ticket).await?;
    Ok((ReconcileReply { number: reply.ticket.number, voided, entitlement: reply.entitlement }, changes))
}

/// 00:00 of the next day in Ho Chi Minh City.
fn midnight_after(day: Date) -> OffsetDateTime {
    let next = day.next_day().unwrap_or(day);
    OffsetDateTime::new_in_offset(next, Time::MIDNIGHT, HO_CHI_MINH)
}

fn reply_place(row: &str) -> Place<'_> {
    Place { column: "reconciliations.reply", row }
}
