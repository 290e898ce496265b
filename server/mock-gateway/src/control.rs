//! The levers, under `/mock/`: faults, e-identity sessions, and what was received, as JSON.

use serde::{Deserialize, Serialize};

use crate::eid::SessionTerms;
use crate::fault::{Fault, Service};
use crate::record::Kind;
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
