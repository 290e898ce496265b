//! A gateway and a signer laid ready, for tests and rehearsals.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use identity::FacilityCode;
use time::OffsetDateTime;

use super::carrier::{Carrier, Carrying, Outcome, Parcel, Pass, Reply};
use super::signer::{Signer, SigningFailure};
use crate::insurance::Silence;
use crate::store::DispatchKind;

/// Answers in the order laid ready, then accepts everything.
#[derive(Debug)]
pub struct ScriptedCarrier(Mutex<Script>);

#[derive(Debug)]
struct Script {
    outcomes: VecDeque<Outcome>,
    silence: Option<Silence>,
    facility: FacilityCode,
    carried: Vec<Carried>,
    renewed: usize,
}

/// A parcel that was carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub kind: DispatchKind,
    pub target: String,
    pub body: Vec<u8>,
}

impl ScriptedCarrier {
    /// An account of this facility.
    pub fn of(facility: FacilityCode) -> Self {
        let script = Script { outcomes: VecDeque::new(), silence: None, facility, carried: Vec::new(), renewed: 0 };
        Self(Mutex::new(script))
    }

    pub fn next(&self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.script().outcomes.extend(outcomes);
    }

    /// From now on no token is given, for this reason; with `None` there is one again.
    pub fn falls_silent(&self, silence: impl Into<Option<Silence>>) {
        self.script().silence = silence.into();
    }

    /// From now on the account is another facility's.
    pub fn belongs_to(&self, facility: FacilityCode) {
        self.script().facility = facility;
    }

    pub fn carried(&self) -> Vec<Carried> {
        self.script().carried.clone()
    }

    /// How often another token was asked for.
    pub fn renewed(&self) -> usize {
        self.script().renewed
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carrier for ScriptedCarrier {
    fn pass(&self, _: DispatchKind) -> Carrying<'_, Result<Pass, Silence>> {
        let script = self.script();
        let pass = match script.silence {
            Some(silence) => Err(silence),
            None => Ok(Pass { facility: Some(script.facility.clone()), token: None }),
        };
        Box::pin(std::future::ready(pass))
    }

    fn renew<'a>(&'a self, kind: DispatchKind, _: &'a Pass) -> Carrying<'a, Result<Pass, Silence>> {
        self.script().renewed += 1;
        self.pass(kind)
    }

    fn carry<'a>(&'a self, parcel: Parcel<'a>, _: &'a Pass) -> Carrying<'a, Reply> {
        let mut script = self.script();
        script.carried.push(Carried {
            kind: parcel.kind,
            target: parcel.target.to_owned(),
            body: parcel.body.to_vec(),
        });
        let receipt = format!("HS_CHUNGTU{}_{}", parcel.facility.as_str(), script.carried.len());
        let outcome = script.outcomes.pop_front().unwrap_or(Outcome::Accepted { receipt, received_at: None });
        Box::pin(std::future::ready(Reply { outcome, answer: b"{}".to_vec() }))
    }
}

/// Puts `signed ` before the payload, or fails for a reason until told otherwise.
#[derive(Debug, Default)]
pub struct ScriptedSigner(Mutex<bool>);

impl ScriptedSigner {
    /// The token is unplugged, or plugged in again.
    pub fn set_unplugged(&self, unplugged: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = unplugged;
    }
}

impl Signer for ScriptedSigner {
    fn sign(&self, _: DispatchKind, payload: &[u8], _: OffsetDateTime) -> Result<Vec<u8>, SigningFailure> {
        if *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let token = "test".to_owned();
            return Err(SigningFailure::Key(xmldsig::KeyError::TokenAbsent { token }));
        }
        Ok([b"signed ", payload].concat())
    }
}
