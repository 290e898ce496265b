//! Faults on demand.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    Token,
    Entitlement,
    CheckIn,
    /// `guiGiayToDienTu`.
    Papers,
    /// `gksk`.
    Driver,
    Eid,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Answers after this long.
    Slow { ms: u64 },
    /// HTTP 503 without a body, as a load balancer answers for a dead service.
    Down,
    /// Takes the request, never answers.
    Silent,
    /// Does what was asked, then never answers: the sender cannot know.
    AnswerLost,
    /// `maKetQua` 401, whatever the token.
    Unauthorised,
    /// `maKetQua` 500.
    ServerError,
    /// `maKetQua` 205: the gateway's own checks of the content, which nobody outside knows.
    BadContent,
    /// HTTP 200 and nonsense.
    Garbage,
    /// HTTP 200 and JSON of another service.
    WrongJson,
    /// The connection ends before anything is done.
    CutBefore,
    /// Does what was asked, then the connection ends without an answer.
    CutAfter,
    /// Does what was asked, then the connection ends in the middle of the answer.
    HalfAnswer,
    /// Does what was asked, then a proxy answers HTTP 502.
    BadGateway,
    /// The token, good when the request left, is good no more: `maKetQua` 401 until a new one is taken.
    TokenExpired,
    /// HTTP 429, with a Retry-After of this many seconds.
    TooMany { retry_after_s: u64 },
}

/// The faults set at the moment, each for a number of requests or until cleared.
#[derive(Debug, Default)]
pub(crate) struct Faults(HashMap<Service, (Fault, Option<u32>)>);

impl Faults {
    pub fn set(&mut self, service: Service, fault: Fault, times: Option<u32>) {
        self.0.insert(service, (fault, times));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for the next request, counting it down.
    pub fn strike(&mut self, service: Service) -> Option<Fault> {
        let (fault, times) = self.0.get_mut(&service)?;
        let fault = *fault;
        if let Some(left) = times {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.0.remove(&service);
            }
        }
        Some(fault)
    }

    pub fn list(&self) -> Vec<(Service, Fault)> {
        let mut all: Vec<_> = self.0.iter().map(|(service, (fault, _))| (*service, *fault)).collect();
        all.sort_by_key(|(service, _)| format!("{service:?}"));
        all
    }
}

/// Longer than any client waits, short enough that nothing is left behind for ever.
pub(crate) const SILENCE: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_fault_ends_by_itself() {
        let mut faults = Faults::default();
        faults.set(Service::Token, Fault::Down, Some(2));
        assert_eq!(faults.strike(Service::Token), Some(Fault::Down));
        assert_eq!(faults.strike(Service::Entitlement), None);
        assert_eq!(faults.strike(Service::Token), Some(Fault::Down));
        assert_eq!(faults.strike(Service::Token), None);
    }
}
