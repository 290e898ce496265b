//! The levers, under `/mock/`: faults, e-identity sessions, and what was received, as JSON.

use serde::{Deserialize, Serialize};

use crate::eid::SessionTerms;
use crate::fault::{Fault, Service};

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
    pub eid_resolved: u32,
    pub requests: u32,
}
