//! Calls for a person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::VisitId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    Emergency,
    Help,
    /// A card was left in the reader.
    CardLeft,
    /// The printer has no paper, or is gone.
    Printer,
}

/// `id` makes it safe to repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRequest {
    pub id: Uuid,
    pub kind: AlertKind,
    pub visit: Option<VisitId>,
}
