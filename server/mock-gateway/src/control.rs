//! The levers, under `/mock/`: faults, e-identity sessions, and what was received, as JSON.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::eid::SessionTerms;
use crate::fault::{Fault, Service};
use crate::page;
use crate::record::{Kind, Record};
use crate::script::FaultScript;
use crate::server::{Gateway, KEPT};
use crate::store::{KeyCount, Store};

/// `POST /mock/faults`; `fault` absent clears all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetFault {
    pub service: Service,
    pub fault: Fault,
    pub times: Option<u32>,
}

/// `POST /mock/eid/sessions`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenSession {
    pub number: String,
    pub kiosk: String,
    /// Seconds until the code expires; negative for one that has.
    pub seconds: Option<i64>,
    pub terms: Option<SessionTerms>,
}

#[derive(Debug, Serialize)]
pub(crate) struct OpenedSession {
    pub code: String,
}

/// Counts since the start; nothing personal.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Counts {
    pub tokens_given: u32,
    pub lookups: u32,
    pub check_ins: u32,
    pub papers: u32,
    pub drivers: u32,
    pub eid_resolved: u32,
    pub requests: u32,
}

/// `GET /mock/records`: what stands under one natural key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfKey {
    pub kind: Kind,
    pub key: String,
}

/// An upload that was refused. The sender got the code; the reason names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenRefusal {
    pub at: String,
    pub service: Service,
    pub code: &'static str,
    pub reason: String,
}

/// `GET /mock/summary`.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    pub totals: Vec<Total>,
    /// Distinct natural keys.
    pub keys: usize,
    pub doubled: Vec<KeyCount>,
    pub misattributed: usize,
    pub misfiled: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct Total {
    pub facility: String,
    pub kind: Kind,
    pub records: usize,
}

impl Summary {
    pub fn of(store: &Store) -> Self {
        let keys = store.keys();
        let totals = store.totals();
        let wrong = store.wrongly_filed();
        Self {
            totals: totals.into_iter().map(|((facility, kind), records)| Total { facility, kind, records }).collect(),
            keys: keys.len(),
            doubled: keys.into_iter().filter(KeyCount::doubled).collect(),
            misattributed: wrong.misattributed,
            misfiled: wrong.misfiled,
        }
    }
}

pub(crate) async fn set_fault(State(gateway): State<Gateway>, Json(wanted): Json<SetFault>) -> StatusCode {
    gateway.set_fault(wanted.service, wanted.fault, wanted.times);
    StatusCode::NO_CONTENT
}

pub(crate) async fn clear_faults(State(gateway): State<Gateway>) -> StatusCode {
    gateway.clear_faults();
    StatusCode::NO_CONTENT
}

pub(crate) async fn open_session(
    State(gateway): State<Gateway>,
    Json(wanted): Json<OpenSession>,
) -> Json<OpenedSession> {
    let lifetime = wanted.seconds.map(Duration::seconds);
    let terms = wanted.terms.unwrap_or(SessionTerms::Honest);
    Json(OpenedSession { code: gateway.open_eid_session(&wanted.number, &wanted.kiosk, lifetime, terms) })
}

pub(crate) async fn public_key(State(gateway): State<Gateway>) -> String {
    hex::encode(gateway.eid_public_key())
}

pub(crate) async fn received(State(gateway): State<Gateway>) -> Json<Counts> {
    Json(gateway.state().counts.clone())
}

pub(crate) async fn set_script(State(gateway): State<Gateway>, text: String) -> Response {
    match FaultScript::parse(&text) {
        Ok(script) => {
            gateway.set_script(script);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

pub(crate) async fn records(State(gateway): State<Gateway>, Query(of): Query<OfKey>) -> Json<Vec<Record>> {
    Json(gateway.records_of(of.kind, &of.key))
}

pub(crate) async fn summary(State(gateway): State<Gateway>) -> Json<Summary> {
    Json(Summary::of(gateway.store()))
}

pub(crate) async fn refusals(State(gateway): State<Gateway>) -> Json<Vec<SeenRefusal>> {
    Json(gateway.refusals())
}

pub(crate) async fn show(State(gateway): State<Gateway>) -> maud::Markup {
    let summary = Summary::of(gateway.store());
    let latest = gateway.store().latest(KEPT);
    let state = gateway.state();
    page::render(&page::Shown {
        counts: &state.counts,
        summary: &summary,
        latest: &latest,
        refusals: &state.refusals,
        lookups: &state.lookups,
        faults: &state.faults.list(),
    })
}
