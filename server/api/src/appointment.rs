//! An appointment that the hospital made with the person who stands there.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::DepartmentCode;

/// What is proposed at the kiosk, and stands on the ticket. It gives no other place in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentView {
    pub department: DepartmentCode,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: OffsetDateTime,
    /// As written on the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}
