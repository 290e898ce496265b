//! The insurance entitlement: who is asked, what the answers mean, what a kiosk may show of them.
//!
//! Source: the assessment gateway's public contract (domain/GATEWAY.md 1.1, 1.2), cards (domain/HOSPITAL.md 3.1).
//! Left out: visit history, which the 2024 service no longer returns.

mod account;
mod answer;
pub mod duty;
mod http;
mod scripted;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) use account::facility_of;
pub use account::{Account, Token};
pub use answer::{EntitlementRecord, InsuranceCard, ResultCode, Route, Verdict};
pub use http::HttpGateway;
pub use scripted::ScriptedGateway;

/// The three fields that name a patient to the gateway.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct EntitlementQuery {
    /// `maThe`: a 15-character card, a 10-digit BHXH code, or the 12-digit personal number.
    pub number: String,
    pub name: String,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: String,
}

impl fmt::Debug for EntitlementQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EntitlementQuery(..)")
    }
}

/// Why there is no verdict about the person. None of these is the patient's fault, and all are asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    #[error("no connection to the gateway")]
    Unreachable,
    #[error("the gateway did not answer in time")]
    TimedOut,
    #[error("the gateway answered HTTP {0}")]
    HttpStatus(u16),
    #[error("the gateway's answer is not of the documented form")]
    Garbage,
    #[error("the gateway refuses our account: maKetQua {0}")]
    AccountRefused(ResultCode),
    #[error("the gateway gives no verdict: maKetQua {0}")]
    NoVerdict(ResultCode),
    #[error("no account for this service is configured")]
    NoAccount,
    /// Ours, not the gateway's: the token stands there.
    #[error("the database failed")]
    StoreFailed,
}

impl Silence {
    /// For logs and the outbox.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::HttpStatus(_) => "http_status",
            Self::Garbage => "garbage",
            Self::AccountRefused(_) => "account_refused",
            Self::NoVerdict(_) => "no_verdict",
            Self::NoAccount => "no_account",
            Self::StoreFailed => "store_failed",
        }
    }
}

pub type LookUp<'a> = Pin<Box<dyn Future<Output = Result<EntitlementRecord, Silence>> + Send + 'a>>;

/// Somebody who knows entitlements.
pub trait EntitlementSource: Send + Sync {
    /// Answers, or is silent, within the deadline it was made with.
    fn look_up<'a>(&'a self, query: &'a EntitlementQuery) -> LookUp<'a>;
}
