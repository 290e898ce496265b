//! What is over goes: a table of rules, one a kind and table, and the job that follows it.
//!
//! Rows are found outside any transaction and erased in short ones, so that nobody at a kiosk waits. Each leaves a line in
//! the audit record in the same transaction: kind, table, the last day that went, how many rows, and SHA-256 over their keys
//! in order. `tiepdon-server purge --verify` counts what the rules would still find.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use time::{Date, Duration};

use super::tables::{CLEAR_IDENTIFICATION, CLEAR_VISIT, TABLES};
use crate::app::App;
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::config::Config;
use crate::store::{Cell, Record, StoreError, stored_codes};

/// Rows of one transaction: milliseconds on a slow disk.
const BATCH: u32 = 200;

stored_codes! {
    Kind {
        ChipEvidence = "chip_evidence",
        Identifications = "identifications",
        Visits = "visits",
        EidAnswers = "eid_answers",
        Challenges = "challenges",
        Messages = "messages",
        SentCheckIns = "sent_check_ins",
        Appointments = "appointments",
        HospitalEvents = "hospital_events",
        FollowTokens = "follow_tokens",
        Alerts = "alerts",
        Consents = "consents",
        SignerObservations = "signer_observations",
        Drafts = "drafts",
        /// Answers to the driver's questions: `papers.answers_days`.
        SavedAnswers = "saved_answers",
        GivenDrafts = "given_drafts",
        PaperNonces = "paper_nonces",
        StaffSessions = "staff_sessions",
        OneTimeCodes = "one_time_codes",
    }
}

impl Kind {
    pub fn days(self, config: &Config) -> u16 {
        let retention = &config.retention;
        match self {
            Self::ChipEvidence => retention.chip_evidence,
            Self::Identifications => retention.identifications,
            Self::Visits => retention.visits,
            Self::EidAnswers => retention.eid_answers,
            Self::Challenges => retention.challenges,
            Self::Messages => retention.messages,
            Self::SentCheckIns => retention.sent_check_ins,
            Self::Appointments => retention.appointments,
            Self::HospitalEvents => retention.hospital_events,
            Self::FollowTokens => retention.follow_tokens,
            Self::Alerts => retention.alerts,
            Self::Consents => retention.consents,
            Self::SignerObservations => retention.signer_observations,
            Self::Drafts => retention.drafts,
            Self::SavedAnswers => config.papers.answers_days.max(1),
            Self::GivenDrafts => retention.given_drafts,
            Self::PaperNonces => retention.paper_nonces,
            Self::StaffSessions => retention.staff_sessions,
            Self::OneTimeCodes => retention.one_time_codes,
        }
    }
}

pub struct Rule {
    pub kind: Kind,
    pub table: &'static str,
    /// What makes a row's time: compared with the cut-off.
    at: At,
    /// What else must hold; of a cleared row it no longer does.
    and: &'static str,
    then: Then,
}

