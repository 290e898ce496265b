//! Answers laid ready, for tests and rehearsals without a gateway.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{EntitlementQuery, EntitlementRecord, EntitlementSource, LookUp, ResultCode, Silence};

#[derive(Debug, Default)]
pub struct ScriptedGateway(Mutex<Script>);

#[derive(Debug, Default)]
struct Script {
    answers: HashMap<String, EntitlementRecord>,
    silence: Option<Silence>,
    asked: usize,
}

impl ScriptedGateway {
    pub fn knows(&self, number: &str, record: EntitlementRecord) {
        self.script().answers.insert(number.to_owned(), record);
    }

    /// From now on there is no verdict, for this reason; with `None` it speaks again.
    pub fn falls_silent(&self, silence: impl Into<Option<Silence>>) {
        self.script().silence = silence.into();
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.script().asked
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EntitlementSource for ScriptedGateway {
    fn look_up<'a>(&'a self, query: &'a EntitlementQuery) -> LookUp<'a> {
        Box::pin(async move {
            let mut script = self.script();
            script.asked += 1;
            if let Some(silence) = script.silence {
                return Err(silence);
            }
            Ok(script.answers.get(&query.number).cloned().unwrap_or(EntitlementRecord {
                code: ResultCode::NotFound,
                card: None,
                new_card: None,
                registered_at: None,
                registered_name: None,
            }))
        })
    }
}
