//! Who carries signed bytes to the gateway, and what came of it.

use std::future::Future;
use std::pin::Pin;

use identity::FacilityCode;

use crate::insurance::{Silence, Token};
use crate::store::DispatchKind;

pub type Carrying<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Signed bytes and where they go.
#[derive(Clone, Copy)]
pub struct Parcel<'a> {
    pub kind: DispatchKind,
    pub facility: &'a FacilityCode,
    /// A path on the gateway's host, or a whole URL.
    pub target: &'a str,
    pub body: &'a [u8],
}

/// The right to send, as the gateway gave it.
#[derive(Clone)]
pub struct Pass {
    /// Of the account that everything is filed under; None where the gateway's word cannot be read.
    pub facility: Option<FacilityCode>,
    /// None for a service without tokens.
    pub token: Option<Token>,
}

/// What came of one request.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    pub outcome: Outcome,
    /// The answer as it came, for the record.
    pub answer: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// MaGD, maGiaoDich or UUID; and the moment that the gateway wrote, in milliseconds since 1970.
    Accepted {
        receipt: String,
        received_at: Option<i64>,
    },
    Refused {
        code: String,
    },
    /// 401.
    TokenRefused,
    /// The only failure after which nothing was sent for certain.
    NotConnected,
    /// Anything else: nobody knows.
    Unknown {
        why: String,
    },
}

pub trait Carrier: Send + Sync {
    /// The right to send now; asks the gateway for a token where the service needs one and none is in hand.
    fn pass(&self, kind: DispatchKind) -> Carrying<'_, Result<Pass, Silence>>;

    /// Another one: this one was refused, or nobody knows whether the gateway is back.
    fn renew<'a>(&'a self, kind: DispatchKind, old: &'a Pass) -> Carrying<'a, Result<Pass, Silence>>;

    /// One request, without any repetition, within the deadline it was made with.
    fn carry<'a>(&'a self, parcel: Parcel<'a>, pass: &'a Pass) -> Carrying<'a, Reply>;
}

impl Reply {
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unknown { why: why.into() }, answer: Vec::new() }
    }
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({:?}, {} bytes)", self.outcome, self.answer.len())
    }
}
