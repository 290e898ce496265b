//! Who made a move: a code as in the audit record, never a name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `kiosk:<id>`, `staff:<login>`, `server` and the like: 1 to 64 characters `a-z 0-9 . : -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Actor(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an actor has 1 to 64 characters a-z, 0-9, '.', ':' and '-'")]
pub struct ActorError;

impl Actor {
    pub fn parse(text: &str) -> Result<Self, ActorError> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b':' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(ActorError) }
    }

    /// The server by itself.
    pub fn server() -> Self {
        Self("server".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Actor {
    type Error = ActorError;
    fn try_from(text: String) -> Result<Self, ActorError> {
        Self::parse(&text)
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> Self {
        actor.0
    }
}