#[derive(Clone, Copy)]
enum At {
    /// `YYYY-MM-DD`
    Day(&'static str),
    /// Milliseconds.
    Moment(&'static str),
}

enum Then {
    Delete,
    Clear(&'static str),
    /// Rows of other tables that have the same certificate go with it.
    DeleteWith(&'static [&'static str]),
}

const fn delete(kind: Kind, table: &'static str, at: At) -> Rule {
    Rule { kind, table, at, and: "1 = 1", then: Then::Delete }
}

/// A check-in message whose sending is over one way or the other.
const SENT_CHECK_IN: &str = "EXISTS (SELECT 1 FROM dispatch_jobs j WHERE j.facility_code = dispatch_bodies.facility_code \
    AND j.step = dispatch_bodies.step AND j.subject_id = dispatch_bodies.subject_id AND j.kind = 'check_in' \
    AND j.state IN ('done', 'refused', 'cancelled'))";

pub const RULES: &[Rule] = &[
    Rule {
        kind: Kind::ChipEvidence,
        table: "identifications",
        at: At::Moment("identified_at"),
        and: "evidence_sealed IS NOT NULL",
        then: Then::Clear("evidence_sealed = NULL"),
    },
    Rule {
        kind: Kind::Identifications,
        table: "identifications",
        at: At::Moment("identified_at"),
        and: "LENGTH(reply_sealed) > 0",
        then: Then::Clear(CLEAR_IDENTIFICATION),
    },
    Rule {
        kind: Kind::Visits,
        table: "visits",
        at: At::Day("service_day"),
        and: "(person_sealed IS NOT NULL OR number_hash IS NOT NULL OR entitlement_sealed IS NOT NULL \
              OR check_in_reply_sealed IS NOT NULL)",
        then: Then::Clear(CLEAR_VISIT),
    },
    delete(Kind::Visits, "reconciliations", At::Moment("reconciled_at")),
    delete(Kind::EidAnswers, "eid_answers", At::Moment("received_at")),
    delete(Kind::Challenges, "challenges", At::Day("service_day")),
    delete(Kind::Messages, "outbox", At::Moment("created_at")),
    Rule {
        kind: Kind::SentCheckIns,
        table: "dispatch_bodies",
        at: At::Moment(
            "(SELECT j.created_at FROM dispatch_jobs j WHERE j.facility_code = dispatch_bodies.facility_code \
             AND j.step = dispatch_bodies.step AND j.subject_id = dispatch_bodies.subject_id)",
        ),
        and: SENT_CHECK_IN,
        then: Then::Delete,
    },
    Rule {
        kind: Kind::SentCheckIns,
        table: "dispatch_attempts",
        at: At::Moment("started_at"),
        and: "kind = 'check_in' AND answer_sealed IS NOT NULL",
        then: Then::Clear("answer_sealed = NULL"),
    },
    delete(Kind::Appointments, "appointments", At::Day("service_day")),
    delete(Kind::HospitalEvents, "hospital_events", At::Moment("at")),
    delete(Kind::HospitalEvents, "hospital_visits", At::Moment("linked_at")),
    delete(Kind::FollowTokens, "follow_tokens", At::Day("service_day")),
    delete(Kind::Alerts, "alerts", At::Moment("raised_at")),
    delete(Kind::Consents, "consents", At::Moment("at")),
    delete(Kind::SignerObservations, "signer_observations", At::Day("service_day")),
    // Before the drafts, with which they would go uncounted.
    delete(Kind::GivenDrafts, "given_drafts", At::Moment("at")),
    Rule {
        kind: Kind::Drafts,
        table: "certificates",
        at: At::Moment("state_at"),
        and: "state IN ('draft', 'blocked', 'waiting_for_citizen', 'discarded') AND frozen_at IS NULL AND year IS NULL \
              AND replaces IS NULL",
        then: Then::DeleteWith(OF_A_DRAFT),
    },
    delete(Kind::SavedAnswers, "saved_answers", At::Moment("saved_at")),
    delete(Kind::PaperNonces, "paper_nonces", At::Moment("expires_at")),
    delete(Kind::StaffSessions, "staff_sessions", At::Moment("expires_at")),
    delete(Kind::OneTimeCodes, "staff_links", At::Moment("expires_at")),
    delete(Kind::OneTimeCodes, "kiosk_codes", At::Moment("expires_at")),
    delete(Kind::OneTimeCodes, "workstation_members", At::Day("service_day")),
];

/// What hangs on a paper.
pub const OF_A_DRAFT: &[&str] = &[
    "certificate_people",
    "certificate_events",
    "confirmations",
    "practitioner_signatures",
    "paper_notes",
    "paper_consents",
    "paper_corrections",
    "declarations",
    "given_drafts",
    "confinement_papers",
];

/// What a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub kind: Kind,
    pub table: &'static str,
    /// The last day that goes.
    pub until: Date,
    pub rows: u64,
}

impl Rule {
    /// The last day of which nothing is kept.
    fn until(&self, app: &App) -> Date {
        app.today() - Duration::days(i64::from(self.kind.days(&app.config)))
    }

    fn condition(&self) -> (String, fn(Date) -> Cell) {
        match self.at {
            At::Day(column) => (format!("{column} <= $2 AND {}", self.and), |until| Cell::Text(until.to_string())),
            At::Moment(column) => (format!("{column} < $2 AND {}", self.and), |until| {
                Cell::Integer(unix_ms((until + Duration::DAY).midnight().assume_offset(HO_CHI_MINH)))
            }),
        }
    }

    fn key(&self) -> &'static [&'static str] {
        TABLES.iter().find(|table| table.name == self.table).map_or(&[], |table| table.key)
    }
}

/// What the rules find now, rule by rule: what a purge would erase, and after one nothing.
pub async fn remaining(app: &App) -> Result<Vec<Due>, StoreError> {
    let mut found = Vec::with_capacity(RULES.len());
    for rule in RULES {
        let (condition, value) = rule.condition();
        let until = rule.until(app);
        let rows = app.store.count(rule.table, &condition, value(until)).await?;
        found.push(Due { kind: rule.kind, table: rule.table, until, rows });
    }
    Ok(found)
}

/// Erases what is over. Returns how many rows, kind by kind.
pub async fn purge(app: &App, actor: &str) -> Result<BTreeMap<&'static str, u64>, StoreError> {
    let mut erased = BTreeMap::new();
    for rule in RULES {
        let rows = follow(app, rule, actor).await?;
        *erased.entry(rule.kind.code()).or_default() += rows;
    }
    let now = app.now_ms();
    let mut tx = app.store.begin().await?;
    let total: u64 = erased.values().sum();
    tx.audit(actor, "purge_ended", None, &format!("rules={} rows={total}", RULES.len()), now).await?;
    tx.commit().await?;
    Ok(erased)
}

async fn follow(app: &App, rule: &Rule, actor: &str) -> Result<u64, StoreError> {
    let (condition, value) = rule.condition();
    let until = rule.until(app);
    let mut rows = 0;
    loop {
        let found = app.store.keys_of((rule.table, rule.key()), &condition, value(until), BATCH).await?;
        let last = found.len() < BATCH as usize;
        let erased = batch(app, rule, actor, (until, &condition, value(until)), found).await?;
        rows += erased;
        // What another process erased meanwhile is found no more; what nobody can erase is not tried for ever.
        if last || erased == 0 {
            return Ok(rows);
        }
        tokio::task::yield_now().await;
    }
}

async fn batch(
    app: &App,
    rule: &Rule,
    actor: &str,
    (until, condition, value): (Date, &str, Cell),
    mut found: Vec<Record>,
) -> Result<u64, StoreError> {
    if found.is_empty() {
        return Ok(0);
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let mut proof = Sha256::new();
    let mut rows = 0;
    let mut tx = app.store.begin().await?;
    for key in &found {
        let changes = match rule.then {
            Then::Delete | Then::DeleteWith(_) => None,
            Then::Clear(changes) => Some(changes),
        };
        if !tx.end_row((rule.table, changes), condition, value.clone(), key).await? {
            continue;
        }
        if let (Then::DeleteWith(others), Some(id)) = (&rule.then, key.cell("certificate_id")) {
            for other in *others {
                tx.delete_where(other, "certificate_id = $2", id.clone()).await?;
            }
        }
        rows += 1;
        proof.update(key_bytes(key));
    }
    if rows > 0 {
        let (kind, table, proof) = (rule.kind.code(), rule.table, hex::encode(proof.finalize()));
        let detail = format!("{kind} {table} until={until} rows={rows} sha256={proof}");
        tx.audit(actor, "purged", None, &detail, app.now_ms()).await?;
    }
    tx.commit().await?;
    Ok(rows)
}

/// A row's key as the proof counts it: each part as text, bytes as hexadecimal digits; tab between parts, line end behind.
pub fn key_bytes(key: &Record) -> Vec<u8> {
    let part = |cell: &Cell| match cell {
        Cell::Null => String::new(),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) | Cell::Text(value) => value.clone(),
        Cell::Bytes(value) => hex::encode(value),
    };
    let parts: Vec<_> = key.0.iter().map(|(_, cell)| part(cell)).collect();
    format!("{}\n", parts.join("\t")).into_bytes()
}
